"""Every row of one database into another of the same form, SQLite's or PostgreSQL's, and whether both are the same.

The law weighs what people and processes do, step by step; rows that stand already it would refuse. So it is put out of
force while they are copied, inside the one transaction that also puts it back, and whoever copies compares afterwards:
each table's rows, and the form.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from sqlalchemy import Connection, inspect

from custodiet.adapters.store.digests import digest_of, form_digests
from custodiet.adapters.store.empty import open_empty
from custodiet.adapters.store.forms import form_on
from custodiet.adapters.store.law_aside import without_the_law
from custodiet.model.errors import TableMismatch

_AT_ONCE = 250
"""Rows that are held at once: a frame of a full commit has half a million bytes."""
_OF_FORM = "alembic_version"


def move_rows(source: Connection, target: Connection) -> int:
    """Copy every table and give how many rows. What the migrations have put into the target already stays.

    Raises TableMismatch, naming tables, unless both hold the same rows under the same form in the end.
    """
    tables, moved = _in_order(form_on(source)), 0
    with _LAW_AWAY[target.dialect.name](target, tables):
        for table in tables:
            if not target.exec_driver_sql(f'SELECT 1 FROM "{table}" LIMIT 1').first():  # noqa: S608 - a form's own names
                moved += _copy(source, target, table)
    differing = [table for table in tables if _sum(source, table) != _sum(target, table)]
    if differing:
        raise TableMismatch(f"the copy differs in {', '.join(differing)}: nothing was moved")
    if form_digests(source) != form_digests(target):
        raise TableMismatch("the copy has another form than what it is a copy of: nothing was moved")
    return moved


@cache
def _in_order(form: str) -> tuple[str, ...]:
    """The tables of a form, each after those that its rows refer to."""
    with open_empty(form) as connection:
        inspector = inspect(connection)
        there = set(inspector.get_table_names()) - {_OF_FORM}
        return tuple(name for name, _ in inspector.get_sorted_table_and_fkc_names() if name in there)


def _rows(connection: Connection, table: str, columns: Sequence[str]) -> Iterator[Sequence[Sequence[Any]]]:
    names = ", ".join(f'"{name}"' for name in columns)
    said, streamed = f'SELECT {names} FROM "{table}"', {"stream_results": True}  # noqa: S608
    with connection.exec_driver_sql(said, execution_options=streamed) as found:
        while part := found.fetchmany(_AT_ONCE):
            yield [tuple(row) for row in part]


def _columns(connection: Connection, table: str) -> list[str]:
    return list(connection.exec_driver_sql(f'SELECT * FROM "{table}" LIMIT 0').keys())  # noqa: S608


def _copy(source: Connection, target: Connection, table: str) -> int:
    columns, copied = _columns(target, table), 0
    put = _PUT[target.dialect.name](target, table, columns)
    for part in _rows(source, table, columns):
        put(part)
        copied += len(part)
    return copied


def _sum(connection: Connection, table: str) -> tuple[int, int]:
    """How many rows a table has, and the sum of their digests: the same in whatever order they come."""
    count = total = 0
    for part in _rows(connection, table, sorted(_columns(connection, table))):
        count += len(part)
        total += sum(int.from_bytes(digest_of(row)) for row in part)
    return count, total % 2**256


# --- what each engine wants ----------------------------------------------------------------------------------------


def _put_sqlite(target: Connection, table: str, columns: Sequence[str]) -> Callable[[Any], None]:
    names, places = ", ".join(f'"{name}"' for name in columns), ", ".join("?" for _ in columns)

    def put(rows: Sequence[Sequence[Any]]) -> None:
        target.exec_driver_sql(f'INSERT INTO "{table}" ({names}) VALUES ({places})', list(rows))  # noqa: S608

    return put


def _put_postgres(target: Connection, table: str, columns: Sequence[str]) -> Callable[[Any], None]:
    driver: Any = target.connection.driver_connection
    said = f'COPY "{table}" ({", ".join(f"{chr(34)}{name}{chr(34)}" for name in columns)}) FROM STDIN'

    def put(rows: Sequence[Sequence[Any]]) -> None:
        with driver.cursor() as cursor, cursor.copy(said) as copy:
            for row in rows:
                copy.write_row(row)

    return put


@contextmanager
def _without_triggers(target: Connection, _: Sequence[str]) -> Iterator[None]:
    target.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    driver: Any = target.connection.driver_connection
    with without_the_law(driver):
        yield


@contextmanager
def _with_triggers_off(target: Connection, tables: Sequence[str]) -> Iterator[None]:
    # It hears nothing while the source is read through, which may take hours.
    target.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
    for table in tables:
        target.exec_driver_sql(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
    yield
    target.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")  # those that wait for the end are weighed now
    for table in tables:
        target.exec_driver_sql(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')


_PUT = {"sqlite": _put_sqlite, "postgresql": _put_postgres}
_LAW_AWAY = {"sqlite": _without_triggers, "postgresql": _with_triggers_off}
