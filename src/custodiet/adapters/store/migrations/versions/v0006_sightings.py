"""Sightings: that a fix of some time was judged and dropped, so that it is never judged again."""

import sqlalchemy as sa
from alembic import op

from custodiet.adapters.store.migrations.law import never, once, refuse

revision = "0006"
down_revision = "0005"

_FOREVER = 9_223_372_036_854_775_807
_UNDER_ITS_DECISION = f"""
NOT EXISTS (
  SELECT 1 FROM decision d, fitting f
  WHERE d.id = NEW.decision_id AND f.id = NEW.fitting_id AND f.case_id = d.case_id AND f.strand = d.strand
    AND d.state NOT IN ('proposed', 'refused', 'annulled') AND d.mode = 'zone_on_arrival'
    AND d.starts_at <= NEW.at AND NEW.at < ifnull(d.until_at, {_FOREVER}))
"""

CONSTRAINTS = [
    never("sighting", "UPDATE"),
    never("sighting", "DELETE"),
    once("sighting", "fitting_id", "at"),
    refuse("sighting_under_its_decision", "INSERT ON sighting", _UNDER_ITS_DECISION, "sighting: no decision admits it"),
]


def upgrade() -> None:
    """Create the table and its law."""
    op.create_table(
        "sighting",
        sa.Column("fitting_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["fitting_id"], ["fitting.id"]),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"]),
        sa.PrimaryKeyConstraint("fitting_id", "at"),
        sqlite_with_rowid=False,
    )
    op.create_index("sighting_by_number", "sighting", ["number"])
    op.create_index("sighting_by_at", "sighting", ["at"])
    for statement in CONSTRAINTS:
        op.execute(statement)
