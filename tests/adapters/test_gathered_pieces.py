"""The file of the vault's own copies: whole or not at all, the vault's alone, and begun anew when it is none."""

import sqlite3
from contextlib import closing

import pytest

from custodiet.adapters import gathered_pieces
from custodiet.adapters.gathered_pieces import SqliteGatheredPieces
from custodiet.model.errors import CannotRecord
from custodiet.model.stored import Gathered, Removal

REMOVAL = Removal(5, 0, 2, 1, b"leaf", 2, 7)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "pieces.db"


def test_what_is_gathered_is_there_after_a_restart_and_its_file_is_the_vaults_alone(path):
    with closing(SqliteGatheredPieces(path)) as kept:
        assert kept.newest() is None
        kept.add({7: b"one", 8: b"another's"}, 1, b"digest")
        kept.add({7: b"two"}, 2, b"newer")
    with closing(SqliteGatheredPieces(path)) as kept:
        assert kept.newest() == (2, b"newer")
        assert kept.of(7) == Gathered(b"onetwo", None)
        assert kept.loose_after(-1, 10) == [7, 8]
        assert kept.loose_after(7, 10) == [8]
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_is_put_stands_instead_of_what_was_with_the_removal_that_it_follows(path):
    with closing(SqliteGatheredPieces(path)) as kept:
        kept.add({7: b"one", 8: b"another's"}, 1, b"digest")
        kept.put({7: Gathered(b"", b"folded")})
        kept.add({7: b"late"}, 2, b"newer")
        assert kept.of(7) == Gathered(b"late", b"folded")
        kept.put({8: Gathered(b"", None)}, REMOVAL)
    with closing(SqliteGatheredPieces(path)) as kept:
        assert kept.of(7) == Gathered(b"late", b"folded")
        assert kept.of(8) == Gathered(b"", None)
        assert kept.last_removal() == REMOVAL


def test_of_what_is_put_nothing_stands_when_it_breaks_off(path):
    with closing(SqliteGatheredPieces(path)) as kept:
        kept.add({7: b"one"}, 1, b"digest")
        kept._connection.execute("CREATE TRIGGER broken BEFORE INSERT ON folded BEGIN SELECT RAISE(ABORT, 'no'); END")
        with pytest.raises(CannotRecord):
            kept.put({7: Gathered(b"", b"folded")}, REMOVAL)
        assert kept.of(7) == Gathered(b"one", None)
        assert kept.last_removal() is None


def test_whoever_begins_anew_finds_nothing_of_before(path):
    with closing(SqliteGatheredPieces(path)) as kept:
        kept.add({7: b"one"}, 1, b"digest")
        kept.put({8: Gathered(b"", b"folded")})
        kept.begin(REMOVAL)
        assert (kept.newest(), kept.last_removal()) == (None, REMOVAL)
        assert kept.of(7) == kept.of(8) == Gathered(b"", None)


@pytest.mark.parametrize("what", ["damaged", "of another form"])
def test_a_file_that_is_none_of_these_is_begun_anew(path, what):
    if what == "damaged":
        path.write_bytes(b"no database" * 1000)
    else:
        with closing(sqlite3.connect(path)) as older:
            older.execute("CREATE TABLE piece (session INTEGER)")
            older.execute("PRAGMA user_version = 1")
    with closing(SqliteGatheredPieces(path)) as kept:
        assert kept.newest() is None
        assert kept.of(7) == Gathered(b"", None)


def test_a_file_that_cannot_be_written_is_said_plainly(path):
    with closing(SqliteGatheredPieces(path)) as kept:
        kept._connection.execute("PRAGMA query_only = ON")
        with pytest.raises(CannotRecord, match="copies of sealed fixes"):
            kept.add({7: b"one"}, 1, b"digest")


def test_one_whose_head_is_damaged_is_begun_anew_and_one_that_cannot_be_opened_is_left(path):
    with closing(SqliteGatheredPieces(path)) as kept:
        kept.add({7: b"one"}, 1, b"digest")
    with path.open("r+b") as file:
        file.seek(44)
        file.write(bytes((0, 0, 0, 99)))  # a form that no SQLite knows
    with closing(SqliteGatheredPieces(path)) as kept:
        assert kept.newest() is None
        kept.add({7: b"one"}, 1, b"digest")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(gathered_pieces, "_opened", no_room)
        with pytest.raises(CannotRecord):
            SqliteGatheredPieces(path)
    with closing(SqliteGatheredPieces(path)) as kept:
        assert kept.newest() == (1, b"digest")


def test_one_that_is_damaged_while_there_is_no_room_for_another_is_begun_anew_once_there_is(path, monkeypatch):
    kept = SqliteGatheredPieces(path)
    kept.add({number: bytes(9000) for number in range(40)}, 1, b"digest")
    kept.close()
    body = bytearray(path.read_bytes())
    body[16_384:] = bytes(len(body) - 16_384)
    path.write_bytes(body)
    kept = SqliteGatheredPieces(path)
    with monkeypatch.context() as full:
        full.setattr(gathered_pieces, "_opened", no_room)
        for _ in range(3):
            with pytest.raises(CannotRecord):
                kept.of(7)
    assert (kept.of(7), kept.newest(), kept.times_lost) == (Gathered(b"", None), None, 1)
    kept.close()


def no_room(_):
    sqlite3.connect("/nowhere/at/all/pieces.db")


def test_what_was_removed_and_is_there_yet_is_said(path):
    with closing(SqliteGatheredPieces(path)) as kept, closing(sqlite3.connect(path)) as reads:
        kept._connection.execute("PRAGMA busy_timeout = 1")
        kept.add({7: b"one"}, 1, b"digest")
        reads.execute("BEGIN")
        reads.execute("SELECT * FROM loose").fetchall()
        with pytest.raises(CannotRecord, match="there yet"):
            kept.put({7: Gathered(b"", None)}, REMOVAL)
        reads.execute("COMMIT")
        kept.put({7: Gathered(b"", None)}, REMOVAL)
