"""OwnTracks' messages: who sent it is never guessed, a ping is no place, and what we must not know is not read."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.nouns import names_of
from support.wire import HOSTILE, JSON, refusal_in_own_words, require_legal, told_by

from custodiet.model.errors import NotTheFormat
from custodiet.model.mode import Kind
from custodiet.model.report import Crossing, DeviceSays, Fix, Report
from custodiet.wire.owntracks import BYTES_MAX, decode, device_of_topic

AT = datetime(2026, 8, 21, 10, 15, 30, tzinfo=UTC)
ABSENT = object()
# As the apps send it, with extended data.
LOCATION = {
    "_type": "location",
    "topic": "owntracks/wearer/42",
    "tid": "42",
    "_id": "a1b2c3d4",
    "tst": 1787307330,
    "created_at": 1787307332,
    "lat": 46.5,
    "lon": -28.0,
    "acc": 8,
    "alt": 46,
    "vac": 4,
    "vel": 5,
    "cog": 181,
    "batt": 87,
    "bs": 1,
    "conn": "m",
    "m": 1,
    "inregions": ["SECRET"],
    "inrids": ["SECRET"],
    "SSID": "SECRET",
    "BSSID": "00:14:22:01:23:45",
    "image": "SECRET",
    "imagename": "SECRET",
    "poi": "SECRET",
    "tag": "SECRET",
    "motionactivities": ["SECRET"],
    "p": 100.7,
    "rad": 100,
}
TRANSITION = {
    "_type": "transition",
    "topic": "owntracks/wearer/42/event",
    "tid": "42",
    "tst": 1787307330,
    "wtst": 1780000000,
    "lat": 46.5,
    "lon": -28.0,
    "acc": 8,
    "event": "leave",
    "desc": "Home",
    "rid": "6da9cf",
    "t": "c",
}


def body(document=LOCATION, **told):
    return json.dumps({name: value for name, value in (document | told).items() if value is not ABSENT}).encode()


def crossing(**told):
    return body(TRANSITION, **told)


def refused(data, device=None):
    with pytest.raises(NotTheFormat) as caught:
        decode(data, device)
    return caught.value


# --- a location -----------------------------------------------------------------------------------------


def test_a_location_becomes_a_report_in_our_units():
    assert decode(body()) == Report(
        serial="wearer/42",
        kind=Kind.FIX,
        fix_time=AT,
        fix=Fix(
            465000000,
            -280000000,
            accuracy_m=8.0,
            altitude_m=46.0,
            speed_mps=pytest.approx(1.388889, abs=1e-6),
            course_deg=181.0,
        ),
        says=DeviceSays(87.0, False),
    )


QUANTITIES = {
    "kilometres an hour become metres a second": ("vel", 36, "speed_mps", pytest.approx(10.0)),
    "0 from an app that always writes it": ("vel", 0, "speed_mps", None),
    "no speed": ("vel", -1, "speed_mps", None),
    "absent speed": ("vel", ABSENT, "speed_mps", None),
    "a course": ("cog", 82, "course_deg", 82.0),
    "course 0 is left out, so unknown": ("cog", 0, "course_deg", None),
    "a full circle too": ("cog", 360, "course_deg", None),
    "no course": ("cog", -1, "course_deg", None),
    "absent course": ("cog", ABSENT, "course_deg", None),
    "an accuracy": ("acc", 10.5, "accuracy_m", 10.5),
    "accuracy 0 is unknown": ("acc", 0, "accuracy_m", None),
    "no accuracy": ("acc", -1, "accuracy_m", None),
    "absent accuracy": ("acc", ABSENT, "accuracy_m", None),
    "an altitude": ("alt", -3, "altitude_m", -3.0),
    "altitude 0 is unknown": ("alt", 0, "altitude_m", None),
    "absent altitude": ("alt", ABSENT, "altitude_m", None),
    "null": ("acc", None, "accuracy_m", None),
    "a number as a recorder may write it": ("acc", "10.5", "accuracy_m", 10.5),
    "a text that is none": ("acc", "good", "accuracy_m", None),
    "very many digits": ("acc", "9" * 5000, "accuracy_m", None),
    "no word of how it was found": ("m", 2, "method", None),
    "no satellites": ("m", 2, "satellites", None),
}


@pytest.mark.parametrize(("sent", "value", "kept", "expected"), QUANTITIES.values(), ids=QUANTITIES.keys())
def test_each_quantity_is_in_its_unit_or_unknown(sent, value, kept, expected):
    assert getattr(decode(body(**{sent: value})).fix, kept) == expected


def test_the_place_may_come_as_text():
    assert decode(body(lat="46.5", lon="-28.0")).fix == decode(body()).fix


TIMES = {
    "seconds": (1787307330, AT),
    "seconds as text": ("1787307330", AT),
    "with a fraction": (1787307330.5, AT + timedelta(milliseconds=500)),
    "milliseconds are none": (1787307330000, None),
    "epoch zero": (0, None),
    "before it": (-5, None),
    "before the window": (946684799, None),
    "after it": (4102444800, None),
    "beyond all years": (10**300, None),
    "a text that is none": ("2026-08-21T10:15:30Z", None),
    "empty": ("", None),
    "null": (None, None),
    "absent": (ABSENT, None),
}


@pytest.mark.parametrize(("sent", "at"), TIMES.values(), ids=TIMES.keys())
def test_the_fix_time_is_tst_and_nothing_else(sent, at):
    read = decode(body(tst=sent))
    assert read.fix_time == at
    assert (read.fix is None) == (at is None)
    assert read.says == DeviceSays(87.0, False)


NO_POSITION = {
    "no lat": {"lat": ABSENT},
    "null lon": {"lon": None},
    "0, 0": {"lat": 0, "lon": 0},
    "beyond the pole": {"lat": 91},
    "beyond the date line": {"lon": "-180.5"},
    "words": {"lat": "north"},
}


@pytest.mark.parametrize("told", NO_POSITION.values(), ids=NO_POSITION.keys())
def test_a_place_that_cannot_be_is_no_fix(told):
    assert decode(body(**told)) == Report("wearer/42", Kind.FIX, None, None, says=DeviceSays(87.0, False))


@pytest.mark.parametrize("trigger", ["p", "l", "L"])
def test_a_last_known_place_is_no_fix_but_contact_and_battery_count(trigger):
    read = decode(body(t=trigger))
    assert read == Report("wearer/42", Kind.FIX, None, None, says=DeviceSays(87.0, False))


@pytest.mark.parametrize("trigger", ["c", "C", "b", "r", "t", "v", "T", "k", "later", "", None, ABSENT])
def test_any_other_trigger_is_a_fix(trigger):
    assert decode(body(t=trigger)) == decode(body())


def test_what_was_published_by_hand_says_so():
    read = decode(body(t="u"))
    assert read.by_hand
    assert read.fix == decode(body()).fix
    assert not decode(body()).by_hand


SAYS = {
    "unplugged": ({"bs": 1}, DeviceSays(87.0, False)),
    "charging": ({"bs": 2}, DeviceSays(87.0, True)),
    "full, so plugged in": ({"bs": 3}, DeviceSays(87.0, True)),
    "unknown": ({"bs": 0}, DeviceSays(87.0, None)),
    "a state of a later app": ({"bs": 4}, DeviceSays(87.0, None)),
    "no state": ({"bs": ABSENT}, DeviceSays(87.0, None)),
    "a state as text": ({"bs": "2"}, DeviceSays(87.0, True)),
    "an empty battery is known": ({"batt": 0}, DeviceSays(0.0, False)),
    "below empty": ({"batt": -1}, DeviceSays(None, False)),
    "beyond full": ({"batt": 101}, DeviceSays(None, False)),
    "nothing": ({"batt": ABSENT, "bs": ABSENT}, None),
}


@pytest.mark.parametrize(("told", "says"), SAYS.values(), ids=SAYS.keys())
def test_a_phone_about_its_battery(told, says):
    assert decode(body(**told)).says == says


def test_what_we_must_not_know_is_not_read():
    bare = {name: LOCATION[name] for name in ("_type", "topic", "tst", "lat", "lon", "acc", "alt", "vel", "cog")}
    read = decode(body())
    assert read == decode(body(bare, batt=87, bs=1))
    for name in names_of(type(read)):
        assert "SECRET" not in f"{getattr(read, name)!r}"


@pytest.mark.parametrize("name", sorted(LOCATION.keys() - {"_type", "topic"}))
def test_any_member_but_the_type_may_be_missing_or_null(name):
    decode(body(**{name: ABSENT}))
    decode(body(**{name: None}))


# --- a transition ---------------------------------------------------------------------------------------


def test_a_transition_keeps_which_region_in_or_out_and_how_exact_and_no_place():
    read = decode(crossing())
    assert read == Report("wearer/42", Kind.TRANSITION, AT, None, crossing=Crossing("6da9cf", False, 8.0))
    assert decode(crossing(event="enter")).crossing.entered is True
    assert read == decode(crossing(lat=ABSENT, lon=ABSENT, wtst=ABSENT, t=ABSENT, tid=ABSENT))


CROSSINGS = {
    "the region's id": ({"rid": "a-condition"}, "a-condition"),
    "its name where it has no id": ({"rid": ABSENT}, "Home"),
    "its name where the id is empty": ({"rid": ""}, "Home"),
    "its name where the id is null": ({"rid": None}, "Home"),
    "an id alone": ({"desc": ABSENT}, "6da9cf"),
}


@pytest.mark.parametrize(("told", "region"), CROSSINGS.values(), ids=CROSSINGS.keys())
def test_a_region_is_known_by_its_id_or_its_name(told, region):
    assert decode(crossing(**told)).crossing.region == region


@pytest.mark.parametrize(("sent", "accuracy"), [(8, 8.0), (0, None), (-1, None), ("12.5", 12.5), (ABSENT, None)])
def test_how_exact_a_transition_is(sent, accuracy):
    assert decode(crossing(acc=sent)).crossing.accuracy_m == accuracy


@pytest.mark.parametrize(("sent", "at"), TIMES.values(), ids=TIMES.keys())
def test_a_transition_is_timed_by_tst(sent, at):
    assert decode(crossing(tst=sent)).fix_time == at


NO_TRANSITION = {
    "another event": ({"event": "dwell"}, "at $.event"),
    "an event in capitals": ({"event": "ENTER"}, "at $.event"),
    "an empty event": ({"event": ""}, "at $.event"),
    "no event": ({"event": ABSENT}, "at the top"),
    "an event that is a number": ({"event": 1}, "at $.event"),
    "no region": ({"rid": ABSENT, "desc": ABSENT}, "at $.rid"),
    "an empty one": ({"rid": "", "desc": ""}, "at $.rid"),
    "a long one": ({"rid": "x" * 129}, "at $.rid"),
}


@pytest.mark.parametrize(("told", "place"), NO_TRANSITION.values(), ids=NO_TRANSITION.keys())
def test_a_transition_that_says_too_little_is_not_the_format(told, place):
    assert str(refused(crossing(**told))).endswith(place)


# --- who sent it ----------------------------------------------------------------------------------------

TOPICS = {
    "owntracks/jane/phone": "jane/phone",
    "owntracks/jane/phone/event": "jane/phone",
    "owntracks/jane/phone/waypoint": "jane/phone",
    "owntracks/jane/phone/waypoints": "jane/phone",
    "owntracks/jane/phone/lwt": "jane/phone",
    "owntracks/jane/phone/status": "jane/phone",
    "owntracks/jane/phone/cmd": "jane/phone",
    "owntracks/jane/phone/": "jane/phone",
    "owntracks/j ane/phone.1-a_b": "j ane/phone.1-a_b",
    "owntracks/" + "x" * 60 + "/" + "y" * 67: "x" * 60 + "/" + "y" * 67,
    "owntracks/" + "x" * 60 + "/" + "y" * 68: None,
    "owntracks/jane/phone/a/b": None,
    "owntracks/jane": None,
    "owntracks/jane/": None,
    "owntracks//phone": None,
    "owntracks/": None,
    "owntracks": None,
    "/owntracks/jane/phone": None,
    "Owntracks/jane/phone": None,
    "other/jane/phone": None,
    "owntracks/+/phone": None,
    "owntracks/jane/#": None,
    "owntracks/jane\0/phone": None,
    "jane/phone": None,
    "": None,
}


@pytest.mark.parametrize(("topic", "device"), TOPICS.items())
def test_the_device_of_a_topic(topic, device):
    assert device_of_topic(topic) == device


def test_a_device_beside_the_message_names_it():
    assert decode(body(topic=ABSENT), "jane/phone").serial == "jane/phone"
    assert decode(crossing(topic=ABSENT), "jane/phone").serial == "jane/phone"


def test_the_topic_inside_names_it_where_nothing_else_does():
    assert decode(body(topic="owntracks/jane/phone")).serial == "jane/phone"
    assert decode(crossing(topic="owntracks/jane/phone/event")).serial == "jane/phone"


def test_both_may_say_the_same():
    assert decode(body(), "wearer/42") == decode(body())
    assert decode(crossing(), "wearer/42") == decode(crossing())


@pytest.mark.parametrize("beside", ["wearer/43", "owntracks/wearer/42", "WEARER/42"])
def test_both_may_not_say_otherwise(beside):
    assert str(refused(body(), beside)) == "the topic in the message is another device's"


@pytest.mark.parametrize("topic", [ABSENT, None, "", "phone", "owntracks/jane", "owntracks/jane/+"])
@pytest.mark.parametrize("message", [LOCATION, TRANSITION], ids=["location", "transition"])
def test_nobody_is_never_somebody(message, topic):
    assert "nothing names the device" in str(refused(body(message, topic=topic)))
    assert "nothing names the device" in str(refused(body(message, topic=topic), ""))


def test_a_topic_of_another_base_does_not_speak_against_the_device_beside_it():
    assert decode(body(topic="fleet/jane/phone"), "jane/phone").serial == "jane/phone"


def test_a_name_beside_the_message_has_an_end():
    assert decode(body(topic=ABSENT), "x" * 128).serial == "x" * 128
    refused(body(topic=ABSENT), "x" * 129)


# --- what holds nothing for us, and what is not the format ----------------------------------------------

NOTHING = {
    "waypoint": {"desc": "Home", "lat": 46.5, "lon": -28.0, "rad": 100, "tst": 1780000000, "rid": "6da9cf"},
    "waypoints": {"waypoints": [{"_type": "waypoint", "desc": "Home", "lat": 46.5, "lon": -28.0}]},
    "lwt": {"tst": 1787307330},
    "status": {"iOS": {"version": "1"}},
    "steps": {"tst": 1787307330, "steps": 1234, "from": 1787300000, "to": 1787307330},
    "beacon": {"desc": "SECRET", "uuid": "x", "major": 1, "minor": 2, "tst": 1787307330, "rssi": -60},
    "card": {"name": "SECRET", "face": "SECRET", "tid": "42"},
    "request": {"request": "tour"},
    "configuration": {"deviceId": "phone", "waypoints": [], "encryptionKey": "SECRET"},
    "cmd": {"action": "reportLocation"},
    "of a later app": {"anything": [1, {"at": "all"}]},
    "": {},
    "Location": {"lat": 46.5},
}


@pytest.mark.parametrize("kind", NOTHING)
def test_what_is_not_for_us_is_nothing_whoever_sent_it(kind):
    message = {"_type": kind, **NOTHING[kind]}
    assert decode(body(message)) is None
    assert decode(body(message, topic="owntracks/wearer/42"), "jane/phone") is None


@pytest.mark.parametrize("data", [b"", b" ", b"\r\n\t "])
def test_an_empty_body_is_nothing(data):
    assert decode(data) is None
    assert decode(data, "jane/phone") is None


def test_an_encrypted_message_says_what_to_do_about_it():
    told = str(refused(b'{"_type":"encrypted","data":"U0VDUkVU"}', "wearer/42"))
    assert "encrypted message" in told
    assert "empty the app's encryption key" in told


NOT_THE_FORMAT = {
    "a list": (b"[" + body() + b"]", "a list of messages: each is sent by itself"),
    "an empty list": (b"[]", "a list of messages: each is sent by itself"),
    "no type": (body(_type=ABSENT), "not a message of OwnTracks: at the top"),
    "a type that is a number": (body(_type=1), "not a message of OwnTracks: at $._type"),
    "a topic that is a list": (body(topic=[1]), "not a message of OwnTracks: at $.topic"),
    "a latitude that is true": (body(lat=True), "not a message of OwnTracks: at $.lat"),
    "a time that is an object": (body(tst={}), "not a message of OwnTracks: at $.tst"),
    "a trigger that is a number": (body(t=1), "not a message of OwnTracks: at $.t"),
    "a string": (b'"location"', "not a message of OwnTracks: at the top"),
    "null": (b"null", "not a message of OwnTracks: at the top"),
    "a form": (b"_type=location&lat=46.5", "not JSON"),
    "a tail": (body() + b"x", "not JSON"),
    "cut short": (body()[:-1], "not JSON"),
    "not a number": (body().replace(b"46.5", b"NaN"), "not JSON"),
    "beyond all numbers": (body().replace(b"46.5", b"1e999"), "not a message of OwnTracks: at $.lat"),
    "half a character": (body(topic="X").replace(b"X", b"\\ud800"), "not JSON"),
    "Latin-1": (body(topic="X").replace(b"X", b"\xc4"), "not JSON"),
    "a byte order mark": (b"\xef\xbb\xbf" + body(), "not JSON"),
    "deep": (body().replace(b"100.7", b"[" * 20_000 + b"]" * 20_000), "not JSON"),
    "too large": (body(image="x" * BYTES_MAX), f"a message of more than {BYTES_MAX} bytes"),
}


@pytest.mark.parametrize(("data", "told"), NOT_THE_FORMAT.values(), ids=NOT_THE_FORMAT.keys())
def test_what_is_not_the_format_is_said_by_its_place(data, told):
    assert str(refused(data)) == told


PLANTED = "SECRET-46.5000001"
SPOILT = {
    "another's topic": (body(topic=f"owntracks/{PLANTED}/x"), "wearer/42"),
    "a long topic": (body(topic=f"owntracks/{PLANTED * 10}/x"), None),
    "a long name beside it": (body(topic=ABSENT), PLANTED * 10),
    "an event": (crossing(event=PLANTED), None),
    "a region": (crossing(rid=PLANTED * 10), None),
    "a place in a list": (body(lat=[PLANTED]), None),
    "what was encrypted": (body({"_type": "encrypted", "data": PLANTED}), None),
    "a list": (json.dumps([PLANTED]).encode(), None),
    "no JSON": (PLANTED.encode(), None),
    "a tail": (body() + PLANTED.encode(), None),
}


@pytest.mark.parametrize(("data", "device"), SPOILT.values(), ids=SPOILT.keys())
def test_an_error_says_where_and_never_what(data, device):
    told = told_by(refused(data, device))
    for secret in ("SECRET", "46.5", "28.0", "wearer", "1787307330"):
        assert secret not in told


def test_neither_a_report_nor_its_crossing_has_a_text_that_holds_who_or_where():
    for read in (decode(body()), decode(crossing())):
        for text in (repr(read), str(read), repr(read.fix), repr(read.crossing), str(read.crossing)):
            for told in ("465", "280", "wearer", "6da9cf", "Home"):
                assert told not in text


# --- whatever comes -------------------------------------------------------------------------------------


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.none() | st.text(max_size=8))
@example(b'{"_type":', None)
def test_any_bytes_are_read_or_are_not_the_format(data, device):
    with refusal_in_own_words():
        require_legal(decode(data, device))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([(d, n) for d in (LOCATION, TRANSITION) for n in (*d, "t", "bs")]), JSON | HOSTILE)
def test_any_value_in_any_member_is_read_or_is_not_the_format(member, value):
    document, name = member
    with refusal_in_own_words():
        require_legal(decode(body(document, **{name: value})))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40) | st.from_regex(r"owntracks/[^/]{0,5}/[^/]{0,5}(/[a-z]*)?", fullmatch=True))
def test_any_topic_is_of_a_device_or_of_none(topic):
    device = device_of_topic(topic)
    assert device is None or (topic.startswith(f"owntracks/{device}") and device.count("/") == 1)
