"""Streets under a reading: which lines of a map are drawn, in which square each lies, and which squares are near."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodiet.model.look_up import Place
from custodiet.model.streets import Drawn, Square
from custodiet.rules.masking.classes import VALUES
from custodiet.rules.streets import NEAR_M, box_of, cut, drawn_as, square_of, squares_near

AT = datetime(2031, 3, 3, 9, tzinfo=UTC)
HERE = 465_000_000, -280_000_000


def place(lat_e7, lon_e7, accuracy_m=8.0):
    return Place(AT, is_home=False, lat_e7=lat_e7, lon_e7=lon_e7, accuracy_m=accuracy_m)


@pytest.mark.parametrize(
    ("tags", "drawn"),
    [
        ({"highway": "primary", "name": "Made-up Road"}, Drawn.ROAD),
        ({"highway": "residential"}, Drawn.STREET),
        ({"highway": "pedestrian", "area": "yes"}, None),
        ({"highway": "residential", "access": "private"}, None),
        ({"highway": "service"}, None),
        ({"highway": "footway"}, None),
        ({"highway": "residential", "landuse": "military"}, None),
        ({"highway": "residential", "religion": "muslim"}, None),
        ({"natural": "coastline"}, Drawn.WATER),
        ({"waterway": "river"}, Drawn.WATER),
        ({"natural": "water", "water": "lake"}, Drawn.WATER),
        ({"natural": "water", "water": "fountain"}, None),
        ({"natural": "water", "water": "lake", "landuse": "cemetery"}, None),
        ({"building": "yes"}, None),
        ({"building": "house", "highway": "residential"}, None),
        ({"amenity": "cafe"}, None),
        ({"name": "Made-up"}, None),
    ],
)
def test_streets_and_water_are_drawn_and_nothing_of_a_place(tags, drawn):
    assert drawn_as(tags, is_area=False) is drawn


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, values in VALUES.items() for value in sorted(values)])
def test_nothing_of_a_class_that_is_masked_is_drawn_whatever_else_it_is(key, value):
    for street in ({"highway": "primary"}, {"natural": "coastline"}):
        assert drawn_as(street | {key: value}, is_area=False) is None


def test_of_areas_only_the_edge_of_water_is_drawn():
    assert drawn_as({"highway": "pedestrian"}, is_area=True) is None
    assert drawn_as({"natural": "water", "water": "lake"}, is_area=True) is Drawn.WATER


corner = st.tuples(st.integers(460_000_000, 470_000_000), st.integers(-285_000_000, -275_000_000))


@given(st.lists(corner, min_size=2, max_size=12, unique=True), st.sampled_from(Drawn))
def test_the_pieces_of_a_line_are_the_line_each_stretch_once_and_in_the_square_of_its_middle(line, drawn):
    pieces = list(cut(drawn, tuple(line)))
    stretches = [(square, ends) for square, piece in pieces for ends in pairwise(piece)]
    joined = [ends[0] for _, ends in stretches] + [stretches[-1][1][1]]
    assert (joined[0], joined[-1]) == (line[0], line[-1])
    assert [one for one in line if one in joined] == joined
    for square, ((lat, lon), (to, at)) in stretches:
        assert square == square_of(drawn, (lat + to) // 2, (lon + at) // 2)


def test_corners_that_lie_next_to_each_other_are_one_and_both_ends_stay():
    line = (HERE, (HERE[0] + 100, HERE[1]), (HERE[0] + 2000, HERE[1]), (HERE[0] + 2100, HERE[1]))
    [(_, piece)] = cut(Drawn.STREET, line)
    assert piece == (line[0], line[2], line[3])


@given(corner, st.sampled_from(Drawn))
def test_a_square_holds_what_lies_in_it(where, drawn):
    box = box_of(square_of(drawn, *where))
    assert box.south_e7 <= where[0] < box.north_e7
    assert box.west_e7 <= where[1] < box.east_e7


def test_squares_are_those_near_what_is_shown_and_a_home_has_none():
    home = Place(AT, is_home=True, lat_e7=None, lon_e7=None, accuracy_m=8.0)
    assert squares_near([home]) == []
    found = squares_near([home, place(*HERE)])
    for square in found:
        box, reach = box_of(square), NEAR_M[square.drawn] / 100_000 * 1e7
        assert box.south_e7 - reach <= HERE[0] < box.north_e7 + reach
        assert box.west_e7 - 1.5 * reach <= HERE[1] < box.east_e7 + 1.5 * reach
    assert {one.drawn for one in found} == set(Drawn)


def test_between_two_places_far_apart_nothing_lies_under_the_map():
    far = place(HERE[0] + 2_000_000, HERE[1])
    assert set(squares_near([place(*HERE), far])) == {*squares_near([place(*HERE)]), *squares_near([far])}


def test_roads_and_water_come_first_and_then_the_streets_where_most_was():
    elsewhere = place(HERE[0] + 2_000_000, HERE[1])
    found = squares_near([elsewhere, place(*HERE), place(*HERE)])
    order = [one.drawn is Drawn.STREET for one in found]
    assert order == sorted(order)
    streets = [one for one in found if one.drawn is Drawn.STREET]
    here = set(squares_near([place(*HERE)]))
    assert [one in here for one in streets] == sorted((one in here for one in streets), reverse=True)


def test_a_wide_disc_has_more_squares_and_no_disc_has_a_country():
    inside = HERE[0] + 50_000, HERE[1] + 80_000
    near, wide, whole = (len(squares_near([place(*inside, metres)])) for metres in (8.0, 1000.0, 100_000.0))
    assert near < wide == whole


def test_what_tells_where_has_no_text_form():
    assert repr(Square(Drawn.STREET, 4650, -1750)) == "<Square>"
