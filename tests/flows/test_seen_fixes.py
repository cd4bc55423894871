"""Fix times that were seen: whatever comes and goes, in whatever order, it is a set of them."""

from array import array

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from custodiet.flows.seen_fixes import SeenFixes

FITTINGS = ("fitting_1", "fitting_2")
NAMES = ("add", "add", "run", "runs", "all", "remove", "forget", "keep")
STEPS = st.tuples(st.sampled_from(NAMES), st.sampled_from(FITTINGS), st.integers(0, 12))


DAY_MS = 86_400_000
APART = st.sampled_from((1, 7 * DAY_MS))
"""Ms between times. A week: more than what four bytes count, and time enough that the count begins anew."""


@given(st.lists(STEPS, max_size=60), APART)
def test_it_says_of_every_fix_what_a_set_would_say(steps, apart):
    seen, expected = SeenFixes(), set()
    for step, fitting_id, place in steps:
        fix_ms = place * apart
        if step == "add":
            seen.add_many([fitting_id], [fix_ms])
            expected.add((fitting_id, fix_ms))
        elif step == "run":
            times = [fix_ms, fix_ms + apart, fix_ms + 3 * apart]
            seen.add_run(fitting_id, times)
            expected |= {(fitting_id, at) for at in times}
        elif step == "runs":
            each = {of: [fix_ms, fix_ms + apart * steps_apart] for steps_apart, of in enumerate(FITTINGS, 1)}
            seen.add_runs(each, np.array(list(each.values())))
            expected |= {(of, at) for of, times in each.items() for at in times}
        elif step == "all":
            told = {fitting_id: array("q", range(fix_ms, 13 * apart, 2 * apart))}
            seen.add_all(told)
            expected |= {(fitting_id, at) for at in told[fitting_id]}
        elif step == "remove":
            gone = {(fitting_id, fix_ms), (fitting_id, fix_ms + apart), (FITTINGS[0], fix_ms)}
            seen.remove(gone)
            expected -= gone
        elif step == "keep":
            seen.keep_only(lambda of, kept=fitting_id: of == kept)
            expected = {one for one in expected if one[0] == fitting_id}
        else:
            seen.forget_before(fix_ms)
            expected = {one for one in expected if one[1] >= fix_ms}
        every = [(of, at * apart) for of in FITTINGS for at in range(16)]
        assert {one for one in every if one in seen} == expected
        held = seen.held()
        assert sorted((of, at) for of, times in held.items() for at in times) == sorted(expected)
        assert all(held.values())


def test_of_several_runs_one_may_reach_beyond_what_four_bytes_count():
    seen, runs = SeenFixes(), [[14 * DAY_MS, 15 * DAY_MS], [14 * DAY_MS, 21 * DAY_MS]]
    seen.add_many(FITTINGS, (0, 0))
    seen.add_runs(FITTINGS, np.array(runs))
    assert seen.held() == {of: [0, *run] for of, run in zip(FITTINGS, runs, strict=True)}
    assert [times.typecode for times in seen._times.values()] == ["I", "q"]


def test_a_day_of_fixes_takes_four_bytes_for_each_also_after_a_month():
    seen, fitting_id = SeenFixes(), FITTINGS[0]
    for day in range(60):
        for minute in range(1440):
            seen.add(fitting_id, (day * 1440 + minute) * 60_000)
        seen.forget_before((day - 1) * DAY_MS)
        [times] = seen._times.values()
        assert times.itemsize == 4
        assert len(times) <= 2 * 1440
