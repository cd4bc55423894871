"""What is on the table of a case before a decision, which rungs are open to it, and the proposals that wait for a yes.

For pages: nothing is recorded, no name, no place and no text of the case.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from custodiet.flows.gathering import gather
from custodiet.flows.keep_training import untrained
from custodiet.flows.notice_now import against_starting
from custodiet.flows.ports import Reading
from custodiet.flows.scheme_now import scheme_at
from custodiet.flows.searching import page_of, words_of
from custodiet.model.assessment import Assessment
from custodiet.model.case import Case
from custodiet.model.condition import Condition
from custodiet.model.decision import Authority, Decision, State
from custodiet.model.draft import Draft
from custodiet.model.fact import CaseFact
from custodiet.model.identity import ActorId, CaseId, DecisionId, SchemeId
from custodiet.model.mode import LADDER, Mode, ModeCode
from custodiet.model.objection import Objection
from custodiet.model.register import Exemption
from custodiet.model.representation import Invitation, Representation
from custodiet.model.scheme import Scheme
from custodiet.model.screening import Screening
from custodiet.rules import ladder
from custodiet.rules.decisions import objections_to_making
from custodiet.rules.dpia import inactive
from custodiet.rules.ladder import Standing

FACTS_MAX = 40
"""Facts of a case that a page shows, the newest."""
QUEUE_LINES = 25


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung as it stands for this case: what would refuse it now, before anyone has assessed anything."""

    mode: Mode
    against: tuple[str | Objection, ...]
    ready: Mode
    """The highest rung up to this one that could be assessed now."""


@dataclass(frozen=True, slots=True)
class Table:
    """What is on the table of one case. `current`: what stands now by officers, which a new decision would follow."""

    case: Case
    scheme: Scheme
    facts: tuple[CaseFact, ...]
    facts_more: int
    standing: Standing
    screening: Screening | None
    invitation: Invitation | None
    said: tuple[Representation, ...]
    current: Decision | None
    orders: tuple[Decision, ...]
    proposals: tuple[Decision, ...]
    assessments: tuple[tuple[Decision, Assessment], ...]
    """Of what stands, is to begin or waits."""
    draft: Draft | None
    """What whoever looks has begun and not sent."""
    conditions: Mapping[DecisionId, tuple[Condition, ...]]
    """As the assessments."""

    @property
    def unanswered(self) -> tuple[Representation, ...]:
        """What was said and is not answered yet."""
        return tuple(one for one in self.said if one.answered_at is None)


def show_table(view: Reading, now: datetime, case_id: CaseId, by: ActorId) -> Table:
    """The table of one case, as this officer has it."""
    case = view.case(case_id)
    scheme = scheme_at(view, case.scheme_id, now)
    decisions = view.decisions_of(case_id)
    made = [one for one in decisions if one.state in (State.MADE, State.SUSPENDED)]
    stands = [one for one in made if one.covers(now)]
    of_officers = [one for one in stands if one.authority is Authority.OFFICERS]
    current = max(of_officers, key=lambda one: one.rung.rung, default=None)
    facts, standing = gather(view, _probe(case_id, scheme, ModeCode.NONE, now), now)
    facts = tuple(sorted(facts, key=lambda one: one.recorded_at, reverse=True))
    waiting = tuple(one for one in decisions if one.state is State.PROPOSED)
    assessed = ((one, view.assessment_of(one.id)) for one in (*made, *waiting))
    return Table(
        case=case,
        scheme=scheme,
        facts=facts[:FACTS_MAX],
        facts_more=max(0, len(facts) - FACTS_MAX),
        standing=standing,
        screening=view.newest_screening(case_id),
        invitation=view.first_invitation(case_id),
        said=view.representations(case_id),
        current=current,
        orders=tuple(one for one in stands if one.authority is Authority.ORDER),
        proposals=waiting,
        assessments=tuple((one, assessment) for one, assessment in assessed if assessment is not None),
        draft=view.draft(case_id, by),
        conditions={one.id: view.conditions_of(one.id) for one in (*made, *waiting)},
    )


def show_rungs(view: Reading, now: datetime, table: Table) -> tuple[Rung, ...]:
    """Every rung, the lowest first."""
    activations = view.activations(table.scheme.id)
    ready = LADDER[0]
    rungs = []
    for mode in LADDER:
        probe = _probe(table.case.id, table.scheme, mode.code, now)
        against: list[str | Objection] = []
        if mode.code not in table.scheme.modes and mode.rung:
            against.append("not_in_scheme: the scheme does not permit this mode; a rung that the scheme permits")
        else:
            against += inactive(activations, table.scheme.id, mode.code, now)
        unassessed = ladder.objections(probe, None, (), table.standing)
        against += [one for one in unassessed if one.code != "no_assessment"]
        if not against:
            ready = mode
        against = [replace(one, instead=ready.code) if isinstance(one, Objection) else one for one in against]
        rungs.append(Rung(mode, tuple(against), ready))
    return tuple(rungs)


def _probe(case_id: CaseId, scheme: Scheme, mode: ModeCode, now: datetime) -> Decision:
    """A decision that nobody proposes: what the gate is asked about."""
    power = scheme.powers[0].code if scheme.powers else ""
    return Decision(
        id=DecisionId(""),
        case_id=case_id,
        strand="main",
        mode=mode,
        power=power,
        purposes=("any",),
        authority=Authority.OFFICERS,
        maker=None,
        proposed_by=ActorId(""),
        starts_at=now,
        review_due_at=now + timedelta(days=1),
        ends_at=None,
    )


@dataclass(frozen=True, slots=True)
class Waits:
    """A proposal that waits for a second person. `since` is unknown for rung 0, which needs no assessment."""

    decision: Decision
    reference: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of the proposals that wait."""

    lines: tuple[Waits, ...]
    found: int
    page: int
    pages: int


def show_queue(view: Reading, schemes: Collection[SchemeId], page: int = 1, words: str = "") -> Queue:
    """Proposals that wait in these schemes, the oldest first, by a part of their reference; a page beyond the last one
    is the last one.
    """
    words = words_of(words)
    found = view.count_proposals(schemes, words)
    page, pages = page_of(found, page, QUEUE_LINES)
    waiting = view.proposals_in(schemes, QUEUE_LINES, (page - 1) * QUEUE_LINES, words)
    return Queue(tuple(_waits(view, one) for one in waiting), found, page, pages)


def _waits(view: Reading, decision: Decision) -> Waits:
    assessment = view.assessment_of(decision.id)
    since = None if assessment is None else assessment.at
    return Waits(decision, view.case(decision.case_id).reference, since)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal beside what the rules find about it now, for this second person."""

    decision: Decision
    case: Case
    scheme: Scheme
    assessment: Assessment | None
    facts: tuple[CaseFact, ...]
    conditions: tuple[Condition, ...]
    current: Decision | None
    """What it would follow."""
    findings: tuple[str | Objection, ...]
    below: Mode
    """The rung below it that is ready now."""
    screening: Screening | None
    """The newest of the case."""
    lower: tuple[Mode, ...]
    """Rungs it may be narrowed to, the highest first."""
    exemptions: tuple[Exemption, ...]
    """Whom the register in effect exempts."""

    @property
    def overridden(self) -> bool:
        """Whether an exemption of the register applies and is overridden."""
        exempted = None if self.assessment is None else self.assessment.exempted
        return exempted is not None and exempted.overridden

    @property
    def alike(self) -> bool:
        """Whether any text of it is nearly another case's."""
        if self.assessment is None:
            return False
        texts = (self.assessment.words, *(one.words for one in self.assessment.families))
        return any(one is not None and one.alike for one in texts)


def show_proposal(view: Reading, now: datetime, decision_id: DecisionId, by: ActorId) -> Proposal:
    """One proposal. Raises NotFound."""
    decision = view.decision(decision_id)
    case = view.case(decision.case_id)
    scheme = scheme_at(view, case.scheme_id, now)
    assessment = view.assessment_of(decision_id)
    current = None if decision.follows is None else view.decision(decision.follows)
    facts, standing = gather(view, decision, now)
    findings: tuple[str | Objection, ...] = (
        *objections_to_making(decision, by, now, current),
        *inactive(view.activations(scheme.id), scheme.id, decision.mode, now),
        *ladder.objections_to_making(decision, assessment, facts, standing),
        *against_starting(view, decision, now),
        *untrained(view, decision, (decision.proposed_by, by), now),
    )
    below = ladder.ready_below(decision, assessment, facts, standing)
    lower = ladder.lower_rungs(decision.mode, scheme.modes)
    modes = {mode.code: mode for mode in LADDER}
    return Proposal(
        decision=decision,
        case=case,
        scheme=scheme,
        assessment=assessment,
        facts=facts,
        conditions=view.conditions_of(decision_id),
        current=current,
        findings=findings,
        below=modes[below],
        screening=view.newest_screening(case.id),
        lower=tuple(modes[one] for one in lower),
        exemptions=standing.exemptions,
    )
