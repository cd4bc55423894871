"""Which fixes are stored or were judged already: of each fitting their times, and nothing else of them.

Every fix of everyone that could be admitted once more is in here, a day of them and more: so each is a bare number.
"""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable

from custodiet.flows.placed import WhichFix
from custodiet.model.identity import FittingId
from custodiet.model.stored import Times


class SeenFixes:
    """Owned by one monitor."""

    def __init__(self) -> None:
        self._times: dict[FittingId, array[int]] = {}
        """In ms since 1970 UTC, in order, each once; of nobody none."""

    def __contains__(self, which: WhichFix) -> bool:
        fitting_id, fix_ms = which
        times = self._times.get(fitting_id)
        return times is not None and _stands(times, fix_ms, bisect_left(times, fix_ms))

    def add(self, fitting_id: FittingId, fix_ms: int) -> None:
        """It is known from now on."""
        times = self._times.get(fitting_id)
        if times is None:
            self._times[fitting_id] = array("q", (fix_ms,))
        elif fix_ms > times[-1]:  # nearly always
            times.append(fix_ms)
        else:
            place = bisect_left(times, fix_ms)
            if not _stands(times, fix_ms, place):
                times.insert(place, fix_ms)

    def add_many(self, fittings: Iterable[FittingId], times: Iterable[int]) -> None:
        """The same of many."""
        for fitting_id, fix_ms in zip(fittings, times, strict=True):
            self.add(fitting_id, fix_ms)

    def add_all(self, times: Times) -> None:
        """The same of any number, as the store tells them."""
        for fitting_id, more in times.items():
            held = self._times.setdefault(fitting_id, array("q"))
            if not held or held[-1] < more[0]:
                held.extend(more)
            else:
                self._times[fitting_id] = array("q", sorted({*held, *more}))

    def remove(self, gone: Iterable[WhichFix]) -> None:
        """They stand nowhere any more, and may come again. All at once: an end takes an hour's from one person."""
        of_each: dict[FittingId, set[int]] = {}
        for fitting_id, fix_ms in gone:
            of_each.setdefault(fitting_id, set()).add(fix_ms)
        for fitting_id in of_each.keys() & self._times.keys():
            left = [fix_ms for fix_ms in self._times[fitting_id] if fix_ms not in of_each[fitting_id]]
            self._times[fitting_id] = array("q", left)
            self._drop_empty(fitting_id)

    def forget_before(self, reach_ms: int) -> None:
        """No earlier fix can be admitted."""
        for fitting_id, times in list(self._times.items()):
            if times[0] < reach_ms:
                del times[: bisect_left(times, reach_ms)]
                self._drop_empty(fitting_id)

    def keep_only(self, among: Callable[[FittingId], bool]) -> None:
        """Those of these fittings, and nobody else's."""
        self._times = {fitting_id: times for fitting_id, times in self._times.items() if among(fitting_id)}

    def held(self) -> dict[FittingId, list[int]]:
        """All of it."""
        return {fitting_id: times.tolist() for fitting_id, times in self._times.items()}

    def _drop_empty(self, fitting_id: FittingId) -> None:
        if not self._times[fitting_id]:
            del self._times[fitting_id]


def _stands(times: "array[int]", fix_ms: int, place: int) -> bool:
    return place < len(times) and times[place] == fix_ms
