"""Ledger entries of a window of time, for those who oversee. An entry holds no name, coordinate or text."""

from datetime import timedelta

from custodiet.entrypoints.api import answers
from custodiet.entrypoints.api.reading import cursor_of, read_cursor
from custodiet.entrypoints.api.route import Call, bad
from custodiet.entrypoints.web.permitting import require
from custodiet.flows.show_entries import first_from
from custodiet.model.act import Act
from custodiet.model.stored import EntryRow
from custodiet.wire.records import read_entry

WINDOW_MAX = timedelta(days=31)


def entries(call: Call) -> answers.Entries:
    from_at, to_at = call.query["from"], call.query["to"]
    if to_at <= from_at:
        raise bad("the window ends before it begins: `from` is in it, `to` is not")
    if to_at - from_at > WINDOW_MAX:
        raise bad("the window is longer than 31 days: ask for a shorter one")
    after = read_cursor(call, 1)
    if after is not None and not (after[0].isascii() and after[0].isdecimal() and len(after[0]) < 16):
        raise bad("cursor is not one that an answer held")
    with call.place.store.reading() as view:
        require(call.request, view, Act.READ_ASSURANCE)
        size = view.ledger_size()
        first, end = first_from(view, from_at), first_from(view, to_at)
        start = first if after is None else max(first, int(after[0]))
        count = max(0, min(call.limit, end - start))
        rows = view.entries(start, count) if count else ()
    more = cursor_of(str(start + count)) if start + count < end else None
    return answers.Entries(call.at, size, [_line(one) for one in rows], more)


def _line(row: EntryRow) -> answers.LedgerEntry:
    told = read_entry(row.body)
    return answers.LedgerEntry(
        row.index, told.at, told.kind, told.actor, told.subject, told.record.hex(), row.leaf.hex()
    )
