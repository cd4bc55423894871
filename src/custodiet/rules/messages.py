"""When a message may leave, when it is tried again, and when it is given up. Pure.

Nobody is woken by us (R70, R71): what is caused in a person's quiet hours waits for their end. A reminder that comes
too late is of no use, and is given up rather than sent.
"""

from datetime import datetime, timedelta

from custodiet.model.condition import LocalZone
from custodiet.model.errors import IllegalValue
from custodiet.model.identity import CaseId, FittingId, MessageId
from custodiet.model.message import (
    MINUTES_A_DAY,
    ContactDetails,
    Delivery,
    Message,
    Posted,
    QuietHours,
    Setback,
    Template,
)
from custodiet.model.message_record import MessageOpened
from custodiet.model.report import Alarm, DeviceSays
from custodiet.rules.conditions.timetable import local_at

ATTEMPTS_MAX = 12
"""So often a message is tried: the vault opens an address for it no more often."""
USEFUL = {Template.CHARGE: timedelta(hours=2), Template.STOPPED: timedelta(days=7)}
"""How long after it may leave a message is of use."""
SENDING_MAX = timedelta(minutes=10)
"""Longer than this nobody is at an attempt any more: whoever was has died."""
_AGAIN_MIN, _AGAIN_MAX = timedelta(minutes=1), timedelta(hours=1)

MOVES: dict[Delivery, frozenset[Delivery]] = {
    Delivery.WAITING: frozenset({Delivery.SENDING, Delivery.FAILED, Delivery.GIVEN_UP}),
    Delivery.SENDING: frozenset({Delivery.WAITING, Delivery.SENT, Delivery.FAILED, Delivery.GIVEN_UP}),
    Delivery.SENT: frozenset(),
    Delivery.FAILED: frozenset(),
    Delivery.GIVEN_UP: frozenset(),
}


def compose(
    message_id: MessageId,
    case_id: CaseId,
    template: Template,
    contact: ContactDetails,
    now: datetime,
    fitting_id: FittingId | None = None,
) -> Message:
    """A message to be sent for that reason, once the person's quiet hours allow it."""
    if contact.zone is None:
        raise IllegalValue("no message goes by words")
    not_before = after_quiet(now, contact.zone, contact.quiet)
    useless_at = not_before + USEFUL[template]
    return Message(message_id, case_id, template, contact.channel, now, not_before, useless_at, fitting_id)


def after_quiet(at: datetime, zone: LocalZone, quiet: QuietHours) -> datetime:
    """That instant, or the end of the quiet hours in which it lies, by the person's own clock."""
    local, minute = at + _offset(zone, at), local_minute(at, zone)
    length = (quiet.to_min - quiet.from_min) % MINUTES_A_DAY
    if (minute - quiet.from_min) % MINUTES_A_DAY >= length:
        return at
    left = timedelta(minutes=(quiet.to_min - minute) % MINUTES_A_DAY)
    end = local.replace(second=0, microsecond=0) + left
    # By the offset that holds when they end: a night on which the clocks change is longer or shorter.
    return max(at, end - _offset(zone, end - _offset(zone, at)))


def local_minute(at: datetime, zone: LocalZone) -> int:
    """The minute of the day that the person's own clock shows then."""
    local = at + _offset(zone, at)
    return local.hour * 60 + local.minute


def _offset(zone: LocalZone, at: datetime) -> timedelta:
    return local_at(zone, at) - at


def in_order(before: MessageOpened | None, attempt: MessageOpened) -> bool:
    """Whether an attempt is the next one of its message: of the same case, counted, and not too many."""
    if attempt.attempt > ATTEMPTS_MAX:
        return False
    if before is None:
        return attempt.attempt == 1
    return attempt.case_id == before.case_id and attempt.attempt == before.attempt + 1


def is_too_late(posted: Posted, now: datetime) -> bool:
    """Whether nobody needs it any more, and nobody is sending it: whatever waits for it goes on without."""
    if posted.state is Delivery.SENDING:
        return posted.message.useless_at + SENDING_MAX <= now
    return posted.state is Delivery.WAITING and posted.message.useless_at <= now


def is_due(posted: Posted, now: datetime) -> bool:
    """Whether it is to be tried now."""
    return posted.state is Delivery.WAITING and posted.next_at <= now < posted.message.useless_at


def settled(posted: Posted, setback: Setback | None, now: datetime) -> tuple[Delivery, datetime, Setback | None]:
    """How a message stands after an attempt, from when on it may be tried again, and why it has not left."""
    if setback is None:
        return Delivery.SENT, now, None
    if setback in (Setback.REFUSED, Setback.SHUT):
        return Delivery.FAILED, now, setback
    if posted.attempts >= ATTEMPTS_MAX:
        return Delivery.GIVEN_UP, now, Setback.TOO_OFTEN
    wait = timedelta(0) if setback is Setback.BROKEN_OFF and posted.attempts == 1 else _wait(posted.attempts)
    return Delivery.WAITING, now + wait, setback


def _wait(attempts: int) -> timedelta:
    return min(_AGAIN_MAX, _AGAIN_MIN * (1 << max(0, attempts - 1)))


REMIND_PERCENT = 30.0
"""At or below this the wearer is reminded: well before anyone at the desk would be told."""
REMIND_AGAIN = timedelta(hours=6)
"""A wearer is reminded once in so long, whatever their device says (R71)."""
_RECENT = timedelta(minutes=30)


def asks_to_charge(says: DeviceSays) -> bool:
    """Whether the wearer would be reminded by what their device says of itself, if it says so now."""
    # In this order: nearly every report says that there is nothing to remind of.
    low = says.battery_percent is not None and says.battery_percent <= REMIND_PERCENT
    return (low or (bool(says.alarms) and Alarm.POWER in says.alarms)) and not says.charging


def is_old_word(said_at: datetime, now: datetime) -> bool:
    """Whether it was said too long ago to remind anybody."""
    return now - said_at > _RECENT


def may_remind(last_at: datetime | None, now: datetime) -> bool:
    """Whether another reminder is not too many. A clock set back reminds nobody twice."""
    return last_at is None or now - last_at >= REMIND_AGAIN
