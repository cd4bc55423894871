"""Breaking the glass on the pages: an operator looks alone, the officer is asked, the person sees each step."""

import re
from datetime import timedelta

import pytest
from support.glass import LOOK_ALONE, WHY_ALONE, Endangered
from support.house import SCHEME, House
from support.in_process import client_of, place_of
from support.staff import ADA, AOS, AUD, CAI, DPO, OPE, PER

from custodiet.entrypoints.web.forms_glass import AGO
from custodiet.entrypoints.wording_oversight import FOUND
from custodiet.flows.keep_caseload import assign_case
from custodiet.main.pages import read_policy
from custodiet.model.glass import BACK_MAX, WINDOW_MAX
from custodiet.rules.eleven_tests import Code

PLANTED = ("46.50", "-28.0000", "46506", "465060000")


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    house = House(folder)
    one = Endangered(house, fixes=12)
    assign_case(house.store, one.case_id, PER, AOS)
    place_of(house, folder, read_policy(), (ADA, AOS, AUD, CAI, DPO, OPE, PER))
    yield one
    from django.db import connection

    connection.close()
    house.close()


def form_of(one):
    return f"/cases/{one.person.case.reference}/break-glass"


def shown(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def nothing_planted(*texts):
    for text in texts:
        for planted in PLANTED:
            assert planted not in text


def test_an_operator_looks_the_officer_is_asked_reads_why_and_says_and_the_person_sees_each_step(one):
    operator, dpo, person, auditor = (client_of(who) for who in (OPE, DPO, PER, AUD))
    find = shown(operator, "/break-glass")
    there = operator.get("/break-glass", {"reference": one.person.case.reference})
    assert (there.status_code, there["Location"]) == (302, form_of(one))
    assert "/break-glass" in shown(operator, "/alerts")
    typed = shown(operator, form_of(one))
    looked = operator.post(form_of(one), LOOK_ALONE)
    page = looked.content.decode()
    assert looked.status_code == 200
    assert page.count("46.50") >= 9
    assert "without a second person" in page
    seconds, where = re.match(r"(\d+);url=(.*)", looked["Refresh"]).groups()
    assert (int(seconds), where, looked["Cache-Control"]) == (7200, "/alerts", "no-store")
    broken = one.newest()
    path = f"{form_of(one)}/{broken.glass.id}"

    asked = shown(dpo, "/oversight")
    assert "1 look without a second person waits" in asked
    assert path in asked
    waits = shown(person, "/my/looks")
    assert "Looked without a second person" in waits
    assert "says by" in waits
    assert "/proof" in waits
    assert "assess" not in shown(client_of(CAI), f"/cases/{one.person.case.reference}/looks")
    before = shown(dpo, path)
    assert WHY_ALONE not in before
    why = dpo.post(path, {"what": "read"}).content.decode()
    assert WHY_ALONE in why
    empty = dpo.post(path, {"what": "assess"})
    assert "Say whether it was needed" in empty.content.decode()
    assert dpo.post(path, {"what": "assess", "upheld": "no", "found": "Nobody had rung."}).status_code == 302
    after = shown(dpo, path)
    assert "It was not needed" in after
    assert "It was not needed" in shown(person, "/my/looks")
    counted = shown(auditor, "/oversight")
    assert "1 look was taken without a second person" in counted
    assert "1 was found not to have been needed" in counted
    assert "waits for the data protection officer" not in counted
    evidence = shown(auditor, "/regulator")
    assert FOUND[Code.ALONE_ASSESSED][0] % {"num": 1} in evidence
    assert FOUND[Code.ALONE_NOT_ASSESSED][0] % {"num": 1} not in evidence
    nothing_planted(find, typed, asked, waits, before, why, after, counted, evidence, shown(person, "/my/looks"))
    for account in (OPE, DPO):
        assert account not in shown(person, "/my/looks")


def test_what_was_not_assessed_in_time_stands_as_late_everywhere_and_the_operator_is_refused(one):
    client_of(OPE).post(form_of(one), LOOK_ALONE)
    one.house.clock.pass_(timedelta(days=1))
    assert "Overdue" in shown(client_of(DPO), "/oversight")
    assert FOUND[Code.ALONE_NOT_ASSESSED][0] % {"num": 1} in shown(client_of(AUD), "/regulator")
    listed = shown(client_of(AUD), f"/regulator/{SCHEME}/7")
    assert "glass.broken" in listed
    day = shown(client_of(CAI), "/day")
    assert "somebody looked alone" in day.lower()
    assert "Overdue" in day
    assert "Nobody said by" in shown(client_of(PER), "/my/looks")
    refused = client_of(OPE).post(form_of(one), LOOK_ALONE)
    assert refused.status_code == 403
    assert "not_assessed" in refused.content.decode()
    assert WHY_ALONE in refused.content.decode()  # what was typed is kept
    one.assess(one.newest().glass.id, DPO)


@pytest.mark.parametrize("who", [CAI, AOS, DPO, AUD, PER, ADA])
def test_nobody_else_looks_alone_and_the_attempt_is_recorded(one, who):
    client, shut = client_of(who), 404 if who in (PER, ADA) else 403
    assert client.get(form_of(one)).status_code == shut
    answer = client.post(form_of(one), LOOK_ALONE)
    assert answer.status_code == shut
    nothing_planted(answer.content.decode())
    with one.house.store.reading() as view:
        told, _ = view.looks_refused(one.case_id)[0]
    assert (told.by, told.attempt) == (who, "break_glass")


@pytest.mark.parametrize("who", [OPE, CAI, AOS, AUD])
def test_nobody_else_assesses_it_or_reads_why(one, who):
    one.break_glass()
    path = f"{form_of(one)}/{one.newest().glass.id}"
    for told in ({"what": "read"}, {"what": "assess", "upheld": "yes", "found": "Fine."}):
        answer = client_of(who).post(path, told)
        assert answer.status_code == (404 if who is OPE else 403), told
        assert WHY_ALONE not in answer.content.decode()
    assert one.newest().assessed_at is None
    one.assess(one.newest().glass.id, DPO)
    one.house.clock.pass_(timedelta(hours=9))


def test_what_is_missing_is_said_at_its_field_and_nothing_is_recorded(one):
    with one.house.store.reading() as view:
        before = view.ledger_size()
    answer = client_of(OPE).post(form_of(one), {"hours": "3", "ago": "-5"})
    said = answer.content.decode()
    for words in ("Say whose life is in danger", "Say what the danger is", "Say what was tried"):
        assert words in said
    with one.house.store.reading() as view:
        assert view.ledger_size() == before


def test_everything_that_the_form_offers_is_within_the_last_day():
    assert timedelta(hours=max(AGO)) + WINDOW_MAX < BACK_MAX


def test_what_there_is_not_is_not_there(one):
    other = f"/cases/nothing/break-glass/{one.newest().glass.id}"
    for path in (f"{form_of(one)}/glass_x", other, "/cases/nothing/break-glass"):
        assert client_of(DPO).get(path).status_code in (403, 404)
    for reference in ("nothing", "M/1", "../x"):
        assert client_of(OPE).get("/break-glass", {"reference": reference}).status_code == 404
    assert client_of(PER).get("/break-glass").status_code == 403
    assert client_of(DPO).post(f"{form_of(one)}/{one.newest().glass.id}", {"what": "other"}).status_code == 404
