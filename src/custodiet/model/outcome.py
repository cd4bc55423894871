"""What became of a proposal, for consistency: whose it was, of which rung, and how it ended."""

from dataclasses import dataclass
from enum import StrEnum

from custodiet.model.identity import ActorId
from custodiet.model.mode import ModeCode


class Became(StrEnum):
    """What became of a proposal."""

    APPROVED = "approved"
    """As it was proposed."""
    NARROWED = "narrowed"
    RETURNED = "returned"
    REFUSED = "refused"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One assessed proposal. `departed`: an exemption of the register was overridden for it."""

    by: ActorId
    mode: ModeCode
    became: Became
    departed: bool
