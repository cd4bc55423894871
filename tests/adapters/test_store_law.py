"""Rules that carry law stand as constraints: raw SQL, past all our code, tries to break each one.

Every attempt must be refused with the words of its own rule, and must go through once that rule is dropped: so it is
the rule that refuses, and not an accident of the attempt.
"""

import re
import sqlite3
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from itertools import chain

import msgspec
import pytest
from support.house import ANA, BO, COURT, START, House, report
from support.proposing import propose
from support.watched import rows

from custodiet.adapters import sealing
from custodiet.adapters.store.migrations.law import process
from custodiet.adapters.store.replay import replay_store
from custodiet.flows.decide_case import make_decision, refuse_decision
from custodiet.flows.end_decision import end_decision, resume_decision, suspend_decision
from custodiet.flows.fit_device import complete_task, register_device, token_hash
from custodiet.flows.handle_alert import Desk
from custodiet.flows.keep_senders import acknowledge, change_scope, rotate_sender
from custodiet.flows.open_case import set_condition
from custodiet.model.alert import AlertMove, AlertState, Excuse, StatementKind
from custodiet.model.condition import ConditionKind, Interval
from custodiet.model.contact_record import CameOf, Way
from custodiet.model.decision import Authority, State
from custodiet.model.entry import Entry
from custodiet.model.finding import Matter, Raised, Weight, Why
from custodiet.model.identity import ActorId
from custodiet.model.mode import LADDER, Category, ModeCode
from custodiet.model.record import (
    AlertEnded,
    AlertRaised,
    AlertWeakened,
    OutageFound,
    ReviewWarned,
    SilenceFound,
    TasksOverdue,
    kind_of,
)
from custodiet.model.times import to_ms
from custodiet.rules import alerts
from custodiet.rules.decisions import ENDINGS, MOVES, Ender, Move, kept_categories
from custodiet.wire.frame import PIECE_BYTES

MIGRATION = import_module("custodiet.adapters.store.migrations.versions.v0001_gate")
CONDITIONS = import_module("custodiet.adapters.store.migrations.versions.v0002_conditions")
HANDLING = import_module("custodiet.adapters.store.migrations.versions.v0015_handling")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NOW = to_ms(START + 2 * HOUR)


@dataclass
class World:
    """A store in which something of every kind stands, and the names of what stands there."""

    place: object
    names: dict


def build(folder):
    house = House(folder, start=START - HOUR)  # its operations are active a little before anything is decided
    house.clock.set(START)
    try:
        return World(house.outlived(), lived_in(house))
    finally:
        house.close()


def lived_in(house):
    kept, waiting, judged, gone = (house.person(f"TAG-{number}") for number in range(1, 5))
    ordered, refused, later = (house.person(f"TAG-{number}") for number in range(5, 8))
    made = house.decide(kept)
    monitor = house.monitor()
    low = house.decide(judged, mode=ModeCode.ZONE_ON_ARRIVAL)
    phone = house.person("TAG-9")
    house.decide(phone, mode=ModeCode.CHECK_IN)
    monitor.refresh()
    # One frame of three pieces, and beside it a fix that was judged and dropped, and a check-in.
    fixes = [report("TAG-1", START + number * MINUTE) for number in range(3)]
    by_hand = msgspec.structs.replace(report("TAG-9", START), by_hand=True)
    lines = (kept, fixes), (judged, [report("TAG-3", START)]), (phone, [by_hand])
    told = [house.request(monitor, person.token, *each) for person, each in lines]
    outcomes = [[answer.outcome for answer in answers] for answers in monitor.receive(told)]
    assert outcomes == [["kept"] * 3, ["judged"], ["kept"]]
    over = house.decide(gone)
    order = house.decide(ordered, authority=Authority.ORDER, maker=COURT, ends_at=START + 90 * 24 * HOUR)
    no = house.proposal(refused)
    propose(house.store, house.chance, no)
    refuse_decision(house.store, no.id, BO)
    house.clock.set(START + HOUR)
    end_decision(house.store, house.chance, over.id, Move.WITHDRAW, Ender(ANA))
    house.unfit(gone)
    [task] = tasks_of(house)
    complete_task(house.store, task, ANA)
    suspend_decision(house.store, low.id, Ender(BO))
    suspend_decision(house.store, order.id, Ender(COURT))
    house.clock.pass_(timedelta(minutes=1))
    resume_decision(house.store, order.id, Ender(COURT))
    # Proposed and not made: on a strand of its own, and beside the decision that is in force.
    free, beside = (house.proposal(one, id=name) for one, name in ((waiting, "free"), (kept, "beside")))
    for one in (free, beside):
        propose(house.store, house.chance, one)
    zone = zone_of(house, free)
    # Annulled, and in its interval nothing else is.
    annulled = house.decide(house.person(), starts_at=house.clock.now())
    end_decision(house.store, house.chance, annulled.id, Move.ANNUL, Ender(COURT, authority=True))
    first = house.decide(later)
    second = house.proposal(later, starts_at=house.clock.now() + HOUR, follows=first.id)
    propose(house.store, house.chance, second)
    make_decision(house.store, second.id, BO)
    told = alerts_in(house, kept, made, zone) | senders_in(house)
    found_by_the_clock(house, kept, made, task)
    return told | {
        "made": made.id,
        "low": low.id,
        "over": over.id,
        "order": order.id,
        "no": no.id,
        "free": free.id,
        "beside": beside.id,
        "succeeded": first.id,
        "annulled": annulled.id,
        "made_case": kept.case.id,
        "low_case": judged.case.id,
        "free_case": waiting.case.id,
        "fitting": kept.fitting.id,
        "removed": gone.fitting.id,
        "device": kept.device.id,
        "other_device": waiting.device.id,
        "gone_device": gone.device.id,
        "fourth_device": register_device(house.store, house.chance, "TAG-8", ANA).id,
    }


def senders_in(house):
    """One upstream that was rotated a while ago and whose scope has changed; others for one device."""
    scopes = {"upstream": ("TAG-1", "TAG-2"), "single": ("TAG-1",), "left": ("TAG-1", "TAG-2")}
    hashes = {name: token_hash(house.sender(*serials)) for name, serials in scopes.items()}
    with house.store.reading() as view:
        tokens = view.tokens()
    by_hash = {one.sha256: one for one in tokens}
    names = {name: by_hash[hashed].sender_id for name, hashed in hashes.items()}
    names["rotated"] = by_hash[hashes["upstream"]].id
    fitted = [one for one in tokens if one.fitting_id is not None]
    bound, gone = (next(one for one in fitted if (one.ended_at is None) is open_) for open_ in (True, False))
    rotate_sender(house.store, house.chance, names["upstream"], ANA)
    change_scope(house.store, names["upstream"], ANA, add=("TAG-3", "TAG-4"), remove=("TAG-1",))
    change_scope(house.store, names["left"], ANA, remove=("TAG-1",))
    with house.store.reading() as view:
        told, acknowledged = (one.id for one in view.instructions_unsettled(house.clock.now(), 2))
    acknowledge(house.store, acknowledged, ActorId("upstream-1"))
    return names | {
        "bound": bound.sender_id,
        "gone_sender": gone.sender_id,
        "told": told,
        "acknowledged": acknowledged,
    }


M, S = AlertMove, AlertState
SAYS_WHY = alerts.WITH_REASONS - {M.SUSPEND}
"""Reasons of a suspension are asked for by a rule of its own: test_store_law_handling.py."""
CLAIMED = [(M.CLAIM, S.CLAIMED)]
TRIAGED = [*CLAIMED, (M.TRIAGE, S.TRIAGED)]
POSSIBLE = [*TRIAGED, (M.SUSPECT, S.POSSIBLE_BREACH)]
ENQUIRY = [*POSSIBLE, (M.ENQUIRE, S.ENQUIRY)]
BREACH = [*ENQUIRY, (M.DECIDE, S.BREACH)]
ROADS = {
    "raised": [],
    "claimed": CLAIMED,
    "triaged": TRIAGED,
    "cleared": [*TRIAGED, (M.CLEAR, S.CLEARED)],
    "possible": POSSIBLE,
    "enquiry": ENQUIRY,
    "no_breach": [*ENQUIRY, (M.EXCUSE, S.NO_BREACH)],
    "breach": BREACH,
    "notified": [*BREACH, (M.NOTIFY, S.NOTIFIED)],
    # triaged, and cannot go further
    "uncertain": TRIAGED,
    "service": TRIAGED,
    "weakened": TRIAGED,
    "over": [],
    # in an enquiry that was answered; and a suspicion and a breach that were weakened afterwards
    "answered": ENQUIRY,
    "disputed": ENQUIRY,
    "asked": ENQUIRY,  # in vain
    "weak_suspicion": POSSIBLE,
    "weak_breach": BREACH,
}
"""Alerts by name, and the moves that made them what they are."""
WEIGHTS = {"uncertain": Weight.UNCERTAIN, "service": Weight.SERVICE}


def alerts_in(house, person, decision, zone):
    """An alert of each kind and in every state, on the road that people take; each name with `a_` before it."""
    now = house.clock.now()
    desk = Desk(house.store, sealing, house.chance, house.pinned)
    for name, road in ROADS.items():
        about = (f"alert_{name}", person.case.id, decision.id, person.fitting.id, zone)
        weight = WEIGHTS.get(name, Weight.ADVERSE)
        record(house, person, AlertRaised(Raised(*about, Matter.OUT_OF_PLACE, weight, START, START + MINUTE, now)))
        for move, state in road:
            if move is M.SUSPECT:
                desk.contact(about[0], Way.PHONE, CameOf.SPOKE, "", BO)
            if move is M.DECIDE:
                desk.reply(about[0], Excuse.OTHER, "made-up words", ANA)
            desk.move(about[0], move, BO, "made-up reasons")
            with house.store.reading() as view:
                assert view.alert(about[0]).state is state
    for name, excuse in (("answered", Excuse.HEALTH), ("disputed", Excuse.NOT_SO), ("asked", Excuse.NONE)):
        desk.reply(f"alert_{name}", excuse, "made-up words", ANA)
    for name in ("weakened", "weak_suspicion", "weak_breach"):
        record(house, person, AlertWeakened(f"alert_{name}", now, Why.LATE_FIX))
    record(house, person, AlertEnded("alert_over", now))
    desk.state_fact(person.case.id, StatementKind.OUT_OF_CONTACT, START, "made-up reasons", ANA)
    desk.authorise_absence(zone, Interval(now + 24 * HOUR, now + 48 * HOUR), ANA)
    desk.book_removal(person.fitting.id, Interval(now + 24 * HOUR, now + 48 * HOUR), ANA)
    return {f"a_{name}": f"alert_{name}" for name in ROADS}


def found_by_the_clock(house, person, decision, task):
    """One row of everything that is written once and stands."""
    for one in (
        ReviewWarned(decision.id, 7),
        SilenceFound(person.fitting.id, START, suspends=False, tasks=()),
        OutageFound(START, house.clock.now()),
        TasksOverdue((task,)),
    ):
        record(house, person, one)


def record(house, person, what):
    with house.store.acting() as act:
        act.write(Entry(kind_of(what), ANA, person.case.person_id), what)


def zone_of(house, decision):
    given = (decision.id, ConditionKind.EXCLUSION, ANA)
    geometry = b'{"type": "Point", "coordinates": [-28, 46], "radius_m": 9}'
    return set_condition(house.store, sealing, house.chance, house.pinned, *given, geometry=geometry)


def tasks_of(house):
    return [name for (name,) in rows(house, "SELECT id FROM task")]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return build(tmp_path_factory.mktemp("law"))


@pytest.fixture(scope="module")
def opened(world):
    """It, and a copy without what a decision must rest on, which test_store_law_assessing.py tries.

    Opened once: there are hundreds of rules, and each opening reads them all.
    """
    if world.place.database is not None:
        pytest.skip("test_law_on_postgres.py makes each attempt of this file there")
    whole = sqlite3.connect(world.place.path, isolation_level=None)
    without = sqlite3.connect(":memory:", isolation_level=None)
    whole.backup(without)
    for statement in chain(*(one.CONSTRAINTS for one in TRIED_ELSEWHERE)):
        if statement.split()[2].startswith("decision_"):
            without.execute(f"DROP TRIGGER {statement.split()[2]}")
    yield whole, without
    whole.close()
    without.close()


@pytest.fixture
def whole(world, opened):
    yield from rolled_back(opened[0], world.names)


@pytest.fixture
def sql(world, opened):
    """The same without what a decision must rest on."""
    yield from rolled_back(opened[1], world.names)


def rolled_back(connection, names):
    """Statements past all our code; whatever a test does is rolled back."""
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("BEGIN IMMEDIATE")
    yield lambda statement: connection.execute(statement, bound(statement, names))
    connection.execute("ROLLBACK")
    connection.execute("PRAGMA ignore_check_constraints=OFF")


def bound(statement, names):
    return {name: names[name] for name in re.findall(r":([a-z_]+)", statement)}


OF_ONE_LEASE = "WHERE name = (SELECT min(name) FROM lease)"
COLUMNS = {
    "scheme_purpose": "scheme_id code title operational",
    "scheme_power": "scheme_id code title source force regime",
    "scheme_mode": "scheme_id mode",
    "retention_rule": "scheme_id category days justification",
    "decision": "id case_id strand mode power authority maker proposed_by approved_by starts_at review_due_at ends_at "
    "ended_at until_at made_at made_entry follows late_max state version",
    "fitting": "id device_id case_id strand fitted_at removed_at version",
    "session": "no id person_id case_id decision_id fitting_id category day monitor sealed_key commitment partition "
    "number",
    "token": "id sender_id sha256 issued_at fitting_id ended_at version",
    "sender_scope_change": "sender_id serial entry added",
    "frame": "seq partition number first_ms last_ms directory sealed",
    "retention_clock": "decision_id category started_at erase_due_at",
    "task": "id kind case_id decision_id raised_at due_at done_at overdue",
    "case_file": "id scheme_id person_id reference opened_at version",
    "person": "id handle_key name_sealed contact_sealed",
    "device": "id serial version batch",
    "sender": "id scheme_id label",
    "record_key": "person_id public signature",
    "day_key": "person_id category day public signature destroyed_at version",
    "condition": "id decision_id kind geometry_sealed schedule version",
    "log": "origin log_key issue_key opened closed_origin closed_size closed_root kept_origin kept_size kept_root lost "
    "ordered_by",
    "scheme": "id name controller starts_at ends_at removal_hours judging version",
    "lease": "name fence",
    "ingest_detail": "partition number salt body",
    "absence": "condition_id from_at to_at version",
    "removal": "fitting_id from_at to_at version",
    "instruction": "id sender_id serial what decision_id given_at from_at due_at acknowledged_at acknowledged_by entry",
    "alert": "id case_id decision_id fitting_id condition_id matter weight began_at confirmed_at raised_at seen "
    "ended_at weakened_at weakened_why state state_at held_by enquiry_due_at decided_by version suspended_until",
    "alert_step": "alert_id entry move state acted_by at reasons_sealed until_at",
    "alert_reply": "alert_id at excuse text_sealed recorded_by",
    "statement": "id case_id kind since_at stated_at stated_by reasons_sealed",
    "review_warning": "decision_id days",
    "silence": "fitting_id since_at suspends",
    "outage": "from_at to_at",
    "sighting": "fitting_id at decision_id number",
    "word": "fitting_id at kind about decision_id said number",
}


def like(table, where, insert="INSERT", **changed):
    """An INSERT of a row like one that stands, but for what is changed."""
    names = COLUMNS[table].split()
    assert set(changed) <= set(names)
    listed = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(str(changed.get(name, f'"{name}"')) for name in names)
    return f'{insert} INTO "{table}" ({listed}) SELECT {values} FROM "{table}" WHERE {where}'


def replacing(table, where, **changed):
    """The way past triggers for deleting: SQLite takes the old row away without calling them."""
    return like(table, where, "INSERT OR REPLACE", **changed)


AS_RAISED = {"state": "'raised'"} | dict.fromkeys(
    ("weakened_at", "weakened_why", "held_by", "enquiry_due_at", "decided_by"), "NULL"
)
NOT_YET_MADE = {"state": "'proposed'", "approved_by": "NULL", "made_at": "NULL", "made_entry": "NULL"}


def decision_like(name, **changed):
    return like("decision", f"id = :{name}", **{"id": "'new'"} | NOT_YET_MADE | changed)


def fitting_like(name, **changed):
    return like("fitting", f"id = :{name}", **{"id": "'new'"} | changed)


def session_like(**changed):
    return like("session", "no = 0", **{"no": 99, "id": "'new'"} | changed)


def another_token(sender, **changed):
    """One more token of a sender, like the one that lasts longest but without an end."""
    new = {"id": "'new'", "sha256": "x'01'", "issued_at": "issued_at + 1", "ended_at": "NULL"}
    newest = f"id = (SELECT id FROM token WHERE sender_id = :{sender} ORDER BY ended_at IS NOT NULL, ended_at DESC)"
    return like("token", newest, **new | changed)


def scope_change(sender, serial, added, entry="(SELECT max(idx) + 1 FROM entry)"):
    return f"INSERT INTO sender_scope_change VALUES (:{sender}, {serial}, {entry}, {added})"


def make(name):
    return f"UPDATE decision SET state = 'made', approved_by = 'bo', made_at = starts_at WHERE id = :{name}"


def set_(name, change, table="decision"):
    return f"UPDATE {table} SET {change} WHERE id = :{name}"


def log_further(insert="INSERT", **changed):
    """A log that a restore opened."""
    said = {
        "origin": "'made-up.example/2'",
        "opened": 7,
        "closed_origin": "origin",
        "closed_size": 9,
        "closed_root": "zeroblob(32)",
        "kept_origin": "origin",
        "kept_size": 7,
        "kept_root": "zeroblob(32)",
        "lost": 2,
        "ordered_by": "'officer-ana'",
    }
    return like("log", "opened = 0", insert, **said | changed)


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
ITS_CASE = "(SELECT case_id FROM decision WHERE id = :{})"


# --- alerts, as raw SQL moves them ---

STEP = 999_999
"""The place of a step that raw SQL takes: no entry stands there."""


def alert_like(name, **changed):
    """A new alert like one that stands, at its beginning."""
    begun = dict.fromkeys(("ended_at", "weakened_at", "weakened_why", "state_at", "held_by", "decided_by"), "NULL")
    return like("alert", f"id = :{name}", **{"id": "'new'", "state": "'raised'"} | begun | changed)


def step(name, move, state, by="'officer-bo'", **changed):
    """A step by someone, with reasons."""
    given = {"alert_id": f":{name}", "entry": STEP, "move": f"'{move}'", "state": f"'{state}'", "acted_by": by}
    return like("alert_step", "alert_id = :a_claimed", **given | {"at": NOW, "reasons_sealed": "x'01'"} | changed)


def to(name, state, **changed):
    """The move of an alert to a state, by the step at STEP."""
    values = {"state": f"'{state}'", "version": STEP} | changed
    return set_(name, ", ".join(f"{column} = {value}" for column, value in values.items()), "alert")


def reply_like(**changed):
    return like("alert_reply", "alert_id = :a_answered", **{"alert_id": ":a_enquiry"} | changed)


DECIDED = {"decided_by": "'officer-bo'"}
NOT_PEOPLE = {
    "nobody": "''",
    "blanks": "'  '",
    "the clock": "'clock'",
    "the clock, written otherwise": "' Clock '",
    "the clock, as bytes": "x'636c6f636b'",
    "the gateway": "'gateway'",
    "the vault": "'vault'",
    "the website": "'web'",
    "the sequencer": "'sequencer'",
    "a monitor": "'monitor_x'",
    "a monitor, written otherwise": "'Monitor-X'",
    "any monitor": "'monitor'",
}
PEOPLE = ["'officer-bo'", "'monitoring-officer-1'", "'clockwork'", "'web-master'", "'monitors'"]
MARK = "INSERT INTO removed_fix SELECT partition, number, 0, x'00', 0 FROM frame"


def acknowledging(by, at="given_at"):
    return set_("told", f"acknowledged_at = {at}, acknowledged_by = {by}", "instruction")


@dataclass
class Rule:
    """What a trigger says when it refuses, and attempts to break it.

    `beside`: rules that would refuse the same attempts, dropped so that this one is on its own. `checked`: a CHECK
    would refuse them too, and is put aside. `first`: what must stand for the attempts.
    """

    words: str
    attempts: dict
    beside: tuple = ()
    first: str | list[str] = ""
    checked: bool = False


def standing(table, change):
    """The two rules of a table whose rows are written once and stand."""
    return {
        f"{table}_never_update": Rule(f"{table}: never updated", {"changed": f"UPDATE {table} SET {change}"}),
        f"{table}_never_delete": Rule(f"{table}: never deleted", {"all": f"DELETE FROM {table}"}),
    }


ITS_PERSON = "(SELECT person_id FROM case_file WHERE id = :{})"
ENDED = sorted({to for moves in MOVES.values() for move, to in moves.items() if move in ENDINGS} | {State.SUCCEEDED})
UNTIL_UPDATE = ("decision_until_update",)
LAW = {
    # the ledger
    "entry_never_update": Rule(
        "entry: never updated",
        {
            "a body": "UPDATE entry SET body = x'00' WHERE idx = 1",
            "a leaf": "UPDATE entry SET leaf = zeroblob(32) WHERE idx = 1",
            "a place": "UPDATE entry SET idx = 9999 WHERE idx = 1",
            "a body to itself": "UPDATE entry SET body = body",
        },
    ),
    "entry_never_delete": Rule(
        "entry: never deleted",
        {
            "one": "DELETE FROM entry WHERE idx = 1",
            "the newest": "DELETE FROM entry WHERE idx = (SELECT max(idx) FROM entry)",
            "all": "DELETE FROM entry",
        },
    ),
    "entry_in_order": Rule(
        "entry: each at the next place",
        {
            "replaced": "INSERT OR REPLACE INTO entry SELECT idx, x'00', leaf FROM entry WHERE idx = 1",
            "the newest replaced": "REPLACE INTO entry SELECT max(idx), x'00', leaf FROM entry",
            "leaving a gap": "INSERT INTO entry SELECT max(idx) + 2, x'00', leaf FROM entry",
            "before the first": "INSERT INTO entry VALUES (-1, x'00', x'00')",
        },
    ),
    "record_never_update": Rule(
        "record: never updated",
        {
            "a body": "UPDATE record SET body = x'00' WHERE idx = 1",
            "a salt": "UPDATE record SET salt = zeroblob(16) WHERE idx = 1",
            "a place": "UPDATE record SET idx = 9999 WHERE idx = 1",
        },
    ),
    "record_once": Rule(
        "record: stands already",
        {"replaced": "INSERT OR REPLACE INTO record SELECT idx, salt, x'00' FROM record WHERE idx = 1"},
    ),
    "ingest_record_never_update": Rule(
        "ingest_record: never updated",
        {
            "a body": "UPDATE ingest_record SET body = x'00'",
            "a digest": "UPDATE ingest_record SET digest = zeroblob(32)",
            "a number": "UPDATE ingest_record SET number = number + 1",
        },
    ),
    "ingest_record_never_delete": Rule(
        "ingest_record: never deleted",
        {"all": "DELETE FROM ingest_record", "one": "DELETE FROM ingest_record WHERE number = 0"},
    ),
    "ingest_record_in_order": Rule(
        "ingest_record: each at the next place",
        {
            "replaced": "INSERT OR REPLACE INTO ingest_record SELECT partition, number, x'00', digest "
            "FROM ingest_record",
            "leaving a gap": "INSERT INTO ingest_record SELECT partition, number + 2, body, digest FROM ingest_record",
            "another partition, not from zero": "INSERT INTO ingest_record SELECT 1, 1, body, digest "
            "FROM ingest_record",
        },
    ),
    # decisions
    "decision_move_never_insert": Rule(
        "decision_move: never inserted",
        {"a way back": "INSERT INTO decision_move VALUES ('withdrawn', 'made')"},
    ),
    "decision_move_never_update": Rule(
        "decision_move: never updated",
        {"a way back": "UPDATE decision_move SET to_state = 'made' WHERE from_state = 'withdrawn'"},
    ),
    "decision_move_never_delete": Rule(
        "decision_move: never deleted",
        {"an ending": "DELETE FROM decision_move WHERE to_state = 'withdrawn'", "all": "DELETE FROM decision_move"},
    ),
    "decision_starts_proposed": Rule(
        "decision: begins proposed",
        {
            f"begins {state}": decision_like("free", state=f"'{state}'", strand="'second'", approved_by="'bo'")
            for state in sorted(set(State) - {State.PROPOSED})
        }
        | {"begins in no state at all": decision_like("free", state="'nonsense'", strand="'second'")},
    ),
    "decision_once": Rule(
        "decision: stands already",
        {
            "a made one replaced": replacing("decision", "id = :made", **NOT_YET_MADE),
            "a withdrawn one replaced": replacing(
                "decision", "id = :over", **NOT_YET_MADE, ended_at="NULL", until_at="review_due_at"
            ),
            "a proposal on other terms": replacing("decision", "id = :free", mode="'carried_trail'"),
        },
    ),
    "decision_follows_its_own": Rule(
        "decision: it follows another of its case and strand",
        {
            "another person's": decision_like("free", follows=":order"),
            "another strand's": decision_like("made", strand="'second'", follows=":made"),
            "nobody's": decision_like("free", follows="'nothing'"),
        },
    ),
    "decision_until_insert": Rule(
        "decision: until is not what its dates say",
        {
            "officers, earlier": decision_like("free", until_at="starts_at + 1"),
            "officers, not at their own end": decision_like("free", ends_at="starts_at + 1"),
            "an order, never": decision_like("order", strand="'second'", until_at="NULL"),
            "an order, later": decision_like("order", strand="'second'", until_at="until_at + 1"),
            "an order, earlier": decision_like("order", strand="'second'", until_at="until_at - 1"),
            "after it was ended": decision_like("free", ended_at="starts_at + 1"),
        },
    ),
    "decision_until_update": Rule(
        "decision: until is not what its dates say",
        {
            "earlier": set_("made", "until_at = until_at - 1"),
            "an end that says nothing": set_("made", "ended_at = starts_at + 1"),
            "a withdrawal that ends nothing": set_("made", "state = 'withdrawn', ended_at = starts_at + 1"),
        },
    ),
    "decision_overlap_insert": Rule(
        "decision: two at once on one strand",
        {"beside a made one": decision_like("made", state="'made'")},
        beside=("decision_starts_proposed",),
    ),
    "decision_overlap_update": Rule(
        "decision: two at once on one strand",
        {"a proposal made beside a made one": make("beside")},
    ),
    "decision_moves": Rule(
        "decision: no such move",
        {
            "a withdrawn one made again": set_("over", "state = 'made'"),
            "a withdrawn one paused": set_("over", "state = 'suspended'"),
            "a refused one paused": set_("no", "state = 'suspended'"),
            "a proposal paused": set_("free", "state = 'suspended'"),
            "a proposal withdrawn": set_("free", "state = 'withdrawn', ended_at = until_at"),
            "a made one proposed again": set_("made", "state = 'proposed'"),
            "a made one refused": set_("made", "state = 'refused'"),
            "a succeeded one paused": set_("succeeded", "state = 'suspended'"),
            "a state that is none": set_("made", "state = 'nonsense'"),
        },
    ),
    "decision_made_by_two": Rule(
        "decision: made by a second person, never backwards in time",
        {
            "by nobody": set_("free", "state = 'made', made_at = starts_at"),
            "at no time": set_("free", "state = 'made', approved_by = 'bo'"),
            "after its start": set_("free", "state = 'made', approved_by = 'bo', made_at = starts_at + 1"),
        },
    ),
    "decision_approved_by_stands": Rule(
        "decision: approved_by stands",
        {
            "nobody": set_("made", "approved_by = NULL"),
            "somebody else": set_("made", "approved_by = 'officer-else'"),
        },
    ),
    "decision_made_at_stands": Rule(
        "decision: made_at stands",
        {"never": set_("made", "made_at = NULL"), "earlier": set_("made", "made_at = made_at - 1")},
    ),
    "decision_legal": Rule(
        "decision: its terms cannot stand together",
        {
            "a review at the start": decision_like("order", strand="'second'", review_due_at="starts_at"),
            "a review before the start": decision_like("order", strand="'second'", review_due_at="starts_at - 1"),
            "an end at the start": decision_like("free", ends_at="starts_at", until_at="starts_at"),
            "an end before the start": decision_like("free", ends_at="starts_at - 1", until_at="starts_at - 1"),
            "an order that ends at its start": decision_like(
                "order", strand="'second'", ends_at="starts_at", until_at="starts_at"
            ),
            "waiting for nothing late": decision_like("free", late_max=0),
            "waiting for less than nothing": decision_like("free", late_max=-1),
            "waiting for thirty days and a millisecond": decision_like("free", late_max=30 * 86_400_000 + 1),
            "an order without its maker": decision_like("order", strand="'second'", maker="NULL"),
            "officers with a maker": decision_like("free", maker="'court'"),
        },
        checked=True,
    ),
    "decision_ends_at_a_time": Rule(
        "decision: an end has its time",
        {f"{state} at no time": set_("made", f"state = '{state}'") for state in ENDED},
    ),
    "decision_never_longer": Rule(
        "decision: an end never moves later",
        {
            "an end that was made": set_("over", "until_at = until_at + 1"),
            "an order's end": set_("order", "until_at = until_at + 1"),
            "an order's end to never": set_("order", "until_at = NULL"),
        },
        beside=UNTIL_UPDATE,
    ),
    "decision_ended_stands": Rule(
        "decision: an end never moves later",
        {
            "later": set_("over", "ended_at = ended_at + 1"),
            "never": set_("over", "ended_at = NULL"),
        },
        beside=UNTIL_UPDATE,
    ),
    "decision_terms_fixed": Rule(
        "decision: its terms are fixed",
        {name: set_("free", f"{name} = {value}") for name, value in TERMS.items()}
        | {
            "maker": set_("order", "maker = 'another court'"),
            "ends_at to never": set_("order", "ends_at = NULL"),
            "follows nothing": "UPDATE decision SET follows = NULL WHERE follows = :succeeded",
        },
        beside=UNTIL_UPDATE,
    ),
    "decision_never_delete": Rule(
        "decision: never deleted",
        {"a proposal": "DELETE FROM decision WHERE id = 'new'"},
        first=decision_like("free", strand="'second'"),  # of all decisions, the one on which nothing rests
    ),
    "decision_purpose_never_update": Rule(
        "decision_purpose: never updated",
        {"another": "UPDATE decision_purpose SET purpose = 'curiosity' WHERE decision_id = :made"},
    ),
    "decision_purpose_never_delete": Rule(
        "decision_purpose: never deleted",
        {"the only one": "DELETE FROM decision_purpose WHERE decision_id = :made"},
    ),
    "decision_purpose_once": Rule(
        "decision_purpose: stands already",
        {"replaced": "REPLACE INTO decision_purpose SELECT * FROM decision_purpose WHERE decision_id = :free"},
    ),
    "decision_purpose_closed": Rule(
        "decision_purpose: closed once the decision was made or refused",
        {
            "of a made one": "INSERT INTO decision_purpose VALUES (:made, 'curiosity')",
            "of a withdrawn one": "INSERT INTO decision_purpose VALUES (:over, 'curiosity')",
            "of a refused one": "INSERT INTO decision_purpose VALUES (:no, 'curiosity')",
            "of a paused one": "INSERT INTO decision_purpose VALUES (:low, 'curiosity')",
            "of none": "INSERT INTO decision_purpose VALUES ('nothing', 'curiosity')",
        },
    ),
    "condition_closed": Rule(
        "condition: closed once the decision was made or refused",
        {
            f"of {what}": like("condition", "1", id="'new'", decision_id=name)
            for what, name in {
                "a made one": ":made",
                "a withdrawn one": ":over",
                "a refused one": ":no",
                "a paused one": ":low",
                "none": "'nothing'",
            }.items()
        },
    ),
    "condition_once": Rule(
        "condition: stands already", {"replaced": replacing("condition", "1", geometry_sealed="x'00'")}
    ),
    **standing("condition", "geometry_sealed = x'00'"),
    "suspension_never_delete": Rule(
        "suspension: never deleted",
        {
            "one that lasts": "DELETE FROM suspension WHERE decision_id = :low",
            "one that is over": "DELETE FROM suspension WHERE decision_id = :order",
        },
    ),
    "suspension_once": Rule(
        "suspension: stands already",
        {"replaced by a short one": "REPLACE INTO suspension SELECT decision_id, from_at, from_at FROM suspension"},
    ),
    "suspension_fixed": Rule(
        "suspension: its terms are fixed",
        {
            "from later": "UPDATE suspension SET from_at = from_at + 1 WHERE decision_id = :low",
            "another decision's": "UPDATE suspension SET decision_id = :made WHERE decision_id = :low",
        },
    ),
    "suspension_to_at_stands": Rule(
        "suspension: to_at stands",
        {
            "earlier": "UPDATE suspension SET to_at = from_at WHERE decision_id = :order",
            "never": "UPDATE suspension SET to_at = NULL WHERE decision_id = :order",
        },
    ),
    "suspension_begins_before_it_ends": Rule(
        "suspension: it ends after it began",
        {"a millisecond before": "INSERT INTO suspension SELECT :made, starts_at, starts_at - 1 FROM decision LIMIT 1"},
    ),
    "suspension_ends_after_it_began": Rule(
        "suspension: it ends after it began",
        {"a millisecond before": "UPDATE suspension SET to_at = from_at - 1 WHERE decision_id = :low"},
    ),
    # what an ending sets going
    "retention_clock_never_delete": Rule(
        "retention_clock: never deleted", {"all": "DELETE FROM retention_clock WHERE decision_id = :over"}
    ),
    "retention_clock_once": Rule(
        "retention_clock: stands already",
        {"replaced": replacing("retention_clock", "decision_id = :over", erase_due_at="erase_due_at + 1")},
    ),
    "retention_clock_fixed": Rule(
        "retention_clock: its terms are fixed",
        {
            "another decision's": "UPDATE retention_clock SET decision_id = :made WHERE decision_id = :over",
            "another category's": "UPDATE retention_clock SET category = 'outcomes' "
            "WHERE decision_id = :over AND category = 'trail'",
        },
    ),
    "retention_clock_never_longer": Rule(
        "retention_clock: never runs longer",
        {
            "due later": "UPDATE retention_clock SET erase_due_at = erase_due_at + 1 WHERE decision_id = :over",
            "started later": "UPDATE retention_clock SET started_at = started_at + 1 WHERE decision_id = :over",
        },
    ),
    "task_never_delete": Rule("task: never deleted", {"all": "DELETE FROM task"}),
    "task_once": Rule("task: stands already", {"replaced": replacing("task", "1", due_at="due_at + 1")}),
    "task_fixed": Rule(
        "task: its terms are fixed",
        {
            "due later": "UPDATE task SET due_at = due_at + 1",
            "raised later": "UPDATE task SET raised_at = raised_at + 1",
            "another case's": "UPDATE task SET case_id = :low_case",
            "another decision's": "UPDATE task SET decision_id = :low",
            "of another kind": "UPDATE task SET kind = 'none'",
            "by another name": "UPDATE task SET id = id || '-'",
        },
    ),
    "task_done_at_stands": Rule(
        "task: done_at stands",
        {
            "not done after all": "UPDATE task SET done_at = NULL",
            "done earlier": "UPDATE task SET done_at = done_at - 1",
        },
    ),
    # schemes, people and their keys
    **standing("log", "log_key = zeroblob(32)"),
    "log_once": Rule("log: stands already", {"replaced": log_further("INSERT OR REPLACE", origin="origin")}),
    "log_first_closes_nothing": Rule(
        "log: the first one closes nothing",
        {
            "a restore": "INSERT INTO log SELECT * FROM further",
            "at another place": "INSERT INTO log SELECT * FROM elsewhere",
        },
        first=[
            log_further(),
            "CREATE TEMP TABLE further AS SELECT * FROM log WHERE opened = 7",
            "CREATE TEMP TABLE elsewhere AS SELECT * FROM log WHERE opened = 0",
            "UPDATE elsewhere SET opened = 1",
            "DROP TRIGGER log_never_delete",
            "DELETE FROM log",
        ],
    ),
    "log_further_says_what_it_closes": Rule(
        "log: a further one says what a restore closed, kept and lost, and who ordered it",
        {
            "nothing": like("log", "1", origin="'evil.example'", opened=7, kept_origin="origin", kept_size=7),
            "no closed head": log_further(closed_root="NULL"),
            "no root of the closed head": log_further(closed_root="x''"),
            "no root of the kept head": log_further(kept_root="NULL"),
            "nothing lost or kept": log_further(lost="NULL"),
            "less than nothing lost": log_further(lost=-1),
            "more lost than there was": log_further(lost=10),
            "ordered by nobody": log_further(ordered_by="NULL"),
            "ordered by no name": log_further(ordered_by="''"),
        },
    ),
    "log_further_goes_on": Rule(
        "log: a further one goes on where the one before was kept",
        {
            "from another log": log_further(origin="'another'", opened=8, kept_size=8, kept_origin="'evil.example'"),
            "from another place": log_further(
                origin="'another'", opened=8, kept_size=6, kept_origin="'made-up.example/2'"
            ),
            "from a log before": log_further(origin="'another'", opened=8, kept_size=8),
            "at the place of a later log": log_further(origin="'another'", kept_origin="'made-up.example/2'"),
            "before a later log": log_further(
                origin="'another'", opened=6, kept_size=6, kept_origin="'made-up.example/2'"
            ),
        },
        first=log_further(),
    ),
    "log_further_under_the_same_keys": Rule(
        "log: every log is under the keys that were pinned",
        {
            "another log key": log_further(log_key="zeroblob(32)"),
            "another issue key": log_further(issue_key="zeroblob(32)"),
        },
    ),
    **standing("scheme", "controller = 'somebody else'"),
    "scheme_once": Rule("scheme: stands already", {"replaced": replacing("scheme", "1", starts_at=0)}),
    "scheme_purpose_closed": Rule(
        "scheme_purpose: closed once the scheme has a case",
        {
            "another": like("scheme_purpose", "1", code="'p9'"),
            "replaced": replacing("scheme_purpose", "1", operational="1"),
        },
    ),
    "scheme_power_closed": Rule(
        "scheme_power: closed once the scheme has a case",
        {
            "another": like("scheme_power", "1", code="'p9'"),
            "replaced": replacing("scheme_power", "1", source="'no Act'"),
        },
    ),
    "scheme_mode_closed": Rule(
        "scheme_mode: closed once the scheme has a case",
        {
            "another": like("scheme_mode", "mode = 'none'", mode="'everything'"),
            "replaced": replacing("scheme_mode", "1"),
        },
    ),
    "retention_rule_closed": Rule(
        "retention_rule: closed once the scheme has a case",
        {
            "another": like("retention_rule", "1", category="'evidence'"),
            "replaced": replacing("retention_rule", "1", days="4000"),
        },
    ),
    **standing("scheme_purpose", "operational = 1"),
    **standing("scheme_power", "source = 'no Act at all'"),
    **standing("scheme_mode", "mode = 'everything' WHERE mode = 'fitted_trail'"),
    **standing("retention_rule", "days = 4000"),
    "person_never_delete": Rule(
        "person: never deleted",
        {"all": "DELETE FROM person", "one": f"DELETE FROM person WHERE id = {ITS_PERSON.format('made_case')}"},
    ),
    "person_once": Rule(
        "person: stands already",
        {
            "under another key": replacing("person", "1", handle_key="zeroblob(32)"),
            "without a name": replacing("person", "1", name_sealed="NULL"),
        },
    ),
    "person_fixed": Rule(
        "person: its terms are fixed",
        {
            "another key": "UPDATE person SET handle_key = zeroblob(32)",
            "by another name": f"UPDATE person SET id = 'new' WHERE id = {ITS_PERSON.format('made_case')}",
        },
    ),
    **standing("case_file", f"person_id = {ITS_PERSON.format('low_case')}"),
    "case_file_once": Rule(
        "case_file: stands already",
        {
            "another person's": replacing(
                "case_file", "id = :made_case", reference="'new'", person_id=ITS_PERSON.format("low_case")
            )
        },
    ),
    "case_file_reference_once": Rule(
        "case_file: stands already",
        {"replaced through its reference": replacing("case_file", "id = :made_case", id="'new'")},
    ),
    **standing("record_key", "public = zeroblob(32)"),
    "record_key_once": Rule(
        "record_key: stands already", {"replaced": replacing("record_key", "1", public="zeroblob(32)")}
    ),
    "day_key_never_delete": Rule("day_key: never deleted", {"all": "DELETE FROM day_key"}),
    "day_key_once": Rule(
        "day_key: stands already",
        {
            "replaced": replacing("day_key", "1", public="zeroblob(32)"),
            "brought back": replacing("day_key", "1", destroyed_at="NULL"),
        },
        first="UPDATE day_key SET destroyed_at = 1",
    ),
    "day_key_fixed": Rule(
        "day_key: its terms are fixed",
        {
            "another key": "UPDATE day_key SET public = zeroblob(32)",
            "another signature": "UPDATE day_key SET signature = x'00'",
            "another day": "UPDATE day_key SET day = day || ' '",
            "another category": "UPDATE day_key SET category = 'evidence'",
            "another person's": f"UPDATE day_key SET person_id = {ITS_PERSON.format('free_case')} "
            f"WHERE person_id = {ITS_PERSON.format('made_case')}",
        },
    ),
    "day_key_destroyed_at_stands": Rule(
        "day_key: destroyed_at stands",
        {
            "not destroyed after all": "UPDATE day_key SET destroyed_at = NULL",
            "destroyed later": "UPDATE day_key SET destroyed_at = 2",
        },
        first="UPDATE day_key SET destroyed_at = 1",
    ),
    "day_key_has_its_public_half": Rule(
        "day_key: one that lives has its public half",
        {"one without": like("day_key", "1", category="'events'", public="x''")},
    ),
    "lease_grows": Rule(
        "lease: it only grows",
        {
            "not at all": "UPDATE lease SET fence = fence",
            "down": "UPDATE lease SET fence = fence - 1",
            "by another name": f"UPDATE lease SET name = 'new', fence = fence + 1 {OF_ONE_LEASE}",
        },
    ),
    "lease_never_delete": Rule("lease: never deleted", {"all": "DELETE FROM lease"}),
    "lease_once": Rule(
        "lease: stands already",
        {"begun again": replacing("lease", "1", fence=0), "ahead": replacing("lease", "1", fence="fence + 1")},
    ),
    # devices and senders
    **standing("device", "serial = serial || '-'"),
    "device_once": Rule("device: stands already", {"replaced": replacing("device", "id = :device", serial="'new'")}),
    "device_serial_once": Rule(
        "device: stands already", {"replaced through its serial": replacing("device", "id = :device", id="'new'")}
    ),
    **standing("sender", "label = 'somebody else'"),
    "sender_once": Rule("sender: stands already", {"replaced": replacing("sender", "1", label="'somebody else'")}),
    "fitting_overlap_insert": Rule(
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
    "fitting_overlap_update": Rule(
        "fitting: two at once",
        {
            "the device of another": set_("fitting", "device_id = :other_device", "fitting"),
            "the strand of another": set_("fitting", "case_id = :free_case", "fitting"),
        },
        beside=("fitting_fixed",),
    ),
    "fitting_never_delete": Rule("fitting: never deleted", {"one": "DELETE FROM fitting WHERE id = :removed"}),
    "fitting_once": Rule(
        "fitting: stands already",
        {"replaced by one that lasts": replacing("fitting", "id = :removed", removed_at="NULL")},
    ),
    "fitting_fixed": Rule(
        "fitting: its terms are fixed",
        {
            "earlier": set_("fitting", "fitted_at = fitted_at - 1", "fitting"),
            "another case's": set_("fitting", "case_id = :free_case, strand = 'second'", "fitting"),
            "another strand's": set_("fitting", "strand = 'second'", "fitting"),
            "another device's": set_("removed", "device_id = :fourth_device", "fitting"),
            "by another name": set_("fitting", "id = 'new'", "fitting"),
        },
        beside=("fitting_overlap_update",),
    ),
    "fitting_removed_at_stands": Rule(
        "fitting: removed_at stands",
        {
            "later": set_("removed", "removed_at = removed_at + 1", "fitting"),
            "earlier": set_("removed", "removed_at = removed_at - 1", "fitting"),
            "never": set_("removed", "removed_at = NULL", "fitting"),
        },
    ),
    "fitting_begins_before_it_ends": Rule(
        "fitting: it ends after it began",
        {"long ago": fitting_like("removed", fitted_at="5", removed_at="4")},
    ),
    "fitting_ends_after_it_began": Rule(
        "fitting: it ends after it began",
        {"a millisecond before": set_("fitting", "removed_at = fitted_at - 1", "fitting")},
    ),
    "token_end_never_later": Rule(
        "token: an end never moves later",
        {
            "later": "UPDATE token SET ended_at = ended_at + 1 WHERE fitting_id = :removed",
            "never": "UPDATE token SET ended_at = NULL WHERE fitting_id = :removed",
            "later than it was to be, before it has come": set_("rotated", "ended_at = ended_at + 1", "token"),
        },
    ),
    "token_two_at_most": Rule(
        "token: two at most speak for a sender",
        {
            "a third": another_token("upstream"),
            "a third that is to end": another_token("upstream", ended_at="issued_at + 2"),
            "a third, a millisecond before one ends": another_token(
                "upstream", issued_at="(SELECT ended_at - 1 FROM token WHERE id = :rotated)"
            ),
        },
    ),
    "token_of_no_ended_sender": Rule(
        "token: its sender has ended",
        {
            "with its fitting": another_token("gone_sender", issued_at=NOW),
            "a millisecond after": another_token("gone_sender", issued_at="ended_at + 1"),
        },
    ),
    "token_bound_as_before": Rule(
        "token: bound as the one before it",
        {
            "to nothing": another_token("bound", fitting_id="NULL"),
            "to another fitting": another_token("bound", fitting_id=":removed"),
            "to a fitting, and the one before to none": another_token("single", fitting_id=":fitting"),
        },
    ),
    "token_never_delete": Rule(
        "token: never deleted", {"an ended one": "DELETE FROM token WHERE ended_at IS NOT NULL"}
    ),
    "token_once": Rule(
        "token: stands already",
        {
            "replaced by one that lasts": replacing(
                "token", "fitting_id = :removed", sha256="zeroblob(32)", ended_at="NULL"
            )
        },
    ),
    "token_hash_once": Rule(
        "token: stands already",
        {"replaced through its hash": replacing("token", "fitting_id = :removed", id="'new'", ended_at="NULL")},
    ),
    "token_fixed": Rule(
        "token: its terms are fixed",
        {
            "another secret": "UPDATE token SET sha256 = x'00' WHERE fitting_id = :fitting",
            "another sender's": "UPDATE token SET sender_id = (SELECT max(id) FROM sender WHERE id <> token.sender_id) "
            "WHERE fitting_id = :fitting",
            "bound to nothing": "UPDATE token SET fitting_id = NULL WHERE fitting_id = :removed",
            "issued earlier": "UPDATE token SET issued_at = 0 WHERE fitting_id = :fitting",
            "by another name": "UPDATE token SET id = 'new' WHERE fitting_id = :fitting",
        },
    ),
    "sender_scope_never_update": Rule(
        "sender_scope: never updated",
        {"another device": "UPDATE sender_scope SET serial = 'TAG-99' WHERE serial = 'TAG-1'"},
    ),
    "sender_scope_never_delete": Rule("sender_scope: never deleted", {"all": "DELETE FROM sender_scope"}),
    "sender_scope_closed": Rule(
        "sender_scope: closed once a token was issued",
        {
            "one more device": "INSERT INTO sender_scope SELECT sender_id, 'TAG-99' FROM token "
            "WHERE fitting_id = :fitting",
        },
    ),
    **standing("sender_scope_change", "added = 1 - added"),
    "sender_scope_change_once": Rule(
        "sender_scope_change: stands already",
        {"replaced": replacing("sender_scope_change", "serial = 'TAG-1'", added="1 - added")},
        beside=("sender_scope_change_with_its_entry",),
    ),
    "sender_scope_change_with_its_entry": Rule(
        "sender_scope_change: it comes with an entry of its own",
        {
            "with the newest": scope_change("upstream", "'TAG-9'", 1, entry="(SELECT max(idx) FROM entry)"),
            "with one of long ago": scope_change("upstream", "'TAG-9'", 1, entry="0"),
        },
    ),
    "sender_scope_change_changes": Rule(
        "sender_scope_change: it changes the scope",
        {
            "what it was issued for, added": scope_change("upstream", "'TAG-2'", 1),
            "what was added, added again": scope_change("upstream", "'TAG-3'", 1),
            "what it never spoke for, removed": scope_change("upstream", "'TAG-99'", 0),
            "what was removed, removed again": scope_change("upstream", "'TAG-1'", 0),
            "neither added nor removed": scope_change("upstream", "'TAG-99'", 2),
        },
    ),
    "sender_scope_change_leaves_one": Rule(
        "sender_scope_change: a sender speaks for a device",
        {
            "the only one": scope_change("single", "'TAG-1'", 0),
            "the only one that is left": scope_change("left", "'TAG-2'", 0),
        },
    ),
    "instruction_never_delete": Rule(
        "instruction: never deleted",
        {
            "one": "DELETE FROM instruction WHERE id = :told",
            "an acknowledged one": "DELETE FROM instruction WHERE id = :acknowledged",
        },
    ),
    "instruction_once": Rule(
        "instruction: stands already",
        {"replaced": replacing("instruction", "id = :told", what="'stop'")},
    ),
    "instruction_fixed": Rule(
        "instruction: its terms are fixed",
        {
            column: set_("told", f"{column} = {value}", "instruction")
            for column, value in {
                "id": "'new'",
                "sender_id": ":gone_sender",
                "serial": "'TAG-99'",
                "what": "CASE what WHEN 'stop' THEN 'start' ELSE 'stop' END",
                "decision_id": "NULL",
                "given_at": "given_at - 1",
                "from_at": "from_at - 1",
                "due_at": "due_at + 1",
                "entry": "entry + 1",
            }.items()
        },
    ),
    "instruction_acknowledged_at_stands": Rule(
        "instruction: acknowledged_at stands",
        {
            "earlier": set_("acknowledged", "acknowledged_at = given_at", "instruction"),
            "never": set_("acknowledged", "acknowledged_at = NULL", "instruction"),
        },
        beside=("instruction_acknowledged_by_someone",),
    ),
    "instruction_acknowledged_by_stands": Rule(
        "instruction: acknowledged_by stands",
        {
            "someone else": set_("acknowledged", "acknowledged_by = 'upstream-2'", "instruction"),
            "nobody": set_("acknowledged", "acknowledged_by = NULL", "instruction"),
        },
        beside=("instruction_acknowledged_by_someone",),
    ),
    "instruction_begins_open": Rule(
        "instruction: nobody has acknowledged it yet",
        {
            "acknowledged as it is given": like("instruction", "id = :acknowledged", id="'new'"),
            "by someone, at no time": like("instruction", "id = :told", id="'new'", acknowledged_by="'upstream-1'"),
            "at a time, by nobody": like("instruction", "id = :told", id="'new'", acknowledged_at="given_at"),
            "due before it was given": like("instruction", "id = :told", id="'new'", due_at="given_at - 1"),
        },
    ),
    "instruction_acknowledged_by_someone": Rule(
        "instruction: acknowledged by a named person, at a time",
        {f"by {who}": acknowledging(name) for who, name in NOT_PEOPLE.items()}
        | {
            "at no time": acknowledging("'upstream-1'", "NULL"),
            "by none": acknowledging("NULL"),
            "before it was given": acknowledging("'upstream-1'", "given_at - 1"),
        },
    ),
    # what is sealed
    "session_needs_trail": Rule(
        "session: not authorised that day",
        {
            "a mode without a trail": session_like(decision_id=":low", case_id=":low_case"),
            "a proposal": session_like(decision_id=":free", case_id=":free_case"),
            "a refused proposal": session_like(decision_id=":no", case_id=ITS_CASE.format("no")),
            "the day before": session_like(day="date(day, '-1 day')"),
            "the day after its review": session_like(day="date(day, '+29 days')"),
            "the day after it was withdrawn": session_like(
                decision_id=":over", case_id=ITS_CASE.format("over"), day="date(day, '+1 day')"
            ),
            "the case of another": session_like(case_id=":free_case"),
            "the day of one annulled": session_like(decision_id=":annulled", case_id=ITS_CASE.format("annulled")),
            "a day that is none": session_like(day="'someday'"),
            "a day spelt otherwise": session_like(day="day || ' 09:00'"),
            "a day by its number": session_like(day="strftime('%J', day)"),
            "evidence beside a trail": session_like(category="'evidence'"),
            "the trail of one judged on arrival": session_like(
                decision_id=":low", case_id=":low_case", category="'trail'"
            ),
            "the events of one judged on arrival": session_like(
                decision_id=":low", case_id=":low_case", category="'events'"
            ),
            "evidence of one judged on arrival, the day before": session_like(
                decision_id=":low", case_id=":low_case", category="'evidence'", day="date(day, '-1 day')"
            ),
            "evidence of one judged on arrival, the day after its review": session_like(
                decision_id=":low", case_id=":low_case", category="'evidence'", day="date(day, '+29 days')"
            ),
            "no category": session_like(category="'nonsense'"),
        },
        beside=("session_of_one_person",),
    ),
    "session_of_one_person": Rule(
        "session: not of one person, case and fitting",
        {
            "another person": session_like(person_id=ITS_PERSON.format("low_case")),
            "nobody": session_like(person_id="'nobody'"),
            "another's fitting": session_like(fitting_id=":removed"),
            "a fitting on another strand": session_like(fitting_id="'new'"),
            "no fitting": session_like(fitting_id="'nothing'"),
            "another's case": session_like(case_id=":free_case"),
            "another's decision": session_like(decision_id=":order"),
            "another's decision and case": session_like(decision_id=":order", case_id=ITS_CASE.format("order")),
            "all but the fitting another's": session_like(
                decision_id=":order",
                case_id=ITS_CASE.format("order"),
                person_id=f"(SELECT person_id FROM case_file WHERE id = {ITS_CASE.format('order')})",
            ),
        },
        beside=("session_needs_trail",),
        first=fitting_like("fitting", device_id=":fourth_device", strand="'second'"),
    ),
    "session_never_update": Rule(
        "session: never updated",
        {
            "a key": "UPDATE session SET sealed_key = x'00'",
            "a decision": "UPDATE session SET decision_id = :low",
            "a day": "UPDATE session SET day = date(day, '+1 day')",
        },
    ),
    "session_never_delete": Rule("session: never deleted", {"all": "DELETE FROM session"}),
    "session_once": Rule(
        "session: stands already", {"replaced": replacing("session", "no = 0", id="'new'", sealed_key="x'00'")}
    ),
    "session_id_once": Rule(
        "session: stands already",
        {"replaced through its name": replacing("session", "no = 0", no="no + 100", sealed_key="x'00'")},
    ),
    "frame_sealed_stands": Rule(
        "frame: sealed bytes change only where a removal is marked",
        {
            "zeros": "UPDATE frame SET sealed = zeroblob(length(sealed))",
            "other bytes": "UPDATE frame SET sealed = randomblob(length(sealed))",
            "fewer bytes": "UPDATE frame SET sealed = x''",
            "the directory": "UPDATE frame SET directory = zeroblob(length(directory))",
            "its number": "UPDATE frame SET number = number + 1",
            "its partition": "UPDATE frame SET partition = partition + 1",
            "its place": "UPDATE frame SET seq = seq + 1",
            "its first time": "UPDATE frame SET first_ms = 0",
            "its last time": "UPDATE frame SET last_ms = 0",
        },
    ),
    "frame_never_delete": Rule("frame: never deleted", {"all": "DELETE FROM frame"}),
    "frame_once": Rule(
        "frame: stands already",
        {"replaced": replacing("frame", "1", number="number + 1", sealed="zeroblob(length(sealed))")},
    ),
    "frame_number_once": Rule(
        "frame: stands already",
        {"replaced through its number": replacing("frame", "1", seq="seq + 100", sealed="zeroblob(length(sealed))")},
    ),
    "removed_fix_never_update": Rule(
        "removed_fix: never updated",
        {
            "another piece": "UPDATE removed_fix SET position = 1",
            "another digest": "UPDATE removed_fix SET digest = x'01'",
        },
        first=MARK,
    ),
    "removed_fix_never_delete": Rule("removed_fix: never deleted", {"all": "DELETE FROM removed_fix"}, first=MARK),
    "removed_fix_once": Rule(
        "removed_fix: stands already",
        {"replaced": "REPLACE INTO removed_fix SELECT partition, number, position, x'01', 0 FROM removed_fix"},
        first=MARK,
    ),
    # alerts
    "alert_move_never_insert": Rule(
        "alert_move: never inserted",
        {
            "a short cut": "INSERT INTO alert_move VALUES ('raised', 'decide', 'breach')",
            "a way back": "INSERT INTO alert_move VALUES ('cleared', 'enquire', 'enquiry')",
            "a move by another name": "INSERT INTO alert_move VALUES ('enquiry', 'claim', 'breach')",
            "replaced": "REPLACE INTO alert_move SELECT * FROM alert_move",
        },
    ),
    "alert_move_never_update": Rule(
        "alert_move: never updated",
        {
            "a short cut": "UPDATE alert_move SET to_state = 'breach' WHERE from_state = 'raised'",
            "a move by another name": "UPDATE alert_move SET move = 'claim' WHERE move = 'decide'",
        },
    ),
    "alert_move_never_delete": Rule(
        "alert_move: never deleted",
        {"a way out": "DELETE FROM alert_move WHERE to_state = 'no_breach'", "all": "DELETE FROM alert_move"},
    ),
    "alert_never_delete": Rule(
        "alert: never deleted",
        {"one": "DELETE FROM alert WHERE id = :a_raised", "a cleared one": "DELETE FROM alert WHERE id = :a_cleared"},
    ),
    "alert_once": Rule(
        "alert: stands already",
        {
            "a cleared one raised anew": replacing("alert", "id = :a_cleared", **AS_RAISED),
            "a weakened one whole again": replacing("alert", "id = :a_weakened", **AS_RAISED),
            "an uncertain one certain": replacing("alert", "id = :a_uncertain", **AS_RAISED, weight="'adverse'"),
        },
    ),
    "alert_fixed": Rule(
        "alert: its terms are fixed",
        {
            name: set_("a_raised", f"{name} = {value}", "alert")
            for name, value in {
                "id": "'new'",
                "case_id": ":low_case",
                "decision_id": ":low",
                "fitting_id": ":removed",
                "condition_id": "NULL",
                "matter": "'tamper'",
                "began_at": "began_at + 1",
                "confirmed_at": "confirmed_at - 1",
                "raised_at": "raised_at + 1",
                "seen": "'{}'",
            }.items()
        }
        | {
            "an uncertain one certain": set_("a_uncertain", "weight = 'adverse'", "alert"),
            "a matter of service certain": set_("a_service", "weight = 'adverse'", "alert"),
            "a certain one uncertain": set_("a_raised", "weight = 'uncertain'", "alert"),
        },
    ),
    "alert_ended_at_stands": Rule(
        "alert: ended_at stands",
        {
            "later": set_("a_over", "ended_at = ended_at + 1", "alert"),
            "earlier": set_("a_over", "ended_at = ended_at - 1", "alert"),
            "never": set_("a_over", "ended_at = NULL", "alert"),
        },
    ),
    "alert_weakened_why_stands": Rule(
        "alert: weakened_why stands",
        {
            "whole again": set_("a_weakened", "weakened_why = NULL, weakened_at = NULL", "alert"),
            "for another reason": set_("a_weakened", "weakened_why = 'absence'", "alert"),
            "undisputed again": set_("a_disputed", "weakened_why = NULL", "alert"),
        },
        beside=("alert_weakened_at_a_time", "alert_weakened_at_stands"),
    ),
    "alert_weakened_at_stands": Rule(
        "alert: weakened_at stands",
        {
            "later": set_("a_weakened", "weakened_at = weakened_at + 1", "alert"),
            "earlier": set_("a_weakened", "weakened_at = weakened_at - 1", "alert"),
            "never": set_("a_weakened", "weakened_at = NULL", "alert"),
        },
        beside=("alert_weakened_at_a_time",),
    ),
    "alert_weakened_at_a_time": Rule(
        "alert: weakened at a time, for a reason",
        {
            "at no time": set_("a_raised", "weakened_why = 'late_fix'", "alert"),
            "for no reason": set_("a_raised", "weakened_at = raised_at", "alert"),
            "no longer for a reason": set_("a_weakened", "weakened_why = NULL", "alert"),
            "no longer at a time": set_("a_weakened", "weakened_at = NULL", "alert"),
        },
        beside=("alert_weakened_at_stands", "alert_weakened_why_stands"),
    ),
    "alert_enquiry_due_stands": Rule(
        "alert: the time to answer stands",
        {
            "earlier": set_("a_enquiry", "enquiry_due_at = enquiry_due_at - 1", "alert"),
            "later": set_("a_enquiry", "enquiry_due_at = enquiry_due_at + 1", "alert"),
            "never": set_("a_enquiry", "enquiry_due_at = NULL", "alert"),
            "before there is an enquiry": set_("a_possible", "enquiry_due_at = 0", "alert"),
            "before it is claimed": set_("a_raised", "enquiry_due_at = 0", "alert"),
            "earlier, as it is decided": to("a_answered", "breach", **DECIDED, enquiry_due_at="0"),
            "earlier, as it is excused": to("a_answered", "no_breach", enquiry_due_at="0"),
            "with an enquiry that goes on": to("a_enquiry", "enquiry", enquiry_due_at="0"),
        },
        beside=("alert_moved_by_someone", "alert_breach_decided_by_someone", "alert_breach_after_hearing"),
    ),
    "alert_held_by_whoever_claimed_it": Rule(
        "alert: held by whoever claimed it",
        {
            "in other hands": set_("a_claimed", "held_by = 'officer-else'", "alert"),
            "in nobody's": set_("a_claimed", "held_by = NULL", "alert"),
            "in somebody's": set_("a_raised", "held_by = 'officer-else'", "alert"),
            "in other hands, by its claim": set_(
                "a_claimed",
                "held_by = 'officer-else', version = (SELECT entry FROM alert_step WHERE alert_id = alert.id "
                "AND move = 'claim')",
                "alert",
            ),
            "in other hands, by another's claim": set_(
                "a_claimed", f"held_by = 'officer-else', version = {STEP}", "alert"
            ),
            "in other hands than claimed it": to("a_raised", "claimed", held_by="'officer-bo'"),
            "in other hands than released it": set_("a_triaged", f"held_by = 'officer-bo-', version = {STEP}", "alert"),
        },
        beside=("alert_moved_by_someone",),
        first=[
            step("a_raised", "claim", "claimed", "'officer-else'"),
            step("a_triaged", "release", "raised", "'officer-bo-'"),
        ],
    ),
    "alert_decided_with_its_breach": Rule(
        "alert: decided with its breach",
        {
            "before it is decided": set_("a_raised", "decided_by = 'officer-else'", "alert"),
            "in an enquiry": set_("a_enquiry", "decided_by = 'officer-else'", "alert"),
            "as it is claimed": to("a_raised", "claimed", decided_by="'officer-else'"),
            "as it is excused": to("a_answered", "no_breach", decided_by="'officer-else'"),
            "once it was excused": set_("a_no_breach", "decided_by = 'officer-else'", "alert"),
            "once it was cleared": set_("a_cleared", "decided_by = 'officer-else'", "alert"),
        },
        beside=("alert_moved_by_someone",),
    ),
    "alert_decided_by_stands": Rule(
        "alert: decided_by stands",
        {
            "nobody": set_("a_breach", "decided_by = NULL", "alert"),
            "somebody else": set_("a_breach", "decided_by = 'officer-else'", "alert"),
        },
        beside=("alert_decided_with_its_breach",),
    ),
    "alert_starts_raised": Rule(
        "alert: begins raised",
        {f"begins {state}": alert_like("a_raised", state=f"'{state}'") for state in AlertState if state is not S.RAISED}
        | {
            "begins in no state at all": alert_like("a_raised", state="'nonsense'"),
            "begins decided": alert_like("a_raised", **DECIDED),
            "confirmed before it began": alert_like("a_raised", confirmed_at="began_at - 1"),
        },
    ),
    "alert_moves": Rule(
        "alert: no such move",
        {
            "from raised to a breach": to("a_raised", "breach", **DECIDED),
            "from claimed to a breach": to("a_claimed", "breach", **DECIDED),
            "from triaged to a breach": to("a_triaged", "breach", **DECIDED),
            "from a suspicion to a breach": to("a_possible", "breach", **DECIDED),
            "from cleared to a breach": to("a_cleared", "breach", **DECIDED),
            "from excused to a breach": to("a_no_breach", "breach", **DECIDED),
            "from an enquiry to notified": to("a_enquiry", "notified"),
            "from raised to notified": to("a_raised", "notified"),
            "from notified to a breach": to("a_notified", "breach"),
            "a cleared one raised again": to("a_cleared", "raised"),
            "a cleared one suspected": to("a_cleared", "possible_breach"),
            "an excused one enquired again": to("a_no_breach", "enquiry"),
            "a suspicion released": to("a_possible", "raised"),
            "an enquiry cleared": to("a_enquiry", "cleared"),
            "a state that is none": to("a_raised", "nonsense"),
        },
        beside=(
            *("alert_moved_by_someone", "alert_breach_decided_by_someone", "alert_breach_after_hearing"),
            *("alert_enters_certain", "alert_decided_with_its_breach"),
        ),
    ),
    "alert_moved_by_someone": Rule(
        "alert: moved only by a step that someone took",
        {
            "claimed without a step": to("a_raised", "claimed"),
            "suspected without a step": to("a_triaged", "possible_breach"),
            "decided without a step": to("a_answered", "breach", **DECIDED),
            "decided by the step that opened the enquiry": set_(
                "a_answered", "state = 'breach', decided_by = 'officer-bo'", "alert"
            ),
            "decided by another alert's step": to(
                "a_answered",
                "breach",
                **DECIDED,
                version="(SELECT max(entry) FROM alert_step WHERE alert_id = :a_breach)",
            ),
            "cleared without a step": to("a_triaged", "cleared"),
            "taken back without a step": to("a_breach", "no_breach"),
            "notified without a step": to("a_breach", "notified"),
            "suspected by a claim": to("a_triaged", "possible_breach"),
            "enquired by a claim": to("a_possible", "enquiry"),
            "enquired by a decision": to("a_possible", "enquiry", version=STEP + 1),
            "cleared by a claim": to("a_triaged", "cleared", version=STEP + 1),
            "notified by an excuse": to("a_breach", "notified", version=STEP + 1),
            "decided by an excuse": to("a_answered", "breach", **DECIDED, version=STEP + 1),
            "decided by a claim": to("a_answered", "breach", **DECIDED, version=STEP + 2),
        },
        beside=("alert_breach_decided_by_someone",),
        first=[
            step("a_triaged", "claim", "possible_breach"),
            step("a_possible", "claim", "enquiry"),
            step("a_possible", "decide", "enquiry", entry=STEP + 1),
            step("a_triaged", "claim", "cleared", entry=STEP + 1),
            step("a_breach", "excuse", "notified", entry=STEP + 1),
            step("a_answered", "excuse", "breach", entry=STEP + 1),
            step("a_answered", "claim", "breach", entry=STEP + 2),
        ],
    ),
    "alert_enters_certain": Rule(
        "alert: what is uncertain, disputed or tainted cannot enter",
        {
            "an uncertain one suspected": to("a_uncertain", "possible_breach"),
            "a matter of service suspected": to("a_service", "possible_breach"),
            "a weakened one suspected": to("a_weakened", "possible_breach"),
            "a weakened suspicion enquired": to("a_weak_suspicion", "enquiry"),
            "a disputed one decided": to("a_disputed", "breach", **DECIDED),
            "a weakened breach notified": to("a_weak_breach", "notified"),
        },
        beside=("alert_moved_by_someone", "alert_breach_decided_by_someone", "alert_breach_after_hearing"),
    ),
    "alert_breach_decided_by_someone": Rule(
        "alert: a breach is decided by a named person",
        {
            "by nobody": to("a_answered", "breach"),
            "by another than took the step": to("a_answered", "breach", decided_by="'officer-else'"),
            "by the clock, who took no step": to("a_answered", "breach", decided_by="'clock'"),
            "by a step that was no decision": to("a_answered", "breach", **DECIDED, version=STEP + 1),
        },
        beside=("alert_moved_by_someone",),
        first=[
            step("a_answered", "decide", "breach"),
            step("a_answered", "excuse", "breach", entry=STEP + 1),
        ],
    ),
    "alert_breach_after_hearing": Rule(
        "alert: the person is heard first",
        {
            "unheard, before it is due": to("a_enquiry", "breach", **DECIDED),
            "unheard, never due": to("a_enquiry", "breach", **DECIDED, enquiry_due_at="NULL"),
            "asked in vain, before it is due": to("a_asked", "breach", **DECIDED),
            "though they say that it is not so": to("a_disputed", "breach", **DECIDED),
        },
        beside=("alert_enters_certain", "alert_enquiry_due_stands"),
        first=[step(name, "decide", "breach") for name in ("a_enquiry", "a_disputed", "a_asked")],
    ),
    **standing("alert_step", "reasons_sealed = x'00'"),
    "alert_step_once": Rule(
        "alert_step: stands already",
        {
            "another's": replacing("alert_step", "alert_id = :a_breach AND move = 'decide'", acted_by="'officer-else'"),
            "for other reasons": replacing("alert_step", "alert_id = :a_breach", reasons_sealed="x'00'"),
        },
    ),
    "alert_step_by_someone": Rule(
        "alert_step: a process decides nothing",
        {
            f"{move} by {who}": step("a_answered", move, state, name)
            for who, name in NOT_PEOPLE.items()
            for move, state in (("decide", "breach"), ("claim", "claimed"))
        },
    ),
    "alert_step_says_why": Rule(
        "alert_step: this needs reasons",
        {f"{move} without": step("a_answered", move, "breach", reasons_sealed="x''") for move in sorted(SAYS_WHY)},
    ),
    **standing("alert_reply", "excuse = 'none'"),
    "alert_reply_once": Rule(
        "alert_reply: stands already",
        {"a dispute replaced": replacing("alert_reply", "alert_id = :a_disputed", excuse="'none'")},
    ),
    "alert_reply_to_an_enquiry": Rule(
        "alert_reply: there is no enquiry to reply to",
        {
            f"to one that is {name}": reply_like(alert_id=f":a_{name}")
            for name in ("raised", "claimed", "triaged", "possible", "cleared", "no_breach")
        }
        | {"to one that is yet to be raised": reply_like(alert_id="'new'")},
    ),
    "alert_reply_by_someone": Rule(
        "alert_reply: recorded by a named person",
        {f"by {who}": reply_like(recorded_by=name) for who, name in NOT_PEOPLE.items()}
        | {
            "a dispute, as bytes": reply_like(excuse="x'6e6f745f736f'"),
            "nothing, as bytes": reply_like(excuse="x'6e6f6e65'"),
        },
    ),
    # what was judged, and what the passing of time found
    "ingest_detail_never_update": Rule(
        "ingest_detail: never updated",
        {
            "a body": "UPDATE ingest_detail SET body = x'00'",
            "a salt": "UPDATE ingest_detail SET salt = zeroblob(16)",
            "a number": "UPDATE ingest_detail SET number = number + 1",
        },
    ),
    "ingest_detail_once": Rule(
        "ingest_detail: stands already", {"replaced": replacing("ingest_detail", "1", body="x'00'")}
    ),
    **standing("absence", "to_at = to_at + 1"),
    "absence_once": Rule("absence: stands already", {"replaced": replacing("absence", "1", to_at="to_at - 1")}),
    "absence_ends_after_it_began": Rule(
        "absence: it ends after it began",
        {
            "at once": like("absence", "1", from_at="from_at + 1", to_at="from_at + 1"),
            "before": like("absence", "1", from_at="from_at + 1", to_at="from_at"),
        },
    ),
    **standing("removal", "to_at = to_at + 1"),
    "removal_once": Rule("removal: stands already", {"replaced": replacing("removal", "1", to_at="to_at + 1")}),
    "removal_ends_after_it_began": Rule(
        "removal: it ends after it began",
        {
            "at once": like("removal", "1", from_at="from_at + 1", to_at="from_at + 1"),
            "before": like("removal", "1", from_at="from_at + 1", to_at="from_at"),
        },
    ),
    **standing("statement", "stated_by = 'officer-else'"),
    "statement_once": Rule(
        "statement: stands already", {"replaced": replacing("statement", "1", kind="'absconding_declared'")}
    ),
    "statement_by_someone": Rule(
        "statement: a fact has its author, date and reasons",
        {f"by {who}": like("statement", "1", id="'new'", stated_by=name) for who, name in NOT_PEOPLE.items()}
        | {
            "without reasons": like("statement", "1", id="'new'", reasons_sealed="x''"),
            "of what is yet to come": like("statement", "1", id="'new'", since_at="stated_at + 1"),
        },
    ),
    **standing("review_warning", "days = 1"),
    "review_warning_once": Rule("review_warning: stands already", {"replaced": replacing("review_warning", "1")}),
    **standing("silence", "suspends = 1"),
    "silence_once": Rule("silence: stands already", {"replaced": replacing("silence", "1")}),
    **standing("sighting", "number = number + 1"),
    "sighting_once": Rule("sighting: stands already", {"replaced": replacing("sighting", "1", number="number + 1")}),
    "sighting_under_its_decision": Rule(
        "sighting: no decision admits it",
        {
            "of a mode that keeps the fix": like("sighting", "1", decision_id=":made", fitting_id=":fitting"),
            "of another person's decision": like("sighting", "1", fitting_id=":fitting"),
            "before it": like("sighting", "1", at=f"at - {to_ms(START)}"),
        },
    ),
    **standing("word", "number = number + 1"),
    "word_once": Rule("word: stands already", {"replaced": replacing("word", "1", number="number + 1")}),
    "word_under_its_decision": Rule(
        "word: no decision admits it",
        {
            "of another mode": like("word", "1", decision_id=":made", fitting_id=":fitting"),
            "of another person's decision": like("word", "1", fitting_id=":fitting"),
            "before it": like("word", "1", at=f"at - {to_ms(START)}"),
            "a crossing": like("word", "1", kind="'transition'", said="'left'"),
        },
    ),
    **standing("outage", "to_at = to_at - 1"),
    "outage_once": Rule("outage: stands already", {"replaced": replacing("outage", "1", to_at="to_at - 1")}),
    "outage_ends_after_it_began": Rule(
        "outage: it ends after it began",
        {
            "at once": like("outage", "1", from_at="from_at + 1", to_at="from_at + 1"),
            "before": like("outage", "1", from_at="from_at + 1", to_at="from_at"),
        },
    ),
    "task_overdue_stands": Rule(
        "task: overdue stands", {"in time after all": "UPDATE task SET overdue = 0 WHERE overdue = 1"}
    ),
}
ATTEMPTS = [(name, attempt) for name, rule in LAW.items() for attempt in rule.attempts.values()]
IDS = [f"{name}: {what}" for name, rule in LAW.items() for what in rule.attempts]
each_attempt = pytest.mark.parametrize(("name", "attempt"), ATTEMPTS, ids=IDS)


def begin(sql, rule):
    for statement in [rule.first] if isinstance(rule.first, str) else rule.first:
        if statement:
            assert sql(statement).rowcount != 0


def alone(sql, rule):
    begin(sql, rule)
    for other in rule.beside:
        sql(f"DROP TRIGGER {other}")
    if rule.checked:
        sql("PRAGMA ignore_check_constraints=ON")


@each_attempt
def test_raw_sql_cannot_break_the_rule(sql, name, attempt):
    alone(sql, LAW[name])
    with pytest.raises(sqlite3.IntegrityError) as caught:
        sql(attempt)
    assert str(caught.value) == LAW[name].words


@each_attempt
def test_it_is_this_rule_that_refuses_and_no_accident(sql, name, attempt):
    alone(sql, LAW[name])
    sql("PRAGMA defer_foreign_keys=ON")
    sql(f"DROP TRIGGER {name}")
    assert sql(attempt).rowcount > 0


@each_attempt
def test_with_every_rule_in_place_it_is_refused_too(sql, name, attempt):
    begin(sql, LAW[name])
    with pytest.raises(sqlite3.IntegrityError):
        sql(attempt)


TRIED_ELSEWHERE = [
    import_module(f"custodiet.adapters.store.migrations.versions.{name}")
    for name in (
        "v0007_staff",
        "v0008_register",
        "v0009_assessing",
        "v0010_messages",
        "v0011_imported",
        "v0012_notices",
        "v0013_looking",
        "v0014_contacts",
        "v0015_handling",
        "v0016_training",
        "v0017_disclosing",
        "v0020_recordings",
        "v0025_watching",
        "v0030_watched_values",
        "v0027_orders",
        "v0031_inspections",
        "v0019_erasing",
        "v0018_own_places",
        "v0021_tellable",
        "v0023_unmasking",
        "v0022_glass",
    )
]
"""Each has a file of tests of its own, test_store_law_*.py."""


def test_every_rule_of_the_migrations_is_tried_here_or_in_a_file_of_its_own(whole):
    texts = chain(*(one.CONSTRAINTS for one in TRIED_ELSEWHERE))
    elsewhere = {re.match(r"CREATE TRIGGER (\w+) ", text)[1] for text in texts}
    standing = {name for (name,) in whole("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    assert standing == set(LAW) | elsewhere


def test_the_store_a_replay_fills_stands_under_the_same_law(whole):
    query = "SELECT name, sql FROM sqlite_master WHERE type IN ('trigger', 'table')"
    with replay_store() as replay:
        assert dict(replay._connection.exec_driver_sql(query).fetchall()) == dict(whole(query).fetchall())


# --- two decisions at once ------------------------------------------------------------------------------

OVERLAPS = {
    "the same interval": ("starts_at", "until_at"),
    "a millisecond in common, after": ("until_at - 1", "until_at + 9"),
    "a millisecond in common, before": ("starts_at - 9", "starts_at + 1"),
    "inside": ("starts_at + 1", "until_at - 1"),
    "around": ("starts_at - 1", "until_at + 1"),
    "an order without an end": ("starts_at + 1", "NULL"),
}
APART = {
    "right after": ("until_at", "until_at + 9", {}),
    "right before": ("starts_at - 9", "starts_at", {}),
    "on another strand": ("starts_at", "until_at", {"strand": "'second'"}),
    "on another case": ("starts_at", "until_at", {"case_id": ":free_case"}),
    "an order from the end on": ("until_at", "NULL", {}),
}


def new_decision(starts_at, until, name="made", **changed):
    """A decision of officers that ends at its review, or an order without an end."""
    if until == "NULL":
        whose = {"authority": "'order'", "maker": "'court'", "review_due_at": f"{starts_at} + 1"}
    else:
        whose = {"review_due_at": until}
    return decision_like(name, starts_at=starts_at, until_at=until, ended_at="NULL", **whose | changed)


MAKE_NEW = "UPDATE decision SET state = 'made', approved_by = 'bo', made_at = starts_at WHERE id = 'new'"


@pytest.mark.parametrize(("starts_at", "until"), OVERLAPS.values(), ids=OVERLAPS.keys())
def test_two_decisions_at_once_on_one_strand_cannot_be_made(sql, starts_at, until):
    sql(new_decision(starts_at, until))
    with pytest.raises(sqlite3.IntegrityError, match="two at once"):
        sql(MAKE_NEW)


@pytest.mark.parametrize(("starts_at", "until"), OVERLAPS.values(), ids=OVERLAPS.keys())
def test_nor_could_they_be_written_as_made(sql, starts_at, until):
    sql("DROP TRIGGER decision_starts_proposed")
    with pytest.raises(sqlite3.IntegrityError, match="two at once"):
        sql(new_decision(starts_at, until, state="'made'"))


@pytest.mark.parametrize(("starts_at", "until", "changed"), APART.values(), ids=APART.keys())
def test_decisions_that_only_touch_or_are_elsewhere_can_be_made(sql, starts_at, until, changed):
    sql(new_decision(starts_at, until, **changed))
    assert sql(MAKE_NEW).rowcount == 1


@pytest.mark.parametrize("state", sorted(set(State) - {State.PROPOSED, State.REFUSED}))
def test_whatever_became_of_the_earlier_one_its_interval_stays_its_own(sql, state):
    sql(new_decision("starts_at", "until_at"))
    sql("DROP TRIGGER decision_moves")
    sql(set_("made", f"state = '{state}', ended_at = until_at"))
    with pytest.raises(sqlite3.IntegrityError, match="two at once"):
        sql(MAKE_NEW)


def test_a_decision_can_begin_where_an_earlier_one_was_ended(sql):
    sql(new_decision("until_at", "until_at + 9", name="over"))
    assert sql(MAKE_NEW).rowcount == 1


# --- moves and modes are those of the rules -------------------------------------------------------------


def test_the_moves_in_the_migration_and_in_the_store_are_the_rules_own(sql):
    rules = {(state.value, to.value) for state, moves in MOVES.items() for to in moves.values()}
    assert set(MIGRATION.MOVES) == rules
    assert len(MIGRATION.MOVES) == len(rules)
    assert set(sql("SELECT from_state, to_state FROM decision_move").fetchall()) == rules


@pytest.mark.parametrize("state", State)
def test_the_store_makes_each_move_of_the_table_and_no_other(sql, state):
    sql(decision_like("made", strand="'second'", approved_by="'bo'", made_at="starts_at"))
    sql("DROP TRIGGER decision_moves")
    sql(f"UPDATE decision SET state = '{state}', ended_at = until_at WHERE id = 'new'")
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


@pytest.mark.parametrize("category", Category)
@pytest.mark.parametrize("mode", LADDER, ids=lambda mode: mode.code)
def test_a_mode_has_sessions_for_a_trail_or_for_evidence_or_for_nothing(sql, mode, category):
    sql(decision_like("made", strand="'second'", mode=f"'{mode.code}'"))
    sql(MAKE_NEW)
    sql(fitting_like("fitting", device_id=":fourth_device", strand="'second'"))
    session = session_like(decision_id="'new'", fitting_id="'new'", category=f"'{category}'")
    if (mode.code, category) in SEALED:
        assert sql(session).rowcount == 1
    else:
        with pytest.raises(sqlite3.IntegrityError) as caught:
            sql(session)
        assert str(caught.value) == "session: not authorised that day"


SEALED = {
    (ModeCode.CARRIED_TRAIL, Category.TRAIL),
    (ModeCode.FITTED_TRAIL, Category.TRAIL),
    (ModeCode.ZONE_ON_ARRIVAL, Category.EVIDENCE),
}


@pytest.mark.parametrize("mode", LADDER, ids=lambda mode: mode.code)
def test_what_the_store_lets_be_sealed_is_what_keys_are_issued_for(house, mode):
    kept = kept_categories(house.proposal(house.person(), mode=mode.code))
    assert {(mode.code, category) for category in kept} == {one for one in SEALED if one[0] is mode.code}


def test_the_trail_modes_in_the_migration_are_the_ladders():
    listed = set(re.findall(r"'(\w+)'", MIGRATION._TRAIL_MODES))
    assert listed == {mode.code.value for mode in LADDER if mode.keeps_trail}


# --- alerts: nobody is in breach by machine -------------------------------------------------------------


def test_the_moves_of_an_alert_in_the_migration_and_in_the_store_are_the_rules_own(sql):
    rules = {(state.value, move.value, to.value) for state, moves in alerts.MOVES.items() for move, to in moves.items()}
    moves = [*CONDITIONS.MOVES, *HANDLING.MOVES]
    assert set(moves) == rules
    assert len(moves) == len(rules)
    assert set(sql("SELECT from_state, move, to_state FROM alert_move").fetchall()) == rules


def test_the_migration_asks_for_reasons_and_certainty_where_the_rules_do():
    assert set(re.findall(r"'(\w+)'", CONDITIONS._WITH_REASONS)) == SAYS_WHY
    towards = {to for moves in alerts.MOVES.values() for move, to in moves.items() if move in alerts.RAISES_IT}
    assert set(re.findall(r"'(\w+)'", CONDITIONS._TOWARDS_A_BREACH)) == towards


def test_the_migration_knows_our_processes_by_the_names_the_rules_know():
    text = process("acted_by")
    listed, beginnings = re.findall(r"IN \(([^)]*)\)", text)
    assert set(re.findall(r"'([^']*)'", listed)) == alerts.PROCESSES
    assert re.findall(r"'([^']*)'", beginnings) == ["monitor_", "monitor-"]
    assert all(alerts.is_process(name.strip("'")) for name in NOT_PEOPLE.values() if name[0] == "'")
    assert not any(alerts.is_process(name.strip("'")) for name in PEOPLE)


@pytest.mark.parametrize("by", PEOPLE)
def test_whoever_is_not_named_as_a_process_is_takes_a_step(sql, by):
    assert sql(step("a_raised", "claim", "claimed", by)).rowcount == 1
    assert sql(to("a_raised", "claimed", held_by=by)).rowcount == 1
    assert sql(reply_like(recorded_by=by)).rowcount == 1
    assert sql(like("statement", "1", id="'new'", stated_by=by)).rowcount == 1


STANDS = {
    S.RAISED: "a_raised",
    S.CLAIMED: "a_claimed",
    S.TRIAGED: "a_triaged",
    S.CLEARED: "a_cleared",
    S.POSSIBLE_BREACH: "a_possible",
    S.ENQUIRY: "a_answered",
    S.NO_BREACH: "a_no_breach",
    S.BREACH: "a_breach",
    S.NOTIFIED: "a_notified",
}
MOVE_TO = {to: move for moves in alerts.MOVES.values() for move, to in moves.items() if move is not M.SUSPEND}


def test_an_alert_stands_in_every_state(sql):
    for state, name in STANDS.items():
        assert sql(f"SELECT state FROM alert WHERE id = :{name}").fetchall() == [(state,)]
    assert set(STANDS) == set(AlertState)


@pytest.mark.parametrize("state", AlertState)
def test_the_store_makes_each_move_of_an_alert_in_the_table_and_no_other(sql, state):
    name = STANDS[state]
    for other in set(AlertState) - {state}:
        sql("SAVEPOINT one")
        sql(step(name, MOVE_TO[other], other))
        if other in alerts.MOVES[state].values():
            assert sql(to(name, other, **DECIDED if other is S.BREACH else {})).rowcount == 1
        else:
            for rule in LAW["alert_moves"].beside:
                sql(f"DROP TRIGGER {rule}")
            with pytest.raises(sqlite3.IntegrityError, match="alert: no such move"):
                sql(to(name, other))
        sql("ROLLBACK TO one")


def reached(sql, name, by="'officer-bo'", reasons="x'01'"):
    """Every state that raw SQL can bring an alert to by steps of this actor, whatever move they claim to be."""
    found = {state for (state,) in sql(f"SELECT state FROM alert WHERE id = :{name}")}

    def go_on(entry):
        for state in set(AlertState) - found:
            for move in AlertMove:
                sql(f"SAVEPOINT s{entry}")
                try:
                    sql(step(name, move, state, by, entry=entry, reasons_sealed=reasons))
                    sql(to(name, state, version=entry, decided_by=by if state is S.BREACH else "decided_by"))
                except sqlite3.IntegrityError:
                    pass
                else:
                    found.add(state)
                    go_on(entry + 1)
                sql(f"ROLLBACK TO s{entry}")
                if state in found:
                    break

    go_on(STEP)
    return found


BEGINNINGS = ["a_raised", "a_claimed", "a_triaged", "a_possible", "a_answered"]


@pytest.mark.parametrize("by", NOT_PEOPLE.values(), ids=NOT_PEOPLE.keys())
@pytest.mark.parametrize("name", [*BEGINNINGS, "a_breach", "a_cleared"])
def test_by_raw_sql_too_no_process_brings_an_alert_anywhere(sql, name, by):
    assert len(reached(sql, name, by)) == 1


@pytest.mark.parametrize("name", BEGINNINGS)
def test_by_raw_sql_too_nobody_is_in_breach_without_reasons(sql, name):
    assert not reached(sql, name, reasons="x''") & {S.BREACH, S.NOTIFIED}


@pytest.mark.parametrize("name", ["a_uncertain", "a_service", "a_weakened"])
def test_by_raw_sql_too_what_is_not_certain_is_released_or_cleared_and_nothing_else(sql, name):
    assert reached(sql, name) == {S.RAISED, S.CLAIMED, S.TRIAGED, S.CLEARED}


@pytest.mark.parametrize("name", ["a_enquiry", "a_asked", "a_disputed"])
def test_by_raw_sql_too_an_enquiry_that_nobody_answered_or_that_is_disputed_is_only_excused(sql, name):
    assert reached(sql, name) == {S.ENQUIRY, S.NO_BREACH}


def test_a_named_person_with_reasons_can_go_the_whole_way_once_the_person_was_heard(sql):
    assert reached(sql, "a_answered") == {S.ENQUIRY, S.NO_BREACH, S.BREACH, S.NOTIFIED}


@pytest.mark.parametrize(("late", "decided"), [(-1, False), (0, True), (1, True)])
def test_without_an_answer_it_is_decided_when_the_enquiry_is_due_and_not_before(sql, late, decided):
    due = f"(SELECT enquiry_due_at FROM alert WHERE id = :a_enquiry) + {late}"
    sql(step("a_enquiry", "decide", "breach", at=due))
    if decided:
        assert sql(to("a_enquiry", "breach", **DECIDED)).rowcount == 1
    else:
        with pytest.raises(sqlite3.IntegrityError, match="heard first"):
            sql(to("a_enquiry", "breach", **DECIDED))


@pytest.mark.parametrize("excuse", Excuse)
def test_an_answer_lets_it_be_decided_unless_it_is_none_or_says_that_it_is_not_so(sql, excuse):
    sql(reply_like(excuse=f"'{excuse}'"))
    sql(step("a_enquiry", "decide", "breach"))
    if excuse in (Excuse.NOT_SO, Excuse.NONE):
        with pytest.raises(sqlite3.IntegrityError, match="heard first"):
            sql(to("a_enquiry", "breach", **DECIDED))
    else:
        assert sql(to("a_enquiry", "breach", **DECIDED)).rowcount == 1


def test_one_answer_that_says_that_it_is_not_so_blocks_whatever_else_was_answered(sql):
    sql(reply_like(alert_id=":a_answered", at="at + 1", excuse="'not_so'"))
    sql(step("a_answered", "decide", "breach"))
    with pytest.raises(sqlite3.IntegrityError, match="heard first"):
        sql(to("a_answered", "breach", **DECIDED))


ROUNDABOUT = {
    "an enquiry that is due before it begins, and then decided unheard": [
        step("a_possible", "enquire", "enquiry"),
        to("a_possible", "enquiry", enquiry_due_at="0"),
        step("a_possible", "decide", "breach", entry=STEP + 1),
        to("a_possible", "breach", **DECIDED, version=STEP + 1),
    ],
    "an alert that begins with its enquiry due": [alert_like("a_raised", enquiry_due_at="0")],
    "an alert that begins in someone's hands": [alert_like("a_raised", held_by="'officer-else'")],
    "an alert that begins weakened for no reason": [alert_like("a_raised", weakened_at="raised_at")],
    "an alert that begins weakened at no time": [alert_like("a_raised", weakened_why="'late_fix'")],
    "a step by a tab": [step("a_answered", "decide", "breach", "char(9)")],
    "a step by the clock and a new line": [step("a_answered", "decide", "breach", "'clock' || char(10)")],
    "an answer of no kind": [reply_like(excuse="'nonsense'")],
    "an answer of no kind, close to a dispute": [reply_like(excuse="'NOT_SO'")],
}


@pytest.mark.parametrize("statements", ROUNDABOUT.values(), ids=ROUNDABOUT.keys())
def test_what_is_refused_on_roundabout_ways(sql, statements):
    with pytest.raises(sqlite3.IntegrityError):
        assert all(sql(statement).rowcount for statement in statements)


# --- what stands as a check -----------------------------------------------------------------------------

CHECKS = {
    "nobody_approves_their_own": {
        "in a proposal": decision_like("free", strand="'second'", approved_by="proposed_by"),
        "in the making": set_("free", "state = 'made', approved_by = proposed_by, made_at = starts_at"),
        "afterwards": set_("made", "approved_by = proposed_by"),
    },
    "an_order_names_its_maker": {
        "an order without": decision_like("order", strand="'second'", maker="NULL"),
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
FINER = ("decision_approved_by_stands", "decision_until_insert", "decision_legal")
"""Rules that refuse some of the same attempts before a check is reached."""


@pytest.mark.parametrize(
    ("name", "attempt"),
    [(name, attempt) for name, attempts in CHECKS.items() for attempt in attempts.values()],
    ids=[f"{name}: {what}" for name, attempts in CHECKS.items() for what in attempts],
)
def test_raw_sql_cannot_break_a_check(sql, name, attempt):
    for rule in FINER:
        sql(f"DROP TRIGGER {rule}")
    with pytest.raises(sqlite3.IntegrityError, match=f"CHECK constraint failed: {name}"):
        sql(attempt)
    sql("PRAGMA ignore_check_constraints=ON")
    assert sql(attempt).rowcount == 1


def test_every_check_of_the_migration_is_tried_here(sql):
    [(written,)] = sql("SELECT group_concat(sql) FROM sqlite_master WHERE type = 'table'").fetchall()
    assert set(re.findall(r"CONSTRAINT (\w+) CHECK", written)) == set(CHECKS)


UNIQUE = {
    "two devices of one serial": ("device_serial_once", like("device", "id = :device", id="'new'")),
    "two tokens of one hash": ("token_hash_once", like("token", "fitting_id = :fitting", id="'new'")),
    "two cases of one reference": ("case_file_reference_once", like("case_file", "id = :made_case", id="'new'")),
    "two frames of one ingest record": ("frame_number_once", like("frame", "1", seq=99)),
    "two sessions of one name": ("session_id_once", session_like(id="id")),
}


@pytest.mark.parametrize(("rule", "attempt"), UNIQUE.values(), ids=UNIQUE.keys())
def test_what_is_one_cannot_be_two_whatever_the_rules_say(sql, rule, attempt):
    sql(f"DROP TRIGGER {rule}")
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE constraint failed"):
        sql(attempt)


# --- what the law allows --------------------------------------------------------------------------------

ALLOWED = {
    "make a proposal": make("free"),
    "refuse a proposal": set_("free", "state = 'refused'"),
    "withdraw": set_("made", "state = 'withdrawn', ended_at = starts_at + 1, until_at = starts_at + 1"),
    "pause": set_("made", "state = 'suspended'"),
    "end an order earlier": set_("order", "state = 'withdrawn', ended_at = until_at - 1, until_at = until_at - 1"),
    "annul what was withdrawn, from earlier on": set_(
        "over", "state = 'annulled', ended_at = ended_at - 1, until_at = until_at - 1"
    ),
    "resume": "UPDATE suspension SET to_at = from_at + 1 WHERE decision_id = :low",
    "start a retention clock earlier": "UPDATE retention_clock SET started_at = started_at - 1, "
    "erase_due_at = erase_due_at - 1 WHERE decision_id = :over AND category = 'trail'",
    "a follower on its own strand": decision_like(
        "made", starts_at="until_at", follows=":made", review_due_at="until_at + 1", until_at="until_at + 1"
    ),
    "the next entry": "INSERT INTO entry SELECT max(idx) + 1, body, leaf FROM entry",
    "end a token": "UPDATE token SET ended_at = 1 WHERE fitting_id = :fitting",
    "end a rotated token sooner": set_("rotated", "ended_at = ended_at - 1", "token"),
    "a second token": another_token("bound"),
    "a second token as the first one ends": another_token("single", issued_at="ifnull(ended_at, issued_at)"),
    "a third token once the first has ended": another_token(
        "upstream", issued_at="(SELECT ended_at FROM token WHERE id = :rotated)"
    ),
    "a device added to a scope": scope_change("upstream", "'TAG-9'", 1),
    "a device added that was removed": scope_change("upstream", "'TAG-1'", 1),
    "a device removed that was added": scope_change("upstream", "'TAG-3'", 0),
    "an acknowledgement as it is given": acknowledging("'upstream-1'"),
    "one more instruction": like("instruction", "id = :told", id="'new'"),
    "take a device off": set_("fitting", f"removed_at = {NOW}", "fitting"),
    "take a device off as soon as it was fitted": set_("fitting", "removed_at = fitted_at", "fitting"),
    "fit a device where it was taken off": fitting_like("removed", fitted_at="removed_at", removed_at="NULL"),
    "erase a record": "DELETE FROM record WHERE idx = 1",
    "a session of the day": session_like(),
    "a session of the last day": session_like(day="date(day, '+28 days')"),
    "one more purpose of a proposal": "INSERT INTO decision_purpose VALUES (:free, 'curfew')",
    "one more zone of a proposal": like("condition", "1", id="'new'"),
    "a decision that waits thirty days": decision_like("free", late_max=30 * 86_400_000),
    "a name": f"UPDATE person SET name_sealed = x'01' WHERE id = {ITS_PERSON.format('made_case')}",
    "destroy a day's key": "UPDATE day_key SET destroyed_at = 1 "
    "WHERE (person_id, category, day) IN (SELECT person_id, category, day FROM day_key "
    f"WHERE person_id = {ITS_PERSON.format('made_case')} LIMIT 1)",
    "evidence of one judged on arrival": session_like(
        decision_id=":low",
        case_id=":low_case",
        category="'evidence'",
        person_id=ITS_PERSON.format("low_case"),
        fitting_id="(SELECT id FROM fitting WHERE case_id = :low_case)",
    ),
    "an alert": alert_like("a_raised"),
    "an uncertain alert": alert_like("a_raised", weight="'uncertain'"),
    "an alert that is over when it is raised": alert_like("a_raised", ended_at="confirmed_at"),
    "the end of an alert": set_("a_raised", "ended_at = confirmed_at", "alert"),
    "the end of an alert that was decided": set_("a_breach", "ended_at = confirmed_at", "alert"),
    "weakening an alert": set_("a_raised", f"weakened_at = {NOW}, weakened_why = 'late_fix'", "alert"),
    "weakening a breach": set_("a_breach", f"weakened_at = {NOW}, weakened_why = 'annulled'", "alert"),
    "a step by someone": step("a_raised", "claim", "claimed"),
    "a step that needs no reasons": step("a_raised", "claim", "claimed", reasons_sealed="x''"),
    "an answer to an enquiry": reply_like(),
    "an answer to a breach": reply_like(alert_id=":a_breach", at="at + 1"),
    "an answer to one that was notified": reply_like(alert_id=":a_notified", at="at + 1"),
    "a statement": like("statement", "1", id="'new'"),
    "a statement of what begins now": like("statement", "1", id="'new'", since_at="stated_at"),
    "an absence": like("absence", "1", from_at="to_at", to_at="to_at + 1"),
    "another removal": like("removal", "1", from_at="to_at", to_at="to_at + 1"),
    "a warning on another day": like("review_warning", "1", days="1"),
    "a silence that lasts": like("silence", "1", suspends="1"),
    "an outage": like("outage", "1", from_at="to_at", to_at="to_at + 1"),
    "another fix that was judged": like("sighting", "1", at="at + 1"),
    "another check-in": like("word", "1", at="at + 1"),
    "erase what was judged": "DELETE FROM ingest_detail",
    "what was judged last": "UPDATE contact SET contact_at = contact_at + 1 WHERE fitting_id = :fitting",
    "take a lease": f"UPDATE lease SET fence = fence + 1 {OF_ONE_LEASE}",
}


@pytest.mark.parametrize("statement", ALLOWED.values(), ids=ALLOWED.keys())
def test_the_law_lets_through_what_it_should(sql, statement):
    assert sql(statement).rowcount == 1


def test_a_change_of_a_scope_without_its_entry_is_never_durable(sql):
    assert sql(scope_change("upstream", "'TAG-9'", 1)).rowcount == 1
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY constraint failed"):
        sql("COMMIT")


# --- piece by piece -------------------------------------------------------------------------------------

ZEROS, OTHER = bytes(PIECE_BYTES), b"\1" * PIECE_BYTES


def with_pieces(sql, **columns):
    """An UPDATE of the frame: `p0`, `p1` and `p2` are put in place of its pieces, the rest in its columns."""
    [(sealed,)] = sql("SELECT sealed FROM frame").fetchall()
    pieces = [sealed[at : at + PIECE_BYTES] for at in range(0, len(sealed), PIECE_BYTES)]
    assert len(pieces) == 3
    new = b"".join(columns.pop(f"p{number}", piece) for number, piece in enumerate(pieces))
    changes = ", ".join([f"sealed = x'{new.hex()}'", *(f"{name} = {value}" for name, value in columns.items())])
    return f"UPDATE frame SET {changes}"


UNMARKED = {
    "the next piece": {"p1": ZEROS},
    "the last piece": {"p2": ZEROS},
    "the marked piece and the next": {"p0": ZEROS, "p1": ZEROS},
    "every piece": {"p0": ZEROS, "p1": ZEROS, "p2": ZEROS},
    "the marked piece, not to zeros": {"p0": OTHER},
    "the marked piece, not all of it": {"p0": ZEROS[:-1] + b"\1"},
    "the marked piece in another's place": {"p1": ZEROS, "p0": OTHER},
    "the marked piece and the first time": {"p0": ZEROS, "first_ms": "first_ms + 1"},
    "the marked piece and the last time": {"p0": ZEROS, "last_ms": "last_ms - 1"},
    "the marked piece and the directory": {"p0": ZEROS, "directory": "zeroblob(length(directory))"},
    "the marked piece and the number": {"p0": ZEROS, "number": "number + 1"},
    "the marked piece and the partition": {"p0": ZEROS, "partition": "partition + 1"},
    "the marked piece and the place": {"p0": ZEROS, "seq": "seq + 1"},
    "the marked piece taken out": {"p0": b""},
    "one piece more": {"p2": OTHER + OTHER},
    "one byte more": {"p0": ZEROS, "p2": ZEROS + b"\0"},
}


@pytest.mark.parametrize("change", UNMARKED.values(), ids=UNMARKED.keys())
def test_where_one_piece_is_marked_nothing_else_changes(sql, change):
    sql(MARK)
    with pytest.raises(sqlite3.IntegrityError, match="sealed bytes change only where a removal is marked"):
        sql(with_pieces(sql, **change))


@pytest.mark.parametrize("marked", [(0,), (1,), (2,), (0, 2), (0, 1, 2)])
def test_marked_pieces_become_zeros_and_the_others_stay(sql, marked):
    for position in marked:
        sql(f"INSERT INTO removed_fix SELECT partition, number, {position}, x'00', 0 FROM frame")
    assert sql(with_pieces(sql, **{f"p{position}": ZEROS for position in marked})).rowcount == 1
    for position in {0, 1, 2} - set(marked):
        with pytest.raises(sqlite3.IntegrityError, match="sealed bytes change only"):
            sql(with_pieces(sql, **{f"p{position}": ZEROS}))


def test_the_migration_counts_the_bytes_of_a_piece_as_the_frame_does():
    assert MIGRATION._PIECE_BYTES == PIECE_BYTES


def test_a_mark_in_one_frame_is_none_in_another(sql):
    sql("INSERT INTO removed_fix SELECT partition, number + 1, 0, x'00', 0 FROM frame")
    with pytest.raises(sqlite3.IntegrityError, match="sealed bytes change only"):
        sql("UPDATE frame SET sealed = zeroblob(length(sealed))")
    with pytest.raises(sqlite3.IntegrityError, match="sealed bytes change only"):
        sql(with_pieces(sql, p0=ZEROS))
