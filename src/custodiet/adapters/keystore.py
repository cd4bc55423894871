"""The vault's own database: wrapped private keys and the last ledger head. Its own file, its own user.

Every call is durable when it returns, and raises CannotRecord when the file cannot be read or written now. Without the
KMS's epoch key nothing in it opens.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from custodiet.model.errors import CannotRecord, TableMismatch

_FORM = """
CREATE TABLE IF NOT EXISTS key (name TEXT PRIMARY KEY, epoch INTEGER NOT NULL, wrapped BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS head (one INTEGER PRIMARY KEY CHECK (one = 1), frontier BLOB NOT NULL);
"""


class SqliteKeystore:
    """One file, one process."""

    def __init__(self, path: Path) -> None:
        with _said_plainly():
            self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "busy_timeout=5000"):
                self._connection.execute(f"PRAGMA {pragma}")
            self._connection.executescript(_FORM)
        path.chmod(0o600)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def head(self) -> bytes | None:
        with _said_plainly():
            row = self._connection.execute("SELECT frontier FROM head").fetchone()
        return None if row is None else row[0]

    def save_head(self, frontier: bytes) -> None:
        with _said_plainly():
            self._connection.execute("INSERT OR REPLACE INTO head VALUES (1, ?)", (frontier,))

    def get(self, name: str) -> tuple[int, bytes] | None:
        with _said_plainly():
            row = self._connection.execute("SELECT epoch, wrapped FROM key WHERE name = ?", (name,)).fetchone()
        return None if row is None else (row[0], row[1])

    def put(self, name: str, epoch: int, wrapped: bytes) -> None:
        with _said_plainly():
            try:
                self._connection.execute("INSERT INTO key VALUES (?, ?, ?)", (name, epoch, wrapped))
            except sqlite3.IntegrityError:
                raise TableMismatch("a key of that name exists: a key is never written over") from None

    def all(self) -> Iterator[tuple[str, int, bytes]]:
        with (
            _said_plainly(),
            closing(self._connection.execute("SELECT name, epoch, wrapped FROM key ORDER BY name")) as rows,
        ):
            yield from rows

    def rewrap(self, rows: Sequence[tuple[str, int, bytes]]) -> None:
        changed = [(epoch, wrapped, name) for name, epoch, wrapped in rows]
        with _said_plainly():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                self._connection.executemany("UPDATE key SET epoch = ?, wrapped = ? WHERE name = ?", changed)
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # a full disk may have rolled it back already
                    self._connection.execute("ROLLBACK")
                raise
            # The old wrapped forms must not stay behind in the log file.
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def _said_plainly() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error:
        raise CannotRecord("the vault's own file cannot be read or written now") from None
