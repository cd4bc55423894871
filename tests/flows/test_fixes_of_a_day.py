"""The fixes of a day, which are to be erased together, are found wherever they stand: also those that came late."""

from datetime import timedelta

import pytest
from support.house import House
from support.watched import DAY, HOUR, MINUTE, report

from custodiet.model.mode import Category
from custodiet.model.times import utc_day


def posted(house: House, monitor, person, *times):
    lines = [report(person.device.serial, at) for at in times]
    return [answer.outcome for answer in house.post(monitor, person.token, *lines)]


@pytest.mark.parametrize("late_max", [DAY, 20 * DAY], ids=str)
def test_a_fix_that_came_as_late_as_may_be_is_found_among_much_later_ones(house, late_max):
    person = house.person("TAG-1")
    decision = house.decide(person, late_max=late_max, ends_at=house.clock.now() + 30 * DAY)
    monitor = house.monitor()
    house.clock.pass_(HOUR)
    at = house.clock.now()
    assert posted(house, monitor, person, at) == ["kept"]
    kept = at + MINUTE
    house.clock.pass_(late_max)
    house.issue_keys()
    now = house.clock.now()
    assert posted(house, monitor, person, kept, now + timedelta(minutes=5)) == ["kept"] * 2
    house.clock.pass_(3 * DAY)
    house.issue_keys()
    assert posted(house, monitor, person, house.clock.now()) == ["kept"]
    with house.store.reading() as view:
        found = view.fixes_on(decision.id, Category.TRAIL, utc_day(at))
    assert len(found) == 2
