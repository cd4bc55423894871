"""Keys by their day, and erasures by their entry: a monitor asks which of the last days' keys are destroyed, a clock
which erasures have begun since, and most are long past.
"""

from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    """Two indexes, and no law."""
    op.create_index("day_key_by_day", "day_key", ["day", "destroyed_at"])
    op.create_index("erasure_by_entry", "erasure", ["entry"])
