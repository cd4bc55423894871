"""Rights that are restricted, as those who oversee see them: by reference, without what was weighed."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from custodiet.flows.ports import Reading
from custodiet.flows.searching import holds, one_page
from custodiet.model.case import Case
from custodiet.model.identity import SchemeId
from custodiet.model.restricting import RestrictionStep, Right, StandingRestriction

SHOWN_MAX = 1000
PAGE = 20


@dataclass(frozen=True, slots=True)
class Line:
    """One restriction, with the case that it is of."""

    case: Case
    standing: StandingRestriction


@dataclass(frozen=True, slots=True)
class Restrictions:
    """`waiting`: those that wait for an answer; `lines`: one page of those that were found, the newest first."""

    waiting: tuple[Line, ...]
    lines: tuple[Line, ...]
    page: int
    pages: int
    in_force: tuple[tuple[Right, int], ...]
    untold: int
    """Of those in force."""


def show_restrictions(
    view: Reading, now: datetime, schemes: Collection[SchemeId] | None, words: str, page: int
) -> Restrictions:
    """The newest SHOWN_MAX of these schemes, or of all; of cases whose reference holds these words."""
    known = [Line(view.case(one.restriction.case_id), one) for one in view.restrictions(schemes, SHOWN_MAX)]
    lines, at, pages = one_page([one for one in known if holds(words, one.case.reference)], page, PAGE)
    force = [one.standing.restriction for one in known if one.standing.in_force(now)]
    counted = Counter(one.right for one in force)
    return Restrictions(
        tuple(one for one in known if _waits(one.standing, now)),
        tuple(lines),
        at,
        pages,
        tuple((right, counted[right]) for right in Right),
        sum(not one.told for one in force),
    )


def _waits(one: StandingRestriction, now: datetime) -> bool:
    return one.step is None and now < one.restriction.until_at


def state_of(one: StandingRestriction, now: datetime) -> str:
    """Where it stands: waits, in_force, refused, ended, over, unanswered."""
    if one.step is RestrictionStep.REFUSED or one.step is RestrictionStep.ENDED:
        return one.step.value
    if one.step is None:
        return "waits" if _waits(one, now) else "unanswered"
    return "in_force" if one.in_force(now) else "over"
