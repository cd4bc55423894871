"""The gate's tables, and the constraints that carry law."""

import sqlalchemy as sa
from alembic import op

from custodiet.adapters.store.migrations.law import fixed, never, once, refuse, stands

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create everything."""
    _create_tables()
    op.create_table(
        "decision_move",
        sa.Column("from_state", sa.Text(), primary_key=True),
        sa.Column("to_state", sa.Text(), primary_key=True),
        sqlite_with_rowid=False,
    )
    for from_state, to_state in MOVES:
        op.execute(sa.text("INSERT INTO decision_move VALUES (:a, :b)").bindparams(a=from_state, b=to_state))
    for statement in CONSTRAINTS:
        op.execute(statement)


MOVES = [
    ("proposed", "made"),
    ("proposed", "refused"),
    ("made", "suspended"),
    ("made", "succeeded"),
    ("made", "lapsed"),
    ("made", "expired"),
    ("made", "withdrawn"),
    ("made", "annulled"),
    ("suspended", "made"),
    ("suspended", "lapsed"),
    ("suspended", "expired"),
    ("suspended", "withdrawn"),
    ("suspended", "annulled"),
    ("succeeded", "withdrawn"),
    ("succeeded", "annulled"),
    ("lapsed", "annulled"),
    ("expired", "annulled"),
    ("withdrawn", "annulled"),
]

_TRAIL_MODES = "('carried_trail', 'fitted_trail')"
_FOREVER = 9223372036854775807
_PIECE_BYTES = 71
"""Of one sealed fix, as wire/frame.py lays it; a migration does not move with the code, so the number stands here."""


_OVERLAP = f"""
NEW.state NOT IN ('proposed', 'refused') AND EXISTS (
  SELECT 1 FROM decision d
  WHERE d.case_id = NEW.case_id AND d.strand = NEW.strand AND d.id <> NEW.id
    AND d.state NOT IN ('proposed', 'refused')
    AND d.starts_at < ifnull(d.until_at, {_FOREVER}) AND NEW.starts_at < ifnull(NEW.until_at, {_FOREVER})
    AND d.starts_at < ifnull(NEW.until_at, {_FOREVER}) AND NEW.starts_at < ifnull(d.until_at, {_FOREVER}))
"""

_FITTING_OVERLAP = f"""
EXISTS (
  SELECT 1 FROM fitting f
  WHERE f.id <> NEW.id
    AND (f.device_id = NEW.device_id OR (f.case_id = NEW.case_id AND f.strand = NEW.strand))
    AND f.fitted_at < ifnull(NEW.removed_at, {_FOREVER}) AND NEW.fitted_at < ifnull(f.removed_at, {_FOREVER}))
"""

_NO_TRAIL_DAY = f"""
NOT EXISTS (
  SELECT 1 FROM decision d
  WHERE d.id = NEW.decision_id AND d.case_id = NEW.case_id AND d.state NOT IN ('proposed', 'refused')
    AND d.state <> 'annulled' AND NEW.day = date(NEW.day)
    AND (d.mode IN {_TRAIL_MODES} AND NEW.category = 'trail'
      OR d.mode = 'zone_on_arrival' AND NEW.category = 'evidence')
    AND d.starts_at < (strftime('%s', NEW.day) + 86400) * 1000
    AND strftime('%s', NEW.day) * 1000 < ifnull(d.until_at, {_FOREVER}))
"""

_NOT_OF_ONE = """
NOT EXISTS (
  SELECT 1 FROM decision d, case_file c, fitting f
  WHERE d.id = NEW.decision_id AND c.id = NEW.case_id AND f.id = NEW.fitting_id
    AND c.person_id = NEW.person_id AND f.case_id = c.id AND d.case_id = c.id AND f.strand = d.strand)
"""

_PIECE_NOW = f"substr(NEW.sealed, n * {_PIECE_BYTES} + 1, {_PIECE_BYTES})"
_PIECE_BEFORE = f"substr(OLD.sealed, n * {_PIECE_BYTES} + 1, {_PIECE_BYTES})"

_UNMARKED_CHANGE = f"""
NEW.seq <> OLD.seq OR NEW.partition <> OLD.partition OR NEW.number <> OLD.number
OR NEW.first_ms <> OLD.first_ms OR NEW.last_ms <> OLD.last_ms
OR NEW."directory" <> OLD."directory" OR length(NEW.sealed) <> length(OLD.sealed)
OR EXISTS (
  WITH RECURSIVE piece(n) AS (
    SELECT 0 UNION ALL SELECT n + 1 FROM piece WHERE (n + 1) * {_PIECE_BYTES} < length(OLD.sealed))
  SELECT 1 FROM piece
  WHERE {_PIECE_NOW} <> {_PIECE_BEFORE}
    AND NOT ({_PIECE_NOW} = zeroblob({_PIECE_BYTES})
      AND EXISTS (SELECT 1 FROM removed_fix r
        WHERE r.partition = OLD.partition AND r.number = OLD.number AND r.position = n)))
"""

_STANDING = (
    "log",
    "scheme",
    "scheme_purpose",
    "scheme_power",
    "scheme_mode",
    "retention_rule",
    "case_file",
    "device",
    "sender",
    "record_key",
    "condition",
)
"""Rows that are written once and stand."""

_WRONG_UNTIL = f"""
NEW.until_at IS NOT nullif(
  min(
    ifnull(NEW.ends_at, {_FOREVER}),
    ifnull(NEW.ended_at, {_FOREVER}),
    CASE NEW.authority WHEN 'officers' THEN NEW.review_due_at ELSE {_FOREVER} END),
  {_FOREVER})
"""

CONSTRAINTS = [
    never("entry", "UPDATE"),
    never("entry", "DELETE"),
    refuse(
        "entry_in_order",
        "INSERT ON entry",
        "NEW.idx <> ifnull((SELECT max(idx) FROM entry), -1) + 1",
        "entry: each at the next place",
    ),
    never("record", "UPDATE"),
    once("record", "idx"),
    never("ingest_record", "UPDATE"),
    never("ingest_record", "DELETE"),
    refuse(
        "ingest_record_in_order",
        "INSERT ON ingest_record",
        "NEW.number <> ifnull((SELECT max(number) FROM ingest_record WHERE partition = NEW.partition), -1) + 1",
        "ingest_record: each at the next place",
    ),
    never("decision_move", "INSERT"),
    never("decision_move", "UPDATE"),
    never("decision_move", "DELETE"),
    once("decision", "id"),
    refuse(
        "decision_follows_its_own",
        "INSERT ON decision",
        "NEW.follows IS NOT NULL AND NOT EXISTS (SELECT 1 FROM decision d "
        "WHERE d.id = NEW.follows AND d.case_id = NEW.case_id AND d.strand = NEW.strand)",
        "decision: it follows another of its case and strand",
    ),
    refuse("decision_until_insert", "INSERT ON decision", _WRONG_UNTIL, "decision: until is not what its dates say"),
    refuse("decision_until_update", "UPDATE ON decision", _WRONG_UNTIL, "decision: until is not what its dates say"),
    refuse(
        "decision_ended_stands",
        "UPDATE ON decision",
        f"OLD.ended_at IS NOT NULL AND ifnull(NEW.ended_at, {_FOREVER}) > OLD.ended_at",
        "decision: an end never moves later",
    ),
    stands("decision", "approved_by"),
    stands("decision", "made_at"),
    refuse(
        "decision_legal",
        "INSERT ON decision",
        "NEW.review_due_at <= NEW.starts_at OR ifnull(NEW.ends_at <= NEW.starts_at, 0) "
        f"OR NEW.late_max <= 0 OR NEW.late_max > {30 * 86_400_000} "
        "OR (NEW.authority = 'order') <> (NEW.maker NOT NULL)",
        "decision: its terms cannot stand together",
    ),
    refuse(
        "decision_ends_at_a_time",
        "UPDATE OF state ON decision",
        "NEW.state IN ('succeeded', 'lapsed', 'expired', 'withdrawn', 'annulled') AND NEW.ended_at IS NULL",
        "decision: an end has its time",
    ),
    refuse(
        "decision_purpose_closed",
        "INSERT ON decision_purpose",
        "(SELECT state FROM decision WHERE id = NEW.decision_id) IS NOT 'proposed'",
        "decision_purpose: closed once the decision was made or refused",
    ),
    never("decision_purpose", "UPDATE"),
    never("decision_purpose", "DELETE"),
    once("decision_purpose", "decision_id", "purpose"),
    never("suspension", "DELETE"),
    once("suspension", "decision_id", "from_at"),
    fixed("suspension", "decision_id", "from_at"),
    stands("suspension", "to_at"),
    refuse(
        "suspension_begins_before_it_ends",
        "INSERT ON suspension",
        "NEW.to_at < NEW.from_at",
        "suspension: it ends after it began",
    ),
    refuse(
        "suspension_ends_after_it_began",
        "UPDATE ON suspension",
        "NEW.to_at < NEW.from_at",
        "suspension: it ends after it began",
    ),
    never("retention_clock", "DELETE"),
    once("retention_clock", "decision_id", "category"),
    fixed("retention_clock", "decision_id", "category"),
    refuse(
        "retention_clock_never_longer",
        "UPDATE ON retention_clock",
        "NEW.erase_due_at > OLD.erase_due_at OR NEW.started_at > OLD.started_at",
        "retention_clock: never runs longer",
    ),
    never("task", "DELETE"),
    once("task", "id"),
    fixed("task", "id", "kind", "case_id", "decision_id", "raised_at", "due_at"),
    stands("task", "done_at"),
    never("fitting", "DELETE"),
    once("fitting", "id"),
    fixed("fitting", "id", "device_id", "case_id", "strand", "fitted_at"),
    stands("fitting", "removed_at"),
    refuse(
        "fitting_begins_before_it_ends",
        "INSERT ON fitting",
        "NEW.removed_at < NEW.fitted_at",
        "fitting: it ends after it began",
    ),
    refuse(
        "fitting_ends_after_it_began",
        "UPDATE ON fitting",
        "NEW.removed_at < NEW.fitted_at",
        "fitting: it ends after it began",
    ),
    never("token", "DELETE"),
    once("token", "id"),
    once("token", "sha256", name="hash_once"),
    fixed("token", "id", "sender_id", "sha256", "issued_at", "fitting_id"),
    never("sender_scope", "UPDATE"),
    never("sender_scope", "DELETE"),
    refuse(
        "sender_scope_closed",
        "INSERT ON sender_scope",
        "EXISTS (SELECT 1 FROM token WHERE sender_id = NEW.sender_id)",
        "sender_scope: closed once a token was issued",
    ),
    *(never(table, verb) for table in _STANDING for verb in ("UPDATE", "DELETE")),
    refuse("log_once", "INSERT ON log", "EXISTS (SELECT 1 FROM log)", "log: stands already"),
    once("scheme", "id"),
    *(
        refuse(
            f"{table}_closed",
            f"INSERT ON {table}",
            "EXISTS (SELECT 1 FROM case_file WHERE scheme_id = NEW.scheme_id)",
            f"{table}: closed once the scheme has a case",
        )
        for table in ("scheme_purpose", "scheme_power", "scheme_mode", "retention_rule")
    ),
    never("person", "DELETE"),
    once("person", "id"),
    fixed("person", "id", "handle_key"),
    once("case_file", "id"),
    once("case_file", "scheme_id", "reference", name="reference_once"),
    once("device", "id"),
    once("device", "serial", name="serial_once"),
    once("sender", "id"),
    once("record_key", "person_id"),
    never("day_key", "DELETE"),
    once("day_key", "person_id", "category", "day"),
    fixed("day_key", "person_id", "category", "day", "public", "signature"),
    stands("day_key", "destroyed_at"),
    once("condition", "id"),
    refuse(
        "condition_closed",
        "INSERT ON condition",
        "(SELECT state FROM decision WHERE id = NEW.decision_id) IS NOT 'proposed'",
        "condition: closed once the decision was made or refused",
    ),
    refuse("lease_grows", "UPDATE ON lease", "NEW.fence <= OLD.fence OR NEW.name <> OLD.name", "lease: it only grows"),
    never("lease", "DELETE"),
    once("lease", "name"),
    never("session", "DELETE"),
    once("session", "no"),
    once("session", "id", name="id_once"),
    never("frame", "DELETE"),
    once("frame", "seq"),
    once("frame", "partition", "number", name="number_once"),
    never("removed_fix", "UPDATE"),
    never("removed_fix", "DELETE"),
    once("removed_fix", "partition", "number", "position"),
    refuse("decision_overlap_insert", "INSERT ON decision", _OVERLAP, "decision: two at once on one strand"),
    refuse("decision_overlap_update", "UPDATE ON decision", _OVERLAP, "decision: two at once on one strand"),
    refuse(
        "decision_starts_proposed",
        "INSERT ON decision",
        "NEW.state <> 'proposed'",
        "decision: begins proposed",
    ),
    refuse(
        "decision_moves",
        "UPDATE OF state ON decision",
        "NEW.state <> OLD.state AND NOT EXISTS (SELECT 1 FROM decision_move m "
        "WHERE m.from_state = OLD.state AND m.to_state = NEW.state)",
        "decision: no such move",
    ),
    refuse(
        "decision_made_by_two",
        "UPDATE OF state ON decision",
        "NEW.state = 'made' AND OLD.state = 'proposed' "
        "AND (NEW.approved_by IS NULL OR NEW.made_at IS NULL OR NEW.starts_at < NEW.made_at)",
        "decision: made by a second person, never backwards in time",
    ),
    refuse(
        "decision_never_longer",
        "UPDATE OF until_at ON decision",
        f"ifnull(NEW.until_at, {_FOREVER}) > ifnull(OLD.until_at, {_FOREVER})",
        "decision: an end never moves later",
    ),
    refuse(
        "decision_terms_fixed",
        "UPDATE ON decision",
        "NEW.id <> OLD.id OR NEW.case_id <> OLD.case_id OR NEW.strand <> OLD.strand OR NEW.mode <> OLD.mode "
        "OR NEW.power <> OLD.power OR NEW.authority <> OLD.authority OR NEW.maker IS NOT OLD.maker "
        "OR NEW.proposed_by <> OLD.proposed_by OR NEW.starts_at <> OLD.starts_at "
        "OR NEW.review_due_at <> OLD.review_due_at OR NEW.ends_at IS NOT OLD.ends_at "
        "OR NEW.late_max <> OLD.late_max OR NEW.follows IS NOT OLD.follows",
        "decision: its terms are fixed",
    ),
    never("decision", "DELETE"),
    refuse("fitting_overlap_insert", "INSERT ON fitting", _FITTING_OVERLAP, "fitting: two at once"),
    refuse("fitting_overlap_update", "UPDATE ON fitting", _FITTING_OVERLAP, "fitting: two at once"),
    refuse(
        "token_end_stands",
        "UPDATE ON token",
        "OLD.ended_at IS NOT NULL AND NEW.ended_at IS NOT OLD.ended_at",
        "token: an end stands",
    ),
    refuse("session_needs_trail", "INSERT ON session", _NO_TRAIL_DAY, "session: not authorised that day"),
    refuse("session_of_one_person", "INSERT ON session", _NOT_OF_ONE, "session: not of one person, case and fitting"),
    never("session", "UPDATE"),
    refuse(
        "frame_sealed_stands",
        "UPDATE ON frame",
        _UNMARKED_CHANGE,
        "frame: sealed bytes change only where a removal is marked",
    ),
]


def _create_tables() -> None:
    op.create_table(
        "device",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index("device_by_serial", "device", ["serial"], unique=True)
    op.create_index("device_by_version", "device", ["version"], unique=False)
    op.create_table(
        "entry",
        sa.Column("idx", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("idx"),
    )
    op.create_table(
        "ingest_record",
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("partition", "number"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "frame",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("partition", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("first_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_ms", sa.BigInteger(), nullable=False),
        sa.Column("directory", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["partition", "number"], ["ingest_record.partition", "ingest_record.number"]),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("frame_by_last", "frame", ["last_ms"], unique=False)
    op.create_index("frame_by_number", "frame", ["partition", "number"], unique=True)
    op.create_table(
        "lease",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "log",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("log_key", sa.LargeBinary(), nullable=False),
        sa.Column("issue_key", sa.LargeBinary(), nullable=False),
        sa.Column("opened", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("origin"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("handle_key", sa.LargeBinary(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "record",
        sa.Column("idx", sa.Integer(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("idx"),
    )
    op.create_table(
        "removed_fix",
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("partition", "number", "position"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "scheme",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("controller", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.Column("removal_hours", sa.BigInteger(), nullable=False),
        sa.Column("judging", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ingest_entered",
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("partition"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "refusals_entered",
        sa.Column("hour", sa.BigInteger(), nullable=False),
        sa.Column("scheme_id", sa.Text(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hour", "scheme_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tally",
        sa.Column("hour", sa.BigInteger(), nullable=False),
        sa.Column("scheme_id", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reports", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hour", "scheme_id", "outcome", "reason"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "case_file",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("scheme_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["scheme_id"],
            ["scheme.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index("case_by_reference", "case_file", ["scheme_id", "reference"], unique=True)
    op.create_index("case_file_by_version", "case_file", ["version"], unique=False)
    op.create_table(
        "day_key",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("destroyed_at", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("person_id", "category", "day"),
        sqlite_with_rowid=False,
    )
    op.create_index("day_key_by_version", "day_key", ["version"], unique=False)
    op.create_table(
        "record_key",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("person_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "retention_rule",
        sa.Column("scheme_id", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.Column("justification", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["scheme_id"],
            ["scheme.id"],
        ),
        sa.PrimaryKeyConstraint("scheme_id", "category"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "scheme_mode",
        sa.Column("scheme_id", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["scheme_id"],
            ["scheme.id"],
        ),
        sa.PrimaryKeyConstraint("scheme_id", "mode"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "scheme_power",
        sa.Column("scheme_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("force", sa.Text(), nullable=False),
        sa.Column("regime", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["scheme_id"],
            ["scheme.id"],
        ),
        sa.PrimaryKeyConstraint("scheme_id", "code"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "scheme_purpose",
        sa.Column("scheme_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("operational", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["scheme_id"],
            ["scheme.id"],
        ),
        sa.PrimaryKeyConstraint("scheme_id", "code"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sender",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("scheme_id", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["scheme_id"],
            ["scheme.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("strand", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("power", sa.Text(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("maker", sa.Text(), nullable=True),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("review_due_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("until_at", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=True),
        sa.Column("made_entry", sa.BigInteger(), nullable=True),
        sa.Column("follows", sa.Text(), nullable=True),
        sa.Column("late_max", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("approved_by IS NULL OR approved_by <> proposed_by", name="nobody_approves_their_own"),
        sa.CheckConstraint("(authority = 'order') = (maker IS NOT NULL)", name="an_order_names_its_maker"),
        sa.CheckConstraint("review_due_at > starts_at", name="review_after_start"),
        sa.CheckConstraint(
            "authority = 'order' OR (until_at IS NOT NULL AND until_at <= review_due_at)",
            name="no_review_no_force",
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case_file.id"],
        ),
        sa.ForeignKeyConstraint(
            ["follows"],
            ["decision.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index("decision_by_strand", "decision", ["case_id", "strand"], unique=False)
    op.create_index("decision_by_follows", "decision", ["follows"], unique=False)
    op.create_index("decision_by_until", "decision", ["state", "until_at"], unique=False)
    op.create_index("decision_by_version", "decision", ["version"], unique=False)
    op.create_table(
        "fitting",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("strand", sa.Text(), nullable=False),
        sa.Column("fitted_at", sa.BigInteger(), nullable=False),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case_file.id"],
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index("fitting_by_device", "fitting", ["device_id"], unique=False)
    op.create_index("fitting_by_strand", "fitting", ["case_id", "strand"], unique=False)
    op.create_index("fitting_by_version", "fitting", ["version"], unique=False)
    op.create_table(
        "sender_scope",
        sa.Column("sender_id", sa.Text(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sender_id"],
            ["sender.id"],
        ),
        sa.PrimaryKeyConstraint("sender_id", "serial"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "condition",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("geometry_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("schedule", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["decision.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index("condition_by_decision", "condition", ["decision_id"], unique=False)
    op.create_table(
        "decision_purpose",
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["decision.id"],
        ),
        sa.PrimaryKeyConstraint("decision_id", "purpose"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "retention_clock",
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("erase_due_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["decision.id"],
        ),
        sa.PrimaryKeyConstraint("decision_id", "category"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "session",
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("fitting_id", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("monitor", sa.Text(), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.Column("partition", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case_file.id"],
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["decision.id"],
        ),
        sa.ForeignKeyConstraint(
            ["fitting_id"],
            ["fitting.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(["partition", "number"], ["ingest_record.partition", "ingest_record.number"]),
        sa.PrimaryKeyConstraint("no"),
    )
    op.create_index("session_by_id", "session", ["id"], unique=True)
    op.create_index("session_by_person", "session", ["person_id"], unique=False)
    op.create_index("session_by_decision", "session", ["decision_id"], unique=False)
    op.create_index("session_by_fitting", "session", ["fitting_id"], unique=False)
    op.create_table(
        "suspension",
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=False),
        sa.Column("to_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["decision.id"],
        ),
        sa.PrimaryKeyConstraint("decision_id", "from_at"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "task",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("overdue", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case_file.id"],
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["decision.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index("removed_by_entry", "removed_fix", ["entry"], unique=False)
    op.create_index("task_by_due", "task", ["done_at", "due_at"], unique=False)
    op.create_table(
        "token",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("sender_id", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("fitting_id", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["fitting_id"],
            ["fitting.id"],
        ),
        sa.ForeignKeyConstraint(
            ["sender_id"],
            ["sender.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index("token_by_fitting", "token", ["fitting_id"], unique=False)
    op.create_index("token_by_hash", "token", ["sha256"], unique=True)
    op.create_index("token_by_version", "token", ["version"], unique=False)
