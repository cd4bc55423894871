"""GeoJSON points with a time: longitude first, a point without a time is no fix, and nothing else is read."""

import json
import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.wire import HOSTILE, JSON, refusal_in_own_words, require_legal, told_by

from custodiet.model.errors import NotTheFormat
from custodiet.model.mode import Kind
from custodiet.model.report import Fix, Report
from custodiet.wire.geojson import BYTES_MAX, read_geojson

AT = datetime(2026, 8, 21, 10, 15, 30, tzinfo=UTC)
FIX = Report("TAG-0042", Kind.FIX, AT, Fix(465000000, -280000000))
NO_FIX = Report("TAG-0042", Kind.FIX, None, None)
TOLD = {"time": "2026-08-21T10:15:30Z"}
ABSENT = object()


def point(coordinates=(-28.0, 46.5), **properties):
    told = {name: value for name, value in (TOLD | properties).items() if value is not ABSENT}
    return {
        "type": "Feature",
        "id": "SECRET",
        "geometry": {"type": "Point", "coordinates": coordinates},
        "properties": told | {"name": "SECRET"},
    }


def line(coordinates, **properties):
    geometry = {"type": "LineString", "coordinates": coordinates}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def collection(*features):
    return {"type": "FeatureCollection", "features": features}


def read(document):
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return list(read_geojson(data, "TAG-0042"))


def test_a_point_is_longitude_then_latitude():
    assert read(point()) == [FIX]
    assert read(point([-28.0, 46.5, 12.5]))[0].fix == Fix(465000000, -280000000, altitude_m=12.5)
    assert read(point([46.5, -28.0]))[0].fix == Fix(-280000000, 465000000)


def test_a_collection_is_read_in_its_order():
    points = [point((-28.0, 46.5 + n / 100)) for n in range(20)]
    assert [one.fix.lat_e7 for one in read(collection(*points))] == [465000000 + n * 100000 for n in range(20)]
    assert read(collection()) == []


TIMES = {
    "time": ({"time": "2026-08-21T10:15:30Z"}, AT),
    "timestamp": ({"time": ABSENT, "timestamp": "2026-08-21T10:15:30Z"}, AT),
    "datetime": ({"time": ABSENT, "datetime": "2026-08-21T10:15:30Z"}, AT),
    "the first that says something": ({"time": None, "timestamp": "2026-08-21T10:15:30Z"}, AT),
    "in seconds": ({"time": 1787307330}, AT),
    "in milliseconds": ({"time": 1787307330250}, AT + timedelta(milliseconds=250)),
    "without a zone": ({"time": "2026-08-21 10:15:30"}, AT),
    "in another zone": ({"time": "2026-08-21T12:15:30+02:00"}, AT),
    "a number as text": ({"time": "1787307330"}, None),
    "long ago": ({"time": 0}, None),
    "beyond all years": ({"time": 1e300}, None),
    "a list": ({"time": [1787307330]}, None),
    "true": ({"time": True}, None),
    "words": ({"time": "noon"}, None),
    "none": ({"time": ABSENT}, None),
    "a line's": ({"time": ABSENT, "coordTimes": ["2026-08-21T10:15:30Z"]}, None),
}


@pytest.mark.parametrize(("properties", "at"), TIMES.values(), ids=TIMES.keys())
def test_a_point_has_a_fix_only_with_its_own_time(properties, at):
    [one] = read(point(**properties))
    assert one.fix_time == at
    assert (one.fix is None) == (at is None)


@pytest.mark.parametrize(
    ("sent", "accuracy"),
    [(8, 8.0), (8.5, 8.5), ("8.5", 8.5), (0, None), (-1, None), ("good", None), ([8], None), (None, None)],
)
def test_an_accuracy_is_metres_or_unknown(sent, accuracy):
    assert read(point(accuracy=sent))[0].fix.accuracy_m == accuracy


@pytest.mark.parametrize(
    "coordinates",
    [[], [1.0], [0, 0], [181, 0], [0, 91], ["-28.0", "46.5"], [None, 46.5], [[-28.0, 46.5]], "SECRET", None, 5, {}],
)
def test_a_place_that_cannot_be_is_no_fix(coordinates):
    assert read(point(coordinates)) == [NO_FIX]


@pytest.mark.parametrize("properties", [None, [], "SECRET", 3])
def test_properties_of_another_kind_say_nothing(properties):
    assert read(point() | {"properties": properties}) == [NO_FIX]
    bare = point()
    del bare["properties"]
    assert read(bare) == [NO_FIX]


PATH = [[-28.0, 46.5], [-28.0, 46.6, 3.0]]


def test_a_line_has_a_time_for_each_of_its_positions():
    got = read(line(PATH, coordTimes=["2026-08-21T10:15:30Z", 1787307331]))
    assert got == [
        FIX,
        Report("TAG-0042", Kind.FIX, AT + timedelta(seconds=1), Fix(466000000, -280000000, altitude_m=3.0)),
    ]


@pytest.mark.parametrize("times", [[], [1787307330], [1787307330] * 3, None, "x", [[], []], ABSENT])
def test_times_that_do_not_match_a_line_are_none_of_its(times):
    properties = {} if times is ABSENT else {"coordTimes": times}
    assert read(line(PATH, **properties)) == [NO_FIX, NO_FIX]


def test_one_time_of_a_line_that_cannot_be_read_costs_its_own_position():
    assert read(line(PATH, coordTimes=["2026-08-21T10:15:30Z", None])) == [FIX, NO_FIX]


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        {"type": "Polygon", "coordinates": [[[-28, 46], [-27, 46], [-27, 47], [-28, 46]]]},
        {"type": "MultiPoint", "coordinates": [[-28, 46]]},
        {"type": "GeometryCollection", "geometries": []},
        {"type": "point", "coordinates": [-28, 46]},
    ],
)
def test_other_geometries_are_passed_over(geometry):
    assert read(collection(point() | {"geometry": geometry}, point())) == [FIX]


NOT_THE_FORMAT = {
    "nothing": (b"", "not JSON"),
    "no JSON": (b"SECRET", "not JSON"),
    "a list": (b"[]", "not GeoJSON of points: at the top"),
    "no type": (b'{"features":[]}', "not GeoJSON of points: at the top"),
    "a geometry alone": (json.dumps(point()["geometry"]).encode(), "not GeoJSON of points: at $.type"),
    "no features": (b'{"type":"FeatureCollection"}', "not GeoJSON of points: at the top"),
    "features that are none": (json.dumps(collection(1)).encode(), "not GeoJSON of points: at $.features[0]"),
    "a feature of another type": (
        json.dumps(collection(point(), point() | {"type": "SECRET"})).encode(),
        "not GeoJSON of points: at $.features[1].type",
    ),
    "a feature without a geometry": (b'{"type":"Feature"}', "not GeoJSON of points: at the top"),
    "a geometry without a type": (b'{"type":"Feature","geometry":{}}', "not GeoJSON of points: at $.geometry"),
    "a tail": (json.dumps(point()).encode() + b"x", "not JSON"),
    "not a number": (json.dumps(point()).replace("46.5", "NaN").encode(), "not JSON"),
    "deep": (json.dumps(point()).replace("46.5", "[" * 50_000).encode(), "not JSON"),
    "deep and closed": (json.dumps(point()).replace("46.5", "[" * 50_000 + "]" * 50_000).encode(), "not JSON"),
    "no UTF-8": (b'{"type":"\xff"}', "not JSON"),
    "too large": (json.dumps(point()).encode() + b" " * BYTES_MAX, f"GeoJSON of more than {BYTES_MAX} bytes"),
}


@pytest.mark.parametrize(("data", "told"), NOT_THE_FORMAT.values(), ids=NOT_THE_FORMAT.keys())
def test_what_is_not_the_format_is_said_by_its_place(data, told):
    with pytest.raises(NotTheFormat) as caught:
        read(data)
    assert str(caught.value) == told
    for secret in ("SECRET", "46.5", "28.0"):
        assert secret not in told_by(caught.value)


@pytest.mark.parametrize("serial", ["", "x" * 129])
def test_a_file_needs_a_serial(serial):
    with pytest.raises(NotTheFormat):
        list(read_geojson(json.dumps(point()).encode(), serial))


HEAVY = {
    "many features": b'{"type":"FeatureCollection","features":['
    + b",".join([b'{"type":"Feature","geometry":null}'] * 5_000)
    + b"]}",
    "a long line": b'{"type":"Feature","geometry":{"type":"LineString","coordinates":['
    + b",".join([b"[1,2]"] * 8_000)
    + b"]}}",
    "a line of nothing": b'{"type":"Feature","geometry":{"type":"LineString","coordinates":['
    + b",".join([b"[]"] * 8_000)
    + b"]}}",
    "many properties": b'{"type":"Feature","geometry":{"type":"Point"},"properties":{'
    + b",".join(b'"%d":[]' % n for n in range(20_000))
    + b"}}",
}


@pytest.mark.parametrize("data", HEAVY.values(), ids=HEAVY.keys())
def test_a_file_costs_at_most_some_thirty_times_its_text(data):
    tracemalloc.start()
    try:
        for one in read_geojson(data, "TAG-0042"):
            require_legal(one)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 35 * len(data)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=100))
def test_any_bytes_are_read_or_are_not_the_format(data):
    with refusal_in_own_words():
        for one in read(data):
            require_legal(one)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["geometry", "properties", "coordinates", "time", "accuracy", "coordTimes"]), JSON | HOSTILE)
def test_any_value_in_any_member_is_read_or_is_not_the_format(name, value):
    for feature in (point(), line(PATH, coordTimes=[1787307330, 1787307331])):
        part = {"geometry": feature, "properties": feature, "coordinates": feature["geometry"]}
        part.get(name, feature["properties"])[name] = value
        with refusal_in_own_words():
            for one in read(collection(point(), feature)):
                require_legal(one)
