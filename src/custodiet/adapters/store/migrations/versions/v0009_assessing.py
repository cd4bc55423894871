"""Facts, hearing, screening and assessment of a case, and the law that nothing goes up the ladder without them."""

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

from custodiet.adapters.store.migrations.law import fixed, never, once, process, refuse, stands

revision = "0009"
down_revision = "0008"

NEEDS = {
    "reminders": ("support",),
    "in_person": ("support",),
    "telephone": ("support", "reporting"),
    "check_in": ("support", "reporting"),
    "check_in_area": ("support", "reporting"),
    "home_presence": ("support", "reporting", "coarse_area"),
    "carried_prompts": ("support", "reporting", "coarse_area", "home"),
    "zone_on_device": ("support", "reporting", "coarse_area", "home", "on_device"),
    "zone_on_arrival": ("support", "reporting", "coarse_area", "home", "on_device"),
    "carried_trail": ("support", "reporting", "coarse_area", "home", "on_device", "on_arrival"),
    "fitted_trail": ("support", "reporting", "coarse_area", "home", "on_device", "on_arrival"),
}
"""Families that must be answered for each mode."""
RUNGS = ("none", *NEEDS)
"""Modes, the lowest first."""
LOCATING = (
    "check_in_area",
    "home_presence",
    "carried_prompts",
    "zone_on_device",
    "zone_on_arrival",
    "carried_trail",
    "fitted_trail",
)
QUESTIONS = (
    "health",
    "mental_health",
    "self_harm",
    "age",
    "trafficking",
    "torture",
    "pregnancy",
    "disability",
    "caring",
    "faith",
    "language",
    "reading",
    "digital_access",
    "journey",
    "home",
    "power_imbalance",
)

SEALED_ANSWERS_BYTES = 16_432
DRAFT_KEPT_MS = 14 * 86_400_000

_NEEDS_SQL = ", ".join(f"('{mode}', '{family}')" for mode, families in NEEDS.items() for family in families)
_QUESTIONS_SQL = ", ".join(f"('{question}')" for question in QUESTIONS)
_LOCATING_SQL = ", ".join(f"'{mode}'" for mode in LOCATING)

# A log that an earlier version opened holds decisions from before there were assessments: the law binds what was
# proposed with the first one or after it. In a log that this version opened it binds everything.
_BINDS = """
(EXISTS (SELECT 1 FROM log WHERE assessed = 1)
  OR EXISTS (SELECT 1 FROM assessment WHERE entry <= OLD.version + 1))
"""
_MAKES = f"NEW.state = 'made' AND OLD.state = 'proposed' AND NEW.mode <> 'none' AND {_BINDS}"

_NOT_ASSESSED = f"""
{_MAKES} AND NOT EXISTS (
  SELECT 1 FROM assessed l JOIN assessment a ON a.id = l.assessment_id
  WHERE l.decision_id = NEW.id AND a.case_id = NEW.case_id
    AND a.approved_by = NEW.approved_by AND a.author <> a.approved_by)
"""
_FAMILY_OPEN = f"""
{_MAKES} AND EXISTS (
  WITH need(mode, family) AS (VALUES {_NEEDS_SQL})
  SELECT 1 FROM need n WHERE n.mode = NEW.mode AND NOT EXISTS (
    SELECT 1 FROM assessed l
      JOIN family_answer f ON f.assessment_id = l.assessment_id
      JOIN family_fact p ON p.assessment_id = f.assessment_id AND p.family = f.family
      JOIN case_fact c ON c.id = p.fact_id
    WHERE l.decision_id = NEW.id AND f.family = n.family AND c.case_id = NEW.case_id))
"""
_NOT_SCREENED = f"""
{_MAKES} AND EXISTS (
  WITH asked(question) AS (VALUES {_QUESTIONS_SQL})
  SELECT 1 FROM asked q WHERE NOT EXISTS (
    SELECT 1 FROM assessed l
      JOIN assessment a ON a.id = l.assessment_id
      JOIN screening s ON s.id = a.screening_id
      JOIN screening_answer r ON r.screening_id = s.id
    WHERE l.decision_id = NEW.id AND s.case_id = NEW.case_id AND r.question = q.question))
"""
# Stepping down waits for nobody: something that rests on the same assessment was made before.
_STEPS_DOWN = """
EXISTS (
  SELECT 1 FROM assessed l JOIN assessed m ON m.assessment_id = l.assessment_id JOIN decision d ON d.id = m.decision_id
  WHERE l.decision_id = NEW.id AND d.id <> NEW.id AND d.state NOT IN ('proposed', 'refused'))
"""
_NOT_HEARD = f"""
{_MAKES} AND NOT {_STEPS_DOWN} AND (
  NOT EXISTS (SELECT 1 FROM invitation WHERE case_id = NEW.case_id)
  OR EXISTS (SELECT 1 FROM representation WHERE case_id = NEW.case_id AND answered_at IS NULL))
"""
# What the answers were stands sealed; that one exemption is overridden does not.
_OVERRIDDEN_UNTOLD = f"""
{_MAKES} AND EXISTS (
  SELECT 1 FROM assessed l JOIN assessment a ON a.id = l.assessment_id
  WHERE l.decision_id = NEW.id AND coalesce(json_extract(a.exempted, '$.override'), '') <> '' AND NOT EXISTS (
    SELECT 1 FROM exemption_override e JOIN decision d ON d.id = e.decision_id
    WHERE e.decision_id = a.decision_id AND d.case_id = NEW.case_id AND e.by <> NEW.approved_by))
"""
_NOT_ADULT = f"""
NEW.state = 'made' AND OLD.state <> 'made' AND NEW.mode IN ({_LOCATING_SQL}) AND {_BINDS}
AND (SELECT age FROM case_fact WHERE case_id = NEW.case_id AND kind = 'age' ORDER BY entry DESC LIMIT 1) IS NOT 'adult'
"""
_RUNGS_SQL = ", ".join(f"('{mode}', {rung})" for rung, mode in enumerate(RUNGS))
# One that was written for something else was written for more, or for as much: nobody goes up on it.
_OF_ANOTHER = f"""
NOT EXISTS (
  WITH step(mode, rung) AS (VALUES {_RUNGS_SQL})
  SELECT 1 FROM decision d, assessment a
  WHERE d.id = NEW.decision_id AND a.id = NEW.assessment_id AND d.case_id = a.case_id AND d.state = 'proposed'
    AND d.proposed_by = a.author
    AND (SELECT s.rung FROM step s WHERE s.mode = d.mode)
      <= (SELECT s.rung FROM step s JOIN decision o ON o.mode = s.mode WHERE o.id = a.decision_id))
"""
_FACT_OF_ANOTHER = """
NOT EXISTS (
  SELECT 1 FROM assessment a, case_fact c
  WHERE a.id = NEW.assessment_id AND c.id = NEW.fact_id AND a.case_id = c.case_id)
"""
_CLOSED = "(SELECT approved_by FROM assessment WHERE id = NEW.assessment_id) IS NOT NULL"

_NO_DRAFT = f"""
typeof(NEW.sealed) <> 'blob' OR (length(NEW.sealed) = 0) <> (NEW.dropped_at IS NOT NULL)
OR NEW.drop_at IS NOT NEW.saved_at + {DRAFT_KEPT_MS}
"""
_KEPT_SO = "draft: kept, sealed, for its days and no longer"

ONCE = {
    "case_fact": ("id",),
    "invitation": ("case_id", "at"),
    "screening": ("id",),
    "screening_answer": ("screening_id", "question"),
    "family_answer": ("assessment_id", "family"),
    "family_fact": ("assessment_id", "family", "fact_id"),
    "text_band": ("assessment_id", "part", "band"),
    "assessed": ("decision_id",),
    "decision_refusal": ("decision_id",),
    "exemption_override": ("decision_id",),
    "rung_refusal": ("entry",),
    "review_missed": ("decision_id", "due_at"),
    "ending": ("entry",),
    "stopped": ("stop_id", "decision_id"),
}
"""Tables whose rows are written once and stand, by their keys."""
REPLY = ("answered_at", "answered_by", "reply", "reply_sealed")
OUTCOME = ("decided_at", "decided_by", "outcome", "used", "late", "why", "why_not_lower", "words", "successor")
FOUND = ("checked_at", "checked_by", "as_ordered", "escalated_at")


def _someone(table: str, column: str, *, when: str = "INSERT ON {table}", name: str = "by_someone") -> str:
    known = f"NEW.{column} IS NOT NULL AND {process(column)}"
    return refuse(f"{table}_{name}", when.format(table=table), known, f"{table}: by a named person")


CONSTRAINTS = [
    *(never(table, verb) for table in ONCE for verb in ("UPDATE", "DELETE")),
    *(once(table, *key) for table, key in ONCE.items()),
    refuse(
        "case_fact_age",
        "INSERT ON case_fact",
        "(NEW.kind = 'age') <> (NEW.age IS NOT NULL) OR NEW.age NOT IN ('adult', 'under_18', 'disputed')",
        "case_fact: one about age says which",
    ),
    _someone("case_fact", "author"),
    _someone("screening", "screened_by"),
    refuse(
        "screening_in_one_size",
        "INSERT ON screening",
        f"typeof(NEW.sealed) <> 'blob' OR length(NEW.sealed) <> {SEALED_ANSWERS_BYTES}",
        "screening: its answers are sealed, in one size whatever they say",
    ),
    _someone("invitation", "invited_by"),
    never("representation", "DELETE"),
    once("representation", "id"),
    fixed("representation", "id", "case_id", "at", "recorded_by", "text_sealed", "due_at", "entry"),
    *(stands("representation", column) for column in REPLY),
    refuse(
        "representation_begins_open",
        "INSERT ON representation",
        f"coalesce({', '.join(f'NEW.{column}' for column in REPLY)}) IS NOT NULL",
        "representation: nobody has answered it yet",
    ),
    refuse(
        "representation_answered_whole",
        "UPDATE ON representation",
        " OR ".join(f"(NEW.{column} IS NULL) <> (NEW.answered_at IS NULL)" for column in REPLY[1:])
        + f" OR NEW.answered_at IS NOT NULL AND ({process('answered_by')} OR length(NEW.reply_sealed) = 0)",
        "representation: answered by a named person, with reasons",
    ),
    never("draft", "DELETE"),
    _someone("draft", "author"),
    # Also against REPLACE, which takes a row away without any trigger.
    refuse(
        "draft_saved_later",
        "INSERT ON draft",
        "EXISTS (SELECT 1 FROM draft one WHERE one.case_id IS NEW.case_id AND one.author IS NEW.author "
        "AND one.entry >= NEW.entry)",
        "draft: replaced only by a later entry",
    ),
    refuse(
        "draft_changed_later",
        "UPDATE ON draft",
        "NEW.case_id IS NOT OLD.case_id OR NEW.author IS NOT OLD.author OR NEW.entry <= OLD.entry",
        "draft: replaced or dropped only by a later entry",
    ),
    *(
        refuse(f"draft_kept_for_its_days_{verb.lower()}", f"{verb} ON draft", _NO_DRAFT, _KEPT_SO)
        for verb in ("INSERT", "UPDATE")
    ),
    never("assessment", "DELETE"),
    once("assessment", "id"),
    once("assessment", "decision_id", name="decision_once"),
    fixed(
        "assessment",
        "id",
        "case_id",
        "decision_id",
        "author",
        "selection",
        "selection_fact",
        "screening_id",
        "compared_with",
        "with_detention",
        "article_8",
        "practicality",
        "at_home",
        "finding_shown",
        "words",
        "at",
        "exempted",
        "entry",
    ),
    stands("assessment", "approved_by"),
    stands("assessment", "approved_at"),
    refuse(
        "assessment_begins_open",
        "INSERT ON assessment",
        "coalesce(NEW.approved_by, NEW.approved_at) IS NOT NULL",
        "assessment: nobody has approved it yet",
    ),
    refuse(
        "assessment_approved_by_another",
        "UPDATE ON assessment",
        f"NEW.approved_by IS NOT NULL AND (NEW.approved_by = NEW.author OR {process('approved_by')})",
        "assessment: approved by a second person",
    ),
    refuse(
        "assessed_of_its_case",
        "INSERT ON assessed",
        _OF_ANOTHER,
        "assessed: rests on one of its case and author",
    ),
    refuse("family_answer_closed", "INSERT ON family_answer", _CLOSED, "family_answer: closed once it was approved"),
    refuse("family_fact_closed", "INSERT ON family_fact", _CLOSED, "family_fact: closed once it was approved"),
    refuse("family_fact_of_its_case", "INSERT ON family_fact", _FACT_OF_ANOTHER, "family_fact: a fact of its own case"),
    refuse(
        "decision_made_on_assessment",
        "UPDATE OF state ON decision",
        _NOT_ASSESSED,
        "decision: made on an assessment that its second person approved",
    ),
    refuse(
        "decision_made_above_the_lower",
        "UPDATE OF state ON decision",
        _FAMILY_OPEN,
        "decision: every lower family is answered with a fact",
    ),
    refuse(
        "decision_made_of_the_screened",
        "UPDATE OF state ON decision",
        _NOT_SCREENED,
        "decision: the person was screened whole",
    ),
    refuse(
        "decision_made_of_the_heard",
        "UPDATE OF state ON decision",
        _NOT_HEARD,
        "decision: the person was asked, and each representation answered",
    ),
    refuse(
        "decision_made_with_its_overrides_told",
        "UPDATE OF state ON decision",
        _OVERRIDDEN_UNTOLD,
        "decision: an exemption that is overridden was told to the data protection officer, by another person",
    ),
    _someone("exemption_override", "by"),
    refuse(
        "decision_locates_adults",
        "UPDATE OF state ON decision",
        _NOT_ADULT,
        "decision: only an adult is on a rung that says where they are",
    ),
    refuse(
        "condition_carried_within_its_case",
        "INSERT ON condition",
        "NEW.sealed_as IS NOT NULL AND NOT EXISTS (SELECT 1 FROM condition c JOIN decision d ON d.id = c.decision_id, "
        "decision e WHERE c.id = NEW.sealed_as AND e.id = NEW.decision_id AND d.case_id = e.case_id "
        "AND c.geometry_sealed = NEW.geometry_sealed AND c.kind = NEW.kind)",
        "condition: carried over whole, within its case",
    ),
    never("review", "DELETE"),
    once("review", "id"),
    fixed("review", "id", "decision_id", "trigger", "opened_at", "opened_by", "due_at", "entry"),
    *(stands("review", column) for column in (*OUTCOME, "next_due_at")),
    refuse(
        "review_begins_open",
        "INSERT ON review",
        f"coalesce({', '.join(f'NEW.{column}' for column in OUTCOME)}) IS NOT NULL",
        "review: nobody has decided it yet",
    ),
    refuse(
        "review_decided_whole",
        "UPDATE ON review",
        " OR ".join(f"(NEW.{column} IS NULL) <> (NEW.decided_at IS NULL)" for column in OUTCOME[1:5])
        + f" OR NEW.decided_at IS NOT NULL AND ({process('decided_by')}"
        + " OR NEW.late <> (NEW.decided_at > NEW.due_at))",
        "review: decided by a named person, late when it is late",
    ),
    never("stop", "DELETE"),
    once("stop", "id"),
    fixed("stop", "id", "kind", "authority", "entered_by", "entered_at", "check_due_at", "entry"),
    *(stands("stop", column) for column in FOUND),
    refuse(
        "stop_begins_open",
        "INSERT ON stop",
        f"coalesce({', '.join(f'NEW.{column}' for column in FOUND)}) IS NOT NULL",
        "stop: nobody has looked at it yet",
    ),
    _someone("stop", "entered_by"),
    refuse(
        "stop_checked_by_another",
        "UPDATE ON stop",
        "(NEW.checked_by IS NULL) <> (NEW.checked_at IS NULL) OR (NEW.as_ordered IS NULL) <> (NEW.checked_at IS NULL) "
        f"OR NEW.checked_at IS NOT NULL AND (NEW.checked_by = NEW.entered_by OR {process('checked_by')})",
        "stop: checked by a second person",
    ),
]


def upgrade() -> None:
    """Create the tables and their law."""
    op.add_column("log", sa.Column("assessed", sa.Boolean(), nullable=False, server_default="0"))
    op.add_column("scheme_power", sa.Column("satisfied_from", sa.Text(), nullable=True))
    op.execute("ALTER TABLE condition ADD COLUMN sealed_as TEXT REFERENCES condition(id)")
    for table, columns in _TABLES.items():
        op.create_table(table, *columns(), sqlite_with_rowid=False)
    for name, of, indexed in _INDEXES:
        op.create_index(name, of, list(indexed), unique=name == "assessment_by_decision")
    for statement in CONSTRAINTS:
        op.execute(statement)


Columns = list[sa.Column[object] | sa.Constraint]
_KINDS = {"t": sa.Text, "i": sa.BigInteger, "b": sa.LargeBinary, "o": sa.Boolean}


def _table(key: str, columns: str, **refers: str) -> Callable[[], Columns]:
    """Columns as `name:kind`, a `?` after those that may be unknown."""

    def made() -> Columns:
        parts: Columns = []
        for told in columns.split():
            name, kind = told.rstrip("?").split(":")
            parts.append(sa.Column(name, _KINDS[kind](), nullable=told.endswith("?")))
        parts += [sa.ForeignKeyConstraint([column], [target]) for column, target in refers.items()]
        return [*parts, sa.PrimaryKeyConstraint(*key.split())]

    return made


_TABLES = {
    "case_fact": _table(
        "id",
        "id:t case_id:t kind:t dated:t recorded_at:i author:t text_sealed:b age:t? entry:i",
        case_id="case_file.id",
    ),
    "invitation": _table("case_id at", "case_id:t at:i invited_by:t until_at:i entry:i", case_id="case_file.id"),
    "representation": _table(
        "id",
        "id:t case_id:t at:i recorded_by:t text_sealed:b due_at:i answered_at:i? answered_by:t? reply:t? "
        "reply_sealed:b? entry:i",
        case_id="case_file.id",
    ),
    "screening": _table(
        "id", "id:t case_id:t at:i screened_by:t sealed:b list_version:t english:o entry:i", case_id="case_file.id"
    ),
    "screening_answer": _table("screening_id question", "screening_id:t question:t", screening_id="screening.id"),
    "assessment": _table(
        "id",
        "id:t case_id:t decision_id:t author:t selection:t selection_fact:t screening_id:t compared_with:t "
        "with_detention:o article_8:t practicality:t at_home:t finding_shown:t words:t? at:i exempted:t? "
        "approved_by:t? approved_at:i? entry:i",
        case_id="case_file.id",
        decision_id="decision.id",
        selection_fact="case_fact.id",
        screening_id="screening.id",
    ),
    "family_answer": _table(
        "assessment_id family", "assessment_id:t family:t reason:t words:t?", assessment_id="assessment.id"
    ),
    "family_fact": _table(
        "assessment_id family fact_id",
        "assessment_id:t family:t fact_id:t",
        assessment_id="assessment.id",
        fact_id="case_fact.id",
    ),
    "text_band": _table(
        "assessment_id part band", "assessment_id:t part:t band:i value:b", assessment_id="assessment.id"
    ),
    "assessed": _table(
        "decision_id",
        "decision_id:t assessment_id:t",
        decision_id="decision.id",
        assessment_id="assessment.id",
    ),
    "exemption_override": _table("decision_id", "decision_id:t at:i by:t entry:i", decision_id="decision.id"),
    "draft": _table(
        "case_id author",
        "case_id:t author:t mode:t saved_at:i drop_at:i sealed:b dropped_at:i? entry:i",
        case_id="case_file.id",
    ),
    "decision_refusal": _table(
        "decision_id",
        "decision_id:t how:t at:i refused_by:t? reason:t? words_sealed:b? offers:t? narrowed_to:t? "
        "no_ground_for_detention:o",
        decision_id="decision.id",
        narrowed_to="decision.id",
    ),
    "rung_refusal": _table(
        "entry",
        "entry:i case_id:t mode:t codes:t offers:t at:i by:t no_ground_for_detention:o",
        case_id="case_file.id",
    ),
    "review": _table(
        "id",
        "id:t decision_id:t trigger:t opened_at:i opened_by:t due_at:i decided_at:i? decided_by:t? outcome:t? used:t? "
        "late:o? why:t? why_not_lower:t? words:t? successor:t? next_due_at:i? entry:i",
        decision_id="decision.id",
        successor="decision.id",
    ),
    "review_missed": _table("decision_id due_at", "decision_id:t due_at:i entry:i", decision_id="decision.id"),
    "ending": _table("entry", "entry:i decision_id:t at:i reason:t ended_by:t?", decision_id="decision.id"),
    "stop": _table(
        "id",
        "id:t kind:t authority:t entered_by:t entered_at:i check_due_at:i checked_at:i? checked_by:t? as_ordered:o? "
        "escalated_at:i? entry:i",
    ),
    "stopped": _table("stop_id decision_id", "stop_id:t decision_id:t", stop_id="stop.id", decision_id="decision.id"),
}
_INDEXES = (
    ("case_fact_by_case", "case_fact", ("case_id", "kind")),
    ("representation_by_case", "representation", ("case_id",)),
    ("representation_by_due", "representation", ("answered_at", "due_at")),
    ("screening_by_case", "screening", ("case_id",)),
    ("assessment_by_case", "assessment", ("case_id",)),
    ("assessment_by_decision", "assessment", ("decision_id",)),
    ("text_band_by_value", "text_band", ("band", "value")),
    ("assessed_by_assessment", "assessed", ("assessment_id",)),
    ("draft_by_author", "draft", ("author",)),
    ("draft_by_due", "draft", ("dropped_at", "drop_at")),
    ("review_by_decision", "review", ("decision_id",)),
    ("review_by_due", "review", ("decided_at", "due_at")),
    ("ending_by_decision", "ending", ("decision_id",)),
    ("rung_refusal_by_case", "rung_refusal", ("case_id",)),
    ("stop_by_due", "stop", ("checked_at", "check_due_at")),
    ("case_by_reference_alone", "case_file", ("reference", "id")),
    ("task_by_case", "task", ("case_id",)),
    ("alert_by_case", "alert", ("case_id", "raised_at")),
    ("conflict_by_actor", "conflict_of_interest", ("actor",)),
    ("role_by_function", "role", ("function",)),
)
