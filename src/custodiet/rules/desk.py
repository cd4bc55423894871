"""Where a device is, and what stands against fitting, removing or replacing it. Pure.

A device that is known to be faulty is fitted to nobody, and what it raised speaks against nobody (R66). A removal that
we made ourselves, or that a hospital did, is no tampering (R79): its time is booked in the write that records it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from custodiet.model.alert import Alert
from custodiet.model.condition import Interval
from custodiet.model.decision import Decision, State
from custodiet.model.desk import Check, Note, Noted, Removal, Stock, Wear
from custodiet.model.device import Device, Fitting
from custodiet.model.finding import Weight
from custodiet.model.identity import FittingId

MEDICAL_WITHIN = timedelta(hours=24)
"""So long afterwards a removal that nobody could ask for may still be recorded: a hospital asks nobody first."""
FAULT_WITHIN = timedelta(days=365)
WORN_BY_MIN = 3
"""As for figures of a team (rules/consistency.py)."""
PER_DAYS = 100
_ASKED_AHEAD = timedelta(days=3)
_AROUND = timedelta(minutes=15)
"""How near a removal its sensors may speak: clocks differ, and a strap is opened before it is off."""


@dataclass(frozen=True, slots=True)
class Health:
    """How often, per 100 days on someone, a batch's batteries were low and its devices were found faulty."""

    low: float
    faults: float


def health_of(wear: Wear) -> Health | None:
    """Of a batch; None where it would say how one person charges, or where it is too early to say anything."""
    days = wear.worn / timedelta(days=1)
    if wear.people < WORN_BY_MIN or days < PER_DAYS:
        return None
    return Health(wear.low * PER_DAYS / days, wear.faults * PER_DAYS / days)


def inspected_under(decisions: Iterable[Decision], strand: str, now: datetime) -> Decision | None:
    """Under which decision a device on someone is to be inspected; None: under none, and then it is to come off.

    A pause takes no device off, so it goes on then.
    """
    stand = (State.MADE, State.SUSPENDED)
    return next((one for one in decisions if one.strand == strand and one.state in stand and one.covers(now)), None)


def inspection_asked_within(days: int) -> timedelta:
    """How long before it is due an inspection is asked for, so that a visit can be arranged."""
    return min(_ASKED_AHEAD, timedelta(days=days) / 2)


def inspection_due(seen_at: datetime, days: int, now: datetime) -> datetime | None:
    """When a device that was last seen to sit right then is to be inspected; None while that is too far off to ask.

    Whoever is asked late, since the rule is new or the clock was away, has the usual time for it all the same.
    """
    ahead = inspection_asked_within(days)
    due_at = seen_at + timedelta(days=days)
    return None if now < due_at - ahead else max(due_at, now + ahead)


def stock_of(fittings: Iterable[Fitting], notes: Sequence[Note]) -> Stock:
    """Where a device is, by its fittings and its notes in order."""
    condition = [one.kind for one in notes if one.kind in (Noted.FAULTY, Noted.MENDED)]
    if condition and condition[-1] is Noted.FAULTY:
        return Stock.FAULTY
    known = list(fittings)
    if any(one.removed_at is None for one in known):
        return Stock.FITTED
    removed = [one.removed_at for one in known if one.removed_at is not None]
    looked_at = [one.at for one in notes if one.kind in (Noted.INSPECTED, Noted.MENDED)]
    if removed and max(removed) > max(looked_at, default=min(removed) - timedelta(days=1)):
        return Stock.RETURNED
    return Stock.IN_STOCK


def objections_to_fitting(device: Device, stock: Stock, check: Check) -> tuple[str, ...]:
    """Every rule against this device going on someone now; empty when there is none."""
    against = []
    if stock is not Stock.IN_STOCK:
        why = {
            Stock.FITTED: "not_in_stock: it is on someone; take it off them first",
            Stock.RETURNED: "not_in_stock: it came back and nobody has looked at it; inspect it first",
            Stock.FAULTY: "not_in_stock: it is faulty; have it mended, or take another one",
        }
        against.append(why[stock])
    if check.serial_read.strip() != device.serial:
        against.append("another_device: the serial that was read off the device is not this one's; read it again")
    if not check.fit_checked:
        against.append(
            "fit_not_checked: nobody has said that it sits right; see that it sits right and does not hurt, and say so"
        )
    return tuple(against)


def objections_to_removing(fitting: Fitting, reason: Removal, off_at: datetime, now: datetime) -> tuple[str, ...]:
    """Every rule against recording that a device came off then; empty when there is none."""
    against = []
    if fitting.removed_at is not None:
        against.append("off_already: it is off already; another device that is on the person can come off")
    if off_at > now or off_at < fitting.fitted_at:
        against.append(
            "not_then: it came off since it was fitted, and not in the future; a time between its fitting and now"
        )
    if now - off_at > (MEDICAL_WITHIN if reason is Removal.MEDICAL else timedelta(hours=1)):
        against.append(
            "too_long_ago: 24 hours for a medical removal, one hour for another; say when it is nearest to it"
        )
    return tuple(against)


def off_during(fitting: Fitting, off_at: datetime, now: datetime) -> Interval:
    """The time in which its sensors say what was to be expected."""
    return Interval(max(fitting.fitted_at, off_at - _AROUND), now + _AROUND)


def objections_to_fault(since_at: datetime, stock: Stock, now: datetime) -> tuple[str, ...]:
    """Every rule against recording a fault; empty when there is none."""
    against = []
    if stock is Stock.FAULTY:
        against.append("faulty_already: its fault is recorded; inspect it once it is mended; nothing else is needed")
    if since_at > now or now - since_at > FAULT_WITHIN:
        against.append("not_then: a fault has begun, and within the last year; the time at which it was first noticed")
    return tuple(against)


def cleared_by_fault(alert: Alert, fittings: Iterable[FittingId], since_at: datetime) -> bool:
    """Whether a fault that began then speaks against an alert: it began no earlier, or went on until then."""
    if alert.fitting_id not in set(fittings) or alert.weight is Weight.SERVICE or not alert.stands:
        return False
    return alert.ended_at is None or alert.ended_at >= since_at
