"""What agencies ask, on the pages: taken down, answered, packed, received, recalled, and seen by the person."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from support.disclosing import AGENCY, KEY, Disclosed, opened
from support.house import SCHEME, House
from support.in_process import client_of, place_of
from support.staff import AOS, AOT, AUD, CAI, CEM, DPO, OPE, PER, REQ
from support.witnessing import Nobody

from custodiet.flows.keep_caseload import assign_case, declare_conflict
from custodiet.main.pages import read_policy
from custodiet.model.disclosure import Packed
from custodiet.model.look_up import Attempt
from custodiet.wire.records import read_entry, read_record

PLANTED = ("46.50", "-28.0000", "46506", "465060000")


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    house = House(folder)
    one = Disclosed(house, fixes=12)
    assign_case(house.store, one.case_id, PER, AOS)
    place_of(house, folder, read_policy(), (AOS, AOT, AUD, CAI, CEM, DPO, OPE, PER, REQ))
    yield one
    from django.db import connection

    connection.close()
    house.close()


def filled(one, **given):
    start, signed = one.until - timedelta(hours=2), one.house.clock.now()
    told = {"wanted": "window", "recipient": AGENCY, "purpose": "contact", "said": "Constable Sample-7, 4711: to find."}
    told |= {"verified": "called_back", "precision": "full", "cut": "places", "recipient_key": KEY, "hours": "2"}
    told |= {"day_0": start.day, "day_1": start.month, "day_2": start.year, "start": f"{start:%H:%M}"}
    told |= {"signed_0": signed.day, "signed_1": signed.month, "signed_2": signed.year}
    return told | given


def newest(one):
    with one.house.store.reading() as view:
        return view.agency_requests_of(one.case_id)[0][0]


def new(one):
    return f"/cases/{one.person.case.reference}/requests/new"


def here(one):
    return f"/cases/{one.person.case.reference}/requests/{newest(one).request.id}"


def tried(one):
    with one.house.store.reading() as view:
        return view.looks_refused(one.case_id)


def test_a_request_is_taken_released_packed_received_and_recalled_and_the_person_sees_each_step(one):
    caseworker, officer, dpo = client_of(CAI), client_of(AOS), client_of(DPO)
    assert caseworker.get(new(one)).status_code == 200
    assert caseworker.post(new(one), filled(one)).status_code == 302, newest(one)
    path = here(one)
    assert newest(one).request.id in officer.get("/authorise").content.decode()
    shown = officer.get(path).content.decode()
    assert "Constable Sample-7" in shown
    assert "Constable Sample-7" not in dpo.get("/disclosures").content.decode()
    shut = caseworker.post(path, {"what": "pack"})
    assert (shut.status_code, "not_granted" in shut.content.decode()) == (403, True)
    told = {
        "what": "yes",
        "later_by": "1",
        "less_by": "0",
        "less_exact": "",
        "less_of_it": "",
        "words": "It is needed.",
    }
    assert officer.post(path, told).status_code == 302
    given = caseworker.post(path, {"what": "pack"})
    assert (given.status_code, given["Content-Type"]) == (200, "application/octet-stream")
    index = int(re.search(r"pack-(\d+)\.json\.age", given["Content-Disposition"])[1])
    found = opened(Packed(index, "", given.content))
    assert (len(found.places), found.manifest.entry) == (6, index)
    assert given["Cache-Control"] == "no-store"
    assert caseworker.post(path, {"what": "received"}).status_code == 302
    assert dpo.post(path, {"what": "recall", "recalled_as": "wrong_recipient"}).status_code == 302
    notice = caseworker.get(path).content.decode()
    assert "Destroy it" in notice
    mine = client_of(PER).get("/my/looks").content.decode()
    for said in ("An agency asked", "Said yes to the agency", "Made a pack", "The agency has it", "told to destroy"):
        assert said in mine
    assert "The made-up police" in mine
    for account in (CAI, AOS, DPO):
        assert account not in mine
    for page in (shown, notice, mine, dpo.get("/disclosures").content.decode()):
        for planted in PLANTED:
            assert planted not in page


def test_what_a_rule_stands_against_is_refused_with_its_code_and_what_would_pass(one):
    refused = client_of(CAI).post(new(one), filled(one, hours="24", verified="not_verified"))
    said = refused.content.decode()
    assert refused.status_code == 403
    for code in ("not_verified", "ahead"):
        assert code in said
        assert code in newest(one).codes
    assert "Constable Sample-7" in said


@pytest.mark.parametrize("wanted", ["standing_feed", "cohort", "access"])
def test_what_nobody_is_given_is_refused_by_a_code_of_its_own_and_counted(one, wanted):
    refused = client_of(CAI).post(new(one), {"wanted": wanted})
    assert (refused.status_code, wanted in refused.content.decode()) == (403, True)
    with one.house.store.reading() as view:
        assert view.turned_away_of(one.case_id, 1)[0][0].wanted == wanted
    assert "given to nobody" in client_of(AUD).get("/disclosures").content.decode()


def test_whoever_answers_the_telephone_notes_what_nobody_is_given(one):
    operator = client_of(OPE)
    assert operator.get("/disclosures/a-call").status_code == 200
    noted = operator.post("/disclosures/a-call", {"scheme": SCHEME, "wanted": "cohort"})
    assert "Noted, and refused: nobody is matched over everyone" in noted.content.decode()
    with one.house.store.reading() as view:
        [told] = view.turned_away_in({SCHEME}, 1)
    assert (told.wanted, told.case_id, told.by) == ("cohort", None, OPE)


def ledger_since(one, at):
    with one.house.store.reading() as view:
        rows = view.entries(at, 100)
    return [read_record(row.record) for row in rows]


def length(one):
    with one.house.store.reading() as view:
        return view.ledger_size()


def test_what_nobody_is_given_is_recorded_also_where_the_policy_lets_nobody_note_it(one):
    before = length(one)
    answer = client_of(AUD).post("/disclosures/a-call", {"scheme": SCHEME, "wanted": "standing_feed"})
    assert answer.status_code == 403
    [told] = ledger_since(one, before)
    assert (told.by, told.scheme_id, told.wanted, told.codes) == (AUD, SCHEME, "standing_feed", ("not_your_function",))
    with one.house.store.reading() as view:
        assert AUD not in [noted.by for noted in view.turned_away_in({SCHEME}, 100)]
    assert {one.house.verify()[what] for what in ("missing", "differing")} == {0}


def test_the_same_about_a_case_is_recorded_as_a_refusal_about_it(one):
    before = length(one)
    for wanted in ("standing_feed", "cohort"):
        assert client_of(CEM).post(new(one), filled(one, wanted=wanted)).status_code == 404
    told = ledger_since(one, before)
    assert [(each.by, each.case_id, each.attempt) for each in told] == [(CEM, one.case_id, Attempt.DISCLOSURE)] * 2
    assert {each.codes for each in told} == {("not_in_sight",)}


@pytest.mark.parametrize("sent", [{"what": "pack"}, {"what": "no", "because": "other"}, {"what": "yes"}, None])
def test_whoever_may_not_read_a_request_is_not_shown_it_by_being_refused(one, sent):
    assert client_of(CAI).post(new(one), filled(one)).status_code == 302
    for stranger in (OPE, CEM):
        client = client_of(stranger)
        answer = client.get(here(one)) if sent is None else client.post(here(one), sent)
        assert answer.status_code == 404
        for told in (AGENCY, "The made-up police", CAI, "to find people"):
            assert told not in answer.content.decode(), told


def test_an_officer_with_a_conflict_reads_no_request_of_the_case(one):
    assert client_of(CAI).post(new(one), filled(one)).status_code == 302
    listed = client_of(AOT).get("/disclosures").content.decode()
    assert newest(one).request.id in listed
    declare_conflict(one.house.store, one.case_id, AOT, AOT)
    assert client_of(AOT).get(here(one)).status_code == 403
    assert one.person.case.reference not in client_of(AOT).get("/disclosures").content.decode()


def test_while_no_witness_has_signed_the_pages_open_nothing_and_record_that_somebody_tried(one, monkeypatch):
    from django.conf import settings

    request_id, look_up_id = one.released(), one.granted()
    case = f"/cases/{one.person.case.reference}"
    monkeypatch.setattr(settings, "PLACE", replace(settings.PLACE, witnessed=Nobody()))
    before = kinds_of(one)
    hour = one.house.clock.now() - timedelta(hours=2)
    question = {
        "asked": "contact",
        "day_0": hour.day,
        "day_1": hour.month,
        "day_2": hour.year,
        "at": f"{hour:%H}:00",
        "zone": "",
    }
    for path, sent in (
        (f"{case}/requests/{request_id}", {"what": "pack"}),
        (f"{case}/look-ups/{look_up_id}", {"what": "open"}),
        (f"{case}/question", question),
    ):
        answer = client_of(CAI).post(path, sent)
        assert (answer.status_code, "not_witnessed" in answer.content.decode()) == (403, True), path
    written = kinds_of(one)[len(before) :]
    assert written.count("look.refused") == 3
    assert not {"pack.given", "reading.opened", "question.asked"} & set(written)


def kinds_of(one):
    with one.house.store.reading() as view:
        return [read_entry(row.body).kind.value for row in view.entries(0, 10_000)]


def test_an_urgent_one_is_looked_into_by_the_data_protection_officer_and_a_late_one_is_shown(one):
    caseworker, officer, dpo = client_of(CAI), client_of(AOS), client_of(DPO)
    unsigned = {"signed_0": "", "signed_1": "", "signed_2": ""}
    assert caseworker.post(new(one), filled(one, urgent="on", **unsigned)).status_code == 302
    path = here(one)
    yes = {"what": "yes", "later_by": "0", "less_by": "0", "less_exact": "", "less_of_it": "", "words": ""}
    assert officer.post(path, yes).status_code == 302
    one.house.clock.pass_(timedelta(hours=25))
    assert "not looked into by" in dpo.get("/disclosures").content.decode()
    told = {"what": "assess", "upheld": "no", "found": "A question would have done."}
    assert dpo.post(path, told).status_code == 302
    assert newest(one).upheld is False


def test_a_sample_is_drawn_on_the_page_and_marks_what_it_drew(one):
    month = f"{one.house.clock.now():%Y-%m}"
    dpo = client_of(DPO)
    early = dpo.post("/disclosures", {"scheme": SCHEME, "month": month})
    assert "not over" in early.content.decode()
    one.house.clock.pass_(timedelta(days=31))
    assert dpo.post("/disclosures", {"scheme": SCHEME, "month": month}).status_code == 302
    assert "drawn: look into it" in dpo.get("/disclosures").content.decode()
    assert client_of(AUD).post("/disclosures", {"scheme": SCHEME, "month": month}).status_code == 403


def test_whoever_may_not_is_refused_on_every_page_and_the_attempt_is_recorded(one):
    path = here(one)
    acts = {
        new(one): filled(one),
        path: {"what": "yes", "later_by": "0", "less_by": "0", "less_exact": "", "less_of_it": "", "words": "yes"},
    }
    for actor in (OPE, PER, REQ, CEM):
        client = client_of(actor)
        assert client.get(new(one)).status_code == 404
        assert client.get(path).status_code == 404
        for where, told in acts.items():
            before = len(tried(one))
            assert client.post(where, told).status_code == 404, (actor, where)
            assert len(tried(one)) == before + 1, (actor, where)
            assert (tried(one)[0][0].by, tried(one)[0][0].attempt) == (actor, Attempt.DISCLOSURE)
        assert client.post(path, {"what": "pack"}).status_code == 404
    assert client_of(OPE).get("/disclosures").status_code == 403
    assert client_of(OPE).get("/disclosures/a-call").status_code == 200


def test_requests_are_found_by_a_part_of_the_case_s_reference_a_page_at_a_time(one):
    for _ in range(30):
        one.take()
    reference, officer = one.person.case.reference, client_of(AOS)
    card = f'href="/cases/{reference}/requests/'
    first, none = (officer.get(f"/disclosures?reference={part}").content.decode() for part in (reference[-3:], "zzz"))
    assert (first.count(card), none.count(card)) == (25, 0)
    [following] = re.findall(r'href="([^"]+)"[^>]*rel="next"', first)
    assert following == f"?reference={reference[-3:]}&amp;page=2"
    assert 5 <= officer.get("/disclosures" + following.replace("&amp;", "&")).content.decode().count(card) <= 25
    queue = [officer.get(f"/authorise?reference={part}").content.decode() for part in (reference, "zzz")]
    assert [newest(one).request.id in each for each in queue] == [True, False]
