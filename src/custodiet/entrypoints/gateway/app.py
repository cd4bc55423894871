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
a metric; there is no access log. Of nearly every report `direct` takes the same steps without a task; whatever waits
for something else than its body and the writer comes here.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from ssl import SSLContext
from typing import Any

from custodiet.entrypoints.gateway.answers import Response, Turned, page, refusal, told
from custodiet.entrypoints.gateway.limits import Limits
from custodiet.entrypoints.gateway.sharing import Given
from custodiet.entrypoints.gateway.spoken import Message
from custodiet.entrypoints.gateway.steps import DID_NOT_COME, ENDED, ROUTES, Steps, credential, unable
from custodiet.entrypoints.gateway.turns import TurnKeeper
from custodiet.entrypoints.gateway.writer import Result, Settle, answers_of
from custodiet.entrypoints.gateway.zones import Release, ZoneKeeper
from custodiet.flows.fit_device import token_hash
from custodiet.flows.picture import KnownSender
from custodiet.flows.ports import Clock, Seating
from custodiet.flows.receive_reports import Monitor
from custodiet.model.errors import CannotRecord
from custodiet.wire.traccar_columns import ReadsMany

SWITCH_S = 0.0005
"""How long the writing thread may keep the loop waiting while both have work: of Python's own five milliseconds a
thousand requests a second take two each, one to be read and one to be answered."""

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class _Gone(Exception):
    """The sender went away in the middle of its body."""


class Gateway:
    """One gateway process."""

    def __init__(
        self,
        monitor: Monitor,
        reads: ReadsMany,
        clock: Clock,
        limits: Limits | None = None,
        release: Release | None = None,
        in_address: frozenset[str] = frozenset(),
        seating: Seating | None = None,
        trusted: SSLContext | None = None,
    ) -> None:
        """`in_address`: ids of the senders that may put positions into the address; `seating`: where gateways agree on
        who has which devices, if they share them out; `trusted`: who vouches for the others.
        """
        self.steps = Steps(monitor, reads, clock, limits or Limits(), in_address)
        self.writer = self.steps.writer
        self._limits = self.steps.limits
        self._monitor = monitor
        self._zones = None if release is None else ZoneKeeper(monitor, release)
        self._turns = (
            None if seating is None else TurnKeeper(seating, monitor, self.writer, self.steps.share_out(trusted))
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            try:
                response = await self._respond(scope, receive)
            except _Gone:
                return
            except Exception as unforeseen:  # noqa: BLE001 - whatever it is, its sender must be told
                response = self.steps.broken(unforeseen)
            self.steps.metrics.responded(response.status)
            await _send(response, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                sys.setswitchinterval(SWITCH_S)
                self.writer.start()
                if self._zones is not None:
                    self._zones.start()
                if self._turns is not None:
                    self._turns.start()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                if self._zones is not None:
                    self._zones.stop()
                await asyncio.to_thread(self._stop)
                await send({"type": "lifespan.shutdown.complete"})
                return

    def _stop(self) -> None:
        """What waits is written before anyone else has the devices that it is of."""
        if self._turns is not None:
            self._turns.stop()
        self.writer.stop()
        if self._turns is not None:
            self._turns.leave()

    async def _respond(self, scope: Scope, receive: Receive) -> Response:
        match scope["path"].split("/")[1:]:
            case ["in", route, *token] if len(token) <= 1 and route in ROUTES:
                if scope["method"] != "POST" and (route, scope["method"]) != ("osmand", "GET"):
                    return refusal(405, "only POST", (b"allow", b"POST"))
                try:
                    return await self._receive(route, scope, receive, token)
                except Turned as turned:
                    return turned.response
            case ["healthz"]:
                return self._health()
            case ["metrics"]:
                return page(self.steps.metrics.page())
            case _:
                return refusal(404, "no such address")

    def _health(self) -> Response:
        age = self.writer.picture_age_s
        fresh = age is not None and age <= self._limits.picture_age_s_max
        shared, sharing = {}, self.steps.sharing
        if sharing is not None:
            # Which gateway has the devices of so many partitions is not known here; of so many this one may write.
            nobodys = sum(place is None for place in sharing.places)
            shared = {"nobodys": nobodys, "held": len(self._monitor.share.fences or ())}
        return told(
            ok=fresh and not self.writer.is_full and not self.writer.is_failing,
            picture_age_s=None if age is None else round(age, 3),
            # Of what these zones would tell nobody can tell yet; reports are taken all the same.
            zones_wanted=len(self._monitor.zones_wanted()),
            **shared,
        )

    # --- a report ---

    async def _receive(self, route: str, scope: Scope, receive: Receive, in_path: list[str]) -> Response:
        steps = self.steps
        token, sender = await self._sender(scope, in_path)
        steps.require_allowed(sender)
        if steps.has_ended(sender):
            ended = partial(self.writer.take, steps.request(sender, ENDED))
            return steps.told(route, await _written(ended), unread=True)
        body = b"" if scope["method"] == "GET" else await self._body(route, scope, receive)
        message = Message(scope.get("query_string", b""), body, dict(scope["headers"]))
        given = Given(route, sender, token, message, steps.read(route, sender, message))
        return steps.told(route, await _written(partial(steps.take, given)))

    async def _sender(self, scope: Scope, in_path: list[str]) -> tuple[str, KnownSender]:
        """A token that was issued, ended or not, and whose it is. The body is not read for this."""
        token = in_path[0] if in_path else credential(scope["headers"])
        if token:
            hashed = token_hash(token)
            sender = self.steps.sender(hashed)
            if sender is None:
                # It may have been issued a moment ago. A 401 makes a device give up: it is never said on old news.
                try:
                    await self.writer.refreshed()
                except CannotRecord as cannot:
                    raise Turned(unable(self._limits, str(cannot))) from None
                sender = self.steps.sender(hashed)
            if sender is not None:
                return token, sender
        raise Turned(refusal(401, "no token, or not one that was issued", (b"www-authenticate", b"Bearer")))

    async def _body(self, route: str, scope: Scope, receive: Receive) -> bytes:
        body = self.steps.body(route)
        body.require(next((value for name, value in scope["headers"] if name == b"content-length"), b"0"))
        try:
            async with asyncio.timeout(self._limits.body_wait_s):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise _Gone
                    body.add(message.get("body", b""))
                    if not message.get("more_body", False):
                        return body.whole()
        except TimeoutError:
            raise Turned(DID_NOT_COME) from None
        finally:
            body.end()


async def _written(take: Callable[[Settle], None]) -> Result:
    try:
        return await answers_of(take)
    except CannotRecord as cannot:
        return cannot


async def _send(response: Response, send: Send) -> None:
    await send({"type": "http.response.start", "status": response.status, "headers": response.fields})
    await send({"type": "http.response.body", "body": response.body})
