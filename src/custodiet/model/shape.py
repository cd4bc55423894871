"""The shape of a zone, and the plane it is drawn in.

A zone is at most WIDTH_MAX_M wide and does not cross the antimeridian. The edges of a polygon are straight lines in the
zone's own plane (rules/conditions/plane.py), not along parallels or geodesics; it is drawn so on every map.
"""

from dataclasses import dataclass

from custodiet.model.errors import IllegalValue

WIDTH_MAX_M = 50_000.0
VERTICES_MAX = 500
"""Of all rings together; a zone that needs more says less than it seems to."""
_E7 = 10_000_000

Vertex = tuple[int, int]
"""Latitude and longitude in whole 1e-7 degrees (WGS 84)."""


@dataclass(frozen=True, slots=True, repr=False)
class Circle:
    """Everything at most `radius_m` from the centre. Without a text form, as a fix is."""

    centre: Vertex
    radius_m: float

    def __post_init__(self) -> None:
        _require_on_globe(self.centre)
        if not 0 < self.radius_m <= WIDTH_MAX_M / 2:
            raise IllegalValue("a circular zone has a radius of more than 0 m and at most 25 km")

    def __repr__(self) -> str:
        return "<Circle>"


@dataclass(frozen=True, slots=True, repr=False)
class Polygon:
    """An outer ring and holes in it, each without its closing vertex. Without a text form, as a fix is."""

    rings: tuple[tuple[Vertex, ...], ...]

    def __post_init__(self) -> None:
        if not self.rings or any(len(ring) < 3 for ring in self.rings):
            raise IllegalValue("a ring of a zone has at least three corners")
        if sum(len(ring) for ring in self.rings) > VERTICES_MAX:
            raise IllegalValue(f"a zone has more than {VERTICES_MAX} corners")
        for ring in self.rings:
            for vertex in ring:
                _require_on_globe(vertex)
            if any(abs(a[1] - b[1]) > 180 * _E7 for a, b in zip(ring, ring[1:] + ring[:1], strict=True)):
                raise IllegalValue("a zone does not cross the antimeridian: draw it as two")

    def __repr__(self) -> str:
        return "<Polygon>"


Shape = Circle | Polygon


def _require_on_globe(vertex: Vertex) -> None:
    if not (abs(vertex[0]) <= 90 * _E7 and abs(vertex[1]) <= 180 * _E7):
        raise IllegalValue("a zone outside the globe")


@dataclass(frozen=True, slots=True)
class Box:
    """From south-west to north-east, in degrees times ten million. A point is a box too."""

    south_e7: int
    west_e7: int
    north_e7: int
    east_e7: int
