"""What senders are told, and which refused reports came after a stop."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from custodiet.model.decision import Authority, Decision, State, Suspension
from custodiet.model.device import Fitting
from custodiet.model.instruction import Instruction, What
from custodiet.model.mode import LADDER, Kind, ModeCode
from custodiet.model.report import Fix, Report
from custodiet.rules.authority import DeviceStanding, Worn
from custodiet.rules.stopping import (
    ACKNOWLEDGE_WITHIN,
    acknowledgement_due_at,
    collects,
    objections_to_acknowledging,
    sent_after_stop,
    stopped,
    takes_reports,
    to_see_to,
    to_tell,
)

NOW = datetime(2031, 3, 3, 9, 0, tzinfo=UTC)
MS, HOUR, DAY = timedelta(milliseconds=1), timedelta(hours=1), timedelta(days=1)
STOP, START = What.STOP, What.START


def decision(name="d1", start=NOW - 10 * HOUR, days=28, **given):
    fields = {
        "id": name,
        "case_id": "case_1",
        "strand": "main",
        "mode": ModeCode.FITTED_TRAIL,
        "power": "p1",
        "purposes": ("contact",),
        "authority": Authority.OFFICERS,
        "maker": None,
        "proposed_by": "ana",
        "starts_at": start,
        "review_due_at": start + days * DAY,
        "ends_at": None,
        "state": State.MADE,
        "approved_by": "bo",
        "made_at": start,
    }
    return Decision(**fields | given)


def ended(one, at, state=State.WITHDRAWN):
    return replace(one, state=state, ended_at=at)


def paused(one, from_at, to_at=None):
    state = State.SUSPENDED if to_at is None else State.MADE
    return replace(one, state=state, suspensions=(*one.suspensions, Suspension(from_at, to_at)))


# --- what a device has to send under --------------------------------------------------------------------


@pytest.mark.parametrize("mode", LADDER, ids=lambda mode: mode.code)
def test_a_device_has_something_to_send_from_the_check_in_up(mode):
    assert takes_reports(mode) == (mode.rung >= 4)


@pytest.mark.parametrize(
    ("one", "at", "goes_on"),
    [
        (decision(), NOW, True),
        (decision(), NOW - 10 * HOUR, True),
        (decision(), NOW - 10 * HOUR - MS, False),
        (decision(mode=ModeCode.TELEPHONE), NOW, False),
        (decision(state=State.PROPOSED), NOW, False),
        (ended(decision(), NOW), NOW - MS, True),
        (ended(decision(), NOW), NOW, False),
        (paused(decision(), NOW), NOW, False),
        (paused(decision(), NOW), NOW - MS, True),
        (paused(decision(), NOW - HOUR, NOW), NOW - MS, False),
        (paused(decision(), NOW - HOUR, NOW), NOW, True),
    ],
)
def test_collection_goes_on_at_an_instant_or_it_does_not(one, at, goes_on):
    assert collects(one, at) is goes_on


# --- what senders are told ------------------------------------------------------------------------------

A, B = decision("a"), decision("b", start=NOW + 2 * DAY)
FOLLOWED = replace(A, state=State.SUCCEEDED, ended_at=B.starts_at)
TO_PHONE = decision("phone", start=NOW + 2 * DAY, mode=ModeCode.TELEPHONE)
SENT = [(A.starts_at, START)]

CASES = {
    # decisions as they now are, what was told, since, what one is taken to do who was told nothing: what to tell
    "made, and nothing told": ((A,), [], A.starts_at, STOP, [(A.starts_at, START, "a")]),
    "made, and told to stop before": (
        (A,),
        [(A.starts_at - DAY, STOP)],
        A.starts_at,
        STOP,
        [(A.starts_at, START, "a")],
    ),
    "made, and sending already": ((A,), [(A.starts_at - DAY, START)], A.starts_at, STOP, []),
    "made for the day after tomorrow": ((B,), [], B.starts_at, STOP, [(B.starts_at, START, "b")]),
    "followed without a gap": ((FOLLOWED, B), SENT, B.starts_at, START, []),
    "followed without a gap, nothing told": ((FOLLOWED, B), [], B.starts_at, START, []),
    "followed by telephone reporting": ((FOLLOWED, TO_PHONE), SENT, B.starts_at, START, [(B.starts_at, STOP, None)]),
    "telephone reporting alone": ((TO_PHONE,), [], B.starts_at, STOP, []),
    "ended": ((ended(A, NOW),), SENT, NOW, START, [(NOW, STOP, None)]),
    "ended, and nothing told": ((ended(A, NOW),), [], NOW, START, [(NOW, STOP, None)]),
    "ended while paused": ((ended(paused(A, NOW - HOUR), NOW),), [*SENT, (NOW - HOUR, STOP)], NOW, START, []),
    "lapsed an hour ago": ((ended(A, NOW - HOUR),), SENT, NOW - HOUR, START, [(NOW - HOUR, STOP, None)]),
    "ended with its follower": (
        (ended(FOLLOWED, NOW), ended(B, NOW)),
        SENT,
        NOW,
        START,
        [(NOW, STOP, None)],
    ),
    "the follower ended, the first goes on till then": (
        (FOLLOWED, ended(B, NOW)),
        SENT,
        B.starts_at,
        START,
        [(B.starts_at, STOP, None)],
    ),
    "ended, and another begins later": (
        (ended(A, NOW), B),
        SENT,
        NOW,
        START,
        [(NOW, STOP, None), (B.starts_at, START, "b")],
    ),
    "ended, another begins later and was told": (
        (ended(A, NOW), B),
        [*SENT, (B.starts_at, START)],
        NOW,
        START,
        [(NOW, STOP, None)],
    ),
    "ended, and another takes over at once": ((ended(A, NOW), decision("c", start=NOW)), SENT, NOW, START, []),
    "what was to begin is withdrawn": (
        (ended(B, NOW),),
        [(B.starts_at, START)],
        B.starts_at,
        START,
        [(B.starts_at, STOP, None)],
    ),
    "paused": ((paused(A, NOW),), SENT, NOW, START, [(NOW, STOP, None)]),
    "resumed": ((paused(A, NOW - HOUR, NOW),), [*SENT, (NOW - HOUR, STOP)], NOW, STOP, [(NOW, START, "a")]),
    "the device came off": ((), SENT, NOW, START, [(NOW, STOP, None)]),
    "the device came off before what was to begin": (
        (),
        [*SENT, (B.starts_at, START)],
        NOW,
        START,
        [(NOW, STOP, None), (B.starts_at, STOP, None)],
    ),
    "the device came off after a stop": ((), [*SENT, (NOW - HOUR, STOP)], NOW, START, []),
    "fitted under a decision": ((A,), [], NOW, STOP, [(NOW, START, "a")]),
    "fitted under none": ((), [], NOW, STOP, []),
    "fitted before one begins": ((B,), [(NOW - DAY, STOP)], NOW, STOP, [(B.starts_at, START, "b")]),
    "refused, proposed": ((decision(state=State.PROPOSED, start=NOW + DAY),), [], NOW, STOP, []),
    "stopped and started at once, the later word holds": (
        (A,),
        [(NOW, START), (NOW, STOP)],
        NOW,
        STOP,
        [(NOW, START, "a")],
    ),
}


@pytest.mark.parametrize(("decisions", "told", "since", "unsaid", "expected"), CASES.values(), ids=CASES.keys())
def test_a_sender_is_told_what_differs_and_nothing_twice(decisions, told, since, unsaid, expected):
    found = to_tell(decisions, told, since, unsaid=unsaid)
    assert [(one.from_at, one.what, one.decision_id) for one in found] == expected
    again = [*told, *((one.from_at, one.what) for one in found)]
    again.sort(key=lambda one: one[0])
    assert to_tell(decisions, again, since, unsaid=unsaid) == ()


def told(**given):
    fields = ("instruction_1_0", "sender_1", "TAG", STOP, "d1", NOW, NOW, acknowledgement_due_at(NOW))
    return Instruction(*fields, **given)


def test_an_instruction_is_overdue_a_day_after_it_was_given_unless_someone_acknowledged_it():
    assert timedelta(hours=24) == ACKNOWLEDGE_WITHIN
    assert not told().overdue(NOW + DAY - MS)
    assert told().overdue(NOW + DAY)
    assert not told(acknowledged_at=NOW, acknowledged_by="upstream-1").overdue(NOW + DAY)


def test_a_named_person_acknowledges_once():
    assert objections_to_acknowledging(told(), "upstream-1") == ()
    for process in ("clock", "monitor_1", ""):
        assert len(objections_to_acknowledging(told(), process)) == 1
    again = told(acknowledged_at=NOW, acknowledged_by="upstream-1")
    assert objections_to_acknowledging(again, "upstream-2") == (
        "acknowledged_already: it has been acknowledged already; nothing more is needed",
    )
    assert len(objections_to_acknowledging(again, "clock")) == 2


# --- reports after a stop -------------------------------------------------------------------------------


def worn(*decisions, fitted_at=NOW - 20 * HOUR, removed_at=None, name="f1"):
    return Worn(Fitting(name, "device_1", "case_1", "main", fitted_at, removed_at), "person_1", decisions)


def report(at, kind=Kind.FIX):
    fix = Fix(465_000_000, -280_000_000) if kind is Kind.FIX and at is not None else None
    return Report("TAG", kind, at, fix)


AN_HOUR_AGO = NOW - HOUR
STOPPED = {
    "ended": worn(ended(A, AN_HOUR_AGO)),
    "lapsed, and nobody has entered it": worn(decision(start=AN_HOUR_AGO - DAY, days=1), fitted_at=NOW - 9 * DAY),
    "annulled": worn(ended(A, AN_HOUR_AGO, State.ANNULLED)),
    "paused": worn(paused(A, AN_HOUR_AGO)),
    "followed by telephone reporting": worn(
        replace(A, state=State.SUCCEEDED, ended_at=AN_HOUR_AGO),
        decision("phone", start=AN_HOUR_AGO, mode=ModeCode.TELEPHONE),
    ),
    "the device came off": worn(A, removed_at=AN_HOUR_AGO),
    "the device came off, and nothing was ever decided": worn(removed_at=AN_HOUR_AGO),
    "ended, and another is to begin": worn(ended(A, AN_HOUR_AGO), B),
}
GOES_ON = {
    "in force": worn(A),
    "resumed": worn(paused(A, NOW - 2 * HOUR, AN_HOUR_AGO)),
    "followed": worn(replace(A, state=State.SUCCEEDED, ended_at=AN_HOUR_AGO), decision("b", start=AN_HOUR_AGO)),
    "nothing was ever decided": worn(),
    "a proposal": worn(decision(state=State.PROPOSED)),
    "not begun": worn(B),
    "telephone reporting alone": worn(decision(mode=ModeCode.TELEPHONE)),
}


@pytest.mark.parametrize("one", STOPPED.values(), ids=STOPPED.keys())
def test_what_was_fixed_from_the_stop_on_came_after_it_and_what_was_fixed_before_did_not(one):
    device = DeviceStanding((one,))
    assert sent_after_stop(report(AN_HOUR_AGO), device, NOW) is one
    assert sent_after_stop(report(NOW), device, NOW) is one
    assert sent_after_stop(report(AN_HOUR_AGO - MS), device, NOW) is None


@pytest.mark.parametrize("one", STOPPED.values(), ids=STOPPED.keys())
def test_without_a_fix_time_or_with_one_ahead_a_report_is_of_when_it_arrived(one):
    device = DeviceStanding((one,))
    for said in (report(None), report(None, Kind.EVENT), report(NOW + 400 * DAY)):
        assert sent_after_stop(said, device, NOW) is one
        assert sent_after_stop(said, device, AN_HOUR_AGO - MS) is None


@pytest.mark.parametrize("one", GOES_ON.values(), ids=GOES_ON.keys())
def test_where_nothing_was_stopped_no_report_came_after_a_stop(one):
    device = DeviceStanding((one,))
    for said in (report(NOW), report(AN_HOUR_AGO), report(NOW - 30 * HOUR), report(None)):
        assert sent_after_stop(said, device, NOW) is None
    assert to_see_to(one, NOW) is None


def test_what_was_fixed_in_a_pause_came_after_a_stop_also_once_it_is_over():
    one = worn(paused(A, NOW - 2 * HOUR, AN_HOUR_AGO))
    device = DeviceStanding((one,))
    assert sent_after_stop(report(NOW - 2 * HOUR), device, NOW) is one
    assert sent_after_stop(report(AN_HOUR_AGO - MS), device, NOW) is one
    assert to_see_to(one, NOW) is None


def test_a_device_that_nobody_knows_or_that_was_on_nobody_yet_sent_nothing_after_a_stop():
    assert sent_after_stop(report(NOW), DeviceStanding(), NOW) is None
    assert sent_after_stop(report(NOW - 21 * HOUR), DeviceStanding((STOPPED["ended"],)), NOW) is None


def test_of_two_wearers_it_is_the_one_who_had_the_device_last():
    former = worn(A, removed_at=NOW - 2 * HOUR, name="former")
    later = worn(A, fitted_at=AN_HOUR_AGO, name="later")
    device = DeviceStanding((former, later))
    assert sent_after_stop(report(AN_HOUR_AGO - MS), device, NOW) is former
    assert sent_after_stop(report(AN_HOUR_AGO), device, NOW) is None


UNENTERED = "lapsed, and nobody has entered it"


@pytest.mark.parametrize("name", [name for name in STOPPED if "came off" not in name and name != UNENTERED])
def test_someone_has_to_see_to_a_device_that_is_still_on_someone(name):
    one = STOPPED[name]
    asked = to_see_to(one, NOW)
    assert asked in one.decisions
    assert asked.starts_at <= NOW
    assert to_see_to(one, AN_HOUR_AGO - MS) is None


def test_an_end_that_nobody_has_entered_yet_brings_its_own_task():
    assert to_see_to(STOPPED[UNENTERED], NOW) is None


def test_a_device_that_was_fitted_after_the_stop_was_stopped_from_its_fitting_on():
    one = worn(ended(A, NOW - 2 * HOUR), fitted_at=AN_HOUR_AGO)
    assert [stopped(one, at) for at in (AN_HOUR_AGO - MS, AN_HOUR_AGO, NOW)] == [False, True, True]


def test_nobody_has_to_see_to_a_device_that_is_off():
    assert stopped(STOPPED["the device came off"], NOW)
    assert to_see_to(STOPPED["the device came off"], NOW) is None
    off = worn(ended(A, NOW - 2 * HOUR), removed_at=AN_HOUR_AGO)
    assert to_see_to(off, NOW) is None
    assert to_see_to(off, AN_HOUR_AGO - MS) is off.decisions[0]
