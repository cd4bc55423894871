"""People, their cases, and what staff have to do about them. Names are sealed; nobody is named here."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from custodiet.model.identity import CaseId, DecisionId, PersonId, SchemeId, TaskId
from custodiet.model.mode import Category


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who is supervised. `handle_key` makes their ledger handles; erasing it unlinks the entries."""

    id: PersonId
    handle_key: bytes


@dataclass(frozen=True, slots=True)
class Case:
    """One person's file in one scheme. `reference` is the number staff use; it says nothing of the person."""

    id: CaseId
    scheme_id: SchemeId
    person_id: PersonId
    reference: str
    opened_at: datetime


class TaskKind(StrEnum):
    """What a task asks of staff."""

    TELL_AND_REMOVE = "tell_and_remove"
    REVIEW = "review"
    """The review date comes near; without a review the decision lapses."""
    FIND_OUT = "find_out"
    """A device is silent: find out why. It is the controller's task, and says nothing of the person (R13)."""
    TELL_MAKER = "tell_maker"
    """An order's device is silent: only its maker can end or pause it."""
    WARN_WEARER = "warn_wearer"
    """The battery is low: warn the wearer first (R67)."""
    SWAP_DEVICE = "swap_device"
    """The device is faulty: replace it (R66)."""
    CHECK_RESTORED = "check_restored"
    """A restore lost what was recorded after the backup: see whether the decision stands, and who wears the device."""
    STOP_DEVICE = "stop_device"
    """Nothing is authorised, the device is still on the person and still reports: see that it stops."""
    TAKE_BACK = "take_back"
    """The person has died: fetch the device back. Nothing is sent to them."""
    TELL_MAKER_MISSED = "tell_maker_missed"
    """Our review of an order was missed: tell whoever made it."""
    TELL_MAKER_FACTS = "tell_maker_facts"
    """New facts bear on an order: tell whoever made it, who alone can end, lower or pause it."""
    DECIDE_REVIEW = "decide_review"
    """An event has opened a review: decide it by its day."""
    CHECK_STOP = "check_stop"
    """Someone entered a court's or a regulator's stop: a second person looks whether it was entered as ordered."""
    LOOK_INTO_STOP = "look_into_stop"
    """For the data protection officer: nobody looked at a stop within a day, or it was not entered as ordered."""

    GIVE_NOTICE = "give_notice"
    """An order began and its person has not been given the notice: give it (R55, R56)."""
    ASSESS_DISCLOSURE = "assess_disclosure"
    """For the data protection officer: an urgent disclosure went before its assessment, which is due now (R16)."""
    ASSESS_GLASS = "assess_glass"
    """For the data protection officer: somebody looked alone, since a life was in danger: was it needed? (R22)"""
    TAKE_OFF = "take_off"
    """It hurts, or has to come off for a medical reason: take it off within the set time (R79)."""
    INSPECT_DEVICE = "inspect_device"
    """A device has been on someone for as long as the register allows without anyone looking at it: inspect it."""


ENDS_COLLECTION = frozenset({TaskKind.TELL_AND_REMOVE, TaskKind.STOP_DEVICE, TaskKind.TAKE_BACK})
"""Tasks at whose end a device reports no more: one of them at a time is enough for a fitting."""


@dataclass(frozen=True, slots=True)
class Task:
    """Something a named person must do by a time."""

    id: TaskId
    kind: TaskKind
    case_id: CaseId
    decision_id: DecisionId
    raised_at: datetime
    due_at: datetime
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RetentionClock:
    """When one category collected under one decision must be erased. No rule in the scheme means at once."""

    decision_id: DecisionId
    category: Category
    started_at: datetime
    erase_due_at: datetime
