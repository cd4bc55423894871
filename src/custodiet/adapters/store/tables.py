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

from custodiet.adapters.store.columns import ref
from custodiet.adapters.store.types import Code, Day, Json, Millis, UtcMs
from custodiet.model.alert import AlertMove, AlertState, Excuse, StatementKind
from custodiet.model.case import TaskKind
from custodiet.model.condition import ConditionKind, Schedule
from custodiet.model.decision import Authority, State
from custodiet.model.finding import DeviceWatch, Matter, Seen, Watch, Weight, Why
from custodiet.model.instruction import What
from custodiet.model.judging import Judging
from custodiet.model.mode import Category, Kind, ModeCode
from custodiet.model.scheme import Force, Regime
from custodiet.model.staff import Function, RoleState
from custodiet.model.word import Said

metadata = MetaData()


def _id(name: str = "id") -> Column[str]:
    return Column(name, Text, primary_key=True)


def _text(name: str, *, null: bool = False) -> Column[str]:
    return Column(name, Text, nullable=null)


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

log = Table(
    "log",
    metadata,
    _id("origin"),
    _bytes("log_key"),
    _bytes("issue_key"),
    _int("opened"),
    _text("closed_origin", null=True),
    Column("closed_size", BigInteger),
    _bytes("closed_root", null=True),
    _text("kept_origin", null=True),
    Column("kept_size", BigInteger),
    _bytes("kept_root", null=True),
    Column("lost", BigInteger),
    _text("ordered_by", null=True),
    Column("assessed", Boolean, nullable=False, server_default="0"),
    Column("told", Boolean, nullable=False, server_default="0"),
    Column("tellable", Boolean, nullable=False, server_default="0"),
    Column("ordered", Boolean, nullable=False, server_default="0"),
)
scheme = Table(
    "scheme",
    metadata,
    _id(),
    _text("name"),
    _text("controller"),
    _at("starts_at"),
    _at("ends_at", null=True),
    _int("removal_hours"),
    Column("judging", Json(Judging), nullable=False),
    _int("version"),
)
scheme_purpose = Table(
    "scheme_purpose",
    metadata,
    ref("scheme_id", "scheme.id", key=True),
    _id("code"),
    _text("title"),
    Column("operational", Boolean, nullable=False),
)
scheme_power = Table(
    "scheme_power",
    metadata,
    ref("scheme_id", "scheme.id", key=True),
    _id("code"),
    _text("title"),
    _text("source"),
    Column("force", Code(Force), nullable=False),
    Column("regime", Code(Regime), nullable=False),
    Column("satisfied_from", Code(ModeCode)),
)
scheme_mode = Table(
    "scheme_mode",
    metadata,
    ref("scheme_id", "scheme.id", key=True),
    Column("mode", Code(ModeCode), primary_key=True),
)
retention_rule = Table(
    "retention_rule",
    metadata,
    ref("scheme_id", "scheme.id", key=True),
    Column("category", Code(Category), primary_key=True),
    _int("days"),
    _text("justification"),
)
person = Table(
    "person",
    metadata,
    _id(),
    _bytes("handle_key"),
    _bytes("name_sealed", null=True),
    _bytes("contact_sealed", null=True),
)
case_file = Table(
    "case_file",
    metadata,
    _id(),
    ref("scheme_id", "scheme.id"),
    ref("person_id", "person.id"),
    _text("reference"),
    _at("opened_at"),
    _int("version"),
)
device = Table("device", metadata, _id(), _text("serial"), _int("version"), _text("batch", null=True))
fitting = Table(
    "fitting",
    metadata,
    _id(),
    ref("device_id", "device.id"),
    ref("case_id", "case_file.id"),
    _text("strand"),
    _at("fitted_at"),
    _at("removed_at", null=True),
    _int("version"),
)
sender = Table("sender", metadata, _id(), ref("scheme_id", "scheme.id"), _text("label"))
sender_scope = Table("sender_scope", metadata, ref("sender_id", "sender.id", key=True), _id("serial"))
sender_scope_change = Table(
    "sender_scope_change",
    metadata,
    ref("sender_id", "sender.id", key=True),
    _id("serial"),
    Column("entry", BigInteger, ForeignKey("entry.idx", deferrable=True, initially="DEFERRED"), primary_key=True),
    Column("added", Boolean, nullable=False),
)
token = Table(
    "token",
    metadata,
    _id(),
    ref("sender_id", "sender.id"),
    _bytes("sha256"),
    _at("issued_at"),
    ref("fitting_id", "fitting.id", null=True),
    _at("ended_at", null=True),
    _int("version"),
)

# --- decisions --------------------------------------------------------------------------------------------------

decision = Table(
    "decision",
    metadata,
    _id(),
    ref("case_id", "case_file.id"),
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
    ref("follows", "decision.id", null=True),
    Column("late_max", Millis, nullable=False),
    Column("state", Code(State), nullable=False),
    _int("version"),
    Column("guidance", BigInteger),
)
decision_purpose = Table("decision_purpose", metadata, ref("decision_id", "decision.id", key=True), _id("purpose"))
suspension = Table(
    "suspension",
    metadata,
    ref("decision_id", "decision.id", key=True),
    Column("from_at", UtcMs, primary_key=True),
    _at("to_at", null=True),
)
condition = Table(
    "condition",
    metadata,
    _id(),
    ref("decision_id", "decision.id"),
    Column("kind", Code(ConditionKind), nullable=False),
    _bytes("geometry_sealed"),
    Column("schedule", Json(Schedule), nullable=False),
    _int("version"),
    ref("sealed_as", "condition.id", null=True),
)
retention_clock = Table(
    "retention_clock",
    metadata,
    ref("decision_id", "decision.id", key=True),
    Column("category", Code(Category), primary_key=True),
    _at("started_at"),
    _at("erase_due_at"),
)
task = Table(
    "task",
    metadata,
    _id(),
    Column("kind", Code(TaskKind), nullable=False),
    ref("case_id", "case_file.id"),
    ref("decision_id", "decision.id"),
    _at("raised_at"),
    _at("due_at"),
    _at("done_at", null=True),
    Column("overdue", Boolean, nullable=False),
)
instruction = Table(
    "instruction",
    metadata,
    _id(),
    ref("sender_id", "sender.id"),
    _text("serial"),
    Column("what", Code(What), nullable=False),
    ref("decision_id", "decision.id", null=True),
    _at("given_at"),
    _at("from_at"),
    _at("due_at"),
    _at("acknowledged_at", null=True),
    _text("acknowledged_by", null=True),
    _int("entry"),
)
absence = Table(
    "absence",
    metadata,
    ref("condition_id", "condition.id", key=True),
    Column("from_at", UtcMs, primary_key=True),
    _at("to_at"),
    _int("version"),
)

removal = Table(
    "removal",
    metadata,
    ref("fitting_id", "fitting.id", key=True),
    Column("from_at", UtcMs, primary_key=True),
    _at("to_at"),
    _int("version"),
)

# --- what was judged, and what people did about it --------------------------------------------------------------

ingest_detail = Table(
    "ingest_detail",
    metadata,
    Column("partition", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    _bytes("salt"),
    _bytes("body"),
    ForeignKeyConstraint(["partition", "number"], ["ingest_record.partition", "ingest_record.number"]),
)
watch = Table(
    "watch",
    metadata,
    ref("condition_id", "condition.id", key=True),
    ref("fitting_id", "fitting.id", key=True),
    Column("judged", Json(Watch), nullable=False),
    _int("number"),
)
device_watch = Table(
    "device_watch",
    metadata,
    ref("fitting_id", "fitting.id", key=True),
    Column("judged", Json(DeviceWatch), nullable=False),
    _int("number"),
)
contact = Table(
    "contact",
    metadata,
    ref("fitting_id", "fitting.id", key=True),
    _at("contact_at"),
    _at("newest_fix_at", null=True),
    _int("number"),
)
word = Table(
    "word",
    metadata,
    ref("fitting_id", "fitting.id", key=True),
    Column("at", UtcMs, primary_key=True),
    Column("kind", Code(Kind), primary_key=True),
    Column("about", Text, primary_key=True),  # the condition, or nothing
    ref("decision_id", "decision.id"),
    Column("said", Code(Said), nullable=False),
    _int("number"),
)
sighting = Table(
    "sighting",
    metadata,
    ref("fitting_id", "fitting.id", key=True),
    Column("at", UtcMs, primary_key=True),
    ref("decision_id", "decision.id"),
    _int("number"),
)
after_stop = Table(
    "after_stop",
    metadata,
    Column("hour", UtcMs, primary_key=True),
    ref("sender_id", "sender.id", key=True),
    ref("fitting_id", "fitting.id", key=True),
    _int("reports"),
    _at("last_at", null=True),
)
alert = Table(
    "alert",
    metadata,
    _id(),
    ref("case_id", "case_file.id"),
    ref("decision_id", "decision.id"),
    ref("fitting_id", "fitting.id", null=True),
    ref("condition_id", "condition.id", null=True),
    Column("matter", Code(Matter), nullable=False),
    Column("weight", Code(Weight), nullable=False),
    _at("began_at"),
    _at("confirmed_at"),
    _at("raised_at"),
    Column("seen", Json(Seen), nullable=False),
    _at("ended_at", null=True),
    _at("weakened_at", null=True),
    Column("weakened_why", Code(Why)),
    Column("state", Code(AlertState), nullable=False),
    _at("state_at", null=True),
    _text("held_by", null=True),
    _at("enquiry_due_at", null=True),
    _text("decided_by", null=True),
    _int("version"),
    _at("suspended_until", null=True),
)
alert_step = Table(
    "alert_step",
    metadata,
    ref("alert_id", "alert.id", key=True),
    Column("entry", BigInteger, primary_key=True),
    Column("move", Code(AlertMove), nullable=False),
    Column("state", Code(AlertState), nullable=False),
    _text("acted_by"),
    _at("at"),
    _bytes("reasons_sealed"),
    _at("until_at", null=True),
)
alert_reply = Table(
    "alert_reply",
    metadata,
    ref("alert_id", "alert.id", key=True),
    Column("at", UtcMs, primary_key=True),
    Column("excuse", Code(Excuse), nullable=False),
    _bytes("text_sealed"),
    _text("recorded_by"),
)
statement = Table(
    "statement",
    metadata,
    _id(),
    ref("case_id", "case_file.id"),
    Column("kind", Code(StatementKind), nullable=False),
    _at("since_at"),
    _at("stated_at"),
    _text("stated_by"),
    _bytes("reasons_sealed"),
)

# --- what the passing of time found -----------------------------------------------------------------------------

review_warning = Table(
    "review_warning",
    metadata,
    ref("decision_id", "decision.id", key=True),
    Column("days", BigInteger, primary_key=True),
)
silence = Table(
    "silence",
    metadata,
    ref("fitting_id", "fitting.id", key=True),
    Column("since_at", UtcMs, primary_key=True),
    Column("suspends", Boolean, primary_key=True),
)
outage = Table("outage", metadata, Column("from_at", UtcMs, primary_key=True), _at("to_at"))
pulse = Table(
    "pulse",
    metadata,
    _id("name"),
    _at("first_at"),
    _at("at"),
    _at("missed_from", null=True),
    _at("missed_to", null=True),
)

# --- keys, sessions, frames, counts -----------------------------------------------------------------------------

record_key = Table(
    "record_key", metadata, ref("person_id", "person.id", key=True), _bytes("public"), _bytes("signature")
)
day_key = Table(
    "day_key",
    metadata,
    ref("person_id", "person.id", key=True),
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
    ref("person_id", "person.id"),
    ref("case_id", "case_file.id"),
    ref("decision_id", "decision.id"),
    ref("fitting_id", "fitting.id"),
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

# --- staff ------------------------------------------------------------------------------------------------------

role = Table(
    "role",
    metadata,
    _id(),
    _text("actor"),
    Column("function", Code(Function), nullable=False),
    ref("scheme_id", "scheme.id", null=True),
    _text("proposed_by"),
    _at("proposed_at"),
    _at("from_at"),
    _at("to_at", null=True),
    Column("state", Code(RoleState), nullable=False),
    _text("approved_by", null=True),
    _at("joined_at", null=True),
    _at("ended_at", null=True),
    Column("first", Boolean, nullable=False),
)
assignment = Table(
    "assignment",
    metadata,
    ref("case_id", "case_file.id", key=True),
    _id("actor"),
    Column("entry", BigInteger, primary_key=True),
    _at("from_at"),
    _text("given_by"),
    _at("ended_at", null=True),
)
cover = Table(
    "cover",
    metadata,
    ref("case_id", "case_file.id", key=True),
    _id("actor"),
    Column("entry", BigInteger, primary_key=True),
    _at("from_at"),
    _at("to_at"),
    _text("given_by"),
)
conflict_of_interest = Table(
    "conflict_of_interest",
    metadata,
    ref("case_id", "case_file.id", key=True),
    _id("actor"),
    _at("declared_at"),
    _text("declared_by"),
)
case_record_given = Table(
    "case_record_given",
    metadata,
    ref("case_id", "case_file.id", key=True),
    _id("given_to"),
    _id("sign_in"),
    _int("entry"),
)

Index("role_by_actor", role.c.actor)
Index("role_by_function", role.c.function)
Index("assignment_by_actor", assignment.c.actor)
Index("cover_by_actor", cover.c.actor)
Index("case_by_reference", case_file.c.scheme_id, case_file.c.reference, unique=True)
Index("case_by_reference_alone", case_file.c.reference, case_file.c.id)
Index("conflict_by_actor", conflict_of_interest.c.actor)
Index("device_by_serial", device.c.serial, unique=True)
Index("token_by_hash", token.c.sha256, unique=True)
Index("token_by_fitting", token.c.fitting_id)
Index("token_by_sender", token.c.sender_id)
Index("sender_scope_by_serial", sender_scope.c.serial)
Index("sender_scope_change_by_serial", sender_scope_change.c.serial)
Index("fitting_by_device", fitting.c.device_id)
Index("fitting_by_strand", fitting.c.case_id, fitting.c.strand)
Index("decision_by_strand", decision.c.case_id, decision.c.strand)
Index("decision_by_until", decision.c.state, decision.c.until_at)
Index("decision_by_case", decision.c.case_id, decision.c.state)
Index("decision_by_mode", decision.c.mode, decision.c.state, decision.c.until_at)
Index("case_by_person", case_file.c.person_id)
Index("fitting_by_removal", fitting.c.removed_at)
Index("word_by_at", word.c.at)
Index("word_by_decision", word.c.decision_id, word.c.about, word.c.at)
Index("alert_by_end", alert.c.ended_at)
Index("condition_by_decision", condition.c.decision_id)
Index("condition_by_kind", condition.c.kind)
Index("day_key_by_day", day_key.c.day, day_key.c.destroyed_at)
Index("session_by_person", session.c.person_id)
Index("session_by_decision", session.c.decision_id, session.c.category, session.c.day)
Index("session_by_fitting", session.c.fitting_id)
Index("session_by_id", session.c.id, unique=True)
Index("frame_by_number", frame.c.partition, frame.c.number, unique=True)
Index("frame_by_last", frame.c.last_ms)
Index("removed_by_entry", removed_fix.c.entry)
Index("decision_by_follows", decision.c.follows)
Index("task_by_due", task.c.done_at, task.c.due_at)
Index("task_by_case", task.c.case_id)
Index("task_by_decision", task.c.decision_id)
Index("instruction_by_serial", instruction.c.serial, instruction.c.sender_id)
Index("instruction_by_due", instruction.c.acknowledged_at, instruction.c.due_at)
Index("after_stop_by_fitting", after_stop.c.fitting_id)
Index("alert_by_state", alert.c.state, alert.c.raised_at)
Index("alert_by_case", alert.c.case_id, alert.c.raised_at)
Index("alert_by_decision", alert.c.decision_id)
Index("alert_by_fitting", alert.c.fitting_id)
Index("alert_by_condition", alert.c.condition_id)
Index("statement_by_case", statement.c.case_id)
Index("sighting_by_at", sighting.c.at)
for _judged in (watch, device_watch, word, sighting):
    Index(f"{_judged.name}_by_number", _judged.c.number)
for _standing in (scheme, case_file, device, fitting, token, decision, day_key, condition, absence, removal):
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
    sender_scope_change,
    token,
    decision,
    decision_purpose,
    suspension,
    condition,
    retention_clock,
    task,
    instruction,
    record_key,
    day_key,
    removed_fix,
    absence,
    removal,
    watch,
    device_watch,
    contact,
    word,
    sighting,
    after_stop,
    alert,
    alert_step,
    alert_reply,
    statement,
    review_warning,
    silence,
    outage,
    role,
    assignment,
    cover,
    conflict_of_interest,
    case_record_given,
    ingest_entered,
    refusals_entered,
    tally,
)
"""Tables that follow from records alone. The rest is the records themselves, or bound by an ingest record's root."""
