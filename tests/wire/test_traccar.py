"""Traccar's forwarded positions: unknown stays unknown, absurd is unusable, and no answer quotes what was sent."""

import copy
import json
import re
import traceback
from datetime import UTC, datetime, timedelta
from math import isfinite

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.nouns import changed, names_of

from custodiet.model.errors import NotTheFormat
from custodiet.model.mode import Kind
from custodiet.model.report import Alarm, DeviceSays, Fix, Method, Report
from custodiet.wire.traccar import decode, decode_bare

# As Traccar writes it: every member of its Position and Device, nulls included.
SAMPLE = {
    "position": {
        "id": 0,
        "attributes": {"batteryLevel": 87.0, "alarm": "tampering,lowBattery", "distance": 14.21, "motion": True},
        "deviceId": 42,
        "protocol": "osmand",
        "serverTime": "2026-08-21T10:15:32.114+00:00",
        "deviceTime": "2026-08-21T10:15:30.000+00:00",
        "fixTime": "2026-08-21T10:15:30.000+00:00",
        "valid": True,
        "latitude": 51.4769,
        "longitude": -0.0005,
        "altitude": 46.0,
        "speed": 2.69978,
        "course": 181.0,
        "address": None,
        "accuracy": 8.0,
        "network": None,
        "geofenceIds": [7],
    },
    "device": {
        "id": 42,
        "attributes": {},
        "groupId": 3,
        "calendarId": 0,
        "name": "Tag 0042",
        "uniqueId": "TAG-0042",
        "status": "online",
        "lastUpdate": "2026-08-21T10:14:30.500+00:00",
        "positionId": 918273,
        "phone": None,
        "model": "OM-500",
        "contact": None,
        "category": None,
        "disabled": False,
        "expirationTime": None,
    },
}
FIX_TIME = datetime(2026, 8, 21, 10, 15, 30, tzinfo=UTC)
ABSENT = object()


def body(**position):
    """The sample with other members in its position; ABSENT leaves one out."""
    document = copy.deepcopy(SAMPLE)
    document["position"] |= position
    document["position"] = {name: value for name, value in document["position"].items() if value is not ABSENT}
    return json.dumps(document).encode()


def for_device(**device):
    document = copy.deepcopy(SAMPLE)
    document["device"] |= device
    document["device"] = {name: value for name, value in document["device"].items() if value is not ABSENT}
    return json.dumps(document).encode()


def replaced(old, new):
    """The sample's bytes with one spelling in another's place: for what json.dumps does not write."""
    text = json.dumps(SAMPLE)
    assert text.count(old) == 1, old
    return text.replace(old, new).encode()


def refused(data):
    with pytest.raises(NotTheFormat) as caught:
        decode(data)
    return caught.value


# --- what a forwarded position becomes ------------------------------------------------------------------


def test_the_sample_becomes_a_report_in_our_units():
    assert decode(body()) == Report(
        serial="TAG-0042",
        kind=Kind.FIX,
        fix_time=FIX_TIME,
        fix=Fix(514769000, -5000, accuracy_m=8.0, altitude_m=46.0, speed_mps=pytest.approx(1.388887), course_deg=181.0),
        repeats=False,
        says=DeviceSays(87.0, None, frozenset({Alarm.CASE, Alarm.POWER})),
    )


QUANTITIES = {
    "a knot is 0.514444 m/s": ("speed", 1, "speed_mps", pytest.approx(0.514444, abs=1e-6)),
    "knots are not kilometres": ("speed", 100.0, "speed_mps", pytest.approx(51.4444, abs=1e-4)),
    "standing still is known": ("speed", 0.0, "speed_mps", 0.0),
    "no speed": ("speed", None, "speed_mps", None),
    "absent speed": ("speed", ABSENT, "speed_mps", None),
    "speed backwards": ("speed", -1.0, "speed_mps", None),
    "a course": ("course", 359.5, "course_deg", 359.5),
    "course 0 is north or unknown": ("course", 0, "course_deg", None),
    "a full circle too": ("course", 360.0, "course_deg", None),
    "a course beyond it": ("course", 360.5, "course_deg", None),
    "a course below it": ("course", -1.0, "course_deg", None),
    "no course": ("course", None, "course_deg", None),
    "absent course": ("course", ABSENT, "course_deg", None),
    "an accuracy": ("accuracy", 8.5, "accuracy_m", 8.5),
    "accuracy 0 is unknown": ("accuracy", 0.0, "accuracy_m", None),
    "accuracy below it": ("accuracy", -3.0, "accuracy_m", None),
    "no accuracy": ("accuracy", None, "accuracy_m", None),
    "absent accuracy": ("accuracy", ABSENT, "accuracy_m", None),
    "an altitude": ("altitude", 46, "altitude_m", 46.0),
    "below the sea": ("altitude", -12.5, "altitude_m", -12.5),
    "altitude 0 is unknown": ("altitude", 0.0, "altitude_m", None),
    "no altitude": ("altitude", None, "altitude_m", None),
    "absent altitude": ("altitude", ABSENT, "altitude_m", None),
}


@pytest.mark.parametrize(("sent", "value", "kept", "expected"), QUANTITIES.values(), ids=QUANTITIES.keys())
def test_each_quantity_is_in_its_unit_or_unknown(sent, value, kept, expected):
    assert getattr(decode(body(**{sent: value})).fix, kept) == expected


@pytest.mark.parametrize("name", ["altitude", "speed", "course", "accuracy"])
def test_one_unknown_quantity_leaves_the_others_known(name):
    ours = {"altitude": "altitude_m", "speed": "speed_mps", "course": "course_deg", "accuracy": "accuracy_m"}
    fix = decode(body(**{name: None})).fix
    assert {one for one in ours.values() if getattr(fix, one) is None} == {ours[name]}


PLACES = {
    "the north pole": (90, 0, (900_000_000, 0)),
    "the south pole": (-90.0, 12.5, (-900_000_000, 125_000_000)),
    "the date line, eastward": (1.0, 180, (10_000_000, 1_800_000_000)),
    "the date line, westward": (1.0, -180.0, (10_000_000, -1_800_000_000)),
    "on the equator": (0.0, 8.25, (0, 82_500_000)),
    "on the prime meridian": (51.5, 0.0, (515_000_000, 0)),
    "whole degrees": (51, -1, (510_000_000, -10_000_000)),
    "one step from 0, 0": (0.0, 6e-8, (0, 1)),
    "rounded to the nearest step": (1.00000006, -1.00000006, (10_000_001, -10_000_001)),
}


@pytest.mark.parametrize(("lat", "lon", "steps"), PLACES.values(), ids=PLACES.keys())
def test_degrees_become_whole_steps(lat, lon, steps):
    fix = decode(body(latitude=lat, longitude=lon)).fix
    assert (fix.lat_e7, fix.lon_e7) == steps


NO_POSITION = {
    "marked invalid": {"valid": False},
    "0, 0": {"latitude": 0, "longitude": 0},
    "-0, 0": {"latitude": -0.0, "longitude": 0.0},
    "almost 0, 0": {"latitude": 4.9e-8, "longitude": -4.9e-8},
    "0 and almost 0": {"latitude": 0.0, "longitude": 5e-324},
    "a place in quotes": {"latitude": "51.4769", "longitude": "-0.0005"},
    "a latitude that is no number": {"latitude": "NaN"},
    "a longitude beyond all numbers": {"longitude": "-Infinity"},
    "a latitude in words": {"latitude": "north"},
    "a latitude without a letter": {"latitude": ""},
    "beyond the north pole": {"latitude": 90.0000001},
    "beyond the south pole": {"latitude": -90.0000001},
    "beyond the date line": {"longitude": 180.0000001},
    "before the date line": {"longitude": -180.0000001},
    "far out": {"latitude": 1e300},
    "no latitude": {"latitude": None},
    "no longitude": {"longitude": None},
    "neither": {"latitude": None, "longitude": None},
    "absent latitude": {"latitude": ABSENT},
    "no fix time": {"fixTime": None},
    "absent fix time": {"fixTime": ABSENT},
    "epoch zero": {"fixTime": "1970-01-01T00:00:00.000+00:00"},
    "GPS week roll-over": {"fixTime": "1999-08-22T00:00:00.000+00:00"},
    "the last instant before the window": {"fixTime": "1999-12-31T23:59:59.999+00:00"},
    "the first instant after it": {"fixTime": "2100-01-01T00:00:00.000+00:00"},
    "the first year": {"fixTime": "0001-01-01T00:00:00.000+14:00"},
    "the last year": {"fixTime": "9999-12-31T23:59:59.999-14:00"},
}


@pytest.mark.parametrize("position", NO_POSITION.values(), ids=NO_POSITION.keys())
def test_a_position_or_time_that_cannot_be_is_no_fix_and_keeps_nothing_of_either(position):
    read = decode(body(**position))
    assert (read.serial, read.fix, read.fix_time) == ("TAG-0042", None, None)


@pytest.mark.parametrize("edge", ["2000-01-01T00:00:00.000+00:00", "2099-12-31T23:59:59.999+00:00"])
def test_the_window_of_believable_times_holds_its_edges(edge):
    assert decode(body(fixTime=edge)).fix_time == datetime.fromisoformat(edge)


# --- times ----------------------------------------------------------------------------------------------

TIMES = {
    "Traccar's own spelling": ("2026-08-21T10:15:30.000+00:00", FIX_TIME),
    "Z": ("2026-08-21T10:15:30Z", FIX_TIME),
    "east of Greenwich": ("2026-08-21T15:45:30+05:30", FIX_TIME),
    "west of Greenwich": ("2026-08-20T22:15:30-12:00", FIX_TIME),
    "cut to the millisecond, not rounded": ("2026-08-21T10:15:30.123999Z", FIX_TIME + timedelta(milliseconds=123)),
    "cut before the day is over": ("2026-08-21T23:59:59.999999Z", datetime(2026, 8, 21, 23, 59, 59, 999000, UTC)),
}


@pytest.mark.parametrize(("sent", "at"), TIMES.values(), ids=TIMES.keys())
def test_a_time_is_aware_utc_cut_to_the_millisecond(sent, at):
    read = decode(body(fixTime=sent)).fix_time
    assert (read, read.utcoffset(), read.microsecond % 1000) == (at, timedelta(0), 0)


@pytest.mark.parametrize(
    "time",
    [
        "2026-08-21T10:15:30.000",  # no zone
        "2026-08-21",
        "10:15:30Z",
        "",
        "now",
        "2026-13-01T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-08-21T24:00:00Z",
        "1787307330000",
        1787307330000,
        1787307330.5,
        True,
        [],
        {},
    ],
)
@pytest.mark.parametrize("name", ["fixTime", "deviceTime"])
def test_a_time_without_a_zone_or_in_another_form_is_not_the_format(name, time):
    assert str(refused(body(**{name: time}))).endswith(f"$.position.{name}")


REPEATS = {
    "the same instant": ("2026-08-21T10:15:30.000+00:00", False),
    "a minute later": ("2026-08-21T10:16:30.000+00:00", False),
    "a millisecond more": ("2026-08-21T10:16:30.001+00:00", True),
    "a day later": ("2026-08-22T10:15:30.000+00:00", True),
    "a minute later in another zone": ("2026-08-21T12:16:30.000+02:00", False),
    "earlier than the fix": ("2026-08-20T10:15:30.000+00:00", False),
    "the last year": ("9999-12-31T23:59:59.999-14:00", True),
    "the first year": ("0001-01-01T00:00:00.000+14:00", False),
    "unknown": (None, False),
    "absent": (ABSENT, False),
}


@pytest.mark.parametrize(("device_time", "repeats"), REPEATS.values(), ids=REPEATS.keys())
def test_a_device_clock_far_past_the_fix_says_that_the_fix_is_repeated(device_time, repeats):
    read = decode(body(deviceTime=device_time))
    assert (read.repeats, read.fix_time) == (repeats, FIX_TIME)


# --- what a device says of itself, and of its fix --------------------------------------------------------


def place_of(read):
    """What does not come from attributes."""
    bare = changed(read.fix, method=None, satellites=None, hdop=None)
    return changed(read, fix=bare, says=None)


def with_attributes(**attributes):
    return decode(body(attributes=attributes))


STRAP, CASE, RADIO, FAULT, POWER, HELP = (
    Alarm.STRAP,
    Alarm.CASE,
    Alarm.RADIO,
    Alarm.FAULT,
    Alarm.POWER,
    Alarm.HELP,
)
ALARMS = {
    "tampering": {CASE},
    "removing": {STRAP},
    "jamming": {RADIO},
    "fault": {FAULT},
    "gpsAntennaCut": {FAULT},
    "lowBattery": {POWER},
    "lowPower": {POWER},
    "powerCut": {POWER},
    "powerOff": {POWER},
    "sos": {HELP},
    "lowBattery,powerCut": {POWER},
    "tampering,lowBattery": {CASE, POWER},
    "lowBattery,tampering": {CASE, POWER},
    "sos,fallDown": {HELP},
    "removing,tampering": {STRAP, CASE},
    "fault,gpsAntennaCut": {FAULT},
    "removing,tampering,jamming,fault": {STRAP, CASE, RADIO, FAULT},
    "tampering,tampering": {CASE},
    ",tampering,": {CASE},
}
# All of Traccar's words that are not ours, and words that are none.
NO_ALARMS = [
    *("general", "vibration", "movement", "lowspeed", "overspeed", "fallDown", "powerOn", "door", "lock", "unlock"),
    *("geofence", "geofenceEnter", "geofenceExit", "accident", "tow", "idle", "highRpm", "hardAcceleration"),
    *("hardBraking", "hardCornering", "laneChange", "fatigueDriving", "powerRestored", "temperature", "parking"),
    *("bonnet", "footBrake", "fuelLeak"),
    *("", ",", "Tampering", "TAMPERING", "tampering2", "tamper", "SOS", " sos"),
]


@pytest.mark.parametrize(("sent", "alarms"), ALARMS.items(), ids=ALARMS.keys())
def test_of_the_alarms_those_that_we_tell_apart_are_read(sent, alarms):
    assert with_attributes(alarm=sent).says == DeviceSays(None, None, frozenset(alarms))


@pytest.mark.parametrize("sent", NO_ALARMS)
def test_an_alarm_that_is_not_ours_says_nothing(sent):
    assert with_attributes(alarm=sent).says is None
    assert with_attributes(alarm=sent, batteryLevel=50).says == DeviceSays(50.0)


BATTERY = {
    "whole": (87, 87.0),
    "in parts": (12.5, 12.5),
    "empty is known": (0, 0.0),
    "full": (100.0, 100.0),
    "below empty": (-0.5, None),
    "beyond full": (100.5, None),
    "far out": (1e300, None),
    "no number, as Java writes it": ("NaN", None),
    "beyond all numbers, as Java writes it": ("Infinity", None),
    "in quotes": ("87", None),
    "in words": ("low", None),
    "null": (None, None),
    "true": (True, None),
    "a list": ([87.0], None),
    "an object": ({"percent": 87.0}, None),
    "more digits than any number has": (10**400, None),
}


@pytest.mark.parametrize(("sent", "percent"), BATTERY.values(), ids=BATTERY.keys())
def test_a_battery_is_a_percentage_or_unknown(sent, percent):
    expected = None if percent is None else DeviceSays(percent)
    assert with_attributes(batteryLevel=sent).says == expected


@pytest.mark.parametrize("sent", ["NaN", "Infinity", "87", -1, 101, None])
def test_an_unknown_battery_does_not_silence_an_alarm(sent):
    says = with_attributes(batteryLevel=sent, alarm="removing", charge=True).says
    assert says == DeviceSays(None, True, frozenset({STRAP}))


@pytest.mark.parametrize("charging", [True, False])
def test_a_device_says_whether_it_charges(charging):
    assert with_attributes(charge=charging).says == DeviceSays(None, charging)


def test_a_device_can_say_everything_of_itself_at_once():
    says = with_attributes(batteryLevel=20, charge=False, alarm="jamming,fault").says
    assert says == DeviceSays(20.0, False, frozenset({RADIO, FAULT}))


METHODS = {
    "nothing": ({}, (None, None)),
    "satellites counted": ({"sat": 9}, (Method.GPS, 9)),
    "one satellite": ({"sat": 1}, (Method.GPS, 1)),
    "as many as there may be": ({"sat": 200}, (Method.GPS, 200)),
    "as many as there are not": ({"sat": 201}, (None, None)),
    "none counted": ({"sat": 0}, (None, 0)),
    "fewer than none": ({"sat": -1}, (None, None)),
    "no number of them": ({"sat": "NaN"}, (None, None)),
    "in quotes": ({"sat": "9"}, (None, None)),
    "null": ({"sat": None}, (None, None)),
    "asked of the network": ({"approximate": True}, (Method.LBS, None)),
    "asked of the network, and a stale count": ({"approximate": True, "sat": 9}, (Method.LBS, 9)),
    "not asked of the network": ({"approximate": False}, (None, None)),
    "not asked of the network, and counted": ({"approximate": False, "sat": 4}, (Method.GPS, 4)),
    "nothing said of it": ({"approximate": None, "sat": 4}, (Method.GPS, 4)),
}


@pytest.mark.parametrize(("sent", "expected"), METHODS.values(), ids=METHODS.keys())
def test_how_a_position_was_found_is_known_only_when_it_was_said(sent, expected):
    fix = with_attributes(**sent).fix
    assert (fix.method, fix.satellites) == expected
    assert fix.satellites is None or isinstance(fix.satellites, int)


@pytest.mark.parametrize(
    ("sent", "hdop"),
    [(0.9, 0.9), (2, 2.0), (0, None), (-1.0, None), ("NaN", None), ("0.9", None), (None, None), (ABSENT, None)],
)
def test_a_dilution_of_precision_is_above_zero_or_unknown(sent, hdop):
    given = {} if sent is ABSENT else {"hdop": sent}
    assert with_attributes(**given).fix.hdop == hdop


NO_ATTRIBUTES = {
    "absent": ABSENT,
    "null": None,
    "an empty object": {},
    "a list": [{"alarm": "tampering", "batteryLevel": 5}],
    "a number": 5,
    "a text": "tampering",
    "true": True,
    "nulls in them": dict.fromkeys(("batteryLevel", "charge", "alarm", "sat", "hdop", "approximate")),
    "nested deep": {"io": json.loads("[" * 400 + "]" * 400)},
    "a list nested deep": json.loads("[" * 400 + "]" * 400),
    "not ours": {"io1": 5, "ignition": True, "alarms": "tampering", "battery": 3.7, "Alarm": "tampering", "": None},
}


@pytest.mark.parametrize("attributes", NO_ATTRIBUTES.values(), ids=NO_ATTRIBUTES.keys())
def test_attributes_that_say_nothing_cost_nothing(attributes):
    read = decode(body(attributes=attributes))
    assert read == place_of(decode(body()))
    assert read.says is None


def test_attributes_nested_deep_beside_ours_do_not_hide_ours():
    read = with_attributes(io=json.loads("[" * 400 + "]" * 400), alarm="removing", sat=7)
    assert read.says == DeviceSays(None, None, frozenset({STRAP}))
    assert read.fix.satellites == 7


OF_THE_WRONG_KIND = {
    "alarm": [5, True, ["tampering"], {"tampering": True}],
    "charge": ["true", 1, "yes", [], {}],
    "approximate": ["true", 1, [], {}],
    "sat": [True, [9], {}],
    "hdop": [True, [0.9], {}],
    "batteryLevel": [True, [87.0], {}],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in OF_THE_WRONG_KIND.items() for value in values]
)
def test_an_attribute_of_the_wrong_kind_is_ignored_and_does_not_cost_the_fix(name, value):
    assert with_attributes(**{name: value}) == place_of(decode(body()))


def test_a_device_speaks_of_itself_without_a_fix_too():
    read = decode(body(valid=False, attributes={"alarm": "removing", "batteryLevel": 3, "sat": 0}))
    assert (read.fix, read.fix_time) == (None, None)
    assert read.says == DeviceSays(3.0, None, frozenset({STRAP}))


def test_nothing_else_of_the_attributes_shows_anywhere():
    secret = "SECRET-61.2345678"
    ours = {"alarm": f"{secret},removing", "batteryLevel": 44, "charge": True, "sat": 9, "hdop": 0.9}
    rest = {"address": secret, secret: 1, "io": {secret: [secret]}, "driverUniqueId": secret, "result": secret}
    read = decode(body(attributes=ours | rest))
    assert read.says == DeviceSays(44.0, True, frozenset({STRAP}))
    parts = [read, read.fix, read.says]
    held = [getattr(part, name) for part in parts for name in names_of(type(part))]
    for part in (*parts, *held):
        assert "SECRET" not in f"{part} {part!r}"
        assert "61.23" not in f"{part} {part!r}"


# --- what is not read -----------------------------------------------------------------------------------

NETWORK = {
    "homeMobileCountryCode": 234,
    "homeMobileNetworkCode": 15,
    "radioType": "gsm",
    "considerIp": False,
    "cellTowers": [{"cellId": 2224, "locationAreaCode": 16, "mobileCountryCode": 234, "signalStrength": -90}],
    "wifiAccessPoints": [{"macAddress": "00:14:22:01:23:45", "signalStrength": -80}],
}
PASSED_OVER = {
    "network cells": {"network": NETWORK},
    "an address": {"address": "1 Made-up Street"},
    "attributes that are not ours": {"attributes": SAMPLE["position"]["attributes"] | {"battery": [None, {"x": None}]}},
    "no fences": {"geofenceIds": None},
    "Traccar's own members, null": {"id": None, "deviceId": None, "protocol": None, "serverTime": None},
    "a server time that is none": {"serverTime": "yesterday"},
    "members of a later Traccar": {"outdated": True, "type": {"deep": [1, 2, {"er": None}]}, "": 0},
}


@pytest.mark.parametrize("position", PASSED_OVER.values(), ids=PASSED_OVER.keys())
def test_what_is_not_used_is_not_read(position):
    assert decode(body(**position)) == decode(body())


def test_a_position_of_cells_alone_gives_no_fix():
    read = decode(body(network=NETWORK, latitude=0.0, longitude=0.0, valid=False))
    assert (read.fix, read.fix_time) == (None, None)


def test_a_document_with_nothing_but_a_serial_is_a_report_without_a_fix():
    bare = decode(b'{"position":{},"device":{"uniqueId":"TAG-1"}}')
    assert bare == Report("TAG-1", Kind.FIX, None, None)


def test_members_beside_position_and_device_are_passed_over():
    assert decode(json.dumps({"geofence": [1], **SAMPLE, "users": None}).encode()) == decode(body())


def test_an_event_that_is_null_is_none():
    assert decode(json.dumps({"event": None, **SAMPLE}).encode()) == decode(body())


def test_a_position_that_is_spoilt_is_not_taken_for_an_event():
    spoilt = body(latitude=[1], attributes={"event": 3})
    assert str(refused(spoilt)) == "not a forwarded position: at $.position.latitude"


# --- a position without its device ----------------------------------------------------------------------


def bare(**position):
    return json.dumps(json.loads(body(**position))["position"]).encode()


def test_the_position_that_redis_gets_is_read_under_the_serial_of_its_key():
    assert decode_bare(bare(), "TAG-0042") == decode(body())
    assert decode_bare(bare(), "TAG-7").serial == "TAG-7"


@pytest.mark.parametrize("position", NO_POSITION.values(), ids=NO_POSITION.keys())
def test_a_bare_position_that_cannot_be_is_no_fix(position):
    read = decode_bare(bare(**position), "TAG-0042")
    assert (read.fix, read.fix_time) == (None, None)


@pytest.mark.parametrize("serial", ["", "x" * 129])
def test_a_bare_position_needs_a_serial(serial):
    with pytest.raises(NotTheFormat):
        decode_bare(bare(), serial)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "not JSON"),
        (b"[]", "not a position of Traccar: at the top"),
        (b'{"network":' + b"[" * 100_000, "not JSON"),
        (bare(valid=1), "not a position of Traccar: at $.valid"),
        (bare(fixTime="SECRET"), "not a position of Traccar: at $.fixTime"),
    ],
)
def test_what_is_no_bare_position_is_said_without_its_contents(data, told):
    with pytest.raises(NotTheFormat, match="^" + re.escape(told) + "$"):
        decode_bare(data, "TAG-0042")


@pytest.mark.parametrize("name", sorted(SAMPLE["position"]))
def test_null_may_stand_anywhere_in_the_position(name):
    decode(body(**{name: None}))


@pytest.mark.parametrize("name", sorted(SAMPLE["device"].keys() - {"uniqueId"}))
def test_null_may_stand_anywhere_in_the_device_but_for_its_serial(name):
    assert decode(for_device(**{name: None})) == decode(body())


# --- what is not the format -----------------------------------------------------------------------------

SERIALS = {
    "absent": ABSENT,
    "null": None,
    "empty": "",
    "too long": "x" * 129,
    "too long, counted in characters": "\N{GREEK SMALL LETTER ALPHA}" * 129,
    "a number": 42,
    "a list": ["TAG-0042"],
    "an object": {"uniqueId": "TAG-0042"},
    "true": True,
}


@pytest.mark.parametrize("serial", SERIALS.values(), ids=SERIALS.keys())
def test_a_serial_that_is_none_is_not_the_format(serial):
    refused(for_device(uniqueId=serial))


@pytest.mark.parametrize("serial", ["x", "x" * 128, "\N{GREEK SMALL LETTER ALPHA}" * 128])
def test_a_serial_of_1_to_128_characters_is_read_as_it_is(serial):
    assert decode(for_device(uniqueId=serial)).serial == serial


NOT_THE_FORMAT = {
    "nothing": b"",
    "a space": b" ",
    "an array": b"[]",
    "an array of the right thing": b"[" + body() + b"]",
    "a string": b'"position"',
    "a number": b"1",
    "null": b"null",
    "true": b"true",
    "an empty object": b"{}",
    "no device": json.dumps({"position": SAMPLE["position"]}).encode(),
    "no position": json.dumps({"device": SAMPLE["device"]}).encode(),
    "a null position": json.dumps({**SAMPLE, "position": None}).encode(),
    "a null device": json.dumps({**SAMPLE, "device": None}).encode(),
    "a position that is a list": json.dumps({**SAMPLE, "position": [51.4769, -0.0005]}).encode(),
    "the bare position that redis gets": json.dumps(SAMPLE["position"]).encode(),
    "two documents": body() + body(),
    "a tail": body() + b"x",
    "a byte order mark": b"\xef\xbb\xbf" + body(),
    "UTF-16": json.dumps(SAMPLE).encode("utf-16"),
    "a serial in Latin-1": replaced("TAG-0042", "T\xc4G").decode().encode("latin-1"),
    "half a character in the serial": replaced("TAG-0042", "TAG\\ud800"),
    "a form, not JSON": b"id=TAG-0042&lat=51.4769&lon=-0.0005",
    "deep arrays at the top": b"[" * 100_000,
    "deep arrays in what is not read": replaced('"network": null', '"network": ' + "[" * 100_000 + "]" * 100_000),
    "deep objects in what is not read": replaced('"network": null', '"network": ' + '{"a":' * 100_000 + "1"),
    "deep arrays in the attributes": replaced('"distance": 14.21', '"distance": ' + "[" * 100_000 + "]" * 100_000),
    "deep arrays in what is read": replaced("51.4769", "[" * 100_000 + "]" * 100_000),
    "NaN": replaced("51.4769", "NaN"),
    "Infinity": replaced("46.0", "Infinity"),
    "-Infinity": replaced("46.0", "-Infinity"),
    "a number beyond every double": replaced("51.4769", "1e400"),
    "a number of five thousand digits": replaced("46.0", "9" * 5000),
    "a number with a plus": replaced("51.4769", "+51"),
    "a number in hexadecimal": replaced("51.4769", "0x33"),
    "a latitude that is true": replaced("51.4769", "true"),
    "a latitude that is a list": replaced("51.4769", "[51.4769]"),
    "an altitude that is true": replaced("46.0", "true"),
    "a speed that is an object": replaced("2.69978", '{"knots": 2.69978}'),
    "NaN in the attributes": replaced("87.0", "NaN"),
    "valid as text": body(valid="true"),
    "valid as a number": body(valid=1),
}


@pytest.mark.parametrize("data", NOT_THE_FORMAT.values(), ids=NOT_THE_FORMAT.keys())
def test_what_is_not_the_format_raises_that_and_nothing_else(data):
    refused(data)


def test_a_document_cut_short_anywhere_is_not_the_format():
    whole = body()
    decode(whole)
    for length in range(len(whole)):
        refused(whole[:length])


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "1e400", "-1e400", '"NaN"', '"Infinity"'])
@pytest.mark.parametrize("old", ["51.4769", "-0.0005", "46.0", "2.69978", "181.0", "8.0,"])
def test_no_number_that_is_none_gets_into_a_fix(old, word):
    tail = "," if old.endswith(",") else ""
    text = json.dumps(SAMPLE)
    assert old in text
    try:
        fix = decode(text.replace(f": {old}", f": {word}{tail}").encode()).fix
    except NotTheFormat:
        return
    assert fix is None or all(value is None or isfinite(value) for value in numbers_of(fix))
    assert fix is None or numbers_of(fix) != numbers_of(decode(body()).fix)


def numbers_of(fix):
    exact = (fix.lat_e7, fix.lon_e7, fix.accuracy_m, fix.altitude_m, fix.speed_mps, fix.course_deg)
    return (*exact, fix.satellites, fix.hdop)


# --- whatever comes -------------------------------------------------------------------------------------


def check_whatever(data):
    """Only NotTheFormat is raised, and what is read is legal. True when it was read."""
    try:
        read = decode(data)
    except NotTheFormat:
        return False
    assert isinstance(read, Report)
    # Read at once, with its attributes, or in two steps, as a position alone always is: it is the same.
    assert read == decode_bare(bytes(msgspec.json.decode(data, type=dict[str, msgspec.Raw])["position"]), read.serial)
    assert 1 <= len(read.serial) <= 128
    if read.fix is not None:
        assert read.fix_time.utcoffset() == timedelta(0)
        assert 2000 <= read.fix_time.year < 2100
        assert (read.fix.lat_e7, read.fix.lon_e7) != (0, 0)
        assert read.fix_time.microsecond % 1000 == 0
        assert all(value is None or isfinite(value) for value in numbers_of(read.fix))
        assert read.fix.satellites is None or 0 <= read.fix.satellites <= 200
        assert read.fix.hdop is None or read.fix.hdop > 0
    if read.says is not None:
        assert read.says.battery_percent is None or 0 <= read.says.battery_percent <= 100
        assert read.says.charging in (None, True, False)
        assert read.says.alarms <= frozenset(Alarm)
        assert read.says != DeviceSays()
    return True


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
@example(b'{"position":')
def test_any_bytes_are_read_or_are_not_the_format(data):
    check_whatever(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
HOSTILE = st.sampled_from(
    [
        *(1e308, -1e308, 5e-324, 2**63, -(2**63) - 1, 10**400, float("nan"), float("inf"), -0.0),
        *("2026-08-21T10:15:30Z", "0000-00-00T00:00:00Z", "9999-12-31T23:59:59.999999+00:00", "\ud800", "\0"),
    ]
)


@settings(max_examples=500, deadline=None)
@given(st.sampled_from([("position", n) for n in SAMPLE["position"]] + [("device", "uniqueId")]), JSON | HOSTILE)
def test_any_value_in_any_member_is_read_or_is_not_the_format(member, value):
    document = copy.deepcopy(SAMPLE)
    document[member[0]][member[1]] = value
    check_whatever(json.dumps(document).encode())


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(["batteryLevel", "charge", "alarm", "sat", "hdop", "approximate", "else", ""]), JSON | HOSTILE)
def test_any_value_of_any_attribute_costs_at_most_what_attributes_say(name, value):
    document = copy.deepcopy(SAMPLE)
    document["position"]["attributes"][name] = value
    data = json.dumps(document).encode()
    if check_whatever(data):
        assert place_of(decode(data)) == place_of(decode(body()))


@settings(max_examples=500, deadline=None)
@given(st.data())
def test_a_valid_document_with_bytes_changed_is_read_or_is_not_the_format(data):
    whole = bytearray(body())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(whole) - 1))
        cut = data.draw(st.integers(0, 3))
        whole[at : at + cut] = data.draw(st.binary(max_size=4) | st.sampled_from([b"null", b"[", b'"', b"\xff", b"-"]))
        if not whole:
            break
    check_whatever(bytes(whole))


def test_the_properties_above_do_look_at_documents_that_are_read():
    assert check_whatever(body())
    assert not check_whatever(b"")


# --- nothing is quoted ----------------------------------------------------------------------------------

PLANTED = "SECRET-61.2345678"
SPOILT = {
    "a latitude": body(latitude=[PLANTED]),
    "a fix time": body(fixTime=PLANTED),
    "a fix time without a zone": body(fixTime="2026-08-21T10:15:30", protocol=PLANTED),
    "a device time": body(deviceTime=PLANTED),
    "validity": body(valid=PLANTED),
    "a long serial": for_device(uniqueId=PLANTED * 10),
    "a serial in a list": for_device(uniqueId=[PLANTED]),
    "a serial that is no UTF-8": for_device(uniqueId=PLANTED + "?").replace(b"?", b"\xff"),
    "a name of a member": replaced('"latitude": 51.4769', f'"{PLANTED}": 1, "latitude": true'),
    "the whole": json.dumps(PLANTED).encode(),
    "no JSON": PLANTED.encode(),
    "JSON with a tail": body() + PLANTED.encode(),
    "JSON cut short": body(protocol=PLANTED)[:-1],
    "a number": replaced("51.4769", "61.2345678e999"),
    "attributes cut short": replaced('"distance": 14.21', f'"distance": {{"{PLANTED}"'),
    "in place of the device": json.dumps({**SAMPLE, "device": PLANTED}).encode(),
    "in place of the position": json.dumps({**SAMPLE, "position": [PLANTED]}).encode(),
}


@pytest.mark.parametrize("data", SPOILT.values(), ids=SPOILT.keys())
def test_an_error_says_where_and_never_what(data):
    assert b"61.2345678" in data
    error = refused(data)
    told = f"{error} {error!r} {error.args} {''.join(traceback.format_exception(error))}"
    for secret in ("SECRET", "61.23", "2026-08-21"):
        assert secret not in told


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (body(latitude=[PLANTED]), "$.position.latitude"),
        (body(fixTime=PLANTED), "$.position.fixTime"),
        (for_device(uniqueId=""), "$.device.uniqueId"),
        (b"[]", "at the top"),
    ],
)
def test_an_error_tells_a_sender_where_to_look(data, place):
    assert str(refused(data)).endswith(place)


@pytest.mark.parametrize("field", ["altitude", "speed", "course", "accuracy"])
def test_a_number_in_quotes_is_unknown_and_does_not_cost_the_fix(field):
    """Java writes what is not a number as text."""
    for quoted in ("NaN", "Infinity", "51.4", ""):
        fix = decode(body(**{field: quoted})).fix
        assert fix is not None
        unknown = {"altitude": "altitude_m", "speed": "speed_mps", "course": "course_deg", "accuracy": "accuracy_m"}
        assert getattr(fix, unknown[field]) is None


@pytest.mark.parametrize("field", ["latitude", "longitude"])
def test_a_place_in_quotes_is_no_place(field):
    report = decode(body(**{field: "51.4769"}))
    assert (report.fix, report.fix_time) == (None, None)


def test_a_place_that_rounds_to_0_0_is_what_a_device_without_a_fix_says():
    assert decode(body(latitude=1e-9, longitude=-1e-9)).fix is None


@pytest.mark.parametrize(
    ("at", "usable"),
    [
        ("2000-01-01T00:00:00.000+14:00", False),  # still 1999 in UTC
        ("1999-12-31T23:00:00.000-02:00", True),
        ("2099-12-31T23:59:59.999+00:00", True),
        ("2100-01-01T00:00:00.000+14:00", True),
        ("2100-01-01T00:00:00.000+00:00", False),
        ("0001-01-01T00:00:00.000+14:00", False),
        ("9999-12-31T23:59:59.999-14:00", False),
    ],
)
def test_a_time_is_usable_by_its_instant_and_not_by_its_local_year(at, usable):
    assert (decode(body(fixTime=at)).fix is not None) == usable


def test_neither_a_report_nor_its_fix_has_a_text_that_holds_the_place():
    quantities = {"altitude": 71.3456789, "accuracy": 7.1357913, "speed": 0.0, "course": 91.2468024}
    read = decode(body(latitude=61.2345678, longitude=-12.9876543, **quantities))
    assert read.fix is not None
    for text in (repr(read), str(read), f"{read}", repr(read.fix), str(read.fix), f"{read.fix}", repr([read.fix])):
        for told in ("61", "2345678", "12.98", "9876543", "71.3", "7.13", "91.2", "lat", "lon"):
            assert told not in text.replace(str(read.serial), "").replace(repr(read.fix_time), ""), text


@pytest.mark.parametrize(("mock", "is_a_place"), [(True, False), (False, True), (None, True), ("yes", True)])
def test_a_place_that_the_phone_calls_made_up_is_nobodys_and_its_battery_counts(mock, is_a_place):
    read = decode(body(attributes={"batteryLevel": 12.0, "mock": mock}))
    assert (read.fix is not None) == is_a_place
    assert read.says == DeviceSays(12.0)
