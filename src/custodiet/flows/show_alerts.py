"""Alerts for whoever handles them: the queue, and one of them with every step. Never a place, a name or a text."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from custodiet.flows.ports import Reading
from custodiet.flows.searching import holds, one_page
from custodiet.flows.show_standing import OPEN_STATES, Waiting
from custodiet.model.alert import Alert, AlertMove, AlertState, AlertStep, Reply
from custodiet.model.condition import ZONED
from custodiet.model.contact_record import ContactTried
from custodiet.model.desk import Note, Noted, RaisedBy
from custodiet.model.identity import ActorId, AlertId, ConditionId, DeviceId
from custodiet.model.staff import Function
from custodiet.rules.access import quarters_within
from custodiet.rules.alerts import MOVES, REPLY_STATES, claim_of, suspended_at_most, urgency
from custodiet.rules.staff import function_of

PAGE_LINES = 25
OPEN_MAX = 1000


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of what waits. `more`: whether there are open alerts beyond those that were looked at."""

    at: datetime
    lines: tuple[Waiting, ...]
    found: int
    page: int
    pages: int
    longest: Waiting | None
    """What waits longest and is held by nobody, of all pages."""
    more: bool
    aside: int
    """How many are set aside for a time."""


@dataclass(frozen=True, slots=True)
class Done:
    """A step with what its author acts as now; None: they hold no role any more."""

    step: AlertStep
    function: Function | None


@dataclass(frozen=True, slots=True)
class DeviceHistory:
    """What is known of a device, whoever wore it (R66): what the desk found, and how often it raised what."""

    found: tuple[Note, ...]
    raised: tuple[RaisedBy, ...]


@dataclass(frozen=True, slots=True)
class AlertFile:
    """One alert with all that was done about it."""

    at: datetime
    reference: str
    alert: Alert
    steps: tuple[Done, ...]
    replies: tuple[Reply, ...]
    contacts: tuple[ContactTried, ...]
    moves: tuple[AlertMove, ...]
    """What the table of moves has next, whoever may make them."""
    takes_replies: bool
    suspended_at_most: datetime
    """Until when it may be set aside; not after `at` when it may not be."""
    device: DeviceHistory | None
    """Of the device that raised it; None where none did."""

    @property
    def claimed_at(self) -> datetime | None:
        """When someone first took it."""
        return self._first(AlertState.CLAIMED)

    @property
    def tried_at(self) -> datetime | None:
        """When the person was first tried, or called, about it."""
        return min((one.at for one in self.contacts), default=None)

    @property
    def decided_at(self) -> datetime | None:
        """When it was first cleared, excused or decided."""
        return self._first(AlertState.CLEARED, AlertState.NO_BREACH, AlertState.BREACH)

    def _first(self, *states: AlertState) -> datetime | None:
        return next((one.step.at for one in self.steps if one.step.state in states), None)


def show_queue(
    view: Reading,
    now: datetime,
    sees: Callable[[Alert], bool],
    by: ActorId,
    search: str,
    page: int,
    *,
    mine: bool,
    aside: bool = False,
) -> Queue:
    """Open alerts that they see, by urgency and then by age; `mine`: only those they hold; `aside`: only those that
    are set aside for a time, which are left out otherwise.

    A page beyond the last one is the last one. `search`: all or a part of a case's reference.
    """
    open_ = view.alerts(OPEN_STATES, OPEN_MAX + 1)
    theirs = [one for one in open_[:OPEN_MAX] if sees(one)]
    apart = sum(one.is_suspended(now) for one in theirs)
    seen = [one for one in theirs if one.is_suspended(now) is aside and (not mine or one.held_by == by)]
    references = view.references({one.case_id for one in seen})
    found = [one for one in seen if holds(search, references[one.case_id])]
    found.sort(key=lambda one: (urgency(one), one.raised_at, one.id))
    lines, page, pages = one_page(found, page, PAGE_LINES)
    free = [one for one in found if one.state is AlertState.RAISED and not aside]
    longest = min(free, key=lambda one: (one.raised_at, one.id), default=None)

    def waiting(alert: Alert) -> Waiting:
        return Waiting(references[alert.case_id], alert)

    return Queue(
        at=now,
        lines=tuple(waiting(one) for one in lines),
        found=len(found),
        page=page,
        pages=pages,
        longest=None if longest is None else waiting(longest),
        more=len(open_) > OPEN_MAX,
        aside=apart,
    )


@dataclass(frozen=True, slots=True)
class AskingWithin:
    """What whoever holds an alert may ask about. `quarters`: by their beginnings, the newest first, perhaps none yet;
    `zone`: the one that the alert is about; None: it is about none.
    """

    quarters: tuple[datetime, ...]
    zone: ConditionId | None


def show_asking_within(view: Reading, now: datetime, alert: Alert, by: ActorId) -> AskingWithin | None:
    """What they can ask about within an alert now; None for who does not hold it."""
    claim = claim_of(alert, by)
    if claim is None:
        return None
    zone = claim.condition_id
    zoned = zone is not None and view.condition(zone).kind in ZONED
    return AskingWithin(quarters_within(claim, now)[::-1], zone if zoned else None)


def show_alert_file(view: Reading, now: datetime, alert_id: AlertId) -> AlertFile:
    """One alert with its whole record. Raises NotFound."""
    alert = view.alert(alert_id)
    steps = view.steps_of(alert_id)
    most = suspended_at_most(alert, steps, now)
    return AlertFile(
        at=now,
        reference=view.case(alert.case_id).reference,
        alert=alert,
        steps=tuple(Done(one, function_of(view.roles_of(one.acted_by), now)) for one in steps),
        replies=view.replies(alert_id),
        contacts=view.contacts_tried(alert_id),
        moves=tuple(one for one in MOVES[alert.state] if one is not AlertMove.SUSPEND or most > now),
        takes_replies=alert.state in REPLY_STATES,
        suspended_at_most=most,
        device=None if alert.fitting_id is None else history_of(view, view.fitting(alert.fitting_id).device_id),
    )


_FOUND = frozenset({Noted.INSPECTED, Noted.FAULTY, Noted.MENDED})


def history_of(view: Reading, device_id: DeviceId) -> DeviceHistory:
    """A device's history, without anybody who wore it."""
    found = tuple(one for one in view.notes_of(device_id) if one.kind in _FOUND)
    return DeviceHistory(found, view.raised_by(device_id))
