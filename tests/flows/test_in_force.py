"""Sessions of the day are there before their first fix, and a decision is looked at without anyone else's."""

from datetime import timedelta

from support.house import ANA

from custodiet.flows.end_decision import resume_decision, suspend_decision
from custodiet.flows.picture import Picture
from custodiet.flows.receive_reports import PREPARED_AT_ONCE
from custodiet.rules.decisions import Ender

HOUR = timedelta(hours=1)


def sessions(monitor):
    return {of[0] for of in monitor._sessions._live}


def looked_at(monitor):
    monitor.refresh()
    monitor.idle()
    return sessions(monitor)


def test_a_session_whose_key_comes_late_is_made_when_it_has_come(house):
    monitor = house.monitor()
    assert looked_at(monitor) == set()
    decision = house.decide(house.person("TAG"), keys=False)
    assert looked_at(monitor) == set()
    house.issue_keys()
    assert looked_at(monitor) == {decision.id}


def test_a_session_of_who_comes_later_in_the_day_is_made_ahead(house):
    monitor = house.monitor()
    first = house.decide(house.person("TAG-1"))
    assert looked_at(monitor) == {first.id}
    second = house.decide(house.person("TAG-2"))
    assert looked_at(monitor) == {first.id, second.id}


def test_sessions_of_a_new_day_are_made_ahead_and_those_of_the_day_before_are_gone(house):
    decision = house.decide(house.person("TAG"))
    monitor = house.monitor()
    looked_at(monitor)
    house.clock.pass_(24 * HOUR)
    house.issue_keys()
    assert looked_at(monitor) == {decision.id}
    assert {of[3] for of in monitor._sessions._live} == {house.clock.now().date()}


def test_a_session_that_was_just_made_goes_when_its_decision_is_paused_before_anyone_looks(house):
    decision = house.decide(house.person("TAG"))
    monitor = house.monitor()
    looked_at(monitor)
    assert monitor._sessions._begun
    suspend_decision(house.store, decision.id, Ender(ANA))
    assert looked_at(monitor) == set()


def test_so_many_are_made_at_once_and_no_more(house, monkeypatch):
    monkeypatch.setattr("custodiet.flows.receive_reports.PREPARED_AT_ONCE", 2)
    assert PREPARED_AT_ONCE > 2
    monitor = house.monitor()
    for number in range(3):
        house.decide(house.person(f"TAG-{number}"))
    assert len(looked_at(monitor)) == 2
    assert len(looked_at(monitor)) == 3


def test_a_session_is_made_anew_after_a_commit_that_may_have_been_durable(house):
    decision = house.decide(house.person("TAG"))
    monitor = house.monitor()
    assert looked_at(monitor) == {decision.id}
    monitor._sessions.forget_unnumbered()
    monitor._force.prepare_again()
    assert sessions(monitor) == set()
    assert looked_at(monitor) == {decision.id}


def test_time_alone_moves_a_decision_into_force_and_out_of_it(house):
    soon = house.decide(house.person("TAG"), starts_at=house.clock.now() + HOUR)
    monitor = house.monitor()
    found = []
    for _ in range(2):
        looked_at(monitor)
        found.append(set(monitor._force.decisions))
        house.clock.pass_(HOUR)
    assert found == [set(), {soon.id}]
    house.clock.pass_(28 * 24 * HOUR)
    looked_at(monitor)
    assert monitor._force.decisions == set()


def test_whoever_nobody_decided_on_is_not_looked_at(house, monkeypatch):
    people = [house.person(f"TAG-{number}") for number in range(5)]
    decisions = [house.decide(person) for person in people]
    monitor = house.monitor()
    looked_at(monitor)
    asked = []
    under = Picture._under

    def told(picture, fitting):
        asked.append(fitting.case_id)
        return under(picture, fitting)

    monkeypatch.setattr(Picture, "_under", told)
    for move in (suspend_decision, resume_decision):
        move(house.store, decisions[3].id, Ender(ANA))
        looked_at(monitor)
        looked_at(monitor)
    assert set(asked) == {people[3].case.id}


def test_edges_of_who_is_looked_at_again_and_again_are_not_gathered_without_an_end(house, monkeypatch):
    monkeypatch.setattr("custodiet.flows.in_force._EDGES_SPARE", 3)
    people = [house.person(f"TAG-{number}") for number in range(2)]
    for person in people:
        house.decide(person)
    monitor = house.monitor()
    looked_at(monitor)
    force, now = monitor._force, house.clock.now()
    waited_for = set(force._edges)
    for _ in range(50):
        force.touch([people[0].case.id])
        force.bring_up_to(now)
        assert len(force._edges) <= 2 * len(waited_for) + 3
        assert set(force._edges) == waited_for
