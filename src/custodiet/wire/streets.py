"""Streets and water as text: lists of whole numbers and nothing else, so that no name can stand in it.

A line is its first place and then the steps from each place to the next, latitude before longitude, in degrees times a
hundred thousand (about a metre). Under a reading lies [roads, streets, water]: of each its squares, of each square its
edges (south, west, north, east) and its lines; and behind it spaces, up to a length that says little.
"""

from collections.abc import Iterable
from itertools import pairwise

from custodiet.model.shape import Box
from custodiet.model.streets import Drawn, Line

_E5 = 100


def write_line(line: Line) -> str:
    """One line."""
    places = [(round(lat / _E5), round(lon / _E5)) for lat, lon in line]
    steps = [number for (lat, lon), (to, at) in pairwise(places) for number in (to - lat, at - lon)]
    return _list(map(str, (*places[0], *steps)))


def write_under(squares: Iterable[tuple[Drawn, Box, str]], step: int) -> str:
    """What lies under a reading: squares by what is drawn in them, with the lines of each, parted by commas.

    Its length is a multiple of `step`.
    """
    told: dict[Drawn, list[str]] = {drawn: [] for drawn in Drawn}
    for drawn, box, lines in squares:
        edges = (box.south_e7, box.west_e7, box.north_e7, box.east_e7)
        told[drawn].append(_list((*(str(edge // _E5) for edge in edges), f"[{lines}]")))
    text = _list(_list(one) for one in told.values())
    return text + " " * (-len(text) % step)


def _list(parts: Iterable[str]) -> str:
    return f"[{','.join(parts)}]"
