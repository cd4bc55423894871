"""The made-up world begins with alerts that wait, as the judge raises them."""

from datetime import timedelta

import pytest
from support.house import House
from support.watched import DAY

from custodiet.adapters import sealing
from custodiet.model.alert import AlertState
from custodiet.model.finding import Matter, Weight
from custodiet.simulation.world import WorldMaker


@pytest.fixture
def made(tmp_path):
    house = House(tmp_path)
    maker = WorldMaker(
        house.store, house.vault, sealing, house.clock, house.chance, house.pinned, seed=1, fence=house.fence
    )
    maker.make(house.clock.now() + 9 * DAY, 1, timedelta(minutes=2))
    yield house
    house.close()


def test_alerts_of_three_kinds_wait_and_nobody_holds_them(made):
    with made.store.reading() as view:
        waiting = view.alerts((AlertState.RAISED,), 9)
    assert {(one.matter, one.weight) for one in waiting} == {
        (Matter.HELP, Weight.SERVICE),
        (Matter.TAMPER, Weight.UNCERTAIN),
        (Matter.DEVICE_FAULT, Weight.SERVICE),
    }
    assert [one for one in waiting if one.held_by] == []
