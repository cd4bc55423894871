"""Devices go from one person to the next, and most are worn by many in turn: what is decided about one of those people
takes nothing from another.
"""

import pytest
from support.house import ANA
from support.watched import HOME, MINUTE, give_zones, watch

from custodiet.flows.fit_device import register_device
from custodiet.model.condition import ConditionKind, Interval, Schedule


@pytest.fixture
def chain(house):
    """One whose device of before another wears now, whose own of before is free: its serial is the third."""
    other = register_device(house.store, house.chance, "TAG-3", ANA)
    first, second = house.person("TAG-1"), house.person("TAG-2")
    passed_on, freed = first.device, second.device
    house.clock.pass_(MINUTE)
    for person in (first, second):
        house.unfit(person)
    house.clock.pass_(MINUTE)
    house.fit(first, other)
    house.fit(second, passed_on)
    house.clock.pass_(MINUTE)
    return first, second, freed


def taken_up(house, device, watched):
    """By a third person, about whom something is then decided."""
    third = house.person()
    house.fit(third, device)
    give_zones(house, watched.monitor)
    watched.stay(HOME, 4)
    watch(house, person=third, monitor=watched.monitor, zones=False)
    for _ in range(3):
        watched.monitor.refresh()
        watched.monitor.idle()
    return third


def test_whoever_walks_out_is_told_of_though_somebody_now_wears_what_the_next_but_one_wore(house, chain):
    first, second, freed = chain
    watched = watch(house, person=first)
    watch(house, person=second, monitor=watched.monitor)
    taken_up(house, freed, watched)
    assert watched.stay(HOME, 2) == ["kept"] * 2
    watched.walk_out(8)
    assert watched.alerts()


def test_so_are_zones_wanted_that_nobody_gave_yet(house, chain):
    first, second, freed = chain
    watched = watch(house, person=first, zones=False)
    watch(house, person=second, monitor=watched.monitor, zones=False)
    third = house.person()
    house.fit(third, freed)
    watched.monitor.refresh()
    watched.monitor.idle()
    assert watched.condition_id in watched.monitor.zones_wanted()
    watch(house, person=third, monitor=watched.monitor, zones=False)
    for _ in range(3):
        watched.monitor.refresh()
        watched.monitor.idle()
        assert watched.condition_id in watched.monitor.zones_wanted()


def test_what_is_in_force_is_what_one_finds_who_looks_at_everyone(house, chain):
    first, second, freed = chain
    hours = Schedule(once=(Interval(house.clock.now(), house.clock.now() + 60 * MINUTE),))
    watched = watch(house, person=first, kind=ConditionKind.CURFEW, schedule=hours)
    watch(house, person=second, monitor=watched.monitor)
    taken_up(house, freed, watched)
    anew = house.monitor("m2")
    anew.idle()
    for name in ("fittings", "decisions"):
        assert getattr(watched.monitor._force, name) == getattr(anew._force, name)
    assert watched.monitor._watching._zones._conditions_of == anew._watching._zones._conditions_of


def test_whatever_is_concerned_is_concerned_with_all_its_fittings(house, chain):
    first, second, _ = chain
    picture = house.monitor()._picture
    for person in (first, second):
        concerned = picture.of_cases({person.case.id})
        worn = {one for case_id in concerned.cases for one in picture._fittings_of[case_id]}
        assert worn == concerned.fittings
