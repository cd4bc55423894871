"""Which fixes are stored or were judged already: of each fitting their times, and nothing else of them.

Every fix of everyone that could be admitted once more is in here, a day of them and more.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import numpy as np

from custodiet.flows.fix_times import FixTimes, Milliseconds, Seconds, by_the_ms, fix_times
from custodiet.model.identity import FittingId
from custodiet.model.stored import Times
from custodiet.wire.columns import Whole

K = TypeVar("K", Seconds, Milliseconds)
WhichFix = tuple[FittingId, int]
"""A fitting and a fix time in ms since 1970 UTC."""

_FEW = 16
"""So many are sooner added one by one than together."""


class SeenFixes:
    """Owned by one monitor."""

    def __init__(self) -> None:
        self._times: dict[FittingId, FixTimes] = {}
        """Of nobody none."""

    def __contains__(self, which: WhichFix) -> bool:
        fitting_id, fix_ms = which
        held = self._times.get(fitting_id)
        return held is not None and fix_ms in held

    def add(self, fitting_id: FittingId, fix_ms: int) -> None:
        """It is known from now on."""
        held = self._times.get(fitting_id)
        if held is None:
            self._times[fitting_id] = Seconds.one(fix_ms)
        elif not held.add(fix_ms):
            each = self._times[fitting_id] = by_the_ms(held)
            each.add(fix_ms)

    def add_run(self, fitting_id: FittingId, times: Sequence[int]) -> None:
        """The same of one fitting's, in their order."""
        held = self._times.get(fitting_id)
        if held is not None and len(times) <= _FEW:
            for fix_ms in times:
                self.add(fitting_id, fix_ms)
            return
        run = np.array(times, np.int64)
        self._times[fitting_id] = fix_times(run if held is None else np.union1d(held.times(), run))

    def add_runs(self, fittings: Iterable[FittingId], times: Whole) -> None:
        """The same of several, each its own row of times: as many in each."""
        whose = list(fittings)
        held, left = list(map(self._times.get, whose)), np.ones(len(whose), np.bool_)
        left[_put_behind(Seconds, held, times)] = False
        left[_put_behind(Milliseconds, held, times)] = False
        for place in np.flatnonzero(left).tolist():
            self.add_run(whose[place], times[place].tolist())

    def add_all(self, times: Times) -> None:
        """The same of any number, as the store tells them."""
        for fitting_id, more in times.items():
            self.add_run(fitting_id, more)

    def remove(self, gone: Iterable[WhichFix]) -> None:
        """They stand nowhere any more, and may come again. All at once: an end takes an hour's from one person."""
        of_each: dict[FittingId, set[int]] = {}
        for fitting_id, fix_ms in gone:
            of_each.setdefault(fitting_id, set()).add(fix_ms)
        for fitting_id in of_each.keys() & self._times.keys():
            left = np.setdiff1d(self._times[fitting_id].times(), list(of_each[fitting_id]))
            if len(left):
                self._times[fitting_id] = fix_times(left)
            else:
                del self._times[fitting_id]

    def forget_before(self, reach_ms: int) -> None:
        """No earlier fix can be admitted."""
        for fitting_id, held in list(self._times.items()):
            if held.last() < reach_ms:
                del self._times[fitting_id]
            else:
                held.forget_before(reach_ms)

    def keep_only(self, among: Callable[[FittingId], bool]) -> None:
        """Those of these fittings, and nobody else's."""
        self._times = {fitting_id: times for fitting_id, times in self._times.items() if among(fitting_id)}

    def held(self) -> dict[FittingId, list[int]]:
        """All of it."""
        return {fitting_id: held.times().tolist() for fitting_id, held in self._times.items()}


def _put_behind(kind: type[K], held: Sequence[FixTimes | None], rows: Whole) -> Whole:
    """Each row behind what is held, where it is held so and can be: where it was."""
    theirs = [(place, one) for place, one in enumerate(held) if isinstance(one, kind)]
    if not theirs:
        return np.empty(0, np.int64)
    places = np.array([place for place, _ in theirs])
    return places[kind.add_rows([one for _, one in theirs], rows[places])]
