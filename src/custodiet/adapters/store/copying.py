"""A database copied as it stands, while others read and write it: SQLite's online backup.

Promise: the copy is one consistent state, whole in one file without a write-ahead log, durable, for its owner only.
Whoever writes meanwhile is not held up.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from custodiet.model.errors import CannotRecord


def copy_database(source: Path, target: Path) -> None:
    """Copy a database to a new file. Raises CannotRecord when it cannot be read, OSError from the disk."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with (
            closing(sqlite3.connect(f"file:{quote(str(source))}?mode=ro", uri=True)) as live,
            closing(sqlite3.connect(target)) as copy,
        ):
            live.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error:
        raise CannotRecord(f"{source.name} cannot be copied now") from None
    handle = os.open(target, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def bytes_of(database: Path) -> int:
    """How much room a database takes, with what waits in its write-ahead log."""
    parts = (database, database.with_name(f"{database.name}-wal"))
    return sum(part.stat().st_size for part in parts if part.exists())
