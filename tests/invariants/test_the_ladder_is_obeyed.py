"""A person in a mode without trail: no code path writes their fix. The store is held against the ladder's table."""

from datetime import timedelta

import pytest
from support.by_hand import REFUSED, hands_on
from support.house import House
from support.watched import rows

from custodiet.model.mode import LADDER, Kind, ModeCode
from custodiet.model.report import Crossing, Fix, Report

POSITIONS = 4
FIX = Fix(465_000_000, -280_000_000)
SEALED_TABLES = ("session", "frame", "removed_fix")


def said_for(mode) -> str:
    """What the table says becomes of a bare position."""
    if Kind.FIX not in mode.admits:
        return "refused none"
    return "kept" if mode.keeps_trail else "judged"


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """One wearer on each rung, each of whom reports from several gateways, at several times, of every kind."""
    house = House(tmp_path_factory.mktemp("town"))
    people = {mode.code: house.person(f"TAG-{mode.rung}") for mode in LADDER}
    decisions = {code: house.decide(person, mode=code) for code, person in people.items()}
    monitors = [house.monitor("m1"), house.monitor("m2")]
    said = {mode.code: [] for mode in LADDER}
    for number in range(POSITIONS):
        house.clock.pass_(timedelta(minutes=1))
        for code, person in people.items():
            monitor = monitors[number % 2]
            monitor.idle()
            said[code].append(house.say(monitor, person))
            # The same under every other name that a report can have: the ladder alone says what is written.
            for kind in set(Kind) - {Kind.FIX}:
                at = house.clock.now() - timedelta(seconds=1 + list(Kind).index(kind))
                crossing = Crossing("condition_of_nobody", entered=True) if kind is Kind.TRANSITION else None
                house.post(monitor, person.token, Report(person.device.serial, kind, at, None, crossing=crossing))
            pressed = Report(
                person.device.serial, Kind.FIX, house.clock.now() - timedelta(seconds=30), FIX, by_hand=True
            )
            house.post(monitor, person.token, pressed)
    yield house, decisions, said
    house.close()


@pytest.mark.parametrize("mode", LADDER, ids=lambda mode: f"rung {mode.rung}")
def test_a_position_is_answered_as_the_rung_says(town, mode):
    _, _, said = town
    assert said[mode.code] == [said_for(mode)] * POSITIONS


@pytest.mark.parametrize("mode", LADDER, ids=lambda mode: f"rung {mode.rung}")
def test_what_is_stored_of_a_person_is_what_the_rung_keeps(town, mode):
    house, decisions, _ = town
    decision = decisions[mode.code]
    [(sessions,)] = rows(house, "SELECT count(*) FROM session WHERE decision_id = ?", decision.id)
    query = "SELECT count(*) FROM day_key JOIN case_file USING (person_id) WHERE case_file.id = ?"
    [(days,)] = rows(house, query, decision.case_id)
    # Rung 9 may have to seal what confirms a finding; here nothing is to be found.
    may_seal = mode.keeps_trail or mode.code is ModeCode.ZONE_ON_ARRIVAL
    assert (sessions > 0, days > 0) == (mode.keeps_trail, may_seal)


def test_the_store_holds_as_many_sealed_fixes_as_were_kept_and_no_other(town):
    house, _, said = town
    kept = 2 * sum(each.count("kept") for each in said.values())  # each of them once by hand, too
    assert kept == 4 * POSITIONS  # rungs 10 and 11
    counts = house.verify()
    assert (counts["fixes"], counts["missing"], counts["differing"]) == (kept, 0, 0)


def test_no_session_can_be_planted_for_a_rung_without_trail(town):
    house, decisions, _ = town
    with hands_on(house) as hand:
        row = hand.execute("SELECT * FROM session").fetchone()
        names = hand.columns("session")
        for mode in LADDER:
            if mode.keeps_trail:
                continue
            planted = dict(zip(names, row, strict=True)) | {
                "no": 9000 + mode.rung,
                "id": f"planted-{mode.rung}",
                "decision_id": decisions[mode.code].id,
                "case_id": decisions[mode.code].case_id,
            }
            marks = ", ".join("?" for _ in names)
            with pytest.raises(REFUSED, match="session: no"):
                hand.execute(f"INSERT INTO session VALUES ({marks})", [planted[name] for name in names])
