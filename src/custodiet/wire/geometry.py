"""A zone's geometry: GeoJSON bytes to a shape. Source: RFC 7946; positions are [longitude, latitude] in degrees.

Read are a Polygon (an outer ring, then holes, each closed), and a Point with a further member `radius_m` for a circle.
Several parts are several conditions. Raises NotTheFormat, and no other error; the text never quotes a number.
"""

from math import isfinite
from typing import Literal

import msgspec

from custodiet.model.errors import IllegalValue, NotTheFormat
from custodiet.model.shape import VERTICES_MAX, Circle, Polygon, Shape, Vertex


class _Point(msgspec.Struct, frozen=True, tag="Point"):
    coordinates: list[float]
    radius_m: float


class _Polygon(msgspec.Struct, frozen=True, tag="Polygon"):
    coordinates: list[list[list[float]]]


class _Kind(msgspec.Struct, frozen=True):
    type: Literal["Point", "Polygon"]


_kind = msgspec.json.Decoder(_Kind)
_decoder: msgspec.json.Decoder[_Point | _Polygon] = msgspec.json.Decoder(_Point | _Polygon)


def read_shape(geometry: bytes) -> Shape:
    """The shape that these bytes hold."""
    try:
        _kind.decode(geometry)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise NotTheFormat("zone geometry is a GeoJSON Polygon, or a Point with radius_m") from None
    try:
        told = _decoder.decode(geometry)
        if isinstance(told, _Point):
            return Circle(_vertex(told.coordinates), told.radius_m)
        if sum(len(ring) for ring in told.coordinates) > VERTICES_MAX + len(told.coordinates):
            raise IllegalValue(f"a zone has more than {VERTICES_MAX} corners")
        return Polygon(tuple(_ring(ring) for ring in told.coordinates))
    except IllegalValue as error:
        raise NotTheFormat(str(error)) from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, OverflowError):
        raise NotTheFormat("zone geometry with a member that is missing or not of its kind") from None


def _vertex(position: list[float]) -> Vertex:
    if len(position) not in (2, 3) or not all(isfinite(each) for each in position):
        raise IllegalValue("a position of a zone is [longitude, latitude]")
    return round(position[1] * 1e7), round(position[0] * 1e7)


def _ring(positions: list[list[float]]) -> tuple[Vertex, ...]:
    ring = [_vertex(each) for each in positions]
    if len(ring) < 4 or ring[0] != ring[-1]:
        raise IllegalValue("a ring of a zone is closed: its last position is its first")
    return tuple(ring[:-1])
