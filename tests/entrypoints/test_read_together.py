"""Single positions that come in one turn of the loop are read in one call; each is answered as if it had come alone."""

import asyncio
import gc
import re
import weakref
from collections import Counter
from datetime import timedelta

import pytest
from support.wires import NOW, TOKEN, Wired, hang_up, known, send

from custodiet.entrypoints.gateway.limits import Limits
from custodiet.entrypoints.gateway.together import BYTES_MAX, FEW
from custodiet.flows.fit_device import token_hash
from custodiet.flows.receive_reports import Singles
from custodiet.model.errors import CannotRecord
from custodiet.simulation.device import traccar_payload
from custodiet.wire.traccar_columns import Lines

POSITION = traccar_payload("TAG-1", NOW, 46.5, -28.0)
OTHER_TOKEN = "made-up.token_2"
ALONE = {
    "no JSON": b"{no position",
    "none": b"{}",
    "nothing": b"",
    "blank": b"   ",
    "an event": b'{"event":{"type":"deviceOffline"},"device":{"uniqueId":"TAG-1"}}',
    "on two lines": POSITION.replace(b",", b",\n", 1),
    "two of them": POSITION + b"\n" + POSITION,
    "a line and its end": POSITION + b"\n",
    "a blank before": b" " + POSITION,
    "no text": POSITION.replace(b"TAG-1", b"TAG-\xff"),
    "an accuracy in words": POSITION.replace(b'"accuracy":', b'"accuracy":"near","x":'),
    "long": POSITION + b" " * BYTES_MAX,
    "too long": b" " * (64 * 1024 + 1),
}


def post(body=POSITION, token=TOKEN):
    head = b"POST /in/traccar HTTP/1.1\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n"
    return head % (token.encode(), len(body)) + body


def at(second, serial="TAG-1"):
    return traccar_payload(serial, NOW + timedelta(seconds=second), 46.5, -28.0)


class Crowd:
    """Connections on which a head has come before."""

    def __init__(self, wired, count, token):
        self.wired = wired
        wired.monitor._known[token_hash(OTHER_TOKEN)] = known(OTHER_TOKEN)
        self.connections = [wired.connect() for _ in range(count)]
        self._tokens = [token(place) for place in range(count)]
        self.given = []
        """How many came in each of what the writer was given; None: a request by itself."""
        queue_up = wired.gateway.writer._queue_up

        def seen(waiting):
            queue_up(waiting)
            self.given += [len(one.request) if isinstance(one.request, Singles) else None for one in waiting]

        wired.gateway.writer._queue_up = seen

    async def begin(self):
        for connection, token in zip(self.connections, self._tokens, strict=True):
            await send(self.wired, connection, [post(token=token)])
            connection.transport.written = b""
        self.given.clear()
        self.wired.monitor.received.clear()

    async def post(self, bodies, rest=True):
        """Each on its connection, in one turn of the loop."""
        for connection, token, body in zip(self.connections, self._tokens, bodies, strict=True):
            connection.data_received(post(body, token))
        if rest:
            await self.wired.rest()

    @property
    def said(self):
        return [connection.transport.written for connection in self.connections]

    @property
    def statuses(self):
        return [int(re.match(rb"HTTP/1.1 (\d+)", one)[1]) for one in self.said]


def with_crowd(count, scenario, *, direct=True, limits=None, token=lambda _: TOKEN):
    async def whole():
        crowd = Crowd(Wired(direct=direct, limits=limits), count, token)
        await crowd.begin()
        return await scenario(crowd)

    return asyncio.run(whole())


def test_what_comes_in_one_turn_is_given_to_the_writer_as_one_and_each_is_answered_as_by_itself():
    async def scenario(crowd):
        await crowd.post([at(second) for second in range(12)])
        return crowd.given, crowd.said, crowd.wired.monitor.received, crowd.wired.counted()

    one, other = (
        with_crowd(12, scenario, direct=way, token=lambda place: [TOKEN, OTHER_TOKEN][place % 2])
        for way in (True, False)
    )
    assert (one[0], other[0]) == ([12], [None] * 12)
    assert one[1:] == other[1:]
    assert all(said.startswith(b"HTTP/1.1 200 ") for said in one[1])


@pytest.mark.parametrize("name", ALONE)
def test_what_is_not_one_usual_line_among_others_is_answered_as_by_itself(name):
    async def scenario(crowd):
        bodies = [at(second) for second in range(7)]
        bodies[3:3] = [ALONE[name]]
        await crowd.post(bodies)
        received = Counter((sender, *lines, at) for sender, lines, at in crowd.wired.monitor.received)
        return 7 in crowd.given, crowd.statuses, received, sorted(crowd.wired.counted()), b"error" in crowd.said[3]

    one, other = (with_crowd(8, scenario, direct=way) for way in (True, False))
    assert (one[0], other[0]) == (True, False)
    assert one[1:] == other[1:]


@pytest.mark.parametrize("end", [b"\r", b"\x0b", b"\x0c", b"\x1c", b"\x85", "\u2028".encode()])
def test_what_others_end_a_line_with_ends_none_and_each_stays_its_senders(end):
    async def scenario(crowd):
        bodies = [at(second, f"TAG-{second}") for second in range(8)]
        bodies[3] = bodies[3].replace(b",", b"," + end, 1)
        await crowd.post(bodies)
        return Counter((sender, *lines) for sender, lines, _ in crowd.wired.monitor.received), crowd.said

    tokens = [TOKEN, OTHER_TOKEN]
    one, other = (with_crowd(8, scenario, direct=way, token=lambda at: tokens[at % 2]) for way in (True, False))
    assert one == other
    assert sum(said.startswith(b"HTTP/1.1 200 ") for said in one[1]) == (
        8 if end == b"\r" else 7
    )  # it is a blank within JSON, and none of the others is


@pytest.mark.parametrize("count", [1, FEW - 1, FEW])
def test_a_few_are_read_one_by_one(count):
    async def scenario(crowd):
        await crowd.post([at(second) for second in range(count)])
        assert crowd.given == ([count] if count >= FEW else [None] * count)
        assert crowd.statuses == [200] * count

    with_crowd(count, scenario)


def test_of_those_that_are_nothing_at_all_the_writer_is_given_nothing():
    async def scenario(crowd):
        await crowd.post([b"{no position"] * 6)
        assert crowd.given == []
        assert crowd.statuses == [400] * 6

    with_crowd(6, scenario)


def test_nothing_is_said_of_any_before_all_are_durable():
    async def scenario(crowd):
        await crowd.post([at(second) for second in range(6)], rest=False)
        await crowd.wired.turn()
        assert crowd.said == [b""] * 6
        assert crowd.given == [6]
        assert all(connection._is_answering for connection in crowd.connections)
        await crowd.wired.rest()
        assert crowd.statuses == [200] * 6

    with_crowd(6, scenario)


def test_who_comes_too_fast_is_told_so_and_the_others_are_written():
    async def scenario(crowd):
        await crowd.post([at(second) for second in range(8)])
        assert crowd.statuses == [200] * 5 + [429] * 3
        assert crowd.given == [5]

    with_crowd(8, scenario, limits=Limits(requests_per_device_burst=13, requests_per_device_s=0))


def test_those_on_their_way_to_the_writer_count_as_waiting():
    async def scenario(crowd):
        await crowd.post([at(second) for second in range(8)])
        assert crowd.statuses == [200] * 6 + [503] * 2
        assert crowd.given == [6]

    with_crowd(8, scenario, limits=Limits(waiting_reports_max=6))


def _fails(wired):
    wired.monitor.fails = CannotRecord("made up")


def _stops(wired):
    wired.gateway.writer._stopping = True


def _cannot_be_read(wired):
    wired.gateway.steps._together._reads = None


@pytest.mark.parametrize("prepare", [_fails, _stops, _cannot_be_read])
def test_what_goes_wrong_with_all_of_them_is_said_to_each(prepare, caplog):
    async def scenario(crowd):
        prepare(crowd.wired)
        await crowd.post([at(second) for second in range(6)])
        assert crowd.statuses == [503] * 6
        assert crowd.wired.monitor.received == []
        assert not any(connection._is_answering for connection in crowd.connections)

    with_crowd(6, scenario)
    assert "latitude" not in caplog.text


def test_one_that_nobody_foresaw_takes_its_own_request_and_no_other():
    async def scenario(crowd):
        monitor, receive = crowd.wired.monitor, crowd.wired.monitor.receive

        def breaks(requests):
            if any(report.fix_time == NOW + timedelta(seconds=3) for one in requests for report in one.lines):
                raise ZeroDivisionError
            return receive(requests)

        monitor.receive = breaks
        await crowd.post([at(second) for second in range(6)])
        assert crowd.statuses == [200, 200, 200, 503, 200, 200]
        assert len(monitor.received) == 5

    with_crowd(6, scenario)


def test_who_goes_away_meanwhile_takes_nothing_of_others_and_what_it_sent_is_recorded():
    async def scenario(crowd):
        await crowd.post([at(second) for second in range(6)], rest=False)
        hang_up(crowd.connections[2])
        await crowd.wired.rest()
        assert [bool(said) for said in crowd.said] == [True, True, False, True, True, True]
        assert len(crowd.wired.monitor.received) == 6

    with_crowd(6, scenario)


def test_whose_token_is_none_any_more_is_not_among_them():
    async def scenario(crowd):
        crowd.wired.monitor._known[token_hash(OTHER_TOKEN)] = known(OTHER_TOKEN, NOW)
        await crowd.post([at(second) for second in range(6)])
        assert sorted(crowd.given, key=str) == [5, None]
        assert [b"token_ended" in said for said in crowd.said] == [True, False, False, False, False, False]

    with_crowd(6, scenario, token=lambda place: OTHER_TOKEN if place == 0 else TOKEN)


def test_where_gateways_share_devices_out_each_comes_alone():
    async def scenario(crowd):
        crowd.wired.gateway.steps.share_out()
        await crowd.post([at(second) for second in range(6)])
        assert crowd.given == [None] * 6
        assert crowd.statuses == [200] * 6

    with_crowd(6, scenario)


def test_nothing_is_held_of_those_that_were_answered(monkeypatch):
    made, init = [], Lines.__init__

    def remembered(self, *given):
        init(self, *given)
        made.append(weakref.ref(self))

    monkeypatch.setattr(Lines, "__init__", remembered)

    async def scenario(crowd):
        made.clear()
        await crowd.post([at(second) for second in range(6)])
        crowd.wired.monitor.received.clear()
        gc.collect()
        assert made
        assert {one() for one in made} == {None}
        assert crowd.wired.gateway.steps._together._come == []

    with_crowd(6, scenario)
