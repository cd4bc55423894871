"""A zone as a picture: its outline as it is judged, north up, and a bar that tells how large it is.

Drawn here, in the zone's own plane: no map is asked for, so nobody learns what is looked at, and no script is needed.
The words beside it say the same (entrypoints/web/said_conditions.py). Attributes only: the policy takes no styles.
"""

from math import cos, floor, log10, pi, sin

from markupsafe import Markup

from custodiet.model.shape import Circle
from custodiet.rules.conditions.plane import Plane, point
from custodiet.wire.geometry import read_shape

SIDE, EDGE = 200, 16
"""Pixels: of the square that the outline fills, and around it."""
_CORNERS = 72
"""A circle is drawn with so many: less than a tenth of a pixel from round."""
Place = tuple[float, float]
"""Metres east and north."""


def picture_of(geometry: bytes, words: str) -> Markup:
    """The picture of a zone's GeoJSON; `words` for whoever does not see it. Raises NotTheFormat."""
    rings = _rings(geometry)
    west, south, east, north = _box(rings)
    scale = SIDE / max(east - west, north - south, 1.0)
    paths = " ".join(
        "M" + " L".join(f"{EDGE + (x - west) * scale:.1f} {EDGE + (north - y) * scale:.1f}" for x, y in ring) + " Z"
        for ring in rings
    )
    wide, high = SIDE + 2 * EDGE, (north - south) * scale + 2 * EDGE
    bar_m = _round_length(SIDE / scale / 2)
    foot = high + 14
    return Markup(
        '<svg class="app-zone" role="img" aria-label="{words}" width="{wide}" height="{tall:.0f}" '
        'viewBox="0 0 {wide} {tall:.0f}" fill="none" stroke="currentColor">'
        '<path d="{paths}" stroke-width="3" stroke-dasharray="9 4"/>'
        '<path d="M{edge} {foot:.1f} v6 h{bar:.1f} v-6" stroke-width="2"/>'
        '<text x="{edge}" y="{below:.1f}" font-size="14" fill="currentColor" stroke="none">{length}</text></svg>'
    ).format(
        words=words,
        wide=wide,
        tall=foot + 28,
        paths=Markup(paths),  # noqa: S704 - numbers and letters of ours alone
        edge=EDGE,
        foot=foot,
        below=foot + 22,
        bar=bar_m * scale,
        length=said_length(bar_m),
    )


def size_of(geometry: bytes) -> tuple[float, float]:
    """Metres from west to east and from south to north of a zone's GeoJSON. Raises NotTheFormat."""
    west, south, east, north = _box(_rings(geometry))
    return east - west, north - south


def said_length(metres: float) -> str:
    """A length to three figures, as a scale says it."""
    number, unit = (metres, "m") if metres < 1000 else (metres / 1000, "km")
    return f"{float(f'{number:.3g}'):g} {unit}"


def _box(rings: list[list[Place]]) -> tuple[float, float, float, float]:
    easts, norths = zip(*(one for ring in rings for one in ring), strict=True)
    return min(easts), min(norths), max(easts), max(norths)


def _rings(geometry: bytes) -> list[list[Place]]:
    shape = read_shape(geometry)
    if isinstance(shape, Circle):
        turns = [2 * pi * number / _CORNERS for number in range(_CORNERS)]
        return [[(shape.radius_m * cos(one), shape.radius_m * sin(one)) for one in turns]]
    plane = Plane.about(*shape.rings[0][0])
    return [[plane.metres(point(*vertex)) for vertex in ring] for ring in shape.rings]


def _round_length(at_most_m: float) -> float:
    """The longest of 1, 2 and 5 with noughts behind that is no longer than this."""
    ten: float = 10 ** floor(log10(at_most_m))
    return max(one * ten for one in (1, 2, 5) if one * ten <= at_most_m)
