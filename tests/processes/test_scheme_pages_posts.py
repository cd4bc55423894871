"""Forms of schemes, sent by whoever should not, or too early: each is told what is missing, and nothing is written."""

import html
import json
import re
from dataclasses import replace
from urllib.parse import quote

import pytest
from support.house import SCHEME
from support.pages import ADMINISTRATOR, OFFICER, Pages, Visitor
from support.running import aside
from support.scheme_files import NEW, hidden_in, new_file, new_register, send_file, signed_in_before, token_of

from custodiet.adapters.world import SystemChance
from custodiet.flows.keep_register import keep_register
from custodiet.flows.staff_joins import approve_joiner, propose_joiner
from custodiet.model.identity import ActorId, SchemeId
from custodiet.model.mode import ModeCode
from custodiet.model.staff import Function

LADDER = f"/schemes/{SCHEME}"


@pytest.fixture(scope="module")
def pages(short_folder):
    pages = Pages(short_folder / "schemes", 1)
    store, other = pages.site.open(), ActorId("second_officer-1")
    # Of another scheme.
    third = SchemeId("scheme_third")
    keep_register(store, new_register(third), ADMINISTRATOR)
    role = propose_joiner(store, SystemChance(), other, Function.AUTHORISING_OFFICER, third, ADMINISTRATOR)
    approve_joiner(store, role, OFFICER)
    store.close()
    pages.accounts["second_officer"] = pages.account("second_officer")
    yield pages
    pages.stop()


@pytest.fixture(scope="module")
def acting(pages):
    """Whoever it is, signed in."""
    known = {}

    def as_(name) -> Visitor:
        if name not in known:
            known[name] = Visitor(pages.address)
            known[name].sign_in(pages.accounts[name])
        return known[name]

    return as_


@pytest.fixture
def written(pages):
    """How many entries the ledger has."""

    def count() -> int:
        store = pages.site.open()
        try:
            with store.reading() as view:
                return len(view.entries(0, 100_000))
        finally:
            store.close()

    return count


def words(shown) -> str:
    """What a page says, in small letters and without its tags."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", shown.text))).lower()


def post(visitor, path, fields):
    return visitor.send(path, fields, token=token_of(visitor))


@pytest.fixture(scope="module")
def new(pages, acting):
    """A scheme that was set up by a document and has no assessment yet."""
    administrator = acting("administrator")
    preview = send_file(administrator, "/schemes/new", new_file())
    shown = post(administrator, "/schemes/new", hidden_in(preview.text))
    assert (shown.status, shown.to) == (302, f"/schemes/{NEW}"), words(shown)
    return f"/schemes/{NEW}"


FORMS = (
    ("dpo", "amend", {"register": "{}"}, "for an administrator"),
    ("dpo", "copy", {"scheme_id": "scheme_copy", "name": "A copy"}, "for an administrator"),
    ("caseworker", "purposes", {"code": "more"}, "for an administrator"),
    ("dpo", "dpia/need", {"need": "x", "version": "1"}, "for an administrator"),
    ("authorising_officer", "dpia/operations/check_in", {"necessity": "x", "version": "1"}, "for an administrator"),
    ("dpo", "dpia/risks/physical", {"measure": "x", "version": "1"}, "for an administrator"),
    ("caseworker", "dpia/consultation", {"of": "wearer"}, "for an administrator"),
    ("dpo", "dpia/import", {"pia": "{}"}, "for an administrator"),
    (
        "administrator",
        "dpia/advice",
        {"text": "x", "proceed": "yes", "version": "1"},
        "for the data protection officer",
    ),
    ("authorising_officer", "dpia/advice", {"text": "x", "proceed": "yes"}, "for the data protection officer"),
    ("administrator", "dpia/departure", {"reasons": "x", "version": "1"}, "for an authorising officer"),
    ("dpo", "operations", {"do": "propose", "mode": "check_in"}, "for an administrator"),
    ("operator", "operations", {"do": "close", "mode": "check_in"}, "for an authorising officer or an administrator"),
    ("dpo", "end", {"sure": "yes"}, "for an authorising officer or an administrator"),
    ("nobody", "operations", {"do": "close", "mode": "check_in"}, "hold"),
)


@pytest.mark.parametrize(("who", "path", "fields", "says"), FORMS, ids=[f"{who} {path}" for who, path, *_ in FORMS])
def test_whoever_it_is_not_for_is_told_whom_it_is_for_and_writes_nothing(acting, written, who, path, fields, says):
    before = written()
    shown = post(acting(who), f"{LADDER}/{path}", fields)
    assert shown.status == 403
    assert says.lower() in words(shown) or who == "nobody"
    assert "what is missing" in words(shown)
    assert written() == before


def test_whoever_signed_in_long_ago_shows_again_who_they_are_and_comes_back(pages, acting, written):
    administrator = Visitor(pages.address)
    account = pages.accounts["administrator"]
    administrator.sign_in(account)
    form, fields = f"{LADDER}/dpia/need", {"need": "typed for a quarter of an hour", "version": "1"}
    aside(signed_in_before, pages.signing_in, administrator, 1000)
    before = written()
    led = administrator.get(form)
    assert (led.status, led.to) == (302, f"/account/confirm?next={quote(form, safe='')}")
    late = post(administrator, form, fields)
    assert late.status == 403
    assert "sign in again" in words(late)
    assert "typed for a quarter of an hour" in late.text
    pressed = post(administrator, f"{LADDER}/operations", {"do": "close", "mode": "reminders"})
    assert (pressed.status, pressed.to) == (302, f"/account/confirm?next={quote(f'{LADDER}/operations', safe='')}")
    assert written() == before
    back = administrator.send(led.to, {"password": account.password, "next": form}, to="/account/confirm")
    assert (back.status, back.to) == (302, form)
    assert administrator.get(form).status == 200


def test_a_form_without_its_token_is_refused(acting, written):
    before = written()
    shown = acting("administrator").send(f"{LADDER}/operations", {"do": "close", "mode": "check_in"}, token="x" * 64)
    assert shown.status == 403
    assert written() == before


def test_a_copy_of_a_scheme_has_its_register_and_nothing_that_was_assessed_or_approved(acting, written):
    administrator, fields = acting("administrator"), {"scheme_id": "scheme_copied", "name": "Made-up copy"}
    badly = words(post(administrator, f"{LADDER}/copy", {"scheme_id": "a/b", "name": ""}))
    assert "use up to 64 letters" in badly
    assert "enter the scheme’s name" in badly
    shown = post(administrator, f"{LADDER}/copy", fields)
    assert (shown.status, shown.to) == (302, "/schemes/scheme_copied")
    assert "made-up copy" in words(administrator.get(shown.to))
    operations = words(administrator.get(f"{shown.to}/operations"))
    assert "an assessment written for this scheme" in operations
    before = written()
    again = post(administrator, f"{LADDER}/copy", fields)
    assert (again.status, "taken" in words(again), written()) == (403, True, before)


def test_an_operation_without_an_assessment_is_not_proposed_and_every_gap_is_told(acting, written, new):
    before = written()
    shown = post(acting("administrator"), f"{new}/operations", {"do": "propose", "mode": "check_in"})
    said = words(shown)
    assert shown.status == 403
    assert "an assessment written for this scheme" in said
    assert "dpia.none" in said
    assert "what would pass" in said
    assert "address and support" in said
    assert written() == before


def test_an_incomplete_assessment_is_saved_by_steps_and_begins_nothing(acting, written, new):
    administrator = acting("administrator")
    saved = administrator.send(f"{new}/dpia/need", {"need": "We need <b>it</b>", "version": "0"})
    assert (saved.status, saved.to) == (302, f"{new}/dpia")
    read = administrator.get(f"{new}/dpia")
    assert "We need &lt;b&gt;it&lt;/b&gt;" in read.text
    before = written()
    shown = post(administrator, f"{new}/operations", {"do": "propose", "mode": "check_in"})
    said = words(shown)
    assert shown.status == 403
    for code in ("dpia.assessments", "dpia.advice", "dpia.risks", "dpia.consultation", "dpia.description.nature"):
        assert code in said
    assert "the data protection officer can supply it" in said
    assert written() == before


def test_what_someone_wrote_meanwhile_is_not_overwritten_and_what_was_typed_stays(acting, written, new):
    administrator = acting("administrator")
    newest = hidden_in(administrator.get(f"{new}/dpia/processing").text)["version"]
    before = written()
    shown = administrator.send(f"{new}/dpia/processing", {"nature": "typed long ago", "version": str(int(newest) - 1)})
    assert shown.status == 403
    assert "someone wrote another version meanwhile" in words(shown)
    assert "typed long ago" in shown.text
    assert "<title>Error: " in shown.text
    assert written() == before


def test_advice_is_of_the_version_that_was_read(acting, written, new):
    dpo = acting("dpo")
    before = written()
    shown = dpo.send(f"{new}/dpia/advice", {"text": "go on then", "proceed": "yes", "version": "0"})
    assert shown.status == 403
    assert "go on then" in shown.text
    assert written() == before


def test_a_document_with_mistakes_is_told_each_by_its_place_and_kept_by_nobody(acting, written, new):
    administrator = acting("administrator")
    before = written()
    broken = new_file().replace(b'"stop_rule"', b'"stop_ruel"')
    said = words(send_file(administrator, f"{new}/amend", broken))
    assert "register.stop_ruel" in said
    assert "did you mean stop_rule?" in said
    assert "is not json" in words(send_file(administrator, f"{new}/amend", b"{"))
    other = words(send_file(administrator, f"{new}/amend", new_file(SchemeId("scheme_other"))))
    assert f"this one is {NEW}" in other
    again = words(send_file(administrator, "/schemes/new", new_file()))
    assert "stands already" in again
    register = new_register()
    twice = replace(register, purposes=register.purposes * 2)
    said = words(send_file(administrator, f"{new}/amend", new_file(purposes=twice.purposes)))
    assert "it contradicts itself" in said
    assert "stands twice" in said
    assert written() == before


def test_a_long_document_is_taken_where_documents_come_in_and_nowhere_else(acting, new):
    administrator = acting("administrator")
    padded = new_file() + b" " * 200_000
    assert "what it changes" in words(send_file(administrator, f"{new}/amend", padded))
    assert "larger than 300 kilobytes" in words(send_file(administrator, f"{new}/amend", padded + b" " * 200_000))
    assert send_file(administrator, f"{new}/amend", b" " * 1_100_000).status == 413
    assert send_file(administrator, "/account/security", padded).status == 413


def test_a_preview_says_what_changes_and_writes_nothing_until_it_is_confirmed(acting, written, pages):
    administrator, before = acting("administrator"), written()
    store = pages.site.open()
    with store.reading() as view:
        held = view.registers(SCHEME)[-1].register
    store.close()
    purpose = held.purposes[0]
    fields = {"title": "Keeping in touch", "basis": "Art 6(1)(e)", "description": "d", "task": "t"}
    shown = administrator.send(f"{LADDER}/purposes/{purpose.code}", fields)
    said = words(shown)
    assert "operations that have to be assessed anew" in said
    assert "rung 11, fitted gps with trail" in said
    assert "11 of them are active now and go into re-assessment" in said
    assert "the people supervised" in said
    assert "source of the privacy information" in said
    assert written() == before
    # Somebody else keeps a version meanwhile: what was previewed is not kept.
    stale = hidden_in(shown.text) | {"after": "0"}
    refused = post(administrator, f"{LADDER}/amend", stale)
    assert refused.status == 403
    assert "someone kept another version meanwhile" in words(refused)
    assert written() == before


def test_a_file_of_the_pia_tool_says_what_was_not_taken_before_it_is_kept_as_a_draft(acting, written, new):
    administrator, before = acting("administrator"), written()
    file = {"pia": {"name": "n", "author_name": "The owner", "dpo_opinion": "fine"}, "answers": [], "measures": []}
    preview = send_file(administrator, f"{new}/dpia/import", json.dumps(file | {"odd": 1}).encode())
    said = words(preview)
    assert "odd: no part of this format; not taken" in said
    assert "pia.dpo_opinion: not taken" in said
    assert "not a file of that tool" in words(send_file(administrator, f"{new}/dpia/import", b"[]"))
    assert written() == before
    kept = post(administrator, f"{new}/dpia/import", hidden_in(preview.text))
    assert kept.status == 302
    assert written() == before + 1
    given = administrator.get(f"{new}/dpia/pia.json")
    assert json.loads(given.text)["pia"]["author_name"] == "The owner"
    assert given.headers["Content-Disposition"].startswith("attachment")
    # A made-up scheme's assessment is not given away.
    assert administrator.get(f"{LADDER}/dpia/pia.json").status == 403


def test_what_is_downloaded_can_be_handed_in_again_and_changes_nothing(acting, written, new):
    administrator, before = acting("administrator"), written()
    given = administrator.get(f"{new}/register.json")
    said = words(send_file(administrator, f"{new}/amend", given.text.encode()))
    assert "documents that read otherwise none. operations that have to be assessed anew none." in said
    assert written() == before


def test_a_shorter_retention_rule_is_kept_only_by_who_saw_the_dry_run(acting, written, new):
    administrator, before = acting("administrator"), written()
    register = new_register()
    shorter = tuple(replace(one, days=1) if one.days else one for one in register.retention)
    preview = send_file(administrator, f"{new}/amend", new_file(retention=shorter))
    said = words(preview)
    assert "kept for a shorter time, or no longer ruled: trail" in said
    refused = post(administrator, f"{new}/amend", hidden_in(preview.text) | {"seen": ""})
    assert refused.status == 403
    assert "look at what would be erased" in words(refused)
    assert written() == before
    kept = post(administrator, f"{new}/amend", hidden_in(preview.text))
    assert kept.status == 302
    assert written() == before + 1
    assert "version 2" in words(administrator.get(new))


def test_nobody_activates_what_they_proposed_and_a_second_person_of_the_scheme_only(acting, written, pages):
    administrator = acting("administrator")
    closed = post(administrator, f"{LADDER}/operations", {"do": "close", "mode": "check_in"})
    assert closed.status == 302
    nothing = post(administrator, f"{LADDER}/operations", {"do": "propose"})
    assert nothing.status == 403
    assert "what may be proposed now is: check-in by phone or web" in words(nothing)
    proposed = post(administrator, f"{LADDER}/operations", {"do": "propose", "mode": "check_in"})
    assert proposed.status == 302
    store = pages.site.open()
    with store.reading() as view:
        [waiting] = [one for one in view.activations(SCHEME) if one.approved_by is None and not one.refused]
    store.close()
    assert waiting.mode is ModeCode.CHECK_IN
    before, answer = written(), {"do": "activate", "proposal": str(waiting.act)}
    for who, says in (
        ("administrator", "for an authorising officer"),
        ("second_officer", "you hold no role in this scheme"),
        ("dpo", "for an authorising officer"),
    ):
        shown = post(acting(who), f"{LADDER}/operations", answer)
        assert shown.status == 403
        assert says.lower() in words(shown)
    assert written() == before
    assert post(acting("authorising_officer"), f"{LADDER}/operations", answer).status == 302
    again = post(acting("authorising_officer"), f"{LADDER}/operations", answer)
    assert again.status == 403
    assert "answered already" in words(again)


def test_a_scheme_is_not_ended_without_a_word_and_ends_with_all_that_stands_under_it(acting, written, new):
    administrator, before = acting("administrator"), written()
    unsure = post(administrator, f"{LADDER}/end", {})
    assert unsure.status == 200
    assert "say that the scheme is to end" in words(unsure)
    assert "1 decision ends" in words(unsure)
    assert written() == before
    ended = post(administrator, f"{LADDER}/end", {"sure": "yes"})
    assert ended.status == 302
    left = words(administrator.get(f"{LADDER}/end"))
    assert "1 decision ended with it" in left
    refused = post(administrator, f"{LADDER}/operations", {"do": "propose", "mode": "check_in"})
    assert refused.status == 403
    assert "the scheme was ended" in words(refused)
