"""What the records of model/restricting_record.py write: the part of rules/tables.py about them."""

from functools import singledispatch
from typing import Any

from custodiet.model.change import Insert, RowChange
from custodiet.model.restricting_record import RestrictionAnswered, RestrictionAsked
from custodiet.rules.row import row_of

Changes = tuple[RowChange, ...]


@singledispatch
def restricting_changes(record: Any, index: int) -> Changes:
    """The row changes of one of these records at its place in the ledger."""
    raise TypeError(f"no table rule for {type(record).__name__} at {index}")


@restricting_changes.register
def _(record: RestrictionAsked, index: int) -> Changes:
    one = record.restriction
    window = {"from_at": one.window.from_at, "to_at": one.window.to_at}
    return (Insert("restriction", {**row_of(one, "window"), **window, "entry": index}),)


@restricting_changes.register
def _(record: RestrictionAnswered, index: int) -> Changes:
    return (Insert("restriction_step", {**row_of(record), "entry": index}),)


RECORDS: tuple[type, ...] = (RestrictionAsked, RestrictionAnswered)
"""The records whose rows are told here."""
