"""Whoever goes down a rung, or is given less than was proposed, is asked for nothing that nobody there can tell."""

from datetime import timedelta

import pytest
from support.assessing import assessed
from support.house import ANA, BO

from custodiet.adapters import sealing
from custodiet.flows.decide_case import make_decision, narrow_decision, propose_decision
from custodiet.flows.open_case import set_condition
from custodiet.flows.state_conditions import Asked, Asking
from custodiet.flows.step_down import step_down
from custodiet.model.condition import ZONED, ConditionKind, Interval, Schedule
from custodiet.model.errors import NotPermitted
from custodiet.model.mode import ModeCode

HERE = b'{"type":"Point","coordinates":[-28.0,46.5],"radius_m":150}'


class Asks:
    """A person of whom something is asked."""

    def __init__(self, house) -> None:
        self.house, self.person = house, house.person("TAG-1")
        house.issue_keys()
        tomorrow = house.clock.now() + timedelta(days=1)
        self.hours = Schedule(once=(Interval(tomorrow, tomorrow + timedelta(hours=1)),))

    def propose(self, mode, *kinds):
        house, decision = self.house, self.house.proposal(self.person, mode=mode)
        asking = tuple(
            Asking(kind, HERE if place else None, self.hours) for kind, place in ((one, one in ZONED) for one in kinds)
        )
        asked = Asked(sealing, house.chance, house.pinned, asking)
        propose_decision(house.store, decision, assessed(house, decision), asked)
        return decision.id

    def of(self, decision_id):
        with self.house.store.reading() as view:
            return {one.kind for one in view.conditions_of(decision_id)}


def test_a_check_in_is_not_asked_for_where_it_would_be_refused(house):
    one = Asks(house)
    kinds = (ConditionKind.APPOINTMENT, ConditionKind.CHECK_IN, ConditionKind.INCLUSION)
    wide = one.propose(ModeCode.CHECK_IN_AREA, *kinds)
    assert one.of(wide) == set(kinds)
    make_decision(house.store, wide, BO)
    [calls] = step_down(house.store, house.chance, one.person.case.id, ModeCode.TELEPHONE, ANA)
    assert one.of(calls) == {ConditionKind.APPOINTMENT}
    [none] = step_down(house.store, house.chance, one.person.case.id, ModeCode.NONE, ANA)
    assert one.of(none) == set()


def test_what_is_narrowed_to_a_rung_without_places_has_no_curfew(house):
    one = Asks(house)
    wide = one.propose(ModeCode.FITTED_TRAIL, ConditionKind.APPOINTMENT, ConditionKind.CURFEW)
    narrow = narrow_decision(house.store, house.chance, wide, BO, mode=ModeCode.TELEPHONE)
    assert one.of(narrow) == {ConditionKind.APPOINTMENT}


def test_a_proposal_with_what_its_rung_cannot_tell_is_no_proposal(house):
    one = Asks(house)
    with pytest.raises(NotPermitted, match="not_on_this_rung"):
        one.propose(ModeCode.TELEPHONE, ConditionKind.CURFEW)
    with house.store.reading() as view:
        assert view.decisions_of(one.person.case.id) == ()


def test_the_area_of_a_check_in_is_still_asked_for_when_only_the_review_comes_sooner(house):
    one = Asks(house)
    kinds = (ConditionKind.CHECK_IN, ConditionKind.INCLUSION)
    wide = one.propose(ModeCode.CHECK_IN_AREA, *kinds)
    sooner = house.decision(wide).review_due_at - timedelta(days=1)
    narrow = narrow_decision(house.store, house.chance, wide, BO, review_due_at=sooner)
    assert one.of(narrow) == set(kinds)


def test_no_device_is_left_to_judge_a_zone_that_must_not_be_told_to_it(house):
    one = Asks(house)
    wide = one.propose(ModeCode.FITTED_TRAIL, ConditionKind.INCLUSION, ConditionKind.PROTECTIVE)
    make_decision(house.store, wide, BO)
    [lower] = step_down(house.store, house.chance, one.person.case.id, ModeCode.ZONE_ON_DEVICE, ANA)
    assert one.of(lower) == {ConditionKind.INCLUSION}


def test_a_proposal_asks_no_more_than_anyone_can_keep_in_mind_neither_at_once_nor_bit_by_bit(house):
    one = Asks(house)
    with pytest.raises(NotPermitted, match="too_many_conditions"):
        one.propose(ModeCode.TELEPHONE, *[ConditionKind.APPOINTMENT] * 21)
    whole = one.propose(ModeCode.TELEPHONE, *[ConditionKind.APPOINTMENT] * 20)
    stated = (house.store, sealing, house.chance, house.pinned, whole, ConditionKind.APPOINTMENT, ANA)
    with pytest.raises(NotPermitted, match="too_many_conditions"):
        set_condition(*stated, schedule=one.hours)
