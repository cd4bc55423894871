"""When an operation may begin: what an assessment has to say, what blocks, and that a pilot has no shorter path."""

from dataclasses import replace
from datetime import timedelta

import pytest
from support.blanked import blanked
from support.house import ANA, BO, START, scheme_at

from custodiet.model.dpia import SEEDED, Activation, Consultation, Departure, DpoAdvice, Level, PriorConsultation
from custodiet.model.identity import SchemeId
from custodiet.model.mode import LADDER, MODES, ModeCode
from custodiet.rules.dpia import (
    REVIEW_MAX,
    active_until,
    basis_in_dpia,
    gaps,
    inactive,
    narrower,
    objections_to_approving,
    reassessed_by,
    written,
)
from custodiet.rules.fields import walk
from custodiet.simulation.made_up_register import made_up_dpia, made_up_register

DAY = timedelta(days=1)
REGISTER = made_up_register(scheme_at(START), START)
MODE_CODES = [op.mode for op in REGISTER.operations if MODES[op.mode].rung]
TRAIL = ModeCode.FITTED_TRAIL


def whole():
    dpia = written(made_up_dpia(REGISTER, START), REGISTER, MODE_CODES, None, START)
    return replace(
        dpia,
        consulted=(Consultation(("wearer", "household"), START, "asked", "they answered"),),
        advice=DpoAdvice(1, ANA, START, "go on", proceed=True),
    )


WHOLE = whole()
MUST = [
    held.path
    for held in walk(replace(WHOLE, advice=None, consulted=()))
    if held.must and not held.path.startswith(("assessments[", "risks["))
]
IN_LISTS = [
    held.path for held in walk(WHOLE) if held.must and held.path.startswith((f"assessments[{TRAIL}]", "risks[stigma]"))
]


def test_a_whole_register_and_a_whole_assessment_leave_no_gap():
    assert gaps(REGISTER, WHOLE, START) == ()


@pytest.mark.parametrize("path", MUST + IN_LISTS)
def test_whatever_of_the_assessment_is_emptied_is_a_gap(path):
    found = gaps(REGISTER, blanked(WHOLE, path), START)
    assert path in [one.field for one in found]
    assert all(one.code and one.missing and one.who for one in found)


@pytest.mark.parametrize("code", [code for code, _, _ in SEEDED])
def test_every_harm_that_the_notice_found_missing_has_to_be_answered(code):
    without = replace(WHOLE, risks=tuple(one for one in WHOLE.risks if one.code != code))
    assert f"risks[{code}]" in {one.field for one in gaps(REGISTER, without, START)}


@pytest.mark.parametrize("mode", [mode for mode in MODE_CODES if MODES[mode].rung > 1])
def test_a_family_of_less_intrusive_means_that_is_not_answered_is_a_gap_of_that_operation(mode):
    one = WHOLE.of(mode)
    bare = replace(one, alternatives=one.alternatives[:1])
    dpia = replace(WHOLE, assessments=tuple(bare if each.mode is mode else each for each in WHOLE.assessments))
    found = gaps(REGISTER, dpia, START)
    families = {2: 0, 3: 0, 4: 0, 5: 1, 6: 2, 7: 3, 8: 3, 9: 4, 10: 5, 11: 6}
    alternatives = [gap for gap in found if gap.code == "dpia.alternatives"]
    assert len(alternatives) == families[MODES[mode].rung]
    assert {gap.mode for gap in alternatives} <= {mode}


def test_without_an_assessment_or_with_another_schemes_there_is_none():
    for dpia in (None, replace(WHOLE, scheme_id=SchemeId("scheme_other"))):
        assert [one.code for one in gaps(REGISTER, dpia, START)] == ["dpia.none"]


def test_one_made_for_another_register_has_to_be_made_anew_for_the_operations_that_changed():
    ops = tuple(replace(op, territory="x") if op.mode is TRAIL else op for op in REGISTER.operations)
    found = gaps(replace(REGISTER, operations=ops), WHOLE, START)
    assert [(one.code, one.mode) for one in found] == [("dpia.reassess", TRAIL)]


def test_it_is_made_anew_in_time_and_within_a_year():
    due = WHOLE.review_due_at
    assert [one.code for one in gaps(REGISTER, WHOLE, due)] == ["dpia.out_of_date"]
    assert gaps(REGISTER, WHOLE, due - DAY) == ()
    far = replace(WHOLE, review_due_at=START + REVIEW_MAX + DAY)
    assert [one.code for one in gaps(REGISTER, far, START)] == ["dpia.review_too_far"]


def test_those_affected_were_consulted_or_there_is_a_reason_why_not():
    asked = Consultation(("wearer",), START, "asked", "they answered")
    found = gaps(REGISTER, replace(WHOLE, consulted=(asked,)), START)
    assert [one.field for one in found] == ["consulted[household]"]
    why = Consultation(("household",), START, not_asked_because="there is none")
    assert gaps(REGISTER, replace(WHOLE, consulted=(asked, why)), START) == ()
    empty = Consultation(("household",), START, how="asked")
    assert [one.field for one in gaps(REGISTER, replace(WHOLE, consulted=(asked, empty)), START)] == [
        "consulted[household]"
    ]


def test_advice_is_on_this_version_and_going_on_against_it_has_reasons():
    def found(**given):
        return [one.code for one in gaps(REGISTER, replace(WHOLE, **given), START)]

    against = replace(WHOLE.advice, proceed=False)
    assert found(advice=None) == ["dpia.advice"]
    assert found(advice=replace(WHOLE.advice, version=0)) == ["dpia.advice"]
    assert found(advice=against) == ["dpia.departure"]
    assert found(advice=against, departure=Departure(1, BO, START, "because")) == []
    assert found(advice=against, departure=Departure(0, BO, START, "because")) == ["dpia.departure"]


def with_high_risk(**given):
    first, *others = WHOLE.risks
    return replace(WHOLE, risks=(replace(first, residual=Level.HIGH, operations=(TRAIL,)), *others), **given)


def test_a_high_risk_that_remains_blocks_that_operation_until_the_regulator_has_answered():
    def found(**given):
        return [(one.code, one.mode) for one in gaps(REGISTER, with_high_risk(**given), START)]

    blocked = [("dpia.prior_consultation", TRAIL)]
    assert found() == blocked
    assert found(prior=PriorConsultation(1, START)) == blocked
    yes = PriorConsultation(1, START, START, "go on", may_proceed=True)
    assert found(prior=yes) == []
    assert found(prior=replace(yes, version=0)) == blocked
    assert found(prior=replace(yes, may_proceed=False)) == [("dpia.prior_consultation_against", TRAIL)]


@pytest.mark.parametrize("pilot", [False, True])
def test_what_a_pilot_has_to_show_is_never_less(pilot):
    bare = replace(WHOLE, risks=(), assessments=(), advice=None, consulted=())
    register = replace(REGISTER, pilot=pilot, ends_at=START + DAY)
    fields = {(one.field, one.mode) for one in gaps(register, bare, START)}
    assert fields >= {(f"assessments[{mode}]", mode) for mode in MODE_CODES}
    assert len([one for one, _ in fields if one.startswith("risks[")]) == len(SEEDED)


def test_an_activation_lasts_until_the_first_of_its_ends():
    op = replace(REGISTER.operation(TRAIL), until_at=START + 9 * DAY)
    ops = tuple(op if one.mode is TRAIL else one for one in REGISTER.operations)
    assert active_until(REGISTER, WHOLE, TRAIL) == WHOLE.review_due_at
    assert active_until(replace(REGISTER, operations=ops), WHOLE, TRAIL) == START + 9 * DAY
    assert active_until(replace(REGISTER, operations=ops, ends_at=START + DAY), WHOLE, TRAIL) == START + DAY


def test_a_new_version_that_says_something_else_of_one_operation_puts_that_one_into_re_assessment():
    told = tuple(replace(one, access="x") if one.mode is TRAIL else one for one in WHOLE.assessments)
    assert reassessed_by(WHOLE, replace(WHOLE, assessments=told)) == (TRAIL,)
    assert reassessed_by(WHOLE, replace(WHOLE, description=replace(WHOLE.description, scope="x"))) == ()
    assert reassessed_by(WHOLE, with_high_risk()) == tuple(MODE_CODES)  # the others no longer carry it
    assert basis_in_dpia(WHOLE, TRAIL) == basis_in_dpia(whole(), TRAIL)


# --- activations ------------------------------------------------------------------------------------------------


def activation(mode=TRAIL, **given):
    base = Activation(1, REGISTER.scheme_id, mode, 1, 1, "aa", ANA, START, BO, START, START + 9 * DAY)
    return replace(base, **given)


def code(acts, mode=TRAIL, at=START):
    return [one.partition(":")[0] for one in inactive(acts, REGISTER.scheme_id, mode, at)]


def test_a_decision_rests_on_an_operation_that_is_active_then():
    assert code([activation()]) == []
    assert code([]) == ["operation_not_active"]
    assert code([activation(approved_by=None, from_at=None, until_at=None)]) == ["operation_not_active"]
    assert code([activation()], at=START - DAY) == ["operation_not_active"]
    assert code([activation()], at=START + 9 * DAY) == ["operation_in_reassessment"]
    assert code([activation(closed_at=START)]) == ["operation_closed"]
    assert code([activation(scheme_id=SchemeId("scheme_other"))]) == ["operation_not_active"]
    assert code([activation(closed_at=START), activation(act=2)]) == []
    assert code([], ModeCode.NONE) == []


def test_a_refusal_names_the_narrower_mode_that_would_pass():
    acts = [activation(mode) for mode in (ModeCode.TELEPHONE, ModeCode.HOME_PRESENCE, TRAIL)]
    assert narrower(acts, TRAIL, START).endswith(MODES[ModeCode.HOME_PRESENCE].title)
    assert narrower(acts, ModeCode.HOME_PRESENCE, START).endswith(MODES[ModeCode.TELEPHONE].title)
    assert narrower(acts, ModeCode.TELEPHONE, START).endswith(LADDER[0].title)


def test_two_people_activate_and_only_what_was_proposed_and_not_answered():
    waits = activation(approved_by=None, from_at=None, until_at=None)

    def against(acts, by=BO, register=1, dpia=1):
        return [one.partition(":")[0] for one in objections_to_approving(acts, by, register, dpia)]

    assert against((waits,)) == []
    assert against(()) == ["nothing_proposed"]
    assert against((waits,), by=ANA) == ["own_proposal"]
    assert against((activation(),)) == ["answered"]
    assert against((replace(waits, refused=True),)) == ["answered"]
    assert against((waits,), register=2) == against((waits,), dpia=2) == ["changed_since"]
