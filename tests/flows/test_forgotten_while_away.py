"""What must go from memory goes while the store is away, or full; and nothing that came in stays by a back way."""

import gc
from contextlib import contextmanager, suppress
from datetime import timedelta

import numpy as np
import pytest
from support.by_hand import held_by_another
from support.door import Door
from support.house import START
from support.watched import HOME, JUDGED_ONLY, watch

from custodiet.entrypoints.gateway import writer
from custodiet.flows.placed import Placed
from custodiet.flows.receive_reports import _Decided
from custodiet.model.errors import CannotRecord
from custodiet.simulation.device import traccar_payload


@contextmanager
def away(*_):
    raise CannotRecord("the store is away")
    yield


@pytest.mark.parametrize("ways", [("ingesting",), ("ingesting", "reading")], ids=["full", "away"])
def test_places_and_keys_of_days_that_are_over_go_whatever_the_store_does(house, monkeypatch, ways):
    judged = watch(house, "TAG-1", **JUDGED_ONLY)
    monitor = judged.monitor
    kept = watch(house, "TAG-2", monitor=monitor)
    assert (judged.stay(HOME), kept.stay(HOME)) == (["judged"], ["kept"])
    watching = monitor._watching
    assert watching._recent
    assert monitor._placed.held()
    assert monitor._sessions._live
    for way in ways:
        monkeypatch.setattr(house.store, way, away)
    house.clock.pass_(timedelta(days=2))
    with suppress(CannotRecord):
        monitor.idle()
    assert not watching._recent
    assert not monitor._placed.held()
    assert not monitor._sessions._live


def test_a_writer_forgets_while_its_picture_cannot_be_read(house, monkeypatch):
    door, kept_house = Door(house), []
    monkeypatch.setattr(door.monitor, "idle", lambda: kept_house.append(True))
    monkeypatch.setattr(house.store, "reading", away)
    door.gateway.writer._idled_at = 0.0
    door.gateway.writer.step(0)
    assert kept_house


def test_a_group_that_could_not_be_written_leaves_nothing_behind(house, monkeypatch):
    person = house.person("TAG-1")
    house.decide(person)
    door = Door(house)
    for name in ("IDLE_WORK_S", "SET_ASIDE_S"):
        monkeypatch.setattr(writer, name, 0)
    door.gateway.writer._idled_at = 0.0
    body, before = traccar_payload("TAG-1", house.clock.now(), 46.5, -28.0), decided()
    with held_by_another(house, monkeypatch):
        assert door.request("POST", "/in/traccar", body, person.token).status == 503
    assert decided() <= before


def decided():
    """What groups that were decided on are in memory, also what was set aside."""
    gc.unfreeze()
    found = {id(one) for one in gc.get_objects() if type(one) is _Decided}  # nobody is asked what it is
    gc.freeze()
    return found


def test_what_tells_places_apart_holds_no_column_of_a_table_in_which_they_stand():
    lines = np.zeros(3, [("fix_ms", "<i8"), ("lat_e7", "<i8")])
    placed = Placed(bytes)
    placed.add_many(["fitting_1"] * 3, lines["fix_ms"], np.arange(3), START)
    [(_, times, _)] = placed._lately[0].unsorted
    assert times.base is None
