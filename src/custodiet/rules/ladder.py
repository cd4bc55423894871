"""The ladder's gate: what is missing before a rung may be asked for, and the rung that would pass now.

Pure. The same law stands as triggers in the store (migration 0009), tested by raw SQL. Going up asks for all of it and
for two people; going down asks for nothing here: whatever was answered for a rung was answered for those below it.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from custodiet.model.assessment import (
    Article8,
    Assessment,
    FamilyAnswer,
    FamilyReason,
    Practical,
    Said,
)
from custodiet.model.decision import Authority, Decision
from custodiet.model.fact import Age, CaseFact
from custodiet.model.identity import FactId, ScreeningId
from custodiet.model.mode import FAMILIES, LADDER, MODES, Mode, ModeCode
from custodiet.model.objection import Objection
from custodiet.model.published import ON_ABSCONDING
from custodiet.model.register import Exemption


@dataclass(frozen=True, slots=True)
class Duty:
    """The power relied on is a duty (R105). `satisfied_from`: the lowest rung that satisfies it, if the scheme says."""

    satisfied_from: ModeCode | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What is on the table about the person, and what the scheme has in stock."""

    now: datetime
    age: Age | None = None
    """By the newest fact about it; None: nobody has said."""
    screening_id: ScreeningId | None = None
    """The newest screening."""
    screened_at: datetime | None = None
    invited_until: datetime | None = None
    """Until when an answer to the first invitation is waited for; None: nobody was invited."""
    representations: int = 0
    unanswered: int = 0
    evidence_at: datetime | None = None
    """When the newest medical or expert evidence was recorded."""
    evidence_pending: bool = False
    """A review that evidence has opened is not decided yet."""
    modes: tuple[ModeCode, ...] = tuple(MODES)
    """What the scheme permits."""
    duty: Duty | None = None
    exemptions: tuple[Exemption, ...] = ()
    """Whom the register in effect exempts, and from what."""


def objections(
    decision: Decision, assessment: Assessment | None, facts: tuple[CaseFact, ...], standing: Standing
) -> tuple[Objection, ...]:
    """Every rule of the ladder against this proposal, each with the rung that is ready instead; empty: it may go on.

    `facts` are those of the case.
    """
    against = _against(decision, assessment, facts, standing)
    if not against:
        return ()
    instead = ready_below(decision, assessment, facts, standing)
    return tuple(replace(one, instead=instead) for one in against)


def ready_below(
    decision: Decision, assessment: Assessment | None, facts: tuple[CaseFact, ...], standing: Standing
) -> ModeCode:
    """The highest rung below this one that would pass with what is on the table; rung 0 always does."""
    for mode in reversed(LADDER[: decision.rung.rung]):
        if mode.code in standing.modes and not _against(replace(decision, mode=mode.code), assessment, facts, standing):
            return mode.code
    return ModeCode.NONE


def objections_to_making(
    decision: Decision, assessment: Assessment | None, facts: tuple[CaseFact, ...], standing: Standing
) -> tuple[Objection, ...]:
    """The same at the making, where the assessment may be one written for more: it was narrowed, or stepped down."""
    if assessment is not None and assessment.decision_id != decision.id:
        assessment = replace(assessment, decision_id=decision.id)
    return objections(decision, assessment, facts, standing)


def while_pending(mode: Mode, permitted: tuple[ModeCode, ...]) -> ModeCode:
    """Where someone stands while evidence is looked at: the next rung down, and with no device on them (R35)."""
    below = lower_rungs(mode.code, permitted)
    return next(one for one in below if not (mode.worn and MODES[one].worn))


def for_minors(mode: Mode, permitted: tuple[ModeCode, ...]) -> ModeCode:
    """Where someone stands who is under 18, or whose age is disputed: the next rung that says of no place."""
    return next(one for one in lower_rungs(mode.code, permitted) if not MODES[one].locates)


def lower_rungs(mode: ModeCode, permitted: tuple[ModeCode, ...]) -> tuple[ModeCode, ...]:
    """Where one may step down to from here, the highest first; rung 0 always."""
    below = [one.code for one in reversed(LADDER[: MODES[mode].rung])]
    return tuple(one for one in below if one in permitted or one is ModeCode.NONE)


def _against(
    decision: Decision, assessment: Assessment | None, facts: tuple[CaseFact, ...], standing: Standing
) -> tuple[Objection, ...]:
    if decision.rung.rung == 0:
        return ()
    against = _about_person(decision.rung, standing)
    if assessment is None:
        return (*against, Objection("no_assessment", "nobody has assessed why this rung and none lower"))
    known = frozenset(one.id for one in facts if one.case_id == decision.case_id)
    return (
        *against,
        *_about_itself(decision, assessment, known, standing),
        *_about_exemptions(decision, assessment, standing),
        *_about_lower(decision, assessment, known, standing),
        *_about_sheets(decision.rung, assessment),
    )


def _about_person(mode: Mode, standing: Standing) -> tuple[Objection, ...]:
    """What does not depend on the assessment: age, being heard, evidence that waits."""
    rules: tuple[tuple[bool, str, str], ...] = (
        (
            mode.locates and standing.age in (Age.UNDER_18, Age.DISPUTED),
            "not_adult",
            "nobody under 18, or whose age is disputed, is on a rung that says where they are",
        ),
        (mode.locates and standing.age is None, "age_not_known", "a fact about age, with its author and date"),
        (
            standing.invited_until is None,
            "not_invited",
            "the person was not asked to say what they think before the first decision",
        ),
        (
            standing.invited_until is not None
            and standing.now < standing.invited_until
            and standing.representations == 0,
            "still_time_to_answer",
            "the person was asked and still has time to answer",
        ),
        (standing.unanswered > 0, "representation_unanswered", "each representation is answered first"),
        (
            standing.evidence_pending,
            "evidence_pending",
            "new evidence is being reviewed: nothing goes up until that is decided",
        ),
        (standing.screening_id is None, "not_screened", "a screening of every question"),
        (
            standing.screened_at is not None
            and standing.evidence_at is not None
            and standing.screened_at < standing.evidence_at,
            "screening_out_of_date",
            "a screening made since the newest evidence",
        ),
    )
    return tuple(Objection(code, missing) for holds, code, missing in rules if holds)


def _about_itself(
    decision: Decision, assessment: Assessment, known: frozenset[FactId], standing: Standing
) -> tuple[Objection, ...]:
    of_this = (decision.case_id, decision.id, decision.proposed_by)
    rules: tuple[tuple[bool, str, str], ...] = (
        (
            (assessment.case_id, assessment.decision_id, assessment.author) != of_this,
            "assessment_of_another",
            "an assessment of this proposal, by whoever proposes it",
        ),
        (
            standing.screening_id is not None and assessment.screening_id != standing.screening_id,
            "not_on_newest_screening",
            "the assessment goes by the newest screening",
        ),
        (
            assessment.selection_fact not in known,
            "selection_without_fact",
            "why this case was looked at: a code and a fact of the case",
        ),
        (
            assessment.finding_shown != ON_ABSCONDING.version,
            "finding_not_shown",
            "the published finding on absconding, as it stands now, was before the author",
        ),
    )
    return tuple(Objection(code, missing) for holds, code, missing in rules if holds)


def _about_exemptions(decision: Decision, assessment: Assessment, standing: Standing) -> tuple[Objection, ...]:
    if decision.authority is Authority.ORDER:
        return ()  # an order is not ours to hold against them: its maker has
    asked = () if assessment.exempted is None else assessment.exempted.asked
    return tuple(
        Objection("exemption_unasked", f"whether this applies to the person: {one.title}", one.code)
        for one in standing.exemptions
        if one.exempts_from(decision.mode) and one.code not in asked
    )


def _about_lower(
    decision: Decision, assessment: Assessment, known: frozenset[FactId], standing: Standing
) -> tuple[Objection, ...]:
    answers = {one.family: one for one in assessment.families}
    against: list[Objection] = []
    for family in decision.rung.lower_families:
        answer = answers.get(family)
        if answer is None:
            against.append(Objection("family_unanswered", "why these rungs will not do for this person", family))
        else:
            against += _about_answer(decision, answer, known, standing)
    duty = standing.duty
    if duty is not None and duty.satisfied_from is not None and decision.rung.rung > MODES[duty.satisfied_from].rung:
        by_duty = [one for one in answers.values() if one.reason is FamilyReason.DUTY_ASKS_MORE]
        above = [one.family for one in by_duty if FAMILIES[one.family][-1] >= MODES[duty.satisfied_from].rung]
        if above:
            missing = "the duty is satisfied lower down: a reason of this person's own for what goes beyond it"
            against.append(Objection("more_than_the_duty_asks", missing, ", ".join(sorted(above))))
    return tuple(against)


def _about_answer(
    decision: Decision, answer: FamilyAnswer, known: frozenset[FactId], standing: Standing
) -> tuple[Objection, ...]:
    rules: tuple[tuple[bool, str, str], ...] = (
        (
            not known.intersection(answer.facts),
            "family_without_fact",
            "at least one fact of this case that says so",
        ),
        (
            bool(set(answer.facts) - known),
            "fact_of_another",
            "a fact that is pointed at is one of this case",
        ),
        (
            answer.reason is FamilyReason.DUTY_ASKS_MORE and standing.duty is None,
            "no_duty",
            "the power is no duty: a reason of this person's own",
        ),
        (
            answer.reason is FamilyReason.ORDER_ASKS_MORE and decision.authority is not Authority.ORDER,
            "no_order",
            "no court ordered this: a reason of this person's own",
        ),
    )
    return tuple(Objection(code, missing, answer.family) for holds, code, missing in rules if holds)


def _about_sheets(mode: Mode, assessment: Assessment) -> tuple[Objection, ...]:
    against: list[Objection] = []
    if not any(MODES[one].rung < mode.rung for one in assessment.compared_with):
        missing = "at least one lower rung that it was compared with; detention alone is no comparison"
        against.append(Objection("compared_with_nothing_lower", missing))
    if not assessment.at_home:
        against.append(Objection("home_not_considered", "who else at home it falls on"))
    said = dict(assessment.article_8)
    against += [
        Objection("article_8_unanswered", "each of the five questions", one) for one in Article8 if one not in said
    ]
    against += [
        Objection("article_8_not_met", "the answer has to be yes for this rung", one)
        for one in (Article8.PROVIDED_BY_LAW, Article8.NECESSARY, Article8.PROPORTIONATE)
        if said.get(one, Said.YES) is not Said.YES
    ]
    return (*against, *_about_practice(mode, assessment))


def _about_practice(mode: Mode, assessment: Assessment) -> tuple[Objection, ...]:
    """Every question is answered for every rung; what speaks against a device stops a rung that needs one."""
    fits = dict(assessment.practicality)
    missing = tuple(
        Objection("practicality_unanswered", "each question of the practicality sheet", question)
        for question in Practical
        if question not in fits
    )
    if not mode.needs_device:
        return missing
    against = tuple(
        Objection("not_practical", "a device would not work in this person's life, or nobody knows", question)
        for question in Practical
        if fits.get(question, Said.YES) is not Said.YES
    )
    return missing + against
