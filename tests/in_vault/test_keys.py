"""One epoch key a day holds everything together: yesterday's copy of the vault opens nothing with today's keys."""

import shutil
import sqlite3
from datetime import timedelta

import pytest
from support.house import House

from custodiet.adapters import sealing
from custodiet.adapters.keystore import SqliteKeystore
from custodiet.adapters.kms.keyfile import KeyfileKms
from custodiet.flows.in_vault.keys import Keys, make_first_keys
from custodiet.model.errors import CannotRecord, OpeningRefused, Unready
from custodiet.model.mode import Category

DAY = timedelta(days=1)


@pytest.fixture
def house(tmp_path):
    house = House(tmp_path)
    person = house.person("TAG-1")
    house.decide(person, review_due_at=house.clock.now() + 20 * DAY)
    assert house.say(house.monitor(), person) == "kept"
    house.wearer = person
    yield house
    house.close()


def keys_over(house, database):
    return Keys(SqliteKeystore(database), KeyfileKms(house.folder / "keys"), sealing, house.clock, house.chance)


def test_what_lives_goes_on_living_when_the_day_turns(house):
    before = house.kms.epochs()
    house.clock.pass_(DAY)
    assert house.vault_keys.turn_epoch()
    assert not house.vault_keys.turn_epoch()
    assert set(before).isdisjoint(house.kms.epochs())
    assert house.copy(house.wearer)[-1]["fixes"] == 1
    house.vault = house.start_vault()
    assert house.copy(house.wearer)[-1]["fixes"] == 1


def test_yesterdays_vault_opens_nothing_with_todays_keys(house, tmp_path):
    house.keystore._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(house.folder / "data" / "vault.db", tmp_path / "yesterday.db")
    keys_over(house, tmp_path / "yesterday.db")  # today it still does
    house.clock.pass_(DAY)
    house.vault_keys.turn_epoch()
    with pytest.raises(Unready):
        keys_over(house, tmp_path / "yesterday.db")


def test_no_old_wrapping_stays_behind_in_the_vaults_file_when_the_day_turns(house):
    old = [wrapped for _, _, wrapped in house.keystore.all()]
    house.clock.pass_(DAY)
    house.vault_keys.turn_epoch()
    files = [path.read_bytes() for path in (house.folder / "data").glob("vault.db*")]
    assert [wrapped for wrapped in old for data in files if wrapped in data] == []


def test_a_turn_that_was_broken_off_before_the_old_key_went_is_finished_at_the_next_start(house, monkeypatch):
    house.clock.pass_(DAY)
    with monkeypatch.context() as broken:
        broken.setattr(house.kms, "destroy", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            house.vault_keys.turn_epoch()
    assert len(house.kms.epochs()) == 2
    house.vault = house.start_vault()
    assert len(house.kms.epochs()) == 1
    assert house.copy(house.wearer)[-1]["fixes"] == 1


def test_a_turn_that_was_broken_off_before_anything_was_wrapped_leaves_the_old_key(house, monkeypatch):
    house.clock.pass_(DAY)
    with monkeypatch.context() as broken:
        broken.setattr(house.keystore, "rewrap", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            house.vault_keys.turn_epoch()
    house.vault = house.start_vault()
    assert len(house.kms.epochs()) == 1
    assert house.copy(house.wearer)[-1]["fixes"] == 1


def test_turns_that_failed_all_night_leave_one_new_key_and_the_next_that_does_not_ends_both(house, monkeypatch):
    house.clock.pass_(DAY)
    [old] = house.kms.epochs()
    with monkeypatch.context() as full:
        full.setattr(house.keystore, "rewrap", lambda _: (_ for _ in ()).throw(CannotRecord("full")))
        for _ in range(5):
            with pytest.raises(CannotRecord):
                house.vault_keys.turn_epoch()
    assert len(house.kms.epochs()) == 2
    assert house.vault_keys.turn_epoch()
    assert len(house.kms.epochs()) == 1
    assert old not in house.kms.epochs()
    house.vault = house.start_vault()
    assert house.copy(house.wearer)[-1]["fixes"] == 1


def test_a_turn_whose_old_bytes_could_not_be_cut_away_is_finished_by_the_next_that_can(house, monkeypatch):
    house.clock.pass_(DAY)
    [old] = house.kms.epochs()
    with monkeypatch.context() as full:
        full.setattr(house.keystore, "forget_old_bytes", lambda: (_ for _ in ()).throw(CannotRecord("full")))
        for _ in range(2):
            with pytest.raises(CannotRecord):
                house.vault_keys.turn_epoch()
    assert old in house.kms.epochs()
    assert not house.vault_keys.turn_epoch()  # it had turned
    [new] = house.kms.epochs()
    house.issue_keys()
    assert {epoch for _, epoch, _ in house.keystore.all()} == {new} != {old}


def test_a_turn_that_was_durable_and_was_told_that_it_is_not_destroys_the_old_key(house, monkeypatch):
    rewrap = house.keystore.rewrap

    def torn(rows):
        rewrap(rows)
        raise CannotRecord("the disk said no, but it had written")

    house.clock.pass_(DAY)
    [old] = house.kms.epochs()
    with monkeypatch.context() as broken:
        broken.setattr(house.keystore, "rewrap", torn)
        assert house.vault_keys.turn_epoch()
    assert house.kms.epochs() != (old,)
    assert len(house.kms.epochs()) == 1


def test_a_turn_that_was_durable_although_it_could_not_say_so_leaves_nothing_behind_a_day_later(house, monkeypatch):
    rewrap = house.keystore.rewrap
    house.clock.pass_(DAY)
    with monkeypatch.context() as broken:
        broken.setattr(house.keystore, "rewrap", lambda rows: (rewrap(rows), 1 / 0))
        with pytest.raises(ZeroDivisionError):
            house.vault_keys.turn_epoch()
    assert house.copy(house.wearer)[-1]["fixes"] == 1
    house.clock.pass_(DAY)
    assert house.vault_keys.turn_epoch()
    assert len(house.kms.epochs()) == 1
    assert house.copy(house.wearer)[-1]["fixes"] == 1


def test_a_day_whose_key_is_gone_opens_for_nobody(house):
    person_id, today = house.wearer.case.person_id, house.clock.now().date()
    with sqlite3.connect(house.folder / "data" / "vault.db") as database:
        database.execute("DELETE FROM key WHERE name LIKE 'day/%'")
    assert not house.vault_keys.has_day_key(person_id, Category.TRAIL, today)
    assert house.copy(house.wearer)[-1]["fixes"] == 0
    with pytest.raises(OpeningRefused):
        house.vault_keys.day_private(person_id, Category.TRAIL, today)


def test_first_keys_are_made_once(house):
    with pytest.raises(Unready):
        make_first_keys(house.keystore, house.kms, sealing, house.clock, house.chance)


def test_no_wrapped_key_opens_in_anothers_place(house):
    rows = list(house.keystore.all())
    (name, _, _), (_, epoch, wrapped) = rows[0], rows[1]
    with sqlite3.connect(house.folder / "data" / "vault.db") as database:
        database.execute("UPDATE key SET epoch = ?, wrapped = ? WHERE name = ?", (epoch, wrapped, name))
    with pytest.raises(OpeningRefused):
        house.vault_keys._must(name)


def test_the_day_does_not_turn_while_the_kms_has_lost_the_present_key(house):
    """What the vault holds in memory is then the last copy: a turn would wrap it anew and destroy what it made."""
    [epoch] = house.kms.epochs()
    key = house.folder / "keys" / f"epoch-{epoch:08d}.key"
    lost = key.read_bytes()
    key.unlink()
    house.clock.pass_(DAY)
    with pytest.raises(Unready):
        house.vault_keys.turn_epoch()
    assert house.copy(house.wearer)[-1]["fixes"] == 1
    key.write_bytes(lost)
    key.chmod(0o600)
    assert house.vault_keys.turn_epoch()
    house.vault = house.start_vault()
    assert house.copy(house.wearer)[-1]["fixes"] == 1
