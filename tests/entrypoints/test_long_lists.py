"""Lists that are longer than a page, and what is found in them by a part of a reference."""

import re

import pytest
from support.assessing import assessed, assessor
from support.house import BO, COURT, SCHEME
from support.in_process import client_of, place_of
from support.staff import ADA, AOS, CAI, staffed

from custodiet.flows.decide_case import propose_decision
from custodiet.flows.obey_stop import enter_stop
from custodiet.flows.open_case import open_case
from custodiet.main.pages import read_policy
from custodiet.model.ending import StopKind


@pytest.fixture
def officer(house, tmp_path):
    staffed(house)
    place_of(house, tmp_path, read_policy(), (ADA, AOS, CAI))
    yield client_of(AOS)
    from django.db import connection

    connection.close()


def listed(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    text = answer.content.decode()
    return text, re.findall(r"(?<!/)M-\d{4}", text[text.index("<main") :])


def test_a_proposal_is_found_by_a_part_of_its_reference(house, officer):
    for _ in range(3):
        decision = house.proposal(house.person())
        propose_decision(house.store, decision, assessed(house, decision))
    assert listed(officer, "/authorise")[1] == ["M-0001", "M-0002", "M-0003"]
    text, found = listed(officer, "/authorise?reference=002")
    assert found == ["M-0002"]
    assert 'value="002"' in text
    for none in ("zzz", "%25", "_"):
        assert listed(officer, f"/authorise?reference={none}")[1] == []


def test_every_stop_that_waits_is_on_some_page_and_those_of_others_take_no_place(house, officer):
    from custodiet.entrypoints.web.views.lowering import STOPS_MAX, STOPS_SHOWN  # after the pages were configured

    made = house.decide(house.person(), keys=False)
    for _ in range(STOPS_MAX):
        # Each of them is theirs to check: entered by someone else.
        enter_stop(house.store, house.chance, StopKind.RESTRICT, COURT, [made.id], BO)
    seen = [re.findall(r'name="stop" value="([^"]+)"', listed(officer, f"/stops?page={n}")[0]) for n in (1, 2, 3, 4)]
    assert [len(one) for one in seen] == [STOPS_SHOWN, STOPS_SHOWN, STOPS_MAX - 2 * STOPS_SHOWN, 0]
    assert len({each for one in seen for each in one}) == STOPS_MAX
    assert 'href="?page=2"' in listed(officer, "/stops")[0]
    assert 'href="?page=4"' not in listed(officer, "/stops?page=3")[0]


def test_a_stop_is_found_by_a_part_of_the_reference_of_any_case_it_is_about(house, officer):
    first, second = (house.decide(house.person(), keys=False) for _ in range(2))
    for stopped in ([first.id], [first.id, second.id]):
        enter_stop(house.store, house.chance, StopKind.RESTRICT, COURT, stopped, BO)
    assert sorted(listed(officer, "/stops")[1]) == ["M-0001", "M-0001", "M-0002"]
    text, found = listed(officer, "/stops?reference=m-0002")
    assert found == ["M-0001", "M-0002"]
    assert 'value="m-0002"' in text
    assert listed(officer, "/stops?reference=zzz")[1] == []


def test_the_day_is_searched_by_a_part_of_a_reference_and_every_page_keeps_the_search(house, officer):
    for number in range(30):
        case = open_case(house.store, house.chance, SCHEME, f"M-{8000 + number}", CAI)
        house.issue_keys()
        assessor(house).represent(case.id, "It hurts.", CAI)
    day = client_of(CAI)
    assert listed(day, "/day?reference=8007")[1] == ["M-8007"]
    assert listed(day, "/day?reference=zzz")[1] == []
    text, found = listed(day, "/day?reference=-80")
    [following] = re.findall(r'href="(/day\?[^"]+)"[^>]*rel="next"', text)
    text, rest = listed(day, following.replace("&amp;", "&"))
    assert (len(found), sorted(found + rest)) == (25, [f"M-{8000 + number}" for number in range(30)])
    assert 'href="/day?reference=-80"' in text


def test_the_translations_are_searched_by_a_scheme_s_name(house, officer):
    assert 'id="scheme-1"' in listed(officer, "/translations?name=test")[0]
    assert 'id="scheme-1"' not in listed(officer, "/translations?name=zzz")[0]
