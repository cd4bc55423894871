"""What is said over the vault's socket: one JSON line asked, JSON lines answered, the last one saying how it ended.

    ask      {"ask": "keys" | "open" | "erase" | "checkpoint", "index": n}
             for a checkpoint: over the first n entries, 0 all
    answer   {"begun": true}  {"part": …}*  {"end": "ok"}     or at any point  {"end": "refused", "why": "…"}

Nothing but a ledger index is ever asked with. Raises NotTheFormat for anything else.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec

from custodiet.model.erasing_record import DayGone
from custodiet.model.errors import NotTheFormat
from custodiet.model.identity import ConditionId
from custodiet.model.record import DayKey, RecordKey

ASK_BYTES_MAX = 200


class Ask(StrEnum):
    """What may be asked."""

    KEYS = "keys"
    OPEN = "open"
    CHECKPOINT = "checkpoint"
    ERASE = "erase"


@dataclass(frozen=True, slots=True)
class Question:
    """One question."""

    ask: Ask
    index: int = 0


@dataclass(frozen=True, slots=True)
class IssuedKeys:
    """The answer to `keys`."""

    record_keys: tuple[RecordKey, ...]
    day_keys: tuple[DayKey, ...]


class Line(msgspec.Struct, frozen=True):
    """One line of an answer. `part` is empty when the line brings none."""

    begun: bool = False
    part: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)
    end: str | None = None
    why: str | None = None


class _Zone(msgspec.Struct, frozen=True):
    condition: ConditionId
    geometry: msgspec.Raw


def write_question(question: Question) -> bytes:
    """One line."""
    return msgspec.json.encode(question) + b"\n"


def read_question(line: bytes) -> Question:
    """The question of a line."""
    question: Question = _decode(line, Question)
    return question


def write_begun() -> bytes:
    """The first line: the vault is at it."""
    return b'{"begun":true}\n'


def write_part(part: bytes) -> bytes:
    """A part, which is JSON already; one with nothing in it says that the vault is still at it."""
    return b'{"part":' + part + b"}\n" if part else write_begun()


def write_end(why: str | None) -> bytes:
    """The last line."""
    end = {"end": "ok"} if why is None else {"end": "refused", "why": why}
    return msgspec.json.encode(end) + b"\n"


def read_line(line: bytes) -> Line:
    """A line of an answer."""
    said: Line = _decode(line, Line)
    return said


def write_keys(record_keys: tuple[RecordKey, ...], day_keys: tuple[DayKey, ...]) -> bytes:
    """Issued keys as one part."""
    return msgspec.json.encode(IssuedKeys(record_keys, day_keys))


def read_keys(part: bytes) -> IssuedKeys:
    """Issued keys from their part."""
    issued: IssuedKeys = _decode(part, IssuedKeys)
    return issued


def write_gone(gone: DayGone) -> bytes:
    """A day whose key is gone, as one part."""
    return msgspec.json.encode(gone)


def read_gone(part: bytes) -> DayGone:
    """Such a day from its part."""
    gone: DayGone = _decode(part, DayGone)
    if gone.destroyed_at.tzinfo is None:
        raise NotTheFormat("a time without a zone")
    return gone


def write_text(text: str) -> bytes:
    """A text as one part."""
    return msgspec.json.encode(text)


def read_text(part: bytes) -> str:
    """A text from its part."""
    text: str = _decode(part, str)
    return text


def write_zone(condition_id: ConditionId, geometry: bytes) -> bytes:
    """One zone's geometry as one part."""
    return msgspec.json.encode(_Zone(condition_id, msgspec.Raw(geometry)))


def read_zone(part: bytes) -> tuple[ConditionId, bytes]:
    """A zone's geometry from its part."""
    zone: _Zone = _decode(part, _Zone)
    return zone.condition, bytes(zone.geometry)


def read_counts(part: bytes) -> dict[str, int]:
    """Counts by finding."""
    counts: dict[str, int] = _decode(part, dict[str, int])
    return counts


def _decode(line: bytes, kind: Any) -> Any:
    try:
        return msgspec.json.decode(line, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError, RecursionError):
        raise NotTheFormat("not what is said on this socket") from None
