"""When what was collected is erased, and of what a day's key can be destroyed."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256

from custodiet.model.session import Session

_DAY = timedelta(days=1)
OVERDUE_AFTER = timedelta(days=1)
"""How long after the last of a due erasure's days has closed it counts as late: the clock takes minutes."""


def closes_at(day: date, late_max: timedelta) -> datetime:
    """From when on nothing can be sealed to a UTC day's key any more.

    Until then it is shared with whatever else is authorised that day, and cannot go. What is due is shown to nobody
    meanwhile.
    """
    return datetime.combine(day, time(), UTC) + _DAY + late_max


def kept_digest(kept: Iterable[Session]) -> bytes:
    """SHA-256 over the commitments of the sessions that outlive their day's key, by identity; empty for none."""
    commitments = [one.commitment for one in sorted(kept, key=lambda one: one.id)]
    return sha256(b"".join(commitments)).digest() if commitments else b""
