"""Nobody is monitored before they were told, in words they understand; and everyone is told again when it changes."""

from dataclasses import replace
from datetime import timedelta

import pytest
from support.assessing import assessed, assessor, kinds_written, tasks
from support.by_hand import stored_bytes
from support.house import ANA, BO, COURT, SCHEME, House

from custodiet.flows.decide_case import make_decision, narrow_decision, propose_decision
from custodiet.flows.give_notice import Given, give_notice
from custodiet.flows.keep_register import keep_register
from custodiet.flows.notice_now import notice_at
from custodiet.flows.scheme_now import register_at
from custodiet.flows.show_notices import find_owed, notice_in, show_language, show_letter
from custodiet.flows.step_down import step_down
from custodiet.flows.translate_notice import approve_translation, check_translation, draft_translation
from custodiet.model.case import TaskKind
from custodiet.model.decision import Authority, State
from custodiet.model.errors import NotFound, NotPermitted
from custodiet.model.mode import MODES, ModeCode
from custodiet.model.notice import How, Readiness, TranslatedLine, Understood, WhyDeclined
from custodiet.model.screening import Adjustment, Hit, Question
from custodiet.rules.documents.notice import lines_of
from custodiet.simulation import made_up_assessment as table

TRANSLATOR, OTHER = "translator-1", "translator-2"


@pytest.fixture
def house(tmp_path, monkeypatch):
    """Whoever proposes here tells nobody: each test does."""
    monkeypatch.setattr(table, "tell", lambda *_: None)
    house = House(tmp_path)
    yield house
    house.close()


def proposed(house, person=None, **given):
    person = person or house.person()
    house.issue_keys()
    decision = house.proposal(person, **given)
    propose_decision(house.store, decision, assessed(house, decision))
    return person, decision


def current(house):
    with house.store.reading() as view:
        return notice_at(view, SCHEME, house.clock.now())


def give(house, person, how=How.PRINT, understood=Understood.YES, *, language="en", why=None, words="", digest=None):
    given = Given(digest or current(house)[1], language, how, understood, why, words)
    return give_notice(house.store, assessor(house), house.chance, person.case.id, given, ANA)


def refused(act, *codes):
    with pytest.raises(NotPermitted) as error:
        act()
    said = [str(one).partition(":")[0] for one in error.value.objections]
    assert said == list(codes)
    return str(error.value)


def makes(house, decision):
    make_decision(house.store, decision.id, BO)
    return house.decision(decision.id).state is State.MADE


def decline(house, person):
    give(house, person, understood=Understood.DECLINED, why=WhyDeclined.LEFT)


@pytest.mark.parametrize("mode", [one.code for one in MODES.values() if one.rung >= 3])
def test_nothing_from_rung_3_up_is_made_before_the_notice_was_given(house, mode):
    _, decision = proposed(house, mode=mode)
    said = refused(lambda: make_decision(house.store, decision.id, BO), "no_notice_given")
    assert "interpreter" in said
    assert "rung 2" in said
    assert house.decision(decision.id).state is State.PROPOSED


@pytest.mark.parametrize("mode", [ModeCode.REMINDERS, ModeCode.IN_PERSON])
def test_what_lies_below_waits_for_nothing(house, mode):
    _, decision = proposed(house, mode=mode)
    assert makes(house, decision)


def test_given_on_paper_and_understood_it_may_begin(house):
    person, decision = proposed(house)
    give(house, person)
    assert makes(house, decision)
    assert kinds_written(house).count("notice.served") == 1


def test_whether_it_was_understood_is_asked(house):
    person, decision = proposed(house)
    give(house, person, understood=Understood.NOT_YET)
    refused(lambda: make_decision(house.store, decision.id, BO), "notice_not_understood")


def test_declining_holds_nothing_up_for_ever(house):
    person, decision = proposed(house, starts_at=house.clock.now() + timedelta(days=2))
    decline(house, person)
    decline(house, person)
    refused(lambda: make_decision(house.store, decision.id, BO), "notice_declined_once")
    house.clock.set(house.clock.now() + timedelta(days=1))
    decline(house, person)
    assert makes(house, decision)


def test_whoever_needs_another_language_is_not_told_in_english_without_an_interpreter(house):
    person, decision = proposed(house)
    answers = dict.fromkeys(Question, (Hit.NO, (), ""))
    answers[Question.LANGUAGE] = (Hit.YES, (Adjustment.INTERPRETER,), "")
    assessor(house).screen(person.case.id, answers, ANA)
    give(house, person)
    with house.store.reading() as view:
        screening = view.newest_screening(person.case.id)
    assert not screening.english
    again = house.proposal(person)
    propose_decision(house.store, again, assessed(house, again))
    refused(lambda: make_decision(house.store, again.id, BO), "notice_in_another_language")
    give(house, person, How.INTERPRETER, language="ti", words="session 4711, by telephone")
    assert makes(house, again)
    assert decision.state is State.PROPOSED


def test_an_interpreter_is_named_and_the_name_is_sealed(house):
    person, _ = proposed(house)
    refused(lambda: give(house, person, How.INTERPRETER, language="ar"), "no_interpreter_named")
    give(house, person, How.INTERPRETER, language="ar", words="Wren Sample-2, session 4711")
    with house.store.reading() as view:
        [one] = view.notices_served(person.case.id)
        bodies = b"".join(row.body for row in view.entries(0, 10_000))
    assert one.words_sealed
    assert b"4711" not in one.words_sealed + bodies + stored_bytes(house)


def test_what_was_given_is_the_notice_as_it_is(house):
    person, _ = proposed(house)
    refused(lambda: give(house, person, digest=bytes(32)), "changed_since")


def test_the_second_person_cannot_narrow_around_it(house):
    _, decision = proposed(house)

    def narrow():
        narrow_decision(house.store, house.chance, decision.id, BO, mode=ModeCode.CARRIED_TRAIL)

    refused(narrow, "no_notice_given")


def test_an_order_begins_without_it_and_owes_it_until_it_is_given(house):
    person, decision = proposed(house, authority=Authority.ORDER, maker=COURT)
    assert makes(house, decision)
    [task] = tasks(house, TaskKind.GIVE_NOTICE)
    assert task.decision_id == decision.id
    give(house, person, understood=Understood.NOT_YET)
    assert tasks(house, TaskKind.GIVE_NOTICE) == [task]
    give(house, person)
    assert tasks(house, TaskKind.GIVE_NOTICE) == []


def test_an_order_whose_person_was_told_owes_nothing(house):
    person, decision = proposed(house, authority=Authority.ORDER, maker=COURT)
    give(house, person)
    assert makes(house, decision)
    assert tasks(house, TaskKind.GIVE_NOTICE) == []


# --- a purpose changes ------------------------------------------------------------------------------------------


def amend(house, **changed):
    with house.store.reading() as view:
        register, _ = register_at(view, SCHEME, house.clock.now())
    keep_register(house.store, replace(register, **changed), ANA)


def other_purpose(house):
    with house.store.reading() as view:
        [purpose] = register_at(view, SCHEME, house.clock.now())[0].purposes
    amend(house, purposes=(replace(purpose, title="Something else"),))


def owed(house, within=None):
    with house.store.reading() as view:
        found = find_owed(view, house.clock.now(), SCHEME, "", 1, within)
    return [one.reference for one in found.cases]


def test_when_a_purpose_changes_everyone_whose_data_is_held_is_listed_and_told_again(house):
    told, below, never = house.person(), house.person(), house.person()
    for person, mode in ((told, ModeCode.TELEPHONE), (below, ModeCode.IN_PERSON)):
        _, decision = proposed(house, person, mode=mode)
        give(house, person)
        makes(house, decision)
    assert owed(house) == []
    other_purpose(house)
    assert owed(house) == [told.case.reference, below.case.reference]
    assert owed(house, frozenset({below.case.id})) == [below.case.reference]
    give(house, told)
    assert owed(house) == [below.case.reference]
    assert never.case.reference not in owed(house)


def test_a_running_decision_goes_on_and_the_next_one_waits_for_the_new_notice(house):
    person, decision = proposed(house, mode=ModeCode.TELEPHONE)
    give(house, person)
    makes(house, decision)
    amend(house, interpreter="another number")
    assert house.decision(decision.id).in_force(house.clock.now())
    _, later = proposed(house, person, mode=ModeCode.FITTED_TRAIL, follows=decision.id)
    refused(lambda: make_decision(house.store, later.id, BO), "notice_out_of_date")
    give(house, person)
    assert makes(house, later)


def test_whoever_is_monitored_no_more_is_told_while_something_is_kept(house):
    person, decision = proposed(house)
    give(house, person)
    makes(house, decision)
    step_down(house.store, house.chance, person.case.id, ModeCode.NONE, ANA)
    other_purpose(house)
    assert owed(house) == [person.case.reference]
    house.clock.set(house.clock.now() + timedelta(days=40))
    assert owed(house) == []


def test_stepping_down_waits_for_no_notice(house):
    person, decision = proposed(house)
    give(house, person)
    makes(house, decision)
    amend(house, interpreter="another number")
    assert owed(house) == [person.case.reference]
    [lower] = step_down(house.store, house.chance, person.case.id, ModeCode.TELEPHONE, ANA)
    assert house.decision(lower).state is State.MADE


# --- translations -----------------------------------------------------------------------------------------------


def approved(house, tag):
    one = draft_translation(house.store, house.chance, SCHEME, tag, TRANSLATOR)
    check_translation(house.store, one, TRANSLATOR, "made-up diploma")
    approve_translation(house.store, one, OTHER)
    return one


def stands(house, tag):
    with house.store.reading() as view:
        return show_language(view, house.clock.now(), SCHEME, tag)


@pytest.mark.parametrize("tag", ["en-XA", "ar-XB"])
def test_a_pseudo_language_is_drafted_checked_approved_and_then_reaches_people(house, tag):
    person, decision = proposed(house)
    assert stands(house, tag).readiness is Readiness.MISSING
    one = draft_translation(house.store, house.chance, SCHEME, tag, TRANSLATOR)
    assert stands(house, tag).readiness is Readiness.MACHINE_DRAFT
    with house.store.reading() as view, pytest.raises(NotFound):
        notice_in(view, SCHEME, tag, house.clock.now())
    refused(lambda: give(house, person, language=tag), "not_approved")
    refused(lambda: approve_translation(house.store, one, OTHER), "not_checked")
    refused(lambda: check_translation(house.store, one, TRANSLATOR, " "), "no_qualification")
    check_translation(house.store, one, TRANSLATOR, "made-up diploma")
    assert stands(house, tag).readiness is Readiness.CHECKED
    refused(lambda: give(house, person, language=tag), "not_approved")
    refused(lambda: approve_translation(house.store, one, TRANSLATOR), "by_another")
    approve_translation(house.store, one, OTHER)
    assert stands(house, tag).readiness is Readiness.APPROVED
    with house.store.reading() as view:
        told = notice_in(view, SCHEME, tag, house.clock.now())
    assert len(lines_of(told)) == len(lines_of(current(house)[0]))
    assert not set(lines_of(told)) & set(lines_of(current(house)[0]))
    give(house, person, language=tag)
    assert makes(house, decision)


def test_a_changed_purpose_makes_a_translation_stale_and_carries_over_what_still_holds(house):
    approved(house, "en-XA")
    other_purpose(house)
    found = stands(house, "en-XA")
    assert found.readiness is Readiness.STALE
    assert [one.source for one in found.lines if not one.text] == ["We use data about you for this: Something else."]
    with house.store.reading() as view, pytest.raises(NotFound):
        notice_in(view, SCHEME, "en-XA", house.clock.now())


def test_no_machine_translates_a_language_that_people_speak(house):
    refused(lambda: draft_translation(house.store, house.chance, SCHEME, "ar", TRANSLATOR), "no_machine")


def test_a_translator_writes_every_text_or_none(house):
    made = current(house)[0]
    lines = tuple(TranslatedLine(text, "Testun") for text in lines_of(made))
    gap = (replace(lines[0], text=" "), *lines[1:])
    refused(lambda: draft_translation(house.store, house.chance, SCHEME, "cy", TRANSLATOR, gap), "not_whole")
    short = lines[1:]
    refused(lambda: draft_translation(house.store, house.chance, SCHEME, "cy", TRANSLATOR, short), "of_another_text")
    draft_translation(house.store, house.chance, SCHEME, "cy", TRANSLATOR, lines)
    assert stands(house, "cy").readiness is Readiness.DRAFT


# --- the letter, and the replay ---------------------------------------------------------------------------------


def test_the_letter_is_of_a_decision_that_was_made_and_of_its_own_case(house):
    person, decision = proposed(house)
    with house.store.reading() as view, pytest.raises(NotFound):
        show_letter(view, house.clock.now(), person.case.reference, decision.id)
    give(house, person)
    makes(house, decision)
    with house.store.reading() as view:
        letter = show_letter(view, house.clock.now(), person.case.reference, decision.id).letter
        with pytest.raises(NotFound):
            show_letter(view, house.clock.now(), house.person().case.reference, decision.id)
    assert letter.sender == "Made-up authority"


def test_the_tables_follow_from_the_records(house):
    person, decision = proposed(house)
    approved(house, "ar-XB")
    give(house, person, language="ar-XB")
    makes(house, decision)
    found = house.verify()
    assert found["missing"] == found["differing"] == 0
