"""The judge of home presence: a home unit or beacon says in or out; intervals of HOME, NOT HOME and UNKNOWN follow.

A unit speaks for as long as `settings.presence_holds_s` after each word; beyond that nobody knows. Out once, for a
moment, is a door or a dead spot: against the person counts only that the unit said out at least twice, over
`settings.presence_out_s` at least, within the hours asked. What arrives late is laid in by its own time, and so may end
or clear what was found, and never lengthens it: an interval is only as long as someone's word.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from custodiet.model.condition import Interval
from custodiet.model.judging import Judging


class Presence(StrEnum):
    """What is known of an interval."""

    HOME = "home"
    NOT_HOME = "not_home"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Words:
    """What a unit said, as columns of one length, in any order: when, and whether the wearer is in."""

    at: tuple[datetime, ...]
    is_in: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """One interval, and how many words it rests on."""

    during: Interval
    presence: Presence
    words: int = 0


def presence_during(words: Words, window: Interval, settings: Judging) -> tuple[Span, ...]:
    """The window cut into spans, in order, without a gap; words of the same instant that contradict each other: both
    are unknown.
    """
    holds = timedelta(seconds=settings.presence_holds_s)
    said: dict[datetime, bool | None] = {}
    for at, is_in in zip(words.at, words.is_in, strict=True):
        said[at] = is_in if said.get(at, is_in) is is_in else None
    spans: list[Span] = []
    reached = window.from_at
    times = sorted(said)
    for place, at in enumerate(times):
        if at >= window.to_at:
            break
        until = min(at + holds, times[place + 1] if place + 1 < len(times) else at + holds, window.to_at)
        from_at = max(at, window.from_at)
        if until <= from_at:
            continue
        if from_at > reached:
            _add(spans, Interval(reached, from_at), Presence.UNKNOWN, 0)
        known = said[at]
        presence = Presence.UNKNOWN if known is None else Presence.HOME if known else Presence.NOT_HOME
        _add(spans, Interval(from_at, until), presence, 1 if at >= window.from_at else 0)
        reached = until
    if reached < window.to_at:
        _add(spans, Interval(reached, window.to_at), Presence.UNKNOWN, 0)
    return tuple(spans)


def away(words: Words, window: Interval, settings: Judging) -> tuple[Span, ...]:
    """The spans of a window in which someone was not at home for so long, and by so many words, that a human looks."""
    least = timedelta(seconds=settings.presence_out_s)
    return tuple(
        one
        for one in presence_during(words, window, settings)
        if one.presence is Presence.NOT_HOME and one.words >= 2 and one.during.to_at - one.during.from_at >= least
    )


def _add(spans: list[Span], during: Interval, presence: Presence, words: int) -> None:
    """What follows on the same is one span."""
    if spans and spans[-1].presence is presence and spans[-1].during.to_at == during.from_at:
        last = spans.pop()
        during, words = Interval(last.during.from_at, during.to_at), last.words + words
    spans.append(Span(during, presence, words))
