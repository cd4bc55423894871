"""Warnings before a review date: the nearest mark, each once, and nothing to be made up for."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodiet.model.decision import Authority, Decision, State, Suspension
from custodiet.model.mode import ModeCode
from custodiet.rules.reviews import WARNING_DAYS, warning_due

DUE = datetime(2031, 6, 2, 12, tzinfo=UTC)
MS = timedelta(milliseconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def decision(made_days=60, **given_):
    """One that was made so many days before its review."""
    made_at = DUE - made_days * DAY
    fields = {
        "id": "d1",
        "case_id": "case_1",
        "strand": "main",
        "mode": ModeCode.FITTED_TRAIL,
        "power": "p1",
        "purposes": ("contact",),
        "authority": Authority.OFFICERS,
        "maker": None,
        "proposed_by": "officer-ana",
        "starts_at": made_at,
        "review_due_at": DUE,
        "ends_at": None,
        "state": State.MADE,
        "approved_by": "officer-bo",
        "made_at": made_at,
    }
    return Decision(**fields | given_)


def before(days):
    return DUE - days * DAY


# How many days before, what was warned of, how long before the review it was made, and which warning is due.
CASES = {
    "long before": (60, [], 90, None),
    "a moment before the first mark": (28 + 1e-6, [], 60, None),
    "at the first mark": (28, [], 60, 28),
    "after it": (20, [], 60, 28),
    "after it, and it was given": (20, [28], 60, None),
    "at the second": (14, [28], 60, 14),
    "at the third": (7, [28, 14], 60, 7),
    "at the fourth": (3, [28, 14, 7], 60, 3),
    "at the last": (1, [28, 14, 7, 3], 60, 1),
    "an hour before": (1 / 24, [28, 14, 7, 3, 1], 60, None),
    "after an outage, only the nearest": (5, [28], 60, 7),
    "after an outage from the beginning": (2, [], 60, 3),
    "after an outage, in the last hour": (1 / 24, [], 60, 1),
    "the nearest was given, whatever was missed before": (5, [7], 60, None),
    "at the review": (0, [], 60, None),
    "after it was missed": (-1, [28, 14, 7, 3], 60, None),
    "made after the first mark": (20, [], 21, None),
    "made after the first mark, at the second": (14, [], 21, 14),
    "made at a mark": (14, [], 14, None),
    "made a little before a mark": (14, [], 14.01, 14),
    "made on the last day": (0.5, [], 0.9, None),
    "made five days before: three come yet": (2, [], 5, 3),
    "made five days before: none that lay before it": (4, [], 5, None),
}


@pytest.mark.parametrize(("days", "warned", "made", "due"), CASES.values(), ids=CASES.keys())
def test_which_warning_is_due(days, warned, made, due):
    assert warning_due(decision(made), frozenset(warned), before(days)) == due


@pytest.mark.parametrize("days", WARNING_DAYS)
def test_a_warning_is_due_from_its_mark_on_to_the_millisecond(days):
    given_ = frozenset(one for one in WARNING_DAYS if one > days)
    assert warning_due(decision(), given_, before(days) - MS) is None
    assert warning_due(decision(), given_, before(days)) == days


def test_the_marks_are_a_month_two_weeks_one_three_days_and_one():
    assert WARNING_DAYS == (28, 14, 7, 3, 1)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("days", [28, 14, 7, 3, 1, 0.5, 0, -1])
def test_none_when_over_and_none_before_it_was_made(state, days):
    made = {} if state not in (State.PROPOSED, State.REFUSED) else {"approved_by": None, "made_at": None}
    due = warning_due(decision(state=state, **made), frozenset(), before(days))
    assert (due is not None) == (state in (State.MADE, State.SUSPENDED) and days > 0)


def test_a_decision_that_pauses_is_warned_of_all_the_same():
    paused = decision(state=State.SUSPENDED, suspensions=(Suspension(before(20)),))
    assert warning_due(paused, frozenset([28]), before(14)) == 14


def test_an_order_is_warned_of_too():
    order = decision(authority=Authority.ORDER, maker="court", ends_at=DUE + 90 * DAY)
    assert warning_due(order, frozenset(), before(7)) == 7


def test_a_decision_whose_own_end_has_passed_is_warned_of_no_more():
    """The clock has not yet recorded that it expired."""
    short = decision(ends_at=before(10))
    assert warning_due(short, frozenset([28, 14]), before(7)) is None


looks = st.lists(st.integers(-48, 24 * 40).map(lambda hours: DUE - hours * HOUR), max_size=40)
mades = st.one_of(st.integers(1, 60), st.sampled_from([28, 14, 7, 3, 1]), st.floats(0.1, 40))


def warnings(one, times):
    """What each look warned of, in order."""
    warned = []
    for now in times:
        due = warning_due(one, frozenset(warned), now)
        if due is not None:
            warned.append(due)
    return warned


@given(looks, mades)
def test_whatever_the_schedule_of_looks_each_warning_comes_once_and_never_a_larger_after_a_smaller(times, made):
    times = sorted(now for now in times if now >= before(made))
    warned = warnings(decision(made), times)
    assert warned == sorted(set(warned), reverse=True)
    assert set(warned) <= set(WARNING_DAYS)
    assert all(days < made for days in warned)


@given(looks, mades)
def test_looking_more_often_never_loses_the_last_warning(times, made):
    times = sorted(now for now in times if before(made) <= now < DUE)
    hourly = [before(made) + n * HOUR for n in range(int(made * 24) + 1)]
    often = warnings(decision(made), sorted({*times, *(now for now in hourly if now < DUE)}))
    seldom = warnings(decision(made), times)
    assert set(seldom) <= set(often)


@given(mades)
def test_whoever_looks_every_hour_gives_every_warning_that_lies_ahead(made):
    hourly = [before(made) + n * HOUR for n in range(int(made * 24) + 2)]
    assert warnings(decision(made), hourly) == [days for days in WARNING_DAYS if days < made]


@given(looks)
def test_a_clock_that_was_set_back_gives_none_twice(times):
    warned = warnings(decision(), times)
    assert len(set(warned)) == len(warned)
