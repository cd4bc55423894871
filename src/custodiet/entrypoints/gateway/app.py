"""The gateway's routes and answers, as an ASGI application.

    POST /in/traccar            one forwarded position or event
    POST /in/osmand             one position of OsmAnd or Traccar Client
    GET  /in/osmand             the same in the address, where it may stand in logs on the way: only from senders named
    POST /in/owntracks          one message of OwnTracks; answered by [] with the outcome in a header
    POST /in/batch              NDJSON of forwarded positions, one answer line for each line that is not blank
    GET  /healthz  /metrics     no personal data

Each address may have the token as its last part, for senders that can set only a URL.

The order, for every report: who sends (the body unread) · may they now · the body, bounded · is it the format · the
writer · the answer. What is said is durable when it is said. Nothing of a request goes into a log, an error's text or
a metric; there is no access log.
"""

import asyncio
import base64
import binascii
import logging
from collections.abc import Awaitable, Callable, Iterable, MutableMapping, Sequence
from dataclasses import dataclass
from functools import cache
from time import monotonic
from typing import Any

import msgspec

from custodiet.entrypoints.gateway.limits import Limits
from custodiet.entrypoints.gateway.metrics import Metrics
from custodiet.entrypoints.gateway.rate import Rates
from custodiet.entrypoints.gateway.spoken import SPOKEN, Message
from custodiet.entrypoints.gateway.writer import Writer
from custodiet.entrypoints.gateway.zones import Release, ZoneKeeper
from custodiet.flows.fit_device import token_hash
from custodiet.flows.picture import KnownSender
from custodiet.flows.ports import Clock
from custodiet.flows.receive_reports import Monitor, Request
from custodiet.model.errors import CannotRecord, NotTheFormat
from custodiet.model.report import Answer, Outcome, Reason, Report
from custodiet.wire.traccar_columns import Lines

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_ROUTES = frozenset({*SPOKEN, "batch"})
_JSON = b"application/json"
_NDJSON = b"application/x-ndjson"
_TEXT = b"text/plain; version=0.0.4; charset=utf-8"

_log = logging.getLogger(__name__)
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Response:
    """A whole answer."""

    status: int
    body: bytes
    kind: bytes = _JSON
    headers: tuple[tuple[bytes, bytes], ...] = ()


class _Turned(Exception):
    """This request ends here with this answer."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


class _Gone(Exception):
    """The sender went away in the middle of its body."""


class Gateway:
    """One gateway process."""

    def __init__(
        self,
        monitor: Monitor,
        clock: Clock,
        limits: Limits | None = None,
        release: Release | None = None,
        in_address: frozenset[str] = frozenset(),
    ) -> None:
        """`in_address`: ids of the senders that may put positions into the address."""
        self._in_address = in_address
        self._limits = limits or Limits()
        self._metrics = Metrics()
        self._monitor = monitor
        self._clock = clock
        self._rates = Rates(self._limits)
        self._coming_bytes = 0
        self.writer = Writer(monitor, self._limits, self._metrics)
        self._zones = None if release is None else ZoneKeeper(monitor, release)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            try:
                response = await self._respond(scope, receive)
            except _Gone:
                return
            except Exception as unforeseen:  # noqa: BLE001 - its text could hold anything of the request: it goes nowhere
                _log.error("a request could not be answered: %s", type(unforeseen).__name__)
                response = self._unable("something here is broken")
            self._metrics.responded(response.status)
            await _send(response, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self.writer.start()
                if self._zones is not None:
                    self._zones.start()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                if self._zones is not None:
                    self._zones.stop()
                await asyncio.to_thread(self.writer.stop)
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _respond(self, scope: Scope, receive: Receive) -> Response:
        match scope["path"].split("/")[1:]:
            case ["in", route, *token] if len(token) <= 1 and route in _ROUTES:
                if scope["method"] != "POST" and (route, scope["method"]) != ("osmand", "GET"):
                    return _refusal(405, "only POST", (b"allow", b"POST"))
                try:
                    return await self._receive(route, scope, receive, token)
                except _Turned as turned:
                    return turned.response
            case ["healthz"]:
                return self._health()
            case ["metrics"]:
                return Response(200, self._metrics.page(), _TEXT)
            case _:
                return _refusal(404, "no such address")

    def _health(self) -> Response:
        age = self.writer.picture_age_s
        fresh = age is not None and age <= self._limits.picture_age_s_max
        able = fresh and not self.writer.is_full and not self.writer.is_failing
        said = {
            "ok": able,
            "picture_age_s": None if age is None else round(age, 3),
            # Of what these zones would tell nobody can tell yet; reports are taken all the same.
            "zones_wanted": len(self._monitor.zones_wanted()),
        }
        return Response(200 if able else 503, _encode(said))

    # --- a report ---

    async def _receive(self, route: str, scope: Scope, receive: Receive, in_path: list[str]) -> Response:
        sender = await self._authenticate(scope, in_path)
        if not self._rates.allows(sender, monotonic()):
            return _refusal(429, "too fast", (b"retry-after", b"1"))
        self._require_able()
        if sender.token.ended(self._clock.now()):
            # The body stays unread; the request counts as one refusal.
            [answer] = await self._write(sender, (Reason.TOKEN_ENDED,))
            return _answer(route, answer)
        if route == "batch":
            body = await self._body(scope, receive, self._limits.batch_bytes_max)
            answers = await self._write(sender, self._lines(body))
            return Response(200, b"".join(_said(answer) + b"\n" for answer in answers), _NDJSON)
        body = b"" if scope["method"] == "GET" else await self._body(scope, receive, self._limits.report_bytes_max)
        if route == "osmand" and not body and sender.sender.id not in self._in_address:
            return _refusal(405, "a position in an address: off until a setting names the sender", (b"allow", b"POST"))
        message = Message(scope.get("query_string", b""), body, dict(scope["headers"]))
        [answer] = await self._write(sender, _read(route, message))
        return _answer(route, answer)

    async def _authenticate(self, scope: Scope, in_path: list[str]) -> KnownSender:
        """The sender of a token that was issued, ended or not. The body is not read for this."""
        token = in_path[0] if in_path else _credential(scope["headers"])
        if token:
            hashed = token_hash(token)
            sender = self._monitor.sender(hashed)
            if sender is None:
                # It may have been issued a moment ago. A 401 makes a device give up: it is never said on old news.
                try:
                    await self.writer.refreshed()
                except CannotRecord as cannot:
                    raise _Turned(self._unable(str(cannot))) from None
                sender = self._monitor.sender(hashed)
            if sender is not None:
                return sender
        raise _Turned(_refusal(401, "no token, or not one that was issued", (b"www-authenticate", b"Bearer")))

    def _require_able(self) -> None:
        age = self.writer.picture_age_s
        if age is None or age > self._limits.picture_age_s_max:
            raise _Turned(self._unable("the picture of decisions is too old"))
        if self.writer.is_full:
            raise _Turned(self._unable("too much is waiting to be written"))

    async def _body(self, scope: Scope, receive: Receive, bytes_max: int) -> bytes:
        too_large = _Turned(_refusal(413, f"more than {bytes_max} bytes"))
        declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if not declared.isdigit() or int(declared) > bytes_max:
            raise too_large
        pieces, size = [], 0
        try:
            async with asyncio.timeout(self._limits.body_wait_s):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise _Gone
                    piece = message.get("body", b"")
                    size += len(piece)
                    self._coming_bytes += len(piece)
                    if size > bytes_max:
                        raise too_large
                    if size > self._limits.report_bytes_max and self._coming_bytes > self._limits.bodies_bytes_max:
                        # A single report is never turned away for other people's batches.
                        raise _Turned(self._unable("too much is coming in"))
                    pieces.append(piece)
                    if not message.get("more_body", False):
                        return b"".join(pieces)
        except TimeoutError:
            raise _Turned(_refusal(408, "the body did not come", (b"connection", b"close"))) from None
        finally:
            self._coming_bytes -= size

    def _lines(self, body: bytes) -> Lines:
        bodies = [line for line in body.split(b"\n") if not line.isspace() and line]
        if len(bodies) > self._limits.batch_lines_max:
            raise _Turned(_refusal(413, f"more than {self._limits.batch_lines_max} lines"))
        lines = Lines(bodies)
        if len(lines.untold) == len(lines) and all(line is Reason.NOT_THE_FORMAT for line in lines):
            raise _Turned(_refusal(400, "no line is a forwarded position"))
        return lines

    async def _write(self, sender: KnownSender, lines: Sequence[Report | Reason]) -> list[Answer]:
        try:
            answers = await self.writer.submit(Request(sender, lines, self._clock.now()))
        except CannotRecord as cannot:
            raise _Turned(self._unable(str(cannot))) from None
        assert isinstance(answers, list)  # noqa: S101 - the writer raises the other half of Answers
        return answers

    def _unable(self, why: str) -> Response:
        retry = str(self._limits.retry_after_s).encode()
        return _refusal(503, f"cannot record now: {why}", (b"retry-after", retry))


def _read(route: str, message: Message) -> Sequence[Report | Reason]:
    """The one report of a message. Where it is what nearly every one is, it can be taken at once with others'."""
    if route == "traccar":
        lines = Lines((message.body,))
        if not lines.untold:
            return lines
    try:
        return (SPOKEN[route](message) or Reason.NOTHING_IN_IT,)
    except NotTheFormat as error:
        raise _Turned(_refusal(400, str(error))) from None


def _credential(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The token of an Authorization header: Bearer, or Basic's password. None for anything else."""
    given = next((value for name, value in headers if name == b"authorization"), b"")
    scheme, _, credential = given.partition(b" ")
    try:
        if scheme.lower() == b"bearer":
            return credential.strip().decode("ascii")
        if scheme.lower() == b"basic":
            _, _, password = base64.b64decode(credential.strip(), validate=True).partition(b":")
            return password.decode("ascii")
    except (binascii.Error, ValueError):
        pass
    return None


def _answer(route: str, answer: Answer) -> Response:
    """What one report is answered with. The OwnTracks apps want a list of friends, and read no outcome."""
    if route != "owntracks":
        return Response(200, _said(answer))
    told = [(b"x-outcome", answer.outcome.value.encode())]
    if answer.shown is not None:
        told.append((b"x-reason", answer.shown.value.encode()))
    return Response(200, b"[]", _JSON, tuple(told))


def _said(answer: Answer) -> bytes:
    return _told(answer.outcome, answer.shown)


@cache
def _told(outcome: Outcome, shown: Reason | None) -> bytes:
    said = {"outcome": outcome.value}
    if shown is not None:
        said["reason"] = shown.value
    return _encode(said)


def _refusal(status: int, error: str, *headers: tuple[bytes, bytes]) -> Response:
    return Response(status, _encode({"error": error}), _JSON, headers)


async def _send(response: Response, send: Send) -> None:
    headers = [
        (b"content-type", response.kind),
        (b"content-length", str(len(response.body)).encode()),
        (b"cache-control", b"no-store"),
        *response.headers,
    ]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})
