"""The made-up scheme's duty and its orders of a court, beside the discretion that most stand under."""

from datetime import timedelta

import pytest
from support.assessing import assessor
from support.house import House

from custodiet.adapters import sealing
from custodiet.flows.end_decision import end_decision
from custodiet.flows.lessen_many import end_many, lower_many
from custodiet.flows.record_fact import record_fact
from custodiet.model.decision import State
from custodiet.model.errors import NotPermitted
from custodiet.model.fact import FactKind
from custodiet.model.mode import ModeCode
from custodiet.rules.decisions import Ender, Move
from custodiet.simulation.world import AUTHORISING, CASEWORKER, COURT, DUTY_FROM, SCHEME, WorldMaker

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    house = House(tmp_path_factory.mktemp("world"))
    maker = WorldMaker(
        house.store, house.vault, sealing, house.clock, house.chance, house.pinned, seed=1, fence=house.fence
    )
    yield house, maker.make(house.clock.now() + 9 * DAY, 1, timedelta(minutes=2)).references
    house.close()


def decision_of(made, shows: str):
    house, references = made
    with house.store.reading() as view:
        [one] = view.decisions_of(view.case_by_reference(references[shows]).id)
    return one


def test_an_order_is_ended_by_its_maker_alone_one_by_one_and_by_one_act(made):
    house, _ = made
    orders = [decision_of(made, shows) for shows in ("order", "order_missed")]
    assert [(one.maker, one.state) for one in orders] == [(COURT, State.MADE)] * 2
    with pytest.raises(NotPermitted, match="only by its maker"):
        end_decision(house.store, house.chance, orders[0].id, Move.WITHDRAW, Ender(AUTHORISING))
    ids = [one.id for one in orders]
    assert len(end_many(house.store, house.chance, SCHEME, ids, Ender(AUTHORISING)).refused) == 2


def test_an_order_whose_review_was_missed_still_stands(made):
    house, _ = made
    order = decision_of(made, "order_missed")
    assert order.review_due_at < house.clock.now()
    assert order.covers(house.clock.now())


def test_the_duty_stands_on_the_lowest_rung_that_satisfies_it_and_ends_by_what_lifts_it(made):
    house, _ = made
    duty = decision_of(made, "duty")
    assert duty.mode is DUTY_FROM
    bulk = lower_many(house.store, house.chance, SCHEME, [duty.id], ModeCode.CHECK_IN, AUTHORISING)
    assert [one for one, _ in bulk.refused] == [duty.id]
    with pytest.raises(NotPermitted, match="finding that lifts it"):
        end_decision(house.store, house.chance, duty.id, Move.WITHDRAW, Ender(CASEWORKER))
    fact = (duty.case_id, FactKind.LIFTS_DUTY, house.clock.now().date(), CASEWORKER)
    record_fact(house.store, assessor(house), house.chance, *fact)
    if decision_of(made, "duty").state is State.MADE:
        end_decision(house.store, house.chance, duty.id, Move.WITHDRAW, Ender(CASEWORKER))
    assert decision_of(made, "duty").state is State.WITHDRAWN
