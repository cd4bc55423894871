"""Why what is past its rule is still there: held, under way, or late."""

from datetime import UTC, date, datetime, timedelta

from custodiet.model.condition import Interval
from custodiet.model.erasing import Hold, HoldFor, HoldStep, KeptAs, StandingHold
from custodiet.model.mode import Category
from custodiet.rules.erasing import closes_at, kept_as

DAY = timedelta(days=1)
FIRST = date(2031, 3, 3)
BEGAN = datetime(2031, 3, 3, tzinfo=UTC)
DUE = BEGAN + 28 * DAY


def hold(*, until, ended=None, placed=True, days=1):
    window = Interval(BEGAN, BEGAN + days * DAY)
    one = Hold("hold_1", "case_1", Category.TRAIL, window, until, HoldFor.COURT, b"sealed", "officer-ana", BEGAN)
    step = None if not placed else HoldStep.PLACED if ended is None else HoldStep.ENDED
    return StandingHold(one, step, "officer-bo" if placed else None, BEGAN if placed else None, ended)


def why(now, *holds, days=(FIRST,), late_max=DAY):
    return kept_as(Category.TRAIL, days, DUE, holds, late_max, now)


def test_it_is_late_a_day_after_it_could_go():
    assert why(DUE) is KeptAs.CLOSING
    assert why(DUE + DAY - timedelta(minutes=1)) is KeptAs.CLOSING
    assert why(DUE + DAY) is KeptAs.LATE


def test_a_day_that_is_open_yet_is_not_late():
    day = DUE.date()
    closes = closes_at(day, DAY)
    assert why(closes + DAY - timedelta(minutes=1), days=(day,)) is KeptAs.CLOSING
    assert why(closes + DAY, days=(day,)) is KeptAs.LATE


def test_what_is_held_is_neither_and_has_its_day_again_when_the_hold_is_over():
    until = DUE + 30 * DAY
    assert why(until - DAY, hold(until=until)) is KeptAs.HELD
    assert why(until, hold(until=until)) is KeptAs.CLOSING
    assert why(until + DAY, hold(until=until)) is KeptAs.LATE
    assert why(DUE + 9 * DAY, hold(until=until, ended=DUE + 9 * DAY)) is KeptAs.CLOSING


def test_a_hold_of_some_days_does_not_hide_that_others_are_late():
    until = DUE + 30 * DAY
    assert why(DUE + 2 * DAY, hold(until=until), days=(FIRST, FIRST + 5 * DAY)) is KeptAs.LATE
    assert why(DUE + 2 * DAY, hold(until=until, placed=False)) is KeptAs.LATE
