"""A zone's picture: its outline as it is judged, to scale, by itself; and the words for whoever does not see it."""

import json
import re

import pytest

from custodiet.entrypoints.web.pictures import EDGE, SIDE, picture_of, said_length, size_of

HERE = (-28.0, 46.5)
M_PER_DEGREE = 111_160.0
"""Of latitude, hereabouts."""


def square(side_m):
    """A field of that side, its corners in degrees."""
    up, along = side_m / M_PER_DEGREE, side_m / (M_PER_DEGREE * 0.6884)
    west, south = HERE
    corners = [(west, south), (west + along, south), (west + along, south + up), (west, south + up), (west, south)]
    return json.dumps({"type": "Polygon", "coordinates": [corners]}).encode()


def circle(radius_m):
    return json.dumps({"type": "Point", "coordinates": HERE, "radius_m": radius_m}).encode()


def corners(picture):
    outline = re.search(r'<path d="(M[^"]+Z)"', picture)[1]
    return [tuple(map(float, one.split())) for one in re.findall(r"[\d.]+ [\d.]+", outline)]


def length_m(picture):
    """What the bar says, over what it measures: metres a pixel."""
    number, unit = re.search(r">([\d.]+) (k?m)</text>", picture).groups()
    pixels = float(re.search(r"v6 h([\d.]+)", picture)[1])
    return float(number) * (1000 if unit == "km" else 1) / pixels


@pytest.mark.parametrize("side_m", [30, 400, 12_000, 45_000])
def test_it_is_to_scale_and_its_bar_is_a_round_length(side_m):
    picture = picture_of(square(side_m), "a field")
    across = max(x for x, _ in corners(picture)) - min(x for x, _ in corners(picture))
    assert across == pytest.approx(SIDE, abs=2)
    assert across * length_m(picture) == pytest.approx(side_m, rel=0.01)
    assert re.search(r">[125]0* k?m</text>", picture)


def test_north_is_up_and_east_is_right():
    south_west, south_east, north_east, north_west = corners(picture_of(square(400), "a field"))
    assert south_west[0] < south_east[0]
    assert north_west[1] < south_west[1]
    assert north_east[0] == pytest.approx(south_east[0], abs=0.5)


@pytest.mark.parametrize("radius_m", [20, 150, 25_000])
def test_a_circle_is_round_and_whole(radius_m):
    picture = picture_of(circle(radius_m), "a circle")
    middle = EDGE + SIDE / 2
    for x, y in corners(picture):
        assert ((x - middle) ** 2 + (y - middle) ** 2) ** 0.5 == pytest.approx(SIDE / 2, abs=0.2)
    assert SIDE / 2 * length_m(picture) == pytest.approx(radius_m, rel=0.01)


def test_it_says_in_words_what_it_shows_whatever_stands_in_them_and_holds_no_style():
    picture = picture_of(circle(150), 'a "circle" <b>')
    assert 'role="img"' in picture
    assert 'aria-label="a &#34;circle&#34; &lt;b&gt;"' in picture
    assert "style" not in picture
    assert "46.5" not in picture


@pytest.mark.parametrize("side_m", [5, 400, 45_000])
def test_it_is_as_large_as_its_outline(side_m):
    assert size_of(square(side_m)) == pytest.approx((side_m, side_m), rel=0.01)
    assert size_of(circle(side_m / 2)) == pytest.approx((side_m, side_m))


def test_a_length_is_said_to_three_figures():
    told = {2.5: "2.5 m", 5.04: "5.04 m", 150: "150 m", 999.9: "1000 m", 12_340: "12.3 km", 49_960: "50 km"}
    assert {metres: said_length(metres) for metres in told} == told
