"""What a restore means, as tables: where two ledgers part, which head is the highest, what stops."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from support.decided import decided

from custodiet.model.decision import Authority, State
from custodiet.model.record import LogHead
from custodiet.rules.decisions import MOVES, Move
from custodiet.rules.restoring import common_size, grew_from, highest, next_origin, stopped_by_restore

NOW = datetime(2031, 3, 3, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
A, B, C = b"a" * 32, b"b" * 32, b"c" * 32

# One log (no opening), or one that restores opened at these places, by these leaves.
PARTINGS = {
    "the same log, shorter": (10, {}, 15, {}, 10),
    "the same log, longer: an older vault": (15, {}, 10, {}, 10),
    "the log before a restore that kept less": (10, {}, 30, {7: A}, 7),
    "the log before a restore that kept more": (10, {}, 30, {12: A}, 10),
    "the log before two restores": (10, {}, 30, {7: A, 20: B}, 7),
    "a log that the same restore opened": (25, {7: A}, 30, {7: A}, 25),
    "a log that another restore opened at another place": (25, {7: A}, 30, {12: B}, 7),
    "a log that another restore opened at the same place": (25, {7: A}, 30, {7: B}, 7),
    "a log before the newest of two restores": (25, {7: A}, 30, {7: A, 20: C}, 20),
    "nothing": (0, {}, 30, {}, 0),
}


@pytest.mark.parametrize(("kept", "here", "closed", "there", "common"), PARTINGS.values(), ids=PARTINGS)
def test_two_ledgers_share_what_stands_before_they_part(kept, here, closed, there, common):
    assert common_size(kept, here, closed, there) == common
    assert common_size(closed, there, kept, here) == common


GROWN = {
    "no opening, none": ({}, {}, True),
    "one more": ({7: A}, {}, True),
    "the same": ({7: A}, {7: A}, True),
    "one more after the same": ({7: A, 20: B}, {7: A}, True),
    "one less": ({}, {7: A}, False),
    "another leaf": ({7: B}, {7: A}, False),
    "another place": ({12: A}, {7: A}, False),
    "one before": ({3: B, 7: A}, {7: A}, False),
}


@pytest.mark.parametrize(("later", "earlier", "grew"), GROWN.values(), ids=GROWN)
def test_a_ledger_that_grew_went_through_the_same_logs_first(later, earlier, grew):
    assert grew_from(later, earlier) is grew


def head(size, root=A):
    return LogHead("made-up.example", size, root)


def test_the_highest_head_is_the_longest_unless_two_of_one_size_contradict_each_other():
    assert highest([head(3), head(7, B), head(5)]) == head(7, B)
    assert highest([head(7), head(7)]) == head(7)
    assert highest([head(3, A), head(7), head(3, B)]) is None
    assert highest([]) is None


def test_a_new_log_has_a_name_that_no_log_has():
    first = next_origin("made-up.example/log", NOW, set())
    assert first == "made-up.example/log/20310303T090000Z"
    assert next_origin("made-up.example/log", NOW, {first}) == "made-up.example/log/20310303T090001Z"


MADE = decided(NOW, review_due_at=NOW + DAY)
ORDER = replace(MADE, authority=Authority.ORDER, maker="made-up-court")


STOPS = {
    "in force": (MADE, Move.SUSPEND),
    "in force from tomorrow": (replace(MADE, starts_at=NOW + DAY, review_due_at=NOW + 9 * DAY), Move.SUSPEND),
    "an order without an end": (ORDER, Move.SUSPEND),
    "succeeded, and still in force": (replace(MADE, state=State.SUCCEEDED, ended_at=NOW + DAY / 2), Move.WITHDRAW),
    "succeeded, and over": (replace(MADE, state=State.SUCCEEDED, ended_at=NOW), None),
    "its review passed and nobody has entered that": (replace(MADE, review_due_at=NOW), None),
    "paused": (replace(MADE, state=State.SUSPENDED), None),
    "proposed": (replace(MADE, state=State.PROPOSED, approved_by=None, made_at=None), None),
    "refused": (replace(MADE, state=State.REFUSED), None),
    "lapsed": (replace(MADE, state=State.LAPSED, ended_at=NOW - DAY / 2), None),
    "expired": (replace(MADE, state=State.EXPIRED, ended_at=NOW - DAY / 2), None),
    "withdrawn": (replace(MADE, state=State.WITHDRAWN, ended_at=NOW - DAY / 2), None),
    "annulled": (replace(MADE, state=State.ANNULLED, ended_at=NOW - DAY / 2), None),
}


@pytest.mark.parametrize(("decision", "move"), STOPS.values(), ids=STOPS)
def test_a_restore_stops_whatever_is_or_would_come_into_force_by_a_move_that_is_legal(decision, move):
    assert stopped_by_restore(decision, NOW) is move
    assert move is None or move in MOVES[decision.state]


def test_no_state_is_forgotten_here():
    assert {decision.state for decision, _ in STOPS.values()} == set(State)
