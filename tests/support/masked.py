"""People of the made-up old town who go to places that are masked, what the vault would show of them, and an attacker.

The attacker has the map, the code, the person's home, how people choose where to go and how fast they move; what they
lack is the key, and what is hidden.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import acos, comb, degrees, dist, exp
from random import Random

from custodiet.adapters.osm import boxes_in
from custodiet.model.condition import Interval
from custodiet.rules.intervals import joined, without
from custodiet.rules.masking.classes import KEYS, is_sensitive
from custodiet.rules.masking.flagged import Flagged, Map, map_of
from custodiet.rules.masking.stays import (
    MARGIN_MAX,
    MARGIN_MIN,
    Mark,
    hidden_by,
    judged_for,
    stays_in,
)
from custodiet.simulation.town_map import degrees as on_globe
from custodiet.simulation.town_map import ordinary_places, sensitive_places, write_town

MIDNIGHT = datetime(2031, 3, 3, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WALKS_M, WALK_M_A_MIN, RIDE_M_A_MIN = 2500.0, 84.0, 360.0
NOISE_M, ACCURACY_M = 8.0, 16.0
HOME_M, AT_PLACE_M = 100.0, 60.0
NEARER_M = 1500.0
"""So far away a place is chosen e times less often than one next door."""


@dataclass(frozen=True)
class Town:
    masked: tuple
    ordinary: tuple
    map: Map

    @staticmethod
    def of(seed: int, folder) -> "Town":
        """By its file, as any other map is loaded."""
        file = folder / f"town-{seed}.osm.pbf"
        write_town(file, seed)
        loaded = map_of(boxes_in(file, KEYS, is_sensitive))
        return Town(
            tuple(one.at for one in sensitive_places(seed)), tuple(one.at for one in ordinary_places(seed)), loaded
        )


class Day:
    """A day with one stay at a masked place, and perhaps other ways before and after it. Minutes since midnight."""

    def __init__(self, town: Town, random: Random, home=None, place=None) -> None:
        self.town = town
        self.home = home or (random.uniform(-2000, 2000), random.uniform(-2000, 2000))
        weights = [exp(-dist(self.home, one) / NEARER_M) for one in town.masked]
        self.place = random.choices(range(len(town.masked)), weights)[0] if place is None else place
        self._key = random.randbytes(32)
        self.fixes = list(self._lived(random))
        flagged = Flagged(town.map, Map(()), self._key)
        self._marks = [Mark(at, self._is_near(flagged, where)) for at, where in self.fixes]

    def shown(self, window: Interval, *, masking: bool = True):
        """What a reading of that window gives: the parts that may be shown, and the places in them."""
        judged = judged_for(window)
        marks = [mark for mark in self._marks if judged.covers(mark.at)]
        hidden = hidden_by(stays_in(marks), self._key) if masking else ()
        parts = without([window], hidden)
        return parts, [(at, where) for at, where in self.fixes if any(part.covers(at) for part in parts)]

    @property
    def whole(self) -> Interval:
        return Interval(MIDNIGHT, self.fixes[-1][0] + MINUTE)

    def _is_near(self, flagged: Flagged, where) -> bool:
        lat, lon = on_globe(where)
        return dist(where, self.home) > HOME_M and flagged.is_near(round(lat * 1e7), round(lon * 1e7), ACCURACY_M)

    def _lived(self, random: Random) -> Iterator:
        stops = [(self.town.masked[self.place], random.uniform(15, 120))]
        if random.random() < 0.4:
            stops.insert(0, (random.choice(self.town.ordinary), random.uniform(15, 60)))
        if random.random() < 0.4:
            stops.append((random.choice(self.town.ordinary), random.uniform(15, 60)))
        minute, at = 120 + random.uniform(0, 60), self.home
        line = [(0.0, self.home), (minute, self.home)]
        for to, lasts in (*stops, (self.home, 120.0)):
            pace = WALK_M_A_MIN if dist(at, to) < WALKS_M else RIDE_M_A_MIN
            corner = [(to[0], at[1])] if random.random() < 0.5 else []  # along two streets, or straight
            for corner_or_end in (*corner, to):
                minute += dist(at, corner_or_end) / pace
                line.append((minute, corner_or_end))
                at = corner_or_end
            minute += lasts
            line.append((minute, at))
        return self._reported(random, line)

    @staticmethod
    def _reported(random: Random, line) -> Iterator:
        minute, leg = random.random(), 0
        while minute < line[-1][0]:
            while line[leg + 1][0] < minute:
                leg += 1
            (began, start), (ends, end) = line[leg : leg + 2]
            share = (minute - began) / (ends - began)
            where = tuple(
                one + share * (other - one) + random.gauss(0, NOISE_M) for one, other in zip(start, end, strict=True)
            )
            yield MIDNIGHT + minute * MINUTE, where
            minute += 1


# --- the attacker -----------------------------------------------------------------------------------------------


class Attacker:
    """Asks for ten windows of each day and puts together what they gave."""

    def __init__(self, town: Town, home) -> None:
        self._town = town
        self._home = home
        self.sum = [0.0] * len(town.masked)

    def look_at(self, day: Day, random: Random, *, masking: bool) -> dict[str, int | None]:
        """The place that each way of guessing names."""
        gaps, seen = self._put_together(day, random, masking)
        dwelt = self._dwelt(seen)
        if dwelt is not None:
            return dict.fromkeys((*self._guesses(None, None), "all"), dwelt)
        if not gaps:
            return dict.fromkeys((*self._guesses(None, None), "all"))
        longest = max(gaps, key=lambda one: one.to_at - one.from_at)
        self.sum = [one + other for one, other in zip(self.sum, self._likely(gaps, seen), strict=True)]
        told = self._guesses(*self._ends(longest, seen)[:2])
        return told | {"all": max(range(len(self.sum)), key=self.sum.__getitem__)}

    def _put_together(self, day: Day, random: Random, masking: bool):
        """Ten windows: the whole; then ever closer ones that begin and end in what the ones before did not show."""
        seen, hidden = {}, [day.whole]
        for number in range(10):
            window = day.whole
            if number and hidden:
                gap = random.choice(hidden)
                length = gap.to_at - gap.from_at
                begins = gap.from_at + random.uniform(-0.5, 0.9) * length
                window = Interval(begins, begins + random.uniform(0.2, 1.0) * length)
            parts, places = day.shown(window, masking=masking)
            seen |= dict(places)
            hidden = list(without(hidden, joined(parts)))
        return hidden, sorted(seen.items())

    def _dwelt(self, seen) -> int | None:
        """A masked place at which someone was seen for five minutes; the one they were seen at the longest."""
        best = 4, None
        for number, place in enumerate(self._town.masked):
            there = [at for at, where in seen if dist(where, place) < AT_PLACE_M and dist(where, self._home) > HOME_M]
            best = max(best, (len(there), number), key=lambda one: one[0])
        return best[1]

    def _guesses(self, start, end) -> dict[str, int]:
        spots = {"home": self._home, "start": start, "end": end}
        if start and end:
            spots["middle"] = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
            shortest = range(len(self._town.masked))
            on_the_way = min(
                shortest, key=lambda one: dist(start, self._town.masked[one]) + dist(self._town.masked[one], end)
            )
            return {name: self._nearest(at) for name, at in spots.items()} | {"on_the_way": on_the_way}
        return dict.fromkeys([*spots, "middle", "on_the_way"], -1)

    def _nearest(self, at) -> int:
        return min(range(len(self._town.masked)), key=lambda one: dist(self._town.masked[one], at))

    def _ends(self, gap: Interval, seen):
        before = [(at, where) for at, where in seen if at < gap.from_at][-5:]
        after = [(at, where) for at, where in seen if at >= gap.to_at][:5]
        start = before[-1][1] if before else self._home
        end = after[0][1] if after else self._home
        return start, end, _moves(before), _moves(after)

    def _likely(self, gaps, seen) -> list[float]:
        """How likely each place is: where people go, how far it is in the time, and which way they were going."""
        found = [0.0] * len(self._town.masked)
        for gap in gaps:
            start, end, before, after = self._ends(gap, seen)
            for number, place in enumerate(self._town.masked):
                likely = exp(-dist(self._home, place) / NEARER_M)
                likely *= _on_foot(start, place, before, 1) * _on_foot(end, place, after, -1)
                found[number] += likely
        most = sum(found) or 1.0
        return [one / most for one in found]


def _moves(points):
    """Which way and how fast someone went who was seen there; None: they stood."""
    if len(points) < 4:
        return None
    (began, start), (ends, end) = points[0], points[-1]
    far = dist(start, end)
    return None if far < 60 else ((end[0] - start[0]) / far, (end[1] - start[1]) / far, far / ((ends - began) / MINUTE))


def _on_foot(start, place, moves, sense: int) -> float:
    far = dist(start, place)
    least, most = MARGIN_MIN / MINUTE, MARGIN_MAX / MINUTE
    if moves is None:
        needs = far / (WALK_M_A_MIN if far < WALKS_M else RIDE_M_A_MIN)
        return 1.0 if needs <= least else max(0.02, (most - needs) / (most - least))
    needs = far / moves[2]
    likely = 1.0 if least - 2 <= needs <= most + 2 else 0.1
    if far == 0:
        return likely
    turn = sum((one - other) * way for one, other, way in zip(place, start, moves[:2], strict=True)) * sense / far
    angle = degrees(acos(max(-1.0, min(1.0, turn))))
    return likely * (exp(-((angle / 6) ** 2)) + (0.15 if angle < 92 else 0.005))


def upper_bound(successes: int, tries: int, risk: float = 0.05) -> float:
    """The exact one-sided upper bound (Clopper and Pearson) of a share."""
    low, high = successes / tries, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        below = sum(comb(tries, one) * middle**one * (1 - middle) ** (tries - one) for one in range(successes + 1))
        low, high = (middle, high) if below > risk else (low, middle)
    return high if successes < tries else 1.0


def rates(town: Town, random: Random, stays: int, *, masking: bool, visits: int = 1) -> dict[str, int]:
    """How often each way of guessing names the place. `visits`: days on which each person goes there."""
    won: dict[str, int] = {}
    for _ in range(stays):
        day = Day(town, random)
        attacker = Attacker(town, day.home)
        told = attacker.look_at(day, random, masking=masking)
        for _ in range(visits - 1):
            told = attacker.look_at(Day(town, random, day.home, day.place), random, masking=masking)
        for name, guess in told.items():
            won[name] = won.get(name, 0) + (guess == day.place)
    return won
