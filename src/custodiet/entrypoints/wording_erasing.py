"""How holds, quarantine and erasing are said to people. English texts; a page says them in its language."""

from collections.abc import Mapping
from enum import StrEnum

from custodiet.model.entry import EntryKind
from custodiet.model.erasing import CopyStep, HoldFor, HoldStep, KeptAs
from custodiet.model.mode import Category

ERASING: Mapping[type[StrEnum], Mapping[str, str]] = {
    Category: {
        Category.OUTCOMES: "Outcomes",
        Category.EVENTS: "Events and alerts",
        Category.EVIDENCE: "Positions that confirmed something",
        Category.TRAIL: "Trail",
    },
    HoldFor: {
        HoldFor.OFFICER: "An officer",
        HoldFor.COURT: "A court or tribunal",
        HoldFor.PERSON: "The person it is about",
    },
    HoldStep: {
        HoldStep.PLACED: "In force",
        HoldStep.REFUSED: "Refused",
        HoldStep.ENDED: "Ended before its date",
    },
    CopyStep: {
        CopyStep.OFFERED: "A copy was offered to them",
        CopyStep.TAKEN: "They have the copy",
        CopyStep.DECLINED: "They do not want one",
    },
    EntryKind: {
        EntryKind.HOLD_ASKED: "Asked that something be kept longer",
        EntryKind.HOLD_PLACED: "Said yes: it is kept longer",
        EntryKind.HOLD_REFUSED: "Said no: it is not kept longer",
        EntryKind.HOLD_ENDED: "Ended the keeping before its date",
        EntryKind.COPY_OFFERED: "Offered a copy of what was collected without authority",
        EntryKind.COPY_TAKEN: "Wrote down that the copy was given",
        EntryKind.COPY_DECLINED: "Wrote down that no copy is wanted",
        EntryKind.QUARANTINE_ENDED: "Decided that what was collected without authority is erased",
        EntryKind.DAY_ERASED: "Erased",
    },
    KeptAs: {
        KeptAs.HELD: "Held",
        KeptAs.CLOSING: "Under way",
        KeptAs.LATE: "Late",
    },
}
