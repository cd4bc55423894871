"""Reviews: opened by time or by an event, decided by someone who says what was used and why still (R44)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from custodiet.model.errors import IllegalValue
from custodiet.model.identity import ActorId, DecisionId, ReviewId


class Trigger(StrEnum):
    """What opens a review. A closed list (R35, R44, R61, R70, R78)."""

    PERIOD = "period"
    NEW_EVIDENCE = "new_evidence"
    REPRESENTATION = "representation"
    BREACH_REPLY = "breach_reply"
    OTHER_DECISION_MAKER = "other_decision_maker"
    DEVICE_FAULT = "device_fault"
    OBJECTION = "objection"
    WELLBEING = "wellbeing"
    CHANGED_HOME = "changed_home"
    LAW_CHANGED = "law_changed"


class ReviewOutcome(StrEnum):
    """What it comes to. To continue takes a successor, with an assessment of its own and two people."""

    CONTINUE = "continue"
    LOWER = "lower"
    END = "end"


class StillNeeded(StrEnum):
    """Why it is still necessary."""

    CONTACT_AT_RISK = "contact_at_risk"
    CONDITIONS_NOT_KEPT = "conditions_not_kept"
    DUTY_STANDS = "duty_stands"
    ORDER_STANDS = "order_stands"


@dataclass(frozen=True, slots=True)
class Used:
    """What was used since the last review, counted in the store and never typed in."""

    since: datetime
    alerts: int
    possible_breaches: int
    breaches: int
    openings: int | None = None
    """How often positions of its time were opened: look-ups, unmasked ones, looks alone. None: not counted then."""
    questions: int | None = None
    """How many questions were answered about its time."""
    packs: int | None = None
    """How many packs about this person an outside agency was given."""


@dataclass(frozen=True, slots=True)
class Review:
    """One review of one decision."""

    id: ReviewId
    decision_id: DecisionId
    trigger: Trigger
    opened_at: datetime
    opened_by: ActorId
    due_at: datetime
    decided_at: datetime | None = None
    outcome: ReviewOutcome | None = None
    next_due_at: datetime | None = None

    def __post_init__(self) -> None:
        if (self.decided_at is None) != (self.outcome is None):
            raise IllegalValue("a review that was decided has an outcome, and only such a one does")
