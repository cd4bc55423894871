"""`custodiet bench`: the hot path on this machine, from lines of NDJSON to a durable commit, beside peers.

Ours: every line decoded, admitted, judged against every zone of its person by its whole disc, sealed by itself, written
with the record that accounts for it, durable at the end of each commit: five requests of a thousand lines, as a
gateway's writer takes them together while they wait. A round is ten minutes of everyone: so each has all that comes
round in ten, contacts that are written and calm places that are found anew. Peers take the same lines in the same run;
each says what it does and what it does not. CPU seconds are those of all processes of either. Beside that: how the cost
grows with people and zones, what it takes to open what was sealed, and what the machine does at best.
"""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any, Protocol

from custodiet.entrypoints.cli.bench_floor import floor
from custodiet.entrypoints.cli.bench_growth import with_erased_days, with_people, with_zones
from custodiet.entrypoints.cli.bench_monitor import BATCH, Measured, Spent, requests_of
from custodiet.entrypoints.cli.bench_page import write_page
from custodiet.entrypoints.cli.bench_peers import beside
from custodiet.entrypoints.cli.bench_place import ROUNDS, Place
from custodiet.entrypoints.cli.bench_read import FRAME_BEFORE, FRAME_OF_A_DAY, HALF_A_YEAR, Reading, read_paths
from custodiet.entrypoints.cli.command_line import BENCH_PARTS
from custodiet.entrypoints.cli.peers.shapely_rows import SHAPELY
from custodiet.entrypoints.cli.peers.work import Work
from custodiet.flows.ports import Ingesting, Store
from custodiet.simulation.load import Crowd
from custodiet.wire.traccar_columns import Lines

PEER = SHAPELY.name


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured, and of how many."""

    people: int
    zones: int
    minutes: int
    seed: int
    parts: frozenset[str] = frozenset(BENCH_PARTS)
    growth: tuple[int, ...] = (600, 10_000, 100_000)
    zones_tried: tuple[int, ...] = (1, 5, 10, 50)
    zones_people: int = 1000
    erased_people: int = 10_000
    days_erased: int = 150
    days: int = HALF_A_YEAR
    frame_of_a_day: int = FRAME_OF_A_DAY

    def quick(self) -> "Plan":
        """The same, for whoever wants to know that it runs and not how fast."""
        few = replace(self, people=min(self.people, 60), minutes=2, growth=(40,))
        return replace(few, zones_tried=(1,), zones_people=20, erased_people=20, days=3, frame_of_a_day=20)


class Joined(Protocol):
    """What joins our parts for a bench."""

    def crowded(self, crowd: Crowd) -> AbstractContextManager[Place]:
        """A crowd in a store of its own."""

    def long_past(self, days: int, frame: int, frame_of_last_day: int, seed: int) -> AbstractContextManager[Reading]:
        """One person's past in a store of its own, in frames of so many."""


class Stages:
    """A store that tells the time spent inside writing transactions from the rest."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.cpu_s = 0.0

    def reading(self) -> Any:
        """As it is."""
        return self._store.reading()

    def acting(self, fence: tuple[str, int] | None = None) -> Any:
        """As it is."""
        return self._store.acting(fence)

    @contextmanager
    def ingesting(self) -> Iterator[Ingesting]:
        """Timed."""
        began = process_time()
        with self._store.ingesting() as write:
            yield write
        self.cpu_s += process_time() - began


def run_bench(plan: Plan, joined: Joined) -> dict[str, Any]:
    """Everything that the plan asks for."""
    said: dict[str, Any] = {
        "machine": {"cores": os.cpu_count(), "load_before": round(os.getloadavg()[0], 1)},
        "floor": floor(),
        "peers": {},
        "absent": {},
    }
    crowd = Crowd(plan.people, plan.zones, plan.seed)
    if plan.parts & {"path", "peers"}:
        with joined.crowded(crowd) as place:
            said |= _path(place, plan.minutes)
            if "peers" in plan.parts:
                monitor = place.here(place.store)
                place.warm(monitor)
                minutes = [place.minute() for _ in range(1 + ROUNDS)]
                ours = partial(_round, place, monitor, plan.minutes)
                said["peers"], said["absent"] = beside(Work(crowd), minutes, ours)
    if "growth" in plan.parts:
        said["growth"] = with_people(joined.crowded, plan.growth, plan.zones, plan.seed)
        said["zones"] = with_zones(joined.crowded, plan.zones_people, plan.zones_tried, plan.zones, plan.seed)
        erased = (plan.erased_people, plan.days_erased)
        said["erased"] = with_erased_days(joined.crowded, *erased, plan.zones, plan.seed)
    if "read" in plan.parts:
        frames = (min(FRAME_BEFORE, plan.frame_of_a_day), plan.frame_of_a_day)
        with joined.long_past(plan.days, *frames, plan.seed) as reading, TemporaryDirectory() as folder:
            said["read"] = read_paths(reading, Path(folder))
    said["machine"]["load_after"] = round(os.getloadavg()[0], 1)
    return said


def _path(place: Place, minutes: int) -> dict[str, Any]:
    """The whole path, and what of it each stage takes."""
    monitor = place.here(place.store)
    place.warm(monitor)
    before = place.many.stored()["bytes"]
    rounds = [place.round(monitor, minutes) for _ in range(ROUNDS)]
    stored, positions = place.many.stored(), sum(one.positions for one in rounds)
    return {
        "positions_per_s": _median([one.positions / one.wall_s for one in rounds]),
        "positions_per_cpu_s": _median([one.positions / one.cpu_s for one in rounds]),
        "people": len(place.crowd.serials),
        "zones_a_person": place.crowd.zones,
        "positions_a_round": rounds[0].positions,
        "stages_ns": _stages(place, minutes),
        "bytes_a_position": round((stored["bytes"] - before) / positions, 1),
        "bytes_a_record": round(stored["record_bytes"]),
    }


def _round(place: Place, monitor: Measured, minutes: int) -> float:
    spent = place.round(monitor, minutes)
    return spent.positions / spent.cpu_s


def _stages(place: Place, minutes: int) -> dict[str, int]:
    """CPU nanoseconds a position: decoding, deciding with judging and sealing, and the writing transaction."""
    staged = Stages(place.store)
    monitor = place.here(staged)
    place.warm(monitor)
    staged.cpu_s = 0.0
    spent: Spent = place.round(monitor, minutes)
    batches = list(place.batches(1))
    bodies = [body for batch in batches for body in requests_of(batch)]
    began = process_time()
    for body in bodies:
        _ = Lines.many(body, place.reads, BATCH).columns
    decode_s = (process_time() - began) / sum(map(len, batches))
    write_s = staged.cpu_s / spent.positions
    rest_s = spent.cpu_s / spent.positions - write_s - decode_s
    return {name: round(s * 1e9) for name, s in (("decode", decode_s), ("decide", rest_s), ("write", write_s))}


def _median(of: Sequence[float]) -> int:
    return round(median(of))


def show_bench(said: dict[str, Any], *, as_json: bool, write_to: Path | None = None) -> int:
    """Print it, and write the page of it. The exit status is 0: speed is reported, never failed on."""
    if write_to is not None:
        write_page(said, write_to)
    if as_json:
        print(json.dumps(said))
        return 0
    if "people" in said:
        _show_path(said)
    if "growth" in said:
        print("\n  people, zones each, CPU ns a position, kB a person in the monitor")
        for row in (*said["growth"], *said["zones"]):
            zones = f"{row['zones_a_person']}{' shared' if row['zones_shared'] else ''}"
            told = (row["people"], zones, row["ns_a_position"], row["kb_a_person"])
            print("  " + "".join(f"{one:>12}" for one in told))
        for row in said["erased"]:
            print(f"  {row['days_erased']} days of each of {row['people']} erased: {row['ns_a_position']} ns")
    if "read" in said:
        print("\n  one person's, opened: fixes, CPU ms sealed, plain rows, bare unsealing")
        for name in ("day", "half_a_year"):
            one = said["read"][name]
            told = (one["fixes"], one["sealed_ms"], one["plain_ms"], one["bare_unsealing_ms"])
            print(f"  {name:12}" + "".join(f"{each:>12}" for each in told))
        read = said["read"]
        upkeep = f"to gather {read['gather_us_a_piece']} µs a fix, to fold {read['fold_us_a_fix']} µs"
        print(f"  a day before it is folded {read['day']['not_folded_ms']} ms; {upkeep}")
    at_best = said["floor"]
    print(
        f"\n  floor: fdatasync {at_best['fdatasync_us']} µs, SHA-256 {at_best['sha256_mb_per_s']} MB/s, "
        f"copying {at_best['copy_mb_per_s']} MB/s, AES-256-GCM at 1 kB {at_best['aes_gcm_1kb_mb_per_s']} MB/s"
    )
    return 0


def _show_path(said: dict[str, Any]) -> None:
    print(f"{said['people']} invented people, {said['zones_a_person']} zones each; medians of {ROUNDS} rounds\n")
    print(f"  {'positions a CPU second':32}{said['positions_per_cpu_s']:>10}")
    print(f"  {'positions a second':32}{said['positions_per_s']:>10}")
    for stage, ns in said["stages_ns"].items():
        print(f"  {'  of it ' + stage + ', CPU ns a position':32}{ns:>10}")
    for name, peer in said["peers"].items():
        print(f"\n  {name}: {peer['work']}; {peer['lacks']}")
        print(f"  {'positions a CPU second':32}{peer['positions_per_cpu_s']:>10}")
        print(f"  {'times as many here':32}{peer['times_as_many_here']:>10}")
    for name, why in said["absent"].items():
        print(f"\n  {name} is not beside it: {why}")
