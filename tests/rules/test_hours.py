"""What the passing of time says of a condition: by hand, also on the nights when the clocks change."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.decided import decided

from custodiet.model.alert import Alert
from custodiet.model.condition import (
    ALWAYS,
    ZONED,
    Condition,
    ConditionKind,
    Interval,
    LocalZone,
    Offset,
    Schedule,
    Weekly,
)
from custodiet.model.finding import NOTHING_SEEN, Matter, Weight
from custodiet.model.judging import DEFAULTS, Judging
from custodiet.rules.conditions.hours import has_begun, unanswered, window_closed

MS = timedelta(milliseconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
CURFEW = ConditionKind.CURFEW


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def span(text):
    from_at, to_at = text.split("/")
    return Interval(utc(from_at), utc(to_at))


LONDON = LocalZone(
    "Europe/London",
    "made up",
    (Offset(utc("2030-01-01"), 0), Offset(utc("2030-03-31T01:00"), 3600), Offset(utc("2030-10-27T01:00"), 0)),
)


def every_night(opens_h, closes_h):
    """From so many hours after local midnight to so many, every day; beyond 24 it closes the next day."""
    return Schedule(LONDON, tuple(Weekly((day * 24 + opens_h) * 60, (day * 24 + closes_h) * 60) for day in range(7)))


NIGHTS = every_night(19, 31)
FIRST_HOURS = every_night(1, 6)
ALL_WEEK = every_night(0, 24)


def condition(schedule=NIGHTS, kind=CURFEW):
    return Condition("cond_1", "d1", kind, b"sealed" if kind in ZONED else b"", schedule)


STARTED = utc("2030-01-02")


def decision(starts_at=STARTED):
    return decided(STARTED, id="d1", starts_at=starts_at, review_due_at=utc("2031-01-01"), made_at=utc("2030-01-01"))


def alert(confirmed_at, began_at=None):
    return Alert(
        id="alert_1",
        case_id="case_1",
        decision_id="d1",
        fitting_id="fit_1",
        condition_id="cond_1",
        matter=Matter.OUT_OF_PLACE,
        weight=Weight.ADVERSE,
        began_at=began_at or confirmed_at - 5 * MINUTE,
        confirmed_at=confirmed_at,
        raised_at=confirmed_at,
    )


# --- a window has closed --------------------------------------------------------------------------------

# When the alert was confirmed, and when its window closes.
CLOSES = {
    "an ordinary evening": (NIGHTS, "2030-02-04T20:00", "2030-02-05T07:00"),
    "before midnight or after, it is one window": (NIGHTS, "2030-02-05T03:00", "2030-02-05T07:00"),
    "at its first instant": (NIGHTS, "2030-02-04T19:00", "2030-02-05T07:00"),
    "the short night": (NIGHTS, "2030-03-30T20:00", "2030-03-31T06:00"),
    "the night after it": (NIGHTS, "2030-03-31T20:00", "2030-04-01T06:00"),
    "the long night": (NIGHTS, "2030-10-26T20:00", "2030-10-27T07:00"),
    "over a Sunday's midnight": (NIGHTS, "2030-02-10T23:30", "2030-02-11T07:00"),
    "closes at an hour that is twice: the person goes free at the first": (
        every_night(19, 25),
        "2030-10-26T23:00",
        "2030-10-27T00:00",
    ),
    "closes at an hour that is not: at the next instant that is": (
        Schedule(LONDON, (Weekly((5 * 24 + 19) * 60, (6 * 24 + 1) * 60 + 30),)),
        "2030-03-30T23:00",
        "2030-03-31T01:00",
    ),
    "a single window": (
        Schedule(once=(span("2030-02-04T10:00/2030-02-04T12:00"),)),
        "2030-02-04T11:00",
        "2030-02-04T12:00",
    ),
    "a single window of a month": (
        Schedule(once=(span("2030-02-01T00:00/2030-03-01T00:00"),)),
        "2030-02-04T11:00",
        "2030-03-01T00:00",
    ),
    "windows that touch are one": (
        Schedule(once=(span("2030-02-04T10:00/2030-02-04T12:00"), span("2030-02-04T12:00/2030-02-04T14:00"))),
        "2030-02-04T11:00",
        "2030-02-04T14:00",
    ),
}


@pytest.mark.parametrize(("schedule", "confirmed", "closes"), CLOSES.values(), ids=CLOSES.keys())
@pytest.mark.parametrize("late", [timedelta(0), MS, HOUR, DAY, 8 * DAY, 100 * DAY])
def test_a_window_has_closed_from_its_end_on_however_late_anyone_looks(schedule, confirmed, closes, late):
    one = alert(utc(confirmed))
    assert window_closed(one, condition(schedule), utc(closes) + late) == utc(closes)
    for before in (utc(closes) - MS, utc(confirmed), utc(confirmed) - HOUR):
        assert window_closed(one, condition(schedule), before) is None


def test_without_hours_no_window_closes():
    exclusion = condition(ALWAYS, ConditionKind.EXCLUSION)
    assert window_closed(alert(utc("2030-02-04T20:00")), exclusion, utc("2030-06-01")) is None


# --- a window has begun ---------------------------------------------------------------------------------

NIGHT_OF = {
    "an ordinary evening": (NIGHTS, "2030-02-04T19:00", "2030-02-05T07:00"),
    "the short night": (NIGHTS, "2030-03-30T19:00", "2030-03-31T06:00"),
    "the long night": (NIGHTS, "2030-10-26T18:00", "2030-10-27T07:00"),
    "a single window": (
        Schedule(once=(span("2030-02-04T10:00/2030-02-04T12:00"),)),
        "2030-02-04T10:00",
        "2030-02-04T12:00",
    ),
    "a single window of a month": (
        Schedule(once=(span("2030-02-01T00:00/2030-03-01T00:00"),)),
        "2030-02-01T00:00",
        "2030-03-01T00:00",
    ),
}


@pytest.mark.parametrize(("schedule", "opens", "closes"), NIGHT_OF.values(), ids=NIGHT_OF.keys())
def test_a_window_has_begun_from_its_first_instant_to_its_last(schedule, opens, closes):
    for now in (utc(opens), utc(opens) + MS, utc(opens) + HOUR, utc(closes) - MS):
        assert has_begun(condition(schedule), now)
    for now in (utc(opens) - MS, utc(closes), utc(closes) + MS):
        assert not has_begun(condition(schedule), now)


@given(st.integers(0, 400 * 24 * 60))
def test_whoever_is_asked_for_is_within_a_window(minute):
    now = utc("2030-01-05") + minute * MINUTE
    raised = asked_at(now.replace(tzinfo=None).isoformat())
    assert raised is None or has_begun(condition(), now)


# --- nobody has been heard ------------------------------------------------------------------------------


def asked_at(now, newest=None, schedule=NIGHTS, absences=(), starts_at=STARTED, judging=DEFAULTS, kind=CURFEW):
    leave = [span(text) for text in absences]
    newest_at = None if newest is None else utc(newest)
    made = decision(starts_at)
    heard = (newest_at, made.starts_at, utc(now))
    return unanswered(condition(schedule, kind), made, leave, "fit_1", *heard, judging)


# Now, what else, and since when the window has gone unanswered (None: it has not, or not for long enough).
ASKED = {
    "half an hour into it": ("2030-02-04T19:30", {}, "2030-02-04T19:00"),
    "a moment less": ("2030-02-04T19:29:59.999", {}, None),
    "far into it": ("2030-02-05T06:59", {}, "2030-02-04T19:00"),
    "when it is over": ("2030-02-05T07:00", {}, None),
    "by day": ("2030-02-04T12:00", {}, None),
    "a fix came in it": ("2030-02-04T20:00", {"newest": "2030-02-04T19:10"}, None),
    "a fix came at its first instant": ("2030-02-04T20:00", {"newest": "2030-02-04T19:00"}, None),
    "the newest fix came just before it": (
        "2030-02-04T20:00",
        {"newest": "2030-02-04T18:59:59.999"},
        "2030-02-04T19:00",
    ),
    "no fix has ever come": ("2030-02-04T20:00", {"newest": None}, "2030-02-04T19:00"),
    "a fix of the night before": ("2030-02-04T20:00", {"newest": "2030-02-04T06:00"}, "2030-02-04T19:00"),
    "the scheme is more patient": ("2030-02-04T19:59", {"judging": Judging(unanswered_s=3600)}, None),
    "the scheme was patient": ("2030-02-04T20:00", {"judging": Judging(unanswered_s=3600)}, "2030-02-04T19:00"),
    "the decision began in it": ("2030-02-04T23:00", {"starts_at": utc("2030-02-04T19:01")}, "2030-02-04T19:01"),
    "the decision began with it": ("2030-02-04T23:00", {"starts_at": utc("2030-02-04T19:00")}, "2030-02-04T19:00"),
    "the decision began in it, a moment less than half an hour ago": (
        "2030-02-04T22:59:59.999",
        {"starts_at": utc("2030-02-04T22:30")},
        None,
    ),
    "the decision began in it, half an hour ago": (
        "2030-02-04T23:00",
        {"starts_at": utc("2030-02-04T22:30")},
        "2030-02-04T22:30",
    ),
    "a fix came since it began": (
        "2030-02-04T23:30",
        {"starts_at": utc("2030-02-04T22:30"), "newest": "2030-02-04T22:30"},
        None,
    ),
    "a fix came before it began, though within the hours": (
        "2030-02-04T23:30",
        {"starts_at": utc("2030-02-04T22:30"), "newest": "2030-02-04T22:29:59.999"},
        "2030-02-04T22:30",
    ),
    "it is yet to begin": ("2030-02-04T23:00", {"starts_at": utc("2030-02-05T01:00")}, None),
    "leave at its beginning": ("2030-02-04T19:45", {"absences": ["2030-02-04T18:00/2030-02-04T20:00"]}, None),
    "leave at its beginning is over": (
        "2030-02-04T20:30",
        {"absences": ["2030-02-04T18:00/2030-02-04T20:00"]},
        "2030-02-04T20:00",
    ),
    "leave that was over before it began": (
        "2030-02-04T19:30",
        {"absences": ["2030-02-04T18:00/2030-02-04T19:00"]},
        "2030-02-04T19:00",
    ),
    "leave within it": ("2030-02-04T22:30", {"absences": ["2030-02-04T22:00/2030-02-04T23:00"]}, None),
    "leave begins": ("2030-02-04T22:00", {"absences": ["2030-02-04T22:00/2030-02-04T23:00"]}, None),
    "before leave within it": (
        "2030-02-04T21:59",
        {"absences": ["2030-02-04T22:00/2030-02-04T23:00"]},
        "2030-02-04T19:00",
    ),
    "after leave within it": (
        "2030-02-04T23:00",
        {"absences": ["2030-02-04T22:00/2030-02-04T23:00"]},
        "2030-02-04T19:00",
    ),
    "leave all night": ("2030-02-05T01:00", {"absences": ["2030-02-04T12:00/2030-02-05T12:00"]}, None),
    "the short night": ("2030-03-31T05:00", {}, "2030-03-30T19:00"),
    "the evening after the short night": ("2030-03-31T18:30", {}, "2030-03-31T18:00"),
    "half an hour before that, by the clock before": ("2030-03-31T18:29", {}, None),
    "the long night": ("2030-10-26T18:30", {}, "2030-10-26T18:00"),
    "the evening after the long night": ("2030-10-27T19:30", {}, "2030-10-27T19:00"),
    "by the clock before that": ("2030-10-27T18:30", {}, None),
    "begins at an hour that is not": ("2030-03-31T01:30", {"schedule": FIRST_HOURS}, "2030-03-31T01:00"),
    "half an hour has not passed since": ("2030-03-31T01:29", {"schedule": FIRST_HOURS}, None),
    "begins at an hour that is twice: at the second": (
        "2030-10-27T01:30",
        {"schedule": FIRST_HOURS},
        "2030-10-27T01:00",
    ),
    "not at the first": ("2030-10-27T00:45", {"schedule": FIRST_HOURS}, None),
}


@pytest.mark.parametrize(("now", "given_", "since"), ASKED.values(), ids=ASKED.keys())
def test_a_curfew_that_began_without_a_fix_asks_someone_to_ring(now, given_, since):
    raised = asked_at(now, **given_)
    assert (None if raised is None else raised.began_at) == (None if since is None else utc(since))


def test_it_accuses_nobody_and_says_what_it_is_about():
    raised = asked_at("2030-02-04T19:30")
    assert (raised.matter, raised.weight, raised.seen) == (Matter.UNANSWERED, Weight.UNCERTAIN, NOTHING_SEEN)
    assert (raised.case_id, raised.decision_id, raised.fitting_id, raised.condition_id) == (
        "case_1",
        "d1",
        "fit_1",
        "cond_1",
    )
    assert raised.confirmed_at == raised.raised_at == utc("2030-02-04T19:30")


@pytest.mark.parametrize("kind", sorted(set(ConditionKind) - {CURFEW}))
def test_no_other_condition_is_unanswered(kind):
    assert asked_at("2030-02-05T03:00", kind=kind) is None


def identities(schedule, looks, **more):
    found = [asked_at(at.strftime("%Y-%m-%dT%H:%M:%S"), schedule=schedule, **more) for at in looks]
    return [None if one is None else one.alert_id for one in found]


def test_once_a_window_and_the_next_window_is_another():
    one = identities(NIGHTS, [utc("2030-02-04T19:30"), utc("2030-02-04T23:00"), utc("2030-02-05T06:59")])
    next_ = identities(NIGHTS, [utc("2030-02-05T19:30"), utc("2030-02-06T06:59")])
    assert len(set(one)) == len(set(next_)) == 1
    assert None not in one + next_
    assert one[0] != next_[0]


@given(st.integers(30, 12 * 60 - 1), st.integers(30, 12 * 60 - 1), st.integers(0, 300))
def test_a_night_has_one_identity_whenever_anyone_looks_and_whatever_leave_was_given(first, second, night):
    opens = utc("2030-01-05T19:00") + night * DAY
    looks = [opens + first * MINUTE, opens + second * MINUTE]
    from_at, to_at = sorted([opens + (second + 60) * MINUTE, opens + (first + 30) * MINUTE])
    leave = f"{from_at.replace(tzinfo=None).isoformat()}/{(to_at + MINUTE).replace(tzinfo=None).isoformat()}"
    found = [*identities(NIGHTS, looks), *identities(NIGHTS, looks, absences=[leave])]
    assert len({one for one in found if one is not None}) <= 1


def test_another_fitting_and_another_condition_are_asked_for_by_themselves():
    now, none = utc("2030-02-04T20:00"), decision()
    other = Condition("cond_2", "d1", CURFEW, b"sealed", NIGHTS)
    ids = {
        unanswered(of, none, [], fitting, None, none.starts_at, now, DEFAULTS).alert_id
        for of in (condition(), other)
        for fitting in ("fit_1", "fit_2")
    }
    assert len(ids) == 4


LONG = {
    "every day from midnight to midnight": (ALL_WEEK, "2030-02-20T12:00"),
    "a single window of two months": (
        Schedule(once=(span("2030-02-01T00:00/2030-04-01T00:00"),)),
        "2030-02-10T00:01",
    ),
}
"""Windows that touch are one, so one may be longer than a week."""


@pytest.mark.parametrize(("schedule", "from_"), LONG.values(), ids=LONG.keys())
def test_a_curfew_that_began_more_than_nine_days_ago_is_no_night(schedule, from_):
    for later in (timedelta(0), MINUTE, DAY, 20 * DAY):
        now = (utc(from_) + later).strftime("%Y-%m-%dT%H:%M:%S")
        for newest in (None, "2030-02-05T12:00"):
            assert asked_at(now, newest=newest, schedule=schedule) is None


def test_a_curfew_of_weeks_is_asked_for_once_while_it_is_young():
    schedule = LONG["a single window of two months"][0]
    looks = [utc(text) for text in ("2030-02-01T00:30", "2030-02-05T12:00", "2030-02-09T23:59")]
    [found] = set(identities(schedule, looks))
    assert found is not None
    assert asked_at("2030-02-08T12:00", newest="2030-02-01T00:00", schedule=schedule) is None
