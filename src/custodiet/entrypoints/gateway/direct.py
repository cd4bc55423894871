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
from dataclasses import dataclass
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from custodiet.entrypoints.connections import Connection
from custodiet.entrypoints.gateway.answers import Response, Turned
from custodiet.entrypoints.gateway.sharing import Given
from custodiet.entrypoints.gateway.spoken import Message
from custodiet.entrypoints.gateway.steps import DID_NOT_COME, ROUTES, Body, Steps, credential
from custodiet.entrypoints.gateway.writer import Result
from custodiet.flows.fit_device import token_hash
from custodiet.flows.picture import KnownSender
from custodiet.model.errors import CannotRecord

_ADDRESS = re.compile(
    rb"/in/(?P<route>%s)(?:/(?P<token>[\w~.-]+))?(?:\?(?P<query>[\w~.%%&=+,:;@/-]*))?"
    % "|".join(sorted(ROUTES)).encode()
)
"""Of addresses in which nothing is to be decoded before the query is."""
_LENGTH = re.compile(rb"\r\ncontent-length: ?(\d+)\r\n", re.IGNORECASE)
_KNOWN_MAX = 1024
"""Bytes of a head that a connection remembers."""
_CLOSE = b"connection: close\r\n"


@dataclass(frozen=True, slots=True, repr=False)
class _Head:
    """What the head of a report said, without a text form."""

    route: str
    query: bytes
    headers: dict[bytes, bytes]
    token: str
    token_sha256: bytes


class _Known:
    """A head as it was written, but for the length: whatever comes written so again says the same."""

    __slots__ = ("_after", "_before", "head")

    def __init__(self, head: _Head, before: bytes, after: bytes) -> None:
        self.head = head
        self._before = before
        self._after = after

    @classmethod
    def of(cls, head: _Head, data: bytes) -> "_Known | None":
        """Of what `data` begins with; none of a head that is long, or has a query: that may be a position."""
        if head.query:
            return None
        ends = data.find(b"\r\n\r\n", 0, _KNOWN_MAX) + 4
        [*lengths] = _LENGTH.finditer(data, 0, max(ends - 2, 0))
        if len(lengths) != 1:
            return None
        begins, stops = lengths[0].span(1)
        return cls(head, data[:begins], data[stops:ends])

    def body_of(self, data: bytes) -> bytes | None:
        """The body, if this head and one whole body are all that `data` is."""
        before, after = self._before, self._after
        if not data.startswith(before):
            return None
        stops = data.find(b"\r", len(before), len(before) + 9)
        length = data[len(before) : stops]
        if not length.isdigit() or not data.startswith(after, stops):
            return None
        begins = stops + len(after)
        return data[begins:] if len(data) - begins == int(length) else None


class Post:
    """One report under way. Told what comes of its body, then what the writer says; then it answers."""

    __slots__ = (
        "_body",
        "_connection",
        "_head",
        "_sender",
        "_steps",
        "_timer",
        "disconnected",
        "keep_alive",
        "response_complete",
    )

    def __init__(self, connection: "DeviceConnection", steps: Steps, head: _Head, sender: KnownSender) -> None:
        self._connection = connection
        self._steps = steps
        self._head = head
        self._sender = sender
        self._body: Body | None = None
        """From its first piece on."""
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
        self._do(self._submit)

    def come(self, body: bytes) -> None:
        """All of it has come at once."""
        self._do(self._all, body)

    # --- told by whoever reads it ---

    def alone(self, body: bytes) -> None:
        """Nothing is read with it."""
        self._do(self._alone, body)

    def settled(self, result: Result) -> None:
        """What the writer says."""
        self._do(self._told, result)

    # --- told by uvicorn ---

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
        if self._body is None:
            self._body = self._steps.body(self._head.route)
        self._body.add(piece)

    def _submit(self) -> Response | None:
        steps, head = self._steps, self._head
        body = b"" if self._body is None else self._body.whole()
        self._unburden()
        message = Message(head.query, body, head.headers)
        lines = steps.read(head.route, self._sender, message)
        try:
            steps.take(Given(head.route, self._sender, head.token, message, lines), self.settled)
        except CannotRecord as cannot:
            return self._told(cannot)
        return None

    def _all(self, body: bytes) -> Response | None:
        self._require_allowed()
        return None if self._steps.read_together(self._head.route, self._sender, body, self) else self._alone(body)

    def _alone(self, body: bytes) -> Response | None:
        self._add(body)
        return self._submit()

    def _told(self, result: Result) -> Response:
        return self._steps.told(self._head.route, result)

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
        if self._body is not None:
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
        self._begun = self._ended = 0
        """Requests whose head has begun to come, and whose body has come."""
        self._head: _Head | None = None
        """Of the request that began last, if it came this way."""
        self._known: _Known | None = None
        """The same as it was written."""

    def data_received(self, data: bytes) -> None:
        if self._known is None or not self._comes_again(self._known, data):
            self._parse(data)

    def _comes_again(self, known: _Known, data: bytes) -> bool:
        """Whether it was a report whose head is that of the last one: there is nothing to parse."""
        if self._begun != self._ended or not self._is_free:
            return False
        body = known.body_of(data)
        sender = None if body is None else self._sender(known.head)
        if body is None or sender is None:
            return False
        post = Post(self, self._steps, known.head, sender)
        self.cycle = post  # type: ignore[assignment]
        post.come(body)
        return True

    def _parse(self, data: bytes) -> None:
        begins_here = self._begun == self._ended
        begun = self._begun
        super().data_received(data)
        if self._coming is not None:
            self._coming.wait()
        self._known = None
        if begins_here and self._begun == begun + 1 and self._head is not None:
            self._known = _Known.of(self._head, data)

    # --- told by the parser ---

    def on_message_begin(self) -> None:
        self._begun += 1
        self._head = None
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        head = self._head_of_report() if self._is_free else None
        sender = None if head is None else self._sender(head)
        if head is None or sender is None:
            super().on_headers_complete()
            return
        self._get_further()
        self._head = head
        self.cycle = self._coming = post = Post(self, self._steps, head, sender)  # type: ignore[assignment]
        post.begin()

    def on_body(self, body: bytes) -> None:
        if self._coming is None:
            super().on_body(body)
        else:
            self._for_nothing = 0
            self._coming.add(body)

    def on_message_complete(self) -> None:
        self._ended += 1
        if self._coming is None:
            super().on_message_complete()
        else:
            post, self._coming = self._coming, None
            post.complete()

    # --- what began ---

    @property
    def _is_free(self) -> bool:
        """Whether nothing else is under way, and the sender takes its answers."""
        return (self.cycle is None or self.cycle.response_complete) and not self.flow.write_paused

    def _head_of_report(self) -> _Head | None:
        """What its head said, if it may come this way."""
        parser = self.parser
        if (
            self.expect_100_continue
            or parser.get_method() != b"POST"
            or parser.get_http_version() != "1.1"
            or not parser.should_keep_alive()
            or parser.should_upgrade()
        ):
            return None
        address = _ADDRESS.fullmatch(self.url)
        headers = dict(self.headers)
        if address is None:
            return None
        route = address["route"].decode()
        length = headers.get(b"content-length", b"")  # the parser lets nobody say it twice, nor beside chunks
        if not length.isdigit() or int(length) > self._steps.size_max(route):
            return None
        token = address["token"].decode() if address["token"] else credential(self.headers)
        return None if not token else _Head(route, address["query"] or b"", headers, token, token_hash(token))

    def _sender(self, head: _Head) -> KnownSender | None:
        """Who sends, if its token is known and has not ended."""
        sender = self._steps.sender(head.token_sha256)
        return None if sender is None or self._steps.has_ended(sender) else sender

    # --- the answer ---

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
        if self.pipeline:
            self.on_response_complete()
        else:
            # Of uvicorn's own timer for a connection on which nothing begins there is no need: ours is as long.
            self.server_state.total_requests += 1
            self._get_further()

    def _default_lines(self) -> bytes:
        headers, lines = DeviceConnection._dated
        if headers is not self.server_state.default_headers:
            headers = self.server_state.default_headers
            lines = b"".join(b"%b: %b\r\n" % header for header in headers)
            DeviceConnection._dated = headers, lines
        return lines
