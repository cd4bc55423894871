"""Check the ledger by its hashes alone: every entry, the tree over them, and a checkpoint that was signed before."""

from dataclasses import dataclass

from custodiet.flows.ports import Reading
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

    @property
    def size(self) -> int:
        """How many entries."""
        return len(self.tree)


def check_ledger(view: Reading, checkpoint: Checkpoint | None) -> Checked:
    """Every entry at its place, its leaf the hash of its bytes; a checkpoint's entries still those it was signed over.

    Whoever hands in a checkpoint has checked its signature.
    """
    tree, wrong = Tree(), list[str]()
    while rows := view.entries(len(tree), _AT_ONCE):
        leaves: list[bytes] = []
        for place, row in enumerate(rows, start=len(tree)):
            if row.index != place:
                tree.extend(leaves)
                return Checked(tree, (*wrong, f"entry {place} is missing"))
            leaf = leaf_hash(row.body)
            if row.leaf != leaf:
                wrong.append(f"entry {place} is not what its leaf says")
            if text := wrong_entry(place, row.body):
                wrong.append(text)
            leaves.append(leaf)
        tree.extend(leaves)
    if checkpoint is not None:
        if checkpoint.size > len(tree):
            wrong.append(f"{checkpoint.size} entries were published, and here are {len(tree)}")
        elif checkpoint.root != tree.root(checkpoint.size):
            wrong.append(f"the first {checkpoint.size} entries are not those the checkpoint was signed over")
    return Checked(tree, tuple(wrong))


def wrong_entry(index: int, body: bytes) -> str | None:
    """What is wrong with an entry at a place, by its own bytes."""
    try:
        return None if read_entry(body).index == index else f"entry {index} says it is another"
    except NotTheFormat:
        return f"entry {index} is not an entry"
