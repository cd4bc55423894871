"""Where several gateways share devices out: what is ours is written here, anything else is asked of whoever has it.

A report goes on with its sender's own token, as the sender would send it there: the other gateway decides for itself
who sends, and no gateway can speak for anyone. It is answered when every part of it is durable wherever it is; if a
part cannot be recorded the sender is told to come again, and what was recorded reads `duplicate` then.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from ssl import SSLContext

import msgspec

from custodiet.entrypoints.gateway.limits import Limits
from custodiet.entrypoints.gateway.peers import Peers, Told
from custodiet.entrypoints.gateway.spoken import Message
from custodiet.entrypoints.gateway.writer import Result, Settle, Writer
from custodiet.flows.picture import KnownSender
from custodiet.flows.ports import Clock
from custodiet.flows.receive_reports import Request
from custodiet.model.errors import CannotRecord
from custodiet.model.partitions import NOBODYS, Share
from custodiet.model.report import Answer, Outcome, Reason, Report
from custodiet.rules.partitions import PARTITIONS, partition_of
from custodiet.wire.traccar_columns import Lines

AMONG_GATEWAYS = b"x-among-gateways"
"""Says that another gateway asks: what is not ours then is not asked any further."""
_SPOKEN_BESIDE = (b"content-type", b"x-limit-u", b"x-limit-d")
"""What of a report stands in its headers."""
_NOBODY = "no gateway has these devices now"
_ELSEWHERE = "another gateway has these devices"
_UNHEARD = "the gateway that has these devices cannot record now"


@dataclass(frozen=True, slots=True, repr=False)
class Given:
    """A message as it was read, with what it takes to say it again; without a text form."""

    route: str
    sender: KnownSender
    token: str
    message: Message
    lines: Sequence[Report | Reason]


class _Said(msgspec.Struct):
    outcome: Outcome
    reason: Reason | None = None


class Sharing:
    """Belongs to the event loop, but for `places` and `instead`."""

    def __init__(
        self,
        writer: Writer,
        share: Callable[[], Share],
        clock: Clock,
        limits: Limits,
        trusted: SSLContext | None = None,
    ) -> None:
        """`trusted`: who vouches for the other gateways; None: all are on this machine."""
        self.places: Sequence[str | None] = (None,) * PARTITIONS
        """The address of whoever has each partition; set anew as a whole, from any thread."""
        self.instead: Sequence[str | None] | None = None
        """The same, where this gateway has given its devices up: nothing is written here."""
        self._writer = writer
        self._share = share
        self._clock = clock
        self._limits = limits
        self._peers = Peers(limits.peer_wait_s, trusted)
        self._away = 0

    def take(self, given: Given, settle: Settle) -> None:
        """Have it written wherever that is, and `settle` told. Raises CannotRecord when it cannot be now."""
        instead = self.instead
        of_lines, share = partitions_of(given.lines), self._share() if instead is None else NOBODYS
        partitions = frozenset(one for one in of_lines if one is not None)
        beside = "" if instead is None else next(filter(None, instead), "")  # whose what names no device is; else ours
        if not beside and share.has_all(partitions):
            self._writer.take(self._request(given, given.lines, partitions), settle)
            return
        if AMONG_GATEWAYS in given.message.headers:
            raise CannotRecord(_ELSEWHERE)
        if self._away + len(of_lines) > self._limits.waiting_reports_max:
            raise CannotRecord("too much is waiting for other gateways")
        places = self.places if instead is None else instead
        by_address: dict[str, list[int]] = {}
        for place, one in enumerate(of_lines):
            address = beside if one is None else "" if share.has(one) else places[one]
            if address is None:
                raise CannotRecord(_NOBODY)
            by_address.setdefault(address, []).append(place)
        parts = _Parts(len(by_address), len(of_lines), settle)
        for address, lines in by_address.items():
            told = partial(parts.told, lines)
            if address:
                self._ask(address, given, lines, told)
            else:
                self._write(given, lines, of_lines, told)

    def close(self) -> None:
        """Of the gateway's end."""
        self._peers.close()

    def _request(self, given: Given, lines: Sequence[Report | Reason], partitions: frozenset[int]) -> Request:
        return Request(given.sender, lines, self._clock.now(), partitions)

    def _write(
        self, given: Given, lines: Sequence[int], of_lines: Sequence[int | None], told: Callable[[Result], None]
    ) -> None:
        assert isinstance(given.lines, Lines)  # noqa: S101 - what has parts is a batch
        mine = frozenset(one for one in (of_lines[place] for place in lines) if one is not None)
        try:
            self._writer.take(self._request(given, given.lines.part(lines), mine), told)
        except CannotRecord as cannot:
            told(cannot)

    def _ask(self, address: str, given: Given, lines: Sequence[int], told: Callable[[Result], None]) -> None:
        message, route = given.message, given.route
        headers = [(name, message.headers[name]) for name in _SPOKEN_BESIDE if name in message.headers]
        headers += [(b"authorization", b"Bearer " + given.token.encode()), (AMONG_GATEWAYS, b"1")]
        target, body = f"/in/{route}".encode(), message.body
        if route == "batch":
            assert isinstance(given.lines, Lines)  # noqa: S101 - as above
            body = given.lines.written(lines)
        elif not body:
            body = message.query  # what may stand in an address by a setting stands nowhere but in a body from here on
        elif message.query:
            target += b"?" + message.query
        self._away += len(lines)

        def heard(answer: Told | None) -> None:
            self._away -= len(lines)
            told(_answers(route, answer, len(lines)))

        self._peers.ask(address, target, headers, body, heard)


class _Parts:
    """What becomes of one request's parts; whoever asked is told once."""

    def __init__(self, parts: int, lines: int, settle: Settle) -> None:
        self._waiting = parts
        self._answers: list[Answer | None] = [None] * lines
        self._failed: BaseException | None = None
        self._settle = settle

    def told(self, lines: Sequence[int], result: Result) -> None:
        """Of one part."""
        self._waiting -= 1
        if isinstance(result, BaseException):
            self._failed = result
        else:
            for place, answer in zip(lines, result, strict=True):
                self._answers[place] = answer
        if not self._waiting:
            self._settle(self._failed or [one for one in self._answers if one is not None])


def partitions_of(lines: Sequence[Report | Reason]) -> list[int | None]:
    """Of each line's device; None where a line names none."""
    if not isinstance(lines, Lines):
        return list(_each(lines))
    of_lines: list[int | None] = list(map(partition_of, lines.serials))
    for place, one in zip(lines.untold, _each(lines[place] for place in lines.untold), strict=True):
        of_lines[place] = one
    return of_lines


def _each(lines: Iterable[Report | Reason]) -> Iterable[int | None]:
    return (partition_of(line.serial) if isinstance(line, Report) else None for line in lines)


def _answers(route: str, told: Told | None, lines: int) -> Result:
    """What another gateway's answer says of each line."""
    if told is None or told.status != 200:
        return CannotRecord(_UNHEARD)
    try:
        if route == "owntracks":
            said = [msgspec.convert(_beside(told), _Said, strict=False)]
        else:
            said = msgspec.json.Decoder(_Said).decode_lines(told.body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return CannotRecord(_UNHEARD)
    if len(said) != lines:
        return CannotRecord(_UNHEARD)
    return [Answer(one.outcome, () if one.reason is None else (one.reason,)) for one in said]


def _beside(told: Told) -> dict[str, str]:
    """An outcome as the OwnTracks apps are told it: in headers."""
    beside = {"outcome": told.headers.get(b"x-outcome"), "reason": told.headers.get(b"x-reason")}
    return {name: value.decode() for name, value in beside.items() if value is not None}
