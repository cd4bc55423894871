"""What the records of model/look_record.py write: the part of rules/tables.py about them, under the same promise."""

from functools import singledispatch
from typing import Any

from custodiet.model.change import Insert, RowChange
from custodiet.model.condition import Interval
from custodiet.model.look_record import (
    LookRefused,
    LookUpApproved,
    LookUpAsked,
    LookUpEnded,
    LookUpRefused,
    QuestionAsked,
    ReadingOpened,
)
from custodiet.rules.row import row_of

Changes = tuple[RowChange, ...]


@singledispatch
def look_changes(record: Any, index: int) -> Changes:
    """The row changes of one of these records at its place in the ledger."""
    raise TypeError(f"no table rule for {type(record).__name__} at {index}")


def _window(window: Interval) -> dict[str, Any]:
    return {"from_at": window.from_at, "to_at": window.to_at}


@look_changes.register
def _(record: LookUpAsked, index: int) -> Changes:
    one = record.look_up
    return (Insert("look_up", {**row_of(one, "window"), **_window(one.window), "entry": index}),)


@look_changes.register
def _(record: LookUpApproved, index: int) -> Changes:
    one = record.grant
    return (Insert("look_up_grant", {**row_of(one, "window"), **_window(one.window), "entry": index}),)


@look_changes.register
def _(record: LookUpRefused, index: int) -> Changes:
    return (Insert("look_up_refusal", {**row_of(record), "entry": index}),)


@look_changes.register
def _(record: LookUpEnded, index: int) -> Changes:
    return (Insert("look_up_ending", {**row_of(record), "entry": index}),)


@look_changes.register
def _(record: ReadingOpened, index: int) -> Changes:
    one = record.reading
    return (Insert("reading", {**row_of(one, "window"), **_window(one.window), "entry": index}),)


@look_changes.register
def _(record: QuestionAsked, index: int) -> Changes:
    return (Insert("question", {**row_of(record.question), "entry": index}),)


@look_changes.register
def _(record: LookRefused, index: int) -> Changes:
    return (Insert("look_refusal", {**row_of(record), "entry": index}),)


RECORDS: tuple[type, ...] = (
    LookUpAsked,
    LookUpApproved,
    LookUpRefused,
    LookUpEnded,
    ReadingOpened,
    QuestionAsked,
    LookRefused,
)
"""The records whose rows are told here."""
