"""The steps of a report at the gateway, in their order. None of them waits for anything.

    sender · require_allowed · has_ended     who sends, and may they now: the body unread
    body · read                              the body, bounded, and is it the format
    take · told                              written here, or where its devices are; and what the answers say

Whatever ends a request before the writer is Turned with its answer. Both ways in (`app`, `direct`) are these steps;
they differ in who waits for what comes between.
"""

import base64
import binascii
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ssl import SSLContext
from time import monotonic

from custodiet.entrypoints.gateway.answers import Response, Turned, of_lines, of_one, refusal
from custodiet.entrypoints.gateway.limits import Limits
from custodiet.entrypoints.gateway.metrics import Metrics
from custodiet.entrypoints.gateway.rate import Rates
from custodiet.entrypoints.gateway.sharing import Given, Sharing
from custodiet.entrypoints.gateway.spoken import SPOKEN, Message
from custodiet.entrypoints.gateway.together import Post, Together
from custodiet.entrypoints.gateway.writer import Result, Settle, Writer
from custodiet.flows.picture import KnownSender
from custodiet.flows.ports import Clock
from custodiet.flows.receive_reports import Monitor, Request
from custodiet.model.errors import CannotRecord, NotTheFormat
from custodiet.model.report import Reason, Report
from custodiet.wire.traccar_columns import Lines, ReadsMany, TooMany

ROUTES = frozenset({*SPOKEN, "batch"})
ENDED = (Reason.TOKEN_ENDED,)
"""The lines of a request whose body stays unread: it counts as one refusal."""
DID_NOT_COME = refusal(408, "the body did not come", (b"connection", b"close"))

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Coming:
    """Bodies that have begun to come, all senders together."""

    size: int = 0


class Body:
    """What comes of one body. Whoever reads it ends it: what it holds counts against everyone's until then."""

    __slots__ = ("_coming", "_limits", "_pieces", "_size", "_size_max")

    def __init__(self, limits: Limits, coming: _Coming, size_max: int) -> None:
        self._limits = limits
        self._coming = coming
        self._size_max = size_max
        self._size = 0
        self._pieces: list[bytes] = []

    def require(self, declared: bytes) -> None:
        """Turned for a length that is more than may come."""
        if not declared.isdigit() or int(declared) > self._size_max:
            raise self._too_large()

    def add(self, piece: bytes) -> None:
        """One more piece of it. Turned when it is too large, or everyone's together are."""
        self._size += len(piece)
        self._coming.size += len(piece)
        if self._size > self._size_max:
            raise self._too_large()
        if self._size > self._limits.report_bytes_max and self._coming.size > self._limits.bodies_bytes_max:
            # A single report is never turned away for other people's batches.
            raise Turned(unable(self._limits, "too much is coming in"))
        self._pieces.append(piece)

    def whole(self) -> bytes:
        """All of it."""
        return self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)

    def end(self) -> None:
        """It counts no longer, and nothing of it is held."""
        self._coming.size -= self._size
        self._size = 0
        self._pieces.clear()

    def _too_large(self) -> Turned:
        return Turned(refusal(413, f"more than {self._size_max} bytes"))


class Steps:
    """What every way in shares: the monitor's picture, what senders may ask for, and the one writer."""

    def __init__(
        self, monitor: Monitor, reads: ReadsMany, clock: Clock, limits: Limits, in_address: frozenset[str]
    ) -> None:
        """`in_address`: ids of the senders that may put positions into the address."""
        self.limits = limits
        self.metrics = Metrics()
        self.writer = Writer(monitor, limits, self.metrics)
        self._monitor = monitor
        self._reads = reads
        self._clock = clock
        self._in_address = in_address
        self.sharing: Sharing | None = None
        """Where devices are shared out among gateways."""
        self._rates = Rates(limits)
        self._coming = _Coming()
        self._together = Together(self.writer, reads, clock)

    # --- who sends, and may they now ---

    def sender(self, token_sha256: bytes) -> KnownSender | None:
        """Who was issued this token, ended or not, as far as the picture knows."""
        return self._monitor.sender(token_sha256)

    def require_allowed(self, sender: KnownSender) -> None:
        """Turned for one who comes too fast, and when nothing can be recorded now."""
        if not self._rates.allows(sender, monotonic()):
            raise Turned(refusal(429, "too fast", (b"retry-after", b"1")))
        age = self.writer.picture_age_s
        if age is None or age > self.limits.picture_age_s_max:
            raise Turned(unable(self.limits, "the picture of decisions is too old"))
        if self.writer.is_full_with(len(self._together)):
            raise Turned(unable(self.limits, "too much is waiting to be written"))

    def has_ended(self, sender: KnownSender) -> bool:
        """Whether this token no longer speaks for its sender: then its body stays unread."""
        return sender.token.ended_at is not None and sender.token.ended(self._clock.now())

    # --- the body ---

    def size_max(self, route: str) -> int:
        """Of a body, in bytes."""
        return self.limits.batch_bytes_max if route == "batch" else self.limits.report_bytes_max

    def body(self, route: str) -> Body:
        """Of which nothing has come yet."""
        return Body(self.limits, self._coming, self.size_max(route))

    def read(self, route: str, sender: KnownSender, message: Message) -> Sequence[Report | Reason]:
        """The reports of a message. Turned for what is not the format."""
        if route == "batch":
            return self._lines(message.body)
        if route == "osmand" and not message.body and sender.sender.id not in self._in_address:
            error = "a position in an address: off until a setting names the sender"
            raise Turned(refusal(405, error, (b"allow", b"POST")))
        return _read_one(route, message)

    def read_together(self, route: str, sender: KnownSender, body: bytes, post: Post) -> bool:
        """Have a single position read with whatever else comes in this turn of the loop; False where it may not be."""
        if route != "traccar" or self.sharing is not None or len(body) > self.limits.report_bytes_max:
            return False
        return self._together.add(sender, body, post)

    def _lines(self, body: bytes) -> Lines:
        try:
            lines = Lines.many(body, self._reads, self.limits.batch_lines_max)
        except TooMany as error:
            raise Turned(refusal(413, str(error))) from None
        if not lines.told.read.any() and all(line is Reason.NOT_THE_FORMAT for line in lines):
            raise Turned(refusal(400, "no line is a forwarded position"))
        return lines

    # --- the writer ---

    def request(self, sender: KnownSender, lines: Sequence[Report | Reason]) -> Request:
        """What the writer is given, received now."""
        return Request(sender, lines, self._clock.now())

    def take(self, given: Given, settle: Settle) -> None:
        """Have it written, and `settle` told once it is durable. Raises CannotRecord when it cannot be now."""
        if self.sharing is None:
            self.writer.take(self.request(given.sender, given.lines), settle)
        else:
            self.sharing.take(given, settle)

    def share_out(self, trusted: SSLContext | None = None) -> Sharing:
        """From now on it is asked where a device is. `trusted`: who vouches for the other gateways."""
        self.sharing = Sharing(self.writer, lambda: self._monitor.share, self._clock, self.limits, trusted)
        return self.sharing

    def told(self, route: str, result: Result, *, unread: bool = False) -> Response:
        """What a sender is told of it; one answer for a body that stayed unread."""
        if isinstance(result, CannotRecord):
            return unable(self.limits, str(result))
        if isinstance(result, BaseException):
            raise result
        if route == "batch" and not unread:
            return of_lines(result)
        [answer] = result
        return of_one(route, answer)

    def broken(self, unforeseen: Exception) -> Response:
        """What is told of an error of ours. Its text could hold anything of the request: it goes nowhere."""
        _log.error("a request could not be answered: %s", type(unforeseen).__name__)
        return unable(self.limits, "something here is broken")


def unable(limits: Limits, why: str) -> Response:
    """Nothing was recorded: come again."""
    retry = str(limits.retry_after_s).encode()
    return refusal(503, f"cannot record now: {why}", (b"retry-after", retry))


def credential(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The token of an Authorization header: Bearer, or Basic's password. None for anything else."""
    given = next((value for name, value in headers if name == b"authorization"), b"")
    scheme, _, said = given.partition(b" ")
    try:
        if scheme.lower() == b"bearer":
            return said.strip().decode("ascii")
        if scheme.lower() == b"basic":
            _, _, password = base64.b64decode(said.strip(), validate=True).partition(b":")
            return password.decode("ascii")
    except (binascii.Error, ValueError):
        pass
    return None


def _read_one(route: str, message: Message) -> Sequence[Report | Reason]:
    """The one report of a message. Where it is what nearly every one is, it can be taken at once with others'."""
    if route == "traccar":
        lines = Lines.one(message.body)
        if not lines.untold:
            return lines
    try:
        return (SPOKEN[route](message) or Reason.NOTHING_IN_IT,)
    except NotTheFormat as error:
        raise Turned(refusal(400, str(error))) from None
