"""Row changes, carried out. The same function writes the live store and the one a replay fills.

Changes of one kind that follow one another go to the driver together; their order is kept, since triggers read it.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Executable, Table, and_, bindparam, insert, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.sqlite import insert as insert_or

from custodiet.adapters.store.every_table import BY_NAME
from custodiet.adapters.store.tables import frame
from custodiet.model.change import Add, Blank, Insert, Put, RowChange, Update
from custodiet.wire.frame import PIECE_BYTES, piece_of, unpack_directory

_DIALECT = sqlite.dialect()
_KEY = "key_"
"""Before the names of an update's key, so that a column can be both looked for and set."""


def carry_out(connection: Connection, changes: Iterable[RowChange]) -> None:
    """Do each change in order. A constraint that refuses one raises IntegrityError, and the caller rolls back."""
    for form, group in groupby(changes, key=_form):
        alike = list(group)
        if isinstance(alike[0], Blank):
            for one in alike:
                _blank(connection, one)  # type: ignore[arg-type]
        else:
            sql, parts = _prepared(*form)
            rows = [_values(one) for one in alike]
            # As SQLAlchemy would, but not anew for every row, which costs more than SQLite takes to write it.
            connection.exec_driver_sql(
                sql, [tuple([bound(row[name]) if bound else row[name] for name, bound in parts]) for row in rows]
            )


def _form(change: RowChange) -> tuple[type, str, tuple[str, ...], tuple[str, ...]]:
    """What of a change makes its statement: its kind, table and columns; a key that is None is looked for as NULL."""
    match change:
        case Insert(table, row):
            return Insert, table, (), tuple(row)
        case Update(table, key, values):
            return Update, table, tuple(name if key[name] is not None else f"-{name}" for name in key), tuple(values)
        case Put(table, key, values):
            return Put, table, tuple(key), tuple(values)
        case Add(table, key, column, _):
            return Add, table, tuple(key), (column,)
        case Blank():
            return Blank, "frame", (), ()


def _values(change: RowChange) -> dict[str, Any]:
    match change:
        case Insert(_, row):
            return dict(row)
        case Update(_, key, values):
            return {f"{_KEY}{name}": value for name, value in key.items() if value is not None} | dict(values)
        case Put(_, key, values):
            return {**key, **values}
        case Add(_, key, column, by):
            return {**key, column: by}
        case Blank():
            return {}


@cache
def _statement(kind: type, name: str, key: Sequence[str], columns: Sequence[str]) -> Executable:
    table = _table(name)
    if kind is Insert:
        return insert(table)
    if kind is Update:
        is_ = [
            table.c[one[1:]].is_(None) if one.startswith("-") else table.c[one] == bindparam(f"{_KEY}{one}")
            for one in key
        ]
        return update(table).where(and_(*is_)).values({one: bindparam(one) for one in columns})
    statement = insert_or(table)
    if kind is Put:
        return statement.on_conflict_do_update(
            index_elements=list(key), set_={one: statement.excluded[one] for one in columns}
        )
    raised = {one: statement.excluded[one] + table.c[one] for one in columns}
    return statement.on_conflict_do_update(index_elements=list(key), set_=raised)


@cache
def _prepared(
    kind: type, name: str, key: Sequence[str], columns: Sequence[str]
) -> tuple[str, tuple[tuple[str, Callable[[Any], Any] | None], ...]]:
    """The statement as SQLite reads it, and its parameters in their order with what turns each into a stored one."""
    looked_for = {f"{_KEY}{one}" if kind is Update else one: one for one in key if not one.startswith("-")}
    column_of = {**looked_for, **{one: one for one in columns}}
    statement = _statement(kind, name, key, columns)
    compiled = statement.compile(dialect=_DIALECT, column_keys=list(column_of))  # type: ignore[attr-defined]
    types = [(one, _table(name).c[column_of[one]].type) for one in compiled.positiontup]
    parts = [(one, type_.dialect_impl(_DIALECT).bind_processor(_DIALECT)) for one, type_ in types]
    return str(compiled), tuple(parts)


def _table(name: str) -> Table:
    return BY_NAME[name]


def _blank(connection: Connection, blank: Blank) -> None:
    this = and_(frame.c.partition == blank.partition, frame.c.number == blank.number)
    row = connection.execute(frame.select().where(this)).one_or_none()
    if row is None:
        return  # a replay has no frames: they are bound by their ingest record, not by this one
    at = list(unpack_directory(row.directory))[blank.position]
    piece_of(row.sealed, at)
    sealed = row.sealed[: at.offset] + bytes(PIECE_BYTES) + row.sealed[at.offset + PIECE_BYTES :]
    connection.execute(update(frame).where(this).values(sealed=sealed))
