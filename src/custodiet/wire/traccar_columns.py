"""Traccar's forwarded positions, many at once: the same as traccar.decode line by line, and columns of them beside.

What is read at once is what nearly every line is: a position whose every member that we read is of its kind. Whatever
else a line is, traccar.decode says.
"""

from collections.abc import Sequence
from contextlib import suppress
from copy import copy
from itertools import chain
from math import nan
from operator import attrgetter
from typing import NamedTuple, overload

import msgspec
import numpy as np

from custodiet.model.errors import NotTheFormat
from custodiet.model.report import Method, Reason, Report
from custodiet.model.times import EPOCH, to_ms
from custodiet.wire import traccar
from custodiet.wire.columns import Bools, Columns, Floats, Whole
from custodiet.wire.frame import METHODS
from custodiet.wire.quantities import EARLIEST, KNOT_MPS, LATEST, AwareTime, Serial

_SATELLITES_MAX = 200
_LBS, _GPS, _UNSAID = METHODS.index(Method.LBS), METHODS.index(Method.GPS), METHODS.index(None)


class _Attributes(msgspec.Struct, frozen=True, gc=False):
    batteryLevel: float | None = nan  # noqa: N815 - Traccar's own name
    charge: bool | None = None
    alarm: str | None = None
    sat: float | None = nan
    hdop: float | None = nan
    approximate: bool | None = None
    mock: bool | None = None


class _Position(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    latitude: float
    longitude: float
    valid: bool | None = None
    altitude: float | None = nan
    speed: float | None = nan
    course: float | None = nan
    accuracy: float | None = nan
    attributes: _Attributes | None = None


class _Timed(_Position, frozen=True, gc=False, kw_only=True):
    fixTime: AwareTime  # noqa: N815 - Traccar's own name
    deviceTime: AwareTime | None = None  # noqa: N815


class _Written(_Position, frozen=True, gc=False, kw_only=True):
    """Its times as they are written: to read many of them at once costs a tenth of reading each."""

    fixTime: str  # noqa: N815
    deviceTime: str | None = None  # noqa: N815


class _Device(msgspec.Struct, frozen=True, gc=False):
    uniqueId: Serial  # noqa: N815


class _Forwarded(msgspec.Struct, frozen=True, gc=False):
    position: _Timed
    device: _Device
    event: None = None


class _ForwardedAsWritten(msgspec.Struct, frozen=True, gc=False):
    position: _Written
    device: _Device
    event: None = None


_Told = _Forwarded | _ForwardedAsWritten
_decoder = msgspec.json.Decoder(_Forwarded)
_decoder_as_written = msgspec.json.Decoder(_ForwardedAsWritten)
_NO_ATTRIBUTES = _Attributes()
_NOBODY = _Forwarded(_Timed(fixTime=EPOCH, latitude=0.0, longitude=0.0), _Device("?"))
"""Stands where a line has no row; at 0, 0, which is no position."""
_MANY = 256
"""Of so many lines of a request columns are made as soon as they are read: later they would have to be fetched from
memory once more, and until then they take ten times as much of it.
"""
_ZONE = b"+00:00"
_TIME = b"0000-00-00T00:00:00.000" + _ZONE
"""How Traccar writes a time; before the zone 0 stands for any digit."""
_UNTIL_ZONE = len(_TIME) - len(_ZONE)
_LOWEST = np.frombuffer(_TIME, np.uint8)
_MOST_ABOVE = np.where((ord("0") == _LOWEST) & (np.arange(len(_TIME)) < _UNTIL_ZONE), 9, 0).astype(np.uint8)
_EARLIEST_MS, _LATEST_MS = to_ms(EARLIEST), to_ms(LATEST)


class _Read(NamedTuple):
    """Lines that were read, of which no columns were made yet, and the fix time of each in ms since 1970 UTC."""

    told: Sequence[_Told]
    fix_ms: Sequence[int]

    def of(self, places: Whole) -> "_Read":
        """These alone."""
        return _Read([self.told[place] for place in places], [self.fix_ms[place] for place in places])

    def __repr__(self) -> str:
        return f"<_Read: {len(self.told)}>"


class Lines(Sequence[Report | Reason]):
    """The lines of one request: each is read as a report, or as why it is none, when somebody asks for it."""

    def __init__(self, bodies: Sequence[bytes]) -> None:
        self._bodies = bodies
        told, fix_ms = _told(bodies)
        self.serials: list[str] = [one.device.uniqueId for one in told]
        """Of each line that has a row of its own; of any other it means nothing."""
        self.untold: list[int] = [place for place, one in enumerate(told) if one is _NOBODY]
        """Lines that have no row of their own."""
        self._rows: _Read | Columns = _Read(told, fix_ms)
        if len(bodies) >= _MANY:
            self._rows = _columns(self._rows)

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

    def part(self, places: Sequence[int]) -> "Lines":
        """Some of them, in that order, which are not read again."""
        some = copy(self)
        some._bodies = [self._bodies[place] for place in places]  # noqa: SLF001 - one of our own
        some._rows = self._rows.of(np.array(places, np.int64))  # noqa: SLF001
        some.serials = [self.serials[place] for place in places]
        untold = set(self.untold)
        some.untold = [number for number, place in enumerate(places) if place in untold]
        return some

    def written(self, places: Sequence[int]) -> bytes:
        """Some of them as NDJSON, as they came."""
        return b"\n".join([self._bodies[place] for place in places])

    @property
    def columns(self) -> Columns:
        """A row for each line."""
        return columns_of([self])


def columns_of(parts: Sequence[Lines]) -> Columns:
    """The rows of several requests, one request after another."""
    made: list[Columns] = []
    few: list[_Read] = []
    for rows in [*(lines._rows for lines in parts), None]:  # noqa: SLF001 - our own
        if isinstance(rows, _Read):
            few.append(rows)
            continue
        if few:  # together: columns of a few rows cost nearly what those of many do
            told, fix_ms = zip(*few, strict=True)
            made.append(_columns(_Read([*chain.from_iterable(told)], [*chain.from_iterable(fix_ms)])))
            few.clear()
        if rows is not None:
            made.append(rows)
    return made[0] if len(made) == 1 else Columns._make(map(np.concatenate, zip(*made, strict=True)))


def read_line(body: bytes) -> Report | Reason:
    """One line of a batch: the report, or why there is none."""
    try:
        return traccar.decode(body) or Reason.NOTHING_IN_IT
    except NotTheFormat:
        return Reason.NOT_THE_FORMAT


def _told(bodies: Sequence[bytes]) -> tuple[Sequence[_Told], list[int]]:
    """Each line, and its fix time in ms since 1970 UTC."""
    if len(bodies) > 1:
        with suppress(msgspec.MsgspecError, RecursionError, ValueError):
            many = list(map(_decoder_as_written.decode, bodies))
            positions = [one.position for one in many]
            others = [one.deviceTime for one in positions if one.deviceTime != one.fixTime]  # nearly always none
            _read_times([text for text in others if text is not None])
            return many, _read_times([one.fixTime for one in positions])
    told = [_told_or_not(body) for body in bodies]
    return told, [to_ms(one.position.fixTime) for one in told]


def _told_or_not(body: bytes) -> _Forwarded:
    try:
        return _decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _NOBODY


def _read_times(texts: Sequence[str]) -> list[int]:
    """Milliseconds since 1970 UTC of each. Raises ValueError unless each is a time as Traccar writes it."""
    if set(map(len, texts)) - {len(_TIME)}:
        raise ValueError("no time as Traccar writes it")
    characters = np.frombuffer("".join(texts).encode("ascii"), np.uint8).reshape(-1, len(_TIME))
    above = characters - _LOWEST  # what lies below is far above: they have no sign
    if (above > _MOST_ABOVE).any() or not above[:, :4].any(axis=1).all():
        raise ValueError("no time as Traccar writes it")
    # NumPy reads more than such times, and there is no day too many that it would take for one.
    told = np.ascontiguousarray(characters[:, :_UNTIL_ZONE]).view(f"S{_UNTIL_ZONE}").astype("M8[ms]")
    times: list[int] = told.view(np.int64).ravel().tolist()
    return times


def _columns(read: _Read) -> Columns:
    """What traccar.decode says of each, where it is a position without an alarm; see there for what is unknown when."""
    told, fix_ms = read.told, np.array(read.fix_ms, np.int64)
    positions = [one.position for one in told]
    said = [one.attributes or _NO_ATTRIBUTES for one in positions]
    lat, lon = _floats(positions, "latitude"), _floats(positions, "longitude")
    on_globe = (lat >= -90) & (lat <= 90) & (lon >= -180) & (lon <= 180)
    lat_e7 = np.rint(np.where(on_globe, lat, 0.0) * 1e7).astype(np.int64)
    lon_e7 = np.rint(np.where(on_globe, lon, 0.0) * 1e7).astype(np.int64)
    believable = (fix_ms >= _EARLIEST_MS) & (fix_ms < _LATEST_MS)
    usual = np.fromiter(
        (
            one.valid is not False and not words.mock and not words.alarm
            for one, words in zip(positions, said, strict=True)
        ),
        np.bool_,
        len(told),
    )
    altitude, speed = _floats(positions, "altitude"), _floats(positions, "speed")
    accuracy, course = _floats(positions, "accuracy"), _floats(positions, "course")
    count, hdop, battery = _floats(said, "sat"), _floats(said, "hdop"), _floats(said, "batteryLevel")
    counted = (count >= 0) & (count <= _SATELLITES_MAX)
    satellites = np.where(counted, count, -1.0).astype(np.int64)
    approximate = np.fromiter((one.approximate is True for one in said), np.bool_, len(told))
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
    """One member of each, NaN where it is not told."""
    try:
        return np.fromiter(map(attrgetter(name), ones), np.float64, len(ones))
    except TypeError:  # one is null
        return np.array(list(map(attrgetter(name), ones)), np.float64)


def _where(known: Bools, quantity: Floats) -> Floats:
    return np.where(known, quantity, np.nan)
