"""Under which decision a device on someone is inspected."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from support.decided import decided

from custodiet.model.decision import State
from custodiet.rules.desk import inspected_under

NOON = datetime(2031, 3, 3, 12, tzinfo=UTC)
DAY = timedelta(days=1)
MADE = decided(NOON, review_due_at=NOON + 9 * DAY)
PAUSED = replace(MADE, state=State.SUSPENDED)
OVER = replace(MADE, review_due_at=NOON)


@pytest.mark.parametrize("stands", [MADE, PAUSED], ids=["made", "paused"])
def test_it_is_inspected_while_its_decision_stands_paused_or_not(stands):
    assert inspected_under([OVER, stands], "main", NOON) is stands


@pytest.mark.parametrize(
    "decision",
    [
        OVER,
        replace(MADE, starts_at=NOON + DAY),
        replace(MADE, state=State.PROPOSED, approved_by=None, made_at=None),
        replace(MADE, state=State.WITHDRAWN, ended_at=NOON),
        replace(MADE, strand="another"),
    ],
    ids=["over", "not begun", "proposed", "withdrawn", "of another strand"],
)
def test_under_nothing_else_is_it_inspected(decision):
    assert inspected_under([decision], "main", NOON) is None
