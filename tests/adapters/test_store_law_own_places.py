"""The law of places that people add themselves: raw SQL, past all our code, tries each rule."""

from importlib import import_module

import pytest
from support import raw_law
from support.house import House

from custodiet.flows.add_place import add_place

LAW = import_module("custodiet.adapters.store.migrations.versions.v0018_own_places")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A store in which someone added a place."""
    house = House(tmp_path_factory.mktemp("law"))
    try:
        case = house.person().case
        house.issue_keys()
        add_place(house.store, house.sealer, house.pinned, case.id, 465_000_000, -280_000_000, "person-po")
        return house.outlived(), {}
    finally:
        house.close()


def anew(**changed):
    return raw_law.again("own_place", "1", **{"entry": "999"} | changed)


NINETEEN_MORE = (
    "WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < 19) "
    "INSERT INTO own_place SELECT 999 + k, person_id, at, by FROM own_place, n"
)
RULES = {
    "own_place_never_update": ("own_place: never updated", ["UPDATE own_place SET at = 0"], []),
    "own_place_never_delete": ("own_place: never deleted", ["DELETE FROM own_place"], []),
    "own_place_once": ("own_place: stands already", ["INSERT OR REPLACE INTO own_place SELECT * FROM own_place"], []),
    "own_place_by_someone": (
        "own_place: by a named person",
        [anew(by=name) for name in ("''", "'clock'", "' Gateway '")],
        [],
    ),
    "own_place_twenty_at_most": ("own_place: twenty at most", [anew()], [NINETEEN_MORE]),
}


TestLaw = raw_law.tried(RULES, LAW.CONSTRAINTS)
