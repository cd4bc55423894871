"""The law of registers, assessments and operations, tried by raw SQL as in test_store_law.py.

Each attempt is refused in the words of its own rule, and goes through once that rule is dropped.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from importlib import import_module

import pytest
from support.by_hand import REFUSED, words_of
from support.house import ANA, BO, START, House, scheme_at
from support.proposing import propose
from support.raw_law import raw

from custodiet.adapters.store.replay import replay_store
from custodiet.flows.activate_operation import close_operation, propose_operations
from custodiet.flows.assess_scheme import advise, depart_from_advice, record_prior_consultation, write_dpia
from custodiet.flows.end_decision import suspend_decision
from custodiet.flows.end_scheme import end_scheme
from custodiet.flows.keep_register import keep_register
from custodiet.flows.open_case import open_case
from custodiet.model.decision import Authority, Decision
from custodiet.model.dpia import PriorConsultation
from custodiet.model.identity import DecisionId, SchemeId
from custodiet.model.mode import ModeCode
from custodiet.model.times import to_ms
from custodiet.rules.decisions import Ender
from custodiet.simulation.made_up_register import made_up_dpia, made_up_register

ASSESSING = import_module("custodiet.adapters.store.migrations.versions.v0009_assessing")
MIGRATION = import_module("custodiet.adapters.store.migrations.versions.v0008_register")
NOW = to_ms(START)
DAY = timedelta(days=1)
DAY_MS = 86_400_000


def proposed(house, mode, name, scheme_id="scheme_test"):
    case = open_case(house.store, house.chance, SchemeId(scheme_id), name, ANA)
    decision = Decision(
        id=DecisionId(name),
        case_id=case.id,
        strand="main",
        mode=mode,
        power="p1",
        purposes=("contact",),
        authority=Authority.OFFICERS,
        maker=None,
        proposed_by=ANA,
        starts_at=START,
        review_due_at=START + 28 * DAY,
        ends_at=None,
    )
    propose(house.store, house.chance, decision)
    return decision


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    house = House(tmp_path_factory.mktemp("law"))
    store = house.store
    proposed(house, ModeCode.FITTED_TRAIL, "trail")
    proposed(house, ModeCode.TELEPHONE, "telephone")
    proposed(house, ModeCode.NONE, "nothing")
    paused = house.decide(house.person(), mode=ModeCode.IN_PERSON)
    suspend_decision(store, paused.id, Ender(ANA))
    close_operation(store, SchemeId("scheme_test"), ModeCode.TELEPHONE, ANA)
    close_operation(store, SchemeId("scheme_test"), ModeCode.IN_PERSON, ANA)
    propose_operations(store, SchemeId("scheme_test"), [ModeCode.TELEPHONE, ModeCode.REMINDERS], ANA)
    # One that has ended, and one of which the newest assessment was advised against and departed from.
    over = replace(scheme_at(START), id=SchemeId("scheme_over"))
    house.register(over)
    propose_operations(store, over.id, [ModeCode.TELEPHONE], ANA)
    end_scheme(store, house.chance, over.id, ANA)
    other = replace(scheme_at(START), id=SchemeId("scheme_other"))
    house.register(other)
    write_dpia(store, made_up_dpia(made_up_register(other, START), START), ANA, assessed=())
    advise(store, other.id, BO, "do not", proceed=False)
    depart_from_advice(store, other.id, ANA, "made-up reasons")
    record_prior_consultation(store, PriorConsultation(2, START), other.id, ANA)
    keep_register(store, made_up_register(replace(other, name="Otherwise"), START), ANA)
    write_dpia(store, made_up_dpia(made_up_register(other, START), START), ANA, assessed=())
    place = house.outlived()
    house.close()
    return place


@pytest.fixture
def whole(path):
    with raw(path, {}, keys=True) as sql:
        yield sql


@pytest.fixture
def sql(whole):
    """Without what a decision must rest on besides: test_store_law_assessing.py tries that."""
    for statement in ASSESSING.CONSTRAINTS:
        if statement.split()[2].startswith("decision_"):
            whole(f"DROP TRIGGER {statement.split()[2]}")
    return whole


def like(table, where="1", verb="INSERT", **changed):
    columns = COLUMNS[table].split()
    assert set(changed) <= set(columns)
    told = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(str(changed.get(name, f'"{name}"')) for name in columns)
    return f"{verb} INTO {table} ({told}) SELECT {values} FROM {table} WHERE {where} LIMIT 1"


COLUMNS = {
    "register_version": "scheme_id number effective_at register entry",
    "dpia_version": "scheme_id version written_at review_due_at dpia entry",
    "dpo_advice": "scheme_id version by at text proceed entry",
    "advice_departure": "scheme_id version by at reasons entry",
    "consultation": "scheme_id consultation entry",
    "prior_consultation": "scheme_id version asked_at answered_at outcome may_proceed entry",
    "scheme_ending": "scheme_id ended_at ended_by decisions plan entry",
    "activation": "act mode scheme_id register_number dpia_version rests_on proposed_by proposed_at approved_by "
    "from_at until_at closed_at refused",
}
NEXT = "(SELECT max(idx) + 1 FROM entry)"
FRESH = {
    "register_version": {"number": "(SELECT max(number) + 1 FROM register_version WHERE scheme_id = 'scheme_test')"},
    "dpia_version": {"version": "(SELECT max(version) + 1 FROM dpia_version WHERE scheme_id = 'scheme_test')"},
    "dpo_advice": {"version": "3"},
    "advice_departure": {"version": "3"},
    "scheme_ending": {"scheme_id": "'scheme_test'"},
}
"""What makes a row like one that stands a row that may stand beside it."""
OF_TEST = "scheme_id = 'scheme_test'"
WAITS = "act = (SELECT max(act) FROM activation WHERE scheme_id = 'scheme_test') AND mode = 'telephone'"
OVER = "scheme_id = 'scheme_over' AND approved_by IS NULL"
STANDS = "scheme_id = 'scheme_test' AND mode = 'fitted_trail' AND approved_by IS NOT NULL"
NEVER_ADVISED = "UPDATE activation SET dpia_version = 3, scheme_id = 'scheme_other'"


def fresh(table, **changed):
    where = "1" if table == "scheme_ending" else OF_TEST if table in ("register_version", "dpia_version") else "1"
    return like(table, where, **FRESH.get(table, {}) | {"entry": NEXT} | changed)


def approve(where=WAITS, **changed):
    given = {"approved_by": "'officer-bo'", "from_at": NOW, "until_at": NOW + DAY_MS} | changed
    told = ", ".join(f"{name} = {value}" for name, value in given.items())
    return f"UPDATE activation SET {told} WHERE {where}"


def make(name, at=NOW, **changed):
    given = {"state": "'made'", "approved_by": "'officer-bo'", "made_at": at, "made_entry": NEXT} | changed
    told = ", ".join(f"{one} = {value}" for one, value in given.items())
    return f"UPDATE decision SET {told} WHERE id = '{name}'"


@dataclass
class Rule:
    words: str
    attempts: dict
    first: list = field(default_factory=list)
    """Done before, rules or no rules: what makes the attempt possible at all."""


WRITTEN_ONCE = MIGRATION._WRITTEN_ONCE
LAW = {
    **{
        f"{table}_never_update": Rule(f"{table}: never updated", {"any": f"UPDATE {table} SET entry = entry"})
        for table in WRITTEN_ONCE
    },
    **{
        f"{table}_never_delete": Rule(
            f"{table}: never deleted", {"all": f"DELETE FROM {table}"}, ["PRAGMA defer_foreign_keys=ON"]
        )
        for table in WRITTEN_ONCE
    },
    **{
        f"{table}_with_its_entry": Rule(
            f"{table}: it comes with an entry of its own",
            {"an old one": fresh(table, entry="(SELECT max(idx) FROM entry)")},
        )
        for table in WRITTEN_ONCE
    },
    "dpo_advice_once": Rule(
        "dpo_advice: stands already",
        {"in place of the first": like("dpo_advice", verb="INSERT OR REPLACE", proceed=1, entry=NEXT)},
    ),
    "advice_departure_once": Rule(
        "advice_departure: stands already",
        {"in place of the first": like("advice_departure", verb="INSERT OR REPLACE", entry=NEXT)},
    ),
    "scheme_ending_once": Rule(
        "scheme_ending: stands already",
        {"in place of the first": like("scheme_ending", verb="INSERT OR REPLACE", decisions=0, entry=NEXT)},
    ),
    "register_version_next": Rule(
        "register_version: the next one, and no other",
        {
            "one left out": fresh("register_version", number=9),
            "in place of the first": like("register_version", OF_TEST, "INSERT OR REPLACE", entry=NEXT),
            "half a one": fresh("register_version", number=1.5),
        },
    ),
    "register_version_forward": Rule(
        "register_version: it takes effect no earlier than the one before",
        {"back": fresh("register_version", effective_at=NOW - 1)},
    ),
    "dpia_version_next": Rule(
        "dpia_version: the next one, and no other",
        {
            "one left out": fresh("dpia_version", version=9),
            "in place of the first": like("dpia_version", OF_TEST, "INSERT OR REPLACE", entry=NEXT),
        },
    ),
    "dpo_advice_by_someone": Rule(
        "dpo_advice: given by a named person, in words",
        {"by a process": fresh("dpo_advice", by="'clock'"), "without words": fresh("dpo_advice", text="' '")},
    ),
    "advice_departure_with_reasons": Rule(
        "advice_departure: by a named person, with reasons",
        {"by nobody": fresh("advice_departure", by="''"), "without reasons": fresh("advice_departure", reasons="''")},
    ),
    "activation_never_delete": Rule("activation: never deleted", {"all": "DELETE FROM activation"}),
    "activation_once": Rule(
        "activation: stands already",
        {"begun again": like("activation", WAITS, "INSERT OR REPLACE", proposed_by="'officer-bo'")},
        ["DROP TRIGGER activation_begins_proposed"],
    ),
    "activation_fixed": Rule(
        "activation: its terms are fixed",
        {
            "another mode": f"UPDATE activation SET mode = 'fitted_trail' WHERE {WAITS}",
            "another proposer": f"UPDATE activation SET proposed_by = 'x' WHERE {WAITS}",
            "other grounds": f"UPDATE activation SET rests_on = 'x' WHERE {STANDS}",
            "an earlier version": "UPDATE activation SET dpia_version = 2 WHERE scheme_id = 'scheme_other'",
        },
    ),
    "activation_approved_by_stands": Rule(
        "activation: approved_by stands", {"another": f"UPDATE activation SET approved_by = 'x' WHERE {STANDS}"}
    ),
    "activation_from_at_stands": Rule(
        "activation: from_at stands", {"earlier": f"UPDATE activation SET from_at = from_at - 1 WHERE {STANDS}"}
    ),
    "activation_closed_at_stands": Rule(
        "activation: closed_at stands",
        {"open again": "UPDATE activation SET closed_at = NULL WHERE closed_at IS NOT NULL"},
    ),
    "activation_begins_proposed": Rule(
        "activation: begins proposed, by a named person",
        {
            "approved": like("activation", STANDS, act=NEXT, until_at="NULL", closed_at="NULL"),
            "by a process": like("activation", WAITS, act=NEXT, proposed_by="'gateway'"),
            "without an entry": like("activation", WAITS, act=0),
            "refused": like("activation", WAITS, act=NEXT, refused=1),
        },
    ),
    "activation_by_two": Rule(
        "activation: approved by a second person, at a time",
        {
            "by the proposer": approve(approved_by="proposed_by"),
            "by a process": approve(approved_by="'clock'"),
            "before it was proposed": approve(from_at=NOW - 1),
            "after a refusal": approve(refused=1).replace("refused = 1", "refused = 1"),
        },
    ),
    "activation_of_nobody": Rule(
        "activation: nobody has approved it", {"a time alone": f"UPDATE activation SET from_at = {NOW} WHERE {WAITS}"}
    ),
    "activation_in_date": Rule(
        "activation: no longer than its assessment",
        {
            "without an end": approve(until_at="NULL"),
            "beyond": approve(until_at=NOW + 400 * DAY_MS),
            "after it": approve(from_at=NOW + 400 * DAY_MS),
        },
    ),
    "activation_advised": Rule(
        "activation: the data protection officer has not advised on it, or was departed from without reasons",
        {"on another version": approve("scheme_id = 'scheme_other' AND mode = 'telephone' AND act = 99999")},
        [like("activation", WAITS, act=99999, scheme_id="'scheme_other'", dpia_version=3)],
    ),
    "activation_not_after_the_end": Rule("activation: its scheme was ended", {"after all": approve(OVER)}),
    "activation_never_longer": Rule(
        "activation: an end never moves later",
        {
            "a day more": f"UPDATE activation SET until_at = until_at + {DAY_MS} WHERE {STANDS}",
            "for ever": f"UPDATE activation SET until_at = NULL WHERE {STANDS}",
        },
    ),
    "activation_refused_stands": Rule(
        "activation: answered already",
        {"refused after all": f"UPDATE activation SET refused = 1 WHERE {STANDS}"},
    ),
    "decision_under_an_active_operation": Rule(
        "decision: its operation is not active",
        {"closed": make("telephone")},
    ),
    "suspension_ends_under_an_active_operation": Rule(
        "suspension: its operation is not active",
        {"closed meanwhile": f"UPDATE suspension SET to_at = {NOW + 1}"},
    ),
    "activation_law_never_delete": Rule("activation_law: never deleted", {"gone": "DELETE FROM activation_law"}),
    "activation_law_never_update": Rule(
        "activation_law: never updated", {"another": "UPDATE activation_law SET stands = 2"}
    ),
}
LAW["activation_by_two"].attempts["after a refusal"] = approve(f"{WAITS} AND refused = 1")
LAW["activation_by_two"].first.append(f"UPDATE activation SET refused = 1 WHERE {WAITS}")
ATTEMPTS = [(name, attempt) for name, rule in LAW.items() for attempt in rule.attempts.values()]
IDS = [f"{name}: {what}" for name, rule in LAW.items() for what in rule.attempts]
each = pytest.mark.parametrize(("name", "attempt"), ATTEMPTS, ids=IDS)


def begin(sql, name):
    for statement in LAW[name].first:
        sql(statement)


@each
def test_raw_sql_cannot_break_the_rule(sql, name, attempt):
    begin(sql, name)
    with pytest.raises(REFUSED) as caught:
        sql(attempt)
    assert words_of(caught.value) == LAW[name].words


@each
def test_it_is_this_rule_that_refuses_and_no_accident(sql, name, attempt):
    begin(sql, name)
    sql("PRAGMA defer_foreign_keys=ON")
    sql(f"DROP TRIGGER {name}")
    assert sql(attempt).rowcount > 0


def test_every_rule_of_the_migration_is_tried_here():
    names = [re.match(r"CREATE TRIGGER (\w+) ", one)[1] for one in MIGRATION.CONSTRAINTS]
    assert sorted(names) == sorted(LAW)


# --- the gate, in every way -------------------------------------------------------------------------------------


def test_under_an_active_operation_a_decision_is_made(sql):
    assert sql(make("trail")).rowcount == 1


def test_on_rung_0_nothing_has_to_be_active(sql):
    assert sql(make("nothing")).rowcount == 1


@pytest.mark.parametrize(
    "first",
    [
        f"UPDATE activation SET until_at = {NOW} WHERE {STANDS}",
        f"UPDATE activation SET closed_at = {NOW} WHERE {STANDS}",
    ],
    ids=["in re-assessment", "closed"],
)
def test_once_its_operation_is_over_a_decision_is_made_no_more(sql, first):
    sql(first)
    with pytest.raises(REFUSED, match="its operation is not active"):
        sql(make("trail"))


def test_nor_does_one_begin_after_its_operation_will_be_over(sql):
    sql("DROP TRIGGER decision_terms_fixed")
    sql("DROP TRIGGER decision_until_update")
    sql(f"UPDATE activation SET until_at = {NOW + 5} WHERE {STANDS}")
    sql(f"UPDATE decision SET starts_at = {NOW + 5} WHERE id = 'trail'")
    with pytest.raises(REFUSED, match="its operation is not active"):
        sql(make("trail"))


def test_another_schemes_operation_is_none_of_this_ones(sql):
    sql(f"UPDATE activation SET closed_at = {NOW} WHERE {STANDS}")
    assert sql("SELECT 1 FROM activation WHERE mode = 'fitted_trail' AND closed_at IS NULL").fetchone()
    with pytest.raises(REFUSED, match="its operation is not active"):
        sql(make("trail"))


def test_a_decision_cannot_be_written_as_made(sql):
    columns = (
        "id case_id strand mode power authority proposed_by starts_at review_due_at until_at late_max state version"
    )
    told = ", ".join(columns.split())
    values = told.replace("id, case", "'new', case", 1).replace("state", "'made'")
    with pytest.raises(REFUSED, match="begins proposed"):
        sql(f"INSERT INTO decision ({told}) SELECT {values} FROM decision WHERE id = 'telephone'")


def test_in_a_store_that_is_written_to_a_scheme_without_a_register_is_bound_too(sql):
    for table in ("register_version", "dpia_version", "dpo_advice", "activation"):
        sql(f"DROP TRIGGER {table}_never_delete")
    sql("PRAGMA defer_foreign_keys=ON")
    for table in ("activation", "register_version"):
        sql(f"DELETE FROM {table} WHERE scheme_id = 'scheme_test'")
    with pytest.raises(REFUSED, match="its operation is not active"):
        sql(make("trail"))
    # A replay has no such mark: there, what was decided before there were registers is taken in as it came.
    sql("DROP TRIGGER activation_law_never_delete")
    sql("DELETE FROM activation_law")
    assert sql(make("trail")).rowcount == 1


def test_the_store_a_replay_fills_stands_under_the_same_law_without_the_mark(whole):
    query = "SELECT name, sql FROM sqlite_master WHERE type IN ('trigger', 'table')"
    with replay_store() as replay:
        assert dict(replay._connection.exec_driver_sql(query).fetchall()) == dict(whole(query).fetchall())
        assert replay._connection.exec_driver_sql("SELECT count(*) FROM activation_law").scalar() == 0
    assert whole("SELECT count(*) FROM activation_law").fetchone() == (1,)
