"""What has come due for erasure, the days that were erased, and the law that nothing is erased before its time."""

import sqlalchemy as sa
from alembic import op

from custodiet.adapters.store.migrations.law import never, once, refuse

revision = "0019"
down_revision = "0014"

_NOT_DUE = """
NOT EXISTS (SELECT 1 FROM retention_clock c
  WHERE c.decision_id = NEW.decision_id AND c.category = NEW.category AND c.erase_due_at <= NEW.at)
"""
_NOT_BEGUN = """
NOT EXISTS (SELECT 1 FROM erasure e WHERE e.decision_id = NEW.decision_id AND e.category = NEW.category
  AND e.entry < NEW.entry)
"""
_ANOTHERS = """
NOT EXISTS (SELECT 1 FROM decision d JOIN case_file c ON c.id = d.case_id
  WHERE d.id = NEW.decision_id AND c.person_id = NEW.person_id)
"""

CONSTRAINTS = [
    never("erasure", "UPDATE"),
    never("erasure", "DELETE"),
    once("erasure", "decision_id", "category"),
    refuse("erasure_due", "INSERT ON erasure", _NOT_DUE, "erasure: the retention rule has not run out"),
    never("erased_day", "UPDATE"),
    never("erased_day", "DELETE"),
    once("erased_day", "decision_id", "category", "day"),
    refuse("erased_day_begun", "INSERT ON erased_day", _NOT_BEGUN, "erased_day: no erasure has come due"),
    refuse("erased_day_of_person", "INSERT ON erased_day", _ANOTHERS, "erased_day: the decision is of another person"),
]


def upgrade() -> None:
    """Create the tables and the law."""
    op.create_table(
        "erasure",
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"]),
        sa.PrimaryKeyConstraint("decision_id", "category"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "erased_day",
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("destroyed_at", sa.BigInteger(), nullable=False),
        sa.Column("key_digest", sa.LargeBinary(), nullable=False),
        sa.Column("kept_digest", sa.LargeBinary(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("decision_id", "category", "day"),
        sqlite_with_rowid=False,
    )
    op.create_index("erased_day_by_entry", "erased_day", ["entry"])
    for statement in CONSTRAINTS:
        op.execute(statement)
