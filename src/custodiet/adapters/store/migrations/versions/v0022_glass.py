"""Looks that somebody takes alone, since a life is in danger, and what was said of them afterwards."""

import sqlalchemy as sa
from alembic import op

from custodiet.adapters.store.migrations.law import never, once, process, refuse

revision = "0022"
down_revision = "0021"

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
WINDOW_MS, BACK_MS = 2 * HOUR_MS, DAY_MS
BY_ONE_MAX, ABOUT_ONE_MAX = 3, 6
ONCE = {"glass": "id", "glass_assessment": "glass_id"}
"""Tables whose rows are written once and stand, by their keys: what happened, happened."""

_OF_THE_PERSON = """
JOIN case_file f ON f.id = g.case_id
WHERE f.person_id = (SELECT person_id FROM case_file WHERE id = NEW.case_id) AND
"""
_NOT_ASSESSED = f"""
EXISTS (SELECT 1 FROM glass g WHERE g.by = NEW.by AND g.at <= NEW.at - {DAY_MS}
  AND NOT EXISTS (SELECT 1 FROM glass_assessment s WHERE s.glass_id = g.id))
"""

CONSTRAINTS = [
    *(never(table, verb) for table in ONCE for verb in ("UPDATE", "DELETE")),
    *(once(table, key) for table, key in ONCE.items()),
    *(refuse(f"{one}_by_someone", f"INSERT ON {one}", process("by"), f"{one}: by a named person") for one in ONCE),
    refuse(
        "glass_whole",
        "INSERT ON glass",
        "length(NEW.why_sealed) = 0 OR NEW.tried IN ('', '[]') OR NEW.danger NOT IN ('to_them', 'to_another') "
        "OR NEW.precision NOT IN ('full', '100_m', '1_km')",
        "glass: says what danger, and what was tried",
    ),
    refuse(
        "glass_narrow",
        "INSERT ON glass",
        f"NEW.to_at <= NEW.from_at OR NEW.to_at > NEW.at OR NEW.to_at - NEW.from_at > {WINDOW_MS} "
        f"OR NEW.from_at < NEW.at - {BACK_MS}",
        "glass: two hours at most, of the last day",
    ),
    refuse(
        "glass_seldom_by_one",
        "INSERT ON glass",
        f"(SELECT count(*) FROM glass g WHERE g.by = NEW.by AND g.at > NEW.at - {DAY_MS}) >= {BY_ONE_MAX}",
        "glass: at most 3 a day by one account",
    ),
    refuse(
        "glass_seldom_about_one",
        "INSERT ON glass",
        f"(SELECT count(*) FROM glass g {_OF_THE_PERSON} g.at > NEW.at - {DAY_MS}) >= {ABOUT_ONE_MAX}",
        "glass: at most 6 a day about one person",
    ),
    refuse("glass_assessed_before", "INSERT ON glass", _NOT_ASSESSED, "glass: their last one was not assessed in time"),
    refuse(
        "glass_assessment_by_another",
        "INSERT ON glass_assessment",
        "length(NEW.words_sealed) = 0 OR EXISTS (SELECT 1 FROM glass g WHERE g.id = NEW.glass_id "
        "AND (g.by = NEW.by OR NEW.at < g.at))",
        "glass_assessment: afterwards, in words, by a second person",
    ),
]


def upgrade() -> None:
    """Create the tables and their law."""
    op.create_table(
        "glass",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("danger", sa.Text(), nullable=False),
        sa.Column("why_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("tried", sa.Text(), nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=False),
        sa.Column("to_at", sa.BigInteger(), nullable=False),
        sa.Column("precision", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "glass_assessment",
        sa.Column("glass_id", sa.Text(), nullable=False),
        sa.Column("upheld", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["glass_id"], ["glass.id"]),
        sa.PrimaryKeyConstraint("glass_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("glass_by_case", "glass", ["case_id", "at"])
    op.create_index("glass_by_account", "glass", ["by", "at"])
    for statement in CONSTRAINTS:
        op.execute(statement)
