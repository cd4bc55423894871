"""What the records of model/assessing_record.py write; the rest is in rules/tables.py, under the same promise."""

from collections.abc import Mapping
from datetime import datetime
from functools import singledispatch
from typing import Any

from custodiet.model.assessing_record import (
    AssessmentRecorded,
    DecisionNarrowed,
    DecisionReturned,
    DraftDropped,
    DraftSaved,
    ExemptionOverridden,
    FactRecorded,
    RepresentationAnswered,
    RepresentationMade,
    RepresentationsInvited,
    ReviewDecided,
    ReviewMissed,
    ReviewOpened,
    RungRefused,
    ScreeningCompleted,
    StopChecked,
    StopEntered,
    StopEscalated,
)
from custodiet.model.assessment import Assessment, Words
from custodiet.model.case import TaskKind
from custodiet.model.change import Insert, Put, RowChange, Update
from custodiet.model.decision import State
from custodiet.model.identity import ActorId, AssessmentId, DecisionId
from custodiet.rules.likeness import bands_of
from custodiet.rules.row import new_task, row_of

Changes = tuple[RowChange, ...]


@singledispatch
def changes_of(record: Any, index: int) -> Changes:
    """The row changes of one record at its place in the ledger."""
    raise TypeError(f"no table rule for {type(record).__name__} at {index}")


def rests_on(decision_id: DecisionId, assessment_id: AssessmentId) -> Insert:
    """Which assessment a decision rests on."""
    return Insert("assessed", {"decision_id": decision_id, "assessment_id": assessment_id})


def approved(decision_id: DecisionId, by: ActorId, at: datetime) -> Update:
    """Whoever makes a decision approves the assessment that was written for it."""
    return Update("assessment", {"decision_id": decision_id}, {"approved_by": by, "approved_at": at})


def refusal(decision_id: DecisionId, how: str, at: datetime, by: ActorId | None, **more: Any) -> Insert:
    """How a proposal came to nothing."""
    nothing = dict.fromkeys(("reason", "words_sealed", "offers", "narrowed_to"))
    row = {"decision_id": decision_id, "how": how, "at": at, "refused_by": by, "no_ground_for_detention": True}
    return Insert("decision_refusal", {**row, **nothing, **more})


def _refused(decision_id: DecisionId, index: int) -> Update:
    return Update("decision", {"id": decision_id}, {"state": State.REFUSED, "version": index})


@changes_of.register
def _(record: FactRecorded, index: int) -> Changes:
    return (Insert("case_fact", {**row_of(record.fact), "entry": index}),)


@changes_of.register
def _(record: RepresentationsInvited, index: int) -> Changes:
    return (Insert("invitation", {**row_of(record.invitation), "entry": index}),)


@changes_of.register
def _(record: RepresentationMade, index: int) -> Changes:
    return (Insert("representation", {**row_of(record.representation), "entry": index}),)


@changes_of.register
def _(record: RepresentationAnswered, index: int) -> Changes:  # noqa: ARG001 - the place plays no part
    return (Update("representation", {"id": record.representation_id}, row_of(record, "representation_id")),)


@changes_of.register
def _(record: ScreeningCompleted, index: int) -> Changes:
    screening = record.screening
    return (
        Insert("screening", {**row_of(screening, "questions"), "entry": index}),
        *(Insert("screening_answer", {"screening_id": screening.id, "question": one}) for one in screening.questions),
    )


@changes_of.register
def _(record: AssessmentRecorded, index: int) -> Changes:
    one = record.assessment
    row = {**row_of(one, "families"), "approved_by": None, "approved_at": None, "entry": index}
    return (
        Insert("assessment", row),
        *(Insert("family_answer", {"assessment_id": one.id, **row_of(answer, "facts")}) for answer in one.families),
        *(
            Insert("family_fact", {"assessment_id": one.id, "family": answer.family, "fact_id": fact_id})
            for answer in one.families
            for fact_id in answer.facts
        ),
        *(_band(one.id, part, number, value) for part, words in texts_of(one) for number, value in _bands(words)),
        rests_on(one.decision_id, one.id),
    )


def texts_of(assessment: Assessment) -> tuple[tuple[str, Words], ...]:
    """Its texts by what they are about; "" for the one about the whole."""
    of_families = [(answer.family.value, answer.words) for answer in assessment.families]
    return tuple((part, words) for part, words in [("", assessment.words), *of_families] if words is not None)


def _bands(words: Words) -> list[tuple[int, bytes]]:
    return list(enumerate(bands_of(words.signature)))


def _band(assessment_id: AssessmentId, part: str, number: int, value: bytes) -> Insert:
    row: Mapping[str, Any] = {"assessment_id": assessment_id, "part": part, "band": number, "value": value}
    return Insert("text_band", row)


@changes_of.register
def _(record: ExemptionOverridden, index: int) -> Changes:
    return (Insert("exemption_override", {**row_of(record), "entry": index}),)


@changes_of.register
def _(record: DraftSaved, index: int) -> Changes:
    draft = record.draft
    key = {"case_id": draft.case_id, "author": draft.author}
    return (Put("draft", key, {**row_of(draft, "case_id", "author"), "dropped_at": None, "entry": index}),)


@changes_of.register
def _(record: DraftDropped, index: int) -> Changes:
    key = {"case_id": record.case_id, "author": record.author}
    return (Update("draft", key, {"sealed": b"", "dropped_at": record.at, "entry": index}),)


@changes_of.register
def _(record: RungRefused, index: int) -> Changes:
    return (Insert("rung_refusal", {**row_of(record), "entry": index}),)


@changes_of.register
def _(record: DecisionReturned, index: int) -> Changes:
    more = {"reason": record.reason, "words_sealed": record.words_sealed, "offers": record.offers}
    return (
        _refused(record.decision_id, index),
        refusal(record.decision_id, "returned", record.at, record.by, **more),
    )


@changes_of.register
def _(record: DecisionNarrowed, index: int) -> Changes:
    return (
        # Whoever makes less of it approves its assessment: what they make rests on that.
        approved(record.decision_id, record.by, record.at),
        _refused(record.decision_id, index),
        refusal(record.decision_id, "narrowed", record.at, record.by, narrowed_to=record.narrowed_to),
    )


@changes_of.register
def _(record: ReviewOpened, index: int) -> Changes:
    nothing = dict.fromkeys(("decided_by", "used", "late", "why", "why_not_lower", "words", "successor"))
    row = {**row_of(record.review), **nothing, "entry": index}
    return (Insert("review", row), *(new_task(task) for task in record.tasks))


@changes_of.register
def _(record: ReviewDecided, index: int) -> Changes:  # noqa: ARG001 - the place plays no part
    values = {**row_of(record, "review_id", "decision_id", "at", "by"), "decided_at": record.at}
    task = {"decision_id": record.decision_id, "kind": TaskKind.DECIDE_REVIEW, "done_at": None}
    return (
        Update("review", {"id": record.review_id}, {**values, "decided_by": record.by}),
        Update("task", task, {"done_at": record.at}),
    )


@changes_of.register
def _(record: ReviewMissed, index: int) -> Changes:
    row = {"decision_id": record.decision_id, "due_at": record.due_at, "entry": index}
    return (Insert("review_missed", row), *(new_task(task) for task in record.tasks))


@changes_of.register
def _(record: StopEntered, index: int) -> Changes:
    stop = record.stop
    nothing = dict.fromkeys(("checked_at", "checked_by", "as_ordered", "escalated_at"))
    return (
        Insert("stop", {**row_of(stop, "decisions"), **nothing, "entry": index}),
        *(Insert("stopped", {"stop_id": stop.id, "decision_id": one}) for one in stop.decisions),
        *(new_task(task) for task in record.tasks),
    )


@changes_of.register
def _(record: StopChecked, index: int) -> Changes:  # noqa: ARG001 - the place plays no part
    values = {"checked_at": record.at, "checked_by": record.by, "as_ordered": record.as_ordered}
    task = {"decision_id": record.task_of, "kind": TaskKind.CHECK_STOP, "done_at": None}
    return (
        Update("stop", {"id": record.stop_id}, values),
        Update("task", task, {"done_at": record.at}),
        *(new_task(one) for one in record.tasks),
    )


@changes_of.register
def _(record: StopEscalated, index: int) -> Changes:  # noqa: ARG001 - the place plays no part
    escalated = Update("stop", {"id": record.stop_id}, {"escalated_at": record.at})
    return (escalated, *(new_task(task) for task in record.tasks))
