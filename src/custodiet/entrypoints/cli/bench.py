"""`custodiet bench`: the hot path on this machine, from lines of NDJSON to a durable commit, beside a peer.

Ours: every line decoded, admitted, judged against every zone of its person by its whole disc, sealed by itself, written
with the record that accounts for it, durable at the end of each thousand. The peer is how such a thing is most often
written: a point in a polygon by Shapely, a row in SQLite, a commit for each position; it decides, judges by accuracy,
seals and accounts for nothing. CPU seconds are those of this process, which is all there is of either.
"""

import json
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from statistics import median
from tempfile import NamedTemporaryFile
from time import perf_counter, process_time
from typing import Any

from custodiet.entrypoints.gateway.memory import set_aside_what_lives
from custodiet.entrypoints.gateway.writer import SET_ASIDE_S
from custodiet.flows.fit_device import token_hash
from custodiet.flows.ports import Ingesting, Store
from custodiet.flows.receive_reports import Monitor, Request
from custodiet.model.errors import Unready
from custodiet.model.report import Outcome
from custodiet.simulation.load import Crowd
from custodiet.simulation.seeded import SetClock
from custodiet.wire.traccar_columns import Lines

ROUNDS = 5
BATCH = 1000
_PEER_POSITIONS = 2000
PEER = "shapely_sqlite"
_PEER_WORK = "a bare point in each polygon by Shapely, a row in clear and a commit for each position; nothing else"


@dataclass(frozen=True, slots=True)
class Spent:
    """What some positions took."""

    positions: int
    wall_s: float
    cpu_s: float


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


class Bench:
    """One crowd and its monitor; `make` gives a monitor on a store, with every zone at hand."""

    def __init__(self, crowd: Crowd, token: str, clock: SetClock, make: Callable[[Store | None], Monitor]) -> None:
        self._crowd = crowd
        self._clock = clock
        self._make = make
        self._token = token
        self._set_aside_at = process_time()

    def run(self, store: Store, minutes: int) -> dict[str, Any]:
        """Medians of rounds of so many minutes each."""
        monitor = self._make(None)
        self._ours(monitor, 2)  # the first fix of everyone makes their session and finds their calm
        set_aside_what_lives()
        rounds = [self._ours(monitor, minutes) for _ in range(ROUNDS)]
        peer = self._peer()
        said: dict[str, Any] = {
            "positions_per_s": _rate(rounds, lambda one: one.wall_s),
            "positions_per_cpu_s": _rate(rounds, lambda one: one.cpu_s),
            "people": len(self._crowd.serials),
            "zones_a_person": self._crowd.zones,
            "positions_a_round": rounds[0].positions,
            "stages_ns": self._stages(store, minutes),
            "peers": {},
            "ratio": {},
            "floor": _floor(),
        }
        if peer is not None:
            said["peers"][PEER] = {
                "positions_per_s": _rate([peer], lambda one: one.wall_s),
                "positions_per_cpu_s": _rate([peer], lambda one: one.cpu_s),
                "work": _PEER_WORK,
            }
            said["ratio"][PEER] = round(said["positions_per_cpu_s"] / said["peers"][PEER]["positions_per_cpu_s"], 1)
        return said

    def _ours(self, monitor: Monitor, minutes: int) -> Spent:
        sender = monitor.sender(token_hash(self._token))
        if sender is None:
            raise Unready("the forwarding server's token is not known")
        wall_s = cpu_s = 0.0
        positions = 0
        for lines in self._batches(minutes):
            began, cpu_began = perf_counter(), process_time()
            self._keep_house(monitor)
            [answers] = monitor.receive([Request(sender, Lines(lines), self._clock.now())])
            cpu_s += process_time() - cpu_began
            wall_s += perf_counter() - began
            positions += len(lines)
            if not isinstance(answers, list) or {one.outcome for one in answers} != {Outcome.KEPT}:
                raise Unready("not every position was kept: what was measured is not the path")
        return Spent(positions, wall_s, cpu_s)

    def _keep_house(self, monitor: Monitor) -> None:
        """What a gateway does beside: counted, and more than its share.

        A minute of everyone's time lies between two batches, so much of what falls to each minute falls to each here.
        """
        monitor.idle()
        now = process_time()
        if now - self._set_aside_at >= SET_ASIDE_S:
            self._set_aside_at = now
            set_aside_what_lives()

    def _batches(self, minutes: int) -> Iterator[list[bytes]]:
        """Everyone's next minutes, a batch at a time, each sent once its minute is over."""
        waiting: list[bytes] = []
        for _ in range(minutes):
            self._clock.pass_(timedelta(minutes=1))
            waiting += self._crowd.minute(self._clock.now() - timedelta(minutes=1))
            while len(waiting) >= BATCH:
                yield waiting[:BATCH]
                waiting = waiting[BATCH:]
        if waiting:
            yield waiting

    def _stages(self, store: Store, minutes: int) -> dict[str, int]:
        """CPU nanoseconds a position: decoding, deciding with judging and sealing, and the writing transaction."""
        staged = Stages(store)
        monitor = self._make(staged)
        self._ours(monitor, 2)
        staged.cpu_s = 0.0
        spent = self._ours(monitor, minutes)
        batches = list(self._batches(1))
        began = process_time()
        for batch in batches:
            _ = Lines(batch).columns
        decode_s = (process_time() - began) / sum(map(len, batches))
        write_s = staged.cpu_s / spent.positions
        rest_s = spent.cpu_s / spent.positions - write_s - decode_s
        return {name: round(s * 1e9) for name, s in (("decode", decode_s), ("decide", rest_s), ("write", write_s))}

    def _peer(self) -> Spent | None:
        """The same lines by the usual means; None where Shapely is not installed."""
        try:
            from shapely import Point  # type: ignore[import-untyped]
            from shapely.geometry import shape  # type: ignore[import-untyped]
        except ImportError:
            return None
        zones = {
            serial: [shape(one) for _, one in self._crowd.zones_of(person) if one["type"] == "Polygon"]
            for person, serial in enumerate(self._crowd.serials)
        }
        minutes = 1 + _PEER_POSITIONS // len(self._crowd.serials)
        lines = [line for batch in self._batches(minutes) for line in batch][:_PEER_POSITIONS]
        inside: dict[tuple[str, int], bool] = {}
        with NamedTemporaryFile(suffix=".db") as file:
            store = sqlite3.connect(file.name, isolation_level=None)
            store.execute("PRAGMA journal_mode=WAL")
            store.execute("PRAGMA synchronous=FULL")
            store.execute("CREATE TABLE position (serial TEXT, at TEXT, lat REAL, lon REAL, PRIMARY KEY (serial, at))")
            store.execute("CREATE TABLE crossed (serial TEXT, zone INTEGER, at TEXT, entered INTEGER)")
            began, cpu_began = perf_counter(), process_time()
            for line in lines:
                told = json.loads(line)
                serial, position = told["device"]["uniqueId"], told["position"]
                point = Point(position["longitude"], position["latitude"])
                store.execute("BEGIN")
                values = (serial, position["fixTime"], position["latitude"], position["longitude"])
                store.execute("INSERT OR IGNORE INTO position VALUES (?, ?, ?, ?)", values)
                for number, zone in enumerate(zones[serial]):
                    now = zone.contains(point)
                    if inside.get((serial, number)) is not now:
                        inside[serial, number] = now
                        store.execute(
                            "INSERT INTO crossed VALUES (?, ?, ?, ?)", (serial, number, position["fixTime"], now)
                        )
                store.execute("COMMIT")
            spent = Spent(len(lines), perf_counter() - began, process_time() - cpu_began)
            store.close()
        return spent


def show_bench(said: dict[str, Any], *, as_json: bool) -> int:
    """Print it. The exit status is 0: speed is reported, never failed on."""
    if as_json:
        print(json.dumps(said))
        return 0
    print(f"{said['people']} invented people, {said['zones_a_person']} zones each; medians of {ROUNDS} rounds\n")
    print(f"  {'positions a CPU second':32}{said['positions_per_cpu_s']:>10}")
    print(f"  {'positions a second':32}{said['positions_per_s']:>10}")
    for stage, ns in said["stages_ns"].items():
        print(f"  {'  of it ' + stage + ', CPU ns a position':32}{ns:>10}")
    for name, peer in said["peers"].items():
        print(f"\n  {name}: {peer['work']}")
        print(f"  {'positions a CPU second':32}{peer['positions_per_cpu_s']:>10}")
        print(f"  {'times as many here':32}{said['ratio'][name]:>10}")
    if not said["peers"]:
        print("\n  Shapely is not installed: no peer beside it.")
    print(f"\n  floor: fdatasync {said['floor']['fdatasync_us']} µs, SHA-256 {said['floor']['sha256_mb_per_s']} MB/s")
    return 0


def _rate(rounds: Sequence[Spent], of: Callable[[Spent], float]) -> int:
    return round(median(one.positions / of(one) for one in rounds))


def _floor() -> dict[str, int]:
    """What this machine does at best."""
    with NamedTemporaryFile(dir=Path.cwd()) as file:
        taken = []
        for _ in range(50):
            os.write(file.fileno(), bytes(4096))
            began = perf_counter()
            os.fdatasync(file.fileno())
            taken.append(perf_counter() - began)
    block = bytes(1 << 20)
    began = process_time()
    for _ in range(64):
        sha256(block).digest()
    return {
        "fdatasync_us": round(median(taken) * 1e6),
        "sha256_mb_per_s": round(64 / (process_time() - began)),
    }
