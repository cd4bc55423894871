"""Kinds of ledger entry, as one table. A tag is never reused and never renamed: the ledger outlives the code.

An entry holds no name, coordinate or free text: only its kind, time, keyed handles and the salted digest of
its record.
"""

from dataclasses import dataclass
from enum import StrEnum

from custodiet.model.identity import ActorId, PersonId


class EntryKind(StrEnum):
    """subject.verb, in the past."""

    LOG_OPENED = "log.opened"
    SCHEME_REGISTERED = "scheme.registered"
    CASE_OPENED = "case.opened"
    PERSON_NAMED = "person.named"
    DEVICE_REGISTERED = "device.registered"
    FITTING_MADE = "fitting.made"
    FITTING_ENDED = "fitting.ended"
    SENDER_ISSUED = "sender.issued"
    DECISION_PROPOSED = "decision.proposed"
    DECISION_MADE = "decision.made"
    DECISION_REFUSED = "decision.refused"
    DECISION_SUSPENDED = "decision.suspended"
    DECISION_RESUMED = "decision.resumed"
    DECISION_LAPSED = "decision.lapsed"
    DECISION_EXPIRED = "decision.expired"
    DECISION_WITHDRAWN = "decision.withdrawn"
    DECISION_ANNULLED = "decision.annulled"
    CONDITION_SET = "condition.set"
    TASK_DONE = "task.done"
    KEYS_ISSUED = "keys.issued"
    ZONES_RELEASED = "zones.released"
    COPY_GIVEN = "copy.given"
    TABLES_VERIFIED = "tables.verified"
    INGEST_ENTERED = "ingest.entered"
    REFUSALS_COUNTED = "refusals.counted"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a writer must hand in with every change: what kind of act, by whom, about whom."""

    kind: EntryKind
    actor: ActorId
    subject: PersonId | None = None
