"""The made-up town's map, as an extract of OpenStreetMap would hold it: places that are masked, ordinary ones, streets.

The places lie in an old town of their own, in the same open sea, fourteen kilometres north of where the invented
people live and walk: what is shown of those is not hidden by the decoys that lie around it. Both have streets.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import cos, dist, hypot, pi, sin, sqrt
from pathlib import Path
from random import Random

import osmium

from custodiet.simulation.shapes import Point
from custodiet.simulation.town import TOWN_LAT, TOWN_LON, TOWN_RADIUS_M, offset

OLD_TOWN_NORTH_M = 14_000.0
SENSITIVE: tuple[dict[str, str], ...] = (
    {"amenity": "place_of_worship", "building": "yes"},
    {"amenity": "place_of_worship"},
    {"amenity": "clinic", "healthcare": "clinic"},
    {"amenity": "doctors"},
    {"amenity": "dentist"},
    {"amenity": "social_facility", "social_facility": "shelter"},
    {"office": "lawyer"},
    {"office": "union"},
    {"amenity": "school"},
    {"office": "charity"},
)
ORDINARY: tuple[dict[str, str], ...] = ({"shop": "supermarket"}, {"amenity": "cafe"}, {"amenity": "pharmacy"})
SENSITIVE_PLACES, ORDINARY_PLACES = 60, 150
_APART_M = 150.0
_HALF_M = 15.0
_STREET_M = 200.0
"""From one street to the next."""
_BENDS_M = 30.0
_COAST_M = TOWN_RADIUS_M + 300.0


@dataclass(frozen=True, slots=True)
class MadePlace:
    """A building, by its middle in metres north and east of the old town's, and what the map says of it."""

    at: Point
    tags: dict[str, str]


@dataclass(frozen=True, slots=True)
class MadeWay:
    """A line, by its corners in metres north and east of the old town's middle, and what the map says of it."""

    line: tuple[Point, ...]
    tags: dict[str, str]


def sensitive_places(seed: int, many: int = SENSITIVE_PLACES) -> tuple[MadePlace, ...]:
    """Those that are masked: as many as a town of fifty square kilometres may well have."""
    spots = _spots(Random(f"old town {seed}"), many, ())
    return tuple(MadePlace(at, SENSITIVE[number % len(SENSITIVE)]) for number, at in enumerate(spots))


def ordinary_places(seed: int) -> tuple[MadePlace, ...]:
    """Shops and the like, none of them next to one that is masked."""
    taken = tuple(one.at for one in sensitive_places(seed))
    spots = _spots(Random(f"high street {seed}"), ORDINARY_PLACES, taken)
    return tuple(MadePlace(at, ORDINARY[number % len(ORDINARY)]) for number, at in enumerate(spots))


def streets() -> Iterator[MadeWay]:
    """Of both towns the streets, a river and the coast, and what no map of ours draws; and the road between them."""
    for number, north_m in enumerate((0.0, -OLD_TOWN_NORTH_M)):
        many = int(TOWN_RADIUS_M / _STREET_M)
        for beside in range(-many + 1, many):
            across = [(one, beside * _STREET_M + _bend(one + beside)) for one in _along(beside * _STREET_M)]
            tags = {"highway": _class_of(beside), "name": f"Made-up Street {number}.{beside}"}
            yield MadeWay(tuple((north_m + up, aside) for up, aside in across), tags)
            yield MadeWay(tuple((north_m + aside, up) for up, aside in across), tags)
            lane = ((north_m + beside * _STREET_M + 60.0, 0.0), (north_m + beside * _STREET_M + 140.0, 0.0))
            yield MadeWay(lane, {"highway": "service", "name": "Made-up Yard"})
        river = tuple((north_m + one, 700.0 + 4 * _bend(one)) for one in _along(700.0))
        yield MadeWay(river, {"waterway": "river", "name": "Made-up River"})
        coast = tuple((north_m + _COAST_M * cos(one * pi / 60), _COAST_M * sin(one * pi / 60)) for one in range(121))
        yield MadeWay(coast, {"natural": "coastline"})
    between = ((-TOWN_RADIUS_M, 0.0), (TOWN_RADIUS_M - OLD_TOWN_NORTH_M, 0.0))
    yield MadeWay(between, {"highway": "trunk", "name": "Made-up Causeway"})


def _along(beside_m: float) -> list[float]:
    """Corners of a line across a town, so far from its middle."""
    half = sqrt(TOWN_RADIUS_M**2 - beside_m**2)
    many = int(2 * half / _STREET_M) + 1
    return [half * (2 * one / many - 1) for one in range(many + 1)]


def _bend(along_m: float) -> float:
    return _BENDS_M * sin(along_m / 400.0)


def _class_of(beside: int) -> str:
    return {0: "primary", 10: "secondary"}.get(abs(beside), "residential")


def degrees(at: Point) -> tuple[float, float]:
    """Latitude and longitude of a point of the old town."""
    return offset(TOWN_LAT, TOWN_LON, at[0] + OLD_TOWN_NORTH_M, at[1])


def write_town(file: Path, seed: int) -> None:
    """Write it as `.osm.pbf`: every third place as a node, the others as the outline of a building, and its streets."""
    writer = osmium.SimpleWriter(str(file))
    try:
        nodes, ways = _drawn((*sensitive_places(seed), *ordinary_places(seed)))
        for number, street in enumerate(streets(), SENSITIVE_PLACES + ORDINARY_PLACES + 1):
            first = len(nodes) + 1
            nodes += [_node(one, at, {}) for one, at in enumerate(street.line, first)]
            along = [*range(first, len(nodes) + 1)]
            ways.append(osmium.osm.mutable.Way(id=number, nodes=along, tags=street.tags, version=1))
        for node in nodes:
            writer.add_node(node)
        for way in ways:
            writer.add_way(way)
    finally:
        writer.close()


def _spots(random: Random, many: int, taken: tuple[Point, ...]) -> Iterator[Point]:
    found: list[Point] = []
    while len(found) < many:
        at = (random.uniform(-1, 1) * TOWN_RADIUS_M, random.uniform(-1, 1) * TOWN_RADIUS_M)
        if hypot(*at) < TOWN_RADIUS_M and all(dist(at, one) > _APART_M for one in (*found, *taken)):
            found.append(at)
    return iter(found)


def _drawn(places: tuple[MadePlace, ...]) -> tuple[list[osmium.osm.mutable.Node], list[osmium.osm.mutable.Way]]:
    nodes: list[osmium.osm.mutable.Node] = []
    ways: list[osmium.osm.mutable.Way] = []
    for number, place in enumerate(places):
        if number % 3 == 0:
            nodes.append(_node(len(nodes) + 1, place.at, place.tags))
            continue
        first = len(nodes) + 1
        for up, aside in ((-1, -1), (-1, 1), (1, 1), (1, -1)):
            nodes.append(_node(len(nodes) + 1, (place.at[0] + up * _HALF_M, place.at[1] + aside * _HALF_M), {}))
        ring = [*range(first, first + 4), first]
        ways.append(osmium.osm.mutable.Way(id=number + 1, nodes=ring, tags=place.tags, version=1))
    return nodes, ways


def _node(number: int, at: Point, tags: dict[str, str]) -> osmium.osm.mutable.Node:
    lat, lon = degrees(at)
    return osmium.osm.mutable.Node(id=number, location=(lon, lat), tags=tags, version=1)
