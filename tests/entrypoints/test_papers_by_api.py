"""Letters, easy read, who is to be told again, and a person's own, over the API: the pages' own texts, theirs alone."""

from dataclasses import replace

import pytest
from support.api_asked import codes, get
from support.house import ANA, SCHEME
from support.in_process import place_of
from support.in_words import approve_text
from support.mp3 import silence
from support.staff import AOS, AUD, CAI, CEM, PER, REP, staffed

from custodiet.flows.keep_caseload import assign_case
from custodiet.flows.keep_register import keep_register
from custodiet.flows.record_notice import approve_recording, keep_recording
from custodiet.flows.scheme_now import register_at
from custodiet.main.pages import read_policy
from custodiet.model.identity import ActorId
from custodiet.model.language import PSEUDO_RTL
from custodiet.model.mode import ModeCode
from custodiet.model.notice import TextOf

TAG = PSEUDO_RTL.tag


@pytest.fixture
def theirs(house, tmp_path):
    """A person with a case and a letter, and someone who speaks for them; another case, with a letter of its own."""
    staffed(house)
    place_of(house, tmp_path, read_policy(), (CAI, CEM, AUD, PER, REP))
    theirs, another = house.person(), house.person()
    for actor in (PER, REP, CAI):
        assign_case(house.store, theirs.case.id, actor, AOS)
    yield theirs.case, *(house.decide(one, keys=False, mode=ModeCode.CHECK_IN) for one in (theirs, another))
    from django.db import connection

    connection.close()


def done(answer):
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_letter_is_read_by_its_officer_and_by_the_person_and_whole_in_a_language_or_in_english(house, theirs):
    case, letter, _ = theirs
    paths = (
        (CAI, f"/decisions/{letter.id}/letter"),
        (PER, f"/my/letters/{letter.id}"),
        (REP, f"/my/letters/{letter.id}"),
    )
    for actor, path in paths:
        told = done(get(actor, f"{path}?language={TAG}"))
        assert (told["wanted"], told["language"], told["reference"]) == (TAG, "en", case.reference)
        assert any(
            "You check in by phone or on a web page." in line for one in told["sections"] for line in one["lines"]
        )
    approve_text(house, TAG, TextOf.LETTER)
    for actor, path in paths:
        told = done(get(actor, f"{path}?language={TAG}"))
        assert (told["language"], told["direction"]) == (TAG, "rtl")


def test_nobody_learns_of_a_letter_that_is_not_theirs(house, theirs):
    _, letter, anothers = theirs
    nothing = get(PER, "/my/letters/nothing").content
    for actor, path in (
        (PER, f"/my/letters/{anothers.id}"),
        (CAI, f"/decisions/{anothers.id}/letter"),
        (CEM, f"/decisions/{letter.id}/letter"),
        (PER, f"/decisions/{letter.id}/letter"),
    ):
        refused = get(actor, path)
        assert (refused.status_code, refused.content) == (404, nothing)
    assert codes(get(CAI, f"/my/letters/{letter.id}")) == ["not_your_function"]


def test_a_persons_notice_comes_with_what_is_asked_of_them_and_their_letters(house, theirs):
    case, letter, _ = theirs
    told = done(get(PER, "/my/notice"))
    assert (told["reference"], told["which"], told["cases"]) == (case.reference, 1, 1)
    assert [one["decision_id"] for one in told["letters"]] == [letter.id]
    assert told["letters"][0]["languages"] == ["en"]
    lines = [line for one in told["notice"]["sections"] for line in one["lines"]]
    assert "They can reveal your religion, your health and your sexuality." in lines
    assert told["notice"]["notice_sha256"] == done(get(CAI, f"/cases/{case.reference}/notice"))["notice_sha256"]
    assert codes(get(PER, "/my/notice?which=2"), 400) == ["bad_parameter"]
    assert codes(get(CAI, "/my/notice")) == ["not_your_function"]
    assert codes(get(CEM, "/my/notice")) == ["not_yours"]


def test_easy_read_has_its_own_approval_and_is_no_notice(house, theirs):
    case, *_ = theirs
    ways = (CAI, f"/cases/{case.reference}/notice/easy"), (PER, "/my/notice/easy")
    for actor, path in ways:
        assert done(get(actor, f"{path}?language={TAG}"))["language"] == "en"
    approve_text(house, TAG, TextOf.EASY)
    for actor, path in ways:
        told = done(get(actor, f"{path}?language={TAG}"))
        assert (told["language"], told["direction"]) == (TAG, "rtl")
        assert all(one["picture"] and one["caption"] and one["sentences"] for one in told["lines"])
    assert done(get(PER, f"/my/notice?language={TAG}"))["notice"]["language"] == "en"
    assert codes(get(CEM, f"/cases/{case.reference}/notice/easy"), 404) == ["not_found"]


def test_a_person_hears_their_notice_once_it_is_approved(house, theirs):
    one = keep_recording(house.store, house.chance, SCHEME, "en", silence(), ActorId("translator-1"))
    assert codes(get(PER, f"/my/notice/recordings/{one}"), 404) == ["not_found"]
    approve_recording(house.store, one, ActorId("translator-2"))
    heard = get(PER, f"/my/notice/recordings/{one}")
    assert (heard.status_code, heard["Content-Type"]) == (200, "audio/mpeg")
    assert done(get(PER, "/my/notice"))["languages"][0]["recording"]["id"] == one


def test_when_the_notice_says_something_else_everyone_in_sight_is_listed_in_pieces(house, theirs):
    case, *_ = theirs
    with house.store.reading() as view:
        register, _ = register_at(view, SCHEME, house.clock.now())
    purpose = replace(register.purposes[0], title="something else that is made up")
    changed = replace(register, purposes=(purpose, *register.purposes[1:]))
    keep_register(house.store, changed, ANA)
    assert [one["reference"] for one in done(get(CAI, f"/schemes/{SCHEME}/owed"))["cases"]] == [case.reference]
    seen, cursor = [], None
    while True:
        told = done(get(AUD, f"/schemes/{SCHEME}/owed?limit=1" + (f"&cursor={cursor}" if cursor else "")))
        seen += [one["reference"] for one in told["cases"]]
        cursor = told["next"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 2
    assert case.reference in seen
    assert codes(get(PER, f"/schemes/{SCHEME}/owed")) == ["not_your_function"]
    assert codes(get(CAI, "/schemes/nothing/owed"), 404) == ["not_found"]
