"""A gateway at the end of wires that a test holds: bytes in, bytes out, a monitor that only remembers, and nothing by
itself. The same with the direct way in or without it.
"""

import asyncio
import math
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Thread

import uvicorn
from support.many import reads_many
from uvicorn.server import ServerState

from custodiet.entrypoints.connections import Connection
from custodiet.entrypoints.gateway.app import Gateway
from custodiet.entrypoints.gateway.direct import DeviceConnection
from custodiet.entrypoints.serving import configured, listen_on
from custodiet.flows.fit_device import token_hash
from custodiet.flows.picture import KnownSender
from custodiet.flows.receive_reports import Singles
from custodiet.model.device import Sender, Token
from custodiet.model.identity import SchemeId, SenderId, TokenId
from custodiet.model.partitions import EVERYONES, NOBODYS
from custodiet.model.report import Answer, Outcome, Reason
from custodiet.rules.authority import SenderStanding

NOW = datetime(2031, 3, 3, 9, 0, tzinfo=UTC)
DATE = b"Mon, 03 Mar 2031 09:00:00 GMT"
TOKEN, ENDED_TOKEN = "made-up.token_1", "made-up-token-that-ended"
SENDER = SenderId(f"sender of {TOKEN}")
_TURNS = 15
"""Of the event loop: more than anything here needs to come to rest."""


def known(token, ended_at=None):
    sender = Sender(SenderId(f"sender of {token}"), SchemeId("scheme"), "made up", ("TAG-1",))
    issued = Token(TokenId("token"), sender.id, token_hash(token), NOW - timedelta(days=9), ended_at=ended_at)
    return KnownSender(issued, sender, SenderStanding(frozenset(sender.scope), ended_at))


def _apart(one):
    return [one.one(place) for place in range(len(one))] if isinstance(one, Singles) else [one]


class Remembering:
    """Stands for the monitor: answers are told apart by how many there have been."""

    name = "remembering"

    def __init__(self):
        self.received = []
        self.fails = None
        self.share = EVERYONES
        self._known = {token_hash(TOKEN): known(TOKEN), token_hash(ENDED_TOKEN): known(ENDED_TOKEN, NOW)}
        self._answered = 0

    def sender(self, hashed):
        return self._known.get(hashed)

    def zones_wanted(self):
        return frozenset()

    def refresh(self):
        pass

    def idle(self):
        pass

    def receive(self, requests):
        if self.fails is not None:
            raise self.fails
        apart = [each for one in requests for each in _apart(one)]
        self.received += [(one.sender.sender.id, list(one.lines), one.received_at) for one in apart]
        return [[self._answer(line) for line in one.lines] for one in apart]

    def _answer(self, line):
        if isinstance(line, Reason):
            return Answer(Outcome.REFUSED, (line,))
        self._answered += 1
        reasons = list(Reason)
        return Answer(Outcome.KEPT) if self._answered % 3 else Answer(Outcome.REFUSED, (reasons[self._answered % 7],))


class _Now:
    def now(self):
        return NOW


class Wire(asyncio.Transport):
    """One connection's two ends: what the gateway wrote, and whether it reads on."""

    def __init__(self):
        super().__init__()
        self.written = b""
        self.reads = True
        self.said = asyncio.Event()
        self.closing = False
        self.breaks = False

    def get_extra_info(self, name, default=None):
        return {"sockname": ("127.0.0.1", 8071), "peername": ("127.0.0.1", 4711)}.get(name, default)

    def write(self, data):
        if self.breaks or self.closing:
            raise RuntimeError("closed")
        self.written += data
        self.said.set()

    def is_closing(self):
        return self.closing

    def close(self):
        self.closing = True

    abort = close

    def pause_reading(self):
        self.reads = False

    def resume_reading(self):
        self.reads = True


def _gateway(monitor, limits=None, in_address=frozenset()):
    """With a fresh picture, and no work ahead of time."""
    gateway = Gateway(monitor, reads_many(), _Now(), limits, in_address=in_address)
    gateway.writer._idled_at = math.inf
    gateway.writer._refresh()
    return gateway


def _served(gateway, *, direct):
    return configured(gateway, partial(DeviceConnection, gateway.steps) if direct else Connection)


@contextmanager
def listening(*, direct):
    """One gateway on a real socket, with its own writing thread: the port, and the monitor."""
    monitor = Remembering()
    with _listening(_gateway(monitor), direct=direct) as port:
        yield port, monitor


class Sharer:
    """One of several gateways that share devices out, on a real socket."""

    def __init__(self, limits=None):
        self.monitor = Remembering()
        self.monitor.share = NOBODYS
        self.gateway = _gateway(self.monitor, limits, frozenset({SENDER}))
        self.sharing = self.gateway.steps.share_out()
        self.port = 0

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def lines(self):
        """What it received, line by line."""
        return [line for _, lines, _ in self.monitor.received for line in lines]

    @contextmanager
    def listening(self, *, direct):
        with _listening(self.gateway, direct=direct) as self.port:
            yield self


@contextmanager
def _listening(gateway, *, direct):
    with closing(listen_on(0)) as listens:
        server = uvicorn.Server(_served(gateway, direct=direct))
        thread = Thread(target=server.run, kwargs={"sockets": [listens]})
        thread.start()
        try:
            yield listens.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


class Wired:
    """One gateway. Inside a running event loop."""

    def __init__(self, *, direct, limits=None):
        self.monitor = Remembering()
        self.gateway = _gateway(self.monitor, limits)
        self._config = _served(self.gateway, direct=direct)
        self._config.load()
        self.state = ServerState()
        self.state.default_headers = [(b"date", DATE)]

    def connect(self):
        connection = self._config.http_protocol_class(
            config=self._config, server_state=self.state, app_state={}, _loop=asyncio.get_running_loop()
        )
        connection.connection_made(Wire())
        return connection

    async def turn(self, times=_TURNS):
        for _ in range(times):
            await asyncio.sleep(0)

    async def rest(self):
        """Until nothing is under way that does not wait for a sender."""
        for _ in range(100):
            await self.turn()
            writer = self.gateway.writer
            if not writer._queue and not writer._wanting_refresh:
                return
            writer.step(0)
        raise AssertionError("it never comes to rest")

    def counted(self):
        """What the gateway counts of itself, but for how often it wrote: that is as the test lets it."""
        lines = self.gateway.steps.metrics.page().decode().splitlines()
        return [line for line in lines if "commits" not in line and "waiting" not in line]


async def send(wired, connection, pieces, pause=lambda: 0):
    """Feed it, as far as it reads. `pause` tells after each piece: turns of the loop, or None until all is at rest."""
    for piece in pieces:
        for _ in range(100):
            if connection.transport.reads or connection.transport.closing:
                break
            await wired.rest()
        if connection.transport.closing:
            break
        connection.data_received(piece)
        turns = pause()
        if turns is None:
            await wired.rest()
        else:
            await wired.turn(turns)
    await wired.rest()


def hang_up(connection, error=None):
    """As the transport says it."""
    connection.transport.close()
    connection.connection_lost(error)
