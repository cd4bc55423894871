"""What a monitor keeps of what is in force, case by case, is what one finds out that looks at everyone.

The machine of invariant 1 does whatever officers, time, devices and failures do, with zones and with wearers taken at
once, and a clock that is set back; after each step either gateway is caught up and held beside one that begins anew.
"""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from operator import attrgetter

import pytest
from hypothesis import Phase
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule
from support.many import steady
from support.watched import ask
from test_no_fix_without_a_decision import Gate, run, seen

from custodiet.flows.held_zones import HeldZones
from custodiet.flows.in_force import InForce
from custodiet.flows.open_sealed import release_zones
from custodiet.flows.receive_reports import Monitor
from custodiet.model.errors import CannotRecord, CustodietError
from custodiet.model.times import utc_day


class CaseByCase(Gate):
    def monitor(self) -> Monitor:
        house = self.house
        house.decide = self.decided_with_a_zone
        made = Monitor(
            *(self.in_flight, house.sealer, house.clock, house.chance, house.pinned),
            name=house.chance.identity("m"),
            steady=steady(house.sealer),
        )
        made.refresh()
        return made

    def decided_with_a_zone(self, person, **given):
        decision, _ = ask(self.house, person, **given)
        return decision

    @rule(which=st.integers(0, 1))
    def the_vault_gives_zones(self, which):
        house, monitor = self.house, self.monitors[which]
        zones = release_zones(house.store, house.vault, monitor.name, monitor.zones_wanted())
        seen["zones given"] += len(zones)
        monitor.give_zones(zones)

    @rule(by=st.sampled_from([1, 90, 700]).map(lambda n: timedelta(seconds=n)))
    def the_clock_is_set_back(self, by):
        """And forward again: the flows of this machine want one that goes on."""
        self.house.clock.pass_(-by)
        for monitor in self.monitors:
            with suppress(CannotRecord):  # the ledger is ahead of such a clock
                monitor.idle()
        self.house.clock.pass_(by)

    @invariant()
    def every_gateway_knows_what_one_knows_that_begins_anew(self):
        if not hasattr(self, "house"):
            return
        anew = self.monitor()
        anew.idle()
        for monitor in self.monitors:
            try:
                monitor.refresh()
            except CustodietError:
                continue
            monitor.idle()
            _is_as(monitor, anew, self.house.clock.now())


def _is_as(monitor: Monitor, anew: Monitor, now) -> None:
    force, true = monitor._force, anew._force
    assert force.fittings == true.fittings, "fittings in force"
    assert force.decisions == true.decisions, "decisions in force"
    assert {one for one in true._edges if one[0] > now} <= set(force._edges), "an edge that is not waited for"
    zones, their = monitor._watching._zones, anew._watching._zones
    assert zones._conditions_of == their._conditions_of, "conditions in force"
    held = {
        condition_id
        for decision_id, packed in zones._packed.items()
        for place, condition_id in enumerate(zones._conditions_of[decision_id])
        if place not in packed.not_given()
    }
    assert held | set(zones._wanted) == set(their._wanted), "zones that are neither here nor wanted"
    assert not held & set(zones._wanted), "zones that are here and wanted"
    live = monitor._sessions._live
    assert live.keys() >= anew._sessions._live.keys(), "a session that was not made ahead"
    assert {of[0] for of in live} <= true.decisions, "a key of a decision that is over"
    assert {of[3] for of in live} <= {utc_day(now)}, "a key of another day"
    seen["sessions"] += len(live)
    for serial, (standing, moments, clear) in monitor._picture._standing.items():
        told, told_moments, told_clear = anew._picture._known(serial)
        assert list(map(_in_order, standing.worn)) == list(map(_in_order, told.worn)), "who wore a device"
        assert standing.erased == told.erased, "whose days are erased"
        assert sorted(moments) == sorted(told_moments), "when a device's standing changes"
        both = [{replace(one, worn=_in_order(one.worn)) for one in each} for each in (clear, told_clear)]
        assert both[0] == both[1], "what of a device is clear"


def _in_order(worn):
    """Decisions are there in the order in which they became known."""
    return replace(worn, decisions=tuple(sorted(worn.decisions, key=attrgetter("id"))))


@pytest.mark.parametrize("examples", [25, pytest.param(2000, marks=[pytest.mark.long, pytest.mark.timeout(7200)])])
def test_what_is_kept_case_by_case_is_what_is_found_out_of_everyone(examples):
    run(examples, machine=CaseByCase)
    print(dict(seen))  # noqa: T201 - for whoever raises the floors
    for happened in ("withdraw", "suspend", "ran out", "re-fitted", "zones given", "sessions", "kept"):
        assert seen[happened] >= 1, happened


_find_out_of = InForce._find_out_of


def _without_edges(force, concerned, now):
    before = list(force._edges)
    _find_out_of(force, concerned, now)
    force._edges = before


FAULTS = {
    "who was decided on is not looked at": (InForce, "touch", lambda *_: None),
    "no edge of theirs is waited for": (InForce, "_find_out_of", _without_edges),
    "of what was taken together the rest stays": (HeldZones, "_put", lambda *_: None),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_turns_it_red(monkeypatch, fault):
    monkeypatch.setattr(*FAULTS[fault])
    with pytest.raises((AssertionError, CustodietError)):
        run(40, machine=CaseByCase, phases=(Phase.generate,), report_multiple_bugs=False)
