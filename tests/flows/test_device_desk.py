"""The device desk: what we take off is no tampering, what is faulty accuses nobody, and nothing faulty is fitted."""

from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec import structs
from support.house import ANA, House, report

from custodiet.flows.end_decision import end_decision
from custodiet.flows.fit_device import register_device
from custodiet.flows.keep_devices import (
    check_and_fit,
    inspect_device,
    mend_device,
    record_fault,
    remove_device,
    show_device,
    swap_device,
)
from custodiet.flows.open_sealed import ask_verify_tables
from custodiet.model.alert import AlertState
from custodiet.model.case import TaskKind
from custodiet.model.desk import Check, Fault, Identified, Noted, Outcome, Removal, Stock
from custodiet.model.errors import IllegalMove, NotPermitted
from custodiet.model.finding import Matter, Weight, Why
from custodiet.model.identity import ActorId
from custodiet.model.report import Alarm, DeviceSays
from custodiet.rules.decisions import Ender, Move

MINUTE = timedelta(minutes=1)


@pytest.fixture
def house(tmp_path):
    house = House(tmp_path)
    yield house
    house.close()


@pytest.fixture
def wearer(house):
    wearer = house.person("TAG-1")
    house.decide(wearer)
    house.clock.pass_(timedelta(hours=2))
    return wearer


def checked(serial):
    return Check(Identified.DOCUMENT, serial, fit_checked=True)


def alarm(house, monitor, wearer, *alarms, at=None):
    house.clock.pass_(timedelta(seconds=30))
    line = report(wearer.device.serial, at or house.clock.now())
    says = DeviceSays(90.0, charging=False, alarms=frozenset(alarms))
    house.post(monitor, wearer.token, structs.replace(line, says=says))


def alerts(house, matter=Matter.TAMPER):
    with house.store.reading() as view:
        return [one for one in view.alerts(list(AlertState), 20) if one.matter is matter]


def standing(house):
    return [one for one in alerts(house) if one.stands]


def stock(house, device):
    with house.store.reading() as view:
        return show_device(view, device.id).stock


def test_a_medical_removal_makes_no_tamper(house, wearer):
    monitor = house.monitor()
    off_at = house.clock.now()
    alarm(house, monitor, wearer, Alarm.STRAP)
    alarm(house, monitor, wearer, Alarm.CASE)
    assert [one.weight for one in standing(house)][-1] is Weight.ADVERSE
    house.clock.pass_(timedelta(hours=20))
    remove_device(house.store, wearer.fitting.id, Removal.MEDICAL, off_at, ANA)
    assert standing(house) == []
    assert {one.weakened_why for one in alerts(house)} == {Why.BOOKED}


def test_what_a_sensor_said_of_a_removal_and_arrives_later_is_no_tamper_either(house, wearer):
    monitor = house.monitor()
    off_at = house.clock.now()
    house.clock.pass_(timedelta(hours=1))
    upstream = house.sender("TAG-1")
    remove_device(house.store, wearer.fitting.id, Removal.MEDICAL, off_at, ANA)
    wearer.token = upstream
    alarm(house, monitor, wearer, Alarm.STRAP, Alarm.CASE, at=off_at + MINUTE)
    assert alerts(house) == []


@pytest.mark.parametrize(
    ("reason", "ago", "code"),
    [
        (Removal.MEDICAL, timedelta(hours=25), "too_long_ago"),
        (Removal.ENDED, timedelta(minutes=61), "too_long_ago"),
        (Removal.MEDICAL, timedelta(hours=-1), "not_then"),
        (Removal.MEDICAL, timedelta(hours=50), "not_then"),
    ],
)
def test_nobody_excuses_what_lies_outside_the_set_time(house, wearer, reason, ago, code):
    house.clock.pass_(timedelta(hours=40))
    with pytest.raises(NotPermitted, match=code):
        remove_device(house.store, wearer.fitting.id, reason, house.clock.now() - ago, ANA)
    with house.store.reading() as view:
        assert view.fitting(wearer.fitting.id).removed_at is None


@pytest.mark.parametrize("outcome", [Outcome.SKIN, Outcome.MEDICAL])
def test_what_hurts_is_to_come_off_within_the_set_time_and_taking_it_off_is_that(house, wearer, outcome):
    inspect_device(house.store, house.chance, wearer.device.id, Outcome.REFITTED, ANA)
    assert take_off(house, wearer) == []
    for _ in range(2):
        inspect_device(house.store, house.chance, wearer.device.id, outcome, ANA)
    [task] = take_off(house, wearer)
    assert task.due_at - task.raised_at == timedelta(hours=24)
    other = register_device(house.store, house.chance, "TAG-2", ANA)
    fitting = swap_device(house.store, house.chance, wearer.fitting.id, other.id, checked("TAG-2"), ANA)
    assert take_off(house, wearer)[0].done_at is None
    remove_device(house.store, fitting.id, Removal.MEDICAL, house.clock.now(), ANA)
    assert take_off(house, wearer)[0].done_at is not None


def test_where_nothing_is_in_force_no_second_task_is_raised(house, wearer):
    with house.store.reading() as view:
        [decision] = view.decisions_of(wearer.case.id)
    end_decision(house.store, house.chance, decision.id, Move.WITHDRAW, Ender(ActorId("officer-bo")))
    inspect_device(house.store, house.chance, wearer.device.id, Outcome.SKIN, ANA)
    assert take_off(house, wearer) == []


def take_off(house, wearer):
    with house.store.reading() as view:
        return [one for one in view.tasks_of(wearer.case.id) if one.kind is TaskKind.TAKE_OFF]


def test_a_swap_leaves_no_instant_without_a_device_and_raises_nothing(house, wearer):
    other = register_device(house.store, house.chance, "TAG-2", ANA)
    monitor = house.monitor()
    alarm(house, monitor, wearer, Alarm.STRAP)
    fitting = swap_device(house.store, house.chance, wearer.fitting.id, other.id, checked("TAG-2"), ANA)
    with house.store.reading() as view:
        assert view.fitting(wearer.fitting.id).removed_at == fitting.fitted_at
    assert standing(house) == []
    assert stock(house, wearer.device) is Stock.RETURNED
    assert stock(house, other) is Stock.FITTED


class Ticking:
    """A clock that is a millisecond later each time it is asked."""

    def __init__(self, clock):
        self._clock = clock

    def now(self):
        self._clock.pass_(timedelta(milliseconds=1))
        return self._clock.now()


def test_a_clock_that_moves_on_within_the_swap_does_not_have_the_two_overlap(house, wearer):
    other = register_device(house.store, house.chance, "TAG-2", ANA)
    store = house.open_store(Ticking(house.clock))
    fitting = swap_device(store, house.chance, wearer.fitting.id, other.id, checked("TAG-2"), ANA)
    store.close()
    with house.store.reading() as view:
        assert view.fitting(wearer.fitting.id).removed_at == fitting.fitted_at


def test_a_swap_that_is_refused_takes_nothing_off(house, wearer):
    other = register_device(house.store, house.chance, "TAG-2", ANA)
    with pytest.raises(NotPermitted, match="another_device"):
        swap_device(house.store, house.chance, wearer.fitting.id, other.id, checked("TAG-3"), ANA)
    assert stock(house, wearer.device) is Stock.FITTED


@pytest.mark.parametrize(
    ("check", "code"),
    [
        (checked("TAG-8"), "another_device"),
        (replace(checked("TAG-9"), fit_checked=False), "fit_not_checked"),
    ],
)
def test_nobody_is_fitted_unless_device_and_fit_were_checked(house, check, code):
    person = house.person()
    device = register_device(house.store, house.chance, "TAG-9", ANA)
    with pytest.raises(NotPermitted, match=code):
        check_and_fit(house.store, house.chance, device.id, person.case.id, "main", check, ANA)
    fitting = check_and_fit(house.store, house.chance, device.id, person.case.id, "main", checked("TAG-9"), ANA)
    with house.store.reading() as view:
        [note] = view.notes_of(device.id)
    assert (note.kind, note.code, note.fitting_id) == (Noted.CHECKED, Identified.DOCUMENT, fitting.id)


def test_a_device_that_came_back_is_looked_at_before_anyone_wears_it(house, wearer):
    remove_device(house.store, wearer.fitting.id, Removal.HURTS, house.clock.now(), ANA)
    other, device = house.person(), wearer.device
    with pytest.raises(NotPermitted, match="not_in_stock"):
        check_and_fit(house.store, house.chance, device.id, other.case.id, "main", checked("TAG-1"), ANA)
    house.clock.pass_(MINUTE)
    inspect_device(house.store, house.chance, device.id, Outcome.FINE, ANA)
    assert stock(house, device) is Stock.IN_STOCK
    check_and_fit(house.store, house.chance, device.id, other.case.id, "main", checked("TAG-1"), ANA)


def test_a_faulty_device_clears_the_records_of_everyone_it_was_on(house, wearer):
    monitor = house.monitor()
    alarm(house, monitor, wearer, Alarm.STRAP)
    alarm(house, monitor, wearer, Alarm.CASE)
    remove_device(house.store, wearer.fitting.id, Removal.ENDED, house.clock.now() - timedelta(seconds=1), ANA)
    house.clock.pass_(timedelta(hours=30))
    inspect_device(house.store, house.chance, wearer.device.id, Outcome.FINE, ANA)
    second = house.person()
    house.decide(second)
    second.device = wearer.device
    second.fitting = check_and_fit(
        house.store, house.chance, wearer.device.id, second.case.id, "main", checked("TAG-1"), ANA
    )
    second.token = house.sender("TAG-1", fitting=second.fitting)
    alarm(house, monitor, second, Alarm.STRAP)
    alarm(house, monitor, second, Alarm.CASE)
    assert standing(house)
    since = house.clock.now() - timedelta(days=2)
    record_fault(house.store, wearer.device.id, Fault.STRAP_SENSOR, since, ANA)
    assert standing(house) == []
    assert Why.FAULTY_DEVICE in {one.weakened_why for one in alerts(house)}
    assert stock(house, wearer.device) is Stock.FAULTY


def test_a_fault_clears_nothing_that_was_over_before_it_began(house, wearer):
    monitor = house.monitor()
    alarm(house, monitor, wearer, Alarm.STRAP)
    with house.store.acting() as act:
        from custodiet.model.entry import Entry, EntryKind
        from custodiet.model.record import AlertEnded

        [raised] = [one for one in act.alerts(list(AlertState), 5) if one.matter is Matter.TAMPER]
        over = AlertEnded(raised.id, act.now)
        act.write(Entry(EntryKind.ALERT_ENDED, ANA, wearer.case.person_id), over)
    house.clock.pass_(timedelta(hours=1))
    record_fault(house.store, wearer.device.id, Fault.RADIO, house.clock.now() - MINUTE, ANA)
    assert [one.id for one in standing(house)] == [raised.id]


def test_nobody_is_given_a_faulty_device_and_a_mended_one_is_in_stock(house):
    person, device = house.person(), register_device(house.store, house.chance, "TAG-9", ANA)
    record_fault(house.store, device.id, Fault.BATTERY, house.clock.now(), ANA)
    with pytest.raises(NotPermitted, match="not_in_stock"):
        check_and_fit(house.store, house.chance, device.id, person.case.id, "main", checked("TAG-9"), ANA)
    mend_device(house.store, device.id, ANA)
    assert stock(house, device) is Stock.IN_STOCK
    with pytest.raises(IllegalMove):
        mend_device(house.store, device.id, ANA)


def test_the_stock_is_counted_and_found_as_the_rule_says_where_each_device_is(house, wearer):
    device, other = wearer.device, register_device(house.store, house.chance, "TAG-9", ANA)
    seen = [_stock_as_it_is_counted(house)]
    for act in (
        lambda: record_fault(house.store, other.id, Fault.BATTERY, house.clock.now(), ANA),
        lambda: mend_device(house.store, other.id, ANA),
        lambda: swap_device(house.store, house.chance, wearer.fitting.id, other.id, checked("TAG-9"), ANA),
        lambda: record_fault(house.store, other.id, Fault.RADIO, house.clock.now(), ANA),
        lambda: inspect_device(house.store, house.chance, device.id, Outcome.FINE, ANA),
    ):
        house.clock.pass_(MINUTE)
        act()
        seen.append(_stock_as_it_is_counted(house))
    in_stock, fitted, returned, faulty = Stock
    assert seen == [
        {fitted: ["TAG-1"], in_stock: ["TAG-9"]},
        {fitted: ["TAG-1"], faulty: ["TAG-9"]},
        {fitted: ["TAG-1"], in_stock: ["TAG-9"]},
        {returned: ["TAG-1"], fitted: ["TAG-9"]},
        {returned: ["TAG-1"], faulty: ["TAG-9"]},
        {in_stock: ["TAG-1"], faulty: ["TAG-9"]},
    ]


def _stock_as_it_is_counted(house):
    """Serials by where they are, the same by the rule, by the list and by the counts."""
    with house.store.reading() as view:
        listed = {one: [each.serial for each in view.devices_like("", 10, 0, one)] for one in Stock}
        ruled = {one: [] for one in Stock}
        for each in view.devices_like("", 10, 0):
            ruled[show_device(view, each.id).stock].append(each.serial)
        found = {one: serials for one, serials in listed.items() if serials}
        assert listed == ruled
        assert view.count_stock() == {one: len(serials) for one, serials in found.items()}
        assert all(view.count_devices("TAG", one) == len(serials) for one, serials in listed.items())
    return found


def test_the_store_itself_fits_nobody_with_a_faulty_device(house):
    person, device = house.person(), register_device(house.store, house.chance, "TAG-9", ANA)
    record_fault(house.store, device.id, Fault.BATTERY, house.clock.now(), ANA)
    with pytest.raises(NotPermitted, match="mended first"):
        house.fit(person, device)


def test_taking_it_off_does_the_task_that_an_ending_raised(house, wearer):
    with house.store.reading() as view:
        [decision] = view.decisions_of(wearer.case.id)
    end_decision(house.store, house.chance, decision.id, Move.WITHDRAW, Ender(ActorId("officer-bo")))
    remove_device(house.store, wearer.fitting.id, Removal.ENDED, house.clock.now(), ANA)
    with house.store.reading() as view:
        [task] = [one for one in view.tasks_of(wearer.case.id) if one.kind is TaskKind.TELL_AND_REMOVE]
    assert task.done_at is not None


@pytest.mark.parametrize("process", ["clock", "monitor_1", "messenger"])
def test_no_process_works_at_the_desk(house, wearer, process):
    with pytest.raises(NotPermitted):
        remove_device(house.store, wearer.fitting.id, Removal.MEDICAL, house.clock.now(), ActorId(process))
    with pytest.raises(NotPermitted):
        record_fault(house.store, wearer.device.id, Fault.OTHER, house.clock.now(), ActorId(process))


def test_the_desk_s_tables_follow_from_records_alone(house, wearer):
    record_fault(house.store, wearer.device.id, Fault.OTHER, house.clock.now(), ANA)
    remove_device(house.store, wearer.fitting.id, Removal.FAULTY, house.clock.now(), ANA)
    counts = ask_verify_tables(house.store, house.vault, ANA)
    assert not counts.get("missing")
    assert not counts.get("differing")
