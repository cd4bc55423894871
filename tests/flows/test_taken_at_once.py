"""What is taken without a call for each step is what is said of it step by step: the same answers, the same writing."""

from copy import copy
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from support.house import ANA, House
from support.watched import AWAY, HOME, HOUR, JUDGED_ONLY, MINUTE, SECOND, give_zones, report, watch

from custodiet.flows.end_decision import end_decision
from custodiet.flows.receive_reports import Monitor, Request
from custodiet.flows.watching import Watching
from custodiet.model.ending import EndReason
from custodiet.model.report import DeviceSays, Reason
from custodiet.model.times import from_ms
from custodiet.rules.decisions import Ender, Move

SERIALS = ("TAG-TRAIL", "TAG-SHORT", "TAG-JUDGED", "TAG-ENDED", "TAG-NONE", "TAG-OFF", "TAG-ELSEWHERE")
NEAR = (HOME[0] + 0.0001, HOME[1])


class StepByStep(Monitor):
    """The plain form."""

    def _answers(self, sender, ended, request, now, before, part):
        return [self._answer(sender, ended, request, line, now, before, part) for line in request.lines]


class Weighing(Watching):
    """The plain form."""

    def _stays_quiet(self, *_):
        return False


def plainly(monitor):
    """The same monitor with the same memory, which takes nothing at once."""
    plain, watching = copy(monitor), copy(monitor._watching)
    plain.__class__, watching.__class__ = StepByStep, Weighing
    plain._watching = watching
    return plain


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """People of every standing behind one sender, and a sender whose token has ended."""
    house = House(tmp_path_factory.mktemp("taken"))
    people = {serial: house.person(serial) for serial in SERIALS}
    watch(house, person=people["TAG-TRAIL"], zones=False)
    watch(house, person=people["TAG-SHORT"], zones=False, ends_at=house.clock.now() + 3 * HOUR)
    watch(house, person=people["TAG-JUDGED"], zones=False, **JUDGED_ONLY)
    house.decide(people["TAG-OFF"])
    ended = house.decide(people["TAG-ENDED"])
    house.clock.pass_(HOUR)
    end_decision(house.store, house.chance, ended.id, Move.WITHDRAW, Ender(ANA), EndReason.NOT_NEEDED)
    upstream, monitor = house.sender(*SERIALS[:6]), house.monitor()
    senders = [house.request(monitor, token).sender for token in (upstream, people["TAG-OFF"].token)]
    house.unfit(people["TAG-OFF"])
    monitor.refresh()
    give_zones(house, monitor)
    yield house, monitor, senders
    house.close()


def calm_since(monitor):
    """Since when which calm place is held, wherever it stands."""
    watching, steady = monitor._watching, monitor._watching._steady
    rows = {steady._wearer[row].under: row for row in steady._row_of.values()}
    there = {of: from_ms(int(steady._since_ms[row])) for of, row in rows.items() if steady._table[row]["zoned"]}
    assert not there.keys() & watching._quiet.keys()
    return there | {under: quiet.since for under, quiet in watching._quiet.items()}


def made(senders, now, random):
    """One request as it was decoded: mostly what is usual, since only then is there anything that comes again."""
    told = [line(now, random) for _ in range(random.randrange(8))]
    return Request(random.choices(senders, (9, 1))[0], tuple(told), now)


def line(now, random):
    if random.random() < 0.05:
        return random.choice([Reason.NOT_THE_FORMAT, Reason.TOKEN_ENDED])
    serial = random.choice(["TAG-TRAIL", "TAG-TRAIL", "TAG-JUDGED", random.choice(SERIALS)])
    seconds = random.choices([0, -1, -45, random.randint(-5 * 3600, 900), -25 * 3600, None], (6, 2, 2, 2, 1, 1))[0]
    at = None if seconds is None else now + seconds * SECOND
    where = random.choices([HOME, NEAR, AWAY], (8, 4, 1))[0]
    accuracy = random.choices([8.0, None, 500.0], (12, 1, 1))[0]
    says = random.choices([None, DeviceSays(80.0), DeviceSays(5.0)], (6, 3, 1))[0]
    repeats = random.random() < 0.1
    return replace(report(serial, at, where, accuracy=accuracy, says=says), repeats=repeats)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_a_batch_is_decided_as_it_is_line_by_line(place, seed):
    house, monitor, senders = place
    random = Random(seed)
    for _ in range(5):
        house.clock.pass_(random.choice([0, 1, 30, 60, 90]) * SECOND)
        now = house.clock.now()
        batch = [made(senders, now, random) for _ in range(random.randint(1, 3))]
        assert monitor._decide(batch, now) == plainly(monitor)._decide(batch, now)
        monitor.receive(batch)  # what comes next may be a second sighting of it


def test_the_next_quiet_fix_is_taken_at_once(house, monkeypatch):
    one = watch(house)
    one.stay(HOME, 3)
    monkeypatch.delattr(Monitor, "_answer")
    monkeypatch.delattr(Watching, "_judge_fitting")
    assert one.stay(HOME, 3) == ["kept"] * 3


def test_so_it_is_with_several_of_one_batch_and_for_as_long_as_they_stay(house, monkeypatch):
    one = watch(house)
    one.stay(HOME, 3)
    monkeypatch.delattr(Watching, "_judge_fitting")
    house.clock.pass_(2 * MINUTE)
    times = house.clock.now() - MINUTE, house.clock.now()
    assert one.post(*(report(one.serial, at, HOME) for at in times)) == ["kept"] * 2
    assert one.stay(HOME, 25) == ["kept"] * 25


def test_several_of_which_one_is_not_quiet_are_judged_one_by_one(house):
    one = watch(house)
    one.stay(HOME, 3)
    for _ in range(4):
        house.clock.pass_(2 * MINUTE)
        times = house.clock.now() - MINUTE, house.clock.now()
        assert one.post(*(report(one.serial, at, AWAY) for at in times)) == ["kept"] * 2
    assert one.alert().began_at == times[0] - 6 * MINUTE


def test_no_calm_place_is_held_for_longer_than_ten_minutes_whoever_else_reports(house):
    random, people = Random(3), [house.person(f"TAG-{number}") for number in range(3)]
    monitor = [watch(house, person=person).monitor for person in people][-1]
    give_zones(house, monitor)
    told_anew = looked = 0
    for _ in range(300):
        house.clock.pass_(random.choice([1, 1, 2, 4]) * MINUTE)
        if random.random() < 0.05:
            house.clock.set(house.clock.now() - 3 * MINUTE)
        for person in random.sample(people, random.randrange(3)):
            house.post(monitor, person.token, report(person.device.serial, house.clock.now(), HOME))
        if random.random() < 0.3:
            continue  # there was no time to be idle
        before = calm_since(monitor)
        monitor.idle()
        calm = calm_since(monitor)
        now = house.clock.now()
        assert all(now - 10 * MINUTE <= since <= now for since in calm.values())
        told_anew += sum(under in calm and calm[under] != since for under, since in before.items())
        looked += bool(calm)
    assert told_anew > 20
    assert looked > 200


def test_a_calm_place_that_came_while_the_clock_was_set_back_is_held_no_longer_either(house):
    before, back = (house.person(f"TAG-{number}") for number in range(2))
    monitor = [watch(house, person=person).monitor for person in (before, back)][-1]
    house.clock.pass_(HOUR)
    give_zones(house, monitor)
    began = house.clock.now()
    for person, at in ((before, began), (back, began - 3 * MINUTE)):
        house.clock.set(at)
        house.post(monitor, person.token, report(person.device.serial, at, HOME))
        if person is before:
            monitor.idle()
    assert set(calm_since(monitor).values()) == {began, began - 3 * MINUTE}
    house.clock.set(began + 7 * MINUTE + SECOND)
    monitor.idle()
    assert set(calm_since(monitor).values()) == {began}
