"""What the notice and the letter say, how hard they are to read, and what they must never say."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from support.house import ANA, BO, COURT, START, scheme_at

from custodiet.model.assessment import FamilyAnswer, FamilyReason
from custodiet.model.decision import Authority, Decision, State
from custodiet.model.document import Paragraph
from custodiet.model.language import LANGUAGES
from custodiet.model.mode import FAMILIES, MODES, ModeCode
from custodiet.model.register import Register
from custodiet.rules.documents.easy import easy_in_other_words, easy_lines, easy_read
from custodiet.rules.documents.letter import letter, parts_of
from custodiet.rules.documents.notice import IN_PLAIN_WORDS, digest_of, in_other_words, lines_of, notice
from custodiet.rules.plain_words import GRADE_MAX, SENTENCE_WORDS_MAX, grade, sentence_words
from custodiet.rules.pseudo import pseudo
from custodiet.simulation.made_up_register import made_up_register

REGISTER = made_up_register(scheme_at(START), START)
NOTICE = notice(REGISTER, START)
STATUTE = (
    "The Secretary of State may, in accordance with regulations made pursuant to paragraph 4 of Schedule 10, require "
    "that an electronic monitoring condition be imposed upon any individual in respect of whom the preceding "
    "provisions of this Schedule have been determined to be applicable."
)


def paragraphs(section):
    return [one.text for one in section.blocks if isinstance(one, Paragraph)]


def decision(mode=ModeCode.FITTED_TRAIL, authority=Authority.OFFICERS):
    return Decision(
        *("decision_1", "case_1", "main", mode, "p1", ("contact",), authority),
        *(COURT if authority is Authority.ORDER else None, ANA, START, START + timedelta(days=28), None),
        state=State.MADE,
        approved_by=BO,
        made_at=START,
    )


def test_a_statute_is_hard_and_a_plain_sentence_is_not():
    assert grade([STATUTE]) > 15
    assert grade(["We ring you. You can say no."]) < 3
    assert grade([]) == sentence_words([]) == 0.0


@pytest.mark.parametrize("section", NOTICE.sections, ids=lambda one: one.code)
def test_every_part_of_the_notice_is_read_by_a_twelve_year_old(section):
    assert grade(paragraphs(section)) <= GRADE_MAX
    assert sentence_words(paragraphs(section)) <= SENTENCE_WORDS_MAX


@pytest.mark.parametrize("mode", [one for one in ModeCode if one is not ModeCode.NONE])
@pytest.mark.parametrize("authority", list(Authority))
def test_every_letter_is_too(mode, authority):
    told = letter(REGISTER, decision(mode, authority), None, START)
    texts = [text for section in told.sections for text in paragraphs(section)]
    assert grade(texts) <= GRADE_MAX
    assert sentence_words(texts) <= SENTENCE_WORDS_MAX
    assert IN_PLAIN_WORDS[mode] in texts
    assert told.sender == REGISTER.controller.name


def test_it_says_what_movements_reveal_and_promises_nothing():
    told = " ".join(lines_of(NOTICE)).lower()
    for word in ("religion", "health", "sexuality"):
        assert word in told
    assert "does not help your case" in told
    for word in ("quicker", "sooner", "better chance", "lawful", "compliant", "exceptional"):
        assert word not in told
    assert "custodiet" not in told


def test_it_tells_every_operation_purpose_power_recipient_and_supplier():
    told = " ".join(lines_of(NOTICE))
    for one in REGISTER.operations:
        assert MODES[one.mode].rung == 0 or IN_PLAIN_WORDS[one.mode] in told
    for names in (REGISTER.purposes, REGISTER.powers):
        assert all(one.title in told for one in names)
    assert all(one.name in told for one in (*REGISTER.recipients, *REGISTER.suppliers))
    assert REGISTER.interpreter in told
    assert NOTICE.missing == ()


def test_of_a_bare_register_it_says_what_is_missing():
    assert len(notice(Register(REGISTER.scheme_id), START).missing) > 3


def test_the_same_words_are_the_same_notice_and_other_words_another():
    later = notice(REGISTER, START + timedelta(days=400))
    assert digest_of(later) == digest_of(NOTICE)
    untold = replace(REGISTER, success_measure="something else", guidance=())
    assert digest_of(notice(untold, START)) == digest_of(NOTICE)
    [purpose] = REGISTER.purposes
    told = replace(REGISTER, purposes=(replace(purpose, title="Something else"),))
    assert digest_of(notice(told, START)) != digest_of(NOTICE)


def test_in_other_words_it_has_the_same_parts():
    other = in_other_words(NOTICE, (text.upper() for text in lines_of(NOTICE)))
    assert lines_of(other) == tuple(text.upper() for text in lines_of(NOTICE))
    assert [one.code for one in other.sections] == [one.code for one in NOTICE.sections]
    with pytest.raises(ValueError, match="as many texts"):
        in_other_words(NOTICE, lines_of(NOTICE)[1:])


def test_an_easy_read_in_too_few_or_too_many_words_is_refused():
    easy = easy_read(REGISTER)
    texts = easy_lines(easy)
    assert easy_in_other_words(easy, texts) == easy
    for wrong in (texts[1:], (*texts, "one too many")):
        with pytest.raises(ValueError, match="as many texts"):
            easy_in_other_words(easy, wrong)


def test_the_list_of_languages_has_those_that_are_wanted_and_each_once():
    names = {one.name for one in LANGUAGES}
    assert {"Arabic", "Kurdish (Sorani)", "Pashto", "Dari", "Persian", "Tigrinya", "Amharic", "Albanian"} <= names
    assert {"Vietnamese", "Welsh"} <= names
    assert len({one.tag for one in LANGUAGES}) == len(LANGUAGES)
    right_to_left = {one.tag for one in LANGUAGES if one.direction == "rtl"}
    assert right_to_left == {"ar", "ckb", "ps", "fa-AF", "fa", "ur", "ar-XB"}


@pytest.mark.parametrize("tag", [one.tag for one in LANGUAGES if one.pseudo])
def test_a_pseudo_language_leaves_no_text_as_it_was(tag):
    for text in lines_of(NOTICE):
        assert pseudo(tag, text) != text


@pytest.mark.parametrize("authority", list(Authority))
def test_every_part_of_every_letter_is_among_those_that_are_translated(authority):
    known = {part: f"other {part}" for part in parts_of(REGISTER)}
    for mode in ModeCode:
        for reason in FamilyReason:
            families = tuple(FamilyAnswer(family, reason, ()) for family in FAMILIES)
            said = SimpleNamespace(families=families)
            told = letter(REGISTER, decision(mode, authority), said, START, known)
            assert all(one.startswith("other ") for section in told.sections for one in paragraphs(section))
    with pytest.raises(KeyError):
        letter(replace(REGISTER, purposes=()), decision(), None, START, known)


def test_easy_read_is_short_says_what_movements_reveal_and_has_a_picture_for_each_idea():
    told = easy_read(REGISTER)
    sentences = [text for one in told.lines for text in one.sentences]
    assert grade(sentences) <= 3
    assert max(len(text.split()) for text in sentences[1:]) <= 8
    assert {"It can show your faith.", "It can show your health.", "It can show who you love."} <= set(sentences)
    assert all(one.caption and one.picture for one in told.lines)
    assert not any("eye" in one.picture for one in easy_read(replace(REGISTER, operations=())).lines)
