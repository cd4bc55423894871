"""Stays near hidden places, and from when to when nothing is shown because of them.

A stay begins and ends where only what was reported within minutes of it says so; its margins are drawn by the person's
key from those two instants. So the same stay is hidden alike by whichever window.
"""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from custodiet.model.condition import Interval
from custodiet.model.times import to_ms
from custodiet.rules.intervals import joined

JUDGED = timedelta(minutes=60)
"""So far before and after a window fixes are judged, to know what of it is hidden. None of them leaves."""
HOLDS = timedelta(minutes=5)
"""So long a fix says where someone is, unless another comes before."""
LEFT = timedelta(minutes=5)
"""Whoever is back within this had not left."""
STAYS = timedelta(minutes=5)
"""Whoever is near for less passes by."""
MARGIN_MIN, MARGIN_MAX = timedelta(minutes=30), timedelta(minutes=45)
"""How much is hidden before a stay and after it: most ways in a town are shorter, so that the whole way there and the
whole way back are hidden, and how long they took. With HOLDS, LEFT and STAYS it is no more than JUDGED: all that an
instant's being hidden rests on lies within that of it."""


@dataclass(frozen=True, slots=True, repr=False)
class Mark:
    """When a fix was taken, and whether near a hidden place. Without a text form."""

    at: datetime
    is_near: bool


def stays_in(marks: Iterable[Mark]) -> tuple[Interval, ...]:
    """The stays, in order of time."""
    ordered = sorted(marks, key=lambda one: one.at)
    spans: list[Interval] = []
    for number, mark in enumerate(ordered):
        if not mark.is_near:
            continue
        following = ordered[number + 1].at if number + 1 < len(ordered) else mark.at + HOLDS
        until = min(max(following, mark.at), mark.at + HOLDS)
        if spans and mark.at <= spans[-1].to_at + LEFT:
            spans[-1] = Interval(spans[-1].from_at, max(until, spans[-1].to_at))
        elif until > mark.at:
            spans.append(Interval(mark.at, until))
    return tuple(one for one in spans if one.to_at - one.from_at >= STAYS)


def hidden_by(stays: Iterable[Interval], key: bytes) -> tuple[Interval, ...]:
    """What is not shown because of these stays: each with its two margins; those that meet are one."""
    found: list[Interval] = []
    for stay in stays:
        before, after = _margin(key, b"before", stay.from_at), _margin(key, b"after", stay.to_at)
        found.append(Interval(stay.from_at - before, stay.to_at + after))
    return joined(found)


def judged_for(window: Interval) -> Interval:
    """What is looked at in the vault so that a window can be shown."""
    return Interval(window.from_at - JUDGED, window.to_at + JUDGED)


def _margin(key: bytes, side: bytes, at: datetime) -> timedelta:
    drawn = int.from_bytes(hmac.digest(key, side + b"\0" + to_ms(at).to_bytes(8, signed=True), "sha256")[:8])
    span_ms = int((MARGIN_MAX - MARGIN_MIN) / timedelta(milliseconds=1))
    return MARGIN_MIN + timedelta(milliseconds=drawn % (span_ms + 1))
