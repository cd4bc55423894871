"""Whoever lays hands on a house's store, past all our code: the same statements on a file and on a server.

They are in SQLite's words. What they are not held against is as in SQLite: no foreign key while rules are aside.
"""

from __future__ import annotations

import re
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlglot
from psycopg.pq import TransactionStatus
from sqlalchemy import event
from sqlglot import exp

from custodiet.adapters.store.postgres import _BEGIN_WRITING
from custodiet.adapters.store.postgres_words import in_postgres, trigger_in_postgres
from custodiet.model.errors import CannotRecord

from . import postgres

REFUSED = (sqlite3.IntegrityError, psycopg.IntegrityError)
"""What is raised where a rule refuses a statement; its text begins with the rule's words."""
Given = Sequence[Any] | Mapping[str, Any]
"""What stands where a statement has `?`, or `:name`."""
_GIVEN = re.compile(r'"here_is_(\w*)\??"')
_TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
_TRIGGER = re.compile(r"\s*(CREATE|DROP) TRIGGER ")
_OF_SQLITE_ALONE = {
    r"\s*REPLACE |\bOR (REPLACE|IGNORE)\b": "one row that takes another's place in silence",
    r"CAST\(x'ff' AS TEXT\)": "text that is no UTF-8",
    r"\bprintf\(": "printf",
    r"\bsqlite_master\b|\browid\b|\bPRAGMA\b": "of how a file is made",
}


def words_of(refused: Exception) -> str:
    """What the rule says that refused."""
    return refused.diag.message_primary or "" if isinstance(refused, psycopg.Error) else str(refused)


@contextmanager
def hands_on(house: Any, *, keys: bool = False) -> Iterator[Hand]:
    """Statements on its store, each on its own; what they did stays. `keys`: a file too is held to its foreign keys."""
    opened = OnFile(house.path, keys=keys) if house.database is None else OnServer(house.database)
    with closing(opened):
        yield opened


def rewrite_an_entry(place: Any) -> None:
    """The second entry of a ledger says another name; every rule stands again afterwards."""
    with hands_on(place) as hand, hand.rules_held_back("entry"):
        [(body,)] = hand.execute("SELECT body FROM entry WHERE idx = 1").fetchall()
        hand.execute("UPDATE entry SET body = ? WHERE idx = 1", (body.replace(b"officer-ana", b"officer-eva"),))


def cut_short(place: Any) -> None:
    """The last entry of a ledger is gone."""
    with hands_on(place) as hand, hand.rules_held_back("entry"):
        hand.execute("DELETE FROM entry WHERE idx = (SELECT max(idx) FROM entry)")


@contextmanager
def held_by_another(house: Any, patch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Somebody else writes, and whoever waits for that gives up at once. Gives what makes an end of it."""
    engine = house.store._engine
    patch.setattr("custodiet.adapters.store.engine.LOCK_WAIT_MS", 1)
    if house.database is not None:

        @event.listens_for(engine, "connect")
        def _impatient(connection, _):
            connection.execute("SET lock_timeout = 1")
            connection.commit()

    engine.dispose()
    with hands_on(house) as hand:
        hand.begin_writing()
        yield hand.let_go
        hand.let_go()


@contextmanager
def answers_lost(house: Any) -> Iterator[None]:
    """What a monitor writes meanwhile is durable, and it is told that it is not."""
    ingesting = house.store.ingesting

    @contextmanager
    def torn() -> Iterator[Any]:
        with ingesting() as write:
            yield write
        raise CannotRecord("the disk said no, but it had written")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(house.store, "ingesting", torn)
        yield


def rules_aside(house: Any) -> None:
    """Drop every rule of a house's store: what is left to refuse anything is the vault."""
    with hands_on(house) as hand:
        hand.drop_rules()


def everything(house: Any) -> list[str]:
    """Every row of the store, so that what changed nothing can be seen to."""
    with hands_on(house) as hand:
        return hand.everything()


def stored_bytes(house: Any) -> bytes:
    """All that the store holds, to look for what must not be in it: the file as it lies there, or every value."""
    with hands_on(house) as hand:
        return hand.stored_bytes()


class Hand(ABC):
    """One connection, by SQLite's words."""

    @abstractmethod
    def execute(self, statement: str, given: Given = ()) -> Any:
        """A cursor, with what came of it. Raises one of REFUSED where a rule refuses."""

    @abstractmethod
    def columns(self, table: str) -> list[str]: ...

    @abstractmethod
    def rules(self, tables: str = "%") -> list[str]:
        """Names of the rules of tables that are LIKE this."""

    @abstractmethod
    def drop_rules(self, tables: str = "%") -> None:
        """For good."""

    @contextmanager
    @abstractmethod
    def at_once(self) -> Iterator[None]:
        """One transaction: one write to the disk."""

    @contextmanager
    @abstractmethod
    def rules_held_back(self, tables: str = "%") -> Iterator[None]:
        """The same, without the rules of tables that are LIKE this; afterwards they stand as they stood."""

    @contextmanager
    @abstractmethod
    def undone(self, *, keys: bool = True) -> Iterator[None]:
        """One transaction of which nothing stays. `keys`: foreign keys are held to."""

    @abstractmethod
    def begin_writing(self) -> None:
        """As the store itself does: nobody else writes until we let go."""

    @abstractmethod
    def let_go(self) -> None:
        """Whatever was begun comes to nothing."""

    def put(self, table: str, *row: Any) -> None:
        """In place of whatever has the same first value."""
        self.execute(f"DELETE FROM {table} WHERE {self.columns(table)[0]} = ?", row[:1])
        self.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)

    @abstractmethod
    def everything(self) -> list[str]: ...

    @abstractmethod
    def stored_bytes(self) -> bytes: ...

    @abstractmethod
    def close(self) -> None: ...


class OnFile(Hand):
    def __init__(self, path: Path, *, keys: bool = False) -> None:
        self._path = path
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
        if keys:
            self.execute("PRAGMA foreign_keys = ON")

    def execute(self, statement: str, given: Given = ()) -> Any:
        return self._connection.execute(statement, given)

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
    def rules_held_back(self, tables: str = "%") -> Iterator[None]:
        with self.at_once():
            asked = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE ?"
            rules = self.execute(asked, (tables,)).fetchall()
            for name, _ in rules:
                self.execute(f"DROP TRIGGER {name}")
            yield
            for _, text in rules:
                self.execute(text)

    @contextmanager
    def undone(self, *, keys: bool = True) -> Iterator[None]:
        self.execute(f"PRAGMA foreign_keys = {'ON' if keys else 'OFF'}")
        self.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            self.execute("ROLLBACK")

    def begin_writing(self) -> None:
        self.execute("BEGIN IMMEDIATE")

    def let_go(self) -> None:
        self._connection.rollback()

    def everything(self) -> list[str]:
        return list(self._connection.iterdump())

    def stored_bytes(self) -> bytes:
        return b"".join(path.read_bytes() for path in sorted(self._path.parent.glob(f"{self._path.name}*")))

    def close(self) -> None:
        self._connection.close()


class OnServer(Hand):
    def __init__(self, database: str) -> None:
        # Values are put into the text here: the server need not be told of what type they are.
        address, given = postgres.address(database), {"cursor_factory": psycopg.ClientCursor}
        self._connection = psycopg.connect(address, autocommit=True, **given)

    def execute(self, statement: str, given: Given = ()) -> Any:
        for words, what in _OF_SQLITE_ALONE.items():
            if re.search(words, statement):
                pytest.skip(f"PostgreSQL has no such thing: {what}")
        # Within a transaction each is undone on its own where it is refused, as in a file.
        inside = self._connection.info.transaction_status == TransactionStatus.INTRANS
        with self._connection.transaction() if inside else nullcontext():
            try:
                if _puts_another_type(statement, self._kinds()):
                    pytest.skip(ANOTHER_TYPE)
                for said in _in_its_words(statement):
                    cursor = self._connection.execute(said, given)
            except (psycopg.errors.DatatypeMismatch, psycopg.errors.InvalidTextRepresentation):
                pytest.skip(ANOTHER_TYPE)
        return cursor

    @cache  # noqa: B019 - as long as the connection
    def _kinds(self) -> dict[tuple[str, str], str]:
        """Of each column of each table its type."""
        asked = (
            "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public'"
        )
        return {(table, column): kind for table, column, kind in self._connection.execute(asked)}

    def execute_there(self, statement: str) -> None:
        """What only a server knows, in its own words."""
        self._connection.execute(statement, prepare=False)

    def tables_of_rules(self) -> dict[str, str]:
        """Of each rule its table."""
        asked = "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON tgrelid = pg_class.oid WHERE NOT tgisinternal"
        return dict(self._connection.execute(asked).fetchall())

    def columns(self, table: str) -> list[str]:
        asked = "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
        return [name for (name,) in self._connection.execute(f"{asked} ORDER BY attnum", (f'"{table}"',))]

    def rules(self, tables: str = "%") -> list[str]:
        asked = "SELECT tgname FROM pg_trigger JOIN pg_class ON tgrelid = pg_class.oid WHERE NOT tgisinternal"
        return [name for (name,) in self._connection.execute(f"{asked} AND relname LIKE %s", (tables,))]

    def drop_rules(self, tables: str = "%") -> None:
        if rules := self.rules(tables):
            functions = ", ".join(f'"law_{name}"' for name in rules)
            self._connection.execute(f"DROP FUNCTION {functions} CASCADE")

    @contextmanager
    def at_once(self) -> Iterator[None]:
        with self._connection.transaction():
            yield

    @contextmanager
    def rules_held_back(self, tables: str = "%") -> Iterator[None]:
        with self._connection.transaction():
            self._connection.execute("SET LOCAL session_replication_role = replica")
            yield

    @contextmanager
    def undone(self, *, keys: bool = True) -> Iterator[None]:
        with self._connection.transaction(force_rollback=True):
            if not keys:
                for whose in ("DISABLE TRIGGER ALL", "ENABLE TRIGGER USER"):
                    self.execute_there(OF_EACH_TABLE.format(whose))
            yield

    def begin_writing(self) -> None:
        self._connection.execute("BEGIN")
        self._connection.execute(_BEGIN_WRITING)

    def let_go(self) -> None:
        self._connection.rollback()

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


ANOTHER_TYPE = "PostgreSQL has no such thing: a value of another type than its column"


def _puts_another_type(statement: str, kinds: Mapping[tuple[str, str], str]) -> bool:
    """Whether a literal is put into a column that cannot hold it: PostgreSQL makes another value of it, unasked."""
    if _TRIGGER.match(statement):
        return False
    tree = sqlglot.parse_one(statement, read="sqlite")
    if isinstance(tree, exp.Insert) and isinstance(tree.this, exp.Schema):
        row = tree.expression.expressions
        row = row[0].expressions if isinstance(tree.expression, exp.Values) else row
        put = zip((one.name for one in tree.this.expressions), row, strict=False)
    elif isinstance(tree, exp.Update):
        put = ((one.this.name, one.expression) for one in tree.expressions)
    else:
        return False
    table = tree.find(exp.Table).name
    return any(_cannot_hold(kinds.get((table, column), ""), value) for column, value in put)


def _cannot_hold(kind: str, value: exp.Expr) -> bool:
    match kind:
        case "bytea":
            return isinstance(value, exp.Literal)
        case "bigint":
            return any("." in one.name for one in value.find_all(exp.Literal) if not one.is_string)
        case _:
            return isinstance(value, exp.HexString)


OF_EACH_TABLE = """
DO $do$ DECLARE one text; BEGIN
FOR one IN SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
LOOP EXECUTE format('ALTER TABLE %I {}', one); END LOOP; END $do$"""


@cache
def _in_its_words(statement: str) -> tuple[str, ...]:
    if _TRIGGER.match(statement):
        return tuple(one.replace("%", "%%") for one in trigger_in_postgres(statement) or ())
    tree = sqlglot.parse_one(statement, read="sqlite")
    for place in list(tree.find_all(exp.Placeholder)):
        place.replace(exp.column(f"here_is_{place.name}"))
    for product in list(tree.find_all(exp.Mul)):
        product.set("this", exp.cast(product.this, "bigint"))  # whole numbers are of 64 bits
    for subquery in tree.find_all(exp.Subquery):
        if isinstance(subquery.parent, exp.From) and not subquery.alias:
            subquery.set("alias", exp.TableAlias(this=exp.to_identifier("unnamed")))
    for rubbish in [one for one in tree.find_all(exp.Anonymous) if one.name.lower() == "randomblob"]:
        [length] = rubbish.expressions
        rubbish.replace(sqlglot.parse_one(f"decode(repeat('a7', {length.sql('sqlite')}), 'hex')", read="postgres"))
    said = in_postgres(tree).replace("%", "%%")
    return (_GIVEN.sub(lambda found: f"%({found[1]})s" if found[1] else "%s", said),)
