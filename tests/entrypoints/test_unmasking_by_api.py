"""Unmasking and looking alone over the API: asked, answered and assessed there, and shown on a page alone."""

import time
from datetime import timedelta

import pytest
from support.api_asked import codes, get, post
from support.disclosing import Disclosed
from support.glass import WHY_ALONE, Endangered
from support.house import House
from support.in_process import client_of, place_of
from support.looking import HOUR
from support.staff import AOS, AOT, AUD, CAI, CEM, DPO, OPE, PER, REQ
from support.unmasking import WHY, Unmaskable

from custodiet.flows.keep_caseload import assign_case
from custodiet.main.pages import read_policy
from custodiet.model.look_up import Attempt

ALL = (AOS, AOT, AUD, CAI, CEM, DPO, OPE, PER, REQ)
ASKED = {"not_enough": "in_danger", "condition": "9_2_c", "why": WHY}
YES = {"words": "Nothing less would find them."}
A_PLACE = ("46.5", "-28.0", "46500", "465000000")


class One(Unmaskable, Endangered, Disclosed):
    pass


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    folder = tmp_path_factory.mktemp("by-api")
    house = House(folder)
    one = One(house)
    assign_case(house.store, one.case_id, PER, AOS)
    place_of(house, folder, read_policy(), ALL)
    yield one
    from django.db import connection

    connection.close()
    house.close()


def told_as(at):
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def looked(one):
    return one.looked(window=one.window(hours=2))


def listed(one, by=CAI):
    answer = get(by, f"/cases/{one.person.case.reference}/unmaskings")
    assert answer.status_code == 200, answer.content
    return answer.json()["unmaskings"]


def refusals(one):
    with one.house.store.reading() as view:
        return [refused for refused, _ in view.looks_refused(one.case_id)]


def stale(actor):
    """Someone who signed in an hour ago."""
    client = client_of(actor)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() - 3600}]
    session.save()
    return client


def entries(one):
    with one.house.store.reading() as view:
        return view.ledger_size()


def test_it_is_asked_for_and_answered_by_a_third_person_and_opened_on_the_page(one):
    look_up_id = looked(one)
    asked = post(CAI, f"/look-ups/{look_up_id}/unmaskings", ASKED)
    assert asked.status_code == 201, asked.content
    unmask_id = asked.json()["id"]
    [first, *_] = listed(one, AOT)
    assert (first["id"], first["look_up_id"], first["answer"]) == (unmask_id, look_up_id, "waits")
    assert WHY not in str(first)
    assert codes(post(AOS, f"/unmaskings/{unmask_id}/approve", YES)) == ["own_grant"]
    assert codes(post(CAI, f"/unmaskings/{unmask_id}/approve", YES)) == ["not_your_function"]
    given = post(AOT, f"/unmaskings/{unmask_id}/approve", YES)
    assert given.status_code == 200
    assert given.json()["entry"] > 0
    [first, *_] = listed(one)
    assert (first["answer"], first["answered_by"], first["refused_because"]) == ("approved", AOT, None)
    assert codes(post(AOT, f"/unmaskings/{unmask_id}/refuse", {"because": "too_wide"}))[0] == "not_waiting"
    before = entries(one)
    shut = post(CAI, f"/unmaskings/{unmask_id}/open")
    assert codes(shut) == ["on_a_page"]
    assert not any(one in shut.content.decode() for one in A_PLACE)
    assert entries(one) == before
    page = client_of(CAI).post(f"/cases/{one.person.case.reference}/unmaskings/{unmask_id}", {"what": "open"})
    assert (page.status_code, entries(one)) == (200, before + 1)


def test_a_yes_reaches_less_far_and_no_further_than_what_was_asked(one):
    look_up_id = looked(one)
    less = {"from_at": told_as(one.until - HOUR), "to_at": told_as(one.until)}
    more = {"from_at": told_as(one.until - 3 * HOUR), "to_at": told_as(one.until)}
    assert "wider" in codes(post(CAI, f"/look-ups/{look_up_id}/unmaskings", ASKED | {"window": more}))
    unmask_id = post(CAI, f"/look-ups/{look_up_id}/unmaskings", ASKED).json()["id"]
    assert "wider" in codes(post(AOT, f"/unmaskings/{unmask_id}/approve", YES | {"window": more}))
    assert post(AOT, f"/unmaskings/{unmask_id}/approve", YES | {"window": less}).status_code == 200
    [first, *_] = listed(one)
    assert (first["from_at"], first["to_at"]) == (less["from_at"], less["to_at"])


def test_a_no_is_said_with_its_code_and_is_final(one):
    look_up_id = looked(one)
    unmask_id = post(CAI, f"/look-ups/{look_up_id}/unmaskings", ASKED).json()["id"]
    answer = post(AOT, f"/unmaskings/{unmask_id}/refuse", {"because": "too_wide", "words": "Ask the person."})
    assert answer.status_code == 200, answer.content
    [first, *_] = listed(one)
    assert (first["answer"], first["answered_by"], first["refused_because"]) == ("refused", AOT, "too_wide")
    assert "not_waiting" in codes(post(AOT, f"/unmaskings/{unmask_id}/approve", YES))


@pytest.mark.parametrize("who", [CAI, AOT])
def test_what_the_pages_ask_a_fresh_sign_in_for_is_refused_without_one(one, who):
    look_up_id = looked(one)
    tried = len(refusals(one))
    if who == CAI:
        answer = post(CAI, f"/look-ups/{look_up_id}/unmaskings", ASKED, client=stale(CAI))
    else:
        unmask_id = post(CAI, f"/look-ups/{look_up_id}/unmaskings", ASKED).json()["id"]
        answer = post(AOT, f"/unmaskings/{unmask_id}/approve", YES, client=stale(AOT))
    assert codes(answer) == ["sign_in_again"]
    assert len(refusals(one)) == tried


def test_what_is_refused_is_recorded_with_its_codes_as_on_the_page(one):
    look_up_id = one.granted(window=one.window(hours=1))
    answer = post(CAI, f"/look-ups/{look_up_id}/unmaskings", ASKED)
    assert codes(answer) == ["not_read"]
    newest = refusals(one)[0]
    assert (newest.attempt, newest.codes, newest.by) == (Attempt.UNMASK, ("not_read",), CAI)


@pytest.mark.parametrize("who", [CEM, OPE, PER, REQ])
def test_whoever_does_not_see_the_case_is_told_what_is_told_of_nothing(one, who):
    unmask_id = one.ask_unmask(looked(one))
    with one.house.store.reading() as view:
        look_up_id = view.unmasking(unmask_id).unmask.look_up_id
    reference = one.person.case.reference
    for path, body in (
        (f"/look-ups/{look_up_id}/unmaskings", ASKED),
        (f"/unmaskings/{unmask_id}/approve", YES),
        (f"/unmaskings/{unmask_id}/refuse", {"because": "too_wide"}),
    ):
        theirs = post(who, path, body)
        nothing = post(who, path.replace(look_up_id, "x").replace(unmask_id, "x"), body)
        assert (theirs.status_code, theirs.content) == (404, nothing.content)
    assert get(who, f"/cases/{reference}/unmaskings").status_code == 404
    assert get(who, f"/cases/{reference}/looks-alone").status_code == 404


@pytest.mark.parametrize("who", ALL)
@pytest.mark.parametrize("path", ["/cases/{}/looks-alone", "/unmaskings/{}/open"])
def test_nothing_opens_for_a_program_and_whatever_is_named_is_answered_alike(one, who, path):
    before = entries(one)
    answers = [post(who, path.format(named)) for named in (one.person.case.reference, "nothing")]
    assert [codes(answer) for answer in answers] == [["on_a_page"]] * 2
    assert answers[0].content == answers[1].content
    assert entries(one) == before


def test_a_look_alone_stands_there_without_a_place_and_is_assessed_once_by_somebody_else(one):
    one.house.clock.pass_(timedelta(minutes=1))
    one.break_glass()
    glass_id, reference = one.newest().glass.id, one.person.case.reference
    shown = get(DPO, f"/cases/{reference}/looks-alone")
    [first, *_] = shown.json()["looks"]
    assert (first["id"], first["by"], first["danger"], first["needed"]) == (glass_id, OPE, "to_them", None)
    assert not any(one in shown.content.decode() for one in (*A_PLACE, WHY_ALONE))
    said = {"needed": True, "found": "Nothing less would have told."}
    path = f"/looks-alone/{glass_id}/assess"
    assert codes(post(AOS, path, said)) == ["not_your_function"]
    assert post(OPE, path, said).status_code == 404
    assert codes(post(DPO, path, said, client=stale(DPO))) == ["sign_in_again"]
    assert post(DPO, path, said).status_code == 200
    [first, *_] = get(AUD, f"/cases/{reference}/looks-alone").json()["looks"]
    assert (first["needed"], first["assessed_by"], first["late"]) == (True, DPO, False)
    assert "assessed" in codes(post(DPO, path, said))
