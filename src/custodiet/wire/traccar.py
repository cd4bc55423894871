"""Traccar's position forwarding (`forward.type=json`), decoded: bytes to Report, and nothing else kept.

Source: the emitting classes of Traccar (PositionForwarderJson, PositionData, Position). Units there: speed in
knots, course in degrees true, accuracy and altitude in metres, degrees as floats, times ISO 8601 with offset;
null may stand anywhere. Network cells, neighbours' hardware addresses, addresses, names and attributes are
not read at all.

Raises NotTheFormat, and no other error, for bytes that are not this format; the text says where, never what.
"""

from datetime import UTC, datetime, timedelta
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
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
"""A time outside is a device without a clock (week roll-over, epoch zero): no fix time at all."""

_Time = Annotated[datetime, msgspec.Meta(tz=True)]


_Number = float | str | None
"""Java writes what is not a number as text ("NaN"): unknown, and no reason to lose the fix."""


class _Position(msgspec.Struct, frozen=True, gc=False):
    fixTime: _Time | None = None  # noqa: N815 - Traccar's own name
    deviceTime: _Time | None = None  # noqa: N815
    valid: bool | None = None
    latitude: _Number = None
    longitude: _Number = None
    altitude: _Number = None
    speed: _Number = None
    course: _Number = None
    accuracy: _Number = None


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
    return cut(at) if at is not None and _EARLIEST <= at < _LATEST else None


def _repeats(position: _Position) -> bool:
    if position.fixTime is None or position.deviceTime is None:
        return False
    return position.deviceTime - position.fixTime > _REPEAT_AFTER


def _fix(position: _Position) -> Fix | None:
    lat, lon = position.latitude, position.longitude
    if position.valid is False or not isinstance(lat, float) or not isinstance(lon, float):
        return None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return None
    lat_e7, lon_e7 = round(lat * 1e7), round(lon * 1e7)
    if lat_e7 == lon_e7 == 0:
        return None  # what a device without a fix says
    return Fix(
        lat_e7=lat_e7,
        lon_e7=lon_e7,
        accuracy_m=_known(position.accuracy),  # 0 is unknown, or a phone's "better than 10 m"
        altitude_m=_known(position.altitude, negative=True),
        speed_mps=_speed(position.speed),
        course_deg=_course(position.course),
    )


def _known(value: _Number, *, negative: bool = False) -> float | None:
    """Traccar writes 0 for unknown in these fields."""
    if not isinstance(value, float) or not isfinite(value) or value == 0 or (value < 0 and not negative):
        return None
    return value


def _speed(knots: _Number) -> float | None:
    if not isinstance(knots, float) or not isfinite(knots) or knots < 0:
        return None
    return knots * KNOT_MPS


def _course(degrees: _Number) -> float | None:
    """0 is both north and unknown: unknown it is."""
    if not isinstance(degrees, float) or not 0 < degrees <= 360:
        return None
    return degrees % 360 or None
