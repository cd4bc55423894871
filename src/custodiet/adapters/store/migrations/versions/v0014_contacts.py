"""Contacts tried about alerts, and the law that nothing is called a possible breach before the person was tried."""

import sqlalchemy as sa
from alembic import op

from custodiet.adapters.store.migrations.law import never, once, process, refuse

revision = "0014"
down_revision = "0013"

# As migration 0012: possible breaches of an earlier log were called before there was a record of contacts.
_BINDS = "(EXISTS (SELECT 1 FROM log WHERE told = 1) OR EXISTS (SELECT 1 FROM contact_tried))"
_COUNTS = """
(c.direction = 'out' AND c.outcome <> 'wrong_number'
 OR c.direction = 'in' AND c.outcome IN ('spoke', 'refused') AND c.verified <> 'not_verified')
"""
# How often, where the register names the matter, the flow knows (rules/alerts.py).
_NOT_TRIED = f"""
NEW.move = 'suspect' AND {_BINDS} AND NOT EXISTS (
  SELECT 1 FROM alert me JOIN alert o ON o.case_id = me.case_id JOIN contact_tried c ON c.alert_id = o.id
  WHERE me.id = NEW.alert_id AND c.at >= me.raised_at AND {_COUNTS})
"""

CONSTRAINTS = [
    never("contact_tried", "UPDATE"),
    never("contact_tried", "DELETE"),
    once("contact_tried", "entry"),
    refuse("contact_tried_by_someone", "INSERT ON contact_tried", process("by"), "contact_tried: by a named person"),
    refuse(
        "contact_tried_whole",
        "INSERT ON contact_tried",
        "NEW.how NOT IN ('phone', 'message', 'visit', 'by_someone_else') "
        "OR NEW.outcome NOT IN ('spoke', 'no_answer', 'wrong_number', 'message_left', 'refused') "
        "OR NEW.direction NOT IN ('out', 'in') OR (NEW.direction = 'in') <> (NEW.verified IS NOT NULL) "
        "OR NEW.verified NOT IN ('known_voice', 'secret_word', 'called_back', 'not_verified')",
        "contact_tried: says how, what came of it, and of a call in how it was known who called",
    ),
    refuse(
        "alert_step_contact_first",
        "INSERT ON alert_step",
        _NOT_TRIED,
        "alert_step: the person is tried first",
    ),
]


def upgrade() -> None:
    """Create the table and the law."""
    op.create_table(
        "contact_tried",
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("alert_id", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("how", "direction", "outcome")),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("verified", sa.Text(), nullable=True),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"]),
        sa.PrimaryKeyConstraint("entry"),
        sqlite_with_rowid=False,
    )
    op.create_index("contact_tried_by_alert", "contact_tried", ["alert_id"])
    for statement in CONSTRAINTS:
        op.execute(statement)
