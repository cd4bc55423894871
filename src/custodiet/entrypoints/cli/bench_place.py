"""Where a bench measures: a crowd in a store of its own, monitors on it, and its lines, a minute at a time."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from time import process_time

from custodiet.entrypoints.cli.bench_monitor import GROUP, NOTHING, Measured, Spent
from custodiet.flows.end_decision import resume_decision, suspend_decision
from custodiet.flows.ports import Store
from custodiet.rules.decisions import Ender
from custodiet.simulation.load import Crowd, reference_of
from custodiet.simulation.multiplied import Multiplied
from custodiet.simulation.seeded import SetClock
from custodiet.simulation.world import CASEWORKER
from custodiet.wire.traccar_columns import ReadsMany

ROUNDS = 5
WARM_MINUTES = 2
"""The first fix of everyone makes their session and finds their calm, the second finds them steady."""
_MINUTE = timedelta(minutes=1)
_ZONES_AT_ONCE = 10_000
_LOOKS = 3


@dataclass(frozen=True, slots=True)
class Place:
    """One crowd. `here` and `apart` give a monitor that has not begun; `here` may be given another store."""

    crowd: Crowd
    many: Multiplied
    clock: SetClock
    store: Store
    reads: ReadsMany
    here: Callable[[Store], Measured]
    apart: Callable[[], AbstractContextManager[Measured]]
    look: Callable[[], int]
    """What the place's clock does each half minute (flows.time_passes)."""

    def warm(self, monitor: Measured) -> None:
        """Begin, with every zone at hand and everyone steady."""
        monitor.begin()
        people = len(self.crowd.serials)
        step = max(1, _ZONES_AT_ONCE // self.crowd.zones)
        for first in range(0, people, step):
            monitor.give(self.many.zones(range(first, min(first + step, people))))
        self.round(monitor, WARM_MINUTES)
        monitor.prepare(people)
        monitor.set_aside()

    def round(self, monitor: Measured, minutes: int) -> Spent:
        """What the next minutes of everyone take."""
        spent = NOTHING
        for batch in self.batches(minutes):
            spent = spent.and_(monitor.take(batch, self.clock.now()))
        return spent

    def batches(self, minutes: int) -> Iterator[list[bytes]]:
        """Everyone's next minutes, a commit at a time, each sent once its minute is over."""
        waiting: list[bytes] = []
        for _ in range(minutes):
            waiting += self.minute()
            while len(waiting) >= GROUP:
                yield waiting[:GROUP]
                waiting = waiting[GROUP:]
        if waiting:
            yield waiting

    def decided(self) -> Iterator[None]:
        """One person's decision is paused, and then goes on: what was decided each time stands in the store."""
        with self.store.reading() as view:
            [decision] = view.decisions_of(view.case_by_reference(reference_of(0)).id)
        for decide in (suspend_decision, resume_decision):
            decide(self.store, decision.id, Ender(CASEWORKER))
            yield

    def clock_look_ms(self) -> float:
        """What one look of the clock's takes, of CPU; median."""
        self.look()  # what is due now is found once
        return 1000 * median(_took(self.look) for _ in range(_LOOKS))

    def clock_day_ms(self) -> float:
        """What it takes, of CPU, to look at everyone for keys of their days, as it does when a day begins; median."""

        def everyone() -> None:
            with self.store.reading() as view:
                view.decisions_wanting_keys(self.clock.now())

        return 1000 * median(_took(everyone) for _ in range(_LOOKS))

    def minute(self) -> list[bytes]:
        """Everyone's next minute, which is over then."""
        began = self.clock.now()
        self.clock.pass_(_MINUTE)
        return self.crowd.minute(began)


def _took(what: Callable[[], object]) -> float:
    began = process_time()
    what()
    return process_time() - began
