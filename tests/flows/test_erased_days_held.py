"""What a gateway knows of erased days: those on which a fix could still come, and nothing of the years before."""

from datetime import timedelta

import pytest
from support.by_hand import hands_on
from support.house import START

from custodiet.adapters.store.reading import ReadingRows
from custodiet.flows.erase_what_is_due import erase_what_is_due
from custodiet.model.errors import CannotRecord
from custodiet.model.mode import Category
from custodiet.model.times import to_ms, utc_day

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
LATE, AHEAD = 3 * DAY, START + 5 * DAY
"""How late a fix may be where the first day's key is gone; and when one of that day is too late."""


class Wearer:
    """Someone with a fix of the first day, whose decision another followed on the second: in 28 days it is erased."""

    def __init__(self, house, serial="TAG", **given):
        self.house, self.person, self.serial = house, house.person(serial), serial
        first = house.decide(self.person, **given)
        self.monitor = house.monitor()
        assert self.say(self.monitor, START) == "kept"
        house.clock.pass_(DAY)
        house.decide(self.person, follows=first.id, review_due_at=START + 80 * DAY)

    def say(self, monitor, at=None):
        return self.house.say(monitor, self.person, at)

    def erase(self, days=28):
        self.house.clock.pass_(days * DAY)
        while erase_what_is_due(self.house.store, self.house.vault, self.house.clock, self.house.fence):
            pass
        self.house.issue_keys()


def held(monitor):
    return monitor._picture._erased


@pytest.fixture
def long_gone(house):
    one = Wearer(house)
    one.erase()
    return one


@pytest.fixture
def still_late(house):
    """A fix of the first day is not too late, and its key is gone: as after a restore."""
    one = Wearer(house, late_max=LATE)
    one.monitor.refresh()
    with house.store.reading() as view:
        gone = {"at": to_ms(house.clock.now()), "version": view.ledger_size(), "day": str(utc_day(START))}
    with hands_on(house) as hand:
        hand.execute("UPDATE day_key SET destroyed_at = :at, version = :version WHERE day = :day", gone)
    house.person("TAG-9")
    return one


def go_ahead_and_back(house, monitor):
    """Its clock was ahead, so that no fix of the first day could come; then it was set right."""
    now = house.clock.now()
    house.clock.set(AHEAD)
    monitor.idle()
    assert held(monitor) == {}
    house.clock.set(now)


def days_destroyed(house, first, before=None):
    with house.store.reading() as view:
        return view.destroyed_days(first, before)


def test_of_a_day_on_which_no_fix_can_be_admitted_nothing_is_held_by_whoever_ran_on_or_begins(long_gone):
    assert len(days_destroyed(long_gone.house, utc_day(START))) == 1
    long_gone.monitor.idle()
    for monitor in (long_gone.monitor, long_gone.house.monitor("m2")):
        monitor.refresh()
        assert held(monitor) == {}
        assert long_gone.say(monitor, START + MINUTE) == "refused too_late"


def test_whoever_had_a_day_erased_long_ago_is_still_one_of_whom_nothing_is_to_be_weighed(long_gone):
    long_gone.monitor.idle()
    for monitor in (long_gone.monitor, long_gone.house.monitor("m2")):
        monitor.refresh()
        assert len(monitor._picture.clear(long_gone.serial)) == 1
    assert long_gone.say(long_gone.monitor) == "kept"


def test_an_erased_day_takes_nothing_more_while_a_fix_of_it_would_not_be_too_late(still_late):
    for monitor in (still_late.monitor, still_late.house.monitor("m2")):
        assert still_late.say(monitor, START + MINUTE) == "refused erased"
        assert monitor._picture.clear(still_late.serial) == ()
    assert still_late.say(still_late.monitor, START + MINUTE) == "refused erased"


def test_it_is_forgotten_as_soon_as_no_fix_of_it_can_come_and_known_again_when_the_clock_is_set_back(still_late):
    house, monitor = still_late.house, still_late.monitor
    for _ in range(2):
        monitor.refresh()
        assert len(held(monitor)) == 1
        assert still_late.say(monitor, START + MINUTE) == "refused erased"
        go_ahead_and_back(house, monitor)


def test_it_is_held_for_as_long_as_a_fix_of_it_could_be_admitted(still_late):
    house, monitor = still_late.house, still_late.monitor
    house.clock.set(START + LATE)
    monitor.refresh()
    monitor.idle()
    assert still_late.say(monitor, START + MINUTE) == "refused erased"


def test_whoever_was_weighed_for_its_sake_is_not_any_more(still_late):
    house, monitor = still_late.house, still_late.monitor
    monitor.refresh()
    assert monitor._picture.clear(still_late.serial) == ()
    go_ahead_and_back(house, monitor)
    assert len(monitor._picture.clear(still_late.serial)) == 1


def test_whoever_was_taken_at_once_is_weighed_as_soon_as_it_is_known_again(still_late):
    house, monitor = still_late.house, still_late.monitor
    now = house.clock.now()
    house.clock.set(AHEAD)
    monitor.refresh()
    monitor.idle()
    assert still_late.say(monitor) == "kept"
    assert still_late.serial in monitor._watching._steady
    house.clock.set(now)
    monitor.refresh()
    assert still_late.serial not in monitor._watching._steady
    assert still_late.say(monitor, START + MINUTE) == "refused erased"


def test_a_patient_decision_about_someone_else_brings_back_what_is_erased_of_the_days_it_reaches(house):
    one = Wearer(house)
    one.erase()
    monitor = house.monitor("m2")
    assert held(monitor) == {}
    house.decide(house.person("TAG-2"), late_max=30 * DAY)
    monitor.refresh()
    assert {day_of[2] for days in held(monitor).values() for day_of in days} == {utc_day(START)}
    assert one.say(monitor, START + MINUTE) == "refused erased"


def test_a_gateway_that_could_not_read_whose_days_are_erased_takes_nothing_before_it_has(still_late, monkeypatch):
    monitor = still_late.house.monitor("m2")
    go_ahead_and_back(still_late.house, monitor)
    with monkeypatch.context() as broken:
        broken.setattr(ReadingRows, "destroyed_days", _fail)
        with pytest.raises(CannotRecord):
            monitor.refresh()
        with pytest.raises(CannotRecord):
            still_late.say(monitor, START + MINUTE)
    assert still_late.say(monitor, START + MINUTE) == "refused erased"


def _fail(*_):
    raise CannotRecord("away")


def test_keys_are_told_of_one_day_and_of_those_that_were_asked_about_while_they_live(still_late):
    house, person_id = still_late.house, still_late.person.case.person_id
    other = house.person("TAG-2")
    house.decide(other)
    today, other_id = utc_day(house.clock.now()), other.case.person_id
    with house.store.reading() as view:
        assert view.day_keys({person_id, other_id}, utc_day(START)) == {}
        both = {(one, Category.TRAIL, today) for one in (person_id, other_id)}
        assert set(view.day_keys({person_id, other_id}, today)) == both
        assert set(view.day_keys({person_id}, today)) == {(person_id, Category.TRAIL, today)}
        assert view.day_keys({other_id}, today - DAY) == {}
        [key] = view.day_keys({other_id}, today + DAY).values()
    assert (key.person_id, key.day) == (other_id, today + DAY)


def test_destroyed_days_are_told_from_the_first_on_and_before_another(still_late):
    house, first = still_late.house, utc_day(START)
    whole = days_destroyed(house, first)
    assert {day for _, _, day in whole} == {first}
    assert days_destroyed(house, first + DAY) == ()
    assert days_destroyed(house, first - DAY, first) == ()
    assert days_destroyed(house, first - DAY, first + DAY) == whole


def test_a_session_whose_key_came_late_is_made_ahead_once_it_is_there(house):
    person = house.person("TAG")
    house.decide(person, keys=False)
    monitor = house.monitor()
    monitor.idle()
    assert not monitor._sessions._live
    house.issue_keys()
    monitor.refresh()
    monitor.idle()
    assert len(monitor._sessions._live) == 1
    assert house.say(monitor, person) == "kept"
