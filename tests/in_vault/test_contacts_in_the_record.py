"""Who tried to reach whom, and what was said: in the case record of its officers, and in the person's own copy."""

import json

import pytest
from support.house import ANA
from support.staff import AOS, CAI, staffed
from support.watched import desk, watch, whole

from custodiet.flows.keep_caseload import assign_case
from custodiet.flows.open_case_record import open_case_record
from custodiet.flows.open_sealed import give_own_copy
from custodiet.model.contact_record import CameOf, ContactTried, Direction, Verified, Way
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.errors import OpeningRefused
from custodiet.model.identity import SignInId


@pytest.fixture
def alert(house):
    """About which they were rung in vain, and rang back."""
    one = watch(house)
    alert = one.accused()
    staffed(house)
    assign_case(house.store, alert.case_id, CAI, AOS)
    desk(house).contact(alert.id, Way.PHONE, CameOf.NO_ANSWER, "", ANA)
    desk(house).contact(alert.id, Way.PHONE, CameOf.SPOKE, "the bus never came", ANA, Verified.KNOWN_VOICE)
    return alert


def contacts(house, alert, sitting="sitting_1"):
    return open_case_record(house.store, house.vault, alert.case_id, CAI, SignInId(sitting)).contacts


def test_the_officer_of_a_case_reads_who_tried_whom_and_what_was_said(house, alert):
    tried, called = contacts(house, alert)
    assert (tried.direction, tried.outcome, tried.words, tried.by) == (Direction.OUT, CameOf.NO_ANSWER, None, ANA)
    assert (called.direction, called.verified, called.words) == (
        Direction.IN,
        Verified.KNOWN_VOICE,
        "the bus never came",
    )
    assert {tried.alert_id, called.alert_id} == {alert.id}
    assert whole(house)


def test_the_persons_own_copy_has_the_same(house, alert):
    with house.store.reading() as view:
        reference = view.case(alert.case_id).reference
    first = json.loads(next(iter(give_own_copy(house.store, house.vault, reference, CAI))))
    assert [(one["direction"], one["words"]) for one in first["contacts"]] == [
        ("out", None),
        ("in", "the bus never came"),
    ]


def test_what_an_earlier_version_wrote_of_no_case_is_passed_over(house, alert):
    with house.store.acting() as act:
        person_id = act.case(alert.case_id).person_id
        earlier = ContactTried(alert.id, Way.VISIT, Direction.OUT, CameOf.SPOKE, act.now, ANA)
        act.write(Entry(EntryKind.CONTACT_TRIED, ANA, person_id), earlier)
    assert len(contacts(house, alert)) == 2
    assert whole(house)


def test_a_contact_that_names_another_persons_case_stops_the_vault(house, alert):
    other = house.person("TAG-9")
    with house.store.acting() as act:
        person_id = act.case(alert.case_id).person_id
        forged = ContactTried(alert.id, Way.VISIT, Direction.OUT, CameOf.SPOKE, act.now, ANA, case_id=other.case.id)
        act.write(Entry(EntryKind.CONTACT_TRIED, ANA, person_id), forged)
    with pytest.raises(OpeningRefused):
        contacts(house, alert)
