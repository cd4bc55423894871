"""The vault's index of pieces: derived, found anew when it is lost or speaks of another store."""

from contextlib import closing

import pytest
from support.looking import Looked

from custodiet.adapters import sealing
from custodiet.adapters.piece_index import SqlitePieceIndex
from custodiet.flows.in_vault.stored_fixes import StoredFixes
from custodiet.model.errors import CannotRecord, OpeningRefused


@pytest.fixture
def path(tmp_path):
    return tmp_path / "pieces.db"


def test_what_is_taken_in_is_there_after_a_restart_and_its_file_is_the_vaults_alone(path):
    with closing(SqlitePieceIndex(path)) as index:
        assert index.newest() is None
        index.add([(7, 1, 0), (7, 1, 2), (8, 1, 1)], 1, b"digest")
        index.add([(7, 2, 0)], 2, b"newer")
    with closing(SqlitePieceIndex(path)) as index:
        assert index.newest() == (2, b"newer")
        assert index.pieces_of(7) == [(1, 0), (1, 2), (2, 0)]
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("what", ["damaged", "of another form"])
def test_a_file_that_is_no_index_is_begun_anew(path, what):
    if what == "damaged":
        path.write_bytes(b"no database" * 1000)
    else:
        with closing(SqlitePieceIndex(path)) as index:
            index.add([(7, 1, 0)], 1, b"digest")
            index._connection.execute("PRAGMA user_version = 9")
    with closing(SqlitePieceIndex(path)) as index:
        assert index.newest() is None
        assert index.pieces_of(7) == []


def test_a_file_that_cannot_be_written_is_said_plainly(path):
    with closing(SqlitePieceIndex(path)) as index:
        index._connection.execute("PRAGMA query_only = ON")
        with pytest.raises(CannotRecord, match="index of pieces"):
            index.add([(7, 1, 0)], 1, b"digest")


def stored(house, index):
    return StoredFixes(house.store, index, house.vault_keys, sealing)


def test_an_index_of_another_store_is_forgotten_and_what_stands_here_is_found(house, path):
    """As after a restore: the numbers of frames and sessions come again for something else."""
    one = Looked(house, fixes=3)
    one.walk(4)
    with closing(SqlitePieceIndex(path)) as index:
        kept = stored(house, index)
        assert len(list(kept.of(one.person.case.person_id))) == 7
        newest = index.newest()
        index.add([(99, 1, 0)], newest[0], b"of a log that a restore closed")
        assert len(list(kept.of(one.person.case.person_id))) == 7
        assert index.newest() == newest
        assert index.pieces_of(99) == []


def test_a_frame_that_names_another_than_when_it_was_taken_in_opens_nothing(house, path):
    one = Looked(house, fixes=3)
    other = Looked(house, fixes=3, staff=False, serial="TAG-M")
    with house.store.reading() as view:
        [mine], [theirs] = (list(view.sessions_of(who.person.case.person_id)) for who in (one, other))
    with closing(SqlitePieceIndex(path)) as index:
        kept = stored(house, index)
        assert len(list(kept.of(one.person.case.person_id))) == 3
        seq, digest = index.newest()
        index.add([(mine, *place) for place in index.pieces_of(theirs)], seq, digest)
        with pytest.raises(OpeningRefused, match="not what it was"):
            list(kept.of(one.person.case.person_id))
