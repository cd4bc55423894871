"""A case's record on the vault's socket: what was written is what is read, and anything else is refused."""

from datetime import UTC, datetime

import pytest

from custodiet.model.alert import StatementKind
from custodiet.model.case_record import About, Answers, CaseRecord, Note, Text, Unfinished, Zone
from custodiet.model.condition import ConditionKind
from custodiet.model.errors import NotTheFormat
from custodiet.model.mode import ModeCode
from custodiet.model.screening import Adjustment, Hit, Question, Screened
from custodiet.model.staff import Function
from custodiet.wire.case_record import read_case_record, read_names, write_name, write_part
from custodiet.wire.sealed import ANSWERS_BYTES, WORDS_BLOCK, pack_answers, pack_words, unpack_answers, unpack_words

AT = datetime(2031, 3, 3, 9, 0, tzinfo=UTC)
ZONE = Zone("condition_1", "decision_1", ConditionKind.EXCLUSION, b'{"type":"Polygon"}')
NOTE = Note(StatementKind.OUT_OF_CONTACT, AT, AT, "caseworker-1", "made-up \N{BLACK SPADE SUIT} words")

ANSWERS = Answers("screening_1", (Screened(Question.HOME, Hit.YES, (Adjustment.SAFE_CONTACT,), "made-up words"),))

TEXT = Text(About.REVIEW, "review_1", "", AT, "caseworker-1", Function.CASEWORKER, "made-up words")

DRAFT = Unfinished(ModeCode.TELEPHONE, AT, AT, (("compared", "none"), ("compared", "check_in"), ("words", "made-up")))


@pytest.mark.parametrize("name", ["Heron Sample-1", None])
def test_a_record_is_read_as_it_was_written(name):
    lines = [
        write_name("case_1", name),
        write_part(ZONE),
        write_part(NOTE),
        write_part(ZONE),
        write_part(ANSWERS),
        write_part(TEXT),
        write_part(DRAFT),
    ]
    assert read_case_record(lines) == CaseRecord("case_1", name, (ZONE, ZONE), (NOTE,), ANSWERS, (TEXT,), DRAFT)


def test_a_list_is_read_in_its_order():
    names = {"case_2": "Curlew Sample-2", "case_1": None}
    assert list(read_names(write_name(*one) for one in names.items()).items()) == list(names.items())


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [write_part(ZONE)],
        [write_name("case_1", "one"), write_name("case_2", "two")],
        [b""],
        [b"[" * 100_000],
        [b"{"],
        [b"[1]"],
        [b"\xff"],
        [write_name("case_1", "one"), b'{"zone": {"kind": "mine"}}'],
    ],
    ids=["nothing", "nobody's", "two people's", "empty", "bottomless", "broken", "a list", "no text", "no zone"],
)
def test_what_is_no_record_of_one_case_is_refused(lines):
    with pytest.raises(NotTheFormat):
        read_case_record(lines)


@pytest.mark.parametrize("words", ["", "made-up words", "x" * WORDS_BLOCK, "\N{BLACK SPADE SUIT}"])
def test_words_come_back_without_what_filled_them_up(words):
    assert unpack_words(pack_words(words)) == words


def test_sealed_words_that_are_no_text_are_refused():
    with pytest.raises(NotTheFormat):
        unpack_words(b"\xff\xff")


def test_answers_come_back_and_what_is_none_is_refused():
    packed = pack_answers(ANSWERS.answers)
    assert len(packed) == len(pack_answers(())) == ANSWERS_BYTES
    assert unpack_answers(packed) == ANSWERS.answers
    for broken in (b"", b"\xff", b'[{"question":"home","answer":"yes"}]', b"[" * 100_000):
        with pytest.raises(NotTheFormat):
            unpack_answers(broken)
