"""What a plain geofence would have raised, to compare with: the usual commercial reading, in its own words.

The bare point against the shape, accuracy and method ignored. A buffer of 25 m always leans against an alert: to leave
means to be more than 25 m outside, to enter a forbidden zone means to be more than 25 m within. Two fixes in a row, in
order of arrival and within the asked hours, raise; two in a row on the right side clear, and so does the end of the
asked hours. Authorised absences are not asked hours here: that is kind to it, for somebody must have entered them.

It shares no geometry with the judge.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import cos, hypot, radians

from custodiet.model.condition import KEEP_OUT, WEEK_MIN
from custodiet.simulation.life import LivedCondition

BUFFER_M = 25.0
IN_A_ROW = 2
_METRES_A_DEGREE = 111_320.0
_MINUTE_MS = 60_000
_EPOCH_WEEKDAY_MIN = 3 * 1440
"""1 January 1970 was a Thursday; weekly windows count from Monday."""


@dataclass(frozen=True, slots=True)
class Raised:
    """An alert, by the fix that raised it."""

    condition: str
    fix_time_ms: int
    arrives_ms: int


@dataclass(slots=True)
class Standing:
    """An alert and the fix time at which it was cleared; None while it stands."""

    raised: Raised
    cleared_ms: int | None = None


class PlainGeofence:
    """One condition of one person. `alerts` holds all that were ever raised, oldest first."""

    def __init__(self, condition: LivedCondition) -> None:
        self._name = condition.name
        self._keep_out = condition.kind in KEEP_OUT
        self._hours = condition.hours
        self._absences = condition.absences
        geometry = condition.geometry
        self._radius_m: float | None = geometry.get("radius_m")
        points = [[geometry["coordinates"]]] if self._radius_m is not None else geometry["coordinates"]
        self._lon0, self._lat0 = points[0][0]
        self._metres_a_lon = _METRES_A_DEGREE * cos(radians(self._lat0))
        self._rings = [[self._plane(lat, lon) for lon, lat in ring] for ring in points]
        self._in_a_row = 0
        self._standing: Standing | None = None
        self.alerts: list[Standing] = []

    def see(self, fix_time_ms: int, arrives_ms: int, lat: float, lon: float) -> Raised | None:
        """The alert this fix raises, if it raises one. Fixes come in order of arrival."""
        if not self._asks(fix_time_ms):
            self._in_a_row = 0
            self._clear(fix_time_ms)
            return None
        if self._is_adverse(lat, lon) == (self._standing is None):
            self._in_a_row += 1
        else:
            self._in_a_row = 0
        if self._in_a_row < IN_A_ROW:
            return None
        self._in_a_row = 0
        if self._standing is not None:
            self._clear(fix_time_ms)
            return None
        raised = Raised(self._name, fix_time_ms, arrives_ms)
        self._standing = Standing(raised)
        self.alerts.append(self._standing)
        return raised

    def wrong_m(self, lat: float, lon: float) -> float:
        """Metres beyond the edge on the wrong side; negative on the right one."""
        outside_m = self._outside_m(*self._plane(lat, lon))
        return -outside_m if self._keep_out else outside_m

    def _clear(self, at_ms: int) -> None:
        if self._standing is not None:
            self._standing.cleared_ms = at_ms
            self._standing = None

    def _asks(self, at_ms: int) -> bool:
        if any(from_ms <= at_ms < to_ms for from_ms, to_ms in self._absences):
            return False
        if not self._hours:
            return True
        minute = (at_ms / _MINUTE_MS + _EPOCH_WEEKDAY_MIN) % WEEK_MIN
        return any(opens <= minute < closes or opens <= minute + WEEK_MIN < closes for opens, closes in self._hours)

    def _is_adverse(self, lat: float, lon: float) -> bool:
        return self.wrong_m(lat, lon) > BUFFER_M

    def _plane(self, lat: float, lon: float) -> tuple[float, float]:
        return (lat - self._lat0) * _METRES_A_DEGREE, (lon - self._lon0) * self._metres_a_lon

    def _outside_m(self, north_m: float, east_m: float) -> float:
        """Metres beyond the edge; negative within the shape."""
        if self._radius_m is not None:
            return hypot(north_m, east_m) - self._radius_m
        crossings = 0
        nearest_m = float("inf")
        for n0, e0, n1, e1 in self._edges():
            if (n0 > north_m) != (n1 > north_m) and east_m < e0 + (north_m - n0) / (n1 - n0) * (e1 - e0):
                crossings += 1
            along_n, along_e = n1 - n0, e1 - e0
            length_2 = along_n * along_n + along_e * along_e
            share = ((north_m - n0) * along_n + (east_m - e0) * along_e) / length_2 if length_2 else 0.0
            share = min(1.0, max(0.0, share))
            nearest_m = min(nearest_m, hypot(n0 + share * along_n - north_m, e0 + share * along_e - east_m))
        return -nearest_m if crossings % 2 else nearest_m

    def _edges(self) -> Iterable[tuple[float, float, float, float]]:
        for ring in self._rings:
            for (n0, e0), (n1, e1) in pairwise(ring):
                yield n0, e0, n1, e1
