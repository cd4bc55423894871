"""Many zones as columns, asked about many places at once: zones.Area.depth_m and calm.around, a row a question.

Where the plain way walks along the edges of one polygon, here every edge of every polygon asked is one row. Sums are
taken in the same order, so a depth differs from the plain one in the last place at most: nanometres, where what is calm
keeps a tenth of a metre. Laying them out differs from zones.lay_out by no more than that, too.

Most zones of most people are nowhere near them. Of those it is enough to know that: how far a place lies from the
degrees that a zone was drawn within is told without laying it out, and is never too far.
"""

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from custodiet.rules.conditions.calm import FAR_M, REACH_MAX_M, SLACK_M
from custodiet.rules.conditions.packed_zones import CIRCLE, CORNERS, HOLE, POINT_BYTES, PackedZones, head_bytes
from custodiet.rules.conditions.plane import A_M, E2, OVER_24_R2
from custodiet.rules.conditions.zones import EDGE_M, ROUGH_M

FAR_FROM_M = 250_000.0
LAT_MAX_E7 = 75 * 10_000_000
LEAST_RADIUS_M = A_M * (1 - E2)
"""The ellipsoid is curved most at the equator, along its meridians."""

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


class ReachesMany(Protocol):
    """Who tells how far it is calm around many places: `reaches` is the reference."""

    def __call__(
        self, packed: Sequence[PackedZones], keep_out: Sequence[Sequence[bool]], of: Whole, lat_e7: Whole, lon_e7: Whole
    ) -> Floats:
        """As `reaches` says."""


class Places(NamedTuple):
    """Points as plane.point gives them, one each row; without a text form of use."""

    x: Floats
    y: Floats
    z: Floats

    def __repr__(self) -> str:
        return f"<Places: {len(self.x)}>"


class DrawnRows(NamedTuple):
    """Zones as they were drawn (packed_zones): their pieces with the points of each, and of each zone one row."""

    pieces: npt.NDArray[np.uint16]
    counts: Whole
    """How many points each piece has."""
    points: Whole
    """Latitudes and longitudes in 1e-7 degrees; the second of a circle means nothing."""
    radius_m: Floats
    """NaN for a polygon."""
    degrees: Whole
    """South, west, north, east of the outer ring, in 1e-7; of a circle all of its centre."""

    def only(self, which: npt.NDArray[np.bool_]) -> "DrawnRows":
        """Those of these zones."""
        pieces = which[np.cumsum(self.pieces < HOLE) - 1]
        points = self.points[:, np.repeat(pieces, self.counts)]
        return DrawnRows(self.pieces[pieces], self.counts[pieces], points, self.radius_m[which], self.degrees[which])

    def __repr__(self) -> str:
        return f"<DrawnRows: {len(self.radius_m)}>"


class AreaRows(NamedTuple):
    """Zones, a row each: their planes, circles and boxes, and where their edges lie among all edges."""

    planes: Floats
    """Of each the numbers of its plane, as they stand there."""
    radius_m: Floats
    """NaN for a polygon."""
    boxes: Floats
    edges: Floats
    """Of all: x, y, dx, dy and the square of that length."""
    first: Whole
    """Where the edges of each begin, and after the last where they end."""

    def __repr__(self) -> str:
        return f"<AreaRows: {len(self.radius_m)}>"


def points(lat_e7: Whole | Floats, lon_e7: Whole | Floats) -> Places:
    """plane.point of each."""
    lat, lon = np.radians(lat_e7 / 1e7), np.radians(lon_e7 / 1e7)
    sin_lat, cos_lat = np.sin(lat), np.cos(lat)
    normal = A_M / np.sqrt(1 - E2 * sin_lat * sin_lat)
    across = normal * cos_lat
    return Places(across * np.cos(lon), across * np.sin(lon), normal * (1 - E2) * sin_lat)


def drawn(packed: Sequence[PackedZones]) -> DrawnRows:
    """All these zones, in their order. Every one of them is at hand."""
    told = b"".join(packed)
    sizes = np.fromiter(map(len, packed), np.int64, len(packed))
    begins = np.cumsum(sizes) - sizes
    counts = np.frombuffer(told, "<u4")[begins // 4].astype(np.int64)
    pieces = np.frombuffer(told, "<u2")[_each(begins // 2 + 2, counts)]
    is_point = np.ones(len(told) // POINT_BYTES, np.bool_)
    is_point[_each(begins // POINT_BYTES, head_bytes(counts) // POINT_BYTES)] = False
    # By column, since of a row of two nothing is told faster than one by one.
    vertices = np.array([one[is_point] for one in np.frombuffer(told, "<i4").reshape(-1, 2).T], np.int64)
    radii_m = np.frombuffer(told, "<f8")[is_point]
    counts = (pieces & CORNERS).astype(np.int64)
    begins, zones = np.cumsum(counts) - counts, np.flatnonzero(pieces < HOLE)
    circles = pieces[zones] == CIRCLE
    radius_m = np.full(len(zones), np.nan)
    radius_m[circles] = radii_m[begins[zones[circles]] + 1]
    ends = [of.reduceat(one, begins)[zones] for of in (np.minimum, np.maximum) for one in vertices]
    for end, one in zip(ends, (*vertices, *vertices), strict=True):  # of a circle the second point is none
        end[circles] = one[begins[zones[circles]]]
    return DrawnRows(pieces, counts, vertices, radius_m, np.array(ends).T)


def _each(begins: Whole, counts: Whole) -> Whole:
    """So many places from each beginning."""
    return np.repeat(begins - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())


def laid_out(drawn: DrawnRows) -> AreaRows:
    """zones.lay_out_again of each."""
    pieces, counts, vertices, radius_m, degrees = drawn
    circles, is_ring = ~np.isnan(radius_m), pieces != CIRCLE
    planes = _planes((degrees[:, :2] + degrees[:, 2:]).T / 2)
    # Of here on, rings alone: a circle's two points are no corners.
    of_each = np.repeat(np.cumsum(pieces < HOLE)[is_ring] - 1, counts[is_ring])
    x, y = _metres(planes[of_each], points(*vertices[:, np.repeat(is_ring, counts)]))
    first = np.searchsorted(of_each, np.arange(len(radius_m) + 1))
    boxes = np.outer(radius_m, (-1.0, -1.0, 1.0, 1.0))
    at = first[:-1][~circles]
    if len(at):
        boxes[~circles] = np.column_stack([of.reduceat(one, at) for of in (np.minimum, np.maximum) for one in (x, y)])
    return AreaRows(planes, radius_m, boxes, _edges(x, y, counts[is_ring]), first)


def _planes(centres: Floats) -> Floats:
    """Plane.about each of these centres: latitudes, longitudes."""
    lat, lon = np.radians(centres / 1e7)
    sin_lat, sin_lon, cos_lon = np.sin(lat), np.sin(lon), np.cos(lon)
    north = (-sin_lat * cos_lon, -sin_lat * sin_lon, np.cos(lat))
    return np.column_stack([*points(*centres), -sin_lon, cos_lon, *north])


def _edges(x: Floats, y: Floats, counts: Whole) -> Floats:
    """From each corner to the next one of its ring; rings have so many."""
    ends = np.cumsum(counts)
    to = np.arange(1, len(x) + 1)
    to[ends - 1] = ends - counts
    dx, dy = x[to] - x, y[to] - y
    return np.column_stack([x, y, dx, dy, dx * dx + dy * dy])


def depths(areas: AreaRows, zone: Whole, places: Places) -> tuple[Floats, Floats]:
    """Of each place how deep it lies to its zone, which is that row of `areas`, and how far from that zone's centre."""
    east, north = _metres(areas.planes[zone], places)
    away = np.hypot(east, north)
    box, zero, radius_m = areas.boxes[zone].T, np.zeros(len(zone)), areas.radius_m[zone]
    beyond = np.hypot(
        np.maximum(np.maximum(box[0] - east, zero), east - box[2]),
        np.maximum(np.maximum(box[1] - north, zero), north - box[3]),
    )
    is_polygon = np.isnan(radius_m)
    depth = np.where(is_polygon, beyond, away - radius_m)
    near = np.flatnonzero(is_polygon & (beyond <= ROUGH_M))
    depth[near] = _to_edges(areas, zone[near], east[near], north[near])
    return depth, away


def _metres(planes: Floats, places: Places) -> tuple[Floats, Floats]:
    """plane.metres of each place in its plane, the row of `planes` beside it."""
    plane = planes.T
    x, y, z = places.x - plane[0], places.y - plane[1], places.z - plane[2]
    east, north = x * plane[3] + y * plane[4], x * plane[5] + y * plane[6] + z * plane[7]
    flat, square = np.hypot(east, north), x * x + y * y + z * z
    stretch = np.sqrt(square) * (1 + square / OVER_24_R2) / np.where(flat == 0, 1.0, flat)
    return east * stretch, north * stretch


def _to_edges(areas: AreaRows, asked: Whole, east: Floats, north: Floats) -> Floats:
    """Area._to_edges of each."""
    if not len(asked):
        return np.zeros(0)
    counts = areas.first[asked + 1] - areas.first[asked]
    begins = np.cumsum(counts) - counts
    of = np.repeat(np.arange(len(asked)), counts)
    x, y, dx, dy, square = areas.edges[areas.first[asked][of] + np.arange(len(of)) - begins[of]].T
    rx, ry = east[of] - x, north[of] - y
    along = (rx * dx + ry * dy) / square
    away = np.where(
        along <= 0,
        rx * rx + ry * ry,
        np.where(along >= 1, (rx - dx) ** 2 + (ry - dy) ** 2, (rx * dy - ry * dx) ** 2 / square),
    )
    crosses = ((ry < 0) != (ry - dy < 0)) & (rx - ry * dx / np.where(dy == 0, 1.0, dy) < 0)
    inside = np.add.reduceat(crosses, begins, dtype=np.int64) % 2 == 1
    nearest = np.sqrt(np.minimum.reduceat(away, begins))
    return np.where(inside, -nearest, nearest)


def far_m(zones: DrawnRows, zone: Whole, lat_e7: Whole, lon_e7: Whole) -> Floats:
    """How far each place is from its zone, which is that row of `zones`, and never farther than it lies; NaN where that
    is not more than ROUGH_M, or must be asked for.

    The gap to the degrees between which the zone was drawn: along the meridian, or across to the nearer of its two. A
    tenth is taken off for what maps do to a distance of FAR_FROM_M at LAT_MAX_E7, and a fiftieth of the zone's size for
    its edges, which are straight on the ground and leave their parallel.
    """
    south, west, north, east = zones.degrees[zone].T
    up = np.maximum(np.maximum(south - lat_e7, lat_e7 - north), 0)
    # From beyond the antimeridian it is the long way round, and too far to be told.
    across = np.minimum(np.maximum(np.maximum(west - lon_e7, lon_e7 - east), 0) / 1e7, 90.0)
    aside = np.arcsin(np.cos(np.radians(lat_e7 / 1e7)) * np.sin(np.radians(across)))
    gap = np.maximum(np.radians(up / 1e7), aside) * LEAST_RADIUS_M
    size = np.radians((north - south + east - west) / 1e7) * A_M
    least = 0.9 * gap - 0.02 * size - np.nan_to_num(zones.radius_m)[zone]
    told = (np.abs(lat_e7) <= LAT_MAX_E7) & (gap <= FAR_FROM_M) & (least > ROUGH_M)
    return np.where(told, least, np.nan)


def reaches(
    packed: Sequence[PackedZones], keep_out: Sequence[Sequence[bool]], of: Whole, lat_e7: Whole, lon_e7: Whole
) -> Floats:
    """How far around each place it is calm: as calm.around says of its zones, or less where the nearest edge is farther
    than ROUGH_M; NaN where it is not.

    `of`: whose zones these are, of those at hand, whose zones to keep out of are marked. They are laid out once,
    however many places are asked about, and only those that one of them is near.
    """
    counts = np.array([len(marks) for marks in keep_out], np.int64)
    asked = counts[of]
    place = np.repeat(np.arange(len(of)), asked)
    zone = _each((np.cumsum(counts) - counts)[of], asked)
    zones = drawn(packed)
    depth = far_m(zones, zone, lat_e7[place], lon_e7[place])
    near = np.flatnonzero(np.isnan(depth))
    asked_about = np.zeros(len(zones.radius_m), np.bool_)
    asked_about[zone[near]] = True
    x, y, z = (one[place[near]] for one in points(lat_e7, lon_e7))
    among = (np.cumsum(asked_about) - 1)[zone[near]]
    depth[near], away = depths(laid_out(zones.only(asked_about)), among, Places(x, y, z))
    within = np.where(np.fromiter(chain.from_iterable(keep_out), np.bool_)[zone], depth, -depth)
    within[near[(within[near] > ROUGH_M) & (away > FAR_M)]] = -np.inf
    reach = np.full(len(of), REACH_MAX_M)
    if len(within):
        reach = np.minimum(reach, np.minimum.reduceat(within, np.cumsum(asked) - asked))
    return np.where(reach > EDGE_M + SLACK_M, reach, np.nan)
