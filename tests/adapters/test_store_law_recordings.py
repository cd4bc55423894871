"""By raw SQL, past every flow: no unapproved recording is heard, none is changed, and none is of an unapproved text."""

import pytest
from support.by_hand import REFUSED, hands_on
from support.house import ANA, SCHEME
from support.in_words import approve_text
from support.mp3 import silence

from custodiet.flows.notice_now import notice_at
from custodiet.flows.record_notice import approve_recording, keep_recording
from custodiet.flows.translate_notice import draft_translation
from custodiet.model.notice import TextOf

ROW = {
    "id": "recording_2",
    "scheme_id": SCHEME,
    "language": "en",
    "notice_sha256": bytes(32),
    "translation_id": None,
    "sha256": bytes(32),
    "length_s": 1,
    "at": 1,
    "by": "translator-1",
    "approved_by": None,
    "approved_at": None,
    "content": b"made up",
    "entry": 1000,
}


@pytest.fixture
def kept(house):
    """A recording that nobody has listened to."""
    return keep_recording(house.store, house.chance, SCHEME, "en", silence(), "translator-1")


@pytest.fixture
def raw(house, kept):
    with hands_on(house, keys=True) as hand:
        yield hand


def put(raw, table, row, verb="INSERT"):
    places = ", ".join("?" for _ in row)
    raw.execute(f"{verb} INTO {table} ({', '.join(row)}) VALUES ({places})", list(row.values()))


def refused(act, why):
    with pytest.raises(REFUSED, match=why):
        act()


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"approved_by": "translator-2", "approved_at": 1}, "heard by nobody yet"),
        ({"by": "web"}, "a named person"),
        ({"by": ""}, "a named person"),
        ({"content": b""}, "bounded"),
        ({"content": bytes(900 * 1024 + 1)}, "bounded"),
        ({"sha256": b"short"}, "says what it is of"),
        ({"notice_sha256": b"short"}, "says what it is of"),
        ({"length_s": 0}, "says what it is of"),
        ({"language": "en-XA"}, "of an approved text"),
        ({"translation_id": "none"}, "of an approved text"),
    ],
)
def test_a_recording_begins_whole_unheard_and_of_an_approved_text(raw, changed, why):
    refused(lambda: put(raw, "recording", ROW | changed), why)
    put(raw, "recording", ROW)


def test_a_recording_in_another_language_is_of_the_very_text_that_was_approved(house, raw):
    draft = draft_translation(house.store, house.chance, SCHEME, "en-XA", "translator-1")
    approved = approve_text(house, "en-XA", TextOf.NOTICE)
    with house.store.reading() as view:
        _, digest, _ = notice_at(view, SCHEME, house.clock.now())
    of = ROW | {"language": "en-XA", "translation_id": approved, "notice_sha256": digest}
    for wrong in ({"translation_id": draft}, {"notice_sha256": bytes(32)}, {"language": "ar-XB"}):
        refused(lambda changed=wrong: put(raw, "recording", of | changed), "of an approved text")
    put(raw, "recording", of)


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("DELETE FROM recording", "never deleted"),
        ("UPDATE recording SET content = x'00'", "terms are fixed"),
        ("UPDATE recording SET sha256 = zeroblob(32)", "terms are fixed"),
        ("UPDATE recording SET notice_sha256 = zeroblob(32)", "terms are fixed"),
        ("UPDATE recording SET language = 'ar'", "terms are fixed"),
        ("UPDATE recording SET by = 'translator-3'", "terms are fixed"),
        ("UPDATE recording SET approved_by = by, approved_at = 1", "by someone who did not hand it in"),
        ("UPDATE recording SET approved_by = 'clock', approved_at = 1", "by someone who did not hand it in"),
        ("UPDATE recording SET approved_by = 'translator-2'", "by someone who did not hand it in"),
    ],
)
def test_a_recording_is_never_changed_and_approved_by_another(raw, statement, why):
    refused(lambda: raw.execute(statement), why)


def test_an_approval_stands_and_no_row_is_replaced(raw, kept):
    raw.execute("UPDATE recording SET approved_by = 'translator-2', approved_at = 1")
    refused(lambda: raw.execute("UPDATE recording SET approved_by = 'translator-3'"), "approved_by stands")
    refused(lambda: raw.execute("UPDATE recording SET approved_by = NULL, approved_at = NULL"), "stands")
    refused(lambda: put(raw, "recording", ROW | {"id": kept}, "INSERT OR REPLACE"), "stands already")


def test_nobody_is_told_by_a_recording_that_is_not_approved_or_of_another_text(house, raw, kept):
    case = house.person().case
    with house.store.reading() as view:
        _, digest, _ = notice_at(view, SCHEME, house.clock.now())
    row = {"id": "notice_1", "case_id": case.id, "notice_sha256": digest, "register": 1, "language": "en"}
    row |= {"how": "audio", "understood": "yes", "at": 1, "by": ANA, "why": None, "words_sealed": b"", "entry": 1000}
    refused(lambda: put(raw, "notice_served", row), "only where an approved one")
    put(raw, "notice_served", row | {"how": "print"})
    approve_recording(house.store, kept, "translator-2")
    refused(lambda: put(raw, "notice_served", row | {"notice_sha256": bytes(32)}), "only where an approved one")
    put(raw, "notice_served", row | {"id": "notice_2"})
