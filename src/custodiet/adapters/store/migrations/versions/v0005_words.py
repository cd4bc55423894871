"""Words: crossings and check-ins, kept as they were said and without a place."""

import sqlalchemy as sa
from alembic import op

from custodiet.adapters.store.migrations.law import never, once, refuse

revision = "0005"
down_revision = "0004"

_FOREVER = 9_223_372_036_854_775_807
_UNDER_ITS_DECISION = f"""
NOT EXISTS (
  SELECT 1 FROM decision d, fitting f
  WHERE d.id = NEW.decision_id AND f.id = NEW.fitting_id AND f.case_id = d.case_id AND f.strand = d.strand
    AND d.state NOT IN ('proposed', 'refused', 'annulled')
    AND d.starts_at <= NEW.at AND NEW.at < ifnull(d.until_at, {_FOREVER})
    AND (d.mode = 'zone_on_device' AND NEW.kind = 'transition' AND NEW.said IN ('entered', 'left')
        AND EXISTS (SELECT 1 FROM condition c WHERE c.id = NEW.about AND c.decision_id = d.id)
      OR d.mode = 'check_in' AND NEW.kind = 'check_in' AND NEW.said = 'checked_in' AND NEW.about = ''
      OR d.mode = 'check_in_area' AND NEW.kind = 'check_in'
        AND NEW.said IN ('in_area', 'not_in_area', 'cannot_tell') AND NEW.about = ''))
"""

CONSTRAINTS = [
    never("word", "UPDATE"),
    never("word", "DELETE"),
    once("word", "fitting_id", "at", "kind", "about"),
    refuse("word_under_its_decision", "INSERT ON word", _UNDER_ITS_DECISION, "word: no decision admits it"),
]


def upgrade() -> None:
    """Create the table and its law."""
    op.create_table(
        "word",
        sa.Column("fitting_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["fitting_id"], ["fitting.id"]),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"]),
        sa.PrimaryKeyConstraint("fitting_id", "at", "kind", "about"),
        sqlite_with_rowid=False,
    )
    op.create_index("word_by_number", "word", ["number"])
    for statement in CONSTRAINTS:
        op.execute(statement)
