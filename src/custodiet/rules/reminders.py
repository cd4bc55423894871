"""When someone is reminded of a time that they have to keep: before it, once, and never in their quiet hours. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from custodiet.model.condition import Condition, ConditionKind, Interval, LocalZone
from custodiet.model.decision import Decision
from custodiet.model.identity import CaseId, ConditionId, MessageId
from custodiet.model.message import MINUTES_A_DAY, ContactDetails, Message, QuietHours, Template
from custodiet.model.times import to_ms
from custodiet.rules.conditions.timetable import sense_of, windows
from custodiet.rules.messages import after_quiet, local_minute

REMINDS: dict[ConditionKind, tuple[Template, timedelta]] = {
    ConditionKind.APPOINTMENT: (Template.APPOINTMENT, timedelta(hours=24)),
    ConditionKind.CHECK_IN: (Template.CHECK_IN, timedelta(hours=1)),
}
"""What someone is reminded of, in which words, and how long before."""
EARLIER = timedelta(hours=1)
"""Where quiet hours reach up to the time itself: so long before they begin."""
_AHEAD = timedelta(days=8)
"""No window that begins within a day ends later."""


def to_remind_of(
    condition: Condition, decision: Decision, absences: Sequence[Interval], contact: ContactDetails, now: datetime
) -> tuple[Interval, ...]:
    """The windows ahead of which they are to be reminded now. Whether they were already, the store knows."""
    zone = contact.zone
    if zone is None or condition.kind not in REMINDS or not decision.in_force(now):
        return ()
    if after_quiet(now, zone, contact.quiet) > now:
        return ()
    _, before = REMINDS[condition.kind]
    span = Interval(now, now + _AHEAD + before)
    ahead = windows(condition.schedule, sense_of(condition.kind), absences, span)
    return tuple(
        one
        for one in ahead
        if one.from_at > now and _due_at(one, before, zone, contact.quiet) <= now and decision.covers(one.from_at)
    )


def _due_at(window: Interval, before: timedelta, zone: LocalZone, quiet: QuietHours) -> datetime:
    due_at = window.from_at - before
    if after_quiet(due_at, zone, quiet) < window.from_at:
        return due_at
    since_min = (local_minute(due_at, zone) - quiet.from_min) % MINUTES_A_DAY
    return due_at - timedelta(minutes=since_min) - EARLIER


def reminder_id(condition_id: ConditionId, window: Interval) -> MessageId:
    """The one name that a reminder of a window can have: a second one of it is refused by the store."""
    told = f"{condition_id}/{to_ms(window.from_at)}".encode()
    return MessageId(f"message_{sha256(b'custodiet/reminder/v1/' + told).hexdigest()[:20]}")


def remind(condition: Condition, case_id: CaseId, window: Interval, contact: ContactDetails, now: datetime) -> Message:
    """The message: it leaves now, and is of no use once the time has begun."""
    template, _ = REMINDS[condition.kind]
    return Message(reminder_id(condition.id, window), case_id, template, contact.channel, now, now, window.from_at)
