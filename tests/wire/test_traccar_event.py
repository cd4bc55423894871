"""Traccar's forwarded events: the device's word counts, Traccar's conclusions do not, and no place is read."""

import copy
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.nouns import names_of
from support.wire import HOSTILE, JSON, refusal_in_own_words, require_legal, told_by

from custodiet.model.errors import NotTheFormat
from custodiet.model.mode import Kind
from custodiet.model.report import Alarm, DeviceSays, Report
from custodiet.wire import traccar, traccar_event

AT = datetime(2026, 8, 21, 10, 15, 30, tzinfo=UTC)
# As Traccar writes it: every member, nulls included.
SAMPLE = {
    "event": {
        "id": 5511,
        "attributes": {"alarm": "tampering"},
        "deviceId": 42,
        "type": "alarm",
        "eventTime": "2026-08-21T10:15:30.000+00:00",
        "positionId": 918274,
        "geofenceId": 0,
        "maintenanceId": 0,
    },
    "position": {
        "id": 918274,
        "attributes": {"alarm": "removing", "batteryLevel": 12.0, "charge": True},
        "deviceId": 42,
        "protocol": "osmand",
        "serverTime": "2026-08-21T10:15:32.114+00:00",
        "deviceTime": "2026-08-21T10:14:30.000+00:00",
        "fixTime": "2026-08-21T10:14:30.000+00:00",
        "valid": True,
        "latitude": 46.5,
        "longitude": -28.0,
        "altitude": 46.0,
        "speed": 0.0,
        "course": 0.0,
        "address": None,
        "accuracy": 8.0,
        "network": None,
        "geofenceIds": None,
    },
    "device": {
        "id": 42,
        "attributes": {},
        "groupId": 3,
        "calendarId": 0,
        "name": "Tag 0042",
        "uniqueId": "TAG-0042",
        "status": "online",
        "lastUpdate": "2026-08-21T10:15:32.114+00:00",
        "positionId": 918274,
        "phone": None,
        "model": "OM-500",
        "contact": None,
        "category": None,
        "disabled": False,
        "expirationTime": None,
    },
}
ABSENT = object()


def body(*without, **event):
    document = copy.deepcopy(SAMPLE)
    document["event"] |= event
    document["event"] = {name: value for name, value in document["event"].items() if value is not ABSENT}
    return json.dumps({name: value for name, value in document.items() if name not in without}).encode()


@pytest.fixture(params=[traccar.decode, traccar_event.decode], ids=["by the address", "by itself"])
def decode(request):
    return request.param


def test_the_sample_becomes_the_devices_word_without_a_place(decode):
    assert decode(body()) == Report("TAG-0042", Kind.EVENT, AT, None, says=DeviceSays(alarms=frozenset({Alarm.CASE})))


def test_the_position_beside_an_event_is_never_read(decode):
    spoilt = json.dumps({**SAMPLE, "position": {"latitude": [1], "attributes": "SECRET"}}).encode()
    assert decode(spoilt) == decode(body()) == decode(body("position"))


ALARMS = {
    "tampering": Alarm.CASE,
    "removing": Alarm.STRAP,
    "jamming": Alarm.RADIO,
    "gpsAntennaCut": Alarm.FAULT,
    "fault": Alarm.FAULT,
    "lowBattery": Alarm.POWER,
    "lowPower": Alarm.POWER,
    "powerCut": Alarm.POWER,
    "powerOff": Alarm.POWER,
    "sos": Alarm.HELP,
}


@pytest.mark.parametrize(("sent", "alarm"), ALARMS.items())
def test_an_alarm_says_what_it_is(decode, sent, alarm):
    assert decode(body(attributes={"alarm": sent})).says == DeviceSays(alarms=frozenset({alarm}))


@pytest.mark.parametrize(
    "attributes",
    [{}, {"alarm": "overspeed"}, {"alarm": ""}, {"alarm": None}, {"alarm": 3}, {"alarm": ["sos"]}, None, [], "sos", 7],
)
def test_an_alarm_that_is_not_ours_is_contact_and_no_more(decode, attributes):
    assert decode(body(attributes=attributes)) == Report("TAG-0042", Kind.EVENT, AT, None)
    assert decode(body(attributes=ABSENT)) == Report("TAG-0042", Kind.EVENT, AT, None)


SPOKE = [
    *("deviceOnline", "deviceMoving", "deviceStopped", "deviceOverspeed", "deviceFuelDrop", "deviceFuelIncrease"),
    *("ignitionOn", "ignitionOff"),
]
DID_NOT_SPEAK = [
    *("deviceOffline", "deviceUnknown", "deviceInactive"),
    *("geofenceEnter", "geofenceExit", "geofenceCrossed", "maintenance", "driverChanged", "media"),
    *("commandResult", "queuedCommandSent", "proximityEnter", "proximityExit", "unaccompaniedMotion"),
    *("textMessage", "ofALaterTraccar", "", "ALARM", "deviceonline"),
]


@pytest.mark.parametrize("word", SPOKE)
def test_an_event_behind_which_the_device_spoke_is_contact_and_no_alarm(decode, word):
    assert decode(body(type=word)) == Report("TAG-0042", Kind.EVENT, AT, None)


@pytest.mark.parametrize("word", DID_NOT_SPEAK)
def test_an_event_that_is_not_the_devices_word_is_nothing(decode, word):
    assert decode(body(type=word)) is None
    assert decode(body("position", type=word)) is None


TIMES = {
    "in another zone": ("2026-08-21T15:45:30+05:30", AT),
    "cut to the millisecond": ("2026-08-21T10:15:30.123999Z", AT + timedelta(milliseconds=123)),
    "null": (None, None),
    "absent": (ABSENT, None),
    "epoch zero": ("1970-01-01T00:00:00Z", None),
    "far ahead": ("2100-01-01T00:00:00Z", None),
}


@pytest.mark.parametrize(("sent", "at"), TIMES.values(), ids=TIMES.keys())
def test_an_event_is_timed_when_the_device_says_it_was(decode, sent, at):
    assert decode(body(eventTime=sent)).fix_time == at


NOT_THE_FORMAT = {
    "no device": (body("device"), "not a forwarded event: at the top"),
    "no type": (body(type=ABSENT), "not a forwarded event: at $.event"),
    "a type that is a number": (body(type=3), "not a forwarded event: at $.event.type"),
    "a time without a zone": (body(eventTime="2026-08-21T10:15:30"), "not a forwarded event: at $.event.eventTime"),
    "a time that is a number": (body(eventTime=1787307330), "not a forwarded event: at $.event.eventTime"),
    "an event that is a list": (json.dumps({**SAMPLE, "event": [1]}).encode(), "not a forwarded event: at $.event"),
    "no serial": (
        json.dumps({**SAMPLE, "device": {"uniqueId": ""}}).encode(),
        "not a forwarded event: at $.device.uniqueId",
    ),
    "an event alone": (json.dumps({"event": SAMPLE["event"]}).encode(), "not a forwarded event: at the top"),
}


def test_an_event_that_is_null_makes_no_event_of_what_is_no_position():
    with pytest.raises(NotTheFormat, match=r"^not a forwarded position: at the top$"):
        traccar.decode(json.dumps({"event": None, "device": SAMPLE["device"]}).encode())


@pytest.mark.parametrize(("data", "told"), NOT_THE_FORMAT.values(), ids=NOT_THE_FORMAT.keys())
def test_what_is_no_event_is_said_by_its_place(data, told):
    with pytest.raises(NotTheFormat) as caught:
        traccar_event.decode(data)
    assert str(caught.value) == told


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[" * 100_000, b'{"event":' * 50_000, b"\xff", body()[:-1], body() + b"x"]
)
def test_what_is_no_json_is_not_the_format(decode, data):
    with pytest.raises(NotTheFormat):
        decode(data)


PLANTED = "SECRET-46.5000001"


@pytest.mark.parametrize(
    "data",
    [
        body(eventTime=PLANTED),
        body(type=[PLANTED]),
        json.dumps({**SAMPLE, "device": {"uniqueId": PLANTED * 10}}).encode(),
        json.dumps({**SAMPLE, "device": PLANTED}).encode(),
        body()[:-1] + PLANTED.encode(),
    ],
)
def test_an_error_holds_nothing_of_what_was_sent(decode, data):
    with pytest.raises(NotTheFormat) as caught:
        decode(data)
    told = told_by(caught.value)
    assert "SECRET" not in told
    assert "46.5" not in told


def test_nothing_of_the_place_is_in_the_report(decode):
    read = decode(body())
    held = [getattr(read, name) for name in names_of(type(read))]
    for part in (read, *held):
        assert "46.5" not in f"{part} {part!r}"
        assert "28.0" not in f"{part} {part!r}"


PLACES = [("event", name) for name in SAMPLE["event"]] + [("device", "uniqueId"), ("event", None), ("device", None)]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(PLACES), JSON | HOSTILE)
def test_any_value_anywhere_is_read_or_is_not_the_format(place, value):
    document = copy.deepcopy(SAMPLE)
    part, name = place
    if name is None:
        document[part] = value
    else:
        document[part][name] = value
    for way in (traccar.decode, traccar_event.decode):
        with refusal_in_own_words():
            read = way(json.dumps(document).encode())
            require_legal(read)
            if part == "event" and (name is not None or value is not None):
                assert read is None or (read.kind is Kind.EVENT and read.fix is None)
