"""The law of training in the store: raw SQL, past all our code, tries each rule."""

from dataclasses import replace
from datetime import timedelta
from importlib import import_module

import pytest
from support import raw_law
from support.house import SCHEME, House
from support.proposing import propose
from support.staff import ADA, AOS, CAI, staffed

from custodiet.flows.keep_register import keep_register
from custodiet.flows.keep_training import record_training
from custodiet.flows.scheme_now import register_at
from custodiet.flows.translate_notice import draft_translation

LAW = import_module("custodiet.adapters.store.migrations.versions.v0016_training")
DAY_MS = 86_400_000


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A store with a proposal of someone trained, whom someone trained may approve."""
    house = House(tmp_path_factory.mktemp("law"))
    try:
        staffed(house)
        with house.store.reading() as view:
            register, _ = register_at(view, SCHEME, house.clock.now())
        keep_register(house.store, replace(register, training_days=30), ADA)
        for actor in (CAI, AOS):
            record_training(house.store, actor, house.clock.now() - timedelta(days=1), ADA)
        decision = house.proposal(house.person(), proposed_by=CAI)
        propose(house.store, house.chance, decision)
        draft_translation(house.store, house.chance, SCHEME, "en-XA", "translator-ra")
        names = {"proposal": decision.id, "aos": AOS, "cai": CAI, "now": int(house.clock.now().timestamp() * 1000)}
        return house.outlived(), names
    finally:
        house.close()


def made(by=":aos", at=":now"):
    return f"UPDATE decision SET state = 'made', approved_by = {by}, made_at = {at} WHERE id = :proposal"


def anew(**changed):
    return raw_law.again("staff_training", "1", entry="99", **changed)


TRAINED = "decision: proposed and approved by people whose training holds"
NOBODYS = "DELETE FROM staff_training WHERE actor = :{}"
RULES = {
    "staff_training_never_update": ("staff_training: never updated", ["UPDATE staff_training SET trained_at = 0"], []),
    "staff_training_never_delete": ("staff_training: never deleted", ["DELETE FROM staff_training"], []),
    "staff_training_once": (
        "staff_training: stands already",
        ["INSERT OR REPLACE INTO staff_training SELECT * FROM staff_training"],
        [],
    ),
    "staff_training_by_someone": (
        "staff_training: by a named person",
        [anew(by=name) for name in ("''", "'clock'", "' Gateway '")],
        [],
    ),
    "staff_training_by_an_administrator": (
        "staff_training: recorded by an administrator, of someone else",
        [anew(by=":aos"), anew(by="'nobody'"), anew(actor="by")],
        [],
    ),
    "staff_training_has_been": (
        "staff_training: it has been when it is recorded",
        [anew(trained_at="at + 1")],
        [],
    ),
    "translation_of_fixed": ("translation: its terms are fixed", ["UPDATE translation SET of = 'letter'"], []),
    "decision_guidance_fixed": (
        "decision: the guidance that was in force stands",
        ["UPDATE decision SET guidance = 99", "UPDATE decision SET guidance = NULL"],
        [],
    ),
    "decision_made_by_the_trained": (
        TRAINED,
        [made(by="'officer-zero'"), made(at=f":now + 29 * {DAY_MS}")],
        [],
    ),
}


TestLaw = raw_law.tried(RULES, LAW.CONSTRAINTS)


@pytest.mark.parametrize("missing", ["cai", "aos"])
def test_both_who_decide_are_trained(sql, missing):
    rule = {"decision_made_by_the_trained": (TRAINED, [made()], [NOBODYS.format(missing)])}
    raw_law.refused_by_its_rule(sql, rule, "decision_made_by_the_trained", 0)


def test_who_is_trained_decides(sql):
    for (other,) in sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        if other != "decision_made_by_the_trained":
            sql(f"DROP TRIGGER {other}")
    assert sql(made()).rowcount == 1
