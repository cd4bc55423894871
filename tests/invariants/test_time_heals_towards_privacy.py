"""Invariant 4: any clock that runs out reduces processing, never extends it; the person is told, the device goes."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.house import COURT, House
from support.watched import rows

from custodiet.flows.end_decision import end_what_ran_out
from custodiet.model.case import TaskKind
from custodiet.model.decision import Authority, State
from custodiet.model.mode import Category

DAY = timedelta(days=1)


def run_out(house):
    while end_what_ran_out(house.store, house.chance, house.clock, house.fence):
        pass


@pytest.mark.parametrize(
    ("given_", "state"),
    [
        ({"review_due_at": 2 * DAY}, State.LAPSED),
        ({"review_due_at": 9 * DAY, "ends_at": 2 * DAY}, State.EXPIRED),
        ({"authority": Authority.ORDER, "maker": COURT, "review_due_at": DAY, "ends_at": 2 * DAY}, State.EXPIRED),
    ],
    ids=["a review that nobody did", "an end date", "the end of an order"],
)
def test_an_ending_by_time_is_one_write_that_stops_tells_and_starts_the_clock(house, given_, state):
    person = house.person("TAG-1")
    start = house.clock.now()
    decision = house.decide(person, **{k: start + v if isinstance(v, timedelta) else v for k, v in given_.items()})
    house.clock.set(start + 2 * DAY)
    with house.store.reading() as view:
        before = view.ledger_size()
    run_out(house)
    ended = house.decision(decision.id)
    with house.store.reading() as view:
        [task] = view.open_tasks()
        assert view.ledger_size() == before + 1
    assert (ended.state, ended.ended_at) == (state, start + 2 * DAY)
    assert (task.kind, task.decision_id) == (TaskKind.TELL_AND_REMOVE, decision.id)
    assert task.due_at == house.clock.now() + timedelta(hours=24)


def test_a_missed_review_stops_collection_at_its_instant_also_when_no_clock_runs(house):
    person = house.person("TAG-1")
    due = house.clock.now() + DAY
    house.decide(person, review_due_at=due)
    monitor = house.monitor()
    house.clock.set(due - timedelta(milliseconds=1))
    assert house.say(monitor, person) == "kept"
    house.clock.set(due)
    assert house.say(monitor, person) == "refused ended"


def test_a_missed_internal_review_does_not_end_an_order(house):
    person = house.person("TAG-1")
    house.decide(person, authority=Authority.ORDER, maker=COURT, review_due_at=house.clock.now() + DAY)
    house.clock.pass_(3 * DAY)
    house.issue_keys()
    run_out(house)
    assert house.say(house.monitor(), person) == "kept"


def test_a_category_without_a_rule_is_due_for_erasure_when_collection_ends(house):
    person = house.person("TAG-1")
    decision = house.decide(person, review_due_at=house.clock.now() + DAY)
    house.clock.pass_(DAY)
    run_out(house)
    query = "SELECT category, started_at, erase_due_at FROM retention_clock WHERE decision_id = ?"
    clocks = {row[0]: row[2] - row[1] for row in rows(house, query, decision.id)}
    assert clocks == {Category.TRAIL: 28 * 86_400_000, Category.EVENTS: 0, Category.EVIDENCE: 0}


@given(waits=st.lists(st.integers(min_value=0, max_value=40), max_size=6))
@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_however_time_passes_nothing_is_ever_authorised_for_longer(tmp_path_factory, waits):
    house = House(tmp_path_factory.mktemp("t"))
    try:
        people = [house.person(f"TAG-{number}") for number in range(3)]
        decisions = [house.decide(p, review_due_at=house.clock.now() + (n + 1) * DAY) for n, p in enumerate(people)]
        until = [one.until for one in decisions]
        for wait in waits:
            house.clock.pass_(timedelta(hours=wait))
            run_out(house)
            house.issue_keys()
            now = [house.decision(one.id) for one in decisions]
            assert all(one.until <= before for one, before in zip(now, until, strict=True))
            assert all(one.in_force(house.clock.now()) == (house.clock.now() < one.until) for one in now)
            until = [one.until for one in now]
    finally:
        house.close()
