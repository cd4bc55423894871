"""The times of one fitting's fixes, in ms since 1970 UTC: in order, each once, one at least.

A day of everyone is held in these. A device tells whole seconds, nearly always as many of them apart: `Apart` holds the
first time and the last, and of each how many seconds it came after the one before, in a byte. A byte of 255 means as
many, and as many more as the next one says. `Bare` holds eight bytes for each: of whoever does not tell whole seconds,
and of a clock that went wrong by months, which would cost a byte for every four minutes of them.
"""

from array import array
from bisect import bisect_left
from struct import Struct

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int64]

SPAN_MS_MAX = 40 * 86_400_000
"""Between the first and the last that are held by their seconds: more than any decision admits."""
GO_ON = 255
"""The seconds that a byte cannot say, and those that it says as there are more."""

_ENDS, _ONE = Struct("<qq"), Struct("<q")
_STEPS_AT = _ENDS.size


class Apart(bytearray):
    """By the seconds between them."""

    __slots__ = ()

    def __contains__(self, at: object) -> bool:
        first, last = _ENDS.unpack_from(self)
        if not isinstance(at, int) or not first < at < last:
            return at in (first, last)
        seconds, rest = divmod(at - first, 1000)
        steps, since = self._since_first()
        place = since.searchsorted(seconds, "right") - 1
        return not rest and bool(since[place] == seconds and steps[place] != GO_ON)

    def last(self) -> int:
        """The newest."""
        return int(_ONE.unpack_from(self, _ONE.size)[0])

    def times(self) -> Whole:
        """All of them."""
        first, _ = _ENDS.unpack_from(self)
        steps, since = self._since_first()
        return np.concatenate(([first], first + 1000 * since[steps != GO_ON]))

    def add(self, at: int) -> bool:
        """It is among them from now on; False: it cannot be held so."""
        first, last = _ENDS.unpack_from(self)
        seconds, rest = divmod(at - last, 1000)
        if rest or max(at, last) - min(at, first) > SPAN_MS_MAX:
            return False
        if seconds > 0:  # nearly always
            self += _step(seconds)
            _ONE.pack_into(self, _ONE.size, at)
        elif at < first:
            self[_STEPS_AT:_STEPS_AT] = _step((first - at) // 1000)
            _ONE.pack_into(self, 0, at)
        elif at not in self:
            self._add_between((at - first) // 1000)
        return True

    def add_plain(self, first: int, steps: bytes, last: int) -> bool:
        """The same of some, one behind the other: the first, the seconds between them, each of which fits a byte, and
        the last. False: they cannot be added so, and none of them was.
        """
        (before,) = _ONE.unpack_from(self, _ONE.size)
        seconds, rest = divmod(first - before, 1000)
        if rest or not 0 < seconds < GO_ON:
            return False
        self.append(seconds)
        self += steps
        _ONE.pack_into(self, _ONE.size, last)
        return True

    def forget_before(self, reach_ms: int) -> None:
        """Earlier ones go. The last is no earlier."""
        at, _ = _ENDS.unpack_from(self)
        place, step = _STEPS_AT, 0
        while at < reach_ms or step == GO_ON:
            step = self[place]
            at += 1000 * step
            place += 1
        if place > _STEPS_AT:
            del self[_STEPS_AT:place]
            _ONE.pack_into(self, 0, at)

    def _since_first(self) -> tuple[npt.NDArray[np.uint8], Whole]:
        """The steps, and how many seconds after the first each of them leads."""
        steps = np.frombuffer(bytes(self), np.uint8, offset=_STEPS_AT)  # nothing of it is held while it may grow
        return steps, np.cumsum(steps, dtype=np.int64)

    def _add_between(self, seconds: int) -> None:
        """So many after the first, where nothing stands yet."""
        steps, since = self._since_first()
        begin = end = int(since.searchsorted(seconds, "right"))  # in what leads from the one before it to the next
        while begin and steps[begin - 1] == GO_ON:
            begin -= 1
        while steps[end] == GO_ON:
            end += 1
        before = int(since[begin - 1]) if begin else 0
        parted = _step(seconds - before) + _step(int(since[end]) - seconds)
        self[_STEPS_AT + begin : _STEPS_AT + end + 1] = parted


class Bare(array):  # type: ignore[type-arg] # it has none when it runs
    """Each by itself."""

    __slots__ = ()

    def __contains__(self, at: object) -> bool:
        if not isinstance(at, int):
            return False
        place = bisect_left(self, at)
        return place < len(self) and bool(self[place] == at)

    def last(self) -> int:
        """The newest."""
        return int(self[-1])

    def times(self) -> Whole:
        """All of them."""
        return np.array(self, np.int64)

    def add(self, at: int) -> bool:
        """It is among them from now on."""
        place = bisect_left(self, at)
        if place == len(self) or self[place] != at:
            self.insert(place, at)
        return True

    def forget_before(self, reach_ms: int) -> None:
        """Earlier ones go. The last is no earlier."""
        del self[: bisect_left(self, reach_ms)]


FixTimes = Apart | Bare


def fix_times(times: Whole) -> FixTimes:
    """These, which are in order, each once."""
    first, last = int(times[0]), int(times[-1])
    seconds, rest = np.divmod(np.diff(times), 1000)
    if rest.any() or last - first > SPAN_MS_MAX:
        return bare(times)
    often, less = np.divmod(seconds, GO_ON)
    steps = np.full(len(less) + int(often.sum()), GO_ON, np.uint8)
    steps[np.cumsum(often + 1) - 1] = less
    return Apart(_ENDS.pack(first, last) + steps.tobytes())


def one_fix_time(at: int) -> FixTimes:
    """This alone."""
    return Apart(_ENDS.pack(at, at))


def bare(times: Whole) -> Bare:
    """These, each by itself."""
    return Bare("q", times.tobytes())


def _step(seconds: int) -> bytes:
    often, less = divmod(seconds, GO_ON)
    return bytes((GO_ON,)) * often + bytes((less,))
