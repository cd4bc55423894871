"""One decision follows another: on the same person and strand, without a gap, and what ends the one ends the other."""

from datetime import timedelta

import pytest
from support.by_hand import hands_on
from support.house import ANA, BO, COURT, START, report
from support.proposing import propose

from custodiet.adapters.store.reading import ReadingRows
from custodiet.flows.decide_case import make_decision
from custodiet.flows.end_decision import end_decision, suspend_decision
from custodiet.model.decision import Authority, State
from custodiet.model.errors import NotPermitted
from custodiet.model.identity import ActorId
from custodiet.model.mode import ModeCode
from custodiet.rules.decisions import Ender, Move

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def end(house, decision, move=Move.WITHDRAW, by=None):
    end_decision(house.store, house.chance, decision.id, move, by or Ender(ANA))


def tasks(house):
    with house.store.reading() as view:
        return [(task.decision_id, task.raised_at) for task in view.open_tasks()]


def states(house, *decisions):
    return [house.decision(decision.id).state for decision in decisions]


# --- a fast clock ---------------------------------------------------------------------------------------


def followed_after_a_fast_clock(house):
    """A fix timed four minutes ahead is stored; then a decision is made that starts two minutes ahead."""
    person = house.person("TAG")
    earlier = house.decide(person)
    monitor = house.monitor()
    assert house.say(monitor, person, START + MINUTE) == "kept"
    assert house.say(monitor, person, START + 4 * MINUTE) == "kept"
    house.clock.pass_(MINUTE)
    later = house.decide(person, follows=earlier.id, starts_at=START + 2 * MINUTE)
    return person, monitor, earlier, later


def test_a_fix_timed_after_its_successors_start_is_removed_at_the_succession(house):
    person, _, earlier, _ = followed_after_a_fast_clock(house)
    assert [line["fix_time"] for line in house.copy(person)[1:-1]] == ["2031-03-03T09:01:00.000Z"]
    assert house.decision(earlier.id).until == START + 2 * MINUTE
    found = house.verify()
    assert (found["fixes"], found["erased"], found["missing"], found["differing"]) == (1, 1, 0, 0)


def test_what_the_succession_removed_may_come_again_under_the_successor(house):
    person, monitor, _, later = followed_after_a_fast_clock(house)
    house.clock.set(START + 5 * MINUTE)
    assert house.say(monitor, person, START + 4 * MINUTE) == "kept"
    assert [line["decision"] for line in house.copy(person)[1:-1]][-1] == later.id


def test_a_fix_that_was_left_beyond_its_decision_would_be_seen_in_verifying(house, monkeypatch):
    monkeypatch.setattr(ReadingRows, "fixes_from", lambda *_: ())
    followed_after_a_fast_clock(house)
    assert house.verify()["differing"] == 1


# --- what may follow what -------------------------------------------------------------------------------


def refused(house, person, **given):
    before = [decision.state for decision in whole(house)]
    with pytest.raises(NotPermitted):
        house.decide(person, **given)
    after = whole(house)
    assert [decision.state for decision in after if decision.state is not State.PROPOSED] == before
    return True


def whole(house):
    with house.store.reading() as view:
        return sorted(view.decisions(), key=lambda one: one.id)


def test_a_decision_does_not_follow_another_persons(house):
    one, other = house.person("TAG-1"), house.person("TAG-2")
    decision = house.decide(one)
    monitor = house.monitor()
    house.clock.pass_(MINUTE)
    assert refused(house, other, follows=decision.id)
    assert house.say(monitor, one) == "kept"
    assert house.say(monitor, other) == "refused none"


def test_a_decision_does_not_follow_one_on_another_strand(house):
    person = house.person("TAG")
    decision = house.decide(person)
    house.clock.pass_(MINUTE)
    assert refused(house, person, follows=decision.id, strand="second")
    assert house.say(house.monitor(), person) == "kept"


def test_both_the_rule_and_the_store_refuse_to_follow_another_persons(house):
    one, other = house.person("TAG-1"), house.person("TAG-2")
    decision = house.decide(one)
    with pytest.raises(NotPermitted, match="it follows another of its case and strand"):
        propose(house.store, house.chance, house.proposal(other, follows=decision.id))
    with hands_on(house) as hand:
        hand.execute("DROP TRIGGER decision_follows_its_own")
    proposal = house.proposal(other, follows=decision.id)
    propose(house.store, house.chance, proposal)
    with pytest.raises(NotPermitted, match="another person's, or another device's"):
        make_decision(house.store, proposal.id, BO)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"mode": ModeCode.NONE},
        {"authority": Authority.ORDER, "maker": ActorId("another-court")},
    ],
    ids=["officers", "officers with the lowest rung", "another maker"],
)
def test_an_order_is_not_followed_by_someone_elses_decision(house, given):
    person = house.person("TAG")
    order = house.decide(person, authority=Authority.ORDER, maker=COURT)
    house.clock.pass_(MINUTE)
    assert refused(house, person, follows=order.id, **given)
    assert states(house, order) == [State.MADE]
    assert tasks(house) == []
    assert house.say(house.monitor(), person) == "kept"


def test_an_order_is_followed_by_another_of_its_makers(house):
    person = house.person("TAG")
    order = house.decide(person, authority=Authority.ORDER, maker=COURT)
    house.clock.pass_(MINUTE)
    later = house.decide(person, authority=Authority.ORDER, maker=COURT, follows=order.id)
    assert states(house, order, later) == [State.SUCCEEDED, State.MADE]
    assert house.say(house.monitor(), person) == "kept"


# --- ending what was succeeded --------------------------------------------------------------------------


def with_a_successor_to_come(house, **given):
    person = house.person("TAG")
    earlier = house.decide(person, **given)
    later = house.decide(person, follows=earlier.id, starts_at=START + 5 * HOUR, **given)
    house.clock.pass_(HOUR)
    return person, earlier, later


@pytest.mark.parametrize(
    ("move", "by", "said"),
    [(Move.WITHDRAW, Ender(ANA), "refused ended"), (Move.ANNUL, Ender(COURT, authority=True), "refused annulled")],
)
def test_stopping_what_still_collects_stops_its_successor_too_with_one_task(house, move, by, said):
    person, earlier, later = with_a_successor_to_come(house)
    monitor = house.monitor()
    end(house, earlier, move, by)
    assert house.decision(earlier.id).ended_at == START + HOUR
    assert states(house, later) == [State.WITHDRAWN]
    assert tasks(house) == [(earlier.id, START + HOUR)]
    assert house.say(monitor, person) == "refused ended"
    assert house.say(monitor, person, START + HOUR - MINUTE) == said
    house.clock.set(START + 6 * HOUR)
    assert house.say(monitor, person) == "refused ended"
    found = house.verify()
    assert (found["missing"], found["differing"]) == (0, 0)


def test_annulling_the_earlier_one_leaves_a_successor_that_has_begun(house):
    person, earlier, later = with_a_successor_to_come(house)
    house.clock.set(START + 6 * HOUR)
    end(house, earlier, Move.ANNUL, Ender(COURT, authority=True))
    assert states(house, earlier, later) == [State.ANNULLED, State.MADE]
    assert tasks(house) == []
    assert house.say(house.monitor(), person) == "kept"


def test_whoever_may_not_stop_the_successor_may_not_stop_what_it_follows(house):
    person = house.person("TAG")
    earlier = house.decide(person)
    order = house.decide(person, follows=earlier.id, starts_at=START + 5 * HOUR, authority=Authority.ORDER, maker=COURT)
    house.clock.pass_(HOUR)
    with pytest.raises(NotPermitted):
        end(house, earlier)
    assert states(house, earlier, order) == [State.SUCCEEDED, State.MADE]
    assert tasks(house) == []


def test_a_proposal_to_follow_does_not_keep_alive_what_was_stopped(house):
    person = house.person("TAG")
    earlier = house.decide(person)
    proposal = house.proposal(person, follows=earlier.id, starts_at=START + 5 * HOUR)
    propose(house.store, house.chance, proposal)
    house.clock.pass_(HOUR)
    end(house, earlier)
    with pytest.raises(NotPermitted, match="has no successor"):
        make_decision(house.store, proposal.id, BO)


def test_a_successor_withdrawn_before_it_began_leaves_the_earlier_one_its_time_and_one_task(house):
    """The device comes off once the earlier one is over, and not before."""
    person, earlier, later = with_a_successor_to_come(house)
    monitor = house.monitor()
    end(house, later)
    assert tasks(house) == [(later.id, START + HOUR)]
    with house.store.reading() as view:
        [task] = view.tasks_of(person.case.id)
        assert task.due_at == later.starts_at + timedelta(hours=view.scheme(person.case.scheme_id).removal_hours)
    assert house.say(monitor, person) == "kept"
    house.clock.set(START + 5 * HOUR)
    assert house.say(monitor, person) == "refused ended"
    assert states(house, earlier) == [State.SUCCEEDED]


# --- a successor that is paused -------------------------------------------------------------------------


def test_late_data_is_told_that_the_successor_is_paused(house):
    person, _, later = with_a_successor_to_come(house)
    monitor = house.monitor()
    house.clock.set(START + 6 * HOUR)
    suspend_decision(house.store, later.id, Ender(ANA))
    house.clock.pass_(MINUTE)
    [late] = house.post(monitor, person.token, report("TAG", START + 30 * MINUTE))
    assert [reason.value for reason in late.reasons] == ["suspended"]
    assert house.say(monitor, person) == "refused suspended"
