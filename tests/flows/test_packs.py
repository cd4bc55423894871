"""The accountability pack of a case: complete, without a name or a place, checked without us, and to be read."""

import io
import json
import re
import zipfile
from base64 import b64decode, b64encode
from contextlib import suppress
from ctypes.util import find_library
from datetime import datetime, timedelta
from types import SimpleNamespace

import pypdf
import pytest
from support.assessing import assessed
from support.by_hand import hands_on
from support.disclosing import Disclosed, knows_agency
from support.house import ANA, BO
from support.staff import AOS, CAI
from support.zones import zone_as_of

from custodiet.adapters import sealing
from custodiet.adapters.paper import tagged_pdf
from custodiet.entrypoints.cli.packing import write_pack
from custodiet.entrypoints.pack_paper import with_paper
from custodiet.entrypoints.zipping import zipped
from custodiet.flows.decide_case import narrow_decision, propose_decision
from custodiet.flows.handle_alert import Desk
from custodiet.flows.pack_case import pack_case
from custodiet.flows.prove_entry import prove_entry
from custodiet.flows.state_conditions import Asked, Asking
from custodiet.model.assessment import Article8
from custodiet.model.condition import ConditionKind, Interval, Schedule
from custodiet.model.errors import NotFound, NotPermitted, OpeningRefused, Unready
from custodiet.model.mode import FAMILIES, ModeCode
from custodiet.model.times import as_text
from custodiet.rules.chain import leaf_hash, verify_inclusion
from custodiet.rules.conditions.timetable import weekly_on
from custodiet.wire.note import NoteError, vkey
from custodiet.wire.proof import verify_proof
from custodiet.wire.records import read_entry, record_digest

HERE = b'{"type":"Point","coordinates":[-28.0,46.5],"radius_m":150}'


@pytest.fixture
def one(house):
    one = Disclosed(house, known=False)
    house.decide(house.person("TAG-OTHER"))
    knows_agency(house)
    one.open(one.granted())
    with pytest.raises(NotPermitted):
        one.ask(purpose="just_in_case")
    one.pack(one.released())
    return one


def pack_of(house, one):
    known = vkey(house.pinned.origin, house.pinned.log_key)
    return known, pack_case(house.store, house.vault, one.person.case.reference, house.clock.now(), known, None)


def test_every_entry_of_the_case_stands_in_it_with_a_proof_that_needs_nobody(house, one):
    known, files = pack_of(house, one)
    told = json.loads(files["pack.json"])
    kinds = [entry["kind"] for entry in told["entries"]]
    assert {"case.opened", "screening.completed", "assessment.recorded", "notice.served"} <= set(kinds)
    looked = ["look_up.asked", "grant.given", "reading.opened", "look.refused"]
    assert kinds[-7:] == [*looked, "agency.asked", "release.approved", "pack.given"]
    for entry in told["entries"]:
        body = files[f"entries/{entry['index']}.json"]
        proof = files[f"proofs/{entry['index']}.tlog-proof"].decode()
        assert verify_proof(proof, known, leaf_hash(body), verify_inclusion).index == entry["index"]
        with pytest.raises(NoteError):
            verify_proof(proof, known, leaf_hash(body + b" "), verify_inclusion)
        assert read_entry(body).kind == entry["kind"]
    [decision] = told["decisions"]
    kind_at = {entry["index"]: entry["kind"] for entry in told["entries"]}
    assert (kind_at[decision["proposed"]], kind_at[decision["made"]]) == ("decision.proposed", "decision.made")
    assert (decision["rung"], decision["over"]) == (11, None)
    assessed = decision["assessment"]
    assert kind_at[assessed["entry"]] == "assessment.recorded"
    assert set(assessed["why_not_lower"]) == set(FAMILIES)
    assert assessed["article_8"] == dict.fromkeys(Article8, "yes")
    assert (assessed["compared_with"], assessed["with_detention"], assessed["practicality_asked"]) == (
        ["none"],
        False,
        8,
    )
    # What came of the questions about the body and the home stays in the house.
    assert not re.search("disability|on_body|nobody", files["pack.json"].decode())
    [given] = told["given"]
    assert (kind_at[given["entry"]], given["recipient"]) == ("pack.given", "police")


def test_what_a_decision_asked_stands_with_it_by_kind_hours_and_absences_and_of_a_place_that_it_is_sealed(house):
    person, now = house.person(), house.clock.now()
    house.issue_keys()
    night = zone_as_of("Europe/London", now, now + timedelta(days=365))
    hours = Schedule(night, weekly_on([0, 1], 21 * 60, 7 * 60))
    week = Interval(now + timedelta(days=1), now + timedelta(days=8))
    decision = house.proposal(person)
    here = (Asking(ConditionKind.CURFEW, HERE, hours), Asking(ConditionKind.EXCLUSION, HERE, Schedule(once=(week,))))
    asked = Asked(sealing, house.chance, house.pinned, (*here, Asking(ConditionKind.APPOINTMENT, None, hours)))
    propose_decision(house.store, decision, assessed(house, decision), asked)
    narrow = narrow_decision(house.store, house.chance, decision.id, BO, mode=ModeCode.ZONE_ON_ARRIVAL)
    with house.store.reading() as view:
        curfew = next(one for one in view.conditions_of(narrow) if one.kind is ConditionKind.CURFEW)
    desk = Desk(house.store, sealing, house.chance, house.pinned)
    desk.authorise_absence(curfew.id, week, BO)
    known, files = pack_of(house, SimpleNamespace(person=person))
    told = json.loads(files["pack.json"])
    wide, made = told["decisions"]
    kind_at = {entry["index"]: entry["kind"] for entry in told["entries"]}
    kinds = ["curfew", "exclusion_zone", "appointment"]
    asked_wide, asked_made = (sorted(of["conditions"], key=lambda one: kinds.index(one["kind"])) for of in (wide, made))
    for conditions, absences in ((asked_wide, 0), (asked_made, 1)):
        assert [one["kind"] for one in conditions] == kinds
        assert [one["place"] for one in conditions] == ["sealed", "sealed", None]
        assert {kind_at[one["entry"]] for one in conditions} == {"condition.set"}
        nights, once, appointment = [one["hours"] for one in conditions]
        assert nights == appointment
        assert nights["zone"] == "Europe/London"
        assert nights["weekly"] == [{"days": ["Monday", "Tuesday"], "from": "21:00", "to": "07:00", "lasts_min": 600}]
        assert once["once"] == [{"from": as_text(week.from_at), "to": as_text(week.to_at)}]
        assert len(conditions[0]["absences"]) == absences
    first = [one["entry"] for one in asked_wide[:2]]
    assert [one["sealed_in"] for one in asked_made] == [*first, None]
    assert [one["sealed_in"] for one in asked_wide] == [*first, None]
    [away] = asked_made[0]["absences"]
    assert (kind_at[away["entry"]], away["from"]) == ("absence.authorised", as_text(week.from_at))
    for index in (*first, away["entry"]):
        proof = files[f"proofs/{index}.tlog-proof"].decode()
        leaf = leaf_hash(files[f"entries/{index}.json"])
        assert verify_proof(proof, known, leaf, verify_inclusion).index == index
    whole = b"".join(files.values())
    assert b"46.5" not in whole
    assert curfew.geometry_sealed.hex().encode() not in whole
    assert b64encode(curfew.geometry_sealed) not in whole


def test_a_record_that_stands_in_the_open_is_the_one_its_entry_commits_to(house, one):
    _, files = pack_of(house, one)
    shown = [entry for entry in json.loads(files["pack.json"])["entries"] if "record" in entry]
    assert [entry["kind"] for entry in shown] == ["reading.opened", "look.refused", "pack.given"]
    for entry in shown:
        digest = record_digest(b64decode(entry["salt"]), entry["record"].encode())
        assert digest == read_entry(files[f"entries/{entry['index']}.json"]).record


def test_nobody_is_in_it_by_account_but_in_the_entries_and_records_themselves_and_no_handle_key_is(house, one):
    _, files = pack_of(house, one)
    with house.store.reading() as view:
        person = view.person(one.person.case.person_id)
    told = json.loads(files["pack.json"])
    for entry in told["entries"]:
        entry.pop("record", None)
    text = json.dumps(told)
    for account in (ANA, BO, AOS, CAI):
        assert account not in text
    whole = b"".join(files.values())
    assert person.id.encode() not in whole
    assert person.handle_key.hex().encode() not in whole
    assert b"46.5" not in whole
    assert b"TAG-OTHER" not in whole


def test_the_same_case_at_the_same_time_gives_the_same_file_and_never_over_another(house, one, tmp_path):
    _, files = pack_of(house, one)
    assert zipped(files) == zipped(dict(reversed(files.items())))
    out = tmp_path / "pack.zip"
    write_pack(files, str(out))
    assert set(zipfile.ZipFile(io.BytesIO(out.read_bytes())).namelist()) == set(files)
    assert out.stat().st_mode & 0o077 == 0
    with pytest.raises(Unready):
        write_pack(files, str(out))


def test_nothing_is_proved_of_a_ledger_that_is_not_the_one_that_was_signed(house, one):
    with hands_on(house) as hand, hand.rules_held_back():
        hand.execute("UPDATE entry SET leaf = zeroblob(32) WHERE idx = 3")
    for prove in (lambda: pack_of(house, one), lambda: prove_entry(house.store, house.vault, 5)):
        with pytest.raises(OpeningRefused, match="not the one that was signed"):
            prove()


def test_a_pack_that_cannot_be_written_leaves_nothing_in_the_way_of_the_next_try(tmp_path):
    out = tmp_path / "pack.zip"
    for content in ("no bytes of a file: \ud800", b"whole"):
        with suppress(UnicodeEncodeError):
            write_pack({"case.txt": content}, str(out))
    assert zipfile.ZipFile(out).read("case.txt") == b"whole"


def test_there_is_no_pack_of_a_case_that_there_is_not(house, one):
    one.person.case = type("Case", (), {"reference": "M-9999"})
    with pytest.raises(NotFound):
        pack_of(house, one)


def leaves(told):
    """Every value, as a paper says it; no salt, which says nothing."""
    if isinstance(told, dict):
        for name, inner in told.items():
            if name == "record":
                # Times inside a record stay as they were written.
                yield from (str(one) for one in values(json.loads(inner)))
            elif name != "salt":
                yield from leaves(inner)
    elif isinstance(told, list):
        for inner in told:
            yield from leaves(inner)
    elif isinstance(told, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT.*Z", told):
        yield datetime.fromisoformat(told).strftime("%-d %B %Y, %H:%M:%S UTC")
    elif told is None or isinstance(told, bool):
        yield {None: "–", True: "yes", False: "no"}[told]
    else:
        yield str(told)


def values(told):
    if isinstance(told, dict | list):
        for inner in told.values() if isinstance(told, dict) else told:
            yield from values(inner)
    else:
        yield told


def tags_of(node, found):
    """The tags of a structure tree, in its order."""
    node = node.get_object()
    if isinstance(node, pypdf.generic.ArrayObject):
        for inner in node:
            tags_of(inner, found)
    elif isinstance(node, pypdf.generic.DictionaryObject):
        if "/S" in node:
            found.append(str(node["/S"]))
        if "/K" in node:
            tags_of(node["/K"], found)
    return found


def test_its_paper_is_tagged_and_says_what_its_json_says(house, one):
    if find_library("pangoft2-1.0") is None:
        pytest.skip("no Pango: ./dev test installs it")
    from weasyprint.urls import FatalURLFetchingError

    _, files = pack_of(house, one)
    whole = with_paper(files, tagged_pdf)
    assert set(whole) == {*files, "pack.pdf"}
    assert all(name.partition("/")[0] in files["README.txt"].decode() for name in whole if name != "README.txt")
    small = "<html lang=en><title>A</title><p>B"
    assert tagged_pdf(small) == tagged_pdf(small)
    with pytest.raises(FatalURLFetchingError):
        tagged_pdf(f"{small}<img src=file:///dev/null alt=C>")
    paper = pypdf.PdfReader(io.BytesIO(whole["pack.pdf"]))
    root = paper.trailer["/Root"]
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"], root["/ViewerPreferences"]["/DisplayDocTitle"]) == (
        "en",
        True,
        True,
    )
    assert paper.metadata.title == f"Accountability pack of case {one.person.case.reference}"
    told = json.loads(files["pack.json"])
    tags = tags_of(root["/StructTreeRoot"]["/K"], [])
    assert [tags.count(tag) for tag in ("/H1", "/H2")] == [1, 4]
    assert tags.count("/Table") >= 7
    assert tags.count("/TH") > len(told["entries"])
    text = "".join("".join(page.extract_text().split()) for page in paper.pages)
    missing = [one for one in leaves(told) if "".join(one.split()) not in text]
    assert missing == []
    kinds = [entry["kind"] for entry in told["entries"]]
    assert re.findall("|".join(map(re.escape, sorted(set(kinds)))), text)[: len(kinds)] == kinds
