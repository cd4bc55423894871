"""What stands against looking: each rule alone, by facts on the table."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodiet.model.condition import Interval
from custodiet.model.decision import Authority, Decision, State, Suspension
from custodiet.model.look_up import Answer, Asked, Place, Precision, Question
from custodiet.model.mode import ModeCode
from custodiet.model.register import RegisteredPurpose
from custodiet.model.word import Said
from custodiet.rules.access import (
    A_DAY_MAX,
    A_MONTH_MAX,
    Ground,
    Under,
    authorised,
    objections_to_question,
    readable,
)
from custodiet.rules.answering import answer_of, coarsened

T0 = datetime(2031, 3, 3, 9, 0, tzinfo=UTC)
HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
NOW = T0 + 10 * DAY


def decision(name="d", starts_at=T0, days=28, **changed):
    told = {
        "id": name,
        "case_id": "c",
        "strand": "main",
        "mode": ModeCode.FITTED_TRAIL,
        "power": "p",
        "purposes": ("contact",),
        "authority": Authority.OFFICERS,
        "maker": None,
        "proposed_by": "ana",
        "starts_at": starts_at,
        "review_due_at": starts_at + timedelta(days=days),
        "ends_at": None,
        "state": State.MADE,
        "approved_by": "bo",
        "made_at": starts_at,
    }
    return Decision(**told | changed)


def ground(*under, **changed):
    purposes = (RegisteredPurpose("contact", "Contact", operational=True),)
    return Ground(under or (Under(decision()),), purposes, {ModeCode.FITTED_TRAIL: {"contact"}}, **changed)


def window(from_h, to_h):
    return Interval(T0 + from_h * HOUR, T0 + to_h * HOUR)


def codes(against):
    return [one.partition(":")[0] for one in against]


# --- what may be shown ------------------------------------------------------------------------------------------


def test_what_is_authorised_is_cut_to_the_decision_and_leaves_out_every_pause():
    paused = decision(suspensions=(Suspension(T0 + 2 * HOUR, T0 + 3 * HOUR), Suspension(T0 + 5 * HOUR, T0 + 6 * HOUR)))
    parts = authorised(ground(Under(paused)), "contact", window(-1, 8), NOW)
    assert parts == (window(0, 2), window(3, 5), window(6, 8))


def test_decisions_that_follow_one_another_are_one_part():
    first = decision("a", ended_at=T0 + 4 * HOUR, state=State.SUCCEEDED)
    second = decision("b", starts_at=T0 + 4 * HOUR, follows="a")
    assert authorised(ground(Under(first), Under(second)), "contact", window(1, 8), NOW) == (window(1, 8),)


@pytest.mark.parametrize(
    "under",
    [
        Under(decision(state=State.ANNULLED, ended_at=T0 + HOUR)),
        Under(decision(state=State.PROPOSED, approved_by=None, made_at=None)),
        Under(decision(mode=ModeCode.ZONE_ON_ARRIVAL)),
        Under(decision(purposes=("other",))),
        Under(decision(), erase_due_at=NOW),
        Under(decision(), looks_closed=True),
        Under(decision(starts_at=T0 + 8 * HOUR)),
    ],
    ids=["annulled", "proposed", "no trail", "other purpose", "past retention", "review missed", "later"],
)
def test_nothing_is_readable_of_it(under):
    assert readable(ground(under), "contact", window(0, 8), NOW) == ()
    assert authorised(ground(under), "contact", window(0, 8), NOW) == ()
    assert readable(ground(under, Under(decision("whole"))), "contact", window(0, 8), NOW) != ()


@given(
    pauses=st.lists(st.tuples(st.integers(0, 40), st.integers(1, 10)), max_size=4),
    start=st.integers(-10, 30),
    length=st.integers(1, 30),
    at=st.integers(-20, 70),
)
def test_an_instant_is_in_a_part_exactly_when_collection_was_authorised_then(pauses, start, length, at):
    paused = decision(suspensions=tuple(Suspension(T0 + a * HOUR, T0 + (a + b) * HOUR) for a, b in pauses))
    parts = authorised(ground(Under(paused)), "contact", window(start, start + length), NOW)
    instant = T0 + at * HOUR
    wanted = window(start, start + length).covers(instant) and paused.covers(instant) and not paused.suspended(instant)
    assert any(part.covers(instant) for part in parts) == wanted


# --- questions --------------------------------------------------------------------------------------------------


def question(about=T0, **changed):
    return Question(**{"case_id": "c", "asked": Asked.HOME, "about": about, "by": "ai", "at": NOW} | changed)


def test_a_question_about_what_two_signed_has_nothing_against_it():
    assert objections_to_question(question(), (), None, ground(), NOW) == ()


@pytest.mark.parametrize(
    ("spread", "count", "allowed"),
    [
        (HOUR, A_DAY_MAX - 1, True),
        (HOUR, A_DAY_MAX, False),
        (7 * HOUR, A_MONTH_MAX - 1, True),
        (7 * HOUR, A_MONTH_MAX, False),
    ],
)
def test_the_quotas_hold_for_any_day_and_any_thirty_days(spread, count, allowed):
    before = [NOW - MINUTE - number * spread for number in range(count)]
    against = codes(objections_to_question(question(), before, None, ground(), NOW))
    assert against == ([] if allowed else ["too_often"])


def test_a_question_is_free_again_when_the_oldest_of_six_is_a_day_old():
    before = [NOW - DAY + number * HOUR for number in range(6)]
    assert objections_to_question(question(), before, None, ground(), NOW) == ()
    [against] = objections_to_question(question(), before, None, ground(), NOW - MINUTE)
    assert against.endswith(f"from {NOW:%Y-%m-%dT%H:%M:%S}.000Z on")


@pytest.mark.parametrize(
    ("under", "code"),
    [
        (Under(decision(state=State.ANNULLED, ended_at=T0 + 5 * HOUR)), "quarantined"),
        (Under(decision(), erase_due_at=NOW), "past_retention"),
        (Under(decision(), looks_closed=True), "review_missed"),
        (Under(decision(starts_at=T0 + DAY)), "not_authorised"),
        (Under(decision(suspensions=(Suspension(T0, T0 + HOUR),))), "not_authorised"),
    ],
)
def test_a_question_has_against_it_what_a_look_up_has(under, code):
    assert codes(objections_to_question(question(), (), None, ground(under), NOW)) == [code]


def test_a_zone_that_was_not_in_force_is_not_asked_about():
    from custodiet.model.condition import Condition, ConditionKind

    zone = Condition("z", "another", ConditionKind.EXCLUSION, b"sealed")
    asked = question(asked=Asked.ZONE, condition_id="z")
    assert codes(objections_to_question(asked, (), zone, ground(), NOW)) == ["zone_not_in_force"]
    assert codes(objections_to_question(asked, (), None, ground(), NOW)) == ["zone_not_in_force"]


# --- answers and squares ----------------------------------------------------------------------------------------


@given(said=st.lists(st.sampled_from([Said.IN_AREA, Said.NOT_IN_AREA, Said.CANNOT_TELL])))
def test_an_answer_is_certain_only_when_nothing_says_otherwise(said):
    answer = answer_of(said)
    if answer is Answer.YES:
        assert Said.IN_AREA in said
        assert Said.NOT_IN_AREA not in said
    elif answer is Answer.NO:
        assert Said.NOT_IN_AREA in said
        assert Said.IN_AREA not in said
    else:
        assert (Said.IN_AREA in said) == (Said.NOT_IN_AREA in said)


def place(lat_e7, lon_e7, accuracy_m=8.0):
    return Place(T0, False, lat_e7, lon_e7, accuracy_m)


@given(
    lat=st.integers(-850_000_000, 850_000_000),
    lon=st.integers(-1_790_000_000, 1_790_000_000),
    precision=st.sampled_from([Precision.M_100, Precision.KM_1]),
)
def test_a_coarse_place_holds_the_true_one_and_shows_nothing_finer_when_asked_again(lat, lon, precision):
    from custodiet.rules.conditions.plane import distance_m, point

    shown = coarsened(place(lat, lon), precision)
    away = distance_m(point(lat, lon), point(shown.lat_e7, shown.lon_e7))
    assert away <= shown.accuracy_m - 8.0 + precision.cell_m * 0.01
    again = coarsened(place(shown.lat_e7, shown.lon_e7), precision)
    assert (again.lat_e7, again.lon_e7) == (shown.lat_e7, shown.lon_e7)


def test_an_unknown_accuracy_stays_unknown_and_full_is_as_it_was():
    assert coarsened(place(465_000_000, -280_000_000, None), Precision.KM_1).accuracy_m is None
    assert coarsened(place(1, 2), Precision.FULL) == place(1, 2)
