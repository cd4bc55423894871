"""Nouns are legal when they exist, a position has no text, and the ladder is the design's."""

from dataclasses import FrozenInstanceError
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.nouns import names_of

from custodiet.model.decision import LATE_MAX_LIMIT, Authority, Decision, State, Suspension
from custodiet.model.device import Device, Fitting, Sender, Token
from custodiet.model.errors import CustodietError, IllegalValue
from custodiet.model.mode import LADDER, MODES, NOT_BUILT, Category, Kind, ModeCode
from custodiet.model.report import (
    REASON_ORDER,
    Admitted,
    Answer,
    Crossing,
    Fix,
    Outcome,
    Reason,
    Refused,
    Report,
)
from custodiet.model.scheme import Force, Power, Purpose, Regime, RetentionRule, Scheme
from custodiet.model.times import EPOCH, as_text, cut, from_ms, month_of, to_ms, utc_day

MS = timedelta(milliseconds=1)
DAY = timedelta(days=1)
AT = datetime(2031, 3, 3, 9, tzinfo=UTC)

# --- legal when they exist ------------------------------------------------------------------------------

DECISION = {
    "id": "d1",
    "case_id": "case_1",
    "strand": "main",
    "mode": ModeCode.FITTED_TRAIL,
    "power": "p1",
    "purposes": ("contact",),
    "authority": Authority.OFFICERS,
    "maker": None,
    "proposed_by": "officer-ana",
    "starts_at": AT,
    "review_due_at": AT + DAY,
    "ends_at": None,
}
SCHEME = {
    "id": "s1",
    "name": "Made-up scheme",
    "controller": "Made-up authority",
    "starts_at": AT,
    "ends_at": None,
    "purposes": (Purpose("contact", "Contact"),),
    "powers": (Power("p1", "Power", "Act s. 1", Force.DISCRETION, Regime.UK_GDPR),),
    "modes": (ModeCode.FITTED_TRAIL,),
    "retention": (RetentionRule(Category.TRAIL, 28, "reasons"),),
}
MADE = DECISION | {"state": State.MADE, "approved_by": "officer-bo", "made_at": AT}
FITTING = {"id": "f1", "device_id": "device_1", "case_id": "case_1", "strand": "main", "fitted_at": AT}
FIX = {"lat_e7": 1, "lon_e7": 1}
REPORT = {"serial": "TAG-1", "kind": Kind.FIX, "fix_time": AT, "fix": Fix(1, 1)}
RULE = {"category": Category.TRAIL, "days": 28, "justification": "reasons"}
E7 = 10_000_000

ILLEGAL = {
    "a decision without a purpose": (Decision, DECISION, {"purposes": ()}),
    "an order without its maker": (Decision, DECISION, {"authority": Authority.ORDER}),
    "officers with a maker": (Decision, DECISION, {"maker": "court"}),
    "a review at the start": (Decision, DECISION, {"review_due_at": AT}),
    "a review before the start": (Decision, DECISION, {"review_due_at": AT - MS}),
    "an end at the start": (Decision, DECISION, {"ends_at": AT}),
    "an end before the start": (Decision, DECISION, {"ends_at": AT - MS}),
    "late_max of nothing": (Decision, DECISION, {"late_max": timedelta(0)}),
    "late_max below nothing": (Decision, DECISION, {"late_max": -MS}),
    "late_max beyond thirty days": (Decision, DECISION, {"late_max": LATE_MAX_LIMIT + MS}),
    "approved by who proposed it": (Decision, DECISION, {"approved_by": "officer-ana"}),
    **{
        f"{state} by nobody": (Decision, MADE | {"state": state}, {"approved_by": None})
        for state in State
        if state not in (State.PROPOSED, State.REFUSED)
    },
    **{
        f"{state} at no time": (Decision, MADE | {"state": state}, {"made_at": None})
        for state in State
        if state not in (State.PROPOSED, State.REFUSED)
    },
    "a device removed before it was fitted": (Fitting, FITTING, {"removed_at": AT - MS}),
    "a pause that ends before it begins": (Suspension, {"from_at": AT}, {"to_at": AT - MS}),
    "a scheme without a purpose": (Scheme, SCHEME, {"purposes": ()}),
    "a scheme without a power": (Scheme, SCHEME, {"powers": ()}),
    "a purpose twice": (Scheme, SCHEME, {"purposes": (Purpose("a", "A"), Purpose("a", "B"))}),
    "a power twice": (Scheme, SCHEME, {"powers": SCHEME["powers"] * 2}),
    "a category with two rules": (Scheme, SCHEME, {"retention": SCHEME["retention"] * 2}),
    "a scheme that ends at its start": (Scheme, SCHEME, {"ends_at": AT}),
    "a rule of less than no days": (RetentionRule, RULE, {"days": -1}),
    "a rule without a reason": (RetentionRule, RULE, {"justification": ""}),
    "a device without a serial": (Device, {"id": "device_1", "serial": "x"}, {"serial": ""}),
    "a serial of 129": (Device, {"id": "device_1", "serial": "x"}, {"serial": "x" * 129}),
    "a sender for no device": (
        Sender,
        {"id": "sender_1", "scheme_id": "s1", "label": "", "scope": ("TAG-1",)},
        {"scope": ()},
    ),
    "north of the north pole": (Fix, FIX, {"lat_e7": 90 * E7 + 1}),
    "south of the south pole": (Fix, FIX, {"lat_e7": -90 * E7 - 1}),
    "east of the date line": (Fix, FIX, {"lon_e7": 180 * E7 + 1}),
    "west of the date line": (Fix, FIX, {"lon_e7": -180 * E7 - 1}),
    "a fix without its time": (Report, REPORT, {"fix_time": None}),
    "a time without a fix": (Report, REPORT, {"fix": None}),
    "a refusal without a reason": (Refused, {"reasons": (Reason.NONE,)}, {"reasons": ()}),
}


@pytest.mark.parametrize(("kind", "legal", "given_"), ILLEGAL.values(), ids=ILLEGAL.keys())
def test_what_cannot_stand_together_never_exists(kind, legal, given_):
    kind(**legal)
    with pytest.raises(IllegalValue):
        kind(**legal | given_)


LEGAL = {
    "a review a millisecond after the start": (Decision, DECISION, {"review_due_at": AT + MS}),
    "an end a millisecond after the start": (Decision, DECISION, {"ends_at": AT + MS}),
    "late_max of a millisecond": (Decision, DECISION, {"late_max": MS}),
    "late_max of thirty days": (Decision, DECISION, {"late_max": timedelta(days=30)}),
    "an order with its maker": (Decision, DECISION, {"authority": Authority.ORDER, "maker": "court"}),
    "approved by another": (Decision, DECISION, {"approved_by": "officer-bo"}),
    "a proposal that nobody has approved": (Decision, DECISION, {"state": State.PROPOSED}),
    "a refused one that nobody has approved": (Decision, DECISION, {"state": State.REFUSED}),
    "a device removed as soon as it was fitted": (Fitting, FITTING, {"removed_at": AT}),
    "a pause that ends as it begins": (Suspension, {"from_at": AT}, {"to_at": AT}),
    "a rule of no days": (RetentionRule, RULE, {"days": 0}),
    "a serial of 128": (Device, {"id": "device_1"}, {"serial": "x" * 128}),
    "the north pole": (Fix, FIX, {"lat_e7": 90 * E7}),
    "the date line": (Fix, FIX, {"lon_e7": -180 * E7}),
    "a report with neither": (Report, REPORT, {"fix": None, "fix_time": None}),
}


@pytest.mark.parametrize(("kind", "legal", "given_"), LEGAL.values(), ids=LEGAL.keys())
def test_what_is_just_legal_exists(kind, legal, given_):
    noun = kind(**legal | given_)
    for name, value in given_.items():
        assert getattr(noun, name) == value


@pytest.mark.parametrize(
    ("noun", "name"),
    [
        (Fix(1, 1), "lat_e7"),
        (Decision(**DECISION), "review_due_at"),
        (Report(**REPORT), "fix"),
        (Refused((Reason.NONE,)), "reasons"),
        (Scheme(**SCHEME), "retention"),
        (LADDER[8], "admits"),
    ],
    ids=lambda one: type(one).__name__ if not isinstance(one, str) else one,
)
def test_a_noun_is_frozen(noun, name):
    with pytest.raises((FrozenInstanceError, AttributeError)):
        setattr(noun, name, None)


def test_illegal_is_our_own_kind_of_error_and_quotes_no_position():
    with pytest.raises(CustodietError) as caught:
        Fix(912_345_678, 123_456_789)
    assert "912345678" not in f"{caught.value!r}"
    assert "123456789" not in f"{caught.value!r}"


# --- no text holds a position ---------------------------------------------------------------------------

SECRET = Fix(512_345_678, -987_654_321, 13.5791, 24.6802, 35.7913, 46.8024)
TOLD = ("512345678", "987654321", "51.2", "98.7", "13.5", "24.6", "35.7", "46.8")
SAID = "SAID-BY-A-SENDER"
HOLDERS = {
    "a fix": (SECRET, "<Fix>"),
    "a report": (Report(SAID, Kind.FIX, AT, SECRET), "<Report of a fix>"),
    "a report without a fix": (Report(SAID, Kind.PROMPT, None, None), "<Report of a prompt>"),
    "an admitted one": (Admitted(SECRET, AT, "person_1", "case_1", "f1", "d1", Category.TRAIL), "<Fix>"),
    "a list": ([SECRET, Report(SAID, Kind.FIX, AT, SECRET)], "[<Fix>, <Report of a fix>]"),
    "a dictionary": ({"fix": SECRET}, "{'fix': <Fix>}"),
}


@pytest.mark.parametrize(("holder", "shown"), HOLDERS.values(), ids=HOLDERS.keys())
def test_neither_a_position_nor_what_a_sender_said_has_a_text_form(holder, shown):
    for text in (str(holder), repr(holder), f"{holder}", f"{holder!s} {holder!r}", f"{holder!a}"):
        assert shown in text
        for told in (*TOLD, SAID):
            assert told not in text


def test_a_report_shows_its_kind_and_nothing_else():
    for kind in Kind:
        fix = SECRET if kind is Kind.FIX else None
        crossing = Crossing(SAID, entered=True) if kind is Kind.TRANSITION else None
        shown = {repr(Report(SAID, kind, AT, fix, repeats, crossing=crossing)) for repeats in (True, False)}
        assert shown == {f"<Report of a {kind.value}>"}


def test_an_error_that_carries_a_fix_tells_nothing_of_it():
    error = ValueError("could not", SECRET)
    for told in TOLD:
        assert told not in f"{error} {error!r}"


def test_a_fix_cannot_be_formatted_another_way():
    with pytest.raises(TypeError):
        format(SECRET, ".7f")


def test_every_quantity_of_a_fix_is_unknown_unless_it_is_given():
    bare = Fix(1, 2)
    assert {name: getattr(bare, name) for name in ("accuracy_m", "altitude_m", "speed_mps", "course_deg")} == {
        "accuracy_m": None,
        "altitude_m": None,
        "speed_mps": None,
        "course_deg": None,
    }


# --- a decision's interval ------------------------------------------------------------------------------


def made(**given):
    return Decision(**DECISION | {"state": State.MADE, "approved_by": "officer-bo", "made_at": AT} | given)


ORDER = {"authority": Authority.ORDER, "maker": "court"}
UNTIL = {
    "officers, to the review": ({}, AT + DAY),
    "officers, to an earlier end": ({"ends_at": AT + MS}, AT + MS),
    "officers, never beyond the review": ({"ends_at": AT + 9 * DAY}, AT + DAY),
    "officers, ended": ({"ended_at": AT + MS}, AT + MS),
    "officers, ended after the review": ({"ended_at": AT + 9 * DAY}, AT + DAY),
    "an order, while only its maker ends it": (ORDER, None),
    "an order, to its end": ({**ORDER, "ends_at": AT + 9 * DAY}, AT + 9 * DAY),
    "an order, ended": ({**ORDER, "ends_at": AT + 9 * DAY, "ended_at": AT + MS}, AT + MS),
}


@pytest.mark.parametrize(("given_", "until"), UNTIL.values(), ids=UNTIL.keys())
def test_a_decision_reaches_to_the_earliest_of_its_ends(given_, until):
    one = made(**given_)
    assert one.until == until
    assert not one.covers(AT - MS)
    assert one.covers(AT)
    if until is None:
        assert one.covers(AT + 9999 * DAY)
    else:
        assert one.covers(until - MS)
        assert not one.covers(until)


@pytest.mark.parametrize("state", State)
def test_only_what_was_made_and_neither_ended_nor_paused_is_in_force(state):
    stands = state not in (State.PROPOSED, State.REFUSED)
    one = Decision(**(MADE if stands else DECISION) | {"state": state})
    assert (one.stands, one.covers(AT)) == (stands, stands)
    assert one.in_force(AT) == (state in (State.MADE, State.SUCCEEDED))
    assert not one.in_force(AT - MS)
    assert not one.in_force(AT + DAY)


def test_a_pause_is_half_open_and_lasts_while_its_end_is_unknown():
    assert [Suspension(AT, AT + DAY).covers(at) for at in (AT - MS, AT, AT + DAY - MS, AT + DAY)] == [
        False,
        True,
        True,
        False,
    ]
    assert Suspension(AT).covers(AT + 9999 * DAY)
    paused = made(suspensions=(Suspension(AT, AT + MS), Suspension(AT + 2 * MS)))
    assert [paused.in_force(AT + n * MS) for n in range(4)] == [False, True, False, False]


def test_a_fitting_and_a_token_end_at_their_end():
    fitting = Fitting("f1", "device_1", "case_1", "main", AT, AT + DAY)
    assert [fitting.covers(at) for at in (AT - MS, AT, AT + DAY - MS, AT + DAY)] == [False, True, True, False]
    assert Fitting("f1", "device_1", "case_1", "main", AT).covers(AT + 9999 * DAY)
    token = Token("t1", "sender_1", b"", AT, ended_at=AT + DAY)
    assert [token.ended(at) for at in (AT + DAY - MS, AT + DAY)] == [False, True]
    assert not Token("t1", "sender_1", b"", AT).ended(AT + 9999 * DAY)


# --- the ladder -----------------------------------------------------------------------------------------

OUTCOMES, EVENTS, EVIDENCE, TRAIL = Category
# Design section 3, read row by row: rung, code, what is admitted, what is kept. Of the two rungs with a trail only
# that they keep it is said here.
DESIGN = [
    (0, "none", set(), set()),
    (1, "reminders", {Kind.OUTCOME}, {OUTCOMES}),
    (2, "in_person", {Kind.ATTENDANCE}, {OUTCOMES}),
    (3, "telephone", {Kind.OUTCOME}, {OUTCOMES}),
    (4, "check_in", {Kind.CHECK_IN}, {OUTCOMES}),
    (5, "check_in_area", {Kind.CHECK_IN}, {OUTCOMES}),
    (6, "home_presence", {Kind.PRESENCE}, {EVENTS}),
    (7, "carried_prompts", {Kind.PROMPT}, {OUTCOMES}),
    (8, "zone_on_device", {Kind.TRANSITION}, {EVENTS}),
    (9, "zone_on_arrival", {Kind.FIX}, {EVENTS, EVIDENCE}),
    (10, "carried_trail", {Kind.FIX, Kind.PROMPT}, None),
    (11, "fitted_trail", {Kind.FIX, Kind.EVENT}, None),
]


def test_the_ladder_is_the_designs():
    assert [(mode.rung, mode.code.value, set(mode.admits)) for mode in LADDER] == [row[:3] for row in DESIGN]


@pytest.mark.parametrize("row", DESIGN, ids=lambda row: row[1])
def test_each_rung_keeps_what_the_design_says(row):
    mode = LADDER[row[0]]
    if row[3] is None:
        assert TRAIL in mode.keeps
    else:
        assert mode.keeps == row[3]


def test_only_the_two_highest_rungs_keep_a_trail():
    assert [mode.rung for mode in LADDER if mode.keeps_trail] == [10, 11]
    assert [mode.rung for mode in LADDER if TRAIL in mode.keeps] == [10, 11]


def test_no_rung_below_the_ninth_admits_a_position():
    assert [mode.rung for mode in LADDER if Kind.FIX in mode.admits] == [9, 10, 11]


def test_every_code_has_one_rung_and_every_rung_one_code():
    assert list(MODES) == [mode.code for mode in LADDER] == list(ModeCode)
    assert [mode.rung for mode in LADDER] == list(range(12))
    assert all(MODES[code].code is code for code in ModeCode)


def test_every_rung_says_what_it_never_is_and_no_two_say_they_are_the_same():
    assert all(mode.never for mode in LADDER)
    assert len({mode.title for mode in LADDER}) == len(LADDER)


def test_what_is_not_built_is_no_mode():
    assert NOT_BUILT
    assert not {mode.title for mode in LADDER} & set(NOT_BUILT)


# --- reasons --------------------------------------------------------------------------------------------


def test_the_reasons_stand_in_the_designs_order():
    gates = [
        "none",
        "before",
        "ended",
        "suspended",
        "annulled",
        "too_late",
        "future",
        "no_fix_time",
        "erased",
        "not_yours",
        "token_ended",
    ]
    assert [reason.value for reason in Reason][: len(gates)] == gates
    assert {reason.value for reason in Reason} - set(gates) == {"not_the_format", "nothing_in_it", "conflict"}
    assert sorted(Reason, key=REASON_ORDER.__getitem__) == list(Reason)


def test_the_sender_reads_the_last_reason_and_the_words_of_the_contract():
    assert Refused((Reason.NONE, Reason.ERASED)).shown is Reason.ERASED
    assert Answer(Outcome.REFUSED, (Reason.NONE, Reason.ERASED)).shown is Reason.ERASED
    assert Answer(Outcome.KEPT).shown is None
    assert [outcome.value for outcome in Outcome] == ["kept", "judged", "duplicate", "refused"]


# --- times ----------------------------------------------------------------------------------------------

INSTANTS = st.datetimes(
    datetime(1900, 1, 1),  # noqa: DTZ001 - the strategy puts the zone in
    datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)


@given(INSTANTS)
def test_a_time_is_cut_to_its_millisecond_and_never_rounded_up(at):
    assert timedelta(0) <= at - cut(at) < MS
    assert cut(at).utcoffset() == timedelta(0)
    assert cut(cut(at)) == cut(at)
    assert from_ms(to_ms(at)) == cut(at)


@given(INSTANTS, INSTANTS)
def test_cutting_keeps_the_order_of_times(one, other):
    first, second = sorted([one, other])
    assert to_ms(first) <= to_ms(second)


@given(INSTANTS)
def test_the_text_of_a_time_is_utc_with_milliseconds_and_reads_back(at):
    text = as_text(at)
    assert len(text) == len("2031-03-03T09:00:00.000Z")
    assert datetime.fromisoformat(text) == cut(at)


def test_the_epoch_is_zero_and_what_was_before_it_is_less():
    assert (to_ms(EPOCH), from_ms(0), to_ms(EPOCH - timedelta(microseconds=1))) == (0, EPOCH, -1)


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(IllegalValue):
        to_ms(AT.replace(tzinfo=None))
    with pytest.raises(IllegalValue):
        cut(AT.replace(tzinfo=None))


def test_a_day_is_utcs_wherever_the_time_was_told():
    late = datetime(2031, 3, 3, 23, 30, tzinfo=timezone(timedelta(hours=-2)))
    assert utc_day(late) == date(2031, 3, 4)
    assert utc_day(AT) == date(2031, 3, 3)


def test_a_month_goes_from_its_first_instant_to_that_of_the_next_one():
    assert month_of(AT) == (datetime(2031, 3, 1, tzinfo=UTC), datetime(2031, 4, 1, tzinfo=UTC))
    assert month_of(datetime(2031, 12, 31, 23, tzinfo=UTC))[1] == datetime(2032, 1, 1, tzinfo=UTC)


def test_every_quantity_of_a_fix_carries_its_unit_in_its_name():
    units = ("_e7", "_m", "_mps", "_deg")
    without = {"method", "satellites", "hdop"}  # a kind, a count and a ratio
    assert {name for name in names_of(Fix) if not name.endswith(units)} == without
