"""The pages on which suspected misuse is reported and answered: by whom, and who sees what of it."""

import pytest
from support.house import SCHEME, House
from support.in_process import client_of, place_of
from support.looking import HOUR, Looked
from support.staff import ADA, AOS, AUD, CAI, CEM, DPO, OPE, PER, REQ, TRA

from custodiet.flows.keep_caseload import assign_case
from custodiet.main.pages import read_policy

WHO = (ADA, AOS, AUD, CAI, CEM, DPO, OPE, PER, REQ, TRA)
TEXT = "It was done for a friend."


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("misuse")
    house = House(folder)
    one = Looked(house, fixes=3)
    one.open(one.granted(window=one.window(1)))
    assign_case(house.store, one.case_id, PER, AOS)
    house.clock.pass_(HOUR)
    place_of(house, folder, read_policy(), WHO)
    one.clients = {who: client_of(who) for who in WHO}
    with house.store.reading() as view:
        one.reading = view.readings_of(one.case_id)[0][1]
    yield one
    house.close()


def newest(place):
    with place.house.store.reading() as view:
        return view.misuses(None, 1)[0].report


def test_everyone_of_the_staff_reports_whatever_is_in_their_sight(place):
    told = {"reference": place.person.case.reference, "entry": str(place.reading), "text": TEXT}
    came = {who: place.clients[who].post("/misuse/new", told).status_code for who in WHO}
    assert came == dict.fromkeys(WHO, 302) | {PER: 403, REQ: 403}
    assert "waits for the data protection officer" in place.clients[TRA].get("/misuse/new").content.decode()
    wrong = place.clients[OPE].post("/misuse/new", told | {"reference": "M-NONE"})
    assert "There is no case of that reference" in wrong.content.decode()
    assert TEXT in wrong.content.decode()


def test_the_person_reports_a_line_and_sees_the_answer_but_not_its_words(place):
    path = f"/my/looks/{place.reading}/misuse"
    assert path in place.clients[PER].get("/my/looks").content.decode()
    assert {who: place.clients[who].get(path).status_code for who in (CAI, DPO, OPE)} == {CAI: 404, DPO: 404, OPE: 404}
    assert place.clients[PER].get("/my/looks/3/misuse").status_code == 404  # no look of theirs
    assert place.clients[PER].post(path, {"text": TEXT}).status_code == 302
    report = newest(place)
    assert (report.by, report.entry) == (PER, place.reading)
    one = f"/misuse/{report.id}"
    read = place.clients[DPO].post(one, {"what": "read"}).content.decode()
    assert TEXT in read
    assert str(PER) not in read
    unsaid = place.clients[DPO].post(one, {"what": "answer", "found": "misuse", "words": ""})
    assert "<title>Error: " in unsaid.content.decode()
    told = {"what": "answer", "found": "misuse", "words": "They had no reason."}
    assert place.clients[DPO].post(one, told).status_code == 302
    seen = place.clients[PER].get("/my/looks").content.decode()
    assert "It was misuse" in seen
    assert "They had no reason." not in seen


def test_the_queue_is_for_those_who_oversee_and_the_answer_for_the_data_protection_officer(place):
    came = {who: place.clients[who].get("/misuse").status_code for who in WHO}
    assert came == dict.fromkeys(WHO, 403) | {AUD: 200, DPO: 200}
    told = {"reference": place.person.case.reference, "entry": "1", "text": TEXT}
    place.clients[OPE].post("/misuse/new", told)
    one = f"/misuse/{newest(place).id}"
    came = {who: place.clients[who].get(one).status_code for who in WHO}
    assert came == dict.fromkeys(WHO, 403) | {AUD: 200, DPO: 200}
    assert "may have mistaken the number" in place.clients[AUD].get(one).content.decode()
    for what in ("read", "answer"):
        sent = {"what": what, "found": "misuse", "words": "No."}
        assert place.clients[AUD].post(one, sent).status_code == 403
    assert one in place.clients[AUD].get("/misuse?reference=m-").content.decode()
    assert "waits" in place.clients[DPO].get("/misuse?reference=zz").content.decode()


def test_it_is_counted_on_the_page_of_oversight(place):
    text = place.clients[AUD].get(f"/oversight?scheme={SCHEME}").content.decode()
    assert "Suspected misuse that was reported" in text
    assert "Waits for an answer" in text
