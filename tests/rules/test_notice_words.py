"""What the notice and the letter say, how hard they are to read, and what they must never say."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from support.house import ANA, BO, COURT, START, scheme_at
from support.zones import zone_as_of

from custodiet.model.assessment import FamilyAnswer, FamilyReason
from custodiet.model.condition import ALWAYS, ZONED, Condition, ConditionKind, Interval, Schedule, Weekly
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

LONDON = zone_as_of("Europe/London", START, START + timedelta(days=365))
DAY, HOUR = 24 * 60, 60


def week(*windows):
    return Schedule(LONDON, tuple(Weekly(*one) for one in windows))


def once(from_at, to_at):
    return Schedule(LONDON, once=(Interval(from_at, to_at),))


HOURS = {
    "When: Monday, Wednesday, from 09:00 to 17:30. The clock is that of Europe/London.": week(
        (9 * HOUR, 17 * HOUR + 30), (2 * DAY + 9 * HOUR, 2 * DAY + 17 * HOUR + 30)
    ),
    "When: each day, from 21:00 to 07:00 on the next day. The clock is that of Europe/London.": week(
        *((day * DAY + 21 * HOUR, day * DAY + 31 * HOUR) for day in range(7))
    ),
    "When: Friday, from 18:00, for 60 hours. The clock is that of Europe/London.": week(
        (4 * DAY + 18 * HOUR, 6 * DAY + 30 * HOUR)
    ),
    "When: on 3 July 2031 (2031-07-03), from 00:30 to 10:00. The clock is that of Europe/London.": once(
        datetime(2031, 7, 2, 23, 30, tzinfo=UTC), datetime(2031, 7, 3, 9, 0, tzinfo=UTC)
    ),
    "When: on 3 July 2031 (2031-07-03) from 21:00, up to 07:00 on 4 July 2031 (2031-07-04). "
    "The clock is that of Europe/London.": once(
        datetime(2031, 7, 3, 20, 0, tzinfo=UTC), datetime(2031, 7, 4, 6, 0, tzinfo=UTC)
    ),
    "When: at all times.": ALWAYS,
}
"""Hours, as a letter tells them: by the clock that the person lives by, in summer too."""


def conditions_of(schedule):
    """One of each kind that can have such hours."""
    kinds = [one for one in ConditionKind if not schedule.is_always or one in ZONED - {ConditionKind.CURFEW}]
    return [Condition(f"condition_{one}", "decision_1", one, b"x" * (one in ZONED), schedule) for one in kinds]


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


def asks(told):
    return [text for one in told.sections if one.code == "asks" for text in paragraphs(one)]


@pytest.mark.parametrize("said", HOURS)
def test_a_letter_tells_each_condition_with_its_hours_in_words_that_are_easy_and_name_no_place(said):
    conditions = conditions_of(HOURS[said])
    [*each, where, cannot] = asks(letter(REGISTER, decision(), None, START, conditions=conditions))
    assert len(each) == len(conditions)
    assert all(one.endswith(f" {said}") for one in each)
    assert where.startswith("Ask us to show you the place")
    assert grade([*each, where, cannot]) <= GRADE_MAX
    assert sentence_words([*each, where, cannot]) <= SENTENCE_WORDS_MAX


def test_a_letter_that_asks_nothing_has_no_place_for_it_and_one_without_places_speaks_of_none():
    assert asks(letter(REGISTER, decision(), None, START)) == []
    calls = [one for one in conditions_of(week((0, 60))) if one.kind is ConditionKind.APPOINTMENT]
    assert len(asks(letter(REGISTER, decision(ModeCode.TELEPHONE), None, START, conditions=calls))) == 2


def test_a_zone_that_protects_somebody_is_told_as_any_other_that_one_keeps_out_of():
    told = {
        kind: asks(letter(REGISTER, decision(), None, START, conditions=[Condition("c", "decision_1", kind, b"x")]))
        for kind in (ConditionKind.EXCLUSION, ConditionKind.PROTECTIVE, ConditionKind.INCLUSION)
    }
    assert told[ConditionKind.EXCLUSION] == told[ConditionKind.PROTECTIVE] != told[ConditionKind.INCLUSION]


def test_the_area_of_a_check_in_is_told_as_one_of_check_ins_alone():
    zone = [Condition("c", "decision_1", ConditionKind.INCLUSION, b"x")]
    [first, *_] = asks(letter(REGISTER, decision(ModeCode.CHECK_IN_AREA), None, START, conditions=zone))
    assert first.startswith("When you check in, you must be in a set area.")


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
    for schedule in HOURS.values():
        told = letter(REGISTER, decision(authority=authority), None, START, known, conditions_of(schedule))
        assert all(one.startswith("other ") for one in asks(told))  # and KeyError for a part that is not among them
        assert "When" not in " ".join(asks(told)).replace("other When", "")
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
