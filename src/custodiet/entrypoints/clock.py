"""Time passes: decisions run out, reviews come near, devices fall silent, keys are issued ahead, what is past its
retention is erased, what was staged enters the ledger, checkpoints are signed.

One at a time, by a lease with a fencing number that every transaction checks; a second clock waits for nothing: it
takes the lease and the first one ends. Every step may fail and is tried again; none extends anything. After an outage
it catches up one small transaction at a time.
"""

import contextlib
import logging
import signal
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from time import monotonic, sleep

from custodiet.flows.end_decision import end_what_ran_out
from custodiet.flows.erase_what_is_due import Erasing
from custodiet.flows.issue_keys import KeyIssuing
from custodiet.flows.ports import Chance, Clock, Store, Tiles, Vault
from custodiet.flows.sequence_ledger import enter_staged, publish_checkpoint
from custodiet.flows.time_passes import Passing
from custodiet.model.errors import CannotRecord, CustodietError, LeaseLost, VaultUnavailable
from custodiet.model.record import LogOpened

_log = logging.getLogger(__name__)

LEASE = "clock"
TICK_S = 0.5
LOOK_S = 30.0
ENTER_S = 60.0
PUBLISH_S = 5.0
ERASE_S = 60.0
REST_S = 0.2
"""Between two days that are erased: whoever found the store held looks again every tenth of a second (SQLite)."""
FAILING_S = 5.0
"""How long a step that failed is left alone."""


@dataclass(slots=True)
class _Every:
    """A step with its pace, in monotonic seconds."""

    name: str
    pace_s: float
    do: Callable[[], object]
    next_at: float = 0.0
    failing: bool = False

    def step(self, at: float, *, now: bool = False) -> None:
        """Do it when it is due. A failure is said once, and again only after it has worked."""
        if at < self.next_at and not now:
            return
        self.next_at = at + self.pace_s
        try:
            self.do()
        except LeaseLost:
            raise
        except (CustodietError, OSError) as error:
            # What a step waits for (the vault, two seconds each time) must not slow down the endings. What may be there
            # again in a moment is asked for sooner than the step would come by itself; anything else will be the same.
            waits = isinstance(error, (CannotRecord, VaultUnavailable, OSError))
            self.next_at = at + (FAILING_S if waits else max(FAILING_S, self.pace_s))
            if not self.failing:
                _log.warning("%s: %s; trying again", self.name, type(error).__name__)
            self.failing = True
        else:
            self.failing = False


class Ticking:
    """One clock process."""

    def __init__(
        self, store: Store, vault: Vault, tiles: Tiles, clock: Clock, chance: Chance, pinned: LogOpened, fence: int
    ) -> None:
        self._store = store
        self._vault = vault
        self._tiles = tiles
        self._published = -1
        held = (LEASE, fence)

        def run_out() -> None:
            while end_what_ran_out(store, chance, clock, held):
                pass

        passing = Passing(store, chance, clock, held)
        self._looks = [_Every(f"looking for {what}", LOOK_S, look) for what, look in passing.steps.items()]
        self._run_out = _Every("ending what ran out", 0.0, run_out)
        self._keys = _Every("issuing keys", 0.0, KeyIssuing(store, vault, clock, pinned, held).step)
        erasing = Erasing(store, vault, clock, held, lambda: sleep(REST_S))
        self._erase = [
            _Every("entering what is to be erased", ERASE_S, erasing.begin),
            _Every("erasing what is due", ERASE_S, erasing.finish),
        ]
        self._enter = _Every("entering what was staged", ENTER_S, lambda: enter_staged(store, held))
        self._publish = _Every("publishing a checkpoint", PUBLISH_S, self._publish_new)

    def tick(self) -> None:
        """Everything that is due now. Raises LeaseLost when another clock has taken over."""
        at = monotonic()
        for each in (self._run_out, *self._looks, self._keys, *self._erase, self._enter, self._publish):
            each.step(at)

    def stop(self) -> None:
        """Enter and publish what there is, once more."""
        at = monotonic()
        self._enter.step(at, now=True)
        self._publish.step(at, now=True)

    def _publish_new(self) -> None:
        with self._store.reading() as view:
            size = view.ledger_size()
        if size != self._published:
            publish_checkpoint(self._store, self._vault, self._tiles)
            self._published = size


def run_clock(ticking: Ticking) -> None:
    """Tick until SIGTERM or SIGINT. Raises LeaseLost when another clock has taken over."""
    stopping = Event()

    def stop(*_: object) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while not stopping.wait(TICK_S):
        ticking.tick()
    with contextlib.suppress(LeaseLost, CannotRecord):
        ticking.stop()
