"""Rights that are restricted, each by itself, weighed and over by itself; and suspected misuse, answered by another."""

import sqlalchemy as sa
from alembic import op

from custodiet.adapters.store.migrations.law import never, once, process, refuse

revision = "0025"
down_revision = "0023"

DAY_MS = 86_400_000
_NOT_WEIGHED = " OR ".join(
    f"length(NEW.{column}) = 0"
    for column in ("prejudice_sealed", "vulnerability_sealed", "rights_sealed", "proportion_sealed")
)
_OWN_ANSWER = """
NEW.step <> 'ended' AND EXISTS (SELECT 1 FROM restriction r WHERE r.id = NEW.restriction_id AND r.asked_by = NEW.by)
"""
_OUT_OF_ORDER = """
NEW.step = 'ended' AND NOT EXISTS (
  SELECT 1 FROM restriction_step s WHERE s.restriction_id = NEW.restriction_id AND s.step = 'placed')
OR NEW.step <> 'ended' AND EXISTS (SELECT 1 FROM restriction_step s WHERE s.restriction_id = NEW.restriction_id)
"""
_TOO_LATE = "EXISTS (SELECT 1 FROM restriction r WHERE r.id = NEW.restriction_id AND r.until_at <= NEW.at)"
_OWN_REPORT = "EXISTS (SELECT 1 FROM misuse m WHERE m.id = NEW.misuse_id AND m.by = NEW.by)"

CONSTRAINTS = [
    *(never(table, verb) for table in ("restriction", "restriction_step") for verb in ("UPDATE", "DELETE")),
    once("restriction", "id"),
    once("restriction_step", "restriction_id", "step"),
    refuse(
        "restriction_by_someone",
        "INSERT ON restriction",
        process("asked_by"),
        "restriction: asked for by a named person",
    ),
    refuse(
        "restriction_is_dated",
        "INSERT ON restriction",
        f"NEW.until_at <= NEW.asked_at OR NEW.until_at > NEW.asked_at + {28 * DAY_MS}",
        "restriction: until a date within four weeks",
    ),
    refuse(
        "restriction_of_what_passed",
        "INSERT ON restriction",
        f"NEW.to_at > NEW.asked_at OR NEW.to_at <= NEW.from_at OR NEW.to_at - NEW.from_at > {92 * DAY_MS}",
        "restriction: of three months at most that have passed",
    ),
    refuse("restriction_is_weighed", "INSERT ON restriction", _NOT_WEIGHED, "restriction: each part is weighed"),
    refuse(
        "restriction_is_told",
        "INSERT ON restriction",
        "NEW.told NOT IN (0, 1) OR (NEW.told = 1) <> (length(NEW.untold_sealed) = 0)",
        "restriction: told, or with why telling would defeat it",
    ),
    refuse(
        "restriction_of_one_right",
        "INSERT ON restriction",
        "NEW.right NOT IN ('looks', 'disclosures', 'copy')",
        "restriction: of one right",
    ),
    refuse(
        "restriction_step_by_someone",
        "INSERT ON restriction_step",
        process("by"),
        "restriction_step: by a named person",
    ),
    refuse(
        "restriction_step_by_another",
        "INSERT ON restriction_step",
        _OWN_ANSWER,
        "restriction_step: by another than who asked",
    ),
    refuse("restriction_step_in_order", "INSERT ON restriction_step", _OUT_OF_ORDER, "restriction_step: out of order"),
    refuse("restriction_step_in_time", "INSERT ON restriction_step", _TOO_LATE, "restriction_step: it is over"),
    *(never(table, verb) for table in ("misuse", "misuse_answer") for verb in ("UPDATE", "DELETE")),
    once("misuse", "id"),
    once("misuse_answer", "misuse_id"),
    refuse("misuse_by_someone", "INSERT ON misuse", process("by"), "misuse: reported by a named person"),
    refuse(
        "misuse_is_said",
        "INSERT ON misuse",
        "length(NEW.text_sealed) = 0 OR NEW.entry < 0",
        "misuse: says what is suspected, and of which entry",
    ),
    refuse("misuse_answer_by_someone", "INSERT ON misuse_answer", process("by"), "misuse_answer: by a named person"),
    refuse(
        "misuse_answer_by_another", "INSERT ON misuse_answer", _OWN_REPORT, "misuse_answer: by another than who told"
    ),
    refuse(
        "misuse_answer_has_outcome",
        "INSERT ON misuse_answer",
        "length(NEW.words_sealed) = 0 OR NEW.found NOT IN ('misuse', 'no_misuse', 'not_established')",
        "misuse_answer: an outcome, with reasons",
    ),
]


def upgrade() -> None:
    """Create the tables and their law."""
    op.create_table(
        "restriction",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("right", sa.Text(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=False),
        sa.Column("to_at", sa.BigInteger(), nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        *(
            sa.Column(f"{part}_sealed", sa.LargeBinary(), nullable=False)
            for part in ("prejudice", "vulnerability", "rights", "proportion", "untold")
        ),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index("restriction_by_case", "restriction", ["case_id"])
    op.create_table(
        "restriction_step",
        sa.Column("restriction_id", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["restriction_id"], ["restriction.id"]),
        sa.PrimaryKeyConstraint("restriction_id", "step"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "misuse",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("told_in", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index("misuse_by_reporter", "misuse", ["by"])
    op.create_table(
        "misuse_answer",
        sa.Column("misuse_id", sa.Text(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("told_in", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["misuse_id"], ["misuse.id"]),
        sa.PrimaryKeyConstraint("misuse_id"),
        sqlite_with_rowid=False,
    )
    for statement in CONSTRAINTS:
        op.execute(statement)
