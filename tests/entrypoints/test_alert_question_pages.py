"""An operator's question on the alert's own page: after the explanation, within the alert, in the person's sight."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import override_settings
from support.house import SCHEME, House
from support.in_alert import OPP, Alerted, second_operator
from support.in_process import client_of, place_of
from support.looking import EVENINGS, HOME, quarter
from support.staff import ADA, AOS, CAI, DPO, OPE, PER
from support.watched import desk

from custodiet.flows.hand_over import hand_over
from custodiet.flows.keep_caseload import assign_case
from custodiet.main.pages import read_policy
from custodiet.model.condition import ConditionKind
from custodiet.model.errors import VaultUnavailable
from custodiet.model.look_up import Attempt

QUARTER = timedelta(minutes=15)


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    house = House(folder)
    one = Alerted(house, zones=[(ConditionKind.CURFEW, HOME, EVENINGS)])
    second_operator(house, SCHEME)
    assign_case(house.store, one.case_id, PER, AOS)
    place_of(house, folder, read_policy(), (ADA, AOS, CAI, DPO, OPE, OPP, PER))
    yield one
    from django.db import connection

    connection.close()
    house.close()


@pytest.fixture(autouse=True)
def a_day_of_its_own(one):
    """Nothing that a test before asked counts; an alert of its own."""
    house = one.house
    hand_over(house.store, lambda _: desk(house), OPE)
    house.clock.pass_(timedelta(days=1))
    house.issue_keys()
    one.walk(6)
    one.number = getattr(one, "number", 1) + 1
    began_at = house.clock.now() - timedelta(minutes=40)
    one.alert_id = one.raise_alert(f"alert_{one.number}", began_at)
    one.since = began_at


def page_of(one):
    return f"/alerts/{one.alert_id}"


def typed(one, asked="home", at=None):
    return {"asked": asked, "at": (at or quarter(one.since)).strftime("%Y-%m-%dT%H:%MZ")}


def ask(client, one, **given):
    return client.post(f"{page_of(one)}/question", typed(one, **given))


def refused(one):
    with one.house.store.reading() as view:
        return [(told.attempt, told.by, told.codes) for told, _ in view.looks_refused(one.case_id)]


def test_whoever_claimed_an_alert_asks_on_its_page_and_is_told_and_the_person_sees_it(one):
    operator = client_of(OPE)
    assert "Ask a question" not in operator.get(page_of(one)).content.decode()
    operator.post(f"{page_of(one)}/claim")
    page = operator.get(page_of(one)).content.decode()
    heads = re.findall(r'<h2 class="govuk-heading-m"[^>]*>([^<]+)</h2>', page)
    assert heads.index("What it could be") == 0
    assert heads.index("What to ask") < heads.index("What you can do") < heads.index("Ask a question")
    offered = re.findall(r'<option value="([^"]+)"', page)
    first = quarter(one.since)
    assert offered[-1] == first.strftime("%Y-%m-%dT%H:%MZ")
    assert all(first <= quarter(one.since) + n * QUARTER for n in range(len(offered)))
    assert "<script" not in page.partition("Ask a question")[2].partition("</form>")[0]
    told = ask(operator, one)
    assert told.status_code == 200
    answered = told.content.decode()
    assert re.search(r'govuk-panel__title">\s*Yes\s*<', answered)
    entry = re.search(r"Recorded as entry (\d+)", answered).group(1)
    assert answered.index("govuk-panel") < answered.index("What it could be")
    seen = client_of(PER).get("/my/looks").content.decode()
    line = seen.partition("Asked a question")[2].partition("Asked a question")[0]
    assert f"/my/looks/{entry}/" in line or f"/{entry}/proof" in line
    assert "perator" in line
    assert OPE not in seen


def test_only_whoever_holds_it_is_offered_a_question_and_every_refusal_stands(one):
    one.move("claim")
    other, officer = client_of(OPP), client_of(CAI)
    for client in (other, officer):
        assert "Ask a question" not in client.get(page_of(one)).content.decode()
        assert client.get(f"{page_of(one)}/question").status_code == 403
    before = refused(one)
    assert ask(other, one).status_code == 403
    assert ask(officer, one).status_code == 403
    told = refused(one)
    assert [each[:2] for each in told[: len(told) - len(before)]] == [(Attempt.QUESTION, CAI), (Attempt.QUESTION, OPP)]
    assert told[1][2] == ("not_claimed",)


def test_a_time_outside_the_alert_is_refused_on_the_page_with_what_would_pass_and_recorded(one):
    one.move("claim")
    answer = ask(client_of(OPE), one, at=quarter(one.since) - QUARTER)
    assert answer.status_code == 403
    page = answer.content.decode()
    assert "outside_alert" in page
    assert "What would pass" in page
    assert refused(one)[0] == (Attempt.QUESTION, OPE, ("outside_alert",))


@pytest.mark.parametrize("at", ["", "yesterday", "2031-03-03T12:07Z", "9999-12-31T23:45Z"])
def test_what_is_no_quarter_of_an_hour_is_said_at_its_field_and_nothing_is_recorded(one, at):
    one.move("claim")
    before = len(refused(one))
    answer = client_of(OPE).post(f"{page_of(one)}/question", {"asked": "home", "at": at})
    assert answer.status_code == 200
    assert "Choose a quarter of an hour" in answer.content.decode()
    assert len(refused(one)) == before


def test_a_question_about_a_zone_is_offered_only_where_the_alert_is_about_one(one):
    one.move("claim")
    operator = client_of(OPE)
    assert 'value="zone"' not in operator.get(page_of(one)).content.decode()
    assert "govuk-panel" not in ask(operator, one, asked="zone").content.decode()
    one.alert_id = one.raise_alert(f"{one.alert_id}_zone", one.since, zone=one.zones[0])
    one.move("claim")
    assert 'value="zone"' in operator.get(page_of(one)).content.decode()
    assert re.search(r'govuk-panel__title">\s*Yes\s*<', ask(operator, one, asked="zone").content.decode())


def test_before_a_quarter_of_it_is_over_the_page_says_so(one):
    one.alert_id = one.raise_alert(f"{one.alert_id}_new", one.house.clock.now())
    one.move("claim")
    page = client_of(OPE).get(page_of(one)).content.decode()
    assert "No quarter of an hour of this alert can be asked about now" in page


def test_after_it_is_closed_the_page_offers_none_and_a_form_left_open_is_refused(one):
    one.move("claim", "triage", "clear")
    operator = client_of(OPE)
    assert "Ask a question" not in operator.get(page_of(one)).content.decode()
    answer = ask(operator, one)
    assert answer.status_code == 403
    assert refused(one)[0] == (Attempt.QUESTION, OPE, ("not_claimed",))


def test_whoever_signed_in_longer_ago_shows_first_who_they_are_and_was_not_refused(one):
    one.move("claim")
    operator, before = client_of(OPE), len(refused(one))
    session = operator.session
    session["account_authentication_methods"] = [{"method": "password", "at": 0}]
    session.save()
    for answer in (operator.get(f"{page_of(one)}/question"), ask(operator, one)):
        assert answer.status_code == 302
        assert answer["Location"].endswith(f"next={page_of(one).replace('/', '%2F')}%2Fquestion")
    assert len(refused(one)) == before


class Away:
    def open(self, index):
        raise VaultUnavailable("away")


def test_without_the_vault_the_page_says_so(one):
    one.move("claim")
    with override_settings(PLACE=replace(settings.PLACE, vault=Away())):
        answer = ask(client_of(OPE), one)
    assert answer.status_code == 503
    assert "vault does not answer now" in answer.content.decode()


class NoWitness:
    """Witnesses are set, and none of them has signed."""

    most = timedelta(minutes=10)

    def newest(self, _now):
        return None


def test_while_no_witness_has_signed_lately_an_operators_question_is_refused_and_recorded_too(one):
    one.move("claim")
    with override_settings(PLACE=replace(settings.PLACE, witnessed=NoWitness())):
        answer = ask(client_of(OPE), one)
    assert answer.status_code == 403
    assert "not_witnessed" in answer.content.decode()
    assert refused(one)[0] == (Attempt.QUESTION, OPE, ("not_witnessed",))
