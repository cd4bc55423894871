"""Rules that stand in the store, each tried by raw SQL, past all our code.

`RULES`: name of the trigger -> (its words, attempts that it refuses, what must stand first). An attempt is a statement,
or a row like one that stands with other values (`again`). Each is refused in the words of its own rule while only that
rule is in place, goes through once it is dropped, and is refused with every rule in place.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from . import postgres
from .by_hand import OF_EACH_TABLE, REFUSED, OnServer, hands_on, words_of


@contextmanager
def raw(place, names, *, keys=False) -> Iterator:
    """Statements in one transaction that is rolled back; `:name` stands for a value of `names`."""
    with hands_on(place) as hand, hand.undone(keys=keys):
        yield Said(hand, names)


class Said:
    """What is said by hand, with names in it."""

    def __init__(self, hand, names) -> None:
        self._hand, self._names = hand, names
        self.columns, self.rules = hand.columns, hand.rules

    def __call__(self, statement: str):
        return self._hand.execute(statement, bound(statement, self._names))


def bound(statement, names):
    return {key: value for key, value in names.items() if f":{key}" in statement}


def world_of(place, names):
    """The world of a file of tests, on whichever store it stands."""
    return World(place.path, names) if place.database is None else WorldOnServer(place.database, names)


class World:
    """A store in which something stands, tried by every test of a file; whatever a test does is rolled back.

    It is opened once: there are hundreds of rules, and each opening reads them all. So does taking one away and
    rolling that back; what is tried with one rule alone is tried on a copy that has none.
    """

    def __init__(self, path, names) -> None:
        self._names = names
        self._whole = sqlite3.connect(path, isolation_level=None)
        self._bare = sqlite3.connect(":memory:", isolation_level=None)
        self._whole.backup(self._bare)
        self._bare.execute("CREATE TEMP TABLE law_aside AS SELECT * FROM sqlite_master WHERE type = 'trigger'")
        _in_schema(self._bare.execute, "DELETE FROM sqlite_master WHERE type = 'trigger'")
        self._on = self._whole

    def close(self) -> None:
        self._whole.close()
        self._bare.close()

    @contextmanager
    def rolled_back(self) -> Iterator["World"]:
        self._on = self._whole
        for each in (self._whole, self._bare):
            each.execute("BEGIN IMMEDIATE")
        yield self
        for each in (self._whole, self._bare):
            each.execute("ROLLBACK")
        if self._on is self._bare:  # what was brought back past SQLite, it does not know to have gone again
            self._bare.execute("PRAGMA writable_schema = RESET")

    def __call__(self, statement: str) -> sqlite3.Cursor:
        return self._on.execute(statement, {key: value for key, value in self._names.items() if f":{key}" in statement})

    def put_rules_aside(self) -> None:
        """For the rest of the test, before anything is done in it."""
        self._on = self._bare

    def bring_back(self, name: str | None = None) -> None:
        """That rule, or every one at once: one by one would be hundreds of changes of the schema."""
        if name is None:
            _in_schema(self, "INSERT INTO sqlite_master SELECT * FROM law_aside")
            return
        [(text,)] = self._bare.execute("SELECT sql FROM law_aside WHERE name = ?", (name,))
        self(text)

    def columns(self, table: str) -> list[str]:
        return [row[1] for row in self(f"PRAGMA table_info({table})")]


class WorldOnServer:
    """The same in two databases of a server: one whole, and a copy in which nothing is held to, but keys and checks."""

    def __init__(self, database, names) -> None:
        self._names = names
        self._copy = postgres.new_database(database)
        self._whole, self._bare = OnServer(database), OnServer(self._copy)
        self._bare.execute_there(OF_EACH_TABLE.format("DISABLE TRIGGER ALL"))
        self._tables = self._bare.tables_of_rules()
        self._on = self._whole

    def close(self) -> None:
        self._whole.close()
        self._bare.close()
        postgres.drop_database(self._copy)

    @contextmanager
    def rolled_back(self) -> Iterator["WorldOnServer"]:
        self._on = self._whole
        with self._whole.undone(), self._bare.undone():
            yield self

    def __call__(self, statement: str):
        if statement.startswith("PRAGMA"):
            return SimpleNamespace(rowcount=-1)  # of keys, which are put off there by themselves
        return self._on.execute(statement, bound(statement, self._names))

    def put_rules_aside(self) -> None:
        self._on = self._bare

    def bring_back(self, name: str | None = None) -> None:
        if name is None:
            self._bare.execute_there(OF_EACH_TABLE.format("ENABLE TRIGGER USER"))
        else:
            self._bare.execute_there(f'ALTER TABLE "{self._tables[name]}" ENABLE TRIGGER "{name}"')

    def columns(self, table: str) -> list[str]:
        return self._on.columns(table)


def again(table, where, **changed):
    """A statement that inserts a row like one that stands, with other values."""
    return table, where, changed


def written(sql, attempt):
    """An attempt as a statement."""
    if isinstance(attempt, str):
        return attempt
    table, where, changed = attempt
    columns = sql.columns(table)
    values = ", ".join(changed.get(column, column) for column in columns)
    names = ", ".join(columns)
    return f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} WHERE {where} LIMIT 1"


def each_attempt(rules):
    """A test for each attempt: `name` of its rule, and its `number`."""
    every = [(name, number) for name, (_, attempts, _) in rules.items() for number in range(len(attempts))]
    return pytest.mark.parametrize(("name", "number"), every, ids=[f"{name}-{number}" for name, number in every])


def refused_by_its_rule(sql, rules, name, number):
    """In its own words, with no other rule in place."""
    attempt = _ready(sql, rules, name, number, alone=True)
    with pytest.raises(REFUSED) as caught:
        sql(attempt)
    assert words_of(caught.value) == rules[name][0]


def goes_through_without_it(sql, rules, name, number):
    """So it is this rule that refuses, and no accident."""
    attempt = _ready(sql, rules, name, number, alone=True)
    sql(f"DROP TRIGGER {name}")
    assert sql(attempt).rowcount > 0


def refused_by_all_of_them(sql, rules, name, number):
    """With every rule in place it is refused too."""
    attempt = _ready(sql, rules, name, number, alone=False)
    with pytest.raises(REFUSED):
        sql(attempt)


def tried(rules, constraints):
    """All of the above as a class of tests, for a file that has `sql`: every rule of a migration, and each attempt."""

    class Law:
        def test_every_rule_of_the_migration_is_tried(self):
            assert sorted(rules) == sorted(statement.split()[2] for statement in constraints)

        @each_attempt(rules)
        def test_what_breaks_a_rule_is_refused_in_its_words(self, sql, name, number):
            refused_by_its_rule(sql, rules, name, number)

        @each_attempt(rules)
        def test_it_is_this_rule_that_refuses(self, sql, name, number):
            goes_through_without_it(sql, rules, name, number)

        @each_attempt(rules)
        def test_it_is_refused_with_every_rule_in_place(self, sql, name, number):
            refused_by_all_of_them(sql, rules, name, number)

    return Law


def _ready(sql, rules, name, number, *, alone):
    """The rule on its own, or with the others in place for the attempt itself, after what must stand."""
    _, attempts, first = rules[name]
    if alone or first:
        sql.put_rules_aside()
        for statement in first:
            assert sql(statement).rowcount != 0
        sql.bring_back(name if alone else None)
    return written(sql, attempts[number])


def _in_schema(sql, statement):
    """Past what refuses it, and read anew."""
    sql("PRAGMA writable_schema = ON")
    assert sql(statement).rowcount > 0
    sql("PRAGMA writable_schema = RESET")
