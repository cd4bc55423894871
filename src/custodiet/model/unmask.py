"""Unmasking: to see of one window that was read what masking hides, by a yes of its own from a third person.

Words of a request are sealed. Nothing here holds a position, and nothing says whether anything was hidden.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from custodiet.model.condition import Interval
from custodiet.model.identity import ActorId, CaseId, LookUpId, UnmaskId
from custodiet.model.look_up import Precision, RefusedBecause, Standing


class NotEnough(StrEnum):
    """Why the masked reading is not enough. Stored: never reuse or rename one."""

    IN_DANGER = "in_danger"
    THE_TIME = "the_time"
    """The time that the question is about is one of which nothing was shown."""
    DISPUTED = "disputed"
    """The person disputes something, and what would bear them out was not shown."""


class Article9(StrEnum):
    """The condition of Article 9(2) UK GDPR that it rests on. Stored: never reuse or rename one.

    Consent is not among them: whoever is monitored is not free to refuse, and has the whole of it in their own copy.
    """

    VITAL_INTERESTS = "9_2_c"
    LEGAL_CLAIMS = "9_2_f"
    PUBLIC_INTEREST = "9_2_g"


@dataclass(frozen=True, slots=True)
class Unmask:
    """A request to unmask a window that was read under a grant. Its purpose is the grant's: for another one asks anew.

    `why_sealed`: the reason, and why nothing less would do.
    """

    id: UnmaskId
    look_up_id: LookUpId
    case_id: CaseId
    window: Interval
    not_enough: NotEnough
    condition: Article9
    why_sealed: bytes
    asked_by: ActorId
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class UnmaskYes:
    """A third person's yes, to all of it or to less time. It ends with the grant."""

    unmask_id: UnmaskId
    window: Interval
    approved_by: ActorId
    approved_at: datetime
    words_sealed: bytes


@dataclass(frozen=True, slots=True)
class UnmaskedReading:
    """One opening without masking, as it is recorded before anything opens."""

    unmask_id: UnmaskId
    case_id: CaseId
    window: Interval
    precision: Precision
    by: ActorId
    at: datetime


@dataclass(frozen=True, slots=True)
class Unmasking:
    """A request to unmask as it stands. `yes` None: nobody has said yes."""

    unmask: Unmask
    yes: UnmaskYes | None = None
    refused_at: datetime | None = None
    refused_by: ActorId | None = None
    refused_because: RefusedBecause | None = None

    def waits(self, look_up: Standing, now: datetime) -> bool:
        """Whether it waits for its own yes or no still: as long as something may be read under the grant."""
        return self.yes is None and self.refused_at is None and look_up.is_open(now)
