"""What there is to review of a case: each decision that stands, and one that is over while a review of it is open.

New evidence opens a review and steps down in the same write: what the review is about is over then, and what stands on
its strand is lower. Until that review is decided nothing goes up, so it is shown and decided like any other.
"""

from dataclasses import dataclass
from datetime import datetime

from custodiet.flows.ports import Reading
from custodiet.flows.review_decision import used_so_far
from custodiet.model.decision import Authority, Decision, State
from custodiet.model.identity import CaseId
from custodiet.model.review import Review, Used

_STANDS = (State.MADE, State.SUSPENDED)


@dataclass(frozen=True, slots=True)
class ToReview:
    """One decision. `now`: what stands on its strand, itself or something lower; None: nothing does."""

    decision: Decision
    now: Decision | None
    reviews: tuple[Review, ...]
    """Those that are open."""
    used: Used
    successor: Decision | None
    """Proposed or made to follow it."""
    due_at: datetime


def show_reviews(view: Reading, case_id: CaseId, now: datetime) -> tuple[ToReview, ...]:
    """Those that stand first, by their place on the list of the case's decisions."""
    decisions = view.decisions_of(case_id)
    standing = {one.strand: one for one in decisions if one.state in _STANDS and one.covers(now)}
    shown = [
        _to_review(view, one, standing.get(one.strand), decisions)
        for one in decisions
        if one in standing.values() or any(each.decided_at is None for each in view.reviews_of(one.id))
    ]
    return tuple(sorted(shown, key=lambda one: one.decision is not one.now))


def _to_review(view: Reading, decision: Decision, now: Decision | None, others: tuple[Decision, ...]) -> ToReview:
    following = [one for one in others if one.follows == decision.id and one.state in (State.PROPOSED, State.MADE)]
    return ToReview(
        decision,
        now,
        tuple(one for one in view.reviews_of(decision.id) if one.decided_at is None),
        used_so_far(view, decision),
        following[-1] if following else None,
        view.review_due_at(decision.id) if decision.authority is Authority.ORDER else decision.review_due_at,
    )
