"""One monitor that is measured: here, or in a process of its own, where it is measured without what makes its load."""

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any, NamedTuple, Protocol

from custodiet.entrypoints.gateway.limits import Limits
from custodiet.entrypoints.gateway.memory import set_aside_what_lives
from custodiet.entrypoints.gateway.writer import IDLE_WORK_S, SET_ASIDE_S
from custodiet.flows.fit_device import token_hash
from custodiet.flows.receive_reports import PREPARED_AT_ONCE, Monitor, Request
from custodiet.model.errors import Unready
from custodiet.model.identity import ConditionId
from custodiet.model.report import Outcome
from custodiet.simulation.seeded import SetClock
from custodiet.wire.traccar_columns import Lines, ReadsMany

BATCH = 1000
"""Lines of a request."""
GROUP = Limits().group_reports_max
"""Lines of a commit: what a gateway's writer takes of what waits, while as much comes as it can take."""


class Spent(NamedTuple):
    """What some positions took."""

    positions: int
    wall_s: float
    cpu_s: float

    def and_(self, more: "Spent") -> "Spent":
        """Both together."""
        return Spent(self.positions + more.positions, self.wall_s + more.wall_s, self.cpu_s + more.cpu_s)


NOTHING = Spent(0, 0.0, 0.0)


class Measured(Protocol):
    """What a measuring asks of a monitor, wherever that is."""

    def begin(self) -> None:
        """Make it, with everything that stands in its store."""

    def give(self, zones: Mapping[ConditionId, bytes]) -> None:
        """Geometry, as the vault would."""

    def take(self, lines: Sequence[bytes], now: datetime) -> Spent:
        """Take these at `now`, in one commit. Raises Unready when not all of them were kept."""

    def prepare(self, people: int) -> None:
        """Have looked once at the day of each of so many, as a gateway does in the first minutes after midnight."""

    def set_aside(self) -> None:
        """What lives long is set aside, as a gateway does now and then."""

    def grown_kb(self) -> int:
        """By how much its process is larger than before it began."""

    def upkeep_ms(self) -> float:
        """What once of its upkeep has taken since it was set aside, of CPU; median. A gateway that is idle does it
        once a second.
        """

    def catch_up_ms(self, now: datetime) -> float:
        """What it takes, of CPU, to take in whatever was decided since, and to have its upkeep after it."""


class Here:
    """In this process."""

    def __init__(self, make: Callable[[], Monitor], reads: ReadsMany, clock: SetClock, token: str) -> None:
        self._make = make
        self._reads = reads
        self._clock = clock
        self._token = token
        self._set_aside_at = self._idled_at = process_time()
        self._idled_for: datetime | None = None
        self._idled_s: list[float] = []
        gc.collect()
        self._before_kb = _resident_kb()
        self._monitor: Monitor | None = None

    def begin(self) -> None:
        self._monitor = self._make()
        self._monitor.refresh()
        self._monitor.idle()

    def give(self, zones: Mapping[ConditionId, bytes]) -> None:
        self._made.give_zones(zones)

    def take(self, lines: Sequence[bytes], now: datetime) -> Spent:
        self._clock.set(now)
        sender = self._made.sender(token_hash(self._token))
        if sender is None:
            raise Unready("the forwarding server's token is not known")
        bodies = list(requests_of(lines))
        began, cpu_began = perf_counter(), process_time()
        self._keep_house()
        read = [Lines.many(body, self._reads, BATCH) for body in bodies]
        told = self._made.receive([Request(sender, each, self._clock.now()) for each in read])
        spent = Spent(len(lines), perf_counter() - began, process_time() - cpu_began)
        if not all(isinstance(one, list) and {each.outcome for each in one} == {Outcome.KEPT} for one in told):
            raise Unready("not every position was kept: what was measured is not the path")
        return spent

    def prepare(self, people: int) -> None:
        for _ in range(0, people, PREPARED_AT_ONCE):
            self._made.idle()

    def set_aside(self) -> None:
        set_aside_what_lives()
        self._idled_s.clear()

    def grown_kb(self) -> int:
        return _resident_kb() - self._before_kb

    def upkeep_ms(self) -> float:
        return 1000 * median(self._idled_s)

    def catch_up_ms(self, now: datetime) -> float:
        self._clock.set(now)
        began = process_time()
        self._made.refresh()
        self._made.idle()
        return 1000 * (process_time() - began)

    @property
    def _made(self) -> Monitor:
        assert self._monitor is not None  # noqa: S101 - begin() was called
        return self._monitor

    def _keep_house(self) -> None:
        """What a gateway does beside, at most once a second: here whenever the clock has moved, too, and all of it
        counts. So a minute of everyone's, which takes less than a second, has its upkeep once.
        """
        now, at = process_time(), self._clock.now()
        if at != self._idled_for or now - self._idled_at >= IDLE_WORK_S:
            self._made.idle()
            self._idled_for, self._idled_at = at, now
            self._idled_s.append(process_time() - now)
        if now - self._set_aside_at >= SET_ASIDE_S:
            self._set_aside_at = now
            set_aside_what_lives()


class Apart:
    """In another process, which answers at the other end."""

    def __init__(self, end: Connection) -> None:
        self._end = end

    def begin(self) -> None:
        self._ask("begin")

    def give(self, zones: Mapping[ConditionId, bytes]) -> None:
        self._ask("give", zones)

    def take(self, lines: Sequence[bytes], now: datetime) -> Spent:
        return Spent(*self._ask("take", lines, now))

    def prepare(self, people: int) -> None:
        self._ask("prepare", people)

    def set_aside(self) -> None:
        self._ask("set_aside")

    def grown_kb(self) -> int:
        return int(self._ask("grown_kb"))

    def upkeep_ms(self) -> float:
        return float(self._ask("upkeep_ms"))

    def catch_up_ms(self, now: datetime) -> float:
        return float(self._ask("catch_up_ms", now))

    def _ask(self, name: str, *what: object) -> Any:
        self._end.send((name, what))
        try:
            return self._end.recv()
        except EOFError:
            raise Unready("the monitor that was measured has died") from None


def requests_of(lines: Sequence[bytes]) -> Iterator[bytes]:
    """The lines of a commit as they are sent: bodies of NDJSON."""
    return (b"\n".join(lines[at : at + BATCH]) for at in range(0, len(lines), BATCH))


def answer(end: Connection, here: Here) -> None:
    """Do what is asked at the other end, until nobody is there."""
    while True:
        try:
            name, what = end.recv()
        except EOFError:
            return
        end.send(getattr(here, name)(*what))


def _resident_kb() -> int:
    """What this process has in memory."""
    told = Path("/proc/self/status").read_text()
    return int(told.partition("VmRSS:")[2].split()[0])
