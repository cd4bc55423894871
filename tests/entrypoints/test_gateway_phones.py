"""Phones and trackers as they are: what they send, at the addresses they use, and what they are answered with."""

import base64
import json
from datetime import UTC, timedelta
from urllib.parse import urlencode

import pytest
from support.door import Door
from support.house import House
from support.many import reads_many
from support.watched import rows

from custodiet.entrypoints.gateway.app import Gateway
from custodiet.flows.fit_device import token_hash
from custodiet.model.alert import AlertState
from custodiet.model.mode import ModeCode
from custodiet.model.times import to_ms
from custodiet.simulation.device import traccar_payload

LAT, LON = 46.5123457, -28.1234567
PHONE = "wearer/42"


@pytest.fixture
def house(tmp_path):
    house = House(tmp_path)
    yield house
    house.close()


@pytest.fixture
def wearer(house):
    person = house.person(PHONE)
    house.decide(person, mode=ModeCode.CARRIED_TRAIL)
    return person


def query(house, **other):
    at = house.clock.now()
    told = {"id": PHONE, "timestamp": to_ms(at) // 1000, "lat": LAT, "lon": LON, "accuracy": 8.0, "batt": 87}
    return urlencode(told | other).encode()


def traccar_client(house, **location):
    at = house.clock.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    coords = {"latitude": LAT, "longitude": LON, "accuracy": 8.0, "speed": 1.39, "heading": 181.0, "altitude": 46.0}
    told = {"timestamp": at, "coords": coords, "event": "motionchange", "is_moving": True, "odometer": 18233}
    told |= {"mock": False, "activity": {"type": "walking"}, "battery": {"level": 0.87, "is_charging": False}}
    return json.dumps({"location": told | {"extras": {}} | location, "device_id": PHONE}).encode()


def owntracks(house, **other):
    at = to_ms(house.clock.now()) // 1000
    told = {
        "_type": "location",
        "tid": "42",
        "tst": at,
        "lat": LAT,
        "lon": LON,
        "acc": 8,
        "batt": 87,
        "bs": 1,
        "t": "v",
    }
    return json.dumps(told | other).encode()


def kept(house, wearer):
    return [(line["latitude"], line["longitude"]) for line in house.copy(wearer) if "latitude" in line]


# --- OsmAnd ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [query, traccar_client], ids=["a form", "Traccar Client's JSON"])
def test_what_an_osmand_client_posts_is_kept(house, wearer, body):
    door = Door(house)
    answer = door.request("POST", f"/in/osmand/{wearer.token}", body(house))
    assert answer.said == "200 kept"
    assert kept(house, wearer) == [(LAT, LON)]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_position_in_an_address_is_off_until_a_setting_names_the_sender(house, wearer, method):
    door = Door(house)
    answer = door.request(method, f"/in/osmand/{wearer.token}", b"", query=query(house))
    assert answer.status == 405
    assert kept(house, wearer) == []
    sender_id = door.monitor.sender(token_hash(wearer.token)).sender.id
    door.gateway = Gateway(door.monitor, reads_many(), house.clock, in_address=frozenset({sender_id}))
    door.refresh()
    assert door.request(method, f"/in/osmand/{wearer.token}", b"", query=query(house)).said == "200 kept"
    assert kept(house, wearer) == [(LAT, LON)]


def test_only_osmand_has_a_get(house, wearer):
    door = Door(house)
    for route in ("traccar", "owntracks", "batch"):
        assert door.request("GET", f"/in/{route}/{wearer.token}").status == 405


NO_FORWARDED_POSITIONS = (b"", b"{}", b"null", b"[]", b"\xff", b'{"position":{"fixTime":4},"device":{"uniqueId":"x"}}')


@pytest.mark.parametrize("body", NO_FORWARDED_POSITIONS)
def test_what_is_no_forwarded_position_is_400_and_counts_as_no_report(house, wearer, body):
    door = Door(house)
    assert door.request("POST", "/in/traccar", body, wearer.token).status == 400
    assert rows(house, "SELECT count(*) FROM tally") == [(0,)]


def test_a_forwarded_position_is_kept_however_it_is_written(house, wearer):
    """In one line or in many, with its numbers as text, or beside an event that says nothing: read at once or not."""
    door = Door(house)
    house.clock.pass_(timedelta(minutes=1))
    for seconds, written in enumerate((json.dumps, lambda told: json.dumps(told, indent=1), as_texts, with_event)):
        at = house.clock.now() - timedelta(seconds=9 - seconds)
        told = json.loads(traccar_payload(PHONE, at, LAT, LON))
        answer = door.request("POST", "/in/traccar", written(told).encode(), wearer.token)
        assert answer.said == "200 kept", written
        again = door.request("POST", "/in/traccar", written(told).encode(), wearer.token)
        assert again.said == "200 duplicate", written


def as_texts(told):
    told["position"] |= {name: str(told["position"][name]) for name in ("accuracy", "altitude")}
    return json.dumps(told)


def with_event(told):
    return json.dumps({**told, "event": None})


def test_a_query_without_an_id_is_refused_and_says_nothing_of_what_was_sent(house, wearer):
    door = Door(house)
    answer = door.request("POST", f"/in/osmand/{wearer.token}", urlencode({"lat": LAT, "lon": LON}).encode())
    assert answer.status == 400
    assert str(LAT).encode() not in answer.body


# --- OwnTracks ------------------------------------------------------------------------------------------


def basic(token):
    return b"Basic " + base64.b64encode(b"wearer:" + token.encode())


WHO = {
    "in the address": (b"u=wearer&d=42", ()),
    "in headers": (b"", ((b"x-limit-u", b"wearer"), (b"x-limit-d", b"42"))),
    "in the topic": (b"", ()),
}


@pytest.mark.parametrize(("asked", "headers"), WHO.values(), ids=WHO)
def test_what_owntracks_posts_is_kept_and_answered_with_a_list(house, wearer, asked, headers):
    door = Door(house)
    body = owntracks(house, topic="owntracks/wearer/42") if not asked and not headers else owntracks(house)
    given = (*headers, (b"authorization", basic(wearer.token)))
    answer = door.request("POST", "/in/owntracks", body, query=asked, headers=given)
    assert (answer.status, answer.body) == (200, b"[]")
    assert answer.headers["x-outcome"] == "kept"
    assert "x-reason" not in answer.headers
    assert kept(house, wearer) == [(LAT, LON)]


def test_a_message_that_names_nobody_is_refused_and_no_default_is_assumed(house, wearer):
    door = Door(house)
    assert door.request("POST", "/in/owntracks", owntracks(house), wearer.token).status == 400
    assert door.request("POST", "/in/owntracks", owntracks(house), wearer.token, query=b"u=wearer").status == 400


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'{"_type":"lwt","tst":1787307330}',
        b'{"_type":"waypoint","desc":"Home","lat":46.5,"lon":-28.1,"rad":100,"tst":1780000000}',
        b'{"_type":"status"}',
    ],
    ids=["empty", "last will", "waypoint", "status"],
)
def test_what_holds_nothing_for_us_is_taken_and_counted_and_no_contact(house, wearer, body):
    door = Door(house)
    answer = door.request("POST", "/in/owntracks", body, wearer.token, query=b"u=wearer&d=42")
    assert (answer.status, answer.body) == (200, b"[]")
    assert (answer.headers["x-outcome"], answer.headers["x-reason"]) == ("refused", "nothing_in_it")
    with house.store.reading() as view:
        assert view.contact(wearer.fitting.id) is None


def test_an_encrypted_message_is_refused_clearly(house, wearer):
    door = Door(house)
    body = b'{"_type":"encrypted","data":"c2VjcmV0"}'
    answer = door.request("POST", "/in/owntracks", body, wearer.token, query=b"u=wearer&d=42")
    assert answer.status == 400
    assert b"encrypted" in answer.body
    assert b"c2VjcmV0" not in answer.body


def test_another_senders_phone_is_not_yours(house, wearer):
    other = house.person("other/1")
    house.decide(other)
    door = Door(house)
    answer = door.request("POST", "/in/owntracks", owntracks(house), other.token, query=b"u=wearer&d=42")
    assert answer.headers["x-reason"] == "not_yours"


# --- events of Traccar ----------------------------------------------------------------------------------


def event(house, kind, alarm=None):
    at = house.clock.now().isoformat(timespec="milliseconds")
    told = {"id": 5511, "attributes": {"alarm": alarm} if alarm else {}, "deviceId": 42, "type": kind}
    told |= {"eventTime": at, "positionId": 0, "geofenceId": 0, "maintenanceId": 0}
    return json.dumps({"event": told, "device": {"id": 42, "uniqueId": "TAG-1"}}).encode()


def test_an_alarm_that_traccar_forwards_is_judged_and_a_silence_it_reports_is_no_contact(house):
    person = house.person("TAG-1")
    house.decide(person)
    door = Door(house)
    assert door.request("POST", "/in/traccar", event(house, "deviceOffline"), person.token).said == (
        "200 refused nothing_in_it"
    )
    with house.store.reading() as view:
        assert view.contact(person.fitting.id) is None
    assert door.request("POST", "/in/traccar", event(house, "alarm", "tampering"), person.token).said == "200 judged"
    with house.store.reading() as view:
        assert view.contact(person.fitting.id) is not None
        assert [one.matter for one in view.going_on()] == ["tamper"]


def test_a_press_for_help_reaches_someone_whatever_the_mode(house, wearer):
    door = Door(house)
    answer = door.request("POST", f"/in/osmand/{wearer.token}", query(house, alarm="sos"))
    assert answer.said == "200 kept"
    with house.store.reading() as view:
        [alert] = view.alerts([AlertState.RAISED], 9)
    assert (alert.matter, alert.weight) == ("help", "service")
    house.clock.pass_(timedelta(minutes=1))
    door.request("POST", f"/in/osmand/{wearer.token}", query(house, alarm="sos"))
    with house.store.reading() as view:
        assert len(view.alerts([AlertState.RAISED], 9)) == 1
