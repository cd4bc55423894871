"""Rows found by the serials of devices, of many at once.

A table of slots, looked through one after another from where a serial belongs. To make the text of each serial first,
and to look for that, takes as long as a third of all judging. A row is one's own only if its whole serial is: where it
lies says where to look and nothing else.
"""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from custodiet.wire.columns import SERIAL_KEY_BYTES, Rows, Whole, serial_keys

Words: TypeAlias = npt.NDArray[np.uint64]
"""A key in each row, eight bytes a word."""

_FREE, _LEFT = -1, -2
"""A slot that never held a row, and one that holds none any more: whoever looks goes on behind it."""
_SLOTS_MIN = 128
_FULL = 2
"""So many slots there are at least for each row that is or was in one."""
_ODD = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F)
"""By which the words of a key are multiplied."""
_TIMES = np.array(_ODD, np.uint64)
_HALF = np.uint64(32)


class SerialRows:
    """Owned by one table of rows, numbered from 0; a serial has one row at most, and a row one serial."""

    def __init__(self) -> None:
        self._slots = np.full(_SLOTS_MIN, _FREE, np.int32)
        self._used = 0
        """Slots that are not free."""
        self._count = 0
        self._keys = np.zeros((_SLOTS_MIN, len(_ODD)), np.uint64)
        """By row; zeros where none has it."""

    def add(self, serial: str, row: int) -> None:
        """From now on this serial, which has a key, has that row. Neither has one yet."""
        if row >= len(self._keys):
            self._keys = np.concatenate([self._keys, np.zeros((max(len(self._keys), row), len(_ODD)), np.uint64)])
        self._keys[row] = _words(serial_keys([serial]))
        self._count += 1
        if (self._used + 1) * _FULL > len(self._slots):
            self._put_all_anew()
        else:
            self._put(np.array([row]))

    def remove(self, serial: str, row: int) -> None:
        """It has none any more."""
        slot = int(self._first_slots(_words(serial_keys([serial])))[0])
        while self._slots[slot] != row:
            slot = (slot + 1) % len(self._slots)
        self._slots[slot], self._keys[row] = _LEFT, 0
        self._count -= 1

    def find(self, keys: Rows) -> Whole:
        """The row of each of these, as `serial_keys` makes them; -1 of whoever has none."""
        words = _words(keys)
        slots = self._first_slots(words)
        found, further = self._look(words, slots)
        while len(further):  # nearly always nobody
            slots[further] = (slots[further] + 1) % len(self._slots)
            found[further], again = self._look(words[further], slots[further])
            further = further[again]
        return found

    def _look(self, words: Words, slots: Whole) -> tuple[Whole, Whole]:
        """Whose row is in their slot, -1 where it is not; and who has to look further."""
        rows = self._slots.take(slots).astype(np.int64)
        differ = self._keys.take(rows, axis=0) ^ words  # column by column: to reduce rows takes seven times as long
        right = (differ[:, 0] | differ[:, 1] | differ[:, 2] | differ[:, 3] | differ[:, 4]) == 0
        right &= rows >= 0
        return np.where(right, rows, -1), np.flatnonzero(~right & (rows != _FREE))

    def _first_slots(self, words: Words) -> Whole:
        mixed = words @ _TIMES
        mixed ^= mixed >> _HALF  # serials differ in a few digits, and those reach upper bits alone
        bits = len(self._slots).bit_length() - 1
        slots: Whole = ((mixed * _TIMES[0]) >> np.uint64(64 - bits)).astype(np.int64)
        return slots

    def _put(self, rows: Whole) -> None:
        """Each into the first free slot for it."""
        slots = self._first_slots(self._keys[rows])
        self._used += len(rows)
        while len(rows):
            free = self._slots[slots] == _FREE
            self._slots[slots[free]] = rows[free]  # of several that want the same one of them has it
            away = self._slots[slots] != rows
            rows, slots = rows[away], (slots[away] + 1) % len(self._slots)

    def _put_all_anew(self) -> None:
        """Without those that are gone, and with room for as many again."""
        size = len(self._slots)
        while size < 2 * _FULL * self._count:
            size *= 2
        self._slots, self._used = np.full(size, _FREE, np.int32), 0
        self._put(np.flatnonzero(self._keys.any(axis=1)))


def _words(keys: Rows) -> Words:
    return np.ascontiguousarray(keys).view(np.uint64).reshape(-1, SERIAL_KEY_BYTES // 8)
