"""Quiet is what the judge says, said faster: the two are held together over walks near and far from edges."""

import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.decided import decided
from support.many import reaches_many

from custodiet.model.condition import ALWAYS, KEEP_OUT, Condition, ConditionKind, Interval
from custodiet.model.errors import IllegalValue
from custodiet.model.finding import DeviceWatch, Watch
from custodiet.model.judging import DEFAULTS, Judging
from custodiet.model.report import DeviceSays, Fix, Method
from custodiet.model.shape import Circle, Polygon
from custodiet.rules.conditions import calm as calm_module
from custodiet.rules.conditions.calm import FAR_M, REACH_MAX_M, Calm, after, around, calm_around
from custodiet.rules.conditions.calm_columns import CalmRows, are_quiet
from custodiet.rules.conditions.device import is_nothing_new, judge_device
from custodiet.rules.conditions.fixes import Fixes
from custodiet.rules.conditions.packed_zones import PackedZones
from custodiet.rules.conditions.plane import point
from custodiet.rules.conditions.zoned import Asked, Scratch, judge
from custodiet.rules.conditions.zones import ROUGH_M, lay_out
from custodiet.rules.conditions.zones_columns import depths, drawn, far_m, laid_out, points, reaches
from custodiet.simulation.town import offset

NOON = datetime(2031, 3, 3, 12, tzinfo=UTC)
DECISION = decided(NOON, starts_at=NOON, review_due_at=NOON + timedelta(days=9))
FOREVER = (Interval(NOON - timedelta(days=9), NOON + timedelta(days=9)),)
LAT, LON = 46.5, -28.0
WIDE = Judging(accuracy_max_m=5000.0, disc_scale=5.0)


def e7(north_m, east_m):
    lat, lon = offset(LAT, LON, north_m, east_m)
    return round(lat * 1e7), round(lon * 1e7)


def asked_of(kind, shape, number, windows=FOREVER):
    condition = Condition(f"condition_{number}", DECISION.id, kind, b"sealed", ALWAYS)
    return Asked(condition, DECISION, lay_out(shape), windows)


def some_shapes(random):
    """A zone to stay in about the origin, and one or two to keep out of, near and far: as asked_of takes them."""
    half = random.choice([60, 200, 900, 3000, 20_000])
    home = Polygon(((e7(-half, -half), e7(-half, half), e7(half, half), e7(half, -half)),))
    kinds = [(ConditionKind.INCLUSION, random.choice([home, Circle(e7(0, 0), half)]), 0)]
    for number in range(1, random.randint(1, 3)):
        far = random.choice([150, 900, 1100, 1500, 2500, 30_000])
        north, east = random.choice([-far, far]), random.uniform(-far, far)
        # A sliver across its bounding box: far from most of what lies near the box.
        sliver = Polygon(((e7(north, east), e7(north + 6000, east + 6000), e7(north + 6000, east + 6300)),))
        shape = random.choice([sliver, Circle(e7(north, east), random.choice([30, 100, 900]))])
        windows = random.choice([FOREVER, (Interval(NOON + timedelta(minutes=9), NOON + timedelta(minutes=15)),)])
        kinds.append((ConditionKind.EXCLUSION, shape, number, windows))
    return kinds


def some_zones(random):
    return [asked_of(*one) for one in some_shapes(random)]


def some_walk(random, length):
    """Fixes a minute apart: strolls, leaps, discs of every size, methods and speeds of every kind."""
    north = east = 0.0
    pace = random.choice([2, 30, 300, 2000])
    for minute in range(length):
        north, east = north + random.uniform(-pace, pace), east + random.uniform(-pace, pace)
        accuracy = random.choice([None, 0.5, 4.0, 8.0, 8.0, 8.0, 30.0, 140.0, 400.0])
        speed = random.choice([None, 0.0, 0.0, 1.4, 1.4, 20.0, 90.0])
        method = random.choice([None, Method.GPS, Method.GPS, Method.GPS, Method.LBS])
        yield NOON + timedelta(minutes=minute), Fix(*e7(north, east), accuracy, speed_mps=speed, method=method)


def one_by_one(zones, watches, scratches, at, fix, newest, how):
    columns = Fixes.of([(at, fix)])
    verdicts = [judge(*of, columns, how, newest) for of in zip(zones, watches, scratches, strict=True)]
    findings = [finding for one in verdicts for finding in one.findings]
    return [one.watch for one in verdicts], [one.scratch for one in verdicts], findings


def walk_both(seed, how=DEFAULTS, length=40):
    """Every fix that is called quiet, judged one by one as well; how many were and were not."""
    random, counts = Random(seed), Counter()
    zones = some_zones(random)
    watches, scratches = [Watch(one.condition.id, "fitting_1") for one in zones], [Scratch() for _ in zones]
    calm, newest = None, None
    for at, fix in some_walk(random, length):
        quiet = None if calm is None else after(calm, scratches[0], at, fix, how)
        before = watches
        watches, scratches, findings = one_by_one(zones, watches, scratches, at, fix, newest, how)
        newest = at
        if quiet is None:
            counts["judged"] += 1
            calm = calm_around(zones, watches, scratches)
            continue
        counts["quiet"] += 1
        assert (watches, findings) == (before, [])
        assert scratches == [quiet] * len(zones)
        if random.random() < 0.2:
            calm = around(quiet.back, [(one.area, one.condition.kind) for one in zones])
            counts["told anew"] += calm is not None
    return counts


def check(seeds, how=DEFAULTS):
    counts = Counter()
    for seed in seeds:
        counts += walk_both(seed, how)
    return counts


def test_what_is_quiet_is_what_the_judge_would_have_said():
    counts = check(range(250))
    assert counts["quiet"] > 1500
    assert counts["judged"] > 1500
    assert counts["told anew"] > 300


def test_so_it_is_with_discs_wider_than_the_rough_distance():
    counts = check(range(400, 500), WIDE)
    assert counts["quiet"] > 300


def asked_of_many(random, count):
    """So many decisions' zones with a place asked of each, near and far and on the other side of the world."""
    for _ in range(count):
        far = random.choice([0.0, 5.0, 60.0, 300.0, 2000.0, 9000.0])
        lat, lon = e7(random.uniform(-far, far), random.uniform(-far, far))
        zones = some_shapes(random)
        nowhere_to_stay = len(zones) > 1 and random.random() < 0.5
        yield zones[nowhere_to_stay:], random.choices([(lat, lon), (-lat, lon + 1_700_000_000)], (9, 1))[0]


EITHER_WAY = pytest.mark.parametrize("reaches", [reaches, reaches_many()], ids=["columns", "as a gateway"])


@EITHER_WAY
def test_what_is_calm_about_many_at_once_is_what_is_calm_about_each(reaches):
    random, counts = Random(7), Counter()
    all_asked = list(asked_of_many(random, 2000))
    packed = [PackedZones.together([PackedZones.of(shape) for _, shape, *_ in zones]) for zones, _ in all_asked]
    keep_out = [[kind in KEEP_OUT for kind, *_ in zones] for zones, _ in all_asked]
    # Of every third another place is asked, too: whose zones a place is asked of is in no order.
    pairs = [(of, of) for of in range(2000)] + [(of, (of * 7) % 2000) for of in range(0, 2000, 3)]
    random.shuffle(pairs)
    of, at = np.array(pairs).T
    lat_e7, lon_e7 = np.array([place for _, place in all_asked])[at].T
    found = reaches(packed, keep_out, of, lat_e7, lon_e7)
    for (whose, where), reach in zip(pairs, found.tolist(), strict=True):
        zones, place = all_asked[whose][0], all_asked[where][1]
        calm = around(point(*place), [(lay_out(shape), kind) for kind, shape, *_ in zones])
        if calm is not None and calm.reach_m > ROUGH_M:
            counts["calm for long"] += 1
            assert ROUGH_M < reach <= calm.reach_m + 1e-6
        else:
            counts["calm" if calm else "not"] += 1
            assert (None if np.isnan(reach) else reach) == (calm and pytest.approx(calm.reach_m, abs=1e-6))
    assert min(counts.values()) > 300


def somewhere(random):
    """A zone of any size and latitude, and a place about it: along its edges, near, and as far as the other side of
    the world.
    """
    lat = random.choice([random.uniform(-89, 89), 74.7, -74.7])
    lon = random.choice([random.uniform(-180, 180), 179.9, -179.9])

    def about(north_m, east_m):
        north, east = offset(lat, lon, north_m, east_m)
        return round(max(-90.0, min(90.0, north)) * 1e7), round(((east + 180) % 360 - 180) * 1e7)

    def any_way(metres):
        return about(random.uniform(-metres, metres), random.uniform(-metres, metres))

    size = random.choice([50, 500, 5000, 24_900])
    corners = [about(north, east) for north, east in ((-size, -size), (-size, size), (size, size), (size, -size))]
    sliver = [any_way(size) for _ in range(3)]
    shape = random.choice([Circle(about(0, 0), size), Polygon((tuple(corners),)), Polygon((tuple(sliver),))])
    beside, along = size + random.uniform(1000, 1500), random.choice([0, random.uniform(-size, size)])
    by_edge = about(*random.choice([(beside, along), (-beside, along), (along, beside), (along, -beside)]))
    return shape, random.choice([by_edge, any_way(10 ** random.uniform(2, 7.3))])


def test_what_is_told_without_laying_a_zone_out_is_never_farther_and_mostly_not_much_nearer():
    counts = Counter()
    for seed in range(3000):
        try:
            shape, (lat_e7, lon_e7) = somewhere(Random(seed))
            depth = lay_out(shape).depth_m(point(lat_e7, lon_e7))
        except IllegalValue:  # across the antimeridian, about a pole, or with no width
            continue
        (far,) = far_m(drawn([PackedZones.of(shape)]), *(np.array([one]) for one in (0, lat_e7, lon_e7)))
        if np.isnan(far):
            counts["not told, and near" if depth < 3000 else "not told"] += 1
            continue
        assert ROUGH_M < far <= depth < FAR_M, (seed, far, depth)
        counts["half as far at least" if far > depth / 2 else "nearer"] += 1
    assert counts["half as far at least"] > 10 * counts["nearer"]
    assert min(counts["not told, and near"], counts["half as far at least"], counts["not told"]) > 150, counts


@EITHER_WAY
def test_where_every_zone_is_far_nothing_is_laid_out_and_it_is_calm_all_the_same(reaches):
    far, nowhere = PackedZones.of(Circle(e7(30_000, 0), 500)), np.array([], np.int64)
    lat_e7, lon_e7 = np.array([e7(0, 0)]).T
    assert reaches([far], [[True]], np.array([0]), lat_e7, lon_e7) == [REACH_MAX_M]
    assert np.isnan(reaches([far], [[False]], np.array([0]), lat_e7, lon_e7)).all()
    assert len(reaches([], [], nowhere, nowhere, nowhere)) == 0


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(-400, 400), st.integers(-400, 400)), min_size=3, max_size=9, unique=True))
def test_a_depth_of_many_at_once_is_that_of_each_even_at_corners_and_level_edges(corners):
    try:
        shape = Polygon((tuple(e7(north, east) for north, east in corners),))
        area = lay_out(shape)
    except IllegalValue:
        return
    asked = [e7(north, east) for north, east in corners] + [e7(n + 1, e) for n, e in corners] + [e7(900, 0)]
    lat_e7, lon_e7 = np.array(asked).T
    zone = np.zeros(len(asked), np.int64)
    found, away = depths(laid_out(drawn([PackedZones.of(shape)])), zone, points(lat_e7, lon_e7))
    for place, depth, far in zip(asked, found, away, strict=True):
        assert abs(depth) == pytest.approx(abs(area.depth_m(point(*place))), abs=1e-6)
        assert abs(depth) < 1e-3 or (depth < 0) == (area.depth_m(point(*place)) < 0)
        assert far == pytest.approx(np.hypot(*area.plane.metres(point(*place))), abs=1e-6)


def rows_of(calm, how, count):
    """The same calm place and settings for so many fixes."""
    told = (*calm.place, calm.reach_m, how.accuracy_min_m, how.accuracy_max_m, how.disc_scale, how.speed_max_mps)
    return CalmRows(*(np.full(count, one) for one in told))


def known(quantities):
    return np.array([np.nan if one is None else one for one in quantities])


@pytest.mark.parametrize("how", [DEFAULTS, WIDE], ids=["defaults", "wide"])
def test_what_is_quiet_of_many_at_once_is_what_is_quiet_of_each(how):
    counts = Counter()
    for seed in range(300):
        random = Random(seed)
        zones = [(one.area, one.condition.kind) for one in some_zones(random)]
        calm = around(point(*e7(0, 0)), zones)
        fixes = [fix for _, fix in some_walk(random, 60) if fix.method is not Method.LBS]
        if calm is None:
            continue
        places = [np.array([getattr(fix, name) for fix in fixes]) for name in ("lat_e7", "lon_e7")]
        quantities = [known(getattr(fix, name) for fix in fixes) for name in ("accuracy_m", "speed_mps")]
        said = are_quiet(rows_of(calm, how, len(fixes)), *places, *quantities).tolist()
        assert said == [after(calm, Scratch(), NOON, fix, how) is not None for fix in fixes]
        counts += Counter(said)
    assert min(counts[True], counts[False]) > 1000


@pytest.mark.long
def test_so_it_is_over_many_more_walks():
    assert check(range(500, 60_000))["quiet"] > 300_000


FAULTS = {
    "the reach is not shortened by the way": ("STRETCH", 0.0),
    "told anew, no edge is looked at": ("around", lambda place, zones: Calm(place, calm_module.ROUGH_M)),
    "a looked-up place is as good": ("LOOKED_UP", frozenset()),
    "anything is at rest": ("_at_rest", lambda watch: True),
}


@pytest.mark.parametrize(("name", "fault"), FAULTS.values(), ids=FAULTS)
def test_a_planted_fault_turns_it_red(monkeypatch, name, fault):
    for module in (calm_module, sys.modules[__name__]):
        if hasattr(module, name):
            monkeypatch.setattr(module, name, fault)
    with pytest.raises(AssertionError):
        check(range(500))


@pytest.mark.parametrize("believed", [False, True])
def test_beyond_the_rough_distance_no_more_is_counted_on_than_the_judge_sees(monkeypatch, believed):
    # South-east of a sliver that runs from south-west to north-east: its box is near, it is not.
    sliver = Polygon((((e7(0, 0), e7(6000, 6000), e7(6000, 6300))),))
    zone = asked_of(ConditionKind.EXCLUSION, sliver, 0)
    if believed:
        monkeypatch.setattr(calm_module, "ROUGH_M", 1e9)
    watch, scratch, _ = one_by_one(
        [zone], [Watch("condition_0", "fitting_1")], [Scratch()], NOON, Fix(*e7(-990, 6000), 4.0), None, WIDE
    )
    calm = calm_around([zone], watch, scratch)
    later, wide = NOON + timedelta(minutes=1), Fix(*e7(-1010, 6000), 300.0)
    quiet = after(calm, scratch[0], later, wide, WIDE)
    _, judged, _ = one_by_one([zone], watch, scratch, later, wide, NOON, WIDE)
    assert judged == scratch
    assert (quiet is None) is not believed


@given(
    st.builds(
        DeviceSays,
        st.sampled_from([None, 0.0, 5.0, 20.0, 20.5, 30.0, 80.0]),
        st.sampled_from([None, True, False]),
    )
)
@settings(max_examples=60)
def test_words_that_are_nothing_new_change_no_watch(says):
    if is_nothing_new(None, says, DEFAULTS):
        for watch in (None, judge_device(DECISION, _watch(), DeviceSays(50.0), NOON, DEFAULTS, ()).watch):
            verdict = judge_device(DECISION, watch or _watch(), says, NOON, DEFAULTS, ())
            assert (verdict.watch, verdict.findings, verdict.faulty) == (watch or _watch(), (), False)
    else:
        assert says.battery_percent is not None
        assert says.battery_percent <= DEFAULTS.battery_low_percent
        assert not says.charging


def _watch():
    return DeviceWatch("fitting_1")
