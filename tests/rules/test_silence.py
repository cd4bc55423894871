"""Silence: counted only while our own path was up, since the last that could be expected, and in two stages."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodiet.model.condition import Interval
from custodiet.model.decision import Authority, Decision, State, Suspension
from custodiet.model.judging import DEFAULTS, Judging
from custodiet.model.mode import LADDER, Kind, ModeCode
from custodiet.model.stored import Pulse
from custodiet.rules.silence import CONTACT_GRAIN, expected_since, heard_since, is_expected, silence_due, silent_for

T0 = datetime(2031, 3, 3, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def at(hours):
    return T0 + hours * HOUR


def lost(*spans):
    return [Interval(at(from_h), at(to_h)) for from_h, to_h in spans]


def pulse(hours, missed=None, first=-1000):
    return Pulse(at(first), at(hours), None if missed is None else Interval(at(missed[0]), at(missed[1])))


def decision(**given_):
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
        "starts_at": T0,
        "review_due_at": T0 + 28 * DAY,
        "ends_at": None,
        "state": State.MADE,
        "approved_by": "officer-bo",
        "made_at": T0 - DAY,
    }
    return Decision(**fields | given_)


# --- how long -------------------------------------------------------------------------------------------

# Since when, now, our outages, the pulse, and how many hours of silence that makes.
SILENT = {
    "our path was up all the time": (0, 10, [], pulse(10), 10),
    "never proved up": (0, 10, [], None, 0),
    "proved up until an hour ago": (0, 10, [], pulse(9), 9),
    "proved up long ago": (0, 10, [], pulse(1), 1),
    "proved up before the silence began": (5, 10, [], pulse(4), 0),
    "a proof that lies ahead is worth no more than now": (0, 10, [], pulse(12), 10),
    "an outage": (0, 10, lost((2, 5)), pulse(10), 7),
    "two outages": (0, 10, lost((2, 5), (6, 7)), pulse(10), 6),
    "two, told out of order": (0, 10, lost((6, 7), (2, 5)), pulse(10), 6),
    "two that overlap": (0, 10, lost((2, 5), (4, 7)), pulse(10), 5),
    "one within another": (0, 10, lost((2, 8), (4, 5)), pulse(10), 4),
    "one within another, and one after": (0, 10, lost((2, 8), (4, 5), (7, 9)), pulse(10), 3),
    "two that touch": (0, 10, lost((2, 5), (5, 7)), pulse(10), 5),
    "one told twice": (0, 10, lost((2, 5), (2, 5)), pulse(10), 7),
    "one that the pulse tells": (0, 10, [], pulse(10, (2, 5)), 7),
    "one that the pulse tells and that was entered": (0, 10, lost((2, 5)), pulse(10, (2, 5)), 7),
    "one entered, another told by the pulse": (0, 10, lost((2, 5)), pulse(10, (7, 9)), 5),
    "one that began before the silence": (0, 10, lost((-5, 3)), pulse(10), 7),
    "one that was over before the silence": (0, 10, lost((-5, -3)), pulse(10), 10),
    "one that ended as the silence began": (0, 10, lost((-5, 0)), pulse(10), 10),
    "one that still goes on": (0, 10, lost((8, 20)), pulse(10), 8),
    "one beyond the last proof": (0, 10, lost((7, 9)), pulse(6), 6),
    "one across the last proof": (0, 10, lost((5, 9)), pulse(6), 5),
    "one that lasted all the time": (0, 10, lost((-1, 11)), pulse(10), 0),
    "first proved up within it": (0, 10, [], pulse(10, first=4), 6),
    "first proved up as it began": (0, 10, [], pulse(10, first=0), 10),
    "first proved up just now": (0, 10, [], pulse(10, first=10), 0),
    "proved up once, before it": (0, 10, [], pulse(-5, first=-5), 0),
    "first proved up within it, and an outage before that": (0, 10, lost((1, 3)), pulse(10, first=4), 6),
    "first proved up within it, and an outage across that": (0, 10, lost((3, 5)), pulse(10, first=4), 5),
    "first proved up within it, and an outage after": (0, 10, lost((5, 6)), pulse(10, first=4), 5),
    "no time at all": (10, 10, [], pulse(10), 0),
    "a silence that would begin later": (11, 10, [], pulse(10), 0),
    "a silence that would begin later, and an outage": (11, 10, lost((2, 5)), pulse(10), 0),
}


@pytest.mark.parametrize(("since", "now", "outages", "proof", "hours"), SILENT.values(), ids=SILENT.keys())
def test_silence_counts_only_while_our_path_was_up(since, now, outages, proof, hours):
    assert silent_for(at(since), at(now), outages, proof) == hours * HOUR


moments = st.integers(-20, 60)
intervals = st.tuples(moments, st.integers(1, 30)).map(lambda one: Interval(at(one[0]), at(one[0] + one[1])))
outages = st.lists(intervals, max_size=6)
pulses = st.builds(
    lambda first, more, missed: Pulse(at(first), at(first + more), missed),
    moments,
    st.integers(0, 80),
    st.one_of(st.none(), intervals),
)


@given(moments, moments, outages, intervals, st.integers(0, 6), pulses)
def test_one_more_outage_never_lengthens_a_silence(since, now, known, more, place, proof):
    before = silent_for(at(since), at(now), known, proof)
    after = silent_for(at(since), at(now), [*known[:place], more, *known[place:]], proof)
    assert timedelta(0) <= after <= before
    assert silent_for(at(since), at(now), known, replace(proof, missed=None)) >= before


@given(moments, moments, outages, pulses, st.randoms(use_true_random=False))
def test_it_is_the_hours_in_which_it_could_be_heard_counted_one_by_one(since, now, known, proof, chance):
    """An hour at a time, which is a worse way to count the same."""
    missed = [*known, *([] if proof.missed is None else [proof.missed])]
    hours = [at(h) for h in range(since, now)]
    up = [one for one in hours if proof.first_at <= one < proof.at and not any(each.covers(one) for each in missed)]
    told = [*known, *known]
    chance.shuffle(told)
    assert silent_for(at(since), at(now), told, proof) == len(up) * HOUR


@given(moments, moments, outages, pulses, st.integers(0, 20))
def test_a_silence_is_never_longer_than_the_time_and_never_shrinks_while_nothing_is_heard(
    since, now, known, proof, more
):
    silent = silent_for(at(since), at(now), known, proof)
    assert silent <= max(timedelta(0), at(now) - at(since))
    assert silent_for(at(since), at(now + more), known, proof) >= silent
    assert silent_for(at(since), at(now), known, replace(proof, at=proof.at + more * HOUR)) >= silent
    assert silent_for(at(since), at(now), known, replace(proof, first_at=proof.first_at - more * HOUR)) >= silent


# --- since when -----------------------------------------------------------------------------------------

SINCE = {
    "the decision began last": ({}, -5, None, 0),
    "the device was fitted last": ({}, 5, None, 5),
    "it was heard last": ({}, 5, 9, 9),
    "it was heard under an earlier decision": ({}, -9, -5, 0),
    "it was heard before it was fitted": ({}, 5, 2, 5),
    "a pause ended last": ({"suspensions": (Suspension(at(10), at(20)),)}, -5, 9, 20),
    "it was heard after the pause": ({"suspensions": (Suspension(at(10), at(20)),)}, -5, 25, 25),
    "the last of many pauses": (
        {"suspensions": (Suspension(at(10), at(20)), Suspension(at(30), at(40)), Suspension(at(22), at(23)))},
        -5,
        9,
        40,
    ),
    "a pause that goes on has no end yet": ({"suspensions": (Suspension(at(10)),)}, -5, 9, 9),
    "a pause that was over, and one that goes on": (
        {"suspensions": (Suspension(at(10), at(20)), Suspension(at(30)))},
        -5,
        9,
        20,
    ),
}


@pytest.mark.parametrize(("given_", "fitted", "heard", "since"), SINCE.values(), ids=SINCE.keys())
def test_silence_begins_with_the_last_that_could_be_expected(given_, fitted, heard, since):
    contact = None if heard is None else at(heard) - CONTACT_GRAIN  # it was heard of then at the latest
    assert expected_since(decision(**given_), at(fitted), contact) == at(since)


# Contacts, by how long before the moment that is asked about; whether our path was down; and what is said.
HEARD_SINCE = {
    "just then": ([timedelta(0)], False, True),
    "later": ([-HOUR], False, True),
    "later, and our path was down meanwhile": ([-HOUR], True, True),
    "before, but it may have been heard of since without a word of it": ([SECOND], False, None),
    "before, nearly as long as a contact stands for": ([CONTACT_GRAIN - SECOND], False, None),
    "as long before as a contact stands for": ([CONTACT_GRAIN], False, False),
    "long before": ([DAY], False, False),
    "long before, and our path was down since": ([DAY], True, None),
    "never": ([], False, None),
    "one of two long before, the other lately": ([DAY, SECOND], False, None),
    "one of two long before, the other later": ([DAY, -SECOND], False, True),
}


@pytest.mark.parametrize(("before", "was_down", "said"), HEARD_SINCE.values(), ids=HEARD_SINCE.keys())
def test_nobody_is_said_not_to_have_been_heard_of_who_may_have_been(before, was_down, said):
    assert heard_since(T0, [T0 - span for span in before], was_down=was_down) is said


@pytest.mark.parametrize("mode", LADDER, ids=lambda mode: mode.code)
def test_a_device_is_expected_where_it_reports_by_itself(mode):
    expected = {
        ModeCode.HOME_PRESENCE,
        ModeCode.ZONE_ON_DEVICE,
        ModeCode.ZONE_ON_ARRIVAL,
        ModeCode.CARRIED_TRAIL,
        ModeCode.FITTED_TRAIL,
    }
    assert is_expected(decision(mode=mode.code)) == (mode.code in expected)
    assert not is_expected(decision(mode=mode.code)) or mode.admits - {Kind.OUTCOME, Kind.PROMPT, Kind.CHECK_IN}


# --- what it calls for ----------------------------------------------------------------------------------

NOTHING, TASK, SUSPEND = None, False, True
DUE = {
    "not long enough": (DAY - SECOND, [], NOTHING),
    "a day": (DAY, [], TASK),
    "a day, and the task stands": (DAY, [TASK], NOTHING),
    "six days, and the task stands": (7 * DAY - SECOND, [TASK], NOTHING),
    "a week": (7 * DAY, [TASK], SUSPEND),
    "a week, and nobody looked before": (7 * DAY, [], SUSPEND),
    "a week, and it was suspended": (7 * DAY, [TASK, SUSPEND], NOTHING),
    "a year, and it was suspended": (365 * DAY, [SUSPEND], NOTHING),
    "suspended, and a shorter silence seen since": (DAY, [SUSPEND], NOTHING),
    "none": (timedelta(0), [], NOTHING),
}


@pytest.mark.parametrize(("silent", "found", "due"), DUE.values(), ids=DUE.keys())
def test_a_silence_calls_for_a_task_then_for_a_suspension_and_for_each_once(silent, found, due):
    assert silence_due(silent, frozenset(found), DEFAULTS) is due


def test_the_stages_are_those_of_the_scheme():
    judging = Judging(silence_s=3600, silence_ends_s=7200)
    assert silence_due(HOUR - SECOND, frozenset(), judging) is NOTHING
    assert silence_due(HOUR, frozenset(), judging) is TASK
    assert silence_due(2 * HOUR, frozenset(), judging) is SUSPEND


@given(st.lists(st.integers(0, 300), max_size=30))
def test_however_often_anyone_looks_each_stage_comes_once_and_the_task_never_after_the_suspension(hours):
    found, told = set(), []
    for one in sorted(hours):
        due = silence_due(one * HOUR, frozenset(found), DEFAULTS)
        if due is not None:
            told.append(due)
            found.add(due)
    assert told in ([], [TASK], [TASK, SUSPEND], [SUSPEND])
