"""Traccar's forwarded positions, many at once: the same as traccar.decode line by line, and columns of them beside.

What is read at once is what nearly every line is: a position whose every member that we read is of its kind. Whatever
else a line is, traccar.decode says.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from math import nan
from operator import attrgetter
from typing import NamedTuple, Protocol, overload

import msgspec
import numpy as np

from custodiet.model.errors import NotTheFormat
from custodiet.model.report import Method, Reason, Report
from custodiet.model.times import EPOCH, to_ms
from custodiet.wire import traccar
from custodiet.wire.columns import Bools, Columns, Floats, Rows, Whole, serial_keys
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


_decoder = msgspec.json.Decoder(_Forwarded)
_decoder_as_written = msgspec.json.Decoder(_ForwardedAsWritten)
_NO_ATTRIBUTES = _Attributes()
_NOBODY = _Forwarded(_Timed(fixTime=EPOCH, latitude=0.0, longitude=0.0), _Device("?"))
"""Stands where a line has no row; at 0, 0, which is no position."""
_ZONE = b"+00:00"
_TIME = b"0000-00-00T00:00:00.000" + _ZONE
"""How Traccar writes a time; before the zone 0 stands for any digit."""
_UNTIL_ZONE = len(_TIME) - len(_ZONE)
_LOWEST = np.frombuffer(_TIME, np.uint8)
_MOST_ABOVE = np.where((ord("0") == _LOWEST) & (np.arange(len(_TIME)) < _UNTIL_ZONE), 9, 0).astype(np.uint8)
_EARLIEST_MS, _LATEST_MS = to_ms(EARLIEST), to_ms(LATEST)
NUMBERS = ("latitude", "longitude", "altitude", "speed", "course", "accuracy", "batteryLevel", "sat", "hdop")
"""The numbers of a row as Traccar names them: of a position, and the last three of its attributes."""
_OF_POSITION = len(NUMBERS) - 3
_BEGIN = np.zeros(1, np.int64)


class Told(NamedTuple):
    """What lines say, of each a row, before any of it is judged. Without a text form of use: it holds places."""

    read: Bools
    """False: a line with no row of its own."""
    usual: Bools
    """Valid as far as is told, no mock, and no alarm in it."""
    approximate: Bools
    fix_ms: Whole
    """Milliseconds since 1970 UTC."""
    numbers: Floats
    """NUMBERS of each line; NaN where one is not told."""
    serial_keys: Rows
    """Of its device; zeros of a line with no row of its own."""

    def __repr__(self) -> str:
        return f"<Told: {len(self.read)}>"

    def of(self, places: Whole) -> "Told":
        """These alone."""
        return Told._make(column[places] for column in self)


class Read(NamedTuple):
    """The lines of a body that are not blank: where each begins and ends in it, its device's serial, and its row."""

    begins: Whole
    ends: Whole
    serials: Sequence[str]
    told: Told

    def __repr__(self) -> str:
        return f"<Read: {len(self.serials)}>"


class TooMany(NotTheFormat):
    """A body has more lines than may come in one."""


class ReadsMany(Protocol):
    """Who reads NDJSON of many forwarded positions at once: `LineByLine` is the reference."""

    def read(self, body: bytes, lines_max: int) -> Read:
        """Raises TooMany, and nothing else whatever the body is."""


class LineByLine:
    """Each line decoded by itself."""

    def read(self, body: bytes, lines_max: int) -> Read:
        """Raises TooMany."""
        pieces = body.split(b"\n")
        ends = np.cumsum([len(piece) + 1 for piece in pieces]) - 1
        places = [place for place, piece in enumerate(pieces) if piece and not piece.isspace()]
        if len(places) > lines_max:
            raise TooMany(f"more than {lines_max} lines")
        bodies, ends = [pieces[place] for place in places], ends[places]
        begins = ends - np.fromiter(map(len, bodies), np.int64, len(bodies))
        return Read(begins, ends, *read_each(bodies))


class Lines(Sequence[Report | Reason]):
    """The lines of one request: each is read as a report, or as why it is none, when somebody asks for it."""

    def __init__(
        self, body: bytes, begins: Whole, ends: Whole, serials: Sequence[str], told: Told | _Forwarded
    ) -> None:
        """`many` and `one` make them of what is sent."""
        self._body, self._begins, self._ends = body, begins, ends
        self.serials = serials
        """Of each line that has a row of its own; of any other it means nothing."""
        self._told = told

    @classmethod
    def many(cls, body: bytes, reads: ReadsMany, lines_max: int) -> "Lines":
        """The lines of NDJSON that are not blank. Raises TooMany."""
        read = reads.read(body, lines_max)
        return cls(body, read.begins, read.ends, read.serials, read.told)

    @classmethod
    def one(cls, body: bytes) -> "Lines":
        """A body that is one line, whatever stands in it: columns of several such are made together, later."""
        told = _told_or_not(body)
        return cls(body, _BEGIN, np.array([len(body)]), [told.device.uniqueId], told)

    def __repr__(self) -> str:
        return f"<Lines: {len(self)}>"

    def __len__(self) -> int:
        return len(self._begins)

    @overload
    def __getitem__(self, index: int) -> Report | Reason: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Report | Reason]: ...

    def __getitem__(self, index: int | slice) -> Report | Reason | Sequence[Report | Reason]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        return read_line(self._line(index))

    def _line(self, place: int) -> bytes:
        return self._body[self._begins[place] : self._ends[place]]

    @property
    def untold(self) -> list[int]:
        """Lines that have no row of their own."""
        if isinstance(self._told, Told):
            return [] if self._told.read.all() else np.flatnonzero(~self._told.read).tolist()
        return [0] if self._told is _NOBODY else []

    @property
    def told(self) -> Told:
        """A row for each line."""
        return self._told if isinstance(self._told, Told) else _told_of([self._told])

    def part(self, places: Sequence[int]) -> "Lines":
        """Some of them, in that order, which are not read again."""
        some, serials = np.array(places, np.int64), [self.serials[place] for place in places]
        return Lines(self._body, self._begins[some], self._ends[some], serials, self.told.of(some))

    def written(self, places: Sequence[int]) -> bytes:
        """Some of them as NDJSON, as they came."""
        return b"\n".join(map(self._line, places))

    @property
    def columns(self) -> Columns:
        """A row for each line."""
        return columns_of([self])


def columns_of(parts: Sequence[Lines]) -> Columns:
    """The rows of several requests, one request after another."""
    told: list[Told] = []
    ones: list[_Forwarded] = []
    for part in [*(lines._told for lines in parts), None]:  # noqa: SLF001 - our own
        if isinstance(part, _Forwarded):
            ones.append(part)
            continue
        if ones:  # together: rows of a few lines cost nearly what those of many do
            told.append(_told_of(ones))
            ones.clear()
        if part is not None:
            told.append(part)
    return _columns(told[0] if len(told) == 1 else Told._make(map(np.concatenate, zip(*told, strict=True))))


def read_line(body: bytes) -> Report | Reason:
    """One line of a batch: the report, or why there is none."""
    try:
        return traccar.decode(body) or Reason.NOTHING_IN_IT
    except NotTheFormat:
        return Reason.NOT_THE_FORMAT


def read_each(bodies: Sequence[bytes]) -> tuple[list[str], Told]:
    """Of each line its device's serial, and its row."""
    with suppress(msgspec.MsgspecError, RecursionError, ValueError):
        many = list(map(_decoder_as_written.decode, bodies))
        positions = [one.position for one in many]
        others = [one.deviceTime for one in positions if one.deviceTime != one.fixTime]  # nearly always none
        _read_times([text for text in others if text is not None])
        fix_ms = _read_times([one.fixTime for one in positions])
        return [one.device.uniqueId for one in many], _rows(many, fix_ms)
    told = [_told_or_not(body) for body in bodies]
    return [one.device.uniqueId for one in told], _told_of(told)


def _told_or_not(body: bytes) -> _Forwarded:
    try:
        return _decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _NOBODY


def _read_times(texts: Sequence[str]) -> Whole:
    """Milliseconds since 1970 UTC of each. Raises ValueError unless each is a time as Traccar writes it."""
    if set(map(len, texts)) - {len(_TIME)}:
        raise ValueError("no time as Traccar writes it")
    characters = np.frombuffer("".join(texts).encode("ascii"), np.uint8).reshape(-1, len(_TIME))
    above = characters - _LOWEST  # what lies below is far above: they have no sign
    if (above > _MOST_ABOVE).any() or not above[:, :4].any(axis=1).all():
        raise ValueError("no time as Traccar writes it")
    # NumPy reads more than such times, and there is no day too many that it would take for one.
    told = np.ascontiguousarray(characters[:, :_UNTIL_ZONE]).view(f"S{_UNTIL_ZONE}").astype("M8[ms]")
    return told.view(np.int64).ravel()


def _told_of(ones: Sequence[_Forwarded]) -> Told:
    return _rows(ones, np.array([to_ms(one.position.fixTime) for one in ones], np.int64))


def _rows(ones: Sequence[_Forwarded | _ForwardedAsWritten], fix_ms: Whole) -> Told:
    positions = [one.position for one in ones]
    said = [one.attributes or _NO_ATTRIBUTES for one in positions]
    usual = (
        one.valid is not False and not words.mock and not words.alarm
        for one, words in zip(positions, said, strict=True)
    )
    numbers = [_floats(positions, name) for name in NUMBERS[:_OF_POSITION]]
    numbers += [_floats(said, name) for name in NUMBERS[_OF_POSITION:]]
    return Told(
        _bools((one is not _NOBODY for one in ones), len(ones)),
        _bools(usual, len(ones)),
        _bools((words.approximate is True for words in said), len(ones)),
        fix_ms,
        np.array(numbers).T,
        serial_keys("" if one is _NOBODY else one.device.uniqueId for one in ones),
    )


def _bools(ones: Iterable[bool], count: int) -> Bools:
    return np.fromiter(ones, np.bool_, count)


def _floats(ones: Sequence[msgspec.Struct], name: str) -> Floats:
    """One member of each, NaN where it is not told."""
    try:
        return np.fromiter(map(attrgetter(name), ones), np.float64, len(ones))
    except TypeError:  # one is null
        return np.array(list(map(attrgetter(name), ones)), np.float64)


def _columns(told: Told) -> Columns:
    """What traccar.decode says of each, where it is a position without an alarm; see there for what is unknown when."""
    lat, lon, altitude, speed, course, accuracy, battery, count, hdop = np.ascontiguousarray(told.numbers.T)
    on_globe = (lat >= -90) & (lat <= 90) & (lon >= -180) & (lon <= 180)
    lat_e7 = np.rint(np.where(on_globe, lat, 0.0) * 1e7).astype(np.int64)
    lon_e7 = np.rint(np.where(on_globe, lon, 0.0) * 1e7).astype(np.int64)
    believable = (told.fix_ms >= _EARLIEST_MS) & (told.fix_ms < _LATEST_MS)
    satellites = np.where((count >= 0) & (count <= _SATELLITES_MAX), count, -1.0).astype(np.int64)
    around = np.where((course > 0) & (course <= 360), course, 0.0) % 360
    return Columns(
        plain=told.usual & believable & on_globe & ((lat_e7 != 0) | (lon_e7 != 0)),
        fix_ms=told.fix_ms,
        lat_e7=lat_e7,
        lon_e7=lon_e7,
        accuracy_m=_where((accuracy > 0) & (accuracy < np.inf), accuracy),
        altitude_m=_where((np.abs(altitude) < np.inf) & (altitude != 0), altitude),
        speed_mps=_where((speed >= 0) & (speed < np.inf), speed) * KNOT_MPS,
        course_deg=_where(around != 0, around),
        method=np.where(told.approximate, _LBS, np.where(satellites > 0, _GPS, _UNSAID)),
        satellites=satellites,
        hdop=_where((hdop > 0) & (hdop < np.inf), hdop),
        battery_percent=_where((battery >= 0) & (battery <= 100), battery),
        serial_keys=told.serial_keys,
    )


def _where(known: Bools, quantity: Floats) -> Floats:
    return np.where(known, quantity, np.nan)
