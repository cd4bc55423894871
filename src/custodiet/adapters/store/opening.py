"""The store, wherever it stands."""

from pathlib import Path

from custodiet.adapters.store.sql import Chance, Clock, SqlStore
from custodiet.adapters.store.sqlite import SqliteStore


def store_at(
    file: Path, address: str | None, clock: Clock, chance: Chance, *, read_only: bool = False, pulses: bool = True
) -> SqlStore:
    """On a PostgreSQL server when there is an address, else in a file. Raises Unready for what is no address."""
    if address is None:
        return SqliteStore(file, clock, chance, read_only=read_only, pulses=pulses)
    from custodiet.adapters.store.postgres import PostgresStore  # noqa: PLC0415 - its driver, which a file never needs

    return PostgresStore(address, clock, chance, read_only=read_only, pulses=pulses)
