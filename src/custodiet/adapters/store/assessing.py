"""The tables of a case before, about and against its decisions. Their law stands in migration 0009."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, Table, Text

from custodiet.adapters.store.columns import of, ref
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


def _entry() -> Column[int]:
    return Column("entry", BigInteger, nullable=False)


case_fact = Table(
    "case_fact",
    metadata,
    _key("id"),
    ref("case_id", "case_file.id"),
    of("kind", Code(FactKind)),
    of("dated", Day),
    of("recorded_at", UtcMs),
    of("author", Text),
    of("text_sealed", LargeBinary),
    of("age", Code(Age), null=True),
    _entry(),
)
invitation = Table(
    "invitation",
    metadata,
    ref("case_id", "case_file.id", key=True),
    _key("at", UtcMs),
    of("invited_by", Text),
    of("until_at", UtcMs),
    _entry(),
)
representation = Table(
    "representation",
    metadata,
    _key("id"),
    ref("case_id", "case_file.id"),
    of("at", UtcMs),
    of("recorded_by", Text),
    of("text_sealed", LargeBinary),
    of("due_at", UtcMs),
    of("answered_at", UtcMs, null=True),
    of("answered_by", Text, null=True),
    of("reply", Code(Reply), null=True),
    of("reply_sealed", LargeBinary, null=True),
    _entry(),
)
screening = Table(
    "screening",
    metadata,
    _key("id"),
    ref("case_id", "case_file.id"),
    of("at", UtcMs),
    of("screened_by", Text),
    of("sealed", LargeBinary),
    of("list_version", Text),
    of("english", Boolean),
    _entry(),
)
screening_answer = Table(
    "screening_answer",
    metadata,
    ref("screening_id", "screening.id", key=True),
    _key("question", Code(Question)),
)
assessment = Table(
    "assessment",
    metadata,
    _key("id"),
    ref("case_id", "case_file.id"),
    ref("decision_id", "decision.id"),
    of("author", Text),
    of("selection", Code(Selection)),
    ref("selection_fact", "case_fact.id"),
    ref("screening_id", "screening.id"),
    of("compared_with", Json(tuple[ModeCode, ...])),
    of("with_detention", Boolean),
    of("article_8", Json(tuple[tuple[Article8, Said], ...])),
    of("practicality", Json(tuple[tuple[Practical, Said], ...])),
    of("at_home", Json(tuple[AtHome, ...])),
    of("finding_shown", Text),
    of("words", Json(Words), null=True),
    of("at", UtcMs),
    of("exempted", Json(Exempted), null=True),
    of("approved_by", Text, null=True),
    of("approved_at", UtcMs, null=True),
    _entry(),
)
family_answer = Table(
    "family_answer",
    metadata,
    ref("assessment_id", "assessment.id", key=True),
    _key("family", Code(Family)),
    of("reason", Code(FamilyReason)),
    of("words", Json(Words), null=True),
)
family_fact = Table(
    "family_fact",
    metadata,
    ref("assessment_id", "assessment.id", key=True),
    _key("family", Code(Family)),
    ref("fact_id", "case_fact.id", key=True),
)
text_band = Table(
    "text_band",
    metadata,
    ref("assessment_id", "assessment.id", key=True),
    _key("part"),
    _key("band", BigInteger),
    of("value", LargeBinary),
)
assessed = Table(
    "assessed",
    metadata,
    ref("decision_id", "decision.id", key=True),
    ref("assessment_id", "assessment.id"),
)
exemption_override = Table(
    "exemption_override",
    metadata,
    ref("decision_id", "decision.id", key=True),
    of("at", UtcMs),
    of("by", Text),
    _entry(),
)
draft = Table(
    "draft",
    metadata,
    ref("case_id", "case_file.id", key=True),
    _key("author"),
    of("mode", Code(ModeCode)),
    of("saved_at", UtcMs),
    of("drop_at", UtcMs),
    of("sealed", LargeBinary),
    of("dropped_at", UtcMs, null=True),
    _entry(),
)
decision_refusal = Table(
    "decision_refusal",
    metadata,
    ref("decision_id", "decision.id", key=True),
    of("how", Text),
    of("at", UtcMs),
    of("refused_by", Text, null=True),
    of("reason", Code(ReturnReason), null=True),
    of("words_sealed", LargeBinary, null=True),
    of("offers", Code(ModeCode), null=True),
    ref("narrowed_to", "decision.id", null=True),
    of("no_ground_for_detention", Boolean),
)
rung_refusal = Table(
    "rung_refusal",
    metadata,
    _key("entry", BigInteger),
    ref("case_id", "case_file.id"),
    of("mode", Code(ModeCode)),
    of("codes", Json(tuple[str, ...])),
    of("offers", Code(ModeCode)),
    of("at", UtcMs),
    of("by", Text),
    of("no_ground_for_detention", Boolean),
)
review = Table(
    "review",
    metadata,
    _key("id"),
    ref("decision_id", "decision.id"),
    of("trigger", Code(Trigger)),
    of("opened_at", UtcMs),
    of("opened_by", Text),
    of("due_at", UtcMs),
    of("decided_at", UtcMs, null=True),
    of("decided_by", Text, null=True),
    of("outcome", Code(ReviewOutcome), null=True),
    of("used", Json(Used), null=True),
    of("late", Boolean, null=True),
    of("why", Code(StillNeeded), null=True),
    of("why_not_lower", Code(FamilyReason), null=True),
    of("words", Json(Words), null=True),
    ref("successor", "decision.id", null=True),
    of("next_due_at", UtcMs, null=True),
    _entry(),
)
review_missed = Table(
    "review_missed",
    metadata,
    ref("decision_id", "decision.id", key=True),
    _key("due_at", UtcMs),
    _entry(),
)
ending = Table(
    "ending",
    metadata,
    _key("entry", BigInteger),
    ref("decision_id", "decision.id"),
    of("at", UtcMs),
    of("reason", Code(EndReason)),
    of("ended_by", Text, null=True),
)
stop = Table(
    "stop",
    metadata,
    _key("id"),
    of("kind", Code(StopKind)),
    of("authority", Text),
    of("entered_by", Text),
    of("entered_at", UtcMs),
    of("check_due_at", UtcMs),
    of("checked_at", UtcMs, null=True),
    of("checked_by", Text, null=True),
    of("as_ordered", Boolean, null=True),
    of("escalated_at", UtcMs, null=True),
    _entry(),
)
stopped = Table(
    "stopped",
    metadata,
    ref("stop_id", "stop.id", key=True),
    ref("decision_id", "decision.id", key=True),
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
Index("override_by_entry", exemption_override.c.entry)
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
