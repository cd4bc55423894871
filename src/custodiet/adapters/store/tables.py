"""The tables. Rows follow from ledger records by rules/tables.py; frames and sessions from ingest records.

`version` is the ledger index of the row's last change. Constraints that carry law are triggers and checks in the
migrations, tested by raw SQL: no overlap of decisions on a strand, only legal moves, an end never moves later,
entries and records never change, no session key where the mode keeps no trail, sealed bytes change only where a
removal is marked.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

from custodiet.adapters.store.types import Code, Day, Millis, UtcMs
from custodiet.model.case import ConditionKind, TaskKind
from custodiet.model.decision import Authority, State
from custodiet.model.mode import Category, ModeCode
from custodiet.model.scheme import Force, Regime

metadata = MetaData()


def _id(name: str = "id") -> Column[str]:
    return Column(name, Text, primary_key=True)


def _text(name: str, *, null: bool = False) -> Column[str]:
    return Column(name, Text, nullable=null)


def _ref(name: str, target: str, *, null: bool = False, key: bool = False) -> Column[str]:
    return Column(name, Text, ForeignKey(target), nullable=null, primary_key=key)


def _at(name: str, *, null: bool = False) -> Column[object]:
    return Column(name, UtcMs, nullable=null)


def _bytes(name: str, *, null: bool = False) -> Column[bytes]:
    return Column(name, LargeBinary, nullable=null)


def _int(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


# --- the ledger -------------------------------------------------------------------------------------------------

entry = Table("entry", metadata, Column("idx", Integer, primary_key=True), _bytes("body"), _bytes("leaf"))
record = Table("record", metadata, Column("idx", Integer, primary_key=True), _bytes("salt"), _bytes("body"))
ingest_record = Table(
    "ingest_record",
    metadata,
    Column("partition", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    _bytes("body"),
    _bytes("digest"),
)
lease = Table("lease", metadata, _id("name"), _int("fence"))

# --- schemes, people, devices -----------------------------------------------------------------------------------

log = Table("log", metadata, _id("origin"), _bytes("log_key"), _bytes("issue_key"), _int("opened"))
scheme = Table(
    "scheme",
    metadata,
    _id(),
    _text("name"),
    _text("controller"),
    _at("starts_at"),
    _at("ends_at", null=True),
    _int("removal_hours"),
    _int("version"),
)
scheme_purpose = Table(
    "scheme_purpose",
    metadata,
    _ref("scheme_id", "scheme.id", key=True),
    _id("code"),
    _text("title"),
    Column("operational", Boolean, nullable=False),
)
scheme_power = Table(
    "scheme_power",
    metadata,
    _ref("scheme_id", "scheme.id", key=True),
    _id("code"),
    _text("title"),
    _text("source"),
    Column("force", Code(Force), nullable=False),
    Column("regime", Code(Regime), nullable=False),
)
scheme_mode = Table(
    "scheme_mode",
    metadata,
    _ref("scheme_id", "scheme.id", key=True),
    Column("mode", Code(ModeCode), primary_key=True),
)
retention_rule = Table(
    "retention_rule",
    metadata,
    _ref("scheme_id", "scheme.id", key=True),
    Column("category", Code(Category), primary_key=True),
    _int("days"),
    _text("justification"),
)
person = Table("person", metadata, _id(), _bytes("handle_key"), _bytes("name_sealed", null=True))
case_file = Table(
    "case_file",
    metadata,
    _id(),
    _ref("scheme_id", "scheme.id"),
    _ref("person_id", "person.id"),
    _text("reference"),
    _at("opened_at"),
    _int("version"),
)
device = Table("device", metadata, _id(), _text("serial"), _int("version"))
fitting = Table(
    "fitting",
    metadata,
    _id(),
    _ref("device_id", "device.id"),
    _ref("case_id", "case_file.id"),
    _text("strand"),
    _at("fitted_at"),
    _at("removed_at", null=True),
    _int("version"),
)
sender = Table("sender", metadata, _id(), _ref("scheme_id", "scheme.id"), _text("label"))
sender_scope = Table("sender_scope", metadata, _ref("sender_id", "sender.id", key=True), _id("serial"))
token = Table(
    "token",
    metadata,
    _id(),
    _ref("sender_id", "sender.id"),
    _bytes("sha256"),
    _at("issued_at"),
    _ref("fitting_id", "fitting.id", null=True),
    _at("ended_at", null=True),
    _int("version"),
)

# --- decisions --------------------------------------------------------------------------------------------------

decision = Table(
    "decision",
    metadata,
    _id(),
    _ref("case_id", "case_file.id"),
    _text("strand"),
    Column("mode", Code(ModeCode), nullable=False),
    _text("power"),
    Column("authority", Code(Authority), nullable=False),
    _text("maker", null=True),
    _text("proposed_by"),
    _text("approved_by", null=True),
    _at("starts_at"),
    _at("review_due_at"),
    _at("ends_at", null=True),
    _at("ended_at", null=True),
    _at("until_at", null=True),
    _at("made_at", null=True),
    Column("made_entry", BigInteger),
    _ref("follows", "decision.id", null=True),
    Column("late_max", Millis, nullable=False),
    Column("state", Code(State), nullable=False),
    _int("version"),
)
decision_purpose = Table("decision_purpose", metadata, _ref("decision_id", "decision.id", key=True), _id("purpose"))
suspension = Table(
    "suspension",
    metadata,
    _ref("decision_id", "decision.id", key=True),
    Column("from_at", UtcMs, primary_key=True),
    _at("to_at", null=True),
)
condition = Table(
    "condition",
    metadata,
    _id(),
    _ref("decision_id", "decision.id"),
    Column("kind", Code(ConditionKind), nullable=False),
    _bytes("geometry_sealed"),
    _int("version"),
)
retention_clock = Table(
    "retention_clock",
    metadata,
    _ref("decision_id", "decision.id", key=True),
    Column("category", Code(Category), primary_key=True),
    _at("started_at"),
    _at("erase_due_at"),
)
task = Table(
    "task",
    metadata,
    _id(),
    Column("kind", Code(TaskKind), nullable=False),
    _ref("case_id", "case_file.id"),
    _ref("decision_id", "decision.id"),
    _at("raised_at"),
    _at("due_at"),
    _at("done_at", null=True),
)

# --- keys, sessions, frames, counts -----------------------------------------------------------------------------

record_key = Table(
    "record_key", metadata, _ref("person_id", "person.id", key=True), _bytes("public"), _bytes("signature")
)
day_key = Table(
    "day_key",
    metadata,
    _ref("person_id", "person.id", key=True),
    Column("category", Code(Category), primary_key=True),
    Column("day", Day, primary_key=True),
    _bytes("public"),
    _bytes("signature"),
    _at("destroyed_at", null=True),
    _int("version"),
)
session = Table(
    "session",
    metadata,
    Column("no", Integer, primary_key=True),
    _text("id"),
    _ref("person_id", "person.id"),
    _ref("case_id", "case_file.id"),
    _ref("decision_id", "decision.id"),
    _ref("fitting_id", "fitting.id"),
    Column("category", Code(Category), nullable=False),
    Column("day", Day, nullable=False),
    _text("monitor"),
    _bytes("sealed_key"),
    _bytes("commitment"),
    _int("partition"),
    _int("number"),
    ForeignKeyConstraint(["partition", "number"], ["ingest_record.partition", "ingest_record.number"]),
)
frame = Table(
    "frame",
    metadata,
    Column("seq", Integer, primary_key=True),
    _int("partition"),
    _int("number"),
    _int("first_ms"),
    _int("last_ms"),
    _bytes("directory"),
    _bytes("sealed"),
    ForeignKeyConstraint(["partition", "number"], ["ingest_record.partition", "ingest_record.number"]),
)
removed_fix = Table(
    "removed_fix",
    metadata,
    Column("partition", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    _bytes("digest"),
    _int("entry"),
)
ingest_entered = Table(
    "ingest_entered",
    metadata,
    Column("partition", Integer, primary_key=True),
    _int("number"),
    _bytes("digest"),
)
refusals_entered = Table(
    "refusals_entered",
    metadata,
    Column("hour", UtcMs, primary_key=True),
    _id("scheme_id"),
    _int("entry"),
)
tally = Table(
    "tally",
    metadata,
    Column("hour", UtcMs, primary_key=True),
    _id("scheme_id"),
    _id("outcome"),
    _id("reason"),
    _int("reports"),
)

Index("case_by_reference", case_file.c.scheme_id, case_file.c.reference, unique=True)
Index("device_by_serial", device.c.serial, unique=True)
Index("token_by_hash", token.c.sha256, unique=True)
Index("token_by_fitting", token.c.fitting_id)
Index("fitting_by_device", fitting.c.device_id)
Index("fitting_by_strand", fitting.c.case_id, fitting.c.strand)
Index("decision_by_strand", decision.c.case_id, decision.c.strand)
Index("decision_by_until", decision.c.state, decision.c.until_at)
Index("condition_by_decision", condition.c.decision_id)
Index("session_by_person", session.c.person_id)
Index("session_by_decision", session.c.decision_id)
Index("session_by_fitting", session.c.fitting_id)
Index("session_by_id", session.c.id, unique=True)
Index("frame_by_number", frame.c.partition, frame.c.number, unique=True)
Index("frame_by_last", frame.c.last_ms)
Index("removed_by_entry", removed_fix.c.entry)
Index("decision_by_follows", decision.c.follows)
Index("task_by_due", task.c.done_at, task.c.due_at)
for _standing in (case_file, device, fitting, token, decision, day_key):
    Index(f"{_standing.name}_by_version", _standing.c.version)

REPLAYED = (
    log,
    scheme,
    scheme_purpose,
    scheme_power,
    scheme_mode,
    retention_rule,
    person,
    case_file,
    device,
    fitting,
    sender,
    sender_scope,
    token,
    decision,
    decision_purpose,
    suspension,
    condition,
    retention_clock,
    task,
    record_key,
    day_key,
    removed_fix,
    ingest_entered,
    refusals_entered,
    tally,
)
"""Tables that follow from records alone. The rest is the records themselves, or bound by an ingest record's root."""
