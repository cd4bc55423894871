"""What one connection may cost before anyone knows who it is: bounded in bytes, in time and in number.

Promise: whoever sends a head without end is told 400 and let go after 16 kB or a hundred headers; whoever neither
begins a request nor takes an answer is let go after 75 s; beyond 4,000 connections the one that has done neither for
longest makes room for the next. So a process can be kept busy, but not filled up, and who goes on asking gets in.
"""

import logging
import resource
from asyncio import TimerHandle, Transport
from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from custodiet.model.errors import NotTheFormat

HEAD_BYTES_MAX = 16 * 1024
"""Between two things that get a sender further: a head, a piece of a body, an answer. Ours are under 1 kB."""
HEADERS_MAX = 100
_OUR_OWN_FILES = 100
"""What a process has open besides: the store and its log, sockets of its own."""


class Connection(HttpToolsProtocol):
    """One connection. What a test may want smaller is an attribute of the class."""

    wait_s: ClassVar[float] = 75.0
    connections_max: ClassVar[int] = 4_000
    """Each costs up to 30 kB while its head comes."""
    _standing: ClassVar[dict["Connection", None]] = {}
    """All of them; who has waited longest stands first."""

    _for_nothing = 0
    """Bytes since the sender last got any further."""
    _since: float
    _timer: TimerHandle

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._get_further()
        self._timer = self.loop.call_later(self.wait_s, self._look)
        if len(self._standing) > self.connections_max:
            next((one for one in self._standing if not one._is_answering), self)._let_go()  # noqa: SLF001

    def connection_lost(self, exc: Exception | None) -> None:
        self._standing.pop(self, None)
        self._timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._for_nothing += len(data)
        super().data_received(data)
        if self._for_nothing > HEAD_BYTES_MAX and not self.transport.is_closing():
            self.send_400_response("More than any request needs.")

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        if len(self.headers) > HEADERS_MAX:
            raise NotTheFormat("more headers than any request needs")

    def on_headers_complete(self) -> None:
        self._get_further()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._for_nothing = 0
        super().on_body(body)

    def on_response_complete(self) -> None:
        self._get_further()
        super().on_response_complete()

    def _get_further(self) -> None:
        self._for_nothing = 0
        self._since = self.loop.time()
        self._standing.pop(self, None)
        self._standing[self] = None

    @property
    def _is_answering(self) -> bool:
        """Whether it is we who keep the sender waiting; the application has bounds of its own."""
        return self.cycle is not None and not self.cycle.response_complete and not self.flow.write_paused

    def _look(self) -> None:
        if self._is_answering:
            self._since = self.loop.time()
        left_s = self._since + self.wait_s - self.loop.time()
        if left_s <= 0:
            self._let_go()
        else:
            self._timer = self.loop.call_later(left_s, self._look)

    def _let_go(self) -> None:
        self._standing.pop(self, None)
        self.transport.abort()


def make_room() -> None:
    """Have as many files open as the connections may need; where that is not allowed, have fewer connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = Connection.connections_max + _OUR_OWN_FILES
    allowed = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    Connection.connections_max = max(1, allowed - _OUR_OWN_FILES)


def keep_quiet_about_garbage() -> None:
    """Whoever sends what is no request is told so; a line for each would let anyone fill the disk."""
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
