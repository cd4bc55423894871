"""Conditions and alerts: what was judged, what people did about it, what the passing of time found."""

import sqlalchemy as sa
from alembic import op

from custodiet.adapters.store.migrations.law import fixed, never, once, process, refuse, stands

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create everything."""
    _create_tables()
    for from_state, move, to_state in MOVES:
        row = sa.text("INSERT INTO alert_move VALUES (:a, :b, :c)").bindparams(a=from_state, b=move, c=to_state)
        op.execute(row)
    for statement in CONSTRAINTS:
        op.execute(statement)


MOVES = [
    ("raised", "claim", "claimed"),
    ("claimed", "release", "raised"),
    ("claimed", "triage", "triaged"),
    ("triaged", "release", "raised"),
    ("triaged", "clear", "cleared"),
    ("triaged", "suspect", "possible_breach"),
    ("possible_breach", "clear", "cleared"),
    ("possible_breach", "enquire", "enquiry"),
    ("enquiry", "excuse", "no_breach"),
    ("enquiry", "decide", "breach"),
    ("breach", "notify", "notified"),
    ("breach", "excuse", "no_breach"),
    ("notified", "excuse", "no_breach"),
]

_TOWARDS_A_BREACH = "('possible_breach', 'enquiry', 'breach', 'notified')"
_WITH_REASONS = "('clear', 'suspect', 'enquire', 'excuse', 'decide')"
_EXCUSES = "('not_so', 'health', 'authorised', 'emergency', 'device', 'other', 'none')"

_STANDING = (
    "absence",
    "removal",
    "statement",
    "alert_step",
    "alert_reply",
    "review_warning",
    "silence",
    "outage",
)
"""Rows that are written once and stand."""

CONSTRAINTS = [
    never("ingest_detail", "UPDATE"),
    once("ingest_detail", "partition", "number"),
    *(never(table, verb) for table in _STANDING for verb in ("UPDATE", "DELETE")),
    *(never("alert_move", verb) for verb in ("INSERT", "UPDATE", "DELETE")),
    once("absence", "condition_id", "from_at"),
    once("removal", "fitting_id", "from_at"),
    once("statement", "id"),
    once("alert_step", "alert_id", "entry"),
    once("alert_reply", "alert_id", "at"),
    once("review_warning", "decision_id", "days"),
    once("silence", "fitting_id", "since_at", "suspends"),
    once("outage", "from_at"),
    refuse(
        "absence_ends_after_it_began",
        "INSERT ON absence",
        "NEW.to_at <= NEW.from_at",
        "absence: it ends after it began",
    ),
    refuse(
        "removal_ends_after_it_began",
        "INSERT ON removal",
        "NEW.to_at <= NEW.from_at",
        "removal: it ends after it began",
    ),
    refuse(
        "outage_ends_after_it_began", "INSERT ON outage", "NEW.to_at <= NEW.from_at", "outage: it ends after it began"
    ),
    refuse(
        "statement_by_someone",
        "INSERT ON statement",
        f"{process('stated_by')} OR length(NEW.reasons_sealed) = 0 OR NEW.since_at > NEW.stated_at",
        "statement: a fact has its author, date and reasons",
    ),
    never("alert", "DELETE"),
    once("alert", "id"),
    fixed(
        "alert",
        "id",
        "case_id",
        "decision_id",
        "fitting_id",
        "condition_id",
        "matter",
        "weight",
        "began_at",
        "confirmed_at",
        "raised_at",
        "seen",
    ),
    stands("alert", "ended_at"),
    stands("alert", "weakened_why"),
    stands("alert", "decided_by"),
    refuse(
        "alert_starts_raised",
        "INSERT ON alert",
        "NEW.state <> 'raised' OR NEW.confirmed_at < NEW.began_at OR "
        "coalesce(NEW.decided_by, NEW.held_by, NEW.enquiry_due_at, NEW.weakened_at, NEW.weakened_why) IS NOT NULL",
        "alert: begins raised",
    ),
    refuse(
        "alert_moves",
        "UPDATE OF state ON alert",
        "NEW.state <> OLD.state AND NOT EXISTS (SELECT 1 FROM alert_move m "
        "WHERE m.from_state = OLD.state AND m.to_state = NEW.state)",
        "alert: no such move",
    ),
    refuse(
        "alert_moved_by_someone",
        "UPDATE OF state ON alert",
        "NEW.state <> OLD.state AND NOT EXISTS (SELECT 1 FROM alert_step s, alert_move m "
        "WHERE s.alert_id = NEW.id AND s.entry = NEW.version AND s.state = NEW.state "
        "AND m.move = s.move AND m.from_state = OLD.state AND m.to_state = NEW.state)",
        "alert: moved only by a step that someone took",
    ),
    refuse(
        "alert_enters_certain",
        "UPDATE OF state ON alert",
        f"NEW.state <> OLD.state AND NEW.state IN {_TOWARDS_A_BREACH} "
        "AND (NEW.weight <> 'adverse' OR NEW.weakened_why IS NOT NULL)",
        "alert: what is uncertain, disputed or tainted cannot enter",
    ),
    refuse(
        "alert_breach_decided_by_someone",
        "UPDATE OF state ON alert",
        "NEW.state <> OLD.state AND NEW.state = 'breach' AND NOT EXISTS (SELECT 1 FROM alert_step s "
        "WHERE s.alert_id = NEW.id AND s.entry = NEW.version AND s.move = 'decide' AND s.acted_by IS NEW.decided_by)",
        "alert: a breach is decided by a named person",
    ),
    refuse(
        "alert_breach_after_hearing",
        "UPDATE OF state ON alert",
        "NEW.state <> OLD.state AND NEW.state = 'breach' AND ("
        "EXISTS (SELECT 1 FROM alert_reply r WHERE r.alert_id = NEW.id AND r.excuse = 'not_so') OR NOT ("
        "EXISTS (SELECT 1 FROM alert_reply r WHERE r.alert_id = NEW.id AND r.excuse <> 'none') OR "
        "EXISTS (SELECT 1 FROM alert_step s "
        "WHERE s.alert_id = NEW.id AND s.entry = NEW.version AND s.at >= NEW.enquiry_due_at)))",
        "alert: the person is heard first",
    ),
    refuse(
        "alert_enquiry_due_stands",
        "UPDATE ON alert",
        "NEW.enquiry_due_at IS NOT OLD.enquiry_due_at AND NOT (NEW.state = 'enquiry' AND OLD.state <> 'enquiry' "
        "AND EXISTS (SELECT 1 FROM alert_step s WHERE s.alert_id = NEW.id AND s.entry = NEW.version "
        "AND s.at < NEW.enquiry_due_at))",
        "alert: the time to answer stands",
    ),
    refuse(
        "alert_held_by_whoever_claimed_it",
        "UPDATE ON alert",
        "NEW.held_by IS NOT OLD.held_by AND NOT EXISTS (SELECT 1 FROM alert_step s WHERE s.alert_id = NEW.id "
        "AND s.entry = NEW.version AND (s.move = 'claim' AND s.acted_by IS NEW.held_by "
        "OR s.move = 'release' AND NEW.held_by IS NULL))",
        "alert: held by whoever claimed it",
    ),
    refuse(
        "alert_decided_with_its_breach",
        "UPDATE ON alert",
        "NEW.decided_by IS NOT OLD.decided_by AND NOT (NEW.state = 'breach' AND OLD.state = 'enquiry')",
        "alert: decided with its breach",
    ),
    refuse(
        "alert_weakened_at_a_time",
        "UPDATE ON alert",
        "(NEW.weakened_at IS NULL) <> (NEW.weakened_why IS NULL)",
        "alert: weakened at a time, for a reason",
    ),
    stands("alert", "weakened_at"),
    refuse(
        "alert_step_by_someone",
        "INSERT ON alert_step",
        process("acted_by"),
        "alert_step: a process decides nothing",
    ),
    refuse(
        "alert_step_says_why",
        "INSERT ON alert_step",
        f"NEW.move IN {_WITH_REASONS} AND length(NEW.reasons_sealed) = 0",
        "alert_step: this needs reasons",
    ),
    refuse(
        "alert_reply_to_an_enquiry",
        "INSERT ON alert_reply",
        "ifnull((SELECT state FROM alert WHERE id = NEW.alert_id), '') NOT IN ('enquiry', 'breach', 'notified')",
        "alert_reply: there is no enquiry to reply to",
    ),
    refuse(
        "alert_reply_by_someone",
        "INSERT ON alert_reply",
        f"{process('recorded_by')} OR typeof(NEW.excuse) <> 'text' OR NEW.excuse NOT IN {_EXCUSES}",
        "alert_reply: recorded by a named person",
    ),
    refuse(
        "task_overdue_stands",
        "UPDATE ON task",
        "OLD.overdue = 1 AND NEW.overdue <> 1",
        "task: overdue stands",
    ),
]


def _create_tables() -> None:
    op.create_table(
        "ingest_detail",
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["partition", "number"], ["ingest_record.partition", "ingest_record.number"]),
        sa.PrimaryKeyConstraint("partition", "number"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "watch",
        sa.Column("condition_id", sa.Text(), nullable=False),
        sa.Column("fitting_id", sa.Text(), nullable=False),
        sa.Column("judged", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["condition_id"], ["condition.id"]),
        sa.ForeignKeyConstraint(["fitting_id"], ["fitting.id"]),
        sa.PrimaryKeyConstraint("condition_id", "fitting_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("watch_by_number", "watch", ["number"])
    op.create_table(
        "device_watch",
        sa.Column("fitting_id", sa.Text(), nullable=False),
        sa.Column("judged", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["fitting_id"], ["fitting.id"]),
        sa.PrimaryKeyConstraint("fitting_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("device_watch_by_number", "device_watch", ["number"])
    op.create_table(
        "contact",
        sa.Column("fitting_id", sa.Text(), nullable=False),
        sa.Column("contact_at", sa.BigInteger(), nullable=False),
        sa.Column("newest_fix_at", sa.BigInteger(), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["fitting_id"], ["fitting.id"]),
        sa.PrimaryKeyConstraint("fitting_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("contact_by_number", "contact", ["number"])
    op.create_table(
        "absence",
        sa.Column("condition_id", sa.Text(), nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=False),
        sa.Column("to_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["condition_id"], ["condition.id"]),
        sa.PrimaryKeyConstraint("condition_id", "from_at"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "removal",
        sa.Column("fitting_id", sa.Text(), nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=False),
        sa.Column("to_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["fitting_id"], ["fitting.id"]),
        sa.PrimaryKeyConstraint("fitting_id", "from_at"),
        sqlite_with_rowid=False,
    )
    op.create_index("removal_by_version", "removal", ["version"])
    op.create_index("absence_by_version", "absence", ["version"])
    op.create_index("condition_by_version", "condition", ["version"])
    op.create_index("scheme_by_version", "scheme", ["version"])
    op.create_table(
        "alert_move",
        sa.Column("from_state", sa.Text(), primary_key=True),
        sa.Column("move", sa.Text(), primary_key=True),
        sa.Column("to_state", sa.Text(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "alert",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("fitting_id", sa.Text(), nullable=True),
        sa.Column("condition_id", sa.Text(), nullable=True),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("weight", sa.Text(), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=False),
        sa.Column("raised_at", sa.BigInteger(), nullable=False),
        sa.Column("seen", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("weakened_at", sa.BigInteger(), nullable=True),
        sa.Column("weakened_why", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_at", sa.BigInteger(), nullable=True),
        sa.Column("held_by", sa.Text(), nullable=True),
        sa.Column("enquiry_due_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"]),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"]),
        sa.ForeignKeyConstraint(["fitting_id"], ["fitting.id"]),
        sa.ForeignKeyConstraint(["condition_id"], ["condition.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index("alert_by_state", "alert", ["state", "raised_at"])
    op.create_index("alert_by_decision", "alert", ["decision_id"])
    op.create_index("alert_by_fitting", "alert", ["fitting_id"])
    op.create_index("alert_by_condition", "alert", ["condition_id"])
    op.create_table(
        "alert_step",
        sa.Column("alert_id", sa.Text(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("move", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("acted_by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("reasons_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"]),
        sa.PrimaryKeyConstraint("alert_id", "entry"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "alert_reply",
        sa.Column("alert_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("excuse", sa.Text(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"]),
        sa.PrimaryKeyConstraint("alert_id", "at"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "statement",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("since_at", sa.BigInteger(), nullable=False),
        sa.Column("stated_at", sa.BigInteger(), nullable=False),
        sa.Column("stated_by", sa.Text(), nullable=False),
        sa.Column("reasons_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index("statement_by_case", "statement", ["case_id"])
    op.create_table(
        "review_warning",
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"]),
        sa.PrimaryKeyConstraint("decision_id", "days"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "silence",
        sa.Column("fitting_id", sa.Text(), nullable=False),
        sa.Column("since_at", sa.BigInteger(), nullable=False),
        sa.Column("suspends", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["fitting_id"], ["fitting.id"]),
        sa.PrimaryKeyConstraint("fitting_id", "since_at", "suspends"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "outage",
        sa.Column("from_at", sa.BigInteger(), nullable=False),
        sa.Column("to_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("from_at"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "pulse",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("missed_from", sa.BigInteger(), nullable=True),
        sa.Column("missed_to", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("name"),
        sqlite_with_rowid=False,
    )
