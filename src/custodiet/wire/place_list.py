"""The list of flagged squares as it lies in the data folder: a line that names it, then eight bytes a square, in order.

Raises NotTheFormat for anything else; the text quotes nothing of it.
"""

import sys
from array import array

from custodiet.model.errors import NotTheFormat

_HEAD = b"custodiet/places/v1\n"


def write_place_list(cells: "array[int]") -> bytes:
    """The list of these squares, which are in order and without repeats."""
    return _HEAD + _big_endian(cells).tobytes()


def read_place_list(body: bytes) -> "array[int]":
    """The squares of a list."""
    cells = array("Q")
    if not body.startswith(_HEAD) or (len(body) - len(_HEAD)) % cells.itemsize:
        raise NotTheFormat("not a list of places")
    cells.frombytes(body[len(_HEAD) :])
    return _big_endian(cells)


def _big_endian(cells: "array[int]") -> "array[int]":
    turned = array("Q", cells)
    if sys.byteorder == "little":
        turned.byteswap()
    return turned
