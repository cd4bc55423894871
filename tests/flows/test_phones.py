"""A phone on each rung: what its profile is made from, and what becomes of everything that it then sends."""

import json
from datetime import timedelta

import pytest
from support.house import ANA, BO
from support.phone import OwnTracksPhone, taken_in, traccar_takes_in
from support.proposing import propose
from support.watched import ask, circle, kinds_since, ledger_size, rows

from custodiet.flows.end_decision import end_decision
from custodiet.flows.fit_device import end_fitting, token_hash
from custodiet.flows.keep_senders import end_sender
from custodiet.flows.prepare_phone import prepare_phone
from custodiet.flows.step_down import step_down
from custodiet.model.condition import ConditionKind
from custodiet.model.entry import EntryKind
from custodiet.model.errors import IllegalValue, NotFound, NotPermitted, VaultUnavailable
from custodiet.model.mode import ModeCode
from custodiet.model.record import ZonesReleased
from custodiet.rules.decisions import Ender, Move
from custodiet.wire import osmand, owntracks
from custodiet.wire.profiles import Client, Phone, Place, write_profile
from custodiet.wire.records import read_entry, read_record

SERIAL = "made-up/42"
RUNG_8 = {"mode": ModeCode.ZONE_ON_DEVICE}
TWO = {"geometry": circle(radius_m=150), "more": (circle((46.6, -28.2), 300),)}


def prepare(house, person, client=Client.OWNTRACKS, token=None, strand="main", vault=None):
    hashed = token_hash(token or person.token)
    return prepare_phone(
        house.store, vault or house.vault, house.clock, client, person.case.reference, strand, hashed, ANA
    )


def profile(house, person, client=Client.OWNTRACKS):
    found = prepare(house, person, client)
    phone = Phone(found.serial, person.token, "https://gateway.example", "Phone 7")
    return write_profile(client, found.mode, phone, [Place(*zone) for zone in found.zones])


def answers(house, person, messages):
    """What the gateway says to each, all being sent at once, and how many of them hold nothing."""
    monitor = house.monitor()
    decoded = [owntracks.decode(json.dumps(one).encode(), SERIAL) for one in messages]
    reports = [one for one in decoded if one is not None]
    told = house.post(monitor, person.token, *reports) if reports else []
    return [" ".join(filter(None, (one.outcome, one.shown))) for one in told], decoded.count(None)


def sends(house, phone, doing, *given):
    """What the phone sends when that happens, a minute later."""
    house.clock.pass_(timedelta(minutes=1))
    phone.at = round(house.clock.now().timestamp())
    return getattr(phone, doing)(*given)


BY_ITSELF = ("connects", "moves", "pings", "is_asked_from_afar")
SYSTEMS = pytest.mark.parametrize("system", ["android", "ios"])


@SYSTEMS
@pytest.mark.parametrize("mode", [ModeCode.CHECK_IN, ModeCode.CHECK_IN_AREA])
def test_on_the_check_in_rungs_it_sends_what_is_pressed_and_that_is_a_check_in(house, mode, system):
    person = house.person(SERIAL)
    ask(house, person, mode=mode)
    phone = OwnTracksPhone(taken_in(profile(house, person)), system)
    assert [sends(house, phone, doing) for doing in BY_ITSELF] == [[]] * 4
    pressed = sends(house, phone, "is_pressed")
    assert [one["t"] for one in pressed] == ["u"]
    assert answers(house, person, pressed) == (["kept"], 0)
    assert rows(house, "SELECT count(*) FROM frame") == [(0,)]


@SYSTEMS
def test_on_rung_8_it_sends_crossings_and_what_it_sends_besides_is_refused(house, system):
    person = house.person(SERIAL)
    _, conditions = ask(house, person, **RUNG_8, **TWO)
    phone = OwnTracksPhone(taken_in(profile(house, person)), system)
    assert answers(house, person, sends(house, phone, "takes_the_profile_in")) == ([], 2)
    assert [sends(house, phone, doing) for doing in BY_ITSELF] == [[]] * 4
    for number in (0, 1):
        for event in ("enter", "leave"):
            crossing = sends(house, phone, "crosses", number, event)
            assert [one["_type"] for one in crossing] == ["transition", "location"]  # no setting stops the second
            assert answers(house, person, crossing) == (["kept", "refused none"], 0)
    assert sorted(rows(house, "SELECT about, count(*) FROM word GROUP BY about")) == sorted(
        (condition, 2) for condition in conditions
    )
    assert rows(house, "SELECT count(*) FROM frame") == [(0,)]


@SYSTEMS
@pytest.mark.parametrize(("mode", "answer"), [(ModeCode.ZONE_ON_ARRIVAL, "judged"), (ModeCode.CARRIED_TRAIL, "kept")])
def test_on_rungs_9_and_10_it_sends_positions_and_nothing_of_its_surroundings(house, mode, answer, system):
    person = house.person(SERIAL)
    ask(house, person, mode=mode)
    phone = OwnTracksPhone(taken_in(profile(house, person)), system)
    moved = sends(house, phone, "moves")
    assert answers(house, person, moved) == ([answer], 0)
    for message in (*moved, *sends(house, phone, "pings"), *sends(house, phone, "is_pressed")):
        assert message.keys() <= {"_type", "tst", "tid", "lat", "lon", "acc", "t"}
    assert answers(house, person, sends(house, phone, "pings")) == (["refused no_fix_time"], 0)
    assert sends(house, phone, "is_asked_from_afar") == sends(house, phone, "connects") == []


def test_what_traccar_client_sends_by_its_profile_is_taken(house):
    person = house.person("TAG-1")
    ask(house, person, mode=ModeCode.CARRIED_TRAIL)
    settings = traccar_takes_in(profile(house, person, Client.TRACCAR).link)
    at = house.clock.now().isoformat(timespec="milliseconds")
    coords = {"latitude": 46.5, "longitude": -28.0, "accuracy": 8, "speed": -1, "heading": -1, "altitude": 0}
    location = {"timestamp": at, "coords": coords, "activity": {"type": "still"}, "extras": {}}
    report = osmand.decode(json.dumps({"location": location, "device_id": settings["id"]}).encode())
    [answer] = house.post(house.monitor(), person.token, report)
    assert answer.outcome == "kept"


# --- what it is made from -------------------------------------------------------------------------------


def test_zones_that_go_into_a_phone_are_an_entry_of_who_asked_and_which(house):
    person, other = house.person(SERIAL), house.person("made-up/43")
    _, conditions = ask(house, person, **RUNG_8, **TWO)
    ask(house, other, **RUNG_8)
    size = ledger_size(house)
    found = prepare(house, person)
    assert (found.serial, found.mode.rung) == (SERIAL, 8)
    assert sorted(condition.id for condition, _ in found.zones) == sorted(conditions)
    assert kinds_since(house, size) == [EntryKind.ZONES_RELEASED]
    [(body, record)] = rows(
        house, "SELECT e.body, r.body FROM entry e JOIN record r ON r.idx = e.idx WHERE e.idx = ?", size
    )
    assert read_entry(body).actor == ANA
    assert read_record(record) == ZonesReleased("profile", tuple(sorted(conditions)))


@pytest.mark.parametrize("mode", [ModeCode.CHECK_IN_AREA, ModeCode.ZONE_ON_ARRIVAL, ModeCode.CARRIED_TRAIL])
def test_where_the_phone_judges_no_zone_none_is_opened(house, mode):
    person = house.person(SERIAL)
    ask(house, person, mode=mode)
    size = ledger_size(house)
    assert prepare(house, person).zones == ()
    assert ledger_size(house) == size


@pytest.mark.parametrize(
    ("kind", "client", "serial", "refused"),
    [
        (ConditionKind.PROTECTIVE, Client.OWNTRACKS, SERIAL, NotPermitted),
        (ConditionKind.INCLUSION, Client.TRACCAR, SERIAL, NotPermitted),
        (ConditionKind.INCLUSION, Client.OWNTRACKS, "TAG-1", IllegalValue),
    ],
)
def test_what_no_profile_serves_is_refused_before_a_zone_is_opened(house, kind, client, serial, refused):
    person = house.person(serial)
    ask(house, person, mode=ModeCode.ZONE_ON_ARRIVAL, kind=kind)
    # A zone that protects somebody gets to rung 8 only so: from above.
    step_down(house.store, house.chance, person.case.id, ModeCode.ZONE_ON_DEVICE, ANA)
    house.issue_keys()
    size = ledger_size(house)
    with pytest.raises(refused):
        prepare(house, person, client)
    assert ledger_size(house) == size


def test_a_vault_that_is_away_leaves_no_entry(house):
    class Away:
        def checkpoint(self):
            raise VaultUnavailable("the vault does not answer")

    person = house.person(SERIAL)
    ask(house, person, **RUNG_8)
    size = ledger_size(house)
    with pytest.raises(VaultUnavailable):
        prepare(house, person, vault=Away())
    assert ledger_size(house) == size


def test_a_zone_that_the_vault_withholds_is_no_profile(house):
    class Withholding:
        def checkpoint(self):
            return house.vault.checkpoint()

        def open(self, index):
            return [*house.vault.open(index)][:-1]

    person = house.person(SERIAL)
    ask(house, person, **RUNG_8, **TWO)
    with pytest.raises(NotPermitted, match="withholds"):
        prepare(house, person, vault=Withholding())


def test_a_phones_token_is_its_own_alive_and_for_nothing_else(house):
    person = house.person(SERIAL)
    house.decide(person, mode=ModeCode.CARRIED_TRAIL)
    for token, text in (
        ("nobody", "never issued"),
        (house.sender(SERIAL, "made-up/43"), "not this phone's own"),
        (house.sender("made-up/43"), "not this phone's own"),
    ):
        with pytest.raises(NotPermitted, match=text):
            prepare(house, person, token=token)
    with house.store.reading() as view:
        [mine] = [one for one in view.tokens() if one.sha256 == token_hash(person.token)]
    end_sender(house.store, mine.sender_id, ANA)
    house.clock.pass_(timedelta(seconds=1))
    with pytest.raises(NotPermitted, match="has ended"):
        prepare(house, person)


def test_without_a_device_or_a_decision_now_there_is_nothing_to_set(house):
    person = house.person()
    with pytest.raises(NotFound, match="no device is on this person"):
        prepare(house, person, token="nobody")
    fitted = house.person(SERIAL)
    propose(house.store, house.chance, house.proposal(fitted, mode=ModeCode.CARRIED_TRAIL))
    with pytest.raises(NotFound, match="no decision of this case is in force"):
        prepare(house, fitted)
    other = house.person("made-up/43")
    decision = house.decide(other, mode=ModeCode.CARRIED_TRAIL)
    assert prepare(house, other).serial == "made-up/43"
    with pytest.raises(NotFound, match="strand second"):
        prepare(house, other, strand="second")
    end_decision(house.store, house.chance, decision.id, Move.WITHDRAW, Ender(BO))
    with pytest.raises(NotFound, match="no decision of this case is in force"):
        prepare(house, other)
    end_fitting(house.store, other.fitting.id, ANA)
    with pytest.raises(NotFound, match="no device is on this person"):
        prepare(house, other)
