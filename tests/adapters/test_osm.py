"""What a map says is somewhere: as people draw it, with what is broken in it, and nothing of what is no map."""

import osmium
import pytest

from custodiet.adapters.osm import boxes_in, lines_in
from custodiet.model.errors import NotTheFormat
from custodiet.model.shape import Box
from custodiet.model.streets import Drawn
from custodiet.rules import streets
from custodiet.rules.masking.classes import KEYS, is_sensitive

CLINIC = {"amenity": "clinic"}
CORNERS = {1: (0.0, 51.0), 2: (0.001, 51.0), 3: (0.001, 51.001), 4: (0.0, 51.001)}
WHOLE = Box(510_000_000, 0, 510_010_000, 10_000)
RING, CROSSED = (1, 2, 3, 4, 1), (1, 2, 4, 3, 1)


@pytest.fixture
def drawn(tmp_path):
    def draw(*ways, relations=(), corners=(1, 2, 3, 4), points=()):
        make, file = osmium.osm.mutable, tmp_path / "made-up.osm.pbf"
        file.unlink(missing_ok=True)
        with osmium.SimpleWriter(str(file)) as writer:
            for number in corners:
                writer.add_node(make.Node(id=number, location=CORNERS[number], version=1))
            for number, (at, tags) in enumerate(points, 10):
                writer.add_node(make.Node(id=number, location=at, tags=tags, version=1))
            for number, (nodes, tags) in enumerate(ways, 1):
                writer.add_way(make.Way(id=number, nodes=nodes, tags=tags, version=1))
            for number, tags in enumerate(relations, 1):
                outer = [("w", way, "outer") for way in range(1, len(ways) + 1)]
                writer.add_relation(make.Relation(id=number, members=outer, tags=tags, version=1))
        return set(boxes_in(file, KEYS, is_sensitive))

    draw.file = tmp_path / "made-up.osm.pbf"
    return draw


def lines(drawn):
    return sorted(lines_in(drawn.file, streets.KEYS, streets.drawn_as))


def corners(*numbers):
    return tuple((round(CORNERS[one][1] * 1e7), round(CORNERS[one][0] * 1e7)) for one in numbers)


def test_streets_are_lines_and_buildings_points_and_areas_of_streets_are_none(drawn):
    drawn(((1, 2, 3), {"highway": "residential"}), ((3, 4), {"highway": "primary"}), (RING, {"building": "yes"}))
    assert lines(drawn) == [(Drawn.ROAD, corners(3, 4)), (Drawn.STREET, corners(1, 2, 3))]
    drawn(((1, 2, 3), {}), ((3, 4, 1), {}), relations=[{"type": "multipolygon", "highway": "pedestrian"}])
    assert lines(drawn) == []
    drawn(points=[((-0.5, 51.5), {"highway": "residential"})])
    assert lines(drawn) == []


def test_a_lake_of_several_lines_has_its_edge_and_one_that_closes_has_it_once(drawn):
    lake = {"natural": "water", "water": "lake"}
    drawn(((1, 2, 3), {}), ((3, 4, 1), {}), relations=[{"type": "multipolygon", **lake}])
    [(kind, edge)] = lines(drawn)
    assert (kind, edge[0], set(edge)) == (Drawn.WATER, edge[-1], set(corners(1, 2, 3, 4)))
    drawn((RING, lake))
    assert lines(drawn) == [(Drawn.WATER, corners(*RING))]


def test_a_street_with_one_end_off_the_map_is_none(drawn):
    drawn(((1, 2), {"highway": "residential"}), corners=(1,))
    assert lines(drawn) == []


def test_points_outlines_and_areas_of_several_lines_are_boxes(drawn):
    assert drawn(points=[((-0.5, 51.5), CLINIC)]) == {Box(515_000_000, -5_000_000, 515_000_000, -5_000_000)}
    assert drawn((RING, CLINIC)) == {WHOLE}
    assert drawn(((1, 2, 3), {}), ((3, 4, 1), {}), relations=[{"type": "multipolygon", **CLINIC}]) == {WHOLE}
    assert drawn((RING, {"shop": "supermarket"})) == set()


def test_what_someone_drew_wrong_keeps_no_map_from_being_read(drawn):
    assert drawn((CROSSED, CLINIC)) == {WHOLE}
    assert drawn((RING, CLINIC), corners=(1, 2)) == {Box(510_000_000, 0, 510_000_000, 10_000)}
    assert drawn((RING, CLINIC), corners=(), points=[((-0.5, 51.5), {})]) == set()


def test_a_diocese_is_no_place(drawn):
    diocese = {"type": "boundary", "boundary": "religious_administration", "religion": "christian"}
    assert drawn((RING, {}), relations=[diocese]) == set()
    assert drawn((RING, {}), relations=[{**diocese, "amenity": "monastery"}]) == {WHOLE}


def test_what_is_no_map_or_one_that_is_broken_off_is_none(drawn, tmp_path):
    drawn((RING, CLINIC))
    file = tmp_path / "made-up.osm.pbf"
    for content in (b"", b"made up", file.read_bytes()[:-20]):
        file.write_bytes(content)
        with pytest.raises(NotTheFormat):
            list(boxes_in(file, KEYS, is_sensitive))
