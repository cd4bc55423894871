"""A scheme from a document to its first active operation: three people do it in a browser, on two sizes of screen."""

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect
from support.browsing import SMALL, Watched, browsing, sign_in
from support.pages import ADMINISTRATOR, OFFICER
from support.scheme_files import new_file, new_register

from custodiet.adapters.world import SystemChance
from custodiet.flows.assess_scheme import write_dpia
from custodiet.flows.scheme_now import dpia_at
from custodiet.flows.staff_joins import approve_joiner, propose_joiner
from custodiet.model.dpia import SEEDED, Level, Risk
from custodiet.model.identity import ActorId, SchemeId
from custodiet.model.mode import ModeCode
from custodiet.model.staff import Function

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}


def officer_of(pages, scheme: SchemeId, name: str):
    """Another authorising officer, of this scheme."""
    store = pages.site.open()
    role = propose_joiner(
        store, SystemChance(), ActorId(f"{name}-1"), Function.AUTHORISING_OFFICER, scheme, ADMINISTRATOR
    )
    approve_joiner(store, role, OFFICER)
    store.close()
    return pages.account(name)


def answer_other_risks(pages, scheme: SchemeId) -> None:
    """The risks that nobody answered on a page: ten more of the same form."""
    store = pages.site.open()
    with store.reading() as view:
        dpia = dpia_at(view, scheme)
    low, known = Level.LOW, {one.code for one in dpia.risks}
    more = tuple(Risk(code, title, harm, low, low, "m", low, "o") for code, title, harm in SEEDED if code not in known)
    write_dpia(store, replace(dpia, risks=dpia.risks + more), ADMINISTRATOR, assessed=())
    store.close()


class Journey:
    """One person; what no other test opens is looked at with axe, on a wide screen and a narrow one."""

    def __init__(self, context, pages, account, shots) -> None:
        self.here = Watched(context, pages.url)
        self.page = self.here.page
        self.shots = shots
        sign_in(self.page, pages.url, account)

    def look(self, name: str) -> None:
        """On both screens. The picture is for whoever wants to look."""
        for size, screen in (("narrow", NARROW), ("wide", WIDE)):
            self.page.set_viewport_size(screen)
            self.shots.take(self.page, f"schemes-{name}-{size}")
            assert self.here.axe() == [], (name, size)
            assert self.page.evaluate(SMALL) == [], (name, size)
            assert self.here.width() <= screen["width"], (name, size)

    def open(self, path: str, name: str | None = None) -> None:
        assert self.here.open(path) == 200
        if name is not None:
            self.look(name)

    def press(self, text: str) -> None:
        self.page.get_by_role("button", name=text).first.click()

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            self.page.locator(f"[name={name}]").first.fill(value)

    def choose(self, name: str, value: str) -> None:
        self.page.locator(f"input[name={name}][value={value}]").check()

    def done(self) -> None:
        expect(self.page.locator(".govuk-notification-banner")).to_contain_text("Done")
        assert self.here.wrong == []
        assert self.here.strangers() == set()


@pytest.fixture
def at(browser, pages, shots):
    @contextmanager
    def opened(account):
        with browsing(browser, viewport=WIDE) as context:
            yield Journey(context, pages, account, shots)

    return opened


def test_three_people_take_a_new_scheme_to_its_first_active_operation(at, pages, tmp_path):
    scheme = SchemeId("scheme_of_three")
    path = f"/schemes/{scheme}"
    # One operation, so that the journey is short.
    register = new_register(scheme)
    modes = (ModeCode.NONE, ModeCode.CHECK_IN)
    few = {
        "operations": tuple(one for one in register.operations if one.mode in modes),
        "uses": tuple(one for one in register.uses if one.operation in modes),
    }
    file = tmp_path / "scheme.json"
    file.write_bytes(new_file(scheme, **few))
    with at(pages.accounts["administrator"]) as one:
        one.open("/schemes")
        one.page.get_by_role("button", name="Set up a scheme").click()
        one.look("new")
        one.page.locator("[name=document]").set_input_files(file)
        one.press("See what it says")
        one.press("Set up the scheme")
        one.done()
        one.open(f"{path}/operations", "operations-lacking")
        expect(one.page.get_by_text("Show what is missing").first).to_be_visible()
        _assess(one, path, lambda: answer_other_risks(pages, scheme))
    with at(pages.accounts["dpo"]) as one:
        one.open(f"{path}/dpia/advice")
        one.press("Save and return")
        expect(one.page.locator(".govuk-error-summary")).to_be_focused()
        assert one.page.title().startswith("Error: ")
        one.look("advice-error")
        one.choose("proceed", "no")
        one.fill(text="Not yet.")
        one.press("Save and return")
        one.done()
    with at(pages.accounts["administrator"]) as one:
        one.open(f"{path}/operations")
        expect(one.page.get_by_text("None can be proposed now")).to_be_visible()
    officer = officer_of(pages, scheme, "officer_of_three")
    with at(officer) as one:
        one.open(f"{path}/dpia/departure")
        one.fill(reasons="Because.")
        one.press("Save and return")
        one.done()
    with at(pages.accounts["administrator"]) as one:
        one.open(f"{path}/operations")
        one.choose("mode", "check_in")
        one.press("Propose")
        one.done()
        assert one.page.get_by_role("button", name="Activate").count() == 0
    with at(officer) as one:
        one.open(f"{path}/operations", "operations-asked")
        one.press("Activate")
        one.done()
        one.look("operations-active")
        expect(one.page.locator(".govuk-tag--green")).to_have_text("Active")
        one.open(f"{path}/documents/dpia")
        one.open(f"{path}/end", "end")


def _assess(one: Journey, path: str, others: Callable[[], None]) -> None:
    """The administrator's part of the seven steps."""
    one.open(f"{path}/dpia/need")
    one.fill(need="To know whether people keep their appointments.")
    one.press("Save and return")
    one.done()
    one.open(f"{path}/dpia/processing", "dpia-processing")
    one.fill(nature="n", scope="s", context="c", vulnerability="v", special_categories="none")
    one.press("Save and return")
    one.done()
    one.open(f"{path}/dpia/consultation", "dpia-consultation")
    one.choose("of", "wearer")
    one.choose("of", "household")
    one.fill(at_0="1", at_1="2", at_2="2024", how="in a meeting", views="they would rather not")
    one.press("Save and return")
    one.done()
    one.open(f"{path}/dpia/operations/check_in", "dpia-operation")
    one.fill(necessity="n", proportionality="p", criteria="c", informing="i", access="a", retention="r")
    one.fill(why_reminders="tried", why_telephone="tried")
    one.press("Save and return")
    one.done()
    one.open(f"{path}/dpia/risks/physical", "dpia-risk")
    for name, value in (("likelihood", "low"), ("severity", "medium"), ("residual", "low")):
        one.choose(name, value)
    one.fill(measure="m", owner="o")
    one.press("Save and return")
    one.done()
    others()
    one.open(f"{path}/dpia/sign-off")
    due = datetime.now(UTC) + timedelta(days=300)
    one.fill(
        owner="The owner", review_due_at_0=str(due.day), review_due_at_1=str(due.month), review_due_at_2=str(due.year)
    )
    one.press("Save and return")
    one.done()
    one.look("dpia-written")
