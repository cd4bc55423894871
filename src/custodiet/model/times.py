"""Times are aware UTC, cut to the millisecond: what cannot be stored exactly is not compared exactly."""

from datetime import UTC, date, datetime, timedelta

from custodiet.model.errors import IllegalValue

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
LATEST_MS = (datetime.max.replace(tzinfo=UTC) - EPOCH) // _MS
"""The last that a time can be, as `to_ms` tells it."""


def to_ms(at: datetime) -> int:
    """Whole milliseconds since 1970 UTC, rounded down. Raises IllegalValue for a naive time."""
    if at.tzinfo is None:
        raise IllegalValue("a time without a zone")
    since = at - EPOCH  # whose parts are never negative but for the days; a division of two spans costs twice as much
    return since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000


def from_ms(ms: int) -> datetime:
    """The aware UTC time of so many milliseconds since 1970."""
    return EPOCH + ms * _MS


def cut(at: datetime) -> datetime:
    """The same instant in UTC, cut to the millisecond. Raises IllegalValue for a naive time."""
    if at.tzinfo is None:
        raise IllegalValue("a time without a zone")
    if at.tzinfo is not UTC:
        at = at.astimezone(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000) if at.microsecond % 1000 else at


def utc_day(at: datetime) -> date:
    """The UTC day an instant falls on: the grain of a day key."""
    return at.date() if at.tzinfo is UTC else at.astimezone(UTC).date()


def month_of(at: datetime) -> tuple[datetime, datetime]:
    """The first instant of the month that an instant falls in by its own clock, and that of the next one."""
    first = at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return first, first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)


def as_text(at: datetime) -> str:
    """RFC 3339 with milliseconds and Z, the one form used on the wire and in the ledger."""
    in_utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    return in_utc.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
