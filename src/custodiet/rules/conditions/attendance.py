"""The judge of appointments and check-ins: was what was asked for done within its window?

A window that has not closed asks nothing yet. One in which nobody recorded anything says that nobody recorded anything:
a missing record is the controller's until someone says what happened. One that our own outage reached into cannot be
missed. Nothing is due in a window that does not exist (timetable.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from custodiet.model.condition import Interval


class Outcome(StrEnum):
    """What is recorded of an appointment or a check-in."""

    DONE = "done"
    MISSED = "missed"
    EXCUSED = "excused"


class Kept(StrEnum):
    """What became of one window."""

    OPEN = "open"
    DONE = "done"
    EXCUSED = "excused"
    MISSED = "missed"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What was recorded, as columns of one length, in any order."""

    at: tuple[datetime, ...]
    outcome: tuple[Outcome, ...]


def kept(
    windows: Sequence[Interval], outcomes: Outcomes, outages: Sequence[Interval], now: datetime
) -> tuple[tuple[Interval, Kept], ...]:
    """What became of each window, in order. Of several outcomes in one, the kindest holds."""
    return tuple((window, _kept(window, outcomes, outages, now)) for window in windows)


def _kept(window: Interval, outcomes: Outcomes, outages: Sequence[Interval], now: datetime) -> Kept:
    within = {
        outcome for at, outcome in zip(outcomes.at, outcomes.outcome, strict=True) if window.covers(at) and at <= now
    }
    if Outcome.DONE in within:
        return Kept.DONE
    if Outcome.EXCUSED in within:
        return Kept.EXCUSED
    if now < window.to_at:
        return Kept.OPEN
    if Outcome.MISSED not in within or any(
        one.from_at < window.to_at and window.from_at < one.to_at for one in outages
    ):
        return Kept.CANNOT_TELL
    return Kept.MISSED
