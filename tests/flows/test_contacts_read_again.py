"""Who comes after another monitor learns of the contacts that it wrote: from what it judged, or from their table."""

import pytest
from sqlalchemy import text
from support.by_hand import hands_on
from support.watched import HOME, MINUTE, give_zones, watch

from custodiet.adapters.store import judged
from custodiet.adapters.store.engine import viewing


@pytest.fixture
def others(house):
    """The contacts that another monitor wrote of two: of one who is steady, and of one by one. And their beginning."""
    first = watch(house)
    second = watch(house, person=house.person("TAG-2"), monitor=first.monitor)
    with house.store.reading() as view:
        began = view.judged_since(0, 0).number
    for minute in range(25):
        house.clock.pass_(MINUTE)
        first.monitor.idle()
        first.at(HOME)
        if minute in (3, 12, 21):
            second.at(HOME)
    return first, began


def told_since(house, number):
    with house.store.reading() as view:
        change = view.judged_since(0, number)
    return change.number, {one.fitting_id: one for one in change.contacts}


def details(house):
    with viewing(house.store._engine) as connection:
        return [bytes(one) for (one,) in connection.execute(text("SELECT body FROM ingest_detail ORDER BY number"))]


@pytest.mark.parametrize("back", [1, 3, 12, None])
def test_the_newest_contact_of_each_is_the_one_that_its_table_has(house, others, back, monkeypatch):
    _, began = others
    assert any(b'"heard"' in one for one in details(house))
    now, table = told_since(house, 0)
    assert len(table) == 2
    since = began if back is None else now - back
    number, found = told_since(house, since)
    assert number == now
    assert found == {of: table[of] for of in found}
    assert back != 12 or found
    monkeypatch.setattr(judged, "_READ_AGAIN_MAX", 0)
    assert told_since(house, since) == (now, table)


def test_a_detail_that_somebody_spoilt_stops_nobody(house, others):
    first, began = others
    behind = house.monitor("m2")
    first.stay(HOME, 12)
    _, table = told_since(house, 0)
    now, _ = told_since(house, began)
    with hands_on(house) as hand, hand.rules_held_back("ingest_detail"):
        hand.execute("UPDATE ingest_detail SET body = x'3f' WHERE number > ?", (now - 9,))
    behind.refresh()
    assert told_since(house, now - 12) == (now, table)
    assert house.monitor("m3").share


def test_nothing_is_read_where_nothing_was_judged_since(house, others):
    now, _ = told_since(house, 0)
    assert told_since(house, now) == (now, {})


def test_a_monitor_that_comes_after_knows_what_the_one_before_it_knew(house, others):
    first, _ = others
    behind = house.monitor("m2")
    first.stay(HOME, 12)
    behind.refresh()
    give_zones(house, behind)
    for monitor in (first.monitor, behind):
        monitor._watching.let_go_of_all()
    assert behind._watching._contacts == first.monitor._watching._contacts


def test_the_next_number_is_looked_up_and_not_looked_for(house, others):
    """Of records there are as many as there ever were commits."""
    with viewing(house.store._engine) as connection:
        if connection.dialect.name != "sqlite":
            pytest.skip("of a store that is one file")
        plan = connection.execute(text(f"EXPLAIN QUERY PLAN {judged._NEWEST_NUMBER}"), {"of_partition": 0}).all()
    assert [row[3] for row in plan] == ["SEARCH ingest_record USING PRIMARY KEY (partition=?)"]
