"""Refused reports that came after a stop: counted by sender, fitting and hour; a task while the device is worn."""

from datetime import timedelta

import pytest
from support.by_hand import hands_on
from support.house import ANA, START, report
from support.watched import HOUR, MINUTE, passing, rows, task_kinds, tasks, whole

from custodiet.flows.after_stop import SentAfterStop
from custodiet.flows.end_decision import end_decision, resume_decision, suspend_decision
from custodiet.flows.fit_device import complete_task, token_hash
from custodiet.flows.keep_senders import acknowledge, rotate_sender
from custodiet.flows.sequence_ledger import enter_staged
from custodiet.flows.show_senders import show_senders
from custodiet.model.case import TaskKind
from custodiet.model.mode import ModeCode
from custodiet.model.record import IngestDetail, Ingested
from custodiet.model.report import Reason
from custodiet.model.stored import SaltedDetail
from custodiet.model.times import to_ms
from custodiet.rules.chain import EMPTY_ROOT
from custodiet.rules.decisions import Ender, Move
from custodiet.wire.records import detail_bytes, record_digest

STOP_DEVICE, REMOVE = TaskKind.STOP_DEVICE, TaskKind.TELL_AND_REMOVE


class Gate:
    """What a monitor does with refused reports: note them, and hand in what they come to with its record."""

    def __init__(self, house):
        self.house = house
        self.monitor = house.monitor()

    def sender(self, token):
        self.monitor.refresh()
        return self.monitor.sender(token_hash(token)).sender.id

    def noted(self, token, *lines):
        self.monitor.refresh()
        sent, sender = SentAfterStop(), self.monitor.sender(token_hash(token))
        for line in lines:
            sent.note(self.monitor._picture, sender, line, self.house.clock.now())
        return sent

    def refuse(self, token, *lines):
        return self.keep(self.noted(token, *lines))

    def keep(self, sent):
        with self.house.store.ingesting() as write:
            detail = sent.detail(IngestDetail(), write, self.house.chance)
            number, previous = write.chain(0)
            salted = SaltedDetail(b"s" * 16, detail, detail_bytes(detail))
            digest = record_digest(salted.salt, salted.body) if detail != IngestDetail() else b""
            record = Ingested(0, number, write.now, 0, 0, EMPTY_ROOT, previous, (), digest, write.ledger_size())
            write.keep(record, salted, None, ())
        return detail


@pytest.fixture
def gate(house):
    return Gate(house)


@pytest.fixture
def wearer(house):
    """Someone with a decision made an hour ago, whose device a server upstream sends for too."""
    person = house.person("TAG")
    person.decision = house.decide(person)
    person.upstream = house.sender("TAG", "TAG-2")
    house.clock.pass_(HOUR)
    return person


def end(house, person):
    end_decision(house.store, house.chance, person.decision.id, Move.WITHDRAW, Ender(ANA))


def pause(house, person):
    suspend_decision(house.store, person.decision.id, Ender(ANA))


def fix(house, ago=timedelta(0)):
    return report("TAG", house.clock.now() - ago)


def counts(house):
    """(hour, sender, reports, when the last one came), times in milliseconds."""
    return rows(house, "SELECT hour, sender_id, reports, last_at FROM after_stop ORDER BY hour, sender_id")


def reports(house):
    return [counted for _, _, counted, _ in counts(house)]


# --- counting -------------------------------------------------------------------------------------------


def test_what_still_comes_is_counted_by_sender_and_hour_and_the_hours_add_up(house, gate, wearer):
    pause(house, wearer)
    gate.refuse(wearer.token, fix(house))
    house.clock.pass_(MINUTE)
    gate.refuse(wearer.token, fix(house), fix(house))
    gate.refuse(wearer.upstream, fix(house))
    house.clock.pass_(HOUR)
    gate.refuse(wearer.token, fix(house))
    own, upstream = gate.sender(wearer.token), gate.sender(wearer.upstream)
    first, second = (to_ms(START + number * HOUR) for number in (1, 2))
    minute = to_ms(START + MINUTE) - to_ms(START)
    assert counts(house) == sorted(
        [
            (first, own, 3, first + minute),
            (first, upstream, 1, first + minute),
            (second, own, 1, second + minute),
        ]
    )
    assert whole(house)


def test_a_backlog_from_before_the_stop_is_no_sign_that_a_sender_goes_on(house, gate, wearer):
    end(house, wearer)
    house.clock.pass_(MINUTE)
    gate.refuse(wearer.token, fix(house, MINUTE + MINUTE), fix(house, HOUR))
    assert counts(house) == []
    gate.refuse(wearer.token, fix(house, MINUTE))
    assert reports(house) == [1]


@pytest.mark.parametrize("why", ["in force", "nobody's", "not theirs", "telephone"])
def test_what_is_refused_for_another_reason_is_not_counted_and_raises_no_task(house, gate, wearer, why):
    if why in ("telephone", "not theirs"):
        other = house.person("TAG-2")
        other.decision = house.decide(other, **{"mode": ModeCode.TELEPHONE} if why == "telephone" else {})
    if why == "not theirs":
        end(house, other)
    if why != "in force":
        end(house, wearer)
    serial = {"nobody's": "TAG-9", "not theirs": "TAG-2", "telephone": "TAG-2"}.get(why, "TAG")
    token = wearer.token if why == "not theirs" else wearer.upstream
    if why == "nobody's":
        token = house.sender("TAG-9")
    before = task_kinds(house)
    line = report(serial, house.clock.now() - 30 * HOUR if why == "in force" else house.clock.now())
    assert gate.refuse(token, line, Reason.NOT_THE_FORMAT) == IngestDetail()
    assert (counts(house), task_kinds(house)) == ([], before)


def test_a_report_without_a_fix_time_counts_as_of_when_it_came(house, gate, wearer):
    pause(house, wearer)
    gate.refuse(wearer.token, report("TAG", None))
    assert reports(house) == [1]


def test_a_request_with_a_token_that_ended_with_its_fitting_counts_once_and_raises_no_task(house, gate, wearer):
    house.unfit(wearer)
    gate.refuse(wearer.token, Reason.TOKEN_ENDED)
    assert reports(house) == [1]
    assert task_kinds(house) == []
    assert whole(house)


def test_a_request_with_a_token_that_was_rotated_away_says_nothing_of_going_on(house, gate, wearer):
    for token in (wearer.token, wearer.upstream):
        rotate_sender(house.store, house.chance, gate.sender(token), ANA, timedelta(0))
    for token in (wearer.token, wearer.upstream):
        assert gate.refuse(token, Reason.TOKEN_ENDED) == IngestDetail()


# --- the task -------------------------------------------------------------------------------------------


def test_a_device_that_still_reports_in_a_pause_raises_one_task_however_often_it_does(house, gate, wearer):
    pause(house, wearer)
    for _ in range(3):
        house.clock.pass_(MINUTE)
        gate.refuse(wearer.token, fix(house), fix(house))
        Gate(house).refuse(wearer.upstream, fix(house))
    [(kind, task)] = tasks(house)
    assert kind is STOP_DEVICE
    assert (task.case_id, task.decision_id) == (wearer.case.id, wearer.decision.id)
    assert (task.raised_at, task.due_at) == (START + HOUR + MINUTE, START + HOUR + MINUTE + 24 * HOUR)


def test_after_an_ending_the_task_to_take_it_off_is_enough_and_once_that_is_done_another_is_raised(house, gate, wearer):
    end(house, wearer)
    gate.refuse(wearer.token, fix(house))
    assert task_kinds(house) == [REMOVE]
    for _ in range(2):
        [(_, task)] = tasks(house)
        complete_task(house.store, task.id, ANA)
        house.clock.pass_(MINUTE)
        gate.refuse(wearer.token, fix(house), fix(house))
        assert task_kinds(house) == [STOP_DEVICE]
    assert whole(house)


def test_a_device_that_is_off_raises_no_task(house, gate, wearer):
    pause(house, wearer)
    house.unfit(wearer)
    gate.refuse(wearer.upstream, fix(house))
    assert task_kinds(house) == []
    assert reports(house) == [1]


def test_what_was_fixed_in_a_pause_that_is_over_counts_and_asks_nothing_of_anyone(house, gate, wearer):
    pause(house, wearer)
    house.clock.pass_(2 * MINUTE)
    resume_decision(house.store, wearer.decision.id, Ender(ANA))
    gate.refuse(wearer.token, fix(house, MINUTE))
    assert reports(house) == [1]
    assert task_kinds(house) == []


def test_a_task_of_another_kind_stops_no_device(house, gate, wearer):
    house.clock.set(wearer.decision.review_due_at - HOUR)
    assert passing(house).look() > 0
    assert task_kinds(house) == [TaskKind.REVIEW]
    pause(house, wearer)
    gate.refuse(wearer.token, fix(house))
    assert sorted(task_kinds(house)) == [TaskKind.REVIEW, STOP_DEVICE]


def test_a_task_about_another_person_is_no_task_about_this_one(house, gate, wearer):
    other = house.person("TAG-2")
    other.decision = house.decide(other)
    end(house, other)
    pause(house, wearer)
    gate.refuse(wearer.upstream, fix(house), report("TAG-2", house.clock.now()))
    assert sorted(task_kinds(house)) == [STOP_DEVICE, REMOVE]
    assert len(counts(house)) == 2


def test_several_requests_of_one_batch_are_one(house, gate, wearer):
    pause(house, wearer)
    batch = SentAfterStop()
    for token in (wearer.token, wearer.upstream, wearer.token):
        batch.merge(gate.noted(token, fix(house)))
    detail = gate.keep(batch)
    assert sorted(one.reports for one in detail.after_stop) == [1, 2]
    assert len(detail.tasks) == 1


def test_a_batch_without_such_a_report_reads_and_changes_nothing(house, gate, wearer):
    detail = IngestDetail()
    assert SentAfterStop().detail(detail, write=None, chance=None) is detail


# --- what is shown --------------------------------------------------------------------------------------


def shown(house):
    with house.store.reading() as view:
        listed = show_senders(view, house.clock.now())
    return sorted((told.instruction.what, told.reports_after) for one in listed for told in one.told)


def test_what_came_after_an_acknowledged_stop_is_shown_until_a_start_takes_its_place(house, gate, wearer):
    pause(house, wearer)
    with house.store.reading() as view:
        for one in view.instructions_unsettled(house.clock.now(), 10):
            acknowledge(house.store, one.id, "upstream-1")
    assert shown(house) == []
    house.clock.pass_(MINUTE)
    gate.refuse(wearer.upstream, fix(house), fix(house))
    assert shown(house) == [("stop", 2)]
    house.clock.pass_(HOUR)
    gate.refuse(wearer.upstream, fix(house))
    assert shown(house) == [("stop", 3)]
    resume_decision(house.store, wearer.decision.id, Ender(ANA))
    assert shown(house) == [("start", 0), ("start", 0)]


def test_what_came_before_a_stop_was_told_is_not_counted_against_it(house, gate, wearer):
    pause(house, wearer)
    house.clock.pass_(MINUTE)
    gate.refuse(wearer.token, fix(house))
    resume_decision(house.store, wearer.decision.id, Ender(ANA))
    house.clock.pass_(HOUR)
    pause(house, wearer)
    assert shown(house) == [("stop", 0), ("stop", 0)]


# --- what somebody changes by hand ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "planted",
    [
        "UPDATE after_stop SET reports = reports - 1",
        "UPDATE after_stop SET last_at = last_at + 1",
        "DELETE FROM after_stop",
        "UPDATE after_stop SET hour = hour + 3600000",
    ],
)
def test_verifying_notices_a_changed_count(house, gate, wearer, planted):
    pause(house, wearer)
    gate.refuse(wearer.token, fix(house), fix(house))
    enter_staged(house.store, house.fence)
    assert whole(house)
    with hands_on(house) as hand:
        assert hand.execute(planted).rowcount == 1
    assert not whole(house)
