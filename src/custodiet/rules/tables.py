"""What a record writes: `apply(record, index)` gives the row changes, and nothing else decides a row.

Pure, so that a replay of the ledger into an empty store must give the same rows. `index`
is the record's place in the ledger; rows that the gate's picture is made of carry it as `version`, so that a
reader asks only for what changed.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import singledispatch
from typing import Any

from custodiet.model.account_record import AccountClosed, AccountOpened, SessionsEnded
from custodiet.model.alert import AlertMove, AlertState, Excuse
from custodiet.model.attachment import AttachmentKept
from custodiet.model.case import RetentionClock, TaskKind
from custodiet.model.change import Add, Insert, Put, PutMany, RowChange, Update
from custodiet.model.contact_record import ContactTried
from custodiet.model.decision import State
from custodiet.model.desk_record import DeviceNoted, InspectionDue
from custodiet.model.finding import Raised, Why
from custodiet.model.identity import AlertId, DecisionId, FittingId, TokenId
from custodiet.model.instruction import Instruction
from custodiet.model.place_record import PlaceAdded, PlacesLoaded
from custodiet.model.record import (
    AbsenceAuthorised,
    AfterStop,
    AlertEnded,
    AlertMoved,
    AlertRaised,
    AlertWeakened,
    CaseAssigned,
    CaseImported,
    CaseListGiven,
    CaseOpened,
    CaseRecordGiven,
    ConditionSet,
    ConflictDeclared,
    Contact,
    CopyGiven,
    CoverGiven,
    DecisionEnded,
    DecisionMade,
    DecisionProposed,
    DecisionRefused,
    DecisionResumed,
    DecisionSuspended,
    DestroyedDay,
    DeviceRegistered,
    FittingEnded,
    FittingMade,
    HeardTogether,
    IngestDetail,
    Ingested,
    IngestEntered,
    InstructionAcknowledged,
    KeysDestroyed,
    KeysIssued,
    LogOpened,
    LogReopened,
    OpeningsRecovered,
    OutageFound,
    PersonNamed,
    Record,
    RefusalsCounted,
    RemovalBooked,
    ReplyRecorded,
    ReviewWarned,
    SchemeRegistered,
    SenderIssued,
    SenderRotated,
    SenderScoped,
    SilenceFound,
    StaffJoined,
    StaffLeft,
    StaffProposed,
    StaffReturned,
    StatementMade,
    TablesVerified,
    TaskDone,
    TasksOverdue,
    TokenEnded,
    ZonesReleased,
)
from custodiet.model.staff import RoleState
from custodiet.model.times import to_ms
from custodiet.rules import (
    disclosure_rows,
    erasing_rows,
    glass_rows,
    look_rows,
    misuse_rows,
    restricting_rows,
    training_rows,
    unmask_rows,
)
from custodiet.rules.assessing_tables import approved, refusal, rests_on
from custodiet.rules.erasing_rows import removed_rows
from custodiet.rules.message_rows import queued
from custodiet.rules.notice_tables import changes_of
from custodiet.rules.register_rows import RECORDS, register_changes
from custodiet.rules.row import new_task, row_of

Changes = tuple[RowChange, ...]


def apply(record: Record, index: int) -> Changes:
    """The row changes of one record at its place in the ledger."""
    return _changes(record, index)


def apply_ingested(record: Ingested, detail: IngestDetail) -> Changes:
    """The counts an ingest record adds and what was judged; its frame and sessions are bound by its root instead."""
    return _tallies(record) + _judged(detail, record.number)


def _judged(detail: IngestDetail, number: int) -> Changes:
    def put(table: str, noun: Any, *key: str) -> Put:
        return Put(table, {name: getattr(noun, name) for name in key}, {"judged": noun, "number": number})

    return (
        *(put("watch", one, "condition_id", "fitting_id") for one in detail.watches),
        *(put("device_watch", one, "fitting_id") for one in detail.device_watches),
        *(_alert(one, -1) for one in detail.raised),
        *(_over(one.alert_id, one.ended_at) for one in detail.ended),
        *(_weak(one.alert_id, one.at, one.why) for one in detail.weakened),
        *(new_task(task) for task in detail.tasks),
        *_contacts(detail.contacts, number),
        *(_heard(one, number) for one in detail.heard),
        *(
            Insert("word", {**row_of(one, "condition_id"), "about": one.condition_id or "", "number": number})
            for one in detail.words
        ),
        *(Insert("sighting", {**row_of(one), "number": number}) for one in detail.sightings),
        *(Add("after_stop", _after_stop(one), "reports", one.reports) for one in detail.after_stop),
        *(Update("after_stop", _after_stop(one), {"last_at": one.last_at}) for one in detail.after_stop),
        *(queued(one) for one in detail.messages),
    )


def _contacts(contacts: tuple[Contact, ...], number: int) -> Changes:
    if not contacts:
        return ()
    newest_ms = [None if one.newest_fix_at is None else to_ms(one.newest_fix_at) for one in contacts]
    fittings, at_ms = [one.fitting_id for one in contacts], [to_ms(one.contact_at) for one in contacts]
    return (_put_contacts(fittings, at_ms, newest_ms, number),)


def _heard(heard: HeardTogether, number: int) -> PutMany:
    at_ms = [to_ms(heard.contact_at)] * len(heard.fittings)
    return _put_contacts(heard.fittings, at_ms, heard.newest_fix_ms, number)


def _put_contacts(
    fittings: Sequence[FittingId], at_ms: Sequence[int], newest_ms: Sequence[int | None], number: int
) -> PutMany:
    """Together, since each by itself costs more than its row."""
    columns = ("contact_at", "newest_fix_at", "number")
    return PutMany("contact", ("fitting_id",), columns, (fittings, at_ms, newest_ms, [number] * len(fittings)))


def _after_stop(one: AfterStop) -> Mapping[str, Any]:
    hour = one.last_at.replace(minute=0, second=0, microsecond=0)
    return {"hour": hour, "sender_id": one.sender_id, "fitting_id": one.fitting_id}


def _alert(raised: Raised, index: int) -> Insert:
    """A new alert; `index` is -1 for one that an ingest record raised."""
    row = {**row_of(raised, "alert_id"), "id": raised.alert_id, "state": AlertState.RAISED, "version": index}
    nothing = ("ended_at", "weakened_at", "weakened_why", "state_at", "held_by", "enquiry_due_at", "decided_by")
    return Insert("alert", {**row, **dict.fromkeys(nothing)})


def _over(alert_id: AlertId, ended_at: datetime) -> Update:
    # Only one that still goes on: the clock may have ended it with its window.
    return Update("alert", {"id": alert_id, "ended_at": None}, {"ended_at": ended_at})


def _over_with(decision_id: DecisionId, ended_at: datetime) -> Update:
    """Nothing goes on under a decision that has ended or pauses."""
    return Update("alert", {"decision_id": decision_id, "ended_at": None}, {"ended_at": ended_at})


def _reviewed(decision_id: DecisionId, at: datetime) -> Update:
    """The task to review is done with the review, or moot with the ending."""
    return Update("task", {"decision_id": decision_id, "kind": TaskKind.REVIEW, "done_at": None}, {"done_at": at})


def _weak(alert_id: AlertId, at: datetime, why: Why) -> Update:
    return Update("alert", {"id": alert_id, "weakened_why": None}, {"weakened_at": at, "weakened_why": why})


def _told(instructions: tuple[Instruction, ...], index: int) -> Changes:
    return tuple(Insert("instruction", {**row_of(one), "entry": index}) for one in instructions)


def _tallies(record: Ingested) -> Changes:
    return tuple(
        Add(
            "tally",
            {
                "hour": tally.hour,
                "scheme_id": tally.scheme_id,
                "outcome": tally.outcome,
                "reason": tally.reason,
            },
            "reports",
            tally.reports,
        )
        for tally in record.tallies
    )


def _decision(decision_id: DecisionId, index: int, **values: Any) -> Update:
    return Update("decision", {"id": decision_id}, {**values, "version": index})


def _clocks(clocks: tuple[RetentionClock, ...]) -> Changes:
    return tuple(Insert("retention_clock", row_of(clock)) for clock in clocks)


def _ending(tokens: tuple[TokenId, ...], ended_at: datetime, index: int) -> Changes:
    return tuple(Update("token", {"id": one}, {"ended_at": ended_at, "version": index}) for one in tokens)


@singledispatch
def _changes(record: Record, index: int) -> Changes:
    return changes_of(record, index)


@_changes.register
def _(record: LogOpened, index: int) -> Changes:
    return (Insert("log", {**row_of(record), "opened": index}),)


@_changes.register
def _(record: LogReopened, index: int) -> Changes:
    heads = (("closed", record.closed), ("kept", record.kept))
    told = {f"{name}_{key}": value for name, head in heads for key, value in row_of(head).items()}
    return (Insert("log", {**row_of(record, "closed", "kept"), **told, "opened": index}),)


@_changes.register
def _(record: SchemeRegistered, index: int) -> Changes:
    scheme = record.scheme
    return (
        Insert("scheme", {**row_of(scheme, "purposes", "powers", "modes", "retention"), "version": index}),
        *(Insert("scheme_purpose", {"scheme_id": scheme.id, **row_of(one)}) for one in scheme.purposes),
        *(Insert("scheme_power", {"scheme_id": scheme.id, **row_of(one)}) for one in scheme.powers),
        *(Insert("scheme_mode", {"scheme_id": scheme.id, "mode": one}) for one in scheme.modes),
        *(Insert("retention_rule", {"scheme_id": scheme.id, **row_of(one)}) for one in scheme.retention),
    )


@_changes.register
def _(record: CaseOpened, index: int) -> Changes:
    return (
        Insert("person", {**row_of(record.person), "name_sealed": None, "contact_sealed": None}),
        Insert("case_file", {**row_of(record.case), "version": index}),
    )


@_changes.register
def _(record: PersonNamed, index: int) -> Changes:  # noqa: ARG001 - the place plays no part
    reached = {"contact_sealed": record.contact_sealed} if record.contact_sealed else {}
    return (Update("person", {"id": record.person_id}, {"name_sealed": record.name_sealed, **reached}),)


@_changes.register
def _(record: CaseImported, index: int) -> Changes:
    return (Insert("case_import", {**row_of(record.imported), "entry": index}),)


@_changes.register
def _(record: DeviceRegistered, index: int) -> Changes:
    return (Insert("device", {**row_of(record.device), "version": index}),)


@_changes.register
def _(record: FittingMade, index: int) -> Changes:
    return (
        Insert("fitting", {**row_of(record.fitting), "version": index}),
        *_told(record.instructions, index),
    )


@_changes.register
def _(record: DeviceNoted, index: int) -> Changes:
    cleared = (_weak(alert_id, record.note.at, Why.FAULTY_DEVICE) for alert_id in record.weakened)
    noted = Insert("device_note", {**row_of(record.note), "entry": index})
    return (noted, *cleared, *(new_task(task) for task in record.tasks))


@_changes.register
def _(record: InspectionDue, index: int) -> Changes:  # noqa: ARG001 - the place plays no part
    return tuple(new_task(task) for task in record.tasks)


@_changes.register
def _(record: FittingEnded, index: int) -> Changes:
    return (
        Update("fitting", {"id": record.fitting_id}, {"removed_at": record.removed_at, "version": index}),
        # Only those that still speak: an end that has come is never moved.
        Update(
            "token",
            {"fitting_id": record.fitting_id, "ended_at": None},
            {"ended_at": record.removed_at, "version": index},
        ),
        *_ending(record.tokens, record.removed_at, index),
        Update("alert", {"fitting_id": record.fitting_id, "ended_at": None}, {"ended_at": record.removed_at}),
        *_told(record.instructions, index),
        *removed_rows(record.removed, index),
    )


@_changes.register
def _(record: SenderIssued, index: int) -> Changes:
    sender = record.sender
    return (
        Insert("sender", row_of(sender, "scope")),
        *(Insert("sender_scope", {"sender_id": sender.id, "serial": serial}) for serial in sender.scope),
        Insert("token", {**row_of(record.token), "version": index}),
    )


@_changes.register
def _(record: SenderRotated, index: int) -> Changes:
    # The ends before the new token: the store lets two at most speak for a sender.
    return (
        *_ending(record.ending, record.ends_at, index),
        Insert("token", {**row_of(record.token), "version": index}),
    )


@_changes.register
def _(record: SenderScoped, index: int) -> Changes:
    def change(serial: str, *, added: bool) -> Insert:
        row = {"sender_id": record.sender_id, "serial": serial, "entry": index, "added": added}
        return Insert("sender_scope_change", row)

    return (
        # The new ones first: the store keeps a sender from having none.
        *(change(serial, added=True) for serial in record.added),
        *(change(serial, added=False) for serial in record.removed),
        # Its tokens bring its scope to the gate's picture.
        Update("token", {"sender_id": record.sender_id}, {"version": index}),
    )


@_changes.register
def _(record: TokenEnded, index: int) -> Changes:
    return _ending(record.token_ids, record.ended_at, index)


@_changes.register
def _(record: InstructionAcknowledged, index: int) -> Changes:  # noqa: ARG001 - the place plays no part
    values = {"acknowledged_at": record.at, "acknowledged_by": record.by}
    return (Update("instruction", {"id": record.instruction_id}, values),)


@_changes.register
def _(record: DecisionProposed, index: int) -> Changes:
    decision = record.decision
    row = row_of(decision, "purposes", "suspensions")
    return (
        Insert("decision", {**row, "until_at": decision.until, "made_entry": None, "version": index}),
        *(
            Insert("decision_purpose", {"decision_id": decision.id, "purpose": purpose})
            for purpose in decision.purposes
        ),
        *(() if record.rests_on is None else (rests_on(decision.id, record.rests_on),)),
    )


@_changes.register
def _(record: DecisionMade, index: int) -> Changes:
    made = _decision(
        record.decision_id,
        index,
        state=State.MADE,
        approved_by=record.approved_by,
        made_at=record.made_at,
        made_entry=index,
    )
    # The assessment before the decision: the store makes nothing that rests on one nobody has approved.
    assessed = approved(record.decision_id, record.approved_by, record.made_at)
    told = (*(new_task(task) for task in record.tasks), *_told(record.instructions, index))
    if record.succeeds is None:
        return (assessed, made, *told)
    earlier = record.succeeds
    # The earlier one first: while it reaches into the later one's interval, the store refuses the later one.
    ends = _decision(
        earlier.decision_id,
        index,
        state=State.SUCCEEDED,
        ended_at=earlier.ends_at,
        until_at=earlier.ends_at,
    )
    reviewed = _reviewed(earlier.decision_id, record.made_at)
    return (ends, assessed, made, *_clocks(earlier.clocks), reviewed, *told, *removed_rows(earlier.removed, index))


@_changes.register
def _(record: DecisionRefused, index: int) -> Changes:
    refused = _decision(record.decision_id, index, state=State.REFUSED)
    if record.at is None:
        return (refused,)
    return (refused, refusal(record.decision_id, "refused", record.at, record.by, offers=record.offers))


@_changes.register
def _(record: DecisionSuspended, index: int) -> Changes:
    pause = {"decision_id": record.decision_id, "from_at": record.from_at, "to_at": None}
    return (
        _decision(record.decision_id, index, state=State.SUSPENDED),
        Insert("suspension", pause),
        _over_with(record.decision_id, record.from_at),
        *(new_task(task) for task in record.tasks),
        *_told(record.instructions, index),
        *removed_rows(record.removed, index),
    )


@_changes.register
def _(record: DecisionResumed, index: int) -> Changes:
    key = {"decision_id": record.decision_id, "from_at": record.from_at}
    return (
        _decision(record.decision_id, index, state=State.MADE),
        Update("suspension", key, {"to_at": record.to_at}),
        *_told(record.instructions, index),
    )


@_changes.register
def _(record: DecisionEnded, index: int) -> Changes:
    return (
        # First who ended it: of an order the store asks for that.
        *(() if record.reason is None else (_reason(record, index),)),
        _decision(
            record.decision_id,
            index,
            state=record.state,
            ended_at=record.ended_at,
            until_at=record.ended_at,
        ),
        *_clocks(record.clocks),
        *(
            Update(
                "retention_clock",
                {"decision_id": clock.decision_id, "category": clock.category},
                {"started_at": clock.started_at, "erase_due_at": clock.erase_due_at},
            )
            for clock in record.restarted
        ),
        *(new_task(task) for task in record.tasks),
        *_told(record.instructions, index),
        _over_with(record.decision_id, record.ended_at),
        _reviewed(record.decision_id, record.ended_at),
        *(_weak(alert_id, record.ended_at, Why.ANNULLED) for alert_id in record.tainted),
        *removed_rows(record.removed, index),
        *(queued(one) for one in record.messages),
    )


def _reason(record: DecisionEnded, index: int) -> Insert:
    row = {"at": record.ended_at, "reason": record.reason, "ended_by": record.ended_by}
    return Insert("ending", {"decision_id": record.decision_id, "entry": index, **row})


@_changes.register
def _(record: ConditionSet, index: int) -> Changes:
    return (Insert("condition", {**row_of(record.condition), "version": index}),)


@_changes.register
def _(record: AbsenceAuthorised, index: int) -> Changes:
    absence = record.absence
    row = {"condition_id": absence.condition_id, **row_of(absence.during), "version": index}
    weak = (_weak(alert_id, absence.during.from_at, Why.ABSENCE) for alert_id in record.weakened)
    return (Insert("absence", row), *weak)


@_changes.register
def _(record: RemovalBooked, index: int) -> Changes:
    row = {"fitting_id": record.fitting_id, **row_of(record.during), "version": index}
    weak = (_weak(alert_id, record.during.from_at, Why.BOOKED) for alert_id in record.weakened)
    return (Insert("removal", row), *weak)


@_changes.register
def _(record: AlertRaised, index: int) -> Changes:
    return (_alert(record.raised, index),)


@_changes.register
def _(record: AlertEnded, index: int) -> Changes:  # noqa: ARG001 - the place plays no part
    return (_over(record.alert_id, record.ended_at),)


@_changes.register
def _(record: AlertWeakened, index: int) -> Changes:  # noqa: ARG001 - the place plays no part
    return (_weak(record.alert_id, record.at, record.why),)


@_changes.register
def _(record: AlertMoved, index: int) -> Changes:
    step = {
        "alert_id": record.alert_id,
        "entry": index,
        "move": record.move,
        "state": record.state,
        "acted_by": record.by,
        "at": record.at,
        "reasons_sealed": record.reasons_sealed,
        "until_at": record.until,
    }
    values: dict[str, Any] = {"state": record.state, "state_at": record.at, "version": index}
    if record.move in (AlertMove.CLAIM, AlertMove.RELEASE, AlertMove.SUSPEND):
        values["held_by"] = record.by if record.move is AlertMove.CLAIM else None
    if record.move in (AlertMove.CLAIM, AlertMove.SUSPEND):
        values["suspended_until"] = record.until
    if record.move is AlertMove.ENQUIRE:
        values["enquiry_due_at"] = record.enquiry_due_at
    if record.move is AlertMove.DECIDE:
        values["decided_by"] = record.by
    # The step before the alert: the store lets an alert move only where a step stands.
    return (Insert("alert_step", step), Update("alert", {"id": record.alert_id}, values))


@_changes.register
def _(record: ReplyRecorded, index: int) -> Changes:  # noqa: ARG001 - the place plays no part
    reply = Insert("alert_reply", row_of(record.reply))
    if record.reply.excuse is not Excuse.NOT_SO:
        return (reply,)
    return (reply, _weak(record.reply.alert_id, record.reply.at, Why.DISPUTED))


@_changes.register
def _(record: ContactTried, index: int) -> Changes:
    return (Insert("contact_tried", {**row_of(record, "case_id"), "entry": index}),)


@_changes.register
def _(record: PlaceAdded, index: int) -> Changes:
    return (Insert("own_place", {**row_of(record, "point_sealed"), "entry": index}),)


@_changes.register
def _(record: AttachmentKept, index: int) -> Changes:
    return (Insert("attachment", {**row_of(record.attachment, "sealed"), "entry": index}),)


@_changes.register
def _(record: StatementMade, index: int) -> Changes:  # noqa: ARG001 - the place plays no part
    return (Insert("statement", row_of(record.statement)),)


@_changes.register
def _(record: ReviewWarned, index: int) -> Changes:  # noqa: ARG001 - the place plays no part
    warning = {"decision_id": record.decision_id, "days": record.days}
    return (Insert("review_warning", warning), *(new_task(task) for task in record.tasks))


@_changes.register
def _(record: SilenceFound, index: int) -> Changes:  # noqa: ARG001 - the place plays no part
    silence = {"fitting_id": record.fitting_id, "since_at": record.since_at, "suspends": record.suspends}
    return (Insert("silence", silence), *(new_task(task) for task in record.tasks))


@_changes.register
def _(record: OutageFound, index: int) -> Changes:  # noqa: ARG001 - the place plays no part
    return (Insert("outage", row_of(record)),)


@_changes.register
def _(record: TasksOverdue, index: int) -> Changes:  # noqa: ARG001 - the place plays no part
    return tuple(Update("task", {"id": task_id}, {"overdue": True}) for task_id in record.task_ids)


@_changes.register
def _(record: TaskDone, index: int) -> Changes:  # noqa: ARG001 - the place plays no part
    return (Update("task", {"id": record.task_id}, {"done_at": record.done_at}),)


@_changes.register
def _(record: KeysIssued, index: int) -> Changes:
    return (
        *(Insert("record_key", row_of(key)) for key in record.record_keys),
        *(Insert("day_key", {**row_of(key), "destroyed_at": None, "version": index}) for key in record.day_keys),
    )


@_changes.register
def _(record: KeysDestroyed, index: int) -> Changes:
    return tuple(_destroyed(one, index) for one in record.days)


def _destroyed(one: DestroyedDay, index: int) -> RowChange:
    key = {"person_id": one.person_id, "category": one.category, "day": one.day}
    gone = {"destroyed_at": one.destroyed_at, "version": index}
    if one.issued:
        return Update("day_key", key, gone)
    # A day that no row speaks of: from now on one does, and a late report for it reads `erased`.
    return Insert("day_key", {**key, "public": b"", "signature": b"", **gone})


@_changes.register
def _(record: IngestEntered, index: int) -> Changes:  # noqa: ARG001 - the place plays no part
    values = {"number": record.number, "digest": record.digest}
    return (Put("ingest_entered", {"partition": record.partition}, values),)


@_changes.register
def _(record: RefusalsCounted, index: int) -> Changes:
    return (Insert("refusals_entered", {"hour": record.hour, "scheme_id": record.scheme_id, "entry": index}),)


@_changes.register
def _(record: StaffProposed, index: int) -> Changes:  # noqa: ARG001 - the place plays no part
    return (Insert("role", row_of(record.role)),)


@_changes.register
def _(record: StaffJoined, index: int) -> Changes:  # noqa: ARG001 - the place plays no part
    values = {"approved_by": record.approved_by, "joined_at": record.at, "first": record.first}
    return (Update("role", {"id": record.role_id}, {"state": RoleState.JOINED, **values}),)


@_changes.register
def _(record: StaffReturned, index: int) -> Changes:  # noqa: ARG001 - the place plays no part
    return (Update("role", {"id": record.role_id}, {"state": RoleState.RETURNED}),)


@_changes.register
def _(record: StaffLeft, index: int) -> Changes:  # noqa: ARG001 - the place plays no part
    return (Update("role", {"id": record.role_id}, {"state": RoleState.ENDED, "ended_at": record.at}),)


@_changes.register
def _(record: CaseAssigned, index: int) -> Changes:
    given = record.assignment
    ended = ({"case_id": given.case_id, "actor": actor, "ended_at": None} for actor in record.ended)
    return (
        *(Update("assignment", key, {"ended_at": given.from_at}) for key in ended),
        Insert("assignment", {**row_of(given), "entry": index}),
    )


@_changes.register
def _(record: CoverGiven, index: int) -> Changes:
    return (Insert("cover", {**row_of(record.cover), "entry": index}),)


@_changes.register
def _(record: ConflictDeclared, index: int) -> Changes:  # noqa: ARG001 - the place plays no part
    return (Insert("conflict_of_interest", row_of(record.conflict)),)


@_changes.register
def _(record: CaseRecordGiven, index: int) -> Changes:
    if not record.is_whole:
        return ()
    key = {"case_id": record.case_id, "given_to": record.by, "sign_in": record.sign_in}
    return (Put("case_record_given", key, {"entry": index}),)


@_changes.register(AccountOpened)
@_changes.register(AccountClosed)
@_changes.register(SessionsEnded)
@_changes.register(ZonesReleased)
@_changes.register(CaseListGiven)
@_changes.register(CopyGiven)
@_changes.register(TablesVerified)
@_changes.register(OpeningsRecovered)
@_changes.register(PlacesLoaded)
def _(record: Record, index: int) -> Changes:  # noqa: ARG001 - these stand in the ledger and nowhere else
    return ()


for _kind in RECORDS:
    _changes.register(_kind, register_changes)
for _kind in look_rows.RECORDS:
    _changes.register(_kind, look_rows.look_changes)
for _kind in disclosure_rows.RECORDS:
    _changes.register(_kind, disclosure_rows.disclosure_changes)
for _kind in training_rows.RECORDS:
    _changes.register(_kind, training_rows.training_changes)
for _kind in erasing_rows.RECORDS:
    _changes.register(_kind, erasing_rows.erasing_changes)
for _kind in unmask_rows.RECORDS:
    _changes.register(_kind, unmask_rows.unmask_changes)
for _kind in restricting_rows.RECORDS:
    _changes.register(_kind, restricting_rows.restricting_changes)
for _kind in glass_rows.RECORDS:
    _changes.register(_kind, glass_rows.glass_changes)
for _kind in misuse_rows.RECORDS:
    _changes.register(_kind, misuse_rows.misuse_changes)
