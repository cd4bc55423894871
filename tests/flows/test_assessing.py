"""Nothing above rung 0 is proposed or made without an assessment, a hearing, a screening and an adult."""

from dataclasses import replace
from datetime import timedelta

import pytest
from support.assessing import assessed, assessor, kinds_written
from support.house import ANA, BO, COURT, SCHEME, START
from support.proposing import propose
from support.watched import bytes_of

from custodiet.adapters import sealing
from custodiet.flows.decide_case import (
    make_decision,
    narrow_decision,
    propose_decision,
    refuse_decision,
    return_decision,
    what_stands_against,
)
from custodiet.flows.end_decision import resume_decision, suspend_decision
from custodiet.flows.keep_register import keep_register
from custodiet.flows.open_case import set_condition
from custodiet.flows.open_sealed import release_zones
from custodiet.flows.record_fact import record_fact
from custodiet.flows.scheme_now import register_at
from custodiet.model.assessing_record import ReturnReason
from custodiet.model.condition import ConditionKind
from custodiet.model.decision import Authority, State
from custodiet.model.entry import EntryKind
from custodiet.model.errors import CannotRecord, IllegalMove, IllegalValue, NotPermitted
from custodiet.model.exemption import Exempted, ExemptionAnswer
from custodiet.model.fact import Age, FactKind
from custodiet.model.mode import ModeCode
from custodiet.model.representation import Reply
from custodiet.model.screening import LIST_VERSION, Adjustment, Hit, Question
from custodiet.rules.decisions import Ender
from custodiet.wire.sealed import SEALED_ANSWERS_BYTES

DAY = timedelta(days=1)
ZONE = b'{"type":"Point","coordinates":[-28.0,46.5],"radius_m":200}'


def codes(error):
    return {one.code for one in error.value.objections}


def test_without_an_assessment_it_is_refused_the_refusal_recorded_and_rung_0_ready(house):
    proposal = house.proposal(house.person())
    with pytest.raises(NotPermitted, match="no_assessment") as error:
        propose_decision(house.store, proposal)
    assert {one.instead for one in error.value.objections} == {ModeCode.NONE}
    assert kinds_written(house)[-1] is EntryKind.RUNG_REFUSED
    propose_decision(house.store, house.proposal(house.person(), mode=ModeCode.NONE))


def test_a_lower_family_left_out_leaves_the_rung_below_it_ready(house):
    proposal = house.proposal(house.person())
    whole = assessed(house, proposal)
    with pytest.raises(NotPermitted) as error:
        propose_decision(house.store, proposal, replace(whole, families=whole.families[:2]))
    assert codes(error) == {"family_unanswered"}
    assert {one.instead for one in error.value.objections} == {ModeCode.CHECK_IN_AREA}


def test_a_fact_of_another_case_answers_nothing(house):
    other = house.proposal(house.person())
    elsewhere = assessed(house, other)
    proposal = house.proposal(house.person())
    whole = assessed(house, proposal)
    borrowed = tuple(replace(one, facts=(elsewhere.selection_fact,)) for one in whole.families)
    with pytest.raises(NotPermitted) as error:
        propose_decision(house.store, proposal, replace(whole, families=borrowed))
    assert codes(error) == {"family_without_fact", "fact_of_another"}


ILL = (ExemptionAnswer("child", applies=False), ExemptionAnswer("ill", applies=True, criterion="asked_for"))


def test_an_exemption_that_nobody_was_asked_about_stands_against_a_rung_but_not_against_an_order(house):
    proposal = house.proposal(house.person())
    unasked = assessed(house, proposal, exempted=Exempted(("child",)))
    with pytest.raises(NotPermitted) as error:
        propose_decision(house.store, proposal, unasked)
    assert [(one.code, one.about) for one in error.value.objections] == [("exemption_unasked", "ill")]
    order = house.proposal(house.person(), authority=Authority.ORDER, maker=COURT)
    propose_decision(house.store, order, assessed(house, order, exempted=None))


def test_an_exemption_that_came_after_the_proposal_stands_against_its_making(house):
    proposal = house.proposal(house.person())
    propose_decision(house.store, proposal, assessed(house, proposal))
    with house.store.reading() as view:
        register, _ = register_at(view, SCHEME, house.clock.now())
    new = replace(register.exemptions[0], code="carer", title="Carers")
    keep_register(house.store, replace(register, exemptions=(*register.exemptions, new)), ANA)
    with pytest.raises(NotPermitted, match="operation_in_reassessment"):
        make_decision(house.store, proposal.id, BO)
    with house.store.reading() as view:
        assessment = view.assessment_of(proposal.id)
    against = what_stands_against(house.store, proposal, assessment, house.clock.now())
    assert [(one.code, one.about) for one in against] == [("exemption_unasked", "carer")]


def test_an_override_is_told_to_the_data_protection_officer_with_its_proposal_and_its_ground_is_sealed(house):
    person = house.person()
    house.issue_keys()
    proposal = house.proposal(person)
    override = assessor(house).exempted(person.case.id, proposal.mode, ILL, house.clock.now())
    assert b"asked_for" not in override.override
    propose_decision(house.store, proposal, assessed(house, proposal, exempted=override))
    assert kinds_written(house)[-1] is EntryKind.EXEMPTION_OVERRIDDEN
    with house.store.reading() as view:
        [told] = view.overridden(10)
        assert view.assessment_of(proposal.id).exempted == override
    assert (told.reference, told.mode, told.stands) == (person.case.reference, proposal.mode, False)
    make_decision(house.store, proposal.id, BO)
    with house.store.reading() as view:
        assert [one.stands for one in view.overridden(10)] == [True]


def test_a_representation_is_answered_before_anything_is_made(house):
    person = house.person()
    house.issue_keys()
    proposal = house.proposal(person)
    propose(house.store, house.chance, proposal)
    said = assessor(house).represent(person.case.id, "My daughter is ill.", ANA)
    with pytest.raises(NotPermitted, match="representation_unanswered"):
        make_decision(house.store, proposal.id, BO)
    with pytest.raises(NotPermitted, match="an answer has its reasons"):
        assessor(house).answer(said, Reply.AGREED, " ", ANA)
    assessor(house).answer(said, Reply.AGREED_IN_PART, "Other hours.", ANA)
    make_decision(house.store, proposal.id, BO)
    with pytest.raises(NotPermitted, match="answered already"):
        assessor(house).answer(said, Reply.AGREED, "Again.", ANA)


def test_whoever_is_asked_has_until_then_to_answer_unless_they_have(house):
    person = house.person()
    house.issue_keys()
    assessor(house).invite(person.case.id, ANA, START + 3 * DAY)
    proposal = house.proposal(person)
    with pytest.raises(NotPermitted, match="still_time_to_answer"):
        propose(house.store, house.chance, proposal)
    said = assessor(house).represent(person.case.id, "No objection.", ANA)
    assessor(house).answer(said, Reply.AGREED, "Noted.", ANA)
    propose(house.store, house.chance, proposal)


@pytest.mark.parametrize("age", [Age.UNDER_18, Age.DISPUTED])
def test_whoever_is_no_adult_is_on_no_rung_that_says_where_they_are(house, age):
    person = house.person()
    record_fact(house.store, assessor(house), house.chance, person.case.id, FactKind.AGE, START.date(), ANA, age=age)
    for mode in ModeCode:
        proposal = house.proposal(person, mode=mode)
        if not proposal.rung.locates:
            propose(house.store, house.chance, proposal)
            continue
        with pytest.raises(NotPermitted, match="not_adult") as error:
            propose(house.store, house.chance, proposal)
        assert {one.instead for one in error.value.objections} == {ModeCode.CHECK_IN}


@pytest.mark.parametrize("age", [Age.UNDER_18, Age.DISPUTED])
def test_who_turns_out_to_be_no_adult_comes_off_in_the_same_write(house, age):
    person = house.person("TAG-1")
    made = house.decide(person)
    monitor = house.monitor()
    assert house.say(monitor, person) == "kept"
    house.clock.pass_(timedelta(minutes=1))
    record_fact(house.store, assessor(house), house.chance, person.case.id, FactKind.AGE, START.date(), ANA, age=age)
    assert house.decision(made.id).state is State.SUCCEEDED
    assert house.say(monitor, person).startswith("refused")
    assert house.verify()["differing"] == house.verify()["missing"] == 0


def test_who_turns_out_to_be_no_adult_is_not_resumed_either(house):
    person = house.person()
    order = house.decide(person, authority=Authority.ORDER, maker=COURT)
    suspend_decision(house.store, order.id, Ender(COURT))
    of = (person.case.id, FactKind.AGE, START.date(), ANA)
    record_fact(house.store, assessor(house), house.chance, *of, age=Age.DISPUTED)
    with pytest.raises(NotPermitted, match="only an adult"):
        resume_decision(house.store, order.id, Ender(COURT))


def test_a_screening_answers_every_question_and_a_hit_gives_an_adjustment_or_a_reason(house):
    person = house.person()
    house.issue_keys()
    answers = dict.fromkeys(Question, (Hit.NO, (), ""))
    desk = assessor(house)
    for broken in (
        {**answers, Question.TORTURE: (Hit.YES, (), " ")},
        {question: answers[question] for question in list(Question)[1:]},
    ):
        with pytest.raises(IllegalValue, match=r"a hit gives|every question"):
            desk.screen(person.case.id, broken, ANA)
    desk.screen(person.case.id, {**answers, Question.TORTURE: (Hit.YES, (Adjustment.LOWER_RUNG,), "")}, ANA)
    desk.screen(person.case.id, {**answers, Question.FAITH: (Hit.YES, (), "Prayers at home suffice.")}, ANA)


HIT = {Question.PREGNANCY: (Hit.YES, (Adjustment.NO_DEVICE_ON_BODY, Adjustment.MEDICAL_ADVICE), "Due in spring.")}


def test_what_a_screening_found_is_nowhere_in_clear_and_in_one_size(house):
    ill, well = house.person(), house.person()
    house.issue_keys()
    answers = dict.fromkeys(Question, (Hit.NO, (), ""))
    assessor(house).screen(ill.case.id, answers | HIT, ANA)
    assessor(house).screen(well.case.id, answers, ANA)
    with house.store.reading() as view:
        found, none = (view.newest_screening(one.case.id) for one in (ill, well))
    assert len(found.sealed) == len(none.sealed) == SEALED_ANSWERS_BYTES
    assert (found.screened_by, found.list_version, len(found.questions)) == (ANA, LIST_VERSION, len(Question))
    stored = bytes_of(house)
    assert any(found.sealed[at : at + 32] in stored for at in range(0, 4096, 512))
    for told in (Adjustment.NO_DEVICE_ON_BODY, Adjustment.MEDICAL_ADVICE, "Due in spring", '"yes"'):
        assert told.encode() not in stored
    assert (house.verify()["differing"], house.verify()["missing"]) == (0, 0)


def test_a_screening_waits_for_the_key_and_says_when_its_reasons_are_too_long_together(house):
    person = house.person()
    answers = dict.fromkeys(Question, (Hit.NO, (), ""))
    with pytest.raises(CannotRecord, match="no record key yet"):
        assessor(house).screen(person.case.id, answers, ANA)
    house.issue_keys()
    with pytest.raises(IllegalValue, match="too long together"):
        assessor(house).screen(person.case.id, dict.fromkeys(Question, (Hit.YES, (), "x" * 2000)), ANA)


def test_words_of_an_assessment_are_nowhere_in_clear(house):
    person = house.person()
    house.issue_keys()
    proposal = house.proposal(person, mode=ModeCode.REMINDERS)
    sealed = assessor(house).words(person.case.id, "The line at home is shared with the landlord.")
    propose_decision(house.store, proposal, assessed(house, proposal, words=sealed))
    make_decision(house.store, proposal.id, BO)
    assert b"landlord" not in bytes_of(house)


def test_the_same_words_in_another_case_are_alike_and_in_the_same_case_not(house):
    text = "They kept every appointment until March and then could not be reached at any number."
    one, other = house.person(), house.person()
    house.issue_keys()
    alike = []
    for person in (one, one, other):
        proposal = house.proposal(person, mode=ModeCode.REMINDERS)
        sealed = assessor(house).words(person.case.id, text)
        propose_decision(house.store, proposal, assessed(house, proposal, words=sealed))
        with house.store.reading() as view:
            alike.append(view.assessment_of(proposal.id).words.alike)
    assert alike == [False, False, True]
    with house.store.reading() as view:
        assert view.texts_alike() == (1, 3)


# --- the second person --------------------------------------------------------------------------------------


def test_the_second_person_makes_less_of_it_and_never_more(house):
    person = house.person("TAG-1")
    house.issue_keys()
    proposal = house.proposal(person)
    propose(house.store, house.chance, proposal)
    given = (house.store, sealing, house.chance, house.pinned, proposal.id, ConditionKind.EXCLUSION, ANA)
    kept, dropped = (set_condition(*given, geometry=ZONE) for _ in range(2))
    sooner = proposal.review_due_at - 20 * DAY
    for more in (
        {"mode": ModeCode.FITTED_TRAIL},
        {"review_due_at": proposal.review_due_at + DAY},
        {"mode": ModeCode.ZONE_ON_ARRIVAL, "review_due_at": proposal.review_due_at + DAY},
        {"without": ("condition_of_another",)},
    ):
        with pytest.raises(NotPermitted):
            narrow_decision(house.store, house.chance, proposal.id, BO, **more)
    with pytest.raises(NotPermitted, match="nobody approves their own proposal"):
        narrow_decision(house.store, house.chance, proposal.id, ANA, review_due_at=sooner)
    less = {"mode": ModeCode.ZONE_ON_ARRIVAL, "review_due_at": sooner, "without": (dropped,)}
    narrow = house.decision(narrow_decision(house.store, house.chance, proposal.id, BO, **less))
    assert (narrow.state, narrow.mode, narrow.review_due_at) == (State.MADE, ModeCode.ZONE_ON_ARRIVAL, sooner)
    assert (narrow.proposed_by, narrow.approved_by) == (ANA, BO)
    assert house.decision(proposal.id).state is State.REFUSED
    house.issue_keys()
    with house.store.reading() as view:
        [carried] = view.conditions_of(narrow.id)
    assert carried.sealed_as == kept
    [geometry] = release_zones(house.store, house.vault, "m1", frozenset({carried.id})).values()
    assert b'"radius_m":200' in geometry
    assert (house.verify()["differing"], house.verify()["missing"]) == (0, 0)


def test_no_proposal_is_narrowed_upwards(house):
    proposal = house.proposal(house.person(), mode=ModeCode.CHECK_IN, ends_at=START + 9 * DAY)
    propose(house.store, house.chance, proposal)
    for more, why in (
        ({"mode": ModeCode.FITTED_TRAIL}, "never to a higher one"),
        ({"review_due_at": proposal.review_due_at + DAY}, "its review comes no later"),
        ({"ends_at": START + 10 * DAY}, "it ends no later"),
        ({}, "nothing of it is narrower"),
    ):
        with pytest.raises(NotPermitted, match=why):
            narrow_decision(house.store, house.chance, proposal.id, BO, **more)


def test_a_proposal_that_is_returned_is_over_and_says_what_is_ready(house):
    person = house.person()
    house.issue_keys()
    proposal = house.proposal(person)
    propose(house.store, house.chance, proposal)
    given = (house.store, assessor(house), proposal.id, ReturnReason.REASONS_TOO_THIN)
    with pytest.raises(NotPermitted, match="takes it back"):
        return_decision(*given, "Say more.", ANA)
    with pytest.raises(NotPermitted, match="says what is missing"):
        return_decision(*given, " ", BO)
    return_decision(*given, "Which calls?", BO)
    with pytest.raises(IllegalMove):
        make_decision(house.store, proposal.id, BO)
    assert kinds_written(house)[-1] is EntryKind.DECISION_RETURNED


def test_a_refusal_offers_the_next_rung_down_and_is_no_ground_for_detention(house):
    proposal = house.proposal(house.person())
    propose(house.store, house.chance, proposal)
    refuse_decision(house.store, proposal.id, BO)
    with house.store.reading() as view:
        [row] = view._all(view_of("decision_refusal").select())
    assert (row.offers, row.no_ground_for_detention) == (ModeCode.CARRIED_TRAIL, True)


def view_of(name):
    from custodiet.adapters.store.assessing import ASSESSED

    return next(table for table in ASSESSED if table.name == name)
