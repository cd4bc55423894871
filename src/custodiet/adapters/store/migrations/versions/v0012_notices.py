"""Notices given and their translations, and the law that nobody is monitored before they were told."""

import sqlalchemy as sa
from alembic import op

from custodiet.adapters.store.migrations.law import fixed, never, once, process, refuse, stands

revision = "0012"
down_revision = "0011"

TOLD_FIRST = (
    "telephone",
    "check_in",
    "check_in_area",
    "home_presence",
    "carried_prompts",
    "zone_on_device",
    "zone_on_arrival",
    "carried_trail",
    "fitted_trail",
)
"""Modes that do not begin before the notice was given."""
_TOLD_FIRST_SQL = ", ".join(f"'{mode}'" for mode in TOLD_FIRST)
_DAY_MS = 24 * 60 * 60 * 1000

# In a log that an earlier version opened, people were monitored before there were notices: the law binds from the
# first one given. In a log that this version opened it binds everything.
_BINDS = """
(EXISTS (SELECT 1 FROM log WHERE told = 1) OR EXISTS (SELECT 1 FROM notice_served))
"""
# Stepping down waits for nobody: something that rests on the same assessment was made before.
_STEPS_DOWN = """
EXISTS (
  SELECT 1 FROM assessed l JOIN assessed m ON m.assessment_id = l.assessment_id JOIN decision d ON d.id = m.decision_id
  WHERE l.decision_id = NEW.id AND d.id <> NEW.id AND d.state NOT IN ('proposed', 'refused'))
"""
# Understood; or declined on two different days. Of which text, the flow knows (rules/notices.py).
_NOT_TOLD = f"""
NEW.state = 'made' AND OLD.state = 'proposed' AND NEW.authority = 'officers' AND NEW.mode IN ({_TOLD_FIRST_SQL})
AND {_BINDS} AND NOT {_STEPS_DOWN}
AND NOT EXISTS (SELECT 1 FROM notice_served WHERE case_id = NEW.case_id AND understood = 'yes')
AND (SELECT count(DISTINCT at / {_DAY_MS}) FROM notice_served
     WHERE case_id = NEW.case_id AND understood = 'declined') < 2
"""
_NOT_APPROVED = """
NEW.how <> 'interpreter' AND NEW.language <> 'en' AND NOT EXISTS (
  SELECT 1 FROM translation t JOIN case_file c ON c.scheme_id = t.scheme_id
  WHERE c.id = NEW.case_id AND t.language = NEW.language AND t.notice_sha256 = NEW.notice_sha256
    AND t.approved_by IS NOT NULL)
"""
FOUND = ("checked_by", "checked_at", "approved_by", "approved_at")

CONSTRAINTS = [
    never("notice_served", "UPDATE"),
    never("notice_served", "DELETE"),
    once("notice_served", "id"),
    refuse("notice_served_by_someone", "INSERT ON notice_served", process("by"), "notice_served: by a named person"),
    refuse(
        "notice_served_in_approved_words",
        "INSERT ON notice_served",
        _NOT_APPROVED,
        "notice_served: in English, in an approved translation of the same text, or by an interpreter",
    ),
    refuse(
        "notice_served_by_an_interpreter",
        "INSERT ON notice_served",
        "NEW.how = 'interpreter' AND length(NEW.words_sealed) = 0",
        "notice_served: an interpreter has a session that is named",
    ),
    refuse(
        "notice_served_whole",
        "INSERT ON notice_served",
        "length(NEW.notice_sha256) <> 32 OR NEW.understood NOT IN ('yes', 'declined', 'not_yet') "
        "OR (NEW.understood = 'declined') <> (NEW.why IS NOT NULL)",
        "notice_served: says of which text, and what came of it",
    ),
    never("translation", "DELETE"),
    once("translation", "id"),
    fixed(
        "translation",
        "id",
        "scheme_id",
        "language",
        "notice_sha256",
        "lines",
        "by_machine",
        "drafted_by",
        "drafted_at",
        "entry",
    ),
    *(stands("translation", column) for column in FOUND),
    refuse(
        "translation_begins_as_a_draft",
        "INSERT ON translation",
        f"coalesce({', '.join(f'NEW.{column}' for column in FOUND)}) IS NOT NULL OR NEW.qualification <> '' "
        f"OR NEW.language = 'en' OR {process('drafted_by')}",
        "translation: begins as a draft by a named person",
    ),
    refuse(
        "translation_checked_by_a_translator",
        "UPDATE ON translation",
        "(NEW.checked_by IS NULL) <> (NEW.checked_at IS NULL) OR (NEW.checked_by IS NULL) <> (NEW.qualification = '') "
        f"OR NEW.checked_by IS NOT NULL AND {process('checked_by')} "
        "OR OLD.checked_by IS NOT NULL AND NEW.qualification IS NOT OLD.qualification",
        "translation: checked by a named translator, who says what makes them one",
    ),
    refuse(
        "translation_approved_by_another",
        "UPDATE ON translation",
        "(NEW.approved_by IS NULL) <> (NEW.approved_at IS NULL) OR NEW.approved_by IS NOT NULL AND ("
        f"{process('approved_by')} OR OLD.checked_by IS NULL OR NEW.approved_by IN (NEW.checked_by, NEW.drafted_by))",
        "translation: approved by someone who neither drafted nor checked it, once it was checked",
    ),
    refuse(
        "decision_made_of_the_told",
        "UPDATE OF state ON decision",
        _NOT_TOLD,
        "decision: the person was given the notice and it was understood, or declined on two days",
    ),
]


def upgrade() -> None:
    """Create the tables and their law."""
    op.add_column("log", sa.Column("told", sa.Boolean(), nullable=False, server_default="0"))
    op.create_table(
        "notice_served",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("case_id", sa.Text(), sa.ForeignKey("case_file.id"), nullable=False),
        sa.Column("notice_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("register", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("understood", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text()),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "translation",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("scheme_id", sa.Text(), sa.ForeignKey("scheme.id"), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("notice_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("by_machine", sa.Boolean(), nullable=False),
        sa.Column("drafted_by", sa.Text(), nullable=False),
        sa.Column("drafted_at", sa.BigInteger(), nullable=False),
        sa.Column("checked_by", sa.Text()),
        sa.Column("checked_at", sa.BigInteger()),
        sa.Column("qualification", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Text()),
        sa.Column("approved_at", sa.BigInteger()),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("notice_served_by_case", "notice_served", ["case_id"])
    op.create_index("translation_by_scheme", "translation", ["scheme_id", "language"])
    for statement in CONSTRAINTS:
        op.execute(statement)
