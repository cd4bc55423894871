"""One place for every test of the pages, a browser for each file of them, a context for each test."""

import shutil
import tempfile
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright
from support.alerts import raise_alert
from support.assessing import LIKENESS_KEY
from support.browsing import ARGUMENTS, AXE, CHROMIUM, browsing, sign_in
from support.house import SCHEME
from support.pages import ADMINISTRATOR, OFFICER, Pages, joins
from support.running import aside

from custodiet.adapters import sealing
from custodiet.adapters.world import SystemChance
from custodiet.flows.assess_case import Assessor
from custodiet.flows.handle_alert import Desk
from custodiet.flows.keep_caseload import assign_case, declare_conflict, give_cover
from custodiet.flows.looking import ask_look_up
from custodiet.flows.staff_joins import propose_joiner
from custodiet.main import read_pins
from custodiet.model.alert import AlertMove
from custodiet.model.condition import Interval
from custodiet.model.errors import NotPermitted
from custodiet.model.finding import Matter, Weight
from custodiet.model.identity import ActorId, AlertId
from custodiet.model.look_up import ToKnow, Tried
from custodiet.model.staff import Function

expect.set_options(timeout=60_000)  # a bound on hanging, not a measure

PEOPLE = 27
"""More than one page of a list."""


@pytest.fixture(scope="module")  # it leaves an event loop running in this thread, which other tests must not meet
def browser():
    if not CHROMIUM.exists() or not AXE.exists():
        pytest.skip("no chromium, or no axe-core: ./dev test installs both")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(ARGUMENTS))
        yield browser
        browser.close()


def staff_who_come_and_go(pages) -> dict[str, str]:
    """More proposals than a page, accounts that nobody has opened, cover and a conflict; two roles to be named."""
    store = pages.site.open()
    for number in range(27):
        actor = ActorId(f"paged-{number:02d}")
        waiting = propose_joiner(store, SystemChance(), actor, Function.OPERATOR, SCHEME, ADMINISTRATOR)
    for name, function in (
        ("newcomer-1", Function.CASEWORKER),
        ("auditor-9", Function.AUDITOR),
        ("person-1", Function.PERSON),
    ):
        joins(store, ActorId(name), function)
    with store.reading() as view:
        case = view.case_by_reference("M-0002")
        [held] = view.roles_of(ActorId("caseworker-1"))
    now = datetime.now(UTC)
    declare_conflict(store, case.id, ActorId("operator-1"), OFFICER)
    give_cover(store, case.id, ActorId("newcomer-1"), now, now + timedelta(days=7), OFFICER)
    assign_case(store, case.id, ActorId("person-1"), OFFICER)
    asked = one_who_asks_to_look(pages, store)
    raise_alert(store, pages, "alert-seen", Matter.OUT_OF_PLACE, Weight.ADVERSE, timedelta(minutes=9), 3)
    desk = Desk(store, sealing, SystemChance(), read_pins(pages.site.settings))
    desk.move(AlertId("alert-seen"), AlertMove.CLAIM, ActorId("operator-1"))
    with store.reading() as view:
        [fitting] = view.fittings_of(view.case_by_reference("M-0003").id)
    store.close()
    return {"waiting": waiting, "held": held.id, "look_up": asked, "device": fitting.device_id}


def one_who_asks_to_look(pages, store) -> str:
    """A look-up that waits for its second person, and a refusal by rule."""
    with store.reading() as view:
        case = view.case_by_reference("M-0000")
    now, chance = datetime.now(UTC), SystemChance()
    assessor = Assessor(store, sealing, chance, read_pins(pages.site.settings), LIKENESS_KEY)
    told = {"purpose": "contact", "to_know": ToKnow.REACH, "why": "Their line is dead."}
    told |= {"window": Interval(now - timedelta(minutes=50), now - timedelta(minutes=5))}
    with suppress(NotPermitted):
        ask_look_up(store, assessor, chance, case.id, ActorId("caseworker-1"), tried=(), **told)
    return ask_look_up(store, assessor, chance, case.id, ActorId("caseworker-1"), tried=tuple(Tried), **told)


@pytest.fixture(scope="session")
def pages():
    folder = Path(tempfile.mkdtemp(prefix="c"))
    pages = Pages(folder, PEOPLE)
    try:
        pages.end("M-0001")
        pages.known = aside(staff_who_come_and_go, pages)
        pages.accounts["person"] = pages.account("person")
        yield pages
    finally:
        pages.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def shots(tmp_path_factory):
    """Where pictures of the pages are put, for whoever wants to look."""
    return tmp_path_factory.mktemp("shots")


@pytest.fixture(scope="module")
def signed_in(browser, pages):
    """What a browser keeps of someone who has signed in, by what they act as."""
    kept = {}
    for whom in ("caseworker", "administrator", "authorising_officer", "operator", "auditor", "person"):
        with browsing(browser) as context:
            page = context.new_page()
            sign_in(page, pages.url, pages.accounts[whom])
            kept[whom] = context.storage_state()
    return kept
