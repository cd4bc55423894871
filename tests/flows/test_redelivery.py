"""What was recorded and never acknowledged comes again, whole: it has no second effect, whoever takes it in."""

import pytest
from support.by_hand import REFUSED, hands_on
from support.watched import AWAY, HOME, JUDGED_ONLY, MINUTE, WALKING_MPS, give_zones, report, rows, watch, whole

from custodiet.model.finding import Matter
from custodiet.model.report import DeviceSays
from custodiet.model.times import to_ms

MODES = pytest.mark.parametrize("given", [{}, JUDGED_ONLY], ids=["kept", "judged"])
BY_WHOM = pytest.mark.parametrize("by_another", [False, True], ids=["after a restart", "by another gateway"])


def walked_out(house, someone, says=None):
    """A batch from a device's memory: at home, walking, then away long enough to confirm it."""
    house.clock.pass_(10 * MINUTE)
    began = house.clock.now() - 9 * MINUTE
    at_home = [report(someone.serial, began + n * MINUTE, HOME, speed=WALKING_MPS) for n in range(3)]
    away = [report(someone.serial, began + n * MINUTE, AWAY, says=says) for n in range(3, 8)]
    return [*at_home, *away]


def whoever_takes_it(house, someone, by_another):
    if not by_another:
        return someone.restart()
    other = house.monitor("another")
    give_zones(house, other)
    return other


def stands(someone):
    return [(one.id, one.matter, one.weight, one.ended_at, one.weakened_why) for one in someone.alerts()]


@BY_WHOM
@MODES
def test_a_batch_that_comes_again_weakens_nothing_and_raises_nothing(house, given, by_another):
    someone = watch(house, **given)
    batch = walked_out(house, someone)
    other = None if not by_another else whoever_takes_it(house, someone, by_another)
    someone.post(*batch)
    before = stands(someone)
    assert [matter for _, matter, *_ in before] == [Matter.OUT_OF_PLACE]
    someone.post(*batch, monitor=other or whoever_takes_it(house, someone, by_another))
    assert stands(someone) == before


@BY_WHOM
@MODES
def test_one_low_battery_that_comes_again_is_one(house, given, by_another):
    someone = watch(house, **given)
    house.clock.pass_(MINUTE)
    other = None if not by_another else whoever_takes_it(house, someone, by_another)
    low = report(someone.serial, house.clock.now(), HOME, says=DeviceSays(battery_percent=10.0))
    someone.post(low)
    someone.post(low, monitor=other or whoever_takes_it(house, someone, by_another))
    assert stands(someone) == []


@BY_WHOM
@MODES
def test_what_comes_again_is_counted_as_a_duplicate(house, given, by_another):
    someone = watch(house, **given)
    batch = walked_out(house, someone)
    other = None if not by_another else whoever_takes_it(house, someone, by_another)
    someone.post(*batch)
    monitor = other or whoever_takes_it(house, someone, by_another)
    assert set(someone.post(*batch, monitor=monitor)) == {"duplicate"}
    [(taken,)] = rows(house, "SELECT sum(reports) FROM tally WHERE reason = '' AND outcome IN ('kept', 'judged')")
    assert taken == len(batch)


# --- the law in the store -------------------------------------------------------------------------------

BAD = {
    "of a decision that keeps a trail": {"decision_id": "trail"},
    "of another person's decision": {"decision_id": "other"},
    "before its decision": {"at": -3600_000},
    "after its decision": {"at": 400 * 24 * 3600_000},
}


@pytest.fixture
def raw(house):
    """The store in our hands, and a row that may be inserted; its names stand for those of the house."""
    mine, trail = watch(house, **JUDGED_ONLY), watch(house, "TAG-2")
    other = watch(house, "TAG-3", **JUDGED_ONLY)
    decisions = {"mine": mine.decision_id, "trail": trail.decision_id, "other": other.decision_id}
    starts_ms = to_ms(mine.decision.starts_at)
    with hands_on(house) as hand:

        def insert(**given):
            row = {"fitting_id": mine.person.fitting.id, "decision_id": "mine", "at": 1000, "number": 0} | given
            values = (row["fitting_id"], starts_ms + row["at"], decisions[row["decision_id"]], row["number"])
            hand.execute("INSERT INTO sighting (fitting_id, at, decision_id, number) VALUES (?, ?, ?, ?)", values)

        yield hand, insert


@pytest.mark.parametrize("given", BAD.values(), ids=BAD.keys())
def test_the_store_takes_a_sighting_only_under_the_decision_that_admits_it(raw, given):
    _, insert = raw
    with pytest.raises(REFUSED, match="no decision admits it"):
        insert(**given)


def test_a_sighting_stands_once_and_for_ever(raw):
    hand, insert = raw
    insert()
    with pytest.raises(REFUSED, match="stands already"):
        insert(number=1)
    for statement in ("UPDATE sighting SET at = at + 1", "DELETE FROM sighting"):
        with pytest.raises(REFUSED, match="never"):
            hand.execute(statement)


@MODES
def test_what_came_again_and_was_refused_leaves_tables_that_verify(house, given):
    someone = watch(house, **given)
    batch = walked_out(house, someone)
    someone.post(*batch)
    someone.restart()
    someone.post(*batch)
    assert whole(house)


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM sighting WHERE at = (SELECT max(at) FROM sighting)", "UPDATE sighting SET at = at + 1"],
)
def test_a_sighting_that_was_taken_out_or_moved_shows_when_the_tables_are_verified(house, statement):
    someone = watch(house, **JUDGED_ONLY)
    someone.post(*walked_out(house, someone))
    with hands_on(house) as hand, hand.rules_held_back("sighting"):
        assert hand.execute(statement).rowcount > 0
    assert not whole(house)
