"""What stands against opening or deciding a review, and what a missed one closes (R14, R44, R45)."""

from datetime import datetime, timedelta

from custodiet.model.decision import Authority, Decision, State
from custodiet.model.identity import ActorId
from custodiet.model.review import Review, ReviewOutcome, StillNeeded, Trigger
from custodiet.rules.alerts import objections_to_acting

EVENT_WITHIN = timedelta(days=14)
"""How soon a review that an event has opened is decided."""
AGAIN_WITHIN = timedelta(days=90)
"""How far ahead the next review of an order may be put."""


def due_at(decision: Decision, trigger: Trigger, now: datetime, order_due: datetime) -> datetime:
    """By when a review is to be decided: the decision's own day, or sooner when an event has opened it."""
    by_period = order_due if decision.authority is Authority.ORDER else decision.review_due_at
    return by_period if trigger is Trigger.PERIOD else min(by_period, now + EVENT_WITHIN)


def objections_to_opening(decision: Decision, by: ActorId, *, open_already: bool) -> tuple[str, ...]:
    """Every rule against opening a review; empty when there is none."""
    against = [*objections_to_acting(by)]
    if decision.state not in (State.MADE, State.SUSPENDED):
        against.append("does_not_stand: only a decision that stands is reviewed; a new proposal, from its facts up")
    if open_already:
        against.append("open_already: a review for that is open already; decide the one that is open")
    return tuple(against)


def objections_to_deciding(
    review: Review,
    decision: Decision,
    outcome: ReviewOutcome,
    by: ActorId,
    now: datetime,
    *,
    why: StillNeeded | None,
    why_not_lower: object | None,
    successor: Decision | None,
    next_due_at: datetime | None,
) -> tuple[str, ...]:
    """Every rule against this outcome; empty when there is none.

    To continue says why it is still necessary and why a lower rung will not do. An officers' decision continues by a
    successor with an assessment of its own; after new evidence by nothing: going up again is a new proposal. An order
    goes on, and its next review gets a day.
    """
    against = [*objections_to_acting(by)]
    if review.decided_at is not None:
        against.append("answered: it was decided already; a new review can be opened")
    if outcome is not ReviewOutcome.CONTINUE:
        return tuple(against)
    if why is None or why_not_lower is None:
        against.append(
            "no_reasons: to go on says why it is still necessary, and why a lower rung will not do; "
            "say both; or step down, or stop"
        )
    if decision.authority is Authority.ORDER:
        if next_due_at is None or not now < next_due_at <= now + AGAIN_WITHIN:
            against.append("no_next_day: an order's next review has a day, at most 90 days ahead; a day within 90 days")
    elif review.trigger is not Trigger.NEW_EVIDENCE and (
        successor is None or successor.follows != decision.id or successor.state not in (State.PROPOSED, State.MADE)
    ):
        against.append(
            "no_successor: to go on takes a successor with an assessment of its own, proposed first; "
            "propose one; or step down, or stop, which need none"
        )
    return tuple(against)


def looks_closed(decision: Decision, due: datetime, now: datetime) -> bool:
    """Whether look-ups and questions are closed because a review was missed: an order goes on, looks do not."""
    return decision.authority is Authority.ORDER and now >= due
