"""Records of erasing: what has come due, and what was erased; the rest is in model/record.py."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from custodiet.model.case import RetentionClock
from custodiet.model.erasing import CopyStep, Hold, HoldStep
from custodiet.model.identity import ActorId, DecisionId, HoldId, PersonId
from custodiet.model.mode import Category


@dataclass(frozen=True, slots=True)
class RemovedFix:
    """A stored fix whose sealed bytes go in the same write: it was timed at or after an end, or it is erased.

    `digest` is the leaf of the sealed bytes in its ingest record, so that the record still verifies. The bytes
    held a random nonce, so the digest cannot be tried against places.
    """

    partition: int
    number: int
    position: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class ErasureDue:
    """What one category collected under one decision is past its retention rule: the vault destroys its keys."""

    decision_id: DecisionId
    category: Category
    at: datetime


class KeyRow(StrEnum):
    """What the table of day keys says of a day that is erased."""

    ISSUED = "issued"
    """Its public half stands there."""
    NONE = "none"
    """No row speaks of it."""
    GONE = "gone"
    """It is said to be destroyed already: another part of the day went before."""


@dataclass(frozen=True, slots=True)
class DayErased:
    """What was sealed of one day under one decision opens for nobody any more, and its sealed bytes are gone.

    `destroyed_at`: when the last of what opened it was destroyed: the day's key, or a session's that outlived that.
    `key_digest`: SHA-256 of the day key's public half, empty when none was issued. `kept_digest`: of the parts of the
    day that other decisions collected and that go on under keys of their own (SHA-256 over their sessions'
    commitments); empty when nothing is left of the day.
    """

    decision_id: DecisionId
    person_id: PersonId
    category: Category
    day: date
    destroyed_at: datetime
    key: KeyRow
    key_digest: bytes
    kept_digest: bytes
    removed: tuple[RemovedFix, ...]


@dataclass(frozen=True, slots=True)
class HoldAsked:
    """Someone asks that something be kept past its rule. It keeps nothing yet."""

    hold: Hold


@dataclass(frozen=True, slots=True)
class HoldAnswered:
    """The second person's yes or no to a hold; or the end of one before its date, which one person may bring."""

    hold_id: HoldId
    step: HoldStep
    by: ActorId
    at: datetime


@dataclass(frozen=True, slots=True)
class CopyTold:
    """The person was offered a copy of what was collected under an annulled decision, or has answered."""

    decision_id: DecisionId
    step: CopyStep
    by: ActorId
    at: datetime


@dataclass(frozen=True, slots=True)
class QuarantineEnded:
    """The data protection officer decides that what was collected under an annulled decision is erased.

    `restarted`: its retention clocks, which run out with this.
    """

    decision_id: DecisionId
    by: ActorId
    at: datetime
    why_sealed: bytes
    restarted: tuple[RetentionClock, ...]


@dataclass(frozen=True, slots=True)
class DayGone:
    """The vault's word that it destroyed what opened one day of an erasure; `kept_digest` as in DayErased."""

    day: date
    destroyed_at: datetime
    kept_digest: bytes
