"""Changes as they come: who is told, of what, and when a stream ends."""

import http.client
import json
import sqlite3
import threading
from contextlib import closing

import pytest
from playwright.sync_api import expect
from support.browsing import Watched, browsing
from support.pages import Visitor
from support.running import aside

from custodiet.entrypoints.web.accounts import keeping

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
    with browsing(browser, storage_state=signed_in) as context:
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


def test_a_stream_ends_when_a_function_ends(pages):
    mover = aside(lambda: pages.account(f"mover{next(_numbers)}", ("caseworker",)))
    visitor = Visitor(pages.address)
    visitor.sign_in(mover)
    stream = Stream(pages, visitor)
    with closing(stream):
        assert stream.response.readline() == b"retry: 5000\n"
        with closing(sqlite3.connect(pages.signing_in.database)) as database:
            database.execute("UPDATE accounts_account SET functions = '[]' WHERE actor = ?", (mover.actor,))
            database.commit()
        pages.end("M-0007")
        assert b"decision" not in stream.rest()
    assert visitor.is_in()
    assert visitor.get("/live").status == 401


def test_without_scripts_the_page_says_that_it_is_not_live(browser, pages, signed_in):
    with browsing(browser, storage_state=signed_in, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(pages.url + "/cases")
        assert "Not live: reload the page" in page.locator("[data-live-state-of-page]").inner_text()


def test_a_page_whose_server_is_gone_says_that_it_is_not_live_and_the_session_outlives_a_kill(
    browser, pages, signed_in
):
    with browsing(browser, storage_state=signed_in) as context:
        here = Watched(context, pages.url)
        here.open("/cases")
        said = here.page.locator("[data-live-state-of-page]")
        expect(said).to_contain_text("Live:")
        pages.kill()
        expect(said).to_contain_text("Not live")
        pages.start()
        expect(said).to_contain_text("Live:")
        assert here.open("/cases") == 200


def test_an_open_stream_does_not_hold_up_an_end(pages, visitor):
    stream = Stream(pages, visitor)
    assert stream.response.readline() == b"retry: 5000\n"
    pages.process.terminate()
    stream.rest()
    stream.close()
    pages.process.wait(WAIT_S)
    assert pages.process.returncode in {0, -15}
    pages.start()
