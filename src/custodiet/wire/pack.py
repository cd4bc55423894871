"""A pack as its recipient opens it, and as it crosses the vault's socket.

Inside the age file: one JSON document, `{"manifest": {…}, "places": […]}`, filled up with blanks to whole 16 KiB, so
that its size tells little. Over the socket: `{"age": base64}`, one line. Raises NotTheFormat for anything else.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TypeVar

import msgspec

from custodiet.model.condition import Interval
from custodiet.model.disclosure import Cut, Packed
from custodiet.model.errors import NotTheFormat
from custodiet.model.identity import RequestId
from custodiet.model.look_up import Place, Precision

T = TypeVar("T")
FILE_SUFFIX = ".json.age"
STEP = 16 * 1024
TERMS = (
    "For the recipient named here and for this purpose alone. Not to be passed on, combined or kept beyond it. "
    "The person sees that it was given. When you are told that it is recalled, destroy it and say so."
)


@dataclass(frozen=True, slots=True)
class Manifest:
    """Whom a pack was made for, by which entry of which log, and what it holds. `authorised`: see model/look_up.py."""

    request: RequestId
    made_for: str
    recipient: str
    log: str
    entry: int
    made_at: datetime
    purpose: str
    window: Interval
    precision: Precision
    cut: Cut
    authorised: tuple[Interval, ...]
    terms: str = TERMS
    whole: bool = False
    """Under a court's order: nothing is left out of it because of where it was."""


@dataclass(frozen=True, slots=True, repr=False)
class Content:
    """What a recipient finds in it. Without a text form."""

    manifest: Manifest
    places: tuple[Place, ...]

    def __repr__(self) -> str:
        return "<Content>"


class _Line(msgspec.Struct, frozen=True):
    age: bytes


def write_pack(manifest: Manifest, places: Iterable[Place]) -> bytes:
    """What is to be encrypted."""
    body = msgspec.json.encode(Content(manifest, tuple(places)))
    return body.ljust(-(-len(body) // STEP) * STEP)


def read_pack(body: bytes) -> Content:
    """What a recipient reads."""
    return _decode(body, Content)


def write_packed(file: bytes) -> bytes:
    """An age file as a line."""
    return msgspec.json.encode(_Line(file))


def read_packed(lines: Iterable[bytes], index: int) -> Packed:
    """The age file of these lines."""
    told = [_decode(line, _Line) for line in lines]
    if len(told) != 1:
        raise NotTheFormat("not a pack")
    return Packed(index, sha256(told[0].age).hexdigest(), told[0].age)


def _decode(body: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError, RecursionError):
        raise NotTheFormat("not a pack") from None
