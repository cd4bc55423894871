"""Slow and hostile clients against the running gateway: bounded memory, no line for garbage, and others get in."""

import contextlib
import gzip
import json
import re
import resource
import socket
import subprocess
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.running import bearer, command, fix, request
from support.shared_out import beside

from custodiet.entrypoints.connections import Connection

MIB = 1 << 20


@pytest.fixture
def sender(demo):
    """One for whom no device of the demo's own reports, perhaps in the same millisecond."""
    return demo.ready["senders"]["succeeded"]


def connect(url, timeout_s=30):
    host, _, port = url.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)), timeout=timeout_s)


def talk(url, *pieces):
    """Everything that comes back until the other side closes, or has nothing more to say after an answer."""
    with connect(url) as connection:
        with contextlib.suppress(ConnectionError):  # it may have been let go before it was done
            for piece in pieces:
                connection.sendall(piece)
        return listen(connection)


def listen(connection):
    got = b""
    with contextlib.suppress(ConnectionError):
        while not (head_and_body := re.match(rb"(?s)HTTP/1.1 (?!1).*?content-length: (\d+)\r.*?\r\n\r\n(.*)", got)) or (
            len(head_and_body[2]) < int(head_and_body[1])
        ):
            piece = connection.recv(65536)
            if not piece:
                return got
            got += piece
    return got


def head(sender, more=b"", route=b"traccar"):
    return b"POST /in/%s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n%s" % (
        route,
        sender["token"].encode(),
        more,
    )


@contextlib.contextmanager
def peak_within(pid, mebibytes):
    """The process's memory never rises by more while the block runs."""
    memory = Path(f"/proc/{pid}/status")
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    before = int(re.search(r"VmRSS:\s+(\d+)", memory.read_text())[1])
    yield
    peak = int(re.search(r"VmHWM:\s+(\d+)", memory.read_text())[1])
    assert (peak - before) / 1024 < mebibytes


def gateway_of(demo):
    [pid] = demo.children()["gateway"]
    return pid


@pytest.mark.parametrize(
    ("begins", "goes_on"),
    [
        (b"GET /", b"a" * MIB),
        (b"GET /healthz HTTP/1.1\r\nX: ", b"a" * MIB),
        (b"GET /healthz HTTP/1.1\r\n", b"a: b\r\n" * (MIB // 6)),
        (b"POST /in/traccar HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"a: b\r\n" * (MIB // 6)),
        (b"POST /in/traccar HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;", b"a=b;" * (MIB // 4)),
    ],
    ids=["address", "header", "headers", "trailers", "chunk extensions"],
)
def test_a_head_without_end_is_let_go_and_fills_no_memory(demo, sender, begins, goes_on):
    with peak_within(gateway_of(demo), 16):
        said = talk(demo.gateway, begins, *[goes_on] * 64)
    assert said == b"" or re.match(rb"HTTP/1.1 (400|401) ", said)
    assert demo.post(sender["token"], sender["device"]).status == 200


def test_many_headers_are_400_and_as_many_as_anyone_needs_are_not(demo):
    for count, status in ((98, b"404"), (200, b"400")):
        headers = b"".join(b"X-%d: y\r\n" % number for number in range(count))
        assert talk(demo.gateway, b"GET / HTTP/1.1\r\nHost: x\r\n%s\r\n" % headers)[9:12] == status


DEEP = b'{"device":{"uniqueId":"A"},"position":{"attributes":' + b"[" * 30_000 + b"]" * 30_000 + b"}}"


@pytest.mark.parametrize(
    ("route", "body", "status"),
    [
        ("batch", b"[" * (8 * MIB), 400),
        ("batch", b'{"position":' * (8 * MIB // 12), 400),
        ("batch", (b'{"device":{"uniqueId":"A"},"position":{"attributes":' + b"[" * 750 + b"}}\n") * 9_999, 400),
        ("traccar", b"[" * (8 * MIB), 413),
        ("traccar", DEEP, 400),
        ("traccar", b'"' + b"\\u0000" * 10_000 + b'"', 400),
        ("traccar", b"1" * 60_000, 400),
        ("traccar", gzip.compress(bytes(8 * MIB)), 400),
    ],
    ids=["brackets", "deep", "10,000 deep lines", "too large", "deep in a field", "escapes", "number", "gzip"],
)
def test_a_hostile_body_is_a_clear_error_in_bounded_memory(demo, sender, route, body, status):
    with peak_within(gateway_of(demo), 48):
        answer = request(demo.gateway, "POST", f"/in/{route}", body, bearer(sender["token"]))
    assert (answer.status, set(answer.json)) == (status, {"error"})


def test_many_large_bodies_at_once_with_one_token_are_bounded_together_and_turned_away_with_503(demo, sender):
    began = head(sender, b"Content-Length: %d\r\n\r\n" % (8 * MIB), route=b"batch")
    with ExitStack() as stack, peak_within(gateway_of(demo), 96):
        senders = hold(stack, demo.gateway, 24)
        for connection in senders:
            connection.sendall(began + b"[" * (8 * MIB - 1))
            connection.setblocking(False)
        said = []
        for connection in senders:
            with contextlib.suppress(BlockingIOError):
                said.append(listen(connection)[9:12])
        assert said == [b"503"] * len(said)
        assert len(said) >= 12
        assert demo.post(sender["token"], sender["device"]).said == "200 kept"


@pytest.mark.parametrize(
    "rest",
    [
        b"Transfer-Encoding: chunked\r\n\r\nZZZ\r\nabc\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n5\r\n{}\r\nFFFFFFFFFFFFFFFFFFFF\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
        b"Content-Length: -5\r\n\r\nabcde",
        b"\x00\xff\r\n\r\n",
    ],
)
def test_what_is_no_request_is_400_and_leaves_no_line_behind(demo, sender, rest):
    assert talk(demo.gateway, head(sender, rest)).startswith(b"HTTP/1.1 400 ")
    assert "Invalid HTTP" not in demo.log.read_text()


def test_asking_for_another_protocol_leaves_no_line_behind(demo):
    upgrade = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    assert talk(demo.gateway, upgrade).startswith(b"HTTP/1.1 200 ")
    assert "pgrade" not in demo.log.read_text()


def test_requests_in_a_row_without_waiting_are_all_answered_in_order(demo, sender):
    at = datetime.now(UTC) - timedelta(minutes=10)
    bodies = [fix(sender["device"], at + timedelta(milliseconds=number)) for number in range(50)]
    asked = b"".join(head(sender, b"Content-Length: %d\r\n\r\n%s" % (len(one), one)) for one in [*bodies, bodies[0]])
    got = b""
    with connect(demo.gateway) as connection:
        connection.sendall(asked)
        while len(said := re.findall(rb'\{"outcome":"(\w+)"', got)) < 51:
            got += connection.recv(65536)
    assert said == [b"kept"] * 50 + [b"duplicate"]


def test_who_asks_before_sending_a_body_is_told_to_go_on_only_with_a_token(demo, sender):
    body = fix(sender["device"])
    asks = b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body)
    with connect(demo.gateway) as connection:
        connection.sendall(head(sender, asks))
        assert connection.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(body)
        assert listen(connection).startswith(b"HTTP/1.1 200 ")
    assert talk(demo.gateway, head({"token": "nobody's"}, asks)).startswith(b"HTTP/1.1 401 ")


@pytest.fixture
def many_files():
    """This process may open as many files as the system allows it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def hold(stack, url, count):
    return [stack.enter_context(connect(url)) for _ in range(count)]


def test_more_idle_connections_than_are_allowed_make_room_for_who_asks(demo, sender, many_files):
    pid = gateway_of(demo)
    with ExitStack() as stack, peak_within(pid, 64):
        held = hold(stack, demo.gateway, Connection.connections_max + 200)
        assert demo.post(sender["token"], sender["device"]).said == "200 kept"
        assert len(list(Path(f"/proc/{pid}/fd").iterdir())) < Connection.connections_max + 100
        assert held[0].recv(1) == b""  # who has waited longest was let go
        held[-1].sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert listen(held[-1]).startswith(b"HTTP/1.1 200 ")


@beside
def test_with_few_files_allowed_a_gateway_has_fewer_connections_and_still_answers(demo, sender, many_files):
    def few():
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))

    line, environment = command("run", "gateway", *where(demo), "--port=0", "--tied")
    pipes = {"stdin": subprocess.PIPE, "stderr": subprocess.PIPE}
    gateway = subprocess.Popen(line, env=environment, text=True, preexec_fn=few, **pipes)  # noqa: PLW1509
    try:
        url = gateway.stderr.readline().split()[-1]
        with ExitStack() as stack:
            hold(stack, url, 400)
            at = datetime.now(UTC)
            for number in range(3):
                body = fix(sender["device"], at + timedelta(milliseconds=number))
                assert request(url, "POST", "/in/traccar", body, bearer(sender["token"])).said == "200 kept"
    finally:
        gateway.terminate()
        gateway.communicate()


def where(demo):
    data = Path(demo.ready["data"])
    return "--data", data, "--keys", data.with_name(data.name + "-keys")


@pytest.mark.long
@pytest.mark.parametrize(
    "dribbles",
    [b"POST /in/traccar HTTP/1.1\r\nX: ", b"POST /in/traccar HTTP/1.1\r\nContent-Length: 99999\r\n\r\n"],
    ids=["head", "unread body"],
)
def test_who_goes_on_and_on_one_byte_at_a_time_is_let_go(demo, dribbles):
    with connect(demo.gateway, timeout_s=1) as connection:
        connection.sendall(dribbles)
        with contextlib.suppress(ConnectionError):
            while True:
                connection.sendall(b"a")
                with contextlib.suppress(TimeoutError):
                    if not connection.recv(65536):
                        break
    assert json.loads(request(demo.gateway, "GET", "/healthz").body)["ok"]
