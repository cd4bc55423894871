"""Where a place lies to a zone: inside, outside, or nobody can tell.

The answer is about the whole disc in which the device may have been, never about a point (R64): inside when the disc
lies wholly inside, outside when it lies wholly outside. Within EDGE_M of an edge nobody can tell, however good the
device says it was: the plane, the arithmetic and the drawing of the zone are not better than that.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import chain, islice, starmap
from math import hypot, inf, isnan, nan, sqrt
from struct import Struct
from typing import Self

from custodiet.model.errors import IllegalValue
from custodiet.model.shape import WIDTH_MAX_M, Circle, Shape
from custodiet.rules.conditions.plane import Plane, Point, metres, point

EDGE_M = 0.5
ROUGH_M = 1000.0
"""So far from a zone's bounding box its distance is no longer worth walking along the edges for."""
_E7 = 10_000_000


class Answer(StrEnum):
    """Of a disc to a zone."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    CANNOT_TELL = "cannot_tell"


Edge = tuple[float, float, float, float, float]
"""From x, y by dx, dy metres, and the square of that length."""


Box = tuple[float, float, float, float]
"""West, south, east, north, in metres."""

_HEAD, _EDGE = Struct("13d"), Struct("5d")
"""Of what an area is laid out as: its plane, its radius (NaN for a polygon) and its box; and of every edge after it."""


class Area(bytes):
    """A shape laid out in its own plane, ready to be asked; without a text form.

    As packed numbers: as objects they would be four times as large.
    """

    __slots__ = ()

    @classmethod
    def of(cls, plane: Plane, radius_m: float | None, edges: Iterable[Edge], box: Box) -> Self:
        """With `radius_m` for a circle; edges for a polygon."""
        head = _HEAD.pack(*plane, nan if radius_m is None else radius_m, *box)
        return cls(head + b"".join(starmap(_EDGE.pack, edges)))

    @property
    def plane(self) -> Plane:
        """In which it lies."""
        return Plane(*self._head()[:8])

    @property
    def box(self) -> Box:
        """Around it."""
        west, south, east, north = self._head()[9:]
        return west, south, east, north

    def edges(self) -> Iterator[Edge]:
        """Of every ring, the outer one first; none of a circle."""
        return _EDGE.iter_unpack(self[_HEAD.size :])

    def depth_m(self, at: Point) -> float:
        """Metres to the edge: above 0 outside, below 0 inside.

        Farther than a kilometre from its bounding box it is the distance to that box, and never too large.
        """
        head = self._head()
        east, north = metres(head, at)
        radius_m = head[8]
        if not isnan(radius_m):
            return hypot(east, north) - radius_m
        beyond = hypot(max(head[9] - east, 0.0, east - head[11]), max(head[10] - north, 0.0, north - head[12]))
        return beyond if beyond > ROUGH_M else _to_edges(self.edges(), east, north)

    def is_farther_than(self, at: Point, far_m: float) -> bool:
        """Whether it lies farther from the area's centre than that."""
        return hypot(*metres(self._head(), at)) > far_m

    def _head(self) -> tuple[float, ...]:
        return _HEAD.unpack_from(self)

    def __repr__(self) -> str:
        return "<Area>"

    def __str__(self) -> str:
        return repr(self)


def lay_out(shape: Shape) -> Area:
    """The area of a shape. Raises IllegalValue for a zone wider than 50 km, across the antimeridian, without any
    width, or with edges that cross one another.
    """
    area = lay_out_again(shape)
    if isinstance(shape, Circle):
        _require_one_side(shape, area.plane)
    else:
        west, south, east, north = area.box
        if max(east - west, north - south) > WIDTH_MAX_M:
            raise IllegalValue("a zone is at most 50 km wide")
        edges = area.edges()
        _require_rings([list(islice(edges, len(ring))) for ring in shape.rings])
    return area


def lay_out_again(shape: Shape) -> Area:
    """The area of a shape that `lay_out` laid out before: that it can be is not looked at again."""
    if isinstance(shape, Circle):
        r = shape.radius_m
        return Area.of(Plane.about(*shape.centre), r, (), (-r, -r, r, r))
    lats = [lat for lat, _ in shape.rings[0]]
    lons = [lon for _, lon in shape.rings[0]]
    plane = Plane.about((min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2)
    rings = [[plane.metres(point(*vertex)) for vertex in ring] for ring in shape.rings]
    corners = [corner for ring in rings for corner in ring]
    box = (
        min(x for x, _ in corners),
        min(y for _, y in corners),
        max(x for x, _ in corners),
        max(y for _, y in corners),
    )
    return Area.of(plane, None, chain.from_iterable(map(_edges, rings)), box)


def answer(depth_m: float, radius_m: float) -> Answer:
    """Of a disc of `radius_m` around a point `depth_m` from the edge."""
    reach = max(radius_m, EDGE_M)
    if depth_m >= reach:
        return Answer.OUTSIDE
    if depth_m <= -reach:
        return Answer.INSIDE
    return Answer.CANNOT_TELL


def _to_edges(edges: Iterable[Edge], east: float, north: float) -> float:
    """Metres to the nearest of them, below 0 within."""
    nearest, inside = inf, False
    for x, y, dx, dy, square in edges:
        rx, ry = east - x, north - y
        along = (rx * dx + ry * dy) / square
        if along <= 0:
            away = rx * rx + ry * ry
        elif along >= 1:
            away = (rx - dx) ** 2 + (ry - dy) ** 2
        else:
            away = (rx * dy - ry * dx) ** 2 / square
        if away < nearest:  # noqa: PLR1730 - a call for every edge costs more than the edge
            nearest = away
        # Even-odd: how many edges a line due east would cross. Half-open, so that a corner counts once.
        if (ry < 0) != (ry - dy < 0) and (rx - ry * dx / dy < 0):
            inside = not inside
    return -sqrt(nearest) if inside else sqrt(nearest)


def _edges(ring: list[tuple[float, float]]) -> Iterator[Edge]:
    for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1], strict=True):
        dx, dy = bx - ax, by - ay
        yield ax, ay, dx, dy, dx * dx + dy * dy


def _require_rings(rings: list[list[Edge]]) -> None:
    """An outer ring, and holes in it."""
    for ring in rings:
        if any(square == 0 for _, _, _, _, square in ring):
            raise IllegalValue("two corners of a zone that follow one another are the same")
        if abs(sum(ax * dy - ay * dx for ax, ay, dx, dy, _ in ring)) < 2:
            raise IllegalValue("a zone, or a hole in one, of less than a square metre")
    _require_simple(rings)
    for hole in rings[1:]:
        _require_hole(hole, rings)


def _require_simple(rings: list[list[Edge]]) -> None:
    """No edge crosses or touches another, but for neighbours at their corner."""
    edges = [(at, place, edge) for at, ring in enumerate(rings) for place, edge in enumerate(ring)]
    for number, (ring, place, one) in enumerate(edges):
        for other_ring, other_place, other in edges[number + 1 :]:
            apart = other_place - place
            if ring == other_ring and apart in (1, len(rings[ring]) - 1):
                first, second = (one, other) if apart == 1 else (other, one)
                if _folds_back(first, second):
                    raise IllegalValue("an edge of a zone runs back over the one before it")
            elif _touch(one, other):
                raise IllegalValue("edges of a zone cross or touch one another")


def _folds_back(one: Edge, after: Edge) -> bool:
    cross = one[2] * after[3] - one[3] * after[2]
    return cross == 0 and one[2] * after[2] + one[3] * after[3] < 0


def _touch(one: Edge, other: Edge) -> bool:
    ends = ((one[0], one[1]), (one[0] + one[2], one[1] + one[3]))
    others = ((other[0], other[1]), (other[0] + other[2], other[1] + other[3]))
    if max(x for x, _ in ends) < min(x for x, _ in others) or max(x for x, _ in others) < min(x for x, _ in ends):
        return False
    if max(y for _, y in ends) < min(y for _, y in others) or max(y for _, y in others) < min(y for _, y in ends):
        return False
    a, b = (_side(one, end) for end in others)
    c, d = (_side(other, end) for end in ends)
    return a * b <= 0 and c * d <= 0


def _side(edge: Edge, at: tuple[float, float]) -> float:
    return edge[2] * (at[1] - edge[1]) - edge[3] * (at[0] - edge[0])


def _require_hole(hole: list[Edge], rings: list[list[Edge]]) -> None:
    x, y, *_ = hole[0]
    if _to_edges(rings[0], x, y) > 0:
        raise IllegalValue("a hole lies outside its zone")
    for other in rings[1:]:
        if other is not hole and _to_edges(other, x, y) < 0:
            raise IllegalValue("a hole lies inside another")


def _require_one_side(circle: Circle, plane: Plane) -> None:
    """Both sides of the antimeridian within a circle: along its own parallel the two are nearest."""
    lat, lon = circle.centre
    to_line = abs(plane.metres(point(lat, 180 * _E7))[0]) if abs(lat) < 90 * _E7 else 0.0
    if abs(lon) > 90 * _E7 and to_line <= circle.radius_m:
        raise IllegalValue("a zone does not cross the antimeridian: draw it as two")
    if (90 * _E7 - abs(lat)) / _E7 * 111_000 <= circle.radius_m:
        raise IllegalValue("a zone does not hold a pole")
