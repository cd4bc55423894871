"""Every page, as people with different eyes, hands and machines meet it."""

import re
from functools import partial

import pytest
from playwright.sync_api import expect
from support.browsing import CUT_OFF, SMALL, SPACING, Watched, browsing, sign_in, validate_html
from support.house import SCHEME
from support.pages import Visitor

FOR_ANYONE = {
    "start": "/",
    "sign_in": "/sign-in",
    "ended": "/sign-in?ended",
    "privacy": "/privacy",
    "accessibility": "/accessibility",
    "cookies": "/cookies",
    "rules": "/rules?about=Deciding",
    "not_found": "/nope",
    "closed": "/sign-in/closed",
}
SIGNED_IN = {
    "start_in": "/",
    "cases": "/cases",
    "cases_last": "/cases?page=2",
    "cases_none": "/cases?reference=zzz",
    "case": "/cases/M-0000",
    "case_ended": "/cases/M-0001",
    "no_case": "/cases/M-9999",
    "day": "/day",
    "new_case": "/cases/new",
    "name": "/cases/M-0000/name",
    "contact": "/cases/M-0000/contact",
    "end_contact": "/cases/M-0000/contact/end",
    "decide": "/cases/M-0000/decide",
    "facts": "/cases/M-0000/decide/facts",
    "heard": "/cases/M-0000/decide/heard",
    "screening": "/cases/M-0000/decide/screening",
    "assess": "/cases/M-0000/decide/fitted_trail",
    "review": "/cases/M-0000/review",
    "step_down": "/cases/M-0000/step-down",
    "end": "/cases/M-0000/end",
    "stop": "/cases/M-0000/stop",
    "pause": "/cases/M-0000/pause",
    "close": "/cases/M-0000/close",
    "stops": "/stops",
    "devices": "/devices",
    "devices_none": "/devices?serial=zzz",
    "new_device": "/devices/new",
    "device_batches": "/devices/batches",
    "device": "/devices/{device}",
    "alerts": "/alerts",
    "notice": "/cases/M-0000/notice",
    "notices_owed": f"/schemes/{SCHEME}/notices",
    "translations": "/translations",
    "translation": f"/schemes/{SCHEME}/translations/ar",
    "looks": "/cases/M-0000/looks",
    "question": "/cases/M-0000/question",
    "new_look_up": "/cases/M-0000/look-ups/new",
    "look_up": "/cases/M-0000/look-ups/{look_up}",
    "new_request": "/cases/M-0000/requests/new",
    "new_hold": "/cases/M-0000/holds/new",
    "new_restriction": "/cases/M-0000/restrictions/new",
    "new_misuse": "/misuse/new",
    "call_script": "/disclosures/a-call",
    "attach_to_said": "/attach/said/M-0004/{said}",
    "attach_to_alert": "/attach/alert/alert-seen",
    "conditions": "/cases/M-0005/proposals/{proposal}/conditions",
    "condition": "/cases/M-0005/proposals/{proposal}/conditions/curfew",
    "case_waiting": "/cases/M-0005",
    "standing": "/standing",
    "schemes": "/schemes",
    "scheme": f"/schemes/{SCHEME}",
    "scheme_documents": f"/schemes/{SCHEME}/documents",
    "scheme_document": f"/schemes/{SCHEME}/documents/data_flow_map",
    "scheme_dpia": f"/schemes/{SCHEME}/dpia",
    "scheme_operations": f"/schemes/{SCHEME}/operations",
    "security": "/account/security",
    "password": "/account/password",
    "confirm": "/account/passkeys/add",
    "sign_out": "/sign-out",
}
OF_STAFF = {
    "administrator": {
        "staff": "/staff",
        "staff_found": "/staff?account=paged&standing=waiting",
        "staff_join": "/staff/join",
        "staff_taken_back": "/staff/join/{waiting}",
        "staff_account": "/staff/caseworker-1",
        "staff_not_opened": "/staff/newcomer-1",
        "staff_open": "/staff/newcomer-1/account",
        "staff_end": "/staff/caseworker-1/end/{held}",
        "scheme_copy": f"/schemes/{SCHEME}/copy",
        "scheme_amend": f"/schemes/{SCHEME}/amend",
        "scheme_purpose": f"/schemes/{SCHEME}/purposes",
        "scheme_pia": f"/schemes/{SCHEME}/dpia/import",
        "scheme_end": f"/schemes/{SCHEME}/end",
    },
    "operator": {
        "alert": "/alerts/alert-seen",
        "alert_contact": "/alerts/alert-seen/contact",
        "alert_question": "/alerts/alert-seen/question",
        "find_glass": "/break-glass",
        "break_glass": "/cases/M-0000/break-glass",
    },
    "authorising_officer": {
        "many": f"/schemes/{SCHEME}/many",
        "staff_joiner": "/staff/join/{waiting}",
        "authorise": "/authorise",
        "consistency_of_one": f"/schemes/{SCHEME}/consistency/{{held}}",
        "authorise_one": "/authorise/{proposal}",
        "answer_look_up": "/authorise/look-ups/{look_up}",
        "disclosures": "/disclosures",
        "people": "/cases/M-0002/people",
        "people_assign": "/cases/M-0002/people/assign",
        "people_hand_over": "/cases/M-0002/people/hand-over",
        "people_cover": "/cases/M-0002/people/cover",
        "people_conflict": "/cases/M-0002/people/conflict",
        "people_conflict_other": "/cases/M-0002/people/conflict-of-another",
    },
    "dpo": {
        "consistency": f"/schemes/{SCHEME}/consistency",
    },
    "person": {"my_places": "/my/places"},
    "auditor": {
        "regulator": "/regulator",
        "regulator_test": f"/regulator/{SCHEME}/4",
        "oversight": "/oversight",
        "oversight_ledger": "/oversight/ledger?kind=decision.made",
        "kept": "/kept",
        "restrictions": "/restrictions",
        "misuse": "/misuse",
        "decisions": "/cases/M-0000/decisions",
        "replay": "/cases/M-0005/decisions/{proposal}",
    },
}
EVERY = [(name, path, None) for name, path in FOR_ANYONE.items()] + [(n, p, "caseworker") for n, p in SIGNED_IN.items()]
EVERY += [(name, path, whom) for whom, theirs in OF_STAFF.items() for name, path in theirs.items()]
NAMES = [name for name, _, _ in EVERY]


WHO = (None, "caseworker", *OF_STAFF)


@pytest.fixture
def as_whom(signed_in):
    return lambda whom: {"storage_state": signed_in[whom]} if whom else {}


def look(here: Watched, shots, name: str) -> None:
    """An open page on a wide screen, on narrow ones and with the letters set apart."""
    assert here.page.title().endswith("– Custodiet")
    shots.take(here.page, f"{name}")
    assert here.axe() == []
    here.page.set_viewport_size({"width": 360, "height": 740})
    assert here.axe() == []
    assert here.page.evaluate(SMALL) == []
    shots.take(here.page, f"{name}-narrow")
    here.page.set_viewport_size({"width": 320, "height": 740})
    assert here.width() <= 320
    here.page.evaluate(SPACING)
    assert here.page.evaluate(CUT_OFF) == []
    assert here.width() <= 320
    assert here.wrong == []
    assert here.strangers() == set()


@pytest.mark.parametrize(("name", "path", "whom"), EVERY, ids=NAMES)
def test_a_page_is_whole_on_wide_and_narrow_screens_and_asks_nobody_else(
    browser, pages, as_whom, shots, name, path, whom
):
    with browsing(browser, viewport={"width": 1280, "height": 900}, **as_whom(whom)) as context:
        here = Watched(context, pages.url)
        here.open(path.format(**pages.known))
        look(here, shots, name)


def test_pages_stand_from_right_to_left_in_forced_colours_and_longer_words(browser, pages, as_whom, shots):
    given = {"extra_http_headers": {"Accept-Language": "ar-XB"}, "forced_colors": "active", "reduced_motion": "reduce"}
    wrong = {}
    for whom in WHO:
        with browsing(browser, viewport={"width": 360, "height": 740}, **given, **as_whom(whom)) as context:
            here = Watched(context, pages.url)
            for name, path, _ in (one for one in EVERY if one[2] == whom):
                here.open(path.format(**pages.known))
                found = here.axe() + here.wrong
                if here.page.evaluate("getComputedStyle(document.documentElement).direction") != "rtl":
                    found.append("not from right to left")
                if here.width() > 360:
                    found.append("wider than the screen")
                if not re.fullmatch(r"\[.*\]", here.page.locator("h1").inner_text()):
                    found.append("a heading that nobody translates")
                shots.take(here.page, f"{name}-rtl")
                if found:
                    wrong[name] = found
    assert wrong == {}


def give(text: str, headers: dict[str, str], route) -> None:
    route.fulfill(body=text, content_type="text/html; charset=utf-8", headers=headers)


def test_pages_that_only_a_vault_gives_are_whole_too(browser, pages, of_the_vault, shots, tmp_path):
    """Shown as they came, at an address of the pages, so that a browser gets everything else from there."""
    for (name, tag), (text, headers) in of_the_vault.items():
        turned = {"forced_colors": "active", "reduced_motion": "reduce"} if tag != "en" else {}
        for scripts in (True, False):
            with browsing(
                browser, viewport={"width": 1280, "height": 900}, java_script_enabled=scripts, **turned
            ) as of:
                here = Watched(of, pages.url)
                here.page.route("**/made-up-page", partial(give, text, headers))
                here.open("/made-up-page")
                assert here.page.locator("h1").count() == 1
                assert here.page.locator("main").inner_text().strip()
                if scripts:
                    assert (here.page.evaluate("document.documentElement.dir") == "rtl") == (tag != "en")
                    look(here, shots, f"{name}-{tag}")
        if tag == "en":
            (tmp_path / f"{name}.html").write_text(text)
    done = validate_html(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_entry_is_given_as_a_file_and_shown_in_no_page(browser, pages, as_whom):
    with browsing(browser, **as_whom("auditor")) as context:
        page = context.new_page()
        page.goto(f"{pages.url}/oversight/ledger?kind=decision.made")
        with page.expect_download() as given:
            page.locator("a[href*='/oversight/entry/'][href$='/entry']").first.click()
        assert given.value.suggested_filename.startswith("entry-")
        assert page.url.endswith("/oversight/ledger?kind=decision.made")


ONLY_WITH_SCRIPTS = "[data-passkey-with], .govuk-service-navigation__toggle, .govuk-password-input__toggle"


def test_pages_can_be_read_without_scripts(browser, pages, as_whom):
    unread = {}
    for whom in WHO:
        with browsing(browser, java_script_enabled=False, **as_whom(whom)) as context:
            page = context.new_page()
            for name, path, _ in (one for one in EVERY if one[2] == whom):
                page.goto(pages.url + path.format(**pages.known))
                hidden = page.locator(f"[hidden]:not({ONLY_WITH_SCRIPTS})").count()
                if page.locator("h1").count() != 1 or not page.locator("main").inner_text().strip() or hidden:
                    unread[name] = page.content()
    assert unread == {}


def test_every_page_is_html(pages, tmp_path):
    visitors = {whom: Visitor(pages.address) for whom in WHO}
    for whom in filter(None, WHO):
        visitors[whom].sign_in(pages.accounts[whom])
    refused = {}
    for name, path, whom in EVERY:
        visitor = visitors[whom]
        shown = visitor.get(path.format(**pages.known))
        if shown.status >= 400:
            refused[name] = shown.status
        (tmp_path / f"{name}.html").write_text(visitor.follow(shown).text if shown.status == 302 else shown.text)
    # Otherwise it is a refusal that is looked at, and not the page.
    assert refused == {"not_found": 404, "no_case": 404}
    wrong = visitors["administrator"].send("/staff/join", {"until_0": "31", "until_1": "2", "until_2": "2031"})
    (tmp_path / "wrong.html").write_text(wrong.text)
    (tmp_path / "password.html").write_text(visitors["administrator"].send("/staff/auditor-9/account", {}).text)
    nobody = Visitor(pages.address)
    nobody.sign_in(pages.accounts["nobody"])
    (tmp_path / "refused.html").write_text(nobody.get("/cases").text)
    failed = Visitor(pages.address).send("/sign-in", {"login": "", "password": ""})
    (tmp_path / "failed.html").write_text(failed.text)
    # A tag that was escaped where it should not be is text, and passes every check of the form.
    assert [file.name for file in tmp_path.iterdir() if "&lt;" in file.read_text()] == []
    done = validate_html(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_skip_link_comes_first_and_leads_to_the_content(browser, pages):
    with browsing(browser) as context:
        page = context.new_page()
        page.goto(pages.url)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent.trim()") == "Skip to main content"
        page.keyboard.press("Enter")
        assert page.evaluate("location.hash") == "#main-content"


IN_SIGHT = """() => { const style = getComputedStyle(document.activeElement);
  return style.outlineStyle !== 'none' || style.boxShadow !== 'none' }"""


def test_the_whole_way_in_and_to_a_case_and_out_again_by_keyboard(browser, pages):
    account = pages.accounts["caseworker"]
    with browsing(browser) as context:
        page = context.new_page()

        def go_to(what: str) -> None:
            """Tab until that is in focus, and see that one sees it."""
            for _ in range(60):
                page.keyboard.press("Tab")
                told = "document.activeElement.innerText || document.activeElement.name"
                if page.evaluate(told).strip() == what:
                    assert page.evaluate(IN_SIGHT), what
                    return
            raise AssertionError(f"{what} is not reached")

        page.goto(pages.url)
        go_to("Sign in")
        page.keyboard.press("Enter")
        page.wait_for_url("**/sign-in")
        go_to("login")
        page.keyboard.type(account.username)
        go_to("password")
        page.keyboard.type(account.password)
        page.keyboard.press("Enter")
        page.wait_for_url(pages.url + "/day")
        go_to("Cases")
        page.keyboard.press("Enter")
        page.wait_for_url("**/cases")
        go_to("M-0000")
        page.keyboard.press("Enter")
        page.wait_for_url("**/cases/M-0000")
        go_to("Sign out")
        page.keyboard.press("Enter")
        page.wait_for_url("**/sign-out")
        for _ in range(2):
            go_to("Sign out")
        page.keyboard.press("Enter")
        page.wait_for_url(pages.url + "/")
        assert page.goto(pages.url + "/cases").url.endswith("/sign-in?next=/cases")


def test_a_refusal_and_a_failed_form_are_whole_pages_too(browser, pages, shots):
    with browsing(browser) as context:
        here = Watched(context, pages.url)
        here.open("/sign-in")
        here.page.locator("main form button[type=submit]").first.click()
        expect(here.page.locator(".govuk-error-summary")).to_be_focused()
        assert here.page.title().startswith("Error: ")
        assert here.axe() == []
        here.page.get_by_role("link", name="Enter your password").click()
        expect(here.page.locator("#id_password")).to_be_focused()
        sign_in(here.page, pages.url, pages.accounts["nobody"])
        assert here.open("/cases") == 403
        assert here.axe() == []
        shots.take(here.page, "refused")
        assert here.wrong == []
