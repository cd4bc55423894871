"""Zones as one string of bytes, one after another and as they were drawn: what a monitor holds of a decision.

As areas (zones.Area) they would be eight times as large, and can be laid out of this again. Sizes are fixed,
little-endian: how many pieces there are (u32, with LACKS where a zone is not there); those (u16), in order, and zeros
until the next multiple of eight bytes; the points of each, in the same order. So many of these joined are columns.

A piece is a mark for a zone that is not there, CIRCLE, the corners of an outer ring, or those of a hole in the zone
before, with HOLE. A point has eight bytes. That of a corner is its latitude and longitude in 1e-7 degrees (i32); a
circle has two: its centre, and its radius in metres (f64).
"""

from collections.abc import Iterable, Iterator
from itertools import chain, islice, pairwise
from struct import Struct, pack, unpack_from
from typing import Any, Self, TypeVar

from custodiet.model.shape import Circle, Polygon, Shape

C = TypeVar("C", bound=Any)
"""A count, or a column of them."""

_COUNT = Struct("<I")
LACKS = 1 << 31
_VERTEX = Struct("<ii")
_CIRCLE = Struct("<iid")

NOT_GIVEN, UNSOUND, CIRCLE = range(3)
"""Not yet; one that cannot be laid out; and what has two points. A ring has at least three corners."""
HOLE = 0x8000
CORNERS = HOLE - 1
"""Those bits of a piece that say how many."""
POINT_BYTES = _VERTEX.size


def head_bytes(count: C) -> C:
    """What stands before the points of so many pieces."""
    told: C = (count * 2 + _COUNT.size + POINT_BYTES - 1) // POINT_BYTES * POINT_BYTES
    return told


class PackedZones(bytes):
    """In an order that whoever holds them knows; without a text form."""

    __slots__ = ()

    @classmethod
    def of(cls, shape: Shape | None) -> Self:
        """One zone; None for one that cannot be laid out."""
        if shape is None:
            return cls._of([UNSOUND], b"")
        if isinstance(shape, Circle):
            return cls._of([CIRCLE], _CIRCLE.pack(*shape.centre, shape.radius_m))
        outer, *holes = [len(ring) for ring in shape.rings]
        numbers = [*chain.from_iterable(chain.from_iterable(shape.rings))]
        return cls._of([outer, *(HOLE | corners for corners in holes)], pack(f"<{len(numbers)}i", *numbers))

    @classmethod
    def none_given(cls, count: int) -> Self:
        """So many zones that were not given yet."""
        return cls._of([NOT_GIVEN] * count, b"")

    @classmethod
    def together(cls, zones: Iterable["PackedZones"]) -> Self:
        """All of these, in their order."""
        each = list(zones)
        pieces, points = zip(*[one.parts() for one in each], strict=True)
        lacks = 0 if all(one.are_at_hand() for one in each) else LACKS
        return cls._joined(sum(map(len, pieces)) // 2, lacks, b"".join(pieces), b"".join(points))

    @classmethod
    def _of(cls, pieces: list[int], points: bytes) -> Self:
        lacks = LACKS if min(pieces) <= UNSOUND else 0
        return cls._joined(len(pieces), lacks, pack(f"<{len(pieces)}H", *pieces), points)

    @classmethod
    def _joined(cls, count: int, lacks: int, pieces: bytes, points: bytes) -> Self:
        return cls((_COUNT.pack(count | lacks) + pieces).ljust(head_bytes(count), b"\0") + points)

    def parts(self) -> tuple[bytes, bytes]:
        """Its pieces, and the points of them all."""
        count = self._count()
        return self[_COUNT.size : _COUNT.size + 2 * count], self[head_bytes(count) :]

    def each(self) -> list["PackedZones"]:
        """The zones, apart."""
        return [self._of(list(pieces), points) for pieces, points in self._zones()]

    def shapes(self) -> list[Shape | None]:
        """Of each zone; None for one that is not there."""
        return [_shape(pieces, points) for pieces, points in self._zones()]

    def are_at_hand(self) -> bool:
        """Whether each of them was given and can be laid out."""
        return not _COUNT.unpack_from(self)[0] & LACKS

    def not_given(self) -> list[int]:
        """The places of those that were not given yet."""
        pieces = self._pieces()
        if NOT_GIVEN not in pieces:
            return []
        zones = [piece for piece in pieces if piece < HOLE]
        return [place for place, piece in enumerate(zones) if piece == NOT_GIVEN]

    def _pieces(self) -> tuple[int, ...]:
        return unpack_from(f"<{self._count()}H", self, _COUNT.size)

    def _count(self) -> int:
        count: int = _COUNT.unpack_from(self)[0]
        return count & ~LACKS

    def _zones(self) -> Iterator[tuple[tuple[int, ...], bytes]]:
        """Of each its pieces, and the points of those."""
        pieces, (_, points) = self._pieces(), self.parts()
        begins = [place for place, piece in enumerate(pieces) if piece < HOLE]
        for first, after in pairwise([*begins, len(pieces)]):
            size = POINT_BYTES * sum(piece & CORNERS for piece in pieces[first:after] if piece > UNSOUND)
            yield pieces[first:after], points[:size]
            points = points[size:]

    def __repr__(self) -> str:
        return "<PackedZones>"

    def __str__(self) -> str:
        return repr(self)


def _shape(pieces: tuple[int, ...], points: bytes) -> Shape | None:
    if pieces[0] <= UNSOUND:
        return None
    if pieces[0] == CIRCLE:
        lat_e7, lon_e7, radius_m = _CIRCLE.unpack(points)
        return Circle((lat_e7, lon_e7), radius_m)
    vertices = _VERTEX.iter_unpack(points)
    return Polygon(tuple((*islice(vertices, piece & CORNERS),) for piece in pieces))
