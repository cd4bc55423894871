"""Rows as digests, to compare two stores without showing either."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from hashlib import sha256

import msgspec
from sqlalchemy import Connection, text

from custodiet.adapters.store.every_table import REPLAYED
from custodiet.adapters.store.forms import form_on
from custodiet.adapters.store.tables import metadata

_MOVES = {"decision_move": ["from_state", "to_state"], "alert_move": ["from_state", "move", "to_state"]}
"""Tables that the triggers go by."""
TABLES = tuple(table.name for table in REPLAYED)
_one_way = msgspec.msgpack.Encoder().encode
"""A row's values to bytes that tell apart a number and a text, and where each ends. Held against nothing outside."""


def row_digests(connection: Connection, table: str) -> Iterator[tuple[bytes, bytes]]:
    """Digest of each row's key with digest of the whole row, as the columns hold it, one row after the other."""
    query, keys = _query(table)
    # As the driver takes it: nearly every table of nearly every store is empty, and to prepare this cost more than it.
    return ((digest_of(row[:keys]), digest_of(row)) for row in connection.exec_driver_sql(query))


@cache
def _query(table: str) -> tuple[str, int]:
    """All rows, and how many of the columns, which come first, are the key."""
    keys = [column.name for column in metadata.tables[table].primary_key.columns]
    columns = keys + [column.name for column in metadata.tables[table].columns if column.name not in keys]
    names = ", ".join(f'"{name}"' for name in columns)
    return f'SELECT {names} FROM "{table}"', len(keys)  # noqa: S608 - our own table's names


def form_digests(connection: Connection) -> dict[bytes, bytes]:
    """Digest of each definition's name to digest of its text, and the legal moves that the triggers go by."""
    rows = list(_definitions(connection))
    form = {digest_of((name,)): digest_of((name, definition)) for name, definition in rows}
    for table, columns in _MOVES.items():
        if table not in {name for name, _ in rows}:
            continue  # of an earlier form; or taken away, and then its definition is missing above
        moves = connection.execute(text(f"SELECT {', '.join(columns)} FROM {table}"))  # noqa: S608 - our own names
        form |= {sha256(table.encode() + digest_of(row)).digest(): b"" for row in moves}
    return form


def _definitions(connection: Connection) -> Iterable[tuple[str, str]]:
    if connection.dialect.name == "sqlite":
        made = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
        return [(row.name, row.sql) for row in made]
    from custodiet.adapters.store.postgres_form import definitions  # noqa: PLC0415 - only there is PostgreSQL

    return definitions(connection, form_on(connection))


def digest_of(values: Sequence[object]) -> bytes:
    """Of a row's values, as the columns hold them."""
    return sha256(_one_way(tuple(values))).digest()
