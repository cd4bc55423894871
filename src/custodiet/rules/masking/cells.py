"""The squares that places are flagged by: of about a hundred metres, fixed on the globe, so that no outline is kept."""

from collections.abc import Iterator
from math import cos, radians

LAT_STEP_E7, LON_STEP_E7 = 10_000, 16_000
"""How high and wide a square is, in degrees times ten million: 111 m by 178 m at the equator, 111 m by 111 m at 51°."""
_LAT_0_E7, _LON_0_E7 = -900_000_000, -1_800_000_000
_COLUMN_BITS = 18
_METRES_A_DEGREE = 111_195.0
_TILE_BITS = 5


def cell_of(lat_e7: int, lon_e7: int) -> int:
    """The square that holds a point."""
    return _cell((lat_e7 - _LAT_0_E7) // LAT_STEP_E7, (lon_e7 - _LON_0_E7) // LON_STEP_E7)


def cells_within(south_e7: int, west_e7: int, north_e7: int, east_e7: int, around_m: float) -> Iterator[int]:
    """Every square that a box touches, or what lies within so many metres of it. A point is a box too."""
    farthest = min(89.0, max(abs(south_e7), abs(north_e7)) / 1e7)
    up_e7 = around_m / _METRES_A_DEGREE * 1e7
    aside_e7 = up_e7 / cos(radians(farthest))
    first = int(south_e7 - up_e7 - _LAT_0_E7) // LAT_STEP_E7
    last = int(north_e7 + up_e7 - _LAT_0_E7) // LAT_STEP_E7
    left = int(west_e7 - aside_e7 - _LON_0_E7) // LON_STEP_E7
    right = int(east_e7 + aside_e7 - _LON_0_E7) // LON_STEP_E7
    for row in range(first, last + 1):
        for column in range(left, right + 1):
            yield _cell(row, column)


def tiles_around(cell: int) -> Iterator[int]:
    """The tile of 32 by 32 squares that a square lies in, and the eight around it: some three to seven kilometres."""
    row, column = _tile(cell)
    for up in (-1, 0, 1):
        for aside in (-1, 0, 1):
            yield _cell(row + up, column + aside)


def tile_of(cell: int) -> int:
    """The tile that a square lies in."""
    return _cell(*_tile(cell))


def _tile(cell: int) -> tuple[int, int]:
    return cell >> _COLUMN_BITS + _TILE_BITS, (cell & (1 << _COLUMN_BITS) - 1) >> _TILE_BITS


def _cell(row: int, column: int) -> int:
    return max(row, 0) << _COLUMN_BITS | column % (1 << _COLUMN_BITS)
