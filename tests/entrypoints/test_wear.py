"""Batteries and faults by model and batch: of devices, and of too few people nothing."""

import re
from datetime import timedelta

import pytest
from msgspec import structs
from support.house import ANA, report
from support.in_process import client_of, place_of
from support.staff import CAI, DPO, staffed

from custodiet.flows.fit_device import register_device
from custodiet.flows.keep_devices import record_fault
from custodiet.main.pages import read_policy
from custodiet.model.desk import Fault, Wear
from custodiet.model.device import Device
from custodiet.model.errors import IllegalValue
from custodiet.model.report import DeviceSays
from custodiet.rules.desk import Health, health_of

DAY = timedelta(days=1)


def low_battery(house, person):
    """Two reports that say so: one may be a slip."""
    house.issue_keys()
    monitor = house.monitor()
    for _ in range(2):
        house.clock.pass_(timedelta(minutes=1))
        line = report(person.device.serial, house.clock.now())
        house.post(monitor, person.token, structs.replace(line, says=DeviceSays(5.0, charging=False)))


def wear(house):
    with house.store.reading() as view:
        return {one.batch: one for one in view.wear(house.clock.now())}


def wearer(house, serial, batch):
    person = house.person()
    person.device = register_device(house.store, house.chance, serial, ANA, batch)
    house.fit(person, person.device)
    person.token = house.sender(serial)
    return person


def test_a_batch_is_counted_by_its_devices_days_alerts_and_faults(house):
    people = [wearer(house, f"TAG-{n}", "PT-2 B17") for n in range(3)]
    house.decide(people[0])
    register_device(house.store, house.chance, "TAG-9", ANA, "PT-2 B18")
    house.person("TAG-8")
    house.clock.pass_(5 * DAY)
    house.unfit(people[2])
    house.clock.pass_(5 * DAY)
    low_battery(house, people[0])
    record_fault(house.store, people[1].device.id, Fault.BATTERY, house.clock.now(), ANA)
    record_fault(house.store, people[2].device.id, Fault.RADIO, house.clock.now(), ANA)
    found = wear(house)
    assert list(found) == [None, "PT-2 B17", "PT-2 B18"]
    one = found["PT-2 B17"]
    assert (one.devices, one.people, one.low, one.faults) == (3, 3, 1, 2)
    assert one.worn == 25 * DAY + 2 * timedelta(minutes=2)
    assert found["PT-2 B18"] == Wear("PT-2 B18", 1, 0, timedelta(0), 0, 0)
    assert (found[None].devices, found[None].people) == (1, 1)


@pytest.mark.parametrize(
    ("people", "days", "said"),
    [(2, 1000, None), (3, 99, None), (3, 100, Health(4.0, 1.0)), (9, 400, Health(1.0, 0.25))],
)
def test_of_few_people_or_few_days_nothing_is_said(people, days, said):
    assert health_of(Wear("PT-2", 5, people, days * DAY, 4, 1)) == said


@pytest.mark.parametrize("batch", ["", " PT", "PT\n", "Ann's tag", "x" * 41])
def test_a_batch_is_a_label_and_no_sentence(batch):
    with pytest.raises(IllegalValue):
        Device("device_1", "TAG-1", batch)


@pytest.fixture
def pages(house, tmp_path):
    staffed(house)
    place_of(house, tmp_path, read_policy(), (CAI, DPO))
    yield
    from django.db import connection

    connection.close()


@pytest.mark.usefixtures("pages")
def test_the_desk_takes_a_batch_in_and_shows_what_its_devices_went_through(house):
    desk = client_of(CAI)
    refused = desk.post("/devices/new", {"serial": "TAG-1", "batch": "Ann's tag"})
    assert (refused.status_code, "Letters, digits" in refused.content.decode()) == (200, True)
    for number in range(3):
        assert desk.post("/devices/new", {"serial": f"TAG-{number}", "batch": "PT-2 B17"}).status_code == 302
    with house.store.reading() as view:
        made = view.devices_like("TAG-", 9, 0)
    assert {one.batch for one in made} == {"PT-2 B17"}
    for device in made:
        house.fit(house.person(), device)
    house.clock.pass_(40 * DAY)
    record_fault(house.store, made[0].id, Fault.BATTERY, house.clock.now(), ANA)
    shown = desk.get("/devices/batches").content.decode()
    assert ["PT-2 B17", "3", "120", "0.0", "0.8"] == [
        one.strip() for one in re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", shown)[-5:]
    ]
    assert "PT-2 B17" not in desk.get("/devices/batches?batch=zzz").content.decode()
    assert "M-00" not in shown
    assert client_of(DPO).get("/devices/batches").status_code == 403
