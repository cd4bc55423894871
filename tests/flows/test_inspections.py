"""Devices on someone are inspected as often as the register says: a task asks, an inspection does it, nothing else."""

from dataclasses import replace
from datetime import timedelta

import pytest
from support.house import ANA, BO, SCHEME, START
from support.staff import ADA
from support.watched import passing, whole

from custodiet.flows.end_decision import end_decision, suspend_decision
from custodiet.flows.fit_device import complete_task, register_device
from custodiet.flows.keep_devices import inspect_device, remove_device, show_worn, swap_device
from custodiet.flows.keep_register import keep_register
from custodiet.flows.scheme_now import register_at
from custodiet.model.case import TaskKind
from custodiet.model.desk import Check, Identified, Outcome, Removal
from custodiet.model.errors import IllegalValue, LeaseLost, NotPermitted
from custodiet.rules.decisions import Ender, Move

DAY = timedelta(days=1)
DAYS = 14


@pytest.fixture(autouse=True)
def _replayed(house):
    yield
    assert whole(house)


@pytest.fixture
def wearer(house):
    wearer = house.person("TAG-1")
    house.decide(wearer, review_due_at=START + 85 * DAY)
    return wearer


def asks_for(house, days):
    with house.store.reading() as view:
        register, _ = register_at(view, SCHEME, house.clock.now())
    keep_register(house.store, replace(register, inspection_days=days), ADA)


def pass_days(house, days):
    house.clock.pass_(days * DAY)
    passing(house)._inspections()


def tasks(house, wearer):
    with house.store.reading() as view:
        return [one for one in view.tasks_of(wearer.case.id) if one.kind is TaskKind.INSPECT_DEVICE]


def due(house):
    with house.store.reading() as view:
        return [(one.serial, one.due_at) for one in view.to_inspect(9)], view.count_to_inspect()


def test_a_register_that_says_nothing_asks_for_no_inspection(house, wearer):
    pass_days(house, 80)
    assert tasks(house, wearer) == []
    with house.store.reading() as view:
        assert show_worn(view, wearer.fitting, house.clock.now()).inspect_by is None


def test_an_inspection_is_asked_for_three_days_before_it_is_due_and_once(house, wearer):
    asks_for(house, DAYS)
    pass_days(house, DAYS - 3.01)
    assert tasks(house, wearer) == []
    pass_days(house, 0.01)
    pass_days(house, 1)
    [task] = tasks(house, wearer)
    assert task.due_at == wearer.fitting.fitted_at + DAYS * DAY
    assert due(house) == ([("TAG-1", task.due_at)], 1)
    with house.store.reading() as view:
        worn = show_worn(view, wearer.fitting, house.clock.now())
    assert (worn.tasks, worn.inspect_by) == ((task,), task.due_at)


def test_it_is_done_by_inspecting_alone_and_the_next_is_counted_from_there(house, wearer):
    asks_for(house, DAYS)
    pass_days(house, DAYS + 1)
    [task] = tasks(house, wearer)
    with pytest.raises(NotPermitted, match="done_by_its_inspection"):
        complete_task(house.store, task.id, ANA)
    passing(house).look()
    assert tasks(house, wearer)[0].done_at is None  # time passes and does nothing to it but say that it is late
    inspect_device(house.store, house.chance, wearer.device.id, Outcome.FINE, ANA)
    assert tasks(house, wearer)[0].done_at == house.clock.now()
    assert due(house) == ([], 0)
    seen = house.clock.now()
    pass_days(house, DAYS - 3.01)
    assert len(tasks(house, wearer)) == 1
    pass_days(house, 0.01)
    assert [one.due_at for one in tasks(house, wearer)] == [task.due_at, seen + DAYS * DAY]


def test_a_rule_that_is_new_makes_nobody_late_at_once(house, wearer):
    house.clock.pass_(40 * DAY)
    asks_for(house, DAYS)
    pass_days(house, 0)
    [task] = tasks(house, wearer)
    assert task.due_at == house.clock.now() + 3 * DAY


@pytest.mark.parametrize("other", [True, False])
def test_what_is_taken_off_or_swapped_was_seen(house, wearer, other):
    asks_for(house, DAYS)
    pass_days(house, DAYS)
    if other:
        device = register_device(house.store, house.chance, "TAG-2", ANA)
        fit = Check(Identified.DOCUMENT, "TAG-2", fit_checked=True)
        swap_device(house.store, house.chance, wearer.fitting.id, device.id, fit, ANA)
    else:
        remove_device(house.store, wearer.fitting.id, Removal.ENDED, house.clock.now(), ANA)
    assert [one.done_at for one in tasks(house, wearer)] == [house.clock.now()]
    pass_days(house, DAYS)
    assert len(tasks(house, wearer)) == 1 + other


def test_a_pause_takes_nothing_off_and_an_ending_has_a_task_of_its_own(house, wearer):
    asks_for(house, DAYS)
    with house.store.reading() as view:
        [decision] = view.decisions_of(wearer.case.id)
    suspend_decision(house.store, decision.id, Ender(BO))
    pass_days(house, DAYS)
    assert len(tasks(house, wearer)) == 1
    inspect_device(house.store, house.chance, wearer.device.id, Outcome.FINE, ANA)
    end_decision(house.store, house.chance, decision.id, Move.WITHDRAW, Ender(BO))
    pass_days(house, DAYS)
    assert len(tasks(house, wearer)) == 1


def test_an_inspection_of_a_device_on_nobody_does_nobody_s_task(house, wearer):
    asks_for(house, DAYS)
    pass_days(house, DAYS)
    spare = register_device(house.store, house.chance, "TAG-3", ANA)
    inspect_device(house.store, house.chance, spare.id, Outcome.FINE, ANA)
    assert tasks(house, wearer)[0].done_at is None


def test_whoever_looks_twice_asks_once_and_a_lost_lease_asks_nothing(house, wearer):
    asks_for(house, DAYS)
    house.clock.pass_(DAYS * DAY)
    stale = passing(house)
    house.fence = (house.fence[0], house.store.take_lease(house.fence[0]))
    with pytest.raises(LeaseLost):
        stale._inspections()
    assert tasks(house, wearer) == []
    assert passing(house)._inspections() == 1
    assert passing(house)._inspections() == 0


def test_a_register_that_asks_for_less_than_a_day_is_refused(house):
    with pytest.raises((IllegalValue, NotPermitted)):
        asks_for(house, 0)
