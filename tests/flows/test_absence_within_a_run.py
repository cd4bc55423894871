"""An absence that is entered afterwards excuses what it covers, and nothing that goes on after it."""

import pytest
from support.house import ANA
from support.watched import AWAY, HOME, HOUR, JUDGED_ONLY, MINUTE, desk, watch, whole

from custodiet.model.condition import Interval

UNTIL = {
    "within the run that was raised on": lambda alert, now: alert.began_at + MINUTE,
    "at its end": lambda alert, now: alert.confirmed_at,
    "now": lambda alert, now: now,
    "later": lambda alert, now: now + HOUR,
}


@pytest.mark.parametrize("until", UNTIL)
@pytest.mark.parametrize("mode", [{}, JUDGED_ONLY], ids=["keeps a trail", "judged only"])
def test_whoever_stays_away_after_it_is_told_of_once_more(house, mode, until):
    one = watch(house, **mode)
    one.stay(HOME, 3)
    one.walk_out(4)
    alert = one.alert()
    during = Interval(alert.began_at - HOUR, UNTIL[until](alert, house.clock.now()))
    desk(house).authorise_absence(one.condition_id, during, ANA)
    one.monitor.refresh()
    one.stay(AWAY, 100)
    first, again = one.alerts()
    assert not first.stands
    assert first.ended_at is not None
    assert again.stands
    assert again.began_at >= during.to_at
    one.stay(HOME, 20)
    assert [each.ended_at is not None for each in one.alerts()] == [True, True]
    assert whole(house)
