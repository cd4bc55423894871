"""The pages of those who watch the watchers, in this process: who may see them, and that nobody is named on any."""

import io
import json
import re
import zipfile
from dataclasses import replace

import pytest
from support.house import SCHEME, House
from support.in_process import client_of, place_of
from support.looking import Looked
from support.staff import AOS, AUD, CAI, DPO, OPE, PER

from custodiet.adapters.ledger.tiles import TileLog
from custodiet.entrypoints.pack_paper import with_paper
from custodiet.entrypoints.web.place import no_pdf
from custodiet.entrypoints.wording_oversight import FOUND
from custodiet.flows.keep_caseload import declare_conflict
from custodiet.flows.pack_case import pack_case
from custodiet.flows.sequence_ledger import publish_checkpoint
from custodiet.main.pages import read_policy
from custodiet.rules.chain import leaf_hash, verify_inclusion
from custodiet.rules.eleven_tests import TESTS, Code
from custodiet.rules.oversight import pseudonym
from custodiet.wire.note import vkey
from custodiet.wire.proof import FILE_SUFFIX, verify_proof

PAGES = ["/regulator", f"/regulator/{SCHEME}/7", "/oversight", "/oversight/ledger", "/oversight/entry/5/entry"]


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """A house in which one wearer was looked at, and its pages."""
    folder = tmp_path_factory.mktemp("oversight")
    house = House(folder)
    one = Looked(house)
    one.open(one.granted())
    publish_checkpoint(house.store, house.vault, TileLog(folder))
    place_of(house, folder, read_policy(), (CAI, AOS, DPO, AUD, OPE, PER), as_pdf=str.encode)
    house.reference, house.case_id = one.person.case.reference, one.case_id
    yield house, {who: client_of(who) for who in (CAI, AOS, DPO, AUD, OPE, PER)}
    house.close()


@pytest.mark.parametrize("path", PAGES)
def test_those_who_oversee_see_it_and_nobody_else(seen, path):
    _, clients = seen
    assert [clients[who].get(path).status_code for who in (AUD, DPO, AOS)] == [200, 200, 200]
    assert [clients[who].get(path).status_code for who in (CAI, OPE, PER)] == [403, 403, 403]


@pytest.mark.parametrize("path", [f"/regulator/{SCHEME}/12", "/regulator/nothing/1", "/regulator?scheme=nothing"])
def test_what_there_is_not_is_not_there(seen, path):
    assert seen[1][AUD].get(path).status_code == 404


def test_each_of_the_eleven_tests_stands_with_what_it_asks_its_state_and_the_way_to_its_entries(seen):
    text = seen[1][AUD].get("/regulator").content.decode()
    for test in TESTS:
        assert f"{test.number}. {test.title}" in text
        # The last one rests on the whole ledger.
        there = "/oversight/ledger" if test.number == len(TESTS) else f"/regulator/{SCHEME}/{test.number}"
        assert text.count(f'href="{there}"') >= 1 + (test.number == len(TESTS))
    assert text.count("Evidence present") == 10
    assert text.count("Evidence missing") == 1  # no witness is set here
    assert FOUND[Code.NOT_WITNESSED][0] in text
    assert not re.search(r"lawful|compliant", text)


def test_people_stand_by_what_they_work_as_and_a_word_that_is_always_the_same(seen):
    house, clients = seen
    word = pseudonym(CAI, house.pinned.origin)
    for path in (f"/regulator/{SCHEME}/7", f"/oversight/ledger?by={word}"):
        text = clients[AUD].get(path).content.decode()
        assert word in text
        assert str(CAI) not in text
    found = clients[AUD].get(f"/oversight/ledger?kind=reading.opened&by={word.lower()}").content.decode()
    assert "1 entry" in found
    assert "0 entries" in clients[AUD].get("/oversight/ledger?kind=reading.opened&by=FFFFFF").content.decode()


@pytest.mark.parametrize("asked", ["from=yesterday", "to=9999-99-99", "kind=nothing", "from=0001-01-01&to=9999-12-31"])
def test_a_search_that_is_asked_wrongly_is_answered_all_the_same(seen, asked):
    assert seen[1][AUD].get(f"/oversight/ledger?{asked}").status_code == 200


def test_every_entry_has_its_proof_which_is_checked_without_us(seen):
    house, clients = seen
    body = clients[AUD].get("/oversight/entry/5/entry").content
    text = clients[AUD].get("/oversight/entry/5/proof").content.decode()
    known = vkey(house.pinned.origin, house.pinned.log_key)
    assert verify_proof(text, known, leaf_hash(body), verify_inclusion).index == 5
    for path in ("/oversight/entry/5/record", "/oversight/entry/99999/entry", "/oversight/entry/99999/proof"):
        assert clients[AUD].get(path).status_code == 404


def test_every_code_of_evidence_is_said():
    assert set(FOUND) == set(Code)


def test_the_way_there_is_shown_to_those_who_may_go_it(seen):
    assert 'href="/oversight"' in seen[1][AUD].get("/").content.decode()
    assert 'href="/oversight"' not in seen[1][CAI].get("/").content.decode()


def unzipped(answer):
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_cases_pack_is_a_file_for_whoever_oversees_the_very_one_that_the_command_line_writes(seen):
    house, clients = seen
    path, looks = f"/cases/{house.reference}/pack", f"/cases/{house.reference}/looks"
    answers = {who: clients[who].get(path) for who in clients}
    assert [answers[who].status_code for who in (AUD, DPO, AOS)] == [200, 200, 200]
    assert [answers[who].status_code for who in (CAI, OPE, PER)] == [403, 404, 404]
    known = vkey(house.pinned.origin, house.pinned.log_key)
    files = with_paper(pack_case(house.store, house.vault, house.reference, house.clock.now(), known, None), str.encode)
    assert unzipped(answers[AUD]) == files
    assert {"pack.pdf", "pack.json", "key", "README.txt"} < set(files)
    entries = json.loads(files["pack.json"])["entries"]
    assert {f"proofs/{one['index']}{FILE_SUFFIX}" for one in entries} < set(files)
    assert not re.search(rb"46\.5|-28\.0|Sample", b"".join(files.values()))
    assert answers[AUD]["Content-Disposition"].startswith('attachment; filename="pack-of-a-case-')
    assert answers[AUD]["Cache-Control"] == "no-store"
    assert [f'href="{path}"' in clients[who].get(looks).content.decode() for who in (AUD, DPO, CAI)] == [
        True,
        True,
        False,
    ]
    assert clients[AUD].get("/cases/nothing/pack").status_code == 404


def test_whoever_oversees_and_has_a_conflict_in_a_case_gets_no_pack_of_it(seen):
    house, clients = seen
    declare_conflict(house.store, house.case_id, AOS, AOS)
    assert clients[AOS].get(f"/cases/{house.reference}/pack").status_code == 403


def test_where_nothing_makes_a_pdf_the_page_says_so_and_gives_no_half_a_pack(seen, monkeypatch):
    from django.conf import settings

    house, clients = seen
    monkeypatch.setattr(settings, "PLACE", replace(settings.PLACE, as_pdf=no_pdf))
    shown = clients[AUD].get(f"/cases/{house.reference}/pack")
    assert shown.status_code == 503
    assert "No PDF can be made here" in shown.content.decode()
    assert shown["Content-Type"].startswith("text/html")
