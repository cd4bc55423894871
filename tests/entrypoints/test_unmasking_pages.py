"""Unmasking and a court's copy on the pages: asked for, answered by a third person, given, and seen by the person."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from support.disclosing import KEY, opened
from support.glass import LOOK_ALONE
from support.house import House
from support.in_process import client_of, place_of
from support.staff import AOS, AOT, AUD, CAI, CEM, DPO, OPE, PER, REQ
from support.unmasking import CHURCH, COURT, ORDER, WHY, Unmaskable, Visited, names_conditions
from support.witnessing import Nobody

from custodiet.flows.keep_caseload import assign_case
from custodiet.main.pages import read_policy
from custodiet.model.disclosure import Packed
from custodiet.model.look_up import Attempt

AT_CHURCH = "46.51000"


class One(Unmaskable, Visited):
    pass


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    house = House(folder)
    house.load_places(CHURCH)
    one = One(house)
    names_conditions(house)
    assign_case(house.store, one.case_id, PER, AOS)
    place_of(house, folder, read_policy(), (AOS, AOT, AUD, CAI, CEM, DPO, OPE, PER, REQ))
    yield one
    from django.db import connection

    connection.close()
    house.close()


def newest(one):
    with one.house.store.reading() as view:
        return view.unmaskings_of(one.case_id)[0][0]


def tried(one):
    with one.house.store.reading() as view:
        return view.looks_refused(one.case_id)[0][0]


ASKED = {"not_enough": "in_danger", "condition": "9_2_c", "why": WHY, "later_by": "0", "less_by": "0"}


def test_it_is_asked_for_answered_by_a_third_person_read_whole_and_seen_by_the_person(one):
    caseworker, second, third = client_of(CAI), client_of(AOS), client_of(AOT)
    look_up_id = one.granted(window=one.whole)
    case = f"/cases/{one.person.case.reference}"
    look_up = f"{case}/look-ups/{look_up_id}"
    assert "without masking" not in caseworker.get(look_up).content.decode()
    early = caseworker.post(f"{look_up}/unmask", ASKED)
    assert (early.status_code, "not_read" in early.content.decode()) == (403, True)
    assert (tried(one).attempt, tried(one).codes) == (Attempt.UNMASK, ("not_read",))
    masked = caseworker.post(look_up, {"what": "open"}).content.decode()
    assert AT_CHURCH not in masked
    assert f"{look_up}/unmask" in caseworker.get(look_up).content.decode()
    assert caseworker.get(f"{look_up}/unmask").status_code == 200
    assert caseworker.post(f"{look_up}/unmask", ASKED).status_code == 302
    asked = newest(one).unmask
    assert (asked.window, asked.condition.value) == (one.whole, "9_2_c")
    assert "Waits for a third person" in caseworker.get(look_up).content.decode()
    path, answer = f"{case}/unmaskings/{asked.id}", f"/authorise/unmaskings/{asked.id}"
    shut = caseworker.post(path, {"what": "open"})
    assert (shut.status_code, "not_granted" in shut.content.decode()) == (403, True)
    yes = {"what": "approve", "words": "Nothing less would find them.", "later_by": "0", "less_by": "0"}
    own = second.post(answer, yes)
    assert (own.status_code, "own_grant" in own.content.decode()) == (403, True)
    assert (tried(one).attempt, tried(one).by) == (Attempt.UNMASK, AOS)
    assert asked.id in third.get("/authorise").content.decode()
    shown = third.get(answer).content.decode()
    assert WHY in shown
    assert third.post(answer, {**yes, "words": ""}).status_code == 200  # the form says what is missing
    assert third.post(answer, yes).status_code == 302
    read = caseworker.post(path, {"what": "open"})
    assert AT_CHURCH in read.content.decode()
    assert (read["Cache-Control"], "Refresh" in read) == ("no-store", True)
    mine = client_of(PER).get("/my/looks").content.decode()
    for said in ("Asked to look without masking", "Said yes to looking without masking", "Looked without masking"):
        assert said in mine
    for page in (shown, mine, caseworker.get(look_up).content.decode(), caseworker.get(path).content.decode()):
        assert AT_CHURCH not in page
        assert "465100000" not in page


def test_what_waits_for_a_second_or_third_person_is_found_by_a_part_of_the_case_s_reference(one):
    look_up_id, unmask_id = one.ask(window=one.whole), one.ask_unmask(one.looked(window=one.whole))
    third, reference = client_of(AOT), one.person.case.reference
    found, none = (third.get(f"/authorise?reference={part}").content.decode() for part in (reference[-3:], "zzz"))
    for waiting in (f"/authorise/look-ups/{look_up_id}", f"/authorise/unmaskings/{unmask_id}"):
        assert (waiting in found, waiting in none) == (True, False)


def test_a_no_is_recorded_and_whoever_may_not_is_refused_and_that_is_recorded(one):
    unmask_id = one.ask_unmask(one.looked(window=one.whole))
    case, answer = f"/cases/{one.person.case.reference}", f"/authorise/unmaskings/{unmask_id}"
    for actor in (CEM, AOS, OPE, DPO, PER, REQ):
        client = client_of(actor)
        for path, told in (
            (f"{case}/unmaskings/{unmask_id}", {"what": "open"}),
            (answer, {"what": "approve", "words": "Yes"}),
        ):
            refused = client.post(path, told)
            assert refused.status_code == (403 if actor in (AOS, DPO) else 404), (actor, path)
            assert (tried(one).attempt, tried(one).by) == (Attempt.UNMASK, actor)
            assert AT_CHURCH not in refused.content.decode()
    no = {"what": "refuse", "because": "does_not_answer", "no_words": "It would not tell."}
    assert client_of(AOT).post(answer, no).status_code == 302
    assert "Refused" in client_of(CAI).get(f"{case}/unmaskings/{unmask_id}").content.decode()
    assert "Said no to looking without masking" in client_of(PER).get("/my/looks").content.decode()


def test_whoever_is_refused_what_they_post_is_not_shown_the_page_instead(one):
    """Also where the form is filled in well: what they may not see of a case they do not see by posting."""
    unmask_id, look_up_id = one.ask_unmask(one.looked(window=one.whole)), one.ask(window=one.whole)
    here, day = f"/cases/{one.person.case.reference}", one.began
    yes = {"what": "approve", "words": "Yes", "later_by": "0", "less_by": "0", "lasts": "1", "precision": ""}
    when = {"day_0": day.day, "day_1": day.month, "day_2": day.year}
    posts = {
        f"/authorise/unmaskings/{unmask_id}": yes,
        f"/authorise/look-ups/{look_up_id}": yes,
        f"{here}/look-ups/{newest(one).unmask.look_up_id}/unmask": ASKED,
        f"{here}/question": {"asked": "home", "at": "21:00", **when},
        f"{here}/look-ups/new": {"step": "ask", "purpose": "contact", "to_know": "reach", "why": WHY, "tried": ["rang"]}
        | {"start": "09:00", "hours": "1", "precision": "full", **when},
        f"{here}/requests/new": {"wanted": "standing_feed"},
    }
    for actor in (CEM, OPE, PER, REQ):
        client = client_of(actor)
        for path, told in posts.items():
            refused = client.post(path, told)
            shown = refused.content.decode()
            assert (refused.status_code, "<form" in shown.split("<main")[1], CAI in shown) == (404, False, False), path
    for actor, shut in ((CAI, 403), (CEM, 404), (PER, 404)):
        refused = client_of(actor).post(f"{here}/break-glass", LOOK_ALONE)
        assert (refused.status_code, "<form" in refused.content.decode().split("<main")[1]) == (shut, False)


def test_while_no_witness_has_signed_nothing_is_unmasked_and_nobody_looks_alone_and_that_is_recorded(one, monkeypatch):
    from django.conf import settings

    asked_of, waits = one.looked(window=one.whole), one.ask_unmask(one.looked(window=one.whole))
    approved, here = one.unmaskable(window=one.whole), f"/cases/{one.person.case.reference}"
    monkeypatch.setattr(settings, "PLACE", replace(settings.PLACE, witnessed=Nobody()))
    for actor, path, told, attempt in (
        (CAI, f"{here}/look-ups/{asked_of}/unmask", ASKED, Attempt.UNMASK),
        (CAI, f"{here}/unmaskings/{approved}", {"what": "open"}, Attempt.UNMASK),
        (OPE, f"{here}/break-glass", LOOK_ALONE, Attempt.BREAK_GLASS),
    ):
        refused = client_of(actor).post(path, told)
        assert (refused.status_code, "not_witnessed" in refused.content.decode()) == (403, True), path
        assert (tried(one).attempt, tried(one).by, tried(one).codes) == (attempt, actor, ("not_witnessed",))
    # What opens nothing by itself goes on.
    yes = {"what": "approve", "words": "Nothing less would find them.", "later_by": "0", "less_by": "0"}
    assert client_of(AOT).post(f"/authorise/unmaskings/{waits}", yes).status_code == 302


def test_a_courts_order_is_taken_released_and_packed_whole_and_its_reference_is_sealed(one):
    caseworker, officer = client_of(CAI), client_of(AOS)
    case, signed = f"/cases/{one.person.case.reference}", one.house.clock.now()
    start = one.began
    told = {"wanted": "window", "recipient": COURT, "purpose": "contact", "said": "The registry asks.", "order": ORDER}
    told |= {"verified": "sealed_order", "precision": "full", "cut": "places", "recipient_key": KEY, "hours": "2"}
    told |= {"day_0": start.day, "day_1": start.month, "day_2": start.year, "start": f"{start:%H:%M}"}
    told |= {"signed_0": signed.day, "signed_1": signed.month, "signed_2": signed.year, "basis": "court_order"}
    refused = caseworker.post(f"{case}/requests/new", {**told, "order": "", "verified": "called_back"})
    assert refused.status_code == 403
    for code in ("no_order", "order_not_checked"):
        assert code in refused.content.decode()
    assert caseworker.post(f"{case}/requests/new", told).status_code == 302
    with one.house.store.reading() as view:
        request = view.agency_requests_of(one.case_id)[0][0].request
    path = f"{case}/requests/{request.id}"
    shown = officer.get(path).content.decode()
    assert ORDER in shown
    assert "Nothing is masked in this pack" in shown
    assert ORDER.encode() not in request.order_sealed
    yes = {"what": "yes", "later_by": "0", "less_by": "0", "less_exact": "", "less_of_it": "", "words": "Ordered."}
    assert officer.post(path, yes).status_code == 302
    given = caseworker.post(path, {"what": "pack"})
    index = int(re.search(r"pack-(\d+)\.json\.age", given["Content-Disposition"])[1])
    found = opened(Packed(index, "", given.content))
    assert found.manifest.whole
    assert {place.lat_e7 for place in found.places if not place.is_home} == {465_100_000}
    assert found.manifest.window.to_at - found.manifest.window.from_at == timedelta(hours=2)
    assert "own order: all of the window" in client_of(PER).get("/my/looks").content.decode()
