"""Rules that stand in the store, each tried by raw SQL, past all our code.

`RULES`: name of the trigger -> (its words, attempts that it refuses, what must stand first). An attempt is a statement,
or a row like one that stands with other values (`again`). Each is refused in the words of its own rule while only that
rule is in place, goes through once it is dropped, and is refused with every rule in place.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest


@contextmanager
def raw(path, names) -> Iterator:
    """Statements in one transaction that is rolled back; `:name` stands for a value of `names`."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield lambda statement: connection.execute(
            statement, {key: value for key, value in names.items() if f":{key}" in statement}
        )
        connection.execute("ROLLBACK")


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


def rules_aside(house):
    """Drop every rule of a house's store: what is left to refuse anything is the vault."""
    with closing(sqlite3.connect(house.path)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.commit()


def again(table, where, **changed):
    """A statement that inserts a row like one that stands, with other values."""
    return table, where, changed


def written(sql, attempt):
    """An attempt as a statement."""
    if isinstance(attempt, str):
        return attempt
    table, where, changed = attempt
    columns = [row[1] for row in sql(f"PRAGMA table_info({table})")]
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
    with pytest.raises(sqlite3.IntegrityError) as caught:
        sql(attempt)
    assert str(caught.value) == rules[name][0]


def goes_through_without_it(sql, rules, name, number):
    """So it is this rule that refuses, and no accident."""
    attempt = _ready(sql, rules, name, number, alone=True)
    sql(f"DROP TRIGGER {name}")
    assert sql(attempt).rowcount > 0


def refused_by_all_of_them(sql, rules, name, number):
    """With every rule in place it is refused too."""
    attempt = _ready(sql, rules, name, number, alone=False)
    with pytest.raises(sqlite3.IntegrityError):
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
