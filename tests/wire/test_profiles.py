"""Profiles, read back as the apps read them: what each rung is set to, and what is refused."""

import json

import pytest
from support.phone import taken_in, traccar_takes_in

from custodiet.model.condition import ALWAYS, Condition, ConditionKind
from custodiet.model.errors import IllegalValue, NotPermitted
from custodiet.model.identity import ConditionId, DecisionId
from custodiet.model.mode import LADDER
from custodiet.model.shape import Circle, Polygon
from custodiet.wire.profiles import PLACES_MAX, Client, Phone, Place, write_profile

TOKEN = "made-up_token-0123456789abcdefABCDEF"
RUNGS = {mode.rung: mode for mode in LADDER}
HTTPS, MQTTS = "https://gateway.example", "mqtts://broker.example:8884"
CENTRE = (465123457, -281234567)


def phone(**given):
    held = {"serial": "made-up/42", "token": TOKEN, "url": HTTPS, "label": "Phone 7"}
    return Phone(**held | given)


def place(number=1, shape=None, kind=ConditionKind.INCLUSION):
    condition = Condition(ConditionId(f"condition_{number:020x}"), DecisionId("decision_1"), kind, b"sealed", ALWAYS)
    return Place(condition, shape or Circle(CENTRE, 150.4))


def owntracks(rung, *places, **given):
    return taken_in(write_profile(Client.OWNTRACKS, RUNGS[rung], phone(**given), places))


MONITORING = {4: -1, 5: -1, 8: 0, 9: 2, 10: 2}


@pytest.mark.parametrize("rung", MONITORING)
@pytest.mark.parametrize("url", [HTTPS, MQTTS])
def test_owntracks_is_set_to_send_no_more_than_the_rung_admits(rung, url):
    settings = owntracks(rung, *([place()] if rung == 8 else []), url=url)
    assert (settings["_type"], settings["monitoring"]) == ("configuration", MONITORING[rung])
    for name in ("cmd", "remoteConfiguration", "allowRemoteLocation", "allowIntentControl", "extendedData"):
        assert settings[name] is False
    for name in ("pubExtendedData", "publishLocationOnConnect", "ranging", "sub", "contextProfilesEnabled"):
        assert settings[name] is False
    assert settings["allowConfigurationByURIAndConfigFile"] is False
    assert (settings["reverseGeocodeProvider"], settings["opencageApiKey"]) == ("None", "")
    assert (settings["notificationLocation"], settings["encryptionKey"], settings["positions"]) == (False, "", 0)
    assert ("waypoints" in settings) == (rung == 8)
    assert ("locatorInterval" in settings) == (rung in (9, 10))
    assert settings["autostartOnBoot"] is (rung >= 8)


def test_over_http_it_speaks_to_the_gateway_with_the_token_as_its_password():
    settings = owntracks(9, url="https://gateway.example/behind/")
    assert (settings["mode"], settings["url"]) == (3, "https://gateway.example/behind/in/owntracks")
    assert (settings["auth"], settings["usePassword"], settings["password"]) == (True, True, TOKEN)
    assert (settings["username"], settings["deviceId"], settings["pubTopicBase"]) == (
        "made-up",
        "42",
        "owntracks/%u/%d",
    )
    assert "host" not in settings


@pytest.mark.parametrize("shift", range(3))
def test_whatever_a_password_holds_the_link_holds_it_too(shift):
    password = "x" * shift + "???>>>~~~&+/="
    settings = owntracks(9, token=password)  # taken_in looks at the link as well as at the file
    assert settings["password"] == password


def test_over_mqtt_it_speaks_to_the_broker_with_tls_at_qos_1_and_retains_nothing():
    settings = owntracks(9, url=MQTTS)
    assert (settings["mode"], settings["host"], settings["port"], settings["tls"]) == (0, "broker.example", 8884, True)
    assert (settings["pubQos"], settings["pubRetain"], settings["ws"]) == (1, False, False)
    assert (settings["cleanSession"], settings["clientId"], settings["password"]) == (False, "made-up-42", TOKEN)
    assert "url" not in settings
    assert owntracks(9, url="mqtts://broker.example")["port"] == 8883


def test_the_interval_is_what_was_said_and_nothing_comes_more_often():
    settings = owntracks(10, every_s=120)
    assert (settings["moveModeLocatorInterval"], settings["locatorInterval"]) == (120, 120)
    assert (settings["pegLocatorFastestIntervalToInterval"], settings["locatorDisplacement"]) == (True, 500)


def test_zones_are_regions_that_bear_their_condition_and_name_nobody():
    settings = owntracks(8, place(1), place(2, Circle((10, -20), 25_000)))
    first, second = settings["waypoints"]
    assert first == {
        "_type": "waypoint",
        "desc": f"Place 1 condition_{1:020x}",
        "rid": f"condition_{1:020x}",
        "lat": 46.5123457,
        "lon": -28.1234567,
        "rad": 150,
        "tst": 1_000_000_001,
    }
    assert (second["rad"], second["tst"], second["lat"]) == (25_000, 1_000_000_002, 1e-6)


TRIANGLE = Polygon((((0, 0), (0, 10), (10, 0)),))
REFUSED_ZONES = {
    "none": ((), "no zone that a device could judge"),
    "a polygon": ((place(1), place(2, TRIANGLE)), "zone 2 is a polygon"),
    "too small": ((place(1, Circle(CENTRE, 99.0)),), "zone 1 has a radius of less than 100 m"),
    "too many": (tuple(place(n) for n in range(PLACES_MAX + 1)), "at most 20 zones"),
    "one that protects somebody": ((place(1, kind=ConditionKind.PROTECTIVE),), "would show where"),
}


@pytest.mark.parametrize(("places", "text"), REFUSED_ZONES.values(), ids=REFUSED_ZONES.keys())
def test_a_zone_that_no_app_can_judge_or_may_know_is_refused(places, text):
    with pytest.raises(NotPermitted, match=text) as refused:
        owntracks(8, *places)
    assert "46" not in str(refused.value)


@pytest.mark.parametrize("rung", [0, 1, 2, 3, 6, 7, 11])
@pytest.mark.parametrize("client", Client)
def test_a_rung_that_no_phone_serves_is_refused(rung, client):
    with pytest.raises(NotPermitted, match="rung 11 is a tag" if rung == 11 else f"on rung {rung} nothing"):
        write_profile(client, RUNGS[rung], phone())


# --- Traccar Client -------------------------------------------------------------------------------------


@pytest.mark.parametrize("rung", [9, 10])
def test_traccar_client_is_set_by_the_address_that_it_scans(rung):
    profile = write_profile(Client.TRACCAR, RUNGS[rung], phone(every_s=90))
    assert profile.file == profile.link.encode() + b"\n"
    assert traccar_takes_in(profile.link) == {
        "url": f"https://gateway.example/in/osmand/{TOKEN}",
        "id": "made-up/42",
        "accuracy": "high",
        "distance": 0,
        "interval": 90,
        "fastest_interval": 90,
        "angle": 0,
        "heartbeat": 900,
        "buffer": True,
        "stop_detection": True,
        "wakelock": False,
    }


@pytest.mark.parametrize("rung", [4, 5, 8])
def test_traccar_client_has_no_profile_where_positions_are_not_what_is_wanted(rung):
    with pytest.raises(NotPermitted, match=f"rung {rung} has no profile for it"):
        write_profile(Client.TRACCAR, RUNGS[rung], phone(), [place()])


# --- what no profile could hold -------------------------------------------------------------------------

WRONG = {
    "no TLS": {"url": "http://gateway.example"},
    "no TLS at a broker": {"url": "mqtt://broker.example"},
    "a broker with a path": {"url": "mqtts://broker.example/x"},
    "a query": {"url": "https://gateway.example/?token=1"},
    "a user": {"url": "https://user@gateway.example"},
    "no host": {"url": "https:///in"},
    "no port": {"url": "https://gateway.example:x"},
    "port 0": {"url": "mqtts://broker.example:0"},
    "no address": {"url": "gateway.example"},
    "a space": {"url": "https://gate way.example"},
    "no label": {"label": ""},
    "a blank label": {"label": " "},
    "a path as a label": {"label": "../phone"},
    "a long label": {"label": "x" * 41},
    "our name": {"label": "Custodiet phone"},
    "our name in the serial": {"serial": "custodiet/42"},
    "too often": {"every_s": 14},
    "too seldom": {"every_s": 601},
}


@pytest.mark.parametrize("given", WRONG.values(), ids=WRONG.keys())
def test_what_no_profile_could_hold_is_refused_and_the_token_is_not_said(given):
    with pytest.raises(IllegalValue) as refused:
        phone(**given)
    assert TOKEN not in str(refused.value)
    assert TOKEN not in repr(phone())


@pytest.mark.parametrize("serial", ["TAG-1", "a/b/c", "/42", "made-up/", "made up/42", "a+/b"])
def test_a_device_that_owntracks_could_not_be_called_by_is_refused(serial):
    with pytest.raises(IllegalValue, match="user/device"):
        write_profile(Client.OWNTRACKS, RUNGS[9], phone(serial=serial))


def test_a_broker_is_nothing_for_traccar_client():
    with pytest.raises(IllegalValue, match="speaks to the gateway"):
        write_profile(Client.TRACCAR, RUNGS[9], phone(url=MQTTS))


@pytest.mark.parametrize("label", ["Phone 7", "Ämter, 2. Stock", "'-_ .", "x"])
def test_nothing_in_a_profile_bears_our_name(label):
    profiles = [write_profile(Client.OWNTRACKS, RUNGS[rung], phone(label=label)) for rung in (4, 5, 9, 10)]
    profiles.append(write_profile(Client.OWNTRACKS, RUNGS[8], phone(label=label), [place()]))
    profiles.append(write_profile(Client.TRACCAR, RUNGS[9], phone(label=label)))
    for profile in profiles:
        held = json.dumps(taken_in(profile)) if profile.suffix == ".otrc" else profile.link
        assert "custodiet" not in held.lower()
        assert TOKEN not in repr(profile)


@pytest.mark.parametrize(("label", "tid"), [("Phone 7", "PH"), ("7", "7"), ("Ämter", "MT"), ("-", "P1")])
def test_what_owntracks_shows_of_the_device_comes_of_the_label(label, tid):
    assert owntracks(9, label=label)["tid"] == tid
