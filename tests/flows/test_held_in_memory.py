"""What a gateway holds of everyone for as long as it runs: no more of it than needs be."""

from dataclasses import fields

from support.house import ANA, BO
from support.watched import AWAY, DAY, HOME, JUDGED_ONLY, desk, give_zones, rows, watch

from custodiet.adapters.store.rows import Shared
from custodiet.flows.end_decision import end_decision
from custodiet.model.condition import Interval, Schedule
from custodiet.model.decision import LATE_MAX_DEFAULT
from custodiet.model.mode import Category
from custodiet.rules.decisions import Ender, Move


def test_an_identity_that_many_rows_tell_is_one_object(house):
    watch(house)
    with house.store.reading() as view:
        change = view.standing_since(0)
    told = (change.cases, change.devices, change.fittings, change.decisions, change.conditions)
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


def test_what_changes_takes_its_place_and_what_is_new_comes_after_it(house):
    one = watch(house)
    now = house.clock.now()
    later = house.decide(one.person, starts_at=now + 300 * DAY, review_due_at=now + 310 * DAY)
    picture = one.monitor._picture
    one.monitor.refresh()
    stands = [decision.id for decision in picture.standing(one.serial).worn[0].decisions]
    assert stands == [one.decision_id, later.id]
    end_decision(house.store, house.chance, one.decision_id, Move.WITHDRAW, Ender(ANA))
    one.monitor.refresh()
    [worn] = picture.standing(one.serial).worn
    assert [decision.id for decision in worn.decisions] == stands
    assert worn.decisions == (house.decision(one.decision_id), house.decision(later.id))


def test_of_a_session_that_is_stored_nothing_is_held_but_what_seals(house):
    one = watch(house)
    one.monitor.idle()
    prepared = list(one.monitor._sessions._live.values())
    assert [live.session is None for live in prepared] == [False]
    one.stay(HOME)
    assert [(live.no, live.session) for live in prepared] == [(no, None) for (no,) in stored(house)]
    assert set(one.stay(HOME, 3)) == {"kept"}
    assert len(stored(house)) == 1


def stored(house):
    return rows(house, "SELECT no FROM session")
