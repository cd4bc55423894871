"""A device says when a line is crossed and no more: whoever crossed it before that was asked of them is rung, too."""

import pytest
from support.house import ANA
from support.watched import DAY, HOUR, MINUTE, desk, pass_time, passing, watch

from custodiet.flows.end_decision import resume_decision, suspend_decision
from custodiet.model.condition import ConditionKind, Interval, Schedule
from custodiet.model.finding import Matter, Weight
from custodiet.model.mode import Kind, ModeCode
from custodiet.model.report import Crossing, Report
from custodiet.rules.decisions import Ender

QUARTER = {"look_every": 15 * MINUTE}


def hours(house, *spans):
    """Each from so many hours from now until so many."""
    now = house.clock.now()
    return Schedule(once=tuple(Interval(now + from_h * HOUR, now + to_h * HOUR) for from_h, to_h in spans))


def on_device(house, kind=ConditionKind.INCLUSION, *spans, serial="TAG-1", **given):
    if spans:
        given["schedule"] = hours(house, *spans)
    return watch(house, serial, kind=kind, mode=ModeCode.ZONE_ON_DEVICE, **given)


def crosses(one, at=None, *, entered):
    crossing, at = Crossing(one.condition_id, entered, 12.0), at or one.house.clock.now()
    assert one.post(Report(one.serial, Kind.TRANSITION, at, None, crossing=crossing)) == ["kept"]


def told(one):
    return [(alert.matter, alert.weight, alert.began_at, alert.ended_at) for alert in one.alerts()]


WRONG = {ConditionKind.INCLUSION: False, ConditionKind.EXCLUSION: True}


@pytest.mark.parametrize("kind", WRONG)
def test_whoever_was_there_before_its_hours_is_rung_once_half_an_hour_into_them(house, kind):
    one, began = on_device(house, kind, (2, 8)), house.clock.now() + 2 * HOUR
    house.clock.pass_(HOUR)
    crosses(one, entered=WRONG[kind])
    pass_time(house, one.monitor, 89 * MINUTE, **QUARTER)
    assert told(one) == []
    pass_time(house, one.monitor, 2 * HOUR, **QUARTER)
    assert told(one) == [(Matter.OUT_OF_PLACE, Weight.UNCERTAIN, began, None)]
    pass_time(house, one.monitor, 5 * HOUR, **QUARTER)
    assert told(one) == [(Matter.OUT_OF_PLACE, Weight.UNCERTAIN, began, began + 6 * HOUR)]


@pytest.mark.parametrize("kind", WRONG)
def test_whoever_is_on_the_right_side_or_never_said_where_is_not(house, kind):
    one = on_device(house, kind, (2, 8))
    silent = on_device(house, kind, (2, 8), serial="TAG-2")
    crosses(one, entered=WRONG[kind])
    house.clock.pass_(MINUTE)
    crosses(one, entered=not WRONG[kind])
    pass_time(house, one.monitor, 9 * HOUR, look_every=HOUR)
    assert told(one) == told(silent) == []


def test_coming_back_ends_it_and_going_again_is_told_anew(house):
    one = on_device(house, ConditionKind.EXCLUSION, (1, 9))
    crosses(one, entered=True)
    pass_time(house, one.monitor, 2 * HOUR, **QUARTER)
    left = house.clock.now()
    crosses(one, entered=False)
    house.clock.pass_(MINUTE)
    crosses(one, entered=True)
    passing(house).look()
    first, again = told(one)
    assert (first[3], again[2:]) == (left, (left + MINUTE, None))


def test_each_of_its_hours_is_a_matter_of_its_own(house):
    one, now = on_device(house, ConditionKind.EXCLUSION, (1, 3), (5, 7)), house.clock.now()
    house.clock.pass_(90 * MINUTE)
    crosses(one, entered=True)
    pass_time(house, one.monitor, 6 * HOUR, **QUARTER)
    expected = [(now + 90 * MINUTE, now + 3 * HOUR), (now + 5 * HOUR, now + 7 * HOUR)]
    assert [each[2:] for each in told(one)] == expected


def test_the_same_said_again_in_later_hours_is_told_of_once(house):
    one, now = on_device(house, ConditionKind.EXCLUSION, (1, 3), (5, 7)), house.clock.now()
    house.clock.pass_(90 * MINUTE)
    crosses(one, entered=True)
    pass_time(house, one.monitor, 211 * MINUTE, **QUARTER)
    again = house.clock.now()
    crosses(one, entered=True)
    pass_time(house, one.monitor, HOUR, **QUARTER)
    assert [each[2:] for each in told(one)] == [(now + 90 * MINUTE, now + 3 * HOUR), (again, None)]


def test_the_same_said_again_after_days_is_one_matter(house):
    one, now = on_device(house, ConditionKind.EXCLUSION, review_due_at=house.clock.now() + 30 * DAY), house.clock.now()
    for days in range(4):
        house.clock.set(now + days * 5 * DAY)
        house.issue_keys()
        crosses(one, entered=True)
        pass_time(house, one.monitor, HOUR, **QUARTER)
    assert [each[2:] for each in told(one)] == [(now, None)]


def test_the_same_said_again_after_the_clock_has_rung_goes_on_from_there(house):
    one, now = on_device(house, ConditionKind.EXCLUSION, (1, 9)), house.clock.now()
    crosses(one, entered=True)
    pass_time(house, one.monitor, 2 * HOUR, **QUARTER)
    again = house.clock.now()
    crosses(one, entered=True)
    pass_time(house, one.monitor, 2 * HOUR, **QUARTER)
    assert [each[2:] for each in told(one)] == [(now + HOUR, again), (again, None)]


@pytest.mark.parametrize("left_h", [0.5, 1.5], ids=["before the hours", "in them"])
def test_whoever_had_left_and_is_heard_late_is_over_it(house, left_h):
    one, now = on_device(house, ConditionKind.EXCLUSION, (1, 9)), house.clock.now()
    crosses(one, entered=True)
    pass_time(house, one.monitor, 2 * HOUR, **QUARTER)
    crosses(one, now + left_h * HOUR, entered=False)
    pass_time(house, one.monitor, 2 * HOUR, **QUARTER)
    assert [each[2:] for each in told(one)] == [(now + HOUR, now + max(1, left_h) * HOUR)]


def test_what_comes_late_and_is_not_the_newest_ends_nothing(house):
    one, now = on_device(house, ConditionKind.EXCLUSION), house.clock.now()
    crosses(one, entered=True)
    pass_time(house, one.monitor, HOUR, **QUARTER)
    crosses(one, entered=True)
    crosses(one, now + 30 * MINUTE, entered=False)
    pass_time(house, one.monitor, 2 * HOUR, **QUARTER)
    assert [each[3] for each in told(one)] == [None]


def test_an_absence_in_the_middle_of_it_is_no_second_matter(house):
    one, now = on_device(house), house.clock.now()
    crosses(one, entered=False)
    desk(house).authorise_absence(one.condition_id, Interval(now + 2 * HOUR, now + 3 * HOUR), ANA)
    pass_time(house, one.monitor, 6 * HOUR, **QUARTER)
    assert [each[2:] for each in told(one)] == [(now, None)]


def test_while_our_path_is_down_nobody_is_rung(house):
    one, now = on_device(house, ConditionKind.EXCLUSION, (1, 9)), house.clock.now()
    pass_time(house, one.monitor, MINUTE)
    crosses(one, entered=True)
    house.clock.set(now + 3 * HOUR)
    passing(house).look()
    one.monitor.idle()
    passing(house).look()
    assert told(one) == []
    pass_time(house, one.monitor, 40 * MINUTE, **QUARTER)
    assert [each[2] for each in told(one)] == [now + HOUR]


def test_a_dead_device_rings_nobody_every_night(house):
    nights = [(1 + 24 * night, 8 + 24 * night) for night in range(6)]
    one = on_device(house, ConditionKind.EXCLUSION, *nights, review_due_at=house.clock.now() + 30 * DAY)
    crosses(one, entered=True)
    pass_time(house, one.monitor, 6 * DAY, look_every=HOUR)
    assert len(told(one)) == 1  # then its silence was found


def test_whoever_left_within_an_absence_and_stays_away_is_rung_after_it(house):
    one, now = on_device(house), house.clock.now()
    desk(house).authorise_absence(one.condition_id, Interval(now, now + HOUR), ANA)
    one.monitor.refresh()
    house.clock.pass_(MINUTE)
    crosses(one, entered=False)
    pass_time(house, one.monitor, 80 * MINUTE, **QUARTER)
    assert told(one) == []
    pass_time(house, one.monitor, 5 * DAY, look_every=HOUR)
    assert told(one) == [(Matter.OUT_OF_PLACE, Weight.UNCERTAIN, now + HOUR, None)]


def test_nobody_is_rung_again_for_an_absence_of_long_ago(house):
    one, now = on_device(house, review_due_at=house.clock.now() + 30 * DAY), house.clock.now()
    desk(house).authorise_absence(one.condition_id, Interval(now, now + HOUR), ANA)
    one.monitor.refresh()
    house.clock.pass_(MINUTE)
    crosses(one, entered=False)
    pass_time(house, one.monitor, 20 * DAY, look_every=6 * HOUR)
    assert [each[2] for each in told(one)] == [now + HOUR]


@pytest.mark.parametrize("kind", [ConditionKind.EXCLUSION, ConditionKind.CURFEW])
def test_what_was_said_before_a_pause_says_nothing_after_it(house, kind):
    """Of a zone nobody is rung by it; of a curfew nobody is spared by it."""
    one = on_device(house, kind, (4, 9))
    night = house.clock.now() + 4 * HOUR
    crosses(one, entered=True)
    suspend_decision(house.store, one.decision_id, Ender(ANA))
    house.clock.pass_(HOUR)
    resume_decision(house.store, one.decision_id, Ender(ANA))
    one.monitor.refresh()
    pass_time(house, one.monitor, 5 * HOUR, **QUARTER)
    matters = [(Matter.UNANSWERED, night)] if kind is ConditionKind.CURFEW else []
    assert [(each[0], each[2]) for each in told(one)] == matters


def test_whoever_comes_home_late_is_home(house):
    one = on_device(house, ConditionKind.CURFEW, (1, 9))
    crosses(one, entered=False)
    pass_time(house, one.monitor, 2 * HOUR, **QUARTER)
    crosses(one, entered=True)
    passing(house).look()
    assert [(each[0], each[3]) for each in told(one)] == [(Matter.UNANSWERED, house.clock.now())]
