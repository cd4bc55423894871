"""What the vault itself remembers, in its own file: openings, before anything has left; destroyed keys, for good."""

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from support.house import ANA, House, report

from custodiet.adapters.keystore import SqliteKeystore
from custodiet.flows.open_sealed import give_own_copy
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.errors import CannotRecord, OpeningRefused, TableMismatch, Unready
from custodiet.model.identity import CaseId
from custodiet.model.mode import Category
from custodiet.model.record import CopyGiven, TablesVerified, ZonesReleased
from custodiet.wire.records import read_entry

DAY = timedelta(days=1)


@pytest.fixture
def house(tmp_path):
    house = House(tmp_path)
    house.wearer = house.person("TAG-1")
    house.decide(house.wearer, review_due_at=house.clock.now() + 20 * DAY)
    house.monitor_ = house.monitor()
    assert house.say(house.monitor_, house.wearer) == "kept"
    yield house
    house.close()


def vault_file(house):
    return house.folder / "data" / "vault.db"


def remembered(house):
    """As another process reads it from the file."""
    with closing(sqlite3.connect(vault_file(house))) as database:
        return [entry for (entry,) in database.execute("SELECT entry FROM opening ORDER BY no")]


def asked(house, record, kind, about=None):
    with house.store.acting() as act:
        return act.write(Entry(kind, ANA, about), record)


def of_each_kind(house):
    who, case = house.wearer.case.person_id, house.wearer.case.id
    return {
        "a copy": asked(house, CopyGiven(who, case), EntryKind.COPY_GIVEN, who),
        "zones": asked(house, ZonesReleased("m1", ()), EntryKind.ZONES_RELEASED),
        "tables": asked(house, TablesVerified(house.clock.now()), EntryKind.TABLES_VERIFIED),
    }


def test_every_opening_stands_in_the_vaults_file_before_anything_has_left(house):
    for number, index in enumerate(of_each_kind(house).values(), start=1):
        parts = house.vault.open(index)
        told = remembered(house)
        assert len(told) == number
        with house.store.reading() as view:
            [row] = view.entries(index, 1)
        assert told[-1] == row.body
        list(parts)
    assert [read_entry(told).kind.value for told in remembered(house)] == [
        "copy.given",
        "zones.released",
        "tables.verified",
    ]


def test_what_was_refused_is_no_opening(house):
    who = house.wearer.case.person_id
    nothing = asked(house, CopyGiven(who, CaseId("case_of_nobody")), EntryKind.COPY_GIVEN, who)
    with pytest.raises(OpeningRefused, match="opens nothing"):
        house.vault.open(0)
    house.vault = house.start_vault()
    with pytest.raises(OpeningRefused, match="opens nothing"):
        house.vault.open(nothing)
    assert remembered(house) == []


def test_an_opening_that_cannot_be_remembered_does_not_happen(house, monkeypatch):
    index = of_each_kind(house)["a copy"]

    def full(*_):
        raise CannotRecord("the vault cannot remember an opening now")

    with monkeypatch.context() as disk:
        disk.setattr(house.keystore, "remember_opening", full)
        with pytest.raises(CannotRecord):
            house.vault.open(index)
    assert len(list(house.vault.open(index))) == 3  # the entry is still good for once


def test_a_file_that_cannot_be_written_is_said_to_be_so(house):
    house.keystore._connection.execute("PRAGMA query_only=ON")
    with pytest.raises(CannotRecord):
        house.keystore.remember_opening(b"{}")
    house.keystore._connection.execute("PRAGMA query_only=OFF")


def test_what_is_remembered_names_and_places_nobody(house):
    list(give_own_copy(house.store, house.vault, house.wearer.case.reference, ANA))
    [entry] = remembered(house)
    assert house.wearer.case.person_id.encode() not in entry
    assert set(read_entry(entry).__dataclass_fields__) == {
        "index",
        "at",
        "kind",
        "actor",
        "record",
        "subject",
        "v",
        "reopens",
    }


# --- destroyed for good ---


def test_a_destroyed_day_opens_for_nobody_and_is_said_to_be_gone(house):
    who, today = house.wearer.case.person_id, house.clock.now().date()
    assert house.copy(house.wearer)[-1] == {"fixes": 1, "past_retention": 0}
    house.vault_keys.destroy_day(who, Category.TRAIL, today)
    assert house.copy(house.wearer)[-1] == {"fixes": 0, "past_retention": 0, "days_erased": 1}
    assert house.vault_keys.destroyed_days() == ((who, Category.TRAIL, today, house.clock.now()),)
    house.vault = house.start_vault()
    assert house.copy(house.wearer)[-1]["fixes"] == 0


def test_the_key_of_a_destroyed_day_is_never_made_again(house):
    who, today = house.wearer.case.person_id, house.clock.now().date()
    house.vault_keys.destroy_day(who, Category.TRAIL, today)
    [made] = house.vault._follower.made_at
    _, days = house.vault.keys(made)
    assert today not in {key.day for key in days}
    assert len(days) == 7
    with pytest.raises(TableMismatch, match="never made again"):
        house.vault_keys.day_key(who, Category.TRAIL, today)
    assert not house.vault_keys.has_day_key(who, Category.TRAIL, today)


def test_no_wrapped_form_of_a_destroyed_key_stays_in_the_vaults_files(house):
    who, today = house.wearer.case.person_id, house.clock.now().date()
    [wrapped] = [one for name, _, one in house.keystore.all() if name == f"day/{who}/trail/{today}"]
    house.vault_keys.destroy_day(who, Category.TRAIL, today)
    assert not any(wrapped in path.read_bytes() for path in vault_file(house).parent.glob("vault.db*"))


LAWS = {
    "an opening forgotten": "DELETE FROM opening",
    "an opening changed": "UPDATE opening SET entry = x'00'",
    "a destruction forgotten": "DELETE FROM destroyed",
    "a destruction renamed": "UPDATE destroyed SET name = 'another'",
    "a destroyed key put back": "INSERT INTO key SELECT name, 1, x'00' FROM destroyed",
}


@pytest.mark.parametrize("statement", LAWS.values(), ids=LAWS)
def test_what_is_remembered_stands_past_all_our_code(house, statement):
    house.vault_keys.destroy_day(house.wearer.case.person_id, Category.TRAIL, house.clock.now().date())
    list(give_own_copy(house.store, house.vault, house.wearer.case.reference, ANA))
    with closing(sqlite3.connect(vault_file(house))) as database:
        with pytest.raises(sqlite3.IntegrityError, match="what is remembered stands"):
            database.execute(statement)
        rules = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in rules:
            database.execute(f"DROP TRIGGER {name}")
        assert database.execute(statement).rowcount == 1


# --- its form ---


def of_the_first_form(path):
    with closing(sqlite3.connect(path)) as database:
        database.execute(
            "CREATE TABLE key (name TEXT PRIMARY KEY, epoch INTEGER NOT NULL, wrapped BLOB NOT NULL) WITHOUT ROWID"
        )
        database.execute("CREATE TABLE head (one INTEGER PRIMARY KEY CHECK (one = 1), frontier BLOB NOT NULL)")
        database.execute("INSERT INTO key VALUES ('log', 1, x'01')")
        database.commit()


def form(path):
    with closing(sqlite3.connect(path)) as database:
        return database.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()


def test_a_file_of_an_earlier_form_is_not_touched_until_it_is_upgraded_and_is_then_like_a_new_one(tmp_path):
    of_the_first_form(tmp_path / "old.db")
    before = form(tmp_path / "old.db")
    with pytest.raises(Unready, match="custodiet upgrade"):
        SqliteKeystore(tmp_path / "old.db")
    assert form(tmp_path / "old.db") == before
    with closing(SqliteKeystore(tmp_path / "old.db", upgrade=True)) as keystore:
        assert [name for name, _, _ in keystore.all()] == ["log"]
    SqliteKeystore(tmp_path / "new.db").close()
    assert form(tmp_path / "old.db") == form(tmp_path / "new.db")
    SqliteKeystore(tmp_path / "old.db").close()


def test_a_file_of_a_later_form_is_refused_also_by_an_upgrade(tmp_path):
    SqliteKeystore(tmp_path / "vault.db").close()
    with closing(sqlite3.connect(tmp_path / "vault.db")) as database:
        database.execute("PRAGMA user_version = 99")
    for upgrade in (False, True):
        with pytest.raises(Unready, match="another version"):
            SqliteKeystore(tmp_path / "vault.db", upgrade=upgrade)


def test_a_report_for_a_day_whose_key_no_row_speaks_of_is_not_kept(house):
    """Until an entry says that the key was destroyed, the day reads as one that has no key yet."""
    person = house.person("TAG-2")
    who = person.case.person_id
    for ahead in range(9):
        house.vault_keys.destroy_day(who, Category.TRAIL, house.clock.now().date() + ahead * DAY)
    house.decide(person)
    with pytest.raises(CannotRecord, match="no key yet"):
        house.post(house.monitor(), person.token, report("TAG-2", house.clock.now()))
