"""The bus on a real broker: nothing is acknowledged that was not said to be, on no connection but its own."""

import ssl
import subprocess

import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode
from support.broker import Mosquitto, require_mosquitto
from support.certificates import Authority
from support.waiting import until

from custodiet.adapters import mqtt
from custodiet.adapters.mqtt import MqttBus
from custodiet.model.errors import Unready
from custodiet.wire.broker import Broker, Subscription

ALL, MADE_UP = Subscription("all/#", "traccar"), Subscription("+/b", "owntracks")
GATE = "made-up-gate"
TAKEN = f"Received PUBACK from {GATE}"


@pytest.fixture
def broker(tmp_path):
    broker = Mosquitto(tmp_path / "broker").start()
    yield broker
    broker.stop()


@pytest.fixture
def reach():
    """A bus to a broker, left at the end."""
    reached = []

    def reach(broker, *subscriptions, connected=True, **more):
        held = Broker(
            "127.0.0.1",
            broker.port,
            tls="ca_file" in more,
            client_id=GATE,
            token_file="t",
            subscriptions=subscriptions or (ALL,),
            username=more.get("username"),
        )
        reached.append(MqttBus(held, more.get("password"), more.get("ca_file")))
        before = broker.count("Sending SUBACK")
        if connected:
            until(lambda: reached[-1].waiting(0.05) or broker.count("Sending SUBACK") > before, broker.said)
        return reached[-1]

    yield reach
    for one in reached:
        one.close()


def bodies(messages):
    return [message.body for message in messages]


def wait_for(bus, count):
    return until(lambda: len(waiting := bus.waiting(0.1)) >= count and waiting, "they do not come")


def test_messages_wait_in_order_until_each_is_acknowledged(broker, reach):
    bus = reach(broker)
    broker.publish("all/1", b"one", b"two", b"three")
    first, second, third = wait_for(bus, 3)
    assert bodies([first, second, third]) == [b"one", b"two", b"three"]
    assert bus.waiting(0) == [first, second, third]
    assert broker.count(TAKEN) == 0
    bus.acknowledge([second])
    broker.until_said(TAKEN)
    assert bus.waiting(0) == [first, third]
    bus.acknowledge([first, third])
    broker.until_said(TAKEN, 3)
    assert bus.waiting(0) == []


def test_each_says_by_which_subscription_and_topic_it_came(broker, reach):
    bus = reach(broker, ALL, MADE_UP)
    broker.publish("all/a", b"1")
    broker.publish("a/b", b"2")
    assert [(one.subscription, one.topic) for one in wait_for(bus, 2)] == [(ALL, "all/a"), (MADE_UP, "a/b")]
    assert repr(bus.waiting(0)[0]) == "<Message>"


def test_a_subscription_that_only_the_broker_remembers_is_told_apart(broker, reach):
    reach(broker, ALL).close()
    bus = reach(broker, MADE_UP)
    broker.publish("all/a", b"1")
    assert [one.subscription for one in wait_for(bus, 1)] == [None]


def test_what_was_not_acknowledged_comes_again_and_an_old_word_about_it_counts_for_nothing(broker, reach):
    bus = reach(broker)
    broker.publish("all/1", b"one", b"two")
    before = wait_for(bus, 2)
    broker.stop()
    until(lambda: bus.waiting(0.05) is not None and bus._client is None, "it does not notice")
    broker.start()
    bus._again_at = 0.0
    until(lambda: {one.number for one in bus.waiting(0.1)}.isdisjoint(one.number for one in before), "nothing new")
    again = wait_for(bus, 2)
    assert bodies(again) == [b"one", b"two"]
    bus.acknowledge(before)
    assert bus.waiting(0.1) == again
    assert broker.count(TAKEN) == 0
    bus.acknowledge(again)
    broker.until_said(TAKEN, 2)


def test_whoever_is_next_is_given_what_the_one_before_did_not_acknowledge(broker, reach):
    bus = reach(broker)
    broker.publish("all/1", b"one", b"two")
    bus.acknowledge(wait_for(bus, 2)[:1])
    bus.close()
    broker.publish("all/1", b"three")
    assert bodies(wait_for(reach(broker), 2)) == [b"two", b"three"]


def test_what_is_retained_is_not_asked_for_and_what_is_new_is_not_called_retained(broker, reach):
    broker.publish("all/1", b"old", retain=True)
    bus = reach(broker)
    broker.publish("all/1", b"new", retain=True)
    assert [(one.body, one.retained) for one in wait_for(bus, 1)] == [(b"new", False)]


def test_a_message_that_is_far_too_large_never_comes_and_the_next_one_does(broker, reach):
    bus = reach(broker)
    broker.publish("all/1", b"x" * 500_000, b"y" * 100_000, b"next")
    assert [len(body) for body in bodies(wait_for(bus, 2))] == [100_000, 4]


def test_no_more_is_held_than_there_is_room_for(broker, reach, monkeypatch, caplog):
    monkeypatch.setattr(mqtt, "IN_FLIGHT_MAX", 3)
    bus = reach(broker)
    broker.publish("all/1", *(b"%d" % number for number in range(7)))
    assert bodies(wait_for(bus, 3)) == [b"0", b"1", b"2"]
    broker.publish("all/1", b"lost", b"lost", qos=0)
    broker.until_said(f"Sending PUBLISH to {GATE} (d0, q0", 2)
    assert bodies(bus.waiting(0.1)) == [b"0", b"1", b"2"]
    assert bodies(bus.waiting(0.1)) == [b"0", b"1", b"2"]
    assert [line.message for line in caplog.records] == [
        "more came than there is room for: publishers are to send at QoS 1"
    ]
    for some in ([b"0", b"1", b"2"], [b"3", b"4", b"5"], [b"6"]):
        waiting = wait_for(bus, len(some))
        assert bodies(waiting) == some
        bus.acknowledge(waiting)


def test_a_broker_that_is_away_takes_no_longer_than_the_wait_and_is_said_once(broker, reach, caplog):
    broker.stop()
    bus = reach(broker, connected=False)
    for _ in range(5):
        assert bus.waiting(0.01) == []
        bus._again_at = 0.0
    assert [line.message for line in caplog.records] == [
        "no broker: it cannot be reached (ConnectionRefusedError); trying again"
    ]
    broker.start()
    bus._again_at = 0.0
    broker.publish("all/1", b"lost, because nobody had subscribed")
    until(lambda: bus.waiting(0.05) or broker.count("Sending SUBACK"), broker.said)
    broker.publish("all/1", b"one")
    assert bodies(wait_for(bus, 1)) == [b"one"]


def test_another_with_our_name_pushes_us_out_which_is_said_and_we_wait_longer_each_time(broker, reach, caplog):
    bus = reach(broker)
    waits = []
    for times in (1, 2, 3):
        reach(broker)
        until(lambda times=times: bus.waiting(0.05) or len(caplog.records) == times, "it does not notice")
        waits.append(bus._backoff_s)
        bus._again_at = 0.0
        until(lambda: bus.waiting(0.05) or bus._connected_at is not None, "it does not come again")
    assert {line.message for line in caplog.records} == {"no broker: it went away; trying again"}
    assert waits == [1.0, 2.0, 4.0]


def test_a_subscription_that_is_refused_is_said_by_its_place_and_not_by_its_topic(broker, reach, caplog):
    bus = reach(broker, ALL, MADE_UP)
    granted, refused = (ReasonCode(PacketTypes.SUBACK, name) for name in ("Granted QoS 1", "Not authorized"))
    bus._subscribed(bus._client, None, 1, [granted, refused], None)
    assert [line.message for line in caplog.records] == [
        "the broker refuses subscription 2: Not authorized; start again when it may be had"
    ]


def test_whoever_does_not_speak_mqtt_is_said_not_to(broker, reach, monkeypatch, caplog):
    bus = reach(broker)
    monkeypatch.setattr(bus._client, "loop", lambda _: bytes(1).decode("ascii").index("\xff"))
    assert bus.waiting(0.01) == []
    assert caplog.records[0].message == "no broker: it does not speak MQTT (ValueError); trying again"


# --- TLS and a password ---------------------------------------------------------------------------------


@pytest.fixture
def guarded(tmp_path):
    """A broker that wants TLS and a password, and the file of the authority that vouches for it."""
    require_mosquitto()
    authority = Authority(tmp_path)
    certificate, key = authority.issue("own")
    subprocess.run(["mosquitto_passwd", "-c", "-b", tmp_path / "passwords", "gate", "made up"], check=True)
    settings = [f"certfile {certificate}", f"keyfile {key}", f"password_file {tmp_path}/passwords"]
    broker = Mosquitto(tmp_path / "broker", *settings).start()
    yield broker, authority.ca_file
    broker.stop()


def test_with_tls_and_the_right_password_it_is_let_in_and_with_a_wrong_one_says_why(guarded, reach, caplog):
    broker, ca_file = guarded
    reach(broker, ca_file=ca_file, username="gate", password="made up").close()
    assert caplog.records == []
    bus = reach(broker, ca_file=ca_file, username="gate", password="wrong", connected=False)
    until(lambda: bus.waiting(0.05) or caplog.records, "it is let in")
    assert caplog.records[0].message == "no broker: it turns us away: Not authorized; trying again"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # paho leaves the broken line open
def test_a_broker_that_nobody_vouches_for_is_not_spoken_to(guarded, reach, caplog, tmp_path):
    broker, _ = guarded
    other = Authority(tmp_path, "other").ca_file
    bus = reach(broker, ca_file=other, username="gate", password="made up", connected=False)
    until(lambda: bus.waiting(0.05) or caplog.records, "it is believed")
    assert caplog.records[0].message == "no broker: it cannot be reached (SSLCertVerificationError); trying again"
    assert broker.count("gate") == 0


def test_a_file_without_a_certificate_is_said_at_once(tmp_path):
    (tmp_path / "ca.pem").write_text("no certificate")
    for name in ("ca.pem", "none.pem"):
        with pytest.raises(Unready, match="holds no certificate"):
            mqtt._trust(tmp_path / name)
    trusted = mqtt._trust(None)
    assert (trusted.verify_mode, trusted.check_hostname) == (ssl.CERT_REQUIRED, True)
