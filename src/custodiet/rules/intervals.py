"""Intervals put together and cut. Half-open, as everywhere."""

from collections.abc import Iterable, Sequence

from custodiet.model.condition import Interval


def joined(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """In order of time; those that overlap or touch are one."""
    found: list[Interval] = []
    for one in sorted(intervals, key=lambda one: one.from_at):
        if found and one.from_at <= found[-1].to_at:
            found[-1] = Interval(found[-1].from_at, max(found[-1].to_at, one.to_at))
        else:
            found.append(one)
    return tuple(found)


def without(intervals: Iterable[Interval], gaps: Sequence[Interval]) -> tuple[Interval, ...]:
    """What the gaps leave of the intervals; both in order of time."""
    left: list[Interval] = []
    for one in intervals:
        reached = one.from_at
        for gap in gaps:
            if gap.to_at <= reached or one.to_at <= gap.from_at:
                continue
            if reached < gap.from_at:
                left.append(Interval(reached, gap.from_at))
            reached = gap.to_at
        if reached < one.to_at:
            left.append(Interval(reached, one.to_at))
    return tuple(left)
