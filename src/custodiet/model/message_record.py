"""Records of messages; the rest is in model/record.py, under the same promise. Messages themselves stand in the record
of what caused them.
"""

from dataclasses import dataclass
from datetime import datetime

from custodiet.model.identity import CaseId, ConditionId, MessageId
from custodiet.model.message import ContactDetails, Delivery, Message, Setback


@dataclass(frozen=True, slots=True)
class ContactGiven:
    """How a person is to be reached, or that they are not to be written to any more."""

    contact: ContactDetails


@dataclass(frozen=True, slots=True)
class MessageOpened:
    """An attempt to send one message: its address is asked for, and it may leave from now on."""

    message_id: MessageId
    case_id: CaseId
    attempt: int
    at: datetime


@dataclass(frozen=True, slots=True)
class OfficeWritten:
    """An attempt to send one message to an office: it may leave from now on. No address of a person is asked for."""

    message_id: MessageId
    case_id: CaseId
    attempt: int
    at: datetime


@dataclass(frozen=True, slots=True)
class MessageSettled:
    """What became of an attempt, or of a message that was never tried."""

    message_id: MessageId
    case_id: CaseId
    state: Delivery
    at: datetime
    next_at: datetime
    setback: Setback | None = None


@dataclass(frozen=True, slots=True)
class TimeReminded:
    """Someone is reminded of a window of an appointment or a check-in, before it begins."""

    condition_id: ConditionId
    window_from_at: datetime
    message: Message
