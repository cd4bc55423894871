"""Zones: set with a proposal and with nothing else, and released one by one while their decisions are in force."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from support.house import ANA, BO, START
from support.proposing import propose

from custodiet.adapters import sealing
from custodiet.flows.decide_case import make_decision, refuse_decision
from custodiet.flows.end_decision import end_decision, suspend_decision
from custodiet.flows.open_case import set_condition
from custodiet.flows.open_sealed import release_zones
from custodiet.model.condition import Condition, ConditionKind
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.errors import NotPermitted, NotTheFormat
from custodiet.model.record import ConditionSet, ZonesReleased
from custodiet.rules.decisions import Ender, Move
from custodiet.wire.sealed import geometry_context

HOUR = timedelta(hours=1)
SQUARE = {"type": "Polygon", "coordinates": [[[-28.0, 46.5], [-28.0, 46.6], [-27.9, 46.6], [-28.0, 46.5]]]}
SPOT = {"type": "Point", "coordinates": [-28, 46], "radius_m": 9}


def proposed(house):
    person = house.person(f"TAG-{house._count}")
    house.issue_keys()
    proposal = house.proposal(person)
    propose(house.store, house.chance, proposal)
    return proposal


def zone(house, decision, geometry=None):
    written = json.dumps(SQUARE).encode() if geometry is None else geometry
    given = (decision.id, ConditionKind.EXCLUSION, ANA)
    return set_condition(house.store, sealing, house.chance, house.pinned, *given, geometry=written)


def release(house):
    zones = release_zones(house.store, house.vault, "m1", ever_set(house))
    return {one: json.loads(geometry) for one, geometry in zones.items() if geometry}


def ever_set(house):
    """More than any monitor asks for."""
    with house.store.reading() as view:
        return frozenset(one.id for one in view.standing_since(0).conditions)


PRETTY = {
    "indented": json.dumps(SQUARE, indent=2).encode(),
    "with carriage returns": json.dumps(SQUARE, indent=2).replace("\n", "\r\n").encode(),
    "with a line break at its end": json.dumps(SQUARE).encode() + b"\n\n",
    "with a line separator in a member": json.dumps(SQUARE | {"note": "one\u2028two\nthree"}).encode(),
}


@pytest.mark.parametrize("written", PRETTY.values(), ids=PRETTY.keys())
def test_geometry_on_many_lines_is_released_as_what_it_says(house, written):
    decision = proposed(house)
    one = zone(house, decision, written)
    make_decision(house.store, decision.id, BO)
    assert release(house) == {one: json.loads(written)}


NONE = {
    "nothing": b"",
    "half an object": b"not json at all {",
    "a list": b"[]",
    "a number": b"1",
    "null": b"null",
    "two objects": b"{} {}",
    "other bytes": b"\xff\xfe",
    "a deep hole": b'{"a":' * 100_000,
}


@pytest.mark.parametrize("written", NONE.values(), ids=NONE.keys())
def test_what_is_no_json_object_is_no_geometry_and_is_not_quoted(house, written):
    decision = proposed(house)
    with pytest.raises(NotTheFormat) as caught:
        zone(house, decision, written)
    assert str(caught.value) == "zone geometry is not a JSON object"
    make_decision(house.store, decision.id, BO)
    assert release(house) == {}


def test_a_zone_belongs_to_a_proposal_and_to_nothing_later(house):
    made, refused, withdrawn = (proposed(house) for _ in range(3))
    make_decision(house.store, made.id, BO)
    refuse_decision(house.store, refused.id, BO)
    make_decision(house.store, withdrawn.id, BO)
    end_decision(house.store, house.chance, withdrawn.id, Move.WITHDRAW, Ender(ANA))
    for decision in (made, refused, withdrawn):
        with pytest.raises(NotPermitted, match="a condition belongs to a proposal"):
            zone(house, decision)
    assert release(house) == {}


def test_a_zone_of_a_proposal_is_not_released_before_it_is_made(house):
    decision = proposed(house)
    one = zone(house, decision)
    assert release(house) == {}
    make_decision(house.store, decision.id, BO)
    assert release(house) == {one: SQUARE}


def test_who_asks_for_a_zone_that_is_not_in_force_gets_no_release_and_no_entry_stands(house):
    proposal, over = proposed(house), proposed(house)
    for decision in (proposal, over):
        zone(house, decision)
    make_decision(house.store, over.id, BO)
    end_decision(house.store, house.chance, over.id, Move.WITHDRAW, Ender(ANA))
    with house.store.reading() as view:
        size = view.ledger_size()
    assert len(ever_set(house)) == 2
    assert release_zones(house.store, house.vault, "m1", ever_set(house)) == {}
    with house.store.reading() as view:
        assert view.ledger_size() == size


def test_only_what_was_asked_for_is_released(house):
    decision = proposed(house)
    one, other = zone(house, decision), zone(house, decision)
    make_decision(house.store, decision.id, BO)
    assert release_zones(house.store, house.vault, "m1", frozenset({one})).keys() == {one}
    assert release(house).keys() == {one, other}


def test_a_zone_whose_decision_ended_between_the_entry_and_the_opening_does_not_stop_the_others(house):
    first, second, third = (proposed(house) for _ in range(3))
    zones = [zone(house, decision) for decision in (first, second, third)]
    for decision in (first, second, third):
        make_decision(house.store, decision.id, BO)

    class Late:
        """The vault, asked when one has been withdrawn and one paused since."""

        def checkpoint(self):
            return ""

        def open(self, index):
            end_decision(house.store, house.chance, first.id, Move.WITHDRAW, Ender(ANA))
            suspend_decision(house.store, second.id, Ender(ANA))
            return house.vault.open(index)

    given = release_zones(house.store, Late(), "m1", ever_set(house))
    assert {one for one, geometry in given.items() if geometry} == {zones[2]}


def test_a_zone_whose_decision_is_over_by_its_date_does_not_stop_the_others(house):
    first = proposed(house)
    second = house.proposal(house.person("TAG"), review_due_at=START + HOUR)
    house.issue_keys()
    propose(house.store, house.chance, second)
    zones = [zone(house, decision) for decision in (first, second)]
    for decision in (first, second):
        make_decision(house.store, decision.id, BO)
    assert set(release(house)) == set(zones)
    house.clock.set(START + HOUR)
    assert set(release(house)) == {zones[0]}


@pytest.mark.parametrize("broken", ["not sealed", "sealed for another", "not an object"])
def test_a_zone_that_cannot_be_opened_does_not_stop_the_others(house, broken):
    decision = proposed(house)
    with house.store.reading() as view:
        person_id = view.case(decision.case_id).person_id
        public = view.record_key(person_id).public
    sealed = {
        "not sealed": b"rubbish",
        "sealed for another": sealing.seal_to(public, b"{}", geometry_context("another")),
        "not an object": sealing.seal_to(public, b"{\n not json", geometry_context("condition_0")),
    }[broken]
    before, bad = zone(house, decision), Condition("condition_0", decision.id, ConditionKind.EXCLUSION, sealed)
    with house.store.acting() as act:
        act.write(Entry(EntryKind.CONDITION_SET, ANA, person_id), ConditionSet(bad))
    after = zone(house, decision)
    make_decision(house.store, decision.id, BO)
    assert release(house) == {before: SQUARE, after: SQUARE}


def test_a_zone_whose_decision_is_over_stays_shut_in_the_vault_when_the_clock_is_set_back(house):
    first = house.proposal(house.person(), review_due_at=START + HOUR)
    house.issue_keys()
    propose(house.store, house.chance, first)
    one = zone(house, first)
    make_decision(house.store, first.id, BO)
    house.clock.set(START + HOUR)
    house.person()
    house.clock.pass_(-timedelta(minutes=4))
    with house.store.acting() as act:
        index = act.write(Entry(EntryKind.ZONES_RELEASED, "m1"), ZonesReleased("m1", (one,)))
    assert list(house.vault.open(index)) == []


def test_what_is_sealed_of_a_zone_has_one_length_however_fine_it_is(house):
    decision = proposed(house)
    fine = SQUARE | {"coordinates": [[[-28.0 + n / 900, 46.5 + n * n / 70_000] for n in range(30)] + [[-28.0, 46.5]]]}
    for geometry in (SQUARE, fine, SPOT):
        zone(house, decision, json.dumps(geometry).encode())
    make_decision(house.store, decision.id, BO)
    with house.store.reading() as view:
        sealed = [one.geometry_sealed for one in view.conditions_of(decision.id)]
    assert len(sealed) == 3
    assert len({len(one) for one in sealed}) == 1


def test_a_zone_that_comes_after_its_decision_has_ended_is_not_held(house):
    person = house.person("TAG")
    proposal = house.proposal(person)
    house.issue_keys()
    propose(house.store, house.chance, proposal)
    one = zone(house, proposal)
    make_decision(house.store, proposal.id, BO)
    monitor = house.monitor()
    monitor.refresh()
    assert monitor.zones_wanted() == {one}
    given = release_zones(house.store, house.vault, monitor.name, monitor.zones_wanted())
    end_decision(house.store, house.chance, proposal.id, Move.WITHDRAW, Ender(ANA))
    monitor.refresh()
    monitor.give_zones(given)
    assert not monitor._watching._zones._packed


def test_the_gate_is_told_of_a_sealed_place_that_it_is_there_and_no_more(house):
    decision = proposed(house)
    condition_id = zone(house, decision)
    with house.store.reading() as view:
        [told] = view.standing_since(0).conditions
        [whole] = view.conditions_of(decision.id)
    assert told.id == condition_id
    assert len(whole.geometry_sealed) > 4000
    assert told == replace(whole, geometry_sealed=whole.geometry_sealed[:1])
