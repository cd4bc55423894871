"""What it takes to open a day and half a year of one person, by the vault's own way, beside the same as plain rows.

By the vault's way: where the pieces lie, their frames, the session keys under the day keys, each commitment checked,
each fix unsealed, bound and read. Every opening goes through it (flows.in_vault.stored_fixes); what a reading judges
and masks on top is in `./dev bench-looks`. Plain rows have the same columns in a table by person and time, which
nobody had to open. The last day lies in frames of a thousand as in a busy place; the rest, to be had on a disk, in
frames of a few. The index of where pieces lie has taken in what there is, as it has a quarter of a minute after that
came.
"""

import sqlite3
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from custodiet.entrypoints.cli.bench_place import ROUNDS
from custodiet.model.condition import Interval
from custodiet.model.times import to_ms
from custodiet.simulation.long_past import Past
from custodiet.wire.frame import PLAIN_BYTES, StoredFix

FRAME_OF_A_DAY = 1000
FRAME_BEFORE = 5
HALF_A_YEAR = 182


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read: by the vault's way, all of it or a window."""

    past: Past
    open: Callable[[Interval | None], Iterator[StoredFix]]


def read_paths(reading: Reading, folder: Path) -> dict[str, Any]:
    """A day and everything; ms of CPU, medians."""
    past = reading.past
    day = Interval(past.until - timedelta(days=1), past.until)
    fixes = sum(1 for _ in reading.open(None))  # and the index has taken in what there is
    with closing(sqlite3.connect(folder / "plain.db", isolation_level=None)) as plain:
        _write_plain(plain, reading.open(None))
        whole = Interval(past.from_at, past.until)
        return {
            "day": _beside(reading, plain, day),
            "half_a_year": _beside(reading, plain, whole) | {"days": (past.until - past.from_at).days},
            "fixes": fixes,
            "day_key_us": round(1e6 * past.day_key_s),
            "session_us": round(1e6 * past.session_s),
        }


def _beside(reading: Reading, plain: sqlite3.Connection, window: Interval) -> dict[str, Any]:
    count = sum(1 for _ in reading.open(window))
    peak_mb = _peak_mb(lambda: sum(1 for _ in reading.open(window)))
    return {
        "fixes": count,
        "sealed_ms": _cpu_ms(lambda: sum(1 for _ in reading.open(window))),
        "sealed_peak_mb": peak_mb,
        "plain_ms": _cpu_ms(lambda: len(_plain_rows(plain, window))),
        "bare_unsealing_ms": _cpu_ms(_bare(count)),
    }


def _write_plain(plain: sqlite3.Connection, fixes: Iterator[StoredFix]) -> None:
    plain.execute(
        "CREATE TABLE position (person INTEGER, at INTEGER, received_at INTEGER, lat INTEGER, lon INTEGER, "
        "accuracy REAL, altitude REAL, speed REAL, course REAL, method TEXT, satellites INTEGER, hdop REAL, "
        "PRIMARY KEY (person, at)) WITHOUT ROWID"
    )
    plain.execute("BEGIN")
    plain.executemany("INSERT INTO position VALUES (7, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", map(_row, fixes))
    plain.execute("COMMIT")


def _row(one: StoredFix) -> tuple[object, ...]:
    fix = one.fix
    return (
        *(to_ms(one.fix_time), to_ms(one.received_at), fix.lat_e7, fix.lon_e7, fix.accuracy_m, fix.altitude_m),
        *(fix.speed_mps, fix.course_deg, fix.method, fix.satellites, fix.hdop),
    )


def _plain_rows(plain: sqlite3.Connection, window: Interval) -> list[Any]:
    between = (to_ms(window.from_at), to_ms(window.to_at))
    return plain.execute("SELECT * FROM position WHERE person = 7 AND at >= ? AND at < ?", between).fetchall()


def _bare(count: int) -> Callable[[], None]:
    """As many pieces of a fix's size, unsealed and nothing else: the floor."""
    key, nonce = AESGCM(bytes(32)), bytes(12)
    sealed = key.encrypt(nonce, bytes(PLAIN_BYTES), None)

    def unseal() -> None:
        for _ in range(count):
            key.decrypt(nonce, sealed, None)

    return unseal


def _cpu_ms(do: Callable[[], object]) -> float:
    taken = []
    for _ in range(ROUNDS):
        began = process_time()
        do()
        taken.append(1000 * (process_time() - began))
    return round(median(taken), 2)


def _peak_mb(do: Callable[[], object]) -> float:
    """How much more Python held at its fullest than before. Not timed: telling it makes everything slower."""
    tracemalloc.start(1)
    try:
        do()
        return round(tracemalloc.get_traced_memory()[1] / 1e6, 1)
    finally:
        tracemalloc.stop()
