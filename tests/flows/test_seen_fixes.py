"""Fix times that were seen: whatever comes and goes, in whatever order, it is a set of them."""

from array import array

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodiet.flows.seen_fixes import SeenFixes

FITTINGS = ("fitting_1", "fitting_2")
NAMES = ("add", "add", "run", "runs", "all", "remove", "forget", "keep")
STEPS = st.tuples(st.sampled_from(NAMES), st.sampled_from(FITTINGS), st.integers(0, 12))


DAY_MS = 86_400_000
APART = st.sampled_from((1, 999, 1000, 60_000, 255_000, 510_000, 3_600_000, 4 * DAY_MS, 7 * DAY_MS))
"""Ms between times. Days: more than what is held by its seconds."""


@given(st.lists(STEPS, max_size=60), APART)
def test_it_says_of_every_fix_what_a_set_would_say(steps, apart):
    seen, expected = SeenFixes(), set()
    for step, fitting_id, place in steps:
        fix_ms = place * apart
        if step == "add":
            seen.add(fitting_id, fix_ms)
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


def test_times_of_both_kinds_come_together_in_one_fitting():
    seen, expected = SeenFixes(), []
    for at in (5000, 65_000, 65_500, 3000, 125_000, 41 * DAY_MS, 9000):
        seen.add(FITTINGS[0], at)
        expected = sorted({*expected, at})
        assert seen.held() == {FITTINGS[0]: expected}
    seen.remove({(FITTINGS[0], 65_500), (FITTINGS[0], 41 * DAY_MS)})
    assert seen.held() == {FITTINGS[0]: [3000, 5000, 9000, 65_000, 125_000]}
    assert bytes_of(seen) == 16 + 4


def test_of_several_runs_one_may_reach_beyond_what_is_held_by_its_seconds():
    seen, runs = SeenFixes(), [[14 * DAY_MS, 15 * DAY_MS], [14 * DAY_MS, 61 * DAY_MS]]
    for fitting_id in FITTINGS:
        seen.add(fitting_id, 0)
    seen.add_runs(FITTINGS, np.array(runs))
    assert seen.held() == {of: [0, *run] for of, run in zip(FITTINGS, runs, strict=True)}


@pytest.mark.parametrize(("apart_ms", "size"), [(60_000, 1), (59_999, 4)])
def test_a_day_of_fixes_takes_a_byte_for_each_or_four_also_after_a_month(apart_ms, size):
    seen, fitting_id = SeenFixes(), FITTINGS[0]
    for day in range(60):
        for minute in range(1440):
            seen.add(fitting_id, (day * 1440 + minute) * apart_ms)
        seen.forget_before((day - 1) * DAY_MS)
        assert bytes_of(seen) <= 16 + 2 * 1440 * size


GAPS_S = (0, 3600, 3600 + 4 * 255, 3600 + 5 * 255, 20_000)
"""Seconds, with less than what a byte says, as much, and much more between them."""


@pytest.mark.parametrize("at_s", range(-300, 20_300, 85))
def test_within_any_gap_something_comes_or_all_before_is_forgotten(at_s):
    times, at = [1000 * one for one in GAPS_S], 1000 * at_s
    for told, rest_ms in ((at, 0), (at + 1, 1)):  # and so in steps of ms
        comes, goes = SeenFixes(), SeenFixes()
        for seen in (comes, goes):
            seen.add_run(FITTINGS[0], times if not rest_ms else sorted({*times, 1}))
        before = comes.held()[FITTINGS[0]]
        comes.add(FITTINGS[0], told)
        assert comes.held()[FITTINGS[0]] == sorted({*before, told})
        goes.forget_before(told)
        assert goes.held().get(FITTINGS[0], []) == [one for one in before if one >= told]


def test_a_clock_that_went_wrong_by_a_hundred_years_costs_nobody_memory():
    seen, hundred_years_ms = SeenFixes(), 36_525 * DAY_MS
    for minute in range(1440):
        seen.add(FITTINGS[0], minute * 60_000)
        seen.add(FITTINGS[1], minute * 60_000 + hundred_years_ms)
    for fitting_id in FITTINGS:
        seen.add(fitting_id, hundred_years_ms // 2)
    assert bytes_of(seen) <= 2 * (16 + 4 * (1441 + 36_525 * DAY_MS // 2**32))


def bytes_of(seen):
    return sum(map(len, seen._times.values()))
