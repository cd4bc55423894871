"""What it takes to open a day and half a year of one person, by the vault's own way, beside the same as plain rows.

By the vault's way: whether the store has more or less than was gathered, the session keys under the day keys, each
commitment checked, what was gathered or folded unsealed, and every fix as its numbers. Every opening goes through it
(flows.in_vault.stored_fixes); what a reading judges and masks on top is in `./dev bench-looks`. Plain rows have the
same numbers in a table by person and time, which nobody had to open. The last day lies in frames of a thousand as in a
busy place; the rest, to be had on a disk, in frames of a few. What the vault's upkeep takes, of everyone in those
frames, is told beside it.
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
from custodiet.wire.frame import PLAIN_BYTES, FixRow

FRAME_OF_A_DAY = 1000
FRAME_BEFORE = 5
HALF_A_YEAR = 182


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read, by the vault's way, all of it or a window; and the vault's upkeep, each in steps until done."""

    past: Past
    rows: Callable[[Interval | None], Iterator[list[FixRow]]]
    gather: Callable[[], bool]
    fold: Callable[[], bool]


def read_paths(reading: Reading, folder: Path) -> dict[str, Any]:
    """A day and everything; ms of CPU, medians."""
    past = reading.past
    day = Interval(past.until - timedelta(days=1), past.until)
    gather_ms = _until_done(reading.gather)
    fixes = _count(reading, None)
    with closing(sqlite3.connect(folder / "plain.db", isolation_level=None)) as plain:
        _write_plain(plain, (row for rows in reading.rows(None) for row in rows))
        whole = Interval(past.from_at, past.until)
        today = _cpu_ms(lambda: _count(reading, day))
        fold_ms = _until_done(reading.fold)
        return {
            "day": _beside(reading, plain, day) | {"not_folded_ms": today},
            "half_a_year": _beside(reading, plain, whole) | {"days": (past.until - past.from_at).days},
            "fixes": fixes,
            "gather_us_a_piece": round(1000 * gather_ms / past.pieces, 2),
            "fold_us_a_fix": round(1000 * fold_ms / fixes, 2),
            "day_key_us": round(1e6 * past.day_key_s),
            "session_us": round(1e6 * past.session_s),
        }


def _beside(reading: Reading, plain: sqlite3.Connection, window: Interval) -> dict[str, Any]:
    count = _count(reading, window)
    peak_mb = _peak_mb(lambda: _count(reading, window))
    return {
        "fixes": count,
        "sealed_ms": _cpu_ms(lambda: _count(reading, window)),
        "sealed_peak_mb": peak_mb,
        "plain_ms": _cpu_ms(lambda: len(_plain_rows(plain, window))),
        "bare_unsealing_ms": _cpu_ms(_bare(count)),
    }


def _count(reading: Reading, window: Interval | None) -> int:
    return sum(len(rows) for rows in reading.rows(window))


def _until_done(step: Callable[[], bool]) -> float:
    """Ms of CPU that it took."""
    began = process_time()
    while step():
        pass
    return 1000 * (process_time() - began)


def _write_plain(plain: sqlite3.Connection, rows: Iterator[FixRow]) -> None:
    plain.execute(
        "CREATE TABLE position (person INTEGER, at INTEGER, received_at INTEGER, lat INTEGER, lon INTEGER, "
        "accuracy INTEGER, altitude INTEGER, speed INTEGER, course INTEGER, method INTEGER, satellites INTEGER, "
        "hdop INTEGER, PRIMARY KEY (person, at)) WITHOUT ROWID"
    )
    plain.execute("BEGIN")
    numbers = (row[1:] for row in rows)
    plain.executemany("INSERT INTO position VALUES (7, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", numbers)
    plain.execute("COMMIT")


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
