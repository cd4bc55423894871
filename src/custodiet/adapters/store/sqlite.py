"""The store in one SQLite file: no server, one machine."""

from pathlib import Path

from custodiet.adapters.store.engine import open_engine
from custodiet.adapters.store.sql import Chance, Clock, SqlStore


class SqliteStore(SqlStore):
    """One database file. Safe to share among threads and with other processes on the machine."""

    def __init__(
        self, path: Path, clock: Clock, chance: Chance, *, read_only: bool = False, pulses: bool = True
    ) -> None:
        super().__init__(open_engine(path, read_only=read_only), clock, chance, pulses=pulses)
