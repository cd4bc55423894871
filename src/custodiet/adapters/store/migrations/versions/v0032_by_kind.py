"""Conditions by their kind: the clock looks for those of a few kinds every half minute, and most people have none."""

from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    """An index, and no law."""
    op.create_index("condition_by_kind", "condition", ["kind"])
