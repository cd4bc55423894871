"""Streets of a map: kept when it is loaded, and those near what a reading shows put under it.

Promise: what lies under a reading follows from the places that it shows and from the map, and from nothing else: not
from what was masked or cut away, nor from a home.
"""

from collections.abc import Iterable

from custodiet.flows.ports import StreetsKept
from custodiet.model.look_up import Opened
from custodiet.model.streets import Drawn, Line, Under
from custodiet.rules.streets import TEXT_MAX, TEXT_STEP, box_of, cut, squares_near
from custodiet.wire.streets import write_line, write_under

_AROUND = 16
"""Characters around all squares."""


def keep_streets(kept: StreetsKept, lines: Iterable[tuple[Drawn, Line]]) -> None:
    """In place of those of an earlier map. Raises CannotRecord; what was kept before is kept then."""
    kept.keep((square, write_line(piece)) for drawn, line in lines for square, piece in cut(drawn, line))


def streets_under(kept: StreetsKept, opened: Opened) -> Under | None:
    """Those near the places that a reading shows, as much as one page bears; None: no map's are kept."""
    found = kept.in_squares(squares_near(opened.places), TEXT_MAX - _AROUND)
    if found is None:
        return None
    squares = [(square.drawn, box_of(square), lines) for square, lines in found.lines]
    return Under(write_under(squares, TEXT_STEP), bool(squares), found.whole)
