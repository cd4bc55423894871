"""Inspections that are due, on the pages of the device desk and of the day, until somebody inspects."""

from dataclasses import replace
from datetime import timedelta

import pytest
from support.house import SCHEME, START
from support.in_process import client_of, place_of
from support.staff import ADA, AOS, CAI, DPO, staffed
from support.watched import passing

from custodiet.flows.keep_caseload import assign_case
from custodiet.flows.keep_register import keep_register
from custodiet.flows.scheme_now import register_at
from custodiet.main.pages import read_policy

DAY = timedelta(days=1)
DUE = "1 inspection is due"
ASKS = "Inspect the device: how it sits, and the skin under it"


@pytest.fixture
def wearer(house, tmp_path):
    staffed(house)
    wearer = house.person("TAG-1")
    assign_case(house.store, wearer.case.id, CAI, AOS)
    house.decide(wearer, review_due_at=START + 85 * DAY)
    with house.store.reading() as view:
        register, _ = register_at(view, SCHEME, house.clock.now())
    keep_register(house.store, replace(register, inspection_days=14), ADA)
    place_of(house, tmp_path, read_policy(), (CAI, DPO))
    yield wearer
    from django.db import connection

    connection.close()


def shown(client, path):
    return client.get(path).content.decode()


def pass_days(house, days):
    house.clock.pass_(days * DAY)
    passing(house).look()


def test_what_is_due_is_on_the_desk_and_in_the_day_and_says_when_it_is_late(house, wearer):
    device = f"/devices/{wearer.device.id}"
    assert "To be inspected by" in shown(client_of(CAI), device)
    assert DUE not in shown(client_of(CAI), "/devices")
    pass_days(house, 11)
    desk, day, one = (shown(client_of(CAI), path) for path in ("/devices", "/day", device))
    assert (DUE in desk, ASKS in day, ASKS in one) == (True, True, True)
    assert [each.count("Overdue") for each in (desk, day, one)] == [0, 0, 0]
    pass_days(house, 3)
    officer = client_of(CAI)
    assert all("Overdue" in shown(officer, path) for path in ("/devices", "/day", device))
    assert wearer.case.reference not in shown(officer, "/devices")
    assert officer.post(f"{device}/inspect", {"outcome": "fine"}).status_code == 302
    assert [DUE in shown(officer, "/devices"), ASKS in shown(officer, "/day")] == [False, False]
    assert "Overdue" not in shown(officer, device)


def test_the_register_s_page_and_the_notice_say_how_often(house, wearer):
    assert "is inspected, and the skin under it" in shown(client_of(DPO), f"/schemes/{SCHEME}").lower()
    assert "at least every 14 days" in shown(client_of(CAI), f"/cases/{wearer.case.reference}/notice/paper")
