"""The way of nearly every report: the same steps as by ASGI, on the connection itself, without a task for each.

What comes this way: a POST of HTTP/1.1 to an address of ours with a declared length within bounds, on a connection
that is kept and has nothing else under way, with a token that is known and has not ended. Everything else goes by ASGI,
as does what was sent before its predecessor was answered. What a sender sees is the same, byte for byte.

For uvicorn the report is the connection's cycle: so who may shut down, who is waited for and who may be let go is known
of it as of any other.
"""

import re
from asyncio import TimerHandle
from collections.abc import Callable
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from custodiet.entrypoints.connections import Connection
from custodiet.entrypoints.gateway.answers import Response, Turned
from custodiet.entrypoints.gateway.spoken import Message
from custodiet.entrypoints.gateway.steps import DID_NOT_COME, ROUTES, Steps, credential
from custodiet.entrypoints.gateway.writer import Result
from custodiet.flows.picture import KnownSender
from custodiet.model.errors import CannotRecord

_ADDRESS = re.compile(
    rb"/in/(?P<route>%s)(?:/(?P<token>[\w~.-]+))?(?:\?(?P<query>[\w~.%%&=+,:;@/-]*))?"
    % "|".join(sorted(ROUTES)).encode()
)
"""Of addresses in which nothing is to be decoded before the query is."""
_CLOSE = b"connection: close\r\n"


class Post:
    """One report under way. Told what comes of its body, then what the writer says; then it answers."""

    __slots__ = (
        "_body",
        "_connection",
        "_headers",
        "_query",
        "_route",
        "_sender",
        "_steps",
        "_timer",
        "disconnected",
        "keep_alive",
        "response_complete",
    )

    def __init__(
        self,
        connection: "DeviceConnection",
        steps: Steps,
        route: str,
        sender: KnownSender,
        query: bytes,
        headers: dict[bytes, bytes],
    ) -> None:
        self._connection = connection
        self._steps = steps
        self._route = route
        self._sender = sender
        self._query = query
        self._headers = headers
        self._body = steps.body(route)
        self._timer: TimerHandle | None = None
        self.keep_alive = True
        self.response_complete = False
        self.disconnected = False

    # --- told by the connection ---

    def begin(self) -> None:
        """The head has come."""
        self._do(self._require_allowed)

    def add(self, piece: bytes) -> None:
        """A piece of the body has come."""
        self._do(self._add, piece)

    def wait(self) -> None:
        """Some of the body has yet to come."""
        if self._timer is None:
            self._timer = self._connection.loop.call_later(self._steps.limits.body_wait_s, self._say, DID_NOT_COME)

    def complete(self) -> None:
        """All of the body has come."""
        body = self._body.whole()
        self._unburden()
        self._do(self._submit, body)

    @property
    def message_event(self) -> "Post":
        """What uvicorn sets when the connection is lost."""
        return self

    def set(self) -> None:
        """The sender is gone: of a body that did not come nothing is said."""
        self._unburden()

    # --- steps ---

    def _require_allowed(self) -> None:
        self._steps.require_allowed(self._sender)

    def _add(self, piece: bytes) -> None:
        self._body.add(piece)

    def _submit(self, body: bytes) -> Response | None:
        message = Message(self._query, body, self._headers)
        lines = self._steps.read(self._route, self._sender, message)
        try:
            self._steps.writer.take(self._steps.request(self._sender, lines), self._settled)
        except CannotRecord as cannot:
            return self._told(cannot)
        return None

    def _settled(self, result: Result) -> None:
        self._do(self._told, result)

    def _told(self, result: Result) -> Response:
        return self._steps.told(self._route, result)

    def _do(self, step: Callable[..., Response | None], *given: Any) -> None:
        """A step; whatever ends the request in it is its answer."""
        try:
            response = step(*given)
        except Turned as turned:
            response = turned.response
        except Exception as unforeseen:  # noqa: BLE001 - whatever it is, its sender must be told
            response = self._steps.broken(unforeseen)
        if response is not None:
            self._say(response)

    def _say(self, response: Response) -> None:
        self._unburden()
        self._steps.metrics.responded(response.status)
        self._connection.answer(self, response)

    def _unburden(self) -> None:
        self._body.end()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class DeviceConnection(Connection):
    """One connection of a device or of a server that forwards."""

    _dated: ClassVar[tuple[list[tuple[bytes, bytes]], bytes]] = ([], b"")
    """What uvicorn says on every answer, as it is written; it gives another list each second."""

    def __init__(self, steps: Steps, **given: Any) -> None:
        super().__init__(**given)
        self._steps = steps
        self._coming: Post | None = None
        """The report whose body is coming."""

    def on_headers_complete(self) -> None:
        post = self._posted()
        if post is None:
            super().on_headers_complete()
            return
        self._get_further()
        self.cycle = self._coming = post  # type: ignore[assignment]
        post.begin()

    def on_body(self, body: bytes) -> None:
        if self._coming is None:
            super().on_body(body)
        else:
            self._for_nothing = 0
            self._coming.add(body)

    def on_message_complete(self) -> None:
        if self._coming is None:
            super().on_message_complete()
        else:
            post, self._coming = self._coming, None
            post.complete()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._coming is not None:
            self._coming.wait()

    def answer(self, post: Post, response: Response) -> None:
        """Send it, if anyone is still there, and go on to what was sent meanwhile."""
        post.response_complete = True
        if self._coming is post:
            self._coming = None
        if self.transport.is_closing():
            return
        goes_on = post.keep_alive and not response.is_last
        close = b"" if post.keep_alive or response.is_last else _CLOSE
        head = (STATUS_LINE[response.status], self._default_lines(), response.lines, close, b"\r\n")
        self.transport.write(b"".join((*head, response.body)))
        if not goes_on:
            self.transport.close()
        self.on_response_complete()

    def _posted(self) -> Post | None:
        """The report that begins, if it can come this way."""
        parser = self.parser
        if (
            (self.cycle is not None and not self.cycle.response_complete)
            or self.flow.write_paused
            or self.expect_100_continue
            or parser.get_method() != b"POST"
            or parser.get_http_version() != "1.1"
            or not parser.should_keep_alive()
            or parser.should_upgrade()
        ):
            return None
        address = _ADDRESS.fullmatch(self.url)
        headers = dict(self.headers)
        if address is None or len(headers) < len(self.headers) or b"transfer-encoding" in headers:
            return None
        route = address["route"].decode()
        length = headers.get(b"content-length", b"")
        if not length.isdigit() or int(length) > self._steps.size_max(route):
            return None
        token = address["token"].decode() if address["token"] else credential(self.headers)
        sender = self._steps.sender(token)
        if sender is None or self._steps.has_ended(sender):
            return None
        return Post(self, self._steps, route, sender, address["query"] or b"", headers)

    def _default_lines(self) -> bytes:
        headers, lines = DeviceConnection._dated
        if headers is not self.server_state.default_headers:
            headers = self.server_state.default_headers
            lines = b"".join(b"%b: %b\r\n" % header for header in headers)
            DeviceConnection._dated = headers, lines
        return lines
