"""Where cases came from that came out of a file; how a person is reached, sealed beside their name."""

import sqlalchemy as sa
from alembic import op

from custodiet.adapters.store.migrations.law import never, once, process, refuse

revision = "0011"
down_revision = "0010"

CONSTRAINTS = (
    once("case_import", "case_id"),
    never("case_import", "UPDATE"),
    never("case_import", "DELETE"),
    refuse(
        "case_import_named",
        "INSERT ON case_import",
        process("imported_by"),
        "case_import: a named person takes a file in",
    ),
    refuse(
        "case_import_of_a_line",
        "INSERT ON case_import",
        "length(NEW.file_sha256) <> 32 OR NEW.line < 2",
        "case_import: a case comes from a line of a file",
    ),
)


def upgrade() -> None:
    """Create the table and its law."""
    op.add_column("person", sa.Column("contact_sealed", sa.LargeBinary(), nullable=True))
    op.create_table(
        "case_import",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("imported_at", sa.BigInteger(), nullable=False),
        sa.Column("imported_by", sa.Text(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"]),
        sa.PrimaryKeyConstraint("case_id"),
        sqlite_with_rowid=False,
    )
    for statement in CONSTRAINTS:
        op.execute(statement)
