"""What a gateway holds of everyone for as long as it runs: no more of it than needs be."""

from dataclasses import fields

from support.house import BO
from support.watched import AWAY, DAY, HOME, JUDGED_ONLY, desk, give_zones, watch

from custodiet.adapters.store.rows import Shared
from custodiet.model.condition import Interval, Schedule
from custodiet.model.decision import LATE_MAX_DEFAULT
from custodiet.model.mode import Category


def test_an_identity_that_many_rows_tell_is_one_object(house):
    watch(house)
    with house.store.reading() as view:
        change = view.standing_since(0)
    told = (change.cases, change.devices, change.fittings, change.decisions, change.conditions, change.day_keys)
    first, times = {}, 0
    for noun in [one for nouns in told for one in nouns]:
        for field in fields(noun):
            value = getattr(noun, field.name)
            if type(value) in (str, Schedule):
                times += first.setdefault(value, value) is not value
    assert len(first) > 10
    assert not times


def test_a_code_that_equals_a_text_stays_a_code():
    shared = Shared()
    assert shared("trail") == Category.TRAIL
    assert shared(Category.TRAIL) is Category.TRAIL


def test_of_whoever_is_quiet_no_watch_no_scratch_and_no_hours_are_held(house):
    one = watch(house, **JUDGED_ONLY)
    one.stay(HOME, 3)
    watching = one.monitor._watching
    assert len(watching._quiet) == 1
    assert (len(watching._watches), len(watching._scratch)) == (0, 0)
    assert set(watching._windows) == {LATE_MAX_DEFAULT}
    one.stay(AWAY, 10)
    assert len(watching._quiet) == 0
    assert (len(watching._watches), len(watching._scratch)) == (1, 1)


def test_an_absence_is_of_its_own_condition_and_of_no_other(house):
    one = watch(house)
    other = watch(house, "TAG-2", monitor=one.monitor)
    now = house.clock.now()
    desk(house).authorise_absence(one.condition_id, Interval(now, now + DAY), BO)
    give_zones(house, one.monitor)
    one.walk_out()
    other.walk_out()
    assert (len(one.alerts()), len(other.alerts())) == (0, 1)
