"""Rows as digests, to compare two stores without showing either."""

from hashlib import sha256

import rfc8785
from sqlalchemy import Connection, Row, text

from custodiet.adapters.store.every_table import REPLAYED
from custodiet.adapters.store.tables import metadata

_MOVES = {"decision_move": ["from_state", "to_state"], "alert_move": ["from_state", "move", "to_state"]}
"""Tables that the triggers go by."""
TABLES = tuple(table.name for table in REPLAYED)


def row_digests(connection: Connection, table: str) -> dict[bytes, bytes]:
    """Digest of each row's key to digest of the whole row, as the columns hold it."""
    columns = [column.name for column in metadata.tables[table].columns]
    keys = [column.name for column in metadata.tables[table].primary_key.columns]
    names = ", ".join(f'"{name}"' for name in columns)
    rows = connection.execute(text(f'SELECT {names} FROM "{table}"'))  # noqa: S608 - our own table's names
    return {_digest(row, keys): _digest(row, columns) for row in rows}


def form_digests(connection: Connection) -> dict[bytes, bytes]:
    """Digest of each definition's name to digest of its text, and the legal moves that the triggers go by."""
    made = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
    rows = list(made)
    form = {_digest(row, ["name"]): _digest(row, ["name", "sql"]) for row in rows}
    for table, columns in _MOVES.items():
        if table not in {row.name for row in rows}:
            continue  # of an earlier form; or taken away, and then its definition is missing above
        moves = connection.execute(text(f"SELECT {', '.join(columns)} FROM {table}"))  # noqa: S608 - our own names
        form |= {sha256(table.encode() + _digest(row, columns)).digest(): b"" for row in moves}
    return form


def _digest(row: Row[tuple[object, ...]], names: list[str]) -> bytes:
    values = row._mapping  # noqa: SLF001 - SQLAlchemy's public name for it
    return sha256(rfc8785.dumps([_plain(values[name]) for name in names])).digest()


def _plain(value: object) -> str | int | list[str] | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return ["bytes", value.hex()]
    if isinstance(value, int):
        return ["int", str(value)]  # the canonical form holds no integer beyond 2^53
    if isinstance(value, float):
        return ["float", value.hex()]  # none of ours; someone else's hand
    raise TypeError(f"a column of type {type(value).__name__}")
