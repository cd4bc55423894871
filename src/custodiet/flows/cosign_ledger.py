"""Show the published checkpoint to the witnesses, with the proof that the log only grew, and keep what they sign.

We check the proof ourselves first: a log of ours that does not continue what witnesses signed is shown to nobody, since
what would follow is two histories; whoever runs it is told instead. Nothing here is about anybody.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

from custodiet.flows.ports import Store
from custodiet.model.errors import TableMismatch
from custodiet.model.witness import Cosigned, Witness
from custodiet.rules.chain import Tree, verify_consistency
from custodiet.wire.cosigning import SIZE_TYPE, add_checkpoint_body, read_size, with_cosignatures
from custodiet.wire.note import Checkpoint, NoteError, parse_checkpoint, unverified_body


class AskedWitness(Protocol):
    """A witness that can be asked. `ask` gives status, kind and text of its answer, or raises OSError."""

    witness: Witness

    def ask(self, body: bytes) -> tuple[int, str, str]: ...


class Kept(Protocol):
    """What witnesses have signed, kept beside the log."""

    def read(self) -> str | None: ...
    def keep(self, note: str) -> None: ...
    def newest(self, now: datetime) -> Cosigned | None: ...


class Published(Protocol):
    """Where checkpoints are published."""

    def read_checkpoint(self) -> str | None: ...


class Cosigning:
    """The witnesses of one log. It remembers what each has seen; after a restart they say so themselves."""

    def __init__(
        self, store: Store, published: Published, kept: Kept, witnesses: Iterable[AskedWitness], again: timedelta
    ) -> None:
        """`again`: how long what was signed is fresh enough not to be asked for again."""
        self._store = store
        self._published = published
        self._kept = kept
        self._witnesses = tuple(witnesses)
        self._again = again
        self._seen: dict[str, int] = {}
        self._tree = Tree()
        """Of what was shown last: what is new grows onto it, for a ledger grows for years."""

    def is_due(self, now: datetime) -> bool:
        """Whether there is anything to ask for: a newer checkpoint, or the same one once more after a while."""
        note, newest = self._published.read_checkpoint(), self._kept.newest(now)
        if note is None:
            return False
        size = parse_checkpoint(unverified_body(note)).size
        return newest is None or newest.size != size or newest.at <= now - self._again

    def ask(self) -> tuple[str, ...]:
        """Have the published checkpoint signed by whoever does; the names of those who did, in the policy's words.

        Whether that is enough to take the place of what enough signed before, the policy says. Raises TableMismatch,
        and asks nobody, when our own log does not continue what they signed before.
        """
        note = self._published.read_checkpoint()
        if note is None:
            return ()
        checkpoint = parse_checkpoint(unverified_body(note))
        tree = self._grown(checkpoint)
        self._require_continuation(checkpoint, tree)
        signed = []
        for one in self._witnesses:
            cosigned = self._ask_one(one, note, checkpoint, tree)
            if cosigned is not None:
                note = cosigned
                signed.append(one.witness.name)
        if signed:
            self._kept.keep(note)
        return tuple(signed)

    def _grown(self, checkpoint: Checkpoint) -> Tree:
        # Handed back when it is what was published: after anything else all of it is read again.
        tree, self._tree = self._tree, Tree()
        with self._store.reading() as view:
            tree.extend(view.leaves(len(tree)))
        if len(tree) < checkpoint.size or tree.root(checkpoint.size) != checkpoint.root:
            raise TableMismatch("the ledger is not what was published: no witness is asked to sign it")
        self._tree = tree
        return tree

    def _require_continuation(self, checkpoint: Checkpoint, tree: Tree) -> None:
        before = self._kept.read()
        if before is None:
            return
        try:
            old = parse_checkpoint(unverified_body(before))
        except NoteError:
            return  # what lies there is worth nothing: the witnesses remember for themselves
        if old.origin != checkpoint.origin:
            return  # a log that a restore has closed
        proof = tree.consistency_proof(old.size, checkpoint.size) if old.size <= checkpoint.size else ()
        if not verify_consistency(old.size, checkpoint.size, old.root, checkpoint.root, proof):
            raise TableMismatch("the ledger does not continue what witnesses have signed: they are not asked again")

    def _ask_one(self, one: AskedWitness, note: str, checkpoint: Checkpoint, tree: Tree) -> str | None:
        """The note with its signature; None when it gave none. It is asked once more from the size that it names."""
        for _ in range(2):
            old_size = self._seen.get(one.witness.name, 0)
            if old_size > checkpoint.size:
                return None  # it has seen more of this log than we publish
            body = add_checkpoint_body(old_size, tree.consistency_proof(old_size, checkpoint.size), note)
            try:
                status, kind, text = one.ask(body)
                if status == 200:
                    cosigned = with_cosignatures(note, text, one.witness.vkey)
                    self._seen[one.witness.name] = checkpoint.size
                    return cosigned
                if status != 409 or kind != SIZE_TYPE or read_size(text) == old_size:
                    return None
                self._seen[one.witness.name] = read_size(text)
            except (OSError, NoteError):
                return None
        return None
