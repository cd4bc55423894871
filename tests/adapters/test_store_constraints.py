"""Ways around the rules that carry law: whoever has the database file and leaves the rules in place gets nowhere.

tests/adapters/test_store_law.py tries every rule on its own; here are the roads that lead past a rule for deleting or
updating (UPSERT, UPDATE OR REPLACE, a row's other name), and what the gate says afterwards.
"""

import sqlite3
from contextlib import suppress
from datetime import timedelta

import pytest
from support.by_hand import REFUSED, hands_on
from support.house import ANA, COURT, START, House, report

from custodiet.adapters import sealing
from custodiet.adapters.store.sqlite import SqliteStore
from custodiet.flows.end_decision import end_decision, suspend_decision
from custodiet.flows.handle_alert import Desk
from custodiet.model.alert import AlertMove, Excuse, StatementKind
from custodiet.model.contact_record import CameOf, Way
from custodiet.model.decision import State
from custodiet.model.entry import Entry
from custodiet.model.finding import Matter, Raised, Weight
from custodiet.model.record import AlertRaised, OutageFound, kind_of
from custodiet.rules.decisions import Ender, Move
from custodiet.simulation.seeded import SeededChance, SetClock

MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory):
    """A store in which decisions were withdrawn and paused, fixes kept and removed, a device taken off."""
    house = House(tmp_path_factory.mktemp("constraints"))
    kept, ended, paused = (house.person(f"TAG-{number}") for number in range(3))
    monitor = house.monitor()
    decisions = [house.decide(person) for person in (kept, ended, paused)]
    for person in (kept, ended, paused):
        assert house.say(monitor, person) == "kept"
    assert house.say(monitor, ended, START + 3 * MINUTE) == "kept"
    house.clock.pass_(MINUTE)
    end_decision(house.store, house.chance, decisions[1].id, Move.WITHDRAW, Ender(ANA))
    house.unfit(ended)
    suspend_decision(house.store, decisions[2].id, Ender(ANA))
    alerts_of(house, kept, decisions[0])
    house.close()
    if house.database is not None:
        pytest.skip("SQLite's own roads: an upsert on whatever key, OR REPLACE, a rowid")
    return house.path


def alerts_of(house, person, decision):
    """One in an enquiry that was answered, one cleared, one raised; two statements and two outages."""
    desk = Desk(house.store, sealing, house.chance, house.pinned)
    now = house.clock.now()
    roads = {"asked": ("claim", "triage", "suspect", "enquire"), "cleared": ("claim", "triage", "clear"), "raised": ()}
    with house.store.acting() as act:
        for name in roads:
            about = (name, person.case.id, decision.id, person.fitting.id, None)
            raised = AlertRaised(Raised(*about, Matter.TAMPER, Weight.ADVERSE, START, START, now))
            act.write(Entry(kind_of(raised), ANA, person.case.person_id), raised)
        for since in (START, START + MINUTE):
            outage = OutageFound(since, since + MINUTE)
            act.write(Entry(kind_of(outage), ANA), outage)
    for name, moves in roads.items():
        for move in moves:
            if move == "suspect":
                desk.contact(name, Way.PHONE, CameOf.SPOKE, "", ANA)
            desk.move(name, AlertMove(move), ANA, "made-up reasons")
    desk.reply("asked", Excuse.HEALTH, "made-up words", ANA)
    for _ in range(2):
        desk.state_fact(person.case.id, StatementKind.OUT_OF_CONTACT, START, "made-up reasons", ANA)


@pytest.fixture
def sql(lived_in):
    """A connection without foreign keys, as anybody's is; whatever a test does is rolled back."""
    connection = sqlite3.connect(lived_in, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    yield connection.execute
    connection.execute("ROLLBACK")
    connection.close()


ROADS = {
    # an UPSERT is an insert that becomes an update
    "an entry by upsert": "INSERT INTO entry SELECT * FROM entry WHERE true ON CONFLICT DO UPDATE SET body = x'00'",
    "a record by upsert": "INSERT INTO record SELECT * FROM record WHERE true ON CONFLICT DO UPDATE SET body = x'00'",
    "a decision by upsert": "INSERT INTO decision SELECT * FROM decision WHERE state = 'withdrawn' "
    "ON CONFLICT DO UPDATE SET state = 'made'",
    "a suspension by upsert": "INSERT INTO suspension SELECT * FROM suspension WHERE true "
    "ON CONFLICT DO UPDATE SET from_at = from_at + 1",
    "a retention clock by upsert": "INSERT INTO retention_clock SELECT * FROM retention_clock WHERE true "
    "ON CONFLICT DO UPDATE SET erase_due_at = erase_due_at + 1",
    "a removal by upsert": "INSERT INTO removed_fix SELECT * FROM removed_fix WHERE true "
    "ON CONFLICT DO UPDATE SET position = position + 1",
    # UPDATE OR REPLACE takes away whatever stands where the row is moved to
    "an entry over another": "UPDATE OR REPLACE entry SET idx = 1 WHERE idx = 2",
    "a record over another": "UPDATE OR REPLACE record SET idx = 1 WHERE idx = 2",
    "an ingest record over another": "UPDATE OR REPLACE ingest_record SET number = 0 WHERE number = 1",
    "a frame over another": "UPDATE OR REPLACE frame SET seq = 0 WHERE seq = 1",
    "a session over another": "UPDATE OR REPLACE session SET no = 0 WHERE no = 1",
    "a decision over another": "UPDATE OR REPLACE decision SET id = (SELECT id FROM decision "
    "WHERE state = 'withdrawn') WHERE state = 'made'",
    "a fitting over another": "UPDATE OR REPLACE fitting SET id = (SELECT id FROM fitting "
    "WHERE removed_at IS NOT NULL) WHERE removed_at IS NULL",
    "a token over another": "UPDATE OR REPLACE token SET sha256 = (SELECT sha256 FROM token "
    "WHERE ended_at IS NOT NULL) WHERE ended_at IS NULL",
    "a purpose over another": "UPDATE OR REPLACE decision_purpose SET purpose = 'anything'",
    "a scope over another": "UPDATE OR REPLACE sender_scope SET serial = 'TAG-0'",
    "a suspension over another": "UPDATE OR REPLACE suspension SET from_at = 0",
    "a removal over another": "UPDATE OR REPLACE removed_fix SET position = 0",
    # the row's other name
    "an entry by its rowid": "REPLACE INTO entry (rowid, body, leaf) SELECT rowid, x'00', leaf FROM entry",
    "a record by its rowid": "REPLACE INTO record (rowid, salt, body) SELECT rowid, salt, x'00' FROM record",
    "a record by its oid": "REPLACE INTO record (oid, salt, body) SELECT oid, salt, x'00' FROM record",
    "a frame by its rowid": 'REPLACE INTO frame (rowid, partition, number, first_ms, last_ms, "directory", sealed) '
    'SELECT rowid, partition, number, first_ms, last_ms, "directory", zeroblob(length(sealed)) FROM frame',
    # alerts
    "an alert by upsert": "INSERT INTO alert SELECT * FROM alert WHERE state = 'cleared' "
    "ON CONFLICT DO UPDATE SET state = 'breach'",
    "a step by upsert": "INSERT INTO alert_step SELECT * FROM alert_step WHERE true "
    "ON CONFLICT DO UPDATE SET acted_by = 'officer-else'",
    "an answer by upsert": "INSERT INTO alert_reply SELECT * FROM alert_reply WHERE true "
    "ON CONFLICT DO UPDATE SET excuse = 'none'",
    "what was judged by upsert": "INSERT INTO ingest_detail SELECT * FROM ingest_detail WHERE true "
    "ON CONFLICT DO UPDATE SET body = x'00'",
    "an alert over another": "UPDATE OR REPLACE alert SET id = 'cleared' WHERE id = 'raised'",
    "a step over another": "UPDATE OR REPLACE alert_step SET alert_id = 'asked', entry = (SELECT max(entry) "
    "FROM alert_step WHERE alert_id = 'asked') WHERE alert_id = 'cleared' AND move = 'clear'",
    "an answer over another": "UPDATE OR REPLACE alert_reply SET at = 0",
    "a statement over another": "UPDATE OR REPLACE statement SET id = (SELECT min(id) FROM statement) "
    "WHERE id = (SELECT max(id) FROM statement)",
    "an outage over another": "UPDATE OR REPLACE outage SET from_at = (SELECT min(from_at) FROM outage) "
    "WHERE from_at = (SELECT max(from_at) FROM outage)",
    # conflict handling of the statement does not soften a rule
    "ignoring": "UPDATE OR IGNORE decision SET state = 'made' WHERE state = 'withdrawn'",
    "failing": "UPDATE OR FAIL decision SET ended_at = NULL WHERE ended_at IS NOT NULL",
}


@pytest.mark.parametrize("statement", ROADS.values(), ids=ROADS.keys())
def test_no_road_leads_past_a_rule(sql, statement):
    with pytest.raises(sqlite3.IntegrityError, match=": "):
        sql(statement)


BY_ROWID = {
    "an alert taken away by another": "REPLACE INTO alert (rowid, id, case_id, decision_id, matter, weight, began_at, "
    "confirmed_at, raised_at, seen, state, version) SELECT rowid, 'new', case_id, decision_id, matter, weight, "
    "began_at, confirmed_at, raised_at, seen, 'raised', version FROM alert WHERE id = 'cleared'",
    "a step taken away by another": "REPLACE INTO alert_step (rowid, alert_id, entry, move, state, acted_by, at, "
    "reasons_sealed) SELECT rowid, alert_id, 9999, move, state, acted_by, at, reasons_sealed FROM alert_step LIMIT 1",
    "a statement taken away by another": "REPLACE INTO statement (rowid, id, case_id, kind, since_at, stated_at, "
    "stated_by, reasons_sealed) SELECT rowid, id || '-', case_id, kind, since_at, stated_at, stated_by, reasons_sealed "
    "FROM statement",
    "an ingest record taken away by the next": "REPLACE INTO ingest_record (rowid, partition, number, body, digest) "
    "SELECT rowid, partition, number + 1, body, digest FROM ingest_record ORDER BY number DESC LIMIT 1",
    "a decision under its own rowid": "UPDATE decision SET rowid = rowid + 100, state = 'made' "
    "WHERE state = 'withdrawn'",
    "an alert under its own rowid": "UPDATE alert SET rowid = rowid + 100, state = 'breach' WHERE id = 'asked'",
    "a detail by its rowid": "REPLACE INTO ingest_detail (rowid, partition, number, salt, body) "
    "SELECT rowid, partition, number + 1, salt, body FROM ingest_detail",
    "an alert moved over another": "UPDATE OR REPLACE alert SET rowid = (SELECT rowid FROM alert WHERE id = 'cleared') "
    "WHERE id = 'raised'",
    "a decision moved over another": "UPDATE OR REPLACE decision SET rowid = (SELECT rowid FROM decision "
    "WHERE state = 'withdrawn') WHERE state = 'made'",
    "a fitting moved over another": "UPDATE OR REPLACE fitting SET rowid = (SELECT min(rowid) FROM fitting) "
    "WHERE rowid = (SELECT max(rowid) FROM fitting)",
    "a token moved over another": "UPDATE OR REPLACE token SET rowid = (SELECT min(rowid) FROM token) "
    "WHERE rowid = (SELECT max(rowid) FROM token)",
}


@pytest.mark.parametrize("statement", BY_ROWID.values(), ids=BY_ROWID.keys())
def test_a_row_with_a_key_of_its_own_has_no_rowid_beside_it(sql, statement):
    """What is put under a rowid takes away whatever stands there, and no rule is asked."""
    for (name,) in sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        sql(f"DROP TRIGGER {name}")
    with pytest.raises(sqlite3.OperationalError, match=r"no.* column.* rowid"):
        sql(statement)


def test_where_a_row_has_a_rowid_it_is_its_key(sql):
    """So that no other row can be put in its place under a second name."""
    beside = []
    for (table,) in sql("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        if table == "alembic_version":
            continue
        key = [(name, kind) for _, name, kind, _, _, place in sql(f'PRAGMA table_info("{table}")') if place]
        try:
            sql(f'SELECT rowid FROM "{table}"')
        except sqlite3.OperationalError:
            assert key
        else:
            beside += [] if len(key) == 1 and key[0][1] == "INTEGER" else [table]
    assert beside == []


@pytest.mark.parametrize("statement", ROADS.values(), ids=ROADS.keys())
def test_without_rules_every_road_leads_there(sql, statement):
    for (name,) in sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        sql(f"DROP TRIGGER {name}")
    assert sql(statement).rowcount > 0


def test_an_entry_without_a_place_does_not_find_one(sql):
    with pytest.raises(sqlite3.IntegrityError, match="each at the next place"):
        sql("INSERT INTO entry VALUES (NULL, x'00', x'00')")


# --- what the gate says afterwards ----------------------------------------------------------------------

ANEW = """id, case_id, strand, mode, power, authority, maker, proposed_by, NULL, starts_at + 3600000, review_due_at,
ends_at, NULL, review_due_at, NULL, made_entry, follows, late_max, 'proposed', version, guidance"""
REVIVALS = [
    "UPDATE decision SET ended_at = NULL",
    "UPDATE decision SET ended_at = NULL, until_at = review_due_at",
    "UPDATE decision SET ended_at = review_due_at, until_at = review_due_at",
    "UPDATE decision SET state = 'made'",
    "INSERT INTO decision_move VALUES ('withdrawn', 'made')",
    f"REPLACE INTO decision SELECT {ANEW} FROM decision",
    "DELETE FROM decision",
    "UPDATE decision SET review_due_at = review_due_at + 1, until_at = review_due_at + 1",
    "UPDATE decision SET approved_by = NULL",
    "UPDATE decision SET made_at = 0",
]


def let_in(house, statements):
    """Those of these statements that the store does not refuse, each tried on its own."""
    found = []
    with hands_on(house) as hand:
        for statement in statements:
            if house.database is not None and statement.startswith("REPLACE"):
                continue  # only SQLite knows it
            with suppress(*REFUSED):
                hand.execute(statement)
                found.append(statement)
    return found


def test_raw_sql_does_not_bring_back_what_was_withdrawn(house):
    person = house.person("TAG")
    decision = house.decide(person)
    house.clock.pass_(MINUTE)
    end_decision(house.store, house.chance, decision.id, Move.WITHDRAW, Ender(ANA))
    assert let_in(house, REVIVALS) == []
    house.clock.pass_(MINUTE)
    assert house.say(house.monitor("m2"), person) == "refused ended"
    assert house.decision(decision.id).state is State.WITHDRAWN
    counts = house.verify()
    assert (counts["missing"], counts["differing"]) == (0, 0)


def test_raw_sql_does_not_put_an_annulled_decision_back_in_force_through_the_table_of_moves(house):
    person = house.person("TAG")
    decision = house.decide(person)
    house.clock.pass_(MINUTE)
    end_decision(house.store, house.chance, decision.id, Move.ANNUL, Ender(COURT, authority=True))
    statements = [
        "INSERT INTO decision_move VALUES ('annulled', 'made')",
        "REPLACE INTO decision_move VALUES ('annulled', 'made')",
        "UPDATE decision_move SET from_state = 'annulled' WHERE from_state = 'suspended' AND to_state = 'made'",
        "UPDATE decision SET state = 'made'",
    ]
    assert let_in(house, statements) == []
    assert house.say(house.monitor("m2"), person, START) == "refused annulled"


def test_raw_sql_does_not_put_a_device_that_was_taken_off_on_anyone_again(house):
    person, other = house.person("TAG"), house.person()
    house.decide(person)
    house.decide(other)
    house.clock.pass_(MINUTE)
    house.unfit(person)
    statements = [
        "UPDATE fitting SET removed_at = NULL",
        f"UPDATE fitting SET case_id = '{other.case.id}'",
        f"REPLACE INTO fitting SELECT id, device_id, '{other.case.id}', strand, fitted_at, NULL, version FROM fitting",
        "UPDATE token SET ended_at = NULL",
        "REPLACE INTO token SELECT id, sender_id, sha256, issued_at, fitting_id, NULL, version FROM token",
    ]
    assert let_in(house, statements) == []
    house.clock.pass_(MINUTE)
    [answer] = house.post(house.monitor("m2"), person.token, report("TAG", house.clock.now()))
    assert [reason.value for reason in answer.reasons] == ["ended", "token_ended"]


# --- where the store lies -------------------------------------------------------------------------------

PATHS = ["a#b", "a b?c", "a%41b", "100%", "a?mode=memory&b", "a%23b%2523", "ä;+:"]


@pytest.mark.parametrize("name", PATHS)
def test_a_data_folder_may_have_any_name(tmp_path, name):
    house = House(tmp_path / name)
    if house.database is not None:
        house.close()
        pytest.skip("of a file's name")
    person = house.person("TAG")
    house.decide(person)
    assert house.say(house.monitor(), person) == "kept"
    assert len(house.copy(person)) == 3
    house.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]
    there = sqlite3.connect(tmp_path / name / "data" / "custodiet.db")
    [(entries,)] = there.execute("SELECT count(*) FROM entry")
    there.close()
    assert entries > 3


@pytest.mark.parametrize("name", PATHS)
def test_a_store_that_is_only_read_is_found_under_the_same_name_and_never_made(tmp_path, name):
    folder = tmp_path / name
    folder.mkdir()
    store = SqliteStore(folder / "store.db", SetClock(START), SeededChance(1))
    store.prepare()
    store.close()
    reader = SqliteStore(folder / "store.db", SetClock(START), SeededChance(1), read_only=True)
    reader.check_form()
    with reader.reading() as view:
        assert view.ledger_size() == 0
    reader.close()
