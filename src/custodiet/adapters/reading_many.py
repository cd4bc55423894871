"""The lines of a batch read in one call of what is compiled from reading_many.cpp.

What is not read there is decoded as LineByLine decodes it; where it was not made, everything is.
"""

import ctypes
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from custodiet.adapters.compiled import AT, SIZE, Compiled, Unfit, call_of
from custodiet.wire.columns import SERIAL_KEY_BYTES, Whole
from custodiet.wire.traccar_columns import NUMBERS, LineByLine, Read, Told, TooMany, read_each

_LINE_BYTES = 256
"""Lines are rarely shorter: room for so many is made at first."""
_LINE = np.dtype(
    [
        *((name, "<i8") for name in ("begin", "end", "fix_ms")),
        ("numbers", "<f8", len(NUMBERS)),
        *((name, "?") for name in ("read", "usual", "approximate")),
        ("unused", "V5"),
        ("serial_key", "u1", SERIAL_KEY_BYTES),
    ]
)

_PLACE = b'"fixTime":"2024-02-29T23:59:58.765+00:00","latitude":-46.25,"longitude":28'
_DEVICE = b'"device":{"id":1,"uniqueId":"TAG-1"}'
_USUALLY_WRITTEN = (
    b'{"position":{%b,"altitude":1,"speed":2.5,"course":3,"accuracy":4,"attributes":{"batteryLevel":5,"sat":6,"hdop":7}'
    b',"deviceTime":"2024-03-01T00:00:00.000+00:00","valid":true},%b,"event":null}' % (_PLACE, _DEVICE),
    b'{%b,"position":{"attributes":{"approximate":true,"alarm":"","mock":false},%b}}' % (_DEVICE, _PLACE),
    b'{%b,"position":{"attributes":{"mock":true,"charge":null,"alarm":null},"valid":null,"deviceTime":null,%b}}\r'
    % (_DEVICE, _PLACE),
    b'{%b,"position":{"attributes":{"alarm":"sos"},%b}}' % (_DEVICE, _PLACE),
    b'{%b,"position":{"deviceTime":"2024-03-01T00:00:00.000+00:00",%b}}' % (_DEVICE, _PLACE),
    b'{%b,"position":{"valid":false,"attributes":null,"speed":null,%b}}' % (_DEVICE, _PLACE),
    b'{"position":{%b},%b}' % (_PLACE.replace(b"2024", b"1024"), _DEVICE + b" " * 64),
)
_OTHERWISE_WRITTEN = (
    b"no JSON",
    b' {"position":{%b},%b}' % (_PLACE, _DEVICE),
    b'{"position":{%b},%b,"event":{}}' % (_PLACE, _DEVICE),
    b'{"position":{%b,"speed":"2.5"},%b}' % (_PLACE, _DEVICE),
    b'{"position":{%b,%b},%b}' % (_PLACE, _PLACE, _DEVICE),
    b'{"position":{%b,"x":"\\n"},%b}' % (_PLACE, _DEVICE),
    b'{"position":{%b},%b}' % (_PLACE.replace(b"02-29", b"02-30"), _DEVICE),
    b'{"position":{%b},"device":{"uniqueId":""}}' % _PLACE,
    b'{"position":{"deviceTime":"",%b},%b}' % (_PLACE, _DEVICE),
    b'{"position":{%b},%b}' % (_PLACE.replace(b"longitude", b"else"), _DEVICE),
    b'{"position":{%b}}' % _PLACE,
    b'{"position":{%b},%b}' % (_PLACE.replace(b"-46.25", b"null"), _DEVICE),
    b'{"position":{%b},%b}' % (_PLACE.replace(b"28", b"028"), _DEVICE),
    b'{"position":{%b},"x":1e400,%b}' % (_PLACE, _DEVICE),
    b'{"position":{%b,"speed":18446744073709551616},%b}' % (_PLACE, _DEVICE),
    b'{"position":{%b},%b,}' % (_PLACE, _DEVICE),
    b'{"position":{%b},%b}\0' % (_PLACE, _DEVICE),
    b'{"position":{%b},%b}}' % (_PLACE, _DEVICE),
    b'{"position":{%b,"x":"\1"},%b}' % (_PLACE, _DEVICE),
    b'{"position":{%b},%b}' % (_PLACE, _DEVICE.replace(b"TAG", b"\xff")),
    b'\xef\xbb\xbf{"position":{%b},%b}' % (_PLACE, _DEVICE),
    b'{"position":{%b},%b\n}' % (_PLACE, _DEVICE),  # two lines, and neither is one
)
"""By these it is tried: what differs from machine to machine is the library, and how it goes about it."""


class _AtOnce:
    """What ReadsMany promises. May be called from any thread."""

    def __init__(self, library: Path) -> None:
        """Raises OSError when it cannot be loaded, and Unfit when it does not read as it should."""
        self._read = call_of(library, "custodiet_read", [AT, SIZE, SIZE, AT, AT, AT], SIZE)
        try:
            _try(self)
        except (ValueError, IndexError, TooMany):  # what it wrote cannot even be looked at
            raise Unfit("what was compiled does not write what it should") from None

    def read(self, body: bytes, lines_max: int) -> Read:
        """Raises TooMany."""
        room = min(len(body) // _LINE_BYTES + 1, lines_max)
        read = self.read_at_once(body, room)
        if read is None and room < lines_max:
            read = self.read_at_once(body, min(body.count(b"\n") + 1, lines_max))
        if read is None:
            raise TooMany(f"more than {lines_max} lines")
        left = np.flatnonzero(~read.told.read)
        return _read_otherwise(body, read, left) if len(left) else read

    def read_at_once(self, body: bytes, room: int) -> Read | None:
        """Only what is read at once has its row. None when there are more lines than that."""
        lines, serials, serial_bytes = np.empty(room, _LINE), np.empty(len(body) + room, np.uint8), SIZE()
        into = (lines.ctypes.data, serials.ctypes.data, ctypes.byref(serial_bytes))
        count = self._read(body, len(body), room, *into)
        if count > room:
            return None
        lines = lines[:count]
        columns = [lines[name] for name in ("read", "usual", "approximate", "fix_ms", "numbers", "serial_key")]
        named = _Serials(serials[: serial_bytes.value].tobytes(), count)
        return Read(lines["begin"], lines["end"], named, Told(*columns))


class _Serials(Sequence[str]):
    """Text is made of them when it is asked for: where nearly everyone is steady nobody does."""

    def __init__(self, written: bytes, count: int) -> None:
        """`written`: each with a line feed after it."""
        self._written, self._count = written, count

    @cached_property
    def _each(self) -> list[str]:
        return self._written.decode().split("\n")[: self._count]

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> list[str]: ...

    def __getitem__(self, index: int | slice) -> str | list[str]:
        return self._each[index]


def _read_otherwise(body: bytes, read: Read, left: Whole) -> Read:
    """The same with what was left of a body in its rows."""
    serials, told = read_each([body[read.begins[place] : read.ends[place]] for place in left])
    all_serials = list(read.serials)
    for place, serial in zip(left.tolist(), serials, strict=True):
        all_serials[place] = serial
    into: tuple[npt.NDArray[Any], ...] = read.told
    for column, given in zip(into, told, strict=True):
        column[left] = given
    return read._replace(serials=all_serials)


def _try(at_once: _AtOnce) -> None:
    """Raise Unfit unless a few come out as they do line by line, and those that are usual at once."""
    body = b"\n".join((*_USUALLY_WRITTEN, b" \r", *_OTHERWISE_WRITTEN))
    expected = LineByLine().read(body, len(body))
    lines = len(expected.serials)
    first, read = at_once.read_at_once(body, lines), at_once.read(body, lines)
    if first is None or at_once.read_at_once(body, lines - 1) is not None:
        raise Unfit("what was compiled does not count as it should")
    if np.flatnonzero(first.told.read).tolist() != list(range(len(_USUALLY_WRITTEN))):
        raise Unfit("what was compiled does not read what it should")
    pairs = zip(_columns(read), _columns(expected), strict=True)
    if list(read.serials) != expected.serials or not all(np.array_equal(*pair, equal_nan=True) for pair in pairs):
        raise Unfit("what was compiled does not read as it should")


def _columns(read: Read) -> tuple[npt.NDArray[Any], ...]:
    return read.begins, read.ends, *read.told


READING_MANY = Compiled(
    source=Path(__file__).with_suffix(".cpp"),
    compiler="c++",
    flags=("-std=c++17", "-fno-exceptions", "-fno-rtti"),
    links=("-lsimdjson",),
    packages="g++ libsimdjson-dev",
    join=_AtOnce,
)
