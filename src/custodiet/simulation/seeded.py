"""A clock that is set and a chance that repeats: for the simulation, the demo's invented past, and tests.

Neither is fit for real people: `main` hands them to nothing else.
"""

from datetime import datetime, timedelta
from random import Random

from custodiet.model.times import cut


class SetClock:
    """Stands still until it is moved."""

    def __init__(self, at: datetime) -> None:
        self._at = cut(at)

    def now(self) -> datetime:
        return self._at

    def set(self, at: datetime) -> None:
        """To any instant, backwards too."""
        self._at = cut(at)

    def pass_(self, time: timedelta) -> None:
        """Move on by so much."""
        self._at = cut(self._at + time)


class SeededChance:
    """The same bytes from the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def draw(self, count: int) -> bytes:
        return self._random.randbytes(count)

    def identity(self, prefix: str) -> str:
        return f"{prefix}_{self.draw(10).hex()}"
