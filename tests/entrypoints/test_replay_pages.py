"""The pages on which a decision is run again: for those who may read decisions, and nothing sealed on them."""

import re

import pytest
from support.house import ANA, SCHEME, House
from support.in_process import client_of, place_of
from support.looking import Looked
from support.staff import AOS, AUD, CAI, CEM, DPO, OPE, PER

from custodiet.flows.open_case import open_case
from custodiet.main.pages import read_policy


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("replaying")
    house = House(folder)
    one = Looked(house)
    open_case(house.store, house.chance, SCHEME, "M-OTHER", ANA)
    place_of(house, folder, read_policy(), (AOS, AUD, CAI, CEM, DPO, OPE, PER))
    with house.store.reading() as view:
        reference = view.case(one.case_id).reference
        [decision] = view.decisions_of(one.case_id)
    yield (
        reference,
        f"/cases/{reference}/decisions/{decision.id}",
        {who: client_of(who) for who in (AOS, AUD, CAI, CEM, DPO, OPE, PER)},
    )
    house.close()


def test_oversight_and_the_cases_officers_read_it_and_nobody_else(pages):
    reference, path, clients = pages
    for where in (path, f"/cases/{reference}/decisions"):
        told = {who: clients[who].get(where).status_code for who in clients}
        assert told == {AOS: 200, AUD: 200, CAI: 200, DPO: 200, CEM: 404, OPE: 404, PER: 404}


def test_it_says_that_the_answer_is_the_same_and_what_was_given_by_id_and_entry(pages):
    _, path, clients = pages
    text = clients[AUD].get(path).content.decode()
    assert text.count("The same answer") == 2
    assert "Another answer now" not in text
    assert "Not whole" not in text
    assert re.search(r"fact_[0-9a-f]{20}", text)
    assert "/oversight/entry/" in text
    assert "/oversight/entry/" not in clients[CAI].get(path).content.decode()  # who could not open it


def test_the_case_leads_there_and_another_cases_decision_is_not_there(pages):
    reference, path, clients = pages
    assert f'href="/cases/{reference}/decisions"' in clients[CAI].get(f"/cases/{reference}").content.decode()
    assert path in clients[DPO].get(f"/cases/{reference}/decisions").content.decode()
    assert clients[DPO].get(path.replace(reference, "M-OTHER")).status_code == 404
    assert clients[DPO].get("/cases/M-OTHER/decisions").status_code == 200
    assert clients[DPO].get(f"{path}x").status_code == 404
