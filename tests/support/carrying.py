"""A device that keeps what was not acknowledged and sends it again, oldest first, as a real one does."""

import http.client
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic

from custodiet.model.times import to_ms
from custodiet.simulation.device import traccar_payload

from .running import bearer, request
from .site import Wearer

HOME, AWAY = (46.5, -28.0), (46.51, -28.0)
"""More than a kilometre apart."""
ANSWER_WAIT_S = 5.0
FLUSH_S = 120.0


def zone() -> bytes:
    """GeoJSON of the zone around HOME that everyone is to stay in."""
    return json.dumps({"type": "Point", "coordinates": [HOME[1], HOME[0]], "radius_m": 200}).encode()


def acknowledged_again(devices: "Sequence[Carried]", requests: int = 1) -> Callable[[], bool]:
    """Whether every device was since, and those that send one report a request so often."""
    before = [len(one.told.stalls_s) for one in devices]
    return lambda: all(
        len(one.told.stalls_s) >= then + (requests if one.batch == 1 else 1)
        for one, then in zip(devices, before, strict=True)
    )


def flush(devices: "Sequence[Carried]") -> None:
    """Until each has delivered what it has, and carries no more."""
    for one in devices:
        one.ending.set()
    for one in devices:
        one.join(FLUSH_S)
    assert not any(one.is_alive() for one in devices)


@dataclass(frozen=True)
class Life:
    """Where someone is, by fix times that go on by `step`, in rounds: half of each at home, half of it away.

    Without a step: fixes of `ahead` from now, all at home.
    """

    begins: datetime
    step: timedelta | None = None
    ahead: timedelta = timedelta(0)

    @property
    def round(self) -> timedelta:
        """Long enough for what the judge asks of someone who is out."""
        return max(timedelta(minutes=30), 16 * (self.step or timedelta(0)))

    def times(self) -> Iterator[datetime]:
        at = self.begins
        while True:
            at = at + self.step if self.step is not None else max(at + timedelta(milliseconds=1), self._now())
            yield at

    def _now(self) -> datetime:
        return (datetime.now(UTC) + self.ahead).replace(microsecond=0)

    def round_of(self, at: datetime) -> int:
        return (at - self.begins) // self.round

    def place(self, at: datetime) -> tuple[float, float]:
        return AWAY if self.step is not None and (at - self.begins) % self.round >= self.round / 2 else HOME

    def battery(self, at: datetime) -> float:
        """Low in one reading of each round, fine in all others: a matter for nobody."""
        into = (at - self.begins) % self.round
        return 10.0 if self.step is not None and self.round / 4 <= into < self.round / 4 + self.step else 90.0

    def payload(self, serial: str, at: datetime) -> bytes:
        return traccar_payload(serial, at, *self.place(at), attributes={"batteryLevel": self.battery(at)})


@dataclass
class Told:
    """What one device was told, by fix time in ms."""

    answers: Counter[str] = field(default_factory=Counter)
    sent: set[int] = field(default_factory=set)
    by_time: dict[int, str] = field(default_factory=dict)
    """The outcome that was acknowledged."""
    stalls_s: list[float] = field(default_factory=list)
    """For each request, from the first attempt to its acknowledgement."""
    acknowledged_at: list[tuple[float, int]] = field(default_factory=list)
    """When, by the monotonic clock, and how many."""

    def with_outcome(self, *outcomes: str) -> set[int]:
        return {at for at, outcome in self.by_time.items() if outcome in outcomes}


class Carried(threading.Thread):
    """One device: `batch` reports a request, `pace_s` between requests; `gateway` says where to, at each attempt."""

    def __init__(
        self, wearer: Wearer, life: Life, gateway: Callable[[], str], *, pace_s: float = 0.05, batch: int = 1
    ) -> None:
        super().__init__(daemon=True)
        self.wearer, self.life = wearer, life
        self.told = Told()
        self.batch = batch
        self._gateway, self._pace_s = gateway, pace_s
        self.ending = threading.Event()
        self.giving_up = threading.Event()

    def run(self) -> None:
        times = self.life.times()
        while not self.ending.wait(self._pace_s):
            self._deliver([next(times) for _ in range(self.batch)])

    def _deliver(self, times: list[datetime]) -> None:
        """Until it is acknowledged, also when no more is to be carried."""
        path = "/in/traccar" if self.batch == 1 else "/in/batch"
        body = b"\n".join(self.life.payload(self.wearer.serial, at) for at in times)
        self.told.sent.update(map(to_ms, times))
        began = monotonic()
        while not self.giving_up.is_set():
            try:
                answer = request(self._gateway(), "POST", path, body, bearer(self.wearer.token), wait_s=ANSWER_WAIT_S)
            except (OSError, http.client.HTTPException):  # an answer may be cut off in the middle, too
                self.told.answers["nobody"] += 1
                self.giving_up.wait(0.1)
                continue
            self.told.answers[str(answer.status)] += 1
            if answer.status == 200:
                outcomes = [json.loads(line)["outcome"] for line in answer.body.splitlines()]
                self.told.by_time.update(zip(map(to_ms, times), outcomes, strict=True))
                self.told.stalls_s.append(monotonic() - began)
                self.told.acknowledged_at.append((monotonic(), len(times)))
                return
            self.giving_up.wait(0.2)
