"""Records of a case before, about and against its decisions: facts, hearing, screening, assessment, reviews, stops.

As in model/record.py: fields are only ever added, at the end, with a default. Words appear sealed.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from custodiet.model.assessment import Assessment, FamilyReason, Words
from custodiet.model.case import Task
from custodiet.model.draft import Draft, Dropped
from custodiet.model.ending import Stop
from custodiet.model.fact import CaseFact
from custodiet.model.identity import ActorId, CaseId, DecisionId, RepresentationId, ReviewId, StopId
from custodiet.model.mode import ModeCode
from custodiet.model.representation import Invitation, Reply, Representation
from custodiet.model.review import Review, ReviewOutcome, StillNeeded, Used
from custodiet.model.screening import Screening


@dataclass(frozen=True, slots=True)
class FactRecorded:
    """A fact of a case."""

    fact: CaseFact


@dataclass(frozen=True, slots=True)
class RepresentationsInvited:
    """The person was asked to say what they think."""

    invitation: Invitation


@dataclass(frozen=True, slots=True)
class RepresentationMade:
    """They, or someone for them, have said something."""

    representation: Representation


@dataclass(frozen=True, slots=True)
class RepresentationAnswered:
    """What became of a representation, and why (sealed)."""

    representation_id: RepresentationId
    answered_at: datetime
    answered_by: ActorId
    reply: Reply
    reply_sealed: bytes


@dataclass(frozen=True, slots=True)
class ScreeningCompleted:
    """Everyone is asked about the same things; this person has been."""

    screening: Screening


@dataclass(frozen=True, slots=True)
class AssessmentRecorded:
    """The assessment behind a proposal."""

    assessment: Assessment


@dataclass(frozen=True, slots=True)
class ExemptionOverridden:
    """A proposal puts someone under an operation that the register exempts them from: the notice to the DPO (R40)."""

    decision_id: DecisionId
    at: datetime
    by: ActorId


@dataclass(frozen=True, slots=True)
class DraftSaved:
    """Someone has put an unfinished assessment by; it replaces the one they had of this case."""

    draft: Draft


@dataclass(frozen=True, slots=True)
class DraftDropped:
    """It is kept no longer: nobody opens it any more."""

    case_id: CaseId
    author: ActorId
    at: datetime
    why: Dropped


@dataclass(frozen=True, slots=True)
class RungRefused:
    """The gate refused a rung before it became a proposal. It is no ground for detaining anyone."""

    case_id: CaseId
    mode: ModeCode
    codes: tuple[str, ...]
    offers: ModeCode
    at: datetime
    by: ActorId
    no_ground_for_detention: bool = True


class ReturnReason(StrEnum):
    """Why a proposal goes back to whoever made it."""

    REASONS_TOO_THIN = "reasons_too_thin"
    COPIED = "copied"
    """Its reasons are another case's."""
    FACT_MISSING = "fact_missing"
    LOWER_RUNG = "lower_rung"
    VULNERABILITY = "vulnerability"
    REPRESENTATION = "representation"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class DecisionReturned:
    """The second person gives a proposal back, with a reason: it is over, and may be made anew."""

    decision_id: DecisionId
    reason: ReturnReason
    at: datetime
    by: ActorId
    words_sealed: bytes
    offers: ModeCode


@dataclass(frozen=True, slots=True)
class DecisionNarrowed:
    """The second person wants less than was proposed: the proposal is over, what they made instead is `narrowed_to`."""

    decision_id: DecisionId
    narrowed_to: DecisionId
    at: datetime
    by: ActorId


@dataclass(frozen=True, slots=True)
class ReviewOpened:
    """A review that time or an event asks for."""

    review: Review
    tasks: tuple[Task, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewDecided:
    """What a review came to. `late`: after its day; that stands for good (R45)."""

    review_id: ReviewId
    decision_id: DecisionId
    at: datetime
    by: ActorId
    outcome: ReviewOutcome
    used: Used
    late: bool
    why: StillNeeded | None = None
    why_not_lower: FamilyReason | None = None
    words: Words | None = None
    successor: DecisionId | None = None
    next_due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReviewMissed:
    """The review of an order was not made in time: looks close, its maker is told, the order goes on."""

    decision_id: DecisionId
    due_at: datetime
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class StopEntered:
    """A court's or a regulator's stop, as entered; what it ends or pauses follows in the same transaction."""

    stop: Stop
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class StopChecked:
    """A second person has looked at it. `as_ordered` False asks for people; it undoes nothing."""

    stop_id: StopId
    at: datetime
    by: ActorId
    as_ordered: bool
    task_of: DecisionId
    """The decision under which the task to check stands."""
    tasks: tuple[Task, ...] = ()


@dataclass(frozen=True, slots=True)
class StopEscalated:
    """Nobody looked at a stop within a day: the data protection officer is asked to."""

    stop_id: StopId
    at: datetime
    tasks: tuple[Task, ...]
