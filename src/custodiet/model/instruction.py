"""What a sender is told: to stop sending for a device, or to start; and that a named person there acknowledged it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from custodiet.model.errors import IllegalValue
from custodiet.model.identity import ActorId, DecisionId, InstructionId, SenderId


class What(StrEnum):
    """What it asks."""

    STOP = "stop"
    START = "start"


@dataclass(frozen=True, slots=True)
class Instruction:
    """One sender, one device: stop or start from a time on (R108).

    `from_at` may lie ahead, for a decision that is still to begin. `decision_id` is None where a device came off that
    no decision stood on. Of those for one sender and device the one with the
    latest `from_at` that has come holds, and of several from the same instant the one given last.
    """

    id: InstructionId
    sender_id: SenderId
    serial: str
    what: What
    decision_id: DecisionId | None
    given_at: datetime
    from_at: datetime
    due_at: datetime
    """By when someone at the sender's is to have acknowledged it."""
    acknowledged_at: datetime | None = None
    acknowledged_by: ActorId | None = None

    def __post_init__(self) -> None:
        if (self.acknowledged_at is None) != (self.acknowledged_by is None):
            raise IllegalValue("an instruction is acknowledged by someone, at a time")

    def overdue(self, at: datetime) -> bool:
        """Whether nobody has acknowledged it in time."""
        return self.acknowledged_at is None and self.due_at <= at
