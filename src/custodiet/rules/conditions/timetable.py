"""When a condition asks: its schedule as UTC intervals.

Local times go by the offsets signed with the condition. A nonexistent local time means the next valid instant; an
ambiguous one means that of its instants that gives the person more freedom, and so does a window's whole reading: what
this makes vanish does not ask.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from custodiet.model.condition import ConditionKind, Interval, LocalZone, Schedule, Weekly
from custodiet.model.times import EPOCH
from custodiet.rules.intervals import joined, without

_MINUTE = timedelta(minutes=1)
_WEEK = timedelta(weeks=1)
DAY_MIN = 24 * 60
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
"""As `Weekly` counts them. English: a text says them in its language."""
_A_MONDAY = EPOCH + timedelta(days=4)
"""1970-01-05."""


class Sense(StrEnum):
    """Which reading of a window gives the person more freedom."""

    RESTRICTS = "restricts"
    """Being asked is a burden: the shorter window."""
    OBLIGES = "obliges"
    """Something is to be done within it: the wider window."""


def sense_of(kind: ConditionKind) -> Sense:
    """Whether the hours of such a condition burden the person or leave them time."""
    return Sense.OBLIGES if kind in (ConditionKind.APPOINTMENT, ConditionKind.CHECK_IN) else Sense.RESTRICTS


def windows(schedule: Schedule, sense: Sense, absences: Sequence[Interval], within: Interval) -> tuple[Interval, ...]:
    """The UTC intervals inside `within` in which it asks, in order, none touching another, absences cut out (R69).

    Of weekly windows nothing is said before the zone's first offset.
    """
    always = schedule.is_always
    asked = [within] if always else joined(_clipped([*schedule.once, *_weekly(schedule, sense, within)], within))
    return without(asked, joined(_clipped(absences, within)))


def weekly_on(days: Iterable[int], opens_min: int, closes_min: int) -> tuple[Weekly, ...]:
    """The same hours, in minutes of a day, on each of these days (0: Monday); up to an hour that is not later they
    close on the next day.
    """
    for_min = closes_min - opens_min if closes_min > opens_min else closes_min - opens_min + DAY_MIN
    return tuple(Weekly(day * DAY_MIN + opens_min, day * DAY_MIN + opens_min + for_min) for day in sorted(days))


@dataclass(frozen=True, slots=True)
class SameHours:
    """Hours that come on several days of the week (0: Monday), in minutes of the day on which they open."""

    days: tuple[int, ...]
    opens_min: int
    closes_min: int

    @property
    def for_min(self) -> int:
        """How long they last."""
        return self.closes_min - self.opens_min


def same_hours(schedule: Schedule) -> tuple[SameHours, ...]:
    """Its weekly windows, the days with the same hours together, in the order in which they were stated."""
    days: dict[tuple[int, int], list[int]] = {}
    for one in schedule.weekly:
        day, opens_min = divmod(one.opens_min, DAY_MIN)
        days.setdefault((opens_min, opens_min + one.closes_min - one.opens_min), []).append(day)
    return tuple(SameHours(tuple(sorted(on)), *hours) for hours, on in days.items())


def clock_at(minute: int) -> str:
    """What a clock shows so many minutes after a midnight; the midnight that ends the day is 24:00."""
    minute = minute if minute == DAY_MIN else minute % DAY_MIN
    return f"{minute // 60:02d}:{minute % 60:02d}"


def local_at(zone: LocalZone | None, at: datetime) -> datetime:
    """What the zone's clock shows then, as the instant at which a clock on UTC shows it; None: UTC itself. Before the
    zone's first offset it goes by that offset.
    """
    if zone is None:
        return at
    held = zone.offsets[max(bisect_right([one.from_at for one in zone.offsets], at) - 1, 0)]
    return at + timedelta(seconds=held.utc_offset_s)


def once(zone: LocalZone, opens: datetime, closes: datetime, sense: Sense) -> Interval:
    """One window by the zone's clock; both times are given as an instant at which a clock on UTC shows them.

    Raises IllegalValue for one that the clock makes vanish.
    """
    clock = _Clock(zone)
    if sense is Sense.RESTRICTS:
        return Interval(clock.instants(opens)[-1], clock.instants(closes)[0])
    return Interval(clock.instants(opens)[0], clock.instants(closes)[-1])


def window_at(windows: Sequence[Interval], at: datetime) -> Interval | None:
    """The one of these windows (as `windows` gives them) that an instant lies in."""
    after = bisect_right(windows, at, key=lambda one: one.from_at)
    return windows[after - 1] if after and windows[after - 1].covers(at) else None


# A local time is written here as the instant at which a clock on UTC shows it: wall = instant + offset.


class _Clock:
    """The wall clock of a zone. Before the zone's first offset it goes by that offset: callers clip there."""

    def __init__(self, zone: LocalZone) -> None:
        self._starts = [one.from_at for one in zone.offsets]
        self._offsets = [timedelta(seconds=one.utc_offset_s) for one in zone.offsets]
        self.least, self.most = min(self._offsets), max(self._offsets)

    def instants(self, wall: datetime) -> list[datetime]:
        """When the clock shows this, in order; if never, when it is put forward past it. At least one."""
        first = max(bisect_right(self._starts, wall - self.most) - 1, 0)
        last = max(bisect_right(self._starts, wall - self.least) - 1, 0)
        near = range(first, last + 1)
        shown = [wall - self._offsets[n] for n in near if self._holds(n, wall - self._offsets[n])]
        return shown or [
            self._starts[n]
            for before, n in pairwise(near)
            if self._starts[n] + self._offsets[before] <= wall < self._starts[n] + self._offsets[n]
        ]

    def _holds(self, n: int, at: datetime) -> bool:
        """Whether the nth offset is the one at this instant."""
        return (n == 0 or self._starts[n] <= at) and (n + 1 == len(self._starts) or at < self._starts[n + 1])


def _weekly(schedule: Schedule, sense: Sense, within: Interval) -> Iterator[Interval]:
    """What of the weekly windows can touch `within`."""
    if schedule.zone is None:
        return
    clock = _Clock(schedule.zone)
    known_from = schedule.zone.offsets[0].from_at
    # A window that begins in the week of this Monday is over two weeks later at the latest.
    monday = _monday(within.from_at + clock.least - 2 * _WEEK)
    while monday < within.to_at + clock.most:
        for window in schedule.weekly:
            opening = clock.instants(monday + window.opens_min * _MINUTE)
            closing = clock.instants(monday + window.closes_min * _MINUTE)
            if sense is Sense.RESTRICTS:
                opens, closes = opening[-1], closing[0]
            else:
                opens, closes = opening[0], closing[-1]
            opens = max(opens, known_from)
            if opens < closes:
                yield Interval(opens, closes)
        monday += _WEEK


def _monday(wall: datetime) -> datetime:
    """The last Monday 00:00 up to a local time."""
    return wall - (wall - _A_MONDAY) % _WEEK


def _clipped(intervals: Iterable[Interval], within: Interval) -> Iterator[Interval]:
    for one in intervals:
        from_at, to_at = max(one.from_at, within.from_at), min(one.to_at, within.to_at)
        if from_at < to_at:
            yield Interval(from_at, to_at)
