"""Decision letters and easy read in more than English: whole, approved, of the English as it is, or in English."""

from dataclasses import replace
from datetime import timedelta

import pytest
from support.assessing import assessed
from support.house import ANA, BO, SCHEME, START
from support.in_words import approve_text

from custodiet.adapters import sealing
from custodiet.flows.decide_case import narrow_decision, propose_decision
from custodiet.flows.give_notice import Given, give_notice
from custodiet.flows.keep_register import keep_register
from custodiet.flows.notice_now import text_at
from custodiet.flows.open_case import set_condition
from custodiet.flows.scheme_now import register_at
from custodiet.flows.show_notices import easy_in, show_language, show_letter
from custodiet.flows.state_conditions import Asked, Asking
from custodiet.flows.translate_notice import draft_translation
from custodiet.model.condition import ConditionKind, Interval, Schedule
from custodiet.model.decision import State
from custodiet.model.document import Paragraph
from custodiet.model.errors import NotFound, NotPermitted
from custodiet.model.language import PSEUDO_LTR, PSEUDO_RTL
from custodiet.model.notice import How, Readiness, TextOf, TranslatedLine, Understood
from custodiet.rules.pseudo import pseudo

HERE = b'{"type":"Point","coordinates":[-28.0,46.5],"radius_m":150}'
TOMORROW = START + timedelta(days=1)
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


@pytest.mark.parametrize("tag", ["en", *PSEUDO])
def test_a_letter_tells_what_its_decision_asks_in_its_language_and_no_place(house, tag):
    if tag != "en":
        approve_text(house, tag, TextOf.LETTER)
    person, asking = house.person(), Schedule(once=(Interval(TOMORROW, TOMORROW + timedelta(hours=2)),))
    house.issue_keys()
    decision = house.proposal(person)
    asked = Asked(sealing, house.chance, house.pinned, (Asking(ConditionKind.CURFEW, HERE, asking),))
    propose_decision(house.store, decision, assessed(house, decision), asked)
    set_condition(
        *(house.store, sealing, house.chance, house.pinned, decision.id, ConditionKind.EXCLUSION, ANA), geometry=HERE
    )
    with pytest.raises(NotFound):  # nobody is told of what is only proposed
        shown(house, decision, person, tag)
    narrow_decision(house.store, house.chance, decision.id, BO, review_due_at=decision.review_due_at - timedelta(1))
    with house.store.reading() as view:
        [made] = [one for one in view.decisions_of(person.case.id) if one.state is State.MADE]
    told = shown(house, made, person, tag)
    assert told.language.tag == tag
    [asks] = [one for one in told.letter.sections if one.code == "asks"]
    keep_out, curfew, *_ = [one.text for one in asks.blocks]
    assert f"{TOMORROW:%H:%M}" in curfew
    assert ("You must be at a set place" in curfew, "You must stay out" in keep_out) == (tag == "en", tag == "en")
    assert not any(number in one for one in texts(told.letter) for number in ("46.5", "28.0", "150"))
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
