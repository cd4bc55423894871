"""A signed note that says how long the ledger is and what its root is: text out, text in, and never a guess.

Promise: what is written is a C2SP checkpoint (c2sp.org/tlog-checkpoint) in a C2SP signed note
(c2sp.org/signed-note) under an Ed25519 key (signature type 0x01), as Go's sumdb/note and every witness reads
it. What is read is either exactly that or a NoteError, whose text quotes nothing unsigned: numbers, base64
and keys have one spelling only, the one we would write ourselves.

The private key is never here: `sign_note` is handed a function. Other people's signature lines (witnesses,
other algorithms) are allowed in a note and prove nothing here; they must still be well formed.

Narrower than C2SP, on purpose: a checkpoint has exactly three lines (extension lines "are not auditable by
log monitors"), a note carries our key's signature once, and the log's key has the name of its origin.
"""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from custodiet.model.errors import CustodietError

NUMBER_LIMIT: Final = 2**63
"""Sizes and indices are smaller, because other people's verifiers read them into signed 64 bits."""

NOTE_CHARACTERS_MAX: Final = 1_000_000
SIGNATURES_MAX: Final = 100
"""The limits of Go's sumdb/note; C2SP asks for room for 16 signatures at least."""

_ED25519: Final = b"\x01"
_HASH_BYTES: Final = 32
_PUBLIC_BYTES: Final = 32
_KEY_ID_BYTES: Final = 4
_SIGNATURE_START: Final = "\N{EM DASH} "
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


class NoteError(CustodietError):
    """A text of the ledger is malformed, or does not carry the signature or the proof it must."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What the log said of itself at one moment: who it is, how many entries, and the root over them.

    Raises NoteError for an origin that is empty or has a control character, a size outside 0 .. 2**63 - 1, or
    a root that is not 32 bytes.
    """

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        """Refuse a checkpoint that could not be written as three lines."""
        if not self.origin or "\n" in self.origin:
            raise NoteError("an origin is one line that is not empty")
        require_plain_text(self.origin)
        if not 0 <= self.size < NUMBER_LIMIT:
            raise NoteError(f"a log cannot have {self.size} entries")
        if len(self.root) != _HASH_BYTES:
            raise NoteError(f"a root is {_HASH_BYTES} bytes, not {len(self.root)}")


def checkpoint_body(checkpoint: Checkpoint) -> str:
    """Write the text to be signed: three lines, each with its newline (c2sp.org/tlog-checkpoint)."""
    return f"{checkpoint.origin}\n{checkpoint.size}\n{encode_base64(checkpoint.root)}\n"


def parse_checkpoint(body: str) -> Checkpoint:
    """Read what `checkpoint_body` writes, else raise NoteError. Who signed it: see `open_checkpoint`."""
    lines = body.split("\n")  # not splitlines(), which also splits at characters an origin may contain
    match lines:
        case [origin, size, root, ""]:
            return Checkpoint(origin, parse_number(size), decode_base64(root))
        case _:
            raise NoteError(f"a checkpoint is three lines, each ended by a newline, not {len(lines) - 1}")


def key_id(name: str, public: bytes) -> bytes:
    """Four bytes by which a signature line names its key: a label, not a proof (c2sp.org/signed-note).

    `public` is the raw Ed25519 key, 32 bytes. Raises NoteError for a name or key that cannot be one.
    """
    _require_key_name(name)
    if len(public) != _PUBLIC_BYTES:
        raise NoteError(f"an Ed25519 public key is {_PUBLIC_BYTES} bytes, not {len(public)}")
    return sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:_KEY_ID_BYTES]


def vkey(name: str, public: bytes) -> str:
    """Write a verifier's key in one line, name+id+base64, as Go's note.NewVerifier reads it.

    Raises NoteError as `key_id` does.
    """
    return f"{name}+{key_id(name, public).hex()}+{encode_base64(_ED25519 + public)}"


def parse_vkey(text: str) -> tuple[str, bytes]:
    """Read what `vkey` writes: the key's name and the raw public key, 32 bytes.

    Raises NoteError, also when the id is not that of this name and key, or the algorithm is not Ed25519.
    """
    match text.split("+", 2):  # base64 may hold a plus sign, a name may not
        case [name, _, encoded]:
            key = decode_base64(encoded)
        case _:
            raise NoteError("a verifier key is name+id+key")
    if key[:1] != _ED25519:
        raise NoteError("only Ed25519 keys, type 1, are read here")
    public = key[1:]
    # The one spelling we would write: this settles the id, its case and its length at once.
    if vkey(name, public) != text:
        raise NoteError(f"the key id of {name!r} is not that of its key")
    return name, public


def sign_note(body: str, name: str, sign: Callable[[bytes], bytes], public: bytes) -> str:
    """Sign a text with a key that lives elsewhere: gives the text, an empty line, one signature line.

    `sign` gets the text as UTF-8 and returns the 64 raw bytes of its Ed25519 signature (RFC 8032). What it
    returns is verified against `public` before it is believed: a key store that holds another key than we
    think must not be found out by an auditor. Raises NoteError, and lets through whatever `sign` raises.
    """
    identity = key_id(name, public)
    _require_note_text(body)
    note = f"{body}\n{_SIGNATURE_START}{name} {encode_base64(identity + sign(body.encode()))}\n"
    open_note(note, vkey(name, public))
    return note


def open_note(text: str, vkey: str) -> str:
    """Give the text of a note that the key in `vkey` signed, else raise NoteError (c2sp.org/signed-note).

    A signature by that key that does not verify condemns the note, whatever else is in it. Signatures by keys
    we were not given are passed over, as the specification asks.
    """
    name, public = parse_vkey(vkey)
    body, _ = _take_apart(text)
    ours = [
        signature
        for signer, identity, signature in signature_lines(text)
        if (signer, identity) == (name, key_id(name, public))
    ]
    match ours:
        case []:
            raise NoteError(f"the note is not signed by {name!r}")
        case [signature]:
            _require_signature(public, signature, body)
            return body
        case _:
            raise NoteError(f"the note is signed {len(ours)} times by {name!r}")


def open_checkpoint(text: str, vkey: str) -> Checkpoint:
    """Give the checkpoint in a note that the log itself signed: the key must have the name of the origin.

    Raises NoteError.
    """
    checkpoint = parse_checkpoint(open_note(text, vkey))
    name, _ = parse_vkey(vkey)
    if checkpoint.origin != name:
        raise NoteError(f"{name!r} signed a checkpoint of {checkpoint.origin!r}")
    return checkpoint


def unverified_body(text: str) -> str:
    """Give the text of a well-formed note, else raise NoteError; who signed it is not asked.

    Only for what we wrote ourselves, and for the shape of a note before its signature is looked at.
    """
    signature_lines(text)
    return _take_apart(text)[0]


def signature_lines(text: str) -> list[tuple[str, bytes, bytes]]:
    """Each signature line of a well-formed note: the key's name, its four-byte id, the signature; none is verified."""
    return [_parse_signature_line(line) for line in _take_apart(text)[1]]


def encode_base64(data: bytes) -> str:
    """Write bytes as standard base64 with padding (RFC 4648 section 4)."""
    return base64.b64encode(data).decode()


def decode_base64(text: str) -> bytes:
    """Read standard base64 in its one spelling (padded, no stray last bits), else raise NoteError."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteError("what should be base64 is not") from error
    if encode_base64(data) != text:
        raise NoteError("base64 is not in its one spelling")
    return data


def parse_number(text: str) -> int:
    """Read a size or an index: ASCII digits, no sign, no leading zero, below 2**63. Raises NoteError."""
    if not _NUMBER.fullmatch(text) or int(text) >= NUMBER_LIMIT:
        raise NoteError("what should be a number of entries is not")
    return int(text)


def _take_apart(text: str) -> tuple[str, list[str]]:
    """Split a note at its last empty line into text and signature lines, neither of them empty."""
    if len(text) > NOTE_CHARACTERS_MAX:
        raise NoteError(f"a note of {len(text)} characters is too long")
    start, separator, signatures = text.rpartition("\n\n")
    if not separator or not signatures.endswith("\n"):
        raise NoteError("a note is a text, an empty line and signature lines, the last one ended by a newline")
    body = start + "\n"
    _require_note_text(body)
    require_plain_text(signatures)
    lines = signatures[:-1].split("\n")
    if len(lines) > SIGNATURES_MAX:
        raise NoteError(f"{len(lines)} signatures on one note are too many")
    return body, lines


def _parse_signature_line(line: str) -> tuple[str, bytes, bytes]:
    """Read dash, name, base64 into the key's name, its four-byte id and the signature, of any algorithm."""
    match line.split(" "):
        case ["\N{EM DASH}", name, encoded]:
            _require_key_name(name)
            data = decode_base64(encoded)
        case _:
            raise NoteError("a signature line is a dash, a name and base64, with one space between")
    if len(data) <= _KEY_ID_BYTES:
        raise NoteError("a signature has no bytes")
    return name, data[:_KEY_ID_BYTES], data[_KEY_ID_BYTES:]


def _require_signature(public: bytes, signature: bytes, body: str) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, body.encode())
    except (InvalidSignature, ValueError) as error:
        raise NoteError("the signature does not belong to this text and key") from error


def _require_key_name(name: str) -> None:
    if not name or "+" in name or any(character.isspace() for character in name):
        raise NoteError("a key's name is not empty and has no space and no plus sign")
    require_plain_text(name)


def _require_note_text(body: str) -> None:
    # An empty text ("\n") would be a signature of nothing.
    if not body.endswith("\n") or not body.strip("\n"):
        raise NoteError("a note's text is not empty and ends with a newline")
    require_plain_text(body)


def require_plain_text(text: str) -> None:
    """Refuse what UTF-8 cannot carry, and control characters other than newline. Raises NoteError."""
    if any(character < " " and character != "\n" for character in text):
        raise NoteError("a note has no control characters but newline")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise NoteError("a note is text that UTF-8 can carry") from error
