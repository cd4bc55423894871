"""A report is answered the same with the direct way in or without it: to the byte, in order, and counted alike."""

import asyncio
import base64
import gc
import json
import random
import re
import socket
import weakref
from contextlib import suppress
from itertools import pairwise
from urllib.parse import urlencode

import pytest
from support.wires import ENDED_TOKEN, NOW, TOKEN, Wired, hang_up, listening, send

from custodiet.entrypoints.gateway.direct import Post
from custodiet.entrypoints.gateway.limits import Limits
from custodiet.model.errors import CannotRecord
from custodiet.simulation.device import traccar_payload
from custodiet.wire.traccar_columns import Lines

BODY = traccar_payload("TAG-1", NOW, 46.5, -28.0)
BATCH = b"\n".join([BODY, b"no position", b"  ", BODY, b""])
BEARER = b"Authorization: Bearer " + TOKEN.encode()
BASIC = b"Authorization: Basic " + base64.b64encode(b"device:" + TOKEN.encode())
OSMAND = urlencode({"id": "TAG-1", "timestamp": int(NOW.timestamp()), "lat": 46.5, "lon": -28.0}).encode()
OWNTRACKS = json.dumps({"_type": "location", "tst": int(NOW.timestamp()), "lat": 46.5, "lon": -28.0}).encode()


def asked(start=b"POST /in/traccar HTTP/1.1", *headers, body=BODY, length=None):
    told = [start, b"Host: x", *headers, b"Content-Length: %d" % (len(body) if length is None else length)]
    return b"\r\n".join(told) + b"\r\n\r\n" + body


def chunked(body):
    head = b"POST /in/traccar HTTP/1.1\r\n" + BEARER + b"\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"


def post(path, *headers, body=BODY):
    return asked(b"POST " + path + b" HTTP/1.1", BEARER, *headers, body=body)


USUAL = {
    "a post": post(b"/in/traccar"),
    "an event": post(b"/in/traccar", body=b'{"event":{"type":"deviceOffline"},"device":{"uniqueId":"TAG-1"}}'),
    "a batch": post(b"/in/batch", body=BATCH),
    "a token in the address": asked(b"POST /in/traccar/%s HTTP/1.1" % TOKEN.encode()),
    "a token in the address and another beside": asked(
        b"POST /in/traccar/%s HTTP/1.1" % TOKEN.encode(), b"Authorization: Bearer nobody"
    ),
    "Basic": asked(b"POST /in/traccar HTTP/1.1", BASIC),
    "names in capitals": post(b"/in/traccar", b"USER-AGENT: made up").replace(b"Content-Length", b"CONTENT-LENGTH"),
    "a form": post(b"/in/osmand", body=OSMAND),
    "who it is in the address": post(b"/in/owntracks?u=wearer&d=42", body=OWNTRACKS),
    "who it is in headers": post(b"/in/owntracks", b"X-Limit-U: wearer", b"X-Limit-D: 42", body=OWNTRACKS),
    "who it is twice": post(
        b"/in/owntracks", b"X-Limit-U: wearer", b"X-Limit-U: other", b"X-Limit-D: 42", body=OWNTRACKS
    ),
    "two tokens": post(b"/in/traccar", b"Authorization: Bearer nobody"),
    "nobody": post(b"/in/owntracks", body=OWNTRACKS),
    "no position": post(b"/in/traccar", body=b"{}"),
    "no lines": post(b"/in/batch", body=b"no\nlines\n"),
    "an empty body": post(b"/in/traccar", body=b""),
    "an empty body beside an address": post(b"/in/osmand?" + OSMAND, body=b""),
    "as long as may be": post(b"/in/traccar", body=b" " * 64 * 1024),
}
UNUSUAL = {
    "an unknown token": asked(b"POST /in/traccar HTTP/1.1", b"Authorization: Bearer nobody"),
    "an ended token": asked(b"POST /in/traccar HTTP/1.1", b"Authorization: Bearer " + ENDED_TOKEN.encode()),
    "a batch of an ended token": asked(
        b"POST /in/batch HTTP/1.1", b"Authorization: Bearer " + ENDED_TOKEN.encode(), body=BATCH
    ),
    "no token": asked(),
    "nonsense for a token": asked(b"POST /in/traccar HTTP/1.1", b"Authorization: Basic !!!"),
    "an empty token in the address": post(b"/in/traccar/"),
    "too long an address": post(b"/in/traccar/a/b"),
    "an unknown address": post(b"/in/semaphore"),
    "an address written otherwise": post(b"/in/tracca%72"),
    "an address of a whole": post(b"http://x/in/traccar"),
    "an address with a fragment": post(b"/in/traccar#here"),
    "an address with odd signs": post(b'/in/owntracks?u=%22&d="<>', body=OWNTRACKS),
    "GET": b"GET /in/traccar HTTP/1.1\r\n" + BEARER + b"\r\n\r\n",
    "a position in an address": b"GET /in/osmand?" + OSMAND + b" HTTP/1.1\r\n" + BEARER + b"\r\n\r\n",
    "HEAD": b"HEAD /in/traccar HTTP/1.1\r\n" + BEARER + b"\r\n\r\n",
    "PUT": asked(b"PUT /in/traccar HTTP/1.1", BEARER),
    "in chunks": chunked(BODY),
    "without a length": b"POST /in/traccar HTTP/1.1\r\n" + BEARER + b"\r\n\r\n",
    "asking to go on": post(b"/in/traccar", b"Expect: 100-continue"),
    "asking for another protocol": post(b"/in/traccar", b"Connection: Upgrade", b"Upgrade: websocket"),
    "many headers": post(b"/in/traccar", *(b"X-%d: y" % number for number in range(90))),
}
LAST = {
    "too large by its word": post(b"/in/traccar", body=b" " * (64 * 1024 + 1)),
    "HTTP/1.0": asked(b"POST /in/traccar HTTP/1.0", BEARER),
    "HTTP/1.0 that is kept": asked(b"POST /in/traccar HTTP/1.0", BEARER, b"Connection: keep-alive"),
    "not kept": post(b"/in/traccar", b"Connection: close"),
    "too many headers": post(b"/in/traccar", *(b"X-%d: y" % number for number in range(120))),
    "a length that is none": asked(b"POST /in/traccar HTTP/1.1", BEARER, b"Content-Length: 5"),
    "a length beside chunks": chunked(BODY).replace(b"\r\n", b"\r\nContent-Length: 5\r\n", 1),
    "chunks beside a length": asked(b"POST /in/traccar HTTP/1.1", BEARER).replace(
        b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n", 1
    ),
    "another coding beside a length": post(b"/in/traccar", b"Transfer-Encoding: gzip"),
    "a negative length": asked(b"POST /in/traccar HTTP/1.1", BEARER, length=-5),
    "garbage": b"\x16\x03\x01\x02\x00garbage\r\n\r\n",
    "half a post": post(b"/in/traccar")[:-9],
}


def cut(whole, how, chance):
    if how == "one byte" and len(whole) < 5000:
        return [whole[place : place + 1] for place in range(len(whole))]
    places = sorted({0, len(whole), *(chance.randrange(len(whole)) for _ in range(chance.randrange(1, 9)))})
    return [whole[begin:end] for begin, end in pairwise(places)]


async def outcome(*, direct, pieces, seed, limits=None, prepare=lambda wired: None, patient=False):
    """What came back, whether the connection is kept, what was received, and what was counted."""
    wired = Wired(direct=direct, limits=limits)
    prepare(wired)
    connection = wired.connect()
    chance = random.Random(seed)
    await send(wired, connection, pieces, lambda: None if patient else chance.choice([0, 0, 0, 1, 2, 9, None]))
    transport = connection.transport
    assert transport.reads or transport.closing
    said = transport.written, transport.closing, wired.monitor.received, wired.counted(), wired.state.total_requests
    hang_up(connection)
    await wired.rest()
    assert not wired.state.connections
    assert wired.gateway.steps._coming.size == 0
    return said


def compare(pieces, seed=0, **given):
    """Both ways; what came back."""
    one, other = (asyncio.run(outcome(direct=way, pieces=pieces, seed=seed, **given)) for way in (True, False))
    assert one == other
    return one[0]


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("name", {**USUAL, **UNUSUAL, **LAST})
@pytest.mark.parametrize("how", ["one byte", "at random"])
def test_each_kind_of_request_is_answered_alike_however_it_comes(name, how, seed):
    whole = {**USUAL, **UNUSUAL, **LAST}[name]
    said = compare(cut(whole, how, random.Random(seed)), seed)
    assert said.startswith(b"HTTP/1.1 ") or name == "half a post"


@pytest.mark.parametrize("seed", range(40))
def test_any_row_of_requests_on_one_connection_is_answered_alike_and_in_order(seed):
    chance = random.Random(seed)
    kinds = [*USUAL.values()] * 3 + [whole for name, whole in UNUSUAL.items() if "protocol" not in name]
    row = [chance.choice(kinds) for _ in range(chance.randrange(2, 12))]
    if chance.random() < 0.3:
        row.append(chance.choice([*LAST.values()][:4]))
    said = compare(cut(b"".join(row), "at random", chance), seed)
    assert said.count(b"HTTP/1.1 ") >= len(row)


AS_IF_AGAIN = {
    "as before": post(b"/in/traccar"),
    "of another length": post(b"/in/traccar", body=BODY + b" " * 600),
    "with a head of another": asked(b"POST /in/traccar HTTP/1.1", b"Authorization: Bearer nobody"),
    "to another address": post(b"/in/batch", body=BATCH),
    "and something asked beside": post(b"/in/traccar", b"Expect: 100-continue"),
    "a length with zeros before": asked(body=BODY)
    .replace(b"Length: ", b"Length: 000")
    .replace(b"Host", BEARER + b"\r\nHost"),
    "empty": post(b"/in/traccar", body=b""),
    "as long as may be": post(b"/in/traccar", body=b" " * 64 * 1024),
    "longer than may be": post(b"/in/traccar", body=b" " * (64 * 1024 + 1)),
    "in two": post(b"/in/traccar") * 2,
    "a blank line before": b"\r\n" + post(b"/in/traccar"),
    "a blank line after": post(b"/in/traccar") + b"\r\n",
    "without an end": post(b"/in/batch", body=BATCH)[:-1],
    "and more": post(b"/in/traccar") + b"POST",
    "of which the rest": post(b"/in/traccar")[4:],
    "no length": asked(b"POST /in/traccar HTTP/1.1", BEARER, length=0).replace(b"Length: 0", b"Length: "),
    "a length that is no number": post(b"/in/traccar").replace(b"Length: 4", b"Length: x"),
    "a length with a sign": post(b"/in/traccar").replace(b"Length: 4", b"Length: +4"),
    "of another protocol": post(b"/in/traccar").replace(b"HTTP/1.1", b"HTTP/1.0"),
    "a body without a head": BODY,
    "in capitals": post(b"/in/traccar").replace(b"Content-Length", b"CONTENT-LENGTH"),
}


@pytest.mark.parametrize("patient", [True, False])
@pytest.mark.parametrize("second", AS_IF_AGAIN)
def test_a_head_that_comes_again_or_nearly_so_means_the_same_as_when_it_is_parsed(second, patient):
    for first in (post(b"/in/traccar"), post(b"/in/batch", body=BATCH)):
        compare([first, AS_IF_AGAIN[second], first, first], patient=patient)


def test_whoever_sends_another_token_after_the_length_is_somebody_else():
    def by(token):
        head = b"POST /in/traccar HTTP/1.1\r\nContent-Length: %d\r\nAuthorization: Bearer %s\r\n\r\n"
        return head % (len(BODY), token) + BODY

    known, unknown = TOKEN.encode(), TOKEN.encode().swapcase()
    said = compare([by(known), by(known), by(unknown), by(known)], patient=True)
    assert re.findall(rb"HTTP/1.1 (\d+)", said) == [b"200", b"200", b"401", b"200"]


def test_a_body_that_is_written_like_a_request_is_a_body_also_when_its_own_is_answered_already():
    inner = post(b"/in/traccar")
    head = post(b"/in/traccar", body=inner)[: -len(inner)]
    said = compare([head, inner, inner], patient=True, prepare=_old)
    assert said.count(b"HTTP/1.1 503 ") == 2


def test_of_two_heads_in_one_piece_neither_is_taken_for_the_other():
    at_once = post(b"/in/traccar", body=b"no position")
    said = compare([at_once + post(b"/in/batch", body=BATCH), post(b"/in/traccar")], patient=True)
    assert re.findall(rb"application/[\w-]+", said) == [
        b"application/json",
        b"application/x-ndjson",
        b"application/json",
    ]


@pytest.mark.parametrize("seed", range(60))
def test_any_row_of_heads_that_come_again_or_nearly_so_means_the_same(seed):
    chance = random.Random(seed)
    row = [chance.choice([*AS_IF_AGAIN.values(), *[post(b"/in/traccar")] * 9]) for _ in range(12)]
    compare(row, seed, patient=True)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", LAST)
def test_whatever_ends_a_connection_ends_it_alike_when_all_before_is_answered(name, seed):
    chance = random.Random(seed)
    row = [chance.choice([*USUAL.values()]) for _ in range(3)]
    compare([*row, *cut(LAST[name], "at random", chance)], seed, patient=True)


@pytest.mark.parametrize("seed", range(4))
def test_who_comes_too_fast_is_told_so_alike(seed):
    limits = Limits(requests_per_device_burst=3, requests_per_device_s=0)
    chance = random.Random(seed)
    row = [chance.choice([*USUAL.values()]) for _ in range(6)]
    said = compare(cut(b"".join(row), "at random", chance), seed, limits=limits)
    assert said.count(b"HTTP/1.1 429 ") == 3


def _old(wired):
    wired.gateway.writer._refreshed_at -= 6


def _fails(wired):
    wired.monitor.fails = CannotRecord("made up")


def _breaks(wired):
    wired.monitor.fails = ZeroDivisionError()


def _stops(wired):
    wired.gateway.writer._stopping = True


def _breaks_early(wired):
    wired.gateway.steps._rates.allows = None


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "prepare",
    [_old, _fails, _breaks, _breaks_early, _stops],
    ids=["an old picture", "no store", "broken", "broken early", "stopping"],
)
def test_what_cannot_be_recorded_is_said_alike(prepare, seed):
    row = [post(b"/in/traccar"), post(b"/in/batch", body=BATCH)]
    said = compare(row, seed, prepare=prepare, patient=True)
    assert said.startswith(b"HTTP/1.1 503 ")
    assert b"retry-after: 2\r\n" in said


def test_too_much_waiting_is_said_alike():
    assert compare([post(b"/in/traccar")], limits=Limits(waiting_reports_max=0)).startswith(b"HTTP/1.1 503 ")


@pytest.mark.parametrize("pieces", [2, 5])
def test_more_lines_and_more_bodies_at_once_than_may_be_are_turned_away_alike(pieces):
    limits = Limits(batch_lines_max=2, bodies_bytes_max=10, report_bytes_max=len(BODY))
    body = b"\n".join([BODY] * 3)
    whole = post(b"/in/batch", body=body)
    step = len(whole) // pieces + 1
    pieces = [whole[place : place + step] for place in range(0, len(whole), step)]
    assert b"too much is coming in" in compare([*pieces, post(b"/in/traccar")], limits=limits, patient=True)
    few = Limits(batch_lines_max=2)
    assert b"more than 2 lines" in compare([whole, post(b"/in/traccar")], limits=few)


def test_a_body_that_does_not_come_is_given_up_alike():
    async def given_up(*, direct):
        wired = Wired(direct=direct, limits=Limits(body_wait_s=0.0))
        connection = wired.connect()
        connection.data_received(post(b"/in/traccar")[:-1])
        async with asyncio.timeout(60):  # a bound on hanging, not a measure
            await connection.transport.said.wait()
        await wired.turn()
        assert connection.transport.closing
        return connection.transport.written, wired.counted(), wired.gateway.steps._coming.size

    one, other = (asyncio.run(given_up(direct=way)) for way in (True, False))
    assert one == other
    assert one[0].startswith(b"HTTP/1.1 408 ")
    assert one[2] == 0


# --- over real sockets ---


@pytest.fixture(scope="module")
def both():
    with listening(direct=True) as one, listening(direct=False) as other:
        yield one, other


def over_socket(port, pieces):
    """What comes until the other side hangs up, whatever the date."""
    got = b""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with suppress(ConnectionError):
            for piece in pieces:
                connection.sendall(piece)
        with suppress(ConnectionError):
            while piece := connection.recv(65536):
                got += piece
    return re.sub(rb"(?m)^date: \w{3}, .* GMT\r\n", b"date: then\r\n", got)


@pytest.mark.parametrize("name", [*USUAL, *UNUSUAL, "all of them"])
def test_over_a_socket_the_same_comes_back_and_the_same_was_received(both, name):
    kinds = {**USUAL, **UNUSUAL}
    del kinds["asking for another protocol"]  # whatever follows it is no request
    row = [*kinds.values()] if name not in kinds else [USUAL["a post"], kinds[name], USUAL["a post"]]
    pieces = [*cut(b"".join(row), "at random", random.Random(name)), LAST["not kept"]]
    before = [len(monitor.received) for _, monitor in both]
    one, other = (over_socket(port, pieces) for port, _ in both)
    assert one == other
    assert one.count(b"date: then") >= len(row) - 1
    assert b"connection: close" in one
    received = [monitor.received[since:] for since, (_, monitor) in zip(before, both, strict=True)]
    assert received[0] == received[1] != []


# --- what the direct way does by itself ---


def by_direct_way(scenario):
    async def whole():
        return await scenario(Wired(direct=True))

    return asyncio.run(whole())


@pytest.mark.parametrize("name", USUAL)
def test_nearly_every_report_comes_the_direct_way(name):
    async def scenario(wired):
        connection = wired.connect()
        await send(wired, connection, [USUAL[name]])
        assert isinstance(connection.cycle, Post)

    by_direct_way(scenario)


def test_what_is_answered_at_once_is_answered_before_the_garbage_that_came_with_it():
    """By ASGI nothing would be said of it: there the garbage is found first."""

    async def scenario(wired):
        connection = wired.connect()
        await send(wired, connection, [post(b"/in/traccar", body=b"no position") + b"garbage\r\n"])
        first, second = connection.transport.written.split(b"HTTP/1.1 400 ")[1:]
        assert b'{"error":"not JSON"}' in first
        assert b"Invalid HTTP" in second
        assert connection.transport.closing

    by_direct_way(scenario)


def test_a_head_that_comes_again_is_not_parsed_again_and_who_sends_it_is_asked_again():
    async def scenario(wired):
        connection = wired.connect()
        for length in (0, 0, 1, 1000):
            await send(wired, connection, [post(b"/in/traccar", body=BODY + b" " * length)])
        assert (connection._begun, connection._ended) == (1, 1)
        assert connection.transport.written.count(b"HTTP/1.1 200 ") == 4
        wired.monitor._known.clear()
        await send(wired, connection, [post(b"/in/traccar")])
        assert b"HTTP/1.1 401 " in connection.transport.written
        assert connection._known is None

    by_direct_way(scenario)


def test_a_head_that_may_hold_a_position_is_not_remembered():
    async def scenario(wired):
        connection = wired.connect()
        await send(wired, connection, [post(b"/in/osmand?" + OSMAND, body=OSMAND)])
        assert isinstance(connection.cycle, Post)
        assert connection._known is None

    by_direct_way(scenario)


def test_nothing_is_said_before_it_is_durable():
    async def scenario(wired):
        connection = wired.connect()
        connection.data_received(post(b"/in/traccar"))
        await wired.turn()
        assert connection.transport.written == b""
        assert connection._is_answering
        await wired.rest()
        assert connection.transport.written.startswith(b"HTTP/1.1 200 ")
        assert not connection._is_answering

    by_direct_way(scenario)


def test_who_goes_away_in_the_middle_takes_nothing_of_others_and_what_it_sent_whole_is_recorded():
    async def scenario(wired):
        gone, half, other = (wired.connect() for _ in range(3))
        gone.data_received(post(b"/in/traccar"))
        half.data_received(post(b"/in/traccar")[:-1])
        other.data_received(post(b"/in/traccar"))
        hang_up(gone)
        hang_up(half, ConnectionResetError())
        assert wired.gateway.steps._coming.size == 0
        await wired.rest()
        assert len(wired.monitor.received) == 2
        assert (gone.transport.written, half.transport.written) == (b"", b"")
        assert other.transport.written.startswith(b"HTTP/1.1 200 ")

    by_direct_way(scenario)


def test_one_who_cannot_be_told_keeps_it_from_nobody_else(caplog):
    async def scenario(wired):
        broken, other = wired.connect(), wired.connect()
        for connection in (broken, other):
            connection.data_received(post(b"/in/traccar"))
        broken.transport.breaks = True
        await wired.rest()
        assert other.transport.written.startswith(b"HTTP/1.1 200 ")

    by_direct_way(scenario)
    assert [record.getMessage() for record in caplog.records] == ["an answer could not be given: RuntimeError"]


def test_a_server_that_shuts_down_answers_what_is_under_way_and_then_hangs_up():
    async def shut_down(*, direct):
        wired = Wired(direct=direct)
        idle, under_way = wired.connect(), wired.connect()
        under_way.data_received(post(b"/in/traccar"))
        await wired.turn()
        idle.shutdown()
        under_way.shutdown()
        assert (idle.transport.closing, under_way.transport.closing) == (True, False)
        await wired.rest()
        assert under_way.transport.closing
        return under_way.transport.written

    one, other = (asyncio.run(shut_down(direct=way)) for way in (True, False))
    assert one == other
    assert b"\r\nconnection: close\r\n" in one


def test_who_does_not_take_its_answers_waits_for_the_next():
    async def paused(*, direct):
        wired = Wired(direct=direct)
        connection = wired.connect()
        await send(wired, connection, [post(b"/in/traccar")])
        connection.pause_writing()
        before = connection.transport.written
        await send(wired, connection, [post(b"/in/traccar")])
        assert connection.transport.written == before
        connection.resume_writing()
        await wired.rest()
        return connection.transport.written

    one, other = (asyncio.run(paused(direct=way)) for way in (True, False))
    assert one == other
    assert one.count(b"HTTP/1.1 200 ") == 2


def test_of_a_report_that_was_answered_the_connection_holds_nothing(monkeypatch):
    made = []
    init = Lines.__init__

    def remembered(self, *given):
        init(self, *given)
        made.append(weakref.ref(self))

    monkeypatch.setattr(Lines, "__init__", remembered)

    async def scenario(wired):
        connection = wired.connect()
        await send(wired, connection, [post(b"/in/batch", body=BATCH)])
        wired.monitor.received.clear()
        gc.collect()
        assert [one() for one in made] == [None]
        held = [connection.cycle, connection.cycle._body, connection._known]
        for _ in range(2):
            held += gc.get_referents(*held)
        assert connection._known is not None
        assert not any(b"latitude" in one for one in held if isinstance(one, bytes))

    by_direct_way(scenario)


def test_the_date_is_that_of_the_answer():
    async def scenario(wired):
        connection = wired.connect()
        for date in (b"Mon, 03 Mar 2031 09:00:00 GMT", b"Mon, 03 Mar 2031 09:00:01 GMT"):
            wired.state.default_headers = [(b"date", date)]
            connection.transport.written = b""
            await send(wired, connection, [post(b"/in/traccar")])
            assert b"\r\ndate: " + date + b"\r\n" in connection.transport.written

    by_direct_way(scenario)
