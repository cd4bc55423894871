"""Names on a caseworker's list: one recorded opening for all of them, and a list that does without."""

import subprocess
import time

import pytest
from support.house import ANA
from support.pages import Pages, Visitor
from support.running import command
from support.waiting import START_WAIT_S

from custodiet.adapters import sealing
from custodiet.flows.open_case import name_person
from custodiet.main.stores import read_pins
from custodiet.model.entry import EntryKind
from custodiet.wire.records import read_entry

NAME = "Heron Sample-1"
UNREAD = "Names cannot be shown now"


@pytest.fixture(scope="module")
def pages(short_folder):
    pages = Pages(short_folder / "names")
    store = pages.site.open()
    with store.reading() as view:
        case = view.case_by_reference("M-0001")
    name_person(store, sealing, read_pins(pages.site.settings), case.person_id, NAME, ANA)
    store.close()
    yield pages
    pages.stop()


@pytest.fixture
def vault(pages):
    """The vault beside the pages, for one test."""
    line, environment = command("run", "vault", *pages.site.where)
    process = subprocess.Popen(line, env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    start = time.monotonic()
    while not pages.site.settings.vault_socket.exists():
        assert process.poll() is None
        assert time.monotonic() - start < START_WAIT_S
        time.sleep(0.05)
    yield process
    process.terminate()
    process.wait(30)


def visitor(pages, name):
    found = Visitor(pages.address)
    assert found.sign_in(pages.accounts[name]).status == 302
    return found


def lists_entered(pages):
    store = pages.site.open()
    try:
        with store.reading() as view:
            rows = view.entries(0, view.ledger_size())
    finally:
        store.close()
    return sum(read_entry(row.body).kind is EntryKind.CASE_LIST_GIVEN for row in rows)


def test_without_a_vault_the_list_stands_and_says_that_names_do_not(pages):
    shown = visitor(pages, "caseworker").get("/cases")
    assert shown.status == 200
    assert "M-0001" in shown.text
    assert UNREAD in shown.text
    assert NAME not in shown.text


def test_a_caseworker_reads_the_names_of_their_list_by_one_entry_and_nobody_else_does(pages, vault):
    caseworker = visitor(pages, "caseworker")
    shown = caseworker.get("/cases")
    assert NAME in shown.text
    assert shown.text.count("Not named") == 2
    before = lists_entered(pages)
    assert NAME in caseworker.get("/cases?reference=0001").text
    assert lists_entered(pages) == before + 1
    assert NAME not in caseworker.get("/cases?reference=0002").text
    assert UNREAD not in caseworker.get("/cases?reference=zzz").text
    assert lists_entered(pages) == before + 2
    for name in ("dpo", "auditor", "authorising_officer"):
        shown = visitor(pages, name).get("/cases")
        assert shown.status == 200
        assert "M-0001" in shown.text
        assert NAME not in shown.text
        assert UNREAD not in shown.text
    assert lists_entered(pages) == before + 2
