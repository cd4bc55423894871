"""A zone has a day in test: the pages say until when, a new scheme has it, and nobody is accused meanwhile."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from support.house import ANA, BO, START, House, Person, scheme_at
from support.in_process import client_of, place_of
from support.proposing import propose
from support.staff import AOS, CAI, staffed
from support.watched import give_zones

from custodiet.adapters import sealing
from custodiet.flows.decide_case import make_decision
from custodiet.flows.fit_device import fit_device, issue_sender, register_device
from custodiet.flows.keep_caseload import assign_case
from custodiet.flows.keep_register import keep_register
from custodiet.flows.open_case import open_case, set_condition
from custodiet.main.pages import read_policy
from custodiet.model.condition import ConditionKind
from custodiet.model.finding import Doubt, Weight
from custodiet.model.identity import SchemeId
from custodiet.model.judging import FOR_NEW_SCHEMES
from custodiet.simulation.made_up_register import made_up_register

HERE = b'{"type":"Point","coordinates":[-28.0,46.5],"radius_m":150}'
HOME, AWAY = 46.5, 46.6
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def one(tmp_path):
    """Someone of a scheme with a day in test, with a tag, and a zone to stay in."""
    house = House(tmp_path)
    scheme = replace(scheme_at(START), id=SchemeId("scheme_tests"), judging=FOR_NEW_SCHEMES)
    house.register(scheme)
    staffed(house, scheme.id)
    person = Person(open_case(house.store, house.chance, scheme.id, "T-1", ANA))
    person.device = register_device(house.store, house.chance, "TAG-T", ANA)
    person.fitting = fit_device(house.store, house.chance, person.device.id, person.case.id, "main", ANA)
    bound = (scheme.id, "a sender", (person.device.serial,), ANA, person.fitting.id)
    person.token = issue_sender(house.store, house.chance, *bound)
    assign_case(house.store, person.case.id, CAI, AOS)
    house.issue_keys()
    decision = house.proposal(person)
    propose(house.store, house.chance, decision)
    of = (house.store, sealing, house.chance, house.pinned, decision.id, ConditionKind.INCLUSION)
    set_condition(*of, ANA, geometry=HERE)
    make_decision(house.store, decision.id, BO)
    house.issue_keys()
    place_of(house, tmp_path, read_policy(), (AOS, CAI))
    yield house, person, decision
    from django.db import connection

    connection.close()
    house.close()


def walk_out(house, person):
    """At home, and then for forty minutes far away, by a good fix every five."""
    monitor = house.monitor()
    give_zones(house, monitor)
    for lat in (HOME, *[AWAY] * 8):
        house.say(monitor, person, lat=lat)
        house.clock.pass_(5 * MINUTE)


def raised(house, decision):
    with house.store.reading() as view:
        return [(alert.weight, alert.seen.doubt) for alert in view.alerts_of(decision.id)]


def test_in_test_someone_is_asked_to_ring_and_the_day_after_it_counts(one):
    house, person, decision = one
    walk_out(house, person)
    assert raised(house, decision) == [(Weight.UNCERTAIN, Doubt.IN_TEST)]
    house.clock.pass_(DAY)
    walk_out(house, person)
    assert raised(house, decision)[-1] == (Weight.ADVERSE, None)


def test_the_case_says_until_when_its_zones_are_in_test(one):
    house, person, _ = one
    path = f"/cases/{person.case.reference}"

    def says():
        told = re.sub(r"<[^>]+>", "", client_of(CAI).get(path).content.decode())
        return "Zones are in test until 4 March 2031, 09:00 UTC" in told

    assert says()
    house.clock.pass_(DAY)
    assert not says()


def test_a_scheme_that_is_set_up_has_a_day_in_test(house):
    other = replace(scheme_at(START), id=SchemeId("scheme_other"))
    keep_register(house.store, made_up_register(other, START), ANA)
    with house.store.reading() as view:
        assert view.scheme(other.id).judging.zone_test_s == DAY.total_seconds()
