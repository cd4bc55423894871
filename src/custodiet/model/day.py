"""One line of a caseworker's day: what is to be done, for which case, by when. No name, no place."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from custodiet.model.identity import CaseId


class DayKind(StrEnum):
    """What a line is about."""

    REVIEW_DUE = "review_due"
    ORDER_REVIEW_DUE = "order_review_due"
    """Our review of an order: missed, it closes looks and tells its maker; the order does not lapse."""
    TASK = "task"
    REPRESENTATION = "representation"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class DayLine:
    """`about`: the decision, task or representation; `what`: the task's kind, or why a proposal came back."""

    due_at: datetime
    about: str
    kind: DayKind
    case_id: CaseId
    reference: str
    what: str
