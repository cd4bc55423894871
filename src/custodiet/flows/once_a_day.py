"""From where on the ledger is to be looked at: all of it once a day, and in every other round what is new."""

from datetime import datetime

from custodiet.model.times import EPOCH, utc_day


class OnceADay:
    """Everything is looked at as a day begins, after a clock was set back, and as a process begins."""

    def __init__(self) -> None:
        self._looked_at = EPOCH
        self._until = 0

    def since(self, now: datetime) -> int:
        """The first place that is new; 0: everything."""
        goes_on = self._looked_at <= now and utc_day(self._looked_at) == utc_day(now)
        return self._until if goes_on else 0

    def looked(self, now: datetime, until: int) -> None:
        """It was, up to a place."""
        self._looked_at, self._until = now, until
