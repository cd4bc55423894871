"""Suspected misuse of a look at someone: what is reported, and what the data protection officer found (R101)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from custodiet.model.errors import IllegalValue
from custodiet.model.identity import ActorId, CaseId, MisuseId


class Found(StrEnum):
    """What came of a report."""

    MISUSE = "misuse"
    NO_MISUSE = "no_misuse"
    NOT_ESTABLISHED = "not_established"


@dataclass(frozen=True, slots=True)
class MisuseReport:
    """Someone suspects that what an entry records was misuse. `entry`: its place, as whoever reports it names it."""

    id: MisuseId
    case_id: CaseId
    entry: int
    text_sealed: bytes
    by: ActorId
    at: datetime

    def __post_init__(self) -> None:
        if not self.text_sealed:
            raise IllegalValue("a report that says nothing")
        if self.entry < 0:
            raise IllegalValue("no place in the ledger")


@dataclass(frozen=True, slots=True)
class StandingMisuse:
    """A report with what came of it. `told_in`: the place of its own entry."""

    report: MisuseReport
    told_in: int
    found: Found | None = None
    answered_by: ActorId | None = None
    answered_at: datetime | None = None
    answered_in: int | None = None
