"""Times out of many directories at once are the times that are read row by row."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodiet.adapters.store import seen
from custodiet.model.errors import NotTheFormat
from custodiet.wire.columns import times_of_sessions
from custodiet.wire.frame import ROW_BYTES, directory_rows, pack_directory

SESSIONS = {1: "fitting_a", 2: "fitting_b", 70_000: "fitting_a", 2**32 - 1: "fitting_c"}
PIECES = st.lists(st.tuples(st.sampled_from(sorted(SESSIONS)), st.integers(-3, 3) | st.integers(2**40, 2**40 + 3)))
FRAMES = st.lists(st.tuples(PIECES.map(pack_directory), st.frozensets(st.integers(0, 12))), max_size=6)


def row_by_row(frames):
    times = {}
    for directory, away in frames:
        for place, (no, fix_ms, _) in enumerate(directory_rows(directory)):
            if place not in away:
                times.setdefault(SESSIONS[no], set()).add(fix_ms)
    return {of: sorted(of_it) for of, of_it in times.items()}


@given(FRAMES, st.sampled_from([1, 3, 1_000_000]))
def test_many_directories_say_what_their_rows_say_however_many_are_read_at_once(frames, rows_at_once):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(seen, "_BYTES_AT_ONCE", rows_at_once * ROW_BYTES)
        of_sessions = seen.read_directories(frames)
    expected = row_by_row(frames)
    told = seen.of_fittings(of_sessions, SESSIONS, lambda _: True)
    assert {of: times.tolist() for of, times in told.items()} == expected
    one = seen.of_fittings(of_sessions, SESSIONS, lambda of: of == "fitting_a")
    assert {of: times.tolist() for of, times in one.items()} == {
        of: times for of, times in expected.items() if of == "fitting_a"
    }


@given(PIECES)
def test_of_each_session_all_its_times_are_told_together(pieces):
    told = list(times_of_sessions(pack_directory(pieces)))
    assert [no for no, _ in told] == sorted({no for no, _ in pieces})
    assert [(no, fix_ms) for no, times in told for fix_ms in times.tolist()] == sorted(pieces)


@pytest.mark.parametrize("away", [frozenset(), {0}])
def test_a_directory_that_is_cut_short_is_seen_to_be(away):
    whole = pack_directory([(1, 5), (2, 6)])
    with pytest.raises(NotTheFormat, match="cut short"):
        seen.read_directories([(whole, frozenset()), (whole[:-1], away)])
