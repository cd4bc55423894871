"""A person adds a place of their own on a page that lists none, and nobody else does."""

import re
from base64 import b64encode

import pytest
from support.by_hand import stored_bytes
from support.house import House
from support.in_process import client_of, place_of
from support.looking import Looked
from support.staff import AOS, CAI, DPO, PER, REP

from custodiet.flows.add_place import add_place
from custodiet.flows.keep_caseload import assign_case
from custodiet.main.pages import read_policy
from custodiet.rules.masking.own import OWN_MAX
from custodiet.wire.own_place import pack_own_place

HERE = "/my/places"
TYPED = "46.54321010000004, -28.01234009999998"
"""As a map on a screen copies it."""
LAT_E7, LON_E7 = 465_432_101, -280_123_401
PLANTED = ("46.5432", "465432101", "28.0123", "280123401")


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    folder = tmp_path_factory.mktemp("places")
    house = House(folder)
    one = Looked(house, fixes=1)
    assign_case(house.store, one.case_id, PER, AOS)
    place_of(house, folder, read_policy(), (AOS, CAI, DPO, PER, REP))
    yield one
    from django.db import connection

    connection.close()
    house.close()


def bare(response):
    """A page without what differs by the request: its token and the message of what was just done."""
    told = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*"', "", response.content.decode())
    return re.sub(r'<div class="[^"]*govuk-notification-banner.*?</div>\s*</div>\s*</div>', "", told, flags=re.DOTALL)


def test_the_person_adds_one_and_no_page_and_no_byte_of_the_store_says_where(one):
    person = client_of(PER)
    before = person.get(HERE)
    assert person.post(HERE, {"where": TYPED}).status_code == 302
    person.get(HERE)  # which says that it is kept
    after = person.get(HERE)
    assert bare(after) == bare(before)
    assert after["Cache-Control"] == "no-store"
    with one.house.store.reading() as view:
        assert view.own_places(one.person.case.person_id) == 1
    case = f"/cases/{one.person.case.reference}"
    pages = [client_of(CAI).get(case), client_of(CAI).get(f"{case}/looks"), person.get("/my/looks")]
    kept = stored_bytes(one.house)
    packed = pack_own_place(LAT_E7, LON_E7)
    assert packed not in kept
    assert b64encode(packed) not in kept  # as records hold bytes
    for planted in PLANTED:
        assert planted not in "".join(page.content.decode() for page in pages)
        assert planted.encode() not in kept


@pytest.mark.parametrize("typed", ["", "somewhere", "46.5", "91, 0", "0, 181", "46.5 -28 7"])
def test_what_is_no_place_is_asked_for_again(one, typed):
    answered = client_of(PER).post(HERE, {"where": typed})
    assert (answered.status_code, "Enter two numbers" in answered.content.decode()) == (200, True)


@pytest.mark.parametrize("actor", [CAI, AOS, DPO, REP])
def test_nobody_adds_one_for_somebody_they_do_not_speak_for(one, actor):
    client = client_of(actor)
    for answered in (client.get(HERE), client.post(HERE, {"where": TYPED})):
        assert answered.status_code == 403
        assert "not_" in answered.content.decode()


def test_a_representative_adds_one_for_whom_they_speak(one):
    other = Looked(one.house, staff=False, serial="TAG-R", fixes=0)
    assign_case(one.house.store, other.case_id, REP, AOS)
    assert client_of(REP).post(HERE, {"where": TYPED}).status_code == 302
    with one.house.store.reading() as view:
        assert view.own_places(other.person.case.person_id) == 1


def test_so_many_are_kept_and_no_more(one):
    house = one.house
    with house.store.reading() as view:
        kept = view.own_places(one.person.case.person_id)
    for number in range(OWN_MAX - kept):
        add_place(house.store, house.sealer, house.pinned, one.case_id, 465_000_000 + number, -280_000_000, PER)
    answered = client_of(PER).post(HERE, {"where": TYPED})
    assert (answered.status_code, "too_many_places" in answered.content.decode()) == (403, True)
