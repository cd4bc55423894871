"""Two threads that keep a gateway to its share: one stays there, one looks. That nobody can be asked holds up nobody
who reports, and a long look does not cost the lease. Of whoever takes reports beside gateways there is only a look.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from math import inf
from threading import Event, Thread
from time import monotonic

from custodiet.entrypoints.gateway.sharing import Sharing
from custodiet.entrypoints.gateway.writer import Writer
from custodiet.flows.hold_partitions import Places, keep_to_share, look_on, places_beside, stay
from custodiet.flows.ports import Seating
from custodiet.flows.receive_reports import Monitor
from custodiet.model.errors import CannotRecord
from custodiet.model.partitions import Share, Turn

_log = logging.getLogger(__name__)

LOOK_S = 0.25
"""Between two looks, and two renewals: so long, and until a lease has run out, are devices of a gateway that is gone
nobody's.
"""
HOLD_S = 60.0
"""How long at most what others wrote of newly taken devices is read."""
GIVE_UP_S = 60.0
"""For so long a gateway keeps its devices though it can write nothing: longer than it takes until another server of the
store is its primary. Then they are anyone's, for another may be able to; where there is none they stay.
"""
HEARD_S = 60.0
"""So long after a look that found somebody for each of all devices they count as heard."""


class _Keeper:
    """What is done again and again beside a writer. `start` and `stop` from the event loop."""

    def __init__(
        self,
        seating: Seating,
        monitor: Monitor,
        writer: Writer,
        sharing: Sharing,
        does: Mapping[str, Callable[[], None]],
    ) -> None:
        """`does`: by the name of its thread."""
        self._seating = seating
        self._monitor = monitor
        self._writer = writer
        self._sharing = sharing
        self._stopping = Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._threads = [Thread(target=self._again, args=(one,), name=name, daemon=True) for name, one in does.items()]

    def start(self) -> None:
        """Begin to look."""
        self._loop = asyncio.get_running_loop()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Look no more. Before the writer stops: a look that is under way waits for it."""
        self._stopping.set()

    def leave(self) -> None:
        """Of the end, also of one that never began: after the writer has written what waited."""
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(HOLD_S)
        self._sharing.close()

    def _hold(self, turn: Turn) -> Share:
        """By the writing thread, after all that waited before it."""
        self._monitor.take_turn(turn)
        assert self._loop is not None  # noqa: S101 - it was started
        asyncio.run_coroutine_threadsafe(self._writer.refreshed(), self._loop).result(HOLD_S)
        return self._monitor.share

    def _again(self, does: Callable[[], None]) -> None:
        failing = None
        while not self._stopping.is_set():
            try:
                does()
                failing = None
            except (CannotRecord, TimeoutError) as cannot:
                why = str(cannot) or type(cannot).__name__
                if why != failing:  # said once
                    _log.warning("devices cannot be shared out: %s; trying again", why)
                failing = why
            self._stopping.wait(LOOK_S)


class TurnKeeper(_Keeper):
    """Keeps one gateway to its share."""

    def __init__(self, seating: Seating, monitor: Monitor, writer: Writer, sharing: Sharing) -> None:
        super().__init__(seating, monitor, writer, sharing, {"stay": self._stay, "turns": self._look})
        self._there = Event()
        self._all_had_at = -inf
        monitor.vouch_by(self._hears_all)

    def stop(self) -> None:
        super().stop()
        self._there.set()

    def leave(self) -> None:
        """All that was ours is anyone's, at once."""
        super().leave()
        try:
            self._seating.leave()
        except CannotRecord as cannot:
            _log.warning("could not give back what was ours: %s; its lease runs out by itself", cannot)

    def _stay(self) -> None:
        others = self._sharing.instead = self._others() if self._writer.fails_for_s > GIVE_UP_S else None
        if others is not None:
            self._seating.leave()
            raise CannotRecord("nothing can be written here, so others are to have its devices")
        stay(self._seating)
        self._there.set()

    def _others(self) -> Places | None:
        """Where everything is but here; None: no other gateway is there."""
        seats, name = self._seating.look(), self._monitor.name
        return places_beside(seats, name) if seats.gateways.keys() - {name} else None

    def _hears_all(self) -> bool:
        return monotonic() - self._all_had_at < HEARD_S

    def _look(self) -> None:
        self._there.wait()
        if not self._stopping.is_set():
            places = self._sharing.places = keep_to_share(self._seating, self._monitor.name, self._hold)
            if None not in places:
                self._all_had_at = monotonic()


class PlaceKeeper(_Keeper):
    """Knows where all devices are, for whoever takes reports beside the gateways that have them."""

    def __init__(self, seating: Seating, monitor: Monitor, writer: Writer, sharing: Sharing) -> None:
        super().__init__(seating, monitor, writer, sharing, {"places": self._look})

    def _look(self) -> None:
        self._sharing.places = look_on(self._seating, self._hold)
