"""What was recorded and never acknowledged comes again, whole: it has no second effect, whoever takes it in."""

import pytest
from support.watched import HOME, JUDGED_ONLY, MINUTE, give_zones, report, watch

from custodiet.model.report import DeviceSays

MODES = pytest.mark.parametrize("given", [{}, JUDGED_ONLY], ids=["kept", "judged"])
BY_WHOM = pytest.mark.parametrize("by_another", [False, True], ids=["after a restart", "by another gateway"])


def whoever_takes_it(house, someone, by_another):
    if not by_another:
        return someone.restart()
    other = house.monitor("another")
    give_zones(house, other)
    return other


def stands(someone):
    return [(one.id, one.matter, one.weight, one.ended_at, one.weakened_why) for one in someone.alerts()]


@BY_WHOM
@MODES
def test_one_low_battery_that_comes_again_is_one(house, given, by_another):
    someone = watch(house, **given)
    house.clock.pass_(MINUTE)
    other = None if not by_another else whoever_takes_it(house, someone, by_another)
    low = report(someone.serial, house.clock.now(), HOME, says=DeviceSays(battery_percent=10.0))
    someone.post(low)
    someone.post(low, monitor=other or whoever_takes_it(house, someone, by_another))
    assert stands(someone) == []
