"""Findings beside the truth: false alerts, missed events, delays, with the same count for a plain geofence.

What counts, for one condition of one person:
- an alert is false when it overlaps no true event, give or take two minutes; nothing else makes one true;
- an event is one that lasts ten minutes or more; it is witnessed when at least three usable fixes taken within it
  arrived in order, the first and the last two minutes apart or more. Usable: by satellites, with an accuracy that is
  known and no wider than the scheme takes, and the whole disc beyond the edge. They need not follow one another: a
  witnessed event that fixes on the other side hid is missed;
- delay is from the event's true start to the moment we knew, over events that both found.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from custodiet.model.judging import DEFAULTS
from custodiet.model.report import Fix, Method

EVENT_MS = 10 * 60_000
TOLERANCE_MS = 2 * 60_000
WITNESSES = 3
WITNESSES_APART_MS = 2 * 60_000
_ON_AND_ON = 1 << 60


def is_usable(fix: Fix, wrong_m: float) -> bool:
    """Whether a fix `wrong_m` beyond the edge on the wrong side is one to go by, as the default settings have it."""
    if fix.accuracy_m is None or fix.accuracy_m > DEFAULTS.accuracy_max_m or fix.method is not Method.GPS:
        return False
    disc_m = max(fix.accuracy_m, DEFAULTS.accuracy_min_m) * DEFAULTS.disc_scale
    return wrong_m >= disc_m + DEFAULTS.buffer_m


@dataclass(frozen=True, slots=True)
class Scored:
    """One alert of either judge. `until_ms` None: it goes on. Knew of it at `known_ms`."""

    from_ms: int
    until_ms: int | None
    known_ms: int


@dataclass(slots=True)
class Truth:
    """One condition of one person: when it was truly broken, and the usable fixes that witnessed it."""

    events: Sequence[tuple[int, int]]
    witnesses: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Score:
    """Counts of one judge over one person."""

    true: int = 0
    false: int = 0
    missed: int = 0
    witnessed: int = 0


@dataclass(slots=True)
class PersonScore:
    """Both judges over one person."""

    ours: Score = field(default_factory=Score)
    plain: Score = field(default_factory=Score)
    delays_s: list[tuple[float, float]] = field(default_factory=list)
    """Ours and the plain geofence's, of events that both found."""

    def add(self, truth: Truth, ours: Sequence[Scored], plain: Sequence[Scored]) -> None:
        """One condition more."""
        _count(self.ours, truth, ours)
        _count(self.plain, truth, plain)
        for event in truth.events:
            if event[1] - event[0] < EVENT_MS:
                continue
            found = [[one.known_ms for one in alerts if _overlaps(one, event)] for alerts in (ours, plain)]
            if all(found):
                self.delays_s.append(tuple((min(known) - event[0]) / 1000 for known in found))  # type: ignore[arg-type]


def _count(score: Score, truth: Truth, alerts: Sequence[Scored]) -> None:
    for one in alerts:
        if any(_overlaps(one, event) for event in truth.events):
            score.true += 1
        else:
            score.false += 1
    for event in truth.events:
        if event[1] - event[0] < EVENT_MS:
            continue
        seen = [at for at in truth.witnesses if event[0] <= at < event[1]]
        if len(seen) >= WITNESSES and max(seen) - min(seen) >= WITNESSES_APART_MS:
            score.witnessed += 1
            score.missed += not any(_overlaps(one, event) for one in alerts)


def _overlaps(alert: Scored, event: tuple[int, int]) -> bool:
    until = _ON_AND_ON if alert.until_ms is None else alert.until_ms
    return alert.from_ms <= event[1] + TOLERANCE_MS and until >= event[0] - TOLERANCE_MS


def quantile(values: Sequence[float], share: float) -> float | None:
    """The value that so large a share does not exceed; None of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None


def ratio_interval(people: Sequence[PersonScore], random: Random, draws: int = 2000) -> tuple[float, float] | None:
    """How many times fewer false alerts than the plain geofence: a 95 % bootstrap interval over people.

    A draw without any of ours counts as if there were half a one: nothing is infinitely better on finite evidence.
    """
    if not people:
        return None
    counts = [(one.plain.false, one.ours.false) for one in people]
    ratios = []
    for _ in range(draws):
        drawn = random.choices(counts, k=len(counts))
        ratios.append(sum(plain for plain, _ in drawn) / max(sum(ours for _, ours in drawn), 0.5))
    return quantile(ratios, 0.025) or 0.0, quantile(ratios, 0.975) or 0.0
