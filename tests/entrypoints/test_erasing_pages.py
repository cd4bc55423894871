"""Quarantine and holds on the pages: erase or hold, by whom it takes, and nobody's name or place on any of them."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from support.house import COURT, SCHEME, START, House, scheme_at
from support.in_process import client_of, place_of
from support.looking import Looked
from support.staff import ADA, AOS, AOT, AUD, CAI, CEM, DPO, OPE, PER

from custodiet.flows.end_decision import end_decision, end_what_ran_out
from custodiet.flows.erase_what_is_due import erase_what_is_due
from custodiet.flows.keep_caseload import assign_case, declare_conflict
from custodiet.flows.set_up_scheme import register_scheme
from custodiet.flows.staff_joins import approve_joiner, propose_joiner
from custodiet.main.pages import read_policy
from custodiet.model.identity import ActorId, SchemeId
from custodiet.model.staff import Function
from custodiet.rules.decisions import Ender, Move

DAY = timedelta(days=1)
WHY = "They contest the breach before the tribunal."
AOE, ELSEWHERE = ActorId("authorising-elsewhere"), SchemeId("scheme_elsewhere")
WHOM = (AOE, AOS, AOT, AUD, CAI, CEM, DPO, OPE, PER)


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    folder = tmp_path_factory.mktemp("erasing")
    house = House(folder)
    one = Looked(house, fixes=3)
    assign_case(house.store, one.case_id, PER, AOS)
    register_scheme(house.store, replace(scheme_at(START), id=ELSEWHERE), ADA)
    proposed = propose_joiner(house.store, house.chance, AOE, Function.AUTHORISING_OFFICER, ELSEWHERE, ADA)
    approve_joiner(house.store, proposed, AOS)
    place_of(house, folder, read_policy(), WHOM)
    yield one
    from django.db import connection

    connection.close()
    house.close()


def dated(name, day):
    return {f"{name}_0": day.day, f"{name}_1": day.month, f"{name}_2": day.year}


def asked(one, **given):
    now = one.house.clock.now()
    told = {"category": "trail", "asked_for": "person", "why": WHY}
    days = dated("first", one.began) | dated("last", one.began) | dated("until", now + 60 * DAY)
    return told | days | given


def holds(one):
    with one.house.store.reading() as view:
        return view.holds_of(one.case_id)


def here(one, what):
    return f"/cases/{one.person.case.reference}/{what}"


def the_hold(one):
    [standing] = [each for each in holds(one) if each.step is None]
    return here(one, f"holds/{standing.hold.id}")


def left(one):
    with one.house.store.reading() as view:
        return sum(each.days for each in view.remains_of(one.decision.id))


def erase(one):
    while erase_what_is_due(one.house.store, one.house.vault, one.house.clock, one.house.fence):
        pass


def badges(page):
    """What is said of each thing past its rule."""
    return re.findall(r"moj-badge[^>]*>\s*([^<]*?)\s*<", page)


def text(answer):
    return answer.content.decode()


def test_a_hold_is_asked_for_read_and_placed_by_two_people_and_shown_until_it_is_ended(one):
    asks = client_of(CAI).post(here(one, "holds/new"), asked(one))
    assert asks.status_code == 302
    path, officer, dpo = the_hold(one), client_of(AOS), client_of(DPO)
    assert asks["Location"] == path
    assert path in text(officer.get("/authorise"))
    assert path not in text(client_of(AOE).get("/authorise"))
    assert path not in text(officer.get("/authorise?reference=zzz"))
    assert [client_of(who).get(path).status_code for who in (CAI, AUD, AOE, PER)] == [200, 200, 403, 404]
    shown = text(officer.get(path))
    assert "Waits for a second person" in shown
    assert WHY not in shown
    assert WHY in text(officer.post(path, {"what": "read"}))
    for who in (CAI, DPO, AUD, CEM):
        for what in ("read", "yes", "no"):
            shut = 404 if who is CEM else 403
            assert client_of(who).post(path, {"what": what}).status_code == shut, (who, what)
    assert officer.post(path, {"what": "yes"}).status_code == 302
    assert "In force" in text(dpo.get("/kept"))
    assert "In force" in text(dpo.get(f"/kept?reference={one.person.case.reference}"))
    assert "In force" not in text(dpo.get("/kept?reference=zzz"))
    assert [path in text(client_of(who).get("/kept")) for who in (AOS, AOE)] == [True, False]
    again = officer.post(path, {"what": "yes"})
    assert (again.status_code, "answered" in text(again)) == (403, True)
    assert path not in text(officer.get("/authorise"))
    assert dpo.post(path, {"what": "end"}).status_code == 302
    assert "Ended before its date" in text(dpo.get(path))


@pytest.mark.parametrize(
    ("code", "wrong"),
    [("no_date", {"until_2": 2099}), ("too_wide", {"first_2": 2000}), ("nothing_kept", {"category": "evidence"})],
)
def test_a_hold_that_is_not_narrow_dated_or_of_anything_is_refused_with_its_code_and_keeps_what_was_typed(
    one, code, wrong
):
    before = holds(one)
    refused = client_of(CAI).post(here(one, "holds/new"), asked(one, **wrong))
    assert (refused.status_code, code in text(refused), WHY in text(refused)) == (403, True, True)
    assert holds(one) == before


def test_a_day_without_an_end_is_no_day(one):
    told = client_of(CAI).post(here(one, "holds/new"), asked(one, last_0=31, last_1=12, last_2=9999))
    assert (told.status_code, "Enter a real date" in text(told)) == (200, True)


def test_an_officer_with_a_conflict_neither_reads_nor_answers_a_hold(one):
    assert client_of(CAI).post(here(one, "holds/new"), asked(one)).status_code == 302
    path = the_hold(one)
    declare_conflict(one.house.store, one.case_id, AOT, AOT)
    for what in ("read", "yes", "no"):
        assert client_of(AOT).post(path, {"what": what}).status_code == 403
    assert client_of(AOS).post(path, {"what": "no"}).status_code == 302


@pytest.mark.parametrize("who", [CAI, CEM, OPE, PER])
def test_the_list_is_for_those_who_oversee(one, who):
    assert client_of(who).get("/kept").status_code == 403
    assert client_of(AUD).get("/kept").status_code == 200


def test_whoever_has_no_sight_asks_for_no_hold(one):
    for who, shut in ((CEM, 404), (OPE, 404), (PER, 404), (AUD, 403), (AOS, 403)):
        client = client_of(who)
        assert client.get(here(one, "holds/new")).status_code == shut
        assert client.post(here(one, "holds/new"), asked(one)).status_code == shut


def test_what_is_in_quarantine_goes_only_when_the_officer_says_so_and_after_the_person_was_asked(one):
    """The last test of this file: nothing is left after it."""
    end_decision(one.house.store, one.house.chance, one.decision.id, Move.ANNUL, Ender(COURT, authority=True))
    one.house.clock.pass_(30 * DAY)
    end_what_ran_out(one.house.store, one.house.chance, one.house.clock, one.house.fence)
    erase(one)
    assert left(one) == 1
    path, dpo = f"/kept/{one.decision.id}", client_of(DPO)
    listed = text(dpo.get("/kept"))
    assert path in listed
    assert path in text(dpo.get(f"/kept?reference={one.person.case.reference}"))
    assert path not in text(dpo.get("/kept?reference=zzz"))
    assert "Not offered yet" in listed
    assert badges(listed) == []
    assert path not in text(client_of(AOE).get("/kept"))
    assert [client_of(who).get(path).status_code for who in (AOS, AUD, AOE, PER)] == [200, 200, 404, 404]
    for who in (CAI, AOS, AUD):
        assert client_of(who).post(path, {"what": "erase", "why": "made-up reasons"}).status_code == 403
    early = dpo.post(path, {"what": "erase", "why": "Nobody may have it."})
    assert (early.status_code, "copy_not_offered" in text(early)) == (403, True)
    assert client_of(CAI).post(path, {"what": "copy", "step": "offered"}).status_code == 302
    assert "no answer yet" in text(dpo.get("/kept"))
    waits = dpo.post(path, {"what": "erase", "why": "Nobody may have it."})
    assert (waits.status_code, "copy_waits" in text(waits)) == (403, True)
    assert dpo.post(path, {"what": "copy", "step": "declined"}).status_code == 302
    assert dpo.post(path, {"what": "erase", "why": "Nobody may have it."}).status_code == 302
    late = text(dpo.get("/kept"))
    assert path not in late
    assert badges(late) == ["Under way"]
    assert "/kept?reference=" not in text(dpo.get(f"/oversight?scheme={SCHEME}"))  # not late yet
    one.house.clock.pass_(2 * DAY)
    assert badges(text(dpo.get("/kept"))) == ["Late"]
    assert badges(text(dpo.get(f"/kept?reference={one.person.case.reference[:4].lower()}"))) == ["Late"]
    assert badges(text(dpo.get("/kept?reference=zzz"))) == []
    oversight = text(dpo.get(f"/oversight?scheme={SCHEME}"))
    assert f'href="/kept?reference={one.person.case.reference}"' in oversight
    erase(one)
    assert left(one) == 0
    assert "Nothing of it is left" in text(dpo.get(path))
    assert "Nobody may have it." not in text(dpo.get(path))
    theirs = text(client_of(PER).get("/my/looks"))
    told = ("kept longer", "Said yes: it is kept longer", "Offered a copy", "no copy is wanted", "by itself")
    for said in (*told, "Decided that what was collected without authority is erased"):
        assert said in theirs
    for account in (CAI, AOS, DPO, WHY, "Nobody may have it."):
        assert account not in theirs
    with one.house.store.reading() as view:
        [erased] = [each for each in view.kept_steps(one.case_id) if each.days]
    assert erased.days == (1, one.began.date(), one.began.date())
    proof = client_of(PER).get(here(one, f"looks/{erased.entry}/proof"))
    assert (proof.status_code, f"index {erased.entry}" in text(proof)) == (200, True)


def test_no_such_thing_is_not_there(one):
    dpo = client_of(DPO)
    for path in ("/kept/decision_x", here(one, "holds/hold_x"), "/cases/M-none/holds/new"):
        assert dpo.get(path).status_code == 404
