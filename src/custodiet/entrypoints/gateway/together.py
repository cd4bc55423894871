"""Single positions that one turn of the event loop brings: read in one call, and given to the writer as one.

Each stays a request of its own: who sends it was asked as it came, and it is answered, and takes effect, by itself.
What has no row of its own is read alone, as if nothing had come with it.
"""

import asyncio
from typing import NamedTuple, Protocol

from custodiet.entrypoints.gateway.writer import Result, Writer
from custodiet.flows.picture import KnownSender
from custodiet.flows.ports import Clock
from custodiet.flows.receive_reports import Singles
from custodiet.model.errors import CannotRecord
from custodiet.wire.traccar_columns import Lines, ReadsMany

FEW = 4
"""Fewer are read one by one: a call for many costs what reading some four does."""
BYTES_MAX = 4096
"""Longer ones are not what nearly every one is, and bounded so what a turn brings is not much to lay side by side."""


class Post(Protocol):
    """Who waits for an answer."""

    def alone(self, body: bytes) -> None:
        """It is read, and given to the writer, by itself."""

    def settled(self, result: Result) -> None:
        """The writer's answer."""


class _Single(NamedTuple):
    sender: KnownSender
    body: bytes
    post: Post


class Together:
    """One gateway's. Belongs to the event loop."""

    def __init__(self, writer: Writer, reads: ReadsMany, clock: Clock) -> None:
        self._writer = writer
        self._reads = reads
        self._clock = clock
        self._come: list[_Single] = []

    def __len__(self) -> int:
        """How many are on their way to the writer."""
        return len(self._come)

    def add(self, sender: KnownSender, body: bytes, post: Post) -> bool:
        """Read it with whatever else this turn brings. False for a body that is not sure to be one line among many."""
        if len(body) > BYTES_MAX or not body.startswith(b"{") or b"\n" in body:
            return False
        if not self._come:
            asyncio.get_running_loop().call_soon(self._read)
        self._come.append(_Single(sender, body, post))
        return True

    def _read(self) -> None:
        come, self._come = self._come, []
        if len(come) < FEW:
            alone = come
        else:
            try:
                alone = self._take(come)
            except Exception as unforeseen:  # noqa: BLE001 - whatever it is, each sender must be told
                _tell(come, unforeseen)
                return
        for one in alone:
            one.post.alone(one.body)

    def _take(self, come: list[_Single]) -> list[_Single]:
        """Give the writer what has a row; what is left."""
        lines = Lines.many(b"\n".join([one.body for one in come]), self._reads, len(come))
        untold = lines.untold
        alone = [come[place] for place in untold]
        if alone:
            left = set(untold)
            places = [place for place in range(len(come)) if place not in left]
            come, lines = [come[place] for place in places], lines.part(places)
        if come:
            singles = Singles([one.sender for one in come], lines, self._clock.now())
            try:
                self._writer.take_each(singles, [one.post.settled for one in come])
            except CannotRecord as cannot:
                _tell(come, cannot)
        return alone


def _tell(come: list[_Single], why: Exception) -> None:
    for one in come:
        one.post.settled(why)
