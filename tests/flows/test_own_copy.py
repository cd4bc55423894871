"""The person's own copy: everything that is theirs, and nothing that is past its retention, clock or no clock."""

from datetime import timedelta

import pytest
from support.house import ANA, SCHEME, START, scheme_at

from custodiet.flows.end_decision import end_decision, end_what_ran_out
from custodiet.flows.open_case import open_case
from custodiet.flows.open_sealed import give_own_copy
from custodiet.model.errors import NotFound
from custodiet.model.identity import SchemeId
from custodiet.rules.decisions import Ender, Move

DAY = timedelta(days=1)
MOMENT = timedelta(milliseconds=1)
RETENTION = 28 * DAY
REVIEW = START + 28 * DAY


@pytest.fixture
def person(house):
    person = house.person("TAG")
    house.decide(person)
    assert house.say(house.monitor(), person) == "kept"
    return person


def counted(house, person):
    *fixes, last = house.copy(person)[1:]
    assert len(fixes) == last["fixes"]
    return last["fixes"], last["past_retention"]


def test_a_lapse_that_no_clock_entered_withholds_what_is_past_its_retention_to_the_millisecond(house, person):
    house.clock.set(REVIEW + RETENTION - MOMENT)
    assert counted(house, person) == (1, 0)
    house.clock.set(REVIEW + RETENTION)
    assert counted(house, person) == (0, 1)
    house.clock.pass_(400 * DAY)
    assert counted(house, person) == (0, 1)


def test_it_is_the_same_whether_or_not_the_clock_ran(house, person):
    house.clock.set(REVIEW)
    assert end_what_ran_out(house.store, house.chance, house.clock, house.fence) == 1
    house.clock.set(REVIEW + RETENTION - MOMENT)
    assert counted(house, person) == (1, 0)
    house.clock.set(REVIEW + RETENTION)
    assert counted(house, person) == (0, 1)


def test_a_clock_that_runs_after_the_retention_is_over_opens_nothing_again(house, person):
    house.clock.set(REVIEW + RETENTION + DAY)
    assert counted(house, person) == (0, 1)
    assert end_what_ran_out(house.store, house.chance, house.clock, house.fence) == 1
    assert counted(house, person) == (0, 1)


def test_an_earlier_end_starts_the_retention_earlier(house, person):
    with house.store.reading() as view:
        [decision] = view.decisions()
    house.clock.set(START + DAY)
    end_decision(house.store, house.chance, decision.id, Move.WITHDRAW, Ender(ANA))
    house.clock.set(START + DAY + RETENTION - MOMENT)
    assert counted(house, person) == (1, 0)
    house.clock.set(START + DAY + RETENTION)
    assert counted(house, person) == (0, 1)


def test_what_was_succeeded_has_a_retention_of_its_own(house, person):
    with house.store.reading() as view:
        [earlier] = view.decisions()
    house.clock.set(START + DAY)
    house.decide(person, follows=earlier.id, review_due_at=START + 60 * DAY)
    assert house.say(house.monitor(), person) == "kept"
    house.clock.set(START + DAY + RETENTION - MOMENT)
    assert counted(house, person) == (2, 0)
    house.clock.set(START + DAY + RETENTION)
    assert counted(house, person) == (1, 1)


def test_a_vault_that_starts_anew_knows_the_same(house, person):
    house.clock.set(REVIEW + RETENTION)
    house.vault = house.start_vault()
    assert counted(house, person) == (0, 1)


def test_a_reference_that_two_schemes_use_names_nobody(house):
    whole = scheme_at(START)
    fields = {name: getattr(whole, name) for name in whole.__dataclass_fields__}
    other = type(whole)(**fields | {"id": SchemeId("scheme_other")})
    house.register(other)
    for scheme_id in (SCHEME, other.id):
        open_case(house.store, house.chance, scheme_id, "SAME", ANA)
    with house.store.reading() as view:
        before = view.ledger_size()
    with pytest.raises(NotFound, match="more than one scheme"):
        give_own_copy(house.store, house.vault, "SAME", ANA)
    with pytest.raises(NotFound, match="no such case"):
        give_own_copy(house.store, house.vault, "NOBODY", ANA)
    with house.store.reading() as view:
        assert view.ledger_size() == before
