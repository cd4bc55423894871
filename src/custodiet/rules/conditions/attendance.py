"""The judge of appointments and check-ins: was what was asked for done within its window?

A window that has not closed asks nothing yet. One in which nobody recorded anything says that nobody recorded anything:
a missing record is the controller's until someone says what happened. One that our own outage reached into cannot be
missed. Nothing is due in a window that does not exist (timetable.py).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from custodiet.model.condition import Condition, ConditionKind, Interval
from custodiet.model.decision import Decision, State
from custodiet.model.finding import Matter, Raised, Weight
from custodiet.model.identity import FittingId
from custodiet.model.times import to_ms
from custodiet.model.word import Word
from custodiet.rules.conditions.naming import alert_id
from custodiet.rules.conditions.timetable import sense_of, windows

_WEEKLY_MAX = timedelta(days=8)
"""No window that comes every week lasts longer, with a change of the clocks in it. What a span cut short would look as
if it had opened, or closed, there.
"""


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


def looked_at_since(condition: Condition, began: datetime, now: datetime, lately: timedelta) -> datetime:
    """From when on windows are to be laid out for all to be whole in there that have closed `lately`."""
    return max(began, now - lately - _longest(condition))


def open_at_its_end(
    condition: Condition, decision: Decision, then: Decision, absences: Sequence[Interval], fitted_at: datetime
) -> tuple[Interval, ...]:
    """Check-in windows of a decision that had opened under it and were open when what follows it began: that may ask
    the same, and hear the end of them. None of what was annulled.
    """
    until = then.starts_at
    if condition.kind is not ConditionKind.CHECK_IN or decision.until != until or fitted_at >= until:
        return ()
    if decision.state is State.ANNULLED:
        return ()
    since = looked_at_since(condition, max(decision.starts_at, fitted_at), until, timedelta(0))
    span = Interval(since, until + _longest(condition))
    asked = windows(condition.schedule, sense_of(condition.kind), absences, span)
    return tuple(
        one for one in asked if since < one.from_at < until < one.to_at and not decision.suspended(one.from_at)
    )


def unanswered_check_ins(
    condition: Condition,
    decision: Decision,
    fitting_id: FittingId,
    words: Sequence[Word],
    absences: Sequence[Interval],
    outages: Sequence[Interval],
    since: datetime,
    now: datetime,
    lately: timedelta,
    asked_before: Collection[Interval] = (),
) -> tuple[Raised, ...]:
    """Check-in windows that opened since `since`, closed `lately`, and in which nobody heard a word: someone rings.

    `asked_before`: windows that were open when this decision began to follow another that had asked the same.

    It accuses nobody: that nothing was recorded is the controller's until someone says what happened. A window that our
    own outage reached into raises nothing.
    """
    if condition.kind is not ConditionKind.CHECK_IN or now <= since:
        return ()
    span = Interval(min([since, *(one.from_at for one in asked_before)]), now + _WEEKLY_MAX)
    asked = [one for one in windows(condition.schedule, sense_of(condition.kind), absences, span) if one.to_at <= now]
    whole = [one for one in asked if (one.from_at > since or one in asked_before) and one.to_at > now - lately]
    outcomes = Outcomes(tuple(word.at for word in words), tuple(Outcome.DONE for _ in words))
    return tuple(
        Raised(
            alert_id=alert_id(condition.id, fitting_id, to_ms(window.from_at), Matter.UNANSWERED),
            case_id=decision.case_id,
            decision_id=decision.id,
            fitting_id=fitting_id,
            condition_id=condition.id,
            matter=Matter.UNANSWERED,
            weight=Weight.UNCERTAIN,
            began_at=window.from_at,
            confirmed_at=window.to_at - timedelta(milliseconds=1),  # its last instant
            raised_at=now,
        )
        for window, became in kept(whole, outcomes, outages, now)
        if became is Kept.CANNOT_TELL
        and (window in asked_before or (decision.covers(window.from_at) and not decision.suspended(window.from_at)))
        and not any(one.from_at < window.to_at and window.from_at < one.to_at for one in outages)
    )


def _longest(condition: Condition) -> timedelta:
    return max([_WEEKLY_MAX, *(one.to_at - one.from_at for one in condition.schedule.once)])


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
