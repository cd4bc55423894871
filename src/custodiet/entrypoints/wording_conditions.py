"""Conditions in words: when they ask, by whose clock. English texts; a page says them in its language."""

from collections.abc import Callable

from custodiet.entrypoints.wording import said_day
from custodiet.model.condition import Schedule

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAY_MIN = 24 * 60

Say = Callable[[str], str]


def said_schedule(schedule: Schedule, say: Say) -> tuple[str, ...]:
    """When it asks, a phrase for each: hours that come on several days stand together."""
    if schedule.is_always:
        return (say("at every hour"),)
    hours: dict[tuple[int, int], list[int]] = {}
    for one in schedule.weekly:
        day, opens = divmod(one.opens_min, _DAY_MIN)
        hours.setdefault((opens, one.closes_min - one.opens_min), []).append(day)
    zone = schedule.zone.name if schedule.zone is not None else "UTC"
    weekly = tuple(_weekly(days, *of, zone, say) for of, days in hours.items())
    once = tuple(
        say("from %(from)s to %(to)s") % {"from": said_day(one.from_at), "to": said_day(one.to_at)}
        for one in schedule.once
    )
    return weekly + once


def _weekly(days: list[int], opens_min: int, for_min: int, zone: str, say: Say) -> str:
    closes = opens_min + for_min
    words = (
        say("%(days)s, %(from)s to %(to)s, by the clock of %(zone)s")
        if closes <= _DAY_MIN
        else say("%(days)s, %(from)s to %(to)s the next day, by the clock of %(zone)s")
    )
    if closes > 2 * _DAY_MIN:
        words = say("%(days)s from %(from)s, for %(hours)s hours, by the clock of %(zone)s")
    named = say("every day") if len(days) == len(DAYS) else ", ".join(say(DAYS[one]) for one in sorted(days))
    told = {"days": named, "from": _clock(opens_min), "to": _clock(closes), "zone": zone, "hours": for_min // 60}
    return words % told


def _clock(minute: int) -> str:
    minute = minute if minute == _DAY_MIN else minute % _DAY_MIN
    return f"{minute // 60:02d}:{minute % 60:02d}"
