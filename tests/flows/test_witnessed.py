"""Witnesses sign that the ledger only grows; while none has lately, nobody looks, and collection goes on."""

import socket
from contextlib import contextmanager, suppress
from datetime import timedelta
from threading import Event, Thread
from types import SimpleNamespace

import pytest
from support.glass import Endangered
from support.house import pieces_in_memory
from support.staff import CAI
from support.witnessing import Asked

from custodiet.adapters import sealing
from custodiet.adapters.ledger import witnesses
from custodiet.adapters.ledger.tiles import TileLog
from custodiet.adapters.ledger.witnesses import CosignedLog, HttpWitness
from custodiet.adapters.store.reading import ReadingRows
from custodiet.flows.cosign_ledger import Cosigning
from custodiet.flows.in_vault.following import Follower
from custodiet.flows.in_vault.keys import Keys
from custodiet.flows.in_vault.openings import Openings
from custodiet.flows.looking import ask_question, open_reading, record_refusal
from custodiet.flows.prove_entry import prove_entry
from custodiet.flows.sequence_ledger import publish_checkpoint
from custodiet.flows.witnessed import Witnessed, cosigned_note
from custodiet.model.errors import NotPermitted, OpeningRefused, TableMismatch, Unready
from custodiet.model.look_up import Asked as AskedOf
from custodiet.model.look_up import Attempt
from custodiet.model.record import LogHead
from custodiet.model.witness import Witness
from custodiet.rules.chain import verify_inclusion
from custodiet.wire.cosigning import cosigned_by, read_witness_policy
from custodiet.wire.note import NoteError, open_checkpoint, vkey
from custodiet.wire.proof import read_proof, verify_proof

MOST = timedelta(minutes=10)
MINUTE = timedelta(minutes=1)


class Watched:
    """A house whose log two witnesses sign, either of whom is enough, and a vault that waits for one of them."""

    def __init__(self, house, folder, quorum="any"):
        self.house = house
        self.vkey = vkey(house.pinned.origin, house.pinned.log_key)
        self.witnesses = [Asked(folder / name, self.vkey, house.clock, name) for name in ("w1", "w2")]
        lines = [f"witness {one.witness.name} {one.witness.vkey} {one.witness.url}" for one in self.witnesses]
        self.policy = read_witness_policy("\n".join([*lines, f"group both {quorum} w1 w2", "quorum both", ""]))
        self.tiles = TileLog(folder / "log")
        self.kept = CosignedLog(folder / "log", house.pinned, self.policy, MOST)
        self.cosigning = Cosigning(house.store, self.tiles, self.kept, self.witnesses, MOST / 4)

    def publish(self):
        publish_checkpoint(self.house.store, self.house.vault, self.tiles)

    def sign(self):
        self.publish()
        return self.cosigning.ask()

    def vault(self):
        """One that was started with witnesses, beside the house's own."""
        house = self.house
        keys = Keys(house.keystore, house.kms, sealing, house.clock, house.chance)
        follower = Follower(house.store, house.keystore, house.clock, keys.log_public, keys.issue_public)
        pieces = pieces_in_memory()
        inside = (house.store, follower, keys, sealing, house.clock, house.chance)
        return Openings(*inside, None, house.lists, pieces, self.kept)


@pytest.fixture
def watched(house, tmp_path):
    return Watched(house, tmp_path)


@pytest.fixture
def one(house):
    return Endangered(house)


def refusals(house, one):
    with house.store.reading() as view:
        return [refused for refused, _ in view.looks_refused(one.case_id)]


def store_of(watched, one):
    def refused(act, against):
        record_refusal(act, one.case_id, Attempt.READING, against, CAI)

    return Witnessed(watched.house.store, watched.kept, refused)


def test_each_witness_signs_what_was_published_and_what_they_signed_is_kept_beside_it(watched):
    assert watched.sign() == ("w1", "w2")
    note = watched.kept.read()
    assert note.startswith(watched.tiles.read_checkpoint())
    assert set(cosigned_by(note, watched.policy.witnesses)) == {"w1", "w2"}
    assert watched.kept.newest(watched.house.clock.now()).size == open_checkpoint(note, watched.vkey).size


def test_a_log_that_grew_is_signed_again_with_a_proof_from_what_they_saw_last(watched, house):
    watched.sign()
    house.person()
    assert watched.sign() == ("w1", "w2")
    old = int(watched.witnesses[0].asked[-1].split("\n")[0].removeprefix("old "))
    assert 0 < old < watched.kept.newest(house.clock.now()).size


@pytest.fixture
def asked_for(monkeypatch):
    """After how many leaves each question for leaves was."""
    asked, real = [], ReadingRows.leaves
    monkeypatch.setattr(ReadingRows, "leaves", lambda self, after=0: asked.append(after) or real(self, after))
    return asked


def test_of_the_leaves_only_new_ones_are_read_to_publish_and_to_sign(watched, house, asked_for):
    watched.sign()
    assert asked_for == [0, 0]
    size = watched.kept.newest(house.clock.now()).size
    house.person()
    assert watched.sign() == ("w1", "w2")
    assert asked_for[2:] == [size, size]
    assert watched.sign() == ("w1", "w2")
    assert asked_for[4:] == [watched.kept.newest(house.clock.now()).size] * 2


def test_a_ledger_that_is_not_what_was_published_is_read_from_its_beginning_the_next_time(watched, house, asked_for):
    watched.sign()
    house.person()
    watched.publish()
    with another_leaf(), pytest.raises(TableMismatch):
        watched.cosigning.ask()
    assert watched.cosigning.ask() == ("w1", "w2")
    assert asked_for[-1] == 0


@contextmanager
def another_leaf():
    """What is read as the newest leaf is another one's."""
    real = ReadingRows.leaves
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ReadingRows, "leaves", lambda *given: [*real(*given)[:-1], b"\0" * 32])
        yield


def test_after_a_restart_a_witness_says_itself_what_it_saw_last(watched, house):
    watched.sign()
    house.person()
    anew = Cosigning(house.store, watched.tiles, watched.kept, watched.witnesses, MOST / 4)
    watched.publish()
    assert anew.ask() == ("w1", "w2")
    assert [asked.startswith("old 0\n") for asked in watched.witnesses[0].asked] == [True, True, False]


def test_what_is_signed_and_fresh_is_not_asked_for_again_until_the_log_grows_or_it_ages(watched, house):
    watched.sign()
    assert not watched.cosigning.is_due(house.clock.now())
    house.clock.pass_(3 * MINUTE)
    assert watched.cosigning.is_due(house.clock.now())
    assert watched.sign() == ("w1", "w2")
    assert not watched.cosigning.is_due(house.clock.now())
    house.person()
    watched.publish()
    assert watched.cosigning.is_due(house.clock.now())


def test_while_a_witness_signed_lately_a_reading_opens(watched, house, one):
    look_up_id, vault = one.granted(), watched.vault()
    watched.sign()
    assert open_reading(store_of(watched, one), vault, look_up_id, CAI).places


@pytest.mark.parametrize("signed_once", [True, False])
def test_when_no_witness_has_lately_a_reading_is_refused_with_the_reason_and_the_refusal_recorded(
    watched, house, one, signed_once
):
    look_up_id, vault = one.granted(), watched.vault()
    if signed_once:
        watched.sign()
    for each in watched.witnesses:
        each.away = True
    house.clock.pass_(11 * MINUTE)
    assert watched.sign() == ()
    with pytest.raises(NotPermitted, match="not_witnessed: no witness has signed the ledger"):
        open_reading(store_of(watched, one), vault, look_up_id, CAI)
    assert refusals(house, one)[-1].codes == ("not_witnessed",)


def test_the_vault_refuses_by_itself_whoever_recorded_an_opening_past_the_rule(watched, house, one):
    look_up_id, vault = one.granted(), watched.vault()
    watched.sign()
    house.clock.pass_(11 * MINUTE)
    with pytest.raises(OpeningRefused, match="not_witnessed"):
        open_reading(house.store, vault, look_up_id, CAI)
    with pytest.raises(OpeningRefused, match="not_witnessed"):
        ask_question(
            house.store, vault, one.case_id, AskedOf.CONTACT, house.clock.now() - timedelta(hours=1, minutes=56), CAI
        )
    watched.sign()
    assert open_reading(house.store, vault, look_up_id, CAI).places


def test_nobody_looks_alone_either_while_no_witness_has_seen_the_ledger(watched, house, one):
    vault = watched.vault()
    watched.sign()
    house.clock.pass_(11 * MINUTE)
    recorded = one.house
    one.house = SimpleNamespace(store=store_of(watched, one), chance=house.chance, clock=house.clock)
    with pytest.raises(NotPermitted, match="not_witnessed"):
        one.break_glass(vault=vault)
    assert refusals(house, one)[-1].codes == ("not_witnessed",)
    one.house = recorded
    with pytest.raises(OpeningRefused, match="not_witnessed"):
        one.break_glass(vault=vault)
    watched.sign()
    assert one.break_glass(vault=vault).places


def test_a_witness_that_is_only_ever_shown_the_same_old_checkpoint_opens_nothing(watched, house, one):
    look_up_id, vault = one.granted(), watched.vault()
    watched.sign()
    house.person()
    for _ in range(4):
        house.clock.pass_(3 * MINUTE)
        assert watched.cosigning.ask() == ("w1", "w2")  # nothing newer is published
    with pytest.raises(NotPermitted, match="no witness has seen what was entered since"):
        open_reading(store_of(watched, one), vault, look_up_id, CAI)
    with pytest.raises(OpeningRefused, match="not_witnessed"):
        open_reading(house.store, vault, look_up_id, CAI)


def test_collection_goes_on_without_any_witness(watched, house, one):
    house.clock.pass_(11 * MINUTE)
    assert house.say(one.monitor, one.person) == "kept"


def test_with_a_quorum_of_all_one_witness_is_not_enough(house, tmp_path):
    watched = Watched(house, tmp_path, quorum="all")
    watched.witnesses[1].away = True
    assert watched.sign() == ("w1",)
    assert watched.kept.newest(house.clock.now()) is None
    watched.witnesses[1].away = False
    assert watched.sign() == ("w1", "w2")
    assert watched.kept.newest(house.clock.now()) is not None


def test_what_too_few_signed_takes_no_place_from_what_enough_did(house, tmp_path):
    watched = Watched(house, tmp_path, quorum="all")
    watched.sign()
    enough = watched.kept.read()
    watched.witnesses[1].away = True
    house.person()
    assert watched.sign() == ("w1",)
    assert watched.kept.read() == enough
    watched.witnesses[1].away = False
    assert watched.sign() == ("w1", "w2")
    assert watched.kept.newest(house.clock.now()).size > open_checkpoint(enough, watched.vkey).size


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://w",
        "https://",
        "https://w:abc",
        "https://w:99999",
        "http://[::1",
        "https://w/\N{LATIN SMALL LETTER E WITH ACUTE}",
        "https://a@w",
        "https://w/ x",
    ],
)
def test_an_address_at_which_nobody_can_be_asked_is_said_at_the_start(url):
    with pytest.raises(Unready, match="the witness w is to have an address"):
        HttpWitness(Witness("w", "w+0+A", url))


def test_a_witness_that_answers_a_byte_at_a_time_is_cut_off(monkeypatch):
    monkeypatch.setattr(witnesses, "ANSWER_S", 0.3)
    over = Event()

    def drip(listening):
        connection, _ = listening.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n")
            with suppress(OSError):
                while not over.wait(0.05):
                    connection.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        dripping = Thread(target=drip, args=(listening,), daemon=True)
        dripping.start()
        with pytest.raises(TimeoutError):
            HttpWitness(Witness("w", "w+0+A", f"http://127.0.0.1:{listening.getsockname()[1]}")).ask(b"")
        over.set()
        dripping.join()


def test_what_somebody_puts_in_its_place_counts_for_nothing(watched, house, tmp_path):
    watched.sign()
    file = tmp_path / "log" / "cosigned"
    note = file.read_text()
    for forged in (
        note.partition("\n\n")[0] + "\n\n" + note.partition("\n\n")[2].split("\n")[0] + "\n",  # the log's line alone
        note.replace("w1 ", "w1 AA", 1),
        "nothing",
    ):
        file.write_text(forged)
        assert watched.kept.newest(house.clock.now()) is None
    file.write_text(note)
    assert watched.kept.newest(house.clock.now() - timedelta(hours=1)) is None  # signed far ahead of our clock
    assert watched.kept.newest(house.clock.now()) is not None


def test_nobody_is_asked_to_sign_another_history_of_our_own_log(watched, house, tmp_path):
    watched.sign()
    asked = len(watched.witnesses[0].asked)
    file = tmp_path / "log" / "cosigned"
    size = watched.kept.newest(house.clock.now()).size
    file.write_text(house.vault_keys.sign_checkpoint(LogHead(house.pinned.origin, size, bytes(32))))
    house.person()
    watched.publish()
    with pytest.raises(TableMismatch, match="does not continue what witnesses have signed"):
        watched.cosigning.ask()
    assert len(watched.witnesses[0].asked) == asked


def test_the_proof_of_a_reading_carries_the_cosignatures_as_soon_as_they_cover_it(watched, house, one):
    look_up_id, vault = one.granted(), watched.vault()
    watched.sign()
    index = open_reading(house.store, vault, look_up_id, CAI).index
    now = house.clock.now()
    before = prove_entry(house.store, vault, index, cosigned_note(watched.kept, now))
    assert cosigned_by(read_proof(before).note, watched.policy.witnesses) == {}
    watched.sign()
    text = prove_entry(house.store, vault, index, cosigned_note(watched.kept, now))
    with house.store.reading() as view:
        leaf = view.entries(index, 1)[0].leaf
    assert verify_proof(text, watched.vkey, leaf, verify_inclusion).index == index
    assert set(cosigned_by(read_proof(text).note, watched.policy.witnesses)) == {"w1", "w2"}
    with pytest.raises(NoteError):
        cosigned_by(
            read_proof(text.replace("witness.example/w1 ", "witness.example/w1 A")).note, watched.policy.witnesses
        )
