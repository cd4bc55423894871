"""What is packed of zones is what was drawn; and laid out as columns it is what it would be one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.pretty import pretty_repr
from support.zones_drawn import circles, polygons, town_polygons

from custodiet.model.shape import VERTICES_MAX, Circle, Polygon
from custodiet.rules.conditions.packed_zones import PackedZones
from custodiet.rules.conditions.zones import lay_out_again
from custodiet.rules.conditions.zones_columns import drawn, laid_out

SHAPES = circles() | polygons()
SQUARE = Polygon((((465000000, -280000000), (465000000, -279900000), (465100000, -279900000)),))
FAR = 900000000
EXTREME = (
    Circle((FAR, 2 * FAR), 25_000.0),
    Circle((-FAR, -2 * FAR), 5e-324),
    Polygon((((FAR, 2 * FAR), (-FAR, 0), (FAR, 0)), ((0, 0), (FAR, 2 * FAR), (-FAR, 2 * FAR)))),
    Polygon(tuple(((0, 0), (1, 0), (-FAR, -2 * FAR + number)) for number in range(VERTICES_MAX // 3))),
    Polygon((tuple((number, -number) for number in range(VERTICES_MAX)),)),
)


def packed_of(shapes):
    return PackedZones.together([PackedZones.of(shape) for shape in shapes])


@given(st.lists(SHAPES | st.none() | st.sampled_from(EXTREME), min_size=1, max_size=6))
def test_what_is_packed_reads_back_as_the_same_zones_in_their_order(shapes):
    packed = packed_of(shapes)
    assert packed.shapes() == shapes
    assert [one.shapes() for one in packed.each()] == [[shape] for shape in shapes]
    assert PackedZones.together(packed.each()) == packed
    assert packed.are_at_hand() == (None not in shapes)
    assert packed.not_given() == []


@pytest.mark.parametrize("shape", EXTREME)
def test_so_do_those_at_the_ends_of_the_globe_and_of_what_may_be_drawn(shape):
    assert packed_of([shape, None, shape]).shapes() == [shape, None, shape]


@given(st.lists(st.sampled_from(["given", "unsound", "not given"]), min_size=1, max_size=8), st.data())
def test_a_zone_that_was_not_given_is_told_from_one_that_cannot_be_laid_out(marks, data):
    known = {"unsound": PackedZones.of(None), "not given": PackedZones.none_given(1)}
    packed = PackedZones.together([known.get(one) or PackedZones.of(data.draw(SHAPES)) for one in marks])
    assert packed.not_given() == [place for place, one in enumerate(marks) if one == "not given"]
    assert packed.are_at_hand() == (set(marks) == {"given"})
    assert [shape is not None for shape in packed.shapes()] == [one == "given" for one in marks]


def test_nothing_given_is_so_many_zones_that_were_not():
    packed = PackedZones.none_given(3)
    assert packed.not_given() == [0, 1, 2]
    assert packed.shapes() == [None] * 3
    assert packed.each() == [PackedZones.none_given(1)] * 3


def test_five_zones_of_a_town_are_two_hundred_bytes():
    assert packed_of([SQUARE, Circle((465000000, -280000000), 400.0)] * 2 + [SQUARE]).__sizeof__() < 200


@given(st.lists(st.lists(circles() | town_polygons(), min_size=1, max_size=5), max_size=6))
def test_laid_out_as_columns_zones_are_what_they_are_one_by_one(of_decisions):
    rows = laid_out(drawn([packed_of(shapes) for shapes in of_decisions]))
    areas = [lay_out_again(shape) for shapes in of_decisions for shape in shapes]
    edges = [list(area.edges()) for area in areas]
    assert rows.first.tolist() == np.cumsum([0, *map(len, edges)]).tolist()
    radii_m = [shape.radius_m if isinstance(shape, Circle) else np.nan for shapes in of_decisions for shape in shapes]
    assert np.array_equal(rows.radius_m, radii_m, equal_nan=True)
    assert_near(rows.planes, [area.plane for area in areas])
    assert_near(rows.boxes, [area.box for area in areas])
    plain = np.array([edge for of_area in edges for edge in of_area]).reshape(-1, 5)
    assert_near(rows.edges[:, :4], plain[:, :4])
    np.testing.assert_allclose(rows.edges[:, 4], plain[:, 4], rtol=1e-9, atol=1e-3)


def assert_near(found, plain):
    np.testing.assert_allclose(found, np.array(plain).reshape(found.shape), rtol=0, atol=1e-6)


def test_nothing_of_what_is_held_of_a_zone_can_be_printed():
    for held in (packed_of([SQUARE]), lay_out_again(SQUARE)):
        shown = [repr(held), str(held), f"{held}", f"{[held]}", pretty_repr({"held": held})]
        assert not [one for one in shown if "\\x" in one or "b'" in one]
