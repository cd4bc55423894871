"""A scheme that is ended: one act, everything off, a dated plan, and a count of what remains."""

from dataclasses import replace
from datetime import timedelta

import pytest
from support.house import ANA, BO, COURT, SCHEME, START, House, scheme_at
from support.proposing import propose

from custodiet.flows import end_scheme as ending
from custodiet.flows.activate_operation import propose_operations
from custodiet.flows.decide_case import make_decision, propose_decision
from custodiet.flows.end_decision import end_decision, suspend_decision
from custodiet.flows.end_scheme import end_scheme, what_is_left
from custodiet.flows.keep_register import keep_register
from custodiet.flows.scheme_now import register_at
from custodiet.model.case import TaskKind
from custodiet.model.decision import Authority, State
from custodiet.model.errors import NotPermitted
from custodiet.model.identity import SchemeId
from custodiet.model.mode import Category, ModeCode
from custodiet.rules.closing import Opening, objections_to_opening
from custodiet.rules.decisions import Ender, Move

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OTHER = SchemeId("scheme_other")


@pytest.fixture
def lived_in(house):
    """Decisions in every state that stands; one of another scheme."""
    people = {name: house.person(f"TAG-{name}") for name in ("made", "paused", "ordered", "waiting", "reviewed")}
    decisions = {name: house.decide(people[name]) for name in ("made", "paused", "reviewed")}
    suspend_decision(house.store, decisions["paused"].id, Ender(ANA))
    order = {"authority": Authority.ORDER, "maker": COURT, "ends_at": START + 90 * DAY}
    decisions["ordered"] = house.decide(people["ordered"], **order)
    decisions["waiting"] = house.proposal(people["waiting"])
    propose(house.store, house.chance, decisions["waiting"])
    later = house.proposal(people["reviewed"], starts_at=START + 2 * HOUR, follows=decisions["reviewed"].id)
    propose(house.store, house.chance, later)
    make_decision(house.store, later.id, BO)
    decisions["later"] = later
    monitor = house.monitor()
    assert house.say(monitor, people["made"]) == "kept"
    house.clock.pass_(HOUR)
    return people, decisions, monitor


def states(house, decisions):
    return {name: house.decision(one.id).state for name, one in decisions.items()}


def test_one_act_ends_every_decision_of_officers_and_their_collection_is_off(house, lived_in):
    people, decisions, monitor = lived_in
    end_scheme(house.store, house.chance, SCHEME, ANA)
    left = {"waiting": State.REFUSED, "ordered": State.MADE}
    assert states(house, decisions) == dict.fromkeys(decisions, State.WITHDRAWN) | left
    monitor.refresh()
    for name in ("made", "reviewed"):
        assert house.say(monitor, people[name]).startswith("refused")
    with house.store.reading() as view:
        told = [one.decision_id for one in view.open_tasks() if one.kind is TaskKind.TELL_AND_REMOVE]
    assert sorted(told) == sorted(decisions[name].id for name in ("made", "paused", "reviewed"))
    assert house.verify()["differing"] == 0


def test_an_order_goes_on_until_its_maker_ends_it(house, lived_in):
    people, decisions, monitor = lived_in
    end_scheme(house.store, house.chance, SCHEME, ANA)
    monitor.refresh()
    assert house.say(monitor, people["ordered"]) == "kept"
    with pytest.raises(NotPermitted, match="its maker"):
        end_decision(house.store, house.chance, decisions["ordered"].id, Move.WITHDRAW, Ender(ANA))
    end_decision(house.store, house.chance, decisions["ordered"].id, Move.WITHDRAW, Ender(COURT))
    monitor.refresh()
    assert house.say(monitor, people["ordered"]).startswith("refused")


def test_nothing_begins_under_it_again(house, lived_in):
    people, _, _ = lived_in
    end_scheme(house.store, house.chance, SCHEME, ANA)
    with pytest.raises(NotPermitted, match="operation_closed"):
        propose_decision(house.store, house.proposal(people["made"]))
    with pytest.raises(NotPermitted, match="scheme_ended"):
        propose_operations(house.store, SCHEME, [ModeCode.TELEPHONE], ANA)
    with pytest.raises(NotPermitted, match="scheme_ended"):
        end_scheme(house.store, house.chance, SCHEME, ANA)
    with house.store.reading() as view:
        register, _ = register_at(view, SCHEME, house.clock.now())
    with pytest.raises(NotPermitted, match="scheme_ended"):
        keep_register(house.store, register, ANA)


def test_another_scheme_goes_on(house, lived_in):
    house.register(replace(scheme_at(START), id=OTHER))
    end_scheme(house.store, house.chance, SCHEME, ANA)
    with house.store.reading() as view:
        assert view.scheme_ending(OTHER) is None
        assert any(one.active(house.clock.now()) for one in view.activations(OTHER))
        assert not any(one.active(house.clock.now()) for one in view.activations(SCHEME))


def test_its_plan_says_by_category_how_much_is_left_and_when_it_has_to_be_gone(house, lived_in):
    end_scheme(house.store, house.chance, SCHEME, ANA)
    with house.store.reading() as view:
        ended = view.scheme_ending(SCHEME)
        assert what_is_left(view, SCHEME) == ended.plan
    assert ended.decisions == 4
    by = {line.category: line for line in ended.plan}
    assert set(by) == set(Category)
    trail = by[Category.TRAIL]
    assert trail.remaining > 0
    assert trail.first_due_at <= trail.last_due_at == house.clock.now() + 28 * DAY
    assert (by[Category.OUTCOMES].remaining, by[Category.OUTCOMES].first_due_at) == (0, None)


def test_before_it_has_ended_there_is_no_plan(house):
    with house.store.reading() as view, pytest.raises(NotPermitted, match="scheme_goes_on"):
        what_is_left(view, SCHEME)


def test_afterwards_only_the_own_copy_the_courts_and_the_dpos_view_stay_open(house, lived_in):
    with house.store.reading() as view:
        assert objections_to_opening(view.scheme_ending(SCHEME), Opening.LOOK_UP) == ()
    end_scheme(house.store, house.chance, SCHEME, ANA)
    with house.store.reading() as view:
        over = view.scheme_ending(SCHEME)
    assert [one for one in Opening if not objections_to_opening(over, one)] == [Opening.OWN, Opening.COURT, Opening.DPO]


def test_if_the_last_step_fails_nothing_has_ended(house, lived_in, monkeypatch):
    _, decisions, _ = lived_in
    before = states(house, decisions)

    def fails(*_):
        raise NotPermitted("planted")

    monkeypatch.setattr(ending, "plan_of", fails)
    with pytest.raises(NotPermitted, match="planted"):
        end_scheme(house.store, house.chance, SCHEME, ANA)
    assert states(house, decisions) == before


def test_what_would_follow_ends_along_with_what_it_follows(tmp_path):
    house = House(tmp_path)
    try:
        person = house.person("TAG-1")
        first = house.decide(person)
        second = house.proposal(person, starts_at=START + DAY, follows=first.id)
        propose(house.store, house.chance, second)
        make_decision(house.store, second.id, BO)
        end_scheme(house.store, house.chance, SCHEME, ANA)
        house.clock.pass_(2 * DAY)
        monitor = house.monitor()
        assert house.say(monitor, person).startswith("refused")
    finally:
        house.close()
