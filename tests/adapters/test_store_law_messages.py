"""The law of messages, by raw SQL: whoever writes the database past every rule of ours is still refused."""

import pytest
from support.by_hand import REFUSED, hands_on
from support.house import ANA, House
from support.zones import zone_as_of

from custodiet.adapters.store.migrations.versions.v0010_messages import MOVES
from custodiet.flows.fit_device import register_device
from custodiet.flows.give_contact import give_contact
from custodiet.flows.keep_devices import record_fault
from custodiet.model.desk import Fault
from custodiet.model.message import Delivery
from custodiet.model.times import to_ms
from custodiet.rules import messages
from custodiet.wire.message import Destination

ANOTHER = "INSERT INTO contact_details SELECT 'p', channel, x'', zone, 1, 'clock', quiet, 1, 1 FROM contact_details"
FITTED = """
INSERT INTO fitting SELECT 'f', (SELECT device_id FROM device_note), case_id, 'other', fitted_at, NULL, 1 FROM fitting
"""
STATES = [one.value for one in Delivery]


@pytest.fixture
def house(tmp_path):
    house = House(tmp_path)
    yield house
    house.close()


@pytest.fixture
def raw(house):
    """The database, with one message that waits."""
    person = house.person()
    house.issue_keys()
    to = Destination("heron@sample.example")
    give_contact(house.store, house.sealer, house.pinned, zone_as_of, person.case.id, to, "Etc/UTC", ANA)
    with hands_on(house) as raw:
        insert(raw, person.case.id, at=to_ms(house.clock.now()))
        yield raw


def insert(
    raw, case_id, *, name="message_1", at=1000, not_before=None, useless_at=None, state="waiting", attempts=0, on=None
):
    not_before = at if not_before is None else not_before
    useless_at = not_before + 1000 if useless_at is None else useless_at
    row = (name, case_id, "charge", "email", at, not_before, useless_at, on, state, at, attempts, not_before, None)
    raw.execute(f"INSERT INTO outbox VALUES ({', '.join('?' * len(row))})", row)


def test_the_store_and_the_rule_know_the_same_moves():
    assert {(before.value, after.value) for before, to in messages.MOVES.items() for after in to} == set(MOVES)


@pytest.mark.parametrize("after", STATES)
@pytest.mark.parametrize("before", STATES)
def test_a_message_moves_as_the_table_says_and_no_other_way(raw, before, after):
    paths = {"waiting": [], "sending": ["sending"], "sent": ["sending", "sent"]}
    paths |= {"failed": ["sending", "failed"], "given_up": ["given_up"]}
    for state in paths[before]:
        move(raw, state)
    if (before, after) in MOVES:
        move(raw, after)
    else:
        with pytest.raises(REFUSED, match=r"no such move|attempt"):
            move(raw, after)


def move(raw, state):
    attempts = "attempts + 1" if state == "sending" else "attempts"
    raw.execute(f"UPDATE outbox SET state = ?, attempts = {attempts}, state_at = next_at", (state,))


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("DELETE FROM outbox", "never deleted"),
        ("UPDATE outbox SET state = 'given_up', template = 'stopped'", "terms are fixed"),
        ("UPDATE outbox SET state = 'given_up', not_before = not_before - 1", "terms are fixed"),
        ("UPDATE outbox SET state = 'sending', attempts = 1, state_at = next_at - 1", "not before its time"),
        ("UPDATE outbox SET state = 'sending', attempts = 1, state_at = useless_at", "not before its time"),
        ("UPDATE outbox SET state = 'sending', state_at = next_at", "every attempt is counted"),
        ("UPDATE outbox SET state = 'given_up', attempts = 1", "every attempt is counted"),
        ("INSERT OR REPLACE INTO outbox SELECT * FROM outbox", "stands already"),
        ("DELETE FROM contact_details", "never deleted"),
        (
            "INSERT INTO contact_details SELECT 'p', channel, x'', zone, 1, 'clock', quiet, 1, 1 FROM contact_details",
            "named",
        ),
        ("UPDATE contact_details SET given_by = 'clock', entry = entry + 1", "by a named person"),
        ("UPDATE contact_details SET address_sealed = x'00'", "only a later entry"),
    ],
)
def test_what_was_written_about_a_message_stands(raw, statement, why):
    with pytest.raises(REFUSED, match=why):
        raw.execute(statement)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"state": "sent"}, "begins by waiting"),
        ({"attempts": 1}, "begins by waiting"),
        ({"not_before": 999}, "after its cause"),
        ({"useless_at": 1000}, "after its cause"),
        ({"on": "fitting_of_another"}, "a device of its own case"),
    ],
)
def test_a_message_begins_by_waiting_in_its_time(raw, given, why):
    [(case_id,)] = raw.execute("SELECT case_id FROM outbox").fetchall()
    with pytest.raises(REFUSED, match=why):
        insert(raw, case_id, name="message_2", **given)


# --- the device desk ---------------------------------------------------------------------------------------------


@pytest.fixture
def desk(house):
    """The database, with a device that someone found faulty, on nobody, and another one on someone."""
    device = register_device(house.store, house.chance, "TAG-1", ANA)
    record_fault(house.store, device.id, Fault.RADIO, house.clock.now(), ANA)
    house.person("TAG-2")
    with hands_on(house) as raw:
        yield raw


NOTE = "INSERT INTO device_note SELECT {entry}, device_id, {fitting}, {kind}, code, at, {by}, {since} FROM device_note"
GOOD = {"entry": "99999", "fitting": "NULL", "kind": "'inspected'", "by": "'officer-ana'", "since": "NULL"}


def test_a_note_of_the_desk_can_be_written(desk):
    assert desk.execute(NOTE.format(**GOOD)).rowcount == 1


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"entry": "entry"}, "stands already"),
        ({"fitting": "(SELECT id FROM fitting)"}, "of a fitting of that device"),
        ({"by": "'clock'"}, "by a named person"),
        ({"by": "''"}, "by a named person"),
        ({"since": "at + 1"}, "has begun"),
        ({"kind": "'faulty'"}, "has begun"),
        ({"kind": "'removed'"}, "has begun"),
    ],
)
def test_a_note_of_the_desk_is_of_its_device_by_someone_and_has_begun(desk, given, why):
    with pytest.raises(REFUSED, match=why):
        desk.execute(NOTE.format(**GOOD | given))


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE device_note SET kind = 'mended'", "never updated"),
        ("DELETE FROM device_note", "never deleted"),
        (FITTED, "mended first"),
    ],
)
def test_what_the_desk_noted_stands_and_nobody_is_given_a_faulty_device(desk, statement, why):
    with pytest.raises(REFUSED, match=why):
        desk.execute(statement)
