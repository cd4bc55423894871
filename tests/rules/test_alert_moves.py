"""What people may do with an alert: the table a lawyer can read, the one way to a breach, and each rule by itself."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodiet.model.alert import Alert, AlertMove, AlertState, AlertStep, Excuse, Reply
from custodiet.model.contact_record import CameOf, ContactTried, Direction, Way
from custodiet.model.errors import IllegalMove
from custodiet.model.finding import Matter, Weight, Why
from custodiet.model.judging import DEFAULTS, Judging
from custodiet.rules.alerts import (
    MOVES,
    PROCESSES,
    RAISES_IT,
    REPLY_STATES,
    WITH_REASONS,
    enquiry_due_at,
    is_process,
    moved,
    objections_to_moving,
    taints,
)

GOLDEN = Path(__file__).parents[1] / "golden" / "alert-moves.txt"
NOW = datetime(2031, 3, 3, 12, tzinfo=UTC)
MS = timedelta(milliseconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ANA, BO = "officer-ana", "officer-bo"
S, M = AlertState, AlertMove
TOWARDS = {M.SUSPECT, M.ENQUIRE, M.DECIDE, M.NOTIFY}

CLEAN = Alert(
    id="alert_1",
    case_id="case_1",
    decision_id="d1",
    fitting_id="fit_1",
    condition_id="cond_1",
    matter=Matter.OUT_OF_PLACE,
    weight=Weight.ADVERSE,
    began_at=NOW - 5 * DAY,
    confirmed_at=NOW - 5 * DAY + HOUR,
    raised_at=NOW - 5 * DAY + HOUR,
    held_by=ANA,
    enquiry_due_at=NOW - HOUR,
)
"""Certain, undisputed, untainted, held by Ana, its enquiry long due: nothing stands against any move."""


SPOKE = ContactTried("alert_1", Way.PHONE, Direction.OUT, CameOf.SPOKE, NOW - HOUR, ANA)
"""They were rung since it was raised. What else counts: tests/rules/test_contact_first.py."""


def reply(excuse=Excuse.OTHER):
    return Reply("alert_1", NOW - HOUR, excuse, b"sealed", BO)


def objections(move, alert=CLEAN, by=ANA, reasons="because", replies=(), now=NOW):
    return objections_to_moving(alert, move, by, reasons, tuple(replies), now, (SPOKE,), until=now + HOUR)


# --- the table ------------------------------------------------------------------------------------------


def draw():
    """The table as people read it."""
    head = ("An alert that is", "people may", "and then it is", "they must say why", "only a certain, undisputed one")
    rows = [head]
    for state in AlertState:
        moves = MOVES[state] or {None: None}
        for n, (move, to) in enumerate(moves.items()):
            rows.append(
                (
                    state.replace("_", " ") if n == 0 else "",
                    "do nothing more" if move is None else move,
                    "" if to is None else to.replace("_", " "),
                    "with reasons" if move in WITH_REASONS else "",
                    "yes" if move in RAISES_IT else "",
                )
            )
    widths = [max(len(row[n]) for row in rows) for n in range(len(head))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    replies = ", ".join(state for state in AlertState if state in REPLY_STATES)
    return "\n".join(
        [
            "What people may do with an alert. No machine takes any of these steps.",
            "",
            *lines,
            "",
            f"The person's own words are taken while it is: {replies}.",
            "",
        ]
    )


def test_the_table_is_the_one_that_was_read():
    """Whoever changes the rule changes this file too, and a lawyer sees the difference."""
    assert draw() == GOLDEN.read_text("utf-8")


def test_a_changed_table_is_seen(monkeypatch):
    monkeypatch.setitem(MOVES, S.RAISED, {M.DECIDE: S.BREACH})
    assert draw() != GOLDEN.read_text("utf-8")


def test_every_state_has_its_row():
    assert list(MOVES) == list(AlertState)


@pytest.mark.parametrize(("state", "move"), list(product(AlertState, AlertMove)))
def test_a_move_that_is_not_in_the_table_raises_and_changes_nothing(state, move):
    one = replace(CLEAN, state=state)
    if move in MOVES[state]:
        assert moved(one, move) is MOVES[state][move]
    else:
        with pytest.raises(IllegalMove) as caught:
            moved(one, move)
        assert str(state) in str(caught.value)
        assert str(move) in str(caught.value)
    assert one == replace(CLEAN, state=state)


def test_a_move_leads_to_one_state_wherever_it_is_made():
    assert {move: {MOVES[state][move] for state in AlertState if move in MOVES[state]} for move in AlertMove} == {
        M.CLAIM: {S.CLAIMED},
        M.RELEASE: {S.RAISED},
        M.TRIAGE: {S.TRIAGED},
        M.CLEAR: {S.CLEARED},
        M.SUSPECT: {S.POSSIBLE_BREACH},
        M.ENQUIRE: {S.ENQUIRY},
        M.EXCUSE: {S.NO_BREACH},
        M.DECIDE: {S.BREACH},
        M.NOTIFY: {S.NOTIFIED},
        M.SUSPEND: {S.RAISED},
    }


def paths(state, goal, been=()):
    """Every way from a state to another on which none but the goal's predecessors come twice."""
    if state is goal:
        yield (*been, state)
        return
    for to in MOVES[state].values():
        if to not in been and to is not state:
            yield from paths(to, goal, (*been, state))


def test_every_way_to_a_breach_passes_triage_and_enquiry_in_order():
    way = [S.CLAIMED, S.TRIAGED, S.POSSIBLE_BREACH, S.ENQUIRY]
    found = list(paths(S.RAISED, S.BREACH))
    assert found
    for path in found:
        assert [state for state in path if state in way] == way
    assert all(S.BREACH in path for path in paths(S.RAISED, S.NOTIFIED))


@given(st.lists(st.sampled_from(AlertMove), max_size=40))
def test_whatever_is_tried_a_breach_was_claimed_triaged_suspected_and_enquired_into_in_this_order(tried):
    one, been = replace(CLEAN, state=S.RAISED), [S.RAISED]
    for move in tried:
        if move in MOVES[one.state]:
            one = replace(one, state=moved(one, move))
            been.append(one.state)
    if S.BREACH in been:
        last = [S.RAISED, S.CLAIMED, S.TRIAGED, S.POSSIBLE_BREACH, S.ENQUIRY, S.BREACH]
        place = been.index(S.BREACH)
        assert been[place - 5 : place + 1] == last


def without(state):
    """Every state that can be reached from the first without this one."""
    found, ahead = {S.RAISED}, [S.RAISED]
    while ahead:
        for to in MOVES[ahead.pop()].values():
            if to is not state and to not in found:
                found.add(to)
                ahead.append(to)
    return found


@pytest.mark.parametrize("state", [S.CLAIMED, S.TRIAGED, S.POSSIBLE_BREACH, S.ENQUIRY])
def test_without_any_one_of_these_there_is_no_breach(state):
    assert not {S.BREACH, S.NOTIFIED} & without(state)


def test_a_breach_can_be_taken_back_and_what_is_no_breach_never_becomes_one():
    for state in (S.BREACH, S.NOTIFIED):
        assert MOVES[state][M.EXCUSE] is S.NO_BREACH
    assert MOVES[S.NO_BREACH] == MOVES[S.CLEARED] == {}


def test_what_leads_towards_a_breach_is_exactly_what_must_be_certain():
    towards = {S.POSSIBLE_BREACH, S.ENQUIRY, S.BREACH, S.NOTIFIED}
    assert {move for moves in MOVES.values() for move, to in moves.items() if to in towards} == RAISES_IT == TOWARDS


def test_what_is_decided_about_someone_or_put_off_has_its_reasons():
    assert {M.CLEAR, M.SUSPECT, M.ENQUIRE, M.EXCUSE, M.DECIDE, M.SUSPEND} == WITH_REASONS


def test_the_persons_words_are_taken_for_as_long_as_they_can_change_anything():
    assert {S.ENQUIRY, S.BREACH, S.NOTIFIED} == REPLY_STATES
    assert {state for state in AlertState if M.EXCUSE in MOVES[state]} == REPLY_STATES


# --- each rule by itself --------------------------------------------------------------------------------

PROCESS = "by_a_process: a process decides nothing: a named person does; the same by a named person"
REASONS = "no_reasons: this needs reasons; the same with a sentence that says why"
HELD = "held_by_another: someone else holds this alert; whoever holds it can give it back"
UNHEARD = (
    "not_heard: the person has not been heard, and still has time to answer; "
    "record what they say, or wait until their time is over"
)
NOT_SO = (
    "disputed: the person says that it did not happen: nothing is decided on a disputed fact; "
    "excuse it, or clear it with reasons"
)
WEAK = (
    "uncertain: what is uncertain, or a matter of service, can never become a possible breach; "
    "clear it with reasons, or record a contact"
)
FALLEN = {
    Why.LATE_FIX: "weakened: it no longer stands: a fix that came later speaks against it; "
    "clear it with reasons, or excuse it",
    Why.FAULTY_DEVICE: "weakened: it no longer stands: the device was faulty; clear it with reasons, or excuse it",
    Why.ANNULLED: "weakened: it no longer stands: the decision it rests on was annulled; "
    "clear it with reasons, or excuse it",
    Why.DISPUTED: "weakened: it no longer stands: the person disputes it; clear it with reasons, or excuse it",
    Why.ABSENCE: "weakened: it no longer stands: the person was allowed to be away; "
    "clear it with reasons, or excuse it",
    Why.BOOKED: "weakened: it no longer stands: the removal of the device was booked; "
    "clear it with reasons, or excuse it",
}


@pytest.mark.parametrize("move", AlertMove)
def test_a_named_person_with_reasons_may_do_anything_with_what_is_certain(move):
    assert objections(move) == ()


@pytest.mark.parametrize("move", AlertMove)
@pytest.mark.parametrize("by", [*sorted(PROCESSES), "monitor-0", "monitor_x", "Monitor_X", "Clock", " web ", "MONITOR"])
def test_no_process_moves_anything(move, by):
    assert PROCESS in objections(move, replace(CLEAN, held_by=by), by=by)
    assert objections(move, replace(CLEAN, held_by=by), by=by) == (PROCESS,)


@pytest.mark.parametrize("move", AlertMove)
@pytest.mark.parametrize("by", [" ", "\t", "\n "])
def test_a_blank_name_is_no_name(move, by):
    assert PROCESS in objections(move, replace(CLEAN, held_by=by), by=by)


def test_our_own_processes_are_known_by_name():
    assert {"", "clock", "gateway", "vault", "web", "sequencer", "monitor", "messenger"} == PROCESSES
    assert all(is_process(one) for one in PROCESSES)
    people = (ANA, BO, "court", "clockwork", "webb", "a-monitor", "monitoring-officer-1", "monitors", "monitor 1")
    assert not any(is_process(one) for one in people)


@pytest.mark.parametrize("move", AlertMove)
@pytest.mark.parametrize("reasons", ["", " ", "\t\n", "\u2003\u00a0"])
def test_moves_that_say_why_need_more_than_blanks(move, reasons):
    assert objections(move, reasons=reasons) == ((REASONS,) if move in WITH_REASONS else ())


@pytest.mark.parametrize("move", AlertMove)
@pytest.mark.parametrize("holder", [BO, None])
def test_only_whoever_holds_it_gives_it_back_triages_it_or_sets_it_aside(move, holder):
    against = objections(move, replace(CLEAN, held_by=holder))
    assert against == ((HELD,) if move in (M.RELEASE, M.TRIAGE, M.SUSPEND) else ())


@pytest.mark.parametrize("move", AlertMove)
@pytest.mark.parametrize("weight", [Weight.UNCERTAIN, Weight.SERVICE])
def test_what_is_uncertain_or_a_service_never_goes_towards_a_breach(move, weight):
    assert objections(move, replace(CLEAN, weight=weight)) == ((WEAK,) if move in TOWARDS else ())


def test_every_reason_to_fall_is_told():
    assert set(FALLEN) == set(Why)


@pytest.mark.parametrize("move", AlertMove)
@pytest.mark.parametrize("why", Why)
def test_what_no_longer_stands_never_goes_towards_a_breach(move, why):
    fallen = replace(CLEAN, weakened_at=NOW, weakened_why=why)
    assert objections(move, fallen) == ((FALLEN[why],) if move in TOWARDS else ())


# Until when the person may answer (hours from now; None: nobody has asked), what they said, and what stands against it.
HEARD = {
    "not asked at all": (None, [], (UNHEARD,)),
    "still has time": (1, [], (UNHEARD,)),
    "has a moment left": (1e-6, [], (UNHEARD,)),
    "had time until now": (0, [], ()),
    "had time": (-1, [], ()),
    "has answered early": (1, [Excuse.HEALTH], ()),
    "says that it was not so, early": (1, [Excuse.NOT_SO], (NOT_SO,)),
    "says that it was not so": (-1, [Excuse.NOT_SO], (NOT_SO,)),
    "says that it was not so, and something else": (-1, [Excuse.NOT_SO, Excuse.OTHER], (NOT_SO,)),
    "says something else, and then that it was not so": (-1, [Excuse.OTHER, Excuse.NOT_SO], (NOT_SO,)),
    "asked in vain, and still has time": (1, [Excuse.NONE], (UNHEARD,)),
    "asked in vain twice, and still has time": (1, [Excuse.NONE, Excuse.NONE], (UNHEARD,)),
    "asked in vain, and has had time": (-1, [Excuse.NONE], ()),
    "asked in vain, and then answered": (1, [Excuse.NONE, Excuse.HEALTH], ()),
    "asked in vain, and then says that it was not so": (1, [Excuse.NONE, Excuse.NOT_SO], (NOT_SO,)),
    "answered, and then asked in vain": (1, [Excuse.OTHER, Excuse.NONE], ()),
}


@pytest.mark.parametrize(("due", "excuses", "against"), HEARD.values(), ids=HEARD.keys())
def test_nothing_is_decided_before_the_person_was_heard_or_on_a_disputed_fact(due, excuses, against):
    alert = replace(CLEAN, enquiry_due_at=None if due is None else NOW + due * HOUR)
    replies = [reply(excuse) for excuse in excuses]
    assert objections(M.DECIDE, alert, replies=replies) == against
    for move in set(AlertMove) - {M.DECIDE}:
        assert objections(move, alert, replies=replies) == ()


def test_that_the_person_was_asked_in_vain_does_not_take_their_time_away():
    """A reply may say that none came: then the person has not been heard, and still has until it is due."""
    alert = replace(CLEAN, enquiry_due_at=NOW + 2 * DAY)
    assert objections(M.DECIDE, alert, replies=[reply(Excuse.NONE)]) == (UNHEARD,)


def test_the_time_to_answer_is_the_schemes():
    assert enquiry_due_at(NOW, DEFAULTS) == NOW + 3 * DAY
    assert enquiry_due_at(NOW, Judging(enquiry_s=3600)) == NOW + HOUR


# --- all of them together -------------------------------------------------------------------------------


def expected(move, weight, why, by, reasons, holder, due, replies):
    """The rules, said once more, each by itself."""
    held, told = move in (M.RELEASE, M.TRIAGE, M.SUSPEND) and holder != by, {one.excuse for one in replies}
    rules = {
        PROCESS: by in ("", "clock", "monitor-1"),
        REASONS: move in (M.CLEAR, M.SUSPECT, M.ENQUIRE, M.EXCUSE, M.DECIDE, M.SUSPEND) and reasons.isspace(),
        HELD: held,
        WEAK: move in TOWARDS and weight in (Weight.UNCERTAIN, Weight.SERVICE),
        FALLEN.get(why): move in TOWARDS and why is not None,
        UNHEARD: move is M.DECIDE and not told - {Excuse.NONE} and (due is None or due > NOW),
        NOT_SO: move is M.DECIDE and Excuse.NOT_SO in told,
    }
    return [rule for rule, stands in rules.items() if stands]


def check_all(state):
    """Every combination in one state; how many moves the table and the rules let through."""
    through = 0
    dues = (None, NOW - HOUR, NOW + HOUR)
    said = ((), (Excuse.HEALTH,), (Excuse.NOT_SO,), (Excuse.OTHER, Excuse.NOT_SO), (Excuse.NONE,))
    answers = tuple(tuple(reply(one) for one in each) for each in said)
    for weight, why, holder, due in product(Weight, (None, *Why), (ANA, BO, None), dues):
        alert = replace(
            CLEAN,
            state=state,
            weight=weight,
            weakened_why=why,
            weakened_at=why and NOW,
            held_by=holder,
            enquiry_due_at=due,
        )
        for move, by, reasons, replies in product(AlertMove, (ANA, "clock", "monitor-1", ""), ("why", " "), answers):
            against = objections_to_moving(alert, move, by, reasons, replies, NOW, (SPOKE,), until=NOW + HOUR)
            assert sorted(against) == sorted(expected(move, weight, why, by, reasons, holder, due, replies))
            if move in MOVES[state] and not against:
                through += 1
                if MOVES[state][move] in (S.POSSIBLE_BREACH, S.ENQUIRY, S.BREACH, S.NOTIFIED):
                    assert (weight, why, by) == (Weight.ADVERSE, None, ANA)
    return through


@pytest.mark.parametrize("state", AlertState)
def test_whatever_stands_the_objections_are_the_rules_that_it_breaks_and_no_others(state):
    through = check_all(state)
    assert (through > 0) == bool(MOVES[state])


# --- set aside for a time -------------------------------------------------------------------------------

AT_MOST = {Weight.ADVERSE: 4 * HOUR, Weight.UNCERTAIN: DAY, Weight.SERVICE: 7 * DAY}


def aside(alert, until, *before):
    """What stands against setting it aside until then; `before`: when it was set aside already."""
    steps = tuple(AlertStep("alert_1", n, M.SUSPEND, S.RAISED, ANA, at, at + MS) for n, at in enumerate(before))
    return objections_to_moving(alert, M.SUSPEND, ANA, "because", (), NOW, until=until, steps=steps)


@pytest.mark.parametrize("weight", Weight)
def test_nothing_is_set_aside_longer_than_its_urgency_allows_however_often(weight):
    alert, most = replace(CLEAN, weight=weight), AT_MOST[weight]
    assert aside(alert, NOW + most) == ()
    assert aside(alert, NOW + most + MS)[0].startswith("suspended_too_long: ")
    assert aside(alert, NOW + HOUR, NOW - most + HOUR, NOW - 2 * MS) == ()
    assert aside(alert, NOW + HOUR + MS, NOW - most + HOUR)[0].startswith("suspended_too_long: ")
    assert aside(alert, NOW + MS, NOW - most)[0].startswith("suspended_enough: ")


def test_what_no_longer_stands_against_anyone_may_wait_as_long_as_what_cannot_tell():
    assert aside(replace(CLEAN, weakened_why=Why.LATE_FIX, weakened_at=NOW), NOW + DAY) == ()


@pytest.mark.parametrize("weight", Weight)
def test_a_call_for_help_is_never_set_aside(weight):
    alert = replace(CLEAN, matter=Matter.HELP, weight=weight)
    assert aside(alert, NOW + MS)[0].startswith("help_waits_for_nobody: ")


@pytest.mark.parametrize("until", [None, NOW, NOW - MS])
def test_it_is_set_aside_until_a_time_that_is_still_to_come(until):
    assert aside(CLEAN, until)[0].startswith("no_time: ")


def test_it_is_back_at_that_very_moment():
    alert = replace(CLEAN, suspended_until=NOW)
    assert (alert.is_suspended(NOW - MS), alert.is_suspended(NOW), CLEAN.is_suspended(NOW)) == (True, False, False)


def test_objecting_changes_nothing():
    alert = replace(CLEAN, weight=Weight.UNCERTAIN)
    objections(M.DECIDE, alert)
    assert alert == replace(CLEAN, weight=Weight.UNCERTAIN)


# --- what an unauthorised interval taints ---------------------------------------------------------------

# From when till when the alert's fixes were (hours), the interval found unauthorised, and whether it rests on it.
TAINTS = {
    "within": ((2, 3), (0, 10), True),
    "before": ((-3, -2), (0, 10), False),
    "confirmed as it starts": ((-1, 0), (0, 10), True),
    "begun before it": ((-1, 5), (0, 10), True),
    "goes on after it": ((9, 11), (0, 10), True),
    "begins as it ends": ((10, 11), (0, 10), False),
    "after it": ((11, 12), (0, 10), False),
    "longer than it": ((-1, 11), (0, 10), True),
    "it has no end": ((1000, 1001), (0, None), True),
    "before one without an end": ((-3, -2), (0, None), False),
}


@pytest.mark.parametrize(("alert", "interval", "rests"), TAINTS.values(), ids=TAINTS.keys())
def test_what_rests_on_an_unauthorised_interval_is_tainted(alert, interval, rests):
    one = replace(CLEAN, began_at=NOW + alert[0] * HOUR, confirmed_at=NOW + alert[1] * HOUR)
    until = None if interval[1] is None else NOW + interval[1] * HOUR
    assert taints(one, NOW + interval[0] * HOUR, until) == rests
