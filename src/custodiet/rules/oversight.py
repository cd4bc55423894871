"""How those who watch the watchers are told who acted, by what an account worked as and a word of its own; and what is
drawn for them to look into.
"""

from collections.abc import Iterable
from hashlib import sha256

SAMPLE_SIZE = 10


def pseudonym(actor: str, origin: str) -> str:
    """A short word for an account, the same everywhere in one log: told beside what it worked as, never a name."""
    return sha256(f"custodiet/pseudonym/v1\0{origin}\0{actor}".encode()).hexdigest()[:6].upper()


def drawn(places: Iterable[int], root: bytes) -> tuple[int, ...]:
    """Those of some entries' places that a root of the ledger draws, in order: everybody who has it draws the same."""

    def lot(place: int) -> bytes:
        return sha256(b"custodiet/sample/v1\0" + root + place.to_bytes(8, "big")).digest()

    return tuple(sorted(sorted(places, key=lot)[:SAMPLE_SIZE]))
