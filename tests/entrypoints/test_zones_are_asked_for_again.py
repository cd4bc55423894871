"""A gateway that starts before its vault: it must not judge blindly for long."""

from threading import Event

import pytest

from custodiet.entrypoints.gateway.zones import ZoneKeeper
from custodiet.flows import open_sealed
from custodiet.model.errors import VaultUnavailable
from custodiet.model.identity import ConditionId

ZONE = ConditionId("zone_1")


class _Monitor:
    name = "monitor"

    def __init__(self):
        self.given = Event()

    def zones_wanted(self):
        return frozenset() if self.given.is_set() else frozenset({ZONE})

    def give_zones(self, zones):
        assert zones == {ZONE: b"{}"}
        self.given.set()


def test_zones_are_asked_for_again_soon_after_a_vault_that_was_not_there_yet():
    monitor, asked = _Monitor(), []

    def release(name, wanted):
        asked.append((name, wanted))
        if len(asked) == 1:
            raise VaultUnavailable("not there yet")
        return dict.fromkeys(wanted, b"{}")

    keeper = ZoneKeeper(monitor, release)
    keeper.start()
    try:
        assert monitor.given.wait(8)
    finally:
        keeper.stop()
    assert asked == [("monitor", frozenset({ZONE}))] * 2


class _Wanting:
    name = "monitor"

    def __init__(self, count):
        self.wanted = {ConditionId(f"zone_{each}") for each in range(count)}

    def zones_wanted(self):
        return frozenset(self.wanted)

    def give_zones(self, zones):
        self.wanted -= zones.keys()


@pytest.fixture
def two_at_once(monkeypatch):
    monkeypatch.setattr(open_sealed, "ZONES_AT_ONCE", 2)


def test_many_zones_are_asked_for_a_part_at_a_time_and_each_once(two_at_once):
    monitor, asked = _Wanting(5), []

    def release(_name, wanted):
        asked.append(wanted)
        return dict.fromkeys(wanted, b"{}")

    everything = monitor.zones_wanted()
    assert ZoneKeeper(monitor, release).look()
    assert sorted(map(len, asked)) == [1, 2, 2]
    assert frozenset().union(*asked) == everything
    assert not monitor.wanted


def test_what_was_given_before_the_vault_went_away_is_not_asked_for_again(two_at_once):
    monitor, asked = _Wanting(5), []

    def release(_name, wanted):
        asked.append(wanted)
        if len(asked) == 2:
            raise VaultUnavailable("gone")
        return dict.fromkeys(wanted, b"{}")

    keeper = ZoneKeeper(monitor, release)
    assert not keeper.look()
    assert len(monitor.wanted) == 3
    assert keeper.look()
    assert not monitor.wanted
    assert sum(map(len, asked)) == 5 + 2


def test_once_told_to_stop_it_asks_for_no_further_part(two_at_once):
    monitor, asked = _Wanting(5), []

    def release(_name, wanted):
        asked.append(wanted)
        keeper.stop()
        return dict.fromkeys(wanted, b"{}")

    keeper = ZoneKeeper(monitor, release)
    keeper.look()
    assert len(asked) == 1
