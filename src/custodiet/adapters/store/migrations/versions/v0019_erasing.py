"""What has come due for erasure, the days that were erased, and the law that nothing is erased before its time."""

import sqlalchemy as sa
from alembic import op

from custodiet.adapters.store.migrations.law import never, once, process, refuse

revision = "0019"
down_revision = "0018"

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

_QUARANTINED = """
EXISTS (SELECT 1 FROM decision d WHERE d.id = NEW.decision_id AND d.state = 'annulled')
AND NOT EXISTS (SELECT 1 FROM quarantine_ended q WHERE q.decision_id = NEW.decision_id)
"""
_DAY_MS = 24 * 60 * 60 * 1000
# By what was in force when the key went: a hold that came after has nothing left to keep.
_HELD = f"""
EXISTS (SELECT 1 FROM hold h JOIN hold_step p ON p.hold_id = h.id AND p.step = 'placed' JOIN decision d
  ON d.id = NEW.decision_id AND d.case_id = h.case_id
  WHERE h.category = NEW.category AND p.at <= NEW.destroyed_at AND NEW.destroyed_at < h.until_at
    AND h.from_at < (CAST(strftime('%s', NEW.day) AS INTEGER) * 1000 + {_DAY_MS})
    AND CAST(strftime('%s', NEW.day) AS INTEGER) * 1000 < h.to_at
    AND NOT EXISTS (SELECT 1 FROM hold_step e WHERE e.hold_id = h.id AND e.step = 'ended'
      AND e.at <= NEW.destroyed_at))
"""
_SAME_PERSON = """
NEW.step <> 'ended' AND EXISTS (SELECT 1 FROM hold h WHERE h.id = NEW.hold_id AND h.asked_by = NEW.by)
"""
_OUT_OF_ORDER = """
NEW.step = 'ended' AND NOT EXISTS (SELECT 1 FROM hold_step s WHERE s.hold_id = NEW.hold_id AND s.step = 'placed')
OR NEW.step <> 'ended' AND EXISTS (SELECT 1 FROM hold_step s WHERE s.hold_id = NEW.hold_id)
"""
_NOT_ANNULLED = "NOT EXISTS (SELECT 1 FROM decision d WHERE d.id = NEW.decision_id AND d.state = 'annulled')"
_NOT_OFFERED = f"""
NOT EXISTS (SELECT 1 FROM copy_told c WHERE c.decision_id = NEW.decision_id AND (
  c.step = 'offered' AND c.at + {28 * _DAY_MS} <= NEW.at OR c.step IN ('taken', 'declined')))
"""
_ANSWERED_FIRST = """
NEW.step <> 'offered' AND NOT EXISTS (
  SELECT 1 FROM copy_told c WHERE c.decision_id = NEW.decision_id AND c.step = 'offered')
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
    refuse("erasure_quarantined", "INSERT ON erasure", _QUARANTINED, "erasure: it waits for the DPO"),
    refuse("erased_day_held", "INSERT ON erased_day", _HELD, "erased_day: a hold keeps it"),
    *(
        never(table, verb)
        for table in ("hold", "hold_step", "copy_told", "quarantine_ended")
        for verb in ("UPDATE", "DELETE")
    ),
    once("hold", "id"),
    once("hold_step", "hold_id", "step"),
    once("copy_told", "decision_id", "step"),
    once("quarantine_ended", "decision_id"),
    refuse("hold_by_someone", "INSERT ON hold", process("asked_by"), "hold: asked for by a named person"),
    refuse(
        "hold_is_dated",
        "INSERT ON hold",
        f"NOT (NEW.asked_at < NEW.until_at AND NEW.until_at <= NEW.asked_at + {366 * _DAY_MS} "
        f"AND NEW.from_at < NEW.to_at AND NEW.to_at <= NEW.from_at + {92 * _DAY_MS})",
        "hold: of three months at most, and until a date within a year",
    ),
    refuse("hold_has_reason", "INSERT ON hold", "length(NEW.why_sealed) = 0", "hold: it has a reason"),
    refuse("hold_step_by_someone", "INSERT ON hold_step", process("by"), "hold_step: by a named person"),
    refuse("hold_step_by_another", "INSERT ON hold_step", _SAME_PERSON, "hold_step: by another than who asked"),
    refuse("hold_step_in_order", "INSERT ON hold_step", _OUT_OF_ORDER, "hold_step: out of order"),
    refuse("copy_told_by_someone", "INSERT ON copy_told", process("by"), "copy_told: by a named person"),
    refuse("copy_told_annulled", "INSERT ON copy_told", _NOT_ANNULLED, "copy_told: of an annulled decision"),
    refuse("copy_told_in_order", "INSERT ON copy_told", _ANSWERED_FIRST, "copy_told: it is offered first"),
    refuse("quarantine_ended_by_someone", "INSERT ON quarantine_ended", process("by"), "quarantine: by a named person"),
    refuse("quarantine_ended_annulled", "INSERT ON quarantine_ended", _NOT_ANNULLED, "quarantine: nothing is in it"),
    refuse(
        "quarantine_ended_copy", "INSERT ON quarantine_ended", _NOT_OFFERED, "quarantine: the person is offered a copy"
    ),
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
    op.create_table(
        "hold",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("from_at", "to_at", "until_at")),
        sa.Column("asked_for", sa.Text(), nullable=False),
        sa.Column("why_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index("hold_by_case", "hold", ["case_id"])
    for table, of in (("hold_step", "hold"), ("copy_told", "decision")):
        op.create_table(
            table,
            sa.Column(f"{of}_id", sa.Text(), nullable=False),
            sa.Column("step", sa.Text(), nullable=False),
            sa.Column("by", sa.Text(), nullable=False),
            sa.Column("at", sa.BigInteger(), nullable=False),
            sa.Column("entry", sa.BigInteger(), nullable=False),
            sa.ForeignKeyConstraint([f"{of}_id"], [f"{of}.id"]),
            sa.PrimaryKeyConstraint(f"{of}_id", "step"),
            sqlite_with_rowid=False,
        )
    op.create_table(
        "quarantine_ended",
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("why_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"]),
        sa.PrimaryKeyConstraint("decision_id"),
        sqlite_with_rowid=False,
    )
    for statement in CONSTRAINTS:
        op.execute(statement)
