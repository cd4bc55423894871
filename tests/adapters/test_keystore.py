"""The vault's own file: what cannot be read or written is said as one of our own errors, and loses nothing."""

import resource
import sqlite3
from contextlib import closing, contextmanager

import pytest

from custodiet.adapters.keystore import SqliteKeystore
from custodiet.model.errors import CannotRecord, TableMismatch
from custodiet.model.times import EPOCH


@pytest.fixture
def keystore(tmp_path):
    with closing(SqliteKeystore(tmp_path / "vault.db")) as keystore:
        keystore.put("log", 1, b"wrapped")
        keystore.save_head(b"head")
        yield keystore


@contextmanager
def no_bytes():
    """No file of this process may grow, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


WRITES = {
    "a head": lambda keystore: keystore.save_head(b"another"),
    "a key": lambda keystore: keystore.put("issue", 1, b"wrapped"),
    "all keys anew": lambda keystore: keystore.rewrap([("log", 2, b"anew")]),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_what_finds_no_room_is_said_so_changes_nothing_and_can_be_done_afterwards(keystore, write):
    with no_bytes(), pytest.raises(CannotRecord):
        write(keystore)
    assert (keystore.head(), list(keystore.all())) == (b"head", [("log", 1, b"wrapped")])
    write(keystore)
    assert (keystore.head(), list(keystore.all())) != (b"head", [("log", 1, b"wrapped")])


def test_a_file_that_is_none_of_ours_is_said_so(tmp_path):
    (tmp_path / "vault.db").write_bytes(b"made up" * 1000)
    with pytest.raises(CannotRecord):
        SqliteKeystore(tmp_path / "vault.db")


def test_a_file_that_broke_while_it_was_open_is_said_so(keystore, tmp_path):
    with closing(sqlite3.connect(tmp_path / "vault.db")) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        other.execute("DROP TABLE key")
        other.commit()
    for read in (lambda: keystore.get("log"), lambda: list(keystore.all())):
        with pytest.raises(CannotRecord):
            read()


def test_a_key_is_never_written_over(keystore):
    with pytest.raises(TableMismatch):
        keystore.put("log", 1, b"another")


def test_what_was_destroyed_and_is_there_yet_since_somebody_reads_is_said(keystore, tmp_path):
    path = tmp_path / "vault.db"
    keystore._connection.execute("PRAGMA busy_timeout = 1")
    keystore.put("day/1", 1, b"wrapped")
    with closing(sqlite3.connect(path)) as reads:
        reads.execute("BEGIN")
        reads.execute("SELECT * FROM key").fetchall()
        with pytest.raises(CannotRecord, match="there yet"):
            keystore.destroy("day/1", EPOCH)
        reads.execute("COMMIT")
        assert keystore.is_destroyed("day/1")
        keystore.forget_old_bytes()
        assert path.with_name(path.name + "-wal").stat().st_size == 0
