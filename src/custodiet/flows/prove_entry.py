"""The proof that an entry stands in the ledger, for a person, a solicitor or a court: to be checked without us."""

from custodiet.flows.ports import Store, Vault
from custodiet.model.errors import NotTheFormat
from custodiet.rules.chain import Tree
from custodiet.wire.note import parse_checkpoint, unverified_body
from custodiet.wire.proof import Proof, write_proof


def prove_entry(store: Store, vault: Vault, index: int, cosigned: str | None = None) -> str:
    """The text of a proof (c2sp.org/tlog-proof@v1) of one entry's place, under a checkpoint signed just now.

    `cosigned`: the newest checkpoint that witnesses have signed, which is taken instead once it covers the entry.
    Raises NotTheFormat for a place that the ledger does not have, VaultUnavailable, OpeningRefused.
    """
    note = vault.checkpoint() if cosigned is None or _size(cosigned) <= index else cosigned
    size = _size(note)
    if not 0 <= index < size:
        raise NotTheFormat(f"the ledger has entries 0 to {size - 1}")
    with store.reading() as view:
        path = Tree(view.leaves()[:size]).inclusion_proof(index, size)
    return write_proof(Proof(index, path, note))


def _size(note: str) -> int:
    return parse_checkpoint(unverified_body(note)).size


def entry_at(store: Store, index: int) -> bytes:
    """The bytes of one entry, as they were hashed: what a proof is of. Raises NotTheFormat as above."""
    with store.reading() as view:
        rows = view.entries(index, 1)
    if not rows or rows[0].index != index:
        raise NotTheFormat("the ledger has no such entry")
    return rows[0].body
