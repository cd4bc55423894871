"""Whoever sends for a device is told to stop and to start in the write that makes it so, and acknowledges it."""

from datetime import timedelta

import pytest
from support.house import ANA, BO, COURT, START
from support.proposing import propose
from support.watched import DAY, HOUR, ledger_size, pass_time, rows, whole

from custodiet.flows.decide_case import make_decision
from custodiet.flows.end_decision import end_decision, end_what_ran_out, resume_decision, suspend_decision
from custodiet.flows.fit_device import fit_device, register_device, token_hash
from custodiet.flows.keep_senders import acknowledge, change_scope, end_sender
from custodiet.flows.show_senders import show_senders
from custodiet.flows.show_standing import show_standing
from custodiet.model.entry import EntryKind
from custodiet.model.errors import NotFound, NotPermitted
from custodiet.model.identity import ActorId
from custodiet.model.instruction import What
from custodiet.model.mode import ModeCode
from custodiet.rules.decisions import Ender, Move
from custodiet.wire.records import handle_of, read_entry, read_record

STOP, GO = What.STOP, What.START
UPSTREAM = ActorId("upstream-1")


@pytest.fixture
def upstream(house):
    """A person with a device of their own sender, which a server upstream sends for as well."""
    person = house.person("TAG")
    person.upstream = sender_of(house, house.sender("TAG", "TAG-2"))
    person.own = sender_of(house, person.token)
    return person


def sender_of(house, token):
    with house.store.reading() as view:
        return next(one.sender_id for one in view.tokens() if one.sha256 == token_hash(token))


def told(house, sender_id, serial="TAG"):
    """What a sender was told, in the order in which it was given."""
    with house.store.reading() as view:
        entries = [row.record for row in view.entries(0, 10_000)]
    given = [one for body in entries for one in getattr(read_record(body), "instructions", ())]
    return [(one.what, one.from_at) for one in given if (one.sender_id, one.serial) == (sender_id, serial)]


def end(house, decision, move=Move.WITHDRAW, by=None):
    return end_decision(house.store, house.chance, decision.id, move, by or Ender(ANA))


def both(house, person):
    """The same to either sender."""
    mine, upstream = told(house, person.own), told(house, person.upstream)
    assert mine == upstream
    return mine


# --- what they are told ---------------------------------------------------------------------------------


def test_everyone_who_sends_is_told_to_start_when_a_decision_is_made_and_to_stop_when_it_ends(house, upstream):
    decision = house.decide(upstream)
    assert both(house, upstream) == [(GO, START)]
    house.clock.pass_(HOUR)
    end(house, decision)
    assert both(house, upstream) == [(GO, START), (STOP, START + HOUR)]


@pytest.mark.parametrize(
    ("move", "by"), [(Move.WITHDRAW, Ender(ANA)), (Move.ANNUL, Ender(COURT, authority=True))], ids=["withdraw", "annul"]
)
def test_an_instruction_stands_in_the_very_write_of_the_ending(house, upstream, move, by):
    decision = house.decide(upstream)
    house.clock.pass_(HOUR)
    before = ledger_size(house)
    index = end(house, decision, move, by)
    assert ledger_size(house) == before + 1
    assert rows(house, "SELECT sender_id, what FROM instruction WHERE entry = ? ORDER BY sender_id", index) == sorted(
        (one, "stop") for one in (upstream.own, upstream.upstream)
    )
    [name, *_] = rows(house, "SELECT id FROM instruction WHERE entry = ? ORDER BY id", index)
    assert name == (f"instruction_{index}_0",)


def test_a_lapse_is_told_by_the_clock_from_when_the_review_was_due(house, upstream):
    decision = house.decide(upstream)
    house.clock.set(decision.review_due_at + HOUR)
    assert end_what_ran_out(house.store, house.chance, house.clock, house.fence) == 1
    assert both(house, upstream) == [(GO, START), (STOP, decision.review_due_at)]


def test_a_pause_is_told_and_its_end_and_an_ending_meanwhile_is_not_told_twice(house, upstream):
    decision = house.decide(upstream)
    house.clock.pass_(HOUR)
    suspend_decision(house.store, decision.id, Ender(ANA))
    house.clock.pass_(HOUR)
    resume_decision(house.store, decision.id, Ender(ANA))
    house.clock.pass_(HOUR)
    suspend_decision(house.store, decision.id, Ender(ANA))
    house.clock.pass_(HOUR)
    end(house, decision)
    hours = [START + number * HOUR for number in range(4)]
    assert both(house, upstream) == list(zip([GO, STOP, GO, STOP], hours, strict=True))


def test_a_silence_that_suspends_tells_them_too(house, upstream):
    house.decide(upstream)
    monitor = house.monitor()
    assert house.say(monitor, upstream) == "kept"
    pass_time(house, monitor, 8 * DAY, look_every=6 * HOUR)
    assert [what for what, _ in both(house, upstream)] == [GO, STOP]


def test_a_device_that_comes_off_is_told_from_then_on_and_the_one_that_follows_it_too(house, upstream):
    house.decide(upstream)
    house.clock.pass_(HOUR)
    house.unfit(upstream)
    assert both(house, upstream) == [(GO, START), (STOP, START + HOUR)]
    house.clock.pass_(HOUR)
    house.fit(upstream, register_device(house.store, house.chance, "TAG-2", ANA))
    assert told(house, upstream.upstream, "TAG-2") == [(GO, START + 2 * HOUR)]
    assert len(told(house, upstream.upstream)) == 2


def test_a_device_that_comes_off_after_the_ending_was_told_is_not_told_again(house, upstream):
    decision = house.decide(upstream)
    end(house, decision)
    before = both(house, upstream)
    house.clock.pass_(HOUR)
    house.unfit(upstream)
    assert both(house, upstream) == before


def test_who_sends_for_a_device_that_nothing_was_decided_for_is_told_to_stop_when_it_comes_off(house, upstream):
    house.clock.pass_(HOUR)
    house.unfit(upstream)
    assert both(house, upstream) == [(STOP, START + HOUR)]
    with house.store.reading() as view:
        for one in view.instructions_unsettled(house.clock.now(), 10):
            assert one.decision_id is None
            acknowledge(house.store, one.id, UPSTREAM)
    assert whole(house)


def test_a_review_in_time_tells_nobody_anything(house, upstream):
    first = house.decide(upstream)
    house.clock.pass_(DAY)
    second = house.proposal(upstream, starts_at=house.clock.now() + DAY, follows=first.id)
    propose(house.store, house.chance, second)
    make_decision(house.store, second.id, BO)
    assert both(house, upstream) == [(GO, START)]


def test_a_step_down_to_a_mode_without_a_device_is_told_from_when_it_begins(house, upstream):
    first = house.decide(upstream)
    begins = START + 2 * DAY
    second = house.proposal(upstream, starts_at=begins, follows=first.id, mode=ModeCode.TELEPHONE)
    propose(house.store, house.chance, second)
    make_decision(house.store, second.id, BO)
    assert both(house, upstream) == [(GO, START), (STOP, begins)]


@pytest.mark.parametrize(
    ("mode", "expected"), [(ModeCode.FITTED_TRAIL, []), (ModeCode.TELEPHONE, [(STOP, START + 2 * DAY)])]
)
def test_who_began_to_send_after_the_first_decision_hears_of_the_second_only_if_it_stops(
    house, upstream, mode, expected
):
    first = house.decide(upstream)
    late = sender_of(house, house.sender("TAG"))
    second = house.proposal(upstream, starts_at=START + 2 * DAY, follows=first.id, mode=mode)
    propose(house.store, house.chance, second)
    make_decision(house.store, second.id, BO)
    assert told(house, late) == expected


def test_what_is_stopped_along_is_told_in_one_word(house, upstream):
    first = house.decide(upstream)
    second = house.proposal(upstream, starts_at=START + 2 * DAY, follows=first.id)
    propose(house.store, house.chance, second)
    make_decision(house.store, second.id, BO)
    house.clock.pass_(HOUR)
    end(house, first)
    assert both(house, upstream) == [(GO, START), (STOP, START + HOUR)]


def test_a_decision_that_is_to_begin_after_a_gap_is_started_for_though_the_one_before_it_was_stopped(house, upstream):
    first = house.decide(upstream, review_due_at=START + DAY)
    house.decide(upstream, starts_at=START + 3 * DAY)
    house.clock.set(START + DAY)
    assert end_what_ran_out(house.store, house.chance, house.clock, house.fence) == 1
    assert first.review_due_at == START + DAY
    assert both(house, upstream) == [(GO, START), (STOP, START + DAY), (GO, START + 3 * DAY)]


def test_who_began_to_send_later_is_told_to_stop_all_the_same(house, upstream):
    decision = house.decide(upstream)
    late = sender_of(house, house.sender("TAG"))
    joined = sender_of(house, house.sender("TAG-2"))
    change_scope(house.store, joined, ANA, add=("TAG",))
    house.clock.pass_(HOUR)
    end(house, decision)
    assert told(house, late) == told(house, joined) == [(STOP, START + HOUR)]


def test_who_no_longer_sends_for_the_device_is_not_told(house, upstream):
    decision = house.decide(upstream)
    ended, left = (sender_of(house, house.sender("TAG", "TAG-2")) for _ in range(2))
    other = sender_of(house, house.sender("TAG-2"))
    end_sender(house.store, ended, ANA)
    change_scope(house.store, left, ANA, remove=("TAG",))
    house.clock.pass_(HOUR)
    end(house, decision)
    assert [told(house, one) for one in (ended, left, other)] == [[], [], []]


def test_only_the_device_on_the_decisions_strand_is_spoken_of_and_the_other_goes_on(house, upstream):
    device = register_device(house.store, house.chance, "TAG-2", ANA)
    fit_device(house.store, house.chance, device.id, upstream.case.id, "second", ANA)
    decision = house.decide(upstream)
    house.decide(upstream, strand="second")
    house.clock.pass_(HOUR)
    end(house, decision)
    assert both(house, upstream) == [(GO, START), (STOP, START + HOUR)]
    assert told(house, upstream.upstream, "TAG-2") == [(GO, START)]


# --- acknowledging --------------------------------------------------------------------------------------


def unsettled(house):
    with house.store.reading() as view:
        return view.instructions_unsettled(house.clock.now(), 100)


def overdue(house):
    with house.store.reading() as view:
        return view.instructions_overdue(house.clock.now(), 100)


def test_a_named_person_acknowledges_once_and_under_the_persons_handle(house, upstream):
    decision = house.decide(upstream)
    end(house, decision)
    one, other = unsettled(house)
    index = acknowledge(house.store, one.id, UPSTREAM)
    assert unsettled(house) == (other,)
    with house.store.reading() as view:
        [row] = view.entries(index, 1)
        person = view.person(upstream.case.person_id)
        acknowledged = view.instruction(one.id)
    entry = read_entry(row.body)
    assert (entry.kind, entry.actor) == (EntryKind.INSTRUCTION_ACKNOWLEDGED, UPSTREAM)
    assert entry.subject == handle_of(person.handle_key, index).hex()
    assert (acknowledged.acknowledged_by, acknowledged.acknowledged_at) == (UPSTREAM, START)
    for by in (UPSTREAM, "upstream-2"):
        with pytest.raises(NotPermitted, match="acknowledged already"):
            acknowledge(house.store, one.id, by)
    with pytest.raises(NotPermitted, match="a process acknowledges nothing"):
        acknowledge(house.store, other.id, ActorId("clock"))
    with pytest.raises(NotFound, match="no such instruction"):
        acknowledge(house.store, "instruction_none", UPSTREAM)
    assert whole(house)


def test_what_is_not_acknowledged_within_a_day_is_overdue_and_stands_where_people_look(house, upstream):
    decision = house.decide(upstream)
    for one in unsettled(house):
        acknowledge(house.store, one.id, UPSTREAM)
    house.clock.pass_(HOUR)
    end(house, decision)
    house.clock.pass_(DAY - timedelta(milliseconds=1))
    assert overdue(house) == ()
    house.clock.pass_(timedelta(milliseconds=1))
    assert {one.sender_id for one in overdue(house)} == {upstream.own, upstream.upstream}
    with house.store.reading() as view:
        standing = show_standing(view, house.clock.now())
        shown = show_senders(view, house.clock.now())
    assert {one.instruction.sender_id for one in standing.told} == {upstream.own, upstream.upstream}
    assert {one.sender.id: len(one.told) for one in shown} == {upstream.own: 1, upstream.upstream: 1}
    for one in overdue(house):
        acknowledge(house.store, one.id, UPSTREAM)
    assert overdue(house) == ()


def test_an_instruction_whose_time_is_over_waits_for_nobody_and_one_that_is_to_come_does(house, upstream):
    decision = house.decide(upstream)
    house.clock.pass_(HOUR)
    suspend_decision(house.store, decision.id, Ender(ANA))
    assert {one.what for one in unsettled(house)} == {STOP}
    house.clock.pass_(HOUR)
    end(house, decision)
    house.decide(upstream, starts_at=house.clock.now() + DAY)
    assert sorted(one.what for one in unsettled(house)) == [GO, GO, STOP, STOP]
    house.clock.pass_(DAY)
    assert {one.what for one in unsettled(house)} == {GO}


def test_a_start_that_was_taken_back_waits_for_nobody(house, upstream):
    to_come = house.decide(upstream, starts_at=START + DAY)
    end(house, to_come)
    assert {(one.what, one.from_at) for one in unsettled(house)} == {(STOP, START + DAY)}


def test_an_ended_sender_that_has_not_acknowledged_is_still_shown(house, upstream):
    decision = house.decide(upstream)
    end(house, decision)
    end_sender(house.store, upstream.upstream, ANA)
    with house.store.reading() as view:
        [shown] = [one for one in show_senders(view, house.clock.now()) if one.sender.id == upstream.upstream]
    assert (shown.alive, len(shown.told)) == ((), 1)
    for one in unsettled(house):
        acknowledge(house.store, one.id, UPSTREAM)
    with house.store.reading() as view:
        assert upstream.upstream not in {one.sender.id for one in show_senders(view, house.clock.now())}


def test_whatever_was_told_follows_from_the_ledger_alone(house, upstream):
    decision = house.decide(upstream)
    suspend_decision(house.store, decision.id, Ender(ANA))
    house.clock.pass_(HOUR)
    resume_decision(house.store, decision.id, Ender(ANA))
    acknowledge(house.store, unsettled(house)[0].id, UPSTREAM)
    end(house, decision)
    house.unfit(upstream)
    house.fit(upstream, upstream.device)
    assert rows(house, "SELECT count(*) FROM instruction") == [(8,)]
    assert whole(house)
