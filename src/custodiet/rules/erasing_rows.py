"""What the records of model/erasing_record.py write: the part of rules/tables.py about them, under the same promise."""

from functools import singledispatch
from typing import Any

from custodiet.model.change import Blank, Insert, RowChange, Update
from custodiet.model.erasing_record import (
    CopyTold,
    DayErased,
    ErasureDue,
    HoldAnswered,
    HoldAsked,
    KeyRow,
    QuarantineEnded,
    RemovedFix,
)
from custodiet.rules.row import row_of

Changes = tuple[RowChange, ...]


@singledispatch
def erasing_changes(record: Any, index: int) -> Changes:
    """The row changes of one of these records at its place in the ledger."""
    raise TypeError(f"no table rule for {type(record).__name__} at {index}")


def removed_rows(removed: tuple[RemovedFix, ...], index: int) -> Changes:
    """Sealed bytes that go, each with the mark that lets them go and keeps their leaf."""
    # The mark before the blanking: the store lets sealed bytes change only where a mark stands.
    marks = tuple(Insert("removed_fix", {**row_of(fix), "entry": index}) for fix in removed)
    return marks + tuple(Blank(fix.partition, fix.number, fix.position) for fix in removed)


@erasing_changes.register
def _(record: ErasureDue, index: int) -> Changes:
    return (Insert("erasure", {**row_of(record), "entry": index}),)


@erasing_changes.register
def _(record: DayErased, index: int) -> Changes:
    of = {"person_id": record.person_id, "category": record.category, "day": record.day}
    gone = {"destroyed_at": record.destroyed_at, "version": index}
    key: Changes = ()
    if record.key is KeyRow.ISSUED:
        key = (Update("day_key", of, gone),)
    elif record.key is KeyRow.NONE:
        key = (Insert("day_key", {**of, "public": b"", "signature": b"", **gone}),)
    return (
        *key,
        Insert("erased_day", {**row_of(record, "key", "removed"), "entry": index}),
        *removed_rows(record.removed, index),
    )


@erasing_changes.register
def _(record: HoldAsked, index: int) -> Changes:
    one = record.hold
    window = {"from_at": one.window.from_at, "to_at": one.window.to_at}
    return (Insert("hold", {**row_of(one, "window"), **window, "entry": index}),)


@erasing_changes.register
def _(record: HoldAnswered, index: int) -> Changes:
    return (Insert("hold_step", {**row_of(record), "entry": index}),)


@erasing_changes.register
def _(record: CopyTold, index: int) -> Changes:
    return (Insert("copy_told", {**row_of(record), "entry": index}),)


@erasing_changes.register
def _(record: QuarantineEnded, index: int) -> Changes:
    ended = Insert("quarantine_ended", {**row_of(record, "restarted"), "entry": index})
    clocks = (
        Update(
            "retention_clock",
            {"decision_id": one.decision_id, "category": one.category},
            {"erase_due_at": one.erase_due_at},
        )
        for one in record.restarted
    )
    return (ended, *clocks)


RECORDS = (ErasureDue, DayErased, HoldAsked, HoldAnswered, CopyTold, QuarantineEnded)
"""The records this part is about."""
