"""The store of a place, and what is pinned beside it."""

from pathlib import Path

from custodiet.adapters.store.opening import store_at
from custodiet.adapters.store.sql import SqlStore
from custodiet.adapters.world import SystemChance, SystemClock
from custodiet.flows.ports import Clock
from custodiet.model.errors import NotTheFormat, Unready
from custodiet.model.record import LogOpened
from custodiet.settings import Settings
from custodiet.wire.records import read_record


def open_store(
    settings: Settings, *, read_only: bool = False, clock: Clock | None = None, pulses: bool = True
) -> SqlStore:
    """The store of a made data folder. `pulses`: as the store says; only a gateway's writing proves our way up."""
    store = store_of(settings, clock or SystemClock(), read_only=read_only, pulses=pulses)
    store.check_form()
    return store


def store_of(
    settings: Settings, clock: Clock | None = None, *, read_only: bool = False, pulses: bool = True
) -> SqlStore:
    """The store as it stands, whatever its form."""
    given = (clock or SystemClock(), SystemChance())
    return store_at(settings.store, settings.database, *given, read_only=read_only, pulses=pulses)


def read_pins(settings: Settings) -> LogOpened:
    """The log's name and the vault's public keys as pinned. Raises Unready when they cannot be read."""
    return pins_in(settings.pins)


def pins_in(file: Path) -> LogOpened:
    try:
        pinned = read_record(file.read_bytes())
    except (OSError, NotTheFormat):
        raise Unready(f"no pinned keys at {file}: put back the file that `custodiet init` made") from None
    if not isinstance(pinned, LogOpened):
        raise Unready(f"{file} holds something else than pinned keys")
    return pinned
