"""The tree under the ledger: 32 bytes stand for all entries in order, and a short proof binds any of them.

Promise: the Merkle tree of RFC 6962 section 2.1 with SHA-256, proofs in that RFC's order, verified by the
steps of RFC 9162 section 2.1.3.2 (inclusion) and 2.1.4.2 (consistency). An entry is hashed as the bytes it is
stored as; nothing here re-serialises anything. A proof binds leaves, not sizes: that a root belongs to a size
is the word of whoever signed both. Whoever asks for a hash or proof of something impossible gets a ValueError
(our mistake); whoever shows a wrong proof gets False (theirs), whatever is in it, and no exception.

Words: a *leaf* is the hash of an entry, not the entry; a *root* is the hash of a whole tree; sizes and
indices count leaves from 0; every hash is 32 bytes. A *full subtree* has 2**level leaves and starts at a
multiple of 2**level: once it is there, its hash never changes again. `Tree` keeps all of those (64 bytes a
leaf), `Frontier` only the few that a growing log still needs (at most 63 hashes).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from typing import Final, Self

HASH_BYTES: Final = 32
SIZE_LIMIT: Final = 2**63
"""A tree holds fewer leaves than this, because other people's verifiers count in signed 64 bits."""

# RFC 6962 section 2.1: different first bytes, so that no entry can pass for two hashes glued together.
_LEAF: Final = b"\x00"
_NODE: Final = b"\x01"

EMPTY_ROOT: Final = sha256(b"").digest()
"""The root of a tree without leaves (RFC 6962 section 2.1)."""


def leaf_hash(body: bytes) -> bytes:
    """Hash one entry, of any length, into its leaf (RFC 6962 section 2.1)."""
    return sha256(_LEAF + body).digest()


def leaf_hashes(bodies: Iterable[bytes]) -> list[bytes]:
    """The leaf of each of these entries, in their order."""
    return [sha256(_LEAF + body).digest() for body in bodies]


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two neighbouring subtrees, 32 bytes each, into the one above (RFC 6962 section 2.1)."""
    return sha256(_NODE + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Root over all the leaves: one hash for each, about a second for a million (RFC 6962 section 2.1, MTH).

    Raises ValueError for a leaf that is not 32 bytes.
    """
    _require_hashes(leaves)
    if not leaves:
        return EMPTY_ROOT
    level = list(leaves)
    while len(level) > 1:
        # Pairing from the left draws the RFC's tree level by level; an odd last one goes up as it is.
        pairs = [sha256(_NODE + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=False)]
        level = pairs + level[2 * len(pairs) :]
    return level[0]


def inclusion_proof(leaves: Sequence[bytes], index: int, size: int) -> tuple[bytes, ...]:
    """Hashes that lead from leaf `index` to the root of the first `size` leaves, the leaf's sibling first.

    PATH of RFC 6962 section 2.1.1. Hashes every leaf for one proof; who needs many keeps a `Tree`. Raises
    ValueError unless 0 <= index < size <= len(leaves).
    """
    _require(size <= len(leaves), f"a tree of {size} leaves out of {len(leaves)}")
    return Tree(leaves[: max(size, 0)]).inclusion_proof(index, size)


def consistency_proof(leaves: Sequence[bytes], old_size: int, size: int) -> tuple[bytes, ...]:
    """Hashes that show the first `old_size` leaves to be unchanged among the first `size`.

    PROOF of RFC 6962 section 2.1.2. Empty when old_size is 0 or equals size: there is nothing to show. Raises
    ValueError unless 0 <= old_size <= size <= len(leaves).
    """
    _require(size <= len(leaves), f"a tree of {size} leaves out of {len(leaves)}")
    return Tree(leaves[: max(size, 0)]).consistency_proof(old_size, size)


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root_hash: bytes) -> bool:
    """Say whether `leaf` is number `index` of the `size` leaves under `root_hash` (RFC 9162, 2.1.3.2)."""
    # With another length, bytes could wander between left and right; no step of the RFC looks for that.
    if not _are_hashes((leaf, root_hash, *proof)):
        return False
    # 1. The index lies in the tree.
    if not 0 <= index < size < SIZE_LIMIT:
        return False
    # 2. `at` is where we stand in the present level, `last` the last position of that level.
    at, last = index, size - 1
    # 3. What we have computed so far.
    here = leaf
    # 4. Every hash of the proof is the other half of one level.
    for other in proof:
        if last == 0:
            return False  # the top is reached and the proof goes on
        if at % 2 == 1 or at == last:
            here = node_hash(other, here)
            # A last one without a neighbour was carried up unchanged: skip the levels it met nobody on.
            while at and at % 2 == 0:
                at, last = at // 2, last // 2
        else:
            here = node_hash(here, other)
        at, last = at // 2, last // 2
    # 5. We are at the top, not below it, and it is the root we were told.
    return last == 0 and here == root_hash


def verify_consistency(old_size: int, size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Say whether the tree under `new_root` begins with the one under `old_root` (RFC 9162, 2.1.4.2).

    Beyond the RFC: an empty old tree is a beginning of every tree, equal sizes need equal roots, and both
    need an empty proof. A tree of size 0 has no root but EMPTY_ROOT.
    """
    if not _are_hashes((old_root, new_root, *proof)) or not 0 <= old_size <= size < SIZE_LIMIT:
        return False
    if old_size == 0 and old_root != EMPTY_ROOT:
        return False
    if old_size == size:
        return not proof and old_root == new_root
    if old_size == 0:
        return not proof
    # 1. No two different trees agree without a proof.
    if not proof:
        return False
    # 2. A full old tree is a subtree of the new one: its root, which we have, is not in the proof.
    path = [old_root, *proof] if _is_power_of_two(old_size) else list(proof)
    # 3. and 4. Start at the old tree's last full subtree: go up as long as it is a right half.
    at, last = old_size - 1, size - 1
    while at % 2 == 1:
        at, last = at // 2, last // 2
    # 5. Two hashes grow side by side, one to the old root and one to the new.
    old_here = new_here = path[0]
    # 6. What stands to the left belongs to both trees; what stands to the right came later.
    for other in path[1:]:
        if last == 0:
            return False
        if at % 2 == 1 or at == last:
            old_here, new_here = node_hash(other, old_here), node_hash(other, new_here)
            while at and at % 2 == 0:
                at, last = at // 2, last // 2
        else:
            new_here = node_hash(new_here, other)
        at, last = at // 2, last // 2
    # 7. Both arrived.
    return last == 0 and old_here == old_root and new_here == new_root


@dataclass(frozen=True, slots=True)
class Frontier:
    """All that is needed to add a leaf and to name the root, without the leaves before: a few hundred bytes.

    `hashes` are the full subtrees that make up `size`, widest (leftmost) first: one for each 1 in the size
    written in binary. Raises ValueError when that does not hold. It cannot prove anything; for that keep a
    `Tree` or the leaves.
    """

    size: int
    hashes: tuple[bytes, ...]

    def __post_init__(self) -> None:
        """Refuse a frontier that no list of leaves can have."""
        _require(0 <= self.size < SIZE_LIMIT, f"a size of {self.size}")
        _require(
            len(self.hashes) == self.size.bit_count(),
            f"{len(self.hashes)} subtrees cannot make up {self.size} leaves",
        )
        _require_hashes(self.hashes)

    @classmethod
    def empty(cls) -> Self:
        """Give the frontier of a log that has no entry yet."""
        return cls(0, ())

    def append(self, leaf: bytes) -> Self:
        """Give the frontier one leaf later. Raises ValueError for a leaf that is not 32 bytes."""
        _require_hashes((leaf,))
        here, waiting, size = leaf, list(self.hashes), self.size
        # Like adding 1 in binary: each trailing 1 is a full subtree that now finds its equal.
        while size % 2 == 1:
            here = node_hash(waiting.pop(), here)
            size //= 2
        return type(self)(self.size + 1, (*waiting, here))

    def root(self) -> bytes:
        """Root over everything appended so far (RFC 6962 section 2.1)."""
        if not self.hashes:
            return EMPTY_ROOT
        *wider, here = self.hashes
        for left in reversed(wider):
            here = node_hash(left, here)
        return here

    def to_bytes(self) -> bytes:
        """Write it down: the size as 8 bytes, big-endian, then the hashes, widest subtree first."""
        return self.size.to_bytes(8, "big") + b"".join(self.hashes)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read what `to_bytes` wrote, else raise ValueError. A changed hash shows only in the root."""
        _require(len(data) >= 8 and len(data) % HASH_BYTES == 8, f"a frontier cannot be {len(data)} bytes long")
        hashes = tuple(data[at : at + HASH_BYTES] for at in range(8, len(data), HASH_BYTES))
        return cls(int.from_bytes(data[:8], "big"), hashes)


class Tree:
    """A tree that only grows, and answers for any earlier size of itself in a logarithm of hashes.

    It keeps the hash of every full subtree, a level in one row of bytes, so a published tile is one slice.
    Not safe to extend from one thread while another reads.
    """

    __slots__ = ("_levels",)

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        """Plant the tree with these leaves, possibly none. Raises ValueError as `extend` does."""
        self._levels: list[bytearray] = [bytearray()]
        self.extend(leaves)

    def __len__(self) -> int:
        """Count the leaves."""
        return len(self._levels[0]) // HASH_BYTES

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add leaves at the end, a hash each. Raises ValueError, and adds none, if one is not 32 bytes."""
        added = tuple(leaves)
        _require_hashes(added)
        below = self._levels[0]
        below += b"".join(added)
        for height in count(1):
            if len(below) < 2 * HASH_BYTES:
                return
            if height == len(self._levels):
                self._levels.append(bytearray())
            level = self._levels[height]
            # Neighbours lie side by side in the row, so 64 bytes of it are already left and right.
            for at in range(2 * len(level), len(below) - 2 * HASH_BYTES + 1, 2 * HASH_BYTES):
                level += sha256(_NODE + below[at : at + 2 * HASH_BYTES]).digest()
            below = level

    def hashes(self, level: int, start: int, end: int) -> bytes:
        """Full subtrees of 2**level leaves, number `start` up to, not including, `end`: one row of bytes.

        Raises ValueError when one of them is not full yet, or does not exist.
        """
        _require(
            level >= 0 and 0 <= start <= end <= len(self) >> level,
            f"subtrees {start} to {end} of level {level}",
        )
        return bytes(self._levels[level][start * HASH_BYTES : end * HASH_BYTES]) if start < end else b""

    def root(self, size: int | None = None) -> bytes:
        """Root over the first `size` leaves, by default all. Raises ValueError for a size it never had."""
        size = len(self) if size is None else size
        _require(0 <= size <= len(self), f"a root over {size} of {len(self)} leaves")
        return self._span(0, size) if size else EMPTY_ROOT

    def inclusion_proof(self, index: int, size: int) -> tuple[bytes, ...]:
        """As the function `inclusion_proof`, over this tree's leaves."""
        _require(0 <= index < size <= len(self), f"leaf {index} in a tree of {size} out of {len(self)}")
        return self._path(index, 0, size)

    def consistency_proof(self, old_size: int, size: int) -> tuple[bytes, ...]:
        """As the function `consistency_proof`, over this tree's leaves."""
        _require(0 <= old_size <= size <= len(self), f"from {old_size} to {size} leaves out of {len(self)}")
        return self._subproof(old_size, 0, size, known=True) if old_size else ()

    def _span(self, start: int, end: int) -> bytes:
        """MTH over leaves start up to, not including, end, which lie as the RFC's splits lay them."""
        width = end - start
        if _is_power_of_two(width):
            level = width.bit_length() - 1
            return self.hashes(level, start >> level, (start >> level) + 1)
        middle = start + _split(width)
        return node_hash(self._span(start, middle), self._span(middle, end))

    def _path(self, index: int, start: int, end: int) -> tuple[bytes, ...]:
        """PATH of RFC 6962 section 2.1.1, with the leaves counted from the beginning of the log."""
        if end - start == 1:
            return ()
        middle = start + _split(end - start)
        if index < middle:
            return (*self._path(index, start, middle), self._span(middle, end))
        return (*self._path(index, middle, end), self._span(start, middle))

    def _subproof(self, old_end: int, start: int, end: int, *, known: bool) -> tuple[bytes, ...]:
        """SUBPROOF of RFC 6962 section 2.1.2; `known` while the old root is just this subtree's."""
        if old_end == end:
            return () if known else (self._span(start, end),)
        middle = start + _split(end - start)
        if old_end <= middle:
            return (*self._subproof(old_end, start, middle, known=known), self._span(middle, end))
        return (*self._subproof(old_end, middle, end, known=False), self._span(start, middle))


def _split(width: int) -> int:
    """Largest power of two smaller than width, for width of 2 or more: the RFC's k."""
    return 1 << ((width - 1).bit_length() - 1)


def _is_power_of_two(number: int) -> bool:
    return number.bit_count() == 1


def _are_hashes(candidates: Iterable[bytes]) -> bool:
    return set(map(len, candidates)) <= {HASH_BYTES}


def _require_hashes(candidates: Iterable[bytes]) -> None:
    _require(_are_hashes(candidates), f"a hash is {HASH_BYTES} bytes, and one of these is not")


def _require(holds: bool, otherwise: str) -> None:  # noqa: FBT001 - a requirement reads so
    if not holds:
        raise ValueError(otherwise)
