"""The proof that an entry stands in the ledger, for a person, a solicitor or a court: to be checked without us."""

from custodiet.flows.ports import Store, Vault
from custodiet.model.errors import NotTheFormat, OpeningRefused
from custodiet.rules.chain import Tree
from custodiet.wire.note import Checkpoint, parse_checkpoint, unverified_body
from custodiet.wire.proof import Proof, write_proof


def prove_entry(store: Store, vault: Vault, index: int, cosigned: str | None = None) -> str:
    """The text of a proof (c2sp.org/tlog-proof@v1) of one entry's place, under a checkpoint signed just now.

    `cosigned`, and what is raised: as `note_and_tree` says.
    """
    note, tree = note_and_tree(store, vault, index, cosigned)
    return write_proof(Proof(index, tree.inclusion_proof(index, len(tree)), note))


def note_and_tree(store: Store, vault: Vault, index: int, cosigned: str | None) -> tuple[str, Tree]:
    """A signed checkpoint that covers an entry, and the tree that it was signed over.

    `cosigned`: the newest checkpoint that witnesses have signed, which is taken instead once it covers the entry.
    Raises NotTheFormat for a place that the ledger does not have, VaultUnavailable, and OpeningRefused also when the
    ledger is not the one that was signed.
    """
    note = vault.checkpoint() if cosigned is None or _signed(cosigned).size <= index else cosigned
    signed = _signed(note)
    if not 0 <= index < signed.size:
        raise NotTheFormat(f"the ledger has entries 0 to {signed.size - 1}")
    with store.reading() as view:
        tree = Tree(view.leaves()[: signed.size])
    if tree.root() != signed.root:
        raise OpeningRefused("the ledger is not the one that was signed: nothing can be shown of it")
    return note, tree


def _signed(note: str) -> Checkpoint:
    return parse_checkpoint(unverified_body(note))


def entry_at(store: Store, index: int) -> bytes:
    """The bytes of one entry, as they were hashed: what a proof is of. Raises NotTheFormat as above."""
    with store.reading() as view:
        rows = view.entries(index, 1)
    if not rows or rows[0].index != index:
        raise NotTheFormat("the ledger has no such entry")
    return rows[0].body
