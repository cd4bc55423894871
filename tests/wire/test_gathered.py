"""What the vault keeps of a session comes back as it was written, or is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodiet.model.errors import NotTheFormat
from custodiet.model.report import Fix
from custodiet.wire.frame import PIECE_BYTES, pack_directory, pack_fix
from custodiet.wire.gathered import (
    Fold,
    gather,
    pack_fold,
    places_of,
    read_gathered,
    rows_folded,
    unpack_fold,
    without,
)

U32, U64, I64 = st.integers(0, 2**32 - 1), st.integers(0, 2**64 - 1), st.integers(-(2**63), 2**63 - 1)
MS = st.integers(0, 2**42)


def folded(places, times):
    plain = (pack_fix(Fix(lat_e7=at % 900, lon_e7=-at % 900), at, at + 7) for at in times)
    return Fold(tuple(places), b"".join(plain))


FOLDS = st.dictionaries(st.tuples(U64, U32), MS, max_size=8).map(lambda made: (list(made), list(made.values())))


@given(st.lists(st.tuples(U32, I64, st.binary(min_size=PIECE_BYTES, max_size=PIECE_BYTES)), max_size=6), U64)
def test_what_is_gathered_of_a_frame_says_where_each_piece_stood_and_when_it_was(pieces, seq):
    directory = pack_directory((no, fix_ms) for no, fix_ms, _ in pieces)
    found = gather(seq, directory, b"".join(piece for _, _, piece in pieces))
    assert [no for no, _ in found] == [no for no, _, _ in pieces]
    told = list(read_gathered(b"".join(record for _, record in found)))
    assert told == [(seq, at, fix_ms, piece) for at, (_, fix_ms, piece) in enumerate(pieces)]


def test_a_frame_that_is_shorter_than_its_directory_gives_nothing():
    directory = pack_directory([(5, 1000), (5, 2000)])
    for sealed in (bytes(2 * PIECE_BYTES - 1), bytes(PIECE_BYTES), b""):
        with pytest.raises(NotTheFormat):
            gather(1, directory, sealed)
    with pytest.raises(NotTheFormat):
        gather(1, directory[:-1], bytes(2 * PIECE_BYTES))


@given(FOLDS)
def test_a_fold_comes_back_and_its_rows_in_order(made):
    places, times = made
    fold = folded(places, times)
    packed = pack_fold(fold)
    assert unpack_fold(packed) == fold
    assert [row[1] for row in rows_folded(packed)] == times


@given(FOLDS, st.data())
def test_without_some_places_the_others_stay_with_their_fixes(made, data):
    places, times = made
    gone = {place for place in places if data.draw(st.booleans())}
    left = [(place, at) for place, at in zip(places, times, strict=True) if place not in gone]
    assert folded(places, times).without(gone) == folded([place for place, _ in left], [at for _, at in left])
    records = b"".join(gather(seq, pack_directory([(5, 0)] * 1), bytes(PIECE_BYTES))[0][1] for seq, _ in places)
    assert places_of(without(records, {(seq, 0) for seq, _ in gone})) == tuple(
        (seq, 0) for seq, _ in places if seq not in {one for one, _ in gone}
    )


@given(FOLDS, FOLDS)
def test_of_two_folds_the_later_follows_the_earlier(earlier, later):
    one, other = folded(*earlier), folded(*later)
    assert pack_fold(one + other) == pack_fold(folded([*earlier[0], *later[0]], [*earlier[1], *later[1]]))


@pytest.mark.parametrize("change", [lambda b: b[:-1], lambda b: b + b"\0", lambda b: b"\2" + b[1:], lambda b: b[:3]])
def test_a_fold_of_another_length_or_version_is_refused(change):
    packed = change(pack_fold(folded([(1, 0), (2, 0)], [5, 6])))
    for read in (unpack_fold, rows_folded):
        with pytest.raises(NotTheFormat):
            read(packed)
