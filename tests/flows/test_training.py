"""Nobody proposes or approves untrained where the register asks for it; a decision says by which guidance it was."""

from dataclasses import replace
from datetime import timedelta

import pytest
from support.house import COURT, SCHEME
from support.proposing import propose
from support.staff import ADA, AOS, CAI, CEM, staffed

from custodiet.flows.decide_case import make_decision
from custodiet.flows.keep_register import keep_register
from custodiet.flows.keep_training import record_training
from custodiet.flows.scheme_now import register_at
from custodiet.flows.step_down import step_down
from custodiet.model.decision import Authority, State
from custodiet.model.errors import NotPermitted
from custodiet.model.mode import ModeCode
from custodiet.model.register import Guidance

DAY = timedelta(days=1)


@pytest.fixture
def staff(house):
    return staffed(house)


def amend(house, **changed):
    with house.store.reading() as view:
        register, _ = register_at(view, SCHEME, house.clock.now())
    keep_register(house.store, replace(register, **changed), ADA)


def train(house, *actors, ago=DAY):
    for actor in actors:
        record_training(house.store, actor, house.clock.now() - ago, ADA)


def proposed(house, **given):
    decision = house.proposal(house.person(), proposed_by=CAI, **given)
    propose(house.store, house.chance, decision)
    return decision


def refused(act, code):
    with pytest.raises(NotPermitted) as error:
        act()
    assert [str(one).partition(":")[0] for one in error.value.objections] == [code]
    return str(error.value)


def test_a_register_that_asks_for_no_training_holds_nobody_up(house, staff):
    decision = proposed(house)
    make_decision(house.store, decision.id, AOS)
    assert house.decision(decision.id).state is State.MADE


def test_nobody_proposes_untrained_and_is_told_what_would_pass(house, staff):
    amend(house, training_days=365)
    said = refused(lambda: proposed(house), "not_trained")
    assert "a colleague whose training holds can do it" in said
    train(house, CAI)
    proposed(house)


def test_nobody_approves_untrained(house, staff):
    amend(house, training_days=365)
    train(house, CAI)
    decision = proposed(house)
    assert AOS in refused(lambda: make_decision(house.store, decision.id, AOS), "not_trained")
    train(house, AOS)
    make_decision(house.store, decision.id, AOS)


def test_training_holds_as_long_as_the_register_says_and_not_a_moment_longer(house, staff):
    amend(house, training_days=10)
    train(house, CAI, AOS, ago=10 * DAY - timedelta(milliseconds=1))
    decision = proposed(house, starts_at=house.clock.now() + DAY)
    house.clock.set(house.clock.now() + timedelta(milliseconds=1))
    with pytest.raises(NotPermitted, match="training_ran_out"):
        make_decision(house.store, decision.id, AOS)
    train(house, CAI, AOS)
    make_decision(house.store, decision.id, AOS)


def test_going_down_rung_0_and_what_a_court_ordered_ask_for_none(house, staff):
    decision = proposed(house)
    make_decision(house.store, decision.id, AOS)
    amend(house, training_days=365)
    step_down(house.store, house.chance, decision.case_id, ModeCode.CHECK_IN, CEM)
    order = proposed(house, authority=Authority.ORDER, maker=COURT)
    make_decision(house.store, order.id, AOS)
    nothing = proposed(house, mode=ModeCode.NONE)
    make_decision(house.store, nothing.id, AOS)


@pytest.mark.parametrize(
    ("actor", "by", "ahead", "code"),
    [
        (ADA, ADA, False, "own_training"),
        (CEM, CAI, False, "not_an_administrator"),
        ("nobody-1", ADA, False, "nobody_of_the_staff"),
        (CEM, ADA, True, "not_yet"),
    ],
)
def test_an_administrator_records_what_has_been_of_someone_else(house, staff, actor, by, ahead, code):
    at = house.clock.now() + (DAY if ahead else -DAY)
    refused(lambda: record_training(house.store, actor, at, by), code)


def test_a_decision_says_which_guidance_was_in_force_when_it_was_proposed(house, staff):
    one = proposed(house)
    amend(house, success_measure="another measure")
    two = proposed(house)
    amend(house, guidance=(Guidance("decision.families", "Say why.", "She lost two phones: not enough."),))
    three = proposed(house)
    first, same, changed = (house.decision(each.id).guidance for each in (one, two, three))
    assert first == same  # another version of the register, and the same guidance
    assert changed == first + 2
