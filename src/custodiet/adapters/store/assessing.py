"""The tables of a case before, about and against its decisions. Their law stands in migration 0009."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, LargeBinary, Table, Text

from custodiet.adapters.store.tables import metadata
from custodiet.adapters.store.types import Code, Day, Json, UtcMs
from custodiet.model.assessing_record import ReturnReason
from custodiet.model.assessment import Article8, AtHome, FamilyReason, Practical, Said, Selection, Words
from custodiet.model.ending import EndReason, StopKind
from custodiet.model.exemption import Exempted
from custodiet.model.fact import Age, FactKind
from custodiet.model.mode import Family, ModeCode
from custodiet.model.representation import Reply
from custodiet.model.review import ReviewOutcome, StillNeeded, Trigger, Used
from custodiet.model.screening import Question


def _key(name: str, kind: Any = Text) -> Column[Any]:
    return Column(name, kind, primary_key=True)


def _ref(name: str, target: str, *, null: bool = False, key: bool = False) -> Column[str]:
    return Column(name, Text, ForeignKey(target), nullable=null, primary_key=key)


def _of(name: str, kind: Any, *, null: bool = False) -> Column[Any]:
    return Column(name, kind, nullable=null)


def _entry() -> Column[int]:
    return Column("entry", BigInteger, nullable=False)


case_fact = Table(
    "case_fact",
    metadata,
    _key("id"),
    _ref("case_id", "case_file.id"),
    _of("kind", Code(FactKind)),
    _of("dated", Day),
    _of("recorded_at", UtcMs),
    _of("author", Text),
    _of("text_sealed", LargeBinary),
    _of("age", Code(Age), null=True),
    _entry(),
)
invitation = Table(
    "invitation",
    metadata,
    _ref("case_id", "case_file.id", key=True),
    _key("at", UtcMs),
    _of("invited_by", Text),
    _of("until_at", UtcMs),
    _entry(),
)
representation = Table(
    "representation",
    metadata,
    _key("id"),
    _ref("case_id", "case_file.id"),
    _of("at", UtcMs),
    _of("recorded_by", Text),
    _of("text_sealed", LargeBinary),
    _of("due_at", UtcMs),
    _of("answered_at", UtcMs, null=True),
    _of("answered_by", Text, null=True),
    _of("reply", Code(Reply), null=True),
    _of("reply_sealed", LargeBinary, null=True),
    _entry(),
)
screening = Table(
    "screening",
    metadata,
    _key("id"),
    _ref("case_id", "case_file.id"),
    _of("at", UtcMs),
    _of("screened_by", Text),
    _of("sealed", LargeBinary),
    _of("list_version", Text),
    _of("english", Boolean),
    _entry(),
)
screening_answer = Table(
    "screening_answer",
    metadata,
    _ref("screening_id", "screening.id", key=True),
    _key("question", Code(Question)),
)
assessment = Table(
    "assessment",
    metadata,
    _key("id"),
    _ref("case_id", "case_file.id"),
    _ref("decision_id", "decision.id"),
    _of("author", Text),
    _of("selection", Code(Selection)),
    _ref("selection_fact", "case_fact.id"),
    _ref("screening_id", "screening.id"),
    _of("compared_with", Json(tuple[ModeCode, ...])),
    _of("with_detention", Boolean),
    _of("article_8", Json(tuple[tuple[Article8, Said], ...])),
    _of("practicality", Json(tuple[tuple[Practical, Said], ...])),
    _of("at_home", Json(tuple[AtHome, ...])),
    _of("finding_shown", Text),
    _of("words", Json(Words), null=True),
    _of("at", UtcMs),
    _of("exempted", Json(Exempted), null=True),
    _of("approved_by", Text, null=True),
    _of("approved_at", UtcMs, null=True),
    _entry(),
)
family_answer = Table(
    "family_answer",
    metadata,
    _ref("assessment_id", "assessment.id", key=True),
    _key("family", Code(Family)),
    _of("reason", Code(FamilyReason)),
    _of("words", Json(Words), null=True),
)
family_fact = Table(
    "family_fact",
    metadata,
    _ref("assessment_id", "assessment.id", key=True),
    _key("family", Code(Family)),
    _ref("fact_id", "case_fact.id", key=True),
)
text_band = Table(
    "text_band",
    metadata,
    _ref("assessment_id", "assessment.id", key=True),
    _key("part"),
    _key("band", BigInteger),
    _of("value", LargeBinary),
)
assessed = Table(
    "assessed",
    metadata,
    _ref("decision_id", "decision.id", key=True),
    _ref("assessment_id", "assessment.id"),
)
exemption_override = Table(
    "exemption_override",
    metadata,
    _ref("decision_id", "decision.id", key=True),
    _of("at", UtcMs),
    _of("by", Text),
    _entry(),
)
draft = Table(
    "draft",
    metadata,
    _ref("case_id", "case_file.id", key=True),
    _key("author"),
    _of("mode", Code(ModeCode)),
    _of("saved_at", UtcMs),
    _of("drop_at", UtcMs),
    _of("sealed", LargeBinary),
    _of("dropped_at", UtcMs, null=True),
    _entry(),
)
decision_refusal = Table(
    "decision_refusal",
    metadata,
    _ref("decision_id", "decision.id", key=True),
    _of("how", Text),
    _of("at", UtcMs),
    _of("refused_by", Text, null=True),
    _of("reason", Code(ReturnReason), null=True),
    _of("words_sealed", LargeBinary, null=True),
    _of("offers", Code(ModeCode), null=True),
    _ref("narrowed_to", "decision.id", null=True),
    _of("no_ground_for_detention", Boolean),
)
rung_refusal = Table(
    "rung_refusal",
    metadata,
    _key("entry", BigInteger),
    _ref("case_id", "case_file.id"),
    _of("mode", Code(ModeCode)),
    _of("codes", Json(tuple[str, ...])),
    _of("offers", Code(ModeCode)),
    _of("at", UtcMs),
    _of("by", Text),
    _of("no_ground_for_detention", Boolean),
)
review = Table(
    "review",
    metadata,
    _key("id"),
    _ref("decision_id", "decision.id"),
    _of("trigger", Code(Trigger)),
    _of("opened_at", UtcMs),
    _of("opened_by", Text),
    _of("due_at", UtcMs),
    _of("decided_at", UtcMs, null=True),
    _of("decided_by", Text, null=True),
    _of("outcome", Code(ReviewOutcome), null=True),
    _of("used", Json(Used), null=True),
    _of("late", Boolean, null=True),
    _of("why", Code(StillNeeded), null=True),
    _of("why_not_lower", Code(FamilyReason), null=True),
    _of("words", Json(Words), null=True),
    _ref("successor", "decision.id", null=True),
    _of("next_due_at", UtcMs, null=True),
    _entry(),
)
review_missed = Table(
    "review_missed",
    metadata,
    _ref("decision_id", "decision.id", key=True),
    _key("due_at", UtcMs),
    _entry(),
)
ending = Table(
    "ending",
    metadata,
    _key("entry", BigInteger),
    _ref("decision_id", "decision.id"),
    _of("at", UtcMs),
    _of("reason", Code(EndReason)),
    _of("ended_by", Text, null=True),
)
stop = Table(
    "stop",
    metadata,
    _key("id"),
    _of("kind", Code(StopKind)),
    _of("authority", Text),
    _of("entered_by", Text),
    _of("entered_at", UtcMs),
    _of("check_due_at", UtcMs),
    _of("checked_at", UtcMs, null=True),
    _of("checked_by", Text, null=True),
    _of("as_ordered", Boolean, null=True),
    _of("escalated_at", UtcMs, null=True),
    _entry(),
)
stopped = Table(
    "stopped",
    metadata,
    _ref("stop_id", "stop.id", key=True),
    _ref("decision_id", "decision.id", key=True),
)

Index("case_fact_by_case", case_fact.c.case_id, case_fact.c.kind)
Index("representation_by_case", representation.c.case_id)
Index("representation_by_due", representation.c.answered_at, representation.c.due_at)
Index("screening_by_case", screening.c.case_id)
Index("assessment_by_case", assessment.c.case_id)
Index("assessment_by_decision", assessment.c.decision_id, unique=True)
Index("text_band_by_value", text_band.c.band, text_band.c.value)
Index("assessed_by_assessment", assessed.c.assessment_id)
Index("draft_by_author", draft.c.author)
Index("draft_by_due", draft.c.dropped_at, draft.c.drop_at)
Index("review_by_decision", review.c.decision_id)
Index("review_by_due", review.c.decided_at, review.c.due_at)
Index("ending_by_decision", ending.c.decision_id)
Index("rung_refusal_by_case", rung_refusal.c.case_id)
Index("stop_by_due", stop.c.checked_at, stop.c.check_due_at)

ASSESSED = (
    case_fact,
    invitation,
    representation,
    screening,
    screening_answer,
    assessment,
    family_answer,
    family_fact,
    text_band,
    assessed,
    exemption_override,
    draft,
    decision_refusal,
    rung_refusal,
    review,
    review_missed,
    ending,
    stop,
    stopped,
)
"""As tables.REPLAYED."""
