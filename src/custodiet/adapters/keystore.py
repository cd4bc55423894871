"""The vault's own database: wrapped private keys, the last ledger head, and what the vault itself remembers.

It remembers every opening it began, which keys were destroyed, and which logs a restore opened. None of that is in
the data folder's backup, so a restore of an older store takes none of it away. Its own file, its own user.

Every call is durable when it returns, and raises CannotRecord when the file cannot be read or written now. Without the
KMS's epoch key no key in it opens.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from custodiet.model.errors import CannotRecord, TableMismatch, Unready
from custodiet.model.times import from_ms, to_ms


def _refuse(name: str, when: str) -> str:
    return f"CREATE TRIGGER {name} BEFORE {when} BEGIN SELECT RAISE(ABORT, 'what is remembered stands'); END"


_FORMS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE key (name TEXT PRIMARY KEY, epoch INTEGER NOT NULL, wrapped BLOB NOT NULL) WITHOUT ROWID",
        "CREATE TABLE head (one INTEGER PRIMARY KEY CHECK (one = 1), frontier BLOB NOT NULL)",
    ),
    (
        "CREATE TABLE opening (no INTEGER PRIMARY KEY, entry BLOB NOT NULL UNIQUE)",
        "CREATE TABLE destroyed (name TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID",
        *(
            _refuse(f"{table}_never_{verb.lower()}", f"{verb} ON {table}")
            for table in ("opening", "destroyed")
            for verb in ("UPDATE", "DELETE")
        ),
        _refuse("key_destroyed_stays", "INSERT ON key WHEN EXISTS (SELECT 1 FROM destroyed WHERE name = NEW.name)"),
        "CREATE TABLE reopened (place INTEGER PRIMARY KEY, leaf BLOB NOT NULL, origin TEXT NOT NULL)",
    ),
)
"""What each form adds to the one before; PRAGMA user_version says which one a file has."""


def _form_of(connection: sqlite3.Connection) -> int:
    [(version,)] = connection.execute("PRAGMA user_version")
    if version == 0:
        # The first form did not say which it is.
        made = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'key'").fetchone()
        return int(made is not None)
    return int(version)


class SqliteKeystore:
    """One file, one process."""

    def __init__(self, path: Path, *, upgrade: bool = False) -> None:
        """Open the file, or make it. Raises Unready for one of another form; an earlier one can be upgraded."""
        with _said_plainly():
            self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "busy_timeout=5000"):
                self._connection.execute(f"PRAGMA {pragma}")
        if upgrade or self.form() == 0:
            self._bring_up()
        if self.form() != len(_FORMS):
            self.close()
            raise Unready("the vault's database is of another version than this code: custodiet upgrade")
        path.chmod(0o600)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _do(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with _said_plainly():
            return self._connection.execute(statement, values).fetchall()

    @classmethod
    def upgrade(cls, path: Path) -> tuple[int, int]:
        """Bring a file to the newest form; the form before and after. Raises Unready for a later one."""
        before, newest = cls.forms(path)
        cls(path, upgrade=True).close()
        return before, newest

    @staticmethod
    def forms(path: Path) -> tuple[int, int]:
        """The form of a file, and the newest; only looked at. Raises Unready when it cannot be."""
        try:
            with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as looking:
                return _form_of(looking), len(_FORMS)
        except sqlite3.Error:
            raise Unready(f"{path} cannot be read: it is missing, or no database") from None

    def form(self) -> int:
        """How many forms were applied; 0 for a file that is new."""
        with _said_plainly():
            return _form_of(self._connection)

    def _bring_up(self) -> None:
        with self._writing():
            for form in _FORMS[self.form() :]:
                for statement in form:
                    self._connection.execute(statement)
            self._connection.execute(f"PRAGMA user_version = {max(self.form(), len(_FORMS))}")

    # --- the ledger's head, and the logs it went through ---

    def head(self) -> bytes | None:
        rows = self._do("SELECT frontier FROM head")
        return rows[0][0] if rows else None

    def save_head(self, frontier: bytes) -> None:
        self._do("INSERT OR REPLACE INTO head VALUES (1, ?)", (frontier,))

    def reopened(self) -> dict[int, tuple[bytes, str]]:
        rows = self._do("SELECT place, leaf, origin FROM reopened ORDER BY place")
        return {place: (leaf, origin) for place, leaf, origin in rows}

    def follow_anew(self, frontier: bytes, reopened: dict[int, tuple[bytes, str]]) -> None:
        with self._writing():
            self._connection.execute("DELETE FROM reopened")
            rows = [(place, leaf, origin) for place, (leaf, origin) in reopened.items()]
            self._connection.executemany("INSERT INTO reopened VALUES (?, ?, ?)", rows)
            self.save_head(frontier)

    # --- keys ---

    def get(self, name: str) -> tuple[int, bytes] | None:
        rows = self._do("SELECT epoch, wrapped FROM key WHERE name = ?", (name,))
        return (rows[0][0], rows[0][1]) if rows else None

    def put(self, name: str, epoch: int, wrapped: bytes) -> None:
        with _said_plainly():
            try:
                self._connection.execute("INSERT INTO key VALUES (?, ?, ?)", (name, epoch, wrapped))
            except sqlite3.IntegrityError:
                raise TableMismatch("a key of that name exists, or was destroyed: it is never made again") from None

    def all(self) -> Iterator[tuple[str, int, bytes]]:
        with (
            _said_plainly(),
            closing(self._connection.execute("SELECT name, epoch, wrapped FROM key ORDER BY name")) as rows,
        ):
            yield from rows

    def rewrap(self, rows: Sequence[tuple[str, int, bytes]]) -> None:
        changed = [(epoch, wrapped, name) for name, epoch, wrapped in rows]
        with self._writing():
            self._connection.executemany("UPDATE key SET epoch = ?, wrapped = ? WHERE name = ?", changed)

    def destroy(self, name: str, at: datetime, instead: Sequence[tuple[str, int, bytes]] = ()) -> None:
        with self._writing():
            self._connection.executemany(
                "INSERT INTO key SELECT ?1, ?2, ?3 WHERE NOT EXISTS (SELECT 1 FROM destroyed WHERE name = ?1) "
                "ON CONFLICT DO NOTHING",
                instead,
            )
            self._connection.execute("DELETE FROM key WHERE name = ?", (name,))
            self._connection.execute("INSERT INTO destroyed VALUES (?, ?) ON CONFLICT DO NOTHING", (name, to_ms(at)))
        self.forget_old_bytes()

    def is_destroyed(self, name: str) -> bool:
        return self.destroyed_at(name) is not None

    def destroyed_at(self, name: str) -> datetime | None:
        rows = self._do("SELECT at FROM destroyed WHERE name = ?", (name,))
        return from_ms(rows[0][0]) if rows else None

    def destroyed(self) -> dict[str, datetime]:
        rows = self._do("SELECT name, at FROM destroyed ORDER BY name")
        return {name: from_ms(at) for name, at in rows}

    # --- openings ---

    def remember_opening(self, entry: bytes) -> None:
        self._do("INSERT INTO opening (entry) VALUES (?) ON CONFLICT DO NOTHING", (entry,))

    def openings(self) -> tuple[bytes, ...]:
        return tuple(entry for (entry,) in self._do("SELECT entry FROM opening ORDER BY no"))

    # --- underneath ---

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with _said_plainly():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # a full disk may have rolled it back already
                    self._connection.execute("ROLLBACK")
                raise

    def forget_old_bytes(self) -> None:
        """What was wrapped before must not stay behind in the log file."""
        [(is_busy, *_)] = self._do("PRAGMA wal_checkpoint(TRUNCATE)")
        if is_busy:
            raise CannotRecord("somebody else reads the vault's database: what was replaced is there yet")


@contextmanager
def _said_plainly() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error:
        raise CannotRecord("the vault's own file cannot be read or written now") from None
