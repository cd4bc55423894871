"""What was given last of a zone in force is what is judged by, and nothing of a zone that is over is held."""

import gc
import json
from dataclasses import dataclass, field
from types import FunctionType, ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.house import ANA
from support.watched import AWAY, circle, give_zones, watch

from custodiet.flows import held_zones
from custodiet.flows.end_decision import end_decision
from custodiet.flows.held_zones import HeldZones
from custodiet.model.condition import ALWAYS, Condition, ConditionKind
from custodiet.rules.conditions.packed_zones import PackedZones
from custodiet.rules.conditions.zones import Area, lay_out
from custodiet.rules.decisions import Ender, Move
from custodiet.wire.geometry import read_shape

SQUARE = [[-28.0, 46.5], [-27.99, 46.5], [-27.99, 46.51], [-28.0, 46.51], [-28.0, 46.5]]
HOLE = [[-27.996, 46.504], [-27.994, 46.504], [-27.995, 46.506], [-27.996, 46.504]]
CROSSED = [SQUARE[place] for place in (0, 2, 1, 3, 0)]


def polygon(*rings):
    return json.dumps({"type": "Polygon", "coordinates": rings}).encode()


SOUND = (circle(), circle(AWAY, 90), polygon(SQUARE), polygon(SQUARE, HOLE))
BROKEN = (b"", b"{}", polygon(CROSSED), polygon(HOLE, SQUARE))
"""Withheld, no geometry at all, and two that cannot be laid out."""
GEOMETRY = st.sampled_from(SOUND + BROKEN)

DECISIONS = {f"decision_{of}": tuple(f"condition_{of}_{number}" for number in range(3)) for of in "abcd"}
CONDITIONS = {one: of for of, conditions in DECISIONS.items() for one in conditions}
ASKED = {one: Condition(one, of, ConditionKind.EXCLUSION, b"sealed", ALWAYS) for one, of in CONDITIONS.items()}


@st.composite
def in_force(draw):
    """Some decisions, with some of their conditions in any order."""
    some = draw(st.lists(st.sampled_from(sorted(DECISIONS)), unique=True))
    return {of: tuple(draw(st.lists(st.sampled_from(DECISIONS[of]), min_size=1, unique=True))) for of in some}


GIVEN = st.dictionaries(st.sampled_from(sorted(CONDITIONS)), GEOMETRY)
STEPS = st.lists(st.tuples(st.just("in_force"), in_force()) | st.tuples(st.just("give"), GIVEN), max_size=12)


@dataclass
class Plainly:
    """What is held by each condition alone."""

    force: dict = field(default_factory=dict)
    known: dict = field(default_factory=dict)

    def in_force(self, of):
        self.force = of
        zoned = {one for conditions in of.values() for one in conditions}
        self.known = {one: geometry for one, geometry in self.known.items() if one in zoned}

    def give(self, zones):
        zoned = {one for conditions in self.force.values() for one in conditions}
        self.known |= {one: geometry for one, geometry in zones.items() if one in zoned}

    def wanted(self):
        return {one for conditions in self.force.values() for one in conditions} - self.known.keys()

    def area(self, condition):
        geometry = self.known.get(condition.id, b"")
        return None if geometry in BROKEN else lay_out(read_shape(geometry))

    def all_of(self, of, conditions):
        geometry = [self.known.get(one, b"") for one in conditions]
        if self.force.get(of) != conditions or set(geometry) & set(BROKEN):
            return None
        return [read_shape(one) for one in geometry]


def agree(held, plainly):
    assert held.wanted() == plainly.wanted()
    for one in ASKED.values():
        assert held.area(one) == plainly.area(one)
    for of, conditions in (*DECISIONS.items(), *plainly.force.items()):
        packed = held.all_of(of, conditions)
        assert (packed and packed.shapes()) == plainly.all_of(of, conditions)


@given(STEPS, st.integers(1, 5))
def test_what_was_given_is_what_is_judged_by_in_whatever_order_it_comes_and_ends(steps, laid_out_max):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(held_zones, "LAID_OUT_MAX", laid_out_max)
        held, plainly = HeldZones(), Plainly()
        for what, some in steps:
            getattr(held, what)(some)
            getattr(plainly, what)(some)
            agree(held, plainly)
            assert len(held._laid_out) <= laid_out_max
            assert held_in(held) <= len(set(plainly.known.values()))


def held_in(root):
    """How many different areas can be reached from it, and no packed zones but of decisions in force."""
    found = reachable(root)
    zones = [one for one in found if isinstance(one, PackedZones)]
    assert len({id(one) for one in zones}) == len(root._packed)
    return len({one for one in found if isinstance(one, Area)})


def reachable(root):
    """Every object that can be reached from this one, but through modules, functions and classes."""
    seen, ahead = {}, [root]
    while ahead:
        one = ahead.pop()
        if id(one) not in seen and not isinstance(one, (ModuleType, FunctionType, type)):
            seen[id(one)] = one
            ahead += gc.get_referents(one)
    return list(seen.values())


def held_with(*geometry):
    """The zones of one decision, laid out once."""
    held = HeldZones()
    held.in_force({"decision_a": DECISIONS["decision_a"][: len(geometry)]})
    held.give(dict(zip(DECISIONS["decision_a"], geometry, strict=False)))
    assert [held.area(ASKED[one]) for one in DECISIONS["decision_a"][: len(geometry)]]
    return held


@pytest.mark.parametrize("now", [{}, {"decision_b": DECISIONS["decision_b"]}])
def test_of_a_decision_that_is_over_nothing_is_held_packed_or_laid_out(now):
    held = held_with(*SOUND[:3])
    assert {PackedZones, Area} <= set(map(type, reachable(held)))
    held.in_force(now)
    assert not {PackedZones, Area} & set(map(type, reachable(held)))


def test_nor_of_a_condition_that_is_over_while_its_decision_stays():
    held = held_with(*SOUND[:3])
    held.in_force({"decision_a": DECISIONS["decision_a"][1:]})
    gone = lay_out(read_shape(SOUND[0]))
    assert gone not in [one for one in reachable(held) if isinstance(one, Area)]
    assert [one.shapes() for one in reachable(held) if isinstance(one, PackedZones)] == [
        list(map(read_shape, SOUND[1:3]))
    ]


def test_a_zone_that_comes_while_another_is_laid_out_counts(monkeypatch):
    held, lay_out_again = held_with(SOUND[0]), held_zones.lay_out_again
    held.in_force({"decision_a": DECISIONS["decision_a"][:2]})

    def slowly(shape):
        monkeypatch.setattr(held_zones, "lay_out_again", lay_out_again)
        held.give({"condition_a_0": SOUND[1]})
        return lay_out_again(shape)

    monkeypatch.setattr(held_zones, "lay_out_again", slowly)
    assert held.area(ASKED["condition_a_0"]) == lay_out(read_shape(SOUND[0]))
    assert held.area(ASKED["condition_a_0"]) == lay_out(read_shape(SOUND[1]))


def test_those_asked_about_longest_ago_are_laid_out_no_more(monkeypatch):
    monkeypatch.setattr(held_zones, "LAID_OUT_MAX", 2)
    held = HeldZones()
    held.in_force(DECISIONS)
    held.give(dict.fromkeys(CONDITIONS, circle()))
    for of in ("a", "b", "c", "b"):
        assert held.area(ASKED[f"condition_{of}_0"]) is not None
    assert list(held._laid_out) == ["decision_b", "decision_c"]


def test_whoever_wears_two_devices_has_each_zone_once(house):
    one = watch(house)
    monitor = one.monitor
    watching = monitor._watching
    [condition] = monitor._picture.conditions_in_force(house.clock.now(), lambda _: True)
    watching.in_force([condition, condition])
    assert watching._zones.conditions_of(one.decision_id) == (one.condition_id,)
    assert watching._zones.area(condition) is not None


def test_when_a_decision_is_over_nothing_of_its_zone_can_be_reached_from_what_judges(house):
    one, other = (
        watch(house, serial, geometry=circle(radius_m=size), zones=False)
        for serial, size in (("TAG-1", 150), ("TAG-2", 250))
    )
    monitor = other.monitor
    give_zones(house, monitor)
    for each in (one, other):
        each.monitor = monitor
        assert each.stay(AWAY, 2) == ["kept"] * 2
    areas = [lay_out(read_shape(circle(radius_m=size))) for size in (150, 250)]
    assert [one for one in areas if one in areas_of(monitor)] == areas
    end_decision(house.store, house.chance, one.decision_id, Move.WITHDRAW, Ender(ANA))
    monitor.refresh()
    assert areas_of(monitor) == areas[1:]
    assert [zones.shapes() for zones in zones_of(monitor)] == [[read_shape(circle(radius_m=250))]]


def areas_of(monitor):
    return [one for one in reachable(monitor._watching) if isinstance(one, Area)]


def zones_of(monitor):
    return [one for one in reachable(monitor._watching) if isinstance(one, PackedZones)]
