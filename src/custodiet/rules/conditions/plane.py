"""A zone's own plane: metres east and north of its centre, in which its edges are straight.

Azimuthal equidistant about the centre on WGS 84: a point lies in its true direction at its true distance. Made from the
chord through the earth, which needs no series and no special case at a pole or the antimeridian: the arc over a chord
c is c (1 + c²/24R²) to well below a millimetre at 50 km, and the chord's azimuth differs from the geodesic's by less
than one (Rapp, Geometric Geodesy I, on normal sections). Far away it is a poor map but still far away.
"""

from math import cos, hypot, radians, sin, sqrt
from typing import NamedTuple, Self

A_M = 6378137.0
_FLATTENING = 1 / 298.257223563
E2 = _FLATTENING * (2 - _FLATTENING)
OVER_24_R2 = 24 * 6371008.8**2
_E7 = 1e7

Point = tuple[float, float, float]
"""Earth-centred, earth-fixed, in metres, on the ellipsoid."""


def point(lat_e7: float, lon_e7: float) -> Point:
    """The point of a latitude and longitude in 1e-7 degrees."""
    lat, lon = radians(lat_e7 / _E7), radians(lon_e7 / _E7)
    sin_lat, cos_lat = sin(lat), cos(lat)
    normal = A_M / sqrt(1 - E2 * sin_lat * sin_lat)
    across = normal * cos_lat
    return across * cos(lon), across * sin(lon), normal * (1 - E2) * sin_lat


def distance_m(a: Point, b: Point) -> float:
    """Along the ground, between points of one town (well below a millimetre up to 50 km)."""
    square = (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2
    return sqrt(square) * (1 + square / OVER_24_R2)


class Plane(NamedTuple):
    """The plane about one centre: that, and the ways east (which stays level: no z) and north from there."""

    x: float
    y: float
    z: float
    east_x: float
    east_y: float
    north_x: float
    north_y: float
    north_z: float

    @classmethod
    def about(cls, lat_e7: float, lon_e7: float) -> Self:
        """The plane whose (0, 0) is this place."""
        lat, lon = radians(lat_e7 / _E7), radians(lon_e7 / _E7)
        north = (-sin(lat) * cos(lon), -sin(lat) * sin(lon), cos(lat))
        return cls(*point(lat_e7, lon_e7), -sin(lon), cos(lon), *north)

    def metres(self, at: Point) -> tuple[float, float]:
        """Metres east and north of the centre."""
        return metres(self, at)


def metres(plane: tuple[float, ...], at: Point) -> tuple[float, float]:
    """Plane.metres, where the numbers of the plane are the first eight of these."""
    x, y, z = at[0] - plane[0], at[1] - plane[1], at[2] - plane[2]
    east = x * plane[3] + y * plane[4]
    north = x * plane[5] + y * plane[6] + z * plane[7]
    flat = hypot(east, north)
    if flat == 0:
        return 0.0, 0.0
    square = x * x + y * y + z * z
    stretch = sqrt(square) * (1 + square / OVER_24_R2) / flat
    return east * stretch, north * stretch
