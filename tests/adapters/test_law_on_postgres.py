"""The law on PostgreSQL is the law on SQLite: what raw SQL cannot do in the one it cannot do in the other.

The world of test_store_law.py is brought over row by row, and each attempt of that file made again.
"""

import psycopg
import pytest
import sqlglot
from sqlglot import exp
from support import postgres
from support.house import START, SeededChance, SetClock, empty_database
from test_store_law import ATTEMPTS, IDS, LAW, TRIED_ELSEWHERE, build

from custodiet.adapters.store.digests import form_digests
from custodiet.adapters.store.engine import viewing
from custodiet.adapters.store.postgres import PostgresStore
from custodiet.adapters.store.postgres_words import in_postgres, read_trigger, trigger_in_postgres
from custodiet.adapters.store.replay import replay_store
from custodiet.adapters.store.sqlite import SqliteStore


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """The same rows in a database of the server, and the names of what stands there."""
    built = build(tmp_path_factory.mktemp("law"))
    name = built.place.database or postgres.new_database(empty_database())
    given = (SetClock(START), SeededChance(1))
    server = PostgresStore(postgres.address(name), *given)
    if built.place.database is None:
        file = SqliteStore(built.place.path, *given)
        assert file.copy_into(server) > 500
        file.close()
    yield server, name, built.names
    server.close()
    postgres.drop_database(name)


@pytest.fixture(scope="module")
def without_decisions(world):
    """A connection of psycopg's own, without what a decision must rest on, as there."""
    _, name, _ = world
    with psycopg.connect(postgres.address(name)) as connection:
        for one in TRIED_ELSEWHERE:
            for law in map(read_trigger, one.CONSTRAINTS):
                if law.name.startswith("decision_"):
                    connection.execute(f'DROP TRIGGER "{law.name}" ON "{law.table}"')
        connection.execute(FUNCTIONS)
        yield connection
        connection.rollback()


@pytest.fixture
def sql(without_decisions, world):
    """Whatever a test does is rolled back."""
    _, _, names = world
    with without_decisions.transaction(force_rollback=True):
        yield lambda statement: without_decisions.execute(_said(statement, names))


@pytest.fixture
def without(without_decisions):
    """Takes rules away, for the test."""

    def drop(names):
        for name in names:
            for statement in trigger_in_postgres(f"DROP TRIGGER {name}"):
                without_decisions.execute(statement)

    return drop


def _said(statement, names):
    """A statement of test_store_law.py, with what it names put in, as PostgreSQL has it."""
    tree = sqlglot.parse_one(statement, read="sqlite")
    for place in list(tree.find_all(exp.Placeholder)):
        place.replace(exp.Literal.string(names[place.name]) if isinstance(names[place.name], str) else place)
    return in_postgres(tree)


def test_the_form_is_told_as_the_migrations_make_it(world):
    server, _, _ = world
    with viewing(server._engine) as connection, replay_store() as empty:
        assert form_digests(connection) == empty.form_digests()


def begin(sql, rule):
    for statement in [rule.first] if isinstance(rule.first, str) else rule.first:
        if statement and not statement.startswith("PRAGMA"):
            assert sql(statement).rowcount != 0


OF_SQLITE_ALONE = ("REPLACE", "x'636c6f636b'", "FROM further", "FROM elsewhere", "max(idx) + 2", "id = (SELECT")
"""What there is no such thing as there: INSERT OR REPLACE, bytes in a column of text, the first of several rows."""
EACH = [
    pytest.param(*one, id=name)
    for one, name in zip(ATTEMPTS, IDS, strict=True)
    if not any(words in one[1] for words in OF_SQLITE_ALONE)
]
FUNCTIONS = """
CREATE FUNCTION date(day text, later text) RETURNS text LANGUAGE sql
  AS $$ SELECT to_char(CAST(day AS date) + CAST(later AS interval), 'YYYY-MM-DD') $$;
CREATE FUNCTION randomblob(count bigint) RETURNS bytea LANGUAGE sql
  AS $$ SELECT decode(string_agg(md5(random()::text), ''), 'hex') FROM generate_series(0, count / 16) $$;
"""
"""Of SQLite's, for the attempts alone: no law asks for them."""


@pytest.mark.parametrize(("name", "attempt"), EACH)
def test_raw_sql_cannot_break_the_rule_on_postgresql_either(sql, without, name, attempt):
    """And it is this rule that refuses: the others that would are away, as there."""
    begin(sql, LAW[name])
    without(LAW[name].beside)
    try:
        with pytest.raises(psycopg.IntegrityError) as caught:
            sql(attempt)
    except psycopg.DataError:
        assert "day" in attempt, "of a day that is none, no day can be made"
    else:
        assert caught.value.diag.message_primary == LAW[name].words
