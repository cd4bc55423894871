"""What the records of model/misuse_record.py write: the part of rules/tables.py about them."""

from functools import singledispatch
from typing import Any

from custodiet.model.change import Insert, RowChange
from custodiet.model.misuse_record import MisuseAnswered, MisuseReported
from custodiet.rules.row import row_of

Changes = tuple[RowChange, ...]


@singledispatch
def misuse_changes(record: Any, index: int) -> Changes:
    """The row changes of one of these records at its place in the ledger."""
    raise TypeError(f"no table rule for {type(record).__name__} at {index}")


@misuse_changes.register
def _(record: MisuseReported, index: int) -> Changes:
    return (Insert("misuse", {**row_of(record.report), "told_in": index}),)


@misuse_changes.register
def _(record: MisuseAnswered, index: int) -> Changes:
    return (Insert("misuse_answer", {**row_of(record), "told_in": index}),)


RECORDS: tuple[type, ...] = (MisuseReported, MisuseAnswered)
"""The records whose rows are told here."""
