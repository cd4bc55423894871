"""Whether like cases are decided alike (R48): counts of what became of proposals. No order of people, and no score.

A figure of few says what one person did: a team's is told of three people or more, and any of ten proposals or more.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from custodiet.model.identity import ActorId
from custodiet.model.mode import LADDER, ModeCode
from custodiet.model.outcome import Became, Outcome

PROPOSALS_MIN = 10
PEOPLE_MIN = 3
SINCE = timedelta(days=365)
"""How far back proposals are counted."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of some people's proposals. `became` leaves out what waits. `by_rung`: the lowest first."""

    proposals: int
    by_rung: tuple[tuple[ModeCode, int], ...]
    became: tuple[tuple[Became, int], ...]
    departures: int


def of_team(outcomes: Collection[Outcome]) -> Figures | None:
    """Of everyone under a scheme; None where it would say what one of them did."""
    if len({one.by for one in outcomes}) < PEOPLE_MIN:
        return None
    return _figures(outcomes)


def of_person(outcomes: Collection[Outcome], actor: ActorId) -> Figures | None:
    """Of one of them; None where there are too few to say anything."""
    return _figures([one for one in outcomes if one.by == actor])


def _figures(outcomes: Collection[Outcome]) -> Figures | None:
    if len(outcomes) < PROPOSALS_MIN:
        return None
    rungs, ends = Counter(one.mode for one in outcomes), Counter(one.became for one in outcomes)
    return Figures(
        proposals=len(outcomes),
        by_rung=tuple((mode.code, rungs[mode.code]) for mode in LADDER if rungs[mode.code]),
        became=tuple((one, ends[one]) for one in Became if one is not Became.WAITING),
        departures=sum(one.departed for one in outcomes),
    )
