"""Zone geometry for the monitor's memory, asked of the vault by a thread of its own: a vault that does not answer must
hold up nobody who reports. Until it has answered, of those zones nobody can tell.
"""

import logging
from collections.abc import Callable
from threading import Event, Thread

from custodiet.flows.open_sealed import in_parts
from custodiet.flows.receive_reports import Monitor
from custodiet.model.errors import CustodietError
from custodiet.model.identity import ConditionId

_log = logging.getLogger(__name__)

LOOK_S = 0.5
FAILING_S_MAX = 10.0
"""Between two looks at most, while the vault gives nothing. The first come soon: all may start together."""

Release = Callable[[str, frozenset[ConditionId]], dict[ConditionId, bytes]]
"""Under the monitor's name, the geometry of these conditions."""


class ZoneKeeper:
    """Keeps one monitor supplied. `start` and `stop` from the event loop."""

    def __init__(self, monitor: Monitor, release: Release) -> None:
        self._monitor = monitor
        self._release = release
        self._stopping = Event()
        self._failing = False
        self._thread = Thread(target=self._run, name="zones", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more. An answer under way is not waited for: it is read, and holds nothing up."""
        self._stopping.set()

    def look(self) -> bool:
        """Ask for what is wanted, if anything is, a part at a time. False when it could not be had."""
        try:
            for some in in_parts(self._monitor.zones_wanted()):
                if self._stopping.is_set():
                    return True
                self._monitor.give_zones(self._release(self._monitor.name, some))
        except (CustodietError, OSError) as error:
            if not self._failing:
                _log.warning("zones cannot be had: %s; trying again", type(error).__name__)
            self._failing = True
            return False
        self._failing = False
        return True

    def _run(self) -> None:
        wait_s = 0.0
        while not self._stopping.wait(wait_s):
            wait_s = LOOK_S if self.look() else min(2 * max(wait_s, LOOK_S), FAILING_S_MAX)
