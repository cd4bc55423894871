"""Looking through the pages: a request, a second person's yes, a table, its proof; and wrong roles, recorded."""

import re
import subprocess
import time
from datetime import timedelta

import pytest
from support.house import SCHEME
from support.pages import ADMINISTRATOR, OFFICER, Pages, Visitor
from support.running import command
from support.waiting import START_WAIT_S

from custodiet.adapters import sealing
from custodiet.adapters.world import SystemChance, SystemClock
from custodiet.flows.fit_device import token_hash
from custodiet.flows.keep_caseload import assign_case
from custodiet.flows.receive_reports import Monitor, Request
from custodiet.flows.staff_joins import approve_joiner, propose_joiner
from custodiet.main.stores import read_pins
from custodiet.model.identity import ActorId
from custodiet.model.look_up import Attempt
from custodiet.model.mode import Kind
from custodiet.model.report import Fix, Report
from custodiet.model.staff import Function
from custodiet.rules.chain import leaf_hash, verify_inclusion
from custodiet.wire.note import vkey
from custodiet.wire.proof import verify_proof

REFERENCE = "M-0001"


@pytest.fixture(scope="module")
def pages(short_folder):
    """M-0001 has worn a tag for five hours, which reported twice a quarter of an hour ago; person-1 is theirs."""
    pages = Pages(short_folder / "looking", since=timedelta(hours=5))
    site = pages.site
    store = site.open()
    wearer = site.wearers[1]
    monitor = Monitor(store, sealing, SystemClock(), SystemChance(), read_pins(site.settings), name="m1")
    monitor.refresh()
    sender = monitor.sender(token_hash(wearer.token))
    now = SystemClock().now()
    for minutes in (120, 65, 10):
        fix = Fix(round((46.5 + minutes / 10_000) * 1e7), round(-28.0 * 1e7), accuracy_m=8.0)
        report = Report(wearer.serial, Kind.FIX, now - timedelta(minutes=minutes), fix)
        [answers] = monitor.receive([Request(sender, (report,), now)])
        assert [one.outcome for one in answers] == ["kept"]
    person = ActorId("person-1")
    approve_joiner(
        store, propose_joiner(store, SystemChance(), person, Function.PERSON, SCHEME, ADMINISTRATOR), OFFICER
    )
    with store.reading() as view:
        case = view.case_by_reference(REFERENCE)
    assign_case(store, case.id, person, OFFICER)
    store.close()
    pages.accounts["person"] = pages.account("person")
    line, environment = command("run", "vault", *site.where)
    process = subprocess.Popen(line, env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    start = time.monotonic()
    while not site.settings.vault_socket.exists():
        assert process.poll() is None
        assert time.monotonic() - start < START_WAIT_S
        time.sleep(0.05)
    yield pages
    process.terminate()
    process.wait(30)
    pages.stop()


@pytest.fixture(scope="module")
def signed_in(pages):
    found = {}
    for name, account in pages.accounts.items():
        found[name] = Visitor(pages.address)
        assert found[name].sign_in(account).status == 302
    return found


def seen(pages, ask):
    store = pages.site.open()
    try:
        with store.reading() as view:
            return ask(view, view.case_by_reference(REFERENCE).id)
    finally:
        store.close()


def wanted(hours=2, ago=timedelta(hours=3), **given):
    start = SystemClock().now() - ago
    return {
        "purpose": "contact",
        "to_know": "reach",
        "why": "Nobody has heard from them.",
        "tried": ["rang"],
        "day_0": start.day,
        "day_1": start.month,
        "day_2": start.year,
        "start": f"{start:%H:%M}",
        "hours": str(hours),
        "precision": "full",
    } | given


def newest(pages):
    return seen(pages, lambda view, case_id: view.look_ups_of(case_id)[0][0])


def token_of(visitor):
    return re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', visitor.get("/sign-out").text)[1]


def test_a_look_up_is_asked_checked_approved_by_another_read_as_a_table_and_proved(pages, signed_in):
    caseworker, officer = signed_in["caseworker"], signed_in["authorising_officer"]
    new = f"/cases/{REFERENCE}/look-ups/new"
    checked = caseworker.send(new, {"step": "check", **wanted()})
    assert checked.status == 200, checked.text
    assert "Check what you ask for" in checked.text
    assert "Nobody has heard from them." in checked.text
    assert caseworker.send(new, {"step": "ask", **wanted()}).to == f"/cases/{REFERENCE}/looks"
    look_up = newest(pages).look_up
    here = f"/cases/{REFERENCE}/look-ups/{look_up.id}"
    assert "Waits for a second person" in caseworker.get(here).text
    shut = caseworker.send(here, {"what": "open"}, token=token_of(caseworker))
    assert shut.status == 403
    assert "not_granted" in shut.text
    assert look_up.id in officer.get("/authorise").text
    answer = f"/authorise/look-ups/{look_up.id}"
    shown = officer.get(answer)
    assert "Nobody has heard from them." in shown.text
    assert officer.send(answer, {"what": "approve", "lasts": "1"}).to == "/authorise"
    reading = caseworker.send(here, {"what": "open"})
    assert reading.status == 200, reading.text
    assert "2 places" in reading.text
    assert "46.51200, -28.00000" in reading.text
    assert "46.50100" not in reading.text
    assert "No report from the device" in reading.text
    assert reading.headers["Cache-Control"] == "no-store"
    left_s = int(re.fullmatch(rf"(\d+);url={here}", reading.headers["Refresh"])[1])
    assert 3500 < left_s <= 3600
    entry = int(re.search(r"Recorded as entry (\d+)", reading.text)[1])
    proof = caseworker.get(f"/cases/{REFERENCE}/looks/{entry}/proof")
    body = caseworker.get(f"/cases/{REFERENCE}/looks/{entry}/entry")
    assert "attachment" in proof.headers["Content-Disposition"]
    pins = read_pins(pages.site.settings)
    proven = verify_proof(proof.text, vkey(pins.origin, pins.log_key), leaf_hash(body.text.encode()), verify_inclusion)
    assert proven.index == entry


def test_the_person_sees_who_asked_who_said_yes_and_who_looked_by_role_and_without_an_account(pages, signed_in):
    mine = signed_in["person"].get("/my/looks")
    assert mine.status == 200, mine.text
    for said in ("Looked", "Said yes", "Asked to look", "Caseworker", "Authorising officer", "Keeping in contact"):
        assert said in mine.text
    assert "caseworker-1" not in mine.text
    assert "authorising_officer-1" not in mine.text
    entry = re.search(r"looks/(\d+)/proof", mine.text)[1]
    assert signed_in["person"].get(f"/cases/{REFERENCE}/looks/{entry}/proof").status == 200


def test_a_question_is_answered_without_a_position(pages, signed_in):
    caseworker = signed_in["caseworker"]
    at = SystemClock().now() - timedelta(hours=2)
    at -= timedelta(minutes=at.minute % 15)
    form = {"asked": "home", "day_0": at.day, "day_1": at.month, "day_2": at.year, "at": f"{at:%H:%M}"}
    answered = caseworker.send(f"/cases/{REFERENCE}/question", form)
    assert answered.status == 200, answered.text
    assert "Cannot tell" in answered.text
    assert "46.5" not in answered.text


def test_too_wide_a_window_is_refused_with_the_narrower_one_named_and_recorded(pages, signed_in):
    caseworker, new = signed_in["caseworker"], f"/cases/{REFERENCE}/look-ups/new"
    refused = caseworker.send(new, {"step": "ask", **wanted(ago=timedelta(days=40), hours=24)})
    assert refused.status == 403
    assert "not_authorised" in refused.text
    assert "Nobody has heard from them." in refused.text
    tried = seen(pages, lambda view, case_id: view.looks_refused(case_id))
    assert (tried[0][0].attempt, tried[0][0].by) == (Attempt.LOOK_UP, "caseworker-1")
    assert "not_authorised" in tried[0][0].codes


def shut_to(name):
    """Whoever may not know of the case is answered as of a case that is none."""
    return 404 if name in ("operator", "administrator", "person", "nobody") else 403


@pytest.mark.parametrize("name", ["operator", "auditor", "administrator", "authorising_officer", "person", "nobody"])
def test_whoever_may_not_ask_is_refused_and_the_attempt_stands_in_the_ledger(pages, signed_in, name):
    visitor, new = signed_in[name], f"/cases/{REFERENCE}/look-ups/new"
    assert visitor.get(new).status == shut_to(name)
    before = len(seen(pages, lambda view, case_id: view.looks_refused(case_id)))
    assert visitor.send(new, {"step": "ask", **wanted()}, token=token_of(visitor)).status == shut_to(name)
    tried = seen(pages, lambda view, case_id: view.looks_refused(case_id))
    assert len(tried) == before + 1
    assert tried[0][0].by == pages.accounts[name].actor


@pytest.mark.parametrize("step", ["check", "change", "", "anything"])
def test_no_step_shows_the_form_and_a_schemes_purposes_to_whoever_may_not_ask(pages, signed_in, step):
    visitor, new = signed_in["operator"], f"/cases/{REFERENCE}/look-ups/new"
    shown = visitor.send(new, {"step": step, **wanted()}, token=token_of(visitor))
    assert shown.status == 404
    assert 'name="purpose"' not in shown.text


@pytest.mark.parametrize("name", ["caseworker", "operator", "dpo", "administrator", "person", "nobody"])
def test_whoever_may_not_approve_is_refused_and_nothing_opens(pages, signed_in, name):
    new = f"/cases/{REFERENCE}/look-ups/new"
    signed_in["caseworker"].send(new, {"step": "ask", **wanted()})
    look_up = newest(pages).look_up
    visitor = signed_in[name]
    path = f"/authorise/look-ups/{look_up.id}"
    assert visitor.get(path).status == shut_to(name)
    assert visitor.send(path, {"what": "approve", "lasts": "1"}, token=token_of(visitor)).status == shut_to(name)
    assert newest(pages).grant is None
    tried = seen(pages, lambda view, case_id: view.looks_refused(case_id))
    assert (tried[0][0].attempt, tried[0][0].by) == (Attempt.APPROVAL, pages.accounts[name].actor)


@pytest.mark.parametrize("name", ["operator", "authorising_officer", "dpo", "administrator", "person", "nobody"])
def test_nobody_but_whoever_asked_opens_what_was_granted(pages, signed_in, name):
    new = f"/cases/{REFERENCE}/look-ups/new"
    signed_in["caseworker"].send(new, {"step": "ask", **wanted()})
    look_up = newest(pages).look_up
    signed_in["authorising_officer"].send(f"/authorise/look-ups/{look_up.id}", {"what": "approve", "lasts": "1"})
    here = f"/cases/{REFERENCE}/look-ups/{look_up.id}"
    readings = len(seen(pages, lambda view, case_id: view.readings_of(case_id)))
    shown = signed_in[name].send(here, {"what": "open"}, token=token_of(signed_in[name]))
    assert shown.status == shut_to(name)
    assert "46.5" not in shown.text
    assert len(seen(pages, lambda view, case_id: view.readings_of(case_id))) == readings
