"""A vault whose epochs a KMS seals: what is erased stays so, what is not outlives every way that OpenBao fails."""

import shutil
from contextlib import suppress
from datetime import timedelta

import pytest
from support.house import ANA, BO, House, stored_fixes
from support.openbao import OpenBao

from custodiet.adapters import over_http, sealing
from custodiet.adapters.keystore import SqliteKeystore
from custodiet.adapters.kms.hsm import HsmKms
from custodiet.adapters.kms.openbao import OpenBaoKms
from custodiet.flows.end_decision import end_decision
from custodiet.flows.erase_what_is_due import erase_what_is_due
from custodiet.flows.in_vault.keys import Keys, move_keys
from custodiet.flows.open_sealed import give_own_copy
from custodiet.model.errors import OpeningRefused, Unready
from custodiet.model.mode import Category
from custodiet.rules.decisions import Ender, Move

DAY = timedelta(days=1)


class Place:
    """A house with someone who has sent a fix, its keys in OpenBao."""

    def __init__(self, folder, openbao):
        self.folder, self.openbao = folder, openbao
        self.house = House(folder)
        self.wearer = self.house.person("TAG-1")
        self.decision = self.house.decide(self.wearer, review_due_at=self.house.clock.now() + 27 * DAY)
        self.monitor = self.house.monitor()
        self.say()
        self.transit = None if openbao is None else openbao.transit(folder)
        self.keys = folder / "keys"

    def move(self):
        to = OpenBaoKms.take(self.keys, self.transit)
        move_keys(self.house.keystore, self.house.kms, to, sealing, self.house.chance)

    def begin(self):
        """As a vault process that starts."""
        self.house.kms = OpenBaoKms(self.keys, self.transit)
        self.house.vault = self.house.start_vault()
        return self

    def say(self):
        assert self.house.say(self.monitor, self.wearer) == "kept"
        self.house.clock.pass_(timedelta(minutes=1))

    def fixes(self):
        return self.house.copy(self.wearer)[-1]["fixes"]

    def turn(self):
        self.house.clock.pass_(DAY)
        return self.house.vault_keys.turn_epoch()

    def backup(self, name):
        """What lies in the vault's folder and in the keys folder now, as whoever copies the machine has it."""
        self.house.keystore._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        kept = self.folder / name
        shutil.copytree(self.keys, kept / "keys")
        shutil.copy(self.folder / "data" / "vault.db", kept / "vault.db")
        return kept

    def opens(self, database, keys, kms=None):
        """Fixes that a vault opens which is begun over these two, on OpenBao (or another KMS) as it is now."""
        keystore = SqliteKeystore(database)
        try:
            kms = OpenBaoKms(keys, self.transit) if kms is None else kms(keys)
            begun = Keys(keystore, kms, sealing, self.house.clock, self.house.chance)
            stored = stored_fixes(self.house.store, begun)
            return len(list(stored.of(self.wearer.case.person_id)))
        finally:
            keystore.close()


@pytest.fixture
def files(tmp_path, openbao):
    """Its keys in files yet."""
    place = Place(tmp_path, openbao)
    yield place
    place.house.close()


@pytest.fixture
def place(files):
    files.move()
    return files.begin()


# --- what is gone -------------------------------------------------------------------------------------------------


def test_what_lives_goes_on_living_when_the_day_turns(place):
    before = place.house.kms.epochs()
    assert place.turn()
    assert not place.house.vault_keys.turn_epoch()
    assert set(before).isdisjoint(place.house.kms.epochs())
    assert place.fixes() == 1
    assert place.begin().fixes() == 1


def test_yesterdays_backup_opens_nothing_with_todays_keys_nor_with_its_own(place):
    kept = place.backup("yesterday")
    assert place.opens(kept / "vault.db", kept / "keys") == 1  # before the day turns it still does
    person_id, day = place.wearer.case.person_id, place.house.clock.now().date()
    place.house.vault_keys.destroy_day(person_id, Category.TRAIL, day)
    assert place.opens(kept / "vault.db", kept / "keys") == 1  # and an erasure alone does not change that
    place.turn()
    with pytest.raises(Unready):
        place.opens(kept / "vault.db", place.keys)
    with pytest.raises(Unready, match="holds no epoch key"):
        place.opens(kept / "vault.db", kept / "keys")
    assert place.fixes() == 0


def test_no_key_of_the_files_is_left_when_they_have_moved(files):
    [epoch] = files.house.kms.epochs()
    key = files.house.kms.key(epoch)
    old = [wrapped for _, _, wrapped in files.house.keystore.all()]
    files.move()
    held = b"".join(path.read_bytes() for path in files.folder.rglob("*") if path.is_file())
    assert key not in held
    assert [wrapped for wrapped in old if wrapped in held] == []
    assert files.begin().fixes() == 1


# --- broken off, at every question to OpenBao ---------------------------------------------------------------------


class Dies:
    """Whoever asks OpenBao is killed before a question of theirs, or after it was answered."""

    def __init__(self, monkeypatch):
        self._ask, self._monkeypatch = over_http.ask, monkeypatch

    def at(self, number, do, *, answered):
        """Whether there were that many questions, and it died."""
        left = number

        def ask(*of, **more):
            nonlocal left
            left -= 1
            if left == 0 and not answered:
                raise KeyboardInterrupt
            said = self._ask(*of, **more)
            if left == 0:
                raise KeyboardInterrupt
            return said

        with self._monkeypatch.context() as dying:
            dying.setattr(over_http, "ask", ask)
            with suppress(KeyboardInterrupt):
                do()
        return left <= 0


@pytest.mark.parametrize("answered", [False, True])
def test_a_turn_that_dies_at_any_question_is_ended_by_the_next_start_and_the_next_turn(place, monkeypatch, answered):
    dies = Dies(monkeypatch)
    number = 1
    while dies.at(number, place.turn, answered=answered):
        number += 1
        assert place.begin().fixes() == 1
        assert len(place.house.kms.epochs()) == 1
        place.house.vault_keys.turn_epoch()
        [epoch] = place.house.kms.epochs()
        assert place.house.kms.key(epoch)
    assert number > 10
    said = place.openbao.ask("GET", f"transit/keys/{place.transit.name}")["data"]
    assert len(said["keys"]) <= 2
    assert place.begin().fixes() == 1


@pytest.mark.parametrize("answered", [False, True])
def test_a_move_that_dies_at_any_question_is_ended_by_calling_it_again(files, monkeypatch, answered):
    dies = Dies(monkeypatch)
    number = 1
    while dies.at(number, files.move, answered=answered):
        number += 1
    assert number > 5
    assert files.house.kms.epochs() == ()
    assert files.begin().fixes() == 1
    assert len(files.house.kms.epochs()) == 1


def test_what_is_old_goes_at_the_next_look_when_openbao_did_not_destroy_it(place, monkeypatch):
    """All is wrapped anew by then: without this the old epoch would stand for a day."""
    with monkeypatch.context() as away:
        away.setattr(place.house.kms, "destroy", lambda _: (_ for _ in ()).throw(Unready("away")))
        with pytest.raises(Unready, match="away"):
            place.turn()
    assert len(place.house.kms.epochs()) == 2
    assert not place.house.vault_keys.turn_epoch()
    assert len(place.house.kms.epochs()) == 1
    assert place.fixes() == 1


# --- away while the vault runs ------------------------------------------------------------------------------------


def test_while_openbao_is_sealed_nothing_opens_collection_goes_on_and_nothing_is_lost(place):
    place.openbao.seal()
    with pytest.raises(OpeningRefused, match="kms_away: the KMS does not give the key of the day"):
        place.fixes()
    place.say()
    other = place.house.person("TAG-2")
    place.house.decide(other)  # its keys are issued all the same
    assert place.house.say(place.house.monitor("m2"), other) == "kept"
    assert place.house.vault.checkpoint()
    with pytest.raises(Unready, match="is sealed: unseal it"):
        place.turn()
    place.openbao.unseal()
    assert place.house.vault_keys.turn_epoch()
    assert place.fixes() == 2
    place.begin()
    assert place.fixes() == 2
    assert place.house.copy(other)[-1]["fixes"] == 1


def test_an_opening_that_was_asked_for_while_openbao_was_sealed_is_not_spent(place):
    asked = []
    opens = place.house.vault.open
    place.house.vault.open = lambda index: asked.append(index) or opens(index)
    place.openbao.seal()
    with pytest.raises(OpeningRefused, match="kms_away"):
        list(give_own_copy(place.house.store, place.house.vault, place.wearer.case.reference, ANA))
    place.openbao.unseal()
    assert b'"fixes":1' in list(opens(asked[0]))[-1]
    with pytest.raises(OpeningRefused):
        list(opens(asked[0]))


def test_what_is_due_is_erased_once_openbao_is_back(place):
    house = place.house
    end_decision(house.store, house.chance, place.decision.id, Move.WITHDRAW, Ender(BO))
    house.clock.pass_(30 * DAY)

    def erase():
        while erase_what_is_due(house.store, house.vault, house.clock, house.fence):
            pass

    place.openbao.seal()
    erase()
    assert place.house.vault_keys.destroyed_days() == ()
    place.openbao.unseal()
    erase()
    assert [category for _, category, _, _ in place.house.vault_keys.destroyed_days()] == [Category.TRAIL]


def test_a_token_that_is_taken_away_shuts_every_opening(place):
    place.openbao.ask("POST", "auth/token/revoke", {"token": place.transit.token()})
    with pytest.raises(OpeningRefused, match="kms_away"):
        place.fixes()
    with pytest.raises(Unready, match="has ended, or lacks the right"):
        place.begin()


# --- a token instead ---------------------------------------------------------------------------------------------


def test_a_token_does_the_same_and_a_vault_goes_on_when_it_is_put_back(tmp_path, softhsm):
    place = Place(tmp_path, None)
    try:
        HsmKms.take(place.keys, softhsm.token())
        to = HsmKms(place.keys, softhsm.token())
        for _ in range(2):
            move_keys(place.house.keystore, place.house.kms, to, sealing, place.house.chance)
        place.house.kms = to
        place.house.vault = place.house.start_vault()
        kept = place.backup("yesterday")
        assert place.fixes() == 1
        assert place.turn()
        with pytest.raises(Unready, match="holds no epoch key"):
            place.opens(kept / "vault.db", kept / "keys", lambda keys: HsmKms(keys, softhsm.token()))
        softhsm.take_out()
        with pytest.raises(OpeningRefused, match="kms_away"):
            place.fixes()
        place.say()
        with pytest.raises(Unready):
            place.turn()
        softhsm.put_in()
        assert place.house.vault_keys.turn_epoch()
        assert place.fixes() == 2
    finally:
        place.house.close()


# --- snapshots ----------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_a_snapshot_brings_a_version_back_and_opens_nothing_without_the_file_of_its_day(tmp_path):
    """As it is really run, with raft; docs/operating.md tells what follows."""
    server = OpenBao(tmp_path / "openbao", raft=True).start()
    place = Place(tmp_path / "place", server)
    try:
        place.move()
        place.begin()
        snapshot = server.ask("GET", "sys/storage/raft/snapshot")["raw"]
        kept = place.backup("yesterday")
        place.house.vault_keys.destroy_day(place.wearer.case.person_id, Category.TRAIL, place.house.clock.now().date())
        place.turn()
        for _ in range(2):
            with pytest.raises(Unready, match="holds no epoch key"):
                place.opens(kept / "vault.db", kept / "keys")
            server.stop()  # and what was trimmed stays so across a restart
            server.start()
        today = place.backup("today")
        server.ask("POST", "sys/storage/raft/snapshot-force", snapshot)
        server.unseal()
        # The trap: with the file of its day, what was erased opens again.
        assert place.opens(kept / "vault.db", kept / "keys") == 1
        # Without it, nothing does.
        with pytest.raises(Unready, match="does not hold epoch"):
            place.opens(kept / "vault.db", today / "keys")
        # And all that is sealed today is lost with the version that the snapshot does not know.
        with pytest.raises(Unready, match="an older snapshot was put back"):
            place.begin()
        with pytest.raises(OpeningRefused, match="kms_away"):
            place.fixes()
        with pytest.raises(Unready):
            place.turn()
    finally:
        place.house.close()
        server.stop()


def test_a_key_that_its_administrator_has_trimmed_too_far_is_told_and_nothing_is_destroyed(place):
    [epoch] = place.house.kms.epochs()
    name = place.transit.name
    place.openbao.ask("POST", f"transit/keys/{name}/rotate", {})
    latest = place.openbao.ask("GET", f"transit/keys/{name}")["data"]["latest_version"]
    place.openbao.ask("POST", f"transit/keys/{name}/config", {"min_decryption_version": latest})
    with pytest.raises(OpeningRefused, match="kms_away"):
        place.fixes()
    with pytest.raises(Unready, match=f"opens epoch {epoch} no more"):
        place.turn()
    place.openbao.ask("POST", f"transit/keys/{name}/config", {"min_decryption_version": 1})
    assert place.house.vault_keys.turn_epoch()
    assert place.fixes() == 1
