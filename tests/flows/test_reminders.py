"""Reminders of appointments and check-ins: before the time, once, never at night, and never with a name in them."""

import email
from datetime import timedelta

import pytest
from support.house import ANA, BO, SCHEME, START
from support.proposing import propose
from support.zones import zone_as_of

from custodiet.adapters.messages.folder import FolderCarrier
from custodiet.flows.decide_case import make_decision
from custodiet.flows.end_decision import CLOCK, end_decision
from custodiet.flows.give_contact import give_contact, withdraw_contact
from custodiet.flows.handle_alert import Desk
from custodiet.flows.open_case import set_condition
from custodiet.flows.send_messages import LEASE, Messenger, NobodyThere
from custodiet.flows.time_passes import Passing
from custodiet.model.condition import ConditionKind, Interval, Schedule
from custodiet.model.ending import EndReason
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.errors import NotPermitted
from custodiet.model.message import Delivery, Template
from custodiet.model.message_record import TimeReminded
from custodiet.model.mode import ModeCode
from custodiet.rules.decisions import Ender, Move
from custodiet.wire.message import Destination

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
NOON = START.replace(hour=12)
"""START is nine o'clock on a Monday, where they live too; their quiet hours are from 21:00 to 8:00."""


@pytest.fixture
def house(house):
    house.issue_keys()
    return house


def someone(house, kind, *times, zone="Etc/UTC", reached=True):
    """With a decision that asks for this at these times."""
    person = house.person()
    house.issue_keys()
    if reached:
        to = Destination("heron@sample.example")
        give_contact(house.store, house.sealer, house.pinned, zone_as_of, person.case.id, to, zone, ANA)
    decision = house.proposal(person, mode=ModeCode.CHECK_IN)
    propose(house.store, house.chance, decision)
    asked = Schedule(once=tuple(Interval(at, at + HOUR) for at in times))
    set_condition(house.store, house.sealer, house.chance, house.pinned, decision.id, kind, ANA, schedule=asked)
    make_decision(house.store, decision.id, BO)
    return person, decision


def look(house, at):
    house.clock.set(at)
    return Passing(house.store, house.chance, house.clock, house.fence)._times()


def posted(house, person):
    with house.store.reading() as view:
        return [one.message for one in view.posted_to(person.case.id, 10)]


@pytest.mark.parametrize(
    ("kind", "template", "before"),
    [
        (ConditionKind.CHECK_IN, Template.CHECK_IN, HOUR),
        (ConditionKind.APPOINTMENT, Template.APPOINTMENT, 24 * HOUR),
    ],
)
def test_a_reminder_goes_once_so_long_before_the_time_and_not_a_moment_earlier(house, kind, template, before):
    at = NOON + timedelta(days=1)
    person, _ = someone(house, kind, at)
    assert look(house, at - before - MINUTE) == 0
    assert look(house, at - before) == 1
    assert look(house, at - before + MINUTE) == 0
    [one] = posted(house, person)
    assert (one.template, one.not_before, one.useless_at) == (template, at - before, at)


def test_once_the_time_has_begun_nobody_is_reminded_of_it(house):
    person, _ = someone(house, ConditionKind.CHECK_IN, NOON)
    assert look(house, NOON) == 0
    assert posted(house, person) == []


def test_nobody_is_woken_and_a_time_right_after_the_night_is_said_the_evening_before(house):
    early, day = START.replace(hour=8) + timedelta(days=1), NOON + timedelta(days=2)
    person, _ = someone(house, ConditionKind.CHECK_IN, early, day)
    assert look(house, START.replace(hour=19, minute=59)) == 0
    assert look(house, START.replace(hour=20)) == 1
    for hour in (22, 24, 27, 30, 31):
        assert look(house, START.replace(hour=0) + hour * HOUR) == 0
    other, _ = someone(house, ConditionKind.APPOINTMENT, START.replace(hour=3) + timedelta(days=3))
    assert look(house, START.replace(hour=3) + timedelta(days=2)) == 0
    assert look(house, START.replace(hour=8) + timedelta(days=2)) == 1
    assert (len(posted(house, person)), len(posted(house, other))) == (1, 1)


def test_the_night_is_that_of_the_persons_own_clock(house):
    at = START + timedelta(days=1)  # six in the evening there
    someone(house, ConditionKind.CHECK_IN, at + 4 * HOUR, zone="Asia/Tokyo")  # ten at night there
    assert look(house, at + 2 * HOUR - MINUTE) == 0
    assert look(house, at + 2 * HOUR) == 1  # eight there: the hour before it is quiet


def test_who_gave_no_address_took_it_back_or_is_asked_nothing_any_more_gets_none(house):
    at = NOON
    someone(house, ConditionKind.CHECK_IN, at, reached=False)
    back, _ = someone(house, ConditionKind.CHECK_IN, at)
    withdraw_contact(house.store, back.case.id, ANA)
    _, decision = someone(house, ConditionKind.CHECK_IN, at)
    end_decision(house.store, house.chance, decision.id, Move.WITHDRAW, Ender(BO), EndReason.NOT_NEEDED)
    _, decision = someone(house, ConditionKind.CHECK_IN, at)
    with house.store.reading() as view:
        [condition] = view.conditions_of(decision.id)
    Desk(house.store, house.sealer, house.chance, house.pinned).authorise_absence(
        condition.id, Interval(START, START + 8 * HOUR), ANA
    )
    assert look(house, at - HOUR) == 0


def test_what_was_written_before_a_crash_is_not_written_again_and_is_sent_once(house, tmp_path):
    person, _ = someone(house, ConditionKind.CHECK_IN, NOON)
    assert look(house, NOON - HOUR) == 1
    again = Passing(house.store, house.chance, house.clock, house.fence)  # whoever starts anew remembers nothing
    assert again._times() == 0
    folder = tmp_path / "messages"
    fence = (LEASE, house.store.take_lease(LEASE))
    carrier = FolderCarrier(folder, "desk@deployer.example", {}, NobodyThere)
    for _ in range(2):
        Messenger(house.store, house.vault, carrier, house.clock, fence).send_due()
    with house.store.reading() as view:
        [one] = view.posted_to(person.case.id, 10)
    assert one.state is Delivery.SENT
    [file] = folder.iterdir()
    said = email.message_from_bytes(file.read_bytes())
    text = (said["Subject"] + said.get_payload()).lower()
    for word in ("tag", "device", "gps", "court", "police", "authority", "monitor", "custodiet", SCHEME, "sample"):
        assert word not in text


def test_the_clock_that_writes_it_twice_is_refused_by_the_store(house):
    person, _ = someone(house, ConditionKind.CHECK_IN, NOON)
    look(house, NOON - HOUR)
    [one] = posted(house, person)
    entry, record = Entry(EntryKind.TIME_REMINDED, CLOCK, person.case.person_id), TimeReminded("condition", NOON, one)
    with pytest.raises(NotPermitted, match="outbox: stands already"), house.store.acting() as act:
        act.write(entry, record)
