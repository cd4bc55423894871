"""Many fixes sealed, and hashed into a record's tree, in one call of what is compiled from sealing_many.c.

Where that was not made everything is sealed one by one, to the same bytes.
"""

import ctypes
from collections.abc import Callable
from pathlib import Path
from secrets import token_bytes

import numpy as np

from custodiet.adapters.compiled import AT, SIZE, Compiled, Unfit, call_of
from custodiet.adapters.sealing import seal_under
from custodiet.model.errors import CannotRecord
from custodiet.rules.chain import EMPTY_ROOT, HASH_BYTES, leaf_hash, root
from custodiet.wire.columns import HEAD_BYTES, Rows, SealedPieces, ToSeal
from custodiet.wire.frame import FIXES_CONTEXT_BYTES, KEY_BYTES, NONCE_BYTES, PIECE_BYTES, PLAIN_BYTES

_TRIED = 5
"""So many have pairs, and one over, at more than one height of their tree."""


class OneByOne:
    """The same one after the other, with no call for many: the reference of what is compiled."""

    def __init__(self, seal: Callable[[bytes, bytes, bytes, bytes], bytes]) -> None:
        """`seal`: sealing.seal_under, or what promises as much."""
        self._seal = seal

    def seal(self, these: ToSeal, nonces: bytes) -> SealedPieces:
        """Never refuses."""
        pieces, leaves = [], []
        for row, (key, context, head, plain) in enumerate(zip(*these, strict=True)):
            nonce = nonces[row * NONCE_BYTES : (row + 1) * NONCE_BYTES]
            piece = self._seal(key.tobytes(), nonce, plain.tobytes(), context.tobytes())
            pieces.append(piece)
            leaves.append(leaf_hash(head.tobytes() + piece))
        return SealedPieces(b"".join(pieces), b"".join(leaves))

    def root(self, leaves: bytes) -> bytes:
        """As rules.chain.root says."""
        return root([leaves[at : at + HASH_BYTES] for at in range(0, len(leaves), HASH_BYTES)])


class _AtOnce:
    """What flows.ports.SealsMany promises. May be called from any thread."""

    def __init__(self, library: Path) -> None:
        """Raises OSError when it cannot be loaded, and Unfit when it does not seal as it should."""
        takes = [SIZE, AT, AT, AT, SIZE, AT, SIZE, AT, SIZE, AT, AT, ctypes.c_int]
        self._seal = call_of(library, "custodiet_seal", takes, ctypes.c_int)
        self._root = call_of(library, "custodiet_root", [SIZE, AT], None)
        _try(self)

    def seal(self, these: ToSeal, nonces: bytes) -> SealedPieces:
        """Raises CannotRecord when a library does not, and ValueError for rows of another width or number."""
        return self.seal_by(these, nonces)

    def seal_by(self, these: ToSeal, nonces: bytes, *, openssl: bool = False) -> SealedPieces:
        """The same; `openssl`: as on a processor for which nothing quicker is there."""
        count = len(these.keys)
        keys, contexts, heads, plains = (_rows(one, count) for one in these)
        if keys.shape[1] != KEY_BYTES or plains.shape[1] != PLAIN_BYTES or len(nonces) != count * NONCE_BYTES:
            raise ValueError("a key has 32 bytes, a nonce 12, a packed fix as many as any")
        pieces, leaves = np.empty((count, PIECE_BYTES), np.uint8), np.empty((count, HASH_BYTES), np.uint8)
        done = self._seal(
            *(count, keys.ctypes.data, nonces, contexts.ctypes.data, contexts.shape[1]),
            *(plains.ctypes.data, plains.shape[1], heads.ctypes.data, heads.shape[1]),
            *(pieces.ctypes.data, leaves.ctypes.data, openssl),
        )
        if not done:
            raise CannotRecord("fixes could not be sealed")
        return SealedPieces(pieces.tobytes(), leaves.tobytes())

    def root(self, leaves: bytes) -> bytes:
        """Raises ValueError for what no leaves are."""
        if not leaves:
            return EMPTY_ROOT
        if len(leaves) % HASH_BYTES:
            raise ValueError("leaves that are cut short")
        hashes = np.frombuffer(leaves, np.uint8).copy()
        self._root(len(leaves) // HASH_BYTES, hashes.ctypes.data)
        return hashes[:HASH_BYTES].tobytes()


def _rows(one: Rows, count: int) -> Rows:
    if len(one) != count:
        raise ValueError("of each fix one row")
    return np.ascontiguousarray(one)


def _try(at_once: _AtOnce) -> None:
    """Raise Unfit unless a few come out as they do one by one."""
    widths, one_by_one = (KEY_BYTES, FIXES_CONTEXT_BYTES + 8, HEAD_BYTES, PLAIN_BYTES), OneByOne(seal_under)
    these = ToSeal(*(np.frombuffer(token_bytes(_TRIED * width), np.uint8).reshape(_TRIED, width) for width in widths))
    nonces = token_bytes(_TRIED * NONCE_BYTES)
    try:
        sealed = one_by_one.seal(these, nonces)
        fit = sealed == at_once.seal(these, nonces) == at_once.seal_by(these, nonces, openssl=True)
        fit = fit and at_once.root(sealed.leaves) == one_by_one.root(sealed.leaves)
    except CannotRecord:
        fit = False
    if not fit:
        raise Unfit("what was compiled does not seal as it should")


SEALING_MANY = Compiled(
    source=Path(__file__).with_suffix(".c"),
    compiler="cc",
    flags=("-std=c11",),
    links=("-lcrypto", "-lsodium", "-lnettle"),
    packages="gcc libc6-dev libssl-dev libsodium-dev nettle-dev",
    join=_AtOnce,
)
