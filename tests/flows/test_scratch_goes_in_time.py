"""What is known of a place since the last fix goes after ten minutes, however seldom anyone looks at all of it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.house import START

from custodiet.flows.seen_fixes import SeenFixes
from custodiet.flows.watching import SCRATCH_MAX, Watching
from custodiet.rules.conditions.plane import point
from custodiet.rules.conditions.zoned import Scratch

SECOND = timedelta(seconds=1)
PLACE = point(465_000_000, -280_000_000)


def hold(watching, number, at, *, against=()):
    watching._hold_scratch((f"condition_{number}", f"fitting_{number}"), at, Scratch(at, PLACE, None, against))


def held(watching):
    return {of[1]: scratch for of, (_, scratch) in watching._scratch.items() if scratch.back is not None}


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("hold"), st.integers(0, 5), st.integers(0, 700)),
        st.tuples(st.just("pass"), st.integers(1, 900), st.just(0)),
        st.tuples(st.just("set back"), st.integers(2, 280), st.just(0)),
        st.tuples(st.just("look"), st.just(0), st.just(0)),
    ),
    max_size=30,
)


@given(STEPS)
def test_after_each_look_no_place_is_older_than_ten_minutes_or_of_a_time_to_come(steps):
    watching, now = Watching(SeenFixes()), START
    for what, number, ago in steps:
        match what:
            case "hold":  # also what came here a while ago, and was quiet since
                hold(watching, number, now - ago * SECOND)
            case "pass":
                now += number * SECOND
            case "set back":
                watching.forget_old(now, frozenset())
                now -= number * SECOND
        watching.forget_old(now, frozenset())
        assert all(now - SCRATCH_MAX <= one.back_at <= now for one in held(watching).values())


def test_what_runs_against_someone_stays_without_its_place():
    watching = Watching(SeenFixes())
    hold(watching, 1, START, against=(START,))
    watching.forget_old(START + SCRATCH_MAX + SECOND, frozenset())
    [(_, scratch)] = watching._scratch.values()
    assert (scratch.back, scratch.against) == (None, (START,))


def test_while_nothing_can_be_old_nobody_is_looked_at():
    """Asked every second, of everyone who is watched."""
    watching = Watching(SeenFixes())
    for number in range(50):
        hold(watching, number, START)
    watching.forget_old(START, frozenset())

    class Untouched(dict):
        def items(self):
            pytest.fail("everyone was looked at")

        values = items

    watching._scratch = Untouched(watching._scratch)
    for seconds in range(1, 600):
        watching.forget_old(START + seconds * SECOND, frozenset())
