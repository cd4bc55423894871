"""Each session's sealed fixes beside each other: a file of the vault's own, so that one person's are read in one go.

Everything in it is sealed under the keys of its sessions, and stands in the store's frames too. A file that is missing
or damaged is begun anew, and filled from the frames again. Every call raises CannotRecord when the file cannot be
used now.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path

from custodiet.model.errors import CannotRecord
from custodiet.model.stored import Gathered, Removal

_FORM = 2
_ONE = "one INTEGER PRIMARY KEY CHECK (one = 1)"
_REMOVAL = "entry, partition, number, position, digest, seq, session"
_TABLES = (
    # With a rowid: without one every row that is looked past would be read whole.
    "CREATE TABLE loose (session INTEGER, seq INTEGER, pieces BLOB NOT NULL, PRIMARY KEY (session, seq))",
    "CREATE TABLE folded (session INTEGER PRIMARY KEY, sealed BLOB NOT NULL)",
    f"CREATE TABLE newest ({_ONE}, seq INTEGER NOT NULL, digest BLOB NOT NULL)",
    f"CREATE TABLE removal ({_ONE}, {_REMOVAL})",
    f"PRAGMA user_version = {_FORM}",
)
_PAGE_BYTES = 16_384
"""A day of a fix a minute lies in five of them."""
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_HELD = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM)
_NO_ROOM = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
_IN_USE = frozenset({*_HELD, *_NO_ROOM})
"""Nothing is wrong with the file: it is held, or there is no room, or no leave."""
_ALL = ("loose", "folded", "newest", "removal")


class SqliteGatheredPieces:
    """One file, one process. Without a path in memory."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self.times_lost, self._is_lost = 0, False
        with _said_plainly():
            try:
                self._connection = _opened(path)
            except sqlite3.DatabaseError as error:
                if _kind_of(error) in _IN_USE:
                    raise
                self._begin_anew()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _begin_anew(self) -> None:
        if self._path is not None:
            for beside in ("", "-wal", "-shm"):
                self._path.with_name(self._path.name + beside).unlink(missing_ok=True)
        self._connection = _opened(self._path)
        self._is_lost = False

    @contextmanager
    def _using(self) -> Iterator[None]:
        """What is damaged inside is begun anew, too, and whoever asked asks again."""
        with _said_plainly():
            if self._is_lost:
                self._begin_anew()
            try:
                yield
            except sqlite3.DatabaseError as error:
                if _kind_of(error) in _DAMAGED:
                    self._connection.close()
                    self._is_lost, self.times_lost = True, self.times_lost + 1
                raise

    def _cut_log(self) -> None:
        """What was taken out lies in the log beside the file until that is cut."""
        with self._using():
            [(is_busy, _, _)] = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        if is_busy:
            raise CannotRecord("somebody else reads the vault's copies of sealed fixes: what was removed is there yet")

    def newest(self) -> tuple[int, bytes] | None:
        with self._using():
            found: tuple[int, bytes] | None = self._connection.execute("SELECT seq, digest FROM newest").fetchone()
            return found

    def last_removal(self) -> Removal | None:
        with self._using():
            found = self._connection.execute("SELECT * FROM removal").fetchone()
            return None if found is None else Removal(*found[1:])

    def begin(self, removal: Removal | None) -> None:
        with self._writing():
            for table in _ALL:
                self._connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
            self._follow(removal)
        self._cut_log()

    def add(self, gathered: Mapping[int, bytes | bytearray], seq: int, digest: bytes) -> None:
        with self._writing():
            rows = ((session, seq, pieces) for session, pieces in sorted(gathered.items()))
            self._connection.executemany("INSERT INTO loose VALUES (?, ?, ?)", rows)
            self._connection.execute("INSERT OR REPLACE INTO newest VALUES (1, ?, ?)", (seq, digest))

    def of(self, session: int) -> Gathered:
        with self._using():
            loose = self._connection.execute("SELECT pieces FROM loose WHERE session = ? ORDER BY seq", (session,))
            pieces = b"".join(row[0] for row in loose)
            folded = self._connection.execute("SELECT sealed FROM folded WHERE session = ?", (session,)).fetchone()
            return Gathered(pieces, None if folded is None else folded[0])

    def put(self, instead: Mapping[int, Gathered], removal: Removal | None = None) -> None:
        with self._writing():
            for session, one in instead.items():
                newest = self._connection.execute("SELECT max(seq) FROM loose WHERE session = ?", (session,)).fetchone()
                self._connection.execute("DELETE FROM loose WHERE session = ?", (session,))
                self._connection.execute("DELETE FROM folded WHERE session = ?", (session,))
                if one.loose:
                    self._connection.execute("INSERT INTO loose VALUES (?, ?, ?)", (session, newest[0] or 0, one.loose))
                if one.folded is not None:
                    self._connection.execute("INSERT INTO folded VALUES (?, ?)", (session, one.folded))
            self._follow(removal)
        if removal is not None:
            self._cut_log()

    def loose_after(self, session: int, limit: int) -> list[int]:
        with self._using():
            rows = self._connection.execute(
                "SELECT DISTINCT session FROM loose WHERE session > ? ORDER BY session LIMIT ?", (session, limit)
            )
            return [row[0] for row in rows]

    def _follow(self, removal: Removal | None) -> None:
        if removal is not None:
            row = (1, *astuple(removal))
            self._connection.execute("INSERT OR REPLACE INTO removal VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._using(), self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            yield


def _opened(path: Path | None) -> sqlite3.Connection:
    connection = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
    try:
        # NORMAL: what a power cut takes is the newest of it, whole, and is found again. What is taken out is
        # overwritten.
        for pragma in (
            f"page_size={_PAGE_BYTES}",
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "busy_timeout=5000",
            "secure_delete=ON",
        ):
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


def _kind_of(error: sqlite3.Error) -> int:
    """Without what says more of it, in the higher bits; 0 for what SQLite did not say."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


@contextmanager
def _said_plainly() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error:
        raise CannotRecord("the vault's own copies of sealed fixes cannot be read or written now") from None
