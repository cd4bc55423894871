"""What a gateway holds of decisions that are long over: that they were, and not what they asked."""

from datetime import timedelta

import pytest
from support.house import BO, START
from support.watched import DAY, HOME, desk, give_zones, watch

from custodiet.flows.end_decision import end_what_ran_out
from custodiet.model.condition import Interval
from custodiet.model.decision import LATE_MAX_LIMIT

OVER = START + 28 * DAY
"""When the decision runs out that is made first."""
LONG_OVER = OVER + LATE_MAX_LIMIT + 2 * DAY


@pytest.fixture
def one(house):
    return watch(house)


def asked(monitor):
    """Conditions that are held."""
    return {one.id for conditions in monitor._picture._conditions.values() for one in conditions}


def pass_to(one, at):
    one.house.clock.set(at)
    end_what_ran_out(one.house.store, one.house.chance, one.house.clock, one.house.fence)
    one.monitor.refresh()
    one.monitor.idle()


def test_what_a_decision_asked_is_held_while_a_fix_under_it_could_be_judged(one):
    pass_to(one, OVER + LATE_MAX_LIMIT)
    for monitor in (one.monitor, one.house.monitor("m2")):
        assert asked(monitor) == {one.condition_id}


def test_of_one_that_is_long_over_it_is_neither_kept_nor_read(one):
    pass_to(one, LONG_OVER)
    for monitor in (one.monitor, one.house.monitor("m2")):
        assert asked(monitor) == set()
        assert [each.id for each in monitor._picture.standing(one.serial).worn[0].decisions] == [one.decision_id]
        assert one.at(HOME, monitor=monitor) == "refused ended"


def test_an_absence_goes_with_what_it_is_of(one):
    now = one.house.clock.now()
    desk(one.house).authorise_absence(one.condition_id, Interval(now, now + DAY), BO)
    one.monitor.refresh()
    assert set(one.monitor._picture._absences) == {one.condition_id}
    pass_to(one, LONG_OVER)
    assert not one.monitor._picture._absences


def test_the_decision_after_it_is_judged_by_what_it_asks_itself(one):
    pass_to(one, LONG_OVER)
    later = watch(one.house, "TAG-2", monitor=one.monitor)
    assert asked(one.monitor) == {later.condition_id}
    later.walk_out()
    assert len(later.alerts()) == 1


def test_a_clock_that_was_ahead_and_is_set_right_has_everything_known_again(one):
    now = one.house.clock.now()
    one.house.clock.set(LONG_OVER)
    one.monitor.idle()
    assert asked(one.monitor) == set()
    one.house.clock.set(now)
    give_zones(one.house, one.monitor)
    assert asked(one.monitor) == {one.condition_id}
    one.walk_out()
    assert len(one.alerts()) == 1


def test_an_hour_back_is_no_reason_to_read_everything_again(one, monkeypatch):
    pass_to(one, LONG_OVER)
    one.house.clock.pass_(-timedelta(hours=1))
    monkeypatch.setattr(one.monitor._picture, "begin_anew", lambda: pytest.fail("everything is read again"))
    one.monitor.refresh()


def test_the_store_tells_of_conditions_those_whose_decision_was_not_over_by_then(one):
    end_at = one.decision.until
    for given, told in ((end_at, {one.condition_id}), (end_at + timedelta(milliseconds=1), set())):
        with one.house.store.reading() as view:
            for since in (0, 1):
                assert {each.id for each in view.standing_since(since, given).conditions} == told, (since, given)
    with one.house.store.reading() as view:
        assert len(view.standing_since(0).conditions) == 1


def test_what_was_erased_while_everything_was_read_again_is_known(one):
    """A picture that begins anew knows of no erased day: they are asked for again."""
    one.monitor.refresh()
    picture = one.monitor._picture
    picture.begin_anew()
    first = (START - DAY).date()
    assert picture.erased_unknown(first) == (first, None)
    one.monitor.refresh()
    assert picture.erased_unknown(first + 2 * DAY) is None
