"""A decision run again: what its rules were given then, read from the ledger up to that entry; and their answer now.

By the ledger's records alone, as flows/reading_records.py reads them: no table is asked, and nothing sealed is opened.
The rules are those that the act itself went by (flows/weigh_decision.py), given what stood before its entry.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from custodiet.flows.gathering import gather
from custodiet.flows.on_the_table import Table
from custodiet.flows.ports import Reading
from custodiet.flows.reading_records import places_gone, record_of
from custodiet.flows.show_entries import rows_between
from custodiet.flows.weigh_decision import (
    Weighed,
    against_register,
    weigh_making,
    weigh_proposing,
    weigh_rung_made,
)
from custodiet.model.assessing_record import (
    AssessmentRecorded,
    DecisionNarrowed,
    DecisionReturned,
    FactRecorded,
    RepresentationAnswered,
    RepresentationMade,
    RepresentationsInvited,
    ReviewDecided,
    ReviewOpened,
    ScreeningCompleted,
)
from custodiet.model.assessment import Assessment
from custodiet.model.case import Case
from custodiet.model.decision import Decision, State
from custodiet.model.dpia import Activation
from custodiet.model.entry import EntryKind as K
from custodiet.model.errors import NotFound, NotTheFormat
from custodiet.model.fact import CaseFact, FactKind
from custodiet.model.identity import ActorId, AssessmentId, CaseId, DecisionId, ReviewId, SchemeId
from custodiet.model.mode import ModeCode
from custodiet.model.notice import Served
from custodiet.model.notice_record import NoticeServed
from custodiet.model.objection import Objection
from custodiet.model.record import (
    CaseOpened,
    DecisionEnded,
    DecisionMade,
    DecisionProposed,
    DecisionRefused,
    DecisionResumed,
    DecisionSuspended,
    DpiaWritten,
    OperationActivated,
    OperationClosed,
    OperationProposed,
    OperationRefused,
    Reassessed,
    Record,
    RegisterAmended,
    SchemeRegistered,
)
from custodiet.model.register import RegisterVersion
from custodiet.model.representation import Invitation, Representation
from custodiet.model.review import Review, Trigger
from custodiet.model.scheme import Scheme
from custodiet.model.screening import Screening
from custodiet.model.training_record import TrainingRecorded
from custodiet.rules import ladder
from custodiet.rules.decisions import made, resumed, suspended
from custodiet.rules.register import in_effect
from custodiet.wire.records import read_entry, read_record

_T = TypeVar("_T")

_KINDS = frozenset(
    {
        K.SCHEME_REGISTERED,
        K.CASE_OPENED,
        K.DECISION_PROPOSED,
        K.DECISION_MADE,
        K.DECISION_REFUSED,
        K.DECISION_RETURNED,
        K.DECISION_NARROWED,
        K.DECISION_SUSPENDED,
        K.DECISION_RESUMED,
        K.DECISION_LAPSED,
        K.DECISION_EXPIRED,
        K.DECISION_WITHDRAWN,
        K.DECISION_ANNULLED,
        K.FACT_RECORDED,
        K.REPRESENTATIONS_INVITED,
        K.REPRESENTATION_MADE,
        K.REPRESENTATION_ANSWERED,
        K.SCREENING_COMPLETED,
        K.ASSESSMENT_RECORDED,
        K.REVIEW_OPENED,
        K.REVIEW_DECIDED,
        K.REGISTER_AMENDED,
        K.DPIA_WRITTEN,
        K.OPERATION_PROPOSED,
        K.OPERATION_ACTIVATED,
        K.OPERATION_REFUSED,
        K.OPERATION_CLOSED,
        K.NOTICE_SERVED,
        K.STAFF_TRAINED,
    }
)
"""Kinds whose records a rule of deciding is given something of."""


class What(StrEnum):
    """What a rule was given."""

    FACT = "fact"
    INVITATION = "invitation"
    REPRESENTATION = "representation"
    SCREENING = "screening"
    ASSESSMENT = "assessment"
    EVIDENCE_REVIEW = "evidence_review"
    REGISTER = "register"
    OPERATION = "operation"
    NOTICE = "notice"
    TRAINING = "training"
    DECISION = "decision"


@dataclass(frozen=True, slots=True)
class Given:
    """One thing that was on the table: its id, its kind where it has one, and the place of its entry."""

    what: What
    id: str
    entry: int
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Ran:
    """Rules that were run again together, and the codes they object with now. Then they objected to nothing."""

    weighed: Weighed
    codes: tuple[str, ...]


class StepKind(StrEnum):
    """What was recorded, and so which rules were asked."""

    PROPOSED = "proposed"
    LESSENED = "lessened"
    """Proposed as less of another: narrowed, or stepped down to. Its rung was not asked about anew."""
    MADE = "made"
    STEPPED_DOWN = "stepped_down"
    """By one person: on the way down nothing is asked."""


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of a decision run again: what was given, what the rules say to it."""

    kind: StepKind
    entry: int
    at: datetime
    given: tuple[Given, ...]
    ran: tuple[Ran, ...]

    @property
    def same(self) -> bool:
        """Whether the rules answer as they did then: an entry stands only where none objected."""
        return not any(one.codes for one in self.ran)


@dataclass(frozen=True, slots=True)
class Replay:
    """`lost`: entries up to the newest step that are not there or lack their record; an answer may rest on them."""

    decision: Decision
    case: Case
    steps: tuple[Step, ...]
    lost: tuple[int, ...]


def replay_decision(view: Reading, decision_id: DecisionId) -> Replay:
    """One decision from its proposal to its making. Raises NotFound where the records tell of none."""
    run, lost, place = _Run(decision_id), list[int](), 0
    for row in rows_between(view, 0, view.ledger_size()):
        lost.extend(at for at, _ in places_gone(place, row.index))
        place = row.index + 1
        try:
            entry = read_entry(row.body)
            if entry.kind in _KINDS:
                run.take(read_record(record_of(row, entry)), row.index, entry.at)
        except NotTheFormat:
            lost.append(row.index)
        if run.over:
            break
    decision = run.past.decision(decision_id)
    return Replay(decision, run.past.case(decision.case_id), run.steps(), tuple(lost))


class _Run:
    """One decision, as its entries come by."""

    def __init__(self, decision_id: DecisionId) -> None:
        self.past, self.over = Past(), False
        self._id = decision_id
        self._proposed: Step | None = None
        self._gate: Callable[[Assessment | None], tuple[Objection, ...]] | None = None
        self._made: Step | None = None

    def take(self, record: Record, index: int, at: datetime) -> None:
        """Weigh what is of this decision with what stood before it; then keep what the record tells."""
        match record:
            case DecisionProposed(decision, rests_on) if decision.id == self._id:
                self._propose(decision, index, at, lessened=rests_on is not None)
            case AssessmentRecorded(assessment) if assessment.decision_id == self._id:
                self._assess(assessment, index)
            case DecisionMade() if record.decision_id == self._id:
                self._made, self.over = self._make(record, index), True
            case DecisionRefused(one) | DecisionReturned(one) | DecisionNarrowed(one) if one == self._id:
                self.over = True
            case _:
                pass
        self.past.take(record, index)

    def steps(self) -> tuple[Step, ...]:
        """What was weighed, in order."""
        self._close_gate(None)
        return tuple(one for one in (self._proposed, self._made) if one is not None)

    def _propose(self, decision: Decision, index: int, at: datetime, *, lessened: bool) -> None:
        given = self.past.given_to(decision, (decision.proposed_by,), at)
        if lessened:
            ran = [_ran(Weighed.REGISTER, against_register(self.past, decision, at))]
            self._proposed = Step(StepKind.LESSENED, index, at, given, tuple(ran))
            return
        ran = [_ran(*one) for one in weigh_proposing(self.past, decision, at)]
        self._proposed = Step(StepKind.PROPOSED, index, at, given, tuple(ran))
        facts, standing = gather(self.past, decision, at)
        self._gate = lambda assessment: ladder.objections(decision, assessment, facts, standing)

    def _assess(self, assessment: Assessment, index: int) -> None:
        if self._gate is not None and self._proposed is not None:
            told = Given(What.ASSESSMENT, assessment.id, index)
            self._proposed = replace(self._proposed, given=(*self._proposed.given, told))
        self._close_gate(assessment)

    def _close_gate(self, assessment: Assessment | None) -> None:
        """The assessment is entered after the proposal that it is of, in the same transaction."""
        if self._gate is not None and self._proposed is not None:
            ran = _ran(Weighed.LADDER, self._gate(assessment))
            self._proposed = replace(self._proposed, ran=(*self._proposed.ran, ran))
        self._gate = None

    def _make(self, record: DecisionMade, index: int) -> Step:
        decision, at, by = self.past.decision(self._id), record.made_at, record.approved_by
        self._close_gate(None)
        given = self.past.given_to(decision, (decision.proposed_by, by), at)
        if record.lowered_by is not None:
            return Step(StepKind.STEPPED_DOWN, index, at, given, ())
        ran = [_ran(*one) for one in weigh_making(self.past, decision, by, at)]
        ran.append(_ran(Weighed.LADDER, weigh_rung_made(self.past, decision, at)))
        return Step(StepKind.MADE, index, at, given, tuple(ran))


def _ran(weighed: Weighed, against: Sequence[str | Objection]) -> Ran:
    codes = (one.code if isinstance(one, Objection) else one.partition(":")[0] for one in against)
    return Ran(weighed, tuple(dict.fromkeys(codes)))


@dataclass(slots=True)
class Past(Table):
    """What the records up to one entry tell of what decisions are weighed by; each thing with the place it stands."""

    _cases: dict[CaseId, Case] = field(default_factory=dict)
    _schemes: dict[SchemeId, Scheme] = field(default_factory=dict)
    _registers: dict[SchemeId, list[RegisterVersion]] = field(default_factory=dict)
    _decisions: dict[DecisionId, tuple[Decision, int]] = field(default_factory=dict)
    _assessments: dict[AssessmentId, tuple[Assessment, int]] = field(default_factory=dict)
    _assessed: dict[DecisionId, AssessmentId] = field(default_factory=dict)
    _facts: dict[CaseId, list[tuple[CaseFact, int]]] = field(default_factory=dict)
    _invited: dict[CaseId, tuple[Invitation, int]] = field(default_factory=dict)
    _said: dict[CaseId, dict[str, tuple[Representation, int]]] = field(default_factory=dict)
    _screened: dict[CaseId, tuple[Screening, int]] = field(default_factory=dict)
    _reviews: dict[ReviewId, tuple[Review, int]] = field(default_factory=dict)
    _activations: dict[tuple[int, ModeCode], tuple[Activation, int]] = field(default_factory=dict)
    _served: dict[CaseId, list[tuple[Served, int]]] = field(default_factory=dict)
    _trainings: dict[ActorId, list[tuple[TrainingRecorded, int]]] = field(default_factory=dict)

    # --- what it tells, as flows.ports.Reading tells it of now ---

    def case(self, case_id: CaseId) -> Case:
        """Raises NotFound."""
        return _there(self._cases.get(case_id))

    def scheme(self, scheme_id: SchemeId) -> Scheme:
        """Raises NotFound."""
        return _there(self._schemes.get(scheme_id))

    def registers(self, scheme_id: SchemeId) -> tuple[RegisterVersion, ...]:
        """Every version by then."""
        return tuple(self._registers.get(scheme_id, ()))

    def decision(self, decision_id: DecisionId) -> Decision:
        """Raises NotFound."""
        return _there(self._decisions.get(decision_id))[0]

    def decisions_of(self, case_id: CaseId) -> tuple[Decision, ...]:
        """As they stood then."""
        return tuple(one for one, _ in self._decisions.values() if one.case_id == case_id)

    def assessment_of(self, decision_id: DecisionId) -> Assessment | None:
        """Its own, or the one of what it was made less of."""
        found = self._assessments.get(self._assessed.get(decision_id, AssessmentId("")))
        return None if found is None else found[0]

    def facts(self, case_id: CaseId) -> tuple[CaseFact, ...]:
        """In the order in which they were recorded."""
        return tuple(one for one, _ in self._facts.get(case_id, ()))

    def newest_fact(self, case_id: CaseId, *kinds: FactKind) -> CaseFact | None:
        """Of these kinds."""
        return next((one for one in reversed(self.facts(case_id)) if one.kind in kinds), None)

    def first_invitation(self, case_id: CaseId) -> Invitation | None:
        """To say what they think."""
        found = self._invited.get(case_id)
        return None if found is None else found[0]

    def representations(self, case_id: CaseId) -> tuple[Representation, ...]:
        """With what was answered by then."""
        return tuple(one for one, _ in self._said.get(case_id, {}).values())

    def newest_screening(self, case_id: CaseId) -> Screening | None:
        """By then."""
        found = self._screened.get(case_id)
        return None if found is None else found[0]

    def evidence_pending(self, case_id: CaseId) -> bool:
        """Whether a review that new evidence opened waited."""
        return bool(self._evidence_reviews(case_id))

    def activations(self, scheme_id: SchemeId) -> tuple[Activation, ...]:
        """As they stood then."""
        of_scheme = [one for one, _ in self._activations.values() if one.scheme_id == scheme_id]
        return tuple(sorted(of_scheme, key=lambda one: (one.act, one.mode)))

    def notices_served(self, case_id: CaseId) -> tuple[Served, ...]:
        """The first one first."""
        return tuple(one for one, _ in self._served.get(case_id, ()))

    def trainings_of(self, actor: ActorId) -> tuple[TrainingRecorded, ...]:
        """The earliest first."""
        return tuple(sorted((one for one, _ in self._trainings.get(actor, ())), key=lambda one: one.trained_at))

    def given_to(self, decision: Decision, people: tuple[ActorId, ...], at: datetime) -> tuple[Given, ...]:
        """Everything of this that the rules are given for a decision of a case, by id, each with its entry."""
        case = self.case(decision.case_id)
        return tuple(self._given_of(case, decision, people, at))

    # --- what it is told ---

    def take(self, record: Record, index: int) -> None:
        """Keep what one record tells, as the tables keep it."""
        match record:
            case SchemeRegistered(scheme):
                self._schemes[scheme.id] = scheme
            case CaseOpened(_, case):
                self._cases[case.id] = case
            case RegisterAmended(number, effective_at, register):
                version = RegisterVersion(number, effective_at, index, register)
                self._registers.setdefault(register.scheme_id, []).append(version)
                self._reassess(record.reassessed)
            case DpiaWritten():
                self._reassess(record.reassessed)
            case FactRecorded(fact):
                self._facts.setdefault(fact.case_id, []).append((fact, index))
            case RepresentationsInvited(invitation):
                self._invited.setdefault(invitation.case_id, (invitation, index))
            case RepresentationMade(said):
                self._said.setdefault(said.case_id, {})[said.id] = (said, index)
            case RepresentationAnswered(said_id, answered_at, by, reply, sealed):
                for told in self._said.values():
                    if said_id in told:
                        said, _ = told[said_id]
                        answered = replace(
                            said, answered_at=answered_at, answered_by=by, reply=reply, reply_sealed=sealed
                        )
                        told[said_id] = (answered, index)
            case ScreeningCompleted(screening):
                self._screened[screening.case_id] = (screening, index)
            case AssessmentRecorded(assessment):
                self._assessments[assessment.id] = (assessment, index)
                self._assessed[assessment.decision_id] = assessment.id
            case ReviewOpened(review):
                self._reviews[review.id] = (review, index)
            case ReviewDecided(review_id):
                self._reviews.pop(review_id, None)
            case NoticeServed(served):
                self._served.setdefault(served.case_id, []).append((served, index))
            case TrainingRecorded(actor):
                self._trainings.setdefault(actor, []).append((record, index))
            case _:
                self._take_decision(record, index)
                self._take_operation(record, index)

    def _take_decision(self, record: Record, index: int) -> None:
        match record:
            case DecisionProposed(decision, rests_on):
                self._decisions[decision.id] = (decision, index)
                if rests_on is not None:
                    self._assessed[decision.id] = rests_on
            case DecisionMade(one, by, at, succeeds):
                self._became(one, lambda old: made(old, by, at), index)
                if succeeds is not None:
                    ends_at = succeeds.ends_at
                    self._became(
                        succeeds.decision_id, lambda old: replace(old, state=State.SUCCEEDED, ended_at=ends_at), index
                    )
            case DecisionRefused(one) | DecisionReturned(one) | DecisionNarrowed(one):
                self._became(one, lambda old: replace(old, state=State.REFUSED), index)
            case DecisionSuspended(one, from_at):
                self._became(one, lambda old: suspended(old, from_at), index)
            case DecisionResumed(one, _, to_at):
                self._became(one, lambda old: resumed(old, to_at), index)
            case DecisionEnded(one, state, ended_at):
                self._became(one, lambda old: replace(old, state=state, ended_at=ended_at), index)
            case _:
                pass

    def _became(self, decision_id: DecisionId, change: Callable[[Decision], Decision], index: int) -> None:
        if decision_id in self._decisions:
            self._decisions[decision_id] = (change(self._decisions[decision_id][0]), index)

    def _take_operation(self, record: Record, index: int) -> None:
        match record:
            case OperationProposed(scheme_id, modes, number, version, rests_on, by, at):
                for mode, basis in zip(modes, rests_on, strict=True):
                    one = Activation(index, scheme_id, mode, number, version, basis, by, at)
                    self._activations[index, mode] = (one, index)
            case OperationActivated(act, _, by, at, modes):
                for each in modes:
                    self._acted(act, each.mode, index, approved_by=by, from_at=at, until_at=each.until_at)
            case OperationRefused(act):
                for key in [one for one in self._activations if one[0] == act]:
                    self._acted(*key, index, refused=True)
            case OperationClosed(act, _, mode, closed_at):
                self._acted(act, mode, index, closed_at=closed_at)
            case _:
                pass

    def _acted(self, act: int, mode: ModeCode, index: int, **became: Any) -> None:
        if (act, mode) in self._activations:
            self._activations[act, mode] = (replace(self._activations[act, mode][0], **became), index)

    def _reassess(self, these: tuple[Reassessed, ...]) -> None:
        for one in these:
            if (one.act, one.mode) in self._activations:
                before, entry = self._activations[one.act, one.mode]
                self._activations[one.act, one.mode] = (replace(before, until_at=one.until_at), entry)

    def _evidence_reviews(self, case_id: CaseId) -> list[tuple[Review, int]]:
        mine = {one.id for one in self.decisions_of(case_id)}
        return [
            (review, entry)
            for review, entry in self._reviews.values()
            if review.trigger is Trigger.NEW_EVIDENCE and review.decision_id in mine
        ]

    def _given_of(self, case: Case, decision: Decision, people: tuple[ActorId, ...], at: datetime) -> Iterator[Given]:
        held = in_effect(self.registers(case.scheme_id), at)
        if held is not None:
            yield Given(What.REGISTER, str(held.number), held.entry)
        for one, entry in self._activations.values():
            if (one.scheme_id, one.mode) == (case.scheme_id, decision.mode):
                yield Given(What.OPERATION, str(one.act), entry, one.mode)
        for fact, entry in self._facts.get(case.id, ()):
            yield Given(What.FACT, fact.id, entry, fact.kind)
        for found, what in (
            (self._invited.get(case.id), What.INVITATION),
            (self._screened.get(case.id), What.SCREENING),
        ):
            if found is not None:
                yield Given(what, str(getattr(found[0], "id", "")), found[1])
        for said, entry in self._said.get(case.id, {}).values():
            yield Given(What.REPRESENTATION, said.id, entry, said.reply or "")
        for review, entry in self._evidence_reviews(case.id):
            yield Given(What.EVIDENCE_REVIEW, review.id, entry)
        for served, entry in self._served.get(case.id, ()):
            yield Given(What.NOTICE, served.id, entry, served.understood)
        for person in people:
            for trained, entry in self._trainings.get(person, ()):
                yield Given(What.TRAINING, str(trained.trained_at.date()), entry)
        for before, entry in self._decisions.values():
            if before.case_id == case.id and before.id != decision.id:
                yield Given(What.DECISION, before.id, entry, before.state)
        assessment = self._assessments.get(self._assessed.get(decision.id, AssessmentId("")))
        if assessment is not None:
            yield Given(What.ASSESSMENT, assessment[0].id, assessment[1])


def _there(found: _T | None) -> _T:
    if found is None:
        raise NotFound("the records tell of no such thing")
    return found
