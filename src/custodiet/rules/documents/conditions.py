"""What a decision asks of the person, as its letter tells them: what, when, by whose clock. Pure.

No place is told, in words or in numbers: places stand sealed, and the person is shown theirs when they ask. A zone that
protects somebody is told as any other that one keeps out of: a letter says of nobody that they are protected.
"""

from collections.abc import Iterator, Sequence

from custodiet.model.condition import ZONED, Condition, ConditionKind, Interval, LocalZone, Schedule
from custodiet.model.decision import Decision
from custodiet.model.mode import ModeCode
from custodiet.rules.conditions.timetable import DAY_MIN, DAYS, SameHours, clock_at, local_at, same_hours
from custodiet.rules.documents.part import Part

HEADING = "What you must do"

_OUT = "You must stay out of a set area."
_ASKED: dict[ConditionKind, str] = {
    ConditionKind.CURFEW: "You must be at a set place at set times.",
    ConditionKind.INCLUSION: "You must stay in a set area.",
    ConditionKind.EXCLUSION: _OUT,
    ConditionKind.PROTECTIVE: _OUT,
    ConditionKind.APPOINTMENT: "You must come to a visit with us.",
    ConditionKind.CHECK_IN: "You must check in with us.",
    ConditionKind.HOME_PRESENCE: "You must be at home at set times.",
}
_AREA_OF_CHECK_INS = "When you check in, you must be in a set area."
_ALWAYS = "When: at all times."
_WEEKLY = "When: {days}, from {from} to {to}. The clock is that of {zone}."
_OVERNIGHT = "When: {days}, from {from} to {to} on the next day. The clock is that of {zone}."
_LONG = "When: {days}, from {from}, for {hours} hours. The clock is that of {zone}."
_ONCE = "When: on {day}, from {from} to {to}. The clock is that of {zone}."
_OVER = "When: on {day} from {from}, up to {to} on {last}. The clock is that of {zone}."
_EACH_DAY = "each day"
_WHERE = "Ask us to show you the place. It is free."
_CANNOT = "If you can not do this, tell us. You can tell us why."

PARTS = (
    *(*dict.fromkeys(_ASKED.values()), _AREA_OF_CHECK_INS),
    *(_ALWAYS, _WEEKLY, _OVERNIGHT, _LONG, _ONCE, _OVER, _EACH_DAY, *DAYS, _WHERE, _CANNOT),
)
"""All that this can say under its heading, in the order in which it is translated."""


def asked_in(decision: Decision, conditions: Sequence[Condition]) -> tuple[tuple[Part, ...], ...]:
    """A paragraph for each condition of a decision, its parts one after the other, and what to do about them; none
    where nothing is asked.
    """
    if not conditions:
        return ()
    kinds = list(ConditionKind)
    asked = [
        (Part(_what(one.kind, decision)), *_when(one.schedule))
        for one in sorted(conditions, key=lambda one: (kinds.index(one.kind), one.id))
    ]
    where = ((Part(_WHERE),),) if any(one.kind in ZONED for one in conditions) else ()
    return (*asked, *where, (Part(_CANNOT),))


def _what(kind: ConditionKind, decision: Decision) -> str:
    if kind is ConditionKind.INCLUSION and decision.mode is ModeCode.CHECK_IN_AREA:
        return _AREA_OF_CHECK_INS
    return _ASKED[kind]


def _when(schedule: Schedule) -> Iterator[Part]:
    if schedule.is_always:
        yield Part(_ALWAYS)
    for hours in same_hours(schedule):
        yield _weekly(hours, schedule.zone)
    for one in schedule.once:
        yield _once(one, schedule.zone)


def _weekly(hours: SameHours, zone: LocalZone | None) -> Part:
    days = (("{days}", (_EACH_DAY,) if len(hours.days) == len(DAYS) else tuple(DAYS[one] for one in hours.days)),)
    opens = ("{from}", clock_at(hours.opens_min))
    if hours.closes_min > 2 * DAY_MIN:
        return Part(_LONG, words=days, figures=(opens, ("{hours}", f"{hours.for_min / 60:g}"), _clock_of(zone)))
    text = _OVERNIGHT if hours.closes_min > DAY_MIN else _WEEKLY
    return Part(text, words=days, figures=(opens, ("{to}", clock_at(hours.closes_min)), _clock_of(zone)))


def _once(one: Interval, zone: LocalZone | None) -> Part:
    opens, closes = local_at(zone, one.from_at), local_at(zone, one.to_at)
    figures = (("{from}", f"{opens:%H:%M}"), ("{to}", f"{closes:%H:%M}"), _clock_of(zone))
    if opens.date() == closes.date():
        return Part(_ONCE, days=(("{day}", opens),), figures=figures)
    return Part(_OVER, days=(("{day}", opens), ("{last}", closes)), figures=figures)


def _clock_of(zone: LocalZone | None) -> tuple[str, str]:
    return "{zone}", "UTC" if zone is None else zone.name
