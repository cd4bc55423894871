"""When what was collected is erased, and of what a day's key can be destroyed."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256

from custodiet.model.condition import Interval
from custodiet.model.decision import Decision, State
from custodiet.model.erasing import HELD_MAX, HOLD_MAX, CopyStep, HoldStep, KeptAs, StandingHold
from custodiet.model.erasing_record import CopyTold
from custodiet.model.identity import ActorId
from custodiet.model.mode import Category
from custodiet.model.session import Session
from custodiet.rules.decisions import kept_categories

_DAY = timedelta(days=1)
COPY_WAITS = timedelta(days=28)
"""How long the person has to answer whether they want a copy, before it can be erased without."""
OVERDUE_AFTER = timedelta(days=1)
"""How long after a due day has closed it counts as late: the clock takes minutes."""


def closes_at(day: date, late_max: timedelta) -> datetime:
    """From when on nothing can be sealed to a UTC day's key any more.

    Until then it is shared with whatever else is authorised that day, and cannot go. What is due is shown to nobody
    meanwhile.
    """
    return datetime.combine(day, time(), UTC) + _DAY + late_max


def keeps(holds: Iterable[StandingHold], category: Category, day: date, at: datetime) -> bool:
    """Whether a hold in force keeps what was collected of a category on a UTC day."""
    return any(one.hold.category is category and one.hold.covers_day(day) and one.in_force(at) for one in holds)


def kept_as(
    category: Category,
    days: Iterable[date],
    due_at: datetime,
    holds: Iterable[StandingHold],
    late_max: timedelta,
    now: datetime,
) -> KeptAs:
    """Why something past its rule is still there. `days`: those left of it; `holds`: its case's."""
    holds = tuple(holds)
    free = [day for day in days if not keeps(holds, category, day, now)]
    if not free:
        return KeptAs.HELD

    def free_from(day: date) -> datetime:
        about = (one for one in holds if one.placed_at and one.hold.category is category and one.hold.covers_day(day))
        return max(closes_at(day, late_max), due_at, *(one.ended_at or one.hold.until_at for one in about))

    return KeptAs.LATE if any(free_from(day) + OVERDUE_AFTER <= now for day in free) else KeptAs.CLOSING


def objections_to_asking_hold(
    decisions: Iterable[Decision], category: Category, window: Interval, until_at: datetime, why: str, now: datetime
) -> tuple[str, ...]:
    """What stands against asking for a hold; empty for nothing. `decisions`: the case's."""
    against = []
    if not why.strip():
        against.append(
            "reason_missing: no reason is given; say what it is kept for, and why the rule's time does not do"
        )
    if not now < until_at <= now + HOLD_MAX:
        against.append("no_date: a hold ends by itself, within a year; one that must last longer is asked for afresh")
    if not timedelta(0) < window.to_at - window.from_at <= HELD_MAX:
        against.append("too_wide: a hold is about three months at most; ask for one of the time that matters")
    if not any(_kept_of(one, category, window) for one in decisions):
        against.append("nothing_kept: nothing of this category was collected then; name another time or category")
    return tuple(against)


def _kept_of(one: Decision, category: Category, window: Interval) -> bool:
    over = one.until is not None and one.until <= window.from_at
    return one.stands and category in kept_categories(one) and one.starts_at < window.to_at and not over


def objections_to_answering_hold(standing: StandingHold, step: HoldStep, by: ActorId, now: datetime) -> tuple[str, ...]:
    """What stands against placing, refusing or ending a hold; empty for nothing."""
    against = []
    if step is HoldStep.ENDED:
        if not standing.in_force(now):
            against.append("not_in_force: this hold keeps nothing now; nothing is left to end")
        return tuple(against)
    if standing.step is not None:
        against.append("answered: someone has said yes or no to this hold already; ask for another one")
    if standing.hold.until_at <= now:
        against.append("over: its date has passed; ask for another one")
    if standing.hold.asked_by == by:
        against.append("your_own: nobody says yes or no to what they asked for; someone else can")
    return tuple(against)


def objections_to_copy_step(decision: Decision, told: Iterable[CopyTold], step: CopyStep) -> tuple[str, ...]:
    """What stands against recording a step with the person's copy; empty for nothing."""
    against = []
    if decision.state is not State.ANNULLED:
        against.append(
            "not_annulled: the decision was not annulled; of what an annulled one collected a copy is offered"
        )
    steps = {one.step for one in told}
    if step is CopyStep.OFFERED and step in steps:
        against.append("offered: the copy was offered already; record what the person answered")
    if step is not CopyStep.OFFERED and CopyStep.OFFERED not in steps:
        against.append("not_offered: the copy was not offered yet; record that first")
    if step is not CopyStep.OFFERED and step in steps:
        against.append("told: this answer is recorded already; another answer can be recorded")
    return tuple(against)


def objections_to_ending_quarantine(
    decision: Decision, told: Iterable[CopyTold], why: str, now: datetime, *, ended: bool
) -> tuple[str, ...]:
    """What stands against erasing what was collected under an annulled decision; empty for nothing."""
    against = []
    if decision.state is not State.ANNULLED:
        against.append(
            "not_annulled: nothing of it is in quarantine; what an annulled decision collected can be decided on"
        )
    if ended:
        against.append("decided: it was decided already that this is erased; nothing is left to decide")
    if not why.strip():
        against.append("reason_missing: no reason is given; say why it is erased")
    steps = {one.step: one.at for one in told}
    if CopyStep.OFFERED not in steps:
        against.append("copy_not_offered: the person is offered a copy first; offer it, and record that")
    elif not steps.keys() & {CopyStep.TAKEN, CopyStep.DECLINED} and now < steps[CopyStep.OFFERED] + COPY_WAITS:
        against.append(
            "copy_waits: the person was offered a copy less than 28 days ago and has not answered; "
            "record the answer, or decide when the time is over"
        )
    return tuple(against)


def kept_digest(kept: Iterable[Session]) -> bytes:
    """SHA-256 over the commitments of the sessions that outlive their day's key, by identity; empty for none."""
    commitments = [one.commitment for one in sorted(kept, key=lambda one: one.id)]
    return sha256(b"".join(commitments)).digest() if commitments else b""
