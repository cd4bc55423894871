"""Senders: tokens rotated with an overlap, scopes that change, instructions to stop and start, reports after a stop."""

import sqlalchemy as sa
from alembic import op

from custodiet.adapters.store.migrations.law import fixed, never, once, process, refuse, stands

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create everything."""
    _create_tables()
    # A rotated token's end is known ahead, and may be brought forward.
    op.execute("DROP TRIGGER token_end_stands")
    for statement in CONSTRAINTS:
        op.execute(statement)


_FOREVER = 9223372036854775807

_ALIVE = f"""
(SELECT count(*) FROM token t
  WHERE t.sender_id = NEW.sender_id AND ifnull(t.ended_at, {_FOREVER}) > NEW.issued_at)
"""

_ENDED = f"""
EXISTS (SELECT 1 FROM token t WHERE t.sender_id = NEW.sender_id)
AND NOT EXISTS (SELECT 1 FROM token t
  WHERE t.sender_id = NEW.sender_id AND ifnull(t.ended_at, {_FOREVER}) >= NEW.issued_at)
"""

_BOUND_OTHERWISE = """
EXISTS (SELECT 1 FROM token t WHERE t.sender_id = NEW.sender_id AND t.fitting_id IS NOT NEW.fitting_id)
"""


def _in_scope(serial: str) -> str:
    """Whether a device is in the sender's scope before this change: as it was changed last, or as it was issued."""
    return f"""
coalesce(
  (SELECT c.added FROM sender_scope_change c
    WHERE c.sender_id = NEW.sender_id AND c.serial = {serial} ORDER BY c.entry DESC LIMIT 1),
  EXISTS (SELECT 1 FROM sender_scope p WHERE p.sender_id = NEW.sender_id AND p.serial = {serial}))
"""


_THE_LAST_ONE = f"""
NEW.added = 0 AND NOT EXISTS (
  SELECT 1 FROM (
    SELECT serial FROM sender_scope WHERE sender_id = NEW.sender_id
    UNION SELECT serial FROM sender_scope_change WHERE sender_id = NEW.sender_id) other
  WHERE other.serial <> NEW.serial AND {_in_scope("other.serial")})
"""

CONSTRAINTS = [
    refuse(
        "token_end_never_later",
        "UPDATE ON token",
        f"OLD.ended_at IS NOT NULL AND ifnull(NEW.ended_at, {_FOREVER}) > OLD.ended_at",
        "token: an end never moves later",
    ),
    refuse("token_two_at_most", "INSERT ON token", f"{_ALIVE} >= 2", "token: two at most speak for a sender"),
    refuse("token_of_no_ended_sender", "INSERT ON token", _ENDED, "token: its sender has ended"),
    refuse("token_bound_as_before", "INSERT ON token", _BOUND_OTHERWISE, "token: bound as the one before it"),
    never("sender_scope_change", "UPDATE"),
    never("sender_scope_change", "DELETE"),
    once("sender_scope_change", "sender_id", "serial", "entry"),
    refuse(
        "sender_scope_change_with_its_entry",
        "INSERT ON sender_scope_change",
        "NEW.entry <= (SELECT max(idx) FROM entry)",
        "sender_scope_change: it comes with an entry of its own",
    ),
    refuse(
        "sender_scope_change_changes",
        "INSERT ON sender_scope_change",
        f"NEW.added NOT IN (0, 1) OR NEW.added = {_in_scope('NEW.serial')}",
        "sender_scope_change: it changes the scope",
    ),
    refuse(
        "sender_scope_change_leaves_one",
        "INSERT ON sender_scope_change",
        _THE_LAST_ONE,
        "sender_scope_change: a sender speaks for a device",
    ),
    never("instruction", "DELETE"),
    once("instruction", "id"),
    fixed(
        "instruction",
        "id",
        "sender_id",
        "serial",
        "what",
        "decision_id",
        "given_at",
        "from_at",
        "due_at",
        "entry",
    ),
    stands("instruction", "acknowledged_at"),
    stands("instruction", "acknowledged_by"),
    refuse(
        "instruction_begins_open",
        "INSERT ON instruction",
        "coalesce(NEW.acknowledged_at, NEW.acknowledged_by) IS NOT NULL OR NEW.due_at < NEW.given_at",
        "instruction: nobody has acknowledged it yet",
    ),
    refuse(
        "instruction_acknowledged_by_someone",
        "UPDATE ON instruction",
        "(NEW.acknowledged_at IS NULL) <> (NEW.acknowledged_by IS NULL) OR "
        f"NEW.acknowledged_at IS NOT NULL AND (NEW.acknowledged_at < NEW.given_at OR {process('acknowledged_by')})",
        "instruction: acknowledged by a named person, at a time",
    ),
]


def _create_tables() -> None:
    op.create_table(
        "sender_scope_change",
        sa.Column("sender_id", sa.Text(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("added", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["sender_id"], ["sender.id"]),
        # An act writes its rows before its entry; at the commit both stand, or neither does.
        sa.ForeignKeyConstraint(["entry"], ["entry.idx"], deferrable=True, initially="DEFERRED"),
        sa.PrimaryKeyConstraint("sender_id", "serial", "entry"),
        sqlite_with_rowid=False,
    )
    op.create_index("sender_scope_change_by_serial", "sender_scope_change", ["serial"])
    op.create_index("sender_scope_by_serial", "sender_scope", ["serial"])
    op.create_index("token_by_sender", "token", ["sender_id"])
    op.create_table(
        "instruction",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("sender_id", sa.Text(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("decision_id", sa.Text(), nullable=True),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("acknowledged_at", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged_by", sa.Text(), nullable=True),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["sender_id"], ["sender.id"]),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index("instruction_by_serial", "instruction", ["serial", "sender_id"])
    op.create_index("instruction_by_due", "instruction", ["acknowledged_at", "due_at"])
    op.create_table(
        "after_stop",
        sa.Column("hour", sa.BigInteger(), nullable=False),
        sa.Column("sender_id", sa.Text(), nullable=False),
        sa.Column("fitting_id", sa.Text(), nullable=False),
        sa.Column("reports", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["sender_id"], ["sender.id"]),
        sa.ForeignKeyConstraint(["fitting_id"], ["fitting.id"]),
        sa.PrimaryKeyConstraint("hour", "sender_id", "fitting_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("after_stop_by_fitting", "after_stop", ["fitting_id"])
    op.create_index("task_by_decision", "task", ["decision_id"])
