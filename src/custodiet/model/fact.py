"""Facts of a case: what a reason points at. Each has a kind, a date, an author; what it says in words is sealed."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from custodiet.model.errors import IllegalValue
from custodiet.model.identity import ActorId, CaseId, FactId


class FactKind(StrEnum):
    """What a fact is about. No kind names an offence, a nationality or a diagnosis."""

    AGE = "age"
    ADDRESS = "address"
    HOUSEHOLD = "household"
    WORK = "work"
    CONTACT_KEPT = "contact_kept"
    CONTACT_LOST = "contact_lost"
    APPOINTMENT_KEPT = "appointment_kept"
    APPOINTMENT_MISSED = "appointment_missed"
    PERSON_SAID = "person_said"
    DEVICE = "device"
    COURT_FINDING = "court_finding"
    PROTOCOL = "protocol"
    """The protocol of an evaluation, for a case selected by it (R33)."""
    HEALTH = "health"
    EXPERT_REPORT = "expert_report"
    PENDING_ELSEWHERE = "pending_elsewhere"
    """Another body is deciding something that bears on this: torture, trafficking, age (R35)."""
    LIFTS_DUTY = "lifts_duty"
    """The finding that lifts a duty to monitor (R105)."""


EVIDENCE = frozenset({FactKind.HEALTH, FactKind.EXPERT_REPORT, FactKind.PENDING_ELSEWHERE})
"""Facts that open a review as soon as they are recorded, whatever form they come in (R35)."""


class Age(StrEnum):
    """How old someone is taken to be. Disputed is not adult."""

    ADULT = "adult"
    UNDER_18 = "under_18"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True)
class CaseFact:
    """One fact of one case. `dated`: the day it is of. The text is optional, sealed under the person's record key."""

    id: FactId
    case_id: CaseId
    kind: FactKind
    dated: date
    recorded_at: datetime
    author: ActorId
    text_sealed: bytes = b""
    age: Age | None = None

    def __post_init__(self) -> None:
        if (self.kind is FactKind.AGE) != (self.age is not None):
            raise IllegalValue("a fact about age says which, and only such a one does")
        if self.dated > self.recorded_at.date():
            raise IllegalValue("a fact is recorded once it is one")
