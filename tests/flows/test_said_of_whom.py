"""What a device says of itself speaks of whoever wore it then: it may say so late, and of another's days."""

from datetime import datetime

import pytest
from support.house import ANA, START
from support.watched import DAY, HOME, HOUR, MINUTE, ask, desk, give_zones, watch

from custodiet.flows.end_decision import resume_decision, suspend_decision
from custodiet.model.condition import Interval
from custodiet.model.finding import Matter, Why
from custodiet.model.report import Alarm, DeviceSays
from custodiet.rules.decisions import Ender

OPENED = DeviceSays(80.0, None, frozenset({Alarm.STRAP, Alarm.CASE}))


def matters(one):
    return [alert.matter for alert in one.alerts()]


@pytest.mark.parametrize("alarms", [[Alarm.STRAP], [Alarm.STRAP, Alarm.CASE], [Alarm.HELP], [Alarm.FAULT]], ids=str)
def test_what_was_kept_back_from_the_one_before_is_said_against_nobody(house, alarms):
    before = watch(house)
    one = watch(house, "TAG-2", monitor=before.monitor)
    before.stay(HOME, 3)
    device, at = before.person.device, house.clock.now() + MINUTE
    house.clock.pass_(2 * MINUTE)
    for person in (before.person, one.person):
        house.unfit(person)
    house.clock.pass_(30 * MINUTE)
    house.fit(one.person, device)
    house.clock.pass_(MINUTE)
    give_zones(house, before.monitor)
    one.at(HOME, at, says=DeviceSays(80.0, None, frozenset(alarms)))
    assert matters(one) == matters(before) == []
    one.at(HOME, says=DeviceSays(80.0, None, frozenset(alarms)))
    assert len(matters(one)) == 1


def test_nor_what_was_said_in_a_pause(house):
    one = watch(house)
    one.stay(HOME, 3)
    suspend_decision(house.store, one.decision_id, Ender(ANA))
    house.clock.pass_(HOUR)
    at = house.clock.now() - 30 * MINUTE
    resume_decision(house.store, one.decision_id, Ender(ANA))
    house.clock.pass_(MINUTE)
    give_zones(house, one.monitor)
    assert one.at(HOME, at, says=OPENED) == "refused suspended"
    assert matters(one) == []


def test_nor_what_was_said_before_anything_was_decided(house):
    person = house.person("TAG-1")
    house.clock.pass_(HOUR)
    at = house.clock.now() - 30 * MINUTE
    one = watch(house, person=person)
    house.clock.pass_(MINUTE)
    one.at(HOME, at, says=OPENED)
    assert matters(one) == []


def test_what_was_said_under_the_decision_that_this_one_follows_is_said_of_them(house):
    one = watch(house)
    one.stay(HOME, 3)
    ask(house, one.person, follows=one.decision_id, starts_at=house.clock.now() + HOUR)
    house.clock.pass_(HOUR + MINUTE)
    give_zones(house, one.monitor)
    one.at(HOME, house.clock.now() - 10 * MINUTE, says=OPENED)
    with house.store.reading() as view:
        told = [alert for decision in view.decisions_of(one.person.case.id) for alert in view.alerts_of(decision.id)]
    assert [alert.matter for alert in told] == [Matter.TAMPER]


@pytest.mark.parametrize("at", [None, datetime(1999, 1, 1, tzinfo=START.tzinfo), START + 400 * DAY], ids=str)
def test_a_device_whose_clock_is_wrong_says_it_now(house, at):
    one = watch(house)
    one.stay(HOME, 3)
    one.at(HOME, at, says=OPENED) if at else one.at(None, says=OPENED)
    assert matters(one) == [Matter.TAMPER]


def test_an_alarm_of_a_booked_removal_accuses_nobody_however_late_it_comes(house):
    one = watch(house)
    one.stay(HOME, 3)
    at = house.clock.now() + 30 * MINUTE
    desk(house).book_removal(one.person.fitting.id, Interval(at - HOUR, at + HOUR), ANA)
    house.clock.pass_(2 * DAY)
    house.issue_keys()
    give_zones(house, one.monitor)
    one.at(HOME, at, says=OPENED)
    assert matters(one) == []
    one.at(HOME, at + 2 * HOUR, says=OPENED)
    [alert] = one.alerts()
    assert (alert.matter, alert.began_at) == (Matter.TAMPER, at + 2 * HOUR)


def test_an_alarm_that_goes_on_after_a_removal_that_was_booked_afterwards_is_told_of(house):
    one = watch(house)
    one.stay(HOME, 3)
    one.stay(HOME, 3, says=OPENED)
    [first] = one.alerts()
    desk(house).book_removal(one.person.fitting.id, Interval(first.began_at - HOUR, house.clock.now()), ANA)
    one.stay(HOME, 3, says=OPENED)
    first, again = sorted(one.alerts(), key=lambda alert: alert.began_at)
    assert (first.weakened_why, first.ended_at) == (Why.BOOKED, first.confirmed_at)
    assert (again.matter, again.stands, again.ended_at) == (Matter.TAMPER, True, None)
