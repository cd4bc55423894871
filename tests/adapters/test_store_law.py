"""Rules that carry law stand as constraints: raw SQL, past all our code, tries to break each one.

Every attempt must be refused with the words of its own rule, and must go through once that rule is dropped: so it is
the rule that refuses, and not an accident of the attempt.
"""

import re
import sqlite3
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module

import pytest
from support.house import ANA, BO, COURT, START, House

from custodiet.adapters.store.replay import replay_store
from custodiet.flows.decide_case import make_decision, propose_decision, refuse_decision
from custodiet.flows.end_decision import end_decision
from custodiet.model.decision import Authority, State
from custodiet.model.mode import LADDER, ModeCode
from custodiet.model.times import to_ms
from custodiet.rules.decisions import MOVES, Ender, Move

MIGRATION = import_module("custodiet.adapters.store.migrations.versions.v0001_gate")
HOUR = timedelta(hours=1)
HOUR_MS = 3_600_000
NOW = to_ms(START + HOUR)


@dataclass
class World:
    """A store in which something of every kind stands, and the names of what stands there."""

    path: object
    names: dict


def build(folder):
    house = House(folder)
    try:
        return World(house.path, lived_in(house))
    finally:
        house.close()


def lived_in(house):
    kept, waiting, judged, gone = (house.person(f"TAG-{number}") for number in range(1, 5))
    ordered, refused, later = (house.person(f"TAG-{number}") for number in range(5, 8))
    made = house.decide(kept)
    monitor = house.monitor()
    assert house.say(monitor, kept) == "kept"
    low = house.decide(judged, mode=ModeCode.ZONE_ON_ARRIVAL)
    over = house.decide(gone)
    order = house.decide(ordered, authority=Authority.ORDER, maker=COURT, ends_at=START + 90 * 24 * HOUR)
    no = house.proposal(refused)
    propose_decision(house.store, no)
    refuse_decision(house.store, no.id, BO)
    house.clock.set(START + HOUR)
    end_decision(house.store, house.chance, over.id, Move.WITHDRAW, Ender(ANA))
    house.unfit(gone)
    # Proposed and not made: on a strand of its own, and beside the decision that is in force.
    free, beside = (house.proposal(one, id=name) for one, name in ((waiting, "free"), (kept, "beside")))
    for one in (free, beside):
        propose_decision(house.store, one)
    first = house.decide(later)
    second = house.proposal(later, starts_at=house.clock.now() + HOUR, follows=first.id)
    propose_decision(house.store, second)
    make_decision(house.store, second.id, BO)
    return {
        "made": made.id,
        "low": low.id,
        "over": over.id,
        "order": order.id,
        "no": no.id,
        "free": free.id,
        "beside": beside.id,
        "succeeded": first.id,
        "made_case": kept.case.id,
        "low_case": judged.case.id,
        "free_case": waiting.case.id,
        "fitting": kept.fitting.id,
        "removed": gone.fitting.id,
        "device": kept.device.id,
        "other_device": waiting.device.id,
        "gone_device": gone.device.id,
    }


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return build(tmp_path_factory.mktemp("law"))


@pytest.fixture
def sql(world):
    """A connection of sqlite3's own; whatever a test does is rolled back."""
    connection = sqlite3.connect(world.path, isolation_level=None)
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("BEGIN IMMEDIATE")
    yield lambda statement: connection.execute(statement, bound(statement, world.names))
    connection.execute("ROLLBACK")
    connection.close()


def bound(statement, names):
    return {name: names[name] for name in re.findall(r":([a-z_]+)", statement)}


def copied(table, columns, where, **changed):
    """An INSERT of a row like one that stands, but for what is changed."""
    values = ", ".join(str(changed.get(name, f'"{name}"')) for name in columns)
    listed = ", ".join(f'"{name}"' for name in columns)
    return f'INSERT INTO "{table}" ({listed}) SELECT {values} FROM "{table}" WHERE {where}'


COLUMNS = {
    "decision": "id case_id strand mode power authority maker proposed_by approved_by starts_at review_due_at ends_at "
    "ended_at until_at made_at made_entry follows late_max state version",
    "fitting": "id device_id case_id strand fitted_at removed_at version",
    "session": "no id person_id case_id decision_id fitting_id category day monitor sealed_key commitment partition "
    "number",
}


def like(table, where, **changed):
    return copied(table, COLUMNS[table].split(), where, **changed)


def decision_like(name, **changed):
    return like("decision", f"id = :{name}", **{"id": "'new'", "state": "'proposed'"} | changed)


def fitting_like(name, **changed):
    return like("fitting", f"id = :{name}", **{"id": "'new'"} | changed)


def session_like(**changed):
    return like("session", "no = 0", **{"no": 99, "id": "'new'"} | changed)


def make(name):
    return f"UPDATE decision SET state = 'made', approved_by = 'bo', made_at = starts_at WHERE id = :{name}"


def set_(name, change, table="decision"):
    return f"UPDATE {table} SET {change} WHERE id = :{name}"


TERMS = {
    "id": "'new'",
    "case_id": ":low_case",
    "strand": "'second'",
    "mode": "'carried_trail'",
    "power": "'p2'",
    "authority": "'order', maker = 'court'",
    "proposed_by": "'officer-else'",
    "starts_at": "starts_at - 1",
    "review_due_at": "review_due_at + 1",
    "ends_at": "review_due_at",
    "late_max": "late_max + 1",
    "follows": "id",
}

FRAME = "UPDATE frame SET "

# Rule (the name of its trigger): its words, and attempts to break it.
LAW = {
    "entry_never_update": (
        "entry: never updated",
        {
            "a body": "UPDATE entry SET body = x'00' WHERE idx = 1",
            "a leaf": "UPDATE entry SET leaf = zeroblob(32) WHERE idx = 1",
            "a place": "UPDATE entry SET idx = 9999 WHERE idx = 1",
            "a body to itself": "UPDATE entry SET body = body",
        },
    ),
    "entry_never_delete": (
        "entry: never deleted",
        {
            "one": "DELETE FROM entry WHERE idx = 1",
            "the newest": "DELETE FROM entry WHERE idx = (SELECT max(idx) FROM entry)",
            "all": "DELETE FROM entry",
        },
    ),
    "record_never_update": (
        "record: never updated",
        {
            "a body": "UPDATE record SET body = x'00' WHERE idx = 1",
            "a salt": "UPDATE record SET salt = zeroblob(16) WHERE idx = 1",
            "a place": "UPDATE record SET idx = 9999 WHERE idx = 1",
        },
    ),
    "ingest_record_never_update": (
        "ingest_record: never updated",
        {
            "a body": "UPDATE ingest_record SET body = x'00'",
            "a digest": "UPDATE ingest_record SET digest = zeroblob(32)",
            "a number": "UPDATE ingest_record SET number = number + 1",
        },
    ),
    "ingest_record_never_delete": (
        "ingest_record: never deleted",
        {"all": "DELETE FROM ingest_record", "one": "DELETE FROM ingest_record WHERE number = 0"},
    ),
    "decision_starts_proposed": (
        "decision: begins proposed",
        {
            f"begins {state}": decision_like("free", state=f"'{state}'", strand="'second'", approved_by="'bo'")
            for state in sorted(set(State) - {State.PROPOSED})
        }
        | {"begins in no state at all": decision_like("free", state="'nonsense'", strand="'second'")},
    ),
    "decision_overlap_update": (
        "decision: two at once on one strand",
        {"a proposal made beside a made one": make("beside")},
    ),
    "decision_moves": (
        "decision: no such move",
        {
            "a withdrawn one made again": set_("over", "state = 'made'"),
            "a withdrawn one paused": set_("over", "state = 'suspended'"),
            "a refused one made": set_("no", "state = 'suspended'"),
            "a proposal paused": set_("free", "state = 'suspended'"),
            "a proposal withdrawn": set_("free", "state = 'withdrawn'"),
            "a made one proposed again": set_("made", "state = 'proposed'"),
            "a made one refused": set_("made", "state = 'refused'"),
            "a succeeded one made again": set_("succeeded", "state = 'suspended'"),
            "a state that is none": set_("made", "state = 'nonsense'"),
        },
    ),
    "decision_made_by_two": (
        "decision: made by a second person, never backwards in time",
        {
            "by nobody": set_("free", "state = 'made', made_at = starts_at"),
            "at no time": set_("free", "state = 'made', approved_by = 'bo'"),
            "after its start": set_("free", "state = 'made', approved_by = 'bo', made_at = starts_at + 1"),
        },
    ),
    "decision_never_longer": (
        "decision: an end never moves later",
        {
            "an end that was made": set_("over", "until_at = until_at + 1"),
            "an order's end": set_("order", "until_at = until_at + 1"),
            "an order's end to never": set_("order", "until_at = NULL"),
        },
    ),
    "decision_terms_fixed": (
        "decision: its terms are fixed",
        {name: set_("free", f"{name} = {value}") for name, value in TERMS.items()}
        | {
            "maker": set_("order", "maker = 'another court'"),
            "ends_at to never": set_("order", "ends_at = NULL"),
            "follows nothing": "UPDATE decision SET follows = NULL WHERE follows = :succeeded",
        },
    ),
    "decision_never_delete": (
        "decision: never deleted",
        {"a proposal": "DELETE FROM decision WHERE id = 'new'"},
    ),
    "fitting_overlap_insert": (
        "fitting: two at once",
        {
            "one device on two people": fitting_like(
                "fitting", case_id=":low_case", strand="'second'", fitted_at="fitted_at + 1"
            ),
            "two devices on one strand": fitting_like("fitting", device_id=":gone_device", fitted_at="fitted_at + 1"),
            "a millisecond before an end": fitting_like("removed", fitted_at="removed_at - 1", removed_at="NULL"),
            "around another": fitting_like("removed", fitted_at="fitted_at - 9", removed_at="removed_at + 9"),
            "inside another": fitting_like("removed", fitted_at="fitted_at + 1", removed_at="removed_at - 1"),
        },
    ),
    "fitting_overlap_update": (
        "fitting: two at once",
        {
            "the device of another": set_("fitting", "device_id = :other_device", "fitting"),
            "the strand of another": set_("fitting", "case_id = :free_case", "fitting"),
        },
    ),
    "token_end_stands": (
        "token: an end stands",
        {
            "later": "UPDATE token SET ended_at = ended_at + 1 WHERE fitting_id = :removed",
            "earlier": "UPDATE token SET ended_at = ended_at - 1 WHERE fitting_id = :removed",
            "never": "UPDATE token SET ended_at = NULL WHERE fitting_id = :removed",
        },
    ),
    "session_needs_trail": (
        "session: no trail authorised that day",
        {
            "a mode without a trail": session_like(decision_id=":low", case_id=":low_case"),
            "a proposal": session_like(decision_id=":free", case_id=":free_case"),
            "a refused proposal": session_like(
                decision_id=":no", case_id="(SELECT case_id FROM decision WHERE id = :no)"
            ),
            "the day before": session_like(day="date(day, '-1 day')"),
            "the day after its review": session_like(day="date(day, '+29 days')"),
            "the day after it was withdrawn": session_like(
                decision_id=":over",
                case_id="(SELECT case_id FROM decision WHERE id = :over)",
                day="date(day, '+1 day')",
            ),
            "the case of another": session_like(case_id=":free_case"),
            "a day that is none": session_like(day="'someday'"),
        },
    ),
    "session_never_update": (
        "session: never updated",
        {
            "a key": "UPDATE session SET sealed_key = x'00'",
            "a decision": "UPDATE session SET decision_id = :low",
            "a day": "UPDATE session SET day = date(day, '+1 day')",
        },
    ),
    "frame_sealed_stands": (
        "frame: sealed bytes change only where a removal is marked",
        {
            "zeros": FRAME + "sealed = zeroblob(length(sealed))",
            "other bytes": FRAME + "sealed = randomblob(length(sealed))",
            "fewer bytes": FRAME + "sealed = x''",
            "the directory": FRAME + "directory = zeroblob(length(directory))",
            "its number": FRAME + "number = number + 1",
            "its partition": FRAME + "partition = partition + 1",
            "its place": FRAME + "seq = seq + 1",
            "its times": FRAME + "first_ms = 0",
        },
    ),
}
ATTEMPTS = [(rule, words, attempt) for rule, (words, attempts) in LAW.items() for attempt in attempts.values()]
IDS = [f"{rule}: {name}" for rule, (_, attempts) in LAW.items() for name in attempts]
each_attempt = pytest.mark.parametrize(("rule", "words", "attempt"), ATTEMPTS, ids=IDS)


def prepare(sql, rule):
    if rule == "decision_never_delete":  # of all decisions, the one on which nothing rests
        sql(decision_like("free", strand="'second'"))


@each_attempt
def test_raw_sql_cannot_break_the_rule(sql, rule, words, attempt):
    prepare(sql, rule)
    with pytest.raises(sqlite3.IntegrityError) as caught:
        sql(attempt)
    assert str(caught.value) == words


@each_attempt
def test_it_is_this_rule_that_refuses_and_no_accident(sql, rule, words, attempt):
    prepare(sql, rule)
    sql("PRAGMA defer_foreign_keys=ON")
    sql(f"DROP TRIGGER {rule}")
    assert sql(attempt).rowcount > 0


def test_every_rule_of_the_migration_is_tried_here(sql):
    triggers = {name for (name,) in sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    # An insert that is not a proposal is refused before two can overlap: tried below, without that rule.
    assert triggers == set(LAW) | {"decision_overlap_insert"}


def test_the_store_a_replay_fills_stands_under_the_same_law(sql):
    here = dict(sql("SELECT name, sql FROM sqlite_master WHERE type IN ('trigger', 'table')").fetchall())
    with replay_store() as replay:
        listed = replay._connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE type IN ('trigger', 'table')"
        )
        assert dict(listed.fetchall()) == here


# --- two decisions at once ------------------------------------------------------------------------------

OVERLAPS = {
    "the same interval": {},
    "a millisecond in common, after": {"starts_at": "until_at - 1", "until_at": "until_at + 9"},
    "a millisecond in common, before": {"starts_at": "starts_at - 9", "until_at": "starts_at + 1"},
    "inside": {"starts_at": "starts_at + 1", "until_at": "until_at - 1"},
    "around": {"starts_at": "starts_at - 1", "until_at": "until_at + 1"},
    "an order without an end": {"authority": "'order'", "maker": "'court'", "until_at": "NULL"},
}
APART = {
    "right after": {"starts_at": "until_at", "until_at": "until_at + 9"},
    "right before": {"starts_at": "starts_at - 9", "until_at": "starts_at"},
    "on another strand": {"strand": "'second'"},
    "on another case": {"case_id": ":free_case"},
}


def beside_made(changed):
    review = f"{changed.get('starts_at', 'starts_at')} + {90 * 24 * HOUR_MS}"
    return {"review_due_at": review, "made_at": "NULL", "approved_by": "NULL", "made_entry": "NULL"} | changed


def make_new(sql):
    return sql("UPDATE decision SET state = 'made', approved_by = 'bo', made_at = starts_at WHERE id = 'new'")


@pytest.mark.parametrize("changed", OVERLAPS.values(), ids=OVERLAPS.keys())
def test_two_decisions_at_once_on_one_strand_cannot_be_made(sql, changed):
    sql(decision_like("made", **beside_made(changed)))
    with pytest.raises(sqlite3.IntegrityError, match="two at once"):
        make_new(sql)


@pytest.mark.parametrize("changed", OVERLAPS.values(), ids=OVERLAPS.keys())
def test_nor_could_they_be_written_as_made(sql, changed):
    sql("DROP TRIGGER decision_starts_proposed")
    with pytest.raises(sqlite3.IntegrityError, match="two at once"):
        sql(decision_like("made", **beside_made(changed), state="'made'"))
    sql("DROP TRIGGER decision_overlap_insert")
    assert sql(decision_like("made", **beside_made(changed), state="'made'")).rowcount == 1


@pytest.mark.parametrize("changed", APART.values(), ids=APART.keys())
def test_decisions_that_only_touch_or_are_elsewhere_can_be_made(sql, changed):
    sql(decision_like("made", **beside_made(changed)))
    assert make_new(sql).rowcount == 1


@pytest.mark.parametrize("state", sorted(set(State) - {State.PROPOSED, State.REFUSED}))
def test_whatever_became_of_the_earlier_one_its_interval_stays_its_own(sql, state):
    sql(decision_like("made", **beside_made({})))
    sql("DROP TRIGGER decision_moves")
    sql(set_("made", f"state = '{state}'"))
    with pytest.raises(sqlite3.IntegrityError, match="two at once"):
        make_new(sql)


def test_a_decision_can_begin_where_an_earlier_one_was_ended(sql):
    sql(decision_like("over", starts_at="until_at", until_at="until_at + 9", ended_at="NULL"))
    assert make_new(sql).rowcount == 1


# --- moves and modes are those of the rules -------------------------------------------------------------


def test_the_moves_in_the_migration_and_in_the_store_are_the_rules_own(sql):
    rules = {(state.value, to.value) for state, moves in MOVES.items() for to in moves.values()}
    assert set(MIGRATION.MOVES) == rules
    assert len(MIGRATION.MOVES) == len(rules)
    assert set(sql("SELECT from_state, to_state FROM decision_move").fetchall()) == rules


@pytest.mark.parametrize("state", State)
def test_the_store_makes_each_move_of_the_table_and_no_other(sql, state):
    sql(decision_like("made", strand="'second'", state="'proposed'"))
    sql("DROP TRIGGER decision_moves")
    sql(f"UPDATE decision SET state = '{state}' WHERE id = 'new'")
    sql(MIGRATION_SQL["decision_moves"])
    for to in set(State) - {state}:
        move = f"UPDATE decision SET state = '{to}' WHERE id = 'new'"
        sql("SAVEPOINT one")
        if to in MOVES[state].values():
            assert sql(move).rowcount == 1
        else:
            with pytest.raises(sqlite3.IntegrityError, match="no such move"):
                sql(move)
        sql("ROLLBACK TO one")


MIGRATION_SQL = {name: text for text in MIGRATION.CONSTRAINTS for name in re.findall(r"CREATE TRIGGER (\w+)", text)}


@pytest.mark.parametrize("mode", LADDER, ids=lambda mode: mode.code)
def test_only_the_ladders_trail_modes_have_sessions(sql, mode):
    sql(decision_like("made", strand="'second'", mode=f"'{mode.code}'"))
    make_new(sql)
    session = session_like(decision_id="'new'")
    if mode.keeps_trail:
        assert sql(session).rowcount == 1
    else:
        with pytest.raises(sqlite3.IntegrityError, match="no trail authorised"):
            sql(session)


def test_the_trail_modes_in_the_migration_are_the_ladders():
    listed = set(re.findall(r"'(\w+)'", MIGRATION._TRAIL_MODES))
    assert listed == {mode.code.value for mode in LADDER if mode.keeps_trail}


# --- what stands as a check -----------------------------------------------------------------------------

CHECKS = {
    "nobody_approves_their_own": {
        "in a proposal": decision_like("free", strand="'second'", approved_by="proposed_by"),
        "in the making": set_("free", "state = 'made', approved_by = proposed_by, made_at = starts_at"),
        "afterwards": set_("made", "approved_by = proposed_by"),
    },
    "an_order_names_its_maker": {
        "an order without": decision_like("free", strand="'second'", authority="'order'"),
        "officers with": decision_like("free", strand="'second'", maker="'court'"),
    },
    "review_after_start": {
        "at the start": decision_like("order", strand="'second'", review_due_at="starts_at"),
        "before it": decision_like("order", strand="'second'", review_due_at="starts_at - 1"),
    },
    "no_review_no_force": {
        "officers without an end": decision_like("free", strand="'second'", until_at="NULL"),
        "officers beyond their review": decision_like("free", strand="'second'", until_at="review_due_at + 1"),
    },
}


@pytest.mark.parametrize(
    ("name", "attempt"),
    [(name, attempt) for name, attempts in CHECKS.items() for attempt in attempts.values()],
    ids=[f"{name}: {what}" for name, attempts in CHECKS.items() for what in attempts],
)
def test_raw_sql_cannot_break_a_check(sql, name, attempt):
    with pytest.raises(sqlite3.IntegrityError, match=f"CHECK constraint failed: {name}"):
        sql(attempt)
    sql("PRAGMA ignore_check_constraints=ON")
    assert sql(attempt).rowcount == 1


def test_every_check_of_the_migration_is_tried_here(sql):
    [(written,)] = sql("SELECT group_concat(sql) FROM sqlite_master WHERE type = 'table'").fetchall()
    assert set(re.findall(r"CONSTRAINT (\w+) CHECK", written)) == set(CHECKS)


UNIQUE = {
    "two devices of one serial": "INSERT INTO device SELECT 'new', serial, version FROM device",
    "two tokens of one hash": "INSERT INTO token SELECT 'new', sender_id, sha256, issued_at, NULL, NULL, 0 FROM token",
    "two cases of one reference": "INSERT INTO case_file SELECT 'new', scheme_id, person_id, reference, 0, 0 "
    "FROM case_file",
    "two entries at one place": "INSERT INTO entry SELECT * FROM entry",
    "two records at one place": "INSERT INTO record SELECT * FROM record",
    "two frames of one ingest record": "INSERT INTO frame SELECT 99, partition, number, 0, 0, directory, sealed "
    "FROM frame",
    "two sessions of one name": session_like(id="id"),
}


@pytest.mark.parametrize("attempt", UNIQUE.values(), ids=UNIQUE.keys())
def test_what_is_one_cannot_be_two(sql, attempt):
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE constraint failed"):
        sql(attempt)


# --- what the law allows --------------------------------------------------------------------------------

ALLOWED = {
    "make a proposal": make("free"),
    "refuse a proposal": set_("free", "state = 'refused'"),
    "withdraw": set_("made", "state = 'withdrawn', ended_at = starts_at + 1, until_at = starts_at + 1"),
    "pause": set_("made", "state = 'suspended'"),
    "end an order earlier": set_("order", "until_at = until_at - 1"),
    "end a token": "UPDATE token SET ended_at = 1 WHERE fitting_id = :fitting",
    "take a device off": set_("fitting", f"removed_at = {NOW}", "fitting"),
    "fit a device where it was taken off": fitting_like("removed", fitted_at="removed_at", removed_at="NULL"),
    "erase a record": "DELETE FROM record WHERE idx = 1",
    "a session of the day": session_like(),
    "a session of the last day": session_like(day="date(day, '+28 days')"),
}


@pytest.mark.parametrize("statement", ALLOWED.values(), ids=ALLOWED.keys())
def test_the_law_lets_through_what_it_should(sql, statement):
    assert sql(statement).rowcount == 1


def test_sealed_bytes_change_where_a_removal_is_marked_and_keep_their_length(sql):
    sql("INSERT INTO removed_fix SELECT partition, number, 0, x'00', 0 FROM frame")
    assert sql(FRAME + "sealed = zeroblob(length(sealed))").rowcount == 1
    for attempt in (
        "sealed = x''",
        "sealed = zeroblob(length(sealed) + 1)",
        "directory = zeroblob(length(directory))",
        "number = number + 1",
        "seq = seq + 1",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="sealed bytes change only"):
            sql(FRAME + attempt)


def test_a_mark_in_one_frame_is_none_in_another(sql):
    sql("INSERT INTO removed_fix SELECT partition, number + 1, 0, x'00', 0 FROM frame")
    with pytest.raises(sqlite3.IntegrityError, match="sealed bytes change only"):
        sql(FRAME + "sealed = zeroblob(length(sealed))")
