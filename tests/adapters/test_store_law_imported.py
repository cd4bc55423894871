"""Where a case came from stands for good: raw SQL, past all our code, tries to break each rule.

Every attempt is refused with the words of its own rule, and goes through once that rule is dropped.
"""

from hashlib import sha256

import pytest
from support.by_hand import REFUSED
from support.house import ANA, SCHEME, House
from support.raw_law import raw

from custodiet.flows.import_cases import take_in
from custodiet.flows.open_case import open_case
from custodiet.wire.case_file import read_case_file

BODY = f"reference,scheme,name,contact\nI-1,{SCHEME},Heron,\n".encode()


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    house = House(tmp_path_factory.mktemp("imported"))
    try:
        rows, _ = read_case_file(BODY)
        take_in(house.store, house.chance, house.clock, rows, sha256(BODY).digest(), ANA)
        return house.outlived(), {"case": open_case(house.store, house.chance, SCHEME, "by-hand", ANA).id}
    finally:
        house.close()


@pytest.fixture
def sql(world):
    """Whatever a test does is rolled back."""
    with raw(*world, keys=True) as sql:
        yield sql


def row(insert="INSERT", **changed):
    told = {
        "case_id": ":case",
        "file_sha256": "zeroblob(32)",
        "line": 2,
        "imported_at": 1,
        "imported_by": "'ana'",
        "entry": 1,
    } | changed
    return f"{insert} INTO case_import ({', '.join(told)}) VALUES ({', '.join(str(one) for one in told.values())})"


TAKEN = "(SELECT case_id FROM case_import)"
RULES = {
    "case_import_never_delete": ("case_import: never deleted", "DELETE FROM case_import"),
    "case_import_never_update": ("case_import: never updated", "UPDATE case_import SET line = 9"),
    "case_import_once": ("case_import: stands already", row("INSERT OR REPLACE", case_id=TAKEN)),
    "case_import_named": ("case_import: a named person takes a file in", row(imported_by="'clock'")),
    "case_import_of_a_line": ("case_import: a case comes from a line of a file", row(line=1)),
}


@pytest.mark.parametrize(("name", "said", "attempt"), [(name, *rule) for name, rule in RULES.items()], ids=RULES)
def test_raw_sql_cannot_break_where_a_case_came_from(sql, name, said, attempt):
    with pytest.raises(REFUSED, match=said):
        sql(attempt)
    sql(f"DROP TRIGGER {name}")
    assert sql(attempt).rowcount == 1


def test_every_rule_of_the_table_is_tried_here_and_an_honest_row_goes_in(sql):
    found = sql("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'case_import'").fetchall()
    assert {name for (name,) in found} == set(RULES)
    assert sql(row()).rowcount == 1


def test_a_digest_that_is_none_is_refused_too(sql):
    with pytest.raises(REFUSED, match="a case comes from a line of a file"):
        sql(row(file_sha256="x'01'"))
