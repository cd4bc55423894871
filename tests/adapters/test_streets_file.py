"""Streets of a map as they lie in the data folder: found by square, with nothing of the map's own words in the file."""

import re
import zlib

import pytest

from custodiet.adapters.osm import lines_in
from custodiet.adapters.streets import StreetsFile
from custodiet.flows.streets import keep_streets
from custodiet.model.errors import CannotRecord, NotTheFormat
from custodiet.model.streets import Drawn, Square
from custodiet.rules.streets import KEYS, TEXT_MAX, drawn_as, square_of
from custodiet.simulation.town_map import degrees, sensitive_places, write_town

CROWDED = Square(Drawn.STREET, 5, 5)


@pytest.fixture
def kept(tmp_path):
    return StreetsFile(tmp_path / "streets.db")


@pytest.fixture
def town(tmp_path):
    file = tmp_path / "town.osm.pbf"
    write_town(file, 1)
    return file


def squares_of(place):
    at = tuple(round(one * 1e7) for one in degrees(place))
    return [square_of(drawn, *at) for drawn in Drawn]


def test_what_was_kept_is_found_by_its_square_and_nothing_else_is(kept):
    there, elsewhere = Square(Drawn.ROAD, -3, 7), Square(Drawn.STREET, -3, 7)
    kept.keep([(there, "[1,2,3,4]"), (there, "[5,6,7,8]")])
    found = kept.in_squares([elsewhere, there], 1000)
    assert [square for square, _ in found.lines] == [there]
    assert sorted(re.findall(r"\[[^]]+\]", found.lines[0][1])) == ["[1,2,3,4]", "[5,6,7,8]"]
    assert found.whole


def test_what_has_no_room_is_left_out_and_that_is_said(kept):
    kept.keep([(CROWDED, f"[{number},2,3,4]") for number in range(1000)] + [(Square(Drawn.STREET, 5, 6), "[1,2,3,4]")])
    found = kept.in_squares([CROWDED, Square(Drawn.STREET, 5, 6)], 1000)
    assert [square.column for square, _ in found.lines] == [6]
    assert not found.whole


def test_a_newer_map_takes_the_place_of_the_one_before_and_one_that_is_broken_off_of_none(kept):
    def broken_off():
        yield CROWDED, "[9,9,9,9]"
        raise NotTheFormat("broken off")

    kept.keep([(CROWDED, "[1,2,3,4]")])
    with pytest.raises(NotTheFormat):
        kept.keep(broken_off())
    assert kept.in_squares([CROWDED], 1000).lines == ((CROWDED, "[1,2,3,4]"),)
    kept.keep([(CROWDED, "[5,6,7,8]")])
    assert kept.in_squares([CROWDED], 1000).lines == ((CROWDED, "[5,6,7,8]"),)


def test_a_file_that_is_not_there_or_is_damaged_gives_nothing_and_stops_no_reading(kept, tmp_path):
    assert kept.in_squares([CROWDED], 1000) is None
    kept.keep([(CROWDED, "[1,2,3,4]")])
    file = tmp_path / "streets.db"
    file.write_bytes(b"made up" * 1000)
    assert kept.in_squares([CROWDED], 1000) is None


def test_where_nothing_can_be_written_nothing_is_kept_and_it_is_said(tmp_path):
    with pytest.raises(CannotRecord):
        StreetsFile(tmp_path / "nowhere" / "streets.db").keep([])


def test_of_the_made_up_town_streets_and_water_are_kept_no_name_and_no_masked_place(kept, town, tmp_path):
    keep_streets(kept, lines_in(town, KEYS, drawn_as))
    found = kept.in_squares([one for place in sensitive_places(1) for one in squares_of(place.at)], TEXT_MAX)
    assert {square.drawn for square, _ in found.lines} == set(Drawn)
    assert all(re.fullmatch(r"[\d,\[\]-]+", lines) for _, lines in found.lines)
    assert b"Made-up" in b"".join(_blocks(town))
    assert b"Made-up" not in (tmp_path / "streets.db").read_bytes()


def _blocks(town):
    """What lies packed in the map."""
    body = town.read_bytes()
    for start in re.finditer(rb"\x78[\x01\x5e\x9c\xda]", body):
        try:
            yield zlib.decompressobj().decompress(body[start.start() :])
        except zlib.error:
            continue
