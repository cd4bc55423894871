"""Places that people add themselves: that they did, and by whom; where stands sealed in the record alone."""

import sqlalchemy as sa
from alembic import op

from custodiet.adapters.store.migrations.law import never, once, process, refuse

revision = "0018"
down_revision = "0017"

CONSTRAINTS = [
    never("own_place", "UPDATE"),
    never("own_place", "DELETE"),
    once("own_place", "entry"),
    refuse("own_place_by_someone", "INSERT ON own_place", process("by"), "own_place: by a named person"),
    refuse(
        "own_place_twenty_at_most",
        "INSERT ON own_place",
        "(SELECT count(*) FROM own_place WHERE person_id = NEW.person_id) >= 20",
        "own_place: twenty at most",
    ),
]


def upgrade() -> None:
    """Add the table and its law."""
    op.create_table(
        "own_place",
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("entry"),
        sqlite_with_rowid=False,
    )
    op.create_index("own_place_by_person", "own_place", ["person_id"])
    for statement in CONSTRAINTS:
        op.execute(statement)
