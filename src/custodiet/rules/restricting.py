"""When a right may be restricted, and what the person is told of it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from custodiet.model.condition import Interval
from custodiet.model.identity import ActorId
from custodiet.model.restricting import (
    ABOUT_MAX,
    RESTRICTED_MAX,
    HeldBack,
    RestrictionStep,
    Right,
    StandingRestriction,
)

WEIGHED = {
    "prejudice": "what would be prejudiced, and how",
    "vulnerability": "how vulnerable the person may be",
    "rights": "their rights and freedoms, and what else binds us",
    "proportion": "why it is necessary, and no more than necessary",
}
"""What is weighed, each in words of its own."""


def objections_to_restricting(
    window: Interval, until_at: datetime, said: dict[str, str], untold: str, now: datetime, *, told: bool
) -> tuple[str, ...]:
    """Every rule against asking for this restriction; empty when there is none. `said`: by WEIGHED."""
    against = [
        f"not_weighed: nothing is said of {words}; the same with that weighed for this person, this time"
        for part, words in WEIGHED.items()
        if not said.get(part, "").strip()
    ]
    if not now < until_at <= now + RESTRICTED_MAX:
        against.append("no_end: a restriction ends by itself, within 28 days; what needs longer is weighed afresh")
    if window.to_at > now:
        against.append("ahead: it is about what has not happened yet; what has passed can be held back, each time anew")
    if not timedelta(0) < window.to_at - window.from_at <= ABOUT_MAX:
        against.append("too_wide: it is about three months at most; the time that matters")
    if not told and not untold.strip():
        against.append("not_told: it does not say why telling the person would defeat it; say why, or tell them")
    if told and untold.strip():
        against.append("told_and_not: it is told, and gives a reason not to tell it; one of the two")
    return tuple(against)


def objections_to_answering_restriction(
    standing: StandingRestriction, step: RestrictionStep, by: ActorId, now: datetime
) -> tuple[str, ...]:
    """Every rule against placing, refusing or ending a restriction; empty when there is none."""
    against = []
    if step is RestrictionStep.ENDED:
        if not standing.in_force(now):
            against.append("not_in_force: this restriction holds nothing back now; nothing is left to end")
        return tuple(against)
    if standing.step is not None:
        against.append("answered: this was answered already; another one can be asked for, and is weighed afresh")
    if standing.restriction.until_at <= now:
        against.append("over: its date has passed; another one can be asked for, and is weighed afresh")
    if standing.restriction.asked_by == by:
        against.append("your_own: nobody says yes or no to what they asked for; someone else can")
    return tuple(against)


def answered(
    one: StandingRestriction, step: RestrictionStep, by: ActorId, at: datetime, entry: int
) -> StandingRestriction:
    """A restriction once it was answered, or ended before its date."""
    if step is RestrictionStep.ENDED:
        return replace(one, step=step, ended_at=at)
    return replace(one, step=step, answered_by=by, answered_at=at, answered_entry=entry)


def is_held_back(standing: Iterable[StandingRestriction], right: Right, at: datetime, now: datetime) -> bool:
    """Whether what happened at an instant is held back from the person now, as far as one right goes."""
    return any(
        one.in_force(now) and one.restriction.right is right and one.restriction.window.covers(at) for one in standing
    )


def held_from_copy(standing: Iterable[StandingRestriction], now: datetime) -> tuple[HeldBack, ...]:
    """The times whose positions are left out of a copy that is given now."""
    these = (one.restriction for one in standing if one.in_force(now) and one.restriction.right is Right.COPY)
    return tuple(HeldBack(one.window.from_at, one.window.to_at, one.until_at, one.told) for one in these)


def told_to_person(standing: Iterable[StandingRestriction], now: datetime) -> tuple[StandingRestriction, ...]:
    """Those that the person sees: each that was answered and is told; every one once telling defeats nothing more."""
    standing = tuple(standing)
    return tuple(one for one in standing if _is_told(one, standing, now))


def _is_told(one: StandingRestriction, others: Iterable[StandingRestriction], now: datetime) -> bool:
    if one.step is None and now < one.restriction.until_at:
        return False  # it waits, and nobody has said yes or no
    # One that is not told keeps itself secret while it is in force, and others about the same.
    return one.restriction.told or not any(_keeps_secret(other, one, now) for other in others)


def _keeps_secret(other: StandingRestriction, one: StandingRestriction, now: datetime) -> bool:
    mine, theirs = one.restriction, other.restriction
    overlap = mine.window.from_at < theirs.window.to_at and theirs.window.from_at < mine.window.to_at
    return other.in_force(now) and not theirs.told and theirs.right is mine.right and overlap
