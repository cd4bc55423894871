"""One place for every test of the pages, a browser for each file of them, a context for each test."""

import shutil
import tempfile
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect, sync_playwright
from support.alerts import raise_alert
from support.assessing import LIKENESS_KEY
from support.browsing import ARGUMENTS, AXE, CHROMIUM, SHOTS, browsing, sign_in
from support.disclosing import Disclosed
from support.glass import LOOK_ALONE
from support.house import SCHEME, House
from support.in_process import client_of, place_of
from support.looking import EVENINGS, HOME
from support.pages import ADMINISTRATOR, OFFICER, Pages, joins
from support.proposing import propose
from support.running import aside
from support.staff import AOS, AOT, CAI, DPO, OPE
from support.streets import streets_of_the_town
from support.unmasking import Unmaskable, names_conditions
from support.zones import zone_as_of

from custodiet.adapters import sealing
from custodiet.adapters.world import SystemChance
from custodiet.flows.assess_case import Assessor
from custodiet.flows.handle_alert import Desk
from custodiet.flows.keep_caseload import assign_case, declare_conflict, give_cover
from custodiet.flows.looking import ask_look_up
from custodiet.flows.open_case import set_condition
from custodiet.flows.staff_joins import propose_joiner
from custodiet.main.pages import read_policy
from custodiet.main.stores import read_pins
from custodiet.model.alert import AlertMove
from custodiet.model.condition import ConditionKind, Interval, Schedule
from custodiet.model.errors import NotPermitted
from custodiet.model.finding import Matter, Weight
from custodiet.model.identity import ActorId, AlertId, DecisionId
from custodiet.model.look_up import ToKnow, Tried
from custodiet.model.mode import Kind
from custodiet.model.report import Fix, Report
from custodiet.model.staff import Function
from custodiet.rules.conditions.timetable import weekly_on

expect.set_options(timeout=60_000)  # a bound on hanging, not a measure

PEOPLE = 27
"""More than one page of a list."""


@pytest.fixture(scope="module")  # it leaves an event loop running in this thread, which other tests must not meet
def browser():
    if not CHROMIUM.exists() or not AXE.exists():
        pytest.skip("no chromium-headless-shell, or no axe-core: ./dev test installs both")
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
    said, proposal = one_who_answers(pages, store), one_who_proposes(pages, store)
    raise_alert(store, pages, "alert-seen", Matter.OUT_OF_PLACE, Weight.ADVERSE, timedelta(minutes=9), 3)
    desk = Desk(store, sealing, SystemChance(), read_pins(pages.site.settings))
    desk.move(AlertId("alert-seen"), AlertMove.CLAIM, ActorId("operator-1"))
    with store.reading() as view:
        [fitting] = view.fittings_of(view.case_by_reference("M-0003").id)
    store.close()
    told = {"waiting": waiting, "held": held.id, "look_up": asked, "device": fitting.device_id}
    return told | {"said": said, "proposal": proposal}


def one_who_answers(pages, store) -> str:
    """A representation that nobody has answered yet."""
    with store.reading() as view:
        case = view.case_by_reference("M-0004")
    assessor = Assessor(store, sealing, SystemChance(), read_pins(pages.site.settings), LIKENESS_KEY)
    return assessor.represent(case.id, "I work at night and cannot charge it.", ActorId("caseworker-1"))


def one_who_proposes(pages, store) -> str:
    """A proposal that waits, with what it asks."""
    chance, now, by = SystemChance(), datetime.now(UTC), ActorId("caseworker-1")
    with store.reading() as view:
        [current] = view.decisions_of(view.case_by_reference("M-0005").id)
    times = {"starts_at": now + timedelta(hours=1), "review_due_at": now + timedelta(days=28)}
    proposal = replace(current, id=DecisionId(chance.identity("decision")), proposed_by=by, follows=current.id, **times)
    propose(store, chance, proposal)
    of = (store, sealing, chance, read_pins(pages.site.settings), proposal.id)
    here = b'{"type":"Point","coordinates":[-28.0,46.5],"radius_m":150}'
    nights = Schedule(zone_as_of("Europe/London", now, now + timedelta(days=365)), weekly_on(range(7), 21 * 60, 7 * 60))
    set_condition(*of, ConditionKind.CURFEW, by, geometry=here, schedule=nights)
    return proposal.id


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


class Unmasked(Unmaskable, Disclosed):
    pass


def walk_about(one) -> None:
    """In two hours: two reports from home, silence, seven on the way, of which one tells not how exact it is."""
    house, device = one.house, one.person.device.serial
    for step, minutes in ((0, 5), (0, 5), (9, 40), (10, 10), (11, 10), (12, 10), (14, 10), (15, 10), (16, 5)):
        at = house.clock.now()
        told = Fix(
            round((46.5 + step / 1000) * 1e7), round((-28 + step / 500) * 1e7), None if step == 11 else 5.0 + step
        )
        [answer] = house.post(one.monitor, one.person.token, Report(device, Kind.FIX, at, told))
        assert answer.outcome == "kept"
        house.clock.pass_(timedelta(minutes=minutes))
        one.monitor.refresh()
    one.until = house.clock.now()


LONG = 140
"""Minutes, and reports, of a reading that is folded by the hour."""


def walk_on(one, minutes: int) -> None:
    """A report a minute, northwards."""
    house, device = one.house, one.person.device.serial
    for step in range(minutes):
        told = Fix(round((46.5 + step / 10_000) * 1e7), -280_000_000, 8.0)
        [answer] = house.post(one.monitor, one.person.token, Report(device, Kind.FIX, house.clock.now(), told))
        assert answer.outcome == "kept"
        house.clock.pass_(timedelta(minutes=1))
        one.monitor.refresh()
    one.until = house.clock.now()


def pages_of_the_vault(folder: Path) -> dict[tuple[str, str], tuple[str, dict[str, str]]]:
    """Pages that nobody is given without a vault and a trail, by name and language: their text, their headers."""
    from django.conf import settings

    house = House(folder)
    one = Unmasked(house, fixes=4, zones=((ConditionKind.CURFEW, HOME, EVENINGS),))
    walk_about(one)
    place_of(house, folder, read_policy(), (CAI, AOS, AOT, OPE, DPO))
    made_up = {"made_up": lambda: {"senders": {}, "accounts": {}}, "streets": streets_of_the_town(folder)}
    settings.PLACE = replace(settings.PLACE, **made_up)
    reference, looked = one.person.case.reference, one.granted(window=one.window(2))
    waiting, released = one.take(window=one.window(1)), one.released(window=one.window(1))
    names_conditions(house)
    read = one.looked(window=one.window(1))
    hidden, shown_whole = one.ask_unmask(read), one.unmaskable(window=one.window(2))
    of_case = f"/cases/{reference}"
    asked = {
        "reading": (CAI, "post", f"{of_case}/look-ups/{looked}", {"what": "open"}),
        "reading_unmasked": (CAI, "post", f"{of_case}/unmaskings/{shown_whole}", {"what": "open"}),
        "request": (AOS, "get", f"{of_case}/requests/{waiting}", {}),
        "request_released": (CAI, "get", f"{of_case}/requests/{released}", {}),
        "looked_alone": (OPE, "post", f"{of_case}/break-glass", LOOK_ALONE),
        "new_unmask": (CAI, "get", f"{of_case}/look-ups/{read}/unmask", {}),
        "unmasking": (CAI, "get", f"{of_case}/unmaskings/{hidden}", {}),
        "answer_unmask": (AOT, "get", f"/authorise/unmaskings/{hidden}", {}),
    }
    given = shown_by(asked)
    with house.store.reading() as view:
        alone = view.glasses_of(one.case_id)[0][0].glass.id
    asked = {
        "assess_alone": (DPO, "post", f"{of_case}/break-glass/{alone}", {"what": "read"}),
        "looks_alone": (CAI, "get", f"{of_case}/looks", {}),
        "oversight_alone": (DPO, "get", "/oversight", {}),
    }
    given |= shown_by(asked)
    walk_on(one, LONG)
    long = one.granted(window=one.window(3))
    given |= shown_by({"reading_long": (CAI, "post", f"{of_case}/look-ups/{long}", {"what": "open"})})
    settings.PLACE = replace(settings.PLACE, streets=None)
    given |= shown_by({"reading_bare": (CAI, "post", f"{of_case}/look-ups/{long}", {"what": "open"})})
    house.close()
    return given


def shown_by(asked: dict[str, tuple[ActorId, str, str, dict[str, object]]]) -> dict[tuple[str, str], Any]:
    """Each page by its name and language, as whoever is named there is given it."""
    given = {}
    for name, (whom, method, path, told) in asked.items():
        for tag in ("en", "ar-XB"):
            shown = getattr(client_of(whom), method)(path, told, headers={"accept-language": tag})
            assert shown.status_code == 200, (name, shown.status_code)
            given[name, tag] = (shown.content.decode(), {"Content-Security-Policy": shown["Content-Security-Policy"]})
    return given


@pytest.fixture(scope="session")
def of_the_vault(tmp_path_factory):
    """What the vault alone gives, as it was given in this process: a browser is shown it, and asks the pages for all
    else.
    """
    return aside(pages_of_the_vault, tmp_path_factory.mktemp("vaulted"))


@pytest.fixture(scope="session")
def shots():
    """Takes pictures of the pages, for whoever wants to look: `CUSTODIET_SHOTS=FOLDER ./dev test tests/browser`."""
    return SHOTS


@pytest.fixture(scope="module")
def signed_in(browser, pages):
    """What a browser keeps of someone who has signed in, by what they act as."""
    kept = {}
    for whom in ("caseworker", "administrator", "authorising_officer", "operator", "auditor", "dpo", "person"):
        with browsing(browser) as context:
            page = context.new_page()
            sign_in(page, pages.url, pages.accounts[whom])
            kept[whom] = context.storage_state()
    return kept
