"""The pages on which a right is restricted: by whom, and what the person, the officer and the overseers see of it."""

from datetime import timedelta

import pytest
from support.house import SCHEME, House
from support.in_process import client_of, place_of
from support.looking import HOUR, Looked
from support.staff import AOS, AUD, CAI, CEM, DPO, OPE, PER, REP

from custodiet.flows.keep_caseload import assign_case
from custodiet.main.pages import read_policy
from custodiet.rules.restricting import WEIGHED

WHO = (AOS, AUD, CAI, CEM, DPO, OPE, PER, REP)
WORDS = {part: f"Weighed of {part}, this time." for part in WEIGHED}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("restricting")
    house = House(folder)
    one = Looked(house, fixes=3)
    one.open(one.granted(window=one.window(1)))
    assign_case(house.store, one.case_id, PER, AOS)
    house.clock.pass_(HOUR)
    place_of(house, folder, read_policy(), WHO)
    one.clients = {who: client_of(who) for who in WHO}
    one.path = f"/cases/{one.person.case.reference}/restrictions"
    yield one
    house.close()


def typed(one, **other):
    now = one.house.clock.now()
    days = {"first": now - timedelta(days=1), "last": now, "until": now + timedelta(days=7)}
    parts = {
        f"{name}_{at}": str(part)
        for name, day in days.items()
        for at, part in enumerate((day.day, day.month, day.year))
    }
    return {"right": "looks", "ground": "crime", "told": "yes", "untold": "", **WORDS, **parts} | other


def asked(one, **other):
    assert one.clients[CAI].post(f"{one.path}/new", typed(one, **other)).status_code == 302
    with one.house.store.reading() as view:
        return view.restrictions_of(one.case_id)[0].restriction.id


def text_of(one, who, path):
    return one.clients[who].get(path).content.decode()


def test_officers_of_the_case_ask_the_data_protection_officer_answers_and_nobody_else_comes_in(place):
    told = {who: place.clients[who].get(f"{place.path}/new").status_code for who in WHO}
    assert told == {AOS: 200, CAI: 200, AUD: 403, DPO: 403, CEM: 404, OPE: 404, PER: 404, REP: 404}
    told = {who: place.clients[who].get("/restrictions").status_code for who in WHO}
    assert told == {AOS: 200, AUD: 200, DPO: 200, CAI: 403, CEM: 403, OPE: 403, PER: 403, REP: 403}
    path = f"{place.path}/{asked(place)}"
    told = {who: place.clients[who].get(path).status_code for who in WHO}
    assert told == {AOS: 200, AUD: 200, CAI: 200, DPO: 200, CEM: 404, OPE: 404, PER: 404, REP: 404}
    for who in (AOS, AUD, CAI):
        assert place.clients[who].post(path, {"what": "yes"}).status_code == 403
        assert place.clients[who].post(path, {"what": "read"}).status_code == 403
    assert place.clients[DPO].post(path, {"what": "no"}).status_code == 302


def test_the_person_sees_what_is_held_back_and_until_when_and_not_the_lines_themselves(place):
    before = text_of(place, PER, "/my/looks")
    assert "Nobody has asked." not in before
    path = f"{place.path}/{asked(place)}"
    assert WORDS["vulnerability"] in place.clients[DPO].post(path, {"what": "read"}).content.decode()
    assert place.clients[DPO].post(path, {"what": "yes"}).status_code == 302
    after = text_of(place, PER, "/my/looks")
    assert "Held back from you" in after
    assert "Nobody has asked." in after
    assert all(words not in after for words in WORDS.values())
    with place.house.store.reading() as view:
        reading = view.readings_of(place.case_id)[0][1]
    proof = f"/cases/{place.person.case.reference}/looks/{reading}/entry"
    assert place.clients[PER].get(proof).status_code == 404
    assert place.clients[CAI].get(proof).status_code == 200
    # Nor by the officers' pages, which name accounts and hold nothing back.
    with place.house.store.reading() as view:
        [(look_up, _)] = view.look_ups_of(place.case_id)
    here = f"/cases/{place.person.case.reference}"
    for page in (f"{here}/looks", f"{here}/look-ups/{look_up.look_up.id}"):
        told = {who: place.clients[who].get(page).status_code for who in WHO}
        assert told == {AOS: 200, AUD: 200, CAI: 200, DPO: 200, CEM: 404, OPE: 404, PER: 404, REP: 404}
    officers = text_of(place, CAI, f"/cases/{place.person.case.reference}/looks")
    assert "Held back from the person" in officers
    assert f'href="/cases/{place.person.case.reference}/looks/{reading}/entry"' in officers
    # What may be read of the restriction itself has its proof, for the person too.
    with place.house.store.reading() as view:
        standing = view.restrictions_of(place.case_id)[0]
    shown = f"/cases/{place.person.case.reference}/looks/{standing.answered_entry}/entry"
    assert place.clients[PER].get(shown).status_code == 200
    assert place.clients[DPO].post(path, {"what": "end"}).status_code == 302
    assert place.clients[PER].get(proof).status_code == 200


def test_one_that_is_not_told_leaves_no_trace_on_the_persons_page(place):
    path = f"{place.path}/{asked(place, told='no', untold='It would defeat it.')}"
    held = text_of(place, PER, "/my/looks").count("Held back")
    place.clients[DPO].post(path, {"what": "yes"})
    told = text_of(place, PER, "/my/looks")
    assert "Nobody has asked." in told
    assert told.count("Held back") == held
    with place.house.store.reading() as view:
        entry = view.restrictions_of(place.case_id)[0].entry
    assert place.clients[PER].get(f"/cases/{place.person.case.reference}/looks/{entry}/entry").status_code == 404
    place.clients[DPO].post(path, {"what": "end"})


def test_it_stands_on_the_pages_of_the_regulator_and_of_the_data_protection_officer_by_reference(place):
    path = f"{place.path}/{asked(place, right='copy')}"
    assert path in text_of(place, DPO, "/restrictions")
    place.clients[DPO].post(path, {"what": "yes"})
    with place.house.store.reading() as view:
        entry = view.restrictions_of(place.case_id)[0].answered_entry
    for page in (f"/regulator?scheme={SCHEME}", f"/oversight?scheme={SCHEME}"):
        text = text_of(place, AUD, page)
        assert "restricted by itself or not at all" in text
        assert f"/oversight/entry/{entry}/entry" in text
    assert place.person.case.reference in text_of(place, AUD, "/restrictions?reference=m-")
    assert text_of(place, AUD, "/restrictions?reference=zzz").count(place.path) == 0
    place.clients[DPO].post(path, {"what": "end"})


def test_a_form_that_is_refused_keeps_what_was_typed_and_says_what_is_missing(place):
    far = place.house.clock.now() + timedelta(days=40)
    wrong = {"until_0": str(far.day), "until_1": str(far.month), "until_2": str(far.year)}
    answer = place.clients[CAI].post(f"{place.path}/new", typed(place, **wrong))
    assert answer.status_code == 403
    text = answer.content.decode()
    assert "<title>Error: " in text
    assert WORDS["rights"] in text
    assert "within 28 days" in text
    assert place.clients[CAI].post(f"{place.path}/new", typed(place, prejudice="")).status_code == 200
