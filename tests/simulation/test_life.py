"""The made-up truth, the device's error and the plain geofence: each is what it says it is."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import asin, cos, hypot, radians, sin, sqrt
from random import Random

import pytest

from custodiet.model.condition import KEEP_OUT, WEEK_MIN, ConditionKind, Weekly
from custodiet.model.report import Method
from custodiet.simulation import noise
from custodiet.simulation.baseline import PlainGeofence
from custodiet.simulation.life import Life, LivedCondition
from custodiet.simulation.noise import DeviceNoise, Setting
from custodiet.simulation.town import TOWN_LAT, TOWN_LON, offset

BEGINS = datetime(2031, 3, 3, tzinfo=UTC)  # a Monday
MONDAY_MS = int(BEGINS.timestamp() * 1000)
MINUTE_MS = 60_000
DAY_MS = 1440 * MINUTE_MS
METRES_A_LAT = 111_320.0
METRES_A_LON = METRES_A_LAT * cos(radians(TOWN_LAT))


@pytest.fixture(scope="module")
def lives():
    return [Life(1, number, BEGINS, 30) for number in range(1, 13)]


@pytest.fixture(scope="module")
def delivered(lives):
    return [list(life.readings()) for life in lives]


def metres(lat, lon):
    return (lat - TOWN_LAT) * METRES_A_LAT, (lon - TOWN_LON) * METRES_A_LON


def error_m(life, reading):
    north_m, east_m, _ = life.place(reading.fix_time_ms)
    told_north_m, told_east_m = metres(reading.fix.lat_e7 / 1e7, reading.fix.lon_e7 / 1e7)
    return hypot(told_north_m - north_m, told_east_m - east_m)


def share(values, is_such):
    return sum(map(is_such, values)) / len(values)


# --- one seed, one world ---------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_world(lives):
    again = Life(1, 3, BEGINS, 30)
    assert again.conditions == lives[2].conditions
    assert again.events() == lives[2].events()
    assert list(again.readings()) == list(lives[2].readings())


def test_another_seed_or_another_number_gives_another_life(lives):
    assert Life(2, 3, BEGINS, 30).home != lives[2].home
    assert len({life.home for life in lives}) == len(lives)


def test_a_life_begins_at_midnight():
    with pytest.raises(ValueError, match="midnight"):
        Life(1, 1, BEGINS + timedelta(hours=1), 3)


def test_the_truth_has_no_gap_no_leap_and_no_time_outside(lives):
    life = lives[0]
    places = [life.place(at_ms) for at_ms in range(life.begins_ms, life.ends_ms, 1000)]
    assert max(hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(places)) <= 14.01
    for outside_ms in (life.begins_ms - 1, life.ends_ms):
        with pytest.raises(ValueError, match="outside"):
            life.place(outside_ms)


def test_the_nights_of_most_are_spent_at_home(lives):
    nights = [life.place(life.begins_ms + day * DAY_MS + 3 * 60 * MINUTE_MS) for life in lives for day in range(30)]
    assert share(nights, lambda place: place[2] is Setting.INDOOR) > 0.99
    assert {setting for life in lives for setting in (p.setting for p in life._pieces)} == set(Setting)


# --- the open sea ----------------------------------------------------------------------------------------

# The nearest land, all round: Corvo, Graciosa, Newfoundland, Ireland, Galicia, Greenland.
LAND = [(39.73, -31.11), (39.10, -28.01), (47.52, -52.62), (52.11, -10.47), (42.88, -9.27), (59.77, -43.92)]


def apart_km(lat, lon, other_lat, other_lon):
    a = sin(radians(other_lat - lat) / 2) ** 2
    a += cos(radians(lat)) * cos(radians(other_lat)) * sin(radians(other_lon - lon) / 2) ** 2
    return 2 * 6371.0 * asin(sqrt(a))


def corners(condition):
    geometry = condition.geometry
    rings = [[geometry["coordinates"]]] if "radius_m" in geometry else geometry["coordinates"]
    return [at for ring in rings for at in ring]


def test_every_coordinate_lies_within_30_km_of_a_town_that_is_over_700_km_from_land(lives, delivered):
    assert all(apart_km(TOWN_LAT, TOWN_LON, *land) > 700 for land in LAND)
    told = [(r.fix.lat_e7 / 1e7, r.fix.lon_e7 / 1e7) for readings in delivered for r in readings]
    told += [(lat, lon) for life in lives for one in life.conditions for lon, lat in corners(one)]
    assert max(apart_km(TOWN_LAT, TOWN_LON, *at) for at in told) < 30
    assert max(hypot(*p.end) for life in lives for p in life._pieces) < 30_000


# --- what is asked ---------------------------------------------------------------------------------------


def test_every_kind_of_condition_occurs_and_its_hours_are_weekly_windows(lives):
    asked = [one for life in lives for one in life.conditions]
    assert {one.kind for one in asked} == {ConditionKind.CURFEW, ConditionKind.EXCLUSION, ConditionKind.INCLUSION}
    assert all(life.conditions for life in lives)
    for one in asked:
        assert bool(one.hours) == (one.kind is ConditionKind.CURFEW)
        assert all(Weekly(*window) for window in one.hours)


def test_rings_are_closed_and_have_4_to_12_corners_and_holes_turn_the_other_way():
    def area(ring):
        return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairwise([metres(lat, lon)[::-1] for lon, lat in ring]))

    many = [one for number in range(60) for one in Life(1, number, BEGINS, 1).conditions]
    zones = [one.geometry["coordinates"] for one in many if one.kind is ConditionKind.EXCLUSION]
    assert any(len(rings) == 2 for rings in zones)
    for outer, *holes in zones:
        assert all(ring[0] == ring[-1] for ring in (outer, *holes))
        assert 4 <= len(outer) - 1 <= 12
        assert area(outer) > 0 > max((area(hole) for hole in holes), default=-1)


def test_a_hospital_stay_in_curfew_hours_is_authorised_and_no_event():
    for number in range(200):
        life = Life(1, number, BEGINS, 30)
        curfew = next((one for one in life.conditions if one.kind is ConditionKind.CURFEW), None)
        stays = [absence for absence in curfew.absences if absence[1] - absence[0] > DAY_MS] if curfew else []
        if stays:
            break
    for from_ms, to_ms in stays:
        assert not any(e.start_ms < to_ms and from_ms < e.end_ms for e in life.events() if e.condition == "curfew")
        assert life.place(from_ms)[:2] == life.home == life.place(to_ms)[:2]
        assert life.place((from_ms + to_ms) // 2)[:2] != life.home


# --- the truth, judged a second time ---------------------------------------------------------------------


def is_inside(geometry, lat, lon):
    """In degrees, and written apart from the code under test."""
    if "radius_m" in geometry:
        centre_lon, centre_lat = geometry["coordinates"]
        (n0, e0), (n1, e1) = metres(centre_lat, centre_lon), metres(lat, lon)
        return hypot(n1 - n0, e1 - e0) < geometry["radius_m"]
    inside = False
    for ring in geometry["coordinates"]:
        for (x0, y0), (x1, y1) in pairwise(ring):
            if (y0 > lat) != (y1 > lat) and lon < (x1 - x0) * (lat - y0) / (y1 - y0) + x0:
                inside = not inside
    return inside


def is_asked(condition, at_ms):
    if any(from_ms <= at_ms < to_ms for from_ms, to_ms in condition.absences):
        return False
    minute = (at_ms - MONDAY_MS) / MINUTE_MS % WEEK_MIN
    return not condition.hours or any(o <= minute < c or o <= minute + WEEK_MIN < c for o, c in condition.hours)


@pytest.mark.parametrize("number", range(4))
def test_events_are_where_a_brute_force_finds_the_person_on_the_wrong_side(lives, number):
    life = max((lives[i] for i in range(number, len(lives), 4)), key=lambda one: len(one.events()))
    assert life.events()
    for condition in life.conditions:
        events = [event for event in life.events() if event.condition == condition.name]
        times_ms = set(range(life.begins_ms, life.ends_ms, 59_999))
        for event in events:
            times_ms.update(range(max(event.start_ms - 90_000, life.begins_ms), event.end_ms + 90_000, 997))
        for at_ms in sorted(at_ms for at_ms in times_ms if at_ms < life.ends_ms):
            north_m, east_m, _ = life.place(at_ms)
            inside = is_inside(condition.geometry, *offset(TOWN_LAT, TOWN_LON, north_m, east_m))
            adverse = is_asked(condition, at_ms) and inside == (condition.kind in KEEP_OUT)
            said = any(event.start_ms <= at_ms < event.end_ms for event in events)
            on_the_edge = any(abs(at_ms - edge_ms) <= 5 for e in events for edge_ms in (e.start_ms, e.end_ms))
            assert adverse == said or on_the_edge


def test_a_curfew_that_began_on_the_sunday_before_binds_on_the_first_monday():
    first_days = (Life(1, number, BEGINS, 1).events() for number in range(1000))
    early = next(e for events in first_days for e in events if e.end_ms <= MONDAY_MS + 7 * 60 * MINUTE_MS)
    assert early.condition == "curfew"


def test_a_straight_way_is_within_a_zone_with_a_hole_exactly_between_its_crossings():
    random = Random(3)
    lives = (Life(1, number, BEGINS, 1) for number in range(200))
    zone = next(life._zone for life in lives if life._zone and len(life._zone.rings) == 2)
    norths, easts = zip(*zone.rings[0], strict=True)
    through_the_hole = 0
    for _ in range(300):
        one, other = ((random.uniform(min(norths), max(norths)), random.uniform(min(easts), max(easts))) for _ in "ab")
        cuts = [0.0, *sorted(zone.crossings(one, other)), 1.0]
        through_the_hole += len(cuts) >= 4
        for low, high in pairwise(cuts):
            for step in (0.001, 0.5, 0.999):
                part = low + step * (high - low)
                at = tuple(a + part * (b - a) for a, b in zip(one, other, strict=True))
                inside = is_inside(zone.geometry(), *offset(TOWN_LAT, TOWN_LON, *at))
                assert inside == (zone.outside_m(at) < 0)
        sides = [
            zone.outside_m(tuple(a + (lo + hi) / 2 * (b - a) for a, b in zip(one, other, strict=True))) < 0
            for lo, hi in pairwise(cuts)
        ]
        assert all(here != there for here, there in pairwise(sides))
    assert through_the_hole > 30


def test_true_events_are_rare_and_of_both_lengths():
    many = [Life(1, number, BEGINS, 30).events() for number in range(40)]
    minutes = [(event.end_ms - event.start_ms) / MINUTE_MS for events in many for event in events]
    long_ones = sum(length >= 10 for length in minutes)
    assert 1 <= long_ones / 40 <= 3
    assert 0.3 <= (len(minutes) - long_ones) / 40 <= 3
    assert max(minutes) < 150
    assert all(event.beyond_m > 0 for events in many for event in events)


# --- the noise -------------------------------------------------------------------------------------------


def long_run(setting, fixes=20_000, devices=8, **given):
    """One device after another, standing still, a fix a minute."""
    found = []
    for seed in range(devices):
        device = DeviceNoise(Random(seed), **given)
        found.append([device.measure(k * MINUTE_MS, 0.0, 0.0, 0.0, setting) for k in range(fixes // devices)])
    return found


def errors_by_gps(runs):
    return sorted(hypot(m.north_m, m.east_m) for run in runs for m in run if m and m.method is Method.GPS)


@pytest.mark.parametrize(("setting", "least_m", "most_m"), [(Setting.OPEN, 7, 10), (Setting.INDOOR, 22, 32)])
def test_nine_tenths_of_gps_errors_lie_where_the_standard_puts_them(setting, least_m, most_m):
    errors = errors_by_gps(long_run(setting))
    assert least_m < errors[len(errors) * 9 // 10] < most_m


def test_reflections_between_towers_reach_100_m_and_more():
    errors = errors_by_gps(long_run(Setting.CANYON))
    assert 0.03 < share(errors, lambda metres: metres >= 100) < 0.2
    assert share(errors_by_gps(long_run(Setting.OPEN)), lambda metres: metres >= 100) == 0


@pytest.mark.parametrize("setting", [Setting.OPEN, Setting.STREET, Setting.INDOOR])
def test_errors_are_alike_from_fix_to_fix(setting):
    pairs = [
        (a.north_m, b.north_m)
        for run in long_run(setting)
        for a, b in pairwise(run)
        if a and b and a.method is b.method is Method.GPS and max(abs(a.north_m), abs(b.north_m)) < 100
    ]
    assert sum(a * b for a, b in pairs) / sum(a * a for a, _ in pairs) > 0.5


def test_two_of_three_errors_lie_within_the_reported_accuracy_and_one_in_a_hundred_reports_none():
    told = [m for run in long_run(Setting.INDOOR) for m in run if m and m.method is Method.GPS]
    with_accuracy = [m for m in told if m.accuracy_m is not None]
    assert 0.6 < share(with_accuracy, lambda m: hypot(m.north_m, m.east_m) <= m.accuracy_m) < 0.72
    assert 0.005 < 1 - len(with_accuracy) / len(told) < 0.015


def test_a_share_of_reflections_is_reported_as_accurate():
    told = [m for run in long_run(Setting.CANYON, 40_000) for m in run if m and m.accuracy_m is not None]
    far = [m for m in told if hypot(m.north_m, m.east_m) > 150]
    sure = share(far, lambda m: m.accuracy_m < 50)
    assert 0.15 < sure < 0.45


def test_masts_err_by_some_hundred_metres_and_claim_150_to_1000():
    runs = long_run(Setting.INDOOR, 400_000)
    masts = [m for run in runs for m in run if m and m.method is Method.LBS]
    errors = sorted(hypot(m.north_m, m.east_m) for m in masts)
    assert 200 < errors[len(errors) // 2] < 500
    assert noise.LBS_LEAST_M - 0.1 <= errors[0] <= errors[-1] <= noise.LBS_MOST_M + 0.1
    assert all(m.accuracy_m is None or 150 <= m.accuracy_m <= 1000 for m in masts)
    assert all(m.satellites is m.hdop is m.speed_mps is None for m in masts)


def test_flats_bring_wifi_fixes_off_by_some_tens_of_metres_and_now_and_then_by_kilometres():
    runs = long_run(Setting.INDOOR, 400_000, in_flats=True)
    errors = sorted(hypot(m.north_m, m.east_m) for run in runs for m in run if m and m.method is Method.WIFI)
    assert 30 < errors[len(errors) // 2] < 60
    assert 0 < share(errors, lambda metres: metres > 1000) < 0.02
    assert not [m for run in long_run(Setting.INDOOR) for m in run if m and m.method is Method.WIFI]


def test_after_a_gap_the_first_fix_takes_up_to_two_minutes():
    device = DeviceNoise(Random(5))
    assert device.measure(0, 0.0, 0.0, 0.0, Setting.OPEN) is None
    waits_s = [s for s in range(1, 200) if device.measure(s * 1000, 0.0, 0.0, 0.0, Setting.OPEN)]
    assert 20 <= waits_s[0] <= 120
    assert waits_s == list(range(waits_s[0], 200))


# --- what the device delivers ----------------------------------------------------------------------------


def test_readings_come_in_order_of_arrival_after_their_fix_and_fix_times_are_distinct(lives, delivered):
    for life, readings in zip(lives, delivered, strict=True):
        assert all(a.arrives_ms <= b.arrives_ms for a, b in pairwise(readings))
        assert all(2_000 <= r.arrives_ms - r.fix_time_ms for r in readings)
        assert all(life.begins_ms <= r.fix_time_ms < life.ends_ms for r in readings)
        fixes = {}
        assert all(fixes.setdefault(r.fix_time_ms, r.fix) is r.fix for r in readings), "one time, two fixes"


def test_duplicates_late_fixes_bursts_gaps_and_flat_batteries_all_occur(delivered):
    readings = [r for one in delivered for r in one]
    distinct = sum(len({r.fix_time_ms for r in one}) for one in delivered)
    assert 0.003 < 1 - distinct / len(readings) < 0.007
    assert 0.93 < distinct / (len(delivered) * 30 * 1440) < 0.999
    waits_ms = [r.arrives_ms - r.fix_time_ms for r in readings]
    assert 0.001 < share(waits_ms, lambda wait_ms: wait_ms > 60_000) < 0.03
    assert any(b.fix_time_ms < a.fix_time_ms for one in delivered for a, b in pairwise(one))
    times = [sorted({r.fix_time_ms for r in one}) for one in delivered]
    gaps_min = [(b - a) / MINUTE_MS for one in times for a, b in pairwise(one)]
    assert sum(5 <= gap <= 40 for gap in gaps_min) > 30
    assert 0 < sum(gap > 60 for gap in gaps_min) < 2 * len(delivered)


def test_the_share_of_fixes_off_by_100_m_or_more_is_one_to_three_in_a_hundred(lives, delivered):
    errors = [error_m(life, r) for life, readings in zip(lives, delivered, strict=True) for r in readings]
    assert 0.01 < share(errors, lambda metres: metres >= 100) < 0.03
    methods = Counter(r.fix.method for readings in delivered for r in readings)
    assert methods[Method.GPS] > 0.9 * len(errors)
    assert min(methods[Method.LBS], methods[Method.WIFI]) > 0.002 * len(errors)


# --- the plain geofence ----------------------------------------------------------------------------------

EAST = [offset(TOWN_LAT, TOWN_LON, n, e)[::-1] for n, e in ((0, 0), (0, 400), (400, 400), (400, 0), (0, 0))]
HOLE = [offset(TOWN_LAT, TOWN_LON, n, e)[::-1] for n, e in ((130, 130), (270, 130), (270, 270), (130, 270), (130, 130))]
ZONE = LivedCondition("z", ConditionKind.EXCLUSION, {"type": "Polygon", "coordinates": [EAST, HOLE]}, ())
AROUND = {"type": "Point", "coordinates": [TOWN_LON, TOWN_LAT], "radius_m": 100.0}
NIGHTLY = tuple((day * 1440 + 1140, day * 1440 + 1860) for day in range(7))


def seen(condition, places, starts_ms=MONDAY_MS):
    """A fix a minute at these (north, east) metres: the indexes that raised, and the geofence."""
    fence = PlainGeofence(condition)
    raised = []
    for index, place in enumerate(places):
        at_ms = starts_ms + index * MINUTE_MS
        if fence.see(at_ms, at_ms + 2000, *offset(TOWN_LAT, TOWN_LON, *place)):
            raised.append(index)
    return raised, fence


def test_a_plain_geofence_raises_on_a_clean_crossing_and_clears_after_two_fixes_back():
    raised, fence = seen(ZONE, [(60, -60), (60, -30), (60, 20), (60, 60), (60, 90), (60, 60), (60, 10), (60, -60)])
    assert raised == [4]
    (alert,) = fence.alerts
    assert alert.cleared_ms == alert.raised.fix_time_ms + 3 * MINUTE_MS
    assert alert.raised.arrives_ms == alert.raised.fix_time_ms + 2000


@pytest.mark.parametrize(
    ("condition", "places", "expected"),
    [
        (ZONE, [(60, 20)] * 5, []),
        (ZONE, [(200, 200)] * 5, []),
        (ZONE, [(60, 60), (60, -60)] * 3, []),
        (LivedCondition("i", ConditionKind.INCLUSION, AROUND, ()), [(0, 120)] * 5, []),
        (LivedCondition("i", ConditionKind.INCLUSION, AROUND, ()), [(0, 130)] * 5, [1]),
    ],
)
def test_a_plain_geofence_leans_25_m_against_an_alert_and_wants_two_in_a_row(condition, places, expected):
    assert seen(condition, places)[0] == expected


def test_a_plain_geofence_asks_within_hours_over_the_end_of_the_week_and_not_in_an_absence():
    curfew = LivedCondition("c", ConditionKind.CURFEW, AROUND, NIGHTLY)
    raised, fence = seen(curfew, [(0, 500)] * 30, MONDAY_MS + (7 * 60 - 15) * MINUTE_MS)
    assert raised == [1]
    assert fence.alerts[0].cleared_ms == MONDAY_MS + 7 * 60 * MINUTE_MS
    assert seen(curfew, [(0, 500)] * 60, MONDAY_MS + 9 * 60 * MINUTE_MS)[0] == []
    away = LivedCondition("c", ConditionKind.CURFEW, AROUND, NIGHTLY, ((MONDAY_MS, MONDAY_MS + 7 * 60 * MINUTE_MS),))
    assert seen(away, [(0, 500)] * 30, MONDAY_MS)[0] == []


def test_a_reading_and_a_measurement_have_no_text_form(delivered):
    device = DeviceNoise(Random(1))
    measured = [device.measure(k * MINUTE_MS, 0.0, 0.0, 0.0, Setting.OPEN) for k in range(5)][-1]
    assert measured is not None
    assert not [name for name in ("_e7", "north_m", "fix_time") if name in repr(delivered[0][0]) + repr(measured)]
