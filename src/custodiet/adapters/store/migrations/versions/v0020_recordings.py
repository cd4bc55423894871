"""Recordings of notices: of an approved text, heard by people once someone else has approved them."""

import sqlalchemy as sa
from alembic import op

from custodiet.adapters.store.migrations.law import fixed, never, once, process, refuse, stands

revision = "0020"
down_revision = "0019"

BYTES_MAX = 900 * 1024
FOUND = ("approved_by", "approved_at")
# Of the very text that was approved; of which English that is, the flow knows (rules/recordings.py).
_NOT_APPROVED_TEXT = """
(NEW.language = 'en') <> (NEW.translation_id IS NULL) OR NEW.language <> 'en' AND NOT EXISTS (
  SELECT 1 FROM translation t WHERE t.id = NEW.translation_id AND t.scheme_id = NEW.scheme_id
    AND t.language = NEW.language AND t.notice_sha256 = NEW.notice_sha256 AND t.approved_by IS NOT NULL)
"""
_NOT_RECORDED = """
NEW.how = 'audio' AND NOT EXISTS (
  SELECT 1 FROM recording r JOIN case_file c ON c.scheme_id = r.scheme_id
  WHERE c.id = NEW.case_id AND r.language = NEW.language AND r.notice_sha256 = NEW.notice_sha256
    AND r.approved_by IS NOT NULL)
"""

CONSTRAINTS = [
    never("recording", "DELETE"),
    once("recording", "id"),
    fixed(
        "recording",
        *("id", "scheme_id", "language", "notice_sha256", "translation_id", "sha256", "length_s", "at", "by"),
        *("content", "entry"),
    ),
    *(stands("recording", column) for column in FOUND),
    refuse(
        "recording_begins_unheard",
        "INSERT ON recording",
        f"NEW.approved_by IS NOT NULL OR NEW.approved_at IS NOT NULL OR {process('by')}",
        "recording: handed in by a named person, and heard by nobody yet",
    ),
    refuse(
        "recording_whole",
        "INSERT ON recording",
        f"length(NEW.content) NOT BETWEEN 1 AND {BYTES_MAX} OR length(NEW.sha256) <> 32 OR NEW.length_s < 1 "
        "OR length(NEW.notice_sha256) <> 32",
        "recording: says what it is of, and is bounded",
    ),
    refuse(
        "recording_of_an_approved_text",
        "INSERT ON recording",
        _NOT_APPROVED_TEXT,
        "recording: of an approved text of its language",
    ),
    refuse(
        "recording_approved_by_another",
        "UPDATE ON recording",
        "(NEW.approved_by IS NULL) <> (NEW.approved_at IS NULL) OR NEW.approved_by IS NOT NULL AND ("
        f"{process('approved_by')} OR NEW.approved_by = NEW.by)",
        "recording: approved by someone who did not hand it in",
    ),
    refuse(
        "notice_served_by_an_approved_recording",
        "INSERT ON notice_served",
        _NOT_RECORDED,
        "notice_served: by a recording only where an approved one is of the same text",
    ),
]


def upgrade() -> None:
    """Create the table and its law."""
    op.create_table(
        "recording",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("scheme_id", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("notice_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("translation_id", sa.Text()),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("length_s", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Text()),
        sa.Column("approved_at", sa.BigInteger()),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"]),
        sa.ForeignKeyConstraint(["translation_id"], ["translation.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index("recording_by_scheme", "recording", ["scheme_id", "entry"])
    for statement in CONSTRAINTS:
        op.execute(statement)
