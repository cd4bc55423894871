"""Changes as they come: who is told, of what, and when a stream ends."""

import http.client
import json
import threading
from contextlib import closing

import pytest
from playwright.sync_api import expect
from support.browsing import Watched, browsing
from support.house import SCHEME
from support.pages import ADMINISTRATOR, OFFICER, Account, Visitor
from support.running import aside

from custodiet.adapters.world import SystemChance
from custodiet.entrypoints.web.accounts import keeping
from custodiet.flows.keep_caseload import assign_case
from custodiet.flows.staff_joins import approve_joiner, propose_joiner
from custodiet.flows.staff_leaves import end_role
from custodiet.model.identity import ActorId
from custodiet.model.staff import Function

_numbers = iter(range(1000))
WAIT_S = 60
"""A bound on hanging, not a measure."""


class Stream:
    """One open stream, read by lines."""

    def __init__(self, pages, visitor, last_id: str = "") -> None:
        self._connection = http.client.HTTPConnection(pages.address, timeout=WAIT_S)
        cookie = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
        self._connection.request("GET", "/live", headers={"Cookie": cookie, "Last-Event-ID": last_id})
        self.response = self._connection.getresponse()

    def events(self, count: int) -> list[dict]:
        """The next few events, each with its id and name."""
        found, one = [], {}
        while len(found) < count:
            line = self.response.readline()
            if not line:
                break
            text = line.decode().rstrip("\n")
            if text:
                name, _, value = text.partition(": ")
                one[name] = value
            elif one:
                if "data" in one:
                    found.append(one | {"data": json.loads(one["data"])})
                one = {}
        return found

    def rest(self) -> bytes:
        """Everything until it ends."""
        return self.response.read()

    def close(self) -> None:
        self.response.close()
        self._connection.close()


@pytest.fixture
def visitor(pages):
    visitor = Visitor(pages.address)
    visitor.sign_in(pages.accounts["caseworker"])
    return visitor


def test_a_row_changes_by_itself_and_the_page_says_that_it_is_live(browser, pages, signed_in):
    with browsing(browser, storage_state=signed_in["caseworker"]) as context:
        here = Watched(context, pages.url)
        here.open("/cases?reference=M-0003")
        expect(here.page.locator("[data-live-state-of-page]")).to_contain_text("Live:")
        pages.end("M-0003")
        expect(here.page.locator("[data-live-state]")).to_contain_text("changed just now to “withdrawn”")
        expect(here.page.get_by_role("status")).not_to_be_empty()
        assert here.axe() == []
        assert here.wrong == []


def test_two_browsers_are_told_at_once(pages, visitor):
    streams = [Stream(pages, visitor) for _ in range(2)]
    try:
        said = [stream.response.readline() for stream in streams]
        assert said == [b"retry: 5000\n"] * 2
        pages.end("M-0004")
        for stream in streams:
            [event] = stream.events(1)
            assert event["event"] == "change"
            assert set(event["data"]) == {"kind", "id", "state"}
            assert "M-0004" not in json.dumps(event)
    finally:
        for stream in streams:
            stream.close()


def test_who_comes_back_gets_what_was_missed_and_who_cannot_is_told(pages, visitor):
    first, other = Stream(pages, visitor), Stream(pages, visitor)
    try:
        pages.end("M-0005")
        [seen] = first.events(1)
        first.close()
        pages.end("M-0006")
        other.events(2)
        again = Stream(pages, visitor, seen["id"])
        missed = again.events(1)
        again.close()
        assert missed[0]["id"] != seen["id"]
        stranger = Stream(pages, visitor, "12345678.7")
        assert stranger.events(1)[0]["event"] == "missed"
        stranger.close()
    finally:
        other.close()


def test_a_stream_ends_with_its_session(pages):
    leaver = aside(lambda: pages.caseworker(f"leaver{next(_numbers)}"))
    visitor = Visitor(pages.address)
    visitor.sign_in(leaver)
    stream = Stream(pages, visitor)
    with closing(stream):
        assert stream.response.status == 200
        assert stream.response.readline() == b"retry: 5000\n"
        ended = threading.Event()

        def read_to_the_end() -> None:
            stream.rest()
            ended.set()

        reading = threading.Thread(target=read_to_the_end, daemon=True)
        reading.start()
        aside(keeping.end_sessions, pages.signing_in, leaver.actor)
        assert ended.wait(WAIT_S)
    assert visitor.get("/live").status == 401


def test_nobody_is_told_of_a_case_that_is_not_theirs(pages, visitor):
    """Changes come in order: had they been told of the other case, that would have come first."""
    one = ActorId(f"one-case-{next(_numbers)}")
    aside(joins_with_one_case, pages, one, "M-0007")
    listener = Visitor(pages.address)
    listener.sign_in(aside(account_of, pages, one))
    own, every = Stream(pages, listener), Stream(pages, visitor)
    with closing(own), closing(every):
        for stream in (own, every):
            assert stream.response.readline() == b"retry: 5000\n"
        pages.end("M-0008")
        assert every.events(1)[0]["data"]["id"] in things_of(pages, "M-0008")
        pages.end("M-0007")
        assert own.events(1)[0]["data"]["id"] in things_of(pages, "M-0007")
    assert listener.get("/cases/M-0008").status == 404


def test_a_stream_ends_with_the_role_even_where_the_session_goes_on(pages):
    actor = ActorId(f"leaver-{next(_numbers)}")
    role_id = aside(joins_with_one_case, pages, actor, "M-0009")
    leaver = Visitor(pages.address)
    leaver.sign_in(aside(account_of, pages, actor))
    with closing(Stream(pages, leaver)) as stream:
        assert stream.response.readline() == b"retry: 5000\n"
        aside(ends, pages, role_id)
        stream.rest()
    assert leaver.is_in()
    assert leaver.get("/live").status == 401


def joins_with_one_case(pages, actor, reference):
    store = pages.site.open()
    role_id = propose_joiner(store, SystemChance(), actor, Function.CASEWORKER, SCHEME, ADMINISTRATOR)
    approve_joiner(store, role_id, OFFICER)
    with store.reading() as view:
        case = view.case_by_reference(reference)
    assign_case(store, case.id, actor, OFFICER)
    store.close()
    return role_id


def account_of(pages, actor):
    return Account(actor, keeping.open_account(pages.signing_in, actor, actor, once=False), actor)


def ends(pages, role_id):
    store = pages.site.open()
    end_role(store, role_id, ADMINISTRATOR)
    store.close()


def things_of(pages, reference):
    """Identities of everything in a case that a change can be of."""
    store = pages.site.open()
    with store.reading() as view:
        case = view.case_by_reference(reference)
        found = {str(one.id) for one in (*view.decisions_of(case.id), *view.tasks_of(case.id))}
    store.close()
    return found


def test_without_scripts_the_page_says_that_it_is_not_live(browser, pages, signed_in):
    with browsing(browser, storage_state=signed_in["caseworker"], java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(pages.url + "/cases")
        assert "Not live: reload the page" in page.locator("[data-live-state-of-page]").inner_text()


def test_a_page_whose_server_is_gone_says_that_it_is_not_live_and_the_session_outlives_a_kill(
    browser, pages, signed_in
):
    with browsing(browser, storage_state=signed_in["caseworker"]) as context:
        here = Watched(context, pages.url)
        here.open("/cases")
        said = here.page.locator("[data-live-state-of-page]")
        expect(said).to_contain_text("Live:", timeout=WAIT_S * 1000)
        pages.kill()
        expect(said).to_contain_text("Not live", timeout=WAIT_S * 1000)
        pages.start()
        expect(said).to_contain_text("Live:", timeout=WAIT_S * 1000)
        assert here.open("/cases") == 200


def test_an_open_stream_does_not_hold_up_an_end(pages, visitor):
    stream = Stream(pages, visitor)
    assert stream.response.readline() == b"retry: 5000\n"
    pages.process.terminate()
    stream.rest()
    stream.close()
    pages.process.wait(WAIT_S)
    pages.process.stdin.close()
    assert pages.process.returncode in {0, -15}
    pages.start()
