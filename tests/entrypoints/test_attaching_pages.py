"""Files on pages: handed in by a form, listed by name, given back as a download that no browser shows."""

import pytest
from support.in_process import client_of, place_of
from support.staff import AOS, CAI, OPE, staffed
from support.watched import bring, desk, watch

from custodiet.flows.keep_caseload import assign_case
from custodiet.main.pages import read_policy
from custodiet.model.alert import AlertState
from custodiet.model.contact_record import CameOf, Way

PAGE = b"<script>alert('made up')</script> made-up words"


@pytest.fixture
def place(house, tmp_path):
    alert = watch(house).accused()
    bring(house, alert.id, AlertState.ENQUIRY)
    staffed(house)
    assign_case(house.store, alert.case_id, CAI, AOS)
    place_of(house, tmp_path, read_policy(), (CAI, OPE))
    with house.store.reading() as view:
        yield alert, view.case(alert.case_id).reference
    from django.db import connection

    connection.close()


def handed_in(client, alert, content, name="letter.html"):
    from django.core.files.uploadedfile import SimpleUploadedFile

    return client.post(f"/attach/alert/{alert.id}", {"file": SimpleUploadedFile(name, content, "text/html")})


def test_a_file_is_handed_in_listed_and_given_back_as_a_download_and_nothing_else(house, place):
    alert, reference = place
    client = client_of(CAI)
    assert b"Attach a file" in client.get(f"/alerts/{alert.id}").content
    assert b'enctype="multipart/form-data"' in client.get(f"/attach/alert/{alert.id}").content
    assert handed_in(client, alert, PAGE).url == f"/alerts/{alert.id}"
    desk(house).contact(alert.id, Way.PHONE, CameOf.SPOKE, "the bus never came", CAI)
    shown = client.get(f"/cases/{reference}").content.decode()
    assert "letter.txt" in shown
    assert "the bus never came" in shown
    assert "made-up words" not in shown
    with house.store.reading() as view:
        [kept] = view.attachments_of(alert.case_id)
    address = f"/cases/{reference}/files/{kept.id}"
    assert address in shown
    given = client.post(address)
    assert given.content == PAGE
    assert given["Content-Type"] == "application/octet-stream"
    assert given["Content-Disposition"] == 'attachment; filename="letter.txt"'
    assert given["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in given["Cache-Control"]
    assert client.get(address).status_code == 405


@pytest.mark.parametrize(
    ("content", "says"), [(b"%PDF-1.7 made up", "nly JPEG, PNG and plain text"), (b"", "is empty")]
)
def test_what_is_not_taken_in_is_said_and_keeps_nothing(house, place, content, says):
    alert, _ = place
    shown = handed_in(client_of(CAI), alert, content)
    assert says in shown.content.decode()
    assert "<title>Error: " in shown.content.decode()
    with house.store.reading() as view:
        assert view.attachments_of(alert.case_id) == ()


def test_nobody_else_hands_one_in_or_has_one(house, place):
    alert, reference = place
    handed_in(client_of(CAI), alert, PAGE)
    with house.store.reading() as view:
        [kept] = view.attachments_of(alert.case_id)
    operator = client_of(OPE)
    assert handed_in(operator, alert, PAGE).status_code == 403
    assert operator.post(f"/cases/{reference}/files/{kept.id}").status_code == 404
    assert client_of(CAI).post(f"/cases/{reference}/files/nothing").status_code == 404
    with house.store.reading() as view:
        assert view.attachments_of(alert.case_id) == (kept,)


def test_a_file_that_does_not_open_any_more_is_no_fault_of_the_page(house, place):
    alert, reference = place
    client = client_of(CAI)
    handed_in(client, alert, PAGE)
    with house.store.reading() as view:
        [kept], person = view.attachments_of(alert.case_id), view.case(alert.case_id).person_id
    [name] = [name for name, *_ in house.keystore.all() if name.endswith(person)]
    house.keystore.destroy(name, house.clock.now())
    shown = client.post(f"/cases/{reference}/files/{kept.id}")
    assert shown.status_code == 503
    assert PAGE not in shown.content
