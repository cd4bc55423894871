"""Row changes, carried out. The same function writes the live store and the one a replay fills."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Table, and_, insert, update
from sqlalchemy.dialects.sqlite import insert as insert_or

from custodiet.adapters.store.tables import frame, metadata
from custodiet.model.change import Add, Blank, Insert, Put, RowChange, Update
from custodiet.wire.frame import PIECE_BYTES, piece_of, unpack_directory


def carry_out(connection: Connection, changes: Iterable[RowChange]) -> None:
    """Do each change in order. A constraint that refuses one raises IntegrityError, and the caller rolls back."""
    for change in changes:
        match change:
            case Insert(table, row):
                connection.execute(insert(_table(table)).values(**row))
            case Update(table, key, values):
                connection.execute(update(_table(table)).where(_is(table, key)).values(**values))
            case Put(table, key, values):
                put = insert_or(_table(table)).values(**key, **values)
                connection.execute(put.on_conflict_do_update(index_elements=list(key), set_=dict(values)))
            case Add(table, key, column, by):
                statement = insert_or(_table(table)).values(**key, **{column: by})
                raised = statement.excluded[column] + _table(table).c[column]
                connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_={column: raised}))
            case Blank(partition, number, position):
                _blank(connection, partition, number, position)


def _table(name: str) -> Table:
    return metadata.tables[name]


def _is(table: str, key: Mapping[str, Any]) -> Any:
    return and_(*(_table(table).c[column] == value for column, value in key.items()))


def _blank(connection: Connection, partition: int, number: int, position: int) -> None:
    this = and_(frame.c.partition == partition, frame.c.number == number)
    row = connection.execute(frame.select().where(this)).one_or_none()
    if row is None:
        return  # a replay has no frames: they are bound by their ingest record, not by this one
    at = list(unpack_directory(row.directory))[position]
    piece_of(row.sealed, at)
    sealed = row.sealed[: at.offset] + bytes(PIECE_BYTES) + row.sealed[at.offset + PIECE_BYTES :]
    connection.execute(update(frame).where(this).values(sealed=sealed))
