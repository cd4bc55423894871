"""Beside the clock, in a thread of its own: witnesses are asked, and however long it takes, no ending waits for it."""

import logging
from collections.abc import Callable
from datetime import datetime
from threading import Event, Thread

from custodiet.flows.cosign_ledger import Cosigning
from custodiet.model.errors import CustodietError

_log = logging.getLogger(__name__)

LOOK_S = 2.0
STOP_S = 10.0


class AskingWitnesses:
    """Asks whenever there is something to sign. What fails is said once, and again only after it has worked."""

    def __init__(self, cosigning: Cosigning, now: Callable[[], datetime]) -> None:
        self._cosigning = cosigning
        self._now = now
        self._stopping = Event()
        self._said = ""
        self._thread = Thread(target=self._run, name="witnesses", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End. Who is being asked is not waited for longer than one of them may take."""
        self._stopping.set()
        self._thread.join(STOP_S)

    def look(self) -> None:
        """Ask if there is anything to ask for."""
        try:
            if self._cosigning.is_due(self._now()):
                signed = self._cosigning.ask()
                self._say("" if signed else "no witness has signed the newest checkpoint")
        except (CustodietError, OSError) as error:
            self._say(str(error) if isinstance(error, CustodietError) else type(error).__name__)

    def _say(self, what: str) -> None:
        if what and what != self._said:
            _log.warning("witnesses: %s; trying again", what)
        self._said = what

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_S):
            self.look()
