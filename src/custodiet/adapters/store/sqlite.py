"""The store in one SQLite file: no server, one machine."""

from datetime import datetime
from pathlib import Path
from typing import Protocol

from custodiet.adapters.store.engine import open_engine
from custodiet.adapters.store.sql import SqlStore


class _Clock(Protocol):
    def now(self) -> datetime: ...


class _Chance(Protocol):
    def draw(self, count: int) -> bytes: ...


class SqliteStore(SqlStore):
    """One database file. Safe to share among threads and with other processes on the machine."""

    def __init__(
        self, path: Path, clock: _Clock, chance: _Chance, *, read_only: bool = False, pulses: bool = True
    ) -> None:
        super().__init__(open_engine(path, read_only=read_only), clock, chance, pulses=pulses)
