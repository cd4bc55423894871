"""The record of trying to reach someone about an alert, and of their calls in; the rest is in model/record.py."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from custodiet.model.errors import IllegalValue
from custodiet.model.identity import ActorId, AlertId, CaseId


class Way(StrEnum):
    """By what way the person was tried, or reached us."""

    PHONE = "phone"
    MESSAGE = "message"
    VISIT = "visit"
    BY_SOMEONE_ELSE = "by_someone_else"
    """Someone who knows them passed it on."""


class Direction(StrEnum):
    """Who tried whom."""

    OUT = "out"
    IN = "in"


class CameOf(StrEnum):
    """What came of it."""

    SPOKE = "spoke"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    MESSAGE_LEFT = "message_left"
    REFUSED = "refused"
    """They were reached and did not want to talk."""


class Verified(StrEnum):
    """How whoever took a call in knew who it was."""

    KNOWN_VOICE = "known_voice"
    SECRET_WORD = "secret_word"  # noqa: S105 - a way of knowing, and no secret
    CALLED_BACK = "called_back"
    NOT_VERIFIED = "not_verified"


@dataclass(frozen=True, slots=True)
class ContactTried:
    """One try to reach someone about an alert, or their call in. `at`: when it was recorded. The words are sealed."""

    alert_id: AlertId
    how: Way
    direction: Direction
    outcome: CameOf
    at: datetime
    by: ActorId
    verified: Verified | None = None
    """Of a call in; None: we tried them."""
    words_sealed: bytes = b""
    case_id: CaseId | None = None
    """The case of the alert, for whoever follows the ledger alone; None: an earlier version wrote it."""

    def __post_init__(self) -> None:
        if (self.direction is Direction.IN) != (self.verified is not None):
            raise IllegalValue("a call in says how it was known who called, and nothing else does")

    @property
    def counts(self) -> bool:
        """Whether the person was tried by this: nobody is at a wrong number, and an unknown voice may be anyone's."""
        if self.direction is Direction.IN:
            return self.is_conversation
        return self.outcome is not CameOf.WRONG_NUMBER

    @property
    def is_conversation(self) -> bool:
        """Whether the person could say something: they were reached, and it was them."""
        return self.outcome in (CameOf.SPOKE, CameOf.REFUSED) and self.verified is not Verified.NOT_VERIFIED
