"""The law of what a rung can tell, in the store: raw SQL, past all our code, states every kind on every rung."""

from importlib import import_module

import pytest
from support import raw_law
from support.by_hand import REFUSED
from support.house import ANA, House
from support.proposing import propose

from custodiet.adapters import sealing
from custodiet.flows.open_case import set_condition
from custodiet.model.condition import ConditionKind
from custodiet.model.mode import LADDER, ModeCode
from custodiet.rules.conditions.kinds import kinds_on

LAW = import_module("custodiet.adapters.store.migrations.versions.v0021_tellable")
WORDS = "condition: nothing on the rung of its decision tells whether it is kept"
HERE = b'{"type":"Point","coordinates":[-28.0,46.5],"radius_m":150}'


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A store with a proposal on every rung, and one condition on the highest."""
    house = House(tmp_path_factory.mktemp("law"))
    try:
        names = {}
        for mode in LADDER:
            person = house.person()
            house.issue_keys()
            decision = house.proposal(person, mode=mode.code)
            propose(house.store, house.chance, decision)
            names[mode.code] = decision.id
        of = (house.store, sealing, house.chance, house.pinned, names[ModeCode.FITTED_TRAIL], ConditionKind.EXCLUSION)
        names["zone"] = set_condition(*of, ANA, geometry=HERE)
        return house.outlived(), names
    finally:
        house.close()


def asks(kind, mode):
    """The condition that stands once more: of this kind, of the proposal on that rung."""
    return raw_law.again("condition", "id = :zone", id="'another'", kind=f"'{kind}'", decision_id=f":{mode}")


UNTELLABLE = [(kind, mode.code) for mode in LADDER for kind in ConditionKind if kind not in kinds_on(mode)]
RULES = {
    "condition_of_a_kind_that_its_rung_can_tell": (
        WORDS,
        [
            *(asks(kind, mode) for kind, mode in UNTELLABLE),
            asks("something_new", ModeCode.FITTED_TRAIL),
            asks("CURFEW", ModeCode.FITTED_TRAIL),
        ],
        [],
    )
}


class TestLaw(raw_law.tried(RULES, LAW.CONSTRAINTS)):
    pass


def test_what_a_rung_can_tell_is_let_in_and_the_law_and_the_rule_say_the_same_of_every_rung(sql):
    assert {mode: set(kinds) for mode, kinds in LAW.TELLS.items()} == {one.code: set(kinds_on(one)) for one in LADDER}
    for number, mode in enumerate(LADDER):
        for kind in kinds_on(mode):
            table, where, changed = asks(kind, mode.code)
            told = changed | {"id": f"'another_{number}_{kind}'"}
            assert sql(raw_law.written(sql, (table, where, told))).rowcount == 1


def test_in_a_log_that_an_earlier_version_opened_the_flow_alone_refuses_so_that_it_replays_whole(tmp_path):
    house = House(tmp_path)
    try:
        decision = house.proposal(house.person(), mode=ModeCode.TELEPHONE)
        propose(house.store, house.chance, decision)
    finally:
        place = house.outlived()
        house.close()
    curfew = (
        "INSERT INTO condition (id, decision_id, kind, geometry_sealed, schedule, version) "
        f"VALUES ('c', '{decision.id}', 'curfew', x'00', '{{}}', 99)"
    )
    with raw_law.raw(place, {}) as sql:
        with pytest.raises(REFUSED, match=WORDS):
            sql(curfew)
        sql("DROP TRIGGER log_never_update")
        sql("UPDATE log SET tellable = 0")
        assert sql(curfew).rowcount == 1
