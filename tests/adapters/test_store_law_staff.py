"""Rules about staff that carry law stand as constraints: raw SQL, past all our code, tries to break each one.

As in test_store_law.py: every attempt is refused with the words of its own rule, and goes through once that rule is
dropped (the others are put aside for both), and is refused with every rule in place.
"""

import re
from datetime import timedelta

import pytest
from support.by_hand import REFUSED, words_of
from support.house import SCHEME, START, House
from support.raw_law import raw
from support.staff import ADA, AOS, AOT, CAI, CEM, DPO, staffed

from custodiet.adapters.store.migrations.law import process
from custodiet.flows.keep_caseload import assign_case, declare_conflict, give_cover
from custodiet.flows.open_case import open_case
from custodiet.flows.staff_joins import propose_joiner, return_joiner
from custodiet.flows.staff_leaves import end_role
from custodiet.model.entry import Entry
from custodiet.model.record import CaseRecordGiven, kind_of
from custodiet.model.staff import COVER_MAX, HOLDS_CASES, OF_NO_SCHEME, Function
from custodiet.model.times import to_ms
from custodiet.rules.staff import BY_ANY_OFFICER

TABLES = ("role", "assignment", "cover", "conflict_of_interest", "case_record_given")
NOW = to_ms(START)
DAY = 86_400_000


def lived_in(house):
    """The names of what stands there."""
    roles = staffed(house)
    own, empty = (open_case(house.store, house.chance, SCHEME, name, by) for name, by in (("1", CAI), ("2", AOS)))
    third = open_case(house.store, house.chance, SCHEME, "3", CEM)
    fourth = open_case(house.store, house.chance, SCHEME, "4", AOS)
    assign_case(house.store, own.id, CEM, AOS)
    house.clock.pass_(timedelta(minutes=1))
    now = house.clock.now()
    give_cover(house.store, own.id, CEM, now, now + timedelta(days=2), AOS)
    declare_conflict(house.store, empty.id, CAI, CAI)
    given = CaseRecordGiven(own.id, CAI, "sitting")
    with house.store.acting() as act:
        act.write(Entry(kind_of(given), CAI, own.person_id), given)

    def proposed(actor, function=Function.CASEWORKER, scheme=SCHEME):
        return propose_joiner(house.store, house.chance, actor, function, scheme, ADA)

    names = {"waiting": proposed("newcomer"), "returned": proposed("nobody"), "officer": proposed("os", _AO)}
    names["operator"] = proposed(CAI + "-2", Function.OPERATOR)
    return_joiner(house.store, names["returned"], AOS)
    end_role(house.store, roles[AOT], ADA)
    return names | {
        "joined": roles[CAI],
        "ended": roles[AOT],
        "own": own.id,
        "empty": empty.id,
        "third": third.id,
        "fourth": fourth.id,
    }


_AO = Function.AUTHORISING_OFFICER


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    house = House(tmp_path_factory.mktemp("staff"))
    try:
        return house.outlived(), lived_in(house)
    finally:
        house.close()


@pytest.fixture
def sql(world):
    """Whatever a test does is rolled back."""
    with raw(*world, keys=True) as sql:
        yield sql


def role(insert="INSERT", **changed):
    """A new role, as an administrator proposes one."""
    row = {
        "id": "'new'",
        "actor": "'someone'",
        "function": "'caseworker'",
        "scheme_id": f"'{SCHEME}'",
        "proposed_by": f"'{ADA}'",
        "proposed_at": NOW,
        "from_at": NOW,
        "to_at": "NULL",
        "state": "'proposed'",
        "approved_by": "NULL",
        "joined_at": "NULL",
        "ended_at": "NULL",
        "first": 0,
    } | changed
    return f"{insert} INTO role ({', '.join(row)}) VALUES ({', '.join(str(one) for one in row.values())})"


def change(name, values):
    return f"UPDATE role SET {values} WHERE id = :{name}"


def join(name, **changed):
    values = {"state": "'joined'", "approved_by": f"'{AOS}'", "joined_at": NOW, "first": 0} | changed
    return change(name, ", ".join(f"{column} = {value}" for column, value in values.items()))


def assignment(insert="INSERT", **changed):
    row = {"case_id": ":third", "actor": f"'{CAI}'", "entry": 9999, "from_at": NOW, "given_by": f"'{AOS}'"}
    row |= {"ended_at": "NULL"} | changed
    return f"{insert} INTO assignment ({', '.join(row)}) VALUES ({', '.join(str(one) for one in row.values())})"


def cover(insert="INSERT", **changed):
    row = {"case_id": ":third", "actor": f"'{CAI}'", "entry": 9999, "from_at": NOW, "to_at": NOW + DAY}
    row |= {"given_by": f"'{AOS}'"} | changed
    return f"{insert} INTO cover ({', '.join(row)}) VALUES ({', '.join(str(one) for one in row.values())})"


def conflict(insert="INSERT", **changed):
    row = {"case_id": ":third", "actor": f"'{CAI}'", "declared_at": NOW, "declared_by": f"'{CAI}'"} | changed
    return f"{insert} INTO conflict_of_interest VALUES ({', '.join(str(one) for one in row.values())})"


OFFICE = "'authorising_officer'"
LAW = {
    "role_never_delete": ("role: never deleted", {"an ended one": "DELETE FROM role WHERE id = :ended"}),
    "role_once": ("role: stands already", {"written over": role("INSERT OR REPLACE", id=":waiting")}),
    "role_fixed": (
        "role: its terms are fixed",
        {
            what: change("waiting", f"{what} = {value}")
            for what, value in {
                "id": "'new'",
                "actor": "'other'",
                "function": "'operator'",
                "scheme_id": "NULL",
                "proposed_by": f"'{AOS}'",
                "proposed_at": 1,
                "from_at": 1,
                "to_at": NOW + DAY,
            }.items()
        },
    ),
    "role_approved_by_stands": ("role: approved_by stands", {"another": change("joined", "approved_by = 'bo'")}),
    "role_joined_at_stands": ("role: joined_at stands", {"earlier": change("joined", "joined_at = 1")}),
    "role_begins_proposed": (
        "role: it begins as a proposal",
        {
            "joined": role(state="'joined'", approved_by=f"'{AOS}'", joined_at=NOW),
            "with an approver": role(approved_by=f"'{AOS}'"),
            "joined at": role(joined_at=NOW),
            "ended": role(ended_at=NOW),
            "first": role(first=1),
        },
    ),
    "role_of_someone": (
        "role: of a named account, proposed by another",
        {
            "a process": role(actor="'clock'"),
            "a monitor": role(actor="'Monitor_1'"),
            "nobody": role(actor="' '"),
            "bytes": role(actor="x'01'"),
            "by a process": role(proposed_by="'gateway'"),
        },
    ),
    "role_of_its_scheme": (
        "role: in a scheme or in all, for a while or for good",
        {
            "a caseworker of none": role(scheme_id="NULL"),
            "an auditor of one": role(function="'auditor'"),
            "over before it begins": role(to_at=NOW),
        },
    ),
    "role_proposed_by_an_administrator": (
        "role: an administrator proposes others, and nobody themselves but the very first",
        {
            "by an officer": role(proposed_by=f"'{AOS}'"),
            "by nobody known": role(proposed_by="'someone-else'"),
            "by themselves": role(proposed_by="'someone'"),
            "an administrator by themselves": role(
                proposed_by="'someone'", function="'administrator'", scheme_id="NULL"
            ),
            "before they joined": role(proposed_at=NOW - 1),
        },
    ),
    "role_moves": (
        "role: no such move; what ended stands",
        {
            "joined again": change("ended", "state = 'joined', ended_at = NULL"),
            "ended later": change("ended", "ended_at = ended_at + 1"),
            "proposed again": change("returned", "state = 'proposed'"),
            "joined after all": join("returned"),
            "ended unjoined": change("waiting", f"state = 'ended', ended_at = {NOW}"),
            "unjoined": change("joined", "state = 'returned'"),
            "an unknown state": change("joined", "state = 'resting'"),
        },
    ),
    "role_complete": (
        "role: joined by someone at a time, ended at a time",
        {
            "joined at no time": join("waiting", joined_at="NULL"),
            "joined by nobody": join("waiting", approved_by="NULL"),
            "first, and approved": join("waiting", first=1),
            "neither first nor not": join("waiting", first=2),
            "returned by someone": change("waiting", f"state = 'returned', approved_by = '{AOS}'"),
            "returned at a time": change("waiting", f"state = 'returned', joined_at = {NOW}"),
            "returned as the first": change("waiting", "state = 'returned', first = 1"),
            "ended at no time": change("joined", "state = 'ended'"),
            "ended and joined": join("waiting", ended_at=NOW),
        },
    ),
    "role_by_two": (
        "role: an authorising officer approves, and nobody their own",
        {
            "by the proposer": join("waiting", approved_by=f"'{ADA}'"),
            "by themselves": join("waiting", approved_by="'newcomer'"),
            "by nobody": join("waiting", approved_by="NULL"),
            "by a caseworker": join("waiting", approved_by=f"'{CAI}'"),
            "by the data protection officer": join("waiting", approved_by=f"'{DPO}'"),
            "by an officer who has left": join("waiting", approved_by=f"'{AOT}'"),
            "before the officer joined": join("waiting", joined_at=NOW - 1),
        },
    ),
    "role_first": (
        "role: the exception is for the first of all",
        {
            "a caseworker": join("waiting", first=1, approved_by="NULL"),
            "a second officer": join("officer", first=1, approved_by="NULL"),
        },
    ),
    "role_one_function": (
        "role: an account never holds two functions",
        {"a caseworker as an operator": [f"UPDATE role SET actor = '{CAI}' WHERE id = :operator", join("operator")]},
    ),
    "assignment_never_delete": ("assignment: never deleted", {"one": "DELETE FROM assignment WHERE case_id = :own"}),
    "assignment_once": (
        "assignment: stands already",
        {
            "written over": "INSERT OR REPLACE INTO assignment SELECT case_id, actor, entry, from_at, 'bo', ended_at "
            "FROM assignment WHERE case_id = :own LIMIT 1"
        },
    ),
    "assignment_fixed": (
        "assignment: its terms are fixed",
        {
            what: f"UPDATE assignment SET {what} = {value} WHERE case_id = :third"
            for what, value in {
                "case_id": ":empty",
                "actor": f"'{CAI}'",
                "entry": 1,
                "from_at": 1,
                "given_by": "'bo'",
            }.items()
        },
    ),
    "assignment_ended_at_stands": (
        "assignment: ended_at stands",
        {
            "later": [
                f"UPDATE assignment SET ended_at = {NOW} WHERE case_id = :third",
                f"UPDATE assignment SET ended_at = {NOW + 1} WHERE case_id = :third",
            ]
        },
    ),
    "assignment_ends_after_it_began": (
        "assignment: it ends after it began",
        {"before": "UPDATE assignment SET ended_at = from_at - 1 WHERE case_id = :third"},
    ),
    "assignment_begins_open": (
        "assignment: given by a named person, and not over yet",
        {
            "over": assignment(ended_at=NOW),
            "by a process": assignment(given_by="'clock'"),
            "by nobody": assignment(given_by="''"),
        },
    ),
    "assignment_by_another": (
        "assignment: nobody gives themselves a case",
        {"a second one": assignment(given_by=f"'{CAI}'")},
    ),
    "assignment_by_an_officer": (
        "assignment: given by an authorising officer of this scheme",
        {"by a colleague": assignment(given_by=f"'{CEM}'"), "by an administrator": assignment(given_by=f"'{ADA}'")},
    ),
    "assignment_one_at_a_time": ("assignment: theirs already", {"again": assignment(actor=f"'{CEM}'")}),
    "assignment_of_a_role": (
        "assignment: to an account that holds cases in this scheme",
        {
            "to an officer who approves": assignment(actor=f"'{AOS}'"),
            "to an administrator": assignment(actor=f"'{ADA}'"),
            "to nobody known": assignment(actor="'newcomer'"),
            "before they joined": assignment(from_at=NOW - 1),
        },
    ),
    "assignment_without_conflict": (
        "assignment: they have a conflict of interest",
        {"a hidden case": assignment(case_id=":empty")},
    ),
    "cover_never_update": ("cover: never updated", {"longer": "UPDATE cover SET to_at = to_at + 1"}),
    "cover_never_delete": ("cover: never deleted", {"all": "DELETE FROM cover"}),
    "cover_once": (
        "cover: stands already",
        {
            "written over": "INSERT OR REPLACE INTO cover SELECT case_id, actor, entry, from_at, to_at + 1, given_by "
            "FROM cover LIMIT 1"
        },
    ),
    "cover_dated": (
        "cover: it ends, and within a month",
        {
            "at once": cover(to_at=NOW),
            "before it begins": cover(to_at=NOW - 1),
            "a moment too long": cover(to_at=NOW + 31 * DAY + 1),
            "at no number": cover(to_at="'never'"),
        },
    ),
    "cover_by_another": (
        "cover: on the authority of someone else",
        {"by oneself": cover(given_by=f"'{CAI}'"), "by a process": cover(given_by="'vault'")},
    ),
    "cover_by_an_officer": (
        "cover: given by the case's officer or an authorising officer",
        {
            "by another's officer": cover(case_id=":fourth", given_by=f"'{CEM}'"),
            "by a data protection officer": cover(given_by=f"'{DPO}'"),
        },
    ),
    "cover_of_a_caseworker": (
        "cover: by a caseworker of this scheme",
        {"an officer": cover(actor=f"'{AOS}'"), "nobody known": cover(actor="'newcomer'")},
    ),
    "cover_without_conflict": (
        "cover: they have a conflict of interest",
        {"a hidden case": cover(case_id=":empty")},
    ),
    "conflict_of_interest_never_update": (
        "conflict_of_interest: never updated",
        {"another's": f"UPDATE conflict_of_interest SET actor = '{CEM}'"},
    ),
    "conflict_of_interest_never_delete": (
        "conflict_of_interest: never deleted",
        {"taken back": "DELETE FROM conflict_of_interest"},
    ),
    "conflict_of_interest_once": (
        "conflict_of_interest: stands already",
        {"written over": conflict("INSERT OR REPLACE", case_id=":empty", declared_at=1)},
    ),
    "conflict_of_interest_declared_by_someone": (
        "conflict_of_interest: of someone, declared by someone",
        {"by a process": conflict(declared_by="'clock'"), "of a process": conflict(actor="'web'")},
    ),
    "case_record_given_never_delete": (
        "case_record_given: never deleted",
        {"all": "DELETE FROM case_record_given"},
    ),
    "case_record_given_once_more": (
        "case_record_given: only by a later entry",
        {
            "by an earlier one": "UPDATE case_record_given SET entry = entry - 1",
            "by the same": "UPDATE case_record_given SET entry = entry",
            "to another": f"UPDATE case_record_given SET given_to = '{CEM}', entry = entry + 1",
            "in another session": "UPDATE case_record_given SET sign_in = 'other', entry = entry + 1",
            "of another case": "UPDATE case_record_given SET case_id = :empty, entry = entry + 1",
        },
    ),
}
ATTEMPTS = [(name, attempt) for name, (_, attempts) in LAW.items() for attempt in attempts.values()]
IDS = [f"{name}: {what}" for name, (_, attempts) in LAW.items() for what in attempts]
each_attempt = pytest.mark.parametrize(("name", "attempt"), ATTEMPTS, ids=IDS)


def last_of(sql, attempt):
    """The statement that breaks the rule; what goes before it is done."""
    *before, last = [attempt] if isinstance(attempt, str) else attempt
    for statement in before:
        assert sql(statement).rowcount == 1
    return last


def put_aside(sql, name):
    for other in ours(sql):
        if other != name:
            sql(f"DROP TRIGGER {other}")


def ours(sql):
    return {rule for table in TABLES for rule in sql.rules(table)}


@each_attempt
def test_raw_sql_cannot_break_the_rule(sql, name, attempt):
    put_aside(sql, name)
    last = last_of(sql, attempt)
    with pytest.raises(REFUSED) as caught:
        sql(last)
    assert words_of(caught.value) == LAW[name][0]


@each_attempt
def test_it_is_this_rule_that_refuses_and_no_accident(sql, name, attempt):
    put_aside(sql, "")
    assert sql(last_of(sql, attempt)).rowcount > 0


@pytest.mark.parametrize(
    ("name", "attempt"), [one for one in ATTEMPTS if isinstance(one[1], str)], ids=lambda one: str(one)[:30]
)
def test_with_every_rule_in_place_it_is_refused_too(sql, name, attempt):
    with pytest.raises(REFUSED):
        sql(attempt)


def test_every_rule_about_staff_is_tried_here(sql):
    assert ours(sql) == set(LAW)


ALLOWED = {
    "a proposal": role(),
    "a second yes": join("waiting"),
    "an officer by another": join("officer"),
    "a no": change("waiting", "state = 'returned'"),
    "an end": change("joined", f"state = 'ended', ended_at = {NOW}"),
    "a second officer of a case": assignment(),
    "the first officer of a case is whoever opens it": assignment(case_id=":fourth", given_by=f"'{CAI}'"),
    "a hand-over": f"UPDATE assignment SET ended_at = {NOW} WHERE case_id = :third",
    "cover": cover(),
    "cover by the case's officer": cover(given_by=f"'{CEM}'"),
    "cover for a month": cover(to_at=NOW + 31 * DAY),
    "a conflict": conflict(),
    "another look in the same session": "UPDATE case_record_given SET entry = entry + 1",
}


@pytest.mark.parametrize("statement", ALLOWED.values(), ids=ALLOWED.keys())
def test_the_law_lets_through_what_it_should(sql, statement):
    assert sql(statement).rowcount == 1


def test_the_migration_and_the_rules_mean_the_same_functions_and_the_same_month(sql):
    [(written,)] = sql("SELECT group_concat(sql) FROM sqlite_master WHERE type = 'trigger'").fetchall()
    lists = {frozenset(re.findall(r"'(\w+)'", one)) for one in re.findall(r"function IN (\([^()]*\))", written)}
    assert lists == {
        frozenset(OF_NO_SCHEME),
        frozenset(HOLDS_CASES),
        frozenset({Function.CASEWORKER}),
        frozenset({Function.AUTHORISING_OFFICER}),
        frozenset({Function.ADMINISTRATOR}),
    }
    assert {Function.AUTHORISING_OFFICER} | OF_NO_SCHEME == BY_ANY_OFFICER
    assert str(COVER_MAX // timedelta(milliseconds=1)) in written
    assert process("given_by") in written
