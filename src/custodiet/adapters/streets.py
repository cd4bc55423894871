"""Streets and water of the map that was loaded last, as one SQLite file of the data folder: a row for each square.

There is nothing in it that is not on every street map, and nothing of a person.
"""

import sqlite3
import zlib
from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path

from custodiet.adapters.archive import sync
from custodiet.model.errors import CannotRecord
from custodiet.model.streets import Square, Streets

_MAKE = """
PRAGMA journal_mode=OFF;
PRAGMA synchronous=OFF;
CREATE TABLE piece (drawn TEXT NOT NULL, row INTEGER NOT NULL, col INTEGER NOT NULL, line TEXT NOT NULL);
CREATE TABLE square (
    drawn TEXT NOT NULL, row INTEGER NOT NULL, col INTEGER NOT NULL, lines BLOB NOT NULL, PRIMARY KEY (drawn, row, col)
) WITHOUT ROWID;
"""
_GATHER = """
INSERT INTO square SELECT drawn, row, col, packed(group_concat(line)) FROM piece GROUP BY drawn, row, col;
DROP TABLE piece;
VACUUM;
"""
_SQUARE = "SELECT lines FROM square WHERE drawn = ? AND row = ? AND col = ?"

_EDGES = 48
"""What a square's own edges come to, in characters, at most."""


class StreetsFile:
    """As flows.ports.StreetsKept says. A whole country's goes through the disk, not through memory."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def keep(self, pieces: Iterable[tuple[Square, str]]) -> None:
        """Each piece of a line, by its square."""
        aside = self._path.with_name(f".{self._path.name}.tmp")
        try:
            aside.unlink(missing_ok=True)
            _write(aside, pieces)
            sync(aside)
            aside.replace(self._path)
            sync(self._path.parent)
        except (OSError, sqlite3.Error):
            raise CannotRecord("the streets of the map cannot be kept now") from None
        finally:
            with suppress(OSError):
                aside.unlink(missing_ok=True)

    def in_squares(self, squares: Iterable[Square], characters_max: int) -> Streets | None:
        """Never raises: a reading is shown without streets rather than not at all."""
        try:
            with closing(sqlite3.connect(f"{self._path.absolute().as_uri()}?mode=ro", uri=True)) as kept:
                return _found(kept, squares, characters_max)
        except (sqlite3.Error, zlib.error, UnicodeDecodeError):
            return None


def _write(path: Path, pieces: Iterable[tuple[Square, str]]) -> None:
    with closing(sqlite3.connect(path)) as made:
        made.create_function("packed", 1, lambda lines: zlib.compress(lines.encode()))
        made.executescript(_MAKE)
        with made:
            rows = ((square.drawn.value, square.row, square.column, line) for square, line in pieces)
            made.executemany("INSERT INTO piece VALUES (?, ?, ?, ?)", rows)
        made.executescript(_GATHER)


def _found(kept: sqlite3.Connection, squares: Iterable[Square], characters_max: int) -> Streets:
    found, left, whole = list[tuple[Square, str]](), characters_max, True
    for square in squares:
        row = kept.execute(_SQUARE, (square.drawn.value, square.row, square.column)).fetchone()
        if row is None:
            continue
        lines = zlib.decompress(row[0]).decode()
        if len(lines) + _EDGES > left:
            whole = False
            continue
        left -= len(lines) + _EDGES
        found.append((square, lines))
    return Streets(tuple(found), whole)
