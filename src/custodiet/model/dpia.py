"""A data protection impact assessment of one scheme: Art 35(7)(a)-(d), under the regulator's seven steps.

Each operation is assessed by itself (¶117). What the register holds (purposes, categories, retention, recipients) is
not said again here. An assessment is of one scheme: a copied scheme inherits none (R32), and a pilot has no shorter one
(¶146-147). Text is about the scheme, never about a person.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from custodiet.model.asked import Who, asked, offered
from custodiet.model.identity import ActorId, SchemeId
from custodiet.model.mode import ModeCode


class Harm(StrEnum):
    """The classes of harm that a risk belongs to (R27)."""

    PHYSICAL = "physical"
    PSYCHOLOGICAL = "psychological"
    MATERIAL = "material"
    SOCIETAL = "societal"


class Level(StrEnum):
    """How likely, how severe, or what remains."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Description:
    """Art 35(7)(a): what the processing is, systematically. The data themselves stand in the register."""

    need: str = asked("why an assessment is made, and of what", Who.OWNER)
    nature: str = asked("the nature of the processing, from collection to erasure", Who.OPERATIONS)
    scope: str = asked("its scope: how many people, how long, how much data and how often", Who.OPERATIONS)
    context: str = asked("its context, and what people expect or understand of it", Who.OWNER)
    vulnerability: str = asked("who among the people is vulnerable in any way, and what follows", Who.OWNER)
    special_categories: str = asked("what the data reveal beside a map of places", Who.DPO)


@dataclass(frozen=True, slots=True)
class Alternative:
    """A less intrusive mode, and why it would not do."""

    mode: ModeCode
    why_not: str = asked("why this would not do", Who.OWNER)


@dataclass(frozen=True, slots=True)
class OperationAssessment:
    """Art 35(7)(b): necessity and proportionality of one operation.

    `rests_on`: a fingerprint of the register fields it was made for; when those change it no longer holds.
    """

    mode: ModeCode
    necessity: str = asked("why the purpose cannot be met without this", Who.OWNER)
    proportionality: str = asked("why what it costs the people is in proportion", Who.OWNER)
    criteria: str = asked("when it would be impractical or would breach Convention rights", Who.LEGAL)
    informing: str = asked("how people are informed, and how it is checked that they understood", Who.OPERATIONS)
    access: str = asked("when data are opened, by whom, for how long a window", Who.OPERATIONS)
    retention: str = asked("why each category is needed for as long as it is kept", Who.OWNER)
    alternatives: tuple[Alternative, ...] = asked("the less intrusive means considered", Who.OWNER, ())
    rests_on: str = offered("the fingerprint of what it was assessed for", Who.OWNER)


@dataclass(frozen=True, slots=True)
class Risk:
    """Art 35(7)(c) and (d): a harm, how likely and severe it is, what is done about it, and what remains.

    `operations`: those that carry it; all when empty.
    """

    code: str
    title: str = asked("the harm", Who.DPO)
    harm: Harm | None = asked("the class of harm", Who.DPO, None)
    likelihood: Level | None = asked("how likely it is", Who.DPO, None)
    severity: Level | None = asked("how severe it is", Who.DPO, None)
    measure: str = asked("what is done about it", Who.OWNER)
    residual: Level | None = asked("what remains", Who.DPO, None)
    owner: str = asked("who owns the risk", Who.OWNER)
    operations: tuple[ModeCode, ...] = offered("the operations that carry it; all when empty", Who.DPO, ())

    def of(self, mode: ModeCode) -> bool:
        """Whether that operation carries it."""
        return not self.operations or mode in self.operations


SEEDED: tuple[tuple[str, str, Harm], ...] = (
    ("physical", "physical harm from a device on the body", Harm.PHYSICAL),
    ("psychological", "psychological harm: fear, shame, being watched", Harm.PSYCHOLOGICAL),
    ("material", "material harm: work, housing, cost", Harm.MATERIAL),
    ("stigma", "stigma when the device or a visit is seen", Harm.SOCIETAL),
    ("inhibited_movement", "people avoid places that they would have gone to", Harm.SOCIETAL),
    ("vulnerable_people", "greater harm to people who are vulnerable in any way", Harm.PSYCHOLOGICAL),
    ("special_category", "positions beside a map reveal faith, health or other special category data", Harm.SOCIETAL),
    ("imposed_by_mistake", "monitoring imposed by mistake, in breach of the person's rights", Harm.MATERIAL),
    ("misunderstood", "people do not understand what is done or what they have to do", Harm.PSYCHOLOGICAL),
    ("untold", "people cannot use their rights because they were not told", Harm.SOCIETAL),
    ("over_opened", "more data are opened than the question needs", Harm.SOCIETAL),
)
"""The harms that paragraph 139 of the notice found missing: each needs an answer in every assessment (R27)."""


@dataclass(frozen=True, slots=True)
class Consultation:
    """What those affected said (Art 35(9)), or why they were not asked. `of`: codes of classes of people."""

    of: tuple[str, ...]
    at: datetime
    how: str = ""
    views: str = ""
    departed_because: str = ""
    not_asked_because: str = ""


@dataclass(frozen=True, slots=True)
class DpoAdvice:
    """What the data protection officer advised on one version of an assessment (Art 35(2))."""

    version: int
    by: ActorId
    at: datetime
    text: str
    proceed: bool


@dataclass(frozen=True, slots=True)
class Departure:
    """Why someone senior goes on against that advice (R29)."""

    version: int
    by: ActorId
    at: datetime
    reasons: str


@dataclass(frozen=True, slots=True)
class PriorConsultation:
    """The regulator, asked before a processing of high residual risk begins (Art 36), and what it answered."""

    version: int
    asked_at: datetime
    answered_at: datetime | None = None
    outcome: str = ""
    may_proceed: bool = False


@dataclass(frozen=True, slots=True)
class Dpia:
    """One version of the assessment, with what was recorded beside it since."""

    scheme_id: SchemeId
    description: Description = Description()
    assessments: tuple[OperationAssessment, ...] = ()
    risks: tuple[Risk, ...] = ()
    review_due_at: datetime | None = asked("when the assessment is made anew", Who.OWNER, None)
    owner: str = asked("who signs the assessment", Who.OWNER)
    version: int = 0
    written_at: datetime | None = None
    consulted: tuple[Consultation, ...] = ()
    advice: DpoAdvice | None = None
    departure: Departure | None = None
    prior: PriorConsultation | None = None

    def of(self, mode: ModeCode) -> OperationAssessment | None:
        """The assessment of one operation."""
        return next((one for one in self.assessments if one.mode is mode), None)


@dataclass(frozen=True, slots=True)
class Gap:
    """Something without which an operation is not activated. `mode`: the one it holds up; all when None."""

    code: str
    field: str
    missing: str
    who: Who
    mode: ModeCode | None = None


@dataclass(frozen=True, slots=True)
class Activation:
    """The authorising act of one operation: proposed by one, approved by another, for a time that is known.

    `act`: the place of its proposal in the ledger.
    """

    act: int
    scheme_id: SchemeId
    mode: ModeCode
    register_number: int
    dpia_version: int
    rests_on: str
    proposed_by: ActorId
    proposed_at: datetime
    approved_by: ActorId | None = None
    from_at: datetime | None = None
    until_at: datetime | None = None
    closed_at: datetime | None = None
    refused: bool = False

    def active(self, at: datetime) -> bool:
        """Whether a new decision may rest on it then."""
        if self.from_at is None or at < self.from_at:
            return False
        return all(end is None or at < end for end in (self.until_at, self.closed_at))
