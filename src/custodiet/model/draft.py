"""An assessment that someone has begun and will go on with: theirs alone, sealed as one piece, kept for some days."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from custodiet.model.errors import IllegalValue
from custodiet.model.identity import ActorId, CaseId
from custodiet.model.mode import ModeCode

DRAFT_KEPT = timedelta(days=14)
"""After it was saved."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What was typed, sealed. One for each case and author: the next one replaces it. `mode`: the rung it is about."""

    case_id: CaseId
    author: ActorId
    mode: ModeCode
    saved_at: datetime
    drop_at: datetime
    sealed: bytes

    def __post_init__(self) -> None:
        if not self.sealed:
            raise IllegalValue("a draft of nothing")
        if self.drop_at != self.saved_at + DRAFT_KEPT:
            raise IllegalValue("a draft is kept for its days and no longer")


class Dropped(StrEnum):
    """Why a draft is kept no longer."""

    SENT = "sent"
    """The assessment was sent."""
    OLD = "old"
    """Its days are over."""
    CLOSED = "closed"
    """The case was closed."""
