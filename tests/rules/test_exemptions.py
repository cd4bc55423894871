"""Exemptions bind whoever decides: each is answered, and overridden on its own grounds or not at all (R40)."""

from dataclasses import replace

import pytest
from support.house import START, scheme_at

from custodiet.model.errors import IllegalValue
from custodiet.model.exemption import ExemptionAnswer
from custodiet.model.mode import ModeCode
from custodiet.rules.exemptions import exemptions_from, objections_to_answers
from custodiet.simulation.made_up_register import made_up_register

REGISTER = made_up_register(scheme_at(START), START)
TRAIL = ModeCode.FITTED_TRAIL
NOT_A_CHILD, A_CHILD = ExemptionAnswer("child", applies=False), ExemptionAnswer("child", applies=True)
NOT_ILL = ExemptionAnswer("ill", applies=False)


def codes(*answers, register=REGISTER, mode=TRAIL):
    return [one.partition(":")[0] for one in objections_to_answers(register, mode, answers)]


def test_whoever_answers_each_and_is_exempt_from_nothing_goes_on():
    assert codes(NOT_A_CHILD, NOT_ILL) == []


def test_one_without_grounds_is_overridden_by_nobody():
    assert codes(A_CHILD, NOT_ILL) == ["exempt"]
    assert codes(replace(A_CHILD, criterion="asked_for"), NOT_ILL) == ["exempt"]


@pytest.mark.parametrize(("criterion", "found"), [(None, False), ("because", False), ("asked_for", True)])
def test_one_with_grounds_is_overridden_on_one_of_its_own(criterion, found):
    ill = ExemptionAnswer("ill", applies=True, criterion=criterion)
    assert codes(NOT_A_CHILD, ill) == ([] if found else ["override_without_criterion"])


def test_an_exemption_binds_the_operations_that_it_names_and_the_refusal_names_a_rung_outside_it():
    child, ill = REGISTER.exemptions
    narrow = replace(REGISTER, exemptions=(replace(child, operations=(TRAIL,)), ill))
    assert exemptions_from(narrow, ModeCode.CHECK_IN) == (ill,)
    assert codes(NOT_ILL, register=narrow, mode=ModeCode.CHECK_IN) == []
    [said] = objections_to_answers(narrow, TRAIL, (A_CHILD, NOT_ILL))
    assert "rung 10" in said
    [said] = objections_to_answers(REGISTER, TRAIL, (A_CHILD, NOT_ILL))
    assert "rung 0, address and support" in said


def test_what_does_not_apply_is_not_overridden():
    with pytest.raises(IllegalValue, match="not overridden"):
        ExemptionAnswer("ill", applies=False, criterion="asked_for")
