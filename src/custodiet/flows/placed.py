"""What tells one place from another under the same identity, for ten minutes: keyed digests, and no place.

Who reads this memory could try places against a digest: none is held for longer than scratch may be.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from struct import Struct

import numpy as np

from custodiet.flows.seen_fixes import WhichFix
from custodiet.flows.watching import SCRATCH_MAX
from custodiet.model.identity import FittingId
from custodiet.model.report import Fix
from custodiet.wire.columns import Whole

Tell = Callable[[bytes], bytes]
"""Keyed: from blocks of 16 bytes as many, alike for alike ones; who has not the key tells nothing else from them."""

_PLACE = Struct(">qq")
_DIGEST = Struct("<q")
_GRAIN = timedelta(minutes=1)
"""How much of what came in is forgotten at once."""


@dataclass(slots=True)
class _Lately:
    """What came in within one grain: by its identity, and what nobody has looked for yet."""

    since: datetime
    known: dict[WhichFix, int] = field(default_factory=dict)
    unsorted: list[tuple[list[FittingId], Whole, Whole]] = field(default_factory=list)

    def sorted(self) -> dict[WhichFix, int]:
        """All of it by its identity."""
        for fittings, times, digests in self.unsorted:
            self.known.update(zip(zip(fittings, times.tolist(), strict=True), digests.tolist(), strict=True))
        self.unsorted.clear()
        return self.known


class Placed:
    """Of what this process saw in the last ten minutes; of anything else another place cannot be told."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._lately: deque[_Lately] = deque()

    def __repr__(self) -> str:
        return "<Placed>"

    def digest(self, fix: Fix) -> int:
        """Of one place: half of what its block is told by, so that nobody gets the block back who has the key."""
        told: int
        (told,) = _DIGEST.unpack_from(self._tell(_PLACE.pack(fix.lat_e7, fix.lon_e7)))
        return told

    def digests(self, places: bytes) -> Whole:
        """The same of many, from their bytes one behind the other."""
        return np.frombuffer(self._tell(places), "<i8")[::2].astype(np.int64)

    def add(self, seen: dict[WhichFix, int], now: datetime) -> None:
        """These came in, each with its digest."""
        self._at(now).known.update(seen)

    def add_many(self, fittings: list[FittingId], times: Whole, digests: Whole, now: datetime) -> None:
        """The same as three columns. Nearly nobody ever looks for one: they are put in order when somebody does."""
        self._at(now).unsorted.append((fittings, times.copy(), digests))  # it may be a view of what held the places

    def of(self, which: WhichFix) -> int | None:
        """The digest of a place, while it is held."""
        known = (lately.sorted() for lately in self._lately)
        return next((one[which] for one in known if which in one), None)

    def forget_old(self, now: datetime) -> None:
        """What came in longer ago, or later than now."""
        while self._lately and not timedelta(0) <= now - self._lately[0].since <= SCRATCH_MAX:
            self._lately.popleft()

    def held(self) -> list[dict[WhichFix, int]]:
        """All of it, by when it came."""
        return [lately.sorted() for lately in self._lately]

    def _at(self, now: datetime) -> _Lately:
        if not self._lately or not timedelta(0) <= now - self._lately[-1].since < _GRAIN:
            self._lately.append(_Lately(now))
        return self._lately[-1]
