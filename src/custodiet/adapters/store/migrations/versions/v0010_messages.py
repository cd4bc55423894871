"""How people are reached, the messages to them, and the device desk."""

import sqlalchemy as sa
from alembic import op

from custodiet.adapters.store.migrations.law import fixed, never, once, process, refuse

revision = "0010"
down_revision = "0009"

MOVES = (
    ("waiting", "sending"),
    ("waiting", "failed"),
    ("waiting", "given_up"),
    ("sending", "waiting"),
    ("sending", "sent"),
    ("sending", "failed"),
    ("sending", "given_up"),
)
_MOVES = ", ".join(f"('{before}', '{after}')" for before, after in MOVES)
_ATTEMPTS = "OLD.attempts + (NEW.state = 'sending' AND OLD.state = 'waiting')"

_FAULTY = """
(SELECT n.kind FROM device_note n WHERE n.device_id = NEW.device_id AND n.kind IN ('faulty', 'mended')
  ORDER BY n.entry DESC LIMIT 1) IS 'faulty'
"""

CONSTRAINTS = [
    never("device_note", "UPDATE"),
    never("device_note", "DELETE"),
    once("device_note", "entry"),
    refuse("device_note_by_someone", "INSERT ON device_note", process("noted_by"), "device_note: by a named person"),
    refuse(
        "device_note_of_its_device",
        "INSERT ON device_note",
        "NEW.fitting_id IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM fitting f WHERE f.id = NEW.fitting_id AND f.device_id = NEW.device_id)",
        "device_note: of a fitting of that device",
    ),
    refuse(
        "device_note_has_begun",
        "INSERT ON device_note",
        "NEW.since_at > NEW.at OR (NEW.kind IN ('faulty', 'removed') AND NEW.since_at IS NULL)",
        "device_note: what is noted has begun",
    ),
    refuse("fitting_not_faulty", "INSERT ON fitting", _FAULTY, "fitting: a faulty device is mended first"),
    never("outbox", "DELETE"),
    once("outbox", "id"),
    fixed("outbox", "id", "case_id", "template", "channel", "caused_at", "not_before", "useless_at", "fitting_id"),
    refuse(
        "outbox_begins_waiting",
        "INSERT ON outbox",
        "NEW.state <> 'waiting' OR NEW.attempts <> 0 OR NEW.next_at IS NOT NEW.not_before OR NEW.setback IS NOT NULL",
        "outbox: a message begins by waiting",
    ),
    refuse(
        "outbox_in_its_time",
        "INSERT ON outbox",
        "NEW.not_before < NEW.caused_at OR NEW.useless_at <= NEW.not_before",
        "outbox: after its cause and before it is of no use",
    ),
    refuse(
        "outbox_of_its_wearer",
        "INSERT ON outbox",
        "NEW.fitting_id IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM fitting f WHERE f.id = NEW.fitting_id AND f.case_id = NEW.case_id)",
        "outbox: about a device of its own case",
    ),
    refuse(
        "outbox_moves", "UPDATE ON outbox", f"(OLD.state, NEW.state) NOT IN (VALUES {_MOVES})", "outbox: no such move"
    ),
    refuse(
        "outbox_counts_attempts",
        "UPDATE ON outbox",
        f"NEW.attempts IS NOT {_ATTEMPTS}",
        "outbox: every attempt is counted, once",
    ),
    refuse(
        "outbox_not_in_quiet_hours",
        "UPDATE OF state ON outbox",
        "NEW.state = 'sending' AND OLD.state = 'waiting' AND (NEW.state_at < OLD.next_at "
        "OR NEW.state_at >= OLD.useless_at)",
        "outbox: not before its time, and not after it is of no use",
    ),
    never("contact_details", "DELETE"),
    refuse(
        "contact_details_by_someone",
        "INSERT ON contact_details",
        process("given_by"),
        "contact_details: by a named person",
    ),
    refuse(
        "contact_details_changed_by_someone",
        "UPDATE ON contact_details",
        process("given_by"),
        "contact_details: by a named person",
    ),
    refuse(
        "contact_details_later",
        "UPDATE ON contact_details",
        "NEW.person_id IS NOT OLD.person_id OR NEW.entry <= OLD.entry",
        "contact_details: only a later entry changes them",
    ),
]


def upgrade() -> None:
    """Create the tables and their law."""
    op.create_table(
        "contact_details",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("quiet", sa.Text(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("person_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("caused_at", sa.BigInteger(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.Column("useless_at", sa.BigInteger(), nullable=False),
        sa.Column("fitting_id", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("setback", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"]),
        sa.ForeignKeyConstraint(["fitting_id"], ["fitting.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "device_note",
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("fitting_id", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("noted_by", sa.Text(), nullable=False),
        sa.Column("since_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"]),
        sa.ForeignKeyConstraint(["fitting_id"], ["fitting.id"]),
        sa.PrimaryKeyConstraint("entry"),
        sqlite_with_rowid=False,
    )
    op.create_index("device_note_by_device", "device_note", ["device_id", "entry"])
    op.create_index("outbox_by_next", "outbox", ["state", "next_at"])
    op.create_index("outbox_by_case", "outbox", ["case_id", "caused_at"])
    op.create_index("outbox_by_fitting", "outbox", ["fitting_id", "template"])
    for statement in CONSTRAINTS:
        op.execute(statement)
