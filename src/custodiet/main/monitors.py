"""Monitors, joined. Only who has one loads NumPy."""

from typing import TYPE_CHECKING

from custodiet.adapters import sealing
from custodiet.adapters.store.sql import SqlStore
from custodiet.adapters.world import SystemChance, SystemClock
from custodiet.flows.ports import Clock
from custodiet.main.stores import read_pins
from custodiet.model.errors import Unready
from custodiet.model.partitions import EVERYONES, Share
from custodiet.model.record import LogOpened
from custodiet.settings import Settings

if TYPE_CHECKING:  # one verb must not pay for another's imports
    from custodiet.flows.ports import SealsMany, Store
    from custodiet.flows.receive_reports import Monitor, ShareBy
    from custodiet.rules.conditions.zones_columns import ReachesMany
    from custodiet.wire.traccar_columns import ReadsMany


def join_monitor(settings: Settings, store: SqlStore) -> "Monitor":
    """The monitor of a process that takes in reports beside gateways. Raises Unready where those share devices out."""
    regime = store.regime_alone()
    if regime is None or settings.sharing is not None:
        raise Unready("gateways share devices out, and only they take reports: have these sent to one of them")
    return monitor_of(store, SystemClock(), read_pins(settings), Share(regime, None))


def monitor_of(
    store: "Store", clock: Clock, pinned: LogOpened, share: Share = EVERYONES, share_by: "ShareBy | None" = None
) -> "Monitor":
    """A monitor with a name of its own. Only who has one loads NumPy."""
    from custodiet.flows.receive_reports import Monitor
    from custodiet.flows.steady import Steady

    chance = SystemChance()
    given, name = (store, sealing, clock, chance, pinned), chance.identity("monitor")
    steady = Steady(join_sealing_many(), join_reaching_many())
    return Monitor(*given, name=name, steady=steady, share=share, share_by=share_by)


def join_sealing_many() -> "SealsMany":
    """How many fixes are sealed at once: in one call where that was compiled, else one by one."""
    from custodiet.adapters.sealing_many import SEALING_MANY, OneByOne

    return SEALING_MANY.load() or OneByOne(sealing.seal_under)


def join_reaching_many() -> "ReachesMany":
    """How it is told how far it is calm around many places: in one call where that was compiled, else by columns."""
    from custodiet.adapters.reaching_many import REACHING_MANY
    from custodiet.rules.conditions.zones_columns import reaches

    return REACHING_MANY.load() or reaches


def join_reading_many() -> "ReadsMany":
    """How the lines of a batch are read: in one call where that was compiled, else line by line."""
    from custodiet.adapters.reading_many import READING_MANY
    from custodiet.wire.traccar_columns import LineByLine

    return READING_MANY.load() or LineByLine()
