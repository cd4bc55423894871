"""The law of restricted rights and suspected misuse in the store: raw SQL, past all our code, tries each rule."""

from datetime import timedelta
from importlib import import_module

import pytest
from support.assessing import assessor
from support.house import ANA, BO, START, House
from support.raw_law import again, tried

from custodiet.flows.report_misuse import answer_misuse, report_misuse
from custodiet.flows.restrict_right import answer_restriction, ask_restriction
from custodiet.model.condition import Interval
from custodiet.model.misuse import Found
from custodiet.model.restricting import Ground, RestrictionStep, Right
from custodiet.rules.restricting import WEIGHED

LAW, VALUES = (
    import_module(f"custodiet.adapters.store.migrations.versions.{name}")
    for name in ("v0025_watching", "v0030_watched_values")
)
DAY = timedelta(days=1)
DAY_MS = 86_400_000


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A restriction that is placed, and one that waits."""
    house = House(tmp_path_factory.mktemp("law"))
    try:
        person = house.person()
        house.issue_keys()
        told = {"right": Right.LOOKS, "ground": Ground.CRIME, "window": Interval(START - DAY, START), "told": True}
        told |= {"until_at": START + 7 * DAY, "said": dict.fromkeys(WEIGHED, "weighed")}
        given = (house.store, assessor(house), house.chance, person.case.id, ANA)
        placed, waits = (ask_restriction(*given, **told) for _ in range(2))
        answer_restriction(house.store, placed, RestrictionStep.PLACED, BO)
        reports = [report_misuse(*given[:4], 1, "looked", ANA) for _ in range(2)]
        answer_misuse(house.store, assessor(house), reports[0], Found.MISUSE, "it was", BO)
        return house.outlived(), {"waiting": reports[1], "placed": placed, "waits": waits}
    finally:
        house.close()


LATER = "entry + 100000"
ASKED = {"id": "'restriction_new'", "entry": LATER}
STEP = {"restriction_id": ":waits", "entry": LATER}
NOBODY = ("''", "'clock'", "' Web '", "'monitor-1'")
TOLD = {"id": "'misuse_new'", "told_in": "told_in + 100000"}
ANSWER = {"misuse_id": ":waiting", "told_in": "told_in + 100000"}
TABLES = {"restriction": "entry", "restriction_step": "entry", "misuse": "told_in", "misuse_answer": "told_in"}
RULES = {
    **{
        f"{table}_never_{verb}": (f"{table}: never {verb}d", [statement.format(table, column)], [])
        for table, column in TABLES.items()
        for verb, statement in (("update", "UPDATE {} SET {} = 7"), ("delete", "DELETE FROM {}"))
    },
    **{
        f"{table}_once": (f"{table}: stands already", [f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"], [])
        for table in TABLES
    },
    "restriction_by_someone": (
        "restriction: asked for by a named person",
        [again("restriction", "1", **ASKED, asked_by=who) for who in NOBODY],
        [],
    ),
    "restriction_is_dated": (
        "restriction: until a date within four weeks",
        [again("restriction", "1", **ASKED, until_at=f"asked_at + {more}") for more in (0, 28 * DAY_MS + 1)],
        [],
    ),
    "restriction_of_what_passed": (
        "restriction: of three months at most that have passed",
        [
            again("restriction", "1", **ASKED, to_at="asked_at + 1"),
            again("restriction", "1", **ASKED, from_at="to_at"),
            again("restriction", "1", **ASKED, from_at=f"to_at - {92 * DAY_MS + 1}"),
        ],
        [],
    ),
    "restriction_is_weighed": (
        "restriction: each part is weighed",
        [again("restriction", "1", **ASKED, **{f"{part}_sealed": "x''"}) for part in WEIGHED],
        [],
    ),
    "restriction_is_told": (
        "restriction: told, or with why telling would defeat it",
        [
            again("restriction", "1", **ASKED, told="0"),
            again("restriction", "1", **ASKED, untold_sealed="x'00'"),
            again("restriction", "1", **ASKED, told="2"),
        ],
        [],
    ),
    "restriction_of_one_right": (
        "restriction: of one right",
        [again("restriction", "1", **ASKED, right=f"'{word}'") for word in ("all", "")],
        [],
    ),
    "restriction_step_by_someone": (
        "restriction_step: by a named person",
        [again("restriction_step", "1", **STEP, by=who) for who in NOBODY],
        [],
    ),
    "restriction_step_by_another": (
        "restriction_step: by another than who asked",
        [again("restriction_step", "1", **STEP, by=f"'{ANA}'")],
        [],
    ),
    "restriction_step_in_order": (
        "restriction_step: out of order",
        [
            again("restriction_step", "1", **STEP, step="'ended'"),
            again("restriction_step", "1", step="'refused'", entry=LATER),
        ],
        [],
    ),
    "restriction_step_in_time": (
        "restriction_step: it is over",
        [
            again("restriction_step", "1", **STEP, at=f"at + {7 * DAY_MS}"),
            again("restriction_step", "1", step="'ended'", entry=LATER, at=f"at + {7 * DAY_MS}"),
        ],
        [],
    ),
    "misuse_by_someone": (
        "misuse: reported by a named person",
        [again("misuse", "1", **TOLD, by=who) for who in NOBODY],
        [],
    ),
    "misuse_is_said": (
        "misuse: says what is suspected, and of which entry",
        [again("misuse", "1", **TOLD, text_sealed="x''"), again("misuse", "1", **TOLD, entry="-1")],
        [],
    ),
    "misuse_answer_by_someone": (
        "misuse_answer: by a named person",
        [again("misuse_answer", "1", **ANSWER, by=who) for who in NOBODY],
        [],
    ),
    "misuse_answer_by_another": (
        "misuse_answer: by another than who told",
        [again("misuse_answer", "1", **ANSWER, by=f"'{ANA}'")],
        [],
    ),
    "misuse_answer_has_outcome": (
        "misuse_answer: an outcome, with reasons",
        [
            again("misuse_answer", "1", **ANSWER, words_sealed="x''"),
            again("misuse_answer", "1", **ANSWER, found="'perhaps'"),
        ],
        [],
    ),
    "restriction_on_one_ground": (
        "restriction: on one ground",
        [again("restriction", "1", **ASKED, ground=f"'{word}'") for word in ("convenience", "")],
        [],
    ),
    "restriction_is_sealed": (
        "restriction: what is weighed is sealed",
        [again("restriction", "1", **ASKED, **{f"{part}_sealed": "'in plain words'"}) for part in (*WEIGHED, "untold")],
        [],
    ),
    "restriction_step_of_three": (
        "restriction_step: placed, refused or ended",
        [again("restriction_step", "1", **STEP, step=f"'{word}'") for word in ("lifted", "")],
        [],
    ),
    "restriction_step_never_earlier": (
        "restriction_step: never before the step before it",
        [
            again("restriction_step", "1", **STEP, at="at - 1"),
            again("restriction_step", "1", step="'ended'", entry=LATER, at="at - 1"),
        ],
        [],
    ),
    "misuse_of_an_entry": (
        "misuse: of an entry that stands",
        [
            again("misuse", "1", **TOLD, entry="told_in + 100000"),
            again("misuse", "1", **TOLD, entry="'the last one'"),
        ],
        [],
    ),
    "misuse_is_sealed": (
        "misuse: what is suspected is sealed",
        [again("misuse", "1", **TOLD, text_sealed="'in plain words'")],
        [],
    ),
    "misuse_answer_is_sealed": (
        "misuse_answer: its reasons are sealed",
        [again("misuse_answer", "1", **ANSWER, words_sealed="'in plain words'")],
        [],
    ),
    "misuse_answer_never_earlier": (
        "misuse_answer: never before the report",
        [again("misuse_answer", "1", **ANSWER, at="at - 1")],
        [],
    ),
}

TestLaw = tried(RULES, [*LAW.CONSTRAINTS, *VALUES.CONSTRAINTS])
