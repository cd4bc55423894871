"""A scheme's register, assessment and operations, from the first version to a decision, and what puts one in doubt."""

from dataclasses import replace
from datetime import timedelta

import pytest
from support.house import ANA, BO, COURT, SCHEME, START, House, scheme_at
from support.proposing import propose as propose_assessed

from custodiet.flows.activate_operation import (
    activate_operations,
    close_operation,
    propose_operations,
    refuse_operations,
)
from custodiet.flows.assess_scheme import (
    advise,
    depart_from_advice,
    record_consultation,
    record_prior_consultation,
    write_dpia,
)
from custodiet.flows.decide_case import make_decision, narrow_decision, propose_decision
from custodiet.flows.end_decision import end_decision, end_what_ran_out, resume_decision, suspend_decision
from custodiet.flows.keep_register import copy_scheme, keep_register, preview_retention
from custodiet.flows.open_case import open_case
from custodiet.flows.scheme_now import dpia_at, register_at
from custodiet.flows.scheme_now import scheme_at as scheme_at_instant
from custodiet.flows.set_up_scheme import register_scheme
from custodiet.model.decision import Authority, State
from custodiet.model.dpia import Consultation, Level, PriorConsultation
from custodiet.model.errors import NotFound, NotPermitted
from custodiet.model.identity import ActorId, SchemeId
from custodiet.model.mode import Category, ModeCode
from custodiet.model.register import Gate
from custodiet.rules.decisions import Ender, Move
from custodiet.rules.dpia import gaps
from custodiet.simulation import made_up_register as made_up_registers
from custodiet.simulation.made_up_register import DPO, activate_made_up, made_up_dpia, made_up_register

DAY = timedelta(days=1)
TRAIL, LOW = ModeCode.FITTED_TRAIL, ModeCode.TELEPHONE
NEW = SchemeId("scheme_new")
OWNER = ActorId("owner-1")


def now_held(house, scheme_id=SCHEME):
    with house.store.reading() as view:
        return register_at(view, scheme_id, house.clock.now())[0]


def activations(house, scheme_id=SCHEME):
    with house.store.reading() as view:
        return {one.mode: one for one in view.activations(scheme_id) if one.from_at is not None}


def amend(house, register, **given):
    return keep_register(house.store, register, ANA, **given)


def with_operation(register, mode, **values):
    ops = tuple(replace(one, **values) if one.mode is mode else one for one in register.operations)
    return replace(register, operations=ops)


def with_days(register, category, days):
    rules = tuple(replace(one, days=days) if one.category == category else one for one in register.retention)
    return replace(register, retention=rules)


def refused(act, *code):
    with pytest.raises(NotPermitted) as caught:
        act()
    for one in code:
        assert one in str(caught.value)
    return str(caught.value)


# --- the gate, from nothing to a decision -----------------------------------------------------------------------


def test_step_by_step_an_operation_is_activated_and_until_then_nothing_is_decided(house):
    store = house.store
    scheme = replace(scheme_at(START), id=NEW)
    register = made_up_register(scheme, START)
    keep_register(store, register, ANA)
    case = open_case(store, house.chance, NEW, "N-1", ANA)
    person = replace_case(house, case)
    decide = lambda: propose_assessed(store, house.chance, house.proposal(person, mode=LOW))  # noqa: E731
    propose = lambda: propose_operations(store, NEW, [LOW], ANA)  # noqa: E731

    refused(decide, "operation_not_active", "none; address and support")
    refused(propose, "dpia.none")
    dpia = made_up_dpia(register, START)
    write_dpia(store, dpia, ANA, assessed=[LOW])
    refused(propose, "dpia.consultation", "dpia.advice")
    record_consultation(store, NEW, Consultation(("wearer",), START, "asked", "they answered"), ANA)
    refused(propose, "consulted[household]", "dpia.advice")
    record_consultation(store, NEW, Consultation(("household",), START, not_asked_because="nobody lives there"), ANA)
    advise(store, NEW, DPO, "go on", proceed=True)
    act = propose()
    refused(decide, "operation_not_active")
    refused(lambda: activate_operations(store, NEW, act, ANA), "own_proposal")
    activate_operations(store, NEW, act, BO)
    decide()
    assert house.verify()["differing"] == 0


def replace_case(house, case):
    person = house.person()
    person.case = case
    return person


def test_an_operation_that_was_not_assessed_for_the_register_is_not_activated_along_with_another(house):
    scheme = replace(scheme_at(START), id=NEW)
    keep_register(house.store, made_up_register(scheme, START), ANA)
    write_dpia(house.store, made_up_dpia(now_held(house, NEW), START), ANA, assessed=[LOW])
    people = Consultation(("wearer", "household"), START, "asked", "they answered")
    record_consultation(house.store, NEW, people, ANA)
    advise(house.store, NEW, DPO, "go on", proceed=True)
    refused(lambda: propose_operations(house.store, NEW, [LOW, TRAIL], ANA), f"assessments[{TRAIL}].rests_on")
    propose_operations(house.store, NEW, [LOW], ANA)


def test_a_decision_proposed_while_an_operation_was_active_is_not_made_after_it_is_closed(house):
    person = house.person()
    decision = house.proposal(person)
    propose_assessed(house.store, house.chance, decision)
    close_operation(house.store, SCHEME, TRAIL, ANA)
    refused(lambda: make_decision(house.store, decision.id, BO), "operation_closed", "non-fitted device with trail")


def test_what_is_made_instead_of_a_proposal_keeps_to_the_register_as_well(house, monkeypatch):
    made_up = made_up_registers.made_up_register
    gated = lambda *given: with_operation(made_up(*given), LOW, gate=Gate.COURT)  # noqa: E731
    monkeypatch.setattr(made_up_registers, "made_up_register", gated)
    house.register(replace(scheme_at(START), id=NEW))
    person = replace_case(house, open_case(house.store, house.chance, NEW, "N-1", ANA))
    decision = house.proposal(person, mode=ModeCode.CHECK_IN)
    propose_assessed(house.store, house.chance, decision)
    refused(lambda: narrow_decision(house.store, house.chance, decision.id, BO, mode=LOW), "needs_a_court")
    assert house.decision(decision.id).state is State.PROPOSED
    lower = narrow_decision(house.store, house.chance, decision.id, BO, mode=ModeCode.IN_PERSON)
    assert house.decision(lower).state is State.MADE


def test_an_order_too_rests_on_an_active_operation(house):
    close_operation(house.store, SCHEME, TRAIL, ANA)
    order = house.proposal(house.person(), authority=Authority.ORDER, maker=COURT, ends_at=START + 90 * DAY)
    refused(lambda: propose_decision(house.store, order), "operation_closed")


def test_on_rung_0_a_decision_needs_no_operation(house):
    house.register(replace(scheme_at(START), id=NEW, modes=()))
    for mode in list(activations(house)):
        close_operation(house.store, SCHEME, mode, ANA)
    assert house.decide(house.person(), mode=ModeCode.NONE).state is State.MADE


def test_what_is_proposed_can_be_refused_and_then_is_not_approved(house):
    act = propose_operations(house.store, SCHEME, [LOW], ANA)
    refuse_operations(house.store, SCHEME, act, BO)
    refused(lambda: activate_operations(house.store, SCHEME, act, BO), "answered")
    refused(lambda: refuse_operations(house.store, SCHEME, act, BO), "answered")


def test_a_change_between_the_two_people_asks_for_a_new_proposal(house):
    act = propose_operations(house.store, SCHEME, [LOW], ANA)
    amend(house, replace(now_held(house), success_measure="another"))
    refused(lambda: activate_operations(house.store, SCHEME, act, BO), "changed_since")


def test_closing_needs_one_person_and_an_operation_that_is_active(house):
    close_operation(house.store, SCHEME, LOW, ANA)
    with pytest.raises(NotFound):
        close_operation(house.store, SCHEME, LOW, ANA)


def test_once_the_assessment_is_out_of_date_nothing_new_is_decided_and_what_is_in_force_goes_on(house):
    until = activations(house)[TRAIL].until_at
    order = {"authority": Authority.ORDER, "maker": COURT, "ends_at": START + 900 * DAY}
    standing = house.decide(house.person(), **order)
    house.clock.set(until)
    refused(lambda: propose_decision(house.store, house.proposal(house.person())), "operation_in_reassessment")
    assert house.decision(standing.id).in_force(until)


def test_a_decision_does_not_begin_after_its_operation_is_over(house):
    late = house.proposal(house.person(), starts_at=activations(house)[TRAIL].until_at)
    refused(lambda: propose_decision(house.store, late), "operation_in_reassessment")


# --- a change, and what it puts into re-assessment --------------------------------------------------------------


def test_a_change_puts_only_the_affected_operation_into_re_assessment(house):
    amend(house, with_operation(now_held(house), TRAIL, territory="another island"))
    over = {mode for mode, one in activations(house).items() if not one.active(house.clock.now())}
    assert over == {TRAIL}
    refused(lambda: propose_decision(house.store, house.proposal(house.person())), "operation_in_reassessment")
    house.decide(house.person(), mode=LOW)
    house.verify()


def test_a_change_ahead_puts_it_into_re_assessment_when_it_takes_effect_and_not_before(house):
    later = START + 3 * DAY
    amend(house, with_operation(now_held(house), TRAIL, territory="another island"), effective_at=later)
    house.decide(house.person())
    house.clock.set(later)
    refused(lambda: propose_decision(house.store, house.proposal(house.person())), "operation_in_reassessment")


def test_assessed_anew_and_activated_anew_it_goes_on_and_the_others_never_stopped(house):
    amend(house, with_operation(now_held(house), TRAIL, territory="another island"))
    before = activations(house)[LOW]
    dpia = made_up_dpia(now_held(house), house.clock.now())
    write_dpia(house.store, dpia, ANA, assessed=[TRAIL])
    refused(lambda: propose_operations(house.store, SCHEME, [TRAIL], ANA), "dpia.advice")
    advise(house.store, SCHEME, DPO, "go on", proceed=True)
    activate_operations(house.store, SCHEME, propose_operations(house.store, SCHEME, [TRAIL], ANA), BO)
    house.decide(house.person())
    assert activations(house)[LOW] == before
    assert house.verify()["differing"] == 0


def test_an_assessment_that_says_something_else_of_an_operation_puts_that_one_into_re_assessment(house):
    dpia = made_up_dpia(now_held(house), START)
    told = tuple(replace(one, necessity="otherwise") if one.mode is LOW else one for one in dpia.assessments)
    write_dpia(house.store, replace(dpia, assessments=told), ANA, assessed=[LOW])
    over = {mode for mode, one in activations(house).items() if not one.active(house.clock.now())}
    assert over == {LOW}


def test_a_review_is_a_new_decision_and_lapses_where_its_operation_is_in_re_assessment(house):
    standing = house.decide(house.person("TAG-1"))
    amend(house, with_operation(now_held(house), TRAIL, territory="another island"))
    review = house.proposal(house.person(), case_id=standing.case_id, follows=standing.id)
    refused(lambda: propose_decision(house.store, review), "operation_in_reassessment")
    assert house.decision(standing.id).in_force(house.clock.now())
    house.clock.set(standing.review_due_at)
    end_what_ran_out(house.store, house.chance, house.clock, house.fence)
    assert house.decision(standing.id).state is State.LAPSED


def test_a_pause_does_not_end_under_an_operation_that_is_no_longer_active(house):
    decision = house.decide(house.person())
    suspend_decision(house.store, decision.id, Ender(ANA))
    close_operation(house.store, SCHEME, TRAIL, ANA)
    refused(lambda: resume_decision(house.store, decision.id, Ender(ANA)), "operation_closed")
    end_decision(house.store, house.chance, decision.id, Move.WITHDRAW, Ender(ANA))


# --- advice, risk, prior consultation ---------------------------------------------------------------------------


def test_advice_against_it_needs_reasons_from_someone_else_before_anything_begins(house):
    dpia = made_up_dpia(now_held(house), START)
    write_dpia(house.store, dpia, ANA, assessed=[LOW])
    advise(house.store, SCHEME, DPO, "do not", proceed=False)
    refused(lambda: propose_operations(house.store, SCHEME, [LOW], ANA), "dpia.departure")
    refused(lambda: depart_from_advice(house.store, SCHEME, DPO, "because"), "own_advice")
    refused(lambda: depart_from_advice(house.store, SCHEME, OWNER, "  "), "with reasons")
    depart_from_advice(house.store, SCHEME, OWNER, "because")
    propose_operations(house.store, SCHEME, [LOW], ANA)


def test_a_high_residual_risk_blocks_until_the_regulator_has_answered_and_lets_it_go_on(house):
    dpia = made_up_dpia(now_held(house), START)
    risks = (replace(dpia.risks[0], residual=Level.HIGH, operations=(TRAIL,)), *dpia.risks[1:])
    write_dpia(house.store, replace(dpia, risks=risks), ANA, assessed=[LOW, TRAIL])
    advise(house.store, SCHEME, DPO, "go on", proceed=True)
    propose_operations(house.store, SCHEME, [LOW], ANA)
    propose = lambda: propose_operations(house.store, SCHEME, [TRAIL], ANA)  # noqa: E731
    refused(propose, "dpia.prior_consultation:")
    version = newest(house).version
    record_prior_consultation(house.store, PriorConsultation(version, START), SCHEME, ANA)
    refused(propose, "dpia.prior_consultation:")
    no = PriorConsultation(version, START, START, "another way", may_proceed=False)
    record_prior_consultation(house.store, no, SCHEME, ANA)
    refused(propose, "dpia.prior_consultation_against")
    record_prior_consultation(house.store, replace(no, may_proceed=True), SCHEME, ANA)
    propose()


def newest(house, scheme_id=SCHEME, at=None):
    with house.store.reading() as view:
        return dpia_at(view, scheme_id, at)


def test_a_consultation_says_of_whom_and_what_or_why_not(house):
    record = lambda *given, **more: record_consultation(house.store, SCHEME, Consultation(*given, **more), ANA)  # noqa: E731
    refused(lambda: record(("nobody",), START, "asked", "x"), "nobody_such")
    refused(lambda: record(("wearer",), START), "empty")
    refused(lambda: record(("wearer",), START + DAY, "asked", "x"), "ahead")


def test_an_assessment_of_another_scheme_is_not_taken_over(house):
    house.register(replace(scheme_at(START), id=NEW))
    dpia = made_up_dpia(now_held(house), START)
    with pytest.raises(NotPermitted, match="no_register"):
        write_dpia(house.store, replace(dpia, scheme_id=SchemeId("scheme_none")), ANA, assessed=[])
    refused(lambda: write_dpia(house.store, replace(dpia, assessments=()), ANA, assessed=[LOW]), "not_assessed")


# --- copies -----------------------------------------------------------------------------------------------------


def test_a_copied_scheme_inherits_no_assessment_and_no_approval(house):
    copy_scheme(house.store, SCHEME, NEW, "A copy", ANA)
    copied = now_held(house, NEW)
    assert (copied.copied_from, copied.name) == (SCHEME, "A copy")
    assert copied.operations == now_held(house).operations
    assert newest(house, NEW) is None
    assert activations(house, NEW) == {}
    refused(lambda: propose_operations(house.store, NEW, [LOW], ANA), "dpia.none")
    # Nor does the same text: every operation has to be assessed for the new scheme.
    write_dpia(house.store, replace(newest(house), scheme_id=NEW), ANA, assessed=())
    assert {gap.code for gap in gaps(copied, newest(house, NEW), START) if gap.mode is LOW} >= {"dpia.reassess"}
    refused(lambda: copy_scheme(house.store, SCHEME, NEW, "Again", ANA), "taken")


# --- as at any date ---------------------------------------------------------------------------------------------


def test_a_register_and_its_assessment_are_seen_as_at_any_date(house):
    first, first_dpia = now_held(house), newest(house)
    house.clock.pass_(2 * DAY)
    amend(house, replace(first, name="Another name"))
    write_dpia(house.store, made_up_dpia(first, house.clock.now()), ANA, assessed=())
    with house.store.reading() as view:
        assert register_at(view, SCHEME, START)[0] == first
        assert register_at(view, SCHEME, START + 2 * DAY)[0].name == "Another name"
        assert scheme_at_instant(view, SCHEME, START + DAY).name == first.name
        assert scheme_at_instant(view, SCHEME, START + 2 * DAY).name == "Another name"
        assert dpia_at(view, SCHEME, START + DAY) == first_dpia
        assert dpia_at(view, SCHEME).version == 2
        assert dpia_at(view, SCHEME, START - DAY) is None


def test_a_version_takes_effect_now_or_later_and_after_the_one_before(house):
    register = now_held(house)
    refused(lambda: amend(house, register, effective_at=START - DAY), "reaches_back")
    amend(house, register, effective_at=START + 5 * DAY)
    refused(lambda: amend(house, register, effective_at=START + 4 * DAY), "before_the_last")


def test_a_register_that_contradicts_itself_is_not_kept(house):
    refused(lambda: amend(house, with_operation(now_held(house), TRAIL, powers=("p9",))), "contradiction", "p9")


# --- retention --------------------------------------------------------------------------------------------------


def test_a_shorter_rule_is_kept_only_by_who_saw_what_it_erases_and_then_reaches_what_is_kept(house):
    decision = house.decide(house.person())
    end_decision(house.store, house.chance, decision.id, Move.WITHDRAW, Ender(ANA))
    house.clock.pass_(10 * DAY)
    shorter = with_days(now_held(house), "trail", 7)
    said = refused(lambda: amend(house, shorter), "dry_run_first", "trail: 1")
    with house.store.reading() as view:
        looked = preview_retention(view, shorter, house.clock.now())
    assert looked.at_once == ((Category.TRAIL, 1),)
    assert looked.token in said
    refused(lambda: amend(house, with_days(shorter, "trail", 6), seen=looked.token), "dry_run_first")
    amend(house, shorter, seen=looked.token)
    with house.store.reading() as view:
        due = {one.category: one.erase_due_at for one in view.retention_clocks_of(SCHEME)}
    assert due[Category.TRAIL] == house.clock.now() == vaults_word(house, decision)
    assert house.verify()["differing"] == 0


def test_a_longer_rule_binds_only_what_is_decided_after_it(house):
    before = house.decide(house.person())
    house.clock.pass_(DAY)
    amend(house, with_days(now_held(house), "trail", 90))
    dpia = made_up_dpia(now_held(house), START)
    write_dpia(house.store, dpia, ANA, assessed=[TRAIL])
    advise(house.store, SCHEME, DPO, "go on", proceed=True)
    house.clock.pass_(DAY)
    activate_operations(house.store, SCHEME, propose_operations(house.store, SCHEME, [TRAIL], ANA), BO)
    after = house.decide(house.person())
    for one in (before, after):
        end_decision(house.store, house.chance, one.id, Move.WITHDRAW, Ender(ANA))
    with house.store.reading() as view:
        days = {
            clock.decision_id: (clock.erase_due_at - clock.started_at).days
            for clock in view.retention_clocks_of(SCHEME)
            if clock.category is Category.TRAIL
        }
    assert days == {before.id: 28, after.id: 90}
    ended_at = house.clock.now()
    assert [vaults_word(house, one) - ended_at for one in (before, after)] == [28 * DAY, 90 * DAY]


def vaults_word(house, decision):
    follower = house.vault._follower
    follower.catch_up()
    return follower.erase_due(follower.decisions[decision.id], Category.TRAIL)


# --- schemes from before ----------------------------------------------------------------------------------------


def test_a_scheme_from_before_there_were_registers_is_readable_and_nothing_new_is_decided_under_it(house):
    old = replace(scheme_at(START), id=NEW)
    register_scheme(house.store, old, ANA)
    person = replace_case(house, open_case(house.store, house.chance, NEW, "N-1", ANA))
    with house.store.reading() as view:
        held = scheme_at_instant(view, NEW, START)
        assert replace(held, modes=tuple(sorted(held.modes))) == replace(old, modes=tuple(sorted(old.modes)))
        assert register_at(view, NEW, START) == (now_held(house, NEW), 0)
    refused(lambda: propose_decision(house.store, house.proposal(person)), "operation_not_active")
    assert house.decide(person, mode=ModeCode.NONE).state is State.MADE
    refused(lambda: propose_operations(house.store, NEW, [LOW], ANA), "register.")
    activate_made_up(house.store, old, START, ANA, BO)
    house.decide(person, mode=LOW, strand="second")


def test_a_store_with_the_whole_of_it_is_replayed_to_the_same_rows(tmp_path):
    house = House(tmp_path)
    try:
        amend(house, with_operation(now_held(house), TRAIL, territory="another island"))
        close_operation(house.store, SCHEME, LOW, ANA)
        found = house.verify()
        assert (found["missing"], found["differing"]) == (0, 0)
    finally:
        house.close()
