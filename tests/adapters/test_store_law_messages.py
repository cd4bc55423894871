"""The law of messages, by raw SQL: whoever writes the database past every rule of ours is still refused."""

import sqlite3
from contextlib import closing

import pytest
from support.house import ANA, House

from custodiet.adapters.store.migrations.versions.v0013_messages import MOVES
from custodiet.adapters.zones import zone_as_of
from custodiet.flows.give_contact import give_contact
from custodiet.model.message import Delivery
from custodiet.model.times import to_ms
from custodiet.rules import messages
from custodiet.wire.message import Destination

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
    with closing(sqlite3.connect(house.path, isolation_level=None)) as raw:
        insert(raw, person.case.id, at=to_ms(house.clock.now()))
        yield raw


def insert(raw, case_id, *, name="message_1", at=1000, not_before=None, useless_at=None, state="waiting", attempts=0):
    not_before = at if not_before is None else not_before
    useless_at = not_before + 1000 if useless_at is None else useless_at
    row = (name, case_id, "charge", "email", at, not_before, useless_at, None, state, at, attempts, not_before, None)
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
        with pytest.raises(sqlite3.IntegrityError, match=r"no such move|attempt"):
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
        ("UPDATE contact_details SET given_by = 'clock', entry = entry + 1", "by a named person"),
        ("UPDATE contact_details SET address_sealed = x'00'", "only a later entry"),
    ],
)
def test_what_was_written_about_a_message_stands(raw, statement, why):
    with pytest.raises(sqlite3.IntegrityError, match=why):
        raw.execute(statement)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"state": "sent"}, "begins by waiting"),
        ({"attempts": 1}, "begins by waiting"),
        ({"not_before": 999}, "after its cause"),
        ({"useless_at": 1000}, "after its cause"),
    ],
)
def test_a_message_begins_by_waiting_in_its_time(raw, given, why):
    [(case_id,)] = raw.execute("SELECT case_id FROM outbox").fetchall()
    with pytest.raises(sqlite3.IntegrityError, match=why):
        insert(raw, case_id, name="message_2", **given)
