"""Consistency tells what a team did, and never what one person of it did to anyone but them and their officers."""

import pytest

from custodiet.model.mode import ModeCode
from custodiet.model.outcome import Became, Outcome
from custodiet.rules.consistency import of_person, of_team


def outcomes(*people, each=4, became=Became.APPROVED, departed=False):
    return [Outcome(who, ModeCode.CHECK_IN, became, departed) for who in people for _ in range(each)]


def test_a_team_is_counted_by_rung_by_end_and_by_departure():
    found = of_team(
        [
            *outcomes("a", "b", "c"),
            Outcome("a", ModeCode.FITTED_TRAIL, Became.NARROWED, departed=True),
            Outcome("b", ModeCode.REMINDERS, Became.WAITING, departed=False),
        ]
    )
    assert found.proposals == 14
    assert found.by_rung == ((ModeCode.REMINDERS, 1), (ModeCode.CHECK_IN, 12), (ModeCode.FITTED_TRAIL, 1))
    assert dict(found.became) == {
        Became.APPROVED: 12,
        Became.NARROWED: 1,
        Became.RETURNED: 0,
        Became.REFUSED: 0,
    }
    assert found.departures == 1


@pytest.mark.parametrize(
    ("few", "told"),
    [
        (outcomes("a", "b", each=50), False),
        (outcomes("a", "b", "c", each=3), False),
        (outcomes("a", "b", "c", each=4), True),
    ],
)
def test_a_team_of_two_or_of_few_proposals_is_not_told(few, told):
    assert (of_team(few) is not None) is told


def test_a_person_of_few_proposals_is_not_told_and_others_are_not_among_them():
    assert of_person(outcomes("a", "b", each=9), "a") is None
    assert of_person(outcomes("a", "b", each=10), "a").proposals == 10
