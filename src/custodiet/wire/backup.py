"""What a backup says of itself: the first member of its archive, one JSON object.

A backup is believed no more than a store: what it says here is held against its bytes, its ledger against the vault,
its tables against its ledger. Raises NotTheFormat for anything else than what `manifest_bytes` writes.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, Literal

import msgspec

from custodiet.model.errors import NotTheFormat

MANIFEST: Final = "manifest.json"
STORE: Final = "custodiet.db"
PINS: Final = "pins.json"
CHECKPOINT: Final = "checkpoint"
"""A checkpoint that the vault signed over exactly the entries of the store beside it; only if there was one."""

MANIFEST_BYTES_MAX: Final = 64_000
BYTES_MAX: Final = {STORE: 2**43, PINS: 64_000, CHECKPOINT: 1_000_000}
"""How large each member may be; a store is bounded by the disk it is unpacked to."""

Size = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class Member(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of the archive."""

    name: str
    bytes: Size
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is in the archive, in order, and what the ledger in it is. `form` is the store's."""

    made_at: Annotated[datetime, msgspec.Meta(tz=True)]
    form: str
    size: Size
    root: str
    members: tuple[Member, ...]
    v: Literal[1] = 1


@dataclass(frozen=True, slots=True)
class Described:
    """The part of a manifest that the ledger says: how long it is, its root in base64, and the vault's word on both."""

    size: int
    root: str
    checkpoint: str | None


def manifest_bytes(manifest: Manifest) -> bytes:
    """One JSON object."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"


def read_manifest(data: bytes) -> Manifest:
    """The manifest these bytes hold, its members the ones a backup has, each once and no larger than it may be."""
    manifest: Manifest = _decode(data)
    names = [member.name for member in manifest.members]
    if names not in ([STORE, PINS], [STORE, PINS, CHECKPOINT]):
        raise NotTheFormat("not the members that a backup has")
    for member in manifest.members:
        if member.bytes > BYTES_MAX[member.name]:
            raise NotTheFormat(f"{member.name} would be larger than it may be")
    return manifest


def _decode(data: bytes) -> Any:
    try:
        return msgspec.json.decode(data, type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError, RecursionError):
        raise NotTheFormat("not a backup's manifest") from None
