"""Roles and cover are legal when they exist; a role gives something between its dates and never once it has ended."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from custodiet.model.errors import IllegalValue
from custodiet.model.staff import COVER_MAX, HOLDS_CASES, OF_NO_SCHEME, Cover, Function, Role, RoleState

AT = datetime(2031, 3, 3, 9, 0, tzinfo=UTC)
DAY, MOMENT = timedelta(days=1), timedelta(milliseconds=1)
ROLE = Role("role_1", "caseworker-1", Function.CASEWORKER, "scheme_1", "administrator-1", AT, AT, AT + DAY)


@pytest.mark.parametrize("function", Function)
def test_a_function_is_held_for_one_scheme_or_for_all_of_them(function):
    schemes = [None, "scheme_1"]
    right = schemes[function not in OF_NO_SCHEME]
    assert replace(ROLE, function=function, scheme_id=right).scheme_id == right
    with pytest.raises(IllegalValue):
        replace(ROLE, function=function, scheme_id=schemes[function in OF_NO_SCHEME])


def test_whose_function_holds_cases_has_a_scheme():
    assert not HOLDS_CASES & OF_NO_SCHEME


@pytest.mark.parametrize("to_at", [AT, AT - MOMENT])
def test_a_role_does_not_end_before_it_begins(to_at):
    with pytest.raises(IllegalValue):
        replace(ROLE, to_at=to_at)


@pytest.mark.parametrize("state", RoleState)
def test_only_a_joined_role_is_in_force_and_only_between_its_dates(state):
    role = replace(ROLE, state=state)
    moments = (AT - MOMENT, AT, AT + DAY - MOMENT, AT + DAY)
    assert [role.in_force(at) for at in moments] == [
        state is RoleState.JOINED and holds for holds in (False, True, True, False)
    ]
    assert replace(role, to_at=None).in_force(AT + 1000 * DAY) == (state is RoleState.JOINED)


def test_a_recorded_end_counts_even_when_its_time_lies_ahead():
    assert not replace(ROLE, state=RoleState.ENDED, ended_at=AT + DAY).in_force(AT)


def test_cover_ends_and_within_a_month():
    assert Cover("case_1", "caseworker-1", AT, AT + COVER_MAX, "caseworker-2")
    for to_at in (AT, AT - MOMENT, AT + COVER_MAX + MOMENT):
        with pytest.raises(IllegalValue):
            Cover("case_1", "caseworker-1", AT, to_at, "caseworker-2")
