"""The law of orders in the store: raw SQL, past all our code, ends one that is another's."""

from datetime import timedelta
from importlib import import_module

import pytest
from support import raw_law
from support.by_hand import REFUSED
from support.house import ANA, COURT, House

from custodiet.flows.end_decision import end_decision
from custodiet.flows.obey_stop import enter_stop
from custodiet.model.decision import Authority, State
from custodiet.model.ending import StopKind
from custodiet.model.errors import NotPermitted
from custodiet.rules.decisions import Ender, Move

LAW = import_module("custodiet.adapters.store.migrations.versions.v0027_orders")
WORDS = "decision: an order is ended by its maker, or by a stop that was ordered"
REGULATOR = "regulator-of-made-up-things"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """An order that stands, one that is only restricted, and a decision of officers."""
    house = House(tmp_path_factory.mktemp("law"))
    try:
        order, paused = (house.decide(house.person(), authority=Authority.ORDER, maker=COURT) for _ in range(2))
        enter_stop(house.store, house.chance, StopKind.RESTRICT, COURT, [paused.id], ANA)
        officers = house.decide(house.person())
        return house.outlived(), {"order": order.id, "paused": paused.id, "officers": officers.id}
    finally:
        house.close()


def ends(which="order", state="withdrawn"):
    return f"UPDATE decision SET state = '{state}', ended_at = starts_at, until_at = starts_at WHERE id = :{which}"


def ending(by):
    return (
        "INSERT INTO ending (entry, decision_id, at, reason, ended_by) "
        f"SELECT 90000, id, starts_at, 'stopped', {by} FROM decision WHERE id = :order"
    )


RULES = {
    "decision_order_ended_by_its_maker": (
        WORDS,
        [ends(), ends("paused"), *(ends(state=state) for state in ("annulled", "lapsed"))],
        [],
    )
}


class TestLaw(raw_law.tried(RULES, LAW.CONSTRAINTS)):
    pass


def test_an_officer_who_says_that_they_ended_it_is_refused(sql):
    sql(ending("'officer-bo'"))
    with pytest.raises(REFUSED, match=WORDS):
        sql(ends())


def test_its_maker_is_not(sql):
    sql(ending(f"'{COURT}'"))
    assert sql(ends()).rowcount == 1


@pytest.mark.parametrize("state", ["withdrawn", "annulled"])
def test_what_officers_decided_they_end(sql, state):
    assert sql(ends("officers", state)).rowcount == 1


def test_in_a_log_that_an_earlier_version_opened_the_flow_alone_refuses_so_that_it_replays_whole(sql):
    sql("DROP TRIGGER log_never_update")
    sql("UPDATE log SET ordered = 0")
    assert sql(ends()).rowcount == 1


@pytest.mark.parametrize(
    ("move", "by"),
    [
        (Move.WITHDRAW, Ender(COURT)),
        (Move.ANNUL, Ender(COURT)),
        (Move.ANNUL, Ender(REGULATOR, authority=True)),
    ],
)
def test_its_maker_and_whoever_may_annul_end_it_and_the_ledger_says_who(house, move, by):
    order = house.decide(house.person(), authority=Authority.ORDER, maker=COURT)
    with pytest.raises(NotPermitted):
        end_decision(house.store, house.chance, order.id, move, Ender(ANA))
    end_decision(house.store, house.chance, order.id, move, by)
    assert house.decision(order.id).state in (State.WITHDRAWN, State.ANNULLED)
    counts = house.verify()
    assert (counts["missing"], counts["differing"]) == (0, 0)


def test_a_stop_ends_an_order_with_what_follows_it(house):
    person = house.person()
    order = house.decide(person, authority=Authority.ORDER, maker=COURT)
    later = house.decide(
        person, authority=Authority.ORDER, maker=COURT, follows=order.id, starts_at=order.starts_at + timedelta(days=1)
    )
    enter_stop(house.store, house.chance, StopKind.STOP, REGULATOR, [order.id], ANA)
    assert [house.decision(one.id).state for one in (order, later)] == [State.WITHDRAWN, State.WITHDRAWN]
    counts = house.verify()
    assert (counts["missing"], counts["differing"]) == (0, 0)
