"""Contacts without an index by number: to keep one cost more than to write them, of everyone every few minutes. Who
asks which are new reads what was judged.
"""

from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    """An index goes, and no law."""
    op.drop_index("contact_by_number", "contact")
