"""What phones send by the OsmAnd protocol: units, unknowns, made-up places, and nothing quoted."""

import copy
import json
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.nouns import names_of
from support.wire import HOSTILE, JSON, refusal_in_own_words, require_legal, told_by

from custodiet.model.errors import NotTheFormat
from custodiet.model.mode import Kind
from custodiet.model.report import Alarm, DeviceSays, Fix, Method, Report
from custodiet.wire.osmand import BYTES_MAX, FIELDS_MAX, decode, decode_json, decode_query

FIX_TIME = datetime(2026, 8, 21, 10, 15, 30, tzinfo=UTC)
KNOT = 0.514444
ABSENT = object()
QUERY = {
    "id": "TAG-0042",
    "timestamp": "1787307330",
    "lat": "46.5",
    "lon": "-28.0",
    "speed": "2.7",
    "bearing": "181.0",
    "altitude": "46.0",
    "accuracy": "8.0",
    "batt": "87",
    "charge": "false",
    "alarm": "tampering",
}
# As the newer app posts it.
MESSAGE = {
    "location": {
        "timestamp": "2026-08-21T10:15:30.000Z",
        "coords": {
            "latitude": 46.5,
            "longitude": -28.0,
            "accuracy": 8.0,
            "speed": 1.39,
            "heading": 181.0,
            "altitude": 46.0,
        },
        "event": "motionchange",
        "is_moving": True,
        "odometer": 18233,
        "mock": False,
        "activity": {"type": "walking"},
        "battery": {"level": 0.87, "is_charging": False},
        "extras": {},
        "_": "&id=OTHER&lat=1.5&lon=2.5&timestamp=2020-01-01T00:00:00.000Z&",
    },
    "device_id": "TAG-0042",
}


def query(**told):
    return urlencode({name: value for name, value in (QUERY | told).items() if value is not ABSENT}).encode()


def message(part=None, **told):
    """The message with other members: of its location, or of a part of that."""
    document = copy.deepcopy(MESSAGE)
    place = document["location"] if part is None else document["location"][part]
    for name, value in told.items():
        if value is ABSENT:
            del place[name]
        else:
            place[name] = value
    return json.dumps(document).encode()


def refused(way, data):
    with pytest.raises(NotTheFormat) as caught:
        way(data)
    return caught.value


# --- a query: what it becomes ---------------------------------------------------------------------------


def test_a_query_becomes_a_report_in_our_units():
    assert decode_query(query()) == Report(
        serial="TAG-0042",
        kind=Kind.FIX,
        fix_time=FIX_TIME,
        fix=Fix(
            465000000,
            -280000000,
            accuracy_m=8.0,
            altitude_m=46.0,
            speed_mps=pytest.approx(2.7 * KNOT, abs=1e-5),
            course_deg=181.0,
        ),
        says=DeviceSays(87.0, False, frozenset({Alarm.CASE})),
    )


TIMES = {
    "seconds": ("1787307330", FIX_TIME),
    "milliseconds": ("1787307330123", FIX_TIME + timedelta(milliseconds=123)),
    "seconds with a fraction": ("1787307330.25", FIX_TIME + timedelta(milliseconds=250)),
    "the last second that is one": ("2147483646", datetime(2038, 1, 19, 3, 14, 6, tzinfo=UTC)),
    "the first that is a millisecond": ("2147483647", None),  # of January 1970
    "ISO with Z": ("2026-08-21T10:15:30Z", FIX_TIME),
    "ISO with milliseconds": ("2026-08-21T10:15:30.123Z", FIX_TIME + timedelta(milliseconds=123)),
    "ISO, cut and not rounded": ("2026-08-21T10:15:30.123999Z", FIX_TIME + timedelta(milliseconds=123)),
    "ISO with an offset": ("2026-08-21T15:45:30+05:30", FIX_TIME),
    "ISO with an offset without a colon": ("2026-08-21T05:15:30-0500", FIX_TIME),
    "ISO without a zone is UTC": ("2026-08-21T10:15:30", FIX_TIME),
    "with a space is UTC": ("2026-08-21 10:15:30", FIX_TIME),
    "with a space, to the minute": ("2026-08-21 10:15", FIX_TIME.replace(second=0)),
    "a date alone": ("2026-08-21", None),
    "a time alone": ("10:15:30", None),
    "the thirteenth month": ("2026-13-01T00:00:00Z", None),
    "the thirtieth of February": ("2026-02-30 00:00:00", None),
    "hour 24": ("2026-08-21T24:00:00Z", None),
    "a week": ("2026-W34-5T10:15:30Z", None),
    "digits that are not ASCII": ("\N{ARABIC-INDIC DIGIT ONE}787307330", None),
    "epoch zero": ("0", None),
    "before it": ("-1787307330", None),
    "GPS week roll-over": ("935280000", None),
    "the last instant before the window": ("946684799", None),
    "the first instant of it": ("946684800", datetime(2000, 1, 1, tzinfo=UTC)),
    "the first instant after it": ("4102444800000", None),
    "the last millisecond of it": ("4102444799999", datetime(2099, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)),
    "beyond all years": ("9" * 30, None),
    "beyond all numbers": ("1e999", None),
    "not a number": ("NaN", None),
    "words": ("now", None),
    "a plain offset that became a space": ("2026-08-21T10:15:30 02:00", None),
    "empty": ("", None),
    "absent": (ABSENT, None),
}


@pytest.mark.parametrize(("sent", "at"), TIMES.values(), ids=TIMES.keys())
def test_a_time_is_read_in_each_of_its_forms_and_a_missing_one_is_no_fix(sent, at):
    read = decode_query(query(timestamp=sent))
    assert read.fix_time == at
    assert (read.fix is None) == (at is None)
    assert read.says == DeviceSays(87.0, False, frozenset({Alarm.CASE}))  # contact, battery and alarms count


def test_a_time_without_a_zone_is_utc_wherever_we_run(monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    try:
        assert decode_query(query(timestamp="2026-08-21 10:15:30")).fix_time == FIX_TIME
    finally:
        monkeypatch.undo()
        time.tzset()


QUANTITIES = {
    "a knot is 0.514444 m/s": ("speed", "1", "speed_mps", pytest.approx(KNOT, abs=1e-6)),
    "standing still is known": ("speed", "0.0", "speed_mps", 0.0),
    "speed backwards": ("speed", "-1", "speed_mps", None),
    "a speed beyond all numbers": ("speed", "1e400", "speed_mps", None),
    "no speed": ("speed", ABSENT, "speed_mps", None),
    "a bearing": ("bearing", "359.5", "course_deg", 359.5),
    "bearing 0 is north or unknown": ("bearing", "0.0", "course_deg", None),
    "a full circle too": ("bearing", "360", "course_deg", None),
    "beyond it": ("bearing", "360.1", "course_deg", None),
    "below it": ("bearing", "-1", "course_deg", None),
    "no bearing": ("bearing", ABSENT, "course_deg", None),
    "an altitude": ("altitude", "46", "altitude_m", 46.0),
    "below the sea": ("altitude", "-12.5", "altitude_m", -12.5),
    "altitude 0 is unknown": ("altitude", "0", "altitude_m", None),
    "no altitude": ("altitude", ABSENT, "altitude_m", None),
    "an accuracy": ("accuracy", "8.5", "accuracy_m", 8.5),
    "accuracy 0 is unknown": ("accuracy", "0.0", "accuracy_m", None),
    "accuracy below it": ("accuracy", "-3", "accuracy_m", None),
    "no accuracy": ("accuracy", ABSENT, "accuracy_m", None),
    "an hdop without an accuracy is not one": ("hdop", "6.0", "accuracy_m", 8.0),
    "an hdop": ("hdop", "6.0", "hdop", 6.0),
    "hdop 0 is unknown": ("hdop", "0.0", "hdop", None),
    "no hdop": ("hdop", ABSENT, "hdop", None),
    "satellites": ("sat", "9", "satellites", 9),
    "satellites that were counted": ("sat", "9", "method", Method.GPS),
    "no satellite": ("sat", "0", "method", None),
    "too many of them": ("sat", "201", "satellites", None),
    "a comma for a point": ("speed", "2,7", "speed_mps", None),
    "an underscore, as Python reads it": ("speed", "2_7", "speed_mps", None),
    "a space, as Python reads it": ("speed", " 27", "speed_mps", None),
    "hexadecimal": ("accuracy", "0x1F", "accuracy_m", None),
    "a plus": ("accuracy", "+8", "accuracy_m", 8.0),
    "without a leading zero": ("accuracy", ".5", "accuracy_m", 0.5),
    "scientific": ("accuracy", "8e1", "accuracy_m", 80.0),
    "not a number": ("accuracy", "NaN", "accuracy_m", None),
    "beyond all numbers": ("accuracy", "Infinity", "accuracy_m", None),
    "very many digits": ("accuracy", "8" * 5000, "accuracy_m", None),
    "very many of a small number": ("accuracy", "8." + "0" * 5000, "accuracy_m", 8.0),
    "very many that come to nothing": ("accuracy", "8" * 50_000 + "x", "accuracy_m", None),
    "empty": ("accuracy", "", "accuracy_m", None),
    "words": ("accuracy", "good", "accuracy_m", None),
}


@pytest.mark.parametrize(("sent", "value", "kept", "expected"), QUANTITIES.values(), ids=QUANTITIES.keys())
def test_each_quantity_is_in_its_unit_or_unknown(sent, value, kept, expected):
    assert getattr(decode_query(query(**{sent: value})).fix, kept) == expected


def test_heading_is_another_word_for_bearing():
    assert decode_query(query(bearing=ABSENT, heading="90")).fix.course_deg == 90.0


def test_deviceid_is_another_word_for_id():
    assert decode_query(query(id=ABSENT, deviceid="TAG-7")).serial == "TAG-7"


def test_a_pair_is_another_way_to_say_lat_and_lon():
    assert decode_query(query(lat=ABSENT, lon=ABSENT, location="46.5,-28.0")) == decode_query(query())


NO_POSITION = {
    "no lat": {"lat": ABSENT},
    "no lon": {"lon": ABSENT},
    "neither": {"lat": ABSENT, "lon": ABSENT},
    "empty": {"lat": "", "lon": ""},
    "0, 0": {"lat": "0", "lon": "-0.0"},
    "almost 0, 0": {"lat": "0.00000004", "lon": "0"},
    "beyond the pole": {"lat": "90.0000001"},
    "beyond the date line": {"lon": "-180.0000001"},
    "a lat that is none": {"lat": "NaN"},
    "a lat in words": {"lat": "north"},
    "half a pair": {"lat": ABSENT, "lon": ABSENT, "location": "46.5"},
    "three of a pair": {"lat": ABSENT, "lon": ABSENT, "location": "46.5,-28.0,7"},
    "a pair that is none": {"lat": ABSENT, "lon": ABSENT, "location": ",,,"},
    "a pair beside another place": {"location": "46.5,-27.0"},
    "half a place beside a pair": {"lat": ABSENT, "location": "46.5,-28.0"},
    "marked invalid": {"valid": "false"},
    "marked invalid by a number": {"valid": "0"},
    "marked by neither": {"valid": "A"},
}


@pytest.mark.parametrize("told", NO_POSITION.values(), ids=NO_POSITION.keys())
def test_a_place_that_cannot_be_is_no_fix_and_keeps_nothing_of_it(told):
    read = decode_query(query(**told))
    assert (read.serial, read.fix, read.fix_time) == ("TAG-0042", None, None)
    assert read.says == DeviceSays(87.0, False, frozenset({Alarm.CASE}))


@pytest.mark.parametrize("word", ["true", "TRUE", "1", ""])
def test_a_fix_is_valid_unless_it_is_said_not_to_be(word):
    assert decode_query(query(valid=word)) == decode_query(query())


SAYS = {
    "a battery in percent": ({"batt": "12.5"}, DeviceSays(12.5, False, frozenset({Alarm.CASE}))),
    "an empty one": ({"batt": "0"}, DeviceSays(0.0, False, frozenset({Alarm.CASE}))),
    "below empty": ({"batt": "-1"}, DeviceSays(None, False, frozenset({Alarm.CASE}))),
    "beyond full": ({"batt": "101"}, DeviceSays(None, False, frozenset({Alarm.CASE}))),
    "charging": ({"charge": "true"}, DeviceSays(87.0, True, frozenset({Alarm.CASE}))),
    "charging by a number": ({"charge": "1"}, DeviceSays(87.0, True, frozenset({Alarm.CASE}))),
    "charging in other words": ({"charge": "yes"}, DeviceSays(87.0, None, frozenset({Alarm.CASE}))),
    "no alarm": ({"alarm": ABSENT}, DeviceSays(87.0, False)),
    "another alarm": ({"alarm": "overspeed"}, DeviceSays(87.0, False)),
    "two alarms": ({"alarm": "removing,lowBattery"}, DeviceSays(87.0, False, frozenset({Alarm.STRAP, Alarm.POWER}))),
    "nothing": ({"alarm": ABSENT, "batt": ABSENT, "charge": ABSENT}, None),
}


@pytest.mark.parametrize(("told", "says"), SAYS.values(), ids=SAYS.keys())
def test_a_device_about_itself(told, says):
    assert decode_query(query(**told)).says == says


def test_a_call_for_help_is_one_and_is_sent_by_hand():
    read = decode_query(b"id=TAG-0042&alarm=sos")
    assert read == Report(
        "TAG-0042", Kind.FIX, None, None, says=DeviceSays(alarms=frozenset({Alarm.HELP})), by_hand=True
    )
    assert not decode_query(query()).by_hand


def test_cells_networks_drivers_and_tokens_are_never_read():
    others = (
        b"&cell=257,02,16,2224&cell=257,02,16,2223,-90&wifi=00-14-22-01-23-45,-80&wifi=spoilt"
        b"&driverUniqueId=SECRET&notificationToken=SECRET&rpm=933&fuel=24&ignition=true&cell&wifi=%FF&=&%&SECRET=SECRET"
    )
    read = decode_query(query() + others)
    assert read == decode_query(query())
    for name in names_of(type(read)):
        assert "SECRET" not in f"{getattr(read, name)!r}"


# The list that upstream's own test accepts, with our places.
ACCEPTED = {
    "cells and networks alone": (
        "id=123456&timestamp=1787307330&cell=257,02,16,2224&cell=257,02,16,2223,-90&wifi=00-14-22-01-23-45,-80",
        ("123456", None),
    ),
    "an ISO time, escaped": (
        "id=902064&lat=46.50288&lon=-28.03412&timestamp=2026-08-21T10%3A15%3A30Z&hdop=6.0&altitude=224.0&speed=0.0",
        ("902064", FIX_TIME),
    ),
    "milliseconds": (
        "id=902064&lat=46.50288&lon=-28.03412&timestamp=1787307330000&hdop=6.0&altitude=224.0&speed=0.0",
        ("902064", FIX_TIME),
    ),
    "a time with a plus for its space, and the id last": (
        "lat=46.50688&lon=-28.05788&timestamp=2026-08-21+10%3A15%3A30&altitude=384.7&speed=0.0&id=353861053849681",
        ("353861053849681", FIX_TIME),
    ),
    "every quantity zero": (
        "id=123456&timestamp=1787307330&lat=46.5&lon=-28.0&speed=0.0&bearing=0.0&altitude=0&hdop=0.0",
        ("123456", FIX_TIME),
    ),
    "the least there is": ("id=123456&timestamp=1787307330&lat=46.5&lon=-28.0", ("123456", FIX_TIME)),
    "no time, and deviceid": (
        "lat=46.5&lon=-28.0&speed=0.0&heading=0.0&vacc=0&hacc=0&altitude=0&deviceid=123456",
        ("123456", None),
    ),
    "no time, and a battery": (
        "id=861001000719969&lat=46.666667&lon=-28.883333&altitude=350.059479&speed=0.000000&batt=87",
        ("861001000719969", None),
    ),
    "a pair": ("id=123456&timestamp=1787307330&location=46.5,-28.0", ("123456", FIX_TIME)),
    "more digits than a step, and a vehicle": (
        "id=123456789012345&timestamp=1787307330&lat=46.7232948571&lon=-28.0061408571&speed=40&ignition=true&rpm=933",
        ("123456789012345", FIX_TIME),
    ),
}


@pytest.mark.parametrize(("sent", "expected"), ACCEPTED.values(), ids=ACCEPTED.keys())
def test_what_upstream_accepts_is_a_report_and_has_a_fix_only_with_its_own_time_and_place(sent, expected):
    read = decode_query(sent.encode())
    assert (read.serial, read.fix_time) == expected
    assert (read.fix is None) == (read.fix_time is None)


# --- a query: escapes, repetitions, bounds ---------------------------------------------------------------


def test_names_and_values_are_unescaped():
    assert decode_query(b"%69d=TAG%2D00%34%32&l%61t=46%2E5&lon=-28.0&timestamp=1787307330").fix.lat_e7 == 465000000
    assert decode_query(b"id=" + quote("Tag\N{MIDDLE DOT}\N{GREEK SMALL LETTER ALPHA}&=+ %").encode()).serial == (
        "Tag\N{MIDDLE DOT}\N{GREEK SMALL LETTER ALPHA}&=+ %"
    )
    assert decode_query(b"id=" + quote_plus("a b+c").encode()).serial == "a b+c"


def test_a_broken_escape_stands_for_itself():
    assert decode_query(b"id=TAG%2&x=%zz").serial == "TAG%2"


def test_what_is_no_text_is_unknown_and_of_the_id_an_error():
    assert decode_query(query() + b"&accuracy=%FF").fix.accuracy_m == 8.0
    assert decode_query(query(accuracy=ABSENT) + b"&accuracy=\xff").fix.accuracy_m is None
    assert str(refused(decode_query, b"id=SECRET%FF")) == "the id of a query is not UTF-8"


def test_what_is_said_twice_and_alike_is_said():
    assert decode_query(query() + b"&" + query()) == decode_query(query())


@pytest.mark.parametrize(
    ("again", "unknown"),
    [("accuracy=9", "accuracy_m"), ("speed=9", "speed_mps"), ("heading=9", "course_deg"), ("altitude=9", "altitude_m")],
)
def test_what_is_said_twice_and_differently_is_unknown(again, unknown):
    fix = decode_query(query() + b"&" + again.encode()).fix
    assert getattr(fix, unknown) is None


@pytest.mark.parametrize("again", ["lat=47", "lon=-27", "timestamp=1787307331", "location=46.5,-27", "valid=1&valid=0"])
def test_two_places_or_times_are_none(again):
    assert decode_query(query() + b"&" + again.encode()).fix is None


def test_all_alarms_of_a_query_count():
    assert decode_query(query() + b"&alarm=removing").says.alarms == {Alarm.CASE, Alarm.STRAP}


def test_two_devices_in_one_query_are_an_error():
    assert str(refused(decode_query, query() + b"&id=OTHER")) == "a query names its device once, as id"
    assert str(refused(decode_query, query() + b"&deviceid=OTHER")) == "a query names its device once, as id"


NOT_A_QUERY = {
    "nothing": b"",
    "a space": b" ",
    "no id": query(id=ABSENT),
    "an empty id": query(id=""),
    "an id without a value": b"id&lat=46.5",
    "a long id": query(id="x" * 129),
    "a long id, counted in characters": query(id="\N{GREEK SMALL LETTER ALPHA}" * 129),
    "a list": b"[]",
    "bytes": bytes(range(256)),
    "too many fields": b"&".join([b"id=TAG-0042", *[b"x=1"] * FIELDS_MAX]),
    "only separators": b"&" * 60_000,
    "too many bytes": b"id=TAG-0042&x=" + b"y" * BYTES_MAX,
}


@pytest.mark.parametrize("data", NOT_A_QUERY.values(), ids=NOT_A_QUERY.keys())
def test_what_is_no_query_is_not_the_format(data):
    refused(decode_query, data)


def test_a_query_may_have_as_many_fields_and_bytes_as_it_may():
    assert decode_query(b"&".join([*[b"x=1"] * (FIELDS_MAX - 1), b"id=TAG-0042"])).serial == "TAG-0042"
    assert decode_query(b"id=TAG-0042&x=".ljust(BYTES_MAX, b"y")).serial == "TAG-0042"
    assert decode_query(query(id="x" * 128)).serial == "x" * 128


# --- JSON ------------------------------------------------------------------------------------------------


def test_a_message_of_the_app_becomes_a_report_in_our_units():
    assert decode_json(message()) == Report(
        serial="TAG-0042",
        kind=Kind.FIX,
        fix_time=FIX_TIME,
        fix=Fix(465000000, -280000000, accuracy_m=8.0, altitude_m=46.0, speed_mps=1.39, course_deg=181.0),
        says=DeviceSays(87.0, False),
    )


COORDS = {
    "metres a second stay": ("speed", 18.67, "speed_mps", 18.67),
    "standing still is known": ("speed", 0, "speed_mps", 0.0),
    "no speed is -1": ("speed", -1, "speed_mps", None),
    "absent speed": ("speed", ABSENT, "speed_mps", None),
    "null speed": ("speed", None, "speed_mps", None),
    "a speed that is none": ("speed", "NaN", "speed_mps", None),
    "a heading": ("heading", 63, "course_deg", 63.0),
    "north is known, for the unknown is -1": ("heading", 0, "course_deg", 0.0),
    "a full circle is north": ("heading", 360, "course_deg", 0.0),
    "no heading is -1": ("heading", -1, "course_deg", None),
    "absent heading": ("heading", ABSENT, "course_deg", None),
    "an accuracy": ("accuracy", 3.8, "accuracy_m", 3.8),
    "accuracy 0 is unknown": ("accuracy", 0, "accuracy_m", None),
    "no accuracy": ("accuracy", -1, "accuracy_m", None),
    "absent accuracy": ("accuracy", ABSENT, "accuracy_m", None),
    "an altitude": ("altitude", -35.7, "altitude_m", -35.7),
    "altitude 0 is unknown": ("altitude", 0, "altitude_m", None),
    "absent altitude": ("altitude", ABSENT, "altitude_m", None),
    "an altitude with its accuracy": ("altitude_accuracy", 3.8, "altitude_m", 46.0),
    "an altitude that the phone disowns": ("altitude_accuracy", -1, "altitude_m", None),
}


@pytest.mark.parametrize(("sent", "value", "kept", "expected"), COORDS.values(), ids=COORDS.keys())
def test_each_quantity_of_the_app_is_in_its_unit_or_unknown(sent, value, kept, expected):
    document = copy.deepcopy(MESSAGE)
    document["location"]["coords"][sent] = value
    document["location"]["coords"] = {n: v for n, v in document["location"]["coords"].items() if v is not ABSENT}
    assert getattr(decode_json(json.dumps(document).encode()).fix, kept) == expected


BATTERIES = {
    "a part of 1 is percent": ({"level": 0.79, "is_charging": True}, DeviceSays(79.0, True)),
    "and without a rest": ({"level": 0.57, "is_charging": False}, DeviceSays(57.0, False)),
    "full": ({"level": 1, "is_charging": False}, DeviceSays(100.0, False)),
    "empty is known": ({"level": 0, "is_charging": False}, DeviceSays(0.0, False)),
    "unknown is -1": ({"level": -1, "is_charging": False}, DeviceSays(None, False)),
    "beyond 1 is unknown": ({"level": 87, "is_charging": False}, DeviceSays(None, False)),
    "no word of charging": ({"level": 0.5}, DeviceSays(50.0, None)),
    "nothing": ({}, None),
    "null": (None, None),
}


@pytest.mark.parametrize(("battery", "says"), BATTERIES.values(), ids=BATTERIES.keys())
def test_a_phone_about_its_battery(battery, says):
    assert decode_json(message(battery=battery)).says == says


APP_TIMES = {
    "its own": ("2026-08-21T10:15:30.000Z", FIX_TIME),
    "another zone": ("2026-08-21T12:15:30.5+02:00", FIX_TIME + timedelta(milliseconds=500)),
    "without a zone": ("2026-08-21T10:15:30", FIX_TIME),
    "null": (None, None),
    "absent": (ABSENT, None),
    "empty": ("", None),
    "a number": (1787307330, None),
    "long ago": ("1970-01-01T00:00:00Z", None),
}


@pytest.mark.parametrize(("sent", "at"), APP_TIMES.values(), ids=APP_TIMES.keys())
def test_a_message_without_a_time_has_no_fix(sent, at):
    read = decode_json(message(timestamp=sent))
    assert read.fix_time == at
    assert (read.fix is None) == (at is None)
    assert read.says == DeviceSays(87.0, False)


NO_PLACE = {
    "no coords": message(coords=ABSENT),
    "null coords": message(coords=None),
    "empty coords": message(coords={}),
    "no latitude": message("coords", latitude=ABSENT),
    "null longitude": message("coords", longitude=None),
    "0, 0": message("coords", latitude=0, longitude=0),
    "out of range": message("coords", latitude=90.1),
    "a latitude in words": message("coords", latitude="north"),
    "made up by another app": message(mock=True),
}


@pytest.mark.parametrize("data", NO_PLACE.values(), ids=NO_PLACE.keys())
def test_no_place_or_one_that_nobody_was_at_is_no_fix_and_the_rest_counts(data):
    assert decode_json(data) == Report("TAG-0042", Kind.FIX, None, None, says=DeviceSays(87.0, False))


APP_ALARMS = {
    "at the top": ({"alarm": "removing"}, {Alarm.STRAP}),
    "among the extras": ({"extras": {"alarm": "sos"}}, {Alarm.HELP}),
    "the top beats the extras": ({"alarm": "removing", "extras": {"alarm": "sos"}}, {Alarm.STRAP}),
    "an empty top too": ({"alarm": "", "extras": {"alarm": "sos"}}, set()),
    "a null top does not": ({"alarm": None, "extras": {"alarm": "sos"}}, {Alarm.HELP}),
    "several": ({"alarm": "tampering,powerCut"}, {Alarm.CASE, Alarm.POWER}),
    "another": ({"alarm": "accident"}, set()),
    "an extra of another kind": ({"extras": {"alarm": 3}}, set()),
    "extras of another kind": ({"extras": ["alarm"]}, set()),
    "no extras": ({"extras": None}, set()),
}


@pytest.mark.parametrize(("told", "alarms"), APP_ALARMS.values(), ids=APP_ALARMS.keys())
def test_the_alarms_of_the_app(told, alarms):
    assert decode_json(message(**told)).says == DeviceSays(87.0, False, frozenset(alarms))


@pytest.mark.parametrize(
    ("extras", "by_hand"),
    [
        ({"manual": True}, True),
        ({"alarm": "sos"}, True),
        ({"manual": False}, False),
        ({"manual": "true"}, False),
        ({"heartbeat": True}, False),
        ({"alarm": "tampering"}, False),
    ],
)
def test_by_hand_is_what_the_app_marks_so_and_a_call_for_help(extras, by_hand):
    assert decode_json(message(extras=extras)).by_hand == by_hand


NOT_A_MESSAGE = {
    "no device": (json.dumps({"location": MESSAGE["location"]}).encode(), "at the top"),
    "an empty device": (json.dumps({**MESSAGE, "device_id": ""}).encode(), "at $.device_id"),
    "a long one": (json.dumps({**MESSAGE, "device_id": "x" * 129}).encode(), "at $.device_id"),
    "a device that is a number": (json.dumps({**MESSAGE, "device_id": 42}).encode(), "at $.device_id"),
    "no location": (b'{"device_id":"TAG-0042"}', "at the top"),
    "a list of locations": (json.dumps({**MESSAGE, "location": [MESSAGE["location"]]}).encode(), "at $.location"),
    "a latitude that is true": (message("coords", latitude=True), "at $.location.coords.latitude"),
    "coords that are a list": (message(coords=[46.5, -28.0]), "at $.location.coords"),
    "a mock that is a word": (message(mock="no"), "at $.location.mock"),
    "a list": (b"[]", "at the top"),
    "nothing": (b"", "not JSON"),
    "a tail": (message() + b"x", "not JSON"),
    "cut short": (message()[:-1], "not JSON"),
    "a number beyond every double": (message().replace(b"46.5", b"1e400"), "at $.location.coords.latitude"),
    "not a number": (message().replace(b"46.5", b"NaN"), "not JSON"),
    "deep in what is not read": (message().replace(b'"walking"', b"[" * 50_000 + b"]" * 50_000), "more than"),
    "deep": (message().replace(b'"walking"', b"[" * 20_000 + b"]" * 20_000), "not JSON"),
    "half a character": (message().replace(b"TAG-0042", b"\\ud800"), "not JSON"),
    "Latin-1": (message().replace(b"TAG-0042", b"\xc4"), "not JSON"),
    "UTF-16": (message().decode().encode("utf-16"), "not JSON"),
    "too large": (message() + b" " * BYTES_MAX, "more than"),
}


@pytest.mark.parametrize(("data", "told"), NOT_A_MESSAGE.values(), ids=NOT_A_MESSAGE.keys())
def test_what_is_no_message_is_said_by_its_place(data, told):
    assert told in str(refused(decode_json, data))


# --- either form, and whatever comes ---------------------------------------------------------------------


@pytest.mark.parametrize("around", [b"%b", b"  %b", b"%b\r\n", b"\n\t%b "])
def test_a_line_is_json_if_it_begins_with_a_brace_and_else_a_query(around):
    assert decode(around % message()) == decode_json(message())
    assert decode(around % query()) == decode_query(query())


PLANTED = "SECRET-46.5000001"
SPOILT = {
    "a long id": query(id=PLANTED * 10),
    "two ids": query(id=PLANTED) + b"&id=46.5000001",
    "no id": query(id=ABSENT, lat=PLANTED),
    "an id that is no text": b"id=" + PLANTED.encode() + b"%FF",
    "many fields": (PLANTED.encode() + b"=" + PLANTED.encode() + b"&") * (FIELDS_MAX + 1),
    "a long device": json.dumps({**MESSAGE, "device_id": PLANTED * 10}).encode(),
    "a location that is a word": json.dumps({**MESSAGE, "location": PLANTED}).encode(),
    "a latitude in a list": message("coords", latitude=[PLANTED]),
    "a mock": message(mock=PLANTED),
    "no JSON": b"{" + PLANTED.encode(),
    "a tail": message() + PLANTED.encode(),
}


@pytest.mark.parametrize("data", SPOILT.values(), ids=SPOILT.keys())
def test_an_error_says_where_and_never_what(data):
    told = told_by(refused(decode, data))
    for secret in ("SECRET", "46.5", "28.0", "1787307330", "2026-08-21"):
        assert secret not in told


def test_a_report_has_no_text_that_holds_the_place():
    for read in (decode_query(query()), decode_json(message())):
        for text in (repr(read), str(read), f"{read}", repr(read.fix), str(read.fix)):
            assert "465" not in text
            assert "280" not in text
            assert "TAG" not in text


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
@example(b"id=TAG&lat=%")
@example(b'{"location":')
def test_any_bytes_are_read_or_are_not_the_format(data):
    for way in (decode, decode_query, decode_json):
        with refusal_in_own_words():
            require_legal(way(data))


TEXTS = st.text(max_size=20) | st.floats().map(str) | st.integers().map(str) | st.sampled_from(list(QUERY.values()))
NAMES = st.sampled_from([*QUERY, "deviceid", "heading", "location", "valid", "hdop", "sat", "wifi", ""])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(NAMES, TEXTS), max_size=4))
def test_any_fields_beside_an_id_are_a_report(pairs):
    pairs = [(name, text) for name, text in pairs if name not in ("id", "deviceid")]
    require_legal(decode_query(query() + b"&" + urlencode(pairs, errors="surrogatepass").encode()))
    require_legal(decode_query(b"id=TAG-0042&" + urlencode(pairs, errors="surrogatepass").encode()))


MEMBERS = [(None, name) for name in (*MESSAGE["location"], "alarm")] + [
    *(("coords", name) for name in (*MESSAGE["location"]["coords"], "altitude_accuracy")),
    *(("battery", name) for name in MESSAGE["location"]["battery"]),
    *(("extras", name) for name in ("alarm", "manual")),
]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(MEMBERS), JSON | HOSTILE)
def test_any_value_in_any_member_is_read_or_is_not_the_format(member, value):
    part, name = member
    with refusal_in_own_words():
        require_legal(decode_json(message(part, **{name: value})))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([query(), message()]), st.data())
def test_valid_bytes_that_were_changed_are_read_or_are_not_the_format(whole, data):
    whole = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, max(len(whole) - 1, 0)))
        cut = data.draw(st.integers(0, 3))
        whole[at : at + cut] = data.draw(
            st.binary(max_size=4) | st.sampled_from([b"null", b"[", b"&", b"%", b"=", b"-"])
        )
    with refusal_in_own_words():
        require_legal(decode(bytes(whole)))
