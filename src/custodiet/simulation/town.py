"""The made-up town. It lies in the open Atlantic, more than seven hundred kilometres from any house."""

from math import cos, radians
from random import Random

TOWN_LAT, TOWN_LON = 46.5, -28.0
"""Degrees, WGS 84."""
TOWN_RADIUS_M = 4000.0
_METRES_A_DEGREE = 111_320.0


def offset(lat: float, lon: float, north_m: float, east_m: float) -> tuple[float, float]:
    """A place so many metres away, near enough for a town."""
    return lat + north_m / _METRES_A_DEGREE, lon + east_m / (_METRES_A_DEGREE * cos(radians(lat)))


def home_of(random: Random) -> tuple[float, float]:
    """Somewhere in the town."""
    return offset(TOWN_LAT, TOWN_LON, *(random.uniform(-1, 1) * TOWN_RADIUS_M / 2 for _ in range(2)))


def square_around(lat: float, lon: float, half_m: float) -> list[list[float]]:
    """A closed ring of [longitude, latitude], counter-clockwise, as GeoJSON has it."""
    south, west = offset(lat, lon, -half_m, -half_m)
    north, east = offset(lat, lon, half_m, half_m)
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]
