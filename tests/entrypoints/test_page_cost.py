"""What a page costs, whatever there is: it asks the policy a few times, and reads no growing table from end to end."""

import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import event
from support.house import SCHEME, Person
from support.in_process import client_of, place_of
from support.staff import ADA, AOS, CAI, DPO, staffed

from custodiet.flows.open_case import open_case
from custodiet.flows.staff_joins import approve_joiner, propose_joiner
from custodiet.main.pages import read_policy
from custodiet.model.identity import ActorId
from custodiet.model.staff import Function

ASKED_MAX = 12
"""Some 100 µs each."""
STATEMENTS_MAX = 40
"""Put to the store by one page, beginnings of transactions among them."""
FIRST_MAX = 70
"""The same at the first look of a sitting."""
PAGES = [
    (CAI, "/day"),
    (AOS, "/authorise"),
    (CAI, "/cases"),
    (CAI, "/cases/M-01"),
    (CAI, "/cases/M-01/people"),
    (CAI, "/standing"),
    (AOS, "/cases"),
    (AOS, "/cases/M-01/people"),
    (AOS, "/staff"),
    (DPO, "/staff"),
    (ADA, "/staff?function=caseworker"),
    (ADA, f"/staff/{CAI}"),
]


GROWS = (
    "task",
    "alert",
    "decision",
    "case_file",
    "assignment",
    "cover",
    "conflict_of_interest",
    "fitting",
    "statement",
)
OF_ONE_OFFICER = [
    (CAI, "/day"),
    (AOS, "/authorise"),
    (CAI, "/cases"),
    (CAI, "/cases?holding=authorised"),
    (CAI, "/cases/M-01"),
    (CAI, "/cases/M-01/people"),
    (AOS, "/cases/M-01/people"),
    (ADA, f"/staff/{CAI}"),
]


class Counted:
    """The installed policy, and how often it was asked."""

    def __init__(self) -> None:
        self._policy = read_policy()
        self.sha256 = self._policy.sha256
        self.asked = 0

    def may(self, who, act, thing):
        self.asked += 1
        return self._policy.may(who, act, thing)


@pytest.fixture
def place(house, tmp_path):
    policy = Counted()
    staffed(house)
    place_of(house, tmp_path, policy, (ADA, AOS, CAI, DPO))
    yield policy
    from django.db import connection

    connection.close()


def grow(house, cases, staff):
    """So many more of each."""
    for number in cases:
        open_case(house.store, house.chance, SCHEME, f"M-{number:02d}", CAI)
    for number in staff:
        given = (ActorId(f"more-{number:02d}"), Function.CASEWORKER, SCHEME, ADA)
        approve_joiner(house.store, propose_joiner(house.store, house.chance, *given), AOS)


def asked_by_each_page(policy):
    told = {}
    for actor, path in PAGES:
        client = client_of(actor)
        before = policy.asked
        assert client.get(path).status_code == 200, path
        told[actor, path] = policy.asked - before
    return told


def test_a_page_asks_the_policy_a_few_times_however_much_there_is(house, place):
    grow(house, range(1, 3), range(2))
    few = asked_by_each_page(place)
    assert max(few.values()) <= ASKED_MAX
    assert min(few.values()) > 0
    grow(house, range(3, 30), range(2, 30))
    assert asked_by_each_page(place) == few


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(("actor", "path"), OF_ONE_OFFICER, ids=[path for _, path in OF_ONE_OFFICER])
def test_a_page_about_ones_own_cases_reads_no_table_that_grows_from_end_to_end(house, actor, path):
    if house.database is not None:
        pytest.skip("what is read is what SQLite plans; of so few rows PostgreSQL reads the whole table by choice")
    grow(house, range(1, 3), range(2))
    client, read = client_of(actor), {}

    def heard(_connection, _cursor, statement, parameters, *_):
        read[statement] = parameters

    event.listen(house.store._engine, "before_cursor_execute", heard)
    assert client.get(path).status_code == 200
    event.remove(house.store._engine, "before_cursor_execute", heard)
    with closing(sqlite3.connect(house.path)) as database:
        plans = {
            statement: [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {statement}", given)]
            for statement, given in read.items()
            if statement.startswith("SELECT")
        }
    assert plans
    scans = [(one, step) for one, steps in plans.items() for step in steps if step.startswith("SCAN")]
    assert [one for one in scans if one[1].split()[1] in GROWS] == []


LISTS = [
    (CAI, "/alerts"),
    (CAI, "/devices"),
    (CAI, "/translations"),
    (AOS, "/schemes"),
    (CAI, "/cases/M-01/decide"),
    (CAI, "/cases/M-01/looks"),
    (CAI, "/cases/M-01/notice"),
    (CAI, "/cases/M-01/requests/new"),
    (DPO, "/disclosures"),
    (DPO, "/oversight"),
    (DPO, "/kept"),
    (DPO, "/regulator"),
    (ADA, f"/staff/{CAI}/training"),
]


def statements_of_each_page(house, pages=PAGES):
    """How many statements each page puts to the store, at the first look of a sitting and at the next.

    At the first, names and records are opened, which is written down.
    """
    told, heard = {}, []

    def hear(_connection, _cursor, statement, *_):
        heard.append(statement)

    event.listen(house.store._engine, "before_cursor_execute", hear)
    for actor, path in pages:
        client = client_of(actor)
        for look in ("first", "next"):
            heard.clear()
            assert client.get(path).status_code == 200, path
            told[actor, path, look] = len(heard)
    event.remove(house.store._engine, "before_cursor_execute", hear)
    return told


@pytest.mark.usefixtures("place")
def test_a_page_asks_the_store_as_often_for_many_cases_as_for_few(house):
    def begin(numbers):
        grow(house, numbers, ())
        with house.store.reading() as view:
            cases = [view.case_by_reference(f"M-{number:02d}") for number in numbers]
        for case in cases:
            house.decide(Person(case), keys=False)

    begin(range(1, 4))
    few = statements_of_each_page(house)
    begin(range(4, 14))
    assert statements_of_each_page(house) == few


@pytest.mark.usefixtures("place")
def test_no_page_puts_forty_statements_to_the_store(house):
    grow(house, range(1, 4), ())
    with house.store.reading() as view:
        case = view.case_by_reference("M-01")
    house.decide(Person(case), keys=False)
    told = statements_of_each_page(house, PAGES + LISTS)
    most = {"first": FIRST_MAX, "next": STATEMENTS_MAX}
    assert {page: count for page, count in told.items() if count >= most[page[2]]} == {}
