"""Indexes for what the clock asks of zones that devices judge by themselves."""

from alembic import op

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    """Indexes, and no law."""
    op.create_index("decision_by_mode", "decision", ["mode", "state", "until_at"])
    op.drop_index("word_by_decision", "word")
    op.create_index("word_by_decision", "word", ["decision_id", "about", "at"])
