"""A person's own notice and letters: where the code on the paper leads, theirs alone, in approved words or English."""

import re
from datetime import timedelta

import pytest
from support.assessing import assessed
from support.house import ANA, BO
from support.in_process import client_of, place_of
from support.in_words import approve_text
from support.staff import AOS, CAI, PER, REP, staffed
from support.zones import zone_as_of

from custodiet.adapters import sealing
from custodiet.flows.decide_case import make_decision, propose_decision
from custodiet.flows.end_decision import end_decision
from custodiet.flows.keep_caseload import assign_case
from custodiet.flows.state_conditions import Asked, Asking
from custodiet.main.pages import read_policy
from custodiet.model.condition import ConditionKind, Schedule
from custodiet.model.language import PSEUDO_RTL
from custodiet.model.mode import ModeCode
from custodiet.model.notice import TextOf
from custodiet.rules.conditions.timetable import weekly_on
from custodiet.rules.decisions import Ender, Move

NOT_READY = f"This is not ready in {PSEUDO_RTL.name} yet"


@pytest.fixture
def theirs(house, tmp_path):
    """A person with a case, a letter and someone who speaks for them; and another case, with a letter of its own."""
    staffed(house)
    place_of(house, tmp_path, read_policy(), (CAI, PER, REP))
    theirs, another = house.person(), house.person()
    for actor in (PER, REP, CAI):
        assign_case(house.store, theirs.case.id, actor, AOS)
    yield theirs.case, *(house.decide(one, keys=False, mode=ModeCode.CHECK_IN) for one in (theirs, another))
    from django.db import connection

    connection.close()


def read(actor, path):
    shown = client_of(actor).get(path)
    return shown.status_code, shown.content.decode()


def code_on(paper):
    return re.search(r'Your page is <bdi class="app-wrap">([^<]+)</bdi>', paper)[1]


def test_the_code_on_paper_leads_to_their_notice_and_says_nothing_of_them(house, theirs):
    case, *_ = theirs
    _, paper = read(CAI, f"/cases/{case.reference}/notice/paper")
    assert code_on(paper) == "http://localhost/my/notice"
    for actor in (PER, REP):
        status, own = read(actor, "/my/notice")
        assert status == 200
        assert "What we may know about you, and why" in own
        assert f"<bdi>{case.reference}</bdi>" in own
        assert "Custodiet" not in own


def test_whoever_is_not_signed_in_is_led_through_the_sign_in_and_back(house, theirs):
    from django.test import Client

    away = Client(SERVER_NAME="localhost").get("/my/notice")
    assert (away.status_code, away["Location"]) == (302, "/sign-in?next=/my/notice")


def test_nobody_of_the_staff_has_a_notice_there(house, theirs):
    assert read(CAI, "/my/notice")[0] == 403


def test_their_letters_are_theirs_alone(house, theirs):
    _, letter, anothers = theirs
    assert f"/my/letters/{letter.id}" in read(PER, "/my/notice")[1]
    status, text = read(REP, f"/my/letters/{letter.id}")
    assert status == 200
    assert "You check in by phone or on a web page." in text
    assert read(PER, f"/my/letters/{anothers.id}")[0] == 404
    assert read(CAI, f"/my/letters/{letter.id}")[0] == 403


def test_what_is_asked_stands_in_their_letter_and_on_their_page_as_long_as_it_is_in_force(house, theirs):
    _, letter, _ = theirs
    assert "What you must do" not in read(PER, "/my/notice")[1] + read(PER, f"/my/letters/{letter.id}")[1]
    asking = house.person()
    assign_case(house.store, asking.case.id, PER, AOS)
    decision = house.proposal(asking, mode=ModeCode.CHECK_IN)
    london = zone_as_of("Europe/London", house.clock.now(), house.clock.now() + timedelta(days=365))
    hours = Schedule(london, weekly_on([0, 4], 9 * 60, 10 * 60))
    asked = Asked(sealing, house.chance, house.pinned, (Asking(ConditionKind.CHECK_IN, None, hours),))
    propose_decision(house.store, decision, assessed(house, decision), asked)
    make_decision(house.store, decision.id, BO)
    told = "You must check in with us. When: Monday, Friday, from 09:00 to 10:00. The clock is that of Europe/London."
    [theirs_now] = [
        path for path in ("?which=1", "?which=2") if asking.case.reference in read(PER, f"/my/notice{path}")[1]
    ]
    for path in (f"/my/letters/{decision.id}", f"/my/notice{theirs_now}"):
        assert f"<li>{told}</li>" in read(PER, path)[1]
    assert '<p class="govuk-body-l">When: Monday, Friday' in read(PER, f"/my/notice{theirs_now}&easy")[1]
    approve_text(house, PSEUDO_RTL.tag, TextOf.LETTER)
    _, in_theirs = read(PER, f"/my/notice{theirs_now}&language={PSEUDO_RTL.tag}")
    assert f'<section lang="{PSEUDO_RTL.tag}" dir="rtl">' in in_theirs
    assert "You must check in" not in in_theirs
    end_decision(house.store, house.chance, decision.id, Move.WITHDRAW, Ender(ANA))
    assert "You must check in" not in read(PER, f"/my/notice{theirs_now}")[1]


def test_notice_letter_and_easy_read_come_in_the_language_that_is_approved_and_else_in_english(house, theirs):
    _, letter, _ = theirs
    tag = PSEUDO_RTL.tag
    for path in ("/my/notice", f"/my/letters/{letter.id}"):
        assert '<html lang="en" dir="ltr"' in read(PER, f"{path}?language={tag}")[1]
    for of in TextOf:
        approve_text(house, tag, of)
    for path in ("/my/notice", f"/my/letters/{letter.id}"):
        assert f'<html lang="{tag}" dir="rtl"' in read(PER, f"{path}?language={tag}")[1]
    _, easy = read(PER, f"/my/notice?language={tag}&easy")
    assert f'<section lang="{tag}" dir="rtl">' in easy
    assert easy.count("<figcaption") >= 8


def test_an_easy_read_that_is_approved_is_shown_where_the_long_notice_is_not(house, theirs):
    tag = PSEUDO_RTL.tag
    approve_text(house, tag, TextOf.EASY)
    _, easy = read(PER, f"/my/notice?language={tag}&easy")
    assert f'<section lang="{tag}" dir="rtl">' in easy
    assert NOT_READY not in easy
    _, long = read(PER, f"/my/notice?language={tag}")
    assert NOT_READY in long
    assert f'href="?language={tag}&amp;easy="' in long


def test_whoever_speaks_for_several_stays_with_the_one_they_read_of(house, theirs):
    case, _, anothers = theirs
    assign_case(house.store, anothers.case_id, REP, AOS)
    pages = {number: read(REP, f"/my/notice?which={number}&language=ar&easy")[1] for number in (1, 2)}
    [second] = [number for number, text in pages.items() if case.reference not in text]
    links = re.findall(r'href="([^"]*[?][^"]*)"', pages[second])
    assert all("which=" in one and "language=" in one for one in links), links
    assert sum(f"which={second}" in one for one in links) == len(links) - 1, links
    [to_letter] = re.findall(rf'href="(/my/letters/{anothers.id}[^"]*)"', pages[second])
    back = re.search(r'govuk-back-link" href="([^"]*)"', read(REP, to_letter.replace("&amp;", "&"))[1])[1]
    assert (f"which={second}" in back, "language=ar" in back) == (True, True)
    assert case.reference not in read(REP, back.replace("&amp;", "&"))[1]
