"""The file of a source: everything that is wrong is said at once, and nothing that stands in it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodiet.model.errors import NotTheFormat
from custodiet.wire.broker import Subscription, read_broker

LEAST = {
    "host": "broker.example",
    "client_id": "gate-1",
    "token_file": "token",
    "subscriptions": [{"topic": "owntracks/+/+", "format": "owntracks"}],
}


def read(**given):
    told = {name: value for name, value in (LEAST | given).items() if value is not ...}
    return read_broker(json.dumps(told).encode())


def wrong(**given):
    with pytest.raises(NotTheFormat) as refused:
        read(**given)
    return str(refused.value).removeprefix("the source's file: ").split("; ")


def test_the_least_that_must_be_said_is_enough_and_a_day_is_waited_for_us():
    broker = read()
    assert (broker.host, broker.port, broker.tls, broker.session_s) == ("broker.example", 8883, True, 86400)
    assert (broker.username, broker.password_file, broker.ca_file) == (None, None, None)
    assert broker.subscriptions == (Subscription("owntracks/+/+", "owntracks"),)


def test_whatever_may_be_said_is_taken():
    given = {"port": 1, "username": "u", "password_file": "p", "ca_file": "c", "session_s": 60}
    broker = read(**given)
    assert {name: getattr(broker, name) for name in given} == given


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "::1"])
def test_without_tls_only_this_very_machine_is_spoken_to(host):
    assert (read(host=host).tls, read(host=host).port) == (False, 1883)
    assert (read(host=host, ca_file="ca.pem").tls, read(host=host, ca_file="ca.pem").port) == (True, 8883)


@pytest.mark.parametrize("host", ["10.0.0.1", "broker", "localhost.example", "127.0.0.1.example", "::"])
def test_with_any_other_machine_it_is_always_tls(host):
    assert read(host=host).tls


def test_everything_that_is_wrong_is_said_at_once():
    said = wrong(
        host=..., port=70000, client_id="two words", password_file="p", session_s=5, tls=False, subscriptions=[]
    )
    assert said == [
        "tls: there is no such setting",
        "host: missing",
        "port: a number from 1 to 65535",
        "client_id: 1 to 64 letters, digits, . _ -",
        "session_s: seconds, from 60 to 604800",
        'subscriptions: a list of {"topic": …, "format": …}, 1 to 100 of them',
        "username: missing, beside password_file",
    ]


@pytest.mark.parametrize("topic", ["a/#/b", "a#", "a+/b", "+a", "#/", "$SYS/#", "$share/g/t", "a\0b"])
def test_what_is_no_topic_filter_is_refused(topic):
    [said] = wrong(subscriptions=[{"topic": topic, "format": "traccar"}])
    assert said.startswith("subscription 1: not a topic filter")


@pytest.mark.parametrize("topic", ["positions", "owntracks/+/+/event", "#", "+", "a/+/b/#", "/a//b"])
def test_what_is_one_is_taken(topic):
    assert read(subscriptions=[{"topic": topic, "format": "traccar"}]).subscriptions[0].topic == topic


def test_a_format_that_no_topic_has_and_a_topic_said_twice_are_refused():
    twice = [{"topic": "a", "format": "gpx"}, {"topic": "a", "format": "traccar"}]
    assert wrong(subscriptions=twice) == [
        "subscription 1: a format is one of traccar, owntracks",
        "subscriptions: the same topic twice",
    ]


@pytest.mark.parametrize("subscription", [{"topic": "a"}, {"topic": "a", "format": "traccar", "qos": 0}, "a", {}])
def test_a_subscription_has_a_topic_and_a_format_and_nothing_else(subscription):
    assert wrong(subscriptions=[subscription])[0].startswith("subscriptions: a list of")


def test_nothing_that_stands_in_it_is_ever_said():
    secret = "hunter2 46.5123457"
    for name in LEAST:
        assert secret not in "; ".join(wrong(**{name: [secret]}))
    assert secret not in "; ".join(wrong(**{secret: 1}))


@given(st.one_of(st.binary(max_size=200), st.from_regex(r"\{.*\}", fullmatch=True).map(str.encode)))
def test_whatever_bytes_there_are_it_is_a_broker_or_not_the_format(data):
    with pytest.raises(NotTheFormat):
        read_broker(data)
