"""A short life by the script, for the stories of the gate: mostly at home, a walk too far every day at noon."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from math import copysign

from custodiet.model.condition import ConditionKind
from custodiet.model.report import Fix, Method
from custodiet.model.times import to_ms
from custodiet.simulation.life import LivedCondition, Reading, TrueEvent
from custodiet.simulation.noise import Setting
from custodiet.simulation.town import TOWN_LAT, TOWN_LON, offset

RADIUS_M = 300.0
AWAY_M = 1200.0
LEAVES_MIN, BACK_MIN = 3 * 60, 3 * 60 + 45
"""Of each day: from when to when they are on their way out, away, and on their way back."""
WALK_MPS = 1.3
EVERY_MS = 120_000
ACCURACY_M = 8.0
_DAY_MS = 86_400_000
_NORTH_M = 1500.0


class Scripted:
    """Someone who is where the script says, and whose device errs by a metre. `first_ms`: no fix before."""

    def __init__(self, begins: datetime, days: int, first_ms: int = 0) -> None:
        self._begins_ms = to_ms(begins)
        self._days = days
        self._first_ms = first_ms

    @property
    def conditions(self) -> tuple[LivedCondition, ...]:
        """A circle around home, at all hours."""
        lat, lon = offset(TOWN_LAT, TOWN_LON, _NORTH_M, 0.0)
        circle = {"type": "Point", "coordinates": [lon, lat], "radius_m": RADIUS_M}
        return (LivedCondition("near home", ConditionKind.INCLUSION, circle, ()),)

    def place(self, at_ms: int) -> tuple[float, float, Setting]:
        """True metres north and east of the town's centre."""
        since_s = ((at_ms - self._begins_ms) % _DAY_MS) / 1000
        out_s, in_s = since_s - LEAVES_MIN * 60, BACK_MIN * 60 - since_s
        east_m = max(0.0, min(AWAY_M, out_s * WALK_MPS, in_s * WALK_MPS))
        return _NORTH_M, east_m, Setting.OPEN

    def events(self) -> Sequence[TrueEvent]:
        """Once a day, beyond the circle."""
        edge_ms = round(RADIUS_M / WALK_MPS * 1000)
        return [
            TrueEvent(
                "near home",
                self._begins_ms + day * _DAY_MS + LEAVES_MIN * 60_000 + edge_ms,
                self._begins_ms + day * _DAY_MS + BACK_MIN * 60_000 - edge_ms,
                AWAY_M - RADIUS_M,
            )
            for day in range(self._days)
        ]

    def readings(self) -> Iterator[Reading]:
        """A fix every two minutes, five seconds later."""
        for number in range(self._days * _DAY_MS // EVERY_MS):
            at_ms = self._begins_ms + number * EVERY_MS
            if at_ms < self._first_ms:
                continue
            north_m, east_m, _ = self.place(at_ms)
            off_m = copysign(1.0, number % 2 - 0.5)
            lat, lon = offset(TOWN_LAT, TOWN_LON, north_m + off_m, east_m)
            walks = 0.0 < east_m < AWAY_M
            fix = Fix(
                round(lat * 1e7),
                round(lon * 1e7),
                accuracy_m=ACCURACY_M,
                speed_mps=WALK_MPS if walks else 0.0,
                method=Method.GPS,
                satellites=9,
                hdop=1.0,
            )
            yield Reading(at_ms, at_ms + 5000, fix)
