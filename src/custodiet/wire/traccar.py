"""Traccar's position forwarding (`forward.type=json`), decoded: bytes to Report, and nothing else kept.

Source: the emitting classes of Traccar (PositionForwarderJson, PositionData, Position). Units there: speed in
knots, course in degrees true, accuracy and altitude in metres, degrees as floats, times ISO 8601 with offset;
null may stand anywhere. Network cells, neighbours' hardware addresses, addresses, names and attributes are
not read at all.

Raises NotTheFormat, and no other error, for bytes that are not this format; the text says where, never what.
"""

from datetime import datetime, timedelta
from math import isfinite
from typing import Annotated

import msgspec

from custodiet.model.errors import NotTheFormat
from custodiet.model.mode import Kind
from custodiet.model.report import Fix, Report
from custodiet.model.times import cut

KNOT_MPS = 1852 / 3600
_REPEAT_AFTER = timedelta(seconds=60)
"""A device clock this far past the fix time means that Traccar repeated the last known place."""
_YEAR_MIN, _YEAR_MAX = 2000, 2100
"""A time outside is a device without a clock (week roll-over, epoch zero): no fix time at all."""

_Time = Annotated[datetime, msgspec.Meta(tz=True)]


class _Position(msgspec.Struct, frozen=True, gc=False):
    fixTime: _Time | None = None  # noqa: N815 - Traccar's own name
    deviceTime: _Time | None = None  # noqa: N815
    valid: bool | None = None
    latitude: float | None = None
    longitude: float | None = None
    altitude: float | None = None
    speed: float | None = None
    course: float | None = None
    accuracy: float | None = None


class _Device(msgspec.Struct, frozen=True, gc=False):
    uniqueId: Annotated[str, msgspec.Meta(min_length=1, max_length=128)]  # noqa: N815


class _Forwarded(msgspec.Struct, frozen=True, gc=False):
    position: _Position
    device: _Device


_decoder = msgspec.json.Decoder(_Forwarded)


def decode(body: bytes) -> Report:
    """One forwarded position."""
    try:
        forwarded = _decoder.decode(body)
    except msgspec.ValidationError as error:
        raise NotTheFormat(f"not a forwarded position: {_where(error)}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise NotTheFormat("not JSON") from None
    position = forwarded.position
    fix_time = _fix_time(position)
    fix = _fix(position) if fix_time is not None else None
    return Report(
        serial=forwarded.device.uniqueId,
        kind=Kind.FIX,
        fix_time=fix_time if fix is not None else None,
        fix=fix,
        repeats=_repeats(position),
    )


def _where(error: msgspec.ValidationError) -> str:
    """The path in the document, without the value that msgspec may quote."""
    _, found, path = str(error).rpartition(" - at `")
    return f"at {path.rstrip('`')}" if found else "at the top"


def _fix_time(position: _Position) -> datetime | None:
    at = position.fixTime
    if at is None or not _YEAR_MIN <= at.year < _YEAR_MAX:
        return None
    return cut(at)


def _repeats(position: _Position) -> bool:
    if position.fixTime is None or position.deviceTime is None:
        return False
    return position.deviceTime - position.fixTime > _REPEAT_AFTER


def _fix(position: _Position) -> Fix | None:
    lat, lon = position.latitude, position.longitude
    if position.valid is False or lat is None or lon is None:
        return None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180) or (lat == 0 and lon == 0):
        return None  # 0, 0 is what a device without a fix says
    return Fix(
        lat_e7=round(lat * 1e7),
        lon_e7=round(lon * 1e7),
        accuracy_m=_known(position.accuracy),  # 0 is unknown, or a phone's "better than 10 m"
        altitude_m=_known(position.altitude, negative=True),
        speed_mps=_speed(position.speed),
        course_deg=_course(position.course),
    )


def _known(value: float | None, *, negative: bool = False) -> float | None:
    """Traccar writes 0 for unknown in these fields."""
    if value is None or not isfinite(value) or value == 0 or (value < 0 and not negative):
        return None
    return value


def _speed(knots: float | None) -> float | None:
    if knots is None or not isfinite(knots) or knots < 0:
        return None
    return knots * KNOT_MPS


def _course(degrees: float | None) -> float | None:
    """0 is both north and unknown: unknown it is."""
    if degrees is None or not 0 < degrees <= 360:
        return None
    return degrees % 360 or None
