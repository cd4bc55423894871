"""Nobody begins before they were told: by an interpreter, in words that run the other way, on paper; and again."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect
from support.browsing import CUT_OFF, SMALL, Watched, browsing, sign_in
from support.deciding import assessed, fact, invited, screened
from support.house import SCHEME
from support.mp3 import silence
from support.pages import ADMINISTRATOR, OFFICER, Account, Pages, Visitor, joins
from support.running import aside

from custodiet.adapters.world import SystemChance
from custodiet.entrypoints.web.accounts import keeping
from custodiet.flows.keep_caseload import assign_case
from custodiet.flows.keep_register import keep_register
from custodiet.flows.record_notice import approve_recording, keep_recording
from custodiet.flows.scheme_now import register_at
from custodiet.flows.translate_notice import approve_translation, check_translation, draft_translation
from custodiet.model.identity import ActorId
from custodiet.model.language import PSEUDO_LTR, PSEUDO_RTL
from custodiet.model.mode import ModeCode
from custodiet.model.notice import TextOf
from custodiet.model.staff import Function

NEW, THEIRS, OTHER = "J-1", "M-0000", "M-0001"
PERSON = ActorId("person-9")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Every text approved in both pseudo-languages, and read out; a person whose case M-0000 is; a proposal."""
    pages = Pages(tmp_path_factory.mktemp("p"), modes=[ModeCode.TELEPHONE, ModeCode.FITTED_TRAIL], vault=True)
    try:
        pages.accounts["person"], pages.accounts["translator"] = aside(_world, pages)
        yield pages
    finally:
        pages.stop()


def _world(pages):
    store = pages.site.open()
    chance = SystemChance()
    for number in (1, 2):
        joins(store, ActorId(f"translator-{number + 7}"), Function.TRANSLATOR)
    for tag in (PSEUDO_LTR.tag, PSEUDO_RTL.tag):
        for of in TextOf:
            one = draft_translation(store, chance, SCHEME, tag, ActorId("translator-8"), of=of)
            check_translation(store, one, ActorId("translator-8"), "made up")
            approve_translation(store, one, ActorId("translator-9"))
        heard = keep_recording(store, chance, SCHEME, tag, silence(3), ActorId("translator-8"))
        approve_recording(store, heard, ActorId("translator-9"))
    keep_recording(store, chance, SCHEME, "en", silence(3), ActorId("translator-8"))
    joins(store, PERSON, Function.PERSON)
    with store.reading() as view:
        case = view.case_by_reference(THEIRS)
    assign_case(store, case.id, PERSON, OFFICER)
    store.close()
    _propose(pages)
    return [
        Account(one, keeping.open_account(pages.signing_in, one, ActorId(one), once=False), ActorId(one))
        for one in (PERSON, "translator-9")
    ]


def _propose(pages):
    caseworker = Visitor(pages.address)
    caseworker.sign_in(pages.accounts["caseworker"])
    assert caseworker.send("/cases/new", {"reference": NEW}).status == 302
    pages.issue_keys()
    decide = f"/cases/{NEW}/decide"
    for one in (fact("contact_lost"), fact("age", age="adult")):
        assert caseworker.send(f"{decide}/facts", one).status == 302
    assert caseworker.send(f"{decide}/heard", invited()).status == 302
    assert caseworker.send(f"{decide}/screening", screened()).status == 302
    found = re.search(r'<option value="(fact[^"]+)"', caseworker.get(f"{decide}/telephone").text)[1]
    assert caseworker.send(f"{decide}/telephone", assessed(ModeCode.TELEPHONE, found)).status == 302


def _proposal(pages):
    store = pages.site.open()
    with store.reading() as view:
        [found] = [one.id for one in view.decisions_of(view.case_by_reference(NEW).id) if not one.stands]
    store.close()
    return found


def _rename_purpose(pages):
    store = pages.site.open()
    with store.reading() as view:
        register, _ = register_at(view, SCHEME, datetime.now(UTC))
    [purpose] = register.purposes
    keep_register(store, replace(register, purposes=(replace(purpose, title="Something else"),)), ADMINISTRATOR)
    store.close()


@pytest.fixture
def as_(browser, place):
    opened = []

    def open_as(name, **given):
        context = browsing(browser, **given)
        here = Watched(context.__enter__(), place.url)
        opened.append(context)
        sign_in(here.page, place.url, place.accounts[name])
        return here

    yield open_as
    for context in opened:
        context.__exit__(None, None, None)


def record(here, reference, *, language="en", how="print", understood="yes", words=""):
    assert here.open(f"/cases/{reference}/notice") == 200
    here.page.locator("select[name=language]").select_option(language)
    here.page.locator(f'input[name=how][value="{how}"]').check()
    here.page.locator(f'input[name=understood][value="{understood}"]').check()
    here.page.locator("[name=words]").fill(words)
    here.page.get_by_role("button", name="Record it").click()
    here.page.wait_for_load_state()


def test_nobody_begins_before_they_were_told_and_the_page_says_what_would_pass(place, as_, shots):
    officer, caseworker = as_("authorising_officer"), as_("caseworker")
    proposal = aside(_proposal, place)
    officer.open(f"/authorise/{proposal}")
    officer.page.get_by_role("button", name=re.compile("^Approve rung")).click()
    expect(officer.page.locator("body")).to_contain_text("no_notice_given")
    shots.take(officer.page, "refused_untold")
    record(caseworker, NEW, language="ti", how="interpreter")
    expect(caseworker.page.locator("body")).to_contain_text("no_interpreter_named")
    record(caseworker, NEW, language="ti", how="interpreter", words="session 4711")
    expect(caseworker.page.locator("body")).to_contain_text("Tigrinya. By an interpreter")
    officer.open(f"/authorise/{proposal}")
    officer.page.get_by_role("button", name=re.compile("^Approve rung")).click()
    expect(officer.page.locator(".govuk-notification-banner")).to_contain_text(f"Approved: case {NEW}")
    assert officer.wrong == caseworker.wrong == []


@pytest.mark.parametrize("tag", [PSEUDO_LTR.tag, PSEUDO_RTL.tag])
def test_it_is_read_printed_and_given_in_a_language_of_either_direction(place, as_, shots, tag):
    caseworker = as_("caseworker")
    caseworker.open(f"/cases/{OTHER}/notice/paper?language={tag}")
    assert caseworker.page.locator("html").get_attribute("lang") == tag
    caseworker.page.emulate_media(media="print")
    shots.take(caseworker.page, f"printed_{tag}")
    caseworker.page.emulate_media(media="screen")
    record(caseworker, OTHER, language=tag)
    expect(caseworker.page.locator("body")).to_contain_text("Told")
    shots.take(caseworker.page, f"given_{tag}")
    assert caseworker.wrong == []


@pytest.mark.parametrize(("tag", "direction"), [(PSEUDO_RTL.tag, "rtl"), ("en", "ltr")])
def test_the_code_leads_the_person_to_it_on_a_small_phone_without_scripts(place, as_, shots, tag, direction):
    person = as_("person", viewport={"width": 360, "height": 740}, java_script_enabled=False)
    person.open("/my/notice")
    person.page.locator(f'a[hreflang="{tag}"]').click()
    for name in ("notice", "easy"):
        assert person.page.locator("html").get_attribute("dir") == direction
        shots.take(person.page, f"my_{name}_{tag}")
        if name == "notice":
            person.page.get_by_role("link", name="Easy read").click()
            person.page.wait_for_load_state()
    assert "Custodiet" not in person.page.content()
    assert person.strangers() == set()


def test_their_page_and_their_letter_are_whole_for_everyone(place, as_, shots):
    person = as_("person", viewport={"width": 360, "height": 740})
    for name, path in (("notice", ""), ("easy", "&easy")):
        for tag in ("en", PSEUDO_RTL.tag):
            assert person.open(f"/my/notice?language={tag}{path}") == 200
            assert person.axe() == [], (name, tag)
            assert person.page.evaluate(SMALL) == []
            assert person.page.evaluate(CUT_OFF) == []
            person.page.set_viewport_size({"width": 320, "height": 740})
            assert person.width() <= 320
            person.page.set_viewport_size({"width": 360, "height": 740})
    person.open(f"/my/notice?language={PSEUDO_RTL.tag}")
    person.page.locator('a[href^="/my/letters/"]').first.click()
    assert person.page.locator("html").get_attribute("dir") == "rtl"
    assert person.axe() == []
    shots.take(person.page, "my_letter_rtl")
    assert person.wrong == []


LASTS_S = """async () => {
  const audio = document.querySelector("audio");
  audio.load();
  await new Promise((heard, failed) => { audio.onloadedmetadata = heard; audio.onerror = failed; });
  return audio.duration;
}"""


def test_it_is_listened_to_approved_and_heard_under_the_pages_own_policy(place, as_, shots):
    translator = as_("translator", viewport={"width": 360, "height": 740})
    translator.open(f"/schemes/{SCHEME}/recordings/en")
    assert translator.page.evaluate(LASTS_S) == pytest.approx(3, abs=0.1)
    assert translator.axe() == []
    assert translator.page.evaluate(SMALL) == []
    assert translator.page.evaluate(CUT_OFF) == []
    shots.take(translator.page, "recording")
    translator.page.get_by_role("button", name="Approve it").click()
    expect(translator.page.locator(".govuk-notification-banner")).to_contain_text("people hear it")
    person = as_("person", viewport={"width": 360, "height": 740})
    for tag in ("en", PSEUDO_RTL.tag):
        person.open(f"/my/notice?language={tag}")
        assert person.page.evaluate(LASTS_S) == pytest.approx(3, abs=0.1)
        shots.take(person.page, f"heard_{tag}")
    caseworker = as_("caseworker")
    record(caseworker, OTHER, how="audio")
    expect(caseworker.page.locator("#given + ul")).to_contain_text("By an approved recording")
    shots.take(caseworker.page, "given_by_recording")
    assert translator.wrong == person.wrong == caseworker.wrong == []
    assert person.strangers() == set()


def test_when_a_purpose_changes_everyone_concerned_is_listed_and_told_again(place, as_, shots):
    caseworker = as_("caseworker")
    aside(_rename_purpose, place)
    caseworker.open(f"/schemes/{SCHEME}/notices")
    names = [re.compile(f"Give the notice: {one}$") for one in (NEW, OTHER, THEIRS)]
    for name in names:
        expect(caseworker.page.get_by_role("link", name=name)).to_have_count(1)
    shots.take(caseworker.page, "told_again")
    caseworker.page.get_by_role("link", name=names[1]).click()
    record(caseworker, OTHER)
    caseworker.open(f"/schemes/{SCHEME}/notices")
    expect(caseworker.page.get_by_role("link", name=names[1])).to_have_count(0)
    expect(caseworker.page.get_by_role("link", name=names[0])).to_have_count(1)
