"""Screening for vulnerability in the wide sense, asked of everyone (R34; EN 107-110): a closed list of questions.

A hit gives an adjustment or a stated reason. What was not said stands against nobody, and asks for nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from custodiet.model.errors import IllegalValue
from custodiet.model.identity import ActorId, CaseId, ScreeningId


class Question(StrEnum):
    """What everyone is asked about."""

    HEALTH = "health"
    MENTAL_HEALTH = "mental_health"
    SELF_HARM = "self_harm"
    AGE = "age"
    TRAFFICKING = "trafficking"
    TORTURE = "torture"
    PREGNANCY = "pregnancy"
    DISABILITY = "disability"
    CARING = "caring"
    FAITH = "faith"
    LANGUAGE = "language"
    READING = "reading"
    DIGITAL_ACCESS = "digital_access"
    JOURNEY = "journey"
    HOME = "home"
    """Whether home is safe: whoever is controlled there, or shares a letterbox (R112)."""
    POWER_IMBALANCE = "power_imbalance"


class Hit(StrEnum):
    """What came of a question."""

    YES = "yes"
    NO = "no"
    NOT_KNOWN = "not_known"
    NOT_SAID = "not_said"


class Adjustment(StrEnum):
    """What is done otherwise for this person."""

    LOWER_RUNG = "lower_rung"
    NO_DEVICE_ON_BODY = "no_device_on_body"
    OTHER_HOURS = "other_hours"
    FEWER_CONTACTS = "fewer_contacts"
    INTERPRETER = "interpreter"
    AUDIO_OR_EASY_READ = "audio_or_easy_read"
    IN_PERSON = "in_person"
    SUPPORTER_PRESENT = "supporter_present"
    SAFE_CONTACT = "safe_contact"
    MEDICAL_ADVICE = "medical_advice"
    CHARGING_HELP = "charging_help"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Screened:
    """One question and what came of it. The reason is sealed, readable by the case's own officers only."""

    question: Question
    answer: Hit
    adjustments: tuple[Adjustment, ...] = ()
    reason_sealed: bytes = b""

    def __post_init__(self) -> None:
        if self.answer in (Hit.YES, Hit.NOT_KNOWN) and not self.adjustments and not self.reason_sealed:
            raise IllegalValue("a hit gives an adjustment, or a reason why none")


@dataclass(frozen=True, slots=True)
class Screening:
    """One person's screening at one time: every question answered."""

    id: ScreeningId
    case_id: CaseId
    at: datetime
    screened_by: ActorId
    answers: tuple[Screened, ...]

    def __post_init__(self) -> None:
        if sorted(one.question for one in self.answers) != sorted(Question):
            raise IllegalValue("a screening answers every question, once")
