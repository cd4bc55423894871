"""On the pages: a notice given on paper, by an interpreter, in both pseudo-languages; refused without; told again."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from support.deciding import assessed, fact, give_notice, invited, screened
from support.house import SCHEME
from support.pages import ADMINISTRATOR, Pages, Visitor, joins

from custodiet.flows.keep_register import keep_register
from custodiet.flows.scheme_now import register_at
from custodiet.model.identity import ActorId
from custodiet.model.mode import ModeCode
from custodiet.model.staff import Function

TOLD, OTHER = "M-0000", "M-0001"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    pages = Pages(tmp_path_factory.mktemp("p"), modes=[ModeCode.TELEPHONE, ModeCode.FITTED_TRAIL], vault=True)
    store = pages.site.open()
    for number in (1, 2):
        joins(store, ActorId(f"translator{number}-1"), Function.TRANSLATOR)
    yield pages, store
    store.close()
    pages.stop()


def visitor(place, name):
    one = Visitor(place[0].address)
    one.sign_in(place[0].accounts[name] if name in place[0].accounts else place[0].account(name))
    return one


@pytest.fixture(scope="module")
def caseworker(place):
    return visitor(place, "caseworker")


@pytest.fixture(scope="module")
def translators(place):
    return visitor(place, "translator1"), visitor(place, "translator2")


def proposed(place, caseworker, reference):
    """A new case with all that a decision rests on but the notice; the address of its proposal."""
    assert caseworker.send("/cases/new", {"reference": reference}).status == 302
    place[0].issue_keys()
    decide = f"/cases/{reference}/decide"
    for one in (fact("contact_lost"), fact("age", age="adult")):
        assert caseworker.send(f"{decide}/facts", one).status == 302
    assert caseworker.send(f"{decide}/heard", invited()).status == 302
    assert caseworker.send(f"{decide}/screening", screened()).status == 302
    found = re.search(r'<option value="(fact[^"]+)"', caseworker.get(f"{decide}/telephone").text)[1]
    assert caseworker.send(f"{decide}/telephone", assessed(ModeCode.TELEPHONE, found)).status == 302


def says_yes(place, officer, reference):
    with place[1].reading() as view:
        case = view.case_by_reference(reference)
        [decision] = [one for one in view.decisions_of(case.id) if not one.stands]
    return officer.send(f"/authorise/{decision.id}", {"what": "approve"})


def test_the_second_persons_yes_is_refused_until_the_notice_was_given(place, caseworker):
    officer = visitor(place, "authorising_officer")
    proposed(place, caseworker, "N-1")
    shown = says_yes(place, officer, "N-1")
    assert "no_notice_given" in shown.text
    assert "interpreter" in shown.text
    assert give_notice(caseworker, "N-1").status == 302
    assert says_yes(place, officer, "N-1").status == 302
    with place[1].reading() as view:
        case = view.case_by_reference("N-1")
        [decision] = view.decisions_of(case.id)
    assert decision.stands
    paper = caseworker.get(f"/cases/N-1/letters/{decision.id}")
    assert paper.status == 200
    assert "We ring you at set times" in paper.text
    assert "Custodiet" not in paper.text


def test_by_an_interpreter_who_is_named(place, caseworker):
    refused = give_notice(caseworker, TOLD, language="ti", how="interpreter")
    assert refused.status == 403
    assert "no_interpreter_named" in refused.text
    assert give_notice(caseworker, TOLD, language="ti", how="interpreter", words="session 4711").status == 302
    shown = caseworker.get(f"/cases/{TOLD}/notice").text
    assert "Tigrinya. By an interpreter" in shown
    assert "4711" not in shown


def test_unapproved_text_reaches_no_one(caseworker):
    refused = give_notice(caseworker, TOLD, language="ar")
    assert refused.status == 403
    assert "not_approved" in refused.text
    paper = caseworker.get(f"/cases/{TOLD}/notice/paper?language=ar").text
    assert '<html lang="en" dir="ltr"' in paper
    assert "This is not ready in Arabic yet" in paper
    assert "ask at the house by the sea" in paper


@pytest.mark.parametrize(("tag", "direction"), [("en-XA", "ltr"), ("ar-XB", "rtl")])
def test_in_a_pseudo_language_once_it_is_drafted_checked_and_approved_by_another(
    caseworker, translators, tag, direction
):
    first, second = translators
    path = f"/schemes/{SCHEME}/translations/{tag}"
    assert first.send(path, {"what": "machine"}).status == 302
    refused = first.send(path, {"what": "check", "qualification": ""})
    assert "no_qualification" in refused.text
    assert first.send(path, {"what": "check", "qualification": "made-up diploma"}).status == 302
    assert f'dir="{direction}"' not in caseworker.get(f"/cases/{TOLD}/notice/paper?language={tag}").text[:200] or (
        direction == "ltr"
    )
    assert "by_another" in first.send(path, {"what": "approve"}).text
    assert second.send(path, {"what": "approve"}).status == 302
    paper = caseworker.get(f"/cases/{TOLD}/notice/paper?language={tag}").text
    assert f'<html lang="{tag}" dir="{direction}"' in paper
    assert "Who we are" not in paper
    assert give_notice(caseworker, TOLD, language=tag).status == 302
    assert "Approved" in second.get("/translations").text


def test_a_translator_writes_every_text(translators):
    first, _ = translators
    path = f"/schemes/{SCHEME}/translations/cy"
    opened = first.get(path).text
    count = len(re.findall(r'<textarea[^>]* name="line_\d+"', opened))
    digest = re.search(r'name="digest"[^>]* value="([0-9a-f]{64})"', opened)[1]
    told = {"what": "draft", "digest": digest} | {f"line_{n}": f"Testun {n}" for n in range(count)}
    gap = first.send(path, told | {"line_3": ""})
    assert "not_whole" in gap.text
    assert "Testun 4" in gap.text
    assert "has changed" in first.send(path, told | {"digest": "0" * 64}).text
    assert first.send(path, told).status == 302
    assert "Drafted" in first.get(path).text


def test_who_may_not_is_told_so(place, translators):
    officer = visitor(place, "authorising_officer")
    assert officer.get(f"/cases/{TOLD}/notice").status == 403
    assert officer.send(f"/schemes/{SCHEME}/translations/cy", {"what": "machine"}, token="x").status == 403
    assert translators[0].get(f"/cases/{TOLD}/notice").status in (403, 404)


def test_when_a_purpose_changes_everyone_concerned_is_listed_and_told_again(place, caseworker):
    path = f"/schemes/{SCHEME}/notices"
    with place[1].reading() as view:
        register, _ = register_at(view, SCHEME, datetime.now(UTC))
    [purpose] = register.purposes
    keep_register(place[1], replace(register, purposes=(replace(purpose, title="Something else"),)), ADMINISTRATOR)
    listed = caseworker.get(path).text
    assert f"Give the notice: {TOLD}" in listed
    assert f"Give the notice: {OTHER}" in listed
    assert f"Give the notice: {OTHER}" not in caseworker.get(f"{path}?reference={TOLD}").text
    assert give_notice(caseworker, TOLD).status == 302
    listed = caseworker.get(path).text
    assert TOLD not in listed
    assert OTHER in listed
    dpo = visitor(place, "dpo").get(path).text
    assert OTHER in dpo
    assert "Give the notice" not in dpo
    assert "Out of date" in visitor(place, "dpo").get("/translations").text
