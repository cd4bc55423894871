"""Traccar's forwarded positions, many at once: the same as traccar.decode line by line, and columns of them beside.

What is read at once is what nearly every line is: a position whose every member that we read is of its kind. Whatever
else a line is, traccar.decode says.
"""

from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from operator import attrgetter
from typing import overload

import msgspec
import numpy as np

from custodiet.model.errors import NotTheFormat
from custodiet.model.report import Method, Reason, Report
from custodiet.model.times import EPOCH, to_ms
from custodiet.wire import traccar
from custodiet.wire.columns import Bools, Columns, Floats
from custodiet.wire.frame import METHODS
from custodiet.wire.quantities import EARLIEST, KNOT_MPS, LATEST, AwareTime, Serial

_DAY_MS = 86_400_000
_SATELLITES_MAX = 200
_LBS, _GPS, _UNSAID = METHODS.index(Method.LBS), METHODS.index(Method.GPS), METHODS.index(None)


class _Attributes(msgspec.Struct, frozen=True, gc=False):
    batteryLevel: float | None = None  # noqa: N815 - Traccar's own name
    charge: bool | None = None
    alarm: str | None = None
    sat: float | None = None
    hdop: float | None = None
    approximate: bool | None = None
    mock: bool | None = None


class _Position(msgspec.Struct, frozen=True, gc=False):
    fixTime: AwareTime  # noqa: N815 - Traccar's own name
    latitude: float
    longitude: float
    deviceTime: AwareTime | None = None  # noqa: N815
    valid: bool | None = None
    altitude: float | None = None
    speed: float | None = None
    course: float | None = None
    accuracy: float | None = None
    attributes: _Attributes | None = None


class _Device(msgspec.Struct, frozen=True, gc=False):
    uniqueId: Serial  # noqa: N815


class _Forwarded(msgspec.Struct, frozen=True, gc=False):
    position: _Position
    device: _Device
    event: None = None


_decoder = msgspec.json.Decoder(_Forwarded)
_NO_ATTRIBUTES = _Attributes()
_NOBODY = _Forwarded(_Position(EPOCH, 0.0, 0.0), _Device("?"))
"""Stands where a line has no row; at 0, 0, which is no position."""
_EARLIEST_MS, _LATEST_MS = to_ms(EARLIEST), to_ms(LATEST)


class Lines(Sequence[Report | Reason]):
    """The lines of one request: each is read as a report, or as why it is none, when somebody asks for it."""

    def __init__(self, bodies: Sequence[bytes]) -> None:
        self._bodies = bodies
        self.told = _told(bodies)

    def __repr__(self) -> str:
        return f"<Lines: {len(self)}>"

    def __len__(self) -> int:
        return len(self._bodies)

    @overload
    def __getitem__(self, index: int) -> Report | Reason: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Report | Reason]: ...

    def __getitem__(self, index: int | slice) -> Report | Reason | Sequence[Report | Reason]:
        if isinstance(index, slice):
            return [read_line(body) for body in self._bodies[index]]
        return read_line(self._bodies[index])

    @cached_property
    def serials(self) -> list[str]:
        """Of each line that has a row of its own; of any other it means nothing."""
        return [one.device.uniqueId for one in self.told]

    @cached_property
    def untold(self) -> list[int]:
        """Lines that have no row of their own."""
        return [place for place, one in enumerate(self.told) if one is _NOBODY]

    @cached_property
    def columns(self) -> Columns:
        """A row for each line."""
        return _columns(self.told)


def columns_of(parts: Sequence[Lines]) -> Columns:
    """The rows of several requests, one request after another."""
    if len(parts) == 1:
        return parts[0].columns
    return _columns([one for lines in parts for one in lines.told])


def read_line(body: bytes) -> Report | Reason:
    """One line of a batch: the report, or why there is none."""
    try:
        return traccar.decode(body) or Reason.NOTHING_IN_IT
    except NotTheFormat:
        return Reason.NOT_THE_FORMAT


def _told(bodies: Sequence[bytes]) -> list[_Forwarded]:
    if len(bodies) == 1:
        return [_told_or_not(bodies[0])]
    with suppress(msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        together = b"\n".join(bodies)
        told = _decoder.decode_lines(together)
        # Of a line there is one at most: so many of so many are each of its own.
        if len(told) == len(bodies) == together.count(b"\n") + 1:
            return told
    return [_told_or_not(body) for body in bodies]


def _told_or_not(body: bytes) -> _Forwarded:
    with suppress(msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _decoder.decode(body)
    return _NOBODY


def _columns(told: list[_Forwarded]) -> Columns:
    """What traccar.decode says of each, where it is a position without an alarm; see there for what is unknown when."""
    positions = [one.position for one in told]
    said = [one.attributes or _NO_ATTRIBUTES for one in positions]
    lat = np.array([one.latitude for one in positions], np.float64)
    lon = np.array([one.longitude for one in positions], np.float64)
    since = [one.fixTime - EPOCH for one in positions]
    fix_ms = np.array([one.days * _DAY_MS + one.seconds * 1000 + one.microseconds // 1000 for one in since], np.int64)
    on_globe = (lat >= -90) & (lat <= 90) & (lon >= -180) & (lon <= 180)
    lat_e7 = np.rint(np.where(on_globe, lat, 0.0) * 1e7).astype(np.int64)
    lon_e7 = np.rint(np.where(on_globe, lon, 0.0) * 1e7).astype(np.int64)
    believable = (fix_ms >= _EARLIEST_MS) & (fix_ms < _LATEST_MS)
    usual = np.array(
        [
            one.valid is not False and not words.mock and not words.alarm
            for one, words in zip(positions, said, strict=True)
        ],
        np.bool_,
    )
    altitude, speed = _floats(positions, "altitude"), _floats(positions, "speed")
    accuracy, course = _floats(positions, "accuracy"), _floats(positions, "course")
    count, hdop, battery = _floats(said, "sat"), _floats(said, "hdop"), _floats(said, "batteryLevel")
    counted = (count >= 0) & (count <= _SATELLITES_MAX)
    satellites = np.where(counted, count, -1.0).astype(np.int64)
    approximate = np.array([bool(one.approximate) for one in said], np.bool_)
    around = np.where((course > 0) & (course <= 360), course, 0.0) % 360
    return Columns(
        plain=usual & believable & on_globe & ((lat_e7 != 0) | (lon_e7 != 0)),
        fix_ms=fix_ms,
        lat_e7=lat_e7,
        lon_e7=lon_e7,
        accuracy_m=_where((accuracy > 0) & (accuracy < np.inf), accuracy),
        altitude_m=_where((np.abs(altitude) < np.inf) & (altitude != 0), altitude),
        speed_mps=_where((speed >= 0) & (speed < np.inf), speed) * KNOT_MPS,
        course_deg=_where(around != 0, around),
        method=np.where(approximate, _LBS, np.where(satellites > 0, _GPS, _UNSAID)),
        satellites=satellites,
        hdop=_where((hdop > 0) & (hdop < np.inf), hdop),
        battery_percent=_where((battery >= 0) & (battery <= 100), battery),
    )


def _floats(ones: Sequence[msgspec.Struct], name: str) -> Floats:
    """One member of each, NaN where it is null."""
    return np.array(list(map(attrgetter(name), ones)), np.float64)


def _where(known: Bools, quantity: Floats) -> Floats:
    return np.where(known, quantity, np.nan)
