"""The bytes of the vault's own copies of one session's fixes: gathered as they are sealed, or folded into one.

Gathered: of each its place (seq of the frame u64, position in it u32), its time in ms (i64) and the piece, as
wire/frame.py says. Folded: version (u8), count (u32), every place, then the plain bytes of every fix, all sealed
together under the session's key. Little-endian and of fixed sizes: a length tells how many there are and nothing else.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct

from custodiet.model.errors import NotTheFormat
from custodiet.model.session import Session
from custodiet.wire.frame import PIECE_BYTES, PLAIN_BYTES, FixRow, directory_rows, rows_of

_GATHERED = Struct(f"<QIq{PIECE_BYTES}s")
_PLACE_AND_TIME = Struct("<QIq")
_PLACE = Struct("<QI")
_HEAD = Struct("<BI")
_VERSION = 1

GATHERED_BYTES = _GATHERED.size

Place = tuple[int, int]
"""Seq of a frame, and position in it."""


@dataclass(frozen=True, slots=True, repr=False)
class Fold:
    """The fixes of a session in the clear, in order of storing. Without a text form."""

    places: tuple[Place, ...]
    plain: bytes
    """PLAIN_BYTES of each."""

    def without(self, gone: set[Place]) -> "Fold":
        """All but those at these places."""
        kept = [number for number, place in enumerate(self.places) if place not in gone]
        return Fold(
            tuple(self.places[number] for number in kept),
            b"".join(self.plain[number * PLAIN_BYTES : (number + 1) * PLAIN_BYTES] for number in kept),
        )

    def __add__(self, later: "Fold") -> "Fold":
        return Fold(self.places + later.places, self.plain + later.plain)


def gather(seq: int, directory: bytes, sealed: bytes) -> list[tuple[int, bytes]]:
    """(session number, GATHERED_BYTES bytes) of each piece of a frame, in order of position.

    Raises NotTheFormat for a directory that is cut short, or names what is not there.
    """
    pack = _PLACE_AND_TIME.pack
    found = [
        (number, pack(seq, position, fix_ms) + sealed[offset : offset + PIECE_BYTES])
        for position, (number, fix_ms, offset) in enumerate(directory_rows(directory))
    ]
    if any(len(record) != GATHERED_BYTES for _, record in found):
        raise NotTheFormat("a frame shorter than its directory")
    return found


def read_gathered(records: bytes) -> Iterator[tuple[int, int, int, bytes]]:
    """(seq, position, fix time in ms, piece) of each. Raises NotTheFormat when it is cut short."""
    if len(records) % GATHERED_BYTES:
        raise NotTheFormat("gathered pieces that are cut short")
    return _GATHERED.iter_unpack(records)


def places_of(records: bytes) -> tuple[Place, ...]:
    """Where each of them stands in the frames. Raises NotTheFormat as read_gathered."""
    return tuple((seq, position) for seq, position, *_ in read_gathered(records))


def without(records: bytes, gone: set[Place]) -> bytes:
    """All but those at these places. Raises NotTheFormat as read_gathered."""
    kept = (number for number, (seq, position, *_) in enumerate(read_gathered(records)) if (seq, position) not in gone)
    return b"".join(records[number * GATHERED_BYTES : (number + 1) * GATHERED_BYTES] for number in kept)


def pack_fold(fold: Fold) -> bytes:
    """What is sealed."""
    return _HEAD.pack(_VERSION, len(fold.places)) + b"".join(_PLACE.pack(*one) for one in fold.places) + fold.plain


def unpack_fold(packed: bytes) -> Fold:
    """The inverse of pack_fold. Raises NotTheFormat for anything else."""
    plain, count = _plain_of(packed)
    places = _PLACE.iter_unpack(packed[_HEAD.size : _HEAD.size + count * _PLACE.size])
    return Fold(tuple((seq, position) for seq, position in places), plain)


def rows_folded(packed: bytes) -> Iterator[FixRow]:
    """Every fix of what pack_fold gave, in order of storing. Raises NotTheFormat for anything else."""
    return rows_of(_plain_of(packed)[0])


def _plain_of(packed: bytes) -> tuple[bytes, int]:
    if len(packed) < _HEAD.size or packed[0] != _VERSION:
        raise NotTheFormat("a fold of another format")
    _, count = _HEAD.unpack_from(packed)
    if len(packed) != _HEAD.size + count * (_PLACE.size + PLAIN_BYTES):
        raise NotTheFormat("a fold that is cut short")
    return packed[_HEAD.size + count * _PLACE.size :], count


def fold_context(session: Session) -> bytes:
    """What a fold is bound to (AES-GCM additional data)."""
    return b"custodiet/fold/v1\0" + session.id.encode()
