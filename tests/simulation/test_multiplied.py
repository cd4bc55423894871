"""One settled person made many: everyone's positions are kept, and the law of the store stands afterwards as before."""

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from custodiet.adapters.store.law_aside import without_the_law
from custodiet.main.benching import _Benching, _settled_place
from custodiet.model.times import to_ms
from custodiet.simulation.load import Crowd

PEOPLE, ZONES = 5, 3


def law_of(file):
    with closing(sqlite3.connect(file)) as store:
        return sorted(store.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))


@pytest.fixture(scope="module")
def place():
    with _Benching().crowded(Crowd(PEOPLE, ZONES, 1)) as place:
        yield place


def test_the_law_of_the_store_is_put_back_word_for_word(place):
    with _settled_place(Crowd(1, 1, 1)) as (settings, *_):
        settled = law_of(settings.store)
    assert len(settled) > 100
    assert law_of(place.many.file) == settled


def test_no_row_refers_to_what_is_not_there(place):
    with closing(sqlite3.connect(place.many.file)) as store:
        assert store.execute("PRAGMA foreign_key_check").fetchall() == []


def test_everyone_is_known_under_names_and_zones_of_their_own(place):
    with closing(sqlite3.connect(place.many.file)) as store:
        for table, count in (
            ("person", PEOPLE),
            ("decision", PEOPLE),
            ("condition", PEOPLE * ZONES),
            ("device", PEOPLE),
        ):
            [[rows]] = store.execute(f"SELECT count(*) FROM {table}")
            assert rows == count, table
        for table, whose in (("case_file", "person_id"), ("decision", "case_id"), ("fitting", "device_id")):
            [[owners]] = store.execute(f"SELECT count(DISTINCT {whose}) FROM {table}")
            assert owners == PEOPLE, table
        known = {one for (one,) in store.execute("SELECT id FROM condition")}
    assert set(place.many.zones(range(PEOPLE))) == known


def test_of_everyone_days_that_are_long_past_are_erased_and_nothing_else_changes():
    with _Benching().crowded(Crowd(PEOPLE, ZONES, 1)) as place:
        law = law_of(place.many.file)
        today = place.clock.now().date()
        place.many.erase_days(7)
        with place.store.reading() as view:
            long_past = view.destroyed_days(today - timedelta(days=400), None)
            assert len(long_past) == len(set(long_past)) == 7 * PEOPLE
            assert view.destroyed_days(today - timedelta(days=31), None) == ()
            assert len(view.day_keys({of[0] for of in long_past}, today)) == PEOPLE
        assert law_of(place.many.file) == law
        place.warm(place.here(place.store))  # raises when one position is not kept


def test_a_position_of_each_is_kept_and_judged_against_their_zones(place):
    monitor = place.here(place.store)
    place.warm(monitor)  # raises when one is not kept
    assert monitor._made.zones_wanted() == frozenset()
    assert monitor.take(place.minute(), place.clock.now()).positions == PEOPLE


def test_the_law_is_set_aside_for_its_own_writing_alone(place):
    with closing(sqlite3.connect(place.many.file, isolation_level=None)) as store:
        with without_the_law(store):
            store.execute("UPDATE device SET batch = 'x' WHERE batch IS NULL")
        with pytest.raises(sqlite3.IntegrityError):
            store.execute("UPDATE device SET batch = 'y'")


def test_what_was_sealed_long_ago_opens_in_order_and_by_window():
    from custodiet.model.condition import Interval

    with _Benching().long_past(2, 3, 5, 1) as reading:
        past = reading.past
        day = Interval(past.until - timedelta(days=1), past.until)

        def times(window=None):
            return [at for rows in reading.rows(window) for _, at, *_ in rows]

        while reading.gather():
            pass
        whole = times()
        while reading.fold():
            pass
        assert times() == whole
        assert times(day) == whole[1440:]
    assert len(whole) == 2880
    assert whole == sorted(whole)
    assert whole[0] >= to_ms(past.from_at)
