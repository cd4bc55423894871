"""A source and its broker: what is recorded is acknowledged, and nothing else is; what is refused, and why."""

import asyncio
import json
from datetime import timedelta

import pytest
from support.by_hand import held_by_another
from support.house import ANA
from support.watched import rows

from custodiet.entrypoints import beside
from custodiet.entrypoints import source as module
from custodiet.entrypoints.beside import Among
from custodiet.entrypoints.gateway.spoken import Message as Spoken
from custodiet.entrypoints.gateway.spoken import _device
from custodiet.entrypoints.source import Source
from custodiet.flows.fit_device import end_fitting, token_hash
from custodiet.flows.receive_reports import Monitor
from custodiet.model.errors import CannotRecord, NotPermitted
from custodiet.model.report import Answer, Outcome, Reason
from custodiet.simulation.device import traccar_payload
from custodiet.wire.broker import Message, Subscription

POSITIONS = Subscription("positions", "traccar")
PHONES = Subscription("owntracks/+/+", "owntracks")


class SmallBus:
    """Holds messages until they are acknowledged; ends the source when nothing is left, or after so many looks."""

    def __init__(self, *messages, looks=50):
        self.held = {message.number: message for message in messages}
        self.acknowledged, self.looks = [], looks
        self.at_look = lambda _: None
        self.closed = False

    def waiting(self, _wait_s):
        self.looks -= 1
        self.at_look(self)
        if not self.held or self.looks < 0:
            self.source.stop()
            return []
        return list(self.held.values())

    def acknowledge(self, messages):
        for message in messages:
            self.acknowledged.append(message.number)
            del self.held[message.number]

    def close(self):
        self.closed = True


@pytest.fixture
def wearer(house):
    person = house.person("made-up/42")
    house.decide(person)
    house.clock.pass_(timedelta(hours=2))
    return person


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr(module, "AGAIN_S", 0)


def run(house, token, bus, monitor=None):
    """Until nothing is left; the answers, in the order in which they were recorded."""
    monitor = monitor or house.monitor()
    receive, answers = monitor.receive, []

    def receive_and_tell(requests):
        told = receive(requests)
        answers.extend(told)
        return told

    monitor.receive = receive_and_tell
    bus.source = Source(bus, monitor, house.clock, token_hash(token), lambda _monitor, _wanted: {})
    asyncio.run(bus.source.run())
    assert bus.closed
    return [
        " ".join(filter(None, (one.outcome, one.shown))) for told in answers if isinstance(told, list) for one in told
    ]


def position(house, number, ago=0, serial="made-up/42", **given):
    body = traccar_payload(serial, house.clock.now() - timedelta(seconds=ago), 46.5, -28.0)
    return Message(number, POSITIONS, "positions", given.pop("body", body), **given)


def phone(house, number, ago=0, topic="owntracks/made-up/42", **more):
    at = round((house.clock.now() - timedelta(seconds=ago)).timestamp())
    told = {"_type": "location", "tst": at, "lat": 46.5, "lon": -28.0, "acc": 8}
    return Message(number, PHONES, topic, json.dumps(told | more).encode())


def test_each_message_is_answered_in_its_order_and_acknowledged(house, wearer):
    bus = SmallBus(
        position(house, 1, 9),
        position(house, 2, 9),
        phone(house, 3, 8),
        position(house, 4, 7, serial="made-up/43"),
        phone(house, 5, 7, topic="owntracks/made-up/43"),
    )
    assert run(house, wearer.token, bus) == [
        "kept",
        "duplicate",
        "kept",
        "refused not_yours",
        "refused not_yours",
    ]
    assert bus.acknowledged == [1, 2, 3, 4, 5]


def test_whose_it_is_says_the_topic_and_not_the_message(house, wearer):
    told = phone(house, 1).body[:-1] + b', "topic": "owntracks/made-up/42"}'
    forged = Message(1, PHONES, "owntracks/made-up/43", told)
    assert run(house, wearer.token, SmallBus(forged)) == ["refused not_the_format"]


def test_what_could_be_no_better_the_next_time_is_refused_and_acknowledged(house, wearer):
    bus = SmallBus(
        position(house, 1, body=b"{"),
        position(house, 2, body=traccar_payload("made-up/42", house.clock.now(), 46.5, -28.0).ljust(64 * 1024 + 1)),
        phone(house, 3, _type="waypoint"),
        phone(house, 4, topic="owntracks/made-up"),
        phone(house, 5, topic=""),
    )
    assert run(house, wearer.token, bus) == [
        "refused not_the_format",
        "refused not_the_format",
        "refused nothing_in_it",
        "refused not_the_format",
        "refused not_the_format",
    ]
    assert bus.acknowledged == [1, 2, 3, 4, 5]


def contact(house):
    return rows(house, "SELECT count(*) FROM contact")[0][0]


def test_what_a_broker_says_again_by_itself_is_no_sign_of_life(house, wearer):
    assert run(house, wearer.token, SmallBus(position(house, 1, retained=True))) == ["refused nothing_in_it"]
    assert contact(house) == 0
    assert run(house, wearer.token, SmallBus(position(house, 1))) == ["kept"]
    assert contact(house) == 1


def test_what_comes_by_a_subscription_of_earlier_days_is_refused_and_said_once(house, wearer, caplog):
    bus = SmallBus(*(Message(number, None, "elsewhere", b"46.5") for number in (1, 2)))
    assert run(house, wearer.token, bus) == ["refused nothing_in_it"] * 2
    assert [line.message for line in caplog.records] == [
        "the broker holds a subscription of ours that is not asked for here: refused"
    ]


def test_while_the_store_cannot_write_nothing_is_acknowledged_and_then_all_in_order(house, wearer, monkeypatch, caplog):
    bus = SmallBus(*(position(house, number, 9 - number) for number in range(1, 9)))
    monitor = house.monitor()
    with held_by_another(house, monkeypatch) as let_go:

        def at_look(bus):
            if bus.looks == 46:
                assert bus.acknowledged == []
                let_go()

        bus.at_look = at_look
        assert run(house, wearer.token, bus, monitor) == ["kept"] * 8
    assert bus.acknowledged == [*range(1, 9)]
    assert bus.looks == 45
    assert [line.message for line in caplog.records if line.name == module.__name__] == [
        "cannot record now: the store cannot write now; the broker keeps it"
    ]


def test_each_time_that_nothing_can_be_recorded_anew_it_is_said_anew(house, wearer, caplog, monkeypatch):
    receive, calls = Monitor.receive, []

    def fails_at_times(self, requests):
        calls.append(len(requests))
        if len(calls) in (1, 2, 4):
            raise CannotRecord("made up")
        return receive(self, requests)

    monkeypatch.setattr(Monitor, "receive", fails_at_times)
    bus = SmallBus(position(house, 1, 1))

    def at_look(bus):
        if not bus.held and len(calls) == 3:
            bus.held[2] = position(house, 2)

    bus.at_look = at_look
    assert run(house, wearer.token, bus) == ["kept", "kept"]
    assert [line.message for line in caplog.records if line.name == module.__name__] == [
        "cannot record now: made up; the broker keeps it"
    ] * 2


def test_one_that_cannot_be_recorded_holds_up_no_other_and_is_tried_until_it_can(house, wearer):
    other = house.person("made-up/43")
    house.decide(other, keys=False)
    token = house.sender("made-up/42", "made-up/43")
    bus = SmallBus(position(house, 1, serial="made-up/43"), position(house, 2))
    bus.at_look = lambda bus: bus.looks == 45 and house.issue_keys()
    assert run(house, token, bus) == ["kept", "kept"]
    assert bus.acknowledged == [2, 1]


def test_one_that_breaks_the_writing_is_kept_from_nobody_and_takes_no_other_with_it(house, wearer, monkeypatch):
    other = house.person("made-up/43")
    house.decide(other)
    token = house.sender("made-up/42", "made-up/43")
    keeps, answers = [], Monitor._answers

    def breaks(self, sender, ended, request, *rest):
        decided = answers(self, sender, ended, request, *rest)  # once it is half decided
        if any(line.serial == "made-up/43" for line in request.lines) and len(keeps) < 6:
            keeps.append(1)
            raise ZeroDivisionError
        return decided

    monkeypatch.setattr(Monitor, "_answers", breaks)
    bus = SmallBus(position(house, 1, serial="made-up/43"), position(house, 2))
    assert run(house, token, bus) == ["kept", "kept"]
    assert bus.acknowledged == [2, 1]


def test_after_its_token_has_ended_everything_is_refused_unread_and_said_once(house, wearer, caplog, monkeypatch):
    end_fitting(house.store, wearer.fitting.id, ANA)
    house.clock.pass_(timedelta(seconds=1))
    monkeypatch.setattr(module, "_DECODE", {})  # whoever reads one fails
    bus = SmallBus(position(house, 1, 60), position(house, 2, 61))
    assert run(house, wearer.token, bus) == ["refused token_ended"] * 2
    assert bus.acknowledged == [1, 2]
    [line] = caplog.records
    assert line.message.startswith("this source's token has ended")


def test_a_token_that_was_never_issued_is_no_start_and_nothing_is_taken(house, wearer):
    bus = SmallBus(position(house, 1))
    with pytest.raises(NotPermitted, match="never issued"):
        run(house, "nobody", bus)
    assert (bus.acknowledged, bus.looks, bus.closed) == ([], 50, True)


class Away:
    """Stands for the gateways that have the devices; what it is told to fail once fails once."""

    def __init__(self, *fails_once):
        self.fails, self.asked = list(fails_once), []

    def take(self, given, settle):
        [line] = given.lines
        self.asked.append((given.route, given.token, given.message.query, line if isinstance(line, Reason) else None))
        number = len(self.asked)
        asyncio.get_running_loop().call_soon(settle, self._told(number))

    def _told(self, number):
        if number in self.fails:
            return CannotRecord("the gateway that has these devices cannot record now")
        return [Answer(Outcome.KEPT)]


class Places:
    """Stands for who looks where devices are."""

    def __init__(self, *_):
        self.said = []

    def __getattr__(self, name):
        return lambda: self.said.append(name)


def run_among(house, token, bus, away, monkeypatch):
    """Beside gateways that share devices out."""
    monkeypatch.setattr(beside, "Sharing", lambda *_: away)
    monkeypatch.setattr(beside, "PlaceKeeper", Places)
    given = (bus, house.monitor(), house.clock, token_hash(token), lambda _monitor, _wanted: {})
    bus.source = Source(*given, among=Among(None, token, None))
    asyncio.run(bus.source.run())
    assert bus.closed
    return bus.source._beside._places.said


def test_beside_gateways_that_share_nothing_of_a_device_overtakes_what_could_not_be_recorded(
    house, wearer, monkeypatch
):
    bus = SmallBus(
        position(house, 1, 9), position(house, 2, 8), position(house, 3, 7, serial="made-up/43"), position(house, 4, 6)
    )
    away = Away(1)
    assert run_among(house, wearer.token, bus, away, monkeypatch) == ["start", "stop", "leave"]
    assert bus.acknowledged == [3, 1, 2, 4]
    assert len(away.asked) == 5


def test_beside_gateways_that_share_a_token_that_was_never_issued_ends_it_as_well(house):
    bus = SmallBus()
    given = (bus, house.monitor(), house.clock, token_hash("ct_x"), lambda _monitor, _wanted: {})
    with pytest.raises(NotPermitted):
        asyncio.run(Source(*given, among=Among(None, "ct_x", None)).run())
    assert bus.closed


def test_beside_gateways_that_share_each_message_goes_on_as_its_device_would_send_it(house, wearer, monkeypatch):
    odd = phone(house, 2, topic="owntracks/made-up\r\nx/4 2&u=ü")
    bus = SmallBus(position(house, 1), odd, position(house, 3, body=b"{"))
    away = Away()
    run_among(house, wearer.token, bus, away, monkeypatch)
    assert [one[:2] for one in away.asked] == [(way, wearer.token) for way in ("traccar", "owntracks", "traccar")]
    assert [one[2] for one in away.asked] == [b"", b"u=made-up%0D%0Ax&d=4+2%26u%3D%C3%BC", b""]
    assert [one[3] for one in away.asked] == [None, None, Reason.NOT_THE_FORMAT]
    assert _device(Spoken(away.asked[1][2], b"{}", {})) == "made-up\r\nx/4 2&u=ü"
