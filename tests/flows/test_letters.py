"""Decision letters and easy read in more than English: whole, approved, of the English as it is, or in English."""

from dataclasses import replace
from datetime import timedelta

import pytest
from support.house import ANA, SCHEME
from support.in_words import approve_text

from custodiet.flows.give_notice import Given, give_notice
from custodiet.flows.keep_register import keep_register
from custodiet.flows.notice_now import text_at
from custodiet.flows.scheme_now import register_at
from custodiet.flows.show_notices import easy_in, show_language, show_letter
from custodiet.flows.translate_notice import draft_translation
from custodiet.model.document import Paragraph
from custodiet.model.errors import NotPermitted
from custodiet.model.language import PSEUDO_LTR, PSEUDO_RTL
from custodiet.model.notice import How, Readiness, TextOf, TranslatedLine, Understood
from custodiet.rules.pseudo import pseudo

PSEUDO = [PSEUDO_LTR.tag, PSEUDO_RTL.tag]


def shown(house, decision, person, tag="en"):
    with house.store.reading() as view:
        return show_letter(view, house.clock.now(), person.case.reference, decision.id, tag)


def texts(letter):
    told = [one.text for section in letter.sections for one in section.blocks if isinstance(one, Paragraph)]
    return [letter.title, *(section.title for section in letter.sections), *told]


def rename_purpose(house, title):
    with house.store.reading() as view:
        register, _ = register_at(view, SCHEME, house.clock.now())
    [purpose] = register.purposes
    keep_register(house.store, replace(register, purposes=(replace(purpose, title=title),)), ANA)


def ready(house, tag, of):
    with house.store.reading() as view:
        return show_language(view, house.clock.now(), SCHEME, tag, of).readiness


@pytest.mark.parametrize("tag", PSEUDO)
def test_an_approved_letter_is_whole_in_its_language_and_keeps_its_days(house, tag):
    person = house.person()
    decision = house.decide(person, keys=False)
    draft_translation(house.store, house.chance, SCHEME, tag, "translator-1", of=TextOf.LETTER)
    drafted = shown(house, decision, person, tag)
    assert drafted.language.tag == "en"  # what nobody has approved reaches nobody
    assert [one.tag for one in drafted.languages] == ["en"]
    approve_text(house, tag, TextOf.LETTER)
    told = shown(house, decision, person, tag)
    assert told.language.tag == tag
    english = set(texts(shown(house, decision, person).letter))
    assert not english & set(texts(told.letter))
    days = f"{decision.review_due_at:%Y-%m-%d} ({decision.review_due_at:%-d %B %Y})"
    assert any(days in one for one in texts(told.letter))
    assert not any("{" in one for one in texts(told.letter))


def test_a_letter_keeps_the_words_in_which_it_was_decided_when_the_register_changes(house):
    approve_text(house, PSEUDO_LTR.tag, TextOf.LETTER)
    person = house.person()
    decision = house.decide(person, keys=False)
    before = texts(shown(house, decision, person, PSEUDO_LTR.tag).letter)
    house.clock.set(house.clock.now() + timedelta(hours=1))
    rename_purpose(house, "Something else")
    assert ready(house, PSEUDO_LTR.tag, TextOf.LETTER) is Readiness.STALE
    assert texts(shown(house, decision, person, PSEUDO_LTR.tag).letter) == before


def test_each_text_stands_for_itself_a_letter_approved_is_no_notice(house):
    approve_text(house, PSEUDO_LTR.tag, TextOf.LETTER)
    assert ready(house, PSEUDO_LTR.tag, TextOf.NOTICE) is Readiness.MISSING
    with house.store.reading() as view:
        _, digest = text_at(view, SCHEME, TextOf.NOTICE, house.clock.now())
    given = Given(digest, PSEUDO_LTR.tag, How.PRINT, Understood.YES)
    with pytest.raises(NotPermitted, match="not_approved"):
        give_notice(house.store, None, house.chance, house.person().case.id, given, ANA)


def test_a_translation_that_loses_a_place_to_fill_in_is_refused(house):
    with house.store.reading() as view:
        parts, _ = text_at(view, SCHEME, TextOf.LETTER, house.clock.now())
    lost = tuple(TranslatedLine(one, one.upper().replace("{DAY}", "")) for one in parts)
    with pytest.raises(NotPermitted, match="place_missing"):
        draft_translation(house.store, house.chance, SCHEME, "vi", "translator-1", lost, of=TextOf.LETTER)
    kept = tuple(TranslatedLine(one, f"vi {one}") for one in parts)
    draft_translation(house.store, house.chance, SCHEME, "vi", "translator-1", kept, of=TextOf.LETTER)


@pytest.mark.parametrize("tag", PSEUDO)
def test_easy_read_is_a_layer_of_its_own_and_approved_like_the_rest(house, tag):
    with house.store.reading() as view:
        english, language = easy_in(view, SCHEME, tag, house.clock.now())
    assert language.tag == "en"
    approve_text(house, tag, TextOf.EASY)
    with house.store.reading() as view:
        told, language = easy_in(view, SCHEME, tag, house.clock.now())
    assert language.tag == tag
    assert [one.picture for one in told.lines] == [one.picture for one in english.lines]
    assert told.lines[0].sentences == tuple(pseudo(tag, one) for one in english.lines[0].sentences)
