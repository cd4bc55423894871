"""What the passing of time alone says of a condition: its window has closed, or has begun and nothing was heard."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from custodiet.model.alert import Alert
from custodiet.model.condition import Condition, ConditionKind, Interval
from custodiet.model.decision import Decision
from custodiet.model.finding import Matter, Raised, Weight
from custodiet.model.identity import FittingId
from custodiet.model.judging import Judging
from custodiet.model.times import to_ms
from custodiet.rules.conditions.naming import alert_id
from custodiet.rules.conditions.timetable import sense_of, window_at, windows

AROUND = timedelta(days=9)
"""No weekly window is longer than a week."""


def window_closed(alert: Alert, condition: Condition, now: datetime) -> datetime | None:
    """When the window that an alert arose in has closed; None while it is open, or for a condition without hours."""
    if condition.schedule.is_always:
        return None
    span = Interval(alert.confirmed_at - AROUND, max(now, alert.confirmed_at) + AROUND)
    window = window_at(windows(condition.schedule, sense_of(condition.kind), (), span), alert.confirmed_at)
    if window is None or window.to_at > now:
        return None
    return window.to_at


def has_begun(condition: Condition, now: datetime) -> bool:
    """Whether one of its windows is open."""
    span = Interval(now - timedelta(milliseconds=1), now + timedelta(milliseconds=1))
    return window_at(windows(condition.schedule, sense_of(condition.kind), (), span), now) is not None


def unanswered(
    condition: Condition,
    decision: Decision,
    absences: Sequence[Interval],
    fitting_id: FittingId,
    newest_fix_at: datetime | None,
    expected_from: datetime,
    now: datetime,
    settings: Judging,
) -> Raised | None:
    """A curfew has begun and no fix has come in it: someone rings. It accuses nobody, and happens once a window.

    `expected_from`: since when the device could have said anything at all.
    """
    if condition.kind is not ConditionKind.CURFEW:
        return None
    span = Interval(now - AROUND, now + AROUND)
    window = window_at(windows(condition.schedule, sense_of(condition.kind), (), span), now)
    if window is None:
        return None
    began_at = max(window.from_at, expected_from)
    for absence in sorted(absences, key=lambda one: one.from_at):
        if absence.covers(began_at):
            began_at = absence.to_at
    if now - began_at < timedelta(seconds=settings.unanswered_s):
        return None
    if window.from_at == span.from_at or any(one.covers(now) for one in absences):
        return None  # a curfew without end is no night, and nobody is asked while they may be away
    if newest_fix_at is not None and newest_fix_at >= began_at:
        return None
    return Raised(
        alert_id=alert_id(condition.id, fitting_id, to_ms(window.from_at), Matter.UNANSWERED),
        case_id=decision.case_id,
        decision_id=decision.id,
        fitting_id=fitting_id,
        condition_id=condition.id,
        matter=Matter.UNANSWERED,
        weight=Weight.UNCERTAIN,
        began_at=began_at,
        confirmed_at=now,
        raised_at=now,
    )
