"""How operations of a scheme stand, and what a change or the end would do, told before it is done."""

from dataclasses import replace
from datetime import timedelta

import pytest
from support.house import ANA, BO, COURT, SCHEME, START, House, scheme_at

from custodiet.flows.activate_operation import close_operation, propose_operations, refuse_operations
from custodiet.flows.assess_scheme import advise, write_dpia
from custodiet.flows.end_scheme import end_scheme
from custodiet.flows.keep_register import keep_register
from custodiet.flows.scheme_now import dpia_at, register_at
from custodiet.flows.set_up_scheme import register_scheme
from custodiet.flows.show_schemes import Stand, find_schemes, preview_end, preview_register, show_operations
from custodiet.model.decision import Authority
from custodiet.model.errors import NotPermitted
from custodiet.model.identity import SchemeId
from custodiet.model.mode import ModeCode
from custodiet.simulation.made_up_register import DPO


@pytest.fixture
def house(tmp_path):
    house = House(tmp_path)
    yield house
    house.close()


def stands(house):
    with house.store.reading() as view:
        return {one.mode.code: one for one in show_operations(view, SCHEME, house.clock.now())}


def held(house):
    with house.store.reading() as view:
        return register_at(view, SCHEME, house.clock.now())[0], dpia_at(view, SCHEME)


def keep(house, register, **given):
    return keep_register(house.store, register, ANA, **given)


def test_an_operation_is_active_then_closed_proposed_refused_and_proposed_again(house):
    mode = ModeCode.CHECK_IN
    assert stands(house)[ModeCode.NONE].stand is Stand.NEEDS_NONE
    assert stands(house)[mode].stand is Stand.ACTIVE
    assert not stands(house)[mode].proposable
    close_operation(house.store, SCHEME, mode, ANA)
    assert stands(house)[mode].stand is Stand.CLOSED
    assert stands(house)[mode].proposable
    act = propose_operations(house.store, SCHEME, [mode], ANA)
    waiting = stands(house)[mode]
    assert (waiting.stand, waiting.proposal, waiting.proposed_by) == (Stand.WAITING, act, ANA)
    assert not waiting.proposable
    with house.store.reading() as view:
        [line] = find_schemes(view, house.clock.now(), "made-up", 1).lines
    assert (line.waiting, line.reassessment) == (1, 0)
    refuse_operations(house.store, SCHEME, act, BO)
    assert stands(house)[mode].stand is Stand.CLOSED


def test_what_a_change_touches_is_told_before_and_is_what_happens(house):
    register, _ = held(house)
    others = tuple(one for one in register.operations if one.mode is not ModeCode.CHECK_IN)
    changed = replace(next(one for one in register.operations if one.mode is ModeCode.CHECK_IN), ceiling_days=7)
    new = replace(register, operations=(*others, changed))
    with house.store.reading() as view:
        looked = preview_register(view, new, house.clock.now(), house.clock.now())
    assert looked.stops == (ModeCode.CHECK_IN,)
    assert (looked.number, looked.problems, looked.shorter) == (1, (), ())
    keep(house, new, after=looked.number, seen=looked.seen)
    now = stands(house)
    assert now[ModeCode.CHECK_IN].stand is Stand.REASSESSMENT
    assert not now[ModeCode.CHECK_IN].proposable
    assert {gap.code for gap in now[ModeCode.CHECK_IN].gaps} == {"dpia.reassess"}
    assert now[ModeCode.FITTED_TRAIL].stand is Stand.ACTIVE
    with house.store.reading() as view:
        [line] = find_schemes(view, house.clock.now(), "", 1).lines
    assert (line.active, line.reassessment) == (10, 1)


def test_what_the_register_does_not_have_is_not_permitted(house):
    register, _ = held(house)
    few = tuple(one for one in register.operations if one.mode is not ModeCode.FITTED_TRAIL)
    uses = tuple(one for one in register.uses if one.operation is not ModeCode.FITTED_TRAIL)
    keep(house, replace(register, operations=few, uses=uses))
    house.clock.set(house.clock.now() + timedelta(seconds=1))
    assert stands(house)[ModeCode.FITTED_TRAIL].stand is Stand.NOT_PERMITTED


def test_what_contradicts_itself_is_told_so_and_nothing_else(house):
    register, _ = held(house)
    twice = replace(register, purposes=register.purposes * 2)
    with house.store.reading() as view:
        looked = preview_register(view, twice, house.clock.now(), house.clock.now())
    assert [one.says for one in looked.problems] == ["stands twice"]
    assert looked.looked is None


def test_nobody_overwrites_or_answers_a_version_that_they_have_not_read(house):
    register, dpia = held(house)
    for late in (
        lambda: keep(house, register, after=0),
        lambda: write_dpia(house.store, dpia, ANA, assessed=(), after=dpia.version - 1),
        lambda: advise(house.store, SCHEME, DPO, "go on", proceed=True, on=dpia.version - 1),
    ):
        with pytest.raises(NotPermitted, match="changed_since"):
            late()
    write_dpia(house.store, dpia, ANA, assessed=(), after=dpia.version)


def test_the_end_does_what_was_told_of_it(house):
    person = house.person()
    house.decide(person)
    house.decide(house.person(), authority=Authority.ORDER, maker=COURT)
    with house.store.reading() as view:
        before = preview_end(view, SCHEME, house.clock.now())
    assert (before.decisions, before.orders, before.proposals, len(before.operations)) == (1, 1, 0, 11)
    assert before.ended is None
    end_scheme(house.store, house.chance, SCHEME, ANA)
    with house.store.reading() as view:
        after = preview_end(view, SCHEME, house.clock.now())
    assert after.ended.decisions == before.decisions
    assert (after.decisions, after.orders, after.operations) == (0, 1, ())
    assert after.plan == after.ended.plan


def test_schemes_are_found_by_a_part_of_their_name_and_paged(house):
    for number in range(30):
        named = replace(scheme_at(START), id=SchemeId(f"scheme_{number}"), name=f"Other {number:02}")
        register_scheme(house.store, named, ANA)
    with house.store.reading() as view:
        found = find_schemes(view, house.clock.now(), "OTHER", 9)
        one = find_schemes(view, house.clock.now(), "other 07", 1)
    assert (found.found, found.page, found.pages, len(found.lines)) == (30, 2, 2, 5)
    assert [line.register.name for line in one.lines] == ["Other 07"]
