"""A thread that keeps a gateway to its share, look by look. That nobody can be asked holds up nobody who reports."""

import asyncio
import logging
from threading import Event, Thread

from custodiet.entrypoints.gateway.sharing import Sharing
from custodiet.entrypoints.gateway.writer import Writer
from custodiet.flows.hold_partitions import keep_to_share
from custodiet.flows.ports import Seating
from custodiet.flows.receive_reports import Monitor
from custodiet.model.errors import CannotRecord
from custodiet.model.partitions import Share, Turn

_log = logging.getLogger(__name__)

LOOK_S = 0.25
"""Between two looks: so long, and until a lease has run out, are devices of a gateway that is gone nobody's."""
HOLD_S = 60.0
"""How long at most what others wrote of newly taken devices is read."""


class TurnKeeper:
    """Keeps one gateway to its share. `start` and `stop` from the event loop."""

    def __init__(self, seating: Seating, monitor: Monitor, writer: Writer, sharing: Sharing) -> None:
        self._seating = seating
        self._monitor = monitor
        self._writer = writer
        self._sharing = sharing
        self._stopping = Event()
        self._failing: str | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = Thread(target=self._run, name="turns", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    def stop(self) -> None:
        """Look no more. Before the writer stops: a look that is under way waits for it."""
        self._stopping.set()

    def leave(self) -> None:
        """All that was ours is anyone's, at once. After the writer has written what waited."""
        self._thread.join(HOLD_S)
        try:
            self._seating.leave()
        except CannotRecord as cannot:
            _log.warning("could not give back what was ours: %s; its lease runs out by itself", cannot)
        self._sharing.close()

    def look(self) -> None:
        """Once."""
        try:
            self._sharing.places = keep_to_share(self._seating, self._monitor.name, self._hold)
        except (CannotRecord, TimeoutError) as cannot:
            why = str(cannot) or type(cannot).__name__
            if why != self._failing:  # said once
                _log.warning("devices cannot be shared out: %s; trying again", why)
            self._failing = why
        else:
            self._failing = None

    def _hold(self, turn: Turn) -> Share:
        """By the writing thread, after all that waited before it."""
        self._monitor.take_turn(turn)
        assert self._loop is not None  # noqa: S101 - it was started
        asyncio.run_coroutine_threadsafe(self._writer.refreshed(), self._loop).result(HOLD_S)
        return self._monitor.share

    def _run(self) -> None:
        while not self._stopping.is_set():
            self.look()
            self._stopping.wait(LOOK_S)
