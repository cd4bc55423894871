"""Kinds of ledger entry, as one table. A tag is never reused and never renamed: the ledger outlives the code.

An entry holds no name, coordinate or free text: only its kind, time, keyed handles and the salted digest of
its record. The one that opens a log after a restore also says in the open what was closed, kept and lost.
"""

from dataclasses import dataclass
from enum import StrEnum

from custodiet.model.identity import ActorId, PersonId


class EntryKind(StrEnum):
    """subject.verb, in the past."""

    LOG_OPENED = "log.opened"
    LOG_REOPENED = "log.reopened"
    SCHEME_REGISTERED = "scheme.registered"
    CASE_OPENED = "case.opened"
    PERSON_NAMED = "person.named"
    CASE_IMPORTED = "case.imported"
    DEVICE_REGISTERED = "device.registered"
    FITTING_MADE = "fitting.made"
    FITTING_ENDED = "fitting.ended"
    SENDER_ISSUED = "sender.issued"
    SENDER_ROTATED = "sender.rotated"
    SENDER_SCOPED = "sender.scoped"
    TOKEN_ENDED = "token.ended"  # noqa: S105 - a kind of entry, not a secret
    INSTRUCTION_ACKNOWLEDGED = "instruction.acknowledged"
    DECISION_PROPOSED = "decision.proposed"
    DECISION_MADE = "decision.made"
    DECISION_REFUSED = "decision.refused"
    DECISION_SUSPENDED = "decision.suspended"
    DECISION_RESUMED = "decision.resumed"
    DECISION_LAPSED = "decision.lapsed"
    DECISION_EXPIRED = "decision.expired"
    DECISION_WITHDRAWN = "decision.withdrawn"
    DECISION_ANNULLED = "decision.annulled"
    DECISION_RETURNED = "decision.returned"
    DECISION_NARROWED = "decision.narrowed"
    RUNG_REFUSED = "rung.refused"
    FACT_RECORDED = "fact.recorded"
    REPRESENTATIONS_INVITED = "representations.invited"
    REPRESENTATION_MADE = "representation.made"
    REPRESENTATION_ANSWERED = "representation.answered"
    SCREENING_COMPLETED = "screening.completed"
    ASSESSMENT_RECORDED = "assessment.recorded"
    REVIEW_OPENED = "review.opened"
    REVIEW_DECIDED = "review.decided"
    REVIEW_MISSED = "review.missed"
    STOP_ENTERED = "stop.entered"
    STOP_CHECKED = "stop.checked"
    STOP_ESCALATED = "stop.escalated"
    CONDITION_SET = "condition.set"
    ABSENCE_AUTHORISED = "absence.authorised"
    REMOVAL_BOOKED = "removal.booked"
    TASK_DONE = "task.done"
    TASKS_OVERDUE = "tasks.overdue"
    REVIEW_WARNED = "review.warned"
    SILENCE_FOUND = "silence.found"
    OUTAGE_FOUND = "outage.found"
    ALERT_RAISED = "alert.raised"
    ALERT_ENDED = "alert.ended"
    ALERT_CLAIMED = "alert.claimed"
    ALERT_RELEASED = "alert.released"
    ALERT_TRIAGED = "alert.triaged"
    ALERT_CLEARED = "alert.cleared"
    ALERT_WEAKENED = "alert.weakened"
    BREACH_SUSPECTED = "breach.suspected"
    ENQUIRY_OPENED = "enquiry.opened"
    REPLY_RECORDED = "reply.recorded"
    BREACH_EXCUSED = "breach.excused"
    BREACH_DECIDED = "breach.decided"
    BREACH_NOTIFIED = "breach.notified"
    STATEMENT_MADE = "statement.made"
    KEYS_ISSUED = "keys.issued"
    KEYS_DESTROYED = "keys.destroyed"
    OPENINGS_RECOVERED = "openings.recovered"
    ZONES_RELEASED = "zones.released"
    COPY_GIVEN = "copy.given"
    STAFF_PROPOSED = "staff.proposed"
    STAFF_JOINED = "staff.joined"
    STAFF_RETURNED = "staff.returned"
    STAFF_LEFT = "staff.left"
    CASE_ASSIGNED = "case.assigned"
    COVER_GIVEN = "cover.given"
    CONFLICT_DECLARED = "conflict.declared"
    CASE_RECORD_GIVEN = "case_record.given"
    CASE_LIST_GIVEN = "case_list.given"
    TABLES_VERIFIED = "tables.verified"
    INGEST_ENTERED = "ingest.entered"
    REFUSALS_COUNTED = "refusals.counted"
    REGISTER_AMENDED = "register.amended"
    DPIA_WRITTEN = "dpia.written"
    DPO_ADVISED = "dpo.advised"
    ADVICE_DEPARTED = "advice.departed"
    CONSULTATION_RECORDED = "consultation.recorded"
    REGULATOR_CONSULTED = "regulator.consulted"
    OPERATION_PROPOSED = "operation.proposed"
    OPERATION_ACTIVATED = "operation.activated"
    OPERATION_REFUSED = "operation.refused"
    OPERATION_CLOSED = "operation.closed"
    SCHEME_ENDED = "scheme.ended"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a writer must hand in with every change: what kind of act, by whom, about whom."""

    kind: EntryKind
    actor: ActorId
    subject: PersonId | None = None
