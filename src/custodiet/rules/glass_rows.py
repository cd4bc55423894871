"""What the records of model/glass_record.py write: the part of rules/tables.py about them, under the same promise."""

from functools import singledispatch
from typing import Any

from custodiet.model.change import Insert, RowChange
from custodiet.model.glass_record import GlassAssessed, GlassBroken
from custodiet.rules.message_rows import queued
from custodiet.rules.row import new_task, row_of

Changes = tuple[RowChange, ...]


@singledispatch
def glass_changes(record: Any, index: int) -> Changes:
    """The row changes of one of these records at its place in the ledger."""
    raise TypeError(f"no table rule for {type(record).__name__} at {index}")


@glass_changes.register
def _(record: GlassBroken, index: int) -> Changes:
    one = record.glass
    window = {"from_at": one.window.from_at, "to_at": one.window.to_at}
    return (
        Insert("glass", {**row_of(one, "window"), **window, "entry": index}),
        *(new_task(task) for task in record.tasks),
        *(queued(message) for message in record.messages),
    )


@glass_changes.register
def _(record: GlassAssessed, index: int) -> Changes:
    return (Insert("glass_assessment", {**row_of(record), "entry": index}),)


RECORDS: tuple[type, ...] = (GlassBroken, GlassAssessed)
"""The records whose rows are told here."""
