"""Restore a store: weigh its ledger, open a new log over it, and prove that the vault will follow that.

Everything happens in a copy that nobody else has open. If we die anywhere here, nothing that is in use has changed.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from custodiet.flows.in_vault.following import Follower
from custodiet.flows.in_vault.keys import Keys
from custodiet.flows.in_vault.verifying import verify_tables
from custodiet.flows.in_vault.weighing import Memory, Notes, Reopened, weigh
from custodiet.flows.ports import Chance, Clock, Keystore, Replay, Sealer, Store
from custodiet.flows.reopen_log import reopen_log
from custodiet.model.errors import OpeningRefused, TableMismatch
from custodiet.model.identity import ActorId
from custodiet.model.record import LogHead, LogOpened
from custodiet.model.times import as_text
from custodiet.wire.note import encode_base64, vkey
from custodiet.wire.records import read_entry
from custodiet.wire.restored import ErasedDay, Head, LostOpening, Report


@dataclass(frozen=True, slots=True)
class RestoredLog:
    """The log that was opened: what the vault is to follow, what is to be pinned and published, what is to be said."""

    frontier: bytes
    reopened: Reopened
    pinned: LogOpened
    note: str
    report: Report
    """Where things are put aside is not known here, and left out."""


def restore_log(
    store: Store,
    keystore: Keystore,
    keys: Keys,
    sealer: Sealer,
    clock: Clock,
    chance: Chance,
    replay: Callable[[], AbstractContextManager[Replay]],
    notes: Notes,
    by: ActorId,
    *,
    accept_differing: bool,
) -> RestoredLog:
    """Raises OpeningRefused for a ledger that this vault does not know, TableMismatch for tables that differ from it.

    With `accept_differing` tables are only counted.
    """
    weighed = weigh(store, keystore, keys, clock, notes, by)
    opening = weighed.opening
    stopped = reopen_log(store, chance, opening, weighed.destroyed, weighed.lost_openings)
    with store.reading() as view:
        [opened] = view.entries(opening.kept.size, 1)
    reopened = {**weighed.reopened, opening.kept.size: (opened.leaf, opening.origin)}
    # What the vault will do at its next start, done now: if it would refuse, nothing has happened yet.
    follower = Follower(store, Memory(None, reopened), clock, keys.log_public, keys.issue_public)
    head = follower.head
    with replay() as empty:
        tables = verify_tables(store, empty, keys, sealer, head, keys_are_here=False)
    if not accept_differing and (tables["missing"] or tables["differing"]):
        raise TableMismatch(
            f"the tables do not follow from the ledger: {tables['missing']} missing, {tables['differing']} differing; "
            "look for another backup, or accept them by name (--accept-differing)"
        )
    if follower.log is None:
        raise OpeningRefused("the log is not open")
    return RestoredLog(
        frontier=head.to_bytes(),
        reopened=reopened,
        pinned=follower.log,
        note=keys.sign_checkpoint(LogHead(opening.origin, head.size, head.root())),
        report=Report(
            at=as_text(clock.now()),
            by=by,
            origin=opening.origin,
            vkey=vkey(opening.origin, opening.log_key),
            closed=_told(opening.closed),
            kept=_told(opening.kept),
            lost=opening.lost,
            openings_lost=tuple(map(_lost, weighed.lost_openings)),
            days_erased=tuple(ErasedDay(one.person_id, one.category, str(one.day)) for one in weighed.destroyed),
            people_without_key=weighed.keyless,
            paused=_sorted(stopped.paused),
            ended=_sorted(stopped.ended),
            tables=tables,
        ),
    )


def _told(head: LogHead) -> Head:
    return Head(head.origin, head.size, encode_base64(head.root))


def _lost(body: bytes) -> LostOpening:
    entry = read_entry(body)
    return LostOpening(entry.index, entry.kind, as_text(entry.at), entry.actor)


def _sorted(references: list[str]) -> tuple[str, ...]:
    return tuple(sorted(references))
