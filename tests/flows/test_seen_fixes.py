"""Fix times that were seen: whatever comes and goes, in whatever order, it is a set of them."""

from array import array

from hypothesis import given
from hypothesis import strategies as st

from custodiet.flows.seen_fixes import SeenFixes

FITTINGS = ("fitting_1", "fitting_2")
NAMES = ("add", "add", "all", "remove", "forget", "keep")
STEPS = st.tuples(st.sampled_from(NAMES), st.sampled_from(FITTINGS), st.integers(0, 12))


@given(st.lists(STEPS, max_size=60))
def test_it_says_of_every_fix_what_a_set_would_say(steps):
    seen, expected = SeenFixes(), set()
    for step, fitting_id, fix_ms in steps:
        if step == "add":
            seen.add_many([fitting_id], [fix_ms])
            expected.add((fitting_id, fix_ms))
        elif step == "all":
            told = {fitting_id: array("q", range(fix_ms, 13, 2))}
            seen.add_all(told)
            expected |= {(fitting_id, at) for at in told[fitting_id]}
        elif step == "remove":
            gone = {(fitting_id, fix_ms), (fitting_id, fix_ms + 1), (FITTINGS[0], fix_ms)}
            seen.remove(gone)
            expected -= gone
        elif step == "keep":
            seen.keep_only(lambda of, kept=fitting_id: of == kept)
            expected = {one for one in expected if one[0] == fitting_id}
        else:
            seen.forget_before(fix_ms)
            expected = {one for one in expected if one[1] >= fix_ms}
        every = [(of, at) for of in FITTINGS for at in range(13)]
        assert {one for one in every if one in seen} == expected
        held = seen.held()
        assert sorted((of, at) for of, times in held.items() for at in times) == sorted(expected)
        assert all(held.values())
