"""`custodiet ingest`: reports out of a file or a pipe, through the gate that devices pass.

Promise: one JSON line is said for each report, in order, and none before what it says is durable. Whoever breaks off in
the middle, however it is done, runs it again: what was taken in then reads `duplicate`. Held in memory is one group of
reports; of a format that is one document, that document, up to DOCUMENT_BYTES_MAX.

It speaks for one sender, by its token, and takes in what that sender may send. No device comes by this way: that it
runs proves nothing of our own path.
"""

import os
import select
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from time import monotonic

import msgspec

from custodiet.entrypoints.gateway.limits import Limits
from custodiet.entrypoints.gateway.zones import Release
from custodiet.flows.open_sealed import in_parts
from custodiet.flows.picture import KnownSender
from custodiet.flows.ports import Clock
from custodiet.flows.receive_reports import Monitor, Request
from custodiet.model.errors import CannotRecord, CustodietError, NotPermitted, NotTheFormat, Unready
from custodiet.model.report import Answer, Reason, Report
from custodiet.wire import owntracks, recorder
from custodiet.wire.formats import FILES, FORMATS

_LIMITS = Limits()
LINE_BYTES_MAX = _LIMITS.report_bytes_max
DOCUMENT_BYTES_MAX = _LIMITS.batch_bytes_max
GROUP_MAX = 1000
"""Reports in one transaction."""
QUIET_S = 1.0
"""How long a pipe may give nothing before what came is answered and the house is kept."""
HOUSE_S = 1.0
"""How often the house is kept at most."""
PIECE_BYTES = 64 * 1024
WAITS_S = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Before each further try to write a group. The store by itself waits five seconds for its lock."""
FAILING_S = 60.0
"""A vault that does not answer is asked again after so long: each time it holds up the run."""

Line = Report | Reason
Groups = Iterator[Sequence[Line]]

_encode = msgspec.json.Encoder().encode


# --- what comes in ----------------------------------------------------------------------------------------------


NAMED_BESIDE: dict[str, Callable[[bytes, str | None], Report | None]] = {
    "owntracks": owntracks.decode,
    "recorder": recorder.read_line,
}
"""Formats of lines in which a report may leave open whose device it is of."""


def read_reports(descriptor: int, name: str, device: str | None) -> Groups:
    """Groups of reports out of an open file; an empty group when a pipe has been quiet for a while.

    Raises Unready for a device that must be named or must not, NotTheFormat for a file of one device that cannot be
    read any further, after what was read before.
    """
    if name in FILES:
        if device is None:
            raise Unready(f"{name} does not say whose device it is of: --device SERIAL")
        yield from _grouped(FILES[name](_whole(descriptor), device))
        return
    if device is not None and name not in NAMED_BESIDE:
        raise Unready(f"{name} says itself whose device each report is of: leave out --device")
    for group in read_lines(descriptor):
        yield [_decoded(name, line, device) for line in group]


def read_lines(descriptor: int) -> Iterator[list[bytes | None]]:
    """Lines that are not blank as they come, GROUP_MAX at once, fewer when no more waits; None is one that is too long.

    An empty group: nothing has come for QUIET_S.
    """
    group: list[bytes | None] = []
    begun: bytes | None = b""
    while True:
        ready, _, _ = select.select([descriptor], [], [], 0 if group else QUIET_S)
        if not ready:
            yield group
            group = []
            continue
        piece = os.read(descriptor, PIECE_BYTES)
        *ended, rest = piece.split(b"\n")
        for end in ended if piece else [b""]:
            line = None if begun is None else begun + end
            if line is None or len(line) > LINE_BYTES_MAX:
                group.append(None)
            elif line.strip():
                group.append(line)
            begun = b""
            if len(group) == GROUP_MAX:
                yield group
                group = []
        if not piece:
            if group:
                yield group
            return
        if begun is not None:
            begun = begun + rest if len(begun) + len(rest) <= LINE_BYTES_MAX else None


def _decoded(name: str, line: bytes | None, device: str | None) -> Line:
    try:
        if line is None:
            return Reason.NOT_THE_FORMAT
        report = FORMATS[name](line) if device is None else NAMED_BESIDE[name](line, device)
        return report or Reason.NOTHING_IN_IT
    except NotTheFormat:
        return Reason.NOT_THE_FORMAT


def _grouped(reports: Iterator[Report]) -> Groups:
    while True:
        group: list[Report] = []
        broken: NotTheFormat | None = None
        try:
            group.extend(islice(reports, GROUP_MAX))
        except NotTheFormat as error:
            broken = error
        if group:
            yield group
        if broken is not None:
            raise broken
        if len(group) < GROUP_MAX:
            return


def _whole(descriptor: int) -> bytes:
    pieces, size = [], 0
    while piece := os.read(descriptor, PIECE_BYTES):
        pieces.append(piece)
        size += len(piece)
        if size > DOCUMENT_BYTES_MAX:
            raise NotTheFormat(f"more than {DOCUMENT_BYTES_MAX} bytes: split it")
    return b"".join(pieces)


# --- what becomes of it -----------------------------------------------------------------------------------------


class Ingest:
    """One run. `say` takes the answers of a group, `pause` waits so many seconds."""

    def __init__(
        self,
        monitor: Monitor,
        clock: Clock,
        token_sha256: bytes,
        release: Release,
        say: Callable[[bytes], None],
        pause: Callable[[float], None],
    ) -> None:
        self._monitor = monitor
        self._clock = clock
        self._token_sha256 = token_sha256
        self._release = release
        self._say = say
        self._pause = pause
        self._answered = 0
        self._kept_house_at: float | None = None
        self._zones_again_at = 0.0

    def take(self, groups: Groups) -> None:
        """Answer every report. Raises CannotRecord, or NotPermitted for a token that is unknown or has ended; both say
        how many were answered.
        """
        try:
            self._monitor.refresh()
            self._keep_house()
            sender = self._sender()
            for group in groups:
                if group:
                    self._write(sender, group)
                    sender = self._sender()
                else:
                    self._keep_house()
        except CannotRecord as cannot:
            raise CannotRecord(f"cannot record now: {cannot}; {self._so_far()}; run it again for the rest") from None
        except NotTheFormat as error:
            raise NotTheFormat(f"{error}; {self._so_far()}") from None
        except (CustodietError, OSError):
            raise
        except Exception as unforeseen:  # noqa: BLE001 - its text could hold anything of a report: it goes nowhere
            raise CannotRecord(f"something here is broken ({type(unforeseen).__name__}); {self._so_far()}") from None

    def _so_far(self) -> str:
        return f"{self._answered} reports are answered and stand"

    def _sender(self) -> KnownSender:
        sender = self._monitor.sender(self._token_sha256)
        if sender is None:
            raise NotPermitted("this token was never issued")
        if sender.token.ended(self._clock.now()):
            # What is left stays unread; that someone came with it counts as one refusal.
            self._write(sender, [Reason.TOKEN_ENDED])
            raise NotPermitted(f"this token has ended; {self._answered} reports are answered, the rest is unread")
        return sender

    def _write(self, sender: KnownSender, lines: Sequence[Line]) -> None:
        answers = self._receive(Request(sender, tuple(lines), self._clock.now()))
        self._say(b"".join(_said(answer) for answer in answers))
        self._answered += len(answers)
        self._keep_house()

    def _receive(self, request: Request) -> list[Answer]:
        for wait_s in (*WAITS_S, None):
            try:
                [answers] = self._monitor.receive([request])
            except CannotRecord as cannot:
                answers = cannot
            if not isinstance(answers, CannotRecord):
                return answers
            if wait_s is None:
                raise answers
            self._pause(wait_s)
        raise AssertionError  # the last wait is None

    def _keep_house(self) -> None:
        """Zones, and what must not stay in memory."""
        at = monotonic()
        if self._kept_house_at is not None and at - self._kept_house_at < HOUSE_S:
            return
        self._kept_house_at = at
        for keep in (self._monitor.refresh, self._monitor.idle):  # what must be forgotten needs no store
            with suppress(CannotRecord):  # the next write says so
                keep()
        self._get_zones()

    def _get_zones(self) -> None:
        wanted, at = self._monitor.zones_wanted(), monotonic()
        if not wanted or at < self._zones_again_at:
            return
        try:
            for some in in_parts(wanted):
                self._monitor.give_zones(self._release(self._monitor.name, some))
        except CannotRecord:
            return  # the next write says so
        except (CustodietError, OSError) as error:
            if not self._zones_again_at:
                print(f"custodiet ingest: zones are not judged meanwhile: {error}", file=sys.stderr, flush=True)
            self._zones_again_at = at + FAILING_S
        else:
            self._zones_again_at = 0.0


def _said(answer: Answer) -> bytes:
    said = {"outcome": answer.outcome.value}
    if answer.shown is not None:
        said["reason"] = answer.shown.value
    return _encode(said) + b"\n"


def say_on_stdout(lines: bytes) -> None:
    """At once, so that whoever reads along sees each answer when it holds."""
    sys.stdout.buffer.write(lines)
    sys.stdout.buffer.flush()
