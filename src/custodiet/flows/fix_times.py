"""The times of one fitting's fixes, in ms since 1970 UTC: in order, each once, one at least.

A day of everyone is held in these. The first time and the last are held, and of each how long it came after the one
before. A device tells whole seconds, nearly always as many of them apart: a byte says them (`Seconds`). Of whoever
tells milliseconds four bytes do (`Milliseconds`). The highest number means as many, and as many more as the next says.
"""

from collections.abc import Sequence
from itertools import chain, repeat
from struct import Struct
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt

from custodiet.wire.columns import Whole

_ENDS, _ONE = Struct("<qq"), Struct("<q")
_FIRST_AT, _LAST_AT, _STEPS_AT = 0, _ONE.size, _ENDS.size
_AN_HOUR = 100
"""Steps that are looked at first: what is forgotten is nearly always within them."""


class _Apart(bytearray):
    """The first, the last, and the steps that lead from one to the next, each of some units of time."""

    __slots__ = ()

    unit_ms: ClassVar[int]
    go_on: ClassVar[int]
    """A step of so many units leads to no time, but as far towards the next one."""
    span_ms_max: ClassVar[int]
    """Between the first and the last."""
    as_number: ClassVar[np.dtype[np.unsignedinteger]]
    as_bytes: ClassVar[Struct]

    @classmethod
    def one(cls, at: int) -> Self:
        """This alone."""
        return cls(_ENDS.pack(at, at))

    @classmethod
    def of(cls, times: Whole) -> Self | None:
        """These, which are in order, each once; None: they cannot be held so."""
        first, last = int(times[0]), int(times[-1])
        apart_ms = np.diff(times)
        units = apart_ms // cls.unit_ms
        if last - first > cls.span_ms_max or (units * cls.unit_ms != apart_ms).any():
            return None
        often, less = np.divmod(units, cls.go_on)
        steps = np.full(len(less) + int(often.sum()), cls.go_on, cls.as_number)
        steps[np.cumsum(often + 1) - 1] = less
        return cls(_ENDS.pack(first, last) + steps.tobytes())

    @classmethod
    def add_rows(cls, each: Sequence[Self], rows: Whole) -> npt.NDArray[np.bool_]:
        """A row of times behind the last one of each of these, as many in each row; to which that could be done.
        Nothing was added to the others.
        """
        before = np.fromiter(chain.from_iterable(map(_ONE.unpack_from, each, repeat(_LAST_AT))), np.int64, len(each))
        apart_ms = np.diff(rows, prepend=before[:, np.newaxis])
        units = apart_ms // cls.unit_ms
        are_whole = units * cls.unit_ms == apart_ms
        fit: npt.NDArray[np.bool_] = (are_whole & (units > 0) & (units < cls.go_on)).all(axis=1)
        steps, size = units.astype(cls.as_number).tobytes(), cls.as_bytes.size * rows.shape[1]
        lasts = rows[:, -1].tolist()
        for place in np.flatnonzero(fit).tolist():
            each[place].extend(steps[place * size : (place + 1) * size])
            _ONE.pack_into(each[place], _LAST_AT, lasts[place])
        return fit

    def __contains__(self, at: object) -> bool:
        first, last = _ENDS.unpack_from(self)
        if not isinstance(at, int) or not first < at < last:
            return at in (first, last)
        units, rest = divmod(at - first, self.unit_ms)
        steps, since = self._since_first()
        place = since.searchsorted(units, "right") - 1
        return not rest and bool(since[place] == units and steps[place] != self.go_on)

    def last(self) -> int:
        """The newest."""
        return int(_ONE.unpack_from(self, _LAST_AT)[0])

    def times(self) -> Whole:
        """All of them."""
        first, _ = _ENDS.unpack_from(self)
        steps, since = self._since_first()
        return np.concatenate(([first], first + self.unit_ms * since[steps != self.go_on]))

    def add(self, at: int) -> bool:
        """It is among them from now on; False: it cannot be held so."""
        first, last = _ENDS.unpack_from(self)
        units, rest = divmod(at - last, self.unit_ms)
        if rest or max(at, last) - min(at, first) > self.span_ms_max:
            return False
        if units > 0:  # nearly always
            self += self._step(units)
            _ONE.pack_into(self, _LAST_AT, at)
        elif at < first:
            self[_STEPS_AT:_STEPS_AT] = self._step((first - at) // self.unit_ms)
            _ONE.pack_into(self, _FIRST_AT, at)
        elif at not in self:
            self._add_between((at - first) // self.unit_ms)
        return True

    def forget_before(self, reach_ms: int) -> None:
        """Earlier ones go. The last is no earlier."""
        first, _ = _ENDS.unpack_from(self)
        units = -((first - reach_ms) // self.unit_ms)  # so many after the first, and it is no earlier
        for most in (_AN_HOUR, None) if units > 0 else ():
            steps, since = self._since_first(most)
            place = int(since.searchsorted(units))
            while place < len(steps) and steps[place] == self.go_on:
                place += 1
            if place < len(steps):
                del self[_STEPS_AT : _STEPS_AT + self.as_bytes.size * (place + 1)]
                _ONE.pack_into(self, _FIRST_AT, first + self.unit_ms * int(since[place]))
                return

    def _step(self, units: int) -> bytes:
        often, less = divmod(units, self.go_on)
        return self.as_bytes.pack(self.go_on) * often + self.as_bytes.pack(less)

    def _since_first(self, most: int | None = None) -> tuple[npt.NDArray[np.unsignedinteger], Whole]:
        """The steps, or so many of them, and how many units after the first each of them leads."""
        end = None if most is None else _STEPS_AT + self.as_bytes.size * most
        steps = np.frombuffer(self[_STEPS_AT:end], self.as_number)  # of a copy: else it could not grow meanwhile
        return steps, np.cumsum(steps, dtype=np.int64)

    def _add_between(self, units: int) -> None:
        """So many after the first, where nothing stands yet."""
        steps, since = self._since_first()
        begin = end = int(since.searchsorted(units, "right"))  # in what leads to the next: what goes on before stays
        while steps[end] == self.go_on:
            end += 1
        before, size = int(since[begin - 1]) if begin else 0, self.as_bytes.size
        parted = self._step(units - before) + self._step(int(since[end]) - units)
        self[_STEPS_AT + size * begin : _STEPS_AT + size * (end + 1)] = parted


class Seconds(_Apart):
    """Whole seconds apart: a byte each. A clock that once went wrong by years would cost one for every four minutes of
    them: so not more than forty days apart, which is more than any decision admits.
    """

    __slots__ = ()

    unit_ms, go_on, span_ms_max = 1000, 2**8 - 1, 40 * 86_400_000
    as_number, as_bytes = np.dtype("u1"), Struct("<B")


class Milliseconds(_Apart):
    """Any: four bytes each. A hundred years are three thousand."""

    __slots__ = ()

    unit_ms, go_on, span_ms_max = 1, 2**32 - 1, 2**62
    as_number, as_bytes = np.dtype("<u4"), Struct("<I")


FixTimes = Seconds | Milliseconds


def fix_times(times: Whole) -> FixTimes:
    """These, which are in order, each once."""
    return Seconds.of(times) or _by_the_ms(times)


def by_the_ms(held: FixTimes) -> Milliseconds:
    """The same times, for one that is not whole seconds from them."""
    return Milliseconds(held) if len(held) == _STEPS_AT else _by_the_ms(held.times())


def _by_the_ms(times: Whole) -> Milliseconds:
    held = Milliseconds.of(times)
    assert held is not None  # noqa: S101 - any can be held so
    return held
