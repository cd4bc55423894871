"""Asking a witness to sign, reading what it signed, and the text that says who the witnesses are.

Promise: c2sp.org/tlog-witness (add-checkpoint), c2sp.org/tlog-cosignature (cosignature/v1 under Ed25519, signature
type 0x04) and c2sp.org/tlog-policy, read from the C2SP repository in November 2026. Signature lines by keys we were
not given are passed over; one by a witness we were given that does not verify condemns the text.

Narrower than C2SP, on purpose: ML-DSA-44 cosignatures (type 0x06) are passed over as unknown.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from custodiet.model.errors import NotTheFormat
from custodiet.model.witness import Witness
from custodiet.wire.note import (
    NoteError,
    decode_base64,
    encode_base64,
    parse_number,
    require_plain_text,
    signature_lines,
    unverified_body,
)

SIZE_TYPE: Final = "text/x.tlog.size"
_COSIGNATURE: Final = b"\x04"
_ID_BYTES, _TIME_BYTES, _SIGNATURE_BYTES = 4, 8, 64
_LATEST: Final = 253_402_300_799  # the last second that a date can say: the year 9999


def witness_vkey(name: str, public: bytes) -> str:
    """Write the verifier's key of a witness: name+id+base64, with the type of cosignatures."""
    return f"{name}+{_key_id(name, public).hex()}+{encode_base64(_COSIGNATURE + public)}"


def parse_witness_vkey(text: str) -> tuple[str, bytes]:
    """The name and raw Ed25519 key of a witness, from its verifier's key in one spelling. Raises NoteError."""
    require_plain_text(text)
    match text.split("+", 2):
        case [name, _, encoded]:
            key = decode_base64(encoded)
        case _:
            raise NoteError("a verifier key is name+id+key")
    if key[:1] != _COSIGNATURE or len(key) != 33 or not name or any(one.isspace() for one in name):
        raise NoteError("only the Ed25519 keys of witnesses, type 4, are read here")
    if witness_vkey(name, key[1:]) != text:
        raise NoteError(f"the key id of {name!r} is not that of its key")
    return name, key[1:]


def add_checkpoint_body(old_size: int, proof: Sequence[bytes], note: str) -> bytes:
    """What is posted: the size the witness saw last, the consistency proof from there, the signed note."""
    return "\n".join([f"old {old_size}", *map(encode_base64, proof), "", note]).encode()


def with_cosignatures(note: str, answer: str, witness: str) -> str:
    """A note with the lines that this witness answered and that are really its own. Raises NoteError for none."""
    body = unverified_body(note)
    name, public = parse_witness_vkey(witness)
    lines = signature_lines(f"{body}\n{answer}")
    ours = [line for line in lines if _time_signed(body, line, name, public) is not None]
    if not ours:
        raise NoteError("the witness answered with no signature of its own")
    others = [line for line in signature_lines(note) if (line[0], line[1]) != (ours[0][0], ours[0][1])]
    return f"{body}\n" + "".join(
        f"\N{EM DASH} {signer} {encode_base64(identity + signature)}\n"
        for signer, identity, signature in [*others, *ours]
    )


def cosigned_by(note: str, witnesses: Collection[Witness]) -> dict[str, datetime]:
    """Which of these witnesses signed a note, by name in the policy, and when each says that it did.

    Raises NoteError for a note that is none, or a line under one of their keys that does not verify.
    """
    body, found = unverified_body(note), dict[str, datetime]()
    for witness in witnesses:
        name, public = parse_witness_vkey(witness.vkey)
        times = [_time_signed(body, line, name, public) for line in signature_lines(note)]
        if signed := [at for at in times if at is not None]:
            found[witness.name] = max(signed)
    return found


def _time_signed(body: str, line: tuple[str, bytes, bytes], name: str, public: bytes) -> datetime | None:
    """When this witness signed, or None for somebody else's line."""
    signer, identity, signature = line
    if (signer, identity) != (name, _key_id(name, public)):
        return None
    at = int.from_bytes(signature[:_TIME_BYTES], "big")
    if len(signature) != _TIME_BYTES + _SIGNATURE_BYTES or at > _LATEST:
        raise NoteError("a cosignature is a time and 64 bytes")
    try:
        key = Ed25519PublicKey.from_public_bytes(public)
        key.verify(signature[_TIME_BYTES:], f"cosignature/v1\ntime {at}\n{body}".encode())
    except (InvalidSignature, ValueError) as error:
        raise NoteError("a cosignature does not belong to this text and key") from error
    return datetime.fromtimestamp(at, UTC)


def _key_id(name: str, public: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + _COSIGNATURE + public).digest()[:_ID_BYTES]


def read_size(text: str) -> int:
    """The size that a witness answers when it has seen another than we think (its 409). Raises NoteError."""
    return parse_number(text.removesuffix("\n"))


@dataclass(frozen=True, slots=True)
class WitnessPolicy:
    """Who the witnesses are, and which of them are enough. `quorum` None: none is needed."""

    witnesses: tuple[Witness, ...]
    groups: Mapping[str, tuple[int, tuple[str, ...]]]
    quorum: str | None

    def enough_since(self, signed: Mapping[str, datetime]) -> datetime | None:
        """The oldest of the newest signatures that are enough together; None when there are not enough."""
        return None if self.quorum is None else self._since(self.quorum, signed)

    def _since(self, name: str, signed: Mapping[str, datetime]) -> datetime | None:
        if name not in self.groups:
            return signed.get(name)
        needed, members = self.groups[name]
        times = sorted((at for one in members if (at := self._since(one, signed)) is not None), reverse=True)
        return times[needed - 1] if len(times) >= needed else None


def read_witness_policy(text: str) -> WitnessPolicy:
    """A policy (c2sp.org/tlog-policy). Raises NotTheFormat, with the line."""
    witnesses: list[Witness] = []
    groups: dict[str, tuple[int, tuple[str, ...]]] = {}
    known, grouped, quorum = set[str](), set[str](), list[str]()
    for number, line in zip(count(1), text.split("\n"), strict=False):
        try:
            match line.split():
                case []:
                    pass
                case [first, *_] if first.startswith("#"):
                    pass
                case ["log", _] | ["log", _, _]:
                    pass  # which log is ours, the pinned keys say
                case ["witness", name, key, *url] if len(url) < 2 and name not in known | {"none"} and not quorum:
                    _, public = parse_witness_vkey(key)
                    if public in {parse_witness_vkey(one.vkey)[1] for one in witnesses}:
                        raise NoteError("two witnesses with one key are one")
                    witnesses.append(Witness(name, key, *url))
                    known.add(name)
                case ["group", name, needs, *members] if name not in known | {"none"} and members and not quorum:
                    most = len(members)
                    needed = {"any": 1, "all": most}.get(needs) or parse_number(needs)
                    if not 1 <= needed <= most or len(set(members)) < most or not known - grouped >= set(members):
                        raise NoteError("a group is of witnesses and groups named before, each in one group only")
                    groups[name] = (needed, tuple(members))
                    known.add(name)
                    grouped |= set(members)
                case ["quorum", name] if not quorum and name in known | {"none"}:
                    quorum.append(name)
                case _:
                    raise NoteError("this is no line of a policy, or it comes too late or twice")
        except NoteError as error:
            raise NotTheFormat(f"line {number} of the witness policy: {error}") from None
    if not quorum:
        raise NotTheFormat("the witness policy has no quorum line")
    return WitnessPolicy(tuple(witnesses), groups, None if quorum == ["none"] else quorum[0])
