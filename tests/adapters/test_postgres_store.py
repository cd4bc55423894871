"""A store on PostgreSQL: what its form tells, what a server must be, who waits for whom."""

from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from support import postgres
from support.house import START, SeededChance, SetClock, empty_database
from support.waiting import until

from custodiet.adapters.store.digests import form_digests
from custodiet.adapters.store.empty import open_empty
from custodiet.adapters.store.engine import refusal, viewing, writing
from custodiet.adapters.store.moving import _with_triggers_off
from custodiet.adapters.store.postgres import _BEGIN_WRITING, PostgresStore, _named_synchronous, open_postgres
from custodiet.adapters.store.postgres_words import condition_in_postgres, read_trigger, trigger_in_postgres
from custodiet.adapters.store.replay import replay_store
from custodiet.adapters.store.tables import lease
from custodiet.model.errors import CannotRecord, TableMismatch, Unready


@pytest.fixture
def database():
    name = postgres.new_database(empty_database())
    yield name
    postgres.drop_database(name)


def store_on(name, **given):
    return PostgresStore(postgres.address(name), SetClock(START), SeededChance(1), **given)


@pytest.fixture
def store(database):
    made = store_on(database)
    yield made
    made.close()


CHANGES = {
    "a rule taken away": 'DROP TRIGGER entry_never_update ON "entry"',
    "a rule put out of force": 'ALTER TABLE "entry" DISABLE TRIGGER entry_never_update',
    "a rule in force on a replica alone": 'ALTER TABLE "entry" ENABLE REPLICA TRIGGER entry_never_update',
    "a rule that says yes": "CREATE OR REPLACE FUNCTION law_entry_never_update() RETURNS trigger LANGUAGE plpgsql "
    "AS $$BEGIN RETURN NEW; END$$",
    "a rule for some rows": 'DROP TRIGGER entry_never_update ON "entry"; CREATE TRIGGER entry_never_update '
    'BEFORE UPDATE ON "entry" FOR EACH ROW WHEN (old.idx > 9) EXECUTE FUNCTION law_entry_never_update()',
    "a rule for one column": 'DROP TRIGGER entry_never_update ON "entry"; CREATE TRIGGER entry_never_update '
    'BEFORE UPDATE OF leaf ON "entry" FOR EACH ROW EXECUTE FUNCTION law_entry_never_update()',
    "a rule once a statement": 'DROP TRIGGER entry_never_update ON "entry"; CREATE TRIGGER entry_never_update '
    'BEFORE UPDATE ON "entry" EXECUTE FUNCTION law_entry_never_update()',
    "a rule that is ours, of another table": 'DROP TRIGGER entry_never_update ON "entry"; CREATE TRIGGER '
    'entry_never_update BEFORE UPDATE ON "record" FOR EACH ROW EXECUTE FUNCTION law_entry_never_update()',
    "a rule too many": 'CREATE TRIGGER one_more BEFORE INSERT ON "entry" FOR EACH ROW '
    "EXECUTE FUNCTION law_entry_never_update()",
    **{
        f"another rule of a rule's name, on {table}": f'CREATE TRIGGER record_never_update BEFORE DELETE ON "{table}" '
        "FOR EACH ROW EXECUTE FUNCTION law_record_never_update()"
        for table in ("case_file", "word")  # one is told before that rule, one after it
    },
    "a function too many": "CREATE FUNCTION more() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "a view": 'CREATE VIEW seen AS SELECT * FROM "entry"',
    "a rewriting": 'CREATE RULE quiet AS ON UPDATE TO "lease" DO INSTEAD NOTHING',
    "a table too many": "CREATE TABLE more (id text)",
    "a column too many": 'ALTER TABLE "entry" ADD COLUMN more text',
    "a column that may be empty": 'ALTER TABLE "entry" ALTER COLUMN leaf DROP NOT NULL',
    "a column of another kind": 'ALTER TABLE "lease" ALTER COLUMN fence TYPE numeric',
    "a column with a default": "ALTER TABLE \"lease\" ALTER COLUMN name SET DEFAULT 'x'",
    "a check taken away": 'ALTER TABLE "decision" DROP CONSTRAINT no_review_no_force',
    "a check that says yes": 'ALTER TABLE "decision" DROP CONSTRAINT no_review_no_force; '
    'ALTER TABLE "decision" ADD CONSTRAINT no_review_no_force CHECK (true)',
    "a check that nobody made": 'ALTER TABLE "decision" DROP CONSTRAINT review_after_start; ALTER TABLE "decision" '
    "ADD CONSTRAINT review_after_start CHECK (review_due_at > starts_at) NOT VALID",
    "a key taken away": 'ALTER TABLE "lease" DROP CONSTRAINT lease_pkey',
    "an index that is no longer unique": "DROP INDEX device_by_serial; "
    'CREATE INDEX device_by_serial ON "device" (serial)',
    "an index of some": 'DROP INDEX device_by_serial; CREATE UNIQUE INDEX device_by_serial ON "device" (serial) '
    "WHERE serial > 'a'",
    "a sequence": "CREATE SEQUENCE more",
    "who may see which row": 'ALTER TABLE "entry" ENABLE ROW LEVEL SECURITY',
    "a table that is not kept": 'ALTER TABLE "lease" SET UNLOGGED',
    "a legal move": "ALTER TABLE decision_move DISABLE TRIGGER USER; "
    "INSERT INTO decision_move VALUES ('made', 'proposed'); ALTER TABLE decision_move ENABLE TRIGGER USER",
    "a foreign key taken away": 'ALTER TABLE "frame" DROP CONSTRAINT frame_partition_number_fkey',
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_whoever_changes_its_tables_or_its_law_is_seen(database, store, change):
    assert store.require_sound() == store.form()
    with psycopg.connect(postgres.address(database), autocommit=True) as connection:
        connection.execute(change)
    with pytest.raises(TableMismatch, match="not those of its form"):
        store.require_sound()


def test_an_untouched_one_tells_the_very_form_of_a_file(store):
    with viewing(store._engine) as connection, replay_store() as empty:
        assert form_digests(connection) == empty.form_digests()


@pytest.mark.parametrize(
    ("change", "gone", "other"),
    [
        ('DROP TRIGGER entry_never_update ON "entry"; DROP FUNCTION law_entry_never_update', 1, 0),
        ("DROP INDEX device_by_serial", 1, 0),
        ("DROP INDEX device_by_serial; CREATE INDEX device_by_serial ON device (id)", 0, 1),
        ('CREATE INDEX more ON "lease" (fence)', 0, 1),
        ('ALTER TABLE "lease" ADD COLUMN more text', 0, 1),
        ("CREATE VIEW more AS SELECT 1", 0, 1),
    ],
)
def test_what_is_gone_is_told_apart_from_what_is_there_and_is_otherwise(database, store, change, gone, other):
    with psycopg.connect(postgres.address(database), autocommit=True) as connection:
        connection.execute(change)
    with viewing(store._engine) as connection, replay_store() as empty:
        wanted, there = empty.form_digests(), form_digests(connection)
    assert len(wanted.keys() - there.keys()) == gone
    assert sum(wanted.get(name) != text for name, text in there.items()) == other


def test_a_sum_is_a_number_as_it_is_in_a_file(store):
    for name in ("one", "other"):
        store.take_lease(name)
    with viewing(store._engine) as connection:
        added = connection.execute(select(func.sum(lease.c.fence))).scalar()
    assert (added, type(added)) == (2, int)


def test_it_is_made_once_and_prepared_again_without_a_change(store):
    store.prepare()
    assert store.require_sound() == store.form()


GOLDEN = Path(__file__).parents[1] / "golden/law-in-postgresql.txt"


def law():
    """Each rule of the newest form, as PostgreSQL is told it."""
    with open_empty("head") as connection:
        made = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
        return {name: read_trigger(sql) for name, sql in made}


def test_the_law_is_put_to_the_letter_as_it_was_when_stores_were_made_by_it():
    """Another letter, and every store that stands is told to be of another form: then a migration lays it anew."""
    told = "".join(f"{sha256(one.body.encode()).hexdigest()[:16]} {name}\n" for name, one in law().items())
    assert told == GOLDEN.read_text()


def test_every_rule_can_be_weighed_whatever_its_columns_hold(store):
    """A function's text is not read until it is called: here each is, about no row."""
    with viewing(store._engine) as connection:
        for one in law().values():
            condition = one.body.removeprefix("BEGIN IF ").partition(" THEN RAISE EXCEPTION")[0]
            both = f'"{one.table}" AS "new", "{one.table}" AS "old"'
            connection.connection.driver_connection.execute(f"EXPLAIN SELECT 1 FROM {both} WHERE {condition}")


@pytest.mark.parametrize("pattern", ["a?", "a.b", "(a", "a+"])
def test_a_pattern_of_another_build_is_refused_and_not_guessed_at(pattern):
    with pytest.raises(ValueError, match="nobody has put"):
        condition_in_postgres(f"NEW.x NOT GLOB '{pattern}'")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER t AFTER INSERT ON x WHEN 1 BEGIN SELECT RAISE(ABORT, 'no'); END",
        "CREATE TRIGGER t BEFORE INSERT ON x WHEN 1 BEGIN DELETE FROM y; END",
        "CREATE TRIGGER t BEFORE INSERT ON x BEGIN SELECT RAISE(ABORT, 'no'); END",
        "CREATE TRIGGER t BEFORE INSERT ON x WHEN 1 BEGIN SELECT RAISE(IGNORE); END",
    ],
)
def test_a_trigger_of_another_build_is_refused_too(statement):
    with pytest.raises(ValueError, match="nobody has put"):
        trigger_in_postgres(statement)


SAID = {
    "NEW.a IS NOT OLD.a": "new.a IS DISTINCT FROM old.a",
    "one.a IS NEW.a": "(one.a = new.a OR one.a IS NULL AND new.a IS NULL)",
    "1": "TRUE",
    "NEW.flag": "new.flag <> 0",
    "NOT NEW.flag": "NOT new.flag <> 0",
    "NEW.n = OLD.n + (NEW.s = 'x')": "new.n = old.n + CASE WHEN (new.s = 'x') THEN 1 ELSE 0 END",
    "(NEW.a = 'x') <> (NEW.b IS NULL)": "(new.a = 'x') <> (new.b IS NULL)",
    "(NEW.a = 'x') IS NOT NEW.n": "CASE WHEN (new.a = 'x') THEN 1 ELSE 0 END IS DISTINCT FROM new.n",
    "coalesce(NEW.a, NEW.b) IS NOT NULL": "NOT NUM_NONNULLS(new.a, new.b) = 0",
    "NEW.a > max(NEW.b, 7)": "new.a > CASE WHEN NUM_NULLS(new.b, 7) = 0 THEN GREATEST(new.b, 7) END",
    "CASE NEW.a WHEN 'x' THEN NEW.b IS NULL ELSE 0 END": "CASE new.a WHEN 'x' THEN new.b IS NULL ELSE FALSE END",
    "NEW.a NOT GLOB 'age1*'": "NOT new.a ~ '^age1.*$'",
    "NEW.a <> zeroblob(3)": "new.a <> DECODE(REPEAT('00', 3), 'hex')",
}


@pytest.mark.parametrize(("sqlite", "postgres"), SAID.items())
def test_it_says_the_same_in_other_words(sqlite, postgres):
    assert condition_in_postgres(sqlite).replace('"', "") == postgres


# --- what a server must be ------------------------------------------------------------------------------------

WARNS_AT_THE_COMMIT = """
CREATE TABLE told (what text); CREATE FUNCTION warn() RETURNS trigger LANGUAGE plpgsql AS
$$BEGIN RAISE WARNING 'broken off'; RETURN NULL; END$$;
CREATE CONSTRAINT TRIGGER at_the_end AFTER INSERT ON told DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION warn(); INSERT INTO told VALUES ('one')
"""
"""What waits for a standby is broken off with a warning: so is this."""

UNSAFE = {
    "synchronous_commit = off": "ALTER DATABASE {} SET synchronous_commit = off",
    "synchronous_commit = local": "ALTER DATABASE {} SET synchronous_commit = local",
    "log_error_verbosity = verbose": "ALTER DATABASE {} SET log_error_verbosity = verbose",
}


@pytest.mark.parametrize(("said", "change"), UNSAFE.items(), ids=UNSAFE.keys())
def test_a_server_whose_word_is_not_to_be_relied_on_is_not_written_to(database, said, change):
    postgres.administer(change.format(database))
    other = store_on(database)
    try:
        with pytest.raises(Unready, match=said):
            other.check_form()
        with pytest.raises(Unready, match=said):
            other.prepare()
    finally:
        other.close()


def test_nor_one_that_sorts_by_a_language():
    name = postgres.new_database(
        "template0 LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8' ICU_LOCALE 'en' LOCALE_PROVIDER icu"
    )
    other = store_on(name)
    try:
        with pytest.raises(Unready, match="sorts text by a language"):
            other.prepare()
    finally:
        other.close()
        postgres.drop_database(name)


@pytest.mark.parametrize("address", ["custodiet", "postgresql://", "mysql://me@here/store"])
def test_what_is_no_address_of_one_is_said_so(address):
    with pytest.raises((Unready, CannotRecord)), viewing(open_postgres(address)):
        pass


# --- who waits for whom ---------------------------------------------------------------------------------------


def test_two_never_write_at_once_and_whoever_reads_waits_for_nobody(store, database):
    other = open_postgres(postgres.address(database))
    with writing(store._engine) as first:
        first.execute(text("INSERT INTO lease VALUES ('one', 1)"))
        with viewing(other) as view:
            assert view.execute(text("SELECT count(*) FROM lease")).scalar() == 0
        with pytest.raises(CannotRecord, match="cannot write now"), writing(other):
            pass
    with writing(other) as second:
        assert second.execute(text("SELECT count(*) FROM lease")).scalar() == 1
    other.dispose()


def test_whoever_waited_reads_what_was_written_meanwhile_however_the_server_begins_by_itself(store, database):
    postgres.administer(f"ALTER DATABASE {database} SET default_transaction_isolation = 'repeatable read'")
    other, count = open_postgres(postgres.address(database)), text("SELECT count(*) FROM lease")

    def wait_and_read():
        with writing(other) as second:
            return second.execute(count).scalar()

    waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with ThreadPoolExecutor(1) as beside, psycopg.connect(postgres.address(database), autocommit=True) as looks:
        with writing(store._engine) as first:
            read = beside.submit(wait_and_read)
            until(lambda: looks.execute(waits).fetchone() == (1,), lambda: "it never waits")
            first.execute(text("INSERT INTO lease VALUES ('one', 1)"))
        assert read.result() == 1
    other.dispose()


def test_a_commit_that_was_broken_off_is_heard_of_however_little_the_server_says_by_itself(database):
    postgres.administer(f"ALTER DATABASE {database} SET client_min_messages = error")
    other = open_postgres(postgres.address(database))
    with pytest.raises(CannotRecord), writing(other) as write:
        write.execute(text(WARNS_AT_THE_COMMIT))
    other.dispose()


def test_what_is_moved_into_it_may_be_read_for_as_long_as_it_takes(database):
    other = open_postgres(postgres.address(database))
    with writing(other) as target, _with_triggers_off(target, ()):
        assert target.execute(text("SHOW idle_in_transaction_session_timeout")).scalar() == "0"
    other.dispose()


def test_whoever_writes_and_says_nothing_for_long_loses_the_lock_and_what_it_had_begun(store, database, monkeypatch):
    monkeypatch.setattr("custodiet.adapters.store.postgres._BEGIN_WRITING", _BEGIN_WRITING.replace("30000", "50"))
    other = open_postgres(postgres.address(database))

    def say_nothing_for_long():
        with writing(other) as silent:
            silent.execute(text("INSERT INTO lease VALUES ('one', 1)"))
            until_alone(database)
            silent.execute(text("INSERT INTO lease VALUES ('two', 1)"))

    with pytest.raises(CannotRecord, match="cannot write now"):
        say_nothing_for_long()
    with writing(store._engine) as next_one:
        assert next_one.execute(text("SELECT count(*) FROM lease")).scalar() == 0
    with writing(other) as anew:
        anew.execute(text("INSERT INTO lease VALUES ('three', 1)"))
    other.dispose()


def test_a_server_that_ends_a_view_is_out_of_reach_whatever_it_says_of_it(store, database):
    def look_for_long():
        with viewing(store._engine) as view:
            view.execute(text("SELECT set_config('idle_in_transaction_session_timeout', '50', true)"))
            until_alone(database)
            view.execute(text("SELECT count(*) FROM lease"))

    with pytest.raises(CannotRecord, match="cannot be read now"):
        look_for_long()


def until_alone(database):
    """The server has ended every transaction in this database but the one that asks."""
    asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%%'"
    with psycopg.connect(postgres.address(database), autocommit=True) as looks:
        until(lambda: looks.execute(asked).fetchone() == (0,), lambda: "it is never ended")


def test_a_view_is_of_one_moment(store):
    with viewing(store._engine) as view:
        assert view.execute(text("SELECT count(*) FROM lease")).scalar() == 0
        store.take_lease("clock")
        assert view.execute(text("SELECT count(*) FROM lease")).scalar() == 0


def test_whoever_opens_it_to_read_cannot_write(database):
    reader = open_postgres(postgres.address(database), read_only=True)
    with pytest.raises(Exception, match="read-only"), writing(reader) as connection:
        connection.execute(text("INSERT INTO lease VALUES ('one', 1)"))
    reader.dispose()


def test_a_refusal_says_its_words_and_no_row(store):
    with writing(store._engine) as connection:
        connection.execute(text("INSERT INTO entry VALUES (0, 'marigold', 'x')"))
    with pytest.raises(IntegrityError) as caught, writing(store._engine) as connection:
        connection.execute(text("UPDATE entry SET leaf = 'y'"))
    assert refusal(caught.value) == "entry: never updated"
    with pytest.raises(IntegrityError) as caught, writing(store._engine) as connection:
        connection.execute(text("INSERT INTO frame VALUES (0, 7, 7, 0, 0, 'marigold', 'x')"))
    assert "marigold" not in refusal(caught.value)


@pytest.mark.parametrize(
    ("names", "waits_for"),
    [
        ("", 0),
        ("ANY 1 (a, b)", 1),
        ("any 2(a, b, c)", 2),
        ("FIRST 3 (*)", 3),
        ("2 (a, b)", 2),
        ("a, b", 1),
        ("*", 1),
        ('"any 5", b', 1),
    ],
)
def test_how_many_others_a_commit_waits_for_is_read_as_the_server_reads_it(names, waits_for):
    assert _named_synchronous(names) == waits_for
