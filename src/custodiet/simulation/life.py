"""One invented person's month: where they truly are, what is asked of them, what truly happens, what the tag delivers.

Everything follows from a seed and a number. Local time is UTC. The truth is piecewise linear in metres north and east
of the town's centre, on the plane of `town.offset`; shapes are published in degrees on that same plane. The judge sees
the readings and the conditions, and never the rest.

How often things happen is assumption, except where a source is named; nobody has published it.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush
from math import ceil, exp, log, pi
from random import Random
from typing import Any

from custodiet.model import times
from custodiet.model.condition import KEEP_OUT, WEEK_MIN, ConditionKind
from custodiet.model.report import Fix, Method
from custodiet.simulation.noise import DeviceNoise, Setting
from custodiet.simulation.shapes import (
    Circle,
    Point,
    Polygon,
    Shape,
    apart,
    between,
    clearance_m,
    in_disc,
    nearest,
    star,
    towards,
)
from custodiet.simulation.town import TOWN_LAT, TOWN_LON, TOWN_RADIUS_M, offset

CURFEW_RADIUS_M = 100.0
CURFEW_OPENS_MIN, CURFEW_CLOSES_MIN = 19 * 60, 31 * 60
"""Every evening 19:00 to 07:00, in minutes after that day's midnight."""

LONG_BREACHES_A_MONTH = 1.8
SHORT_BREACHES_A_MONTH = 1.2
"""Planned; those that fall into a hospital stay or a wedding do not happen."""

FIX_EVERY_MS = 60_000
FIX_JITTER_MS = 5_000
UPLOAD_MS = (2_000, 30_000)
COVERAGE_HOLES_A_DAY = 0.5
COVERAGE_HOLE_MIN = (5.0, 45.0)
BURST_STEP_MS = 300
LATE_SHARE = 0.003
LATE_MS = (60_000, 600_000)
DUPLICATE_SHARE = 0.005
DUPLICATE_MS = (500, 90_000)
# A tag is charged at least an hour a day (gov.uk guide, in a council's copy). That it is forgotten this often, and left
# behind by those who go to hospital, makes about 0.4 flat batteries a person and month; requirements 5.4 have 6 battery
# breaches a person over a pilot of up to 18 months.
CHARGE_FORGOTTEN_SHARE = 0.007
CHARGE_MIN = (60.0, 120.0)
RUNS_H = (28.0, 40.0)
FLAT_H = (1.0, 10.0)

WALK_MPS = 1.4
BUS_MPS = (5.0, 14.0)
METRO_MPS = 11.0

_MINUTE_MS = 60_000
_HOUR_MS = 60 * _MINUTE_MS
_DAY_MS = 24 * _HOUR_MS
_WEEK_MS = 7 * _DAY_MS
_TOWERS_RADIUS_M = 350.0
_STREETS_RADIUS_M = 2200.0
_HOME_CLEARANCE_M = 150.0
_PLACE_CLEARANCE_M = 60.0
_WAY_CLEARANCE_M = 20.0
"""What keeps between a forbidden zone and the home, the other places they go to, and the ways between."""


@dataclass(frozen=True, slots=True)
class TrueEvent:
    """A longest interval in which the person truly was on the wrong side while it was asked. Half-open."""

    condition: str
    start_ms: int
    end_ms: int
    beyond_m: float
    """The farthest beyond the edge that was reached."""


@dataclass(frozen=True, slots=True)
class LivedCondition:
    """A condition as the scheme would be told it. `hours` are minutes of the week from Monday 00:00; () is always.

    `geometry` is a GeoJSON polygon, or a point with a `radius_m`, [longitude, latitude].
    """

    name: str
    kind: ConditionKind
    geometry: dict[str, Any]
    hours: tuple[tuple[int, int], ...]
    absences: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Reading:
    """One delivery by the device."""

    fix_time_ms: int
    arrives_ms: int
    fix: Fix


# --- the truth's line ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Piece:
    start_ms: int
    end_ms: int
    start: Point
    end: Point
    setting: Setting

    def at(self, at_ms: float) -> Point:
        if self.start == self.end:
            return self.start
        return between(self.start, self.end, (at_ms - self.start_ms) / (self.end_ms - self.start_ms))

    @property
    def speed_mps(self) -> float:
        return apart(self.start, self.end) / (self.end_ms - self.start_ms) * 1000


@dataclass(frozen=True, slots=True)
class _Leg:
    """A straight way at one speed, after a wait. Without a setting: whatever lies there."""

    to: Point
    speed_mps: float
    wait_ms: int = 0
    setting: Setting | None = None


def _duration_ms(start: Point, legs: Iterable[_Leg]) -> int:
    total_ms = 0.0
    for leg in legs:
        total_ms += leg.wait_ms + apart(start, leg.to) / leg.speed_mps * 1000
        start = leg.to
    return ceil(total_ms)


class _Line:
    """Grows piece by piece, without a gap."""

    def __init__(self, start_ms: int, at: Point, towers: Circle) -> None:
        self.pieces: list[_Piece] = []
        self.now_ms = start_ms
        self.at = at
        self._towers = towers
        self._streets = Circle((0.0, 0.0), _STREETS_RADIUS_M)

    def stay(self, until_ms: int, setting: Setting | None = None) -> None:
        """Until then, or not at all when it is later already."""
        if until_ms > self.now_ms:
            self._add(until_ms, self.at, setting or self._outdoors(self.at))

    def go(self, legs: Iterable[_Leg]) -> None:
        for leg in legs:
            self.stay(self.now_ms + leg.wait_ms, leg.setting)
            self._move(leg)

    def _move(self, leg: _Leg) -> None:
        start = self.at
        length_m = apart(start, leg.to)
        cuts: list[float] = []
        if leg.setting is None:
            cuts = sorted(self._towers.crossings(start, leg.to) + self._streets.crossings(start, leg.to))
        for share in (*cuts, 1.0):
            to = leg.to if share == 1.0 else between(start, leg.to, share)
            takes_ms = round(apart(self.at, to) / leg.speed_mps * 1000)
            if takes_ms > 0:
                self._add(self.now_ms + takes_ms, to, leg.setting or self._outdoors(between(self.at, to, 0.5)))
        if length_m > 0 and self.at != leg.to:
            # The last scrap was shorter than a millisecond.
            last = self.pieces[-1]
            self.pieces[-1] = _Piece(last.start_ms, last.end_ms, last.start, leg.to, last.setting)
            self.at = leg.to

    def _add(self, until_ms: int, to: Point, setting: Setting) -> None:
        self.pieces.append(_Piece(self.now_ms, until_ms, self.at, to, setting))
        self.now_ms, self.at = until_ms, to

    def _outdoors(self, at: Point) -> Setting:
        if self._towers.outside_m(at) < 0:
            return Setting.CANYON
        return Setting.STREET if self._streets.outside_m(at) < 0 else Setting.OPEN


# --- the town ------------------------------------------------------------------------------------------------


class _Town:
    """What everyone of one seed shares."""

    def __init__(self, seed: int) -> None:
        random = Random(f"town {seed}")
        self.towers = Circle(in_disc(random, 900.0), _TOWERS_RADIUS_M)
        self.tower_shops = tuple(
            towards(self.towers.centre, random.uniform(0, 2 * pi), random.uniform(0, 180.0)) for _ in range(3)
        )
        self.station = in_disc(random, 700.0)
        self.far_station = in_disc(random, 3200.0, 2200.0)
        self.hospital = in_disc(random, 2800.0, 1500.0)
        self.hall = in_disc(random, 3300.0, 1000.0)


@dataclass(slots=True)
class _Asked:
    """A condition in metres, while the life is being made."""

    name: str
    kind: ConditionKind
    shape: Shape
    hours: tuple[tuple[int, int], ...]
    absences: list[tuple[int, int]] = field(default_factory=list)


# --- the person ----------------------------------------------------------------------------------------------


class Life:
    """Person `number` of the world `seed`, from `begins` (aware, a midnight in UTC) for `days` days."""

    def __init__(self, seed: int, number: int, begins: datetime, days: int) -> None:
        self.begins_ms = times.to_ms(begins)
        if self.begins_ms % _DAY_MS:
            raise ValueError("a life begins at midnight, UTC")
        self.ends_ms = self.begins_ms + days * _DAY_MS
        self._key = f"{seed} {number}"
        self._weekday = times.utc_day(begins).weekday()
        self._random = random = Random(f"life {self._key}")
        self._town = _Town(seed)
        self.lives_in_flat = random.random() < 0.4
        self.home: Point = in_disc(random, 3000.0)
        self._work = self._place_apart_from_home(800.0)
        self._rides_metro = random.random() < 0.35
        self._works = random.random() < 0.7
        self._local_shop = towards(self.home, random.uniform(0, 2 * pi), random.uniform(250.0, 700.0))
        self._tower_shop = random.choice(self._town.tower_shops)
        self._friends = tuple(self._place_apart_from_home(400.0) for _ in range(2))
        self._park = self._place_apart_from_home(600.0)
        self._asked = self._ask()
        self._curfew = next((one for one in self._asked if one.kind is ConditionKind.CURFEW), None)
        self._line = _Line(self.begins_ms, self.home, self._town.towers)
        self._live(days)
        self._pieces = self._line.pieces
        self._starts = [piece.start_ms for piece in self._pieces]
        self._events: tuple[TrueEvent, ...] | None = None

    # --- what is told ---

    @property
    def conditions(self) -> tuple[LivedCondition, ...]:
        return tuple(
            LivedCondition(one.name, one.kind, one.shape.geometry(), one.hours, tuple(one.absences))
            for one in self._asked
        )

    def place(self, at_ms: int) -> tuple[float, float, Setting]:
        """The true metres north and east of the town's centre. Raises ValueError outside the life."""
        piece = self._piece(at_ms)
        north_m, east_m = piece.at(at_ms)
        return north_m, east_m, piece.setting

    def events(self) -> tuple[TrueEvent, ...]:
        """Every time on the wrong side, in order of start, however short; to the millisecond."""
        if self._events is None:
            found = [event for one in self._asked for event in self._events_of(one)]
            self._events = tuple(sorted(found, key=lambda event: (event.start_ms, event.condition)))
        return self._events

    def readings(self) -> Iterator[Reading]:
        """What the device delivers, in order of arrival; every call the same. Streamed."""
        random = Random(f"device {self._key}")
        noise = DeviceNoise(random, in_flats=self.lives_in_flat)
        flat_ms = iter(self._flat_times())
        flat_from_ms, flat_to_ms = next(flat_ms, (self.ends_ms, self.ends_ms))
        waiting: list[tuple[int, int, Reading]] = []
        put = 0
        hole_until_ms = in_order_ms = self.begins_ms
        phase_ms = random.randint(2 * FIX_JITTER_MS, FIX_EVERY_MS - 2 * FIX_JITTER_MS)
        index = 0
        for tick_ms in range(self.begins_ms + phase_ms, self.ends_ms, FIX_EVERY_MS):
            fix_ms = tick_ms + random.randint(-FIX_JITTER_MS, FIX_JITTER_MS)
            while waiting and waiting[0][0] <= fix_ms:
                yield heappop(waiting)[2]
            while flat_to_ms <= fix_ms:
                flat_from_ms, flat_to_ms = next(flat_ms, (self.ends_ms, self.ends_ms))
            if fix_ms >= flat_from_ms:
                continue
            while self._pieces[index].end_ms <= fix_ms:
                index += 1
            piece = self._pieces[index]
            if fix_ms >= hole_until_ms and random.random() < COVERAGE_HOLES_A_DAY / 1440:
                hole_until_ms = fix_ms + round(random.uniform(*COVERAGE_HOLE_MIN) * _MINUTE_MS)
            measured = noise.measure(fix_ms, *piece.at(fix_ms), piece.speed_mps, piece.setting)
            # No mast is heard where there is no coverage.
            if measured is None or (measured.method is Method.LBS and fix_ms < hole_until_ms):
                continue
            lat, lon = offset(TOWN_LAT, TOWN_LON, measured.north_m, measured.east_m)
            fix = Fix(
                round(lat * 1e7),
                round(lon * 1e7),
                accuracy_m=measured.accuracy_m,
                speed_mps=measured.speed_mps,
                method=measured.method,
                satellites=measured.satellites,
                hdop=measured.hdop,
            )
            arrives_ms = max(fix_ms, hole_until_ms) + random.randint(*UPLOAD_MS)
            if random.random() < LATE_SHARE:
                arrives_ms += random.randint(*LATE_MS)
            else:
                # A queue: what was fixed earlier is sent earlier.
                arrives_ms = in_order_ms = max(arrives_ms, in_order_ms + BURST_STEP_MS)
            put += 1
            heappush(waiting, (arrives_ms, put, Reading(fix_ms, arrives_ms, fix)))
            if random.random() < DUPLICATE_SHARE:
                put += 1
                again_ms = arrives_ms + random.randint(*DUPLICATE_MS)
                heappush(waiting, (again_ms, put, Reading(fix_ms, again_ms, fix)))
        while waiting:
            yield heappop(waiting)[2]

    # --- what is asked ---

    def _ask(self) -> tuple[_Asked, ...]:
        random = self._random
        kinds = {
            ConditionKind.CURFEW: random.random() < 0.85,
            ConditionKind.EXCLUSION: random.random() < 0.6,
            ConditionKind.INCLUSION: random.random() < 0.3,
        }
        if not any(kinds.values()):
            kinds[ConditionKind.CURFEW] = True
        asked = []
        if kinds[ConditionKind.CURFEW]:
            hours = tuple((day * 1440 + CURFEW_OPENS_MIN, day * 1440 + CURFEW_CLOSES_MIN) for day in range(7))
            asked.append(_Asked("curfew", ConditionKind.CURFEW, Circle(self.home, CURFEW_RADIUS_M), hours))
        self._zone: Polygon | None = None
        if kinds[ConditionKind.EXCLUSION]:
            self._zone = self._forbidden_zone()
            asked.append(_Asked("exclusion", ConditionKind.EXCLUSION, self._zone, ()))
        self._district: Shape | None = None
        if kinds[ConditionKind.INCLUSION]:
            reach_m = random.uniform(1.7, 2.2) * TOWN_RADIUS_M
            centre = in_disc(random, 500.0)
            self._district = (
                Circle(centre, reach_m)
                if random.random() < 0.5
                else Polygon((star(random, centre, reach_m * 1.3, random.randint(6, 10)),))
            )
            asked.append(_Asked("inclusion", ConditionKind.INCLUSION, self._district, ()))
        return tuple(asked)

    def _forbidden_zone(self) -> Polygon:
        """Near their ways, crossed by none of them; often so near that some pass its edge within 20-150 m."""
        random = self._random
        paths = self._usual_paths()
        places = {end for path in paths for end in (path[0], path[-1])}
        passes = random.random() < 0.65
        least_m, most_m = (_WAY_CLEARANCE_M, 150.0) if passes else (150.0, 800.0)
        for tried in range(400):
            # Where there is no room for a large one, a small one.
            width_m = random.uniform(300.0, 900.0 if tried < 200 else 400.0)
            path = random.choice(paths)
            piece = random.randrange(len(path) - 1)
            beside = between(path[piece], path[piece + 1], random.random())
            away_m = width_m / 2 + random.uniform(least_m, most_m) * 0.8
            centre = towards(beside, random.uniform(0, 2 * pi), away_m)
            zone = self._zone_at(centre, width_m)
            if zone.outside_m(self.home) < _HOME_CLEARANCE_M:
                continue
            if min(zone.outside_m(place) for place in places) < _PLACE_CLEARANCE_M:
                continue
            if least_m <= min(clearance_m(zone, path) for path in paths) <= most_m:
                return zone
        return self._zone_at(in_disc(random, 6500.0, 5200.0), random.uniform(300.0, 900.0))

    def _zone_at(self, centre: Point, width_m: float) -> Polygon:
        random = self._random
        outer = star(random, centre, width_m / 2, random.randint(4, 12))
        if random.random() >= 0.25:
            return Polygon((outer,))
        inside_m = min(
            apart(nearest(centre, one, other), centre) for one, other in zip(outer, (*outer[1:], outer[0]), strict=True)
        )
        # Holes turn the other way round.
        return Polygon((outer, star(random, centre, inside_m * 0.4, random.randint(4, 6))[::-1]))

    # --- ways ---

    def _place_apart_from_home(self, least_m: float) -> Point:
        while apart(place := in_disc(self._random, 3400.0), self.home) < least_m:
            pass
        return place

    def _path(self, one: Point, other: Point) -> tuple[Point, ...]:
        """The usual way between two places: along one street, then along another; back the same way."""
        corner = (min(one, other)[0], max(one, other)[1])
        return (one, corner, other)

    def _usual_paths(self) -> list[tuple[Point, ...]]:
        town, home = self._town, self.home
        others = (self._work, self._local_shop, self._tower_shop, *self._friends, self._park, town.hospital, town.hall)
        paths = [self._path(home, other) for other in (*others, town.station, town.far_station)]
        paths += [self._path(self._work, other) for other in (self._tower_shop, town.station, town.far_station)]
        paths.append((town.station, town.far_station))
        return paths

    def _legs(self, one: Point, other: Point) -> list[_Leg]:
        """On foot, or on foot to the bus and from it."""
        path = self._path(one, other)
        length_m = apart(path[0], path[1]) + apart(path[1], path[2])
        if length_m < 900.0:
            return [_Leg(at, WALK_MPS) for at in path[1:]]
        bus_from_m, bus_to_m = self._random.uniform(80.0, 250.0), length_m - self._random.uniform(80.0, 250.0)
        bus_mps = self._random.uniform(*BUS_MPS)
        wait_ms = round(self._random.uniform(0.5, 8.0) * _MINUTE_MS)
        corner_m = apart(path[0], path[1])
        legs, walked_m = [], 0.0
        for until_m in sorted({bus_from_m, corner_m, bus_to_m, length_m}):
            speed_mps = bus_mps if bus_from_m < until_m <= bus_to_m else WALK_MPS
            waits = wait_ms if walked_m == bus_from_m else 0
            if until_m <= corner_m:
                at = between(path[0], path[1], until_m / corner_m) if corner_m else path[1]
            else:
                at = between(path[1], path[2], (until_m - corner_m) / (length_m - corner_m))
            legs.append(_Leg(other if until_m == length_m else at, speed_mps, waits))
            walked_m = until_m
        return legs

    def _commute(self, one: Point, other: Point) -> list[_Leg]:
        """Through the station and underground for those who go by metro."""
        if not self._rides_metro:
            return self._legs(one, other)
        near, far = self._town.station, self._town.far_station
        if apart(one, near) + apart(other, far) > apart(one, far) + apart(other, near):
            near, far = far, near
        ride = _Leg(far, METRO_MPS, round(self._random.uniform(2.0, 30.0) * _MINUTE_MS), Setting.UNDERGROUND)
        return [*self._legs(one, near), ride, *self._legs(far, other)]

    # --- days ---

    def _live(self, days: int) -> None:
        random, line = self._random, self._line
        breaches = self._planned_breaches(days)
        for day in range(days):
            midnight_ms = self.begins_ms + day * _DAY_MS
            if line.now_ms > midnight_ms:
                # Still in hospital, or just back.
                line.stay(midnight_ms + _DAY_MS, Setting.INDOOR)
                continue
            weekday = (self._weekday + day) % 7
            if random.random() < 1 / 120 and day + 4 < days:
                self._hospital(midnight_ms)
            elif weekday == 5 and random.random() < 1 / 10:
                self._wedding(midnight_ms)
            elif (breach := breaches.get(day)) in ("enter", "clip", "stray"):
                self._forbidden_trip(midnight_ms, breach)
            elif self._works and weekday < 5:
                self._working_day(midnight_ms, breach)
            else:
                self._day_off(midnight_ms, breach)
            line.stay(midnight_ms + _DAY_MS, Setting.INDOOR)

    def _planned_breaches(self, days: int) -> dict[int, str]:
        random = self._random
        long_ones, short_ones = [], []
        for one in self._asked:
            if one.kind is ConditionKind.CURFEW:
                long_ones += ["late", "evening", "early"]
                short_ones += ["barely late", "pop out"]
            elif one.kind is ConditionKind.EXCLUSION:
                long_ones += ["enter", "enter"]
                short_ones.append("clip")
            else:
                long_ones.append("stray")
        drawn = [random.choice(long_ones) for _ in range(_poisson(random, LONG_BREACHES_A_MONTH * days / 30))]
        if short_ones:
            drawn += [random.choice(short_ones) for _ in range(_poisson(random, SHORT_BREACHES_A_MONTH * days / 30))]
        return dict(zip(random.sample(range(days), min(days, len(drawn))), drawn, strict=False))

    def _working_day(self, midnight_ms: int, breach: str | None) -> None:
        random, line = self._random, self._line
        out = self._commute(self.home, self._work)
        wanted_ms = midnight_ms + _minutes(random, 465, 540) - _duration_ms(self.home, out)
        self._leave_home(midnight_ms, wanted_ms, breach)
        line.go(out)
        shops = random.random() < 0.3
        line.stay(midnight_ms + _minutes(random, 900, 970 if shops else 1030), Setting.INDOOR)
        if shops:
            line.go(self._legs(self._work, self._tower_shop))
            self._shop(_minutes(random, 20, 50))
            self._return(midnight_ms, self._legs(self._tower_shop, self.home), breach)
        else:
            self._return(midnight_ms, self._commute(self._work, self.home), breach)
        self._evening(midnight_ms, breach)

    def _day_off(self, midnight_ms: int, breach: str | None) -> None:
        random, line = self._random, self._line
        outings = random.randint(1, 3)
        for outing in range(outings):
            span_min = 480 // outings
            opens_min = 560 + outing * span_min
            wanted_ms = midnight_ms + _minutes(random, opens_min, opens_min + span_min // 3)
            if outing == 0:
                self._leave_home(midnight_ms, wanted_ms, breach)
            else:
                line.stay(wanted_ms, Setting.INDOOR)
            kind = random.choice(("towers", "towers", "local", "friend", "park"))
            to = {"towers": self._tower_shop, "local": self._local_shop, "park": self._park}.get(kind)
            to = to or random.choice(self._friends)
            line.go(self._legs(self.home, to))
            if kind == "towers":
                self._shop(_minutes(random, 20, 80))
            elif kind == "park":
                self._stroll(_minutes(random, 20, 60))
            else:
                line.stay(line.now_ms + _minutes(random, 15, span_min // 3), Setting.INDOOR)
            is_last = outing == outings - 1
            self._return(midnight_ms, self._legs(line.at, self.home), breach if is_last else None)
        self._evening(midnight_ms, breach)

    def _leave_home(self, midnight_ms: int, wanted_ms: int, breach: str | None) -> None:
        earliest_ms = midnight_ms + _minutes(self._random, 422, 428)
        if breach == "early":
            wanted_ms = earliest_ms = midnight_ms + CURFEW_CLOSES_MIN * _MINUTE_MS - _DAY_MS - self._breach_ms(14, 60)
        self._line.stay(max(wanted_ms, earliest_ms), Setting.INDOOR)

    def _return(self, midnight_ms: int, legs: list[_Leg], breach: str | None) -> None:
        """Be home in time for the curfew, or as late as planned; wait where one is until then."""
        line = self._line
        setting = line.pieces[-1].setting
        if breach in ("late", "barely late"):
            late_ms = self._breach_ms(14, 120) if breach == "late" else self._breach_ms(3.5, 9)
            home_ms = midnight_ms + CURFEW_OPENS_MIN * _MINUTE_MS + late_ms
            line.stay(home_ms - _duration_ms(line.at, legs), setting)
        line.go(legs)

    def _evening(self, midnight_ms: int, breach: str | None) -> None:
        random, line = self._random, self._line
        if breach == "evening":
            self._step_out(midnight_ms, random.uniform(250.0, 700.0), self._breach_ms(14, 120))
        elif breach == "pop out":
            self._step_out(midnight_ms, random.uniform(125.0, 190.0), self._breach_ms(2, 8.5))
        elif self._curfew is None and random.random() < 0.3:
            line.stay(midnight_ms + _minutes(random, 1150, 1200), Setting.INDOOR)
            friend = random.choice(self._friends)
            line.go(self._legs(self.home, friend))
            line.stay(midnight_ms + _minutes(random, 1270, 1330), Setting.INDOOR)
            line.go(self._legs(friend, self.home))
        elif random.random() < 0.4:
            # Bins, a smoke, a neighbour: outdoors, and within what is asked.
            line.stay(midnight_ms + _minutes(random, 1160, 1360), Setting.INDOOR)
            yard = towards(self.home, random.uniform(0, 2 * pi), random.uniform(15.0, 70.0))
            line.go([_Leg(yard, WALK_MPS)])
            line.stay(line.now_ms + _minutes(random, 1, 12))
            line.go([_Leg(self.home, WALK_MPS)])

    def _step_out(self, midnight_ms: int, distance_m: float, beyond_ms: int) -> None:
        """Out of the curfew's circle for so long, as near as walking allows."""
        random, line = self._random, self._line
        line.stay(midnight_ms + _minutes(random, 1165, 1280), Setting.INDOOR)
        there = self._free_point(distance_m)
        walking_ms = round(2 * (distance_m - CURFEW_RADIUS_M) / WALK_MPS * 1000)
        line.go([_Leg(there, WALK_MPS)])
        line.stay(line.now_ms + max(10_000, beyond_ms - walking_ms))
        line.go([_Leg(self.home, WALK_MPS)])

    def _free_point(self, distance_m: float) -> Point:
        """Somewhere that far from home, with no forbidden zone on the way."""
        for _ in range(50):
            there = towards(self.home, self._random.uniform(0, 2 * pi), distance_m)
            if self._is_free(self.home, there):
                return there
        return self.home

    def _is_free(self, one: Point, other: Point) -> bool:
        """Whether the straight way keeps clear of the forbidden zone."""
        return self._zone is None or clearance_m(self._zone, (one, other)) >= _WAY_CLEARANCE_M

    def _shop(self, for_ms: int) -> None:
        """In and out of shops between the towers."""
        random, line = self._random, self._line
        centre, until_ms = line.at, line.now_ms + for_ms
        while line.now_ms < until_ms:
            to = towards(centre, random.uniform(0, 2 * pi), random.uniform(10.0, 110.0))
            if self._is_free(line.at, to) and self._is_free(to, centre):
                line.go([_Leg(to, WALK_MPS)])
            setting = Setting.INDOOR if random.random() < 0.5 else None
            line.stay(line.now_ms + _minutes(random, 2, 12), setting)
        line.go([_Leg(centre, WALK_MPS)])

    def _stroll(self, for_ms: int) -> None:
        random, line = self._random, self._line
        centre, until_ms = line.at, line.now_ms + for_ms
        while line.now_ms < until_ms:
            to = towards(centre, random.uniform(0, 2 * pi), random.uniform(20.0, 110.0))
            line.stay(line.now_ms + _minutes(random, 0.5, 5))
            if self._is_free(line.at, to) and self._is_free(to, centre):
                line.go([_Leg(to, WALK_MPS)])
        line.go([_Leg(centre, WALK_MPS)])

    def _hospital(self, midnight_ms: int) -> None:
        """At any hour, for one to three nights, with an absence authorised from door to door."""
        random, line = self._random, self._line
        line.stay(midnight_ms + _minutes(random, 60, 1400), Setting.INDOOR)
        left_ms = line.now_ms
        line.go(self._legs(self.home, self._town.hospital))
        line.stay(midnight_ms + random.randint(1, 3) * _DAY_MS + _minutes(random, 600, 780), Setting.INDOOR)
        line.go(self._legs(self._town.hospital, self.home))
        self._authorise(left_ms - _minutes(random, 2, 10), line.now_ms + _minutes(random, 10, 30))

    def _wedding(self, midnight_ms: int) -> None:
        random, line = self._random, self._line
        line.stay(midnight_ms + _minutes(random, 720, 840), Setting.INDOOR)
        line.go(self._legs(self.home, self._town.hall))
        line.stay(midnight_ms + _minutes(random, 1260, 1360), Setting.INDOOR)
        line.go(self._legs(self._town.hall, self.home))
        self._authorise(midnight_ms + CURFEW_OPENS_MIN * _MINUTE_MS, line.now_ms + _minutes(random, 5, 20))

    def _authorise(self, from_ms: int, to_ms: int) -> None:
        if self._curfew is not None:
            self._curfew.absences.append((from_ms, to_ms))

    def _forbidden_trip(self, midnight_ms: int, breach: str) -> None:
        """A day off, for that one trip; home before the curfew."""
        line = self._line
        line.stay(midnight_ms + _minutes(self._random, 600, 900), Setting.INDOOR)
        if breach == "stray":
            self._stray()
        else:
            self._enter(clips=breach == "clip")
        self._evening(midnight_ms, None)

    def _enter(self, *, clips: bool) -> None:
        """Straight to the zone's nearest edge, on foot into it, and back the same way."""
        random, line, zone = self._random, self._line, self._zone
        if zone is None:
            return
        outer = zone.rings[0]
        edges = zip(outer, (*outer[1:], outer[0]), strict=True)
        gate = min((nearest(self.home, *edge) for edge in edges), key=lambda at: apart(at, self.home))
        goal = self._within(zone, gate, is_little=clips or random.random() < 0.5)
        inside_ms = self._breach_ms(2, 8.5) if clips else self._breach_ms(13, 60)
        walking_ms = round(2 * apart(gate, goal) / WALK_MPS * 1000)
        ride_mps = WALK_MPS if apart(self.home, gate) < 900.0 else random.uniform(*BUS_MPS)
        line.go([_Leg(gate, ride_mps), _Leg(goal, WALK_MPS)])
        setting = Setting.INDOOR if not clips and random.random() < 0.3 else None
        line.stay(line.now_ms + max(30_000, inside_ms - walking_ms), setting)
        line.go([_Leg(gate, WALK_MPS), _Leg(self.home, ride_mps)])

    def _within(self, zone: Polygon, gate: Point, *, is_little: bool) -> Point:
        random = self._random
        norths, easts = [at[0] for at in zone.rings[0]], [at[1] for at in zone.rings[0]]
        inner: list[tuple[float, Point]] = []
        while len(inner) < 60:
            at = (random.uniform(min(norths), max(norths)), random.uniform(min(easts), max(easts)))
            if (depth_m := -zone.outside_m(at)) > 0:
                inner.append((depth_m, at))
        little = [at for depth_m, at in inner if 15.0 <= depth_m <= 60.0]
        if is_little and little:
            return min(little, key=lambda at: apart(at, gate))
        return random.choice(sorted(inner)[-20:])[1]

    def _stray(self) -> None:
        """Out of the district by the shortest of a few straight ways, and back."""
        random, line, district = self._random, self._line, self._district
        if district is None:
            return
        there = None
        for _ in range(50):
            bearing_rad = random.uniform(0, 2 * pi)
            out_m = 0.0
            while district.outside_m(towards(self.home, bearing_rad, out_m)) < 0:
                out_m += 50.0
            end = towards(self.home, bearing_rad, out_m + _log_uniform(random, 100.0, 3000.0))
            if self._is_free(self.home, end):
                there = end
                break
        if there is None:
            return
        bus_mps = random.uniform(*BUS_MPS)
        line.go([_Leg(there, bus_mps)])
        line.stay(line.now_ms + self._breach_ms(12, 60), None if random.random() < 0.5 else Setting.INDOOR)
        line.go([_Leg(self.home, bus_mps)])

    def _breach_ms(self, least_min: float, most_min: float) -> int:
        return round(_log_uniform(self._random, least_min, most_min) * _MINUTE_MS)

    # --- the truth, judged exactly ---

    def _piece(self, at_ms: int) -> _Piece:
        if not self.begins_ms <= at_ms < self.ends_ms:
            raise ValueError("a time outside this life")
        return self._pieces[bisect_right(self._starts, at_ms) - 1]

    def _events_of(self, asked: _Asked) -> Iterator[TrueEvent]:
        for from_ms, to_ms in _met(self._adverse(asked), self._asked_times(asked)):
            start_ms, end_ms = ceil(from_ms), ceil(to_ms)
            if end_ms > start_ms:
                yield TrueEvent(asked.name, start_ms, end_ms, self._beyond_m(asked, start_ms, end_ms))

    def _adverse(self, asked: _Asked) -> list[tuple[float, float]]:
        """The longest intervals on the wrong side, asked or not."""
        sign = -1 if asked.kind in KEEP_OUT else 1
        found: list[tuple[float, float]] = []
        for piece in self._pieces:
            cuts = sorted(asked.shape.crossings(piece.start, piece.end)) if piece.start != piece.end else []
            for low, high in zip((0.0, *cuts), (*cuts, 1.0), strict=True):
                if sign * asked.shape.outside_m(between(piece.start, piece.end, (low + high) / 2)) <= 0:
                    continue
                takes_ms = piece.end_ms - piece.start_ms
                from_ms = piece.start_ms + low * takes_ms if low else float(piece.start_ms)
                to_ms = piece.start_ms + high * takes_ms if high < 1.0 else float(piece.end_ms)
                if found and found[-1][1] == from_ms:
                    found[-1] = (found[-1][0], to_ms)
                else:
                    found.append((from_ms, to_ms))
        return found

    def _asked_times(self, asked: _Asked) -> list[tuple[float, float]]:
        if asked.hours:
            monday_ms = self.begins_ms - self._weekday * _DAY_MS
            windows = [
                (week_ms + opens * _MINUTE_MS, week_ms + closes * _MINUTE_MS)
                for week_ms in range(monday_ms - _WEEK_MS, self.ends_ms, WEEK_MIN * _MINUTE_MS)
                for opens, closes in asked.hours
            ]
        else:
            windows = [(self.begins_ms, self.ends_ms)]
        for absent_from_ms, absent_to_ms in asked.absences:
            windows = [
                part
                for from_ms, to_ms in windows
                for part in ((from_ms, min(to_ms, absent_from_ms)), (max(from_ms, absent_to_ms), to_ms))
                if part[0] < part[1]
            ]
        return [(float(from_ms), float(to_ms)) for from_ms, to_ms in sorted(windows)]

    def _beyond_m(self, asked: _Asked, start_ms: int, end_ms: int) -> float:
        first = bisect_right(self._starts, start_ms) - 1
        farthest_m = 0.0
        for piece in self._pieces[first : bisect_right(self._starts, end_ms)]:
            from_ms, to_ms = max(start_ms, piece.start_ms), min(end_ms, piece.end_ms)
            stands = piece.start == piece.end
            for at_ms in (from_ms,) if stands else (*range(from_ms, to_ms, 1000), to_ms):
                farthest_m = max(farthest_m, abs(asked.shape.outside_m(piece.at(at_ms))))
        return farthest_m

    # --- the battery ---

    def _flat_times(self) -> list[tuple[int, int]]:
        """When the tag was dead: someone forgot to charge it, or was nowhere with a socket."""
        random = Random(f"battery {self._key}")
        runs_until_ms = self.begins_ms + 40 * _HOUR_MS
        flat = []
        for midnight_ms in range(self.begins_ms, self.ends_ms, _DAY_MS):
            evening_ms = midnight_ms + _minutes(random, 1180, 1260)
            night_ms = midnight_ms + _minutes(random, 1400, 1430)
            starts_ms = evening_ms if self._is_home(evening_ms) else night_ms
            if starts_ms > runs_until_ms:
                flat_to_ms = runs_until_ms + round(_log_uniform(random, *FLAT_H) * _HOUR_MS)
                flat.append((runs_until_ms, min(flat_to_ms, starts_ms)))
                runs_until_ms = flat[-1][1] + round(random.uniform(*RUNS_H) * _HOUR_MS)
            if random.random() >= CHARGE_FORGOTTEN_SHARE and self._is_home(starts_ms):
                charged_ms = starts_ms + round(random.uniform(*CHARGE_MIN) * _MINUTE_MS)
                runs_until_ms = charged_ms + round(random.uniform(*RUNS_H) * _HOUR_MS)
        return flat

    def _is_home(self, at_ms: int) -> bool:
        return self.place(at_ms)[:2] == self.home


# --- small change --------------------------------------------------------------------------------------------


def _minutes(random: Random, least: float, most: float) -> int:
    return round(random.uniform(least, most) * _MINUTE_MS)


def _log_uniform(random: Random, least: float, most: float) -> float:
    return exp(random.uniform(log(least), log(most)))


def _poisson(random: Random, mean: float) -> int:
    count, left = 0, random.random()
    while left > exp(-mean):
        left *= random.random()
        count += 1
    return count


def _met(ones: list[tuple[float, float]], others: list[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """What two ordered lists of intervals share."""
    index = 0
    for from_ms, to_ms in ones:
        while index < len(others) and others[index][1] <= from_ms:
            index += 1
        for other_from_ms, other_to_ms in others[index:]:
            if other_from_ms >= to_ms:
                break
            yield max(from_ms, other_from_ms), min(to_ms, other_to_ms)
