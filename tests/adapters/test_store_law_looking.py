"""The law of looking in the store: raw SQL, past all our code, tries each rule.

As in test_store_law.py: each attempt is refused in the words of its own rule, goes through once that rule is dropped,
and is refused with every rule in place.
"""

from datetime import timedelta
from importlib import import_module

import pytest
from support.house import House
from support.looking import HOME, HOUR, Looked
from support.raw_law import (
    again,
    each_attempt,
    goes_through_without_it,
    refused_by_all_of_them,
    refused_by_its_rule,
    written,
)
from support.staff import AOS, CAI

from custodiet.flows.looking import end_look_up, refuse_look_up
from custodiet.model.condition import ConditionKind
from custodiet.model.errors import NotPermitted
from custodiet.model.look_up import Asked, Precision, RefusedBecause
from custodiet.rules import access

LAW = import_module("custodiet.adapters.store.migrations.versions.v0013_looking")


def build(folder):
    house = House(folder)
    try:
        return house.outlived(), lived_in(house)
    finally:
        house.close()


def lived_in(house):
    """A store in which look-ups wait, were granted, refused, ended and read, and questions were asked."""
    one = Looked(house, zones=[(ConditionKind.EXCLUSION, HOME, None)])
    other = Looked(house, staff=False, serial="TAG-M", zones=[(ConditionKind.EXCLUSION, HOME, None)], fixes=1)
    with pytest.raises(NotPermitted):
        one.ask(tried=())
    waiting = one.ask(precision=Precision.M_100)
    granted = one.granted(precision=Precision.M_100)
    refused = one.ask()
    refuse_look_up(house.store, one.assessor, refused, RefusedBecause.OTHER, AOS)
    back = one.ask()
    end_look_up(house.store, back, CAI)
    over = one.granted()
    end_look_up(house.store, over, AOS)
    one.open(granted)
    for number in range(6):
        one.question(Asked.CONTACT, one.began + number * timedelta(minutes=15))
    return {
        "waiting": waiting,
        "granted": granted,
        "refused": refused,
        "back": back,
        "over": over,
        "case": one.case_id,
        "other_case": other.case_id,
        "zone": one.zones[0],
    }


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return build(tmp_path_factory.mktemp("law"))


GRANTED = "look_up_id = :granted"


def asks(**changed):
    return again("look_up", "id = :waiting", **{"id": "'new'"} | changed)


def grants(**changed):
    return again("look_up_grant", GRANTED, **{"look_up_id": ":waiting"} | changed)


def reads(**changed):
    return again("reading", GRANTED, **{"entry": "100000"} | changed)


def question(**changed):
    """A second question, beyond the day of those that stand."""
    later = {"entry": "100000", "at": f"at + {2 * LAW.DAY_MS}"}
    return again("question", "asked = 'contact'", **later | changed)


MANY = """
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 89)
INSERT INTO question (entry, case_id, asked, about, by, at)
SELECT 100000 + i, case_id, asked, about, by, at + 1 + i FROM (SELECT * FROM question LIMIT 1), n
"""
"""With the six that stand, as many as a month allows; a day's quota would not allow them."""
MINUTE = 60_000
PROCESSES = ("'clock'", "' Gateway '", "''", "'monitor-1'")
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
        for table in LAW.ONCE
    },
    "look_up_whole": (
        "look_up: says why, what was tried, and a window that has passed",
        [
            asks(why_sealed="x''"),
            asks(tried="'[]'"),
            asks(to_at="from_at"),
            asks(to_at="asked_at + 1"),
            asks(precision="'exact'"),
        ],
        [],
    ),
    **{
        f"{table}_by_someone": (f"{table}: by a named person", [make(**{column: one}) for one in PROCESSES], [])
        for table, column, make in (
            ("look_up", "asked_by", asks),
            ("look_up_grant", "approved_by", grants),
            (
                "look_up_refusal",
                "by",
                lambda **given: again("look_up_refusal", "1", **{"look_up_id": ":waiting"} | given),
            ),
            (
                "look_up_ending",
                "by",
                lambda **given: again("look_up_ending", "1", **{"look_up_id": ":waiting"} | given),
            ),
            ("reading", "by", reads),
            ("question", "by", question),
        )
    },
    "look_up_grant_by_another": (
        "look_up_grant: given by a second person",
        [grants(approved_by="'caseworker-ai'")],
        [],
    ),
    "look_up_refusal_by_another": (
        "look_up_refusal: by a second person; whoever asked takes it back",
        [again("look_up_refusal", "1", look_up_id=":waiting", by="'caseworker-ai'")],
        [],
    ),
    "look_up_grant_within": (
        "look_up_grant: no wider and no finer than what was asked",
        [
            grants(from_at="from_at - 1"),
            grants(to_at="to_at + 1"),
            grants(precision="'full'"),
            grants(precision="'exact'"),
        ],
        [],
    ),
    "look_up_grant_ends": (
        "look_up_grant: ends within a day",
        [grants(expires_at="approved_at"), grants(expires_at=f"approved_at + {LAW.DAY_MS} + 1")],
        [],
    ),
    "look_up_grant_of_a_waiting": (
        "look_up_grant: of a request that waits",
        [
            grants(look_up_id=":refused"),
            grants(look_up_id=":back"),
            grants(approved_at=f"approved_at + {LAW.DAY_MS}", expires_at=f"expires_at + {LAW.DAY_MS}"),
        ],
        [],
    ),
    "look_up_refusal_of_a_waiting": (
        "look_up_refusal: of a request that waits",
        [again("look_up_refusal", "1", look_up_id=one) for one in (":granted", ":back")],
        [],
    ),
    "look_up_ending_of_a_standing": (
        "look_up_ending: of a request that stands",
        [again("look_up_ending", "1", look_up_id=":refused")],
        [],
    ),
    "reading_of_its_asker": (
        "reading: by whoever asked, about the person they asked about",
        [reads(by="'caseworker-em'"), reads(case_id=":other_case")],
        [],
    ),
    "reading_within": (
        "reading: no wider and no finer than its grant",
        [
            reads(from_at="from_at - 1"),
            reads(to_at="to_at + 1"),
            reads(to_at="from_at"),
            reads(precision="'full'"),
        ],
        [],
    ),
    "reading_in_time": (
        "reading: while its grant lasts",
        [
            reads(at="at + 4 * 3600000"),
            reads(at=f"at - {HOUR // timedelta(milliseconds=1)}"),
            reads(look_up_id=":over"),
        ],
        [],
    ),
    "question_of_a_quarter": (
        "question: one of the closed list, about a quarter of an hour that is over",
        [
            question(about=f"about + {MINUTE}"),
            question(about=f"about + {10 * LAW.DAY_MS}"),
            question(asked="'where'"),
            question(asked="'zone'"),
            question(condition_id=":zone"),
        ],
        [],
    ),
    "question_of_its_case": (
        "question: about a zone of the case",
        [question(asked="'zone'", condition_id=":zone", case_id=":other_case")],
        [],
    ),
    "question_six_a_day": ("question: at most 6 a person a day", [question(at="at + 1")], []),
    "question_96_a_month": ("question: at most 96 a person a month", [question(entry="200000")], [MANY]),
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


@pytest.mark.parametrize("attempt", [asks(), grants(), reads(), question()], ids=["ask", "grant", "read", "question"])
def test_what_breaks_no_rule_raw_sql_writes(sql, attempt):
    assert sql(written(sql, attempt)).rowcount == 1


def test_the_numbers_in_the_migration_are_the_rules_own():
    assert (LAW.A_DAY_MAX, LAW.A_MONTH_MAX) == (access.A_DAY_MAX, access.A_MONTH_MAX)
    assert timedelta(milliseconds=LAW.DAY_MS) == access.A_DAY
    assert 30 * access.A_DAY == access.A_MONTH
