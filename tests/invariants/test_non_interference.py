"""Nothing outside sealed bytes follows from where anyone is.

One seed, run twice with randomness fixed; the second time every position and every zone is shifted by one vector.
Everything that is written, answered, counted or logged must be the same to the byte: databases, files, answers,
metrics, log lines. Sealed bytes are those of tests/support/ideal.py, whose length is all they say.
"""

import io
import json
import logging
import sqlite3
from datetime import timedelta
from random import Random

import pytest
from support.by_hand import everything
from support.door import Door
from support.house import ANA, BO, House, make_decision
from support.ideal import IdealSealing
from support.proposing import propose

from custodiet.adapters.ledger.tiles import TileLog
from custodiet.flows import receive_reports, state_conditions
from custodiet.flows.end_decision import end_decision, end_what_ran_out, suspend_decision
from custodiet.flows.issue_keys import issue_wanted_keys
from custodiet.flows.open_case import name_person, set_condition
from custodiet.flows.open_sealed import release_zones
from custodiet.flows.sequence_ledger import enter_staged, publish_checkpoint
from custodiet.model.alert import AlertState
from custodiet.model.condition import ConditionKind
from custodiet.model.mode import ModeCode
from custodiet.rules.conditions.kinds import kinds_on
from custodiet.rules.decisions import Ender, Move
from custodiet.simulation.device import traccar_payload

NO_SHIFT, SHIFT = (0.0, 0.0), (0.2500013, -1.7500029)
"""Degrees; no special places (0, 0; a pole; the antimeridian) lie in between."""


def said(door, *request) -> bytes:
    """Everything that one request was answered with."""
    answer = door.request(*request)
    return repr((answer.status, answer.headers)).encode() + answer.body


def live(folder, shift, hours, seed=7):
    """A few people, some days, everything that a gateway meets; what there is to see of it afterwards."""
    random, answers = Random(seed), []
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    logging.getLogger().addHandler(handler)
    house = House(folder, seed=seed, sealer=IdealSealing())
    try:
        homes = {}
        people = [house.person(f"TAG-{number}") for number in range(6)]
        house.issue_keys()
        for number, person in enumerate(people):
            homes[number] = (46.5 + random.uniform(-0.05, 0.05), -28.0 + random.uniform(-0.05, 0.05))
            name_person(house.store, house.sealer, house.pinned, person.case.person_id, f"Sample-{number}", ANA)
            modes = (ModeCode.FITTED_TRAIL, ModeCode.CARRIED_TRAIL, ModeCode.ZONE_ON_ARRIVAL, ModeCode.CHECK_IN)
            decision = house.proposal(person, mode=modes[number % 4])
            propose(house.store, house.chance, decision)
            lat, lon = homes[number][0] + shift[0], homes[number][1] + shift[1]
            ring = [[round(lon + x, 7), round(lat + y, 7)] for x, y in ((0, 0), (0.01, 0), (0.01, 0.01), (0, 0))]
            geometry = json.dumps({"type": "Polygon", "coordinates": [ring]}).encode()
            zone = (decision.id, ConditionKind.INCLUSION, ANA)
            if ConditionKind.INCLUSION in kinds_on(decision.rung):
                set_condition(house.store, house.sealer, house.chance, house.pinned, *zone, geometry=geometry)
            make_decision(house.store, decision.id, BO)
            person.decision = decision
        house.issue_keys()
        door = Door(house)

        def report(number, at, *, lat=None, lon=None, token=None):
            where = homes[number] if lat is None else (lat, lon)
            lat, lon = (round(each + moved, 7) for each, moved in zip(where, shift, strict=True))
            body = traccar_payload(people[number].device.serial, at, lat, lon)
            answers.append(said(door, "POST", "/in/traccar", body, token or people[number].token))

        for hour in range(hours):
            house.clock.pass_(timedelta(hours=1))
            if hour == 5:
                end_decision(house.store, house.chance, people[0].decision.id, Move.WITHDRAW, Ender(ANA))
            if hour == 8:
                suspend_decision(house.store, people[1].decision.id, Ender(ANA))
                house.unfit(people[4])
            door.refresh()
            wanted = door.monitor.zones_wanted()
            door.monitor.give_zones(release_zones(house.store, house.vault, door.monitor.name, wanted))
            for number in range(6):
                now = house.clock.now()
                report(number, now)
                report(number, now - timedelta(minutes=random.randrange(2000)))
                report(number, now + timedelta(minutes=random.randrange(10)))
                report(number, now, lat=46.6, lon=-28.1)  # the same time, another place
                report(number, now, token=people[(number + 1) % 6].token)
                lines = [
                    traccar_payload(
                        people[number].device.serial, now - timedelta(seconds=each), 46.5 + shift[0], -28.0 + shift[1]
                    )
                    for each in range(4)
                ]
                answers.append(said(door, "POST", "/in/batch", b"\n".join([*lines, b"{}"]), people[number].token))
            if hour == 3:  # two of them go away, and are found out of place
                house.clock.pass_(timedelta(minutes=20))
                for number in (2, 5):
                    place = [homes[number][0] + 0.05 + shift[0], homes[number][1] + shift[1]]
                    times = [house.clock.now() - timedelta(minutes=each) for each in range(9, -1, -1)]
                    lines = [traccar_payload(people[number].device.serial, at, *place) for at in times]
                    answers.append(said(door, "POST", "/in/batch", b"\n".join(lines), people[number].token))
            answers.append(said(door, "POST", "/in/traccar", b"{", people[0].token))
            answers.append(said(door, "POST", "/in/traccar", b"{}", "nobody"))
            end_what_ran_out(house.store, house.chance, house.clock, house.fence)
            issue_wanted_keys(house.store, house.vault, house.clock, house.pinned, house.fence)
            enter_staged(house.store, house.fence)
        publish_checkpoint(house.store, house.vault, TileLog(folder / "data" / "log"))
        # What the vault answers with is another matter: there a place is meant to be. Its counts are not.
        seen = {"counts": repr(house.verify()), "answers": answers, "metrics": said(door, "GET", "/metrics")}
        seen["log"] = log.getvalue()
        with house.store.reading() as view:
            seen["alerts"] = len(view.alerts(list(AlertState), 1000))
        if house.database is not None:  # of a file every byte is compared, below
            seen["rows"] = everything(house)
    finally:
        house.close()
        logging.getLogger().removeHandler(handler)
    return seen | written(folder)


def written(folder):
    """Every file's bytes; of a database, every row as well, so that a difference has a name."""
    found = {}
    for path in sorted((folder / "data").rglob("*")):
        if path.suffix == ".db":
            with sqlite3.connect(path) as database:
                for line in database.iterdump():
                    found.setdefault(f"{path.name}: {line[:60].split(' VALUES')[0]}", []).append(line)
        if path.is_file():
            found[str(path.relative_to(folder))] = path.read_bytes()
    return found


def differing(first, second):
    return sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))


def test_two_runs_that_differ_in_every_place_are_the_same_to_the_byte(tmp_path):
    first, second = live(tmp_path / "1", NO_SHIFT, hours=12), live(tmp_path / "2", SHIFT, hours=12)
    assert differing(first, second) == []
    # Not vacuous: something of every kind happened.
    text = b"".join(first["answers"])
    for word in (b"kept", b"judged", b"duplicate", b"conflict", b"ended", b"suspended", b"not_yours", b"too_late"):
        assert word in text, word
    assert "differing': 0" in first["counts"]
    assert first["alerts"] > 0  # the zones are shifted along: what was found is the same, and tells no place


def accuracy_in_a_column(monkeypatch):
    """Someone adds a helpful count by hemisphere."""
    told = receive_reports.Monitor._place

    def tells(self, admitted, *rest):
        if admitted.fix.lat_e7 > 466_000_000:
            rest[-1].tallies["scheme_test", "kept", "far_north"] += 1
        return told(self, admitted, *rest)

    monkeypatch.setattr(receive_reports.Monitor, "_place", tells)


def a_line_in_the_log(monkeypatch):
    """Someone logs what was placed."""
    told = receive_reports.Monitor._place

    def tells(self, admitted, *rest):
        logging.getLogger().warning("placed %d", admitted.fix.lon_e7)
        return told(self, admitted, *rest)

    monkeypatch.setattr(receive_reports.Monitor, "_place", tells)


def a_size_that_follows(monkeypatch):
    """Someone seals a zone as it came."""
    compact = state_conditions.compact_geometry
    monkeypatch.setattr(state_conditions, "compact_geometry", lambda geometry: compact(geometry).rstrip())


@pytest.mark.parametrize("fault", [accuracy_in_a_column, a_line_in_the_log, a_size_that_follows])
def test_a_planted_leak_makes_the_runs_differ(tmp_path, monkeypatch, fault):
    fault(monkeypatch)
    first, second = live(tmp_path / "1", NO_SHIFT, hours=2), live(tmp_path / "2", SHIFT, hours=2)
    assert differing(first, second)
