"""Records and entries as RFC 8785 bytes, and back. Hashed are these bytes, never an object made again."""

import base64
import hmac
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import Annotated, Any, Literal, get_args

import msgspec
import rfc8785

from custodiet.model.entry import Entry, EntryKind
from custodiet.model.errors import IllegalValue, NotTheFormat
from custodiet.model.record import IngestDetail, Ingested, LogReopened, Record
from custodiet.model.times import as_text

SALT_BYTES = 16
"""Of what a record is salted with before its digest is told."""
_CAME_LATER = frozenset({"words", "sightings", "after_stop", "messages", "heard"})
"""Parts of an IngestDetail that the first ones did not have: with nothing in them its bytes are as they were."""
_UNREADABLE = (msgspec.MsgspecError, IllegalValue, TypeError, ValueError, RecursionError)
_sorted = msgspec.json.Encoder(order="sorted").encode
_TYPES: dict[str, Any] = {kind.__name__: kind for kind in get_args(Record)}


@dataclass(frozen=True, slots=True)
class ReadEntry:
    """An entry as read back: its place, time, kind and the digest of its record."""

    index: int
    at: Annotated[datetime, msgspec.Meta(tz=True)]
    kind: EntryKind
    actor: str
    record: bytes
    subject: str | None = None
    v: Literal[1] = 1
    reopens: LogReopened | None = None
    """In the open, since whoever checks a log from outside has no records."""


def record_bytes(record: Record) -> bytes:
    """The canonical bytes of a record, its type named beside its fields."""
    return rfc8785.dumps({"type": type(record).__name__, **_plain(record)})


def read_record(body: bytes) -> Record:
    """The record these bytes hold. Raises NotTheFormat for anything else."""
    try:
        told = msgspec.json.decode(body)
        kind = _TYPES[told.pop("type")]
        record: Record = msgspec.convert(told, kind, strict=False)
        _require_zones(record)
    except (*_UNREADABLE, KeyError, AttributeError) as error:
        raise NotTheFormat(f"not a record: {type(error).__name__}") from None
    return record


def ingested_bytes(record: Ingested) -> bytes:
    """The canonical bytes of an ingest record."""
    return _dump(record)


def read_ingested(body: bytes) -> Ingested:
    """The ingest record these bytes hold. Raises NotTheFormat for anything else."""
    try:
        record = msgspec.convert(msgspec.json.decode(body), Ingested, strict=False)
        _require_zones(record)
    except _UNREADABLE as error:
        raise NotTheFormat(f"not an ingest record: {type(error).__name__}") from None
    return record


def detail_bytes(detail: IngestDetail) -> bytes:
    """The canonical bytes of what was judged. A part that came later is left out while it is empty."""
    parts = {field.name: getattr(detail, field.name) for field in fields(detail)}
    return _dump({name: part for name, part in parts.items() if part or name not in _CAME_LATER})


def read_detail(body: bytes) -> IngestDetail:
    """What was judged, as these bytes hold it. Raises NotTheFormat for anything else."""
    try:
        detail = msgspec.convert(msgspec.json.decode(body), IngestDetail, strict=False)
        _require_zones(detail)
    except _UNREADABLE as error:
        raise NotTheFormat(f"not what an ingest judged: {type(error).__name__}") from None
    return detail


def entry_bytes(
    index: int,
    at: datetime,
    entry: Entry,
    handle: bytes | None,
    record: bytes,
    reopens: LogReopened | None = None,
) -> bytes:
    """The canonical bytes of an entry. `handle`: the person's keyed one for this place; `record`: a digest."""
    told: dict[str, Any] = {
        "v": 1,
        "index": index,
        "at": as_text(at),
        "kind": entry.kind.value,
        "actor": entry.actor,
        "record": base64.b64encode(record).decode(),
    }
    if handle is not None:
        told["subject"] = handle.hex()
    if reopens is not None:
        told["reopens"] = _plain(reopens)
    return rfc8785.dumps(told)


def read_entry(body: bytes) -> ReadEntry:
    """The entry these bytes hold. Raises NotTheFormat for anything else."""
    try:
        return msgspec.convert(msgspec.json.decode(body), ReadEntry, strict=False)
    except _UNREADABLE as error:
        raise NotTheFormat(f"not an entry: {type(error).__name__}") from None


def handle_of(handle_key: bytes, index: int, log: str = "") -> bytes:
    """A person's handle in one entry: keyed, another in each, so that nobody links entries without the key.

    `log` is the origin of the log that a restore opened, empty before: a place may stand again in it, with another
    entry than the one that was lost.
    """
    told = b"custodiet/handle/v1\0" + index.to_bytes(8, "big") + log.encode()
    return hmac.digest(handle_key, told, sha256)[:16]


def record_digest(salt: bytes, body: bytes) -> bytes:
    """What an entry says of its record: salted, so nothing can be tried against it once both are erased."""
    return sha256(b"custodiet/record/v1\0" + salt + body).digest()


def _require_zones(part: object) -> None:
    """Raise IllegalValue for a time without a zone, however deep: nothing can be compared with it."""
    if isinstance(part, str | bytes | int):
        return
    if isinstance(part, datetime) and part.tzinfo is None:
        raise IllegalValue("a time without a zone")
    if isinstance(part, tuple):
        for each in part:
            _require_zones(each)
    else:
        kind: Any = type(part)
        for name in _names_of(kind):
            _require_zones(getattr(part, name))


@cache
def _names_of(kind: Any) -> tuple[str, ...]:
    """A noun's fields; none of what is no noun."""
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()


def _dump(noun: object) -> bytes:
    """RFC 8785 of what holds no fraction, at the speed of the hot path: tests hold it to the library that knows all."""
    return _sorted(noun)


def _plain(noun: object) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(noun, builtin_types=())
    return plain
