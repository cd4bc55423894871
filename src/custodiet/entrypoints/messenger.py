"""The messenger's process: sends what waits for people. A server that is away holds up nothing but its messages.

It is a process of its own, so that a mail server that answers slowly, or never, cannot make an ending or a checkpoint
wait. One at a time, by a lease with a fencing number; a second one takes over, and the first one ends.
"""

import logging
import signal
from threading import Event

from custodiet.flows.send_messages import Messenger, NobodyThere
from custodiet.model.errors import CustodietError, LeaseLost

_log = logging.getLogger(__name__)

LOOK_S = 2.0
AGAIN_S_MAX = 60.0


def run_messenger(messenger: Messenger) -> None:
    """Send until SIGTERM or SIGINT. Raises LeaseLost when another messenger has taken over."""
    stopping = Event()

    def stop(*_: object) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    wait_s, said = 0.0, ""
    while not stopping.wait(wait_s):
        try:
            messenger.send_due()
        except LeaseLost:
            raise
        except (CustodietError, OSError) as error:
            # A failure is said once, and again only after it has worked or is another.
            what = str(error) if isinstance(error, NobodyThere) else type(error).__name__
            if what != said:
                _log.warning("sending messages: %s; they wait", what)
            wait_s, said = min(AGAIN_S_MAX, max(LOOK_S, wait_s * 2)), what
        else:
            wait_s, said = LOOK_S, ""
