"""Asking other gateways over HTTP/1.1, on connections that are kept: one request at a time on each.

Where they are is read from what others may write to, too. So only addresses of this machine are asked, or, where a CA
of our own is named, only https of whoever that one vouches for: tokens and positions go nowhere else.

A request that comes to nothing on a connection that had been kept is asked again on a new one: the other may have let
go of it in the same moment. It is the same report again, so it takes effect once.
"""

import asyncio
import ssl
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from httptools import HttpParserError, HttpResponseParser

CONNECTIONS_MAX = 128
"""To one other gateway; what comes beside waits."""
ANSWER_BYTES_MAX = 4 * 1024 * 1024
"""Ten thousand lines of outcomes are under one."""


@dataclass(frozen=True, slots=True, repr=False)
class Told:
    """An answer, without a text form."""

    status: int
    headers: dict[bytes, bytes]
    body: bytes


Settle = Callable[[Told | None], None]
"""Is told the answer; None: there is none, and whether it took effect nobody knows."""


@dataclass(slots=True, repr=False)
class _Asked:
    data: bytes
    settle: Settle
    until: float
    again: bool = True


@dataclass(slots=True)
class _Other:
    """One other gateway."""

    address: str
    idle: list["_Line"] = field(default_factory=list)
    waiting: deque[_Asked] = field(default_factory=deque)
    lines: int = 0


class Peers:
    """Everyone else. Belongs to one event loop."""

    def __init__(self, wait_s: float, trusted: ssl.SSLContext | None) -> None:
        """`trusted`: who vouches for the others; None: all are on this machine."""
        self._wait_s = wait_s
        self._trusted = trusted
        self._others: dict[str, _Other] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def ask(self, address: str, target: bytes, headers: list[tuple[bytes, bytes]], body: bytes, settle: Settle) -> None:
        """POST it there; `settle` is told within `wait_s`, at once for an address that is not to be asked."""
        if not self._may_ask(address):
            settle(None)
            return
        said = [(b"host", urlsplit(address).netloc.encode()), *headers, (b"content-length", str(len(body)).encode())]
        head = b"".join(b"%b: %b\r\n" % one for one in said)
        data = b"POST %b HTTP/1.1\r\n%b\r\n%b" % (target, head, body)
        until = asyncio.get_running_loop().time() + self._wait_s
        self._send(self._others.setdefault(address, _Other(address)), _Asked(data, settle, until))

    def _may_ask(self, address: str) -> bool:
        try:
            there, how = urlsplit(address).hostname, urlsplit(address).scheme
        except ValueError:
            return False
        return how == "https" if self._trusted is not None else (there, how) == ("127.0.0.1", "http")

    def close(self) -> None:
        """Let go of every connection that nothing is asked on."""
        for other in self._others.values():
            while other.idle:
                other.idle.pop().hang_up()

    def _send(self, other: _Other, asked: _Asked) -> bool:
        """False: it waited for a line for too long, and nobody waits for it any more."""
        if asyncio.get_running_loop().time() >= asked.until:
            asked.settle(None)
            return False
        while other.idle:
            line = other.idle.pop()
            if not line.is_lost:
                line.ask(asked)
                return True
        if other.lines >= CONNECTIONS_MAX:
            other.waiting.append(asked)
            return True
        other.lines += 1
        task = asyncio.get_running_loop().create_task(self._connect(other, asked))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def _connect(self, other: _Other, asked: _Asked) -> None:
        loop, line = asyncio.get_running_loop(), _Line(self, other)
        try:
            split = urlsplit(other.address)
            async with asyncio.timeout_at(asked.until):
                await loop.create_connection(lambda: line, split.hostname or "", split.port or 443, ssl=self._trusted)
        except (OSError, ValueError, TimeoutError):
            asked.settle(None)
            line.give_up()
        else:
            if line.is_lost:
                asked.settle(None)
            else:
                line.ask(asked)

    # --- told by a line ---

    def free(self, other: _Other, line: "_Line") -> None:
        """Its answer has come, and it is kept."""
        other.idle.append(line)
        self._go_on(other)

    def lost(self, other: _Other, asked: _Asked | None, *, kept: bool) -> None:
        """It is gone; `asked`: what had no answer. `kept`: it had been answered on before."""
        other.lines -= 1
        if asked is not None and kept and asked.again:
            asked.again = False
            self._send(other, asked)
        elif asked is not None:
            asked.settle(None)
        self._go_on(other)

    def _go_on(self, other: _Other) -> None:
        """The first of those who wait for a line, and did not for too long, has one now."""
        while other.waiting and not self._send(other, other.waiting.popleft()):
            pass


class _Line(asyncio.Protocol):
    """One connection to another gateway."""

    def __init__(self, peers: Peers, other: _Other) -> None:
        self._peers = peers
        self._other = other
        self._transport: asyncio.Transport | None = None
        self._is_over = False
        self._timer: asyncio.TimerHandle | None = None
        self._asked: _Asked | None = None
        self._answered = 0
        self._begin()

    def _begin(self) -> None:
        self._parser = HttpResponseParser(self)
        self._headers: dict[bytes, bytes] = {}
        self._body: list[bytes] = []
        self._size = 0
        self._told: Told | None = None
        self._keeps = False

    @property
    def is_lost(self) -> bool:
        """Whether the other has hung up."""
        return self._transport is None or self._transport.is_closing()

    def ask(self, asked: _Asked) -> None:
        """Nothing else is asked on it until then."""
        assert self._transport is not None  # noqa: S101 - a line that is connected
        self._asked = asked
        self._timer = asyncio.get_running_loop().call_at(asked.until, self._too_late)
        self._transport.write(asked.data)

    def give_up(self) -> None:
        """It never came to stand, or nobody waited for it any more when it did: some loops do not tell it then."""
        self.hang_up()
        self.connection_lost(None)

    def hang_up(self) -> None:
        """At once."""
        if self._transport is not None:
            self._transport.abort()

    def _too_late(self) -> None:
        if self._asked is not None:
            self._asked.again = False
        self.hang_up()

    # --- told by the loop ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # of a stream

    def connection_lost(self, _: Exception | None) -> None:
        if self._is_over:
            return
        self._is_over = True
        asked = self._end()
        self._transport = None
        if self in self._other.idle:
            self._other.idle.remove(self)
        self._peers.lost(self._other, asked, kept=self._answered > 0)

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except HttpParserError:
            self._too_late()
            return
        if self._told is None:
            return
        told, asked, keeps = self._told, self._end(), self._keeps
        self._answered += 1
        self._begin()
        if asked is not None:
            asked.settle(told)
        if keeps and not self.is_lost:
            self._peers.free(self._other, self)
        else:
            self.hang_up()

    def _end(self) -> _Asked | None:
        if self._timer is not None:
            self._timer.cancel()
        asked, self._asked, self._timer = self._asked, None, None
        return asked

    # --- told by the parser ---

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.lower()] = value

    def on_body(self, body: bytes) -> None:
        self._size += len(body)
        if self._size > ANSWER_BYTES_MAX:
            raise ValueError("more than an answer is")
        self._body.append(body)

    def on_message_complete(self) -> None:
        self._told = Told(self._parser.get_status_code(), self._headers, b"".join(self._body))
        self._keeps = self._parser.should_keep_alive()  # known only now: afterwards the parser has begun anew
