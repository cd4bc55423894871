"""What a restore means: which head is closed, how much of it is lost, and what stops until people have looked.

Between the backup and the restore anything may have been recorded and lost: a withdrawal, a device that went to
somebody else, an absence that was authorised, the end of an order. So nothing is collected on the word of a restored
store until someone has looked at each decision, whoever made it.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from custodiet.model.decision import Decision, State
from custodiet.model.record import LogHead
from custodiet.rules.decisions import Move

Openings = Mapping[int, bytes]
"""The logs that a ledger went through: place of each entry by which a restore opened one, to its leaf."""


def next_origin(first: str, at: datetime, taken: Collection[str]) -> str:
    """The name of the log that a restore opens at an instant, after the first log's; never one that is taken."""
    while (origin := f"{first}/{at:%Y%m%dT%H%M%SZ}") in taken:
        at += timedelta(seconds=1)
    return origin


def highest(heads: Iterable[LogHead]) -> LogHead | None:
    """The longest of several heads of one log; None when two of one size contradict each other."""
    roots: dict[int, bytes] = {}
    longest: LogHead | None = None
    for head in heads:
        if roots.setdefault(head.size, head.root) != head.root:
            return None
        if longest is None or head.size > longest.size:
            longest = head
    return longest


def common_size(kept: int, kept_openings: Openings, closed: int, closed_openings: Openings) -> int:
    """How many entries two ledgers of one vault share, by their sizes and the logs that each went through.

    A place at which only one of them was reopened, or each differently, is where they part at the latest.
    """
    places = kept_openings.keys() | closed_openings.keys()
    parted = [place for place in places if kept_openings.get(place) != closed_openings.get(place)]
    return min([kept, closed, *parted])


def grew_from(kept_openings: Openings, openings: Openings) -> bool:
    """Whether a ledger went through these logs, and perhaps further ones after them."""
    return all(kept_openings.get(place) == leaf for place, leaf in openings.items()) and all(
        place in openings or place > max(openings, default=-1) for place in kept_openings
    )


def stopped_by_restore(decision: Decision, now: datetime) -> Move | None:
    """How a restore stops a decision that is in force or would come into force; None for one that does neither.

    One that was succeeded cannot pause: it ends, a little before its successor would have begun. An order is paused
    too. Nothing is done to the order: we cannot show that it still stands, and only its maker can say so.
    """
    until = decision.until
    if until is not None and until <= now:
        return None
    if decision.state is State.MADE:
        return Move.SUSPEND
    return Move.WITHDRAW if decision.state is State.SUCCEEDED else None
