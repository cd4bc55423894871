"""Where in the ledger a window of time begins: entries stand in order of their time."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

from custodiet.flows.ports import Reading
from custodiet.model.errors import NotTheFormat
from custodiet.model.stored import EntryRow
from custodiet.wire.records import read_entry


def first_from(view: Reading, at: datetime) -> int:
    """The place of the first entry that reads and is of that instant or later; the ledger's size when there is none."""
    low, high = 0, view.ledger_size()
    found = high
    while low < high:
        middle = (low + high) // 2
        one = _first_that_reads(view, middle, high)
        if one is None:
            high = middle
        elif one[1] < at:
            low = one[0] + 1
        else:
            high, found = middle, one[0]
    return found


def _first_that_reads(view: Reading, start: int, end: int) -> tuple[int, datetime] | None:
    for row in rows_between(view, start, end, at_once=1):
        with suppress(NotTheFormat):
            return row.index, read_entry(row.body).at
    return None


def rows_between(view: Reading, start: int, end: int, at_once: int = 1000) -> Iterator[EntryRow]:
    """Entries from a place up to another one as they stand; places that have none are stepped over."""
    while start < end and (rows := view.entries(start, min(at_once, end - start))):
        for row in rows:
            if row.index >= end:
                return
            yield row
        start = rows[-1].index + 1
