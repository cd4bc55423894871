"""The law of looking alone in the store: raw SQL, past all our code, tries each rule."""

from datetime import timedelta
from importlib import import_module

import pytest
from support.glass import Endangered
from support.house import House
from support.raw_law import again, tried, written
from support.staff import DPO

from custodiet.model import glass

LAW = import_module("custodiet.adapters.store.migrations.versions.v0022_glass")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """One look that was assessed, and one that was not."""
    house = House(tmp_path_factory.mktemp("law"))
    try:
        one = Endangered(house, fixes=1)
        one.break_glass()
        assessed = one.newest().glass.id
        one.assess(assessed, DPO)
        house.clock.pass_(timedelta(minutes=1))
        one.break_glass()
        return house.outlived(), {"assessed": assessed, "waiting": one.newest().glass.id}
    finally:
        house.close()


DAY = str(LAW.DAY_MS)
LATER = {one: f"{one} + {LAW.HOUR_MS}" for one in ("from_at", "to_at", "at")}


def breaks(**changed):
    """An hour after the one that waits."""
    return again("glass", "id = :waiting", **{"id": "'new'", "entry": "100000"} | LATER | changed)


def assesses(**changed):
    return again("glass_assessment", "1", **{"glass_id": ":waiting", "at": f"at + {LAW.HOUR_MS}"} | changed)


def more(count, by):
    """As many again, by another account or accounts."""
    return f"""
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
    INSERT INTO glass (id, case_id, danger, why_sealed, tried, from_at, to_at, precision, by, at, entry)
    SELECT 'more' || i, case_id, danger, why_sealed, tried, from_at, to_at, precision, {by}, at, entry + i
    FROM glass, n WHERE id = :waiting"""


MAKES = {"glass": breaks, "glass_assessment": assesses}
RULES = {
    **{
        f"{table}_never_{verb}": (f"{table}: never {verb}d", [statement.format(table=table, column=key)], [])
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
    **{
        f"{table}_by_someone": (
            f"{table}: by a named person",
            [MAKES[table](by=one) for one in ("'clock'", "' Gateway '", "''")],
            [],
        )
        for table in LAW.ONCE
    },
    "glass_whole": (
        "glass: says what danger, and what was tried",
        [
            breaks(why_sealed="x''"),
            breaks(tried="'[]'"),
            breaks(danger="'to_property'"),
            breaks(precision="'exact'"),
        ],
        [],
    ),
    "glass_narrow": (
        "glass: two hours at most, of the last day",
        [
            breaks(from_at=LATER["to_at"]),
            breaks(to_at=f"at + {LAW.HOUR_MS} + 1"),
            breaks(from_at=f"to_at - {LAW.WINDOW_MS} - 1", to_at="to_at"),
            breaks(from_at=f"at - {LAW.BACK_MS} - 1", to_at=f"at - {LAW.BACK_MS} + 1", at="at"),
        ],
        [],
    ),
    "glass_seldom_by_one": (
        "glass: at most 3 a day by one account",
        [breaks()],
        [more(LAW.BY_ONE_MAX - 2, "by")],
    ),
    "glass_seldom_about_one": (
        "glass: at most 6 a day about one person",
        [breaks(by="'operator-other'")],
        [more(LAW.ABOUT_ONE_MAX - 2, "'operator-' || i")],
    ),
    "glass_assessed_before": (
        "glass: their last one was not assessed in time",
        [breaks(**{one: f"{one} + {DAY}" for one in LATER})],
        [],
    ),
    "glass_assessment_by_another": (
        "glass_assessment: afterwards, in words, by a second person",
        [assesses(by="'operator-pe'"), assesses(words_sealed="x''"), assesses(at=f"at - {DAY}")],
        [],
    ),
}
TestLaw = tried(RULES, LAW.CONSTRAINTS)


def test_what_breaks_no_rule_raw_sql_writes(sql):
    for make in MAKES.values():
        assert sql(written(sql, make())).rowcount == 1


def test_a_late_word_opens_it_again(sql):
    assert sql(written(sql, assesses(at=f"at + {DAY}"))).rowcount == 1
    assert sql(written(sql, breaks(**{one: f"{one} + {DAY}" for one in LATER}))).rowcount == 1


def test_the_numbers_in_the_migration_are_the_rules_own():
    assert timedelta(milliseconds=LAW.WINDOW_MS) == glass.WINDOW_MAX
    assert timedelta(milliseconds=LAW.BACK_MS) == glass.BACK_MAX
    assert timedelta(milliseconds=LAW.DAY_MS) == glass.A_DAY == glass.ASSESS_WITHIN
    assert (LAW.BY_ONE_MAX, LAW.ABOUT_ONE_MAX) == (glass.BY_ONE_MAX, glass.ABOUT_ONE_MAX)
