"""Representations: what the person, or someone for them, says about what is to be decided (R36, R37).

That none was made is neutral. Each one that was made is answered before anything is decided.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from custodiet.model.errors import IllegalValue
from custodiet.model.identity import ActorId, CaseId, RepresentationId


@dataclass(frozen=True, slots=True)
class Invitation:
    """The person was asked to say what they think, and until when it is waited for."""

    case_id: CaseId
    at: datetime
    invited_by: ActorId
    until_at: datetime

    def __post_init__(self) -> None:
        if self.until_at < self.at:
            raise IllegalValue("whoever is asked has time to answer")


class Reply(StrEnum):
    """What became of it; the words are sealed."""

    AGREED = "agreed"
    AGREED_IN_PART = "agreed_in_part"
    NOT_AGREED = "not_agreed"


@dataclass(frozen=True, slots=True)
class Representation:
    """One representation, sealed, and its answer once there is one."""

    id: RepresentationId
    case_id: CaseId
    at: datetime
    recorded_by: ActorId
    text_sealed: bytes
    due_at: datetime
    """By when it is to be answered."""
    answered_at: datetime | None = None
    answered_by: ActorId | None = None
    reply: Reply | None = None
    reply_sealed: bytes | None = None

    def __post_init__(self) -> None:
        if not self.text_sealed:
            raise IllegalValue("a representation says something")
        answer = (self.answered_at, self.answered_by, self.reply, self.reply_sealed)
        if any(one is None for one in answer) != all(one is None for one in answer):
            raise IllegalValue("an answer has its time, its author, what it says and why")
