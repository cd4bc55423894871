"""Beside gateways that share devices out: whoever has reports of others gives each to the gateway that has its device.

It has no devices and writes of none; what names no device it refuses itself, as any gateway does. A message goes on as
its device would send it, with its sender's own token.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from ssl import SSLContext

from custodiet.entrypoints.gateway.limits import Limits
from custodiet.entrypoints.gateway.sharing import Given, Sharing
from custodiet.entrypoints.gateway.turns import PlaceKeeper
from custodiet.entrypoints.gateway.writer import Writer, answers_of
from custodiet.flows.ports import Clock, Seating
from custodiet.flows.receive_reports import Answers, Monitor
from custodiet.model.errors import CannotRecord
from custodiet.model.report import Report


@dataclass(frozen=True, slots=True, repr=False)
class Among:
    """The gateways that share devices out; without a text form.

    `token`: what the sender shows them; `trusted`: who vouches for them, None: all are on this machine.
    """

    seating: Seating
    token: str
    trusted: SSLContext | None


class Beside:
    """Belongs to one event loop, but for `stop` and `leave`."""

    def __init__(self, among: Among, writer: Writer, monitor: Monitor, clock: Clock, limits: Limits) -> None:
        self.token = among.token
        self._sharing = Sharing(writer, lambda: monitor.share, clock, limits, among.trusted)
        self._places = PlaceKeeper(among.seating, monitor, writer, self._sharing)

    def start(self) -> None:
        """Begin to look where devices are."""
        self._places.start()

    def stop(self) -> None:
        """Look no more: before the writer stops."""
        self._places.stop()

    def leave(self) -> None:
        """After the writer has stopped."""
        self._places.leave()

    async def hand_on(self, given: Sequence[Given]) -> list[Answers]:
        """The answers, each of one line. Of one device one is asked after another, and nothing more once one could not
        be recorded: it would overtake that.
        """
        answers: list[Answers] = [CannotRecord("what came before it could not be recorded") for _ in given]

        async def in_order(places: Sequence[int]) -> None:
            for place in places:
                try:
                    answers[place] = await answers_of(partial(self._sharing.take, given[place]))
                except CannotRecord as cannot:
                    answers[place] = cannot
                    return

        of_device: dict[str | int, list[int]] = {}
        for place, one in enumerate(given):
            [line] = one.lines
            of_device.setdefault(line.serial if isinstance(line, Report) else place, []).append(place)
        await asyncio.gather(*map(in_order, of_device.values()))
        return answers
