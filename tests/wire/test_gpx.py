"""GPX tracks: points in order, times in UTC, and nothing that makes a parser grow."""

import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.wire import refusal_in_own_words, require_legal, told_by

from custodiet.model.errors import NotTheFormat
from custodiet.model.mode import Kind
from custodiet.model.report import Fix, Report
from custodiet.wire.gpx import DEPTH_MAX, NAME_CHARACTERS_MAX, NAMES_MAX, PIECE_BYTES, TAG_BYTES_MAX, read_gpx

AT = datetime(2026, 8, 21, 10, 15, 30, tzinfo=UTC)
POINT = '<trkpt lat="46.5" lon="-28.0"><ele>46.5</ele><time>2026-08-21T10:15:30Z</time></trkpt>'
GPX_11 = 'xmlns="http://www.topografix.com/GPX/1/1" version="1.1" creator="made up"'
GPX_10 = 'xmlns="http://www.topografix.com/GPX/1/0" version="1.0" creator="made up"'
FIX = Report("TAG-0042", Kind.FIX, AT, Fix(465000000, -280000000, altitude_m=46.5))
NO_FIX = Report("TAG-0042", Kind.FIX, None, None)


def gpx(points=POINT, root=GPX_11, before='<?xml version="1.0" encoding="UTF-8"?>'):
    return f"{before}<gpx {root}><trk><name>SECRET</name><trkseg>{points}</trkseg></trk></gpx>".encode()


def read(data):
    return list(read_gpx(data, "TAG-0042"))


def refused(data):
    with pytest.raises(NotTheFormat) as caught:
        read(data)
    return caught.value


@pytest.mark.parametrize("root", [GPX_11, GPX_10, ""], ids=["1.1", "1.0", "without a namespace"])
def test_a_point_of_a_track_becomes_a_report(root):
    assert read(gpx(root=root)) == [FIX]


def test_a_prefix_for_the_namespace_changes_nothing():
    prefixed = POINT.replace("<", "<g:").replace("<g:/", "</g:")
    whole = f'<g:gpx xmlns:g="http://www.topografix.com/GPX/1/1"><g:trk><g:trkseg>{prefixed}</g:trkseg></g:trk></g:gpx>'
    assert read(whole.encode()) == [FIX]


def test_points_come_in_the_order_of_the_file():
    points = "".join(POINT.replace("-28.0", f"-28.{n:04d}") for n in range(300))
    got = read(gpx(points))
    assert [one.fix.lon_e7 for one in got] == [-280000000 - n * 1000 for n in range(300)]


def test_points_of_every_track_and_segment_are_read():
    whole = gpx(f"{POINT}</trkseg><trkseg>{POINT}</trkseg></trk><trk><trkseg>{POINT}")
    assert read(whole) == [FIX] * 3


POINTS = {
    "UTC": ("<time>2026-08-21T10:15:30Z</time>", AT),
    "without a zone, as GPX says, UTC": ("<time>2026-08-21T10:15:30</time>", AT),
    "another zone": ("<time>2026-08-21T12:15:30+02:00</time>", AT),
    "milliseconds": ("<time>2026-08-21T10:15:30.125Z</time>", AT + timedelta(milliseconds=125)),
    "spaces around it": ("<time>\n 2026-08-21T10:15:30Z \n</time>", AT),
    "in pieces": ("<time>2026-08-21<!-- a comment -->T10:15:30<![CDATA[Z]]></time>", AT),
    "no time": ("", None),
    "an empty one": ("<time/>", None),
    "a date": ("<time>2026-08-21</time>", None),
    "words": ("<time>noon</time>", None),
    "long ago": ("<time>1970-01-01T00:00:00Z</time>", None),
    "far ahead": ("<time>2100-01-01T00:00:00Z</time>", None),
    "a very long one": (f"<time>2026-08-21T10:15:30Z{'0' * 100_000}</time>", None),
    "a time inside something else": ("<extensions><time>2026-08-21T10:15:30Z</time></extensions>", None),
    "a time of another namespace": ('<time xmlns="urn:other">2026-08-21T10:15:30Z</time>', None),
}


@pytest.mark.parametrize(("inside", "at"), POINTS.values(), ids=POINTS.keys())
def test_a_point_has_a_fix_only_with_its_own_time(inside, at):
    [one] = read(gpx(f'<trkpt lat="46.5" lon="-28.0">{inside}</trkpt>'))
    assert one.fix_time == at
    assert (one.fix is None) == (at is None)


ELEVATIONS = {
    "metres": ("<ele>12.25</ele>", 12.25),
    "below the sea": ("<ele>-3</ele>", -3.0),
    "at the sea, for GPX leaves out what is unknown": ("<ele>0</ele>", 0.0),
    "none": ("", None),
    "empty": ("<ele></ele>", None),
    "not a number": ("<ele>NaN</ele>", None),
    "beyond all numbers": ("<ele>1e999</ele>", None),
    "words": ("<ele>high</ele>", None),
}


@pytest.mark.parametrize(("inside", "altitude"), ELEVATIONS.values(), ids=ELEVATIONS.keys())
def test_an_elevation_is_metres_or_unknown(inside, altitude):
    [one] = read(gpx(f'<trkpt lat="46.5" lon="-28.0">{inside}<time>2026-08-21T10:15:30Z</time></trkpt>'))
    assert one.fix == Fix(465000000, -280000000, altitude_m=altitude)


PLACES = {
    "no lat": 'lon="-28.0"',
    "no lon": 'lat="46.5"',
    "neither": "",
    "0, 0": 'lat="0" lon="0"',
    "beyond the pole": 'lat="90.1" lon="0"',
    "words": 'lat="north" lon="-28.0"',
    "a comma": 'lat="46,5" lon="-28,0"',
}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
def test_a_place_that_cannot_be_is_no_fix(place):
    assert read(gpx(f"<trkpt {place}><time>2026-08-21T10:15:30Z</time></trkpt>")) == [NO_FIX]


def test_one_points_time_is_not_the_next_ones():
    assert read(gpx(POINT + '<trkpt lat="46.5" lon="-28.0"/>')) == [FIX, NO_FIX]


ELSEWHERE = {
    "a waypoint": POINT.replace("trkpt", "wpt"),
    "a route": f"<rte>{POINT.replace('trkpt', 'rtept')}</rte>",
    "a point of another namespace": f'<x:trkpt xmlns:x="urn:other" lat="1" lon="2">{POINT}</x:trkpt>',
    "an extension": f"<extensions>{POINT}</extensions>",
}


@pytest.mark.parametrize("elsewhere", ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_what_is_no_point_of_a_track_is_not_read(elsewhere):
    assert read(gpx(elsewhere)) == []


def test_a_file_without_points_is_a_file():
    assert read(b"<gpx/>") == []


def test_other_encodings_that_a_parser_knows_are_read():
    assert read(gpx(before='<?xml version="1.0" encoding="UTF-16"?>').decode().encode("utf-16")) == [FIX]
    assert read(gpx(before='<?xml version="1.0" encoding="iso-8859-1"?>')) == [FIX]
    assert read(gpx(before="")) == [FIX]


def test_points_are_given_before_the_file_is_at_its_end():
    cut_short = gpx(POINT * 2000)[:-20]
    points = read_gpx(cut_short, "TAG-0042")
    assert next(points) == FIX
    with pytest.raises(NotTheFormat):
        list(points)


BOMB = '<!DOCTYPE gpx [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
NOT_THE_FORMAT = {
    "nothing": (b"", "not XML: line 1"),
    "a space": (b" ", "not XML: line 1"),
    "no XML": (b"lat,lon\n46.5,-28.0", "not XML: line 1"),
    "JSON": (b"{}", "not XML: line 1"),
    "another XML": (b"<kml><gpx/></kml>", "not GPX: its outermost element is another"),
    "GPX of another namespace": (b'<gpx xmlns="urn:other"/>', "not GPX: its outermost element is another"),
    "cut short": (gpx()[:-5], "not XML: line 1"),
    "a tail": (gpx() + b"\nx", "not XML: line 2"),
    "two of them": (gpx(before="") * 2, "not XML: line 1"),
    "a document type": (gpx(before="<!DOCTYPE gpx>"), "a document type, which GPX has none of: line 1"),
    "one with an address": (
        gpx(before='<!DOCTYPE gpx SYSTEM "http://localhost/SECRET">'),
        "a document type, which GPX has none of: line 1",
    ),
    "entities": (gpx(before=BOMB), "a document type, which GPX has none of: line 1"),
    "an entity that nobody declared": (gpx("&SECRET;"), "not XML: line 1"),
    "no UTF-8": (gpx().replace(b"SECRET", b"\xff"), "not XML: line 1"),
    "an encoding that is looked up": (
        gpx(before='<?xml version="1.0" encoding="SECRET"?>'),
        "XML in an encoding that is not UTF-8, UTF-16, ASCII or Latin-1",
    ),
    "an encoding of Python's own": (
        gpx(before='<?xml version="1.0" encoding="unicode_escape"?>'),
        "XML in an encoding that is not UTF-8, UTF-16, ASCII or Latin-1",
    ),
    "deep": (
        gpx("<x>" * DEPTH_MAX + "</x>" * DEPTH_MAX),
        f"more than {DEPTH_MAX} elements deep: line 1",
    ),
    "very deep": (gpx("<x>" * 100_000), f"more than {DEPTH_MAX} elements deep: line 1"),
    "many elements": (
        gpx("".join(f"<x{n}/>" for n in range(NAMES_MAX))),
        f"more than {NAMES_MAX} names, or one of more than {NAME_CHARACTERS_MAX} characters: line 1",
    ),
    "many attributes": (
        gpx("".join(f'<x a{n}="1"/>' for n in range(NAMES_MAX))),
        f"more than {NAMES_MAX} names, or one of more than {NAME_CHARACTERS_MAX} characters: line 1",
    ),
    "a long name": (
        gpx(f"<{'x' * NAME_CHARACTERS_MAX}/>"),
        f"more than {NAMES_MAX} names, or one of more than {NAME_CHARACTERS_MAX} characters: line 1",
    ),
    "a huge tag": (gpx('<x y="' + "z" * 1_000_000), f"a tag of more than {TAG_BYTES_MAX} bytes: line 1"),
    "the same attribute twice": (gpx('<trkpt lat="46.5" lat="46.6" lon="-28.0"/>'), "not XML: line 1"),
    "a zero character": (gpx("\0"), "not XML: line 1"),
    "a prefix that nobody declared": (gpx("<x:SECRET/>"), "not XML: line 1"),
}


@pytest.mark.parametrize(("data", "told"), NOT_THE_FORMAT.values(), ids=NOT_THE_FORMAT.keys())
def test_what_is_not_the_format_is_said_by_its_line(data, told):
    error = refused(data)
    assert str(error) == told
    for secret in ("SECRET", "46.5", "28.0"):
        assert secret not in told_by(error)


@pytest.mark.parametrize("serial", ["", "x" * 129])
def test_a_file_needs_a_serial(serial):
    with pytest.raises(NotTheFormat):
        list(read_gpx(gpx(), serial))


HEAVY = {
    "many points": POINT * 6_000,
    "many elements": "<x/>" * 100_000,
    "one long text": f"<name>{'y' * 2_000_000}</name>",
    "one long time": f'<trkpt lat="1" lon="2"><time>{"1" * 2_000_000}</time></trkpt>',
    "many texts in one point": f"<trkpt>{'<a>b</a>' * 100_000}</trkpt>",
    "long texts in one point": "<trkpt>" + "".join(f"<a{n}>{'y' * 9_000}</a{n}>" for n in range(900)) + "</trkpt>",
    "many long names": "".join(f"<{'y' * 200}{n}/>" for n in range(900)),
    "a long comment": f"<!--{'y' * (TAG_BYTES_MAX - 1000)}-->",
}


@pytest.mark.parametrize("inside", HEAVY.values(), ids=HEAVY.keys())
def test_a_file_of_any_size_is_read_a_piece_at_a_time(inside):
    data = gpx(inside)
    tracemalloc.start()
    try:
        for one in read_gpx(data, "TAG-0042"):
            require_legal(one)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 60 * PIECE_BYTES


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60) | st.text("<>/=\"' &;!-[]?ax1.", max_size=60).map(str.encode))
def test_any_bytes_are_read_or_are_not_the_format(data):
    for whole in (data, gpx().replace(b"SECRET", data), gpx().replace(POINT.encode(), data)):
        with refusal_in_own_words():
            for one in read(whole):
                require_legal(one)
