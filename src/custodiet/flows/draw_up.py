"""What an officer answered of one person and one rung, drawn up as a proposal with its assessment; texts are sealed.

A page's form and a program's body come to the same here. Nothing is recorded yet.
"""

from dataclasses import dataclass
from datetime import datetime

from custodiet.flows.assess_case import Assessor
from custodiet.flows.ports import Chance
from custodiet.flows.show_deciding import Table
from custodiet.model.assessment import (
    Article8,
    Assessment,
    AtHome,
    FamilyAnswer,
    FamilyReason,
    Practical,
    Said,
    Selection,
)
from custodiet.model.decision import Authority, Decision
from custodiet.model.exemption import ExemptionAnswer
from custodiet.model.identity import ActorId, AssessmentId, DecisionId, FactId, ScreeningId
from custodiet.model.mode import Family, ModeCode


@dataclass(frozen=True, slots=True)
class AboutFamily:
    """Why one family of lower rungs will not do, by which facts, and in words or ""."""

    family: Family
    reason: FamilyReason
    facts: tuple[FactId, ...]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """All that an officer answers when they propose a rung. `text`: anything else, in words or ""."""

    mode: ModeCode
    power: str
    purposes: tuple[str, ...]
    starts_at: datetime
    review_due_at: datetime
    ends_at: datetime | None
    selection: Selection
    selection_fact: FactId
    families: tuple[AboutFamily, ...]
    compared_with: tuple[ModeCode, ...]
    with_detention: bool
    article_8: tuple[tuple[Article8, Said], ...]
    practicality: tuple[tuple[Practical, Said], ...]
    at_home: tuple[AtHome, ...]
    finding_shown: str
    exemptions: tuple[ExemptionAnswer, ...] = ()
    text: str = ""


def draw_up(
    assessor: Assessor, chance: Chance, table: Table, told: Answered, by: ActorId, now: datetime
) -> tuple[Decision, Assessment]:
    """The proposal, which follows what stands now by officers, and its assessment on the newest screening.

    Raises NotPermitted for an exemption that is not overridden, IllegalValue for what cannot stand together,
    CannotRecord while no text can be sealed.
    """
    case_id, current = table.case.id, table.current
    decision = Decision(
        id=DecisionId(chance.identity("decision")),
        case_id=case_id,
        strand="main" if current is None else current.strand,
        mode=told.mode,
        power=told.power,
        purposes=told.purposes,
        authority=Authority.OFFICERS,
        maker=None,
        proposed_by=by,
        starts_at=told.starts_at,
        review_due_at=told.review_due_at,
        ends_at=told.ends_at,
        follows=None if current is None else current.id,
    )
    assessment = Assessment(
        id=AssessmentId(chance.identity("assessment")),
        case_id=case_id,
        decision_id=decision.id,
        author=by,
        selection=told.selection,
        selection_fact=told.selection_fact,
        screening_id=ScreeningId("") if table.screening is None else table.screening.id,
        families=tuple(
            FamilyAnswer(one.family, one.reason, one.facts, assessor.words(case_id, one.text)) for one in told.families
        ),
        compared_with=told.compared_with,
        with_detention=told.with_detention,
        article_8=told.article_8,
        practicality=told.practicality,
        at_home=told.at_home,
        finding_shown=told.finding_shown,
        words=assessor.words(case_id, told.text),
        exempted=assessor.exempted(case_id, told.mode, told.exemptions, now),
    )
    return decision, assessment
