"""What follows from the end of a scheme: a dated plan for what is left, and who may still open it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from custodiet.model.case import RetentionClock
from custodiet.model.decision import Authority, Decision, State
from custodiet.model.mode import Category
from custodiet.model.record import PlanLine, SchemeEnded
from custodiet.rules.decisions import still_collects


class Opening(StrEnum):
    """Ways to what is kept, as far as the end of a scheme tells them apart."""

    OWN = "own"
    COURT = "court"
    DPO = "dpo"
    QUESTION = "question"
    LOOK_UP = "look_up"
    DISCLOSURE = "disclosure"
    EVALUATION = "evaluation"


AFTER_THE_END = frozenset({Opening.OWN, Opening.COURT, Opening.DPO})
"""The only ones that stay open once a scheme has ended: the person's own copy, a court's, and the officer's."""


def objections_to_opening(ending: SchemeEnded | None, opening: Opening) -> tuple[str, ...]:
    """What the end of a scheme says against an opening; empty while it goes on."""
    if ending is None or opening in AFTER_THE_END:
        return ()
    return (
        (
            "scheme_ended: it is over, and its data are kept only until they are erased; "
            "the person's own copy, a court's and the data protection officer's view stay open"
        ),
    )


def ends_along(decision: Decision, now: datetime) -> bool:
    """Whether a decision ends with its scheme: every one of officers that stands. An order is its maker's to end."""
    stands = decision.state in (State.MADE, State.SUSPENDED)
    return decision.authority is Authority.OFFICERS and (stands or still_collects(decision, now))


def is_refused_along(decision: Decision) -> bool:
    """Whether a proposal is over with its scheme. An order that waits to be entered is not answered here."""
    return decision.authority is Authority.OFFICERS and decision.state is State.PROPOSED


def goes_on(decision: Decision, now: datetime) -> bool:
    """Whether an order goes on, or will begin, though its scheme has ended."""
    order, until = decision.authority is Authority.ORDER, decision.until
    return order and decision.state in (State.MADE, State.SUSPENDED) and (until is None or now < until)


def plan_of(left: Mapping[Category, int], clocks: Iterable[RetentionClock], ended_at: datetime) -> tuple[PlanLine, ...]:
    """By category: how much is left, and between which dates it has to be gone. Nothing left has no date."""
    due: dict[Category, list[datetime]] = {}
    for clock in clocks:
        due.setdefault(clock.category, []).append(max(clock.erase_due_at, ended_at))
    lines = []
    for category in Category:
        dates = due.get(category, [ended_at]) if left.get(category, 0) else []
        lines.append(PlanLine(category, left.get(category, 0), min(dates, default=None), max(dates, default=None)))
    return tuple(lines)
