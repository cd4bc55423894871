"""The demo's invented staff: one for each function, joined as people join, with cases in their sight and no name in
the ledger."""

from datetime import timedelta

import pytest
from support.by_hand import stored_bytes
from support.house import House

from custodiet.adapters import sealing
from custodiet.flows.open_case_record import open_case_record, open_names
from custodiet.flows.show_notices import show_recordings
from custodiet.model.language import LANGUAGES, PSEUDO_LTR, PSEUDO_RTL
from custodiet.model.staff import Function, RoleState
from custodiet.simulation.tone import tone
from custodiet.simulation.world import CASEWORKER, SCHEME, STAFF, WorldMaker

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    house = House(tmp_path_factory.mktemp("world"))
    maker = WorldMaker(
        house.store, house.vault, sealing, house.clock, house.chance, house.pinned, seed=1, fence=house.fence
    )
    yield house, maker.make(house.clock.now() + 9 * DAY, 1, timedelta(minutes=2))
    house.close()


def test_each_function_has_an_account_that_joined_by_two_or_under_the_exception(made):
    house, world = made
    with house.store.reading() as view:
        roles = view.roles()
    assert {one.actor: one.function for one in roles} == STAFF
    assert {one.function for one in roles} == set(Function)
    assert {one.state for one in roles} == {RoleState.JOINED}
    assert {one.function for one in roles if one.first} == {Function.ADMINISTRATOR, Function.AUTHORISING_OFFICER}
    assert len({one.name for one in world.staff}) == len(world.staff) == len(STAFF)


def test_the_caseworker_has_every_case_and_reads_one(made):
    house, world = made
    with house.store.reading() as view:
        cases = {one.id: one.reference for one in view.cases()}
        wearer = view.case_by_reference(world.references["with_decision"])
    names = open_names(house.store, house.vault, cases, CASEWORKER, "sitting")
    assert set(names) == set(cases)
    record = open_case_record(house.store, house.vault, wearer.id, CASEWORKER, "sitting")
    assert record.name == names[wearer.id]
    assert len(record.zones) == 1


def test_no_colleagues_name_stands_in_the_store(made):
    house, world = made
    written = stored_bytes(house)
    assert not [one.name for one in world.staff if one.name.encode() in written]
    assert CASEWORKER.encode() in written


def test_a_tone_can_be_heard_in_the_languages_that_nobody_speaks_and_in_no_other(made):
    house, _ = made
    with house.store.reading() as view:
        heard = {one.tag: show_recordings(view, house.clock.now(), SCHEME, one.tag).heard for one in LANGUAGES}
        sounds = {view.recording_content(one.id) for one in heard.values() if one is not None}
    assert {tag for tag, one in heard.items() if one is not None} == {PSEUDO_LTR.tag, PSEUDO_RTL.tag}
    assert all(one.by != one.approved_by for one in heard.values() if one is not None)
    # Taken in whole: every frame of it is one that a player plays.
    assert sounds == {tone(5)}
