"""Shapes of the made-up town, in metres on the plane of `town.offset`; the judge's geometry has no part in them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, hypot, pi, sin, sqrt
from random import Random
from typing import Any

from custodiet.simulation.town import TOWN_LAT, TOWN_LON, offset

Point = tuple[float, float]
"""Metres north and east of the town's centre."""


@dataclass(frozen=True, slots=True)
class Circle:
    centre: Point
    radius_m: float

    def outside_m(self, at: Point) -> float:
        return apart(self.centre, at) - self.radius_m

    def crossings(self, start: Point, end: Point) -> list[float]:
        """Where a straight way meets the edge, as shares of it."""
        dn, de = end[0] - start[0], end[1] - start[1]
        n, e = start[0] - self.centre[0], start[1] - self.centre[1]
        a = dn * dn + de * de
        b = n * dn + e * de
        under = b * b - a * (n * n + e * e - self.radius_m**2)
        if a == 0 or under <= 0:
            return []
        return [share for share in ((-b - sqrt(under)) / a, (-b + sqrt(under)) / a) if 0 < share < 1]

    def geometry(self) -> dict[str, Any]:
        return {"type": "Point", "coordinates": lon_lat(self.centre), "radius_m": self.radius_m}


@dataclass(frozen=True, slots=True)
class Polygon:
    """Rings without the closing point; the first is the outer one."""

    rings: tuple[tuple[Point, ...], ...]

    def edges(self) -> Iterable[tuple[Point, Point]]:
        for ring in self.rings:
            yield from zip(ring, (*ring[1:], ring[0]), strict=True)

    def outside_m(self, at: Point) -> float:
        crossed = False
        nearest_m = float("inf")
        for one, other in self.edges():
            if (one[0] > at[0]) != (other[0] > at[0]):
                share = (at[0] - one[0]) / (other[0] - one[0])
                crossed ^= at[1] < one[1] + share * (other[1] - one[1])
            nearest_m = min(nearest_m, apart(nearest(at, one, other), at))
        return -nearest_m if crossed else nearest_m

    def crossings(self, start: Point, end: Point) -> list[float]:
        """Where a straight way meets the edge, as shares of it."""
        dn, de = end[0] - start[0], end[1] - start[1]
        found = []
        for one, other in self.edges():
            en, ee = other[0] - one[0], other[1] - one[1]
            across = dn * ee - de * en
            if across == 0:
                continue
            n, e = one[0] - start[0], one[1] - start[1]
            share, along = (n * ee - e * en) / across, (n * de - e * dn) / across
            if 0 < share < 1 and 0 <= along <= 1:
                found.append(share)
        return found

    def geometry(self) -> dict[str, Any]:
        rings = [[lon_lat(at) for at in (*ring, ring[0])] for ring in self.rings]
        return {"type": "Polygon", "coordinates": rings}


Shape = Circle | Polygon


def lon_lat(at: Point) -> list[float]:
    lat, lon = offset(TOWN_LAT, TOWN_LON, *at)
    return [lon, lat]


def apart(one: Point, other: Point) -> float:
    return hypot(one[0] - other[0], one[1] - other[1])


def between(one: Point, other: Point, share: float) -> Point:
    return one[0] + share * (other[0] - one[0]), one[1] + share * (other[1] - one[1])


def nearest(at: Point, one: Point, other: Point) -> Point:
    """The point of a straight way that is nearest to `at`."""
    dn, de = other[0] - one[0], other[1] - one[1]
    length_2 = dn * dn + de * de
    share = ((at[0] - one[0]) * dn + (at[1] - one[1]) * de) / length_2 if length_2 else 0.0
    return between(one, other, min(1.0, max(0.0, share)))


def towards(start: Point, bearing_rad: float, distance_m: float) -> Point:
    return start[0] + distance_m * cos(bearing_rad), start[1] + distance_m * sin(bearing_rad)


def in_disc(random: Random, radius_m: float, least_m: float = 0.0) -> Point:
    distance_m = sqrt(random.uniform(least_m**2, radius_m**2))
    return towards((0.0, 0.0), random.uniform(0, 2 * pi), distance_m)


def clearance_m(shape: Polygon, path: Sequence[Point]) -> float:
    """How far a way keeps from the shape; 0 when it touches or enters it."""
    if shape.outside_m(path[0]) <= 0:
        return 0.0
    nearest_m = float("inf")
    for start, end in pairwise(path):
        if shape.crossings(start, end):
            return 0.0
        nearest_m = min(nearest_m, shape.outside_m(start), shape.outside_m(end))
        for corner in shape.rings[0]:
            nearest_m = min(nearest_m, apart(nearest(corner, start, end), corner))
    return nearest_m


def star(random: Random, centre: Point, radius_m: float, corners: int) -> tuple[Point, ...]:
    """A ring, counter-clockwise, without self-crossings; its farthest corner is `radius_m` away."""
    turns = [(index + random.uniform(-0.3, 0.3)) / corners for index in range(corners)]
    radii = [random.uniform(0.65, 1.0) for _ in turns]
    most = max(radii)
    # Bearings run clockwise, rings of GeoJSON do not.
    return tuple(
        towards(centre, -2 * pi * turn, radius_m * radius / most) for turn, radius in zip(turns, radii, strict=True)
    )
