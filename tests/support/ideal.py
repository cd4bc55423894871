"""Sealing as in a proof: what is sealed says nothing but its length. For asking what the rest of the system tells.

With a real cipher and fixed randomness the ciphertext follows the plaintext, and so does every hash over it: two runs
could not be compared byte by byte. Here ciphertext is drawn from the seeded chance and the plaintext is kept aside, so
any difference between two runs has another way out of the sealed bytes than through the cipher.
"""

from hashlib import sha256

from custodiet.adapters import sealing
from custodiet.model.errors import OpeningRefused

HPKE_OVERHEAD = 32 + 16


class IdealSealing:
    """The promises of flows.ports.Sealer."""

    def __init__(self) -> None:
        self._sealed: dict[bytes, tuple[bytes, bytes, bytes]] = {}
        self._count = 0

    def _draw(self, size: int) -> bytes:
        self._count += 1
        seed = sha256(b"ideal" + self._count.to_bytes(8, "big")).digest()
        return (seed * (size // len(seed) + 1))[:size]

    def _seal(self, whose: bytes, plain: bytes, context: bytes, sealed: bytes) -> bytes:
        self._sealed[sealed] = (whose, plain, context)
        return sealed

    def _open(self, whose: bytes, sealed: bytes, context: bytes) -> bytes:
        found = self._sealed.get(sealed)
        if found is None or (found[0], found[2]) != (whose, context):
            raise OpeningRefused("does not open")
        return found[1]

    def seal_to(self, public: bytes, plain: bytes, context: bytes) -> bytes:
        return self._seal(public, plain, context, self._draw(len(plain) + HPKE_OVERHEAD))

    def open_with(self, private: bytes, sealed: bytes, context: bytes) -> bytes:
        return self._open(sealing.public_of(private), sealed, context)

    def public_of(self, private: bytes) -> bytes:
        return sealing.public_of(private)

    def seal_under(self, key: bytes, nonce: bytes, plain: bytes, context: bytes) -> bytes:
        return self._seal(key, plain, context, nonce + self._draw(len(plain) + 16))

    def open_under(self, key: bytes, sealed: bytes, context: bytes) -> bytes:
        return self._open(key, sealed, context)

    def opening_under(self, key: bytes):
        return lambda sealed, context: self.open_under(key, sealed, context)

    def telling_apart(self, key: bytes):
        return sealing.telling_apart(key)

    def commitment(self, key: bytes, session_id: str) -> bytes:
        return sealing.commitment(key, session_id)
