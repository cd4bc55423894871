"""What a device says of itself: a battery is a matter of service, one sensor proves nothing, a fault speaks for the
wearer.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.decided import decided

from custodiet.model.condition import Interval
from custodiet.model.finding import DeviceWatch, Ended, Matter, Raised, Weakened, Weight, Why
from custodiet.model.judging import DEFAULTS, Judging
from custodiet.model.report import Alarm, DeviceSays
from custodiet.rules.conditions.device import judge_device

T0 = datetime(2031, 3, 3, 12, tzinfo=UTC)
DAY = timedelta(days=1)
DECISION = decided(T0, id="d1")
STRAP, CASE, RADIO, FAULT = Alarm.STRAP, Alarm.CASE, Alarm.RADIO, Alarm.FAULT
SENSORS = (STRAP, CASE, RADIO)


def at(seconds):
    return T0 + timedelta(seconds=seconds)


def booked(from_s, to_s):
    return Interval(at(from_s), at(to_s))


ALL_DAY = (booked(-3600, 24 * 3600),)


def battery(percent, charging=None):
    return DeviceSays(battery_percent=percent, charging=charging)


def alarm(*alarms):
    return DeviceSays(alarms=frozenset(alarms))


class Device:
    """One device that reports, and what came of it."""

    def __init__(self, judging=DEFAULTS):
        self.judging = judging
        self.watch = DeviceWatch("fit_1")
        self.findings, self.faulty = [], []

    def says(self, *reports, removals=()):
        """Each report is (seconds, what it says)."""
        for s, says in reports:
            verdict = judge_device(DECISION, self.watch, says, at(s), self.judging, removals)
            self.watch = verdict.watch
            self.findings += verdict.findings
            self.faulty.append(verdict.faulty)
        return self

    def raised(self, matter=None):
        return [one for one in self.findings if isinstance(one, Raised) and matter in (None, one.matter)]

    def words(self):
        """What came of it, as text; what ends or weakens an alert names it by its place among those raised."""
        places = {one.alert_id: n for n, one in enumerate(self.raised(), start=1)}
        text = []
        for one in self.findings:
            if isinstance(one, Raised):
                began, confirmed = ((each - T0).total_seconds() for each in (one.began_at, one.confirmed_at))
                text.append(f"{one.matter} {one.weight} {began:g}-{confirmed:g}")
            elif isinstance(one, Weakened):
                text.append(f"{places[one.alert_id]} weakened {(one.at - T0).total_seconds():g}")
            else:
                text.append(f"{places[one.alert_id]} ended {(one.ended_at - T0).total_seconds():g}")
        return ", ".join(text)


# --- battery --------------------------------------------------------------------------------------------

BATTERY = {
    "one low reading": ([(0, battery(15))], ""),
    "two in a row": ([(0, battery(15)), (60, battery(14))], "battery service 60-60"),
    "at the mark is low": ([(0, battery(20)), (60, battery(20))], "battery service 60-60"),
    "just above it is not": ([(0, battery(20.1)), (60, battery(20.1))], ""),
    "two that are not in a row": ([(0, battery(15)), (60, battery(40)), (120, battery(15))], ""),
    "told once": ([(60 * n, battery(10)) for n in range(9)], "battery service 60-60"),
    "empty": ([(0, battery(0)), (60, battery(0))], "battery service 60-60"),
    "low and charging": ([(0, battery(5, charging=True)), (60, battery(5, charging=True))], ""),
    "low, then charging, then low": ([(0, battery(15)), (60, battery(15, charging=True)), (120, battery(15))], ""),
    "low and not charging": (
        [(0, battery(15, charging=False)), (60, battery(15, charging=False))],
        "battery service 60-60",
    ),
    "charging clears it": (
        [(0, battery(15)), (60, battery(15)), (120, battery(15, charging=True))],
        "battery service 60-60, 1 ended 120",
    ),
    "charged clears it": (
        [(0, battery(15)), (60, battery(15)), (120, battery(30))],
        "battery service 60-60, 1 ended 120",
    ),
    "charging without a percentage clears it": (
        [(0, battery(15)), (60, battery(15)), (120, battery(None, charging=True))],
        "battery service 60-60, 1 ended 120",
    ),
    "not charging without a percentage does not": (
        [(0, battery(15)), (60, battery(15)), (120, battery(None, charging=False))],
        "battery service 60-60",
    ),
    "a little better does not": (
        [(0, battery(15)), (60, battery(15)), (120, battery(29.9)), (180, battery(15))],
        "battery service 60-60",
    ),
    "low again after it was charged": (
        [(0, battery(15)), (60, battery(15)), (120, battery(90)), (180, battery(15)), (240, battery(15))],
        "battery service 60-60, 1 ended 120, battery service 240-240",
    ),
    "one low reading after it was charged": (
        [(0, battery(15)), (60, battery(15)), (120, battery(90)), (180, battery(15))],
        "battery service 60-60, 1 ended 120",
    ),
    "one low reading that comes again": ([(0, battery(15)), (0, battery(15))], ""),
    "one that comes again after a fine one": ([(0, battery(15)), (60, battery(90)), (0, battery(15))], ""),
    "one from before the newest low one": ([(60, battery(15)), (0, battery(14))], ""),
    "two that come again after it was charged": (
        [(0, battery(15)), (60, battery(15)), (120, battery(90)), (0, battery(15)), (60, battery(15))],
        "battery service 60-60, 1 ended 120",
    ),
    "an unknown reading is no evidence of a low one": ([(0, battery(15)), (60, battery(None))], ""),
    "nor of one that is fine": (
        [(0, battery(15)), (60, battery(None)), (120, battery(15))],
        "battery service 120-120",
    ),
    "an unknown reading ends nothing": (
        [(0, battery(15)), (60, battery(15)), (120, battery(None))],
        "battery service 60-60",
    ),
}


@pytest.mark.parametrize(("reports", "came"), BATTERY.values(), ids=BATTERY.keys())
def test_a_battery_is_low_on_two_readings_in_a_row_and_fine_when_charging(reports, came):
    assert Device().says(*reports).words() == came


def test_the_marks_of_a_battery_are_those_of_the_scheme():
    judging = Judging(battery_low_percent=40, battery_fine_percent=60)
    device = Device(judging).says((0, battery(40)), (60, battery(40)), (120, battery(59)), (180, battery(60)))
    assert device.words() == "battery service 60-60, 1 ended 180"


def test_a_battery_tells_how_many_readings_and_no_condition():
    [raised] = Device().says((0, battery(15)), (60, battery(15))).findings
    assert (raised.seen.fixes, raised.condition_id, raised.fitting_id) == (2, None, "fit_1")
    assert (raised.case_id, raised.decision_id) == ("case_1", "d1")


percents = st.one_of(st.none(), st.floats(0, 100), st.sampled_from([0.0, 19.9, 20.0, 20.1, 29.9, 30.0, 100.0]))


@given(st.lists(st.builds(DeviceSays, percents, st.sampled_from([None, True, False])), max_size=30))
def test_whatever_a_battery_does_it_is_a_matter_of_service_and_one_at_a_time(reports):
    device = Device().says(*((60 * n, one) for n, one in enumerate(reports)))
    open_ = None
    for one in device.findings:
        if isinstance(one, Raised):
            assert open_ is None
            assert (one.matter, one.weight) == (Matter.BATTERY, Weight.SERVICE)
            open_ = one.alert_id
        else:
            assert isinstance(one, Ended)
            assert one.alert_id == open_
            open_ = None
    assert device.watch.battery_alert == open_
    assert not any(device.faulty)


# --- tamper ---------------------------------------------------------------------------------------------

TAMPER = {
    "one sensor": ([(0, alarm(STRAP))], "tamper uncertain 0-0"),
    "two at once": ([(0, alarm(STRAP, CASE))], "tamper adverse 0-0"),
    "two within ten minutes": (
        [(0, alarm(STRAP)), (600, alarm(CASE))],
        "tamper uncertain 0-0, 1 ended 600, tamper adverse 0-600",
    ),
    "two a second farther apart": (
        [(0, alarm(STRAP)), (601, alarm(CASE))],
        "tamper uncertain 0-0, 1 ended 601, tamper uncertain 601-601",
    ),
    "one sensor twice": ([(0, alarm(STRAP)), (60, alarm(STRAP))], "tamper uncertain 0-0"),
    "one sensor many times": ([(10 * n, alarm(STRAP)) for n in range(50)], "tamper uncertain 0-0"),
    "the same two again": (
        [(0, alarm(STRAP, CASE)), (60, alarm(STRAP, CASE)), (90, alarm(CASE)), (120, alarm(STRAP))],
        "tamper adverse 0-0",
    ),
    "a third bears the two out": (
        [(0, alarm(STRAP, CASE)), (60, alarm(RADIO))],
        "tamper adverse 0-0, 1 ended 60, tamper adverse 0-60",
    ),
    "one sensor, much later again": (
        [(0, alarm(STRAP)), (86_400, alarm(STRAP))],
        "tamper uncertain 0-0, 1 ended 86400, tamper uncertain 86400-86400",
    ),
    "a report of nothing is no health": (
        [(0, alarm(STRAP)), (30, alarm()), (60, alarm(CASE))],
        "tamper uncertain 0-0, 1 ended 60, tamper adverse 0-60",
    ),
    "a fault is no sensor, and weakens what one said": (
        [(0, alarm(STRAP)), (60, alarm(FAULT))],
        "tamper uncertain 0-0, device_fault service 60-60, 1 weakened 60",
    ),
    "a fault weakens what two said": (
        [(0, alarm(STRAP, CASE)), (86_400, alarm(FAULT))],
        "tamper adverse 0-0, device_fault service 86400-86400, 1 weakened 86400",
    ),
    "a low battery is no sensor": (
        [(0, alarm(STRAP)), (60, battery(5)), (120, battery(5))],
        "tamper uncertain 0-0, battery service 120-120",
    ),
    "what was said before and comes late bears it out": (
        [(0, alarm(STRAP)), (-600, alarm(CASE))],
        "tamper uncertain 0-0, 1 ended 0, tamper adverse -600-0",
    ),
    "what was said longer before and comes late does not": (
        [(0, alarm(STRAP)), (-601, alarm(CASE))],
        "tamper uncertain 0-0, tamper uncertain -601--601",
    ),
    "one sensor that goes on is one alert": (
        [(0, alarm(STRAP)), (600, alarm(STRAP)), (1200, alarm(STRAP)), (1800, alarm(STRAP))],
        "tamper uncertain 0-0",
    ),
    "and once it has paused for longer, another": (
        [(0, alarm(STRAP)), (600, alarm(STRAP)), (1201, alarm(STRAP))],
        "tamper uncertain 0-0, 1 ended 1201, tamper uncertain 1201-1201",
    ),
    "one that went on is borne out from when it last spoke": (
        [(0, alarm(STRAP)), (600, alarm(STRAP)), (1200, alarm(CASE))],
        "tamper uncertain 0-0, 1 ended 1200, tamper adverse 600-1200",
    ),
}


@pytest.mark.parametrize(("reports", "came"), TAMPER.values(), ids=TAMPER.keys())
def test_tampering_takes_two_different_sensors_near_in_time(reports, came):
    assert Device().says(*reports).words() == came


@pytest.mark.parametrize("pair", list(permutations(SENSORS, 2)))
def test_any_two_different_sensors_bear_each_other_out(pair):
    device = Device().says((0, alarm(pair[0])), (60, alarm(pair[1])))
    assert [one.weight for one in device.raised()] == [Weight.UNCERTAIN, Weight.ADVERSE]


def test_how_near_is_a_setting_of_the_scheme():
    near = Device(Judging(tamper_within_s=60)).says((0, alarm(STRAP)), (60, alarm(CASE)))
    far = Device(Judging(tamper_within_s=59)).says((0, alarm(STRAP)), (60, alarm(CASE)))
    assert [one.weight for one in near.raised()] == [Weight.UNCERTAIN, Weight.ADVERSE]
    assert [one.weight for one in far.raised()] == [Weight.UNCERTAIN, Weight.UNCERTAIN]


@pytest.mark.parametrize("alarms", [each for n in (1, 2, 3) for each in combinations(SENSORS, n)])
def test_a_removal_that_was_booked_is_never_tampering(alarms):
    device = Device().says((0, alarm(*alarms)), (60, alarm(*alarms)), removals=ALL_DAY)
    assert device.findings == []
    assert device.watch == DeviceWatch("fit_1")


def test_what_was_said_during_a_booked_removal_bears_nothing_out_after_it():
    device = Device().says((0, alarm(STRAP)), removals=ALL_DAY)
    device.says((60, alarm(CASE)))
    assert device.words() == "tamper uncertain 60-60"


def test_what_goes_on_after_a_removal_that_was_booked_afterwards_is_raised_anew():
    device = Device().says((0, alarm(STRAP, CASE)), (60, alarm(STRAP, CASE)))
    device.says((120, alarm(STRAP, CASE)), (180, alarm(STRAP, CASE)), removals=(booked(-60, 90),))
    assert device.words() == "tamper adverse 0-0, 1 ended 0, tamper adverse 120-120"


def test_one_sensor_in_a_removal_that_was_booked_afterwards_bears_no_other_out():
    device = Device().says((0, alarm(STRAP)))
    device.says((120, alarm(CASE)), removals=(booked(-60, 90),))
    assert device.words() == "tamper uncertain 0-0, 1 ended 0, tamper uncertain 120-120"


def test_what_spoke_after_the_removal_bears_out_what_speaks_after_it():
    device = Device().says((0, alarm(STRAP)), (300, alarm(STRAP)), (599, alarm(STRAP)))
    device.says((700, alarm(CASE)), removals=(booked(-10, 10),))
    assert device.words() == "tamper uncertain 0-0, 1 ended 0, tamper adverse 599-700"


def test_a_removal_booked_for_later_than_what_was_raised_changes_nothing_of_it():
    device = Device().says((0, alarm(STRAP, CASE)))
    device.says((60, alarm(STRAP, CASE)), (120, alarm(STRAP, CASE)), removals=(booked(30, 90),))
    assert device.words() == "tamper adverse 0-0"


def test_battery_and_fault_count_during_a_booked_removal():
    device = Device().says((0, battery(5)), (60, battery(5)), (120, alarm(FAULT, STRAP)), removals=ALL_DAY)
    assert device.words() == "battery service 60-60, device_fault service 120-120"


@given(st.lists(st.tuples(st.integers(0, 2000), st.sampled_from(SENSORS)), max_size=20))
def test_an_adverse_finding_always_rests_on_two_different_sensors_within_the_span(gaps):
    device, s, said = Device(), 0, []
    for gap, sensor in gaps:
        s += gap
        said.append((s, sensor))
        before = len(device.findings)
        device.says((s, alarm(sensor)))
        for one in device.findings[before:]:
            if isinstance(one, Raised) and one.weight is Weight.ADVERSE:
                near = {each for when, each in said if s - 600 <= when <= s}
                assert len(near) >= 2
                assert one.began_at >= at(s - 600)


@pytest.mark.parametrize(
    "said",
    [
        [(0, STRAP), (-3600, CASE), (60, STRAP)],
        [(0, STRAP), (-3600, CASE), (-500, STRAP)],
    ],
)
def test_what_was_said_long_before_and_comes_late_bears_out_nothing_now(said):
    device = Device().says(*((s, alarm(sensor)) for s, sensor in said))
    assert not any(one.weight is Weight.ADVERSE for one in device.raised()), device.words()


@given(st.lists(st.tuples(st.integers(1, 2000), st.just(STRAP)), max_size=20))
def test_one_sensor_alone_is_never_more_than_uncertain(gaps):
    device, s = Device(), 0
    for gap, sensor in gaps:
        s += gap
        device.says((s, alarm(sensor)))
    assert {one.weight for one in device.raised()} <= {Weight.UNCERTAIN}


def test_one_sensor_that_goes_on_and_on_is_one_alert():
    """One alert for one matter, however long it lasts (R68)."""
    device = Device().says(*((60 * n, alarm(STRAP)) for n in range(120)))
    assert device.words() == "tamper uncertain 0-0"


# --- fault ----------------------------------------------------------------------------------------------


def test_a_fault_is_a_matter_of_service_and_told_once():
    device = Device().says((0, alarm(FAULT)), (60, alarm(FAULT)), (86_400, alarm(FAULT)))
    assert device.words() == "device_fault service 0-0"
    assert device.faulty == [True, False, False]


def test_only_a_fault_makes_a_device_faulty():
    device = Device().says((0, battery(1)), (60, battery(1)), (120, alarm(*SENSORS)), (180, DeviceSays()))
    assert not any(device.faulty)


def test_a_device_that_says_it_is_faulty_accuses_nobody_in_the_same_breath():
    device = Device().says((0, alarm(STRAP, CASE, FAULT)))
    assert [one for one in device.raised() if one.weight is Weight.ADVERSE] == []


def test_a_device_known_to_be_faulty_accuses_nobody_later():
    device = Device().says((0, alarm(FAULT)), (60, alarm(STRAP)), (120, alarm(CASE)), (86_400, alarm(*SENSORS)))
    assert device.words() == "device_fault service 0-0"


def test_what_a_faulty_device_raised_falls_once_and_for_its_reason():
    device = Device().says((0, alarm(STRAP, CASE)), (60, alarm(FAULT, RADIO)), (120, alarm(FAULT, RADIO)))
    [fallen] = [one for one in device.findings if isinstance(one, Weakened)]
    assert (fallen.alert_id, fallen.at, fallen.why) == (device.raised()[0].alert_id, at(60), Why.FAULTY_DEVICE)
    assert device.words() == "tamper adverse 0-0, device_fault service 60-60, 1 weakened 60"


def test_a_battery_counts_on_a_faulty_device():
    device = Device().says((0, alarm(FAULT)), (60, battery(5)), (120, battery(5)))
    assert device.words() == "device_fault service 0-0, battery service 120-120"


# --- nothing known, and identity ------------------------------------------------------------------------

BEFORE = {
    "at rest": [],
    "one low reading": [(-60, battery(15))],
    "a low battery": [(-120, battery(15)), (-60, battery(15))],
    "one sensor": [(-60, alarm(STRAP))],
    "two sensors": [(-60, alarm(STRAP, CASE))],
    "a fault": [(-60, alarm(FAULT))],
}


@pytest.mark.parametrize("removals", [(), (booked(0, 1),)], ids=["none", "one"])
@pytest.mark.parametrize("before", BEFORE.values(), ids=BEFORE.keys())
def test_the_unknown_is_no_evidence_of_anything(before, removals):
    device = Device().says(*before)
    verdict = judge_device(DECISION, device.watch, DeviceSays(), at(0), DEFAULTS, removals)
    assert (verdict.watch, verdict.findings, verdict.faulty) == (device.watch, (), False)


SAID = [*BEFORE.values(), [(0, alarm(STRAP)), (60, alarm(CASE))], [(0, alarm(STRAP, CASE, FAULT))]]


@pytest.mark.parametrize("reports", SAID)
def test_what_is_judged_again_has_the_same_identity(reports):
    once, again = Device().says(*reports), Device().says(*reports)
    assert once.findings == again.findings
    assert len({one.alert_id for one in once.raised()}) == len(once.raised())


def test_another_fitting_has_its_own_alerts():
    mine = judge_device(DECISION, DeviceWatch("fit_1"), alarm(STRAP), at(0), DEFAULTS, ())
    theirs = judge_device(DECISION, DeviceWatch("fit_2"), alarm(STRAP), at(0), DEFAULTS, ())
    assert mine.findings[0].alert_id != theirs.findings[0].alert_id


AT_ONCE = {
    "three sensors, one report each": [alarm(STRAP), alarm(CASE), alarm(RADIO)],
    "a battery that was low, charged and low again": [battery(15), battery(15), battery(90), battery(15), battery(15)],
}


@pytest.mark.parametrize("reports", AT_ONCE.values(), ids=AT_ONCE.keys())
def test_a_backlog_that_arrives_at_once_gives_each_alert_its_own_identity(reports):
    """A batch is judged at one instant, ours; the store takes an alert's identity once."""
    device = Device().says(*((0, one) for one in reports))
    ids = [one.alert_id for one in device.raised()]
    assert len(set(ids)) == len(ids), device.words()


def test_a_verdict_leaves_the_watch_it_was_given_as_it_was():
    watch = replace(DeviceWatch("fit_1"), battery_low=1)
    judge_device(DECISION, watch, DeviceSays(15.0, alarms=frozenset(Alarm)), at(0), DEFAULTS, ())
    assert watch == replace(DeviceWatch("fit_1"), battery_low=1)
