"""The law of contacts in the store: raw SQL, past all our code, tries each rule.

As in test_store_law.py: each attempt is refused in the words of its own rule, goes through once that rule is dropped,
and is refused with every rule in place.
"""

from importlib import import_module

import pytest
from support.by_hand import REFUSED
from support.house import House
from support.raw_law import raw
from support.watched import bring, ring, watch

from custodiet.model.alert import AlertState
from custodiet.model.contact_record import CameOf

LAW = import_module("custodiet.adapters.store.migrations.versions.v0014_contacts")
NAMES = [statement.split()[2] for statement in LAW.CONSTRAINTS]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A store with an alert about which someone was rung, and another about which they were rung in vain."""
    house = House(tmp_path_factory.mktemp("law"))
    try:
        one, other = watch(house), watch(house, "TAG-2")
        names = {"rung": one.accused().id, "wrong": other.accused().id}
        for alert in names.values():
            bring(house, alert, AlertState.TRIAGED)
        ring(house, names["rung"])
        ring(house, names["wrong"], outcome=CameOf.WRONG_NUMBER)
        return house.outlived(), names
    finally:
        house.close()


@pytest.fixture
def sql(world):
    with raw(*world, keys=True) as sql:
        yield sql


COLUMNS = ("entry", "alert_id", "how", "direction", "outcome", "at", '"by"', "verified", "words_sealed")


def tried(**changed):
    given = {"entry": "100000"} | {f'"{key}"' if key == "by" else key: value for key, value in changed.items()}
    values = ", ".join(given.get(column, column) for column in COLUMNS)
    return f"INSERT INTO contact_tried ({', '.join(COLUMNS)}) SELECT {values} FROM contact_tried WHERE alert_id = :rung"


def suspect(alert):
    columns = "alert_id, entry, move, state, acted_by, at, reasons_sealed"
    return (
        f"INSERT INTO alert_step ({columns}) SELECT alert_id, 100001, 'suspect', 'possible_breach', acted_by, at, "
        f"x'01' FROM alert_step WHERE alert_id = :{alert} LIMIT 1"
    )


CALLED = {"direction": "'in'", "alert_id": ":wrong"}
FIRST = "alert_step: the person is tried first"
RULES = {
    "contact_tried_never_update": ("contact_tried: never updated", ["UPDATE contact_tried SET outcome = 'spoke'"]),
    "contact_tried_never_delete": ("contact_tried: never deleted", ["DELETE FROM contact_tried"]),
    "contact_tried_once": (
        "contact_tried: stands already",
        ["INSERT OR REPLACE INTO contact_tried SELECT * FROM contact_tried"],
    ),
    "contact_tried_by_someone": (
        "contact_tried: by a named person",
        [tried(by=name) for name in ("''", "'clock'", "' Gateway '", "'monitor-1'")],
    ),
    "contact_tried_whole": (
        "contact_tried: says how",
        [
            tried(how="'shouted'"),
            tried(outcome="'fine'"),
            tried(direction="'around'"),
            tried(direction="'in'"),
            tried(verified="'known_voice'"),
            tried(direction="'in'", verified="'guessed'"),
        ],
    ),
    "alert_step_contact_first": (FIRST, [suspect("wrong")]),
}


def test_every_rule_of_the_migration_is_tried():
    assert sorted(RULES) == sorted(NAMES)


EACH = [(name, why, attempt) for name, (why, attempts) in RULES.items() for attempt in attempts]


@pytest.mark.parametrize(("name", "why", "attempt"), EACH)
def test_what_breaks_a_rule_is_refused_in_its_words_and_by_nothing_else(sql, name, why, attempt):
    with pytest.raises(REFUSED, match=why):
        sql(attempt)
    sql(f"DROP TRIGGER {name}")
    sql(attempt)


def test_once_the_person_was_rung_it_can_be_called(sql):
    sql(suspect("rung"))


@pytest.mark.parametrize(
    ("outcome", "verified", "counts"),
    [
        ("spoke", "secret_word", True),
        ("refused", "called_back", True),
        ("no_answer", "known_voice", False),
        ("spoke", "not_verified", False),
    ],
)
def test_a_call_in_counts_where_it_was_known_who_called(sql, outcome, verified, counts):
    sql(tried(outcome=f"'{outcome}'", verified=f"'{verified}'", **CALLED))
    if counts:
        sql(suspect("wrong"))
        return
    with pytest.raises(REFUSED, match=FIRST):
        sql(suspect("wrong"))


def test_what_was_tried_before_it_was_raised_does_not_count(sql):
    sql(tried(alert_id=":wrong", at="(SELECT raised_at - 1 FROM alert WHERE id = :wrong)"))
    with pytest.raises(REFUSED, match=FIRST):
        sql(suspect("wrong"))


def test_a_log_of_an_earlier_version_is_bound_from_the_first_contact_on(sql):
    for (rule,) in sql(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('log', 'contact_tried')"
    ):
        if "never" in rule or "fixed" in rule:
            sql(f"DROP TRIGGER {rule}")
    sql("UPDATE log SET told = 0")
    with pytest.raises(REFUSED, match=FIRST):
        sql(suspect("wrong"))
    sql("DELETE FROM contact_tried")
    sql(suspect("wrong"))
