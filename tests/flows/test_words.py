"""Words: what a device judged by itself and who checked in, kept without a place, and who is rung for it."""

from datetime import timedelta

import pytest
from support.by_hand import REFUSED, hands_on
from support.house import ANA, House
from support.watched import AWAY, HOME, MINUTE, ask, circle, give_zones

from custodiet.flows.open_sealed import release_zones
from custodiet.flows.time_passes import Passing
from custodiet.model.alert import AlertState
from custodiet.model.condition import ConditionKind, Interval, Schedule
from custodiet.model.errors import NotPermitted
from custodiet.model.finding import Matter, Weight
from custodiet.model.mode import Kind, ModeCode
from custodiet.model.report import Crossing, Fix, Report
from custodiet.model.word import Said
from custodiet.rules.decisions import Ender, Move

HOUR = timedelta(hours=1)


@pytest.fixture
def house(tmp_path):
    house = House(tmp_path)
    yield house
    house.close()


def crossing(serial, at, region, *, entered):
    return Report(serial, Kind.TRANSITION, at, None, crossing=Crossing(region, entered, 12.0))


def by_hand(serial, at, place=HOME, accuracy=8.0):
    fix = Fix(round(place[0] * 1e7), round(place[1] * 1e7), accuracy_m=accuracy)
    return Report(serial, Kind.FIX, at, fix, by_hand=True)


class Carried:
    """Someone with a phone under a decision of one mode, with one condition."""

    def __init__(self, house, mode, **given):
        self.house = house
        self.person = house.person("wearer/1")
        self.decision, self.conditions = ask(house, self.person, mode=mode, **given)
        self.monitor = house.monitor()

    def says(self, *lines, monitor=None):
        answers = self.house.post(monitor or self.monitor, self.person.token, *lines)
        return [" ".join(filter(None, (one.outcome, one.shown))) for one in answers]

    def crosses(self, at=None, region=None, *, entered, monitor=None):
        at = at or self.house.clock.now()
        line = crossing("wearer/1", at, region or self.conditions[0], entered=entered)
        return self.says(line, monitor=monitor)[0]

    def checks_in(self, at=None, **given):
        return self.says(by_hand("wearer/1", at or self.house.clock.now(), **given))[0]

    def words(self):
        with self.house.store.reading() as view:
            words = view.words_of(self.person.fitting.id, self.decision.starts_at)
        return [(one.kind, one.said, one.condition_id) for one in words]

    def alerts(self):
        with self.house.store.reading() as view:
            return [(one.matter, one.weight, one.ended_at is None) for one in view.alerts(list(AlertState), 99)]

    def lets_pass(self, minutes):
        """With a gateway that lives."""
        for _ in range(minutes):
            self.house.clock.pass_(MINUTE)
            self.monitor.idle()

    def clock_looks(self):
        return Passing(self.house.store, self.house.chance, self.house.clock, self.house.fence).look()


# --- zones judged on the device -------------------------------------------------------------------------


@pytest.fixture
def on_device(house):
    return Carried(house, ModeCode.ZONE_ON_DEVICE)


def test_a_crossing_is_kept_without_a_place_and_a_bare_position_is_refused(house, on_device):
    assert on_device.crosses(entered=True) == "kept"
    assert on_device.words() == [(Kind.TRANSITION, Said.ENTERED, on_device.conditions[0])]
    house.clock.pass_(MINUTE)
    assert house.say(on_device.monitor, on_device.person) == "refused none"
    found = house.verify()
    assert (found["differing"], found["missing"], found["fixes"]) == (0, 0, 0)


def test_leaving_a_zone_to_stay_in_asks_someone_to_ring_and_coming_back_ends_it(house, on_device):
    on_device.crosses(entered=True)
    house.clock.pass_(HOUR)
    on_device.crosses(entered=False)
    assert on_device.alerts() == [(Matter.OUT_OF_PLACE, Weight.UNCERTAIN, True)]
    house.clock.pass_(HOUR)
    on_device.crosses(entered=True)
    assert on_device.alerts() == [(Matter.OUT_OF_PLACE, Weight.UNCERTAIN, False)]
    house.verify()


def test_a_crossing_that_comes_late_raises_nothing_and_weakens_what_it_contradicts(house, on_device):
    start = house.clock.now()
    house.clock.pass_(HOUR)
    on_device.crosses(start + 40 * MINUTE, entered=True)
    assert on_device.crosses(start + 20 * MINUTE, entered=False) == "kept"
    assert on_device.alerts() == []
    on_device.crosses(start + 50 * MINUTE, entered=False)
    on_device.crosses(start + 49 * MINUTE, entered=True)
    [(_, _, goes_on)] = on_device.alerts()
    assert goes_on
    on_device.crosses(start + 51 * MINUTE, entered=False)
    on_device.crosses(start + 50 * MINUTE + MINUTE / 2, entered=True)
    with house.store.reading() as view:
        assert [one.weakened_why for one in view.alerts(list(AlertState), 9)] == ["late_fix"]


def test_a_crossing_is_late_also_for_a_gateway_that_has_just_started(house, on_device):
    start = house.clock.now()
    house.clock.pass_(HOUR)
    on_device.crosses(start + 40 * MINUTE, entered=True)
    on_device.crosses(start + 20 * MINUTE, entered=False, monitor=house.monitor("m2"))
    assert on_device.alerts() == []


def test_the_same_crossing_again_is_a_duplicate_also_after_a_restart(house, on_device):
    at = house.clock.now()
    assert on_device.crosses(at, entered=False) == "kept"
    assert on_device.crosses(at, entered=False) == "duplicate"
    line = crossing("wearer/1", at + MINUTE, on_device.conditions[0], entered=True)
    house.clock.pass_(HOUR)
    assert on_device.says(line, line) == ["kept", "duplicate"]
    again = house.monitor("m2")
    assert on_device.crosses(at, entered=False, monitor=again) == "duplicate"
    assert len(on_device.words()) == 2
    assert len(on_device.alerts()) == 1


def test_two_gateways_keep_one_crossing_once(house, on_device):
    other, at = house.monitor("m2"), house.clock.now()
    assert on_device.crosses(at, entered=False) == "kept"
    assert on_device.crosses(at, entered=False, monitor=other) == "duplicate"


@pytest.mark.parametrize("region", ["Home", "condition_of_nobody"])
def test_a_region_that_is_none_of_the_decisions_is_refused(house, on_device, region):
    assert on_device.crosses(region=region, entered=False) == "refused none"
    other = Carried.__new__(Carried)
    other.house, other.person = house, house.person("other/1")
    _, [theirs] = ask(house, other.person, mode=ModeCode.ZONE_ON_DEVICE)
    assert on_device.crosses(region=theirs, entered=False) == "refused none"
    assert on_device.words() == on_device.alerts() == []


def test_outside_its_hours_a_zone_asks_nothing(house):
    begins = house.clock.now() + 10 * HOUR
    hours = Schedule(once=(Interval(begins, begins + HOUR),))
    one = Carried(house, ModeCode.ZONE_ON_DEVICE, schedule=hours)
    one.crosses(entered=False)
    assert one.alerts() == []


def test_who_is_at_home_by_their_phones_word_is_not_rung_when_the_curfew_begins(house):
    begins = house.clock.now() + 2 * HOUR
    hours = Schedule(once=(Interval(begins, begins + 8 * HOUR),))
    one = Carried(house, ModeCode.ZONE_ON_DEVICE, kind=ConditionKind.CURFEW, schedule=hours)
    one.crosses(entered=True)
    one.lets_pass(300)
    one.clock_looks()
    assert one.alerts() == []


def test_who_went_before_the_curfew_began_and_has_not_come_back_is_rung(house):
    begins = house.clock.now() + 2 * HOUR
    hours = Schedule(once=(Interval(begins, begins + 8 * HOUR),))
    one = Carried(house, ModeCode.ZONE_ON_DEVICE, kind=ConditionKind.CURFEW, schedule=hours)
    one.crosses(entered=True)
    house.clock.pass_(HOUR)
    one.crosses(entered=False)
    one.lets_pass(180)
    one.clock_looks()
    assert one.alerts() == [(Matter.UNANSWERED, Weight.UNCERTAIN, True)]


def test_nothing_is_kept_of_a_crossing_after_the_decision_ended(house, on_device):
    from custodiet.flows.end_decision import end_decision

    end_decision(house.store, house.chance, on_device.decision.id, Move.WITHDRAW, Ender(ANA))
    house.clock.pass_(MINUTE)
    assert on_device.crosses(entered=False) == "refused ended"
    assert on_device.words() == []


# --- check-ins ------------------------------------------------------------------------------------------


def test_a_check_in_by_hand_is_kept_and_its_place_is_not(house):
    one = Carried(house, ModeCode.CHECK_IN, kind=ConditionKind.CHECK_IN, schedule=in_hours(house))
    assert one.checks_in() == "kept"
    assert one.checks_in() == "duplicate"
    assert one.words() == [(Kind.CHECK_IN, Said.CHECKED_IN, None)]
    house.clock.pass_(MINUTE)
    assert house.say(one.monitor, one.person) == "refused none"


def test_the_person_reads_in_their_own_copy_what_was_said_of_them(house, on_device):
    on_device.crosses(entered=True)
    [said] = [line for line in house.copy(on_device.person) if "said" in line]
    assert said == {"decision": on_device.decision.id, "at": "2031-03-03T09:00:00.000Z", "said": "entered"}


AREAS = {
    "inside": ({}, Said.IN_AREA),
    "outside": ({"place": AWAY}, Said.NOT_IN_AREA),
    "on the edge": ({"accuracy": 140.0}, Said.CANNOT_TELL),
    "nobody knows how exact": ({"accuracy": None}, Said.CANNOT_TELL),
}


@pytest.mark.parametrize(("given", "said"), AREAS.values(), ids=AREAS)
def test_a_check_in_from_an_area_keeps_yes_no_or_cannot_tell(house, given, said):
    one = Carried(house, ModeCode.CHECK_IN_AREA, geometry=circle())
    give_zones(house, one.monitor)
    assert one.checks_in(**given) == "kept"
    assert one.words() == [(Kind.CHECK_IN, said, None)]
    expected = [(Matter.OUT_OF_PLACE, Weight.UNCERTAIN, False)] if said is Said.NOT_IN_AREA else []
    assert one.alerts() == expected
    house.verify()


def test_an_area_is_asked_for_in_its_hours_only(house):
    one = Carried(house, ModeCode.CHECK_IN_AREA, geometry=circle(), schedule=in_hours(house))
    give_zones(house, one.monitor)
    said = []
    for _ in range(3):
        assert one.checks_in(place=AWAY) == "kept"
        said.append(one.words()[-1][1])
        one.lets_pass(61)
    assert said == [Said.CANNOT_TELL, Said.NOT_IN_AREA, Said.CANNOT_TELL]
    assert one.alerts() == [(Matter.OUT_OF_PLACE, Weight.UNCERTAIN, False)]


def test_without_the_geometry_a_check_in_cannot_tell(house):
    one = Carried(house, ModeCode.CHECK_IN_AREA)
    assert one.checks_in() == "kept"
    assert one.words() == [(Kind.CHECK_IN, Said.CANNOT_TELL, None)]


def in_hours(house, opens=1, closes=2):
    now = house.clock.now()
    return Schedule(once=(Interval(now + opens * HOUR, now + closes * HOUR),))


@pytest.mark.parametrize("checks_in", [True, False])
def test_a_window_that_closed_without_a_check_in_is_rung_once(house, checks_in):
    one = Carried(house, ModeCode.CHECK_IN, kind=ConditionKind.CHECK_IN, schedule=in_hours(house))
    for quarter in range(12):
        one.lets_pass(15)
        if quarter == 5 and checks_in:
            assert one.checks_in() == "kept"
        one.clock_looks()
    assert one.alerts() == ([] if checks_in else [(Matter.UNANSWERED, Weight.UNCERTAIN, False)])


def test_a_window_that_our_own_outage_reached_into_is_nobodys(house):
    one = Carried(house, ModeCode.CHECK_IN, kind=ConditionKind.CHECK_IN, schedule=in_hours(house))
    one.lets_pass(10)
    house.clock.pass_(80 * MINUTE)  # nobody wrote a pulse meanwhile
    for _ in range(4):
        one.lets_pass(15)
        one.clock_looks()
    assert one.alerts() == []


# --- law ------------------------------------------------------------------------------------------------

WRONG = {
    "another mode's word": {"kind": "check_in", "said": "checked_in", "about": ""},
    "a word that is none": {"said": "wandered"},
    "a zone of nobody's": {"about": "condition_x"},
    "before the decision": {"at": 0},
    "after it": {"at": 99_999_999_999_999},
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_the_store_itself_refuses_a_word_that_no_decision_admits(house, on_device, change):
    on_device.crosses(entered=True)
    with hands_on(house) as hand:
        [first] = hand.execute("SELECT * FROM word").fetchall()
        row = dict(zip(hand.columns("word"), first, strict=True))
        insert = f"INSERT INTO word ({','.join(row)}) VALUES ({','.join('?' * len(row))})"
        hand.execute(insert, list((row | {"at": row["at"] + 1}).values()))
        row["at"] += 2
        with pytest.raises(REFUSED, match="no decision admits it"):
            hand.execute(insert, list((row | change).values()))
        for verb in ("UPDATE word SET said = 'left'", "DELETE FROM word"):
            with pytest.raises(REFUSED):
                hand.execute(verb)


def test_the_vault_gives_the_area_of_a_check_in_to_a_monitor(house):
    one = Carried(house, ModeCode.CHECK_IN_AREA, geometry=circle())
    one.monitor.idle()
    assert one.monitor.zones_wanted() == set(one.conditions)
    assert release_zones(house.store, house.vault, "m1", one.monitor.zones_wanted())
    with pytest.raises(NotPermitted):
        house.sender("wearer/1", fitting=house.person("else/1").fitting)
