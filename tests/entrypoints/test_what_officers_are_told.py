"""From a device to an officer's page: a reminder comes before any officer, and a removal for health accuses nobody."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from msgspec import structs
from support.house import ANA, report
from support.in_process import client_of, place_of
from support.staff import AOS, CAI, OPE, staffed
from support.zones import zone_as_of

from custodiet.flows.give_contact import give_contact
from custodiet.flows.keep_caseload import assign_case
from custodiet.flows.send_messages import LEASE, Messenger
from custodiet.flows.show_changes import Watching
from custodiet.main.pages import read_policy
from custodiet.model.alert import AlertState
from custodiet.model.contact_record import CameOf, Way
from custodiet.model.finding import Weight
from custodiet.model.report import Alarm, DeviceSays
from custodiet.wire.message import Destination


class Carrier:
    """Takes every message on."""

    def __init__(self):
        self.taken = []

    @contextmanager
    def reached(self):
        yield self

    def ready(self):
        """Always."""

    def has(self, _):
        """Nothing is known of what was before."""

    def take(self, message, to, at):
        self.taken.append((message.template, to.address))


class Wearer:
    """Someone with a fitted device and an address, an officer of theirs, and an operator."""

    def __init__(self, house):
        self.house, self.monitor, self.person = house, house.monitor(), house.person("TAG-1")
        house.issue_keys()
        sealing = (house.store, house.sealer, house.pinned)
        to = Destination("heron@sample.example")
        give_contact(*sealing, zone_as_of, self.person.case.id, to, "Etc/UTC", ANA)
        house.decide(self.person)
        house.clock.pass_(timedelta(hours=2))
        staffed(house)
        assign_case(house.store, self.person.case.id, CAI, AOS)

    def says(self, percent=90.0, *alarms):
        self.house.clock.pass_(timedelta(minutes=1))
        line = report(self.person.device.serial, self.house.clock.now())
        says = DeviceSays(percent, charging=False, alarms=frozenset(alarms))
        self.house.post(self.monitor, self.person.token, structs.replace(line, says=says))

    def alerts(self):
        with self.house.store.reading() as view:
            return view.alerts(list(AlertState), 10)


@pytest.fixture
def wearer(house, tmp_path):
    wearer = Wearer(house)
    place_of(house, tmp_path, read_policy(), (CAI, OPE))
    yield wearer
    from django.db import connection

    connection.close()


def told(wearer):
    """Every way by which an officer could hear of an alert: pages, API, and the stream of changes."""
    reference = wearer.person.case.reference
    pages = [
        client_of(who).get(address).content.decode()
        for who, address in ((OPE, "/alerts"), (CAI, "/alerts"), (CAI, f"/cases/{reference}"), (CAI, "/day"))
    ]
    listed = client_of(CAI).get(f"/api/v1/cases/{reference}/alerts").json()["alerts"]
    return [words for words in pages if "battery" in words.lower()], listed


def test_a_wearers_reminder_to_charge_leaves_before_any_officer_hears_of_the_alert(house, wearer):
    watching = Watching()
    with house.store.reading() as view:
        watching.look(view, house.clock.now())
    for percent in (15.0, 14.0, 13.0):
        wearer.says(percent)
    assert told(wearer) == ([], [])
    with house.store.reading() as view:
        assert [one for one in watching.look(view, house.clock.now()) if one.kind != "decision"] == []
    carrier = Carrier()
    fence = (LEASE, house.store.take_lease(LEASE))
    assert Messenger(house.store, house.vault, carrier, house.clock, fence).send_due() == 1
    assert [address for _, address in carrier.taken] == ["heron@sample.example"]
    pages, listed = told(wearer)
    assert len(pages) >= 3
    assert [one["matter"] for one in listed] == ["battery"]
    with house.store.reading() as view:
        assert {one.kind for one in watching.look(view, house.clock.now())} >= {"alert"}


def test_a_removal_for_health_makes_no_tamper_and_nothing_can_be_called_of_it(house, wearer):
    wearer.says(90.0, Alarm.STRAP)
    wearer.says(90.0, Alarm.CASE)
    accused = [one for one in wearer.alerts() if one.weight is Weight.ADVERSE]
    assert accused
    officer, operator = client_of(CAI), client_of(OPE)
    for alert in accused:
        for move in ("claim", "triage"):
            operator.post(f"/alerts/{alert.id}/{move}")
    removed = officer.post(f"/devices/{wearer.person.device.id}/remove", {"reason": "medical", "minutes": "10"})
    assert removed.status_code == 302
    assert [one for one in wearer.alerts() if one.stands and one.weight is Weight.ADVERSE] == []
    for alert in accused:
        operator.post(f"/alerts/{alert.id}/contact", {"direction": "out", "how": Way.VISIT, "outcome": CameOf.SPOKE})
        called = officer.post(f"/alerts/{alert.id}/suspect", {"reasons": "made-up reasons"})
        assert called.status_code == 403
        assert "the removal of the device was booked" in called.content.decode()
        operator.post(f"/alerts/{alert.id}/clear", {"reasons": "a hospital took it off"})
    known = {one.id for one in accused}
    assert {one.state for one in wearer.alerts() if one.id in known} == {AlertState.CLEARED}
