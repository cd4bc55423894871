"""When stored fixes were, out of the directories of many frames, as columns.

A day of ten thousand people is millions of rows, and a gateway that begins, or takes devices over, answers nobody until
it has read them. Only gateways load this, and NumPy with it.
"""

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from functools import partial

import numpy as np

from custodiet.model.identity import FittingId
from custodiet.model.stored import Times
from custodiet.wire.columns import Whole, times_of_sessions
from custodiet.wire.frame import ROW_BYTES, require_whole

_BYTES_AT_ONCE = 1_000_000 * ROW_BYTES

InDirectory = tuple[bytes, AbstractSet[int]]
"""A frame's directory, and the places in it of pieces that stand there no more."""
OfSessions = Mapping[int, "array[int]"]


def read_directories(frames: Iterable[InDirectory]) -> OfSessions:
    """By session number the fix times in ms of what stands there. Raises NotTheFormat when a directory is cut short."""
    of_sessions: defaultdict[int, array[int]] = defaultdict(partial(array, "q"))
    waiting = bytearray()

    def read() -> None:
        for no, times in times_of_sessions(bytes(waiting)):
            of_sessions[no].frombytes(times.tobytes())
        waiting.clear()

    for directory, away in frames:
        require_whole(directory)
        waiting += _left(directory, away) if away else directory
        if len(waiting) >= _BYTES_AT_ONCE:
            read()
    read()
    return of_sessions


def of_fittings(of_sessions: OfSessions, fitting: Mapping[int, FittingId], among: Callable[[FittingId], bool]) -> Times:
    """The same by fitting, of these alone."""
    parts: defaultdict[FittingId, list[array[int]]] = defaultdict(list)
    for no, times in of_sessions.items():
        if among(fitting[no]):
            parts[fitting[no]].append(times)
    return {of: array("q", _in_order(np.concatenate(some)).tobytes()) for of, some in parts.items()}


def _in_order(times: Whole) -> Whole:
    return times if (np.diff(times) > 0).all() else np.unique(times)


def _left(directory: bytes, away: AbstractSet[int]) -> bytes:
    rows = range(len(directory) // ROW_BYTES)
    return b"".join(directory[place * ROW_BYTES : (place + 1) * ROW_BYTES] for place in rows if place not in away)
