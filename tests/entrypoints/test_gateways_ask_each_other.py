"""What is another gateway's is asked of it, as its sender would have said it there; answered as if it were here."""

import asyncio
import http.client
import json
import socket
import ssl
from contextlib import ExitStack, closing, contextmanager, suppress
from threading import Thread
from urllib.parse import urlencode

import pytest
import uvloop
from support.certificates import Authority
from support.running import bearer, fix
from support.wires import NOW, TOKEN, Sharer

from custodiet.entrypoints.gateway.limits import Limits
from custodiet.entrypoints.gateway.peers import Peers
from custodiet.model.partitions import Share
from custodiet.model.report import Answer, Outcome, Reason, Report
from custodiet.rules.partitions import PARTITIONS, partition_of

SERIALS = [f"TAG-{number}" for number in range(12)]
OURS = 0
"""Who is asked; the others have what it has not."""


class Three:
    """Gateways, each with every third partition."""

    def __init__(self, stack, *, direct, limits=None):
        self.each = [stack.enter_context(Sharer(limits).listening(direct=direct)) for _ in range(3)]
        self.share_out([one % 3 for one in range(PARTITIONS)])

    def share_out(self, owners):
        for number, one in enumerate(self.each):
            had = {partition: 1 for partition, owner in enumerate(owners) if owner == number}
            one.monitor.share = Share(1, had)
            one.sharing.places = [None if owner is None else self.each[owner].address for owner in owners]

    def post(self, path, body=None, headers=None, method="POST", gateway=OURS):
        with closing(http.client.HTTPConnection("127.0.0.1", self.each[gateway].port, timeout=30)) as line:
            line.request(method, path, body, bearer(TOKEN) | (headers or {}))
            response = line.getresponse()
            return response.status, response.read(), {name.lower(): value for name, value in response.getheaders()}

    def of(self, gateway):
        """A serial of whom it has."""
        return next(one for one in SERIALS if partition_of(one) % 3 == gateway)


@pytest.fixture(params=[True, False], ids=["direct", "asgi"])
def three(request):
    with ExitStack() as stack:
        yield Three(stack, direct=request.param)


def test_what_is_ours_stays_here(three):
    status, body, _ = three.post("/in/traccar", fix(three.of(0), NOW))
    assert (status, json.loads(body)["outcome"]) == (200, "kept")
    assert [len(one.lines) for one in three.each] == [1, 0, 0]


def test_what_is_anothers_is_written_there_and_answered_here(three):
    serial = three.of(1)
    status, body, _ = three.post("/in/traccar", fix(serial, NOW))
    assert (status, json.loads(body)) == (200, {"outcome": "kept"})
    [line] = three.each[1].lines
    assert (line.serial, line.fix_time) == (serial, NOW)
    assert [len(one.lines) for one in three.each] == [0, 1, 0]


def test_a_token_in_the_address_goes_on_as_well(three):
    with closing(http.client.HTTPConnection("127.0.0.1", three.each[0].port, timeout=30)) as line:
        line.request("POST", f"/in/traccar/{TOKEN}", fix(three.of(2), NOW))
        assert line.getresponse().status == 200
    assert len(three.each[2].lines) == 1


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_osmands_words_arrive_as_they_were_said(three, method):
    said = urlencode({"id": three.of(1), "lat": 46.5, "lon": -28.0, "timestamp": int(NOW.timestamp())})
    if method == "POST":
        status, *_ = three.post("/in/osmand", said, {"Content-Type": "application/x-www-form-urlencoded"})
    else:
        status, *_ = three.post(f"/in/osmand?{said}", method="GET")
    assert status == 200
    [line] = three.each[1].lines
    assert (line.serial, line.fix_time, line.fix.lat_e7) == (three.of(1), NOW, 465_000_000)


@pytest.mark.parametrize("where", ["query", "headers"])
def test_owntracks_words_arrive_with_who_it_is_and_its_answer_in_headers(three, where):
    serial = next(f"u{number}/phone" for number in range(99) if partition_of(f"u{number}/phone") % 3 == 2)
    user, device = serial.split("/")
    message = json.dumps({"_type": "location", "lat": 46.5, "lon": -28.0, "tst": int(NOW.timestamp())})
    three.each[2].monitor._answer = lambda _: Answer(Outcome.REFUSED, (Reason.NONE, Reason.ENDED))
    if where == "query":
        status, body, headers = three.post(f"/in/owntracks?u={user}&d={device}", message)
    else:
        status, body, headers = three.post("/in/owntracks", message, {"X-Limit-U": user, "X-Limit-D": device})
    assert (status, body) == (200, b"[]")
    assert (headers["x-outcome"], headers["x-reason"]) == ("refused", "ended")
    assert [line.serial for line in three.each[2].lines] == [serial]


def test_a_batch_goes_in_parts_and_comes_together_in_its_order(three):
    def answer(line):
        if isinstance(line, Reason):
            return Answer(Outcome.REFUSED, (line,))
        return Answer(Outcome.KEPT if partition_of(line.serial) % 2 else Outcome.JUDGED)

    for one in three.each:
        one.monitor._answer = answer
    lines = [fix(serial, NOW) for serial in SERIALS]
    lines[3:3] = [b"no line", b"", json.dumps({"device": {"uniqueId": SERIALS[0]}}).encode()]
    status, body, _ = three.post("/in/batch", b"\n".join(lines))
    assert status == 200
    said = [json.loads(line) for line in body.splitlines()]
    expected = [{"outcome": "kept" if partition_of(one) % 2 else "judged"} for one in SERIALS]
    reasons = [{"outcome": "refused", "reason": "not_the_format"}] * 2
    assert [one for one in said if one["outcome"] != "refused"] == expected
    assert [one for one in said if one["outcome"] == "refused"] == reasons
    assert said[3:5] == reasons
    for number, one in enumerate(three.each):
        mine = [line.serial for line in one.lines if isinstance(line, Report)]
        assert mine == [serial for serial in SERIALS if partition_of(serial) % 3 == number]


def test_an_alarm_among_lines_goes_to_whoever_has_its_device(three):
    alarm = json.loads(fix(three.of(1), NOW))
    alarm["position"]["attributes"] = {"alarm": "tampering"}
    status, *_ = three.post("/in/batch", b"\n".join([fix(three.of(0), NOW), json.dumps(alarm).encode()]))
    assert status == 200
    assert [line.serial for line in three.each[1].lines] == [three.of(1)]
    assert three.each[1].lines[0].says.alarms


def test_if_a_part_cannot_be_recorded_all_of_it_is_to_come_again(three):
    three.each[1].monitor.fails = RuntimeError("made up")
    status, body, headers = three.post("/in/batch", b"\n".join(fix(serial, NOW) for serial in SERIALS))
    assert (status, headers["retry-after"]) == (503, "2")
    assert b"cannot record now" in body


def test_whoever_is_asked_for_what_is_not_theirs_asks_nobody_else(three):
    owners = [one % 3 for one in range(PARTITIONS)]
    three.each[0].sharing.places = [three.each[1].address] * PARTITIONS  # old news
    status, *_ = three.post("/in/traccar", fix(three.of(2), NOW))
    assert status == 503
    assert not any(one.lines for one in three.each)
    three.share_out(owners)
    assert three.post("/in/traccar", fix(three.of(2), NOW))[0] == 200


def test_a_device_that_no_gateway_has_is_to_come_again(three):
    three.share_out([None if one % 3 == 1 else one % 3 for one in range(PARTITIONS)])
    assert three.post("/in/traccar", fix(three.of(1), NOW))[0] == 503
    assert three.post("/in/traccar", fix(three.of(2), NOW))[0] == 200


def test_what_names_no_device_is_answered_here(three):
    status, body, _ = three.post("/in/owntracks?u=a&d=b", json.dumps({"_type": "lwt", "tst": 1}))
    assert (status, body) == (200, b"[]")
    assert [len(one.lines) for one in three.each] == [1, 0, 0]


def test_a_gateway_that_gave_its_devices_up_sends_on_all_that_comes_also_what_names_no_device(three):
    three.share_out([1] * PARTITIONS)
    gave_up, other, _ = three.each
    gave_up.monitor.share, gave_up.sharing.instead = (
        Share(1, dict.fromkeys(range(PARTITIONS), 1)),
        [other.address] * PARTITIONS,
    )
    assert three.post("/in/traccar", fix(three.of(0), NOW))[0] == 200
    status, body, _ = three.post("/in/owntracks?u=a&d=b", json.dumps({"_type": "lwt", "tst": 1}))
    assert (status, body) == (200, b"[]")
    broken = three.post("/in/batch", fix(three.of(0), NOW) + b"\nnot json\n")
    assert (broken[0], len(broken[1].splitlines())) == (200, 2)
    assert [len(one.lines) for one in three.each] == [0, 4, 0]


def test_health_says_of_how_many_partitions_nobody_knows_who_has_them_and_how_many_are_held_here(three):
    def told():
        health = json.loads(three.post("/healthz", method="GET")[1])
        return health["nobodys"], health["held"]

    assert told() == (0, len(range(0, PARTITIONS, 3)))
    three.share_out([None] * 5 + [0] * (PARTITIONS - 5))
    assert told() == (5, PARTITIONS - 5)


# --- another gateway that is not well ---


@contextmanager
def made_up_gateway(answer):
    """Speaks to each that connects, on a thread: `answer(connection, number of the connection)`."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listens:
        listens.settimeout(0.05)
        ends = []

        def run():
            number = 0
            while not ends:
                try:
                    connection, _ = listens.accept()
                except TimeoutError:
                    continue
                connection.settimeout(5)
                with closing(connection):
                    answer(connection, number)
                number += 1

        thread = Thread(target=run)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listens.getsockname()[1]}"
        finally:
            ends.append(True)
            thread.join()


def read_request(connection):
    said = b""
    while b"\r\n\r\n" not in said:
        more = connection.recv(65536)
        if not more:
            return b""
        said += more
    head, _, body = said.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65536)
    return said


def respond(connection, status=200, body=b'{"outcome":"kept"}', headers=b""):
    head = b"HTTP/1.1 %d Said\r\ncontent-length: %d\r\n%b\r\n" % (status, len(body), headers)
    connection.sendall(head + body)


def once(status=200, body=b'{"outcome":"kept"}', headers=b""):
    def answer(connection, _):
        if read_request(connection):
            respond(connection, status, body, headers)

    return answer


def over_tls(authority, answer):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.issue("gateway"))

    def secure(connection, number):
        with suppress(OSError), closing(context.wrap_socket(connection, server_side=True)) as over_it:
            answer(over_it, number)

    return secure


@pytest.fixture
def alone():
    with ExitStack() as stack:
        yield stack.enter_context(Sharer(Limits(peer_wait_s=1.0)).listening(direct=True))


def asks(gateway, address, *, batch=False):
    """One report of a device that is somebody else's."""
    gateway.sharing.places = [address] * PARTITIONS
    with closing(http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=30)) as line:
        line.request("POST", "/in/batch" if batch else "/in/traccar", fix("TAG-1", NOW), bearer(TOKEN))
        response = line.getresponse()
        return response.status, response.read()


@pytest.mark.parametrize(
    "answer",
    [
        once(503),
        once(401),
        once(body=b"not json"),
        once(body=b'{"outcome":"never heard of"}'),
        once(body=b'{"outcome":"kept"}\n{"outcome":"kept"}'),
        once(body=b""),
        once(body=b'{"outcome":"kept"}', headers=b"content-length: 3\r\n"),
        lambda connection, _: read_request(connection),
        lambda connection, _: connection.sendall(b"garbage\r\n\r\n"),
        lambda connection, _: (
            read_request(connection),
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nx"),
        ),
        lambda connection, _: (read_request(connection), connection.recv(1)),
        once(body=b" " * (5 * 1024 * 1024)),
    ],
    ids=[
        "503",
        "401",
        "no-json",
        "no-outcome",
        "too-many",
        "empty",
        "two-lengths",
        "hangs-up",
        "garbage",
        "half",
        "silent",
        "huge",
    ],
)
@pytest.mark.parametrize("batch", [False, True])
def test_whatever_another_gateway_says_that_is_no_answer_the_sender_is_to_come_again(alone, answer, batch):
    with made_up_gateway(answer) as address:
        status, body = asks(alone, address, batch=batch)
    assert status == 503
    assert b"cannot record now: the gateway that has these devices" in body
    assert alone.sharing._away == 0


def test_a_gateway_that_is_gone_is_no_answer_either(alone):
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    assert asks(alone, f"http://127.0.0.1:{port}")[0] == 503


@pytest.mark.parametrize(
    "address", ["http://10.1.2.3:8100", "https://127.0.0.1:8100", "http://localhost:8100", "http://["]
)
def test_an_address_of_another_machine_is_not_asked_where_nobody_vouches_for_it(alone, address, monkeypatch):
    monkeypatch.setattr("custodiet.entrypoints.gateway.peers.Peers._send", None)  # whoever is asked raises
    assert asks(alone, address)[0] == 503
    assert alone.sharing._away == 0


def test_where_a_ca_of_our_own_is_named_only_whom_it_vouches_for_is_asked(tmp_path):
    ours, theirs = Authority(tmp_path, "ours"), Authority(tmp_path, "theirs")
    with ExitStack() as stack:
        gateway = stack.enter_context(Sharer(Limits(peer_wait_s=5.0)).listening(direct=True))
        gateway.sharing._peers._trusted = ssl.create_default_context(cafile=ours.ca_file)
        for made, status in ((ours, 200), (theirs, 503)):
            with made_up_gateway(over_tls(made, once())) as address:
                assert asks(gateway, address.replace("http://", "https://"))[0] == status
        with made_up_gateway(once()) as address:
            assert asks(gateway, address)[0] == 503  # not in clear, either


def test_a_connection_that_the_other_let_go_of_meanwhile_is_no_reason_to_fail(alone):
    def answer(connection, number):
        if number == 0:
            read_request(connection)
            respond(connection)
            return read_request(connection)  # and hang up without an answer
        read_request(connection)
        return respond(connection)

    with made_up_gateway(answer) as address:
        assert [asks(alone, address)[0] for _ in range(2)] == [200, 200]


def test_a_connection_is_kept_for_whatever_is_asked_next(alone):
    connections = []

    def answer(connection, number):
        connections.append(number)
        while read_request(connection):
            respond(connection)

    with made_up_gateway(answer) as address:
        assert [asks(alone, address)[0] for _ in range(3)] == [200] * 3
        alone.sharing.close()
    assert connections == [0]


def test_a_connection_that_the_other_will_not_keep_is_not_used_again(alone):
    connections = []

    def answer(connection, number):
        connections.append(number)
        read_request(connection)
        respond(connection, headers=b"connection: close\r\n")
        assert not connection.recv(1)  # we hang up, too

    with made_up_gateway(answer) as address:
        assert [asks(alone, address)[0] for _ in range(2)] == [200] * 2
    assert connections == [0, 1]


def test_an_answer_without_an_end_is_not_listened_to_for_long(alone):
    sent = []

    def answer(connection, _):
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
        with suppress(OSError):  # whoever listens hangs up
            while sum(sent) < 64 * 1024 * 1024:
                connection.sendall(chunk)
                sent.append(len(chunk))

    with made_up_gateway(answer) as address:
        assert asks(alone, address)[0] == 503
    assert sum(sent) < 32 * 1024 * 1024


def test_what_nobody_waits_for_any_more_is_asked_of_nobody():
    told, connections = [], []

    async def too_late(address):
        Peers(0.0, None).ask(address, b"/in/traccar", [], b"", told.append)
        assert told == [None]

    with made_up_gateway(lambda _, number: connections.append(number)) as address:
        asyncio.run(too_late(address))
    assert connections == []


LOOPS = pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])


@LOOPS
def test_however_many_ask_of_one_that_says_nothing_each_is_told_and_every_line_comes_back(run):
    """Also of connections that come to stand as their time runs out."""

    async def burst(address):
        told, peers = [], Peers(0.3, None)
        for _ in range(3):
            for _ in range(500):
                peers.ask(address, b"/in/traccar", [], b"", told.append)
            await asyncio.sleep(0.1)
        [other] = peers._others.values()
        for _ in range(3000):
            if len(told) == 1500 and other.lines == 0:
                break
            await asyncio.sleep(0.01)
        return len(told), other.lines, len(other.waiting)

    with closing(socket.create_server(("127.0.0.1", 0), backlog=4096)) as listens:
        assert run(burst(f"http://127.0.0.1:{listens.getsockname()[1]}")) == (1500, 0, 0)


@LOOPS
def test_a_line_that_stood_as_its_time_ran_out_is_counted_once(run, monkeypatch):
    """Its loop tells it that it is lost, or does not."""

    async def too_late(address):
        loop, told, peers = asyncio.get_running_loop(), [], Peers(30.0, None)

        class Slow:
            async def create_connection(self, *given, **more):
                await loop.create_connection(*given, **more)
                raise TimeoutError

            def __getattr__(self, name):
                return getattr(loop, name)

        monkeypatch.setattr(asyncio, "get_running_loop", Slow)
        peers.ask(address, b"/in/traccar", [], b"", told.append)
        [other] = peers._others.values()
        for _ in range(3000):
            if told and other.lines <= 0:
                break
            await asyncio.sleep(0.01)
        return told, other.lines

    with made_up_gateway(lambda connection, _: None) as address:
        assert run(too_late(address)) == ([None], 0)


def test_nothing_is_asked_a_third_time(alone):
    def answer(connection, number):
        if number == 0:
            read_request(connection)
            respond(connection)
        read_request(connection)

    with made_up_gateway(answer) as address:
        assert [asks(alone, address)[0] for _ in range(2)] == [200, 503]


def test_more_than_may_wait_for_others_is_turned_away_at_once():
    with ExitStack() as stack:
        limits = Limits(peer_wait_s=1.0, waiting_reports_max=3)
        gateway = stack.enter_context(Sharer(limits).listening(direct=True))
        gateway.sharing._away = 3
        with made_up_gateway(once()) as address:
            status, body = asks(gateway, address)
            assert (status, b"waiting for other gateways" in body) == (503, True)
            gateway.sharing._away = 2
            assert asks(gateway, address)[0] == 200
