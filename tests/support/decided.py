"""A decision as rules are asked about it."""

from datetime import datetime, timedelta

from custodiet.model.decision import Authority, Decision, State
from custodiet.model.mode import ModeCode

DAY = timedelta(days=1)


def decided(at: datetime, **given) -> Decision:
    """By two officers, a day before `at`, for four weeks from there; with what is given otherwise."""
    fields = {
        "id": "decision_1",
        "case_id": "case_1",
        "strand": "main",
        "mode": ModeCode.FITTED_TRAIL,
        "power": "p1",
        "purposes": ("contact",),
        "authority": Authority.OFFICERS,
        "maker": None,
        "proposed_by": "officer-ana",
        "approved_by": "officer-bo",
        "starts_at": at - DAY,
        "review_due_at": at + 28 * DAY,
        "ends_at": None,
        "state": State.MADE,
        "made_at": at - DAY,
    }
    return Decision(**fields | given)
