"""What the records of model/unmask_record.py write: the part of rules/tables.py about them, under the same promise."""

from functools import singledispatch
from typing import Any

from custodiet.model.change import Insert, RowChange
from custodiet.model.condition import Interval
from custodiet.model.unmask_record import UnmaskApproved, UnmaskAsked, UnmaskedOpened, UnmaskRefused
from custodiet.rules.row import row_of

Changes = tuple[RowChange, ...]


@singledispatch
def unmask_changes(record: Any, index: int) -> Changes:
    """The row changes of one of these records at its place in the ledger."""
    raise TypeError(f"no table rule for {type(record).__name__} at {index}")


def _insert(table: str, one: Any, index: int) -> Changes:
    window: Interval = one.window
    told = {"from_at": window.from_at, "to_at": window.to_at, "entry": index}
    return (Insert(table, {**row_of(one, "window"), **told}),)


@unmask_changes.register
def _(record: UnmaskAsked, index: int) -> Changes:
    return _insert("unmask", record.unmask, index)


@unmask_changes.register
def _(record: UnmaskApproved, index: int) -> Changes:
    return _insert("unmask_yes", record.yes, index)


@unmask_changes.register
def _(record: UnmaskRefused, index: int) -> Changes:
    return (Insert("unmask_refusal", {**row_of(record), "entry": index}),)


@unmask_changes.register
def _(record: UnmaskedOpened, index: int) -> Changes:
    return _insert("unmasked_reading", record.reading, index)


RECORDS: tuple[type, ...] = (UnmaskAsked, UnmaskApproved, UnmaskRefused, UnmaskedOpened)
"""The records whose rows are told here."""
