"""Weigh a restored ledger against what this vault knows: is it one that the vault followed, and what does it lack?

Promise: `weigh` believes a ledger only when it is whole, entry by entry, and either goes on from the head that this
vault saved or is vouched for, at exactly its size, by this vault's own signature. Everything else raises
OpeningRefused. Nothing is written here, neither in the store nor in the vault's own database.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from custodiet.flows.in_vault.following import Follower
from custodiet.flows.in_vault.keys import Keys
from custodiet.flows.ports import Clock, Keystore, Reading, Store
from custodiet.model.decision import LATE_MAX_LIMIT
from custodiet.model.entry import EntryKind
from custodiet.model.errors import NotTheFormat, OpeningRefused
from custodiet.model.identity import ActorId
from custodiet.model.record import DestroyedDay, LogHead, LogOpened, LogReopened
from custodiet.model.times import utc_day
from custodiet.rules.chain import Frontier, Tree, leaf_hash
from custodiet.rules.restoring import common_size, grew_from, highest, next_origin
from custodiet.wire.note import NoteError, open_checkpoint, vkey
from custodiet.wire.records import ReadEntry, read_entry, read_record

_AT_ONCE = 1000
Reopened = dict[int, tuple[bytes, str]]
"""Place of each entry by which a restore opened a log, to its leaf and the log's origin."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a restore of this ledger means."""

    opening: LogReopened
    """The first entry of the log to be opened."""
    lost_openings: tuple[bytes, ...]
    """Entries, as the vault remembers them, of openings that the ledger does not know of."""
    destroyed: tuple[DestroyedDay, ...]
    """Days whose key this vault does not have, and that the store takes for living, or does not know."""
    keyless: int
    """People whose record key this vault does not have: what is sealed to it opens for nobody."""
    reopened: Reopened
    """The logs that the ledger itself went through."""


@dataclass(frozen=True, slots=True)
class Notes:
    """Signed checkpoints to go by: each is worth what this vault's own signature on it is worth.

    `vouching` came with the ledger; `published` lay here when it was to be replaced; others have kept `witnessed`.
    """

    vouching: str | None
    published: str | None
    witnessed: tuple[str, ...] = ()


class Memory:
    """What a vault would remember if it followed a ledger; it forgets what it is told."""

    def __init__(self, head: bytes | None, reopened: Reopened) -> None:
        self._head = head
        self._reopened = reopened

    def head(self) -> bytes | None:
        return self._head

    def save_head(self, frontier: bytes) -> None:
        pass

    def reopened(self) -> Reopened:
        return self._reopened

    def remember_opening(self, entry: bytes) -> None:
        pass


def weigh(store: Store, keystore: Keystore, keys: Keys, clock: Clock, notes: Notes, by: ActorId) -> Weighed:
    """Weigh the ledger of a store that nobody writes. Raises OpeningRefused."""
    with store.reading() as view:
        first, reopened = _openings(view)
        follower = Follower(store, Memory(None, reopened), clock, keys.log_public, keys.issue_public)
        tree = Tree(view.leaves())
        log = follower.log
        if log is None or follower.head.root() != tree.root():
            raise OpeningRefused("the ledger is not open, or changes while it is read")
        kept = LogHead(log.origin, len(tree), tree.root())
        saved = Frontier.from_bytes(keystore.head() or Frontier.empty().to_bytes())
        if not (_vouched(notes.vouching, kept, keys) or _goes_on(tree, reopened, saved, keystore.reopened())):
            raise OpeningRefused(
                "this ledger is not one that this vault has followed, or nothing shows that it is: "
                "it neither goes on from the saved head nor bears the vault's own signature at its size"
            )
        known = keystore.reopened()
        closed, common = _closed(kept, tree, reopened, saved, known, first, notes, keys)
        taken = {first, *(origin for _, origin in (*reopened.values(), *known.values()))}
        return Weighed(
            opening=LogReopened(
                origin=next_origin(first, clock.now(), taken),
                log_key=keys.log_public,
                issue_key=keys.issue_public,
                closed=closed,
                kept=kept,
                lost=closed.size - common,
                ordered_by=by,
            ),
            lost_openings=_lost_openings(view, keystore, follower),
            destroyed=_destroyed(view, keys, clock),
            keyless=_keyless(view, keys),
            reopened=reopened,
        )


def _openings(view: Reading) -> tuple[str, Reopened]:
    """The first log's origin, and the logs that restores have opened since."""
    first, reopened, place = "", Reopened(), 0
    while rows := view.entries(place, _AT_ONCE):
        for row in rows:
            place = row.index + 1
            try:
                if read_entry(row.body).kind not in (EntryKind.LOG_OPENED, EntryKind.LOG_REOPENED):
                    continue
                record = read_record(row.record or b"")
            except NotTheFormat:
                raise OpeningRefused("an entry in the ledger is not in our format") from None
            if isinstance(record, LogOpened):
                first = record.origin
            elif isinstance(record, LogReopened):
                reopened[row.index] = (row.leaf, record.origin)
    return first, reopened


def _vouched(note: str | None, kept: LogHead, keys: Keys) -> bool:
    """Whether this vault signed exactly this."""
    return note is not None and _signed(note, kept.origin, keys) == kept


def _signed(note: str, origin: str, keys: Keys) -> LogHead:
    """What a checkpoint says. Raises OpeningRefused when this vault has not signed it for this log."""
    try:
        checkpoint = open_checkpoint(note, vkey(origin, keys.log_public))
    except NoteError as error:
        raise OpeningRefused(f"a checkpoint is not this vault's word on this log: {error}") from None
    return LogHead(checkpoint.origin, checkpoint.size, checkpoint.root)


def _goes_on(tree: Tree, reopened: Reopened, saved: Frontier, known: Reopened) -> bool:
    """Whether the vault itself would follow it from where it is."""
    return saved.size <= len(tree) and tree.root(saved.size) == saved.root() and reopened == known


def _closed(
    kept: LogHead,
    tree: Tree,
    reopened: Reopened,
    saved: Frontier,
    known: Reopened,
    first: str,
    notes: Notes,
    keys: Keys,
) -> tuple[LogHead, int]:
    """The highest known head of the log to be closed, and how many of its entries are in the ledger that is kept.

    Raises OpeningRefused when heads contradict each other: then somebody signed two histories with this key.
    """
    here = {place: leaf for place, (leaf, _) in reopened.items()}
    there = {place: leaf for place, (leaf, _) in known.items()}
    origin = [first, *(name for _, name in known.values())][-1]
    heads = [LogHead(origin, saved.size, saved.root())]
    if grew_from(here, there):
        # The log that is kept is the one that is closed, or came after the one this vault knows of: an older vault.
        there, heads = here, [kept] if kept.origin != origin else [kept, *heads]
        origin = kept.origin
    heads += [_signed(note, origin, keys) for note in notes.witnessed]
    if notes.published is not None:
        with suppress(OpeningRefused):  # of another log, or broken: whatever lies there must not be in the way
            heads.append(_signed(notes.published, origin, keys))
    closed = highest(heads)
    if closed is None:
        raise OpeningRefused("two checkpoints of one size contradict each other: find out why before anything else")
    common = common_size(kept.size, here, closed.size, there)
    if any(head.size <= common and tree.root(head.size) != head.root for head in heads):
        raise OpeningRefused("a checkpoint contradicts the ledger to be restored: find out why before anything else")
    return closed, common


def _lost_openings(view: Reading, keystore: Keystore, follower: Follower) -> tuple[bytes, ...]:
    return tuple(
        body
        for body in keystore.openings()
        if leaf_hash(body) not in follower.recovered and not _stands(view, read_entry(body), body)
    )


def _stands(view: Reading, entry: ReadEntry, body: bytes) -> bool:
    return any(row.index == entry.index and row.body == body for row in view.entries(entry.index, 1))


def _destroyed(view: Reading, keys: Keys, clock: Clock) -> tuple[DestroyedDay, ...]:
    """Days that must not be sealed to any more.

    Those that this vault destroyed; and those still to be sealed to whose key it does not hold, or holds another of:
    a vault that is older than the store.
    """
    people = {case.person_id for case in view.cases()}
    gone = {(who, what, day): at for who, what, day, at in keys.destroyed_days() if who in people}
    now = clock.now()
    for key in view.living_day_keys(utc_day(now - LATE_MAX_LIMIT - timedelta(days=1))):
        if not keys.holds_day(key):
            gone.setdefault((key.person_id, key.category, key.day), now)
    lives = {one: view.day_key_lives(*one) for one in gone}
    return tuple(DestroyedDay(*one, at, lives[one] is not None) for one, at in gone.items() if lives[one] is not False)


def _keyless(view: Reading, keys: Keys) -> int:
    recorded = (view.record_key(who) for who in {case.person_id for case in view.cases()})
    return sum(not keys.holds_record(key) for key in recorded if key is not None)
