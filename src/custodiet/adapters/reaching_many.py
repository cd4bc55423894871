"""How far around many places it is calm, in one call of what is compiled from reaching_many.c.

Where that was not made, columns are asked (rules.conditions.zones_columns), which say the same.
"""

from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from random import Random

import numpy as np

from custodiet.adapters.compiled import AT, SIZE, Compiled, Unfit, call_of
from custodiet.model.shape import Circle, Polygon
from custodiet.rules.conditions.calm import FAR_M, REACH_MAX_M, SLACK_M
from custodiet.rules.conditions.packed_zones import PackedZones
from custodiet.rules.conditions.plane import A_M, E2, OVER_24_R2
from custodiet.rules.conditions.zones import EDGE_M, ROUGH_M
from custodiet.rules.conditions.zones_columns import FAR_FROM_M, LAT_MAX_E7, LEAST_RADIUS_M, Floats, Whole, reaches

_NUMBERS = np.array(
    [A_M, E2, OVER_24_R2, LEAST_RADIUS_M, EDGE_M, ROUGH_M, FAR_M, SLACK_M, REACH_MAX_M, FAR_FROM_M, LAT_MAX_E7]
)
_TRIED = 400
"""So many decisions."""
_LATITUDES_E7, _LONGITUDES_E7 = (465_000_000, -120_000_000, 749_900_000, -760_000_000), (-280_000_000, 1_797_900_000)
_POLE_E7 = 900_000_000
_ALIKE_M = 1e-6


class _AtOnce:
    """What zones_columns.reaches promises. May be called from any thread."""

    def __init__(self, library: Path) -> None:
        """Raises OSError when it cannot be loaded, and Unfit when it does not reach as far as it should."""
        self._reaches = call_of(library, "custodiet_reaches", [SIZE, *[AT] * 9], None)
        _try(self)

    def __call__(
        self, packed: Sequence[PackedZones], keep_out: Sequence[Sequence[bool]], of: Whole, lat_e7: Whole, lon_e7: Whole
    ) -> Floats:
        """Raises IndexError when a place is asked of zones that are not among these."""
        if len(of) and not 0 <= of.min() <= of.max() < min(len(packed), len(keep_out)):
            raise IndexError("zones that are not among these")
        told, begins = b"".join(packed), _begins(map(len, packed), len(packed))
        marked = np.fromiter(chain.from_iterable(keep_out), np.uint8)
        marks, reach = _begins(map(len, keep_out), len(keep_out)), np.empty(len(of))
        asked = [np.ascontiguousarray(one, np.int64) for one in (of, lat_e7, lon_e7)]
        self._reaches(
            *(len(of), *(one.ctypes.data for one in asked), told, begins.ctypes.data),
            *(marked.ctypes.data, marks.ctypes.data, _NUMBERS.ctypes.data, reach.ctypes.data),
        )
        return reach


def _begins(sizes: Iterable[int], count: int) -> Whole:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(np.fromiter(sizes, np.int64, count))])


def _try(at_once: _AtOnce) -> None:
    """Raise Unfit unless places near many zones, and far from them, come out as they do of columns."""
    random = Random(_TRIED)  # noqa: S311 - the same ones each time
    centres = [(random.choice(_LATITUDES_E7), random.choice(_LONGITUDES_E7)) for _ in range(_TRIED)]
    zones = [[_zone_about(random, *centre) for _ in range(random.randint(1, 4))] for centre in centres]
    packed = [PackedZones.together(each) for each in zones]
    keep_out = [random.choices((True, False), (2, 1), k=len(each)) for each in zones]
    places = np.array([_place_about(random, *centre, random.choice((6, 8, 9))) for centre in centres for _ in range(2)])
    asked = (packed, keep_out, np.repeat(np.arange(_TRIED), 2), *places.T)
    if not np.allclose(at_once(*asked), reaches(*asked), rtol=0, atol=_ALIKE_M, equal_nan=True):
        raise Unfit("what was compiled does not reach as far as it should")


def _place_about(random: Random, lat_e7: int, lon_e7: int, power: int) -> tuple[int, int]:
    """Some ten metres away, or farther: up to that power of ten, in 1e-7 degrees."""
    aside = 10 ** random.uniform(3, power)
    north = lat_e7 + round(aside * random.uniform(-1, 1))
    return max(-_POLE_E7, min(_POLE_E7, north)), lon_e7 + round(aside * random.uniform(-1, 1))


def _zone_about(random: Random, lat_e7: int, lon_e7: int) -> PackedZones:
    """A circle, or a square with a hole or without, of some size and not far away."""
    lat_e7, lon_e7 = _place_about(random, lat_e7, lon_e7, 6)
    size = round(10 ** random.uniform(3, 6))
    squares = [[(-by, -by), (-by, by), (by, by + 1), (by, -by)] for by in (size, size // 3)]
    rings = tuple(tuple((lat_e7 + north, lon_e7 + east) for north, east in square) for square in squares)
    return PackedZones.of(random.choice((Circle((lat_e7, lon_e7), size / 100), Polygon(rings[:1]), Polygon(rings))))


REACHING_MANY = Compiled(
    source=Path(__file__).with_suffix(".c"),
    compiler="cc",
    flags=("-std=c11", "-ffp-contract=off"),
    links=("-lm",),
    packages="gcc libc6-dev",
    join=_AtOnce,
)
