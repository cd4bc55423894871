"""Which fixes are stored or were judged already: of each fitting their times, and nothing else of them.

Every fix of everyone that could be admitted once more is in here, a day of them and more: so each is a bare number, of
four bytes where it can be. Those count milliseconds from one instant, which moves on as times are forgotten; they reach
fifty days from there. A fitting with a time beyond that, as after a clock that went wrong, has eight bytes for each.
"""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from custodiet.model.identity import FittingId
from custodiet.model.stored import Times

Whole = npt.NDArray[np.int64]
WhichFix = tuple[FittingId, int]
"""A fitting and a fix time in ms."""

_SHORT, _LONG = "I", "q"
_SHORT_MAX = 2**32 - 1
_BACK_MS = 32 * 86_400_000
"""How far before the first time that is told the count begins: no decision admits a fix that is as late as this."""
_MOVES_MS = 8 * 86_400_000
"""How far what can be admitted moves on before the count begins anew."""


class SeenFixes:
    """Owned by one monitor."""

    def __init__(self) -> None:
        self._times: dict[FittingId, array[int]] = {}
        """In ms since `_from_ms`, in order, each once; of nobody none."""
        self._from_ms: int | None = None

    def __contains__(self, which: WhichFix) -> bool:
        fitting_id, fix_ms = which
        times = self._times.get(fitting_id)
        if times is None:
            return False
        at = fix_ms - self._begin(fix_ms)
        return _stands(times, at, bisect_left(times, at))

    def add(self, fitting_id: FittingId, fix_ms: int) -> None:
        """It is known from now on."""
        self.add_many((fitting_id,), (fix_ms,))

    def add_many(self, fittings: Iterable[FittingId], times: Iterable[int]) -> None:
        """The same of many."""
        of_each, from_ms = self._times, self._from_ms
        for fitting_id, fix_ms in zip(fittings, times, strict=True):
            if from_ms is None:
                from_ms = self._begin(fix_ms)
            held, at = of_each.get(fitting_id), fix_ms - from_ms
            try:
                if held is None:
                    of_each[fitting_id] = array(_SHORT, (at,))
                elif at > held[-1]:  # nearly always
                    held.append(at)
                elif not _stands(held, at, place := bisect_left(held, at)):
                    held.insert(place, at)
            except OverflowError:
                of_each[fitting_id] = _packed(np.union1d(np.array(held or (), np.int64), at))

    def add_run(self, fitting_id: FittingId, times: Sequence[int]) -> None:
        """The same of one fitting's, in their order."""
        held, from_ms = self._times.get(fitting_id), self._begin(times[0])
        if held is not None and times[0] - from_ms <= held[-1]:
            self.add_many((fitting_id,) * len(times), times)
            return
        more = _packed(np.array(times, np.int64) - from_ms)
        if held is None:
            self._times[fitting_id] = more
        elif held.typecode == more.typecode:
            held.extend(more)
        else:
            self._times[fitting_id] = array(_LONG, [*held, *more])

    def add_runs(self, fittings: Iterable[FittingId], times: Whole) -> None:
        """The same of several, each its own row of times: as many in each."""
        since = times - self._begin(int(times[0, 0]))
        short = (since[:, 0] >= 0) & (since[:, -1] <= _SHORT_MAX)
        packed, size = since.astype(np.uint32).tobytes(), 4 * times.shape[1]
        for place, (fitting_id, first) in enumerate(zip(fittings, since[:, 0].tolist(), strict=True)):
            held = self._times.get(fitting_id)
            if held is not None and short[place] and held.typecode == _SHORT and held[-1] < first:
                held.frombytes(packed[place * size : (place + 1) * size])
            else:
                self.add_run(fitting_id, times[place].tolist())

    def add_all(self, times: Times) -> None:
        """The same of any number, as the store tells them."""
        for fitting_id, more in times.items():
            since = np.frombuffer(more, np.int64) - self._begin(more[0])
            held = self._times.get(fitting_id)
            if held is not None:
                before = np.array(held, np.int64)
                since = np.concatenate([before, since]) if before[-1] < since[0] else np.union1d(before, since)
            self._times[fitting_id] = _packed(since)

    def remove(self, gone: Iterable[WhichFix]) -> None:
        """They stand nowhere any more, and may come again. All at once: an end takes an hour's from one person."""
        of_each: dict[FittingId, set[int]] = {}
        for fitting_id, fix_ms in gone:
            of_each.setdefault(fitting_id, set()).add(fix_ms - self._begin(fix_ms))
        for fitting_id in of_each.keys() & self._times.keys():
            self._hold(fitting_id, np.setdiff1d(np.array(self._times[fitting_id], np.int64), list(of_each[fitting_id])))

    def forget_before(self, reach_ms: int) -> None:
        """No earlier fix can be admitted."""
        reach = reach_ms - self._begin(reach_ms)
        moved = reach - _BACK_MS if reach > _BACK_MS + _MOVES_MS else 0
        for fitting_id, times in list(self._times.items()):
            if moved:
                held = np.array(times, np.int64)
                self._hold(fitting_id, held[held >= reach] - moved)
            elif times[0] < reach:
                del times[: bisect_left(times, reach)]
                if not times:
                    del self._times[fitting_id]
        self._from_ms = self._begin(reach_ms) + moved

    def keep_only(self, among: Callable[[FittingId], bool]) -> None:
        """Those of these fittings, and nobody else's."""
        self._times = {fitting_id: times for fitting_id, times in self._times.items() if among(fitting_id)}

    def held(self) -> dict[FittingId, list[int]]:
        """All of it, in ms since 1970 UTC."""
        from_ms = self._from_ms or 0
        return {fitting_id: [at + from_ms for at in times] for fitting_id, times in self._times.items()}

    def _begin(self, fix_ms: int) -> int:
        """When the count begins, told from the first time of all."""
        if self._from_ms is None:
            self._from_ms = fix_ms - _BACK_MS
        return self._from_ms

    def _hold(self, fitting_id: FittingId, times: Whole) -> None:
        if len(times):
            self._times[fitting_id] = _packed(times)
        else:
            del self._times[fitting_id]


def _packed(times: Whole) -> "array[int]":
    """In order."""
    if times[0] >= 0 and times[-1] <= _SHORT_MAX:
        return array(_SHORT, times.astype(np.uint32).tobytes())
    return array(_LONG, times.tobytes())


def _stands(times: "array[int]", at: int, place: int) -> bool:
    return place < len(times) and times[place] == at
