"""No text has a zero byte: PostgreSQL cannot be asked for one, and none may come into a store that could hold it."""

import pytest
from support.api_asked import codes, get, post
from support.in_process import client_of, place_of
from support.staff import AOS, AOT, CAI, staffed

from custodiet.flows.keep_caseload import assign_case
from custodiet.main.pages import read_policy

ADDRESSES = ("/cases/%00", "/cases/M-%00/notice", "/cases?reference=%00", "/devices?serial=TAG%00")


@pytest.fixture
def person(house, tmp_path):
    staffed(house)
    made = house.person()
    assign_case(house.store, made.case.id, CAI, AOS)
    place_of(house, tmp_path, read_policy(), (CAI, AOS, AOT))
    yield made
    from django.db import connection

    connection.close()


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_with_a_zero_byte_names_nothing(person, address):
    assert client_of(CAI).get(address).status_code == 404


@pytest.mark.parametrize("path", ["/cases/%00", "/cases?reference=%00"])
def test_nor_does_one_of_the_api(person, path):
    assert codes(get(CAI, path), 404) == ["not_found"]


def test_a_body_with_a_zero_byte_is_refused_and_one_that_only_speaks_of_it_is_not(person):
    given = {"scheme_id": person.case.scheme_id, "reference": "M-\0"}
    refused = post(CAI, "/cases", given)
    assert codes(refused, 400) == ["bad_body"]
    assert "zero byte" in refused.content.decode()
    assert "zero byte" not in post(CAI, "/cases", given | {"reference": "M-\\u0000"}).content.decode()
