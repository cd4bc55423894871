"""The bytes of a stored fix, of a frame of them, and of what seals them. Fixed sizes, little-endian.

A sealed fix ("piece") is nonce (12) ‖ AES-256-GCM ciphertext (PLAIN_BYTES) ‖ tag (16): its length never tells
anything of its content. A frame's directory has one row a piece: session number (u32), fix time in ms (i64),
offset of the piece in the frame (u32). Nothing in a directory is a position.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from struct import Struct

import msgspec
import rfc8785

from custodiet.model.errors import IllegalValue, NotTheFormat
from custodiet.model.report import Fix, Method
from custodiet.model.session import Session
from custodiet.model.times import from_ms

_PLAIN = Struct("<BqqiiIiIHBBH")
"""Version, fix time ms, received ms, lat, lon 1e-7°, accuracy cm, altitude cm, speed mm/s, course 0.01°, method,
satellites, HDOP 0.01."""
VERSION = 1
_PLAIN_HEAD = Struct("<Bq")
_ROW = Struct("<IqI")
_PIECE = Struct(">6sIq")
_HEAD_ALONE = Struct(f"{_PLAIN_HEAD.format}{_PLAIN.size - _PLAIN_HEAD.size}x")
PIECE = b"piece\0"
_TIME = Struct(">q")
_SEARCHED_FROM = 16 * _ROW.size
"""A directory so long is searched for a session's bytes before its rows are read."""

# The unknown of each field: a value the unit cannot take, inside these bytes only; outside it is None.
NO_U32 = 0xFFFF_FFFF
NO_I32 = -0x8000_0000
END_I32 = 0x7FFF_FFFF + 0.5
NO_U16 = 0xFFFF
NO_U8 = 0xFF
_FIXES = b"custodiet/fix/v1\0"
_SESSION_CHARS = len("session_") + 20
"""Of a session's identity, as chance makes it."""
FIXES_CONTEXT_BYTES = len(_FIXES) + _SESSION_CHARS + 1

METHODS: tuple[Method | None, ...] = (None, Method.GPS, Method.RF, Method.LBS, Method.WIFI)
"""By their number in a stored fix: never reorder."""
_NUMBER_OF = {method: number for number, method in enumerate(METHODS)}

FixRow = tuple[int, int, int, int, int, int, int, int, int, int, int, int]
"""A packed fix's numbers, as _PLAIN has them: the version is checked, unknowns are not yet None."""

PLAIN_BYTES = _PLAIN.size
KEY_BYTES = 32
NONCE_BYTES = 12
PIECE_BYTES = NONCE_BYTES + PLAIN_BYTES + 16
ROW_BYTES = _ROW.size


@dataclass(frozen=True, slots=True)
class DirectoryRow:
    """Where one fix lies in its frame."""

    session_no: int
    fix_ms: int
    offset: int


class StoredFix(msgspec.Struct, frozen=True, gc=False):
    """A fix with its time and when it reached us."""

    fix: Fix
    fix_time: datetime
    received_at: datetime


def pack_fix(fix: Fix, fix_ms: int, received_ms: int) -> bytes:
    """PLAIN_BYTES bytes, from a fix and when it was and reached us, in ms since 1970 UTC.

    A quantity that its field cannot hold is written as unknown.
    """
    # Written out, and not a call for each, since this is done for every fix. What is not a number is in no interval;
    # what rounds up to the end of its field is unknown by that alone, but of the altitude, whose unknown is the lowest.
    accuracy, altitude, speed, course = fix.accuracy_m, fix.altitude_m, fix.speed_mps, fix.course_deg
    satellites, hdop = fix.satellites, fix.hdop
    return _PLAIN.pack(
        VERSION,
        fix_ms,
        received_ms,
        fix.lat_e7,
        fix.lon_e7,
        NO_U32 if accuracy is None or not 0 <= accuracy * 100 < NO_U32 else round(accuracy * 100),
        NO_I32 if altitude is None or not NO_I32 + 1 <= altitude * 100 < END_I32 else round(altitude * 100),
        NO_U32 if speed is None or not 0 <= speed * 1000 < NO_U32 else round(speed * 1000),
        NO_U16 if course is None or not 0 <= course * 100 < NO_U16 else round(course * 100),
        _NUMBER_OF[fix.method],
        NO_U8 if satellites is None or not 0 <= satellites < NO_U8 else round(satellites),
        NO_U16 if hdop is None or not 0 <= hdop * 100 < NO_U16 else round(hdop * 100),
    )


def plain_head(fix_ms: int) -> bytes:
    """What a packed fix of that time begins with."""
    return _PLAIN_HEAD.pack(VERSION, fix_ms)


def heads_of(plains: bytes) -> Iterator[tuple[int, int]]:
    """(version, fix time in ms) of packed fixes that lie one behind the other. Raises NotTheFormat as rows_of."""
    _require_whole_fixes(plains)
    return _HEAD_ALONE.iter_unpack(plains)


def unpack_fix(plain: bytes) -> StoredFix:
    """The inverse of pack_fix. Raises NotTheFormat for anything that pack_fix cannot have written."""
    if len(plain) != PLAIN_BYTES or plain[0] != VERSION:
        raise NotTheFormat("a stored fix of another format")
    return stored_of(_PLAIN.unpack(plain))


def rows_of(plains: bytes) -> Iterator[FixRow]:
    """The numbers of packed fixes that lie one behind the other. Raises NotTheFormat when they are cut short."""
    _require_whole_fixes(plains)
    return _PLAIN.iter_unpack(plains)


def _require_whole_fixes(plains: bytes) -> None:
    if len(plains) % PLAIN_BYTES:
        raise NotTheFormat("packed fixes that are cut short")


def stored_of(row: FixRow) -> StoredFix:
    """The fix of these numbers. Raises NotTheFormat for what pack_fix cannot have written."""
    _, fix_ms, received_ms, lat, lon, accuracy, altitude, speed, course, method, satellites, hdop = row
    try:
        fix = Fix(
            lat,
            lon,
            None if accuracy == NO_U32 else accuracy / 100,
            None if altitude == NO_I32 else altitude / 100,
            None if speed == NO_U32 else speed / 1000,
            None if course == NO_U16 else course / 100,
            METHODS[method],
            None if satellites == NO_U8 else satellites,
            None if hdop == NO_U16 else hdop / 100,
        )
        return StoredFix(fix, from_ms(fix_ms), from_ms(received_ms))
    except (IllegalValue, OverflowError, IndexError):
        raise NotTheFormat("a stored fix that cannot be one") from None


def pack_directory(pieces: Iterable[tuple[int, int]]) -> bytes:
    """ROW_BYTES bytes for each piece, from its (session number, fix time in ms), in the frame's order."""
    return b"".join(_ROW.pack(no, fix_ms, place * PIECE_BYTES) for place, (no, fix_ms) in enumerate(pieces))


def unpack_directory(directory: bytes) -> Iterator[DirectoryRow]:
    """The rows of a frame's directory. Raises NotTheFormat when it is cut short."""
    return (DirectoryRow(*row) for row in directory_rows(directory))


def directory_rows(directory: bytes) -> Iterator[tuple[int, int, int]]:
    """The same as (session number, fix time in ms, offset) each: what is done for every fix makes no object of it."""
    require_whole(directory)
    return _ROW.iter_unpack(directory)


def require_whole(directory: bytes) -> None:
    """Raise NotTheFormat when a frame's directory is cut short."""
    if len(directory) % ROW_BYTES:
        raise NotTheFormat("a frame directory that is cut short")


def rows_of_sessions(directory: bytes, numbers: set[int]) -> dict[int, DirectoryRow]:
    """The rows of some sessions by their place. Raises NotTheFormat when the directory is cut short.

    Most frames hold none: looking for the numbers' bytes first costs a fraction of reading every row.
    """
    long = len(directory) >= _SEARCHED_FROM
    if long and not any(number.to_bytes(4, "little") in directory for number in numbers):
        return {}
    return {place: DirectoryRow(*row) for place, row in enumerate(directory_rows(directory)) if row[0] in numbers}


def piece_of(sealed: bytes, row: DirectoryRow) -> bytes:
    """The piece a directory row points at. Raises NotTheFormat when the frame does not hold it."""
    piece = sealed[row.offset : row.offset + PIECE_BYTES]
    if len(piece) != PIECE_BYTES:
        raise NotTheFormat("a frame shorter than its directory")
    return piece


def fixes_context(session: Session) -> bytes:
    """What a sealed fix is bound to (AES-GCM additional data), the part that is the same for a whole session.

    FIXES_CONTEXT_BYTES bytes. The time of the fix follows it.
    """
    return _FIXES + session.id.encode() + b"\0"


def time_context(fix_ms: int) -> bytes:
    """The part of it that is of one fix alone."""
    return _TIME.pack(fix_ms)


def session_context(session: Session) -> bytes:
    """What a sealed session key is bound to (HPKE info): every field that says whose it is."""
    names = (
        session.id,
        session.person_id,
        session.case_id,
        session.decision_id,
        session.fitting_id,
        session.category,
        session.day.isoformat(),
        session.monitor,
    )
    return b"\0".join([b"custodiet/session/v1", *(name.encode() for name in names)])


def piece_body(session_no: int, fix_ms: int, piece: bytes) -> bytes:
    """The leaf body of one piece in its ingest record's root. The offset is left out: it is derived."""
    return _PIECE.pack(PIECE, session_no, fix_ms) + piece


def piece_bodies(pieces: Iterable[tuple[int, int, bytes]]) -> Iterator[bytes]:
    """The same of many, from their session numbers, fix times in ms and pieces."""
    pack = _PIECE.pack
    return (pack(PIECE, no, fix_ms) + piece for no, fix_ms, piece in pieces)


def session_body(session: Session, number: int) -> bytes:
    """The leaf body of one new session, under its number, in its ingest record's root."""
    return (
        b"session\0"
        + number.to_bytes(4, "big")
        + session_context(session)
        + rfc8785.dumps({"sealed_key": session.sealed_key.hex(), "commitment": session.commitment.hex()})
    )
