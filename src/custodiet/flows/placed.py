"""What tells one place from another under the same identity, for ten minutes: keyed digests, and no place.

Who reads this memory could try places against a digest: none is held for longer than scratch may be.
"""

from array import array
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from struct import Struct

from custodiet.flows.watching import SCRATCH_MAX
from custodiet.model.identity import FittingId
from custodiet.model.report import Fix

WhichFix = tuple[FittingId, int]
"""A fitting and a fix time in ms."""

_PLACE = Struct(">qq")
_GRAIN = timedelta(minutes=1)
"""How much of what came in is forgotten at once."""


@dataclass(slots=True)
class _Lately:
    """What came in within one grain: by its identity, and what nobody has looked for yet."""

    since: datetime
    known: dict[WhichFix, int] = field(default_factory=dict)
    unsorted: "list[tuple[list[FittingId], array[int], array[int]]]" = field(default_factory=list)

    def sorted(self) -> dict[WhichFix, int]:
        """All of it by its identity."""
        for fittings, times, digests in self.unsorted:
            self.known.update(zip(zip(fittings, times, strict=True), digests, strict=True))
        self.unsorted.clear()
        return self.known


class Placed:
    """Of what this process saw in the last ten minutes; of anything else another place cannot be told."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._lately: deque[_Lately] = deque()

    def __repr__(self) -> str:
        return "<Placed>"

    def digest(self, fix: Fix) -> int:
        """Of one place, keyed by this process (Python's SipHash) and by us."""
        return hash(self._key + _PLACE.pack(fix.lat_e7, fix.lon_e7))

    def digests(self, places: Iterable[bytes]) -> list[int]:
        """The same of many, from their bytes."""
        key = self._key
        return [hash(key + place) for place in places]

    def add(self, seen: dict[WhichFix, int], now: datetime) -> None:
        """These came in, each with its digest."""
        self._at(now).known.update(seen)

    def add_many(self, fittings: list[FittingId], times: list[int], digests: list[int], now: datetime) -> None:
        """The same as three columns. Nearly nobody ever looks for one: they are put in order when somebody does."""
        self._at(now).unsorted.append((fittings, array("q", times), array("q", digests)))

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
