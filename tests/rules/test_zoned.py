"""The judge of zones: by hand what counts against someone, and for any order of arrival what never may.

Fixes are written as `seconds metres`, metres beyond the edge on the wrong side (below 0: the right side), then `v`
speed, `a` accuracy (`a?`: unknown), or a method; by default 10 m by GPS without a speed, so a disc of 16 m. What came
of them is written in the same seconds.
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.decided import decided

from custodiet.model.condition import ALWAYS, KEEP_OUT, ZONED, Condition, ConditionKind, Interval, Schedule
from custodiet.model.errors import IllegalValue
from custodiet.model.finding import NO_RUN, Band, Doubt, Ended, Matter, Raised, Seen, Watch, Weakened, Weight, Why
from custodiet.model.judging import DEFAULTS, Judging
from custodiet.model.report import Fix, Method
from custodiet.model.shape import Circle
from custodiet.rules.conditions import zoned
from custodiet.rules.conditions.fixes import Fixes
from custodiet.rules.conditions.timetable import Sense, windows
from custodiet.rules.conditions.zoned import EVIDENCE_MAX, PAST_MAX, Asked, Scratch, Side, judge, weigh
from custodiet.rules.conditions.zones import lay_out

T0 = datetime(2031, 3, 3, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ZONE_M = 25_000.0
M_PER_E7 = 6378137.0 * 3.141592653589793 / 180 / 1e7
"""Along the equator, where the zone lies."""
AREA = lay_out(Circle((0, 0), ZONE_M))
KINDS = sorted(ZONED)
INCLUSION = ConditionKind.INCLUSION
ADVERSE, UNCERTAIN = Weight.ADVERSE, Weight.UNCERTAIN

DECISION = decided(T0, id="d1")


def at(seconds):
    return T0 + timedelta(seconds=seconds)


def seconds(instant):
    return f"{(instant - T0).total_seconds():g}"


def span(from_s, to_s):
    return Interval(at(from_s), at(to_s))


OPEN = (span(-86_400, 864_000),)
"""Always, over every time used here."""


def condition(kind=INCLUSION, schedule=ALWAYS, condition_id="cond_1"):
    if kind is ConditionKind.CURFEW and schedule.is_always:
        schedule = Schedule(once=OPEN)
    return Condition(condition_id, "d1", kind, b"sealed", schedule)


def asked(kind=INCLUSION, hours=OPEN, area=AREA, condition_id="cond_1", **more):
    return Asked(condition(kind, condition_id=condition_id), DECISION, area, tuple(hours), **more)


@dataclass(frozen=True)
class Told:
    """One fix of the made-up world: seconds, metres beyond the edge on the wrong side, and what the device says."""

    s: float
    wrong_m: float
    accuracy_m: float | None = 10.0
    speed_mps: float | None = None
    method: Method | None = Method.GPS

    def fix(self, kind):
        east = ZONE_M - self.wrong_m if kind in KEEP_OUT else ZONE_M + self.wrong_m
        return Fix(0, round(east / M_PER_E7), self.accuracy_m, speed_mps=self.speed_mps, method=self.method)


def read(text):
    told = []
    for piece in text.split(","):
        s, metres, *more = piece.split()
        one = Told(float(s), float(metres))
        for word in more:
            if word[0] == "v":
                one = replace(one, speed_mps=float(word[1:]))
            elif word[0] == "a":
                one = replace(one, accuracy_m=None if word == "a?" else float(word[1:]))
            else:
                one = replace(one, method=None if word == "unknown" else Method(word))
        told.append(one)
    return told


def columns(told, kind=INCLUSION):
    return Fixes.of([(at(one.s), one.fix(kind)) for one in told])


class Judge:
    """Judges batch after batch as a monitor does: sorted by fix time, exact duplicates dropped, the newest kept."""

    def __init__(self, asked_, judging=DEFAULTS):
        self.asked, self.judging = asked_, judging
        self.watch, self.scratch, self.newest = Watch(asked_.condition.id, "fit_1"), Scratch(), None
        self.findings, self.evidence, self.seen = [], {}, set()

    def take(self, batch):
        fresh = {one.s: one for one in reversed(batch) if one.s not in self.seen}
        told = sorted(fresh.values(), key=lambda one: one.s)
        self.seen |= set(fresh)
        if not told:
            return ()
        fixes = columns(told, self.asked.condition.kind)
        verdict = judge(self.asked, self.watch, self.scratch, fixes, self.judging, self.newest)
        self.watch, self.scratch = verdict.watch, verdict.scratch
        self.newest = fixes.at[-1] if self.newest is None else max(self.newest, fixes.at[-1])
        self.findings += verdict.findings
        for alert_id, times in verdict.evidence:
            assert alert_id not in self.evidence
            self.evidence[alert_id] = times
        return verdict.findings

    def raised(self, weight=ADVERSE):
        return [one for one in self.findings if isinstance(one, Raised) and one.weight is weight]

    def standing(self):
        """Adverse findings that nothing has weakened."""
        fallen = {one.alert_id for one in self.findings if isinstance(one, Weakened)}
        return [one for one in self.raised() if one.alert_id not in fallen]

    def spans(self):
        """From when to when the adverse findings went on; those that still do, for ever."""
        ends = {one.alert_id: one.ended_at for one in self.findings if isinstance(one, Ended)}
        return [(one.began_at, ends.get(one.alert_id, datetime.max.replace(tzinfo=UTC))) for one in self.raised()]


def words(findings):
    """What came of it, as text."""
    text = []
    for one in findings:
        if isinstance(one, Raised):
            text.append(f"{one.weight} {seconds(one.began_at)}-{seconds(one.confirmed_at)}")
        elif isinstance(one, Ended):
            text.append(f"ended {seconds(one.ended_at)}")
        else:
            text.append(f"weakened {seconds(one.at)}")
    return ", ".join(text)


def judged(text, kind=INCLUSION, hours=OPEN, judging=DEFAULTS, area=AREA):
    """Judge batches, parted by `|`, in the order in which they stand."""
    judge_ = Judge(asked(kind, hours, area), judging)
    for batch in text.split("|"):
        judge_.take(read(batch))
    return judge_


WALKED = "0 -50 v1.4, 60 40, 120 100, 180 150"
SAT_OUT = "60 40, 120 40, 180 40, 240 40, 300 40, 360 40"

# --- what counts, by hand -------------------------------------------------------------------------------

CASES = {
    # Moved: three fixes over two minutes.
    "walked out": (WALKED, "adverse 60-180"),
    "walked out, and nothing of it is doubled": (f"{WALKED}, 240 200, 300 200, 360 200", "adverse 60-180"),
    "walked out, a second short of two minutes": ("0 -50 v1.4, 60 40, 120 40, 179 40", ""),
    "walked out, two fixes over an hour": ("0 -50 v1.4, 60 40, 3660 40", ""),
    "walked out, many fixes within two minutes": (
        "0 -50 v1.4, 60 40, 80 40, 100 40, 120 40, 140 40, 160 40, 179 40",
        "",
    ),
    "walked out, the fix that makes it two minutes": (
        "0 -50 v1.4, 60 40, 80 40, 100 40, 120 40, 140 40, 160 40, 180 40",
        "adverse 60-180",
    ),
    "walking was seen five minutes before": ("0 -50 v1.4, 300 40, 360 40, 420 40", "adverse 300-420"),
    "walking was seen longer ago": ("0 -50 v1.4, 601 40, 660 40, 721 40", ""),
    "walking was seen ten minutes before the first of the run": (
        "0 -50 v1.4, 590 40, 650 40, 710 40",
        "adverse 590-710",
    ),
    "walking was seen before a fix that stood": ("0 -50 v1.4, 30 -50 v0, 60 40, 120 40, 180 40", "adverse 60-180"),
    "just so fast that it is walked": ("0 -50 v0.8, 60 40, 120 40, 180 40", "adverse 60-180"),
    "slower than anyone walks": ("0 -50 v0.7, 60 40, 120 40, 180 40", ""),
    "moving once outside is no walking out": ("0 -50 v0, 60 40 v1.4, 120 40 v1.4, 180 40 v1.4", ""),
    "driven out": ("0 -50, 60 850 v15, 120 1700 v15, 180 2600 v15", "adverse 60-180"),
    "driven out, half as fast as it takes": ("0 -50, 60 850 v7.6, 120 1700, 180 2600", "adverse 60-180"),
    "driven out, twice as fast as it takes": ("0 -50, 60 850 v29.9, 120 1700, 180 2600", "adverse 60-180"),
    "a place far away and a device that stands": ("0 -50, 60 850 v0, 120 850, 180 850", ""),
    "a vehicle's speed, whatever the place says": ("0 -50, 60 850 v31, 120 850, 180 850", "adverse 60-180"),
    "a place far away and no speed": ("0 -50, 60 850, 120 850, 180 850", ""),
    "driven out, and only the second fix tells its speed": (
        "0 -50, 60 850, 120 1700 v14.6, 180 2600",
        "adverse 60-180",
    ),
    "driven out, and only the last fix tells its speed": (
        "0 -50, 60 850, 120 1700, 180 2600 v14.7",
        "adverse 60-180",
    ),
    "once it was driven it stays so": ("0 -50, 60 850 v15, 120 850 v0, 180 850 v0", "adverse 60-180"),
    "a drive is told of one run and not of the next": (
        "0 -50, 60 850 v15, 120 850, 150 -50, 180 40, 240 40, 300 40",
        "",
    ),
    "a place too near to be driven to": ("0 -50, 60 100 v2.5, 120 100, 180 100", ""),
    "driven out five minutes ago": ("0 -50, 300 4415 v15, 360 4415, 420 4415", "adverse 300-420"),
    "driven out longer ago than that, and in a vehicle still": (
        "0 -50, 301 4415 v15, 360 4415, 421 4415",
        "adverse 301-421",
    ),
    "never seen on the right side": ("60 40 v1.4, 120 40 v1.4, 180 40 v1.4", ""),
    # Unmoved: six over five minutes, or three over eight.
    "nothing but the place changed, six over five minutes": (f"0 -50, {SAT_OUT}", "adverse 60-360"),
    "the same, never seen before": (SAT_OUT, "adverse 60-360"),
    "nothing but the place changed, five over five minutes": ("0 -50, 60 40, 120 40, 180 40, 240 40, 360 40", ""),
    "nothing but the place changed, six a second short of it": (
        "0 -50, 60 40, 120 40, 180 40, 240 40, 300 40, 359 40",
        "",
    ),
    "nothing but the place changed, three over eight minutes": ("0 -50, 60 40, 300 40, 540 40", "adverse 60-540"),
    "nothing but the place changed, three a second short of it": ("0 -50, 60 40, 300 40, 539 40", ""),
    "nothing but the place changed, two over an hour": ("0 -50, 60 40, 3660 40", ""),
    # What ends a run.
    "one fix on the right side ends the run": ("0 -50 v1.4, 60 40, 120 40, 150 -50, 180 40, 240 40", ""),
    "and another run begins": (
        "0 -50 v1.4, 60 40, 120 40, 150 -50, 180 40, 240 40, 300 40",
        "adverse 180-300",
    ),
    "a good fix just inside, whose disc crosses the edge, ends it too": (
        "0 -50 v1.4, 60 40, 120 40, 150 -1, 180 40, 240 40",
        "",
    ),
    "a fix on the right side without accuracy does not": (
        "0 -50 v1.4, 60 40, 120 40, 150 -50 a?, 180 40",
        "adverse 60-180",
    ),
    "a fix on the right side by what is heard does not": (
        "0 -50 v1.4, 60 40, 120 40, 150 -50 wifi, 180 40",
        "adverse 60-180",
    ),
    "what cannot tell stands between and does not count": (
        "0 -50 v1.4, 60 40, 90 40 a?, 120 5, 150 40 lbs, 170 40 v71, 180 40, 239 40 a151, 240 40",
        "adverse 60-240",
    ),
    # What never counts.
    "without accuracy": ("0 -50 v1.4, 60 40, 120 40, 180 400 a?", ""),
    "by cells": ("0 -50 v1.4, 60 40, 120 40, 180 400 lbs", ""),
    "by wireless networks": ("0 -50 v1.4, 60 40, 120 40, 180 400 wifi", ""),
    "by a beacon": ("0 -50 v1.4, 60 40, 120 40, 180 400 rf", ""),
    "too wide": ("0 -50 v1.4, 60 40, 120 40, 180 4000 a150.1", ""),
    "as wide as may be": ("0 -50 v1.4, 60 40, 120 40, 180 4000 a150", "adverse 60-180"),
    "too fast": ("0 -50 v1.4, 60 40, 120 40, 180 400 v70.1", ""),
    "as fast as may be": ("0 -50 v1.4, 60 40, 120 40, 180 400 v70", "adverse 60-180"),
    "by a method that is not told": ("0 -50 v1.4, 60 40, 120 40, 180 400 unknown", "adverse 60-180"),
    "the disc reaches the edge": ("0 -50 v1.4, 60 40, 120 40, 180 15.9", ""),
    "the disc just does not": ("0 -50 v1.4, 60 40, 120 40, 180 16.1", "adverse 60-180"),
    "no device is so good": ("0 -50 v1.4, 60 40, 120 40, 180 7.9 a1", ""),
    "however good it says it is": ("0 -50 v1.4, 60 40, 120 40, 180 8.1 a0", "adverse 60-180"),
    "a jump": ("0 -50 v1.4, 60 4400, 120 40, 180 40", ""),
    "no farther than anyone drives": ("0 -50 v1.4, 60 4100, 120 40, 180 40", "adverse 60-180"),
    "a jump is measured from the right side, not from the last jump": (
        "0 -50 v1.4, 10 5000, 20 5000, 30 5000, 70 5000, 74 5000, 133 5000, 194 5000",
        "adverse 74-194",
    ),
    "whoever was last seen on the right side ten minutes ago may be anywhere": (
        "0 -50 v1.4, 100 -50 v1.4, 701 24000, 760 24000, 821 24000, 880 24000, 940 24000, 1001 24000",
        "adverse 701-1001",
    ),
    # Leaning.
    "half an hour of what looks as if": ("0 40 a?, 900 40 a?, 1800 40 a?", "uncertain 0-1800"),
    "a second less": ("0 40 a?, 900 40 a?, 1799 40 a?", ""),
    "two fixes only": ("0 40 a?, 1800 40 a?", ""),
    "of every sort": ("0 40 a?, 400 5, 900 4000 a200, 1300 40 wifi, 1800 40 v80", "uncertain 0-1800"),
    "certain ones lean, too": ("0 40 a?, 1600 40, 1800 40", "uncertain 0-1800"),
    "raised once": ("0 40 a?, 900 40 a?, 1800 40 a?, 2700 40 a?, 3600 40 a?, 4500 40 a?", "uncertain 0-1800"),
    "a good fix on the right side ends it": ("0 40 a?, 900 40 a?, 1000 -50, 1800 40 a?", ""),
    "and so does one that only looks as if it were": ("0 40 a?, 900 40 a?, 1000 -50 a?, 1800 40 a?", ""),
    "once it is certain it is told as that": (
        "0 40 a?, 900 40 a?, 1800 40 a?, 1900 40, 2100 40, 2380 40",
        "uncertain 0-1800, ended 1900, adverse 1900-2380",
    ),
    "a doubt ends as anything does": (
        "0 40 a?, 900 40 a?, 1800 40 a?, 1900 -50, 1960 -50",
        "uncertain 0-1800, ended 1900",
    ),
    # Over.
    "back once": (f"{WALKED}, 240 -50", "adverse 60-180"),
    "back twice, since the first": (f"{WALKED}, 240 -50, 300 -50", "adverse 60-180, ended 240"),
    "back, with a good fix at the edge": (f"{WALKED}, 240 -1, 300 -50", "adverse 60-180, ended 240"),
    "back, out and back": (f"{WALKED}, 240 -50, 270 40, 300 -50", "adverse 60-180"),
    "back, perhaps out, and back": (f"{WALKED}, 240 -50, 270 40 a?, 300 -50", "adverse 60-180"),
    "back, then nobody can tell, then back": (
        f"{WALKED}, 240 -50, 270 -50 a?, 300 -50",
        "adverse 60-180, ended 240",
    ),
    "back without accuracy": (f"{WALKED}, 240 -50 a?, 300 -50 a?", "adverse 60-180"),
    "out again": (
        f"{WALKED}, 240 -50 v1.4, 300 -50 v1.4, 360 40, 420 40, 480 40",
        "adverse 60-180, ended 240, adverse 360-480",
    ),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("fixes", "came"), CASES.values(), ids=CASES.keys())
def test_what_comes_of_fixes_in_order(kind, fixes, came):
    assert words(judged(fixes, kind).findings) == came


APART = {
    "an hour between two": ("0 -50, 60 40, 120 40, 3720 40", "adverse 60-3720"),
    "a second more": ("0 -50, 60 40, 120 40, 3721 40", ""),
    "a second more, and a run of its own": (
        "0 -50, 60 40, 120 40, 3721 40, 3961 40, 4201 40",
        "adverse 3721-4201",
    ),
    "what cannot tell does not bridge it": ("0 -50, 60 40, 120 40, 1900 40 a?, 3721 40", ""),
    "what was moving before is not what is moving now": (
        "0 -50 v1.4, 60 40, 120 40, 3721 40, 3781 40, 3841 40",
        "",
    ),
}
"""An hour between two fixes is within one run, and more is not."""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("fixes", "came"), APART.values(), ids=APART.keys())
def test_fixes_that_lie_far_apart_do_not_count_together(kind, fixes, came):
    """Against someone: a doubt may still be told of them."""
    assert words(judged(fixes, kind).raised()) == came


def test_how_far_apart_is_a_setting_of_the_scheme():
    fixes = "0 -50 v1.4, 60 40, 120 40, 180 40"
    assert words(judged(fixes, judging=Judging(apart_max_s=60)).raised()) == "adverse 60-180"
    assert words(judged(fixes, judging=Judging(apart_max_s=59)).raised()) == ""


SETTINGS = {
    "more fixes": (Judging(fixes=4), WALKED, ""),
    "more fixes, given": (Judging(fixes=4), f"{WALKED}, 240 40", "adverse 60-240"),
    "longer": (Judging(lasting_s=180), f"{WALKED}, 239 40", ""),
    "longer, given": (Judging(lasting_s=180), f"{WALKED}, 239 40, 240 40", "adverse 60-240"),
    "a buffer": (Judging(buffer_m=30), "0 -50 v1.4, 60 45.9, 120 45.9, 180 45.9", ""),
    "beyond the buffer": (Judging(buffer_m=30), "0 -50 v1.4, 60 46.1, 120 46.1, 180 46.1", "adverse 60-180"),
    "a buffer gives nothing away on the right side": (
        Judging(buffer_m=30),
        "0 -50 v1.4, 60 50, 120 50, 150 -16.1, 180 50",
        "",
    ),
    "a larger disc": (Judging(disc_scale=3), "0 -50 v1.4, 60 40, 120 40, 180 29.9", ""),
    "one fix back is enough": (Judging(back_fixes=1), f"{WALKED}, 240 -50", "adverse 60-180, ended 240"),
    "three fixes back are needed": (Judging(back_fixes=3), f"{WALKED}, 240 -50, 300 -50", "adverse 60-180"),
    "three fixes back are there": (
        Judging(back_fixes=3),
        f"{WALKED}, 240 -50, 300 -50, 360 -50",
        "adverse 60-180, ended 240",
    ),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("judging", "fixes", "came"), SETTINGS.values(), ids=SETTINGS.keys())
def test_the_settings_of_a_scheme_are_what_counts(kind, judging, fixes, came):
    assert words(judged(fixes, kind, judging=judging).findings) == came


FIRST_HOUR = Judging(zone_test_s=86_400 + 3600, doubt_lasting_s=600)
"""The decision began a day before second 0: its zones are in test up to second 3600."""


@pytest.mark.parametrize("kind", KINDS)
def test_a_zone_in_test_accuses_nobody_and_asks_someone_to_ring_when_it_lasts(kind):
    assert words(judged(WALKED, kind, judging=DEFAULTS).raised()) == "adverse 60-180"
    assert judged(WALKED, kind, judging=FIRST_HOUR).findings == []
    lasting = f"{WALKED}, 300 40, 660 40"
    [raised] = judged(lasting, kind, judging=FIRST_HOUR).raised(UNCERTAIN)
    assert (raised.weight, raised.seen.doubt) == (UNCERTAIN, Doubt.IN_TEST)


@pytest.mark.parametrize("kind", KINDS)
def test_a_zone_is_live_from_the_instant_its_test_is_over_and_what_was_before_counts_for_nothing(kind):
    over = "3480 -50 v1.4, 3540 40, 3599 40, 3600 40, 3660 40, 3719 40"
    assert judged(over, kind, judging=FIRST_HOUR).raised() == []
    assert words(judged(f"{over}, 3720 40", kind, judging=FIRST_HOUR).raised()) == "adverse 3600-3720"


def test_nobody_was_moving_before_the_place_that_a_jump_is_measured_from():
    with pytest.raises(IllegalValue, match="was moving"):
        Judging(moved_within_s=601)
    assert Judging(moved_within_s=601, jump_within_s=601).moved_within_s == 601


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_knows_its_wrong_side(kind):
    inside = Fixes.of([(at(0), Fix(0, 0, 10.0))])
    outside = Fixes.of([(at(0), Fix(0, round((ZONE_M + 500) / M_PER_E7), 10.0))])
    stays_in = kind in (ConditionKind.INCLUSION, ConditionKind.CURFEW)
    assert weigh(asked(kind), inside, 0, DEFAULTS).side is (Side.BACK if stays_in else Side.AGAINST)
    assert weigh(asked(kind), outside, 0, DEFAULTS).side is (Side.AGAINST if stays_in else Side.BACK)


WEIGHED = {
    "0 40": (Side.AGAINST, None),
    "0 -40": (Side.BACK, None),
    "0 15.9": (Side.LEANING, Doubt.EDGE),
    "0 -15.9": (Side.EVEN, Doubt.EDGE),
    "0 40 a?": (Side.LEANING, Doubt.NO_ACCURACY),
    "0 -40 a?": (Side.EVEN, Doubt.NO_ACCURACY),
    "0 400 a? wifi v90": (Side.LEANING, Doubt.NO_ACCURACY),
    "0 400 wifi v90": (Side.LEANING, Doubt.METHOD),
    "0 400 a200 v90": (Side.LEANING, Doubt.WIDE),
    "0 400 v90": (Side.LEANING, Doubt.SPEED),
    "0 -400 v90": (Side.EVEN, Doubt.SPEED),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("fix", "says"), WEIGHED.items(), ids=WEIGHED.keys())
def test_what_one_fix_says_by_itself(kind, fix, says):
    weighed = weigh(asked(kind), columns(read(fix), kind), 0, DEFAULTS)
    assert (weighed.side, weighed.doubt) == says
    assert weighed.usable == (says[1] in (None, Doubt.EDGE))


# --- hours ----------------------------------------------------------------------------------------------

HOURS = {
    "a run does not reach into the next window": (
        [(0, 150), (160, 9000)],
        "0 -50 v1.4, 60 40, 120 40, 180 40, 240 40",
        "",
    ),
    "it begins anew there": (
        [(0, 150), (160, 9000)],
        "0 -50 v1.4, 60 40, 120 40, 180 40, 240 40, 300 40",
        "adverse 180-300",
    ),
    "outside the hours nothing is asked": ([(0, 50), (5000, 6000)], f"0 -50 v1.4, {SAT_OUT}", ""),
    "fixes before the window do not count in it": ([(100, 9000)], "0 -50 v1.4, 60 40, 120 40, 180 40", ""),
    "a window begins with its first instant": ([(60, 9000)], WALKED, "adverse 60-180"),
    "and is over at its last": ([(0, 180)], WALKED, ""),
    "walking is seen outside the hours, too": ([(50, 9000)], WALKED, "adverse 60-180"),
    "a jump is measured from outside the hours, too": ([(50, 9000)], "0 -50 v1.4, 60 4400, 120 40, 180 40", ""),
    "an alert ends with its window, at the window's end": (
        [(0, 200), (9000, 9999)],
        f"{WALKED}, 300 40",
        "adverse 60-180, ended 200",
    ),
    "not before a fix says that it is over": ([(0, 200), (9000, 9999)], WALKED, "adverse 60-180"),
    "whatever that fix says of the place": ([(0, 200)], f"{WALKED}, 300 40 a?", "adverse 60-180, ended 200"),
    "in the next window it is another alert": (
        [(0, 200), (1000, 9999)],
        f"{WALKED}, 1000 40, 1240 40, 1480 40",
        "adverse 60-180, ended 200, adverse 1000-1480",
    ),
    "a lean does not reach into the next window": (
        [(0, 1000), (1100, 9000)],
        "0 40 a?, 900 40 a?, 1800 40 a?, 2700 40 a?",
        "",
    ),
    "back fixes in the next window end nothing twice": (
        [(0, 200), (300, 9000)],
        f"{WALKED}, 320 -50, 380 -50",
        "adverse 60-180, ended 200",
    ),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("hours", "fixes", "came"), HOURS.values(), ids=HOURS.keys())
def test_only_what_lies_within_one_window_counts_together(kind, hours, fixes, came):
    assert words(judged(fixes, kind, [span(*one) for one in hours]).findings) == came


def without(*absences):
    return windows(ALWAYS, Sense.RESTRICTS, [span(*one) for one in absences], OPEN[0])


ABSENCES = {
    "away with leave": ([(0, 9000)], f"0 -50 v1.4, {SAT_OUT}", ""),
    "leave that begins within a run": ([(150, 9000)], WALKED, ""),
    "leave that ends within a run": ([(-900, 100)], WALKED, ""),
    "leave cuts a run in two": ([(130, 140)], WALKED, ""),
    "an alert ends where leave begins": ([(200, 9000)], f"{WALKED}, 300 40", "adverse 60-180, ended 200"),
    "leave at another time changes nothing": ([(5000, 6000)], WALKED, "adverse 60-180"),
}


@pytest.mark.parametrize(("absences", "fixes", "came"), ABSENCES.values(), ids=ABSENCES.keys())
def test_an_absence_asks_nothing(absences, fixes, came):
    assert words(judged(fixes, hours=without(*absences)).findings) == came


def test_leave_given_afterwards_forgets_the_run_that_lies_in_it():
    judge_ = Judge(asked())
    judge_.take(read("0 -50 v1.4, 60 40, 120 40"))
    judge_.asked = asked(hours=without((0, 130)))
    judge_.take(read("180 40, 240 40"))
    assert judge_.findings == []
    assert judge_.watch.against.from_at == at(180)


def test_leave_given_afterwards_ends_the_alert_that_lies_in_it():
    judge_ = judged(WALKED)
    judge_.asked = asked(hours=without((0, 200)))
    judge_.take(read("240 40"))
    assert words(judge_.findings) == "adverse 60-180, ended 180"


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {ConditionKind.CURFEW}))
def test_an_alert_that_goes_on_for_days_goes_on(kind):
    """Hours are laid out anew as far back as a fix can still be admitted, and two days: an alert may be older."""
    judge_ = Judge(asked(kind))
    judge_.take(read(WALKED))
    for day in range(1, 9):
        laid_out = Interval(at(day * 86_400) - DECISION.late_max - 2 * DAY, at(day * 86_400) + 2 * DAY)
        hours = windows(ALWAYS, Sense.RESTRICTS, [], laid_out)
        judge_.asked = asked(kind, hours, known_from=laid_out.from_at)
        judge_.take(read(f"{day * 86_400} 40"))
    assert words(judge_.findings) == "adverse 60-180"


# When hours are laid out, from when on they are known, and what came after an alert at 60-180 when a fix comes at 5000.
KNOWN_FROM = {
    "of the time before nothing is known": ([(1000, 9000)], 1000, "adverse 60-180"),
    "nothing is known, and then a window ended": ([(1000, 4000)], 1000, "adverse 60-180, ended 4000"),
    "leave began where it is known": ([(1000, 3000), (4000, 9000)], 1000, "adverse 60-180, ended 3000"),
    "it is known, and the window ended": ([(0, 900), (1000, 9000)], -10, "adverse 60-180, ended 900"),
    "hours were not asked when they become known": ([(2000, 9000)], 1000, "adverse 60-180, ended 180"),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("hours", "known_from", "came"), KNOWN_FROM.values(), ids=KNOWN_FROM.keys())
def test_hours_before_they_are_known_end_nothing(kind, hours, known_from, came):
    judge_ = judged(WALKED, kind)
    judge_.asked = asked(kind, [span(*one) for one in hours], known_from=at(known_from))
    judge_.take(read("5000 40"))
    assert words(judge_.findings) == came


# --- no geometry ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "before",
    [
        "0 -50 v1.4",
        "0 -50 v1.4, 60 40, 120 40",
        WALKED,
        "0 40 a?, 900 40 a?, 1800 40 a?",
    ],
)
def test_without_geometry_nothing_changes(before):
    judge_ = judged(before)
    watch, scratch, findings = judge_.watch, judge_.scratch, list(judge_.findings)
    judge_.asked = asked(area=None)
    judge_.take(read("2000 -50, 2060 -50, 2200 900, 2400 900, 2600 900, 3000 900"))
    assert (judge_.watch, judge_.scratch, judge_.findings) == (watch, scratch, findings)
    assert judge_.evidence.keys() == {one.alert_id for one in judge_.raised()}


# --- what is told of it ---------------------------------------------------------------------------------

GPS = (Method.GPS,)
TOLD = {
    "plainly": (WALKED, Seen(3, 0, None, Band.AWAY, 16, 60, GPS)),
    "nothing known before": (SAT_OUT, Seen(6, 0, None, Band.AWAY, 16, None, GPS)),
    "the nearest of the bands": (
        "0 -50 v1.4, 60 400, 120 24.9, 180 400",
        Seen(3, 0, None, Band.NEAR, 16, 60, GPS),
    ),
    "25 m are away": ("0 -50 v1.4, 60 400, 120 25.1, 180 400", Seen(3, 0, None, Band.AWAY, 16, 60, GPS)),
    "100 m are away": ("0 -50 v1.4, 60 400, 120 99.9, 180 400", Seen(3, 0, None, Band.AWAY, 16, 60, GPS)),
    "more are far": ("0 -50 v1.4, 60 400, 120 100.1, 180 400", Seen(3, 0, None, Band.FAR, 16, 60, GPS)),
    "the largest disc that counted": (
        "0 -50 v1.4, 60 400 a50, 120 400 a100, 150 400 a200, 180 400 a20",
        Seen(3, 1, Doubt.WIDE, Band.FAR, 160, 60, GPS),
    ),
    "the doubtful between them": (
        "0 -50 v1.4, 60 40, 90 5, 100 5, 120 40, 130 -50 a?, 180 40",
        Seen(3, 2, Doubt.EDGE, Band.AWAY, 16, 60, GPS),
    ),
    "a jump between them": (
        "0 -50 v1.4, 60 40, 61 9000, 120 40, 180 40",
        Seen(3, 1, Doubt.JUMP, Band.AWAY, 16, 60, GPS),
    ),
    "how long nothing was heard before": (
        "0 -50, 7000 40, 7300 40, 7600 40",
        Seen(3, 0, None, Band.AWAY, 16, 7000, GPS),
    ),
    "the silence before counts from whatever was heard": (
        "0 -50 v1.4, 50 40 a?, 60 40, 120 40, 180 40",
        Seen(3, 0, None, Band.AWAY, 16, 10, GPS),
    ),
    "every method that counted": (
        "0 -50 v1.4, 60 40 unknown, 90 40 wifi, 120 40, 180 40 unknown",
        Seen(3, 1, Doubt.METHOD, Band.AWAY, 16, 60, GPS),
    ),
    "no method told": (
        "0 -50 v1.4, 60 40 unknown, 120 40 unknown, 180 40 unknown",
        Seen(3, 0, None, Band.AWAY, 16, 60, ()),
    ),
    "an earlier run is not counted in": (
        "0 -50 v1.4, 60 10, 70 20 a12, 120 -50, 170 40, 230 40, 290 40",
        Seen(3, 0, None, Band.AWAY, 16, 50, GPS),
    ),
    "of a doubt, what of it counted and what did not": (
        "0 -50, 60 40 a?, 800 40 a100, 900 300 a100, 1860 40 a?",
        Seen(1, 3, Doubt.NO_ACCURACY, Band.FAR, 160, 60, GPS),
    ),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("fixes", "seen"), TOLD.values(), ids=TOLD.keys())
def test_a_finding_tells_the_truth_about_what_it_rests_on(kind, fixes, seen):
    [raised] = [one for one in judged(fixes, kind).findings if isinstance(one, Raised)]
    assert raised.seen == seen


def test_the_reason_told_is_why_the_first_of_the_doubtful_could_not_tell():
    [raised] = judged("0 -50 v1.4, 60 40, 70 40 a?, 80 5, 90 5, 120 40, 180 40").findings
    assert (raised.seen.doubtful, raised.seen.doubt) == (3, Doubt.NO_ACCURACY)


def test_a_finding_names_its_case_decision_fitting_and_condition():
    [raised] = judged(WALKED).findings
    assert (raised.case_id, raised.decision_id, raised.fitting_id, raised.condition_id) == (
        "case_1",
        "d1",
        "fit_1",
        "cond_1",
    )
    assert raised.matter is Matter.OUT_OF_PLACE
    assert raised.raised_at == raised.confirmed_at


EVIDENCE = {
    "those that counted": (WALKED, [60, 120, 180]),
    "and not those that could not tell": ("0 -50 v1.4, 60 40, 90 40 a?, 120 5, 180 40, 200 40", [60, 180, 200]),
    "nor an earlier run's": ("0 -50 v1.4, 30 40, 40 -50, 60 40, 120 40, 180 40", [60, 120, 180]),
    "nor an earlier window's": ("950 -50 v1.4, 960 40, 1060 40, 1120 40, 1180 40", [1060, 1120, 1180]),
    "ten at most, the last": (
        "0 -50 v1.4, " + ", ".join(f"{60 + 10 * n} 40" for n in range(13)),
        [90 + 10 * n for n in range(10)],
    ),
    "of a doubt that became certain, only those that counted": (
        "0 40 a?, 900 40 a?, 1800 40 a?, 1900 40, 2100 40, 2380 40",
        [1900, 2100, 2380],
    ),
    "none of a doubt": ("0 40 a?, 900 40, 1000 40 a?, 1900 40", None),
    "of a second alert, its own": (
        f"{WALKED}, 200 40, 240 -50 v1.4, 300 -50 v1.4, 360 40, 420 40, 480 40",
        [360, 420, 480],
    ),
}


@pytest.mark.parametrize(("fixes", "times"), EVIDENCE.values(), ids=EVIDENCE.keys())
def test_the_evidence_is_the_usable_fixes_of_the_run_and_ten_at_most(fixes, times):
    judge_ = judged(fixes, hours=[span(-900, 1000), span(1050, 90_000)] if "950" in fixes else OPEN)
    assert judge_.evidence.keys() == {one.alert_id for one in judge_.raised()}
    last = judge_.evidence[judge_.raised()[-1].alert_id] if judge_.raised() else None
    assert last == (None if times is None else tuple(at(s) for s in times))
    assert last is None or len(last) <= EVIDENCE_MAX


def test_evidence_holds_no_fix_of_a_run_that_a_late_fix_took_away():
    """A late fix fells a doubt, and with it the run that had begun: that run is no evidence of another."""
    judge_ = judged("0 40 a?, 900 40 a?, 1800 40 a?, 1900 40, 2000 40 | 1000 -50")
    assert words(judge_.findings) == "uncertain 0-1800, weakened 1000"
    judge_.take(read("3000 40, 3240 40, 3480 40"))
    [raised] = judge_.raised()
    times = judge_.evidence[raised.alert_id]
    assert all(raised.began_at <= one <= raised.confirmed_at for one in times), [seconds(one) for one in times]


def test_a_doubt_never_ends_before_it_began():
    """What replaces it may have begun earlier: a fix that only looks as if on the right side ends a lean, not a run."""
    judge_ = judged("0 40, 60 40, 100 -50 a?, 110 40 a?, 1000 40 a?, 1910 40 a?, 1920 40")
    [doubt] = judge_.raised(UNCERTAIN)
    [over] = [one for one in judge_.findings if isinstance(one, Ended)]
    assert over.alert_id == doubt.alert_id
    assert over.ended_at >= doubt.began_at, words(judge_.findings)


def test_runs_that_were_forgotten_with_the_scratch_are_confirmed_from_zero():
    """As a process does that starts (flows/watching.py): a finding has the fixes that it says it rests on."""
    judge_ = judged("0 -50 v1.4, 60 40, 120 40")
    judge_.watch, judge_.scratch = replace(judge_.watch, against=NO_RUN, leaning=NO_RUN, back=NO_RUN), Scratch()
    judge_.take(read("180 40, 420 40"))
    assert judge_.findings == []
    judge_.take(read("660 40"))
    [raised] = judge_.raised()
    assert words([raised]) == "adverse 180-660"
    assert judge_.evidence[raised.alert_id] == (at(180), at(420), at(660))


# --- identity -------------------------------------------------------------------------------------------


def test_what_is_judged_again_has_the_same_identity():
    once, again = judged(WALKED), judged("0 -50 v1.4, 60 40 | 120 100 | 180 150, 240 40")
    assert once.findings == again.findings
    assert once.findings[0].alert_id == again.findings[0].alert_id


def test_a_batch_that_failed_and_is_judged_again_gives_the_same():
    judge_ = judged("0 -50 v1.4, 60 40, 120 100")
    args = (judge_.asked, judge_.watch, judge_.scratch, columns(read("180 150")), DEFAULTS, judge_.newest)
    assert judge(*args) == judge(*args)


def test_different_findings_have_different_identities():
    ids = [
        one.alert_id
        for judge_ in (
            judged(WALKED),
            judged(WALKED.replace("180", "181")),
            judged("0 40 a?, 900 40 a?, 1800 40 a?, 1900 40, 2100 40, 2380 40"),
            judged(f"{WALKED}, 240 -50 v1.4, 300 -50 v1.4, 360 40, 420 40, 480 40"),
        )
        for one in judge_.findings
        if isinstance(one, Raised)
    ]
    other = Judge(asked(condition_id="cond_2"))
    other.take(read(WALKED))
    ids.append(other.findings[0].alert_id)
    worn = Judge(asked())
    worn.watch = replace(worn.watch, fitting_id="fit_2")
    worn.take(read(WALKED))
    ids.append(worn.findings[0].alert_id)
    assert [n for n in Counter(ids).values() if n > 1] == [2]  # the same walk, once alone and once with more after it
    assert len(set(ids)) == 7


# --- late fixes -----------------------------------------------------------------------------------------

LATE = {
    "a late fix on the right side ends the run": ("0 -50 v1.4, 60 40, 120 40 | 90 -50 | 180 40", ""),
    "and so does a good one at the edge": ("0 -50 v1.4, 60 40, 120 40 | 90 -1 | 180 40", ""),
    "one that cannot tell does not": ("0 -50 v1.4, 60 40, 120 40 | 90 -50 a? | 180 40", "adverse 60-180"),
    "a late fix on the wrong side counts for nothing": ("0 -50 v1.4, 60 40, 180 40 | 120 40", ""),
    "not even many": (f"0 -50 v1.4, 400 -50 v1.4 | {SAT_OUT} | 70 40, 130 40, 190 40", ""),
    "nor does it lengthen a run": ("0 -50 v1.4, 100 40, 160 40, 219 40 | 60 40", ""),
    "a late fix does not make a lean": ("0 40 a?, 1800 40 a? | 900 40 a?", ""),
    "a late fix on the right side ends a lean": ("0 40 a?, 900 40 a? | 450 -50 | 1800 40 a?", ""),
    "a late fix within what was raised weakens it": (f"{WALKED} | 90 -50", "adverse 60-180, weakened 90"),
    "so does one just after its first": (f"{WALKED} | 61 -50", "adverse 60-180, weakened 61"),
    "a good one at the edge, too": (f"{WALKED} | 90 -1", "adverse 60-180, weakened 90"),
    "one after it was confirmed does not": (f"{WALKED}, 240 40 | 200 -50", "adverse 60-180"),
    "nor one that cannot tell": (f"{WALKED} | 90 -50 a?, 100 -50 wifi, 110 -50 v80", "adverse 60-180"),
    "nor one on the wrong side": (f"{WALKED} | 90 400, 100 400", "adverse 60-180"),
    "one shortly before could have shown a jump": (f"{WALKED} | 30 -50", "adverse 60-180, weakened 30"),
    "one at the edge shortly before could not": (f"{WALKED} | 30 -1", "adverse 60-180"),
    "one five minutes before could": (
        "0 -50, 10 -50, 600 40, 900 40, 1200 40 | 300 -50",
        "adverse 600-1200, weakened 300",
    ),
    "one longer before could not": ("0 -50, 10 -50, 900 40, 1200 40, 1500 40 | 299 -50", "adverse 900-1500"),
    "a run that began shortly after it ends, too": ("0 -50 v1.4, 60 40, 120 40 | 30 -50 | 180 40", ""),
    "weakened once": (f"{WALKED} | 90 -50 | 100 -50 | 110 -50", "adverse 60-180, weakened 90"),
    "weakened, and then a run of its own": (
        f"{WALKED} | 90 -50 | 240 40, 480 40, 720 40",
        "adverse 60-180, weakened 90, adverse 240-720",
    ),
    "a doubt is weakened, too": ("0 40 a?, 900 40 a?, 1800 40 a? | 450 -50", "uncertain 0-1800, weakened 450"),
    "late fixes do not say that it is over": (f"{WALKED}, 400 40 | 240 -50, 300 -50", "adverse 60-180"),
    "a whole backlog newer than anything is judged in order": ("0 -50 v1.4 | 60 40, 120 40, 180 40", "adverse 60-180"),
    "a batch sorts itself": ("180 40, 0 -50 v1.4, 120 40, 60 40", "adverse 60-180"),
    "and one just before its last": (f"{WALKED} | 179 -50", "adverse 60-180, weakened 179"),
    "another place under the same time is dropped before": (f"{WALKED} | 120 -50", "adverse 60-180"),
    # Alerts that are over.
    "one that is over is weakened, too": (
        f"{WALKED}, 240 -50, 300 -50 | 90 -50",
        "adverse 60-180, ended 240, weakened 90",
    ),
    "and only once": (
        f"{WALKED}, 240 -50, 300 -50 | 90 -50 | 100 -50",
        "adverse 60-180, ended 240, weakened 90",
    ),
    "one that is over, by a fix shortly before it began": (
        f"{WALKED}, 240 -50, 300 -50 | 30 -50",
        "adverse 60-180, ended 240, weakened 30",
    ),
    "one that is over, by none between its confirmation and its end": (
        f"{WALKED}, 240 -50, 300 -50 | 200 -50",
        "adverse 60-180, ended 240",
    ),
    "one that is over, while the next goes on": (
        f"{WALKED}, 240 -50 v1.4, 1300 -50 v1.4, 1360 40, 1420 40, 1480 40 | 90 -50",
        "adverse 60-180, ended 240, adverse 1360-1480, weakened 90",
    ),
    "the next, and not the one that is over": (
        f"{WALKED}, 240 -50 v1.4, 1300 -50 v1.4, 1360 40, 1420 40, 1480 40 | 1400 -50",
        "adverse 60-180, ended 240, adverse 1360-1480, weakened 1400",
    ),
    "both, by one fix between them that could have shown a jump": (
        "0 -50 v1.4, 180 40, 240 40, 300 40, 320 -50, 330 -50 v1.4, 360 40, 420 40, 480 40 | 290 -50",
        "adverse 180-300, ended 320, adverse 360-480, weakened 290, weakened 290",
    ),
    "a doubt that is over is not: it accused nobody": (
        "0 40 a?, 900 40 a?, 1800 40 a?, 1900 -50, 1960 -50 | 450 -50",
        "uncertain 0-1800, ended 1900",
    ),
    # The place that a jump is measured from.
    "a late fix on the right side is where a jump is measured from": (
        "0 40 a? | -5 -50 | 60 9000, 120 9000, 180 9000, 240 9000, 300 9000, 360 9000",
        "",
    ),
    "and not one that is older than it": (
        "0 -50 v1.4, 10 5 | -200 -20000 | 60 40, 120 40, 180 40",
        "adverse 60-180",
    ),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("batches", "came"), LATE.values(), ids=LATE.keys())
def test_a_late_fix_ends_or_weakens_and_never_raises(kind, batches, came):
    judge_ = judged(batches, kind)
    assert words(judge_.findings) == came
    assert all(one.why is Why.LATE_FIX for one in judge_.findings if isinstance(one, Weakened))


def test_so_many_alerts_that_are_over_can_still_be_weakened_and_the_oldest_no_more():
    judge_ = Judge(asked())
    for n in range(PAST_MAX + 2):
        begins = n * 2000
        judge_.take(read(f"{begins} -50 v1.4, {begins + 60} 40, {begins + 120} 40, {begins + 180} 40"))
        judge_.take(read(f"{begins + 900} -50, {begins + 960} -50"))
    raised = judge_.raised()
    assert len(raised) == PAST_MAX + 2
    assert [one.alert_id for one in judge_.watch.past] == [one.alert_id for one in raised[2:]]
    found = [words(judge_.take(read(f"{n * 2000 + 90} -50"))) for n in range(PAST_MAX + 2)]
    assert found == ["", "", *(f"weakened {n * 2000 + 90}" for n in range(2, PAST_MAX + 2))]
    assert judge_.standing() == raised[:2]
    assert judge_.watch.past == ()


# --- for any order of arrival ---------------------------------------------------------------------------


def cut_up(told, sizes):
    """Batches of these sizes, over and over."""
    batches, left, n = [], list(told), 0
    while left:
        size = sizes[n % len(sizes)]
        batches.append(left[:size])
        left, n = left[size:], n + 1
    return batches


def check_order(batches, kind=INCLUSION, hours=OPEN, judging=DEFAULTS):
    """What stands of the arrival order overlaps what the true order raised; no late fix raises. Counts both."""
    told = {one.s: one for batch in batches for one in batch}
    true = Judge(asked(kind, hours), judging)
    true.take(list(told.values()))
    assert not [one for one in true.findings if isinstance(one, Weakened)]
    came, single = Judge(asked(kind, hours), judging), Judge(asked(kind, hours), judging)
    late = 0
    for batch in batches:
        came.take(batch)
        for one in sorted(batch, key=lambda one: one.s):
            was_late = single.newest is not None and at(one.s) <= single.newest
            late += was_late
            findings = single.take([one])
            assert not (was_late and any(isinstance(each, Raised) for each in findings)), "a late fix raised"
    assert (came.findings, came.evidence, came.watch, came.scratch) == (
        single.findings,
        single.evidence,
        single.watch,
        single.scratch,
    )
    spans = true.spans()
    for one in came.standing():
        assert any(began <= one.confirmed_at and one.began_at <= ended for began, ended in spans), (
            f"{words([one])} stands, but in the true order: {words(true.findings) or 'nothing'}"
        )
    return Counter(
        {
            "streams": 1,
            "late": late,
            "true adverse": len(true.raised()),
            "adverse": len(came.raised()),
            "standing": len(came.standing()),
            "weakened": len(came.raised()) - len(came.standing()),
        }
    )


ORDERS = {
    "a late fix within a run that has been raised": f"{WALKED} | 90 -50",
    "a late fix within one that is over since": f"{WALKED}, 240 -50, 300 -50 | 90 -50",
    "a late fix within one that ended with the hours": f"{WALKED}, 900000 40 | 90 -50",
    "a late fix within one that was followed by another": (
        f"{WALKED}, 240 -50 v1.4, 300 -50 v1.4, 360 40, 420 40, 480 40 | 90 -50"
    ),
    "a jump from a fix that came late, before the run began": (
        "-100 -50 v1.4, 10 5000 a? | 0 -50 | 60 5000, 120 5000, 180 5000"
    ),
    "a jump from a fix that came late, within the run": (
        "-10 -50 v1.4, 85 5000 | 80 -50 | 95 5000, 150 5000, 216 5000, 380 -50"
    ),
    "a drive that began with a fix that came late": ("0 -50, 60 1150 v20, 120 1150, 180 1150 | 30 1150"),
    "a drive from a place that came late": ("0 -50, 50 40 a? | 42 -50 | 60 1150 v20, 120 1150, 180 1150"),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("batches", ORDERS.values(), ids=ORDERS.keys())
def test_whatever_stands_in_the_end_the_true_order_would_have_raised_by_hand(kind, batches):
    check_order([read(batch) for batch in batches.split("|")], kind)


PLACES = {
    "well on the right side": (-600, -20),
    "near the edge": (-25, 25),
    "on the wrong side": (20, 400),
    "far off": (3000, 9000),
    "far off on the right side": (-9000, -3000),
}
WALK = [*["well on the right side"] * 4, *["on the wrong side"] * 6, *["near the edge"] * 2, *["far off"] * 2]
GAPS = [1, 10, 20, 30, 30, 60, 60, 60, 60, 90, 120, 120, 200, 310, 900]
ACCURACIES = [5.0, 5.0, 10.0, 10.0, 10.0, 20.0, 60.0, 149.0, 151.0, 1.0, None]
SPEEDS = [None, None, 0.0, 1.4, 1.4, 1.4, 20.0, 69.0, 75.0]
METHODS = [Method.GPS] * 6 + [None, Method.LBS, Method.WIFI]
DELAYS = [0, 0, 0, 0, 0, 0, 30, 65, 130, 300, 700, 4000, 86_400]


def walk(pick, number):
    """So many fixes in true order: stays here and there, a drift within each, and now and then a jump."""
    told, s = [], 0
    while len(told) < number:
        low, high = PLACES[pick([*WALK, "far off on the right side"])]
        wrong = pick([low, high, (low + high) / 2, low + (high - low) / 8])
        often = pick([True, True, False])
        for _ in range(pick([1, 1, 2, 3, 3, 4, 6, 9])):
            s += pick(GAPS)
            wrong = min(max(wrong + pick([-8, -1, 0, 0, 1, 8]), low), high)
            seen = -wrong if wrong > 0 and often and pick([False] * 7 + [True]) else wrong
            speed = pick(SPEEDS)
            if told and pick([False] * 7 + [True]):
                speed = min(abs(seen - told[-1].wrong_m) / (s - told[-1].s), 200.0)
            told.append(Told(s, seen, pick(ACCURACIES), speed, pick(METHODS)))
    return told[:number]


LATER = {
    "in order": [0],
    "delayed": DELAYS,
    "a few late": [0] * 12 + DELAYS,
    "what speaks for the person comes late": [0, 0, 65, 130, 300, 700, 4000, 86_400],
    "anyhow": None,
}
HOW = [*LATER, "a few late", *["what speaks for the person comes late"] * 4]


def arrival(pick, told):
    """The same in an order of arrival, some twice, in batches."""
    how = pick(HOW)

    def arrives(one):
        if how == "anyhow":
            return pick(range(100_000))
        late = how != "what speaks for the person comes late" or one.wrong_m < 0
        return one.s + (pick(LATER[how]) if late else 0)

    keyed = [(arrives(one), one) for one in told]
    keyed += [(key + pick(DELAYS), one) for key, one in keyed if pick([False] * 9 + [True])]
    came = [one for _, one in sorted(keyed, key=lambda each: each[0])]
    return cut_up(came, [pick([1, 1, 2, 3, 5, 9]) for _ in range(4)])


HOURS_DRAWN = [OPEN, OPEN, OPEN, (span(0, 700), span(760, 2000), span(2300, 100_000))]
JUDGINGS = [
    DEFAULTS,
    DEFAULTS,
    Judging(buffer_m=30),
    Judging(doubt_lasting_s=300),
    Judging(back_fixes=1),
    Judging(fixes=4, lasting_s=180),
    Judging(zone_test_s=86_400 + 600),
]


@st.composite
def streams(draw):
    def pick(of):
        return draw(st.sampled_from(of))

    told = walk(pick, draw(st.integers(3, 24)))
    return arrival(pick, told), pick(KINDS), pick(HOURS_DRAWN), pick(JUDGINGS)


def seeded(seed):
    """The same, by a seed: many more of them in the same time."""
    chance = Random(seed)
    told = walk(chance.choice, chance.randint(3, 40))
    return arrival(chance.choice, told), *(chance.choice(of) for of in (KINDS, HOURS_DRAWN, JUDGINGS))


@settings(max_examples=400, deadline=None)
@given(streams())
def test_for_any_order_of_arrival_what_stands_in_the_end_the_true_order_would_have_raised(stream):
    check_order(*stream)


@pytest.mark.parametrize("number", [3000, pytest.param(150_000, marks=[pytest.mark.long, pytest.mark.timeout(7200)])])
def test_the_same_for_many_streams_of_a_seed(number):
    counts = Counter()
    for seed in range(number):
        try:
            counts += check_order(*seeded(seed))
        except AssertionError as wrong:
            raise AssertionError(f"seed {seed}: {wrong}") from wrong
    print(dict(counts))  # noqa: T201 - for whoever raises the floors
    # It must have been possible: otherwise nothing was tried.
    assert counts["late"] >= number
    for happened in ("true adverse", "adverse", "standing"):
        assert counts[happened] >= number / 10, happened
    assert counts["weakened"] >= number / 100


def test_a_late_fix_that_changed_nothing_would_turn_it_red(monkeypatch):
    example = [read(batch) for batch in f"{WALKED} | 90 -50".split("|")]
    check_order(example)
    monkeypatch.setattr(zoned, "_late", lambda verdict, *_: verdict)
    with pytest.raises(AssertionError, match="stands, but in the true order: nothing"):
        check_order(example)


def test_a_late_fix_that_was_judged_as_if_it_were_new_would_turn_it_red(monkeypatch):
    example = [read(batch) for batch in ["0 -50 v1.4, 60 40, 180 40 ", " 120 40"]]
    check_order(example)

    def as_if_new(verdict, *_):
        run = replace(verdict.watch.against, count=verdict.watch.against.count + 1)
        return zoned._raise(asked(), verdict, run, ADVERSE) if zoned._confirmed(run, DEFAULTS) else verdict

    monkeypatch.setattr(zoned, "_late", as_if_new)
    with pytest.raises(AssertionError, match="a late fix raised"):
        check_order(example)


# --- what never makes it worse --------------------------------------------------------------------------


def in_order(told, kind, hours, judging):
    judge_ = Judge(asked(kind, hours), judging)
    judge_.take(told)
    return judge_


def check_unknown_accuracies(told, unknown, kind, hours, judging):
    """Without the accuracy of fixes that speak against someone there is no finding that there was not with it.

    Only of those: a fix on the right side that loses its accuracy no longer ends a run. And only on foot: a drive is
    told by the speed of a run's first fix.
    """
    told = [replace(one, speed_mps=None) if one.wrong_m > 0 else one for one in told]
    fixes = columns(told, kind)
    worse = [weigh(asked(kind, hours), fixes, row, judging).side is Side.AGAINST for row in range(len(told))]
    fewer = [
        replace(one, accuracy_m=None) if drop and against else one
        for one, drop, against in zip(told, unknown, worse, strict=True)
    ]
    spans = in_order(told, kind, hours, judging).spans()
    left = in_order(fewer, kind, hours, judging).raised()
    for one in left:
        assert any(began <= one.confirmed_at and one.began_at <= ended for began, ended in spans), words([one])
    return Counter({"raised": len(spans), "left": len(left)})


@settings(max_examples=200, deadline=None)
@given(streams(), st.randoms(use_true_random=False))
def test_an_unknown_accuracy_never_adds_a_finding(stream, chance):
    batches, *how = stream
    told = sorted({one.s: one for batch in batches for one in batch}.values(), key=lambda one: one.s)
    check_unknown_accuracies(told, [chance.random() < 0.4 for _ in told], *how)


def test_an_unknown_accuracy_never_adds_a_finding_in_many_streams_of_a_seed():
    counts = Counter()
    for seed in range(1500):
        chance = Random(seed)
        told = walk(chance.choice, chance.randint(3, 40))
        how = [chance.choice(of) for of in (KINDS, HOURS_DRAWN, JUDGINGS)]
        counts += check_unknown_accuracies(told, [chance.random() < 0.4 for _ in told], *how)
    assert counts["raised"] >= 300
    assert 100 <= counts["left"] < counts["raised"]


def test_only_accuracies_that_are_told_count_at_all():
    """Of a stream in which no accuracy is known nothing adverse ever comes."""
    for seed in range(500):
        told = [replace(one, accuracy_m=None) for one in walk(Random(seed).choice, 40)]
        judge_ = in_order(told, INCLUSION, OPEN, DEFAULTS)
        assert judge_.raised() == []
        assert judge_.watch.against == NO_RUN


def test_findings_of_one_watch_follow_one_another():
    """One alert at a time: each is over, or has fallen, before the next is raised; what is over does not end again."""
    for seed in range(1500):
        batches, *how = seeded(seed)
        judge_ = Judge(asked(*how[:2]), how[2])
        open_, raised, fallen = None, set(), set()
        for batch in batches:
            for one in judge_.take(batch):
                if isinstance(one, Raised):
                    assert open_ is None
                    assert one.alert_id not in raised
                    assert one.began_at <= one.confirmed_at
                    open_ = one.alert_id
                    raised.add(open_)
                elif isinstance(one, Ended):
                    assert one.alert_id == open_
                    open_ = None
                else:
                    assert one.alert_id in raised - fallen
                    fallen.add(one.alert_id)
                    open_ = None if one.alert_id == open_ else open_
            watch = judge_.watch
            assert watch.alert_id == open_
            told = (watch.weight, watch.began_at, watch.confirmed_at)
            assert all(told) if open_ else (not any(told) and watch.back == NO_RUN)


def test_evidence_and_what_is_told_of_it_agree_in_many_streams():
    for seed in range(1500):
        batches, *how = seeded(seed)
        judge_ = Judge(asked(*how[:2]), how[2])
        for batch in batches:
            judge_.take(batch)
        assert judge_.evidence.keys() == {one.alert_id for one in judge_.raised()}
        for one in judge_.raised():
            times = judge_.evidence[one.alert_id]
            assert all(earlier < later for earlier, later in pairwise(times))
            assert times[-1] == one.confirmed_at
            assert len(times) == min(one.seen.fixes, EVIDENCE_MAX), f"seed {seed}"
            assert one.began_at <= times[0], f"seed {seed}"
