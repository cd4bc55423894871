"""Streets and water under the map of a reading: lines, and of each nothing but what it is drawn as."""

from dataclasses import dataclass
from enum import StrEnum

from custodiet.model.shape import Vertex

Line = tuple[Vertex, ...]
"""At least two places, one after the other."""


class Drawn(StrEnum):
    """What a line is drawn as. Stored: never reuse or rename one."""

    ROAD = "road"
    """One that leads through, drawn also from afar."""
    STREET = "street"
    WATER = "water"
    """A river, or the edge of a lake or of the sea."""


@dataclass(frozen=True, slots=True, repr=False)
class Square:
    """A square of the globe, by its row from the equator and its column from Greenwich, and what is asked for in it.

    How large one is follows from what is asked for (rules/streets.py). Without a text form: it tells where.
    """

    drawn: Drawn
    row: int
    column: int

    def __repr__(self) -> str:
        return "<Square>"


@dataclass(frozen=True, slots=True, repr=False)
class Streets:
    """What was found in squares: `lines`, as they are kept. `whole`: nothing was left out for want of room."""

    lines: tuple[tuple[Square, str], ...]
    whole: bool

    def __repr__(self) -> str:
        return "<Streets>"


@dataclass(frozen=True, slots=True, repr=False)
class Under:
    """What a page puts under its map: whole numbers as text (wire/streets.py). `found`: there is anything in it.

    `whole`: nothing was left out for want of room.
    """

    text: str
    found: bool
    whole: bool

    def __repr__(self) -> str:
        return "<Under>"
