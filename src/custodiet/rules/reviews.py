"""Warnings before a review date: after it a decision lapses, and nobody should be surprised (R14)."""

from datetime import datetime, timedelta

from custodiet.model.decision import Decision, State

WARNING_DAYS = (28, 14, 7, 3, 1)
"""So many days before."""


def warning_due(decision: Decision, warned: frozenset[int], now: datetime) -> int | None:
    """Which warning is due and not given. Only the nearest: those that an outage has missed are not made up for.

    A mark that lay in the past when the decision was made is none.
    """
    until = decision.until
    if decision.state not in (State.MADE, State.SUSPENDED) or now >= decision.review_due_at:
        return None
    if until is not None and until <= now:
        return None
    passed = [days for days in WARNING_DAYS if decision.review_due_at - timedelta(days=days) <= now]
    if not passed or passed[-1] in warned or decision.made_at is None:
        return None
    nearest = passed[-1]
    return nearest if decision.review_due_at - timedelta(days=nearest) > decision.made_at else None
