"""A source against a broker that is not ours: what is acknowledged took effect, once, whatever dies in between."""

import json
import os
import signal
import subprocess
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random

import pytest
from support.broker import Line, Mosquitto, source_file
from support.by_hand import hands_on
from support.etcd import holders
from support.running import Running, ask, command, fix
from support.site import Site
from support.waiting import until

from custodiet.model.times import to_ms

TRACCAR = ("positions", "traccar")
OWNTRACKS = (("owntracks/+/+", "owntracks"), ("owntracks/+/+/event", "owntracks"))
GATE = "made-up-gate"
GIVEN, TAKEN = f"Sending PUBLISH to {GATE}", f"Received PUBACK from {GATE}"
SUBSCRIBED = f"Sending SUBACK to {GATE}"


@pytest.fixture
def broker(tmp_path):
    broker = Mosquitto(tmp_path / "broker").start()
    yield broker
    broker.stop()


@pytest.fixture
def site(place):
    """Two wearers whose devices are called as OwnTracks calls them; nothing runs."""
    return Site(place, 2, serials="made-up/{:04d}")


class SourceRunning:
    """`custodiet run source`, ended by id."""

    def __init__(self, site, file, log):
        self.line, self.environment = command("run", "source", "--config", file, *site.where)
        self.log = log
        self.start()

    def start(self):
        with self.log.open("ab") as stderr:
            self.process = subprocess.Popen(self.line, env=self.environment, stdin=subprocess.DEVNULL, stderr=stderr)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(60)

    def said(self):
        return self.log.read_text()


@pytest.fixture
def start(site, tmp_path):
    """Start a source: of one sender for the first wearer, unless another token is given."""
    started = []

    def start(port, *subscriptions, token=None, **more):
        file = source_file(tmp_path / "gate", port, token or site.wearers[0].token, *subscriptions, **more)
        started.append(SourceRunning(site, file, tmp_path / "source.log"))
        return started[-1]

    yield start
    for one in started:
        one.stop()


def owntracks(at, **more):
    tst = round(at.timestamp())
    told = {"_type": "location", "tst": tst, "lat": 46.5123457, "lon": -28.1234567, "acc": 8, "batt": 87}
    return json.dumps(told | more).encode()


def times(count, step=timedelta(milliseconds=10)):
    begin = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=50)
    return [begin + number * step for number in range(count)]


def once(instants):
    return {to_ms(at): 1 for at in instants}


def publish_and_hold_the_answers(site, broker):
    """To a source of the first wearer's sender; each message is answered by what was decided, and acknowledged."""
    mine, other = site.wearers
    first, second, third, _ = times(4, timedelta(seconds=1))
    broker.publish("positions", fix(mine.serial, first), fix(other.serial, first), b"{garbage 46.5123457")
    broker.publish("owntracks/made-up/0000", owntracks(second), owntracks(second), retain=True)
    broker.publish("owntracks/made-up/0000", owntracks(third), b"\xff\xfe", b'{"_type":"lwt","tst":1}')
    broker.publish("owntracks/made-up/0001", owntracks(second))
    broker.publish("owntracks/made-up/0000/event", b'{"_type":"waypoint"}')
    broker.publish("owntracks/made-up", owntracks(second))  # nobody subscribed to that
    broker.until_said(TAKEN, 10)
    assert site.stored(mine) == once([first, second, third])
    assert site.stored(other) == {}
    counted = site.counted()
    assert {name: counted[name] for name in counted if " " in name} == {
        "refused not_yours": 2,
        "refused not_the_format": 2,
        "refused nothing_in_it": 2,
    }
    assert (counted["kept"], counted["duplicate"], counted["refused"]) == (3, 1, 6)
    assert (broker.count(TAKEN), broker.count(GIVEN)) == (10, 10)  # and nothing of what was retained before


def test_what_traccar_and_owntracks_publish_is_answered_by_what_was_decided_and_acknowledged(site, broker, start):
    broker.publish("owntracks/made-up/0000", owntracks(times(1)[0]), retain=True)
    source = start(broker.port, TRACCAR, *OWNTRACKS)
    broker.until_said(SUBSCRIBED)
    publish_and_hold_the_answers(site, broker)
    assert (source.stop(), source.said()) == (0, "")
    assert broker.count(f"Received DISCONNECT from {GATE}") == 1


def test_killed_between_receiving_and_recording_it_is_given_again_and_kept_once(site, broker, start):
    [wearer, _] = site.wearers
    source = start(broker.port, TRACCAR)
    broker.until_said(SUBSCRIBED)
    with hands_on(site) as other:
        other.begin_writing()
        instants = times(5)
        broker.publish("positions", *(fix(wearer.serial, at) for at in instants))
        broker.until_said(GIVEN, 5)
        source.kill()
        other.let_go()
    assert (site.stored(wearer), broker.count(TAKEN)) == ({}, 0)
    source.start()
    broker.until_said(TAKEN, 5)
    assert site.stored(wearer) == once(instants)
    assert site.counted() == {"kept": 5}


def test_killed_between_recording_and_acknowledging_it_is_given_again_and_is_a_duplicate(site, broker, start):
    [wearer, _] = site.wearers
    line = Line(broker.port)
    source = start(line.port, TRACCAR)
    broker.until_said(SUBSCRIBED)
    line.deaf.set()
    instants = times(5)
    broker.publish("positions", *(fix(wearer.serial, at) for at in instants))
    until(lambda: len(site.stored(wearer)) == 5, source.said)
    source.kill()
    assert broker.count(TAKEN) == 0
    line.deaf.clear()
    source.start()
    broker.until_said(TAKEN, 5)
    assert site.stored(wearer) == once(instants)
    assert site.counted() == {"kept": 5, "duplicate": 5}
    line.close()


@pytest.mark.long
@pytest.mark.timeout(900)  # a bound on hanging, not a measure
@pytest.mark.parametrize("kills", [4, 60])
def test_whenever_it_is_killed_nothing_is_missing_and_nothing_twice(site, broker, start, kills):
    wearer, random = site.wearers[0], Random(kills)
    source = start(broker.port, TRACCAR)
    broker.until_said(SUBSCRIBED)
    instants = times(120 * kills)
    for number in range(kills):
        batch = instants[120 * number : 120 * (number + 1)]
        before = broker.count(TAKEN)
        broker.publish("positions", *(fix(wearer.serial, at) for at in batch))
        broker.until_said(TAKEN, before + random.randrange(1, 60))
        source.kill()
        source.start()
    until(lambda: len(site.stored(wearer)) == len(instants), lambda: f"missing\n{source.said()}")
    broker.until_said(SUBSCRIBED, kills + 1)
    assert source.stop() == 0
    assert site.stored(wearer) == once(instants)
    counted = site.counted()
    assert counted["kept"] == len(instants)
    assert counted.keys() <= {"kept", "duplicate"}
    # Nothing is left for whoever comes next.
    given = broker.count(GIVEN)
    source.start()
    broker.until_said(SUBSCRIBED, kills + 2)
    last = datetime.now(UTC)
    broker.publish("positions", fix(wearer.serial, last))
    until(lambda: to_ms(last) in site.stored(wearer), source.said)
    assert broker.count(GIVEN) == given + 1


def test_a_broker_that_is_away_is_said_once_and_everything_is_taken_when_it_is_back(site, broker, start):
    [wearer, _] = site.wearers
    broker.stop()
    source = start(broker.port, TRACCAR)
    until(source.said, "it says nothing")
    broker.start()
    broker.until_said(SUBSCRIBED)
    first, second = times(2)
    broker.publish("positions", fix(wearer.serial, first))
    until(lambda: site.stored(wearer) == once([first]), source.said)
    broker.stop()
    broker.start()
    broker.publish("positions", fix(wearer.serial, second))  # perhaps before it is back: the broker keeps it
    until(lambda: site.stored(wearer) == once([first, second]), source.said)
    assert source.stop() == 0
    said = [line.split("source ", 1)[1] for line in source.said().splitlines()]
    assert said == [
        "WARNING no broker: it cannot be reached (ConnectionRefusedError); trying again",
        "WARNING no broker: it went away; trying again",
    ]


@pytest.fixture
def shared_out(broker, sharing, tmp_path):
    """Run a site with two gateways, which have a part of its devices each, and a source beside them."""
    started = []

    def run(site, token, *subscriptions):
        file = source_file(tmp_path / "gate", broker.port, token, *subscriptions)
        more = ("--port=0", "--gateways=2", "--source", file)
        running = Running("serve", *site.where, *more, log=tmp_path / "serve.log")
        started.append(running)
        running.wait_until(lambda: len(holders(sharing)) == 2, "devices are not shared out")
        broker.until_said(SUBSCRIBED)
        return running

    yield run
    for one in started:
        one.stop()


def test_where_gateways_share_devices_out_the_answers_are_the_same(site, broker, shared_out):
    running = shared_out(site, site.wearers[0].token, TRACCAR, *OWNTRACKS)
    publish_and_hold_the_answers(site, broker)
    running.stop()
    assert broker.count(f"Received DISCONNECT from {GATE}") == 1


@pytest.mark.timeout(600)  # a bound on hanging, not a measure
def test_whichever_dies_of_gateways_that_share_and_their_source_each_report_stands_once_and_in_order(
    place, broker, shared_out, sharing
):
    random, site = Random(7), Site(place / "many", 8, serials="made-up/{:04d}")
    running, instants = shared_out(site, site.upstream(*site.wearers), TRACCAR), times(200)

    def all_are_stored(so_far):
        return all(len(site.stored(one)) == so_far for one in site.wearers)

    for given, name in zip((0, 50, 100, 150), ("gateway", "source", "gateway", "source"), strict=True):
        some = instants[given : given + 50]
        broker.publish("positions", *(fix(one.serial, at) for at in some for one in site.wearers))
        broker.until_said(TAKEN, 10 + broker.count(TAKEN))
        os.kill(random.choice(running.children()[name]), signal.SIGKILL)
        running.wait_until(partial(all_are_stored, given + 50), "missing")
        running.wait_until(lambda: len(holders(sharing)) == 2, "devices are not shared out")
    for one in site.wearers:
        assert list(site.stored(one).items()) == [(to_ms(at), 1) for at in instants]


def test_a_file_that_is_wrong_is_one_line_and_no_start(site, tmp_path):
    (tmp_path / "wrong.json").write_text('{"host": "localhost", "port": "46.5123457"}')
    done = ask("serve", "--port=0", "--source", tmp_path / "wrong.json", *site.where)
    missing = "client_id: missing; token_file: missing; subscriptions: missing"
    expected = f"custodiet: the source's file: {missing}; port: a number from 1 to 65535\n"
    assert (done.returncode, done.stderr) == (1, expected)


def test_serve_runs_a_source_among_its_own(site, broker, tmp_path):
    [wearer, _] = site.wearers
    file = source_file(tmp_path / "gate", broker.port, wearer.token, TRACCAR)
    running = Running("serve", *site.where, "--port=0", "--source", file, log=tmp_path / "serve.log")
    try:
        broker.until_said(SUBSCRIBED)
        at = datetime.now(UTC)
        broker.publish("positions", fix(wearer.serial, at))
        running.wait_until(lambda: site.stored(wearer) == once([at]), "not kept")
    finally:
        running.stop()
    assert broker.count(f"Received DISCONNECT from {GATE}") == 1
