"""A question within an alert: which quarters of an hour lie in it, and what stands against asking."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodiet.model.alert import Alert, AlertMove, AlertState, Claim
from custodiet.model.contact_record import CameOf, ContactTried, Direction, Way
from custodiet.model.finding import Matter, Weight
from custodiet.model.look_up import QUARTER, Asked, Question
from custodiet.rules.access import ALERT_REACH, objections_to_asking_within, quarters_within
from custodiet.rules.alerts import IN_HAND, MOVES, claim_of, objections_to_asking_elsewhere

T0 = datetime(2031, 3, 3, 9, 0, tzinfo=UTC)
MINUTE, HOUR, MS = timedelta(minutes=1), timedelta(hours=1), timedelta(milliseconds=1)
ALERT = Alert(
    *("alert_1", "case_1", "d1", "fit_1", "cond_1", Matter.OUT_OF_PLACE, Weight.ADVERSE),
    *(T0, T0 + MINUTE, T0 + MINUTE),
    state=AlertState.CLAIMED,
    held_by="ope",
)


def claim(began_at=T0, ended_at=None, **changed):
    return Claim(
        **{"case_id": "case_1", "began_at": began_at, "ended_at": ended_at, "condition_id": "cond_1"} | changed
    )


def quarters(now, *given):
    return [round((one - T0) / QUARTER) for one in quarters_within(claim(*given), now)]


def codes(against):
    return [one.partition(":")[0] for one in against]


def against(told, now=T0 + HOUR, about=T0, **changed):
    asked = {"case_id": "case_1", "asked": Asked.HOME, "about": about, "by": "ope", "at": now} | changed
    return codes(objections_to_asking_within(told, Question(**asked), now))


# --- which quarters ---------------------------------------------------------------------------------------------


def test_an_alert_that_goes_on_reaches_from_the_quarter_it_began_in_to_the_last_one_that_is_over():
    assert quarters(T0 + HOUR, T0 + 7 * MINUTE) == [0, 1, 2, 3]
    assert quarters(T0 + HOUR - MS, T0 + 7 * MINUTE) == [0, 1, 2]
    assert quarters(T0 + HOUR, T0 + QUARTER) == [1, 2, 3]
    assert quarters(T0 + HOUR, T0 + QUARTER - MS) == [0, 1, 2, 3]


def test_before_its_first_quarter_is_over_nothing_of_it_is_asked_about():
    assert quarters(T0 + QUARTER - MS, T0) == []
    assert quarters(T0 + QUARTER, T0) == [0]


def test_an_alert_that_is_over_reaches_to_the_quarter_it_ended_in_and_none_that_begins_with_its_end():
    assert quarters(T0 + 2 * HOUR, T0 + MINUTE, T0 + 20 * MINUTE) == [0, 1]
    assert quarters(T0 + 2 * HOUR, T0 + MINUTE, T0 + QUARTER + MS) == [0, 1]
    assert quarters(T0 + 2 * HOUR, T0 + MINUTE, T0 + QUARTER) == [0]


def test_what_began_and_ended_at_once_has_one_quarter():
    assert quarters(T0 + HOUR, T0, T0) == [0]
    assert quarters(T0 + HOUR, T0 + MINUTE, T0 + MINUTE) == [0]


def test_none_began_longer_ago_than_a_day_however_long_it_goes_on():
    assert quarters(T0 + ALERT_REACH, T0 - 9 * HOUR)[0] == 0
    assert quarters(T0 + ALERT_REACH + MS, T0 - 9 * HOUR)[0] == 1
    assert len(quarters(T0 + ALERT_REACH, T0 - 9 * HOUR)) == ALERT_REACH // QUARTER
    assert quarters(T0 + 2 * ALERT_REACH, T0, T0 + HOUR) == []


@given(
    st.integers(-3 * 86_400_000, 3 * 86_400_000),
    st.none() | st.integers(0, 3 * 86_400_000),
    st.integers(0, 3 * 86_400_000),
)
def test_every_quarter_is_whole_over_recent_and_touches_the_alert_and_every_such_one_is_there(began, lasts, since):
    began_at = T0 + began * MS
    ended_at = None if lasts is None else began_at + lasts * MS
    now = began_at + since * MS
    found = quarters_within(claim(began_at, ended_at), now)
    first = T0 - timedelta(days=8)
    every = [first + number * QUARTER for number in range(17 * 96)]
    until = now if ended_at is None else ended_at
    assert list(found) == [
        one
        for one in every
        if now - ALERT_REACH <= one
        and one + QUARTER <= now
        and began_at < one + QUARTER
        and (one < until or one <= began_at)
    ]


# --- what stands against it -------------------------------------------------------------------------------------


def test_whoever_holds_it_asks_within_it():
    assert against(claim()) == []
    assert against(claim(), asked=Asked.ZONE, condition_id="cond_1") == []


def test_whoever_does_not_hold_it_hears_that_and_nothing_else():
    assert against(None, about=T0 - HOUR) == ["not_claimed"]


def test_everything_that_stands_against_it_is_said_at_once():
    told = claim(case_id="case_2", condition_id=None)
    asked = {"asked": Asked.ZONE, "condition_id": "cond_1"}
    assert against(told, about=T0 - QUARTER, **asked) == ["another_case", "another_zone", "outside_alert"]


def test_the_refusal_names_the_quarters_that_would_pass():
    now = T0 + HOUR
    asked = Question("case_1", Asked.HOME, T0 - QUARTER, "ope", now)
    [said] = objections_to_asking_within(claim(), asked, now)
    assert said.endswith("one that begins from 2031-03-03T09:00:00.000Z to 2031-03-03T09:45:00.000Z")
    [said] = objections_to_asking_within(claim(now), asked, now)
    assert said.endswith("nothing of it now; an officer of the case can ask about other times")


@pytest.mark.parametrize("state", AlertState)
def test_an_alert_is_held_while_it_is_claimed_or_in_triage_and_never_by_another(state):
    alert = replace(ALERT, state=state, ended_at=T0 + HOUR)
    held = claim_of(alert, "ope")
    assert (held is not None) == (state in {AlertState.CLAIMED, AlertState.TRIAGED})
    assert held in (None, claim(ended_at=T0 + HOUR))
    assert claim_of(alert, "opp") is None


def test_every_state_in_which_it_is_held_can_be_given_back():
    assert {state for state, moves in MOVES.items() if AlertMove.RELEASE in moves} == IN_HAND


# --- the person first -------------------------------------------------------------------------------------------


def tried(outcome, at=T0 + HOUR):
    return ContactTried("alert_1", Way.PHONE, Direction.OUT, outcome, at, "ope")


@pytest.mark.parametrize(
    ("contacts", "locked"),
    [
        ((), True),
        ((tried(CameOf.NO_ANSWER),), True),
        ((tried(CameOf.NO_ANSWER), tried(CameOf.NO_ANSWER)), False),
        ((tried(CameOf.NO_ANSWER), tried(CameOf.NO_ANSWER, T0)), True),
        ((tried(CameOf.SPOKE),), False),
        ((tried(CameOf.SPOKE, T0),), True),
        ((tried(CameOf.WRONG_NUMBER), tried(CameOf.WRONG_NUMBER)), True),
    ],
)
def test_where_the_register_says_so_the_person_is_asked_before_the_data(contacts, locked):
    found = codes(objections_to_asking_elsewhere(ALERT, contacts, asked_first=True))
    assert found == (["contact_first"] if locked else [])
    assert objections_to_asking_elsewhere(ALERT, contacts, asked_first=False) == ()
