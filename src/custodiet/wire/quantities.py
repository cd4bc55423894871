"""What the formats of positions share: when a time, a place and a number are one, and which alarms we tell apart.

What cannot be is unknown, and unknown is None; only a serial that cannot be one is an error.
"""

import re
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Annotated

import msgspec

from custodiet.model.errors import NotTheFormat
from custodiet.model.report import Alarm
from custodiet.model.times import EPOCH, cut

KNOT_MPS = 1852 / 3600
KMH_MPS = 1000 / 3600

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
"""A time outside is a device without a clock (week roll-over, epoch zero): no fix time at all."""
_EARLIEST_S, _LATEST_S = EARLIEST.timestamp(), LATEST.timestamp()
_MILLISECONDS_FROM = 2**31 - 1
"""Where Traccar takes a whole number for milliseconds."""

SERIAL_CHARACTERS_MAX = 128
Serial = Annotated[str, msgspec.Meta(min_length=1, max_length=SERIAL_CHARACTERS_MAX)]
AwareTime = Annotated[datetime, msgspec.Meta(tz=True)]
Number = float | str | None
"""A number as senders write it: some write it as text, and what is none as "NaN"."""

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
"""Only one way to match any digits, so that however many of them cost no more than their number."""
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
)
"""A date alone is no time."""

ALARMS = {
    "tampering": Alarm.CASE,
    "removing": Alarm.STRAP,
    "jamming": Alarm.RADIO,
    "gpsAntennaCut": Alarm.FAULT,
    "fault": Alarm.FAULT,
    "lowBattery": Alarm.POWER,
    "lowPower": Alarm.POWER,
    "powerCut": Alarm.POWER,
    "powerOff": Alarm.POWER,
    "sos": Alarm.HELP,
}
"""Traccar's words for what we tell apart; the rest of its alarms are for vehicles."""


def serial_of(given: str) -> str:
    """A serial that was told beside a message. Raises NotTheFormat for one that cannot be one."""
    if not 0 < len(given) <= SERIAL_CHARACTERS_MAX:
        raise NotTheFormat(f"a serial is 1 to {SERIAL_CHARACTERS_MAX} characters")
    return given


def usable_time(at: datetime | None) -> datetime | None:
    """An aware time as a fix time: UTC, cut to the millisecond, inside the window of believable times."""
    return cut(at) if at is not None and EARLIEST <= at < LATEST else None


def time_of_epoch(seconds: float | None) -> datetime | None:
    """Seconds since 1970 as a fix time."""
    if seconds is None or not _EARLIEST_S <= seconds < _LATEST_S:
        return None
    return usable_time(EPOCH + timedelta(seconds=seconds))


def time_of_count(count: float | None) -> datetime | None:
    """Seconds since 1970, or milliseconds where it is too large for seconds, as a fix time."""
    if count is None:
        return None
    return time_of_epoch(count if count < _MILLISECONDS_FROM else count / 1000)


def is_time_text(text: str) -> bool:
    """Whether a text has the form of a time, whatever it says."""
    return _TIME.fullmatch(text) is not None


def time_of_text(text: str) -> datetime | None:
    """ISO 8601 with T or a space as a fix time. A time without a zone is read as UTC."""
    if not is_time_text(text):
        return None
    try:
        at = datetime.fromisoformat(text)
        return usable_time(at if at.tzinfo is not None else at.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return None


def number_of(value: Number) -> float | None:
    """A finite number, also one written as text."""
    if isinstance(value, str):
        if _NUMBER.fullmatch(value) is None:
            return None
        value = float(value)
    return value if value is not None and isfinite(value) else None


def place_of(lat: float | None, lon: float | None) -> tuple[int, int] | None:
    """Degrees as whole 1e-7 steps, latitude first. 0, 0 is what a device without a fix says."""
    if lat is None or lon is None or not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return None
    place = round(lat * 1e7), round(lon * 1e7)
    return place if place != (0, 0) else None


def above_zero(value: float | None) -> float | None:
    """A quantity of which senders write 0 (or -1) for unknown."""
    return value if value is not None and value > 0 else None


def other_than_zero(value: float | None) -> float | None:
    """A quantity that may be negative and of which senders write 0 for unknown."""
    return value or None


def speed_mps(value: float | None, unit_mps: float = 1.0) -> float | None:
    """A speed in metres a second; below 0 is unknown."""
    return value * unit_mps if value is not None and value >= 0 and isfinite(value * unit_mps) else None


def course_deg(value: float | None) -> float | None:
    """Degrees from true north in [0, 360); outside one turn is unknown."""
    return value % 360 if value is not None and 0 <= value <= 360 else None


def percent(value: float | None) -> float | None:
    """A level in percent; outside 0 to 100 is unknown."""
    return value if value is not None and 0 <= value <= 100 else None


def alarms_of(words: str) -> frozenset[Alarm]:
    """What we tell apart of Traccar's alarm words, joined by commas."""
    return frozenset(ALARMS[word] for word in words.split(",") if word in ALARMS)


def place_in_document(error: msgspec.ValidationError) -> str:
    """Where in a document it went wrong, without the value that msgspec may quote."""
    _, found, path = str(error).rpartition(" - at `")
    return f"at {path.rstrip('`')}" if found else "at the top"
