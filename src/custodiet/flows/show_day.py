"""The list of the caseworker's day, one bounded page at a time: reviews due, proposals that came back, tasks (devices
to take off, stops to check), representations to answer. The most urgent first; no names.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from custodiet.flows.ports import Store
from custodiet.flows.searching import words_of
from custodiet.model.day import DayLine
from custodiet.model.identity import CaseId

PAGE_MAX = 100
AHEAD = timedelta(days=28)
"""How far ahead a review is on the list."""

Cursor = tuple[datetime, str]
"""The due time and subject of the last line of a page."""


@dataclass(frozen=True, slots=True)
class Day:
    """One page; `next_after` is where the next one begins, None when there is none."""

    lines: tuple[DayLine, ...]
    next_after: Cursor | None


def show_day(
    store: Store,
    now: datetime,
    cases: Collection[CaseId],
    *,
    after: Cursor | None = None,
    limit: int = 50,
    words: str = "",
) -> Day:
    """What is to be done for these cases, those of whoever asks, or for those of them whose reference holds the words.

    At most PAGE_MAX lines a page.
    """
    count = max(1, min(limit, PAGE_MAX))
    with store.reading() as view:
        lines = view.day(cases, now + AHEAD, after, count + 1, words_of(words))
    page = lines[:count]
    more = len(lines) > count
    return Day(page, (page[-1].due_at, page[-1].about) if more else None)
