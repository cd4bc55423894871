"""How alike two texts are, told from keyed signatures and never from the texts (R3: no reason is copied unseen).

MinHash over the words' five-word shingles, under a secret key (blake2b), 64 positions of 2 bytes. Equal positions
over all positions estimate the share of shingles in common, give or take about 0.05 near ALIKE. Without the key nobody
can try a text against a signature. docs/adr/0018 says what it may still reveal.
"""

from hashlib import blake2b

POSITIONS = 64
_WIDTH = 2
_WORDS = 5
SIGNATURE_BYTES = POSITIONS * _WIDTH
BAND_BYTES = 4 * _WIDTH
"""Texts that are alike agree in at least one whole band of four positions (for 0.8, all but one in 5,000 times)."""
ALIKE = 0.8
"""From here on one text counts as another one copied."""


def signature_of(key: bytes, text: str) -> bytes:
    """64 positions of 2 bytes. Case, spaces and signs play no part; a text without words has none (b"")."""
    words = "".join(char if char.isalnum() else " " for char in text.casefold()).split()
    if not words:
        return b""
    last = max(1, len(words) - _WORDS + 1)
    shingles = {" ".join(words[start : start + _WORDS]) for start in range(last)}
    # One digest of 64 bytes gives 8 hashes of 8 bytes: eight digests a shingle for all positions.
    hashes = [_hashes(key, shingle) for shingle in shingles]
    least = [min(column) for column in zip(*hashes, strict=True)]
    return b"".join(value[-_WIDTH:] for value in least)


def _hashes(key: bytes, shingle: str) -> list[bytes]:
    told = shingle.encode()
    digests = [blake2b(told, key=key, salt=bytes([part])).digest() for part in range(POSITIONS // 8)]
    return [digest[at : at + 8] for digest in digests for at in range(0, 64, 8)]


def bands_of(signature: bytes) -> tuple[bytes, ...]:
    """The bands of a signature, in order."""
    return tuple(signature[at : at + BAND_BYTES] for at in range(0, len(signature), BAND_BYTES))


def likeness(one: bytes, other: bytes) -> float:
    """The estimated share that two texts have in common, 0 to 1; 0 where either has no words."""
    if len(one) != SIGNATURE_BYTES or len(other) != SIGNATURE_BYTES:
        return 0.0
    pairs = (one[at : at + _WIDTH] == other[at : at + _WIDTH] for at in range(0, SIGNATURE_BYTES, _WIDTH))
    return sum(pairs) / POSITIONS
