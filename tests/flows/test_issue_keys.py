"""A clock looks at everyone once a day, and else at whom anything was decided about: nobody waits longer for that."""

from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from random import Random

import pytest
from support.house import ANA

from custodiet.adapters.store.reading import ReadingRows
from custodiet.flows import issue_keys
from custodiet.flows.end_decision import end_decision, end_what_ran_out, resume_decision, suspend_decision
from custodiet.flows.issue_keys import BATCH, KeyIssuing
from custodiet.model.decision import State
from custodiet.model.ending import EndReason
from custodiet.model.errors import NotPermitted, OpeningRefused, TableMismatch, VaultUnavailable
from custodiet.rules.decisions import Ender, Move

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def issuing(house, vault=None):
    return KeyIssuing(house.store, vault or house.vault, house.clock, house.pinned, house.fence)


def wanting(house):
    """What a look at everyone finds."""
    with house.store.reading() as view:
        return view.cases_wanting_record_keys(), view.decisions_wanting_keys(house.clock.now())


def happens(house, random, known):
    """Something that a decision's keys depend on."""
    what, now = random.random(), house.clock.now()
    if what < 0.3:
        person = house.person(f"TAG-{len(known)}")
        starts_at = now + random.choice([0, 0, 5, 30, 24 * 7 - 3, 24 * 9]) * HOUR
        given = {"starts_at": starts_at, "ends_at": starts_at + random.choice([1, 9, 40]) * DAY}
        known.append(house.decide(person, keys=False, **given).id)
    elif known and what < 0.5:
        decision = house.decision(random.choice(known))
        if decision.state is State.MADE and decision.in_force(now):
            if what < 0.4:
                suspend_decision(house.store, decision.id, Ender(ANA))
            else:
                end_decision(house.store, house.chance, decision.id, Move.WITHDRAW, Ender(ANA), EndReason.NOT_NEEDED)
        elif decision.state is State.SUSPENDED:
            resume_decision(house.store, decision.id, Ender(ANA))
    else:
        house.clock.pass_(random.choice([HOUR, 5 * HOUR, DAY, 3 * DAY]))
        while end_what_ran_out(house.store, house.chance, house.clock, house.fence):
            pass


@pytest.mark.parametrize("seed", range(4))
def test_after_every_round_nothing_is_wanting_whatever_was_decided_and_however_time_went(house, seed):
    random, known, found, clock = Random(seed), [], Counter(), issuing(house)
    for _ in range(60):
        happens(house, random, known)
        if random.random() < 0.1:
            clock = issuing(house)  # it was started again
        found["of everyone"] += wanting(house) != ((), ())
        while clock.step():
            found["rounds"] += 1
        assert wanting(house) == ((), ())
    assert found["of everyone"] > 8
    assert found["rounds"] >= found["of everyone"]


def test_a_clock_that_is_set_back_is_looked_after_as_a_new_day_is(house):
    """What comes late by nearly half a day may be of yesterday again. By more than five minutes nothing is recorded."""
    noon = house.clock.now().replace(hour=12)
    house.clock.set(noon)
    house.decide(house.person(), keys=False, late_max=12 * HOUR - MINUTE)
    house.clock.set(noon + DAY)
    clock = issuing(house)
    clock.step()
    house.clock.set(noon + DAY - 2 * MINUTE)
    assert wanting(house) != ((), ())
    clock.step()
    assert wanting(house) == ((), ())


def test_what_begins_in_a_week_wants_its_key_as_a_day_begins_and_not_while_it_goes_on(house):
    noon = house.clock.now().replace(hour=12)
    house.clock.set(noon)
    house.decide(house.person(), keys=False, starts_at=noon + 8 * DAY, ends_at=noon + 9 * DAY)
    clock = issuing(house)
    clock.step()
    house.clock.set(noon + DAY - 2 * HOUR)
    assert clock.step() == 1
    house.clock.set(noon + DAY + HOUR)
    assert wanting(house) == ((), ())


def test_whom_nothing_was_decided_about_is_not_looked_at_again_on_that_day(house, monkeypatch):
    asked = []
    real = ReadingRows.decisions_wanting_keys
    monkeypatch.setattr(
        ReadingRows, "decisions_wanting_keys", lambda self, *given: asked.append(given[1:]) or real(self, *given)
    )
    clock = issuing(house)
    house.decide(house.person(), keys=False)
    clock.step()
    house.clock.pass_(HOUR)
    with house.store.reading() as view:
        size = view.ledger_size()
    clock.step()
    clock.step()
    house.clock.pass_(DAY)
    clock.step()
    assert asked == [(0,), (size - 1,), (size,), (0,)]  # the keys that it issued itself are an entry, too


@pytest.mark.parametrize("failure", [OpeningRefused("no keys follow from this entry"), "of another person"])
def test_an_entry_of_which_no_key_can_be_had_holds_up_none_behind_it(house, monkeypatch, failure):
    monkeypatch.setattr(issue_keys, "BATCH", 1)
    people = [house.person(f"TAG-{number}") for number in range(3)]
    for person in people:
        house.decide(person, keys=False)
    first = []

    class Failing:
        def keys(self, index):
            first.append(index)
            people, days = house.vault.keys(index)
            if index != first[0]:
                return people, days
            if isinstance(failure, OpeningRefused):
                raise failure
            return tuple([replace(one, person_id="somebody") for one in keys] for keys in (people, days))

    clock = issuing(house, Failing())
    for _ in range(9):
        with suppress(OpeningRefused, TableMismatch):
            clock.step()
    with pytest.raises((OpeningRefused, TableMismatch)):
        clock.step()
    cases, decisions = wanting(house)
    assert [*cases, *(index for index, _ in decisions)] == [first[0]]
    issuing(house).step()
    assert wanting(house) == ((), ())


def test_a_vault_that_refuses_everything_is_asked_a_few_times_a_round_and_in_turns(house):
    for number in range(6):
        house.decide(house.person(f"TAG-{number}"), keys=False)
    asked = []

    class Refusing:
        def keys(self, index):
            asked.append(index)
            raise OpeningRefused("the vault cannot do this now")

    clock = issuing(house, Refusing())
    rounds = []
    for _ in range(8):
        with pytest.raises(OpeningRefused):
            clock.step()
        rounds.append(len(asked))
    assert rounds[0] == 3
    assert rounds[-1] == 24
    cases, decisions = wanting(house)
    assert {*cases, *(index for index, _ in decisions)} == set(asked)


def test_a_key_that_the_store_refuses_holds_up_no_others(house):
    people = [house.person(f"TAG-{number}") for number in range(3)]
    for person in people:
        house.decide(person, keys=False)
    refused = people[0].case.person_id
    real = issue_keys.KeyIssuing._record

    def record(self, people, days):
        if any(one.person_id == refused for one in (*people, *days)):
            raise NotPermitted("a made-up law")
        return real(self, people, days)

    clock = issuing(house)
    clock._record = partial(record, clock)
    with pytest.raises(NotPermitted):
        clock.step()
    left = wanting(house)
    assert {*left[0], *(index for index, _ in left[1])} == set(clock._waiting)
    assert 0 < len(clock._waiting) < 4
    house.clock.pass_(DAY)
    del clock._record
    while clock.step():
        pass
    assert wanting(house) == ((), ())


def test_what_waits_no_more_is_forgotten_as_a_day_begins(house):
    clock = issuing(house)
    clock.step()
    clock._waiting[10**6] = None
    with pytest.raises(OpeningRefused):
        clock.step()
    house.clock.pass_(DAY)
    clock.step()
    assert 10**6 not in clock._waiting


def test_what_could_not_be_issued_waits_until_the_vault_is_back(house):
    class Away:
        def keys(self, index):
            raise VaultUnavailable("away")

    house.decide(house.person(), keys=False)
    clock = issuing(house, Away())
    for _ in range(2):
        with pytest.raises(VaultUnavailable):
            clock.step()
    clock._vault = house.vault
    assert clock.step() > 0
    assert wanting(house) == ((), ())


def test_more_than_a_round_can_take_are_issued_in_the_rounds_after_it(house, monkeypatch):
    monkeypatch.setattr("custodiet.flows.issue_keys.BATCH", 2)
    assert BATCH > 2
    for number in range(3):
        house.decide(house.person(f"TAG-{number}"), keys=False)
    clock, rounds = issuing(house), 0
    while clock.step():
        rounds += 1
    assert rounds >= 2
    assert wanting(house) == ((), ())
