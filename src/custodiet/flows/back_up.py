"""Describe a copy of the store for a backup: its ledger checked, and the vault's signature over exactly its entries.

Without that signature a vault that has followed further cannot tell the copy from a shortened or changed ledger, and
refuses to restore it. A place that was stopped in order has published it; else the vault is asked.
"""

from custodiet.flows.check_ledger import Checked, check_ledger
from custodiet.flows.ports import Store, Vault
from custodiet.model.errors import TableMismatch, VaultUnavailable
from custodiet.model.record import LogOpened
from custodiet.wire.backup import Described
from custodiet.wire.note import encode_base64, open_checkpoint, vkey


def describe_copy(copy: Store, vault: Vault, published: str | None, pinned: LogOpened, *, alone: bool) -> Described:
    """What a manifest says of a copy's ledger. With `alone` it goes without the vault's word when there is none.

    `published` is the checkpoint that was out before the copy was taken: the copy reaches at least as far. Raises
    TableMismatch when the ledger does not verify, VaultUnavailable when no checkpoint over it is to be had.
    """
    known = vkey(pinned.origin, pinned.log_key)
    with copy.reading() as view:
        checked = check_ledger(view, None if published is None else open_checkpoint(published, known))
    if checked.wrong:
        raise TableMismatch(f"the ledger does not verify: {'; '.join(checked.wrong)}")
    note = published if published is not None and _is_over(published, known, checked) else None
    if note is None:
        try:
            note = vault.checkpoint(checked.size)
        except VaultUnavailable:
            if not alone:
                raise
        else:
            if not _is_over(note, known, checked):
                raise TableMismatch("the vault has followed another ledger than the one copied")
    return Described(checked.size, encode_base64(checked.tree.root()), note)


def _is_over(note: str, known: str, checked: Checked) -> bool:
    checkpoint = open_checkpoint(note, known)
    return (checkpoint.size, checkpoint.root) == (checked.size, checked.tree.root())
