"""The law of alerts set aside and of files attached: raw SQL, past all our code (support/raw_law.py)."""

from importlib import import_module

import pytest
from support.by_hand import REFUSED
from support.house import ANA, House
from support.raw_law import (
    again,
    each_attempt,
    goes_through_without_it,
    refused_by_all_of_them,
    refused_by_its_rule,
    written,
)
from support.watched import HOUR, bring, desk, watch

from custodiet.flows.attach_file import attach_file
from custodiet.model.alert import AlertMove, AlertState
from custodiet.model.attachment import AttachedTo
from custodiet.model.identity import AlertId
from custodiet.rules.alerts import SUSPENDED_MAX

LAW = import_module("custodiet.adapters.store.migrations.versions.v0015_handling")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A store with an alert that is set aside, and another that is claimed."""
    house = House(tmp_path_factory.mktemp("law"))
    try:
        names = {"aside": watch(house).accused().id, "held": watch(house, "TAG-2").accused().id}
        for alert in names.values():
            bring(house, alert, AlertState.CLAIMED)
        desk(house).move(names["aside"], AlertMove.SUSPEND, ANA, "made-up reasons", house.clock.now() + HOUR)
        names["asked"] = watch(house, "TAG-3").accused().id
        bring(house, names["asked"], AlertState.ENQUIRY)
        attach(house, AlertId(names["asked"]), AttachedTo.ALERT)
        return house.outlived(), names
    finally:
        house.close()


def attach(house, to, about):
    sealing = (house.store, house.sealer, house.chance, house.pinned)
    return attach_file(*sealing, to, about, "made-up.txt", b"made-up words", ANA)


FILE = "thing = :asked"
FILE_COLUMNS = "case_id, about, thing, at, by, label_sealed, entry"
NINE_MORE = (
    "WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < 9) "
    f"INSERT INTO attachment SELECT id || k, {FILE_COLUMNS} FROM attachment, n WHERE {FILE}"
)
ASIDE = "alert_id = :aside AND move = 'suspend'"
MOST_MS = [int(one.total_seconds() * 1000) for one in SUSPENDED_MAX]


def step(until, **changed):
    """A first suspension of the alert that is claimed."""
    return again("alert_step", ASIDE, **{"alert_id": ":held", "entry": "100000", "until_at": until} | changed)


IT_IS = {
    "help": "matter = 'help'",
    "adverse": "weight = 'adverse'",
    "fallen": "weakened_why = 'late_fix', weakened_at = 1",
    "uncertain": "weight = 'uncertain'",
    "service": "weight = 'service'",
}
MOST = dict(zip(IT_IS, (0, MOST_MS[1], MOST_MS[2], MOST_MS[2], MOST_MS[3]), strict=True))


RULES = {
    "alert_move_never_insert": (
        "alert_move: never inserted",
        ["INSERT INTO alert_move VALUES ('possible_breach', 'suspend', 'raised')"],
        [],
    ),
    "alert_held_by_whoever_claimed_it": (
        "alert: held by whoever claimed it",
        [
            "UPDATE alert SET held_by = NULL WHERE id = :held",
            "UPDATE alert SET held_by = 'x' WHERE id = :aside",
        ],
        [],
    ),
    "alert_begins_in_the_queue": (
        "alert: begins in the queue",
        [again("alert", "id = :aside", id="'new'")],
        [],
    ),
    "alert_set_aside_by_a_step": (
        "alert: set aside by a step that someone took",
        [
            "UPDATE alert SET suspended_until = suspended_until + 1 WHERE id = :aside",
            "UPDATE alert SET suspended_until = 9 WHERE id = :held",
            "UPDATE alert SET suspended_until = NULL, version = 3 WHERE id = :aside",
        ],
        [],
    ),
    "alert_step_sets_aside_for_a_time": (
        "alert_step: set aside until a time, for a reason, and no longer than its urgency allows",
        [
            step("NULL"),
            step("at"),
            step("at - 1"),
            step("until_at", reasons_sealed="x''"),
            step("until_at", move="'claim'"),
            step(f"at + {MOST_MS[1]} + 1"),
            # Again and again: counted from the first time.
            step(f"at + {MOST_MS[1]} + 1", alert_id=":aside", at="at + 1"),
        ],
        [],
    ),
}


RULES |= {
    "attachment_never_update": ("attachment: never updated", ["UPDATE attachment SET thing = 'x'"], []),
    "attachment_never_delete": ("attachment: never deleted", ["DELETE FROM attachment"], []),
    "attachment_once": (
        "attachment: stands already",
        ["INSERT OR REPLACE INTO attachment SELECT * FROM attachment"],
        [],
    ),
    "attachment_by_someone": (
        "attachment: by a named person",
        [again("attachment", FILE, id="'new'", by=name) for name in ("''", "'clock'", "'monitor-1'")],
        [],
    ),
    "attachment_to_what_was_said": (
        "attachment: to a representation, or to an enquiry, of the same case",
        [
            again("attachment", FILE, id="'new'", **changed)
            for changed in (
                {"thing": "'nothing'"},
                {"thing": ":held", "case_id": "(SELECT case_id FROM alert WHERE id = :held)"},
                {"case_id": "(SELECT case_id FROM alert WHERE id = :held)"},
                {"about": "'representation'"},
                {"about": "'note'"},
                {"label_sealed": "x''"},
            )
        ],
        [],
    ),
    "attachment_ten_at_most": (
        "attachment: ten at most",
        [again("attachment", FILE, id="'new'")],
        [
            NINE_MORE,
        ],
    ),
}


def test_every_rule_of_the_migration_is_tried():
    assert sorted(RULES) == sorted(text.split()[2] for text in LAW.CONSTRAINTS)


@each_attempt(RULES)
def test_what_breaks_a_rule_is_refused_in_its_own_words(sql, name, number):
    refused_by_its_rule(sql, RULES, name, number)


@each_attempt(RULES)
def test_without_its_rule_it_goes_through(sql, name, number):
    goes_through_without_it(sql, RULES, name, number)


@each_attempt(RULES)
def test_with_every_rule_it_is_refused(sql, name, number):
    refused_by_all_of_them(sql, RULES, name, number)


@pytest.mark.parametrize("what", list(IT_IS))
def test_the_store_has_the_bounds_that_the_rule_has(sql, what):
    for (other,) in sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        if other != "alert_step_sets_aside_for_a_time":
            sql(f"DROP TRIGGER {other}")
    sql(f"UPDATE alert SET {IT_IS[what]} WHERE id = :held")
    with pytest.raises(REFUSED, match="no longer than its urgency allows"):
        sql(written(sql, step(f"at + {MOST[what] + 1}")))
    if what != "help":
        sql(written(sql, step(f"at + {MOST[what]}")))
