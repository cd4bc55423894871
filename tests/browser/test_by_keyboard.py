"""Whole tasks by keyboard alone: what is in focus is seen, and everything that the task needs is reached."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect
from support.alerts import raise_alert
from support.browsing import Watched, browsing
from support.pages import Pages
from support.proposing import propose
from support.running import aside

from custodiet.adapters.world import SystemChance
from custodiet.model.alert import AlertState
from custodiet.model.decision import State
from custodiet.model.finding import Matter, Weight
from custodiet.model.identity import ActorId, AlertId, DecisionId

CASE = "M-0000"
ALERT = "alert-keys"
TABS_MAX = 60
IN_FOCUS = """() => { const one = document.activeElement, style = getComputedStyle(one)
  const seen = style.outlineStyle !== 'none' || style.boxShadow !== 'none'
    || (one.type === 'radio' && getComputedStyle(one.nextElementSibling, '::before').boxShadow !== 'none')
  return { is: (one.innerText || one.name || '').trim(), value: one.value, seen } }"""


def made(pages) -> str:
    """A proposal that waits for a second person, and an alert that waits for anyone."""
    store, chance, now = pages.site.open(), SystemChance(), datetime.now(UTC)
    with store.reading() as view:
        [current] = view.decisions_of(view.case_by_reference(CASE).id)
    by = ActorId("caseworker-1")
    times = {"starts_at": now + timedelta(hours=1), "review_due_at": now + timedelta(days=28)}
    proposal = replace(current, id=DecisionId(chance.identity("decision")), proposed_by=by, follows=current.id, **times)
    propose(store, chance, proposal)
    raise_alert(store, pages, ALERT, Matter.OUT_OF_PLACE, Weight.ADVERSE, timedelta(minutes=9))
    store.close()
    return proposal.id


def stands(pages) -> tuple[State, AlertState]:
    store = pages.site.open()
    with store.reading() as view:
        told = view.decision(DecisionId(pages.known["proposal"])).state, view.alert(AlertId(ALERT)).state
    store.close()
    return told


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    pages = Pages(tmp_path_factory.mktemp("k"), people=1, vault=True)
    pages.known = {"proposal": aside(made, pages)}
    yield pages
    pages.stop()


class Keys:
    """Someone at a browser without a mouse."""

    def __init__(self, context, url: str) -> None:
        self.here = Watched(context, url)
        self.page, self.keys = self.here.page, self.here.page.keyboard

    def go_to(self, what: str) -> None:
        """Tab until that is in focus, and see that one sees it."""
        for _ in range(TABS_MAX):
            self.keys.press("Tab")
            found = self.page.evaluate(IN_FOCUS)
            if found["is"] == what:
                assert found["seen"], what
                return
        raise AssertionError(f"{what} is not reached")

    def press(self, what: str, then: str) -> None:
        self.go_to(what)
        self.keys.press("Enter")
        self.page.wait_for_url(then)

    def write(self, name: str, text: str) -> None:
        self.go_to(name)
        self.keys.type(text)

    def choose(self, name: str, value: str) -> None:
        self.go_to(name)
        self.keys.press("Space")
        for _ in range(TABS_MAX):
            if self.page.evaluate(IN_FOCUS)["value"] == value:
                return
            self.keys.press("ArrowDown")
        raise AssertionError(f"{value} is not reached")

    def sign_in(self, account) -> None:
        self.here.open("/sign-in")
        self.write("login", account.username)
        self.write("password", account.password)
        self.keys.press("Enter")
        self.page.wait_for_url(lambda url: not url.endswith("/sign-in"))


@pytest.fixture
def at_keys(browser, place):
    """Signs someone in by keyboard; nothing goes wrong in their pages."""
    contexts = []

    def begun(whom: str) -> Keys:
        context = browsing(browser)
        contexts.append(context)
        one = Keys(context.__enter__(), place.url)
        one.sign_in(place.accounts[whom])
        return one

    yield begun
    for context in reversed(contexts):
        context.__exit__(None, None, None)


def test_an_approval_is_given_by_keyboard_alone(place, at_keys):
    one = at_keys("authorising_officer")
    one.press("To approve", "**/authorise")
    one.press(CASE, "**/authorise/*")
    one.press("Approve rung 11", "**/authorise")
    expect(one.page.get_by_text(f"Approved: case {CASE}")).to_be_visible()
    assert stands(place)[0] is State.MADE
    assert one.here.wrong == []


def test_an_alert_goes_from_the_queue_to_a_decision_by_keyboard_alone(place, at_keys):
    alert = f"**/alerts/{ALERT}"

    def move(one, what: str, *, reasons: bool = False) -> None:
        one.press(what, f"{alert}/*")
        if reasons:
            one.write("reasons", "Made-up reasons.")
        one.press(what, alert)

    operator = at_keys("operator")
    operator.press("Alerts", "**/alerts")
    operator.press(CASE, alert)
    move(operator, "Claim it")
    move(operator, "Begin triage")
    operator.press("Record a contact", f"{alert}/contact")
    for name, value in (("direction", "out"), ("how", "phone"), ("outcome", "no_answer")):
        operator.choose(name, value)
    operator.press("Record a contact", alert)
    officer = at_keys("caseworker")
    officer.press("Alerts", "**/alerts")
    officer.press(CASE, alert)
    move(officer, "Call it a possible breach", reasons=True)
    move(officer, "Open the enquiry", reasons=True)
    officer.press("Record what the person says", f"{alert}/reply")
    officer.choose("excuse", "other")
    officer.write("words", "Made-up words.")
    officer.press("Record what the person says", alert)
    move(officer, "Decide that it was a breach", reasons=True)
    assert stands(place)[1] is AlertState.BREACH
    assert (operator.here.wrong, officer.here.wrong) == ([], [])
