"""The device desk by form post: from stock to a person and back, and by nobody whose matter it is not."""

import re

import pytest
from support.pages import Pages, Visitor

FIT = {"identified": "document", "fit_checked": "on"}


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    pages = Pages(tmp_path_factory.mktemp("p"), people=3)
    yield pages
    pages.stop()


@pytest.fixture(scope="module")
def caseworker(pages):
    return visitor(pages, "caseworker")


def visitor(pages, function):
    one = Visitor(pages.address)
    one.sign_in(pages.accounts[function])
    return one


def taken(caseworker, serial):
    """A device taken into stock; the address of its page."""
    sent = caseworker.send("/devices/new", {"serial": serial})
    assert sent.status == 302, sent.text
    return sent.to


def worn(caseworker, reference="M-0000"):
    """The address of the device that is on the person of a case."""
    for found in re.findall(r'href="(/devices/device_\w+)"', caseworker.get("/devices").text):
        shown = caseworker.get(found).text
        if reference in shown and "Still on" in shown:
            return found
    raise AssertionError(f"nobody wears a device in {reference}")


def now(caseworker, device):
    return re.search(r"Now\s*</dt>\s*<dd[^>]*>\s*(.*?)\s*</dd>", caseworker.get(device).text, re.DOTALL)[1]


def test_a_device_is_swapped_inspected_found_faulty_and_mended(caseworker):
    before = worn(caseworker)
    other = taken(caseworker, "DESK-1")
    sent = caseworker.send(f"{before}/swap", FIT | {"other": "DESK-1", "serial_read": "DESK-1"})
    assert sent.to == before, sent.text
    assert now(caseworker, before) == "Came back, not looked at yet"
    assert now(caseworker, other) == "On someone"
    assert caseworker.send(f"{before}/inspect", {"outcome": "fine"}).to == before
    assert now(caseworker, before) == "In stock"
    since = {"since_0": "1", "since_1": "11", "since_2": "2026"}
    assert caseworker.send(f"{before}/fault", {"fault": "battery"} | since).to == before
    assert now(caseworker, before) == "Faulty"
    refused = caseworker.send(f"{before}/fit", FIT | {"reference": "M-0001", "serial_read": "TAG-0000"})
    assert refused.status == 403
    assert "not_in_stock" in refused.text
    assert caseworker.send(f"{before}/mended", {}).to == before
    assert now(caseworker, before) == "In stock"


def test_what_an_ending_asks_for_is_shown_at_the_desk_and_done_by_taking_it_off(pages, caseworker):
    device = worn(caseworker, "M-0002")
    assert "What asks for it" not in caseworker.get(device).text
    pages.end("M-0002")
    assert "What asks for it" in caseworker.get(device).text
    assert caseworker.send(f"{device}/remove", {"reason": "ended", "minutes": "0"}).to == device
    assert "Nothing is to be done." in caseworker.get("/cases/M-0002").text


def test_a_medical_removal_is_recorded_up_to_a_day_later_and_another_is_not(caseworker):
    device = worn(caseworker, "M-0001")
    for wrong in ({"reason": "ended", "minutes": "61"}, {"reason": "medical", "minutes": "1441"}, {"minutes": "5"}):
        shown = caseworker.send(f"{device}/remove", wrong)
        assert shown.status in (200, 403)
        assert "<title>Error: " in shown.text
    assert caseworker.send(f"{device}/remove", {"reason": "medical", "minutes": "5"}).to == device
    assert "Taken off: medical" in caseworker.get(device).text
    assert caseworker.get(f"{device}/remove").status == 404


def test_what_was_read_off_the_device_has_to_be_its_serial(caseworker):
    device = taken(caseworker, "DESK-2")
    refused = caseworker.send(f"{device}/fit", FIT | {"reference": "M-0001", "serial_read": "DESK-3"})
    assert refused.status == 403
    assert "another_device" in refused.text
    missing = caseworker.send(f"{device}/fit", {"reference": "M-0001", "serial_read": "DESK-2"})
    assert "Say how they were identified" in missing.text
    assert now(caseworker, device) == "In stock"


def test_a_serial_is_taken_into_stock_once(caseworker):
    taken(caseworker, "DESK-4")
    assert "already" in caseworker.send("/devices/new", {"serial": "DESK-4"}).text


def test_devices_are_found_by_where_they_are(caseworker):
    taken(caseworker, "WHERE-1")
    broken = taken(caseworker, "WHERE-2")
    fault = {"fault": "battery", "since_0": "1", "since_1": "11", "since_2": "2026"}
    assert caseworker.send(f"{broken}/fault", fault).to == broken

    def found(stock):
        return re.findall(r">(WHERE-\d)<", caseworker.get(f"/devices?serial=WHERE&stock={stock}").text)

    both = ["WHERE-1", "WHERE-2"]
    assert [found(one) for one in ("in_stock", "faulty", "fitted", "", "nonsense")] == [
        both[:1],
        both[1:],
        [],
        both,
        both,
    ]
    assert re.search(r'<option value="faulty"[^>]*>Faulty \([1-9]\d*\)', caseworker.get("/devices").text)


@pytest.mark.parametrize("function", ["authorising_officer", "dpo", "auditor", "operator", "nobody"])
def test_the_desk_is_shut_to_whoever_has_no_business_there(pages, caseworker, function):
    other = visitor(pages, function)
    device = worn(caseworker)
    csrf = other.cookies.get("csrftoken", "")
    acts = ("fit", "inspect", "remove", "swap", "fault", "mended")
    for path in ("/devices", "/devices/new", device, *(f"{device}/{one}" for one in acts)):
        assert other.get(path).status == 403, path
    for act in acts:
        assert other.send(f"{device}/{act}", FIT | {"reason": "medical", "minutes": "0"}, token=csrf).status == 403
    assert now(caseworker, device) == "On someone"


def test_an_administrator_keeps_the_stock_and_takes_nothing_off_anyone(pages, caseworker):
    administrator, device = visitor(pages, "administrator"), worn(caseworker)
    shown = administrator.get(device)
    assert shown.status == 200
    assert "M-0000" not in shown.text
    csrf = administrator.cookies.get("csrftoken", "")
    for act in ("remove", "swap"):
        assert administrator.get(f"{device}/{act}").status == 403
        given = {"reason": "medical", "minutes": "0"}
        assert administrator.send(f"{device}/{act}", given, token=csrf).status == 403
    assert now(caseworker, device) == "On someone"
