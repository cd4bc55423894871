"""Who neither begins a request nor takes an answer is let go; whoever we keep waiting is not."""

import asyncio
import socket
from contextlib import closing
from threading import Event, Thread
from typing import ClassVar

import pytest
import uvicorn

from custodiet.entrypoints.connections import Connection
from custodiet.entrypoints.serving import listen_on

LARGE = 16 << 20


class Impatient(Connection):
    wait_s = 0.3
    _standing: ClassVar = {}


async def application(scope, receive, send):
    """/: an answer at once, the body unread. /slow: after longer than anyone waits. /large: more than fits anywhere."""
    if scope["path"] == "/slow":
        await asyncio.sleep(3 * Impatient.wait_s)
    body = bytes(LARGE if scope["path"] == "/large" else 2)
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    for start in range(0, len(body), 65536):
        piece = body[start : start + 65536]
        await send({"type": "http.response.body", "body": piece, "more_body": start + len(piece) < len(body)})


@pytest.fixture
def port():
    with closing(listen_on(0)) as listening:
        at = listening.getsockname()[1]
        config = uvicorn.Config(application, http=Impatient, loop="uvloop", lifespan="off", log_config=None)
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield at
        server.should_exit = True
        thread.join()


@pytest.fixture
def connection(port):
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        yield connection


def until_let_go(connection, dribble=b""):
    """What came until the other side let go; one more byte of `dribble` whenever nothing does."""
    got = b""
    connection.settimeout(0.02)
    while True:
        try:
            piece = connection.recv(65536)
            if not piece:
                return got
            got += piece
        except TimeoutError:
            pass
        except ConnectionError:
            return got
        try:
            connection.sendall(dribble)
        except ConnectionError:
            return got


def test_who_says_nothing_is_let_go(connection):
    assert until_let_go(connection) == b""


@pytest.mark.parametrize("begins", [b"GET /", b"GET / HTTP/1.1\r\nX: "])
def test_who_never_ends_a_head_is_let_go_however_it_dribbles(connection, begins):
    connection.sendall(begins)
    assert until_let_go(connection, b"a") == b""


def test_who_was_answered_and_dribbles_a_body_that_nobody_reads_is_let_go(connection):
    connection.sendall(b"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n")
    assert until_let_go(connection, b"a").startswith(b"HTTP/1.1 200 OK")


def test_who_asks_again_and_again_stays(connection):
    for _ in range(8):
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
        got = b""
        while not got.endswith(bytes(2)):
            got += connection.recv(65536)
        Event().wait(0.1)
    assert until_let_go(connection) == b""


def test_whoever_we_keep_waiting_stays(connection):
    connection.sendall(b"GET /slow HTTP/1.1\r\n\r\n")
    assert until_let_go(connection).startswith(b"HTTP/1.1 200 OK")


def test_who_does_not_take_its_answer_is_let_go(port):
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", port))
        connection.sendall(b"GET /large HTTP/1.1\r\n\r\n")
        while Impatient._standing:
            Event().wait(0.1)
        assert len(until_let_go(connection)) < LARGE
