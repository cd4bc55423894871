"""Whoever lays hands on a house's store, past all our code: the same statements on a file and on a server.

They are in SQLite's words. What they are not held against is as in SQLite: no foreign key while rules are aside.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import sqlglot
from sqlglot import exp

from custodiet.adapters.store.postgres_words import in_postgres, trigger_in_postgres

from . import postgres

REFUSED = (sqlite3.IntegrityError, psycopg.IntegrityError)
"""What is raised where a rule refuses a statement; its text begins with the rule's words."""
_GIVEN = "given_here"
_TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
_TRIGGER = re.compile(r"\s*(CREATE|DROP) TRIGGER ")


@contextmanager
def by_hand(house: Any) -> Iterator[Hand]:
    """Statements on its store, each on its own; what they did stays."""
    opened = _OnFile(house.path) if house.database is None else _OnServer(house.database)
    with closing(opened):
        yield opened


def rules_aside(house: Any) -> None:
    """Drop every rule of a house's store: what is left to refuse anything is the vault."""
    with by_hand(house) as hand:
        hand.drop_rules()


def everything(house: Any) -> list[str]:
    """Every row of the store, so that what changed nothing can be seen to."""
    with by_hand(house) as hand:
        return hand.everything()


def stored_bytes(house: Any) -> bytes:
    """All that the store holds, to look for what must not be in it: the file as it lies there, or every value."""
    with by_hand(house) as hand:
        return hand.stored_bytes()


class Hand:
    """One connection, by SQLite's words."""

    def execute(self, statement: str, given: Sequence[Any] = ()) -> Any:
        """A cursor, with what came of it. Raises one of REFUSED where a rule refuses."""
        raise NotImplementedError

    def columns(self, table: str) -> list[str]:
        raise NotImplementedError

    def rules(self, tables: str = "%") -> list[str]:
        """Names of the rules of tables that are LIKE this."""
        raise NotImplementedError

    def drop_rules(self, tables: str = "%") -> None:
        """For good."""
        raise NotImplementedError

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """One transaction: one write to the disk."""
        raise NotImplementedError

    @contextmanager
    def rules_held_back(self) -> Iterator[None]:
        """The same, without any rule; afterwards they stand as they stood."""
        raise NotImplementedError

    def put(self, table: str, *row: Any) -> None:
        """In place of whatever has the same first value."""
        self.execute(f"DELETE FROM {table} WHERE {self.columns(table)[0]} = ?", row[:1])
        self.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)

    def everything(self) -> list[str]:
        raise NotImplementedError

    def stored_bytes(self) -> bytes:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError


class _OnFile(Hand):
    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.execute = self._connection.execute

    def columns(self, table: str) -> list[str]:
        return [row[1] for row in self.execute(f"PRAGMA table_info({table})")]

    def rules(self, tables: str = "%") -> list[str]:
        found = self.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE ?", (tables,))
        return [name for (name,) in found]

    def drop_rules(self, tables: str = "%") -> None:
        with self.at_once():
            for name in self.rules(tables):
                self.execute(f"DROP TRIGGER {name}")

    @contextmanager
    def at_once(self) -> Iterator[None]:
        self.execute("BEGIN IMMEDIATE")
        yield
        self.execute("COMMIT")

    @contextmanager
    def rules_held_back(self) -> Iterator[None]:
        with self.at_once():
            rules = self.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for name, _ in rules:
                self.execute(f"DROP TRIGGER {name}")
            yield
            for _, text in rules:
                self.execute(text)

    def everything(self) -> list[str]:
        return list(self._connection.iterdump())

    def stored_bytes(self) -> bytes:
        return b"".join(path.read_bytes() for path in sorted(self._path.parent.glob(f"{self._path.name}*")))

    def close(self) -> None:
        self._connection.close()


class _OnServer(Hand):
    def __init__(self, database: str) -> None:
        # Values are put into the text here: the server need not be told of what type they are.
        address, given = postgres.address(database), {"cursor_factory": psycopg.ClientCursor}
        self._connection = psycopg.connect(address, autocommit=True, **given)

    def execute(self, statement: str, given: Sequence[Any] = ()) -> Any:
        for said in _in_its_words(statement):
            cursor = self._connection.execute(said, given)
        return cursor

    def columns(self, table: str) -> list[str]:
        asked = "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
        return [name for (name,) in self._connection.execute(f"{asked} ORDER BY attnum", (f'"{table}"',))]

    def rules(self, tables: str = "%") -> list[str]:
        asked = "SELECT tgname FROM pg_trigger JOIN pg_class ON tgrelid = pg_class.oid WHERE NOT tgisinternal"
        return [name for (name,) in self._connection.execute(f"{asked} AND relname LIKE %s", (tables,))]

    def drop_rules(self, tables: str = "%") -> None:
        functions = ", ".join(f'"law_{name}"' for name in self.rules(tables))
        self._connection.execute(f"DROP FUNCTION {functions} CASCADE")

    @contextmanager
    def at_once(self) -> Iterator[None]:
        with self._connection.transaction():
            yield

    @contextmanager
    def rules_held_back(self) -> Iterator[None]:
        with self._connection.transaction():
            self._connection.execute("SET LOCAL session_replication_role = replica")
            yield

    def everything(self) -> list[str]:
        return [
            f"{table}: {row}"
            for table in self._tables()
            for (row,) in self._connection.execute(f'SELECT CAST(one AS text) FROM "{table}" AS one ORDER BY 1')
        ]

    def stored_bytes(self) -> bytes:
        parts = []
        for table in self._tables():
            # In this form text and bytes are as they are, and not in digits.
            with self._connection.cursor().copy(f'COPY "{table}" TO STDOUT (FORMAT binary)') as copied:
                parts += map(bytes, copied)
        return b"".join(parts)

    def _tables(self) -> list[str]:
        return [name for (name,) in self._connection.execute(_TABLES)]

    def close(self) -> None:
        self._connection.close()


@cache
def _in_its_words(statement: str) -> tuple[str, ...]:
    if _TRIGGER.match(statement):
        return tuple(one.replace("%", "%%") for one in trigger_in_postgres(statement) or ())
    tree = sqlglot.parse_one(statement, read="sqlite")
    for place in list(tree.find_all(exp.Placeholder)):
        place.replace(exp.column(_GIVEN))
    return (in_postgres(tree).replace("%", "%%").replace(f'"{_GIVEN}"', "%s"),)
