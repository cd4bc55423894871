"""Appointments and check-ins: what was asked for, within its window; a missing record accuses nobody."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from support.decided import decided

from custodiet.model.condition import Condition, ConditionKind, Interval, Schedule
from custodiet.model.decision import State, Suspension
from custodiet.rules.conditions.attendance import Kept, Outcome, Outcomes, kept, open_at_its_end

START = datetime(2031, 3, 3, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
WINDOW = Interval(START, START + HOUR)
AFTER = START + 2 * HOUR


def became(*recorded, outages=(), now=AFTER):
    outcomes = Outcomes(tuple(START + minutes * HOUR / 60 for minutes, _ in recorded), tuple(o for _, o in recorded))
    [(window, what)] = kept((WINDOW,), outcomes, outages, now)
    assert window == WINDOW
    return what


@pytest.mark.parametrize(
    ("recorded", "expected"),
    [
        ((), Kept.CANNOT_TELL),
        (((10, Outcome.DONE),), Kept.DONE),
        (((10, Outcome.MISSED),), Kept.MISSED),
        (((10, Outcome.EXCUSED),), Kept.EXCUSED),
        (((10, Outcome.MISSED), (20, Outcome.DONE)), Kept.DONE),
        (((10, Outcome.MISSED), (20, Outcome.EXCUSED)), Kept.EXCUSED),
        (((60, Outcome.DONE),), Kept.CANNOT_TELL),
        (((-1, Outcome.DONE),), Kept.CANNOT_TELL),
        (((0, Outcome.DONE),), Kept.DONE),
    ],
)
def test_what_became_of_a_window_that_has_closed(recorded, expected):
    assert became(*recorded) is expected


def test_a_window_asks_nothing_before_it_has_closed():
    assert became(now=START + HOUR / 2) is Kept.OPEN
    assert became((10, Outcome.MISSED), now=START + HOUR / 2) is Kept.OPEN
    assert became((10, Outcome.DONE), now=START + HOUR / 2) is Kept.DONE
    assert became((40, Outcome.DONE), now=START + HOUR / 2) is Kept.OPEN


REACHES = [(-60, 0, False), (-60, 1, True), (59, 90, True), (60, 90, False)]


@pytest.mark.parametrize(("before", "after", "reaches"), REACHES)
def test_a_window_that_our_own_outage_reached_into_is_never_missed(before, after, reaches):
    outage = Interval(START + before * HOUR / 60, START + after * HOUR / 60)
    expected = Kept.CANNOT_TELL if reaches else Kept.MISSED
    assert became((10, Outcome.MISSED), outages=(outage,)) is expected
    assert became((10, Outcome.DONE), outages=(outage,)) is Kept.DONE


def test_nothing_is_due_in_no_window():
    assert kept((), Outcomes((START,), (Outcome.MISSED,)), (), AFTER) == ()


def test_the_kindest_record_holds_whatever_their_order():
    for order in product(Outcome, repeat=3):
        kindest = min(order, key=[Outcome.DONE, Outcome.EXCUSED, Outcome.MISSED].index)
        assert became(*((10 + n, one) for n, one in enumerate(order))) == kindest.value


def open_when(begins_h, fitted_h=-30, absences=(), **given):
    """Of WINDOW, when what follows begins so many hours after it opened; the earlier decision ends then."""
    begins = START + begins_h * HOUR
    condition = Condition("condition_1", "decision_1", ConditionKind.CHECK_IN, b"", Schedule(once=(WINDOW,)))
    before = decided(START, **({"ended_at": begins, "state": State.SUCCEEDED} | given))
    return open_at_its_end(condition, before, decided(begins, starts_at=begins), absences, START + fitted_h * HOUR)


@pytest.mark.parametrize("begins_h", [0.01, 0.5, 0.99])
def test_a_window_that_opened_under_the_one_before_is_still_open_when_the_next_begins(begins_h):
    assert open_when(begins_h) == (WINDOW,)


NOT_OPEN = {
    "it had not opened": {"begins_h": 0},
    "it had closed": {"begins_h": 1},
    "that one was annulled": {"begins_h": 0.5, "state": State.ANNULLED},
    "that one was over before": {"begins_h": 0.5, "ended_at": START + HOUR / 4},
    "it opened in a pause": {"begins_h": 0.5, "suspensions": (Suspension(START - HOUR, START + HOUR / 4),)},
    "it opened before the device was there": {"begins_h": 0.5, "fitted_h": 0.25},
    "the device came with the next one": {"begins_h": 0.5, "fitted_h": 24 * 20},
    "it was not asked": {"begins_h": 0.5, "absences": (WINDOW,)},
}


@pytest.mark.parametrize("why", NOT_OPEN)
def test_or_it_is_not(why):
    assert open_when(**NOT_OPEN[why]) == ()
