"""From rung 0 to rung 3, from there to 11 with every family answered, and down again: by two people, on pages."""

import re

import pytest
from playwright.sync_api import expect
from support.browsing import CUT_OFF, SMALL, Watched, browsing, sign_in
from support.pages import Pages
from support.running import aside

from custodiet.model.assessment import Article8, Practical
from custodiet.model.mode import MODES, Family, ModeCode

NEW = "B-1"
FIELDS_OF_3, PAGES_OF_3 = 21, 7
ON_3, ON_11 = "M-0000", "M-0001"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    pages = Pages(tmp_path_factory.mktemp("p"), modes=[ModeCode.TELEPHONE, ModeCode.FITTED_TRAIL], vault=True)
    yield pages
    pages.stop()


class Person:
    """Someone at a browser. Counts the fields that they fill in and the pages that they fill them in on."""

    def __init__(self, context, pages, account: str, shots) -> None:
        self.here = Watched(context, pages.url)
        self.page, self.shots = self.here.page, shots
        if account not in pages.accounts:
            pages.accounts[account] = aside(pages.caseworker, account)
        sign_in(self.page, pages.url, pages.accounts[account])
        self.begin()

    def begin(self) -> None:
        self.fields: set[tuple[str, str]] = set()
        self.pages: set[str] = set()

    def open(self, path: str) -> None:
        assert self.here.open(path) == 200, self.page.content()

    def count(self, name: str) -> None:
        path = re.sub(r"^https?://[^/]+", "", self.page.url)
        self.fields.add((path, name))
        self.pages.add(path)

    def choose(self, name: str, value: str) -> None:
        self.count(name)
        self.page.locator(f"select[name={name}]").select_option(value)

    def mark(self, name: str, *values: str) -> None:
        self.count(name)
        for value in values:
            self.page.locator(f'input[name={name}][value="{value}"]').check()

    def write(self, name: str, text: str) -> None:
        self.count(name)
        self.page.locator(f"[name={name}]").fill(text)

    def press(self, text: str) -> None:
        self.count("")
        self.fields.discard((re.sub(r"^https?://[^/]+", "", self.page.url), ""))
        with self.page.expect_navigation():  # what is looked at next is the page that comes, and all of it
            self.page.get_by_role("button", name=text, exact=True).click()

    def follow(self, text: str | re.Pattern[str]) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=text, exact=True).first.click()

    def look(self, name: str) -> None:
        """Whole on a wide screen and on a narrow one."""
        page = self.page
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 900})
            self.shots.take(page, f"deciding-{name}-{width}")
            assert self.here.width() <= width, (name, width)
        assert self.here.axe() == [], name
        assert page.evaluate(SMALL) == [], name
        assert page.evaluate(CUT_OFF) == [], name
        page.set_viewport_size({"width": 1280, "height": 900})
        assert self.here.wrong == []


def assess(person: Person, code: ModeCode, fact: str) -> None:
    """Everything that a rung asks for, and no more."""
    mode = MODES[code]
    page = person.page
    known = page.locator(f"select[name=selection_fact] option:text-matches('{fact}')").first.get_attribute("value")
    person.choose("selection", "individual")
    person.choose("selection_fact", known)
    for name in [one.get_attribute("name") for one in page.locator("input[name^=exempt_][value=no]").all()]:
        person.mark(name, "no")
    for family in mode.lower_families:
        person.choose(f"{family}_reason", "tried")
        person.mark(f"{family}_facts", known)
    person.mark("compared", "none")
    if mode.locates:
        for one in Article8:
            person.mark(f"article_8_{one}", "yes")
    else:
        person.choose("interference", "light")
        person.mark("article_8", "provided_by_law", "necessary", "proportionate")
    if mode.needs_device:
        for one in Practical:
            person.mark(f"practical_{one}", "yes")
    person.mark("at_home", "nobody")
    person.mark("finding", "on")
    person.choose("starts", "hour")
    person.choose("review", "28")


@pytest.fixture(scope="module")
def shown(browser, place, shots):
    """A caseworker and an authorising officer, each at a browser."""
    with browsing(browser) as one, browsing(browser) as other:
        yield Person(one, place, "caseworker", shots), Person(other, place, "authorising_officer", shots)


def test_a_case_goes_from_rung_0_to_3_with_few_fields_on_few_pages(shown, place):
    ana, bo = shown
    expect(ana.page.get_by_role("heading", name="Your day")).to_be_visible()
    ana.look("day")
    ana.follow("All your cases")
    ana.press("Open a case")
    ana.look("new")
    ana.write("reference", NEW)
    ana.press("Open the case")
    place.issue_keys()
    ana.look("case-new")
    ana.begin()
    ana.follow("Decide on this case")
    ana.look("tasks-nothing-yet")
    ana.follow("Facts of the case")
    ana.look("facts-empty")
    ana.choose("kind", "contact_lost")
    ana.page.locator("[name=text]").fill("The number they gave has been dead since March.\nThey were told so.")
    ana.press("Record the fact")
    ana.look("facts")
    ana.follow(f"Decide on case {NEW}")
    ana.follow("What the person says")
    ana.look("heard")
    ana.mark("when", "now")
    ana.press("Record it")
    ana.follow(f"Decide on case {NEW}")
    ana.follow("Screening")
    ana.look("screening")
    ana.mark("asked", "on")
    ana.press("Record the screening")
    ana.look("tasks")
    ana.open(f"/cases/{NEW}/notice")
    ana.look("notice")
    ana.choose("language", "en")
    ana.mark("how", "print")
    ana.mark("understood", "yes")
    ana.press("Record it")
    ana.look("notice-given")
    ana.open(f"/cases/{NEW}/decide")
    ana.follow("Propose rung 3")
    ana.press("Check what you wrote")
    expect(ana.page.locator(".govuk-error-summary")).to_be_focused()
    ana.press("Check what you wrote")
    assess(ana, ModeCode.TELEPHONE, "Contact was lost")
    ana.look("assess-3")
    ana.press("Check what you wrote")
    ana.look("check-3")
    ana.press("Change it")
    expect(ana.page.locator("select[name=reporting_reason]")).to_have_value("tried")
    ana.press("Check what you wrote")
    ana.press("Send for approval")
    expect(ana.page.get_by_text("Sent for approval.")).to_be_visible()
    ana.look("case-waiting")
    fields, pages = len(ana.fields), len(ana.pages) + 2  # the tasks and the case itself
    # What a decision on rung 3 takes, from a case with nothing in it: it fits five minutes.
    assert (fields, pages) == (FIELDS_OF_3, PAGES_OF_3), (sorted(ana.fields), sorted(ana.pages))

    bo.open("/authorise")
    bo.look("queue")
    bo.follow(NEW)
    bo.look("proposal-3")
    bo.press("Approve rung 3")
    expect(bo.page.get_by_text(f"Approved: case {NEW}")).to_be_visible()
    ana.open(f"/cases/{NEW}")
    expect(ana.page.get_by_role("heading", name="Rung 3: telephone reporting")).to_be_visible()


def test_a_case_goes_from_rung_3_to_11_when_every_family_is_answered_and_not_before(shown):
    ana, bo = shown
    ana.open(f"/cases/{ON_3}/decide/fitted_trail")
    assess(ana, ModeCode.FITTED_TRAIL, "Contact was lost")
    ana.choose(f"{Family.ON_ARRIVAL}_reason", "")
    ana.press("Check what you wrote")
    expect(ana.page.locator(".govuk-error-summary")).to_contain_text("why these rungs will not do for this person")
    expect(ana.page.get_by_role("link", name="Propose rung 9 instead")).to_be_visible()
    expect(ana.page.locator("select[name=home_reason]")).to_have_value("tried")
    ana.look("assess-11-refused")
    ana.choose(f"{Family.ON_ARRIVAL}_reason", "not_enough")
    ana.choose("starts", "day")
    ana.press("Check what you wrote")
    expect(ana.page.locator(".govuk-error-summary")).to_contain_text("start by then, so that there is no gap")
    ana.choose("starts", "hour")
    ana.press("Check what you wrote")
    ana.look("check-11")
    ana.press("Add: Curfew")
    ana.look("condition")
    ana.press("Add it")
    expect(ana.page.locator(".govuk-error-summary")).to_be_focused()
    for name, text in {"latitude": "46.5", "longitude": "-28", "radius_m": "150"}.items():
        ana.write(name, text)
    ana.mark("days", "0", "6")
    ana.write("opens", "21:00")
    ana.write("closes", "07:00")
    ana.press("Add it")
    expect(ana.page.get_by_text("Monday, Sunday, 21:00 to 07:00 the next day")).to_be_visible()
    ana.look("check-11-asks")
    ana.press("Send for approval")
    ana.follow("Add a condition to it")
    ana.look("conditions")
    bo.open("/authorise")
    bo.follow(ON_3)
    expect(bo.page.get_by_text("No rule stands against it.")).to_be_visible()
    bo.look("proposal-11")
    bo.press("Approve rung 11")
    expect(bo.page.get_by_text(f"Approved: case {ON_3}")).to_be_visible()


def test_what_was_typed_is_there_again_after_signing_out_and_in_and_for_nobody_else(shown, place, browser):
    ana, _ = shown
    ana.open(f"/cases/{NEW}/decide/fitted_trail")
    ana.choose("selection", "individual")
    ana.mark("compared", "none", "reminders")
    ana.page.locator("summary", has_text="An earlier end").click()
    ana.write("words", "Half a thought.")
    ana.write("ends_0", "7")
    ana.press("Save and come back later")
    expect(ana.page.get_by_text("Saved, sealed, for you alone, until")).to_be_visible()
    ana.look("case-unfinished")
    ana.open("/sign-out")
    ana.press("Sign out")
    sign_in(ana.page, place.url, place.accounts["caseworker"])
    ana.open("/day")
    expect(ana.page.get_by_text(f"You have an unfinished assessment of case {NEW}")).to_be_visible()
    ana.look("day-unfinished")
    ana.follow(re.compile("^Go on with rung 11"))
    expect(ana.page.locator("textarea[name=words]")).to_have_value("Half a thought.")
    expect(ana.page.locator("input[name=ends_0]")).to_have_value("7")
    expect(ana.page.locator("select[name=selection]")).to_have_value("individual")
    expect(ana.page.locator("input[name=compared]:checked")).to_have_count(2)
    ana.look("assess-unfinished")
    with browsing(browser) as context:
        other = Person(context, place, "second", ana.shots)
        expect(other.page.get_by_text("unfinished")).to_have_count(0)
        other.open(f"/cases/{NEW}/decide/fitted_trail")
        expect(other.page.locator("textarea[name=words]")).to_have_value("")


def test_one_person_steps_a_case_down_at_once_and_ends_it(shown):
    ana, bo = shown
    ana.open(f"/cases/{ON_11}")
    ana.follow("Review what is in force")
    ana.choose("trigger", "period")
    ana.press("Open a review")
    ana.look("review")
    ana.open(f"/cases/{ON_11}/step-down")
    ana.look("step-down")
    ana.mark("mode", "telephone")
    ana.press("Step down")
    expect(ana.page.get_by_role("heading", name="Rung 3: telephone reporting")).to_be_visible()
    ana.look("case-stepped-down")
    ana.open(f"/cases/{ON_11}/stop")
    ana.look("stop")
    for path in ("pause", "end", "close"):
        ana.open(f"/cases/{ON_11}/{path}")
        ana.look(path)
    ana.mark("reason", "died")
    ana.press("Close the case")
    expect(ana.page.get_by_text("Closed.")).to_be_visible()
    ana.open("/day")
    ana.look("day-later")
    bo.open("/stops")
    bo.look("stops")
