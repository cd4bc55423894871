"""Conditions in words: when they ask, by whose clock. English texts; a page says them in its language."""

from collections.abc import Callable

from custodiet.entrypoints.wording import said_day
from custodiet.model.condition import Schedule
from custodiet.rules.conditions.timetable import DAY_MIN, DAYS, SameHours, clock_at, same_hours

Say = Callable[[str], str]


def said_schedule(schedule: Schedule, say: Say) -> tuple[str, ...]:
    """When it asks, a phrase for each: hours that come on several days stand together."""
    if schedule.is_always:
        return (say("at every hour"),)
    zone = schedule.zone.name if schedule.zone is not None else "UTC"
    weekly = tuple(_weekly(one, zone, say) for one in same_hours(schedule))
    once = tuple(
        say("from %(from)s to %(to)s") % {"from": said_day(one.from_at), "to": said_day(one.to_at)}
        for one in schedule.once
    )
    return weekly + once


def _weekly(one: SameHours, zone: str, say: Say) -> str:
    words = (
        say("%(days)s, %(from)s to %(to)s, by the clock of %(zone)s")
        if one.closes_min <= DAY_MIN
        else say("%(days)s, %(from)s to %(to)s the next day, by the clock of %(zone)s")
    )
    if one.closes_min > 2 * DAY_MIN:
        words = say("%(days)s from %(from)s, for %(hours)s hours, by the clock of %(zone)s")
    named = say("every day") if len(one.days) == len(DAYS) else ", ".join(say(DAYS[day]) for day in one.days)
    told = {
        "days": named,
        "from": clock_at(one.opens_min),
        "to": clock_at(one.closes_min),
        "zone": zone,
        "hours": one.for_min // 60,
    }
    return words % told
