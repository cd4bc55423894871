"""The law of erasing, holds and quarantine in the store: raw SQL, past all our code, tries each rule."""

from datetime import timedelta
from importlib import import_module

import pytest
from support.assessing import assessor
from support.house import ANA, BO, COURT, START, House
from support.raw_law import (
    again,
    each_attempt,
    goes_through_without_it,
    refused_by_all_of_them,
    refused_by_its_rule,
)

from custodiet.flows.end_decision import end_decision
from custodiet.flows.erase_what_is_due import erase_what_is_due
from custodiet.flows.hold_erasing import answer_hold, ask_hold, end_quarantine, tell_of_copy
from custodiet.model.condition import Interval
from custodiet.model.erasing import CopyStep, HoldFor, HoldStep
from custodiet.model.mode import Category
from custodiet.rules.decisions import Ender, Move

LAW = import_module("custodiet.adapters.store.migrations.versions.v0019_erasing")
NAMES = [statement.split()[2] for statement in LAW.CONSTRAINTS]
DAY = timedelta(days=1)
DAY_MS = 24 * 60 * 60 * 1000


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """One day erased and another held of one person; of a second one the decision annulled and the quarantine over."""
    house = House(tmp_path_factory.mktemp("law"))
    try:
        person, other, monitor = house.person("TAG-1"), house.person("TAG-2"), house.monitor()
        ended = (
            (person, Move.WITHDRAW, Ender(BO)),
            (other, Move.ANNUL, Ender(COURT, authority=True)),
        )
        first, second = (house.decide(one).id for one, _, _ in ended)
        for (one, move, ender), decision_id in zip(ended, (first, second), strict=True):
            assert house.say(monitor, one) == "kept"
            end_decision(house.store, house.chance, decision_id, move, ender)
        erased_by = (house.store, house.vault, house.clock, house.fence)
        house.clock.pass_(29 * DAY)
        while erase_what_is_due(*erased_by):
            pass
        window, until_at = Interval(START - DAY, START + 2 * DAY), house.clock.now() + 30 * DAY
        hold_id = ask_hold(
            *(house.store, assessor(house), house.chance, person.case.id, ANA),
            category=Category.TRAIL,
            window=window,
            until_at=until_at,
            asked_for=HoldFor.COURT,
            why="They contest it.",
        )
        answer_hold(house.store, hold_id, HoldStep.PLACED, BO)
        tell_of_copy(house.store, second, CopyStep.OFFERED, ANA)
        tell_of_copy(house.store, second, CopyStep.TAKEN, ANA)
        end_quarantine(house.store, assessor(house), second, BO, why="Nobody may have it.")
        return house.outlived(), {
            "first": first,
            "second": second,
            "hold": hold_id,
            "other": other.case.person_id,
            "held_day": (START + DAY).date().isoformat(),
        }
    finally:
        house.close()


LATER = "entry + 100000"
ERASURE = {"decision_id": ":second", "entry": LATER, "at": f"at + {90 * DAY_MS}"}
DAY_AFTER = {"day": "'2031-05-05'", "entry": LATER}
HOLD = {"id": "'hold_2'", "entry": LATER}
STEP = {"step": "'ended'", "entry": LATER}
UNQUARANTINED = "DELETE FROM quarantine_ended"
TABLES = ("hold", "hold_step", "copy_told", "quarantine_ended", "erasure", "erased_day")
ONCE = {
    f"{table}_once": (f"{table}: stands already", [f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"], [])
    for table in TABLES
}
NEVER = {
    f"{table}_never_{verb}": (f"{table}: never {verb}d", [statement.format(table)], [])
    for table in TABLES
    for verb, statement in (("update", "UPDATE {} SET entry = 7"), ("delete", "DELETE FROM {}"))
}
NOBODY = ("''", "'clock'", "' Web '", "'monitor-1'")
RULES = {
    **NEVER,
    **ONCE,
    "erasure_due": (
        "erasure: the retention rule has not run out",
        [
            again("erasure", "1", **ERASURE | {"at": "at - 100000000000"}),
            again("erasure", "1", category="'outcomes'", entry=LATER),
        ],
        [],
    ),
    "erasure_quarantined": ("erasure: it waits for the DPO", [again("erasure", "1", **ERASURE)], [UNQUARANTINED]),
    "erased_day_begun": (
        "erased_day: no erasure has come due",
        [
            again("erased_day", "1", **DAY_AFTER | {"category": "'events'"}),
            again("erased_day", "1", **DAY_AFTER | {"entry": "0"}),
        ],
        [],
    ),
    "erased_day_held": (
        "erased_day: a hold keeps it",
        [again("erased_day", "1", day=":held_day", entry=LATER, destroyed_at=f"destroyed_at + {20 * DAY_MS}")],
        [],
    ),
    "erased_day_of_person": (
        "erased_day: the decision is of another person",
        [again("erased_day", "1", **DAY_AFTER | {"person_id": ":other"})],
        [],
    ),
    "hold_by_someone": (
        "hold: asked for by a named person",
        [again("hold", "1", **HOLD | {"asked_by": name}) for name in NOBODY],
        [],
    ),
    "hold_is_dated": (
        "hold: of three months at most, and until a date within a year",
        [
            again("hold", "1", **HOLD | changed)
            for changed in (
                {"until_at": "asked_at"},
                {"until_at": f"asked_at + {367 * DAY_MS}"},
                {"to_at": "from_at"},
                {"to_at": f"from_at + {93 * DAY_MS}"},
            )
        ],
        [],
    ),
    "hold_has_reason": ("hold: it has a reason", [again("hold", "1", **HOLD | {"why_sealed": "x''"})], []),
    "hold_step_by_someone": (
        "hold_step: by a named person",
        [again("hold_step", "1", **STEP | {"by": name}) for name in NOBODY],
        [],
    ),
    "hold_step_by_another": (
        "hold_step: by another than who asked",
        [again("hold_step", "1", **STEP | {"step": "'refused'", "by": f"'{ANA}'"})],
        [],
    ),
    "hold_step_in_order": (
        "hold_step: out of order",
        [
            again("hold_step", "1", **STEP | {"step": "'refused'"}),
            f"INSERT INTO hold_step SELECT 'hold_2', 'ended', '{BO}', at, 100000 FROM hold_step",
        ],
        [],
    ),
    "copy_told_by_someone": (
        "copy_told: by a named person",
        [again("copy_told", "1", step="'declined'", entry=LATER, by=name) for name in NOBODY],
        [],
    ),
    "copy_told_annulled": (
        "copy_told: of an annulled decision",
        [again("copy_told", "step = 'offered'", decision_id=":first", entry=LATER)],
        [],
    ),
    "copy_told_in_order": (
        "copy_told: it is offered first",
        [again("copy_told", "step = 'taken'", decision_id=":first", entry=LATER)],
        [],
    ),
    "quarantine_ended_by_someone": (
        "quarantine: by a named person",
        [again("quarantine_ended", "1", decision_id=":first", entry=LATER, by=name) for name in NOBODY],
        [],
    ),
    "quarantine_ended_annulled": (
        "quarantine: nothing is in it",
        [again("quarantine_ended", "1", decision_id=":first", entry=LATER)],
        [],
    ),
    "quarantine_ended_copy": (
        "quarantine: the person is offered a copy",
        [again("quarantine_ended", "1", decision_id=":first", entry=LATER)],
        [],
    ),
}


def test_every_rule_of_the_migration_is_tried():
    assert set(RULES) == set(NAMES)


@each_attempt(RULES)
def test_the_rule_refuses_in_its_own_words(sql, name, number):
    refused_by_its_rule(sql, RULES, name, number)


@each_attempt(RULES)
def test_without_the_rule_it_goes_through(sql, name, number):
    goes_through_without_it(sql, RULES, name, number)


@each_attempt(RULES)
def test_all_the_rules_together_refuse_it(sql, name, number):
    refused_by_all_of_them(sql, RULES, name, number)
