"""What is held of what was collected, and until when."""

from dataclasses import dataclass
from datetime import date, datetime

from custodiet.model.identity import CaseId, DecisionId
from custodiet.model.mode import Category


@dataclass(frozen=True, slots=True)
class Remains:
    """What is sealed of one category under one decision and not erased. `days`: on how many UTC days.

    `due_at` None: the decision has not ended, and no retention clock runs. `entry`: the place of `erasure.due`, None
    before it has come due.
    """

    case_id: CaseId
    decision_id: DecisionId
    category: Category
    days: int
    first: date
    last: date
    due_at: datetime | None
    entry: int | None
