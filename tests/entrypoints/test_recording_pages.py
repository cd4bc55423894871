"""The notice as it is heard: one translator hands it in, another listens and approves; only then do people hear it."""

import re
from hashlib import sha256

import pytest
from support.by_hand import hands_on
from support.house import SCHEME
from support.in_process import client_of, place_of
from support.in_words import approve_text
from support.mp3 import silence
from support.staff import ADA, AOS, CAI, CEM, OPE, PER, REP, TRA, staffed

from custodiet.flows.keep_caseload import assign_case
from custodiet.flows.record_notice import approve_recording, keep_recording
from custodiet.flows.staff_joins import approve_joiner, propose_joiner
from custodiet.main.pages import read_policy
from custodiet.model.identity import ActorId
from custodiet.model.language import PSEUDO_LTR
from custodiet.model.notice import TextOf
from custodiet.model.staff import Function
from custodiet.simulation.tone import tone

OTHER = ActorId("translator-ari")
PAGE = f"/schemes/{SCHEME}/recordings/en"
SOUND = silence(3)


@pytest.fixture
def case(house, tmp_path):
    staffed(house)
    joined = propose_joiner(house.store, house.chance, OTHER, Function.TRANSLATOR, SCHEME, ADA)
    approve_joiner(house.store, joined, AOS)
    place_of(house, tmp_path, read_policy(), (CAI, CEM, OPE, PER, REP, TRA, OTHER))
    theirs = house.person().case
    for actor in (PER, REP, CAI):
        assign_case(house.store, theirs.id, actor, AOS)
    house.issue_keys()
    _SIGNED_IN.clear()
    yield theirs
    from django.db import connection

    connection.close()


_SIGNED_IN = {}


def signed_in(actor):
    """One session for each, in one test."""
    if actor not in _SIGNED_IN:
        _SIGNED_IN[actor] = client_of(actor)
    return _SIGNED_IN[actor]


def hand_in(actor, content=SOUND):
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile("made-up name.mp3", content, "text/html")
    return signed_in(actor).post(PAGE, {"what": "keep", "file": file})


def approve(actor):
    client = signed_in(actor)
    found = re.search(r'name="recording" value="([^"]+)"', client.get(PAGE).content.decode())
    return client.post(PAGE, {"what": "approve", "recording": found[1]})


def played(actor, path, **headers):
    return signed_in(actor).get(path, headers=headers)


def sound_on(actor, path):
    """The addresses of what a page plays."""
    return re.findall(r'<audio[^>]* src="([^"?]+)', signed_in(actor).get(path).content.decode())


def test_what_one_translator_hands_in_people_hear_once_another_has_listened(house, case):
    reference = case.reference
    given, paper = f"/cases/{reference}/notice", f"/cases/{reference}/notice/paper"
    assert 'value="audio"' not in signed_in(CAI).get(given).content.decode()
    assert hand_in(TRA).url == PAGE
    [unheard] = sound_on(OTHER, PAGE)
    assert played(OTHER, unheard).content == SOUND
    recording_id = unheard.rpartition("/")[2]
    hidden = (f"/my/notice/recordings/{recording_id}", f"{given}/recordings/{recording_id}")
    assert (played(PER, hidden[0]).status_code, played(CAI, hidden[1]).status_code) == (404, 404)
    assert sound_on(PER, "/my/notice") == sound_on(CAI, given) == sound_on(CAI, paper) == []
    assert 'value="audio"' not in signed_in(CAI).get(given).content.decode()
    refused = approve(TRA)
    assert (refused.status_code, b"did not hand it in" in refused.content) == (403, True)
    assert approve(OTHER).url == PAGE
    for actor in (PER, REP):
        assert sound_on(actor, "/my/notice") == [hidden[0]]
        assert played(actor, hidden[0]).content == SOUND
    assert sound_on(CAI, given) == sound_on(CAI, paper) == [hidden[1]]
    assert "You can listen to it there." in signed_in(CAI).get(paper).content.decode()
    page = signed_in(CAI).get(given).content.decode()
    assert 'value="audio"' in page
    digest = re.search(r'name="digest"[^>]* value="([0-9a-f]{64})"', page)[1]
    told = {"digest": digest, "how": "audio", "understood": "yes", "why": "", "words": ""}
    other = signed_in(CAI).post(given, told | {"language": "ti"})
    assert (other.status_code, b"no_recording" in other.content or b"no approved recording" in other.content) == (
        403,
        True,
    )
    assert signed_in(CAI).post(given, told | {"language": "en"}).url == given
    with house.store.reading() as view:
        [served] = view.notices_served(case.id)
    assert (served.how, served.language) == ("audio", "en")


def test_a_recording_is_given_out_as_sound_and_in_parts_and_to_nobody_else(house, case):
    hand_in(TRA)
    approve(OTHER)
    [path] = sound_on(PER, "/my/notice")
    whole = played(PER, path)
    assert (whole.status_code, whole["Content-Type"], whole["Accept-Ranges"]) == (200, "audio/mpeg", "bytes")
    assert (whole["X-Content-Type-Options"], whole["Cache-Control"]) == ("nosniff", "no-store")
    length = len(SOUND)
    for asked, status, part in (
        ("bytes=0-1", 206, SOUND[:2]),
        ("bytes=10-", 206, SOUND[10:]),
        ("bytes=-7", 206, SOUND[-7:]),
        (f"bytes=5-{length + 5}", 206, SOUND[5:]),
        (f"bytes={length}-", 416, b""),
        ("bytes=-0", 416, b""),
        ("bytes=-", 416, b""),
        ("bytes=9-3", 416, b""),
        ("pages=1", 200, SOUND),
        ("bytes=0-1,4-5", 200, SOUND),
    ):
        answer = played(PER, path, Range=asked)
        assert (answer.status_code, answer.content) == (status, part), asked
    assert played(PER, path, Range="bytes=3-9")["Content-Range"] == f"bytes 3-9/{length}"
    [by_case] = sound_on(CAI, f"/cases/{case.reference}/notice")
    [to_translators] = sound_on(TRA, PAGE)
    for actor, address in (
        (CAI, path),
        (OPE, path),
        (CEM, by_case),
        (OPE, by_case),
        (PER, by_case),
        (PER, to_translators),
    ):
        assert played(actor, address).status_code == (404 if address == by_case else 403), (actor, address)
    assert played(TRA, f"/schemes/another/recorded/{path.rpartition('/')[2]}").status_code == 404


def test_what_is_heard_in_a_language_that_nobody_speaks_is_never_passed_off_as_a_voice(house, case):
    tag, says = PSEUDO_LTR.tag, "a tone in place of a voice: it says nothing"
    approve_text(house, tag, TextOf.NOTICE)
    pages = (
        (CAI, f"/cases/{case.reference}/notice"),
        (PER, f"/my/notice?language={tag}"),
        (TRA, f"/schemes/{SCHEME}/recordings/{tag}"),
    )
    kept = {}
    for language in ("en", tag):
        kept[language] = keep_recording(house.store, house.chance, SCHEME, language, tone(2), TRA)
        approve_recording(house.store, kept[language], OTHER)
        for actor, path in pages:
            shown = signed_in(actor).get(path).content.decode()
            assert (says in shown) == (language == tag), path
    paper = signed_in(PER).get(pages[1][1]).content.decode()
    assert f"A tone in place of this notice in {PSEUDO_LTR.name}" in paper
    assert "read out in" not in paper
    assert sound_on(PER, pages[1][1])[0].partition("?")[0].endswith(kept[tag])


def test_only_a_translator_hands_one_in_or_approves_it_and_the_one_they_heard(house, case):
    assert hand_in(CAI).status_code == 403
    assert b"Hand in a recording" not in signed_in(CAI).get(PAGE).content
    for content, says in ((b"<script>", "nly MP3 is taken in"), (b"", "is empty"), (SOUND * 3000, "900 KB")):
        shown = hand_in(TRA, content)
        assert says in shown.content.decode()
        assert "<title>Error: " in shown.content.decode()
    hand_in(TRA)
    client = signed_in(OTHER)
    heard = re.search(r'name="recording" value="([^"]+)"', client.get(PAGE).content.decode())[1]
    keep_recording(house.store, house.chance, SCHEME, "en", silence(9), TRA)
    assert client.post(PAGE, {"what": "approve", "recording": heard}).status_code == 404
    assert signed_in(CAI).post(PAGE, {"what": "approve", "recording": heard}).status_code in (403, 404)
    with house.store.reading() as view:
        kept = view.recordings(SCHEME)
        assert [(one.approved_at, one.length_s) for one in kept] == [(None, 3), (None, 9)]
        assert kept[0].sha256 == sha256(SOUND).digest()


def test_a_sound_that_is_not_what_was_handed_in_is_given_to_nobody(house, case):
    hand_in(TRA)
    [path] = sound_on(TRA, PAGE)
    with hands_on(house) as hand:
        hand.execute("DROP TRIGGER recording_fixed")
        hand.execute("UPDATE recording SET content = ?", (silence(5),))
    assert played(TRA, path).status_code == 404
