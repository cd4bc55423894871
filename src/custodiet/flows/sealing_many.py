"""Many fixes sealed, and hashed into a record's tree, one by one: the reference of whatever does it quicker."""

from custodiet.flows.ports import Sealer
from custodiet.rules.chain import HASH_BYTES, leaf_hash, root
from custodiet.wire.columns import SealedPieces, ToSeal
from custodiet.wire.frame import NONCE_BYTES


class OneByOne:
    """What flows.ports.SealsMany promises."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def seal(self, these: ToSeal, nonces: bytes) -> SealedPieces:
        pieces, leaves = [], []
        for row, (key, context, head, plain) in enumerate(zip(*these, strict=True)):
            nonce = nonces[row * NONCE_BYTES : (row + 1) * NONCE_BYTES]
            piece = self._sealer.seal_under(key.tobytes(), nonce, plain.tobytes(), context.tobytes())
            pieces.append(piece)
            leaves.append(leaf_hash(head.tobytes() + piece))
        return SealedPieces(b"".join(pieces), b"".join(leaves))

    def root(self, leaves: bytes) -> bytes:
        return root([leaves[at : at + HASH_BYTES] for at in range(0, len(leaves), HASH_BYTES)])
