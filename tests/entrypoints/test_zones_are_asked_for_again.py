"""A gateway that starts before its vault: it must not judge blindly for long."""

from threading import Event

from custodiet.entrypoints.gateway.zones import ZoneKeeper
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
