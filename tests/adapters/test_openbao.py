"""Epochs on a real OpenBao: what was destroyed is nowhere in it, and what is wrong is said before it matters."""

import base64
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from support.broker import free_port
from support.openbao import OpenBao, Refused, policy_of

from custodiet.adapters import over_http
from custodiet.adapters.kms import openbao as adapter
from custodiet.adapters.kms.openbao import OpenBaoKms, Transit
from custodiet.model.errors import Unready


@pytest.fixture
def keys(tmp_path):
    made = tmp_path / "keys"
    made.mkdir(mode=0o700)
    return made


@pytest.fixture
def transit(openbao, tmp_path):
    return openbao.transit(tmp_path)


@pytest.fixture
def kms(keys, transit):
    return OpenBaoKms.take(keys, transit)


def sealed_of(keys, epoch):
    return (keys / f"epoch-{epoch:08d}.wrapped").read_bytes()


def opened(openbao, transit, sealed, epoch):
    """As whoever holds OpenBao's own root token opens it."""
    context = base64.b64encode(f"custodiet/epoch/v1/{epoch}".encode()).decode()
    given = {"ciphertext": sealed.decode(), "associated_data": context}
    said = openbao.ask("POST", f"transit/decrypt/{transit.name}", given)
    return base64.b64decode(said["data"]["plaintext"])


def versions(openbao, transit):
    said = openbao.ask("GET", f"transit/keys/{transit.name}")["data"]
    return sorted(int(version) for version in said["keys"])


# --- destroying ---------------------------------------------------------------------------------------------------


def test_the_version_of_a_destroyed_epoch_is_nowhere_in_openbao(openbao, keys, transit, kms):
    old = kms.begin()
    sealed = sealed_of(keys, old)
    assert opened(openbao, transit, sealed, old) == kms.key(old)
    new = kms.begin()
    kms.destroy(old)
    with pytest.raises(Refused, match="too old"):
        opened(openbao, transit, sealed, old)
    assert len(versions(openbao, transit)) == 1
    with pytest.raises(Refused):  # what is trimmed, not even its administrator allows again
        openbao.ask("POST", f"transit/keys/{transit.name}/config", {"min_decryption_version": 1})
    assert opened(openbao, transit, sealed_of(keys, new), new) == kms.key(new)


def test_what_was_begun_and_given_up_goes_from_openbao_at_the_next_turn(openbao, keys, transit, kms):
    used, given_up = kms.begin(), kms.begin()
    sealed = sealed_of(keys, given_up)
    kms.destroy(given_up)
    kms.begin()
    kms.destroy(used)
    with pytest.raises(Refused, match="too old"):
        opened(openbao, transit, sealed, given_up)


def test_nothing_sealed_opens_under_the_number_of_another_epoch(keys, kms):
    one, two = kms.begin(), kms.begin()
    (keys / f"epoch-{two:08d}.wrapped").write_bytes(sealed_of(keys, one))
    with pytest.raises(Unready, match=f"opens epoch {two} no more"):
        kms.key(two)


def test_no_plain_key_lies_in_the_folder(keys, kms):
    key = kms.key(kms.begin())
    held = b"".join(path.read_bytes() for path in keys.iterdir())
    assert key not in held
    assert base64.b64encode(key) not in held


def test_beginning_that_fails_all_night_does_not_fill_openbao(openbao, transit, kms, monkeypatch):
    first = kms.begin()
    before = versions(openbao, transit)
    with monkeypatch.context() as full:
        full.setattr(kms._files, "write", lambda *_: (_ for _ in ()).throw(OSError("full")))
        for _ in range(5):
            with pytest.raises(OSError, match="full"):
                kms.begin()
    assert kms.begin() == first + 1
    assert len(versions(openbao, transit)) == len(before) + 1


# --- who may use it -----------------------------------------------------------------------------------------------


def test_a_key_is_taken_by_one_place_and_refused_to_the_next(openbao, keys, transit, kms, tmp_path):
    epoch = kms.begin()
    another = tmp_path / "another"
    another.mkdir(mode=0o700)
    with pytest.raises(Unready, match="was used before"):
        OpenBaoKms.take(another, transit)
    assert not list(another.iterdir())
    assert kms.epochs() == (epoch,)
    assert OpenBaoKms.take(keys, transit).epochs() == (epoch,)


def test_a_key_that_its_administrator_has_made_is_taken_without_the_right_to_make_one(openbao, keys, tmp_path):
    name = openbao.new_name()
    openbao.ask("POST", f"transit/keys/{name}", {})
    narrow = policy_of(name).replace('["create", "read", "update"]', '["read"]')
    kms = OpenBaoKms.take(keys, openbao.transit(tmp_path, name, narrow))
    assert kms.key(kms.begin())


def test_a_place_goes_on_with_its_own_key_and_no_other(openbao, keys, kms, tmp_path):
    with pytest.raises(Unready, match=r"sealed by the key \S+ of transit/, no other"):
        OpenBaoKms(keys, openbao.transit(tmp_path))


def test_a_place_that_has_taken_none_is_told_how(keys, transit):
    with pytest.raises(Unready, match="move-keys"):
        OpenBaoKms(keys, transit)
    assert not list(keys.iterdir())


def test_what_says_which_key_was_taken_cannot_be_garbage(keys, transit, kms):
    (keys / "openbao.json").write_text("garbage")
    with pytest.raises(Unready, match="cannot be read"):
        OpenBaoKms(keys, transit)


RIGHTS = ["keys/{}", "keys/{}/rotate", "keys/{}/config", "keys/{}/trim", "encrypt/{}", "decrypt/{}"]


@pytest.mark.parametrize("path", RIGHTS)
def test_every_right_that_a_token_lacks_is_named_at_the_start(openbao, keys, transit, kms, tmp_path, path):
    of_key = path.format(transit.name)
    lines = policy_of(transit.name).splitlines()
    narrow = "\n".join(line for line in lines if f'"transit/{of_key}"' not in line)
    assert len(narrow.splitlines()) == len(lines) - 1
    with pytest.raises(Unready, match=f"the token lacks rights: [a-z]+ transit/{of_key}$"):
        OpenBaoKms(keys, openbao.transit(tmp_path, transit.name, narrow))


@pytest.mark.parametrize("may", ["exportable", "allow_plaintext_backup"])
def test_a_key_that_could_leave_openbao_is_refused(openbao, keys, tmp_path, may):
    name = openbao.new_name()
    openbao.ask("POST", f"transit/keys/{name}", {may: True})
    with pytest.raises(Unready, match="neither exportable"):
        OpenBaoKms.take(keys, openbao.transit(tmp_path, name))
    assert not list(keys.iterdir())


def test_a_key_of_another_kind_is_refused(openbao, keys, tmp_path):
    name = openbao.new_name()
    openbao.ask("POST", f"transit/keys/{name}", {"type": "rsa-2048"})
    with pytest.raises(Unready, match="is to be aes256-gcm96"):
        OpenBaoKms.take(keys, openbao.transit(tmp_path, name))


def test_a_token_that_has_ended_is_told_from_one_that_may_too_little(openbao, keys, transit, kms):
    epoch = kms.begin()
    openbao.ask("POST", "auth/token/revoke", {"token": transit.token()})
    for refused in (lambda: OpenBaoKms(keys, transit), lambda: kms.key(epoch), lambda: kms.require(epoch)):
        with pytest.raises(Unready, match=r"does not take the token for \S+: it has ended") as caught:
            refused()
        assert transit.token() not in str(caught.value)


def test_a_token_that_its_agent_has_written_anew_is_used_from_the_next_call_on(openbao, keys, tmp_path):
    name = openbao.new_name()
    file, newer = openbao.token_file(tmp_path, name), openbao.token_file(tmp_path, name)
    kms = OpenBaoKms.take(keys, Transit(openbao.server, "transit", name, lambda: file.read_text().strip()))
    epoch = kms.begin()
    openbao.ask("POST", "auth/token/revoke", {"token": file.read_text().strip()})
    newer.replace(file)
    assert len(kms.key(epoch)) == 32


def test_how_long_the_token_is_good_for_is_known(openbao, keys, tmp_path):
    name = openbao.new_name()
    file = openbao.token_file(tmp_path, name, ttl="2h")
    kms = OpenBaoKms.take(keys, Transit(openbao.server, "transit", name, lambda: file.read_text().strip()))
    assert 1 < kms.token_ends_in().total_seconds() / 3600 <= 2
    root = Transit(openbao.server, "transit", name, lambda: openbao.root)
    assert OpenBaoKms(keys, root).token_ends_in() is None


# --- when it is away ----------------------------------------------------------------------------------------------


def elsewhere(transit, port):
    return Transit(over_http.Server("127.0.0.1", port, tls=False), transit.mount, transit.name, transit.token)


def test_a_sealed_openbao_is_told_from_one_that_does_not_answer(openbao, keys, transit, kms):
    epoch = kms.begin()
    openbao.seal()
    for refused in (lambda: OpenBaoKms(keys, transit), lambda: kms.key(epoch), kms.epochs, kms.begin):
        with pytest.raises(Unready, match=r"OpenBao at 127\.0\.0\.1:\d+ is sealed: unseal it"):
            refused()
    with pytest.raises(Unready, match=r"OpenBao at 127\.0\.0\.1:\d+ does not answer"):
        OpenBaoKms(keys, elsewhere(transit, free_port()))
    openbao.unseal()
    assert len(kms.key(epoch)) == 32


def test_one_that_takes_what_is_said_and_says_nothing_is_given_up(keys, transit, kms, monkeypatch):
    monkeypatch.setattr(adapter, "ANSWER_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(Unready, match="does not answer"):
        OpenBaoKms(keys, elsewhere(transit, silent.getsockname()[1]))


OTHERS = {
    "a page": (200, b"<p>hello", "no answer of OpenBao"),
    "json of another kind": (200, b'{"data": 1}', "lacks rights"),
    "somewhere else": (307, b"", "answers 307"),
    "somebody busy": (503, b"busy", "answers 503"),
}


@pytest.mark.parametrize(("status", "body", "said"), OTHERS.values(), ids=OTHERS)
def test_a_port_that_somebody_else_listens_on_is_no_openbao(keys, transit, kms, status, body, said):
    class Somebody(BaseHTTPRequestHandler):
        def do_POST(self):
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Somebody) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with pytest.raises(Unready, match=said):
            OpenBaoKms(keys, elsewhere(transit, server.server_port))
        server.shutdown()


def test_under_tls_nobody_is_asked_whom_nobody_vouches_for(keys, tmp_path):
    server = OpenBao(tmp_path / "tls", tls=True).start()
    try:
        transit = server.transit(tmp_path)
        assert OpenBaoKms.take(keys, transit).begin() == 1
        unknown = over_http.Server("127.0.0.1", server.port, tls=True)
        with pytest.raises(Unready, match="vouched for by nobody we trust: CUSTODIET_OPENBAO_CA_FILE"):
            OpenBaoKms(keys, Transit(unknown, transit.mount, transit.name, transit.token))
    finally:
        server.stop()
