"""What a person, a solicitor or a court gets for a reading: this entry is in the ledger, check without us.

Promise: c2sp.org/tlog-proof@v1, section Format, as in the C2SP repository at 0065ea5b7161: a header, `index
N`, the inclusion path from the leaf's sibling up, an empty line, the checkpoint's signed note as it was
published. What is read is exactly what we would write, or a NoteError.

Narrower than C2SP, on purpose: a proof with an `extra` line is refused. Nothing signs that line, and a file
that "has been verified" must not carry words that have not been.

The rule that binds leaf to root lives in `rules.chain`, and wire does not import rules: `verify_proof` is
handed it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from custodiet.wire.note import (
    NUMBER_LIMIT,
    Checkpoint,
    NoteError,
    decode_base64,
    encode_base64,
    open_checkpoint,
    parse_number,
    unverified_body,
)

FILE_SUFFIX: Final = ".tlog-proof"

_HEADER: Final = "c2sp.org/tlog-proof@v1"
_HASH_BYTES: Final = 32
_PATH_MAX: Final = 63  # a tree of fewer than 2**63 leaves is no higher


class InclusionRule(Protocol):
    """`rules.chain.verify_inclusion`: whether this leaf is at this index of the tree under this root."""

    def __call__(self, leaf: bytes, index: int, size: int, proof: Sequence[bytes], root_hash: bytes, /) -> bool: ...


@dataclass(frozen=True, slots=True)
class Proof:
    """One entry's place: its index, the hashes up to the root, the checkpoint's note.

    `path` is 32 bytes a hash, the leaf's sibling first. Claims only; `verify_proof` is what makes them worth
    something. Raises NoteError for an index outside 0 .. 2**63 - 1, a hash of another length, more than 63 of
    them, or a note that is none.
    """

    index: int
    path: tuple[bytes, ...]
    note: str

    def __post_init__(self) -> None:
        """Refuse a proof that could not be written down and read again."""
        if not 0 <= self.index < NUMBER_LIMIT:
            raise NoteError(f"no entry can have the index {self.index}")
        if len(self.path) > _PATH_MAX or any(len(other) != _HASH_BYTES for other in self.path):
            raise NoteError(f"a path is at most {_PATH_MAX} hashes of {_HASH_BYTES} bytes")
        unverified_body(self.note)


@dataclass(frozen=True, slots=True)
class Proven:
    """What a verified proof establishes: the entry is number `index` of the log as it was at `checkpoint`."""

    index: int
    checkpoint: Checkpoint


def write_proof(proof: Proof) -> str:
    """Write the text of a `.tlog-proof` file (c2sp.org/tlog-proof, Format)."""
    lines = [_HEADER, f"index {proof.index}", *map(encode_base64, proof.path), "", proof.note]
    return "\n".join(lines)


def read_proof(text: str) -> Proof:
    """Read what `write_proof` writes, and nothing else; believes none of it yet. Raises NoteError."""
    # The path has no empty line, so the first one ends it; the note has its own further down.
    head, separator, note = text.partition("\n\n")
    match head.split("\n"):
        case [first, *_] if first != _HEADER:
            raise NoteError(f"a proof begins with {_HEADER}")
        case [_, second, *_] if second.startswith("extra "):
            raise NoteError("the proof carries an extra line, which nothing signs")
        case [_, second, *path] if separator and second.startswith("index "):
            return Proof(parse_number(second.removeprefix("index ")), tuple(map(decode_base64, path)), note)
        case _:
            raise NoteError("a proof is a header, an index, a path, an empty line and a note")


def verify_proof(text: str, vkey: str, leaf: bytes, included: InclusionRule) -> Proven:
    """Say what a proof establishes about an entry, or raise NoteError (c2sp.org/tlog-proof, Verifying).

    `leaf` is the hash of the entry's own bytes. `vkey` is the log's key, from somewhere else than the proof.
    `included` is `rules.chain.verify_inclusion`.
    """
    proof = read_proof(text)
    # 1. The leaf hash is computed by the caller, from the entry's own bytes: it is handed in.
    # 2. The checkpoint's origin is the key's name, and that key signed it.
    checkpoint = open_checkpoint(proof.note, vkey)
    # 3. Cosignatures of witnesses are the business of whoever knows the witnesses; none is relied on here.
    # 4. The path binds the leaf to the signed root.
    if not included(leaf, proof.index, checkpoint.size, proof.path, checkpoint.root):
        raise NoteError(f"this entry is not number {proof.index} of {checkpoint.origin!r} at size {checkpoint.size}")
    return Proven(proof.index, checkpoint)
