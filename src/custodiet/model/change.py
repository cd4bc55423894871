"""Row changes: what a record does to the tables. Table and column names are those of adapters/store/tables.py."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Insert:
    """One new row."""

    table: str
    row: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Update:
    """Changed columns of every row that has this key."""

    table: str
    key: Mapping[str, Any]
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Put:
    """The one row that has this key, as it is from now on, whether there was one or not."""

    table: str
    key: Mapping[str, Any]
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PutMany:
    """A Put of each of many rows, by column: those of the key, then the others. Of text and of whole numbers, as they
    are stored: a moment is so many ms since 1970 UTC.
    """

    table: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    values: tuple[Sequence[Any], ...]


@dataclass(frozen=True, slots=True)
class Add:
    """A count raised by so many; the row begins at zero."""

    table: str
    key: Mapping[str, Any]
    column: str
    by: int


@dataclass(frozen=True, slots=True)
class Blank:
    """The sealed bytes of one fix in a frame, overwritten with zeros."""

    partition: int
    number: int
    position: int


RowChange = Insert | Update | Put | PutMany | Add | Blank
