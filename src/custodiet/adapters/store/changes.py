"""Row changes, carried out. The same function writes the live store and the one a replay fills.

Changes of one kind that follow one another go to the driver together; their order is kept, since triggers read it.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib import import_module
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Dialect, Executable, Table, and_, bindparam, insert, update

from custodiet.adapters.store.every_table import BY_NAME
from custodiet.adapters.store.tables import frame
from custodiet.model.change import Add, Blank, Insert, Put, PutMany, RowChange, Update
from custodiet.wire.frame import PIECE_BYTES, piece_of, unpack_directory

_KEY = "key_"
"""Before the names of an update's key, so that a column can be both looked for and set."""


def carry_out(connection: Connection, changes: Iterable[RowChange]) -> None:
    """Do each change in order. A constraint that refuses one raises IntegrityError, and the caller rolls back."""
    for form, group in groupby(changes, key=_form):
        alike = list(group)
        if form[0] is Blank:
            _blank(connection, alike)  # type: ignore[arg-type]
        elif form[0] is PutMany:
            for one in alike:
                _put_many(connection, one)  # type: ignore[arg-type]
        else:
            sql, parts = _prepared(connection.dialect, *form)
            rows = [_values(one) for one in alike]
            # As SQLAlchemy would, but not anew for every row, which costs more than the database takes to write it.
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
        case PutMany(table, key, columns, _):
            return PutMany, table, key, columns
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
        case PutMany() | Blank():
            return {}


@cache
def _statement(dialect: str, kind: type, name: str, key: Sequence[str], columns: Sequence[str]) -> Executable:
    table = _table(name)
    if kind is Insert:
        return insert(table)
    if kind is Update:
        is_ = [
            table.c[one[1:]].is_(None) if one.startswith("-") else table.c[one] == bindparam(f"{_KEY}{one}")
            for one in key
        ]
        return update(table).where(and_(*is_)).values({one: bindparam(one) for one in columns})
    # By its name: a process whose store is a file has no use for the other's words.
    either = import_module(f"sqlalchemy.dialects.{dialect}").insert(table)
    if kind is Put:
        values = {one: either.excluded[one] for one in columns}
    else:
        values = {one: either.excluded[one] + table.c[one] for one in columns}
    statement: Executable = either.on_conflict_do_update(index_elements=list(key), set_=values)
    return statement


@cache
def _prepared(
    dialect: Dialect, kind: type, name: str, key: Sequence[str], columns: Sequence[str]
) -> tuple[str, tuple[tuple[str, Callable[[Any], Any] | None], ...]]:
    """The statement as the database reads it, and its parameters in order with what turns each into a stored one."""
    looked_for = {f"{_KEY}{one}" if kind is Update else one: one for one in key if not one.startswith("-")}
    column_of = {**looked_for, **{one: one for one in columns}}
    statement = _statement(dialect.name, kind, name, key, columns)
    compiled = statement.compile(dialect=dialect, column_keys=list(column_of))  # type: ignore[attr-defined]
    types = [(one, _table(name).c[column_of[one]].type) for one in compiled.positiontup]
    parts = [(one, type_.dialect_impl(dialect).bind_processor(dialect)) for one, type_ in types]
    return str(compiled), tuple(parts)


def _table(name: str) -> Table:
    return BY_NAME[name]


def _put_many(connection: Connection, put: PutMany) -> None:
    sql, parts = _prepared(connection.dialect, Put, put.table, put.key, put.columns)
    columns = dict(zip((*put.key, *put.columns), put.values, strict=True))
    connection.exec_driver_sql(sql, list(zip(*[columns[name] for name, _ in parts], strict=True)))


def _blank(connection: Connection, blanks: Iterable[Blank]) -> None:
    """Each frame is written once, however many of its fixes go: whoever sent for an hour by a fast clock has many."""
    of_frames: dict[tuple[int, int], list[int]] = {}
    for one in blanks:
        of_frames.setdefault((one.partition, one.number), []).append(one.position)
    for (partition, number), positions in of_frames.items():
        this = and_(frame.c.partition == partition, frame.c.number == number)
        row = connection.execute(frame.select().where(this)).one_or_none()
        if row is None:
            continue  # a replay has no frames: they are bound by their ingest record, not by this one
        directory, sealed = list(unpack_directory(row.directory)), bytearray(row.sealed)
        for position in positions:
            at = directory[position]
            piece_of(row.sealed, at)
            sealed[at.offset : at.offset + PIECE_BYTES] = bytes(PIECE_BYTES)
        connection.execute(update(frame).where(this).values(sealed=bytes(sealed)))
