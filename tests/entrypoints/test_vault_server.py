"""The vault's socket: who asks badly, or does not listen, holds up nobody."""

import socket
import tempfile
from itertools import repeat, takewhile
from pathlib import Path
from threading import Event, Thread

import pytest
from support.house import ANA, House

from custodiet.adapters.vault_client import VaultClient
from custodiet.entrypoints import vault as server
from custodiet.flows.in_vault.openings import Openings
from custodiet.flows.open_sealed import ask_verify_tables
from custodiet.model.errors import OpeningRefused, Unready, VaultUnavailable


@pytest.fixture
def served(tmp_path, monkeypatch):
    """A vault on a real socket, in a thread; its patience with who does not read is short here."""
    monkeypatch.setattr(server, "READ_WAIT_S", 0.2)
    house = House(tmp_path)
    person = house.person("TAG-1")
    house.decide(person)
    monitor = house.monitor()
    vault = server.Vault(house.vault, house.vault_keys)
    with tempfile.TemporaryDirectory(prefix="v") as folder:
        path = Path(folder) / "vault.sock"
        listening = server._Server(str(path), server._Handler)
        listening.vault = vault
        thread = Thread(target=listening.serve_forever, daemon=True)
        thread.start()
        yield house, monitor, path
        listening.shutdown()
        listening.server_close()
        thread.join()
    house.close()


def raw(path, data):
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(10)
        line.connect(str(path))
        line.sendall(data)
        heard = b""
        while some := line.recv(4096):
            heard += some
        return heard


@pytest.mark.parametrize(
    "question",
    [b"\n", b"nonsense\n", b"[]\n", b'{"ask":"everything"}\n', b'{"ask":"open","index":"x"}\n', b"x" * 1000 + b"\n"],
)
def test_a_question_that_is_none_is_refused(served, question):
    _, _, path = served
    heard = raw(path, question)
    assert b'"end":"refused"' in heard
    assert b'"begun"' not in heard


@pytest.mark.parametrize("question", [b"nonsense\n", b'{"ask":"checkpoint"}\n'])
def test_that_whoever_asked_has_gone_is_nobodys_error(served, capfd, question):
    _, _, path = served
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(10)
        line.connect(str(path))
        line.shutdown(socket.SHUT_RD)
        line.sendall(question)
    assert b'"end":"refused"' in raw(path, b"nonsense\n")
    assert capfd.readouterr() == ("", "")


def test_the_client_hears_what_was_refused_and_why(served):
    _, _, path = served
    with pytest.raises(OpeningRefused, match="opens nothing"):
        VaultClient(path).open(0)
    with pytest.raises(OpeningRefused, match="no keys follow"):
        VaultClient(path).keys(0)


def test_whoever_asks_and_says_nothing_holds_up_nobody(served):
    _, _, path = served
    with socket.socket(socket.AF_UNIX) as silent:
        silent.connect(str(path))
        assert VaultClient(path).checkpoint().startswith("custodiet.example/test\n")


def test_whoever_asks_and_does_not_read_is_left_after_a_while(served, monkeypatch):
    _, _, path = served
    answers = server.Vault._parts

    def flood(self, question):
        """An opening far larger than a socket holds, for one of the two."""
        return (b"[]" * 100_000 for _ in range(100)) if question.index == 99 else answers(self, question)

    monkeypatch.setattr(server.Vault, "_parts", flood)
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.connect(str(path))
        deaf.sendall(b'{"ask":"checkpoint","index":99}\n')
        heard = raw(path, b'{"ask":"checkpoint","index":0}\n')
        assert b'"end":"ok"' in heard


def test_a_verification_lets_the_others_pass(served, monkeypatch):
    _, _, path = served
    answers, began, answered = server.Vault._parts, Event(), Event()

    def verifies(self, question):
        """One that has not ended before the other was answered."""
        if question.index != 99:
            return answers(self, question)
        began.set()
        return takewhile(lambda _: not answered.is_set(), repeat(b""))

    monkeypatch.setattr(server.Vault, "_parts", verifies)
    heard = []
    verifying = Thread(target=lambda: heard.append(raw(path, b'{"ask":"checkpoint","index":99}\n')), daemon=True)
    verifying.start()
    assert began.wait(10)
    assert b'"end":"ok"' in raw(path, b'{"ask":"checkpoint","index":0}\n')
    answered.set()
    verifying.join(10)
    assert b'"end":"ok"' in heard[0]


def test_what_nobody_foresaw_is_refused_and_its_text_goes_nowhere(served, monkeypatch, caplog, capfd):
    _, _, path = served

    def breaks(self, *_):
        raise ZeroDivisionError("46.5 N")

    monkeypatch.setattr(Openings, "checkpoint", breaks)
    with pytest.raises(OpeningRefused, match="cannot do this now"):
        VaultClient(path).checkpoint()
    assert "ZeroDivisionError" in caplog.text
    assert "46.5" not in caplog.text + "".join(capfd.readouterr())


def test_what_is_said_while_it_verifies_is_nothing_to_the_client(served):
    house, _, path = served
    found = ask_verify_tables(house.store, VaultClient(path), ANA)
    assert found["replayed"] > 0
    assert (found["missing"], found["differing"]) == (0, 0)


def test_nobody_there_is_said_so(tmp_path):
    with pytest.raises(VaultUnavailable):
        VaultClient(tmp_path / "nothing.sock").checkpoint()


def test_a_socket_path_that_no_system_takes_is_said_so(tmp_path):
    with pytest.raises(Unready, match="too long for a socket"):
        server.serve_vault(None, tmp_path / ("x" * 120))
