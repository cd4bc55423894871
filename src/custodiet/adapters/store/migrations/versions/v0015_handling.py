"""Alerts set aside until a time, and no longer than their urgency allows; files attached to what people said."""

import sqlalchemy as sa
from alembic import op

from custodiet.adapters.store.migrations.law import never, once, process, refuse

revision = "0015"
down_revision = "0014"

MOVES = [("claimed", "suspend", "raised"), ("triaged", "suspend", "raised")]
_HOUR_MS = 60 * 60 * 1000
# By urgency, as rules/alerts.py has it, and counted from the first time.
_MOST = f"""
ifnull((SELECT min(at) FROM alert_step WHERE alert_id = NEW.alert_id AND move = 'suspend'), NEW.at) +
(SELECT CASE WHEN matter = 'help' THEN 0
             WHEN weight = 'adverse' AND weakened_why IS NULL THEN {4 * _HOUR_MS}
             WHEN weight = 'service' THEN {7 * 24 * _HOUR_MS}
             ELSE {24 * _HOUR_MS} END FROM alert WHERE id = NEW.alert_id)
"""

CONSTRAINTS = [
    never("alert_move", "INSERT"),
    refuse(
        "alert_held_by_whoever_claimed_it",
        "UPDATE ON alert",
        "NEW.held_by IS NOT OLD.held_by AND NOT EXISTS (SELECT 1 FROM alert_step s WHERE s.alert_id = NEW.id "
        "AND s.entry = NEW.version AND (s.move = 'claim' AND s.acted_by IS NEW.held_by "
        "OR s.move IN ('release', 'suspend') AND NEW.held_by IS NULL))",
        "alert: held by whoever claimed it",
    ),
    refuse(
        "alert_begins_in_the_queue",
        "INSERT ON alert",
        "NEW.suspended_until IS NOT NULL",
        "alert: begins in the queue",
    ),
    refuse(
        "alert_set_aside_by_a_step",
        "UPDATE ON alert",
        "NEW.suspended_until IS NOT OLD.suspended_until AND NOT EXISTS (SELECT 1 FROM alert_step s "
        "WHERE s.alert_id = NEW.id AND s.entry = NEW.version AND (s.move = 'suspend' "
        "AND s.until_at IS NEW.suspended_until OR s.move = 'claim' AND NEW.suspended_until IS NULL))",
        "alert: set aside by a step that someone took",
    ),
    refuse(
        "alert_step_sets_aside_for_a_time",
        "INSERT ON alert_step",
        "(NEW.move = 'suspend') <> (NEW.until_at IS NOT NULL) OR NEW.move = 'suspend' AND "
        f"(length(NEW.reasons_sealed) = 0 OR NEW.until_at <= NEW.at OR NEW.until_at > {_MOST})",
        "alert_step: set aside until a time, for a reason, and no longer than its urgency allows",
    ),
    never("attachment", "UPDATE"),
    never("attachment", "DELETE"),
    once("attachment", "id"),
    refuse("attachment_by_someone", "INSERT ON attachment", process("by"), "attachment: by a named person"),
    refuse(
        "attachment_to_what_was_said",
        "INSERT ON attachment",
        "length(NEW.label_sealed) = 0 OR NOT CASE NEW.about "
        "WHEN 'representation' THEN EXISTS (SELECT 1 FROM representation WHERE id = NEW.thing "
        "AND case_id = NEW.case_id) "
        "WHEN 'alert' THEN EXISTS (SELECT 1 FROM alert WHERE id = NEW.thing AND case_id = NEW.case_id "
        "AND state IN ('enquiry', 'breach', 'notified')) ELSE 0 END",
        "attachment: to a representation, or to an enquiry, of the same case",
    ),
    refuse(
        "attachment_ten_at_most",
        "INSERT ON attachment",
        "(SELECT count(*) FROM attachment WHERE about = NEW.about AND thing = NEW.thing) >= 10",
        "attachment: ten at most",
    ),
]


def upgrade() -> None:
    """Add the columns, the moves and the law."""
    op.add_column("alert", sa.Column("suspended_until", sa.BigInteger(), nullable=True))
    op.add_column("alert_step", sa.Column("until_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "attachment",
        sa.Column("id", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("case_id", "about", "thing")),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("label_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index("attachment_by_case", "attachment", ["case_id", "entry"])
    op.execute("DROP TRIGGER alert_move_never_insert")
    op.execute("DROP TRIGGER alert_held_by_whoever_claimed_it")
    for from_state, move, to_state in MOVES:
        row = sa.text("INSERT INTO alert_move VALUES (:a, :b, :c)").bindparams(a=from_state, b=move, c=to_state)
        op.execute(row)
    for statement in CONSTRAINTS:
        op.execute(statement)
