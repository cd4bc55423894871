"""Which lines of a map lie under the map of a reading, cut into squares; and which squares lie under a reading.

What is not in the table is not drawn: no building, no path, no ground of anything, no name. By kind and never by what
lies beside it: a street without its piece at the mosque, or a row of houses without one, would point at what was left
out. For the same reason no area is filled.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from math import ceil, cos, hypot, radians

from custodiet.model.look_up import Place
from custodiet.model.shape import Box, Vertex
from custodiet.model.streets import Drawn, Line, Square
from custodiet.rules.masking.classes import is_sensitive

_TABLE: Mapping[str, Mapping[Drawn, str]] = {
    "highway": {
        Drawn.ROAD: "motorway motorway_link trunk trunk_link primary primary_link secondary secondary_link",
        Drawn.STREET: "tertiary tertiary_link unclassified residential living_street pedestrian",
    },
    "waterway": {Drawn.WATER: "river canal"},
    "natural": {Drawn.WATER: "coastline"},
    "water": {Drawn.WATER: "lake river reservoir canal lagoon oxbow harbour"},
}
_VALUES = {
    (key, value): drawn for key, by in _TABLE.items() for drawn, values in by.items() for value in values.split()
}
KEYS: tuple[str, ...] = tuple(sorted(_TABLE))
"""Every key that can have a line drawn."""
_OF_SOMEBODY = frozenset({"military", "landuse", "amenity", "building", "service", "indoor"})
"""Whatever has one of these is, or belongs to, some place, and is none of the streets."""
_SHUT = frozenset({"no", "private"})

STEP_E7: Mapping[Drawn, tuple[int, int]] = {
    Drawn.ROAD: (500_000, 800_000),
    Drawn.STREET: (100_000, 160_000),
    Drawn.WATER: (500_000, 800_000),
}
"""How high and wide a square is, in degrees times ten million: 1.1 km for streets, five times that for the others."""
NEAR_M: Mapping[Drawn, float] = {Drawn.ROAD: 2000.0, Drawn.STREET: 300.0, Drawn.WATER: 2000.0}
"""What comes so near a place that is shown lies under the reading."""
DISC_MAX_M = 1000.0
"""A disc that is wider than this has its streets around its middle."""
APART_M = 4.0
"""A corner nearer than this to the one before is left out."""
TEXT_MAX, TEXT_STEP = 256 * 1024, 64 * 1024
"""At most so many characters of it are put into one page: some fifty thousand corners. It is filled up to a multiple of
the step: else how long an encrypted page is would tell the streets, and so the place."""
_METRES_A_DEGREE = 111_195.0
_SPOT_E7, _SPOT_M = 10_000, 100
"""Places in one square of a hundred metres have the same streets near them."""


def drawn_as(tags: Mapping[str, str], *, is_area: bool) -> Drawn | None:
    """What a line with these tags, or the edge of an area, is drawn as; None: not at all. Of areas water alone is."""
    if is_sensitive(tags) or not _OF_SOMEBODY.isdisjoint(tags):
        return None
    if tags.get("access") in _SHUT or tags.get("area") == "yes":
        return None
    drawn = next((_VALUES[one] for one in tags.items() if one in _VALUES), None)
    return None if is_area and drawn is not Drawn.WATER else drawn


def cut(drawn: Drawn, line: Line) -> Iterator[tuple[Square, Line]]:
    """The pieces of a line by square: each stretch between two corners lies whole in the square of its middle."""
    piece: list[Vertex] = []
    held = None
    for start, end in pairwise(_thinned(line)):
        square = square_of(drawn, (start[0] + end[0]) // 2, (start[1] + end[1]) // 2)
        if held is not None and square != held:
            yield held, tuple(piece)
            piece = []
        if not piece:
            piece.append(start)
        piece.append(end)
        held = square
    if held is not None:
        yield held, tuple(piece)


def square_of(drawn: Drawn, lat_e7: int, lon_e7: int) -> Square:
    """The square that a place lies in."""
    high, wide = STEP_E7[drawn]
    return Square(drawn, lat_e7 // high, lon_e7 // wide)


def box_of(square: Square) -> Box:
    """Its edges."""
    high, wide = STEP_E7[square.drawn]
    south, west = square.row * high, square.column * wide
    return Box(south, west, south + high, west + wide)


def squares_near(places: Iterable[Place]) -> list[Square]:
    """The squares near places that are shown, and near nothing else. Roads and water first, then where most was."""
    # Three days are thousands of places, most of them next to each other.
    spots = Counter(
        (place.lat_e7 // _SPOT_E7, place.lon_e7 // _SPOT_E7, ceil(min(place.accuracy_m or 0.0, DISC_MAX_M) / _SPOT_M))
        for place in places
        if place.lat_e7 is not None and place.lon_e7 is not None
    )
    found: Counter[Square] = Counter()
    for (row, column, wide), many in spots.items():
        middle = row * _SPOT_E7 + _SPOT_E7 // 2, column * _SPOT_E7 + _SPOT_E7 // 2
        for square in _near(*middle, wide * _SPOT_M):
            found[square] += many
    return sorted(found, key=lambda one: (one.drawn is Drawn.STREET, -found[one], one.drawn.value, one.row, one.column))


def _near(lat_e7: int, lon_e7: int, accuracy_m: float) -> Iterator[Square]:
    along = max(cos(radians(lat_e7 / 1e7)), 0.01)
    for drawn, near_m in NEAR_M.items():
        up_e7 = round(max(near_m, accuracy_m) / _METRES_A_DEGREE * 1e7)
        aside_e7 = round(up_e7 / along)
        first = square_of(drawn, lat_e7 - up_e7, lon_e7 - aside_e7)
        last = square_of(drawn, lat_e7 + up_e7, lon_e7 + aside_e7)
        for row in range(first.row, last.row + 1):
            for column in range(first.column, last.column + 1):
                yield Square(drawn, row, column)


def _thinned(line: Line) -> Iterator[Vertex]:
    """Both ends, and of what lies between them what is not next to the one before."""
    yield line[0]
    last = line[0]
    for one in line[1:-1]:
        if _apart_m(last, one) >= APART_M:
            yield one
            last = one
    yield line[-1]


def _apart_m(one: Vertex, other: Vertex) -> float:
    up, aside = (other[0] - one[0]) / 1e7, (other[1] - one[1]) / 1e7
    return hypot(up, aside * cos(radians(one[0] / 1e7))) * _METRES_A_DEGREE
