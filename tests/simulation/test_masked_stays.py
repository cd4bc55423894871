"""Whoever has the map and looks as often as they like does not learn which masked place someone went to.

Design: an attacker who chooses any ten windows names the place with a success whose 95 % upper bound is at most 1 in 5
over 1,000 stays; with masking off the same attacker exceeds 80 %. Each way of guessing is counted by itself, and the
best of them must keep to the bound. Every stay that is counted is one at a masked place: decoys only confuse.
"""

from datetime import timedelta
from random import Random

import pytest
from support.masked import Town, rates, upper_bound

from custodiet.rules.masking import stays

MANY = [120, pytest.param(1000, marks=[pytest.mark.long, pytest.mark.timeout(1800)])]


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return Town.of(1, tmp_path_factory.mktemp("town"))


@pytest.mark.parametrize("many", MANY)
def test_ten_windows_do_not_name_the_place(town, many):
    won = rates(town, Random(1), many, masking=True)
    assert upper_bound(max(won.values()), many) <= 1 / 5


def test_with_masking_off_the_same_attacker_names_it(town):
    won = rates(town, Random(1), 40, masking=False)
    assert min(won.values()) > 40 * 4 / 5


@pytest.mark.parametrize("many", [40, pytest.param(300, marks=[pytest.mark.long, pytest.mark.timeout(1800)])])
def test_nor_does_going_there_again_on_other_days(town, many):
    won = rates(town, Random(2), many, masking=True, visits=3)
    assert max(won.values()) <= many / 5


def test_the_attacker_would_find_margins_that_are_too_narrow(town, monkeypatch):
    """Else the bound above would say nothing."""
    monkeypatch.setattr(stays, "MARGIN_MIN", timedelta(minutes=1))
    monkeypatch.setattr(stays, "MARGIN_MAX", timedelta(minutes=3))
    won = rates(town, Random(1), 60, masking=True)
    assert upper_bound(max(won.values()), 60) > 1 / 5
