"""The places near which a stay is hidden, for one person: those of the map, their own, and decoys drawn by their key.

A decoy is an ordinary place that is treated as a flagged one, the same on every day: that something is hidden there
says nothing. There are decoys only where there is something to hide among them.
"""

import hmac
from array import array
from bisect import bisect_left
from collections.abc import Iterable

from custodiet.model.condition import Interval
from custodiet.model.shape import Box
from custodiet.rules.masking.cells import cells_within, tile_of, tiles_around
from custodiet.rules.masking.stays import judged_for

AROUND_M = 50.0
"""So near a flagged place a stay counts as one there: what a fix may be off by."""
DISC_MAX_M = 150.0
"""A disc that is wider than this tells no place: only so much of it is looked at."""
DECOYS_OF_256 = 24
"""How many of 256 squares around flagged places are decoys."""


class Map:
    """Squares of flagged places, in order and without repeats, as a map gave them; and where decoys may lie."""

    def __init__(self, cells: Iterable[int]) -> None:
        self.cells = array("Q", sorted(set(cells)))
        # One square of each tile will do: a country has many in each.
        of_tiles = {tile_of(cell): cell for cell in self.cells}
        self._around = frozenset(tile for cell in of_tiles.values() for tile in tiles_around(cell))

    def holds(self, cell: int) -> bool:
        """Whether a square is flagged."""
        at = bisect_left(self.cells, cell)
        return at < len(self.cells) and self.cells[at] == cell

    def has_near(self, cell: int) -> bool:
        """Whether anything is flagged in the few kilometres around a square."""
        return tile_of(cell) in self._around


def map_of(boxes: Iterable[Box]) -> Map:
    """The map on which what lies in or around these boxes is flagged."""
    found = (cells_within(one.south_e7, one.west_e7, one.north_e7, one.east_e7, AROUND_M) for one in boxes)
    return Map(cell for cells in found for cell in cells)


class Flagged:
    """The same for one person, whose key draws the decoys. `own`: squares of places they added themselves.

    Theirs have other decoys than the map's: where a map has flagged much already, whoever looks before and after one
    is added would else see it alone go.
    """

    def __init__(self, of_map: Map, own: Map, key: bytes) -> None:
        self._maps = (b"decoy\0", of_map), (b"own decoy\0", own)
        self._key = key
        self._known: dict[int, bool] = {}

    def is_near(self, lat_e7: int, lon_e7: int, accuracy_m: float | None) -> bool:
        """Whether a fix may have been taken at a place near which a stay is hidden."""
        reach_m = DISC_MAX_M if accuracy_m is None else min(accuracy_m, DISC_MAX_M)
        # All of them are asked, the first that is hidden or not: how long it takes says nothing.
        asked = [self._is_hidden(cell) for cell in cells_within(lat_e7, lon_e7, lat_e7, lon_e7, reach_m)]
        return True in asked

    def judged(self, window: Interval) -> Interval:
        """What is looked at so that a window can be shown."""
        return judged_for(window)

    def _is_hidden(self, cell: int) -> bool:
        if cell not in self._known:
            told = [
                (one.holds(cell), self._is_decoy(drawn_as, cell) and one.has_near(cell)) for drawn_as, one in self._maps
            ]
            self._known[cell] = any(map(any, told))
        return self._known[cell]

    def _is_decoy(self, drawn_as: bytes, cell: int) -> bool:
        return hmac.digest(self._key, drawn_as + cell.to_bytes(8), "sha256")[0] < DECOYS_OF_256


class Unmasked:
    """Nothing is hidden, and nothing besides the window is looked at: a yes to unmasking, or a court's order, said so.

    Whoever decides makes one: it cannot come of a list that is missing.
    """

    def is_near(self, lat_e7: int, lon_e7: int, accuracy_m: float | None) -> bool:  # noqa: ARG002 - as Flagged
        """Never."""
        return False

    def judged(self, window: Interval) -> Interval:
        """The window alone."""
        return window
