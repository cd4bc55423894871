"""The law of assessments, hearings, reviews and stops in the store: raw SQL, past all our code, tries each rule.

As in test_store_law.py: each attempt is refused in the words of its own rule, goes through once that rule is dropped,
and is refused with every rule in place.
"""

from datetime import timedelta
from importlib import import_module

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.assessing import assessed, assessor
from support.by_hand import REFUSED
from support.house import ANA, BO, COURT, START, House
from support.raw_law import (
    again,
    each_attempt,
    goes_through_without_it,
    refused_by_all_of_them,
    refused_by_its_rule,
)

from custodiet.flows.close_case import close_case
from custodiet.flows.decide_case import make_decision, propose_decision, refuse_decision
from custodiet.flows.keep_draft import save_draft
from custodiet.flows.obey_stop import check_stop, enter_stop
from custodiet.flows.record_fact import record_fact
from custodiet.flows.review_decision import begin_review, decide_review
from custodiet.flows.time_passes import Passing
from custodiet.model.decision import Authority
from custodiet.model.draft import DRAFT_KEPT
from custodiet.model.ending import EndReason, StopKind
from custodiet.model.errors import NotPermitted
from custodiet.model.exemption import ExemptionAnswer
from custodiet.model.fact import Age, FactKind
from custodiet.model.mode import LADDER, MODES, Family, ModeCode
from custodiet.model.representation import Reply
from custodiet.model.review import ReviewOutcome, Trigger
from custodiet.model.screening import Question
from custodiet.wire.records import read_entry
from custodiet.wire.sealed import SEALED_ANSWERS_BYTES

LAW = import_module("custodiet.adapters.store.migrations.versions.v0009_assessing")
DAY = timedelta(days=1)
ILL = (ExemptionAnswer("child", applies=False), ExemptionAnswer("ill", applies=True, criterion="asked_for"))


def build(folder):
    house = House(folder)
    try:
        return house.outlived(), lived_in(house)
    finally:
        house.close()


def lived_in(house):
    """A store in which something of every kind stands, some of it decided and some not."""
    made, waiting, over, ordered, dead = (house.person() for _ in range(5))
    house.issue_keys()
    desk = assessor(house)
    free = house.proposal(waiting)
    words = desk.words(waiting.case.id, "The line at home is shared with the landlord's family.")
    ill = desk.exempted(waiting.case.id, free.mode, ILL, START)
    propose_decision(house.store, free, assessed(house, free, words=words, exempted=ill))
    low = house.decide(waiting, strand="second", mode=ModeCode.REMINDERS)
    decided = house.decide(made)
    no = house.proposal(over)
    propose_decision(house.store, no, assessed(house, no))
    refuse_decision(house.store, no.id, BO)
    with pytest.raises(NotPermitted):
        propose_decision(house.store, house.proposal(over))
    answered, unanswered = (desk.represent(over.case.id, "It hurts.", ANA) for _ in range(2))
    desk.answer(answered, Reply.AGREED, "Noted.", ANA)
    done = begin_review(house.store, house.chance, decided.id, Trigger.WELLBEING, ANA)
    waits = begin_review(house.store, house.chance, decided.id, Trigger.PERIOD, ANA)
    house.decide(dead)
    close_case(house.store, house.chance, dead.case.id, EndReason.DIED, ANA)
    order = house.decide(ordered, authority=Authority.ORDER, maker=COURT)
    stops = [
        enter_stop(house.store, house.chance, StopKind.RESTRICT, COURT, [order.id], ANA),
        enter_stop(house.store, house.chance, StopKind.RESTRICT, COURT, [order.id], ANA),
    ]
    for person in (waiting, over):
        save_draft(house.store, desk, person.case.id, ModeCode.TELEPHONE, [("words", "Not yet.")], ANA)
    close_case(house.store, house.chance, over.case.id, EndReason.DIED, ANA)
    check_stop(house.store, house.chance, stops[0], BO, as_ordered=True)
    decide_review(house.store, desk, house.chance, done, ReviewOutcome.END, ANA)
    house.clock.pass_(29 * DAY)
    save_draft(house.store, desk, waiting.case.id, ModeCode.TELEPHONE, [("words", "Not yet.")], ANA)
    Passing(house.store, house.chance, house.clock, house.fence).look()
    record_fact(house.store, desk, house.chance, waiting.case.id, FactKind.WORK, START.date(), ANA)
    with house.store.reading() as view:
        own = view.assessment_of(free.id)
        other = view.assessment_of(decided.id)
        lower = view.assessment_of(low.id)
    return {
        "free": free.id,
        "no": no.id,
        "lower": lower.id,
        "free_case": waiting.case.id,
        "own": own.id,
        "approved": other.id,
        "other_fact": other.selection_fact,
        "answered": answered,
        "unanswered": unanswered,
        "done": done,
        "waits": waits,
        "checked": stops[0],
        "unchecked": stops[1],
    }


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return build(tmp_path_factory.mktemp("law"))


APPROVE = "UPDATE assessment SET approved_by = 'officer-bo', approved_at = 1 WHERE id = :own"
MAKE = (
    "UPDATE decision SET state = 'made', approved_by = 'officer-bo', made_at = starts_at, made_entry = 1 "
    "WHERE id = :free"
)
_NO_INDEX = ["DROP INDEX assessment_by_decision"]
RULES = {
    **{
        f"{table}_never_{verb}": (f"{table}: never {verb}d", [statement.format(table=table, column=key[0])], [])
        for table, key in LAW.ONCE.items()
        for verb, statement in (
            ("update", "UPDATE {table} SET {column} = {column}"),
            ("delete", "DELETE FROM {table}"),
        )
    },
    **{
        f"{table}_once": (f"{table}: stands already", [f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"], [])
        for table in (*LAW.ONCE, "representation", "assessment", "review", "stop")
    },
    "assessment_decision_once": (
        "assessment: stands already",
        [again("assessment", "id = :own", id="'new'")],
        _NO_INDEX,
    ),
    **{
        f"{table}_never_delete": (f"{table}: never deleted", [f"DELETE FROM {table}"], [])
        for table in ("representation", "assessment", "review", "stop")
    },
    **{
        f"{table}_fixed": (f"{table}: its terms are fixed", [f"UPDATE {table} SET {column} = 'other'"], [])
        for table, column in (
            ("representation", "recorded_by"),
            ("assessment", "article_8"),
            ("review", "trigger"),
            ("stop", "authority"),
        )
    },
    "case_fact_age": (
        "case_fact: one about age says which",
        [
            again("case_fact", "kind = 'age'", id="'new'", age="NULL"),
            again("case_fact", "kind = 'age'", id="'new'", age="'old'"),
            again("case_fact", "kind <> 'age'", id="'new'", age="'adult'"),
        ],
        [],
    ),
    **{
        f"{table}_by_someone": (f"{table}: by a named person", [again(table, "1", **{key: "'new'"}, **{who: name})], [])
        for table, key, who in (
            ("case_fact", "id", "author"),
            ("screening", "id", "screened_by"),
            ("stop", "id", "entered_by"),
        )
        for name in ("' Clock '",)
    },
    "draft_never_delete": ("draft: never deleted", ["DELETE FROM draft"], []),
    "draft_by_someone": ("draft: by a named person", [again("draft", "1", author="'clock'")], []),
    "draft_saved_later": (
        "draft: replaced only by a later entry",
        ["INSERT OR REPLACE INTO draft SELECT * FROM draft"],
        [],
    ),
    "draft_changed_later": (
        "draft: replaced or dropped only by a later entry",
        [
            "UPDATE draft SET mode = 'check_in'",
            "UPDATE draft SET author = 'other', entry = entry + 1",
            "UPDATE draft SET case_id = :free_case, entry = entry + 1 WHERE dropped_at IS NOT NULL AND author <> 'x'",
        ],
        ["UPDATE draft SET author = 'y' WHERE case_id = :free_case"],
    ),
    "draft_kept_for_its_days_insert": (
        "draft: kept, sealed, for its days and no longer",
        [
            again("draft", "dropped_at IS NULL", author="'other'", drop_at="drop_at + 1"),
            again("draft", "dropped_at IS NULL", author="'other'", sealed="x''"),
            again("draft", "dropped_at IS NULL", author="'other'", sealed="'in the clear'"),
            again("draft", "dropped_at IS NOT NULL", author="'other'", sealed="x'01'"),
        ],
        [],
    ),
    "draft_kept_for_its_days_update": (
        "draft: kept, sealed, for its days and no longer",
        [
            "UPDATE draft SET drop_at = drop_at + 1, entry = entry + 1",
            "UPDATE draft SET sealed = x'01', entry = entry + 1 WHERE dropped_at IS NOT NULL",
            "UPDATE draft SET dropped_at = saved_at, entry = entry + 1 WHERE dropped_at IS NULL",
        ],
        [],
    ),
    "screening_in_one_size": (
        "screening: its answers are sealed, in one size whatever they say",
        [
            again("screening", "1", id="'new'", sealed="x'01'"),
            again("screening", "1", id="'new'", sealed="substr(sealed, 2)"),
            again("screening", "1", id="'new'", sealed="printf('%.16432c', 'x')"),
        ],
        [],
    ),
    "invitation_by_someone": (
        "invitation: by a named person",
        [again("invitation", "1", at="at + 1", invited_by="'vault'")],
        [],
    ),
    **{
        f"representation_{column}_stands": (
            f"representation: {column} stands",
            [f"UPDATE representation SET {column} = 'x' WHERE id = :answered"],
            [],
        )
        for column in LAW.REPLY
    },
    "representation_begins_open": (
        "representation: nobody has answered it yet",
        [again("representation", "id = :answered", id="'new'")],
        [],
    ),
    "representation_answered_whole": (
        "representation: answered by a named person, with reasons",
        [
            "UPDATE representation SET answered_at = 1 WHERE id = :unanswered",
            (
                "UPDATE representation SET answered_at = 1, answered_by = 'clock', reply = 'agreed', "
                "reply_sealed = x'01' WHERE id = :unanswered"
            ),
            (
                "UPDATE representation SET answered_at = 1, answered_by = 'o', reply = 'agreed', reply_sealed = x'' "
                "WHERE id = :unanswered"
            ),
        ],
        [],
    ),
    **{
        f"assessment_{column}_stands": (
            f"assessment: {column} stands",
            [f"UPDATE assessment SET {column} = '9' WHERE id = :approved"],
            [],
        )
        for column in ("approved_by", "approved_at")
    },
    "assessment_begins_open": (
        "assessment: nobody has approved it yet",
        [again("assessment", "id = :approved", id="'new'")],
        _NO_INDEX,
    ),
    "assessment_approved_by_another": (
        "assessment: approved by a second person",
        [
            "UPDATE assessment SET approved_by = author WHERE id = :own",
            "UPDATE assessment SET approved_by = 'gateway' WHERE id = :own",
        ],
        [],
    ),
    "assessed_of_its_case": (
        "assessed: rests on one of its case and author",
        [
            "INSERT INTO assessed VALUES (:free, :approved)",
            "INSERT INTO assessed VALUES (:no, :own)",
            "INSERT INTO assessed VALUES (:free, :lower)",
        ],
        ["DELETE FROM assessed WHERE decision_id IN (:free, :no)"],
    ),
    "family_answer_closed": (
        "family_answer: closed once it was approved",
        ["INSERT INTO family_answer VALUES (:approved, 'other', 'tried', NULL)"],
        [],
    ),
    "family_fact_closed": (
        "family_fact: closed once it was approved",
        [again("family_fact", "assessment_id = :approved", family="'other'")],
        [],
    ),
    "family_fact_of_its_case": (
        "family_fact: a fact of its own case",
        ["INSERT INTO family_fact VALUES (:own, 'support', :other_fact)"],
        [],
    ),
    "decision_made_on_assessment": (
        "decision: made on an assessment that its second person approved",
        [MAKE, MAKE.replace("officer-bo", "officer-cy")],
        [],
    ),
    "decision_made_above_the_lower": (
        "decision: every lower family is answered with a fact",
        [MAKE],
        [APPROVE, "DELETE FROM family_fact WHERE assessment_id = :own AND family = 'home'"],
    ),
    "decision_made_of_the_screened": (
        "decision: the person was screened whole",
        [MAKE],
        [
            APPROVE,
            "DELETE FROM screening_answer WHERE question = 'torture'",
        ],
    ),
    "decision_made_of_the_heard": (
        "decision: the person was asked, and each representation answered",
        [MAKE],
        [APPROVE, "DELETE FROM invitation WHERE case_id = :free_case"],
    ),
    "decision_made_with_its_overrides_told": (
        "decision: an exemption that is overridden was told to the data protection officer, by another person",
        [MAKE],
        [APPROVE, "DELETE FROM exemption_override"],
    ),
    "exemption_override_by_someone": (
        "exemption_override: by a named person",
        [again("exemption_override", "1", by="'clock'", decision_id=":no")],
        [],
    ),
    "decision_locates_adults": (
        "decision: only an adult is on a rung that says where they are",
        [MAKE],
        [APPROVE, "UPDATE case_fact SET age = 'disputed' WHERE case_id = :free_case AND kind = 'age'"],
    ),
    "condition_carried_within_its_case": (
        "condition: carried over whole, within its case",
        [
            (
                "INSERT INTO condition (id, decision_id, kind, geometry_sealed, schedule, version, sealed_as) "
                "VALUES ('new', :free, 'exclusion', x'01', '{}', 0, 'nowhere')"
            )
        ],
        [],
    ),
    **{
        f"review_{column}_stands": (
            f"review: {column} stands",
            [f"UPDATE review SET {column} = 'x' WHERE id = :done"],
            [f"UPDATE review SET {column} = 'y' WHERE id = :done"],
        )
        for column in (*LAW.OUTCOME, "next_due_at")
    },
    "review_begins_open": (
        "review: nobody has decided it yet",
        [again("review", "id = :done", id="'new'")],
        [],
    ),
    "review_decided_whole": (
        "review: decided by a named person, late when it is late",
        [
            "UPDATE review SET decided_at = 1 WHERE id = :waits",
            (
                "UPDATE review SET decided_at = due_at, decided_by = 'clock', outcome = 'end', used = '{}', late = 0 "
                "WHERE id = :waits"
            ),
            (
                "UPDATE review SET decided_at = due_at + 1, decided_by = 'o', outcome = 'end', used = '{}', late = 0 "
                "WHERE id = :waits"
            ),
        ],
        [],
    ),
    **{
        f"stop_{column}_stands": (
            f"stop: {column} stands",
            [f"UPDATE stop SET {column} = '9' WHERE id = :checked"],
            [f"UPDATE stop SET {column} = '8' WHERE id = :checked"],
        )
        for column in LAW.FOUND
    },
    "stop_begins_open": ("stop: nobody has looked at it yet", [again("stop", "id = :checked", id="'new'")], []),
    "stop_checked_by_another": (
        "stop: checked by a second person",
        [
            "UPDATE stop SET checked_at = 1, checked_by = entered_by, as_ordered = 1 WHERE id = :unchecked",
            "UPDATE stop SET checked_at = 1, checked_by = 'web', as_ordered = 1 WHERE id = :unchecked",
            "UPDATE stop SET checked_at = 1 WHERE id = :unchecked",
        ],
        [],
    ),
}
each_rule = each_attempt(RULES)


@each_rule
def test_raw_sql_cannot_break_the_rule(sql, name, number):
    refused_by_its_rule(sql, RULES, name, number)


@each_rule
def test_it_is_this_rule_that_refuses_and_no_accident(sql, name, number):
    goes_through_without_it(sql, RULES, name, number)


@each_rule
def test_with_every_rule_in_place_it_is_refused_too(sql, name, number):
    refused_by_all_of_them(sql, RULES, name, number)


def test_every_rule_of_the_migration_is_tried_here():
    assert {statement.split()[2] for statement in LAW.CONSTRAINTS} == set(RULES)


def test_with_all_that_is_asked_for_raw_sql_makes_it(sql):
    sql(APPROVE)
    sql(MAKE.replace("made_at = starts_at", "made_at = starts_at, version = version"))


def test_the_lists_in_the_migration_are_the_ladders_and_the_screenings():
    assert LAW.NEEDS == {mode.code: mode.lower_families for mode in LADDER if mode.rung}
    assert tuple(mode.code for mode in LADDER) == LAW.RUNGS
    assert set(LAW.LOCATING) == {mode.code for mode in LADDER if mode.locates}
    assert set(LAW.QUESTIONS) == set(Question)
    assert LAW.SEALED_ANSWERS_BYTES == SEALED_ANSWERS_BYTES
    assert timedelta(milliseconds=LAW.DRAFT_KEPT_MS) == DRAFT_KEPT


BEFORE = "UPDATE assessment SET entry = (SELECT version + 2 FROM decision WHERE id = :free)"


@pytest.mark.parametrize(
    ("log", "assessments", "binds"),
    [
        (1, "DELETE FROM assessment", True),
        (0, "DELETE FROM assessment", False),
        (0, BEFORE, False),
        (0, BEFORE.replace("+ 2", "+ 1"), True),
    ],
)
def test_in_a_log_of_an_earlier_version_the_law_binds_from_the_first_assessment_on(sql, log, assessments, binds):
    triggers = sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        sql(f"DROP TRIGGER {name}")
    sql(f"UPDATE log SET assessed = {log}")
    sql(assessments)
    for _, text in triggers:
        sql(text)
    if not binds:
        assert sql(MAKE).rowcount == 1
        return
    with pytest.raises(REFUSED, match=r"^decision: "):
        sql(MAKE)


# --- whatever anyone does, through the flows -----------------------------------------------------------------


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    mode=st.sampled_from([mode.code for mode in LADDER]),
    families=st.sets(st.sampled_from(list(Family))),
    by=st.sampled_from([ANA, BO]),
    adult=st.booleans(),
    heard=st.booleans(),
)
def test_no_decision_above_rung_0_is_ever_made_without_every_lower_family_two_people_and_an_adult(
    tmp_path_factory, mode, families, by, adult, heard
):
    house = House(tmp_path_factory.mktemp("gate"))
    try:
        person = house.person()
        house.issue_keys()
        proposal = house.proposal(person, mode=mode)
        whole = assessed(house, proposal) if MODES[mode].rung else None
        try:
            if whole is not None:
                kept = tuple(one for one in whole.families if one.family in families)
                whole = type(whole)(**{name: getattr(whole, name) for name in whole.__slots__} | {"families": kept})
            propose_decision(house.store, proposal, whole)
            if not adult:
                of = (person.case.id, FactKind.AGE, START.date(), ANA)
                record_fact(house.store, assessor(house), house.chance, *of, age=Age.DISPUTED)
            if not heard:
                assessor(house).represent(person.case.id, "No.", ANA)
            make_decision(house.store, proposal.id, by)
        except NotPermitted:
            return
        assert by == BO
        if MODES[mode].rung:
            assert set(MODES[mode].lower_families) <= families
            assert heard
            assert adult or not MODES[mode].locates
        with house.store.reading() as view:
            assert read_entry(view.entries(view.ledger_size() - 1, 1)[0].body).actor == BO
    finally:
        house.close()
