"""What every view of the store does: ask, and make nouns of rows."""

from collections.abc import Collection, Iterator
from dataclasses import fields
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, Select, func, select

from custodiet.model.errors import NotFound

N = TypeVar("N")
K = TypeVar("K", int, str)


def noun(kind: type[N], row: Row[Any], **more: Any) -> N:
    """A noun from the columns that bear its fields' names."""
    columns = row._mapping  # noqa: SLF001 - SQLAlchemy's public name for it
    named = [f.name for f in fields(kind) if f.name in columns]  # type: ignore[arg-type]
    return kind(**{name: columns[name] for name in named}, **more)


def bounded(keys: Collection[K]) -> Iterator[list[K]]:
    """In parts: SQLite bounds the parameters of one statement."""
    wanted = sorted(keys)
    return (wanted[start : start + 10_000] for start in range(0, len(wanted), 10_000))


class Rows:
    """Asks on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def _next(self, column: Any) -> int:
        greatest = self._connection.execute(select(func.max(column))).scalar()
        return 0 if greatest is None else greatest + 1

    def _all(self, query: Select[Any]) -> Any:
        return self._connection.execute(query)

    def _maybe(self, query: Select[Any]) -> Row[Any] | None:
        return self._connection.execute(query).one_or_none()

    def _one(self, query: Select[Any], what: str) -> Row[Any]:
        row = self._maybe(query)
        if row is None:
            raise NotFound(f"no such {what}")
        return row
