"""The three-valued zone answer against oracles that are not ours: Shapely, GeographicLib and PROJ's geodesic."""

from dataclasses import dataclass
from math import cos, hypot, radians, sin
from random import Random

import pytest
import shapely
from geographiclib.geodesic import Geodesic
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from custodiet.model.errors import IllegalValue
from custodiet.model.shape import Circle, Polygon
from custodiet.rules.conditions.plane import Plane, distance_m, point
from custodiet.rules.conditions.zones import EDGE_M, Answer, answer, lay_out

E7 = 10_000_000
WGS84 = Geodesic.WGS84
GEOD = Geod(ellps="WGS84")


def place(lat: float, lon: float, azimuth_deg: float, metres: float) -> tuple[int, int]:
    """The vertex so far from a place along the geodesic, by PROJ."""
    lon2, lat2, _ = GEOD.fwd(lon, lat, azimuth_deg, metres)
    return round(lat2 * E7), round(lon2 * E7)


def in_oracle_plane(lat_e7: float, lon_e7: float, vertex: tuple[int, int]) -> tuple[float, float]:
    """Azimuthal equidistant about the centre, by PROJ's geodesic inverse."""
    azimuth, _, metres = GEOD.inv(lon_e7 / E7, lat_e7 / E7, vertex[1] / E7, vertex[0] / E7)
    return metres * sin(radians(azimuth)), metres * cos(radians(azimuth))


@dataclass
class Oracle:
    """A shape as Shapely and PROJ see it."""

    centre: tuple[float, float]
    shape: shapely.Polygon | None
    radius_m: float | None = None

    @classmethod
    def of(cls, shape: Circle | Polygon) -> "Oracle":
        if isinstance(shape, Circle):
            return cls(shape.centre, None, shape.radius_m)
        lats, lons = zip(*shape.rings[0], strict=True)
        centre = ((min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2)
        rings = [[in_oracle_plane(*centre, vertex) for vertex in ring] for ring in shape.rings]
        polygon = shapely.Polygon(rings[0], rings[1:])
        assert polygon.is_valid
        return cls(centre, polygon)

    def depth_m(self, vertex: tuple[int, int]) -> float:
        east, north = in_oracle_plane(*self.centre, vertex)
        if self.shape is None:
            return hypot(east, north) - self.radius_m
        at = shapely.Point(east, north)
        to_edge = self.shape.boundary.distance(at)
        return -to_edge if self.shape.contains(at) else to_edge

    def answer(self, vertex: tuple[int, int], radius_m: float) -> tuple[Answer, float]:
        """The answer of a disc without our half metre, and how near the disc's rim comes to an edge."""
        depth = self.depth_m(vertex)
        told = Answer.OUTSIDE if depth >= radius_m else Answer.INSIDE if depth <= -radius_m else Answer.CANNOT_TELL
        return told, abs(abs(depth) - radius_m)


def star(chance: Random, lat: float, lon: float, size_m: float, corners: int) -> tuple[tuple[int, int], ...]:
    """A simple ring: corners in order of their azimuth, each at its own distance."""
    turns = sorted(chance.uniform(0, 360) for _ in range(corners))
    gaps = [b - a for a, b in zip(turns, [*turns[1:], turns[0] + 360], strict=True)]
    if max(gaps) > 170 or min(gaps) < 0.5:
        return star(chance, lat, lon, size_m, corners)
    return tuple(place(lat, lon, turn, size_m * chance.uniform(0.45, 1)) for turn in turns)


def any_shape(chance: Random, size_m: float | None = None) -> Circle | Polygon:
    lat, lon = chance.uniform(-80, 80), chance.uniform(-175, 175)
    size_m = size_m or 10 ** chance.uniform(1.2, 4.35)
    if chance.random() < 0.3:
        return Circle((round(lat * E7), round(lon * E7)), size_m)
    rings = [star(chance, lat, lon, size_m, chance.randint(3, 22))]
    if chance.random() < 0.4:
        rings.append(star(chance, lat, lon, size_m * 0.15, chance.randint(3, 7)))
    shape = Polygon(tuple(rings))
    try:
        lay_out(shape)
    except IllegalValue:  # a hole that happens to cross the outline
        return any_shape(chance, size_m)
    return shape


def corners_of(shape: Circle | Polygon, chance: Random) -> list[tuple[int, int]]:
    """Places where a judge goes wrong: corners, along edges, level with a corner, the rim, just beside all those."""
    if isinstance(shape, Circle):
        lat, lon = shape.centre[0] / E7, shape.centre[1] / E7
        reach = [shape.radius_m + by for by in (-2, -0.6, -0.4, 0, 0.4, 0.6, 2)]
        return [shape.centre, *(place(lat, lon, chance.uniform(0, 360), max(0, metres)) for metres in reach)]
    found = []
    for ring in shape.rings:
        for a, b in zip(ring, ring[1:] + ring[:1], strict=True):
            t = chance.random()
            on = (round(a[0] + t * (b[0] - a[0])), round(a[1] + t * (b[1] - a[1])))
            found += [a, on, (a[0], a[1] - chance.randint(1, 20_000)), (a[0], a[1] + chance.randint(1, 20_000))]
            found += [place(on[0] / E7, on[1] / E7, chance.uniform(0, 360), by) for by in (0.3, 0.7, 2, 30)]
    return found


def agree(shape: Circle | Polygon, vertices: list[tuple[int, int]], radii: list[float]) -> int:
    """How many cases agreed; raises at the first that does not."""
    ours, theirs = lay_out(shape), Oracle.of(shape)
    for vertex, radius in zip(vertices, radii, strict=True):
        told, near = theirs.answer(vertex, radius)
        said = answer(ours.depth_m(point(*vertex)), radius)
        if said is not told:
            assert said is Answer.CANNOT_TELL, (said, told)
            assert near <= EDGE_M or radius < EDGE_M, near
    return len(vertices)


def random_cases(seed: int, cases: int) -> int:
    chance, done = Random(seed), 0
    while done < cases:
        shape = any_shape(chance)
        size = shape.radius_m if isinstance(shape, Circle) else max(map(abs, lay_out(shape).box))
        lat, lon = (each / E7 for each in Oracle.of(shape).centre)
        at = [place(lat, lon, chance.uniform(0, 360), size * chance.uniform(0, 1.6)) for _ in range(100)]
        done += agree(shape, at, [chance.choice((0.0, 3.0, 10.0, 80.0, 400.0)) for _ in at])
    return done


def adversarial_cases(seed: int, cases: int) -> int:
    chance, done = Random(seed), 0
    while done < cases:
        shape = any_shape(chance)
        at = corners_of(shape, chance)
        done += agree(shape, at, [chance.choice((0.0, 0.4, 0.6, 5.0, 30.0)) for _ in at])
    return done


def test_a_hundred_thousand_random_answers_equal_the_oracles():
    assert random_cases(11, 100_000) >= 100_000


def test_ten_thousand_adversarial_answers_equal_the_oracles():
    assert adversarial_cases(12, 10_000) >= 10_000


@pytest.mark.long
def test_ten_times_as_many_answers_equal_the_oracles():
    assert random_cases(21, 1_000_000) >= 1_000_000
    assert adversarial_cases(22, 100_000) >= 100_000


def test_the_plane_is_true_to_geographiclib_within_five_millimetres_up_to_fifty_kilometres():
    chance, worst = Random(13), 0.0
    for _ in range(3000):
        lat, lon = chance.uniform(-89, 89), chance.uniform(-180, 180)
        azimuth, metres = chance.uniform(0, 360), chance.uniform(0, 50_000)
        there = WGS84.Direct(lat, lon, azimuth, metres)
        east, north = Plane.about(lat * E7, lon * E7).metres(point(there["lat2"] * E7, there["lon2"] * E7))
        worst = max(worst, hypot(east - metres * sin(radians(azimuth)), north - metres * cos(radians(azimuth))))
        along = distance_m(point(lat * E7, lon * E7), point(there["lat2"] * E7, there["lon2"] * E7))
        worst = max(worst, abs(along - metres))
    assert worst < 0.005, worst


def test_a_point_seen_from_the_far_side_of_the_earth_is_far_away():
    area = lay_out(Circle((0, 0), 100.0))
    for vertex in ((0, 180 * E7), (0, -180 * E7), (90 * E7, 0), (-90 * E7, 0), (1, 179 * E7)):
        assert area.depth_m(point(*vertex)) > 9_000_000


@given(st.integers(0, 2**32))
def test_a_larger_disc_never_says_more(seed):
    chance = Random(seed)
    shape = any_shape(chance)
    area = lay_out(shape)
    for vertex in corners_of(shape, chance)[:20]:
        depth = area.depth_m(point(*vertex))
        small, large = sorted(chance.uniform(0, 500) for _ in range(2))
        if answer(depth, large) is not Answer.CANNOT_TELL:
            assert answer(depth, small) is answer(depth, large)


def test_a_planted_fault_in_the_crossing_rule_is_seen(monkeypatch):
    from custodiet.rules.conditions import zones

    whole = zones._to_edges
    monkeypatch.setattr(zones, "_to_edges", lambda edges, east, north: abs(whole(edges, east, north)))
    with pytest.raises(AssertionError):
        random_cases(11, 2000)


def test_a_planted_fault_in_the_plane_is_seen(monkeypatch):
    from custodiet.rules.conditions import plane

    monkeypatch.setattr(plane, "E2", 0.0)
    with pytest.raises(AssertionError):
        adversarial_cases(12, 10_000)


SQUARE = ((465000000, -280000000), (465000000, -279900000), (465100000, -279900000), (465100000, -280000000))


@pytest.mark.parametrize(
    ("why", "rings"),
    [
        ("50 km wide", (((460000000, -280000000), (460000000, -273000000), (462000000, -276000000)),)),
        ("antimeridian", (((465000000, 1799000000), (465000000, -1799000000), (466000000, 1799900000)),)),
        ("three corners", (SQUARE[:2],)),
        ("cross or touch", ((SQUARE[0], SQUARE[2], SQUARE[1], (465200000, -280100000)),)),
        ("are the same", ((SQUARE[0], SQUARE[0], SQUARE[1], SQUARE[2]),)),
        ("square metre", ((SQUARE[0], (465000000, -279999950), (465000050, -279999950)),)),
        ("outside its zone", (SQUARE, tuple((lat + 1000000, lon) for lat, lon in SQUARE))),
        ("outside the globe", (((910000000, 0), (0, 0), (0, 1)),)),
    ],
)
def test_a_zone_that_cannot_be_judged_is_refused_with_its_reason(why, rings):
    with pytest.raises(IllegalValue, match=why):
        lay_out(Polygon(rings))


@pytest.mark.parametrize(
    ("why", "centre", "radius"),
    [
        ("25 km", (0, 0), 25_001.0),
        ("0 m", (0, 0), 0.0),
        ("0 m", (0, 0), float("nan")),
        ("antimeridian", (0, 1799999000), 100.0),
        ("antimeridian", (600000000, -1799999000), 100.0),
        ("pole", (899999000, 0), 100.0),
    ],
)
def test_a_circle_that_cannot_be_judged_is_refused_with_its_reason(why, centre, radius):
    with pytest.raises(IllegalValue, match=why):
        lay_out(Circle(centre, radius))


def test_a_hole_is_outside_and_its_edge_counts():
    hole = tuple((lat, lon) for lat, lon in ((465040000, -279960000), (465040000, -279940000), (465060000, -279950000)))
    area = lay_out(Polygon((SQUARE, hole)))
    inside_hole, beside = point(465045000, -279950000), point(465020000, -279950000)
    assert area.depth_m(inside_hole) > 0 > area.depth_m(beside)
    assert area.depth_m(beside) > -260  # its own distance to the hole, not to the outline


def test_nothing_of_a_shape_can_be_printed():
    assert "465" not in repr(Polygon((SQUARE,))) + repr(Circle((465000000, -280000000), 5.0))
