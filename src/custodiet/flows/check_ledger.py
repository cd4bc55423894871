"""Check the ledger by its hashes alone: every entry, the tree over them, and a checkpoint that was signed before."""

from dataclasses import dataclass

from custodiet.flows.ports import Reading
from custodiet.model.entry import EntryKind
from custodiet.model.errors import NotTheFormat
from custodiet.rules.chain import Tree, leaf_hash
from custodiet.wire.note import Checkpoint
from custodiet.wire.records import read_entry

_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Checked:
    """The tree over every entry as its bytes hash, and all that is wrong; empty when nothing is."""

    tree: Tree
    wrong: tuple[str, ...]
    reopened: tuple[str, ...]
    """What each restore says of itself, in words."""

    @property
    def size(self) -> int:
        """How many entries."""
        return len(self.tree)


def check_ledger(view: Reading, checkpoint: Checkpoint | None) -> Checked:
    """Every entry at its place, its leaf the hash of its bytes; a checkpoint's entries still those it was signed over.

    Whoever hands in a checkpoint has checked its signature.
    """
    tree, wrong, reopened = Tree(), list[str](), list[str]()
    while rows := view.entries(len(tree), _AT_ONCE):
        leaves: list[bytes] = []
        for place, row in enumerate(rows, start=len(tree)):
            if row.index != place:
                tree.extend(leaves)
                return Checked(tree, (*wrong, f"entry {place} is missing"), tuple(reopened))
            leaf = leaf_hash(row.body)
            if row.leaf != leaf:
                wrong.append(f"entry {place} is not what its leaf says")
            leaves.append(leaf)
        tree.extend(leaves)
        for row in rows:
            look_at_entry(row.index, row.body, tree, wrong, reopened)
    if checkpoint is not None:
        if checkpoint.size > len(tree):
            wrong.append(f"{checkpoint.size} entries were published, and here are {len(tree)}")
        elif checkpoint.root != tree.root(checkpoint.size):
            wrong.append(f"the first {checkpoint.size} entries are not those the checkpoint was signed over")
    return Checked(tree, tuple(wrong), tuple(reopened))


def look_at_entry(index: int, body: bytes, tree: Tree, wrong: list[str], reopened: list[str]) -> None:
    """Add what is wrong with an entry by its own bytes and the entries before it, and what it says of a restore."""
    try:
        entry = read_entry(body)
    except NotTheFormat:
        wrong.append(f"entry {index} is not an entry")
        return
    if entry.index != index:
        wrong.append(f"entry {index} says it is another")
    if (entry.kind is EntryKind.LOG_REOPENED) != (entry.reopens is not None):
        wrong.append(f"entry {index} does not say in the open what a restore did")
    if entry.reopens is None:
        return
    one = entry.reopens
    reopened.append(
        f"by entry {index}: {one.closed.origin} was closed at {one.closed.size} entries, {one.kept.size} of "
        f"{one.kept.origin} were kept, {one.lost} are lost; ordered by {one.ordered_by}"
    )
    if (one.kept.size, one.kept.root) != (index, tree.root(index)):
        wrong.append(f"entry {index} says that a restore kept other entries than those before it")
