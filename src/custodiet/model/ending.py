"""Why a decision ended, and stops that a court or a regulator has ordered."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from custodiet.model.errors import IllegalValue
from custodiet.model.identity import ActorId, DecisionId, StopId


class EndReason(StrEnum):
    """What people ended a decision for."""

    NOT_NEEDED = "not_needed"
    LEAVE_GRANTED = "leave_granted"
    DETAINED = "detained"
    REMOVED = "removed"
    TRANSFERRED = "transferred"
    DIED = "died"
    REVIEW = "review"
    STOPPED = "stopped"
    """A court or a regulator said so."""


CLOSING = frozenset(
    {EndReason.LEAVE_GRANTED, EndReason.DETAINED, EndReason.REMOVED, EndReason.TRANSFERRED, EndReason.DIED}
)
"""Reasons that close a whole case, a duty with it."""


class StopKind(StrEnum):
    """What a court or a regulator has ordered."""

    STOP = "stop"
    RESTRICT = "restrict"
    """Collection pauses until whoever ordered it says otherwise."""
    ANNUL = "annul"


CHECK_WITHIN = timedelta(days=1)
"""How soon a second person looks whether a stop was entered as it was ordered."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop as one person entered it. It is obeyed at once, and nothing undoes it by itself."""

    id: StopId
    kind: StopKind
    authority: ActorId
    """The court or regulator."""
    entered_by: ActorId
    entered_at: datetime
    check_due_at: datetime
    decisions: tuple[DecisionId, ...]

    def __post_init__(self) -> None:
        if not self.decisions:
            raise IllegalValue("a stop that stops nothing")
        if self.check_due_at <= self.entered_at:
            raise IllegalValue("a check that is due before there is anything to check")
