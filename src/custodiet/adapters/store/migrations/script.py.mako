"""${message}"""

from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Forward only: a store is restored from backup, never migrated back."""
    ${upgrades if upgrades else "raise NotImplementedError"}
