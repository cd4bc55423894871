"""Where each session's pieces lie in the frames: a file of the vault's own, so that a reading finds one person's alone.

Nothing is in it that the store's frame directories do not say, and nothing that opens anything. A file that is missing
or damaged is begun anew, and filled from the frames again. Every call raises CannotRecord when the file cannot be
used now.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from custodiet.model.errors import CannotRecord

_FORM = 1
_PIECE = "session INTEGER, seq INTEGER, position INTEGER, PRIMARY KEY (session, seq, position)"
_TABLES = (
    f"CREATE TABLE piece ({_PIECE}) WITHOUT ROWID",
    "CREATE TABLE newest (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL, digest BLOB NOT NULL)",
    f"PRAGMA user_version = {_FORM}",
)


class SqlitePieceIndex:
    """One file, one process. Without a path in memory."""

    def __init__(self, path: Path | None) -> None:
        with _said_plainly():
            try:
                self._connection = _opened(path)
            except sqlite3.DatabaseError:
                if path is None:
                    raise
                for beside in ("", "-wal", "-shm"):
                    path.with_name(path.name + beside).unlink(missing_ok=True)
                self._connection = _opened(path)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def newest(self) -> tuple[int, bytes] | None:
        with _said_plainly():
            found: tuple[int, bytes] | None = self._connection.execute("SELECT seq, digest FROM newest").fetchone()
            return found

    def add(self, pieces: Sequence[tuple[int, int, int]], seq: int, digest: bytes) -> None:
        with self._writing():
            self._connection.executemany("INSERT OR IGNORE INTO piece VALUES (?, ?, ?)", pieces)
            self._connection.execute("INSERT OR REPLACE INTO newest VALUES (1, ?, ?)", (seq, digest))

    def forget(self) -> None:
        with self._writing():
            self._connection.execute("DELETE FROM piece")
            self._connection.execute("DELETE FROM newest")

    def pieces_of(self, session: int) -> list[tuple[int, int]]:
        with _said_plainly():
            rows = self._connection.execute("SELECT seq, position FROM piece WHERE session = ?", (session,))
            return rows.fetchall()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with _said_plainly(), self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            yield


def _opened(path: Path | None) -> sqlite3.Connection:
    connection = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
    try:
        # NORMAL: what a power cut takes is the newest of it, whole, and is found again.
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000"):
            connection.execute(f"PRAGMA {pragma}")
        [(form,)] = connection.execute("PRAGMA user_version")
        if form == 0:
            connection.execute("BEGIN IMMEDIATE")
            for statement in _TABLES:
                connection.execute(statement)
            connection.execute("COMMIT")
        elif form != _FORM:
            raise sqlite3.DatabaseError("of another form")
        if path is not None:
            path.chmod(0o600)
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def _said_plainly() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error:
        raise CannotRecord("the vault's index of pieces cannot be read or written now") from None
