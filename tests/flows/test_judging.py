"""Judging, from the report to the row: what is kept, sealed, raised, weakened and forgotten, on the real store."""

import struct
from dataclasses import astuple
from datetime import timedelta
from random import Random

import pytest
from support.by_hand import answers_lost
from support.house import ANA, House
from support.shared_out import beside
from support.watched import (
    AWAY,
    DAY,
    HOME,
    HOUR,
    JUDGED_ONLY,
    MINUTE,
    SECOND,
    WALKING_MPS,
    bytes_of,
    circle,
    everything,
    give_zones,
    report,
    rows,
    task_kinds,
    tasks,
    watch,
    whole,
)

from custodiet.adapters.store.reading import ReadingRows
from custodiet.adapters.store.sql import IngestingRows
from custodiet.flows.end_decision import end_decision, resume_decision, suspend_decision
from custodiet.model.case import TaskKind
from custodiet.model.errors import CannotRecord, VaultUnavailable
from custodiet.model.finding import Matter, Weight, Why
from custodiet.model.mode import LADDER, Kind, ModeCode
from custodiet.model.report import Alarm, DeviceSays
from custodiet.rules.decisions import Ender, Move

RUNGS = pytest.mark.parametrize("mode", [ModeCode.ZONE_ON_ARRIVAL, ModeCode.FITTED_TRAIL], ids=["rung 9", "rung 11"])


@pytest.fixture(autouse=True)
def _replayed(house):
    """Whatever a test did: the ledger and the ingest records, replayed, give the tables as they stand."""
    yield
    assert whole(house)


def copied(watched):
    """The fixes in the person's own copy."""
    return watched.house.copy(watched.person)[1:-1]


def story(alert):
    """An alert without its names."""
    return alert.weight, alert.began_at, alert.confirmed_at, alert.ended_at, alert.weakened_why, alert.seen


def judged_row(watched):
    """The stored watch of the condition, as text."""
    return rows(watched.house, "SELECT judged FROM watch WHERE condition_id = ?", watched.condition_id)


# --- what is kept ---------------------------------------------------------------------------------------


def test_where_a_trail_is_kept_every_fix_is_kept_and_judged(house):
    one = watch(house)
    assert one.walk_out() == ["kept"] * 4
    alert = one.alert()
    assert (alert.matter, alert.weight, alert.seen.fixes) == (Matter.OUT_OF_PLACE, Weight.ADVERSE, 3)
    assert alert.confirmed_at - alert.began_at == 2 * MINUTE
    assert (alert.decision_id, alert.condition_id) == (one.decision_id, one.condition_id)
    assert [line["category"] for line in copied(one)] == ["trail"] * 4


@pytest.mark.parametrize("accuracy", [1e16, 1e308, 1.7e308])
@RUNGS
def test_a_disc_wider_than_the_world_is_told_and_accuses_nobody(house, mode, accuracy):
    one = watch(house, mode=mode)
    assert (
        one.stay(HOME) + one.stay(AWAY, 4, accuracy=accuracy) + one.stay(AWAY)
        == ["judged" if mode is ModeCode.ZONE_ON_ARRIVAL else "kept"] * 6
    )
    assert all(alert.weight is Weight.UNCERTAIN for alert in one.alerts())


def test_where_none_is_kept_a_fix_is_judged_and_dropped(house):
    one = watch(house, **JUDGED_ONLY)
    assert one.stay(HOME, 5) + one.stay(AWAY, 2) + one.stay(HOME, 5) == ["judged"] * 12
    assert one.alerts() == ()
    assert copied(one) == []
    assert rows(house, "SELECT count(*) FROM frame") == rows(house, "SELECT count(*) FROM session") == [(0,)]


def test_at_confirmation_the_fixes_that_confirmed_it_are_sealed_as_evidence(house):
    one = watch(house, **JUDGED_ONLY)
    assert one.walk_out() == ["judged"] * 4
    assert one.alert().seen.fixes == 3
    assert [(line["category"], line["latitude"]) for line in copied(one)] == [("evidence", AWAY[0])] * 3
    assert house.verify()["fixes"] == 3
    one.stay(AWAY, 10)
    assert len(copied(one)) == 3


@pytest.mark.parametrize(("every", "kept"), [(10 * SECOND, 10), (MINUTE, 3), (6 * MINUTE, 2)])
def test_of_evidence_at_most_ten_fixes_within_ten_minutes_are_sealed(house, every, kept):
    one = watch(house, **JUDGED_ONLY)
    one.walk_out(14, every=every)
    assert len(one.alerts()) == 1
    times = [line["fix_time"] for line in copied(one)]
    assert len(times) == kept
    assert times == sorted(times)
    assert f"{one.alert().confirmed_at:%H:%M:%S}" == times[-1][11:19]


def test_a_backlog_too_leaves_its_last_ten_fixes_and_no_more(house):
    one = watch(house, **JUDGED_ONLY)
    house.clock.pass_(HOUR)
    times = [house.clock.now() - 30 * MINUTE + number * 30 * SECOND for number in range(40)]
    one.post(*[report(one.serial, at, AWAY) for at in times])
    assert one.alert().weight is Weight.ADVERSE
    assert len(copied(one)) <= 10


def test_a_fix_that_confirmed_two_findings_is_sealed_once(house):
    north = (HOME[0] + 0.008, HOME[1])
    one = watch(house, geometry=circle(HOME, 200), more=(circle(HOME, 1500),), **JUDGED_ONLY)
    one.stay(HOME, speed=WALKING_MPS)
    one.stay(north, 2, speed=WALKING_MPS)
    one.stay((HOME[0] + 0.03, HOME[1]), 4)
    assert len(one.alerts()) == 2
    times = [line["fix_time"] for line in copied(one)]
    assert len(times) == len(set(times))


def traces(place):
    """A place in every common form."""
    for degrees in place:
        yield f"{degrees:.6f}"[:-1].encode()
        yield str(abs(round(degrees * 1e7))).encode()
        for form in ("<d", ">d"):
            yield struct.pack(form, degrees)
    for pair in (place, place[::-1]):
        whole_steps = [round(each * 1e7) for each in pair]
        for form in ("<ii", ">ii", "<qq", ">qq"):
            yield struct.pack(form, *whole_steps)
        yield struct.pack("<ff", *pair)


def found(house, *places):
    data = bytes_of(house)
    return [trace for place in places for trace in traces(place) if trace in data]


@RUNGS
def test_no_place_stands_in_any_file_whatever_was_judged_of_it(house, mode):
    one = watch(house, mode=mode)
    one.walk_out(12)
    one.walk_home()
    one.post(report(one.serial, house.clock.now(), AWAY, says=DeviceSays(battery_percent=5)))
    house.verify()
    assert len(one.alerts()) == 1
    assert found(house, HOME, AWAY) == []


def test_a_place_that_did_stand_there_would_be_found(house):
    for trace in traces(HOME):
        (house.folder / "planted").write_bytes(b"..." + trace + b"...")
        assert trace in found(house, HOME)


# --- without geometry -----------------------------------------------------------------------------------


@RUNGS
def test_without_geometry_nobody_can_tell_and_nothing_is_raised(house, mode):
    one = watch(house, zones=False, mode=mode)
    assert set(one.walk_out(20)) == {"judged" if mode is ModeCode.ZONE_ON_ARRIVAL else "kept"}
    assert one.alerts() == ()
    assert one.monitor.zones_wanted() == {one.condition_id}
    give_zones(house, one.monitor)
    assert one.monitor.zones_wanted() == set()
    one.stay(AWAY, 2)
    assert one.alerts() == ()
    one.stay(AWAY, 8)
    assert one.alert().began_at == house.clock.now() - 9 * MINUTE


class Stopped:
    """A vault that gives no answer."""

    def keys(self, index):
        raise VaultUnavailable("no answer")

    open = keys

    def checkpoint(self):
        raise VaultUnavailable("no answer")


@RUNGS
def test_while_the_vault_is_stopped_collection_goes_on_and_nothing_is_raised(house, mode):
    one = watch(house, zones=False, mode=mode)
    running, house.vault = house.vault, Stopped()
    before = everything(house)
    with pytest.raises(VaultUnavailable):
        give_zones(house, one.monitor)
    assert [line for line in everything(house) if line not in before and "pulse" not in line] == []
    assert set(one.walk_out(20)) == {"judged" if mode is ModeCode.ZONE_ON_ARRIVAL else "kept"}
    assert one.alerts() == ()
    house.vault = running
    give_zones(house, one.monitor)
    one.stay(AWAY, 8)
    assert one.alert().began_at == house.clock.now() - 7 * MINUTE


# --- a restart ------------------------------------------------------------------------------------------


@RUNGS
def test_after_a_restart_confirmation_begins_at_zero(house, mode):
    one = watch(house, mode=mode)
    one.walk_out(2)
    one.restart()
    one.stay(AWAY)
    assert one.alerts() == ()


def test_an_alert_never_rests_on_more_than_its_evidence_shows(house):
    one = watch(house, **JUDGED_ONLY)
    one.walk_out(2)
    one.restart()
    one.stay(AWAY, 8)
    assert len(copied(one)) == one.alert().seen.fixes


def test_beside_an_uncertain_alert_too_confirmation_begins_at_zero(house):
    one = watch(house, **JUDGED_ONLY)
    one.stay((HOME[0] + 0.00185, HOME[1]), 35)
    assert one.alert().weight is Weight.UNCERTAIN
    one.stay(AWAY, 5)
    one.restart()
    one.stay(AWAY)
    assert [alert.weight for alert in one.alerts()] == [Weight.UNCERTAIN]


@RUNGS
def test_after_a_restart_a_late_fix_is_late(house, mode):
    one = watch(house, mode=mode)
    house.clock.pass_(20 * MINUTE)
    one.monitor.idle()
    one.at(HOME)
    one.restart()
    for ago in range(19, 1, -1):
        one.at(AWAY, house.clock.now() - ago * MINUTE)
    assert one.alerts() == ()


@RUNGS
def test_those_late_fixes_would_be_raised_had_nothing_newer_been_seen(house, mode):
    one = watch(house, mode=mode)
    house.clock.pass_(20 * MINUTE)
    one.restart()
    for ago in range(19, 1, -1):
        one.at(AWAY, house.clock.now() - ago * MINUTE)
    assert one.alert().weight is Weight.ADVERSE


@RUNGS
def test_after_a_restart_an_open_alert_stays_open_and_fixes_on_the_right_side_end_it(house, mode):
    one = watch(house, mode=mode)
    one.accused()
    one.restart()
    one.stay(AWAY, 10)
    assert one.alert().ended_at is None
    one.walk_home(1)
    assert one.alert().ended_at is None
    one.stay(HOME)
    assert one.alert().ended_at == house.clock.now() - MINUTE


@RUNGS
def test_after_a_restart_a_late_fix_still_weakens_what_is_open(house, mode):
    one = watch(house, mode=mode)
    alert = one.accused()
    one.restart()
    one.at(HOME, alert.began_at + 30 * SECOND)
    assert one.alert().weakened_why is Why.LATE_FIX


# --- two monitors on one store --------------------------------------------------------------------------

OUT_AND_BACK = [(HOME, WALKING_MPS), *[(AWAY, None)] * 7, *[(HOME, None)] * 3, (HOME, WALKING_MPS), *[(AWAY, None)] * 7]


def lived(house, mode, monitors=1):
    """Out and back and out again, the fixes handed to so many monitors in turn."""
    one = watch(house, mode=mode)
    others = [house.monitor(f"m{number}") for number in range(2, monitors + 1)]
    for other in others:
        give_zones(house, other)
    for number, (place, speed) in enumerate(OUT_AND_BACK):
        house.clock.pass_(MINUTE)
        one.at(place, speed=speed, monitor=[one.monitor, *others][number % monitors])
    return [story(alert) for alert in one.alerts()]


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """What one monitor raises that is handed every fix in its time, by rung."""
    found = {}
    for mode in (ModeCode.ZONE_ON_ARRIVAL, ModeCode.FITTED_TRAIL):
        house = House(tmp_path_factory.mktemp("alone"))
        try:
            found[mode] = lived(house, mode)
        finally:
            house.close()
    return found


@beside
@RUNGS
@pytest.mark.parametrize("monitors", [2, 3])
def test_monitors_on_one_store_raise_together_what_one_alone_raises(house, alone, mode, monitors):
    """What one saw the others do not know of: confirming may take them longer, never less long."""
    expected, together = alone[mode], lived(house, mode, monitors)
    assert len(expected) == 2
    assert [(one[0], one[3], one[4]) for one in together] == [(one[0], one[3], one[4]) for one in expected]
    for late, early in zip(together, expected, strict=True):
        assert early[1] <= late[1] <= late[2] - 2 * MINUTE
        assert early[2] <= late[2]


@beside
def test_a_monitor_that_began_on_an_empty_store_goes_on_with_what_another_judged(house):
    one = watch(house)
    other = house.monitor("m2")
    give_zones(house, other)
    one.stay(HOME, speed=WALKING_MPS)
    one.stay(AWAY)
    began = house.clock.now()
    for _ in range(7):
        house.clock.pass_(MINUTE)
        one.at(AWAY, monitor=other)
    assert one.alert().began_at == began


@beside
@RUNGS
def test_a_fix_that_both_are_handed_counts_once(house, mode):
    one = watch(house, mode=mode)
    other = house.monitor("m2")
    give_zones(house, other)
    one.stay(HOME, speed=WALKING_MPS)
    for _ in range(2):
        one.stay(AWAY)
        one.at(AWAY, monitor=other)
    assert one.alerts() == ()
    one.stay(AWAY)
    again = one.at(AWAY, monitor=other)
    assert again == ("duplicate" if mode is ModeCode.FITTED_TRAIL else again)
    assert one.alert().seen.fixes == 3


@RUNGS
def test_what_one_monitor_raised_the_other_ends(house, mode):
    one = watch(house, mode=mode)
    other = house.monitor("m2")
    give_zones(house, other)
    one.accused()
    for _ in range(2):
        house.clock.pass_(MINUTE)
        one.at(HOME, monitor=other)
    assert one.alert().ended_at == house.clock.now() - MINUTE
    one.stay(AWAY, 2)
    assert len(one.alerts()) == 1


def test_only_fixes_of_the_run_itself_are_its_evidence(house):
    one = watch(house, **JUDGED_ONLY)
    other = house.monitor("m2")
    give_zones(house, other)
    one.stay(HOME, speed=WALKING_MPS)
    one.stay(AWAY)
    one.stay(HOME, monitor=other)
    one.stay(AWAY, 8)
    assert one.alert().began_at == house.clock.now() - 7 * MINUTE
    assert len(copied(one)) == one.alert().seen.fixes


# --- a batch that fails ---------------------------------------------------------------------------------


def remembered(monitor):
    """What a monitor judges by."""
    held = monitor._watching
    parts = (held._watches, held._device_watches, held._contacts, held._newest, held._scratch, held._recent)
    return [*(dict(part) for part in parts), held.number, monitor._seen.held()]


@pytest.mark.parametrize("when", ["before", "after"])
@RUNGS
def test_a_batch_that_cannot_be_recorded_changes_nothing_and_the_same_again_gives_one_alert(
    house, monkeypatch, mode, when
):
    one = watch(house, mode=mode)
    one.walk_out(2)
    house.clock.pass_(MINUTE)
    last = report(one.serial, house.clock.now(), AWAY, says=says(9))
    keep = IngestingRows.keep

    def refuses(self, *given):
        if when == "after":
            keep(self, *given)
        raise CannotRecord("the disk is full")

    stored, held = everything(house), remembered(one.monitor)
    monkeypatch.setattr(IngestingRows, "keep", refuses)
    for _ in range(3):
        with pytest.raises(CannotRecord):
            one.post(last)
    assert (everything(house), remembered(one.monitor)) == (stored, held)
    assert one.alerts() == ()
    monkeypatch.setattr(IngestingRows, "keep", keep)
    one.post(last)
    assert one.alert().seen.fixes == 3


@RUNGS
def test_a_batch_that_was_durable_though_we_were_not_told_is_judged_once(house, mode):
    one = watch(house, mode=mode)
    one.walk_out(2)
    house.clock.pass_(MINUTE)
    with answers_lost(house), pytest.raises(CannotRecord):
        one.at(AWAY)
    one.at(AWAY)
    assert one.alert().seen.fixes == 3
    one.stay(AWAY, 3)
    one.walk_home()
    assert one.alert().ended_at == house.clock.now() - MINUTE


def test_a_catch_up_that_failed_midway_loses_no_fix_that_was_judged(house, monkeypatch):
    one = watch(house, **JUDGED_ONLY)

    def away(*_):
        raise CannotRecord("the store is away")

    for lost in ("sightings_since", "seen_since"):
        house.clock.pass_(MINUTE)
        with answers_lost(house), pytest.raises(CannotRecord):
            one.at(HOME)
        with monkeypatch.context() as broken:
            broken.setattr(ReadingRows, lost, away)
            with pytest.raises(CannotRecord):
                one.monitor.refresh()
        one.monitor.refresh()
        assert one.at(HOME) == "duplicate"


# --- a decision that is over, or paused -----------------------------------------------------------------


def held_of_places(monitor):
    held = monitor._watching
    return len(held._zones._packed), len(held._scratch) + len(held._quiet), len(held._recent)


@pytest.mark.parametrize("stop", ["withdrawn", "paused"])
@RUNGS
def test_when_a_decision_stops_its_alert_ends_and_what_follows_from_places_is_forgotten(house, mode, stop):
    one = watch(house, mode=mode)
    one.accused()
    house.clock.pass_(MINUTE)
    if stop == "withdrawn":
        end_decision(house.store, house.chance, one.decision_id, Move.WITHDRAW, Ender(ANA))
    else:
        suspend_decision(house.store, one.decision_id, Ender(ANA))
    assert one.alert().ended_at == house.clock.now()
    assert held_of_places(one.monitor)[:2] == (1, 1)
    one.monitor.refresh()
    one.monitor.idle()
    assert held_of_places(one.monitor) == (0, 0, 0)
    assert one.monitor.zones_wanted() == set()
    before = judged_row(one)
    assert set(one.stay(AWAY, 10)) == {"refused ended" if stop == "withdrawn" else "refused suspended"}
    assert (len(one.alerts()), judged_row(one)) == (1, before)
    give_zones(house, one.monitor)
    assert held_of_places(one.monitor)[0] == 0


def test_after_a_pause_the_zone_is_wanted_again_and_the_next_walk_out_is_raised(house):
    one = watch(house)
    one.accused()
    suspend_decision(house.store, one.decision_id, Ender(ANA))
    one.monitor.refresh()
    house.clock.pass_(HOUR)
    resume_decision(house.store, one.decision_id, Ender(ANA))
    one.monitor.refresh()
    assert one.monitor.zones_wanted() == {one.condition_id}
    give_zones(house, one.monitor)
    one.walk_home()
    one.walk_out()
    assert [alert.ended_at is None for alert in one.alerts()] == [False, True]


def test_after_a_pause_whoever_is_out_is_found_anew(house):
    one = watch(house)
    one.accused()
    suspend_decision(house.store, one.decision_id, Ender(ANA))
    house.clock.pass_(DAY)
    resume_decision(house.store, one.decision_id, Ender(ANA))
    house.issue_keys()
    give_zones(house, one.monitor)
    one.stay(AWAY, 20)
    assert [alert.ended_at is None for alert in one.alerts()] == [False, True]


@RUNGS
def test_no_place_is_held_for_longer_than_ten_minutes(house, mode):
    one = watch(house, mode=mode)
    one.stay(HOME)
    one.stay(AWAY, 30)
    one.monitor.idle()
    [(_, scratch)] = one.monitor._watching._scratch.values()
    assert scratch.back_at is None or house.clock.now() - scratch.back_at <= timedelta(minutes=10)


def test_scratch_of_someone_who_says_nothing_is_gone_after_ten_minutes(house):
    one = watch(house, **JUDGED_ONLY)
    one.stay(HOME)
    assert held_of_places(one.monitor) == (1, 1, 1)
    house.clock.pass_(10 * MINUTE + SECOND)
    one.monitor.idle()
    assert held_of_places(one.monitor) == (1, 0, 0)


# --- order ----------------------------------------------------------------------------------------------


@RUNGS
@pytest.mark.parametrize("seed", range(2))
def test_a_backlog_newer_than_anything_judged_is_judged_in_order_however_it_is_sent(house, alone, mode, seed):
    expected = alone[mode]
    one = watch(house, mode=mode)
    start = house.clock.now()
    lines = [
        report(one.serial, start + number * MINUTE, place, speed=speed)
        for number, (place, speed) in enumerate(OUT_AND_BACK, start=1)
    ]
    Random(seed).shuffle(lines)
    house.clock.pass_(HOUR)
    one.post(*lines)
    # Raised in one moment, they come in no order of their own.
    assert [story(alert) for alert in sorted(one.alerts(), key=lambda alert: alert.began_at)] == expected
    assert len(expected) == 2


@RUNGS
def test_a_late_fix_on_the_wrong_side_adds_nothing(house, mode):
    one = watch(house, mode=mode)
    one.walk_out(2)
    for seconds in (10, 20, 30, 40, 50):
        one.at(AWAY, house.clock.now() - seconds * SECOND)
    assert one.alerts() == ()
    one.stay(AWAY)
    assert one.alert().seen.fixes == 3


@RUNGS
def test_a_late_fix_on_the_right_side_ends_a_run(house, mode):
    one = watch(house, mode=mode)
    one.walk_out(2)
    one.at(HOME, house.clock.now() - 30 * SECOND)
    one.stay(AWAY)
    assert one.alerts() == ()


@RUNGS
def test_a_late_fix_on_the_right_side_weakens_what_is_open(house, mode):
    one = watch(house, mode=mode)
    alert = one.accused()
    one.at(HOME, alert.began_at + 30 * SECOND)
    assert (one.alert().weakened_why, one.alert().weakened_at) == (Why.LATE_FIX, alert.began_at + 30 * SECOND)


def test_a_late_fix_on_the_right_side_weakens_what_has_ended_too(house):
    """zoned.py promises: whatever order, what still stands when all have arrived the true order would have raised."""
    one = watch(house)
    alert = one.accused()
    one.walk_home()
    one.at(HOME, alert.began_at + 30 * SECOND)
    assert one.alert().weakened_why is Why.LATE_FIX


def test_an_alert_that_is_open_for_days_does_not_end_by_itself(house):
    one = watch(house)
    one.accused()
    for _ in range(4):
        house.clock.pass_(DAY)
        house.issue_keys()
        one.monitor.refresh()
        one.monitor.idle()
        one.at(AWAY)
    assert one.alert().ended_at is None


# --- what devices say of themselves ---------------------------------------------------------------------


def says(battery=None, *alarms, charging=None):
    return DeviceSays(battery, charging, frozenset(alarms))


def test_a_battery_that_is_low_twice_is_one_matter_of_service_and_one_task(house):
    one = watch(house)
    one.stay(HOME, says=says(15))
    assert (one.alerts(), task_kinds(house)) == ((), [])
    one.stay(HOME, 5, says=says(14))
    alert = one.alert()
    assert (alert.matter, alert.weight) == (Matter.BATTERY, Weight.SERVICE)
    [(kind, task)] = tasks(house)
    assert (kind, task.case_id, task.decision_id) == (TaskKind.WARN_WEARER, one.person.case.id, one.decision_id)
    one.stay(HOME, says=says(90))
    assert one.alert().ended_at == house.clock.now()


def test_a_reading_that_is_sent_twice_is_one_reading(house):
    one = watch(house)
    assert [one.at(HOME, says=says(15)) for _ in range(2)] == ["kept", "duplicate"]
    assert one.alerts() == ()


def test_a_fault_swaps_the_device_and_weakens_what_stands_against_the_person(house):
    one = watch(house)
    accused = one.accused()
    one.stay(AWAY, says=says(None, Alarm.FAULT))
    weakened, fault = one.alerts()
    assert (weakened.id, weakened.weakened_why) == (accused.id, Why.FAULTY_DEVICE)
    assert (fault.matter, fault.weight) == (Matter.DEVICE_FAULT, Weight.SERVICE)
    assert task_kinds(house) == [TaskKind.SWAP_DEVICE]
    one.stay(AWAY, says=says(None, Alarm.FAULT))
    assert task_kinds(house) == [TaskKind.SWAP_DEVICE]


def test_a_fault_that_comes_with_the_fix_that_confirms_weakens_it_at_once(house):
    one = watch(house)
    one.walk_out(2)
    one.stay(AWAY, says=says(None, Alarm.FAULT))
    assert [alert.weakened_why for alert in one.alerts() if alert.weight is Weight.ADVERSE] == [Why.FAULTY_DEVICE]


def test_a_fault_weakens_tampering_too(house):
    one = watch(house)
    one.stay(HOME, says=says(None, Alarm.STRAP, Alarm.CASE))
    one.stay(HOME, says=says(None, Alarm.FAULT))
    assert [alert.stands for alert in one.alerts() if alert.weight is Weight.ADVERSE] == [False]


def test_a_device_that_said_it_is_faulty_speaks_against_nobody_from_then_on(house):
    one = watch(house)
    one.stay(HOME, speed=WALKING_MPS, says=says(None, Alarm.FAULT))
    one.stay(AWAY, 3)
    assert [alert for alert in one.alerts() if alert.weight is Weight.ADVERSE and alert.stands] == []


@pytest.mark.parametrize(
    "mode", [mode.code for mode in LADDER if Kind.FIX in mode.admits and Kind.EVENT not in mode.admits]
)
def test_a_mode_that_admits_no_events_admits_no_tampering_and_no_fault(house, mode):
    one = watch(house, mode=mode)
    one.stay(HOME, 3, says=says(None, Alarm.STRAP, Alarm.CASE, Alarm.RADIO, Alarm.FAULT))
    assert (one.alerts(), task_kinds(house)) == ((), [])
    one.stay(HOME, 2, says=says(10))
    assert [alert.matter for alert in one.alerts()] == [Matter.BATTERY]


def test_two_sensors_near_in_time_bear_each_other_out_and_one_alone_does_not(house):
    one = watch(house)
    one.stay(HOME, 2, says=says(None, Alarm.STRAP))
    assert one.alert().weight is Weight.UNCERTAIN
    one.stay(HOME, says=says(None, Alarm.CASE))
    assert [(alert.weight, alert.ended_at is None) for alert in one.alerts()] == [
        (Weight.UNCERTAIN, False),
        (Weight.ADVERSE, True),
    ]


def test_a_strap_that_says_the_same_for_an_hour_is_one_matter(house):
    one = watch(house)
    one.stay(HOME, 60, says=says(None, Alarm.STRAP))
    assert len(one.alerts()) == 1


BACKLOGS = {
    "a battery low, charged, low": [says(battery) for battery in (15, 14, 90, 15, 14)],
    "three sensors one after another": [says(None, alarm) for alarm in (Alarm.STRAP, Alarm.CASE, Alarm.RADIO)],
}


@pytest.mark.parametrize("said", BACKLOGS.values(), ids=BACKLOGS.keys())
def test_a_backlog_of_what_a_device_said_of_itself_can_be_kept(house, said):
    one = watch(house)
    house.clock.pass_(10 * MINUTE)
    lines = [report(one.serial, house.clock.now() - ago * MINUTE, HOME, says=each) for ago, each in enumerate(said)]
    assert one.post(*lines) == ["kept"] * len(said)


# --- contact --------------------------------------------------------------------------------------------


def contact(house):
    return rows(house, "SELECT contact_at, newest_fix_at FROM contact")


def ms(at):
    return round(at.timestamp() * 1000)


def test_where_no_trail_is_kept_the_newest_judged_fix_is_written_each_time(house):
    one = watch(house, **JUDGED_ONLY)
    for _ in range(3):
        one.stay(HOME)
        now = ms(house.clock.now())
        assert contact(house) == [(now, now)]
    one.at(HOME, house.clock.now() - 10 * SECOND)
    assert contact(house) == [(now, now)]


def test_where_a_trail_is_kept_it_tells_and_contact_is_written_every_ten_minutes(house):
    one = watch(house)
    first = ms(house.clock.now() + MINUTE)
    one.stay(HOME, 10)
    assert contact(house) == [(first, first)]
    one.stay(HOME)
    assert contact(house) == [(first + 10 * 60_000,) * 2]


def test_a_device_that_cannot_find_itself_is_heard_of_all_the_same(house):
    one = watch(house)
    assert one.at(None) == "refused no_fix_time"
    assert contact(house) == [(ms(house.clock.now()), None)]


def test_of_a_device_whose_decision_is_over_no_contact_is_written(house):
    one = watch(house)
    end_decision(house.store, house.chance, one.decision_id, Move.WITHDRAW, Ender(ANA))
    one.stay(HOME, 3)
    assert contact(house) == []


def test_an_alert_in_the_store_is_the_finding_to_the_last_field(house):
    one = watch(house)
    alert = one.accused()
    assert (alert.case_id, alert.fitting_id) == (one.person.case.id, one.person.fitting.id)
    assert alert.raised_at == house.clock.now()
    assert astuple(alert.seen)[:3] == (3, 0, None)
    assert alert.seen.gap_s == 60
