"""Screening for vulnerability in the wide sense, asked of everyone (R34; EN 107-110): a closed list of questions.

A hit gives an adjustment or a stated reason. What was not said stands against nobody, and asks for nothing.
What came of it is sealed, whole, before it is recorded: in the open stands that each question was answered.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from custodiet.model.errors import IllegalValue
from custodiet.model.identity import ActorId, CaseId, ScreeningId

LIST_VERSION = "1"
"""Of the list of questions below."""


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
    """One question and what came of it, in the open: for whoever asks it or has opened it, and in no record."""

    question: Question
    answer: Hit
    adjustments: tuple[Adjustment, ...] = ()
    reason: str = ""

    def __post_init__(self) -> None:
        if self.answer in (Hit.YES, Hit.NOT_KNOWN) and not self.adjustments and not self.reason.strip():
            raise IllegalValue("a hit gives an adjustment, or a reason why none")


@dataclass(frozen=True, slots=True)
class Screening:
    """One person's screening at one time: every question answered, by the list of that version. The answers are sealed
    together, in one size, whatever they say.
    """

    id: ScreeningId
    case_id: CaseId
    at: datetime
    screened_by: ActorId
    questions: tuple[Question, ...]
    sealed: bytes
    list_version: str = LIST_VERSION
    english: bool = True
    """Whether a notice in English will do, as far as is known: of all answers the one that a gate goes by."""

    def __post_init__(self) -> None:
        if sorted(self.questions) != sorted(Question):
            raise IllegalValue("a screening answers every question, once")
        if not self.sealed:
            raise IllegalValue("a screening whose answers are nowhere")
