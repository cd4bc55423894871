"""Where in the ledger a window of time begins: entries stand in order of their time."""

from datetime import datetime

from custodiet.flows.ports import Reading
from custodiet.wire.records import read_entry


def first_from(view: Reading, at: datetime) -> int:
    """The place of the first entry of that instant or later; the ledger's size when there is none."""
    low, high = 0, view.ledger_size()
    while low < high:
        middle = (low + high) // 2
        [row] = view.entries(middle, 1)
        if read_entry(row.body).at < at:
            low = middle + 1
        else:
            high = middle
    return low
