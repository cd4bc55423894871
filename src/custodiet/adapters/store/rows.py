"""What every view of the store does: ask, and make nouns of rows."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import fields
from datetime import date, timedelta
from functools import cache, wraps
from typing import Any, TypeVar

from sqlalchemy import Column, Connection, Row, Select, bindparam, func, select

from custodiet.model.condition import Schedule
from custodiet.model.errors import NotFound

N = TypeVar("N")
V = TypeVar("V")
K = TypeVar("K", int, str)
A = TypeVar("A", bound=str)


_SHARED = frozenset({str, date, timedelta, Schedule})


class Shared:
    """Equal values in many rows as one object, for whoever holds on to nouns of all of them: one person's identity
    alone stands in a dozen rows. By exact type: a code equals its text.
    """

    def __init__(self) -> None:
        self._known: dict[Any, Any] = {}

    def __call__(self, value: V) -> V:
        """It, or the one that came first."""
        same: V = self._known.setdefault(value, value) if type(value) in _SHARED else value
        return same


def noun(kind: type[N], row: Row[Any], shared: Shared | None = None, /, **more: Any) -> N:
    """A noun from the columns that bear its fields' names."""
    return nouns_of(kind, row._fields, shared)(row, **more)


def nouns_of(kind: type[N], columns: tuple[str, ...], shared: Shared | None = None) -> Callable[..., N]:
    """What makes one of each row with these columns: many are made faster if they are looked for once."""
    places = _places(kind, columns)  # type: ignore[arg-type]

    def noun_of(row: Row[Any], **more: Any) -> N:
        for name, place in places:
            more[name] = row[place] if shared is None else shared(row[place])
        return kind(**more)

    return noun_of


@cache
def _places(kind: type[Any], columns: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    """The names of its fields that are among these columns, and where."""
    return tuple((one.name, columns.index(one.name)) for one in fields(kind) if one.name in columns)


def bounded(keys: Collection[K]) -> Iterator[list[K]]:
    """In parts: SQLite bounds the parameters of one statement."""
    wanted = sorted(keys)
    return (wanted[start : start + 10_000] for start in range(0, len(wanted), 10_000))


@cache
def _greatest(column: Column[Any]) -> Select[Any]:
    """Put together once: asked at every commit, and SQLite answers faster than it is written."""
    return select(func.max(column))


@cache
def rows_where(*columns: Column[Any], by: tuple[Column[Any], ...] = ()) -> Select[Any]:
    """The rows of a table in which each of these columns holds what is given by its name, in the order of `by`.

    Put together once: to write such a question anew takes longer than SQLite takes to answer it.
    """
    return columns[0].table.select().where(*(one == bindparam(one.name) for one in columns)).order_by(*by)


def held(*until_written: str) -> Callable[[Callable[[Any, A], N]], Callable[[Any, A], N]]:
    """A question about one thing, put once a transaction: until one of these tables is written, or (none) anything."""

    def once(read: Callable[[Any, A], N]) -> Callable[[Any, A], N]:
        @wraps(read)
        def asked(self: "Rows", key: A) -> N:
            return self._once(read.__name__, str(key), frozenset(until_written), lambda: read(self, key))

        return asked

    return once


class Rows:
    """Asks on one connection, in one transaction: what it has read it need not read again."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._held: dict[tuple[str, str], tuple[frozenset[str], Any]] = {}

    def _once(self, what: str, key: str, tables: frozenset[str], read: Callable[[], N]) -> N:
        if (what, key) not in self._held:
            self._held[what, key] = (tables, read())
        answer: N = self._held[what, key][1]
        return answer

    def _know(self, what: str, answers: Mapping[str, object]) -> None:
        """Answers to further questions that came with another one, until anything is written."""
        for key, answer in answers.items():
            self._held.setdefault((what, key), (frozenset(), answer))

    def _forget(self, written: Collection[str]) -> None:
        """After a write: what may say something else now is read again."""
        self._held = {key: one for key, one in self._held.items() if one[0] and one[0].isdisjoint(written)}

    def _next(self, column: Any) -> int:
        greatest = self._connection.execute(_greatest(column)).scalar()
        return 0 if greatest is None else greatest + 1

    def _all(self, query: Select[Any], /, **given: object) -> Any:
        return self._connection.execute(query, given or None)

    def _maybe(self, query: Select[Any], /, **given: object) -> Row[Any] | None:
        return self._connection.execute(query, given or None).one_or_none()

    def _one_each(self, key: Column[Any], wanted: Collection[str]) -> dict[str, Row[Any]]:
        """A table's rows by a column whose every value it has once at most, for these values."""
        found = self._all(key.table.select().where(key.in_(list(wanted)))) if wanted else ()
        return {row._mapping[key]: row for row in found}  # noqa: SLF001 - as in noun

    def _one(self, query: Select[Any], what: str, /, **given: object) -> Row[Any]:
        row = self._maybe(query, **given)
        if row is None:
            raise NotFound(f"no such {what}")
        return row
