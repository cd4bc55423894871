"""The assessment behind a decision: why this person, why this rung, why none lower. Codes and facts; words are sealed.

No part is a score, and nothing here is decided by counting.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from custodiet.model.errors import IllegalValue
from custodiet.model.exemption import Exempted
from custodiet.model.identity import ActorId, AssessmentId, CaseId, DecisionId, FactId, ScreeningId
from custodiet.model.mode import Family, ModeCode


@dataclass(frozen=True, slots=True)
class Words:
    """A text, sealed, with the keyed signature that tells how alike it is to others. Never the text."""

    sealed: bytes
    signature: bytes
    alike: bool = False
    """Whether a text of another case is nearly the same; found when it is recorded."""

    def __post_init__(self) -> None:
        if not self.sealed:
            raise IllegalValue("words that say nothing")


class Selection(StrEnum):
    """Why this case was looked at (R33)."""

    INDIVIDUAL = "individual"
    DUTY = "duty"
    ORDER = "order"
    REVIEW = "review"
    EVALUATION = "evaluation"
    """An arm of an evaluation with its own protocol; it overrides nothing."""


class FamilyReason(StrEnum):
    """Why a family of lower rungs will not do for this person."""

    TRIED = "tried"
    NOT_ENOUGH = "not_enough"
    CANNOT_USE = "cannot_use"
    ASKED_NOT_TO = "asked_not_to"
    DUTY_ASKS_MORE = "duty_asks_more"
    ORDER_ASKS_MORE = "order_asks_more"


@dataclass(frozen=True, slots=True)
class FamilyAnswer:
    """One family of lower rungs, why it will not do, and the facts of this case that say so."""

    family: Family
    reason: FamilyReason
    facts: tuple[FactId, ...]
    words: Words | None = None


class Article8(StrEnum):
    """The five questions on private and family life (Razgar; NEL headnote 1)."""

    INTERFERES = "interferes"
    GRAVE = "grave"
    PROVIDED_BY_LAW = "provided_by_law"
    NECESSARY = "necessary"
    PROPORTIONATE = "proportionate"


class Practical(StrEnum):
    """What must be so for a device to work in this person's life (R42)."""

    CHARGING = "charging"
    POWER_AT_HOME = "power_at_home"
    SIGNAL = "signal"
    HOUSING = "housing"
    WORK = "work"
    TRAVEL = "travel"
    DISABILITY = "disability"
    ON_BODY = "on_body"


class Said(StrEnum):
    """A closed answer."""

    YES = "yes"
    NO = "no"
    NOT_KNOWN = "not_known"


class AtHome(StrEnum):
    """Who else it falls on (R77)."""

    NOBODY = "nobody"
    CHILDREN = "children"
    PARTNER = "partner"
    OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Assessment:
    """One assessment of one proposal. `at` and what is alike are found when it is recorded.

    `article_8` and `practicality` are sheets: each question at most once. `finding_shown` is the version of the
    published finding that the author had before them.
    """

    id: AssessmentId
    case_id: CaseId
    decision_id: DecisionId
    author: ActorId
    selection: Selection
    selection_fact: FactId
    screening_id: ScreeningId
    families: tuple[FamilyAnswer, ...]
    compared_with: tuple[ModeCode, ...]
    with_detention: bool
    article_8: tuple[tuple[Article8, Said], ...]
    practicality: tuple[tuple[Practical, Said], ...]
    at_home: tuple[AtHome, ...]
    finding_shown: str
    words: Words | None = None
    at: datetime | None = None
    exempted: Exempted | None = None
    """None where the register has no exemption from this mode, or an order is carried out."""

    def __post_init__(self) -> None:
        sheets = (
            [one.family for one in self.families],
            [question for question, _ in self.article_8],
            [question for question, _ in self.practicality],
            list(self.at_home),
        )
        if any(len(set(sheet)) != len(sheet) for sheet in sheets):
            raise IllegalValue("a question is answered twice")
        if AtHome.NOBODY in self.at_home and len(self.at_home) > 1:
            raise IllegalValue("somebody is nobody")
