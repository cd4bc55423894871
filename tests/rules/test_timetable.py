"""When a condition asks: local hours become instants, also on the nights when the clocks change.

First cases worked out by hand, then an oracle that knows no offsets, only what zoneinfo says of a wall clock.
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest

from custodiet.model.condition import ALWAYS, WEEK_MIN, ConditionKind, Interval, LocalZone, Offset, Schedule, Weekly
from custodiet.model.errors import IllegalValue
from custodiet.rules.conditions import timetable
from custodiet.rules.conditions.timetable import Sense, once, sense_of, weekly_on, window_at, windows

MS = timedelta(milliseconds=1)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MON, TUE, WED, THU, FRI, SAT, SUN = range(7)
BOTH = tuple(Sense)
RESTRICTS, OBLIGES = Sense.RESTRICTS, Sense.OBLIGES


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def span(text):
    from_at, to_at = text.split("/")
    return Interval(utc(from_at), utc(to_at))


def zone(*offsets):
    """Of (from when, hours ahead of UTC)."""
    return LocalZone("Made/Up", "none", tuple(Offset(utc(at), round(hours * 3600)) for at, hours in offsets))


def weekly(day, opens, closes):
    """As people say it: a day, and from when till when; up to an hour that is not later, it closes the next day."""
    opens_min, closes_min = (int(text[:2]) * 60 + int(text[3:]) for text in (opens, closes))
    if closes_min <= opens_min:
        closes_min += 24 * 60
    return Weekly(day * 24 * 60 + opens_min, day * 24 * 60 + closes_min)


def every_day(opens, closes):
    return tuple(weekly(day, opens, closes) for day in range(7))


# --- by hand --------------------------------------------------------------------------------------------

LONDON = zone(("2030-01-01", 0), ("2030-03-31T01:00", 1), ("2030-10-27T01:00", 0))
LORD_HOWE = zone(("2030-01-01", 11), ("2030-04-06T15:00", 10.5), ("2030-10-05T15:30", 11))
CHATHAM = zone(("2030-01-01", 13.75), ("2030-04-06T14:00", 12.75))
APIA = zone(("2011-09-24T14:00", -10), ("2011-12-30T10:00", 14))
TEHRAN = zone(("2022-01-01", 3.5), ("2022-03-21T20:30", 4.5), ("2022-09-21T19:30", 3.5))
ST_JOHNS = zone(("2010-03-14T03:31", -2.5), ("2010-11-07T02:31", -3.5))
NIGHTS = every_day("19:00", "07:00")
SPRING, AUTUMN = "2030-03-30T12:00/2030-04-01T12:00", "2030-10-26T12:00/2030-10-28T12:00"

BY_HAND = {
    "London, the short night": (
        *(LONDON, NIGHTS, BOTH, SPRING),
        ["2030-03-30T19:00/2030-03-31T06:00", "2030-03-31T18:00/2030-04-01T06:00"],
    ),
    "London, the long night": (
        *(LONDON, NIGHTS, BOTH, AUTUMN),
        ["2030-10-26T18:00/2030-10-27T07:00", "2030-10-27T19:00/2030-10-28T07:00"],
    ),
    "London, opens at an hour that is not": (
        *(LONDON, [weekly(SUN, "01:30", "03:00")], BOTH, SPRING),
        ["2030-03-31T01:00/2030-03-31T02:00"],
    ),
    "London, closes at an hour that is not": (
        *(LONDON, [weekly(SUN, "00:00", "01:30")], BOTH, SPRING),
        ["2030-03-31T00:00/2030-03-31T01:00"],
    ),
    "London, all of it in the hour that is not": (
        *(LONDON, [weekly(SUN, "01:00", "02:00")], BOTH, SPRING),
        [],
    ),
    "London, opens at an hour that comes twice": (
        *(LONDON, [weekly(SUN, "01:30", "03:00")], [RESTRICTS], AUTUMN),
        ["2030-10-27T01:30/2030-10-27T03:00"],
    ),
    "London, opens at an hour that comes twice, obliges": (
        *(LONDON, [weekly(SUN, "01:30", "03:00")], [OBLIGES], AUTUMN),
        ["2030-10-27T00:30/2030-10-27T03:00"],
    ),
    "London, closes at an hour that comes twice": (
        *(LONDON, [weekly(SUN, "00:00", "01:30")], [RESTRICTS], AUTUMN),
        ["2030-10-26T23:00/2030-10-27T00:30"],
    ),
    "London, closes at an hour that comes twice, obliges": (
        *(LONDON, [weekly(SUN, "00:00", "01:30")], [OBLIGES], AUTUMN),
        ["2030-10-26T23:00/2030-10-27T01:30"],
    ),
    "London, all of it in the hour that comes twice": (
        *(LONDON, [weekly(SUN, "01:15", "01:45")], [RESTRICTS], AUTUMN),
        [],
    ),
    "London, all of it in the hour that comes twice, obliges": (
        *(LONDON, [weekly(SUN, "01:15", "01:45")], [OBLIGES], AUTUMN),
        ["2030-10-27T00:15/2030-10-27T01:45"],
    ),
    "London, the first minute that comes twice": (
        *(LONDON, [weekly(SUN, "01:00", "03:00")], [RESTRICTS], AUTUMN),
        ["2030-10-27T01:00/2030-10-27T03:00"],
    ),
    "London, the first minute that comes once again": (
        *(LONDON, [weekly(SUN, "00:30", "02:00")], BOTH, AUTUMN),
        ["2030-10-26T23:30/2030-10-27T02:00"],
    ),
    "Lord Howe, half an hour twice": (
        *(LORD_HOWE, [weekly(SUN, "01:45", "04:00")], [RESTRICTS], "2030-04-06/2030-04-08"),
        ["2030-04-06T15:15/2030-04-06T17:30"],
    ),
    "Lord Howe, half an hour twice, obliges": (
        *(LORD_HOWE, [weekly(SUN, "01:45", "04:00")], [OBLIGES], "2030-04-06/2030-04-08"),
        ["2030-04-06T14:45/2030-04-06T17:30"],
    ),
    "Lord Howe, half an hour not": (
        *(LORD_HOWE, [weekly(SUN, "02:15", "04:00")], BOTH, "2030-10-05/2030-10-07"),
        ["2030-10-05T15:30/2030-10-05T17:00"],
    ),
    "Chatham": (
        *(CHATHAM, [weekly(SUN, "03:00", "05:00")], [RESTRICTS], "2030-04-06/2030-04-08"),
        ["2030-04-06T14:15/2030-04-06T16:15"],
    ),
    "Chatham, obliges": (
        *(CHATHAM, [weekly(SUN, "03:00", "05:00")], [OBLIGES], "2030-04-06/2030-04-08"),
        ["2030-04-06T13:15/2030-04-06T16:15"],
    ),
    "Apia, the nights around the Friday that was not": (
        *(APIA, NIGHTS, BOTH, "2011-12-29T12:00/2011-12-31T12:00"),
        ["2011-12-29T12:00/2011-12-29T17:00", "2011-12-30T05:00/2011-12-30T17:00", "2011-12-31T05:00/2011-12-31T12:00"],
    ),
    "Apia, Friday's hours": (
        *(APIA, [weekly(FRI, "08:00", "17:00")], BOTH, "2011-12-25/2012-01-06T04:00"),
        ["2012-01-05T18:00/2012-01-06T03:00"],
    ),
    "Apia, Thursday's and Saturday's hours": (
        *(APIA, [weekly(THU, "08:00", "17:00"), weekly(SAT, "08:00", "17:00")], BOTH, "2011-12-29/2012-01-01"),
        ["2011-12-29T18:00/2011-12-30T03:00", "2011-12-30T18:00/2011-12-31T03:00"],
    ),
    "Tehran, half an hour past a midnight that is not": (
        *(TEHRAN, [weekly(TUE, "00:30", "06:00")], BOTH, "2022-03-21/2022-03-23"),
        ["2022-03-21T20:30/2022-03-22T01:30"],
    ),
    "Tehran, half an hour before midnight, twice": (
        *(TEHRAN, [weekly(WED, "23:30", "06:00")], [RESTRICTS], "2022-09-21/2022-09-23"),
        ["2022-09-21T20:00/2022-09-22T02:30"],
    ),
    "Tehran, half an hour before midnight, twice, obliges": (
        *(TEHRAN, [weekly(WED, "23:30", "06:00")], [OBLIGES], "2022-09-21/2022-09-23"),
        ["2022-09-21T19:00/2022-09-22T02:30"],
    ),
    "Tehran, up to the midnight that comes once": (
        *(TEHRAN, [weekly(WED, "20:00", "00:00")], BOTH, "2022-09-21/2022-09-23"),
        ["2022-09-21T15:30/2022-09-21T20:30"],
    ),
    "St Johns, up to the midnight that comes twice": (
        *(ST_JOHNS, [weekly(SAT, "19:00", "00:00")], [RESTRICTS], "2010-11-06T12:00/2010-11-07T12:00"),
        ["2010-11-06T21:30/2010-11-07T02:30"],
    ),
    "St Johns, up to the midnight that comes twice, obliges": (
        *(ST_JOHNS, [weekly(SAT, "19:00", "00:00")], [OBLIGES], "2010-11-06T12:00/2010-11-07T12:00"),
        ["2010-11-06T21:30/2010-11-07T03:30"],
    ),
    "St Johns, one night in two windows that meet at the midnight that comes twice": (
        *(ST_JOHNS, [weekly(SAT, "19:00", "00:00"), weekly(SUN, "00:00", "07:00")]),
        *([RESTRICTS], "2010-11-06T12:00/2010-11-07T12:00"),
        ["2010-11-06T21:30/2010-11-07T02:30", "2010-11-07T03:30/2010-11-07T10:30"],
    ),
    "an hour that comes three times": (
        *(zone(("2030-01-01", 2), ("2030-01-06T12:00", 1), ("2030-01-06T12:30", 0)), [weekly(SUN, "13:15", "20:00")]),
        *([RESTRICTS], "2030-01-06/2030-01-07"),
        ["2030-01-06T13:15/2030-01-06T20:00"],
    ),
    "an hour that comes three times, obliges": (
        *(zone(("2030-01-01", 2), ("2030-01-06T12:00", 1), ("2030-01-06T12:30", 0)), [weekly(SUN, "13:15", "20:00")]),
        *([OBLIGES], "2030-01-06/2030-01-07"),
        ["2030-01-06T11:15/2030-01-06T20:00"],
    ),
    "several changes within one window": (
        zone(("2030-01-01", 1), ("2030-01-08", 3), ("2030-01-09", -2.5), ("2030-01-10T11:11:11", 12)),
        *([Weekly(60, 6 * 1440)], BOTH, "2030-01-06/2030-01-19"),
        ["2030-01-07T00:00/2030-01-12T12:00", "2030-01-13T13:00/2030-01-19T00:00"],
    ),
    "over the week's end": (
        *(LONDON, [weekly(SUN, "19:00", "07:00")], BOTH, "2030-01-07/2030-01-22"),
        ["2030-01-07/2030-01-07T07:00", "2030-01-13T19:00/2030-01-14T07:00", "2030-01-20T19:00/2030-01-21T07:00"],
    ),
    "the whole week": (*(LONDON, [Weekly(0, WEEK_MIN)], BOTH, SPRING), [SPRING]),
    "the whole week, from a Sunday night": (
        *(LONDON, [Weekly(WEEK_MIN - 1, 2 * WEEK_MIN - 1)], BOTH, AUTUMN),
        [AUTUMN],
    ),
    "overlapping, touching and one within another": (
        LONDON,
        [
            *(weekly(TUE, "12:00", "14:00"), weekly(TUE, "10:00", "12:30"), weekly(TUE, "14:00", "15:00")),
            *(weekly(TUE, "12:10", "12:20"), weekly(TUE, "15:01", "16:00")),
        ],
        *(BOTH, "2030-01-08/2030-01-09"),
        ["2030-01-08T10:00/2030-01-08T15:00", "2030-01-08T15:01/2030-01-08T16:00"],
    ),
    "nothing before the first offset": (
        *(LONDON, NIGHTS, BOTH, "2029-12-28/2030-01-02"),
        ["2030-01-01T00:00/2030-01-01T07:00", "2030-01-01T19:00/2030-01-02T00:00"],
    ),
    "the first offset comes after": (*(LONDON, [Weekly(0, WEEK_MIN)], BOTH, "2029-12-01/2030-01-01"), []),
    "the last offset holds": (
        *(LONDON, [weekly(MON, "08:00", "09:00")], BOTH, "2050-07-04/2050-07-05"),
        ["2050-07-04T08:00/2050-07-04T09:00"],
    ),
    "another hour, another day": (*(LONDON, [weekly(MON, "08:00", "09:00")], BOTH, "2030-01-08/2030-01-14"), []),
    "cut at both edges": (
        *(LONDON, NIGHTS, BOTH, "2030-01-08T06:59/2030-01-08T19:00:00.001"),
        ["2030-01-08T06:59/2030-01-08T07:00", "2030-01-08T19:00/2030-01-08T19:00:00.001"],
    ),
}


def test_hours_that_people_type_are_weekly_windows_and_close_the_next_day_if_they_must():
    assert weekly_on([SUN, MON], 21 * 60, 7 * 60) == (weekly(MON, "21:00", "07:00"), weekly(SUN, "21:00", "07:00"))
    assert weekly_on([TUE], 9 * 60, 10 * 60) == (weekly(TUE, "09:00", "10:00"),)
    assert weekly_on([WED], 0, 0) == (Weekly(WED * 24 * 60, THU * 24 * 60),)


@pytest.mark.parametrize(
    ("typed", "sense", "asks"),
    [
        ("2030-02-01T10:00/2030-02-01T11:00", RESTRICTS, "2030-02-01T10:00/2030-02-01T11:00"),
        ("2030-05-01T10:00/2030-05-01T11:00", OBLIGES, "2030-05-01T09:00/2030-05-01T10:00"),
        # 01:30 comes twice: the shorter reading burdens, the wider one leaves time.
        ("2030-10-27T01:30/2030-10-27T03:00", RESTRICTS, "2030-10-27T01:30/2030-10-27T03:00"),
        ("2030-10-27T01:30/2030-10-27T03:00", OBLIGES, "2030-10-27T00:30/2030-10-27T03:00"),
        # 01:30 never comes: the next instant that does.
        ("2030-03-31T01:30/2030-03-31T03:00", OBLIGES, "2030-03-31T01:00/2030-03-31T02:00"),
    ],
)
def test_one_window_by_the_clock_of_a_zone(typed, sense, asks):
    opens, closes = typed.split("/")
    assert once(LONDON, utc(opens), utc(closes), sense) == span(asks)


def test_one_window_that_the_clock_makes_vanish_is_none():
    with pytest.raises(IllegalValue):
        once(LONDON, utc("2030-03-31T01:10"), utc("2030-03-31T01:50"), RESTRICTS)


@pytest.mark.parametrize("case", BY_HAND)
def test_weekly_hours_by_hand(case):
    clock, hours, senses, within, expected = BY_HAND[case]
    for sense in senses:
        assert windows(Schedule(clock, tuple(hours)), sense, (), span(within)) == tuple(map(span, expected))


ONCE = Schedule(once=(span("2030-01-08T10:00/2030-01-08T12:00"), span("2030-01-07T10:00/2030-01-07T12:00")))


@pytest.mark.parametrize("sense", Sense)
def test_single_intervals_are_taken_as_they_are(sense):
    assert windows(ONCE, sense, (), span("2030-01-07T11:00/2030-01-20")) == (
        span("2030-01-07T11:00/2030-01-07T12:00"),
        span("2030-01-08T10:00/2030-01-08T12:00"),
    )


def test_single_intervals_need_no_known_offset_and_join_weekly_hours():
    both = replace(ONCE, zone=zone(("2030-01-08", 0)), weekly=every_day("12:00", "13:00"))
    assert windows(both, RESTRICTS, (), span("2030-01-07/2030-01-09")) == (
        span("2030-01-07T10:00/2030-01-07T12:00"),
        span("2030-01-08T10:00/2030-01-08T13:00"),
    )


@pytest.mark.parametrize("sense", Sense)
def test_what_has_no_hours_asks_always(sense):
    within = span("2030-01-08/2030-01-09")
    assert windows(ALWAYS, sense, (), within) == (within,)
    assert windows(Schedule(LONDON), sense, (), within) == (within,)


ABSENT = {
    "in the middle": (
        ["2030-01-08T10:00/2030-01-08T11:00"],
        ["2030-01-08T08:00/2030-01-08T10:00", "2030-01-08T11:00/2030-01-08T12:00", "2030-01-08T14:00/2030-01-08T16:00"],
    ),
    "at the beginning": (
        ["2030-01-08T08:00/2030-01-08T09:00"],
        ["2030-01-08T09:00/2030-01-08T12:00", "2030-01-08T14:00/2030-01-08T16:00"],
    ),
    "over an end": (
        ["2030-01-08T11:00/2030-01-08T13:00"],
        ["2030-01-08T08:00/2030-01-08T11:00", "2030-01-08T14:00/2030-01-08T16:00"],
    ),
    "over the pause": (
        ["2030-01-08T11:00/2030-01-08T15:00"],
        ["2030-01-08T08:00/2030-01-08T11:00", "2030-01-08T15:00/2030-01-08T16:00"],
    ),
    "exactly a window": (["2030-01-08T08:00/2030-01-08T12:00"], ["2030-01-08T14:00/2030-01-08T16:00"]),
    "all": (["2030-01-01/2030-02-01"], []),
    "all, in parts that overlap": (["2030-01-08T10:00/2030-01-09", "2030-01-08/2030-01-08T11:00"], []),
    "elsewhere": (
        ["2030-01-08T12:00/2030-01-08T14:00", "2030-01-07/2030-01-08T08:00", "2030-01-08T16:00/2030-01-09"],
        ["2030-01-08T08:00/2030-01-08T12:00", "2030-01-08T14:00/2030-01-08T16:00"],
    ),
    "twice, out of order": (
        ["2030-01-08T10:00/2030-01-08T11:00", "2030-01-08T09:00/2030-01-08T09:30"],
        [
            *("2030-01-08T08:00/2030-01-08T09:00", "2030-01-08T09:30/2030-01-08T10:00"),
            *("2030-01-08T11:00/2030-01-08T12:00", "2030-01-08T14:00/2030-01-08T16:00"),
        ],
    ),
}


@pytest.mark.parametrize("case", ABSENT)
def test_an_absence_is_cut_out(case):
    absences, expected = ABSENT[case]
    hours = Schedule(LONDON, (weekly(TUE, "08:00", "12:00"), weekly(TUE, "14:00", "16:00")))
    got = windows(hours, RESTRICTS, tuple(map(span, absences)), span("2030-01-08/2030-01-09"))
    assert got == tuple(map(span, expected))


def test_an_absence_is_cut_out_of_always_and_of_single_intervals():
    within, absence = span("2030-01-08/2030-01-09"), span("2030-01-08T11:00/2030-02-01")
    assert windows(ALWAYS, RESTRICTS, [absence], within) == (span("2030-01-08/2030-01-08T11:00"),)
    assert windows(ONCE, OBLIGES, [absence], within) == (span("2030-01-08T10:00/2030-01-08T11:00"),)


def test_a_window_is_half_open():
    early, late = span("2030-01-07/2030-01-08"), span("2030-01-09/2030-01-10")
    for one in (early, late):
        for inside in (one.from_at, one.to_at - MS):
            assert window_at((early, late), inside) == one
        for outside in (one.from_at - MS, one.to_at):
            assert window_at((early, late), outside) is None
    assert window_at((), early.from_at) is None


def test_what_is_to_be_done_within_its_hours_obliges_and_all_else_restricts():
    assert {kind for kind in ConditionKind if sense_of(kind) is OBLIGES} == {
        ConditionKind.APPOINTMENT,
        ConditionKind.CHECK_IN,
    }


# --- minute by minute -----------------------------------------------------------------------------------

START = utc("2030-01-07")
"""A Monday."""


def minutes_asked(clock, window, sense, known_from):
    """By definition, for a clock of {minute: minutes shown}: the minutes in which the window of any week asks."""
    shown = {}
    for at, wall in clock.items():
        shown.setdefault(wall, []).append(at)

    def instants_of(wall):
        return shown.get(wall) or [at for at in clock if at - 1 in clock and clock[at - 1] < wall < clock[at]]

    asked = set()
    for week in (-WEEK_MIN, 0, WEEK_MIN):
        opening, closing = instants_of(week + window.opens_min), instants_of(week + window.closes_min)
        if sense is RESTRICTS:
            asked.update(range(max(opening), min(closing)))
        else:
            asked.update(range(min(opening), max(closing)))
    return {at for at in asked if at >= known_from}


@pytest.mark.parametrize("seed", [*range(20), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(20, 200))])
def test_where_clocks_jump_by_any_amount_and_often_it_asks_when_the_wall_clock_says_so(seed):
    rng = Random(seed)
    known_from = rng.choice([-4 * 1440, 0, rng.randrange(1440)])
    starts = [known_from, *sorted(known_from + one for one in rng.sample(range(1, 2 * 1440), rng.randint(1, 6)))]
    most = rng.choice([60, 24 * 60])
    offsets = [rng.randint(-most, most) for _ in starts]
    clock, n = {}, 0
    for at in range(-14 * 1440, 24 * 1440):
        n += n + 1 < len(starts) and starts[n + 1] <= at
        clock[at] = at + offsets[n]
    made_up = LocalZone(
        "Made/Up", "none", tuple(Offset(START + at * MINUTE, 60 * by) for at, by in zip(starts, offsets, strict=True))
    )
    for _ in range(5):
        edge = clock[rng.choice(starts[1:])] + rng.randint(-most, most)
        length = rng.choice([rng.randint(1, most), rng.randint(1, 2 * 1440)])
        opens_min = (edge - rng.choice([0, length])) % WEEK_MIN
        window, sense = Weekly(opens_min, opens_min + length), rng.choice(BOTH)
        within = Interval(START - 5 * DAY, START + 8 * DAY)
        got = set()
        for one in windows(Schedule(made_up, (window,)), sense, (), within):
            got.update(range((one.from_at - START) // MINUTE, (one.to_at - START) // MINUTE))
        asked = minutes_asked(clock, window, sense, known_from)
        assert got == {at for at in asked if -5 * 1440 <= at < 8 * 1440}


# --- against zoneinfo -----------------------------------------------------------------------------------

ZONES = (
    *("Africa/Cairo", "Africa/Casablanca", "Africa/El_Aaiun", "Africa/Juba", "Africa/Khartoum", "Africa/Windhoek"),
    *("America/Asuncion", "America/Cancun", "America/Caracas", "America/Chihuahua", "America/Goose_Bay"),
    *("America/Grand_Turk", "America/Havana", "America/Metlakatla", "America/New_York", "America/Nuuk"),
    *("America/Port-au-Prince", "America/Santiago", "America/Sao_Paulo", "America/Scoresbysund", "America/St_Johns"),
    *("America/Tijuana", "Antarctica/Casey", "Antarctica/Davis", "Antarctica/Macquarie", "Antarctica/Troll"),
    *("Asia/Almaty", "Asia/Amman", "Asia/Beirut", "Asia/Colombo", "Asia/Damascus", "Asia/Dhaka", "Asia/Gaza"),
    *("Asia/Jerusalem", "Asia/Kathmandu", "Asia/Kolkata", "Asia/Pyongyang", "Asia/Tehran", "Asia/Tokyo"),
    *("Atlantic/Azores", "Australia/Adelaide", "Australia/Eucla", "Australia/Lord_Howe", "Australia/Sydney"),
    *("Europe/Berlin", "Europe/Dublin", "Europe/Istanbul", "Europe/London", "Europe/Moscow", "Europe/Samara"),
    *("Europe/Volgograd", "Pacific/Apia", "Pacific/Auckland", "Pacific/Bougainville", "Pacific/Chatham"),
    *("Pacific/Easter", "Pacific/Fakaofo", "Pacific/Fiji", "Pacific/Kiritimati", "Pacific/Marquesas"),
    *("Pacific/Norfolk", "Pacific/Tongatapu", "UTC"),
)
FIRST, LAST = utc("2005-01-20"), utc("2040-12-31")


@cache
def offsets_of(name):
    """As signed in 2005. No two changes of these zones are within a day of each other."""
    clock, at = ZoneInfo(name), FIRST - 40 * DAY
    found = [Offset(at, seconds_ahead(clock, at))]
    while at < LAST + 40 * DAY:
        if seconds_ahead(clock, at + DAY) != found[-1].utc_offset_s:
            changed_at = change_between(clock, at, at + DAY)
            found.append(Offset(changed_at, seconds_ahead(clock, changed_at)))
        at += DAY
    return LocalZone(name, "test", tuple(found))


def seconds_ahead(clock, at):
    return at.astimezone(clock).utcoffset() // SECOND


def change_between(clock, before, after):
    """The second from which the offset is another than `before`."""
    held = seconds_ahead(clock, before)
    while after - before > SECOND:
        middle = before + (after - before) // SECOND // 2 * SECOND
        before, after = (middle, after) if seconds_ahead(clock, middle) == held else (before, middle)
    return after


def both_instants(clock, wall):
    """The earliest and the latest instant at which the clock shows this (PEP 495), and what kind of time it is."""
    first, second = (wall.replace(tzinfo=clock, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first > second:  # nonexistent: read by the offset before the change and by the one after it
        changed_at = change_between(clock, second, first)
        return changed_at, changed_at, "gap"
    assert first.astimezone(clock).replace(tzinfo=None) == wall
    return first, second, "once" if first == second else "fold"


def by_the_wall_clock(clock, window, sense, at):
    """Whether a weekly window asks, tried for every local day on which it could have opened."""
    today = at.astimezone(clock).date()
    days, minutes = divmod(window.opens_min, 24 * 60)
    for day in (today + n * DAY for n in range(-10, 4)):
        if day.weekday() != days:
            continue
        opens = datetime.combine(day, time(minutes // 60, minutes % 60))
        opening = both_instants(clock, opens)
        closing = both_instants(clock, opens + (window.closes_min - window.opens_min) * MINUTE)
        later = sense is RESTRICTS
        if opening[later] <= at < closing[not later]:
            return True
    return False


@dataclass(frozen=True)
class Case:
    schedule: Schedule
    sense: Sense
    absences: tuple[Interval, ...]
    within: Interval
    at: datetime


def expected_of(case):
    if any(one.from_at <= case.at < one.to_at for one in case.absences):
        return False
    if not case.schedule.weekly and not case.schedule.once:
        return True
    if any(one.from_at <= case.at < one.to_at for one in case.schedule.once):
        return True
    if not case.schedule.weekly:
        return False
    clock = ZoneInfo(case.schedule.zone.name)
    return any(by_the_wall_clock(clock, one, case.sense, case.at) for one in case.schedule.weekly)


def some_time(rng, longest):
    return rng.randrange(1, longest // MS) * MS


def near(rng, at):
    from_at = at - rng.choice([0 * MS, MS, some_time(rng, DAY), some_time(rng, 5 * DAY)])
    return Interval(from_at, at + rng.choice([MS, some_time(rng, DAY), some_time(rng, 5 * DAY)]))


def some_hours(rng):
    kind = rng.random()
    if kind < 0.25:
        opens_min, length = rng.randrange(1440), rng.randint(1, 1440)
        return tuple(Weekly(day * 1440 + opens_min, day * 1440 + opens_min + length) for day in range(7))
    lengths = [rng.randint(1, 120), rng.randint(1, 1440), rng.randint(1, WEEK_MIN), WEEK_MIN]
    chosen = ((rng.randrange(WEEK_MIN), rng.choices(lengths, (6, 6, 2, 1))[0]) for _ in range(rng.randint(1, 4)))
    return tuple(Weekly(opens_min, opens_min + length) for opens_min, length in chosen)


def random_case(rng):
    at = FIRST + rng.randrange((LAST - FIRST) // MS) * MS
    once = tuple(near(rng, at + rng.uniform(-2, 2) * 86400 // 1 * SECOND) for _ in range(rng.choice([0, 0, 0, 1, 2])))
    hours = () if rng.random() < 0.04 else some_hours(rng)
    absences = tuple(near(rng, at + rng.uniform(-4, 4) * 86400 // 1 * SECOND) for _ in range(rng.choice([0, 0, 1, 2])))
    return Case(Schedule(offsets_of(rng.choice(ZONES)), hours, once), rng.choice(BOTH), absences, near(rng, at), at)


def minute_of_week(wall):
    return (wall - datetime(1970, 1, 5, tzinfo=UTC)) // MINUTE % WEEK_MIN


@cache
def changes():
    """Of every zone: before, after, when."""
    return tuple(
        (name, earlier.utc_offset_s * SECOND, later.utc_offset_s * SECOND, later.from_at)
        for name in ZONES
        for earlier, later in pairwise(offsets_of(name).offsets)
        if FIRST <= later.from_at <= LAST
    )


def adversarial_case(rng):
    name, before, after, changed_at = rng.choice(changes())
    if rng.random() < 0.1:  # rarer than summer time: clocks moved by another amount than an hour
        name, before, after, changed_at = rng.choice([one for one in changes() if abs(one[2] - one[1]) != HOUR])
    jump = abs(after - before) // MINUTE
    edge = changed_at + min(before, after)  # the gap or the fold begins when a clock shows this
    edge += rng.choice([0, jump, rng.randint(0, jump), rng.randint(0, jump), rng.randint(-40, jump + 40)]) * MINUTE
    length = rng.choice([rng.randint(1, 90), rng.randint(1, 1440), rng.randint(1, WEEK_MIN), jump, WEEK_MIN])
    opens_min = (minute_of_week(edge) - rng.choice([0, length])) % WEEK_MIN
    hours = (Weekly(opens_min, opens_min + length), *(some_hours(rng) if rng.random() < 0.1 else ()))
    at = rng.choice([changed_at, edge - before, edge - after, changed_at + rng.randint(-7200, 7200) * SECOND])
    if abs(at - changed_at) > 2 * HOUR:
        at = changed_at
    at += rng.choice([0, -1, 1]) * MS
    absences = (near(rng, changed_at + rng.randint(-7200, 7200) * SECOND),) if rng.random() < 0.1 else ()
    return Case(Schedule(offsets_of(name), hours), rng.choice(BOTH), absences, near(rng, at), at)


def compare(make, count, seed, each=1):
    """How often the rule and the oracle were asked, and what they said; `wrong`: not the same.

    `count` timetables, each asked at so many instants: its own, and others within a day of it.
    """
    rng, seen = Random(seed), Counter()
    for _ in range(count):
        case = make(rng)
        got = timetable.windows(case.schedule, case.sense, case.absences, case.within)
        for number in range(each):
            at = case.at + (rng.randint(-86_400_000, 86_400_000) * MS if number else 0 * MS)
            if not case.within.covers(at):
                at = case.at
            answer, expected = window_at(got, at) is not None, expected_of(replace(case, at=at))
            seen["compared"] += 1
            seen["asks"] += expected
            seen["wrong"] += answer != expected
        seen["untidy"] += any(later.from_at <= earlier.to_at for earlier, later in pairwise(got))
        seen["outside"] += any(one.from_at < case.within.from_at or case.within.to_at < one.to_at for one in got)
        if case.schedule.weekly:
            window = case.schedule.weekly[0]
            clock = ZoneInfo(case.schedule.zone.name)
            monday = datetime.combine(monday_of(case.at.astimezone(clock).date()), time())
            for edge_min in (window.opens_min, window.closes_min):
                seen[both_instants(clock, monday + edge_min * MINUTE)[2]] += 1
    return seen


def monday_of(day: date):
    return day - day.weekday() * DAY


def sizes(short):
    return [short, pytest.param(10 * short, marks=[pytest.mark.long, pytest.mark.timeout(7200)])]


def agreed(seen, count):
    print(dict(seen))  # noqa: T201 - for whoever raises the floors
    assert seen["compared"] == count
    assert (seen["wrong"], seen["untidy"], seen["outside"]) == (0, 0, 0)
    assert count / 5 < seen["asks"] < 4 * count / 5


def test_the_zones_are_many_and_change_by_more_than_an_hour_and_by_less():
    assert len(set(ZONES)) >= 60
    jumps = {abs(after - before) for _, before, after, _ in changes()}
    assert {HOUR / 2, HOUR, 2 * HOUR, 3 * HOUR, DAY} <= jumps
    for name in ZONES:
        assert all(later.from_at - earlier.from_at > DAY for earlier, later in pairwise(offsets_of(name).offsets))


@pytest.mark.parametrize("count", sizes(20_000))
def test_at_any_instant_it_asks_when_the_wall_clock_says_so(count):
    agreed(compare(random_case, count, seed=1, each=5), 5 * count)


@pytest.mark.parametrize("count", sizes(5_000))
def test_around_a_change_of_the_clocks_it_asks_when_the_wall_clock_says_so(count):
    seen = compare(adversarial_case, count, seed=2, each=2)
    agreed(seen, 2 * count)
    # It must have been possible to be wrong.
    assert seen["gap"] > count / 5
    assert seen["fold"] > count / 5


instants, monday = timetable._Clock.instants, timetable._monday


def put_off_by_the_gap(self, wall):
    """As most libraries do with what is never shown."""
    found = instants(self, wall)
    n = self._starts.index(found[0]) if found[0] in self._starts else 0
    return [wall - self._offsets[n - 1]] if n and wall < found[0] + self._offsets[n] else found


FAULTS = {
    "ambiguous times are resolved the other way": (
        *(timetable._Clock, "instants"),
        lambda self, wall: instants(self, wall)[::-1],
    ),
    "an ambiguous time is the first of its instants": (
        *(timetable._Clock, "instants"),
        lambda self, wall: instants(self, wall)[:1],
    ),
    "a nonexistent time is read by the offset before": (
        *(timetable._Clock, "instants"),
        put_off_by_the_gap,
    ),
    "the first offset holds for ever": (
        *(timetable._Clock, "instants"),
        lambda self, wall: [wall - self._offsets[0]],
    ),
    "what began last week is forgotten": (timetable, "_monday", lambda wall: monday(wall) + timedelta(weeks=2)),
    "absences are forgotten": (timetable, "without", lambda intervals, gaps: intervals),
    "windows are not joined": (timetable, "joined", lambda intervals: sorted(intervals, key=lambda one: one.from_at)),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_turns_it_red(monkeypatch, fault):
    monkeypatch.setattr(*FAULTS[fault])
    seen = compare(random_case, 500, seed=3) + compare(adversarial_case, 500, seed=4)
    assert seen["wrong"] > 0
