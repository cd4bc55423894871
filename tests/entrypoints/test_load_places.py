"""`load-places`: a map becomes a list of squares and an entry that names both; what is no such map becomes nothing."""

from functools import partial

import pytest

from custodiet.adapters.osm import boxes_in, digest_of, lines_in
from custodiet.adapters.streets import StreetsFile
from custodiet.entrypoints.cli.places import load_map
from custodiet.model.streets import Drawn
from custodiet.rules.masking.cells import cell_of
from custodiet.rules.streets import KEYS as STREET_KEYS
from custodiet.rules.streets import drawn_as, square_of
from custodiet.simulation.town_map import degrees, ordinary_places, sensitive_places, write_town
from custodiet.wire.place_list import read_place_list
from custodiet.wire.records import read_entry, read_record


@pytest.fixture
def town(tmp_path):
    file = tmp_path / "town.osm.pbf"
    write_town(file, 1)
    return file


def streets_of(house):
    return StreetsFile(house.folder / "data" / "streets.db")


def streets_at_the_middle(house):
    middle = square_of(Drawn.STREET, *(round(one * 1e7) for one in degrees((0.0, 0.0))))
    return streets_of(house).in_squares([middle], 100_000)


def load(house, file, by="operator-3"):
    lines = partial(lines_in, file, STREET_KEYS, drawn_as)
    kept = house.lists, streets_of(house)
    return load_map(house.store, *kept, partial(boxes_in, file), lines, partial(digest_of, file), by)


def told(house):
    with house.store.reading() as view:
        return view.entries(0, 10_000)


def squares(places):
    return {cell_of(*(round(one * 1e7) for one in degrees(place.at))) for place in places}


def test_of_a_map_the_squares_remain_and_an_entry_names_both(house, town, capsys):
    assert load(house, town) == 0
    newest = told(house)[-1]
    entry, record = read_entry(newest.body), read_record(newest.record)
    assert (entry.kind, entry.actor, record.map_sha256) == ("places.loaded", "operator-3", digest_of(town))
    kept = set(read_place_list(house.lists.read(record.list_sha256)))
    assert squares(sensitive_places(1)) <= kept
    assert not squares(ordinary_places(1)) <= kept
    assert f"entry {newest.index}: " in capsys.readouterr().out
    assert streets_at_the_middle(house).lines


def test_what_is_no_map_or_names_no_place_is_refused_and_nothing_is_entered(house, town, tmp_path, capsys, monkeypatch):
    before, broken = told(house), tmp_path / "broken.osm.pbf"
    broken.write_bytes(town.read_bytes()[:-9])
    monkeypatch.setattr("custodiet.simulation.town_map.sensitive_places", lambda _seed: ())
    write_town(tmp_path / "ordinary.osm.pbf", 1)
    for name, by, why in (
        ("broken", "operator-3", "not a map"),
        ("none", "operator-3", "none.osm.pbf"),
        ("ordinary", "operator-3", "nothing_flagged"),
        ("town", "clock", "by_a_process"),
    ):
        assert load(house, tmp_path / f"{name}.osm.pbf", by) == 1
        assert why in capsys.readouterr().err
    assert told(house) == before
    assert streets_at_the_middle(house) is None


def test_where_streets_cannot_be_kept_the_places_are_loaded_all_the_same_and_it_is_said(house, town, capsys):
    (house.folder / "data" / ".streets.db.tmp" / "in the way").mkdir(parents=True)
    assert load(house, town) == 1
    assert told(house)[-1].index
    said = capsys.readouterr()
    assert "not shown in readings" in said.out
    assert "streets were not loaded" in said.err
    assert streets_at_the_middle(house) is None
