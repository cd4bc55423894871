"""Many reports as columns, for those who take many at once: one array a quantity, one row a report.

A row holds only what is nearly always so: a position with its time and without an alarm. Of any other line its row says
nothing but that (`plain` is false); it is read as a report, one by one. What is unknown is NaN here, -1 of a count.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from custodiet.wire.frame import END_I32, NO_I32, NO_U8, NO_U16, NO_U32, PIECE, PIECE_BYTES, PLAIN_BYTES, VERSION

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.uint8]
"""Bytes, as many in each row as in any other."""

_PLAIN = np.dtype(
    [
        ("version", "u1"),
        ("fix_ms", "<i8"),
        ("received_ms", "<i8"),
        ("lat_e7", "<i4"),
        ("lon_e7", "<i4"),
        ("accuracy_cm", "<u4"),
        ("altitude_cm", "<i4"),
        ("speed_mmps", "<u4"),
        ("course_cdeg", "<u2"),
        ("method", "u1"),
        ("satellites", "u1"),
        ("hdop_c", "<u2"),
    ]
)
_DIRECTORY = np.dtype([("session_no", "<u4"), ("fix_ms", "<i8"), ("offset", "<u4")])
_PIECE_HEAD = np.dtype([("word", f"V{len(PIECE)}"), ("session_no", ">u4"), ("fix_ms", ">i8")])
HEAD_BYTES = _PIECE_HEAD.itemsize
"""What comes before a piece in its leaf."""


SERIAL_KEY_BYTES = 40
"""Room for a UUID as text, and three more."""


def has_key(serial: str) -> bool:
    """Whether there is room for that serial."""
    return 0 < len(_utf8(serial)) < SERIAL_KEY_BYTES


def serial_keys(serials: Iterable[str]) -> Rows:
    """Of each serial a row of bytes that no other has: itself in UTF-8, zeros, and last how many bytes it has. Zeros
    alone for one that there is no room for.
    """
    keys = bytearray()
    for serial in serials:
        written = _utf8(serial) if has_key(serial) else b""
        keys += written.ljust(SERIAL_KEY_BYTES - 1, b"\0") + bytes([len(written)])
    return np.frombuffer(bytes(keys), np.uint8).reshape(-1, SERIAL_KEY_BYTES)


def _utf8(serial: str) -> bytes:
    return serial.encode(errors="surrogatepass")  # half a pair may be registered, and is nobody else's all the same


class Columns(NamedTuple):
    """Rows of one request in their order. Without a text form of use: it holds places."""

    plain: Bools
    fix_ms: Whole
    """Milliseconds since 1970 UTC."""
    lat_e7: Whole
    lon_e7: Whole
    accuracy_m: Floats
    altitude_m: Floats
    speed_mps: Floats
    course_deg: Floats
    method: Whole
    """As frame.METHODS numbers them."""
    satellites: Whole
    hdop: Floats
    battery_percent: Floats
    serial_keys: Rows
    """Of its device, as `serial_keys` makes them."""

    def __repr__(self) -> str:
        return f"<Columns of {len(self.plain)}>"

    def of(self, rows: Whole) -> "Columns":
        """These rows alone."""
        return Columns._make(column[rows] for column in self)


class ToSeal(NamedTuple):
    """Fixes that are to be sealed: of each a row. Without a text form of use: it holds places, and keys."""

    keys: Rows
    contexts: Rows
    """What each is bound to, whole: frame.fixes_context and frame.time_context."""
    heads: Rows
    plains: Rows

    def __repr__(self) -> str:
        return f"<ToSeal: {len(self.keys)}>"


class SealedPieces(NamedTuple):
    """Pieces one behind the other, and of each its leaf in the record's tree."""

    pieces: bytes
    leaves: bytes

    def __repr__(self) -> str:
        return f"<SealedPieces: {len(self.pieces)} bytes>"


@np.errstate(over="ignore")  # beyond every number is beyond what is kept, and so unknown
def pack_fixes(columns: Columns, received_ms: Whole) -> Rows:
    """In each row what frame.pack_fix writes of that fix. Raises nothing: every one must be a plain one."""
    packed = np.empty(len(columns.plain), _PLAIN)
    packed["version"] = VERSION
    packed["fix_ms"], packed["received_ms"] = columns.fix_ms, received_ms
    packed["lat_e7"], packed["lon_e7"] = columns.lat_e7, columns.lon_e7
    packed["accuracy_cm"] = _unsigned(columns.accuracy_m, 100, NO_U32)
    packed["speed_mmps"] = _unsigned(columns.speed_mps, 1000, NO_U32)
    packed["course_cdeg"] = _unsigned(columns.course_deg, 100, NO_U16)
    packed["hdop_c"] = _unsigned(columns.hdop, 100, NO_U16)
    packed["method"] = columns.method
    count = columns.satellites
    packed["satellites"] = np.where((count >= 0) & (count < NO_U8), count, NO_U8)
    altitude = columns.altitude_m * 100
    known = (altitude >= NO_I32 + 1) & (altitude < END_I32)
    packed["altitude_cm"] = np.rint(np.where(known, altitude, NO_I32))
    return packed.view(np.uint8).reshape(-1, PLAIN_BYTES)


def time_contexts(fix_ms: Whole) -> Rows:
    """What frame.time_context says of each."""
    return fix_ms.astype(">i8").view(np.uint8).reshape(-1, 8)


def piece_heads(session_no: Whole, fix_ms: Whole) -> Rows:
    """What comes before each piece in frame.piece_body."""
    heads = np.empty(len(fix_ms), _PIECE_HEAD)
    heads["word"], heads["session_no"], heads["fix_ms"] = np.void(PIECE), session_no, fix_ms
    return heads.view(np.uint8).reshape(-1, HEAD_BYTES)


def directory_of(session_no: Whole, fix_ms: Whole, before: int) -> bytes:
    """What frame.pack_directory writes of these pieces where so many come before them in the frame."""
    rows = np.empty(len(fix_ms), _DIRECTORY)
    rows["session_no"], rows["fix_ms"] = session_no, fix_ms
    rows["offset"] = (before + np.arange(len(fix_ms))) * PIECE_BYTES
    return rows.tobytes()


def times_of_sessions(directories: bytes) -> Iterator[tuple[int, Whole]]:
    """Of each session in these directories, one after another, its number and its fix times in order."""
    rows = np.frombuffer(directories, _DIRECTORY)
    order = np.lexsort((rows["fix_ms"], rows["session_no"]))
    numbers, times = rows["session_no"][order], rows["fix_ms"][order]
    firsts = np.flatnonzero(np.diff(numbers, prepend=-1))
    yield from zip(numbers[firsts].tolist(), np.split(times, firsts[1:]), strict=False)


def place_bytes(lat_e7: Whole, lon_e7: Whole) -> bytes:
    """Of one after another its latitude and longitude in 1e-7 degrees, as two big-endian integers of eight bytes."""
    return np.stack([lat_e7, lon_e7], axis=1).astype(">i8").tobytes()


def _unsigned(quantity: Floats, steps: int, unknown: int) -> Floats:
    scaled = quantity * steps
    return np.rint(np.where((scaled >= 0) & (scaled < unknown), scaled, unknown))
