"""Before a byte is written to a database that came from elsewhere: is it a store, and are its rules the rules?"""

import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from alembic.script import ScriptDirectory
from support.house import empty_store
from support.older import bring_down

from custodiet.adapters.store.engine import PAGE_BYTES, open_engine, writing
from custodiet.adapters.store.forms import MIGRATIONS, form_of, known_forms, newest_form
from custodiet.adapters.store.migrate import migrate_on
from custodiet.adapters.store.soundness import require_sound
from custodiet.model.errors import TableMismatch, Unready


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "custodiet.db"
    path.write_bytes(empty_store())
    return path


def run(path, *statements):
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        for statement in statements:
            raw.execute(statement)


def test_the_forms_that_this_code_knows_are_those_of_its_migrations_and_the_newest_is_where_they_end(path):
    migrations = ScriptDirectory(str(MIGRATIONS))
    assert known_forms() == {one.revision for one in migrations.walk_revisions()}
    assert newest_form() == migrations.get_current_head()
    engine = open_engine(path)
    assert form_of(engine) == newest_form()
    engine.dispose()


def test_what_no_migration_has_seen_has_no_form(tmp_path):
    engine = open_engine(tmp_path / "custodiet.db")
    assert form_of(engine) == ""
    engine.dispose()


def test_a_process_starts_without_alembic_and_without_what_only_a_server_or_a_monitor_needs():
    line = [sys.executable, "-X", "importtime", "-c", "import custodiet.main.processes.vault"]
    said = subprocess.run(line, capture_output=True, text=True, check=True)
    assert "custodiet.adapters.store.sqlite" in said.stderr
    for one in ("alembic", "numpy", "postgresql", "psycopg", "sqlglot"):
        assert one not in said.stderr


@pytest.mark.parametrize("form", sorted(known_forms()))
def test_a_store_of_any_form_that_we_ever_wrote_is_sound(tmp_path, form):
    path = tmp_path / "custodiet.db"
    engine = open_engine(path)
    with writing(engine) as connection:
        migrate_on(connection, form)
    engine.dispose()
    assert require_sound(path) == form


CHANGES = {
    "a rule taken away": "DROP TRIGGER decision_never_longer",
    "a rule that does nothing": "DROP TRIGGER log_once; CREATE TRIGGER log_once BEFORE INSERT ON log "
    "WHEN 0 BEGIN SELECT RAISE(ABORT, 'log: stands already'); END",
    "a rule put in": "CREATE TRIGGER helpful AFTER INSERT ON entry BEGIN UPDATE token SET ended_at = NULL; END",
    "a table put in": "CREATE TABLE notes (text TEXT)",
    "a view put in": "CREATE VIEW notes AS SELECT * FROM person",
    "an index taken away": "DROP INDEX token_by_hash",
    "a column put in": "ALTER TABLE person ADD COLUMN name TEXT",
    "a move put in": "DROP TRIGGER decision_move_never_insert; INSERT INTO decision_move VALUES ('lapsed', 'made'); "
    "CREATE TRIGGER decision_move_never_insert BEFORE INSERT ON decision_move WHEN 1 "
    "BEGIN SELECT RAISE(ABORT, 'decision_move: never inserted'); END",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_one_whose_tables_or_rules_are_others_is_refused(path, change):
    assert require_sound(path)
    with closing(sqlite3.connect(path)) as raw:
        raw.executescript(change)
    with pytest.raises(TableMismatch, match="not those of its form"):
        require_sound(path)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE alembic_version SET version_num = '9999'",
        "DELETE FROM alembic_version",
        "UPDATE alembic_version SET version_num = '../0001'",
    ],
)
def test_one_of_a_form_that_we_never_wrote_is_refused(path, statement):
    run(path, statement)
    with pytest.raises(Unready, match="does not know"):
        require_sound(path)


BROKEN = {
    "nothing": b"",
    "noise": b"\x5a" * 8192,
    "a head and no body": b"SQLite format 3\0" + bytes(84),
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_what_is_no_database_is_refused(path, data):
    path.write_bytes(data)
    with pytest.raises((TableMismatch, Unready)):
        require_sound(path)


def test_two_forms_at_once_are_refused(path):
    run(path, "INSERT INTO alembic_version VALUES ('0001')")
    with pytest.raises(TableMismatch):
        require_sound(path)


@pytest.mark.parametrize("at", [PAGE_BYTES * 3 + 5, PAGE_BYTES * 20 + 5])
def test_a_damaged_page_is_refused(path, at):
    data = bytearray(path.read_bytes())
    data[at : at + 900] = b"\xa5" * 900
    path.write_bytes(data)
    with pytest.raises((TableMismatch, Unready)):
        require_sound(path)


def test_looking_at_it_changes_nothing(path):
    before = path.read_bytes()
    require_sound(path)
    assert path.read_bytes() == before


def test_one_that_was_brought_down_is_of_the_earlier_form_to_the_letter(path):
    bring_down(path, "0002")
    assert require_sound(path) == "0002"
