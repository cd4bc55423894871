"""The zones of decisions in force, in a monitor's memory: of each decision as one string of bytes, as they were drawn.

Promise: geometry is gone when its decision is no longer in force; a wearer's row (flows.steady), which holds the same,
goes with it. What was given last counts, of what is in force; a zone that cannot be laid out stays unknown. Some
decisions' zones are held laid out, too: those asked about lately.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from threading import Lock

from custodiet.model.condition import Condition
from custodiet.model.errors import IllegalValue, NotTheFormat
from custodiet.model.identity import ConditionId, DecisionId
from custodiet.rules.conditions.packed_zones import PackedZones
from custodiet.rules.conditions.zones import Area, lay_out, lay_out_again
from custodiet.wire.geometry import read_shape

LAID_OUT_MAX = 20_000
"""Decisions whose zones are held laid out."""

Conditions = tuple[ConditionId, ...]
LaidOut = tuple[PackedZones, *tuple[Area | None, ...]]
"""From what, and every zone of that."""


class HeldZones:
    """`wanted` and `give` may be called from another thread, all else from the one that judges."""

    def __init__(self) -> None:
        self._conditions_of: dict[DecisionId, Conditions] = {}
        """Those with a place, of decisions in force."""
        self._packed: dict[DecisionId, PackedZones] = {}
        """In the order of those; of whichever decision any was given."""
        self._laid_out: dict[DecisionId, LaidOut] = {}
        """Of use while that from which it was is what is held."""
        self._wanted: dict[ConditionId, DecisionId] = {}
        """Every condition whose zone was not given."""
        self._giving = Lock()

    @property
    def decisions(self) -> AbstractSet[DecisionId]:
        """In force, with a place."""
        return self._conditions_of.keys()

    def conditions_of(self, decision_id: DecisionId) -> Conditions:
        """Those with a place; none of a decision that is not in force."""
        return self._conditions_of.get(decision_id, ())

    def wanted(self) -> frozenset[ConditionId]:
        """Conditions in force whose geometry is not here."""
        with self._giving:
            return frozenset(self._wanted)

    def give(self, zones: Mapping[ConditionId, bytes]) -> None:
        """Geometry as the vault gave it. What cannot be laid out stays unknown; what is not in force is not held."""
        packed = {condition_id: _packed(geometry) for condition_id, geometry in zones.items()}
        with self._giving:
            given: dict[DecisionId, dict[ConditionId, PackedZones]] = {}
            for condition_id, decision_id in self._decisions_of(zones.keys()).items():
                given.setdefault(decision_id, {})[condition_id] = packed[condition_id]
            for decision_id, news in given.items():
                conditions = self._conditions_of[decision_id]
                before = self._packed.get(decision_id) or PackedZones.none_given(len(conditions))
                known = dict(zip(conditions, before.each(), strict=True))
                self._packed[decision_id] = PackedZones.together((known | news).values())
            for condition_id in zones:
                self._wanted.pop(condition_id, None)

    def _decisions_of(self, conditions: AbstractSet[ConditionId]) -> dict[ConditionId, DecisionId]:
        """Of those of these that are in force."""
        found = {one: self._wanted[one] for one in conditions if one in self._wanted}
        if len(found) < len(conditions):  # nearly never: one is given again, or is over
            found |= {one: of for of, all_of in self._conditions_of.items() for one in all_of if one in conditions}
        return found

    def in_force(
        self, conditions_of: dict[DecisionId, Conditions], among: AbstractSet[DecisionId] | None = None
    ) -> None:
        """These are in force now, and those with a place of each; of all decisions or of these. Zones of any other of
        them are forgotten.
        """
        with self._giving:
            packed, wanted = {}, {}
            for decision_id, conditions in conditions_of.items():
                held = self._packed.get(decision_id)
                if held is None:
                    wanted.update(dict.fromkeys(conditions, decision_id))
                    continue
                before = self._conditions_of[decision_id]
                if conditions == before:
                    conditions_of[decision_id] = before  # whoever else holds it holds the same one
                else:
                    known = dict(zip(before, held.each(), strict=True))
                    held = PackedZones.together(known.get(one) or PackedZones.none_given(1) for one in conditions)
                packed[decision_id] = held
                wanted.update({conditions[place]: decision_id for place in held.not_given()})
            if among is None:
                self._packed, self._wanted, self._conditions_of = packed, wanted, conditions_of
            else:
                self._put(among, packed, wanted, conditions_of)
        looked_at = self._laid_out.keys() if among is None else among
        for of in [of for of in looked_at if of in self._laid_out and packed.get(of) is not self._laid_out[of][0]]:
            del self._laid_out[of]

    def _put(
        self,
        among: AbstractSet[DecisionId],
        packed: dict[DecisionId, PackedZones],
        wanted: dict[ConditionId, DecisionId],
        conditions_of: dict[DecisionId, Conditions],
    ) -> None:
        """In place of what stood of these."""
        for decision_id in among:
            self._packed.pop(decision_id, None)
            for condition_id in self._conditions_of.pop(decision_id, ()):
                self._wanted.pop(condition_id, None)
        self._packed |= packed
        self._wanted |= wanted
        self._conditions_of |= conditions_of

    def area(self, condition: Condition) -> Area | None:
        """Its zone; None for one that is not at hand."""
        decision_id, conditions = condition.decision_id, self.conditions_of(condition.decision_id)
        packed = self._packed.get(decision_id)
        if packed is None or condition.id not in conditions:
            return None
        laid = self._laid_out.get(decision_id)
        if laid is None or laid[0] is not packed:
            laid = self._lay_out(decision_id, packed)
        return laid[1:][conditions.index(condition.id)]

    def _lay_out(self, decision_id: DecisionId, packed: PackedZones) -> LaidOut:
        if len(self._laid_out) >= LAID_OUT_MAX:
            del self._laid_out[next(iter(self._laid_out))]
        areas = [None if shape is None else lay_out_again(shape) for shape in packed.shapes()]
        laid: LaidOut = (packed, *areas)
        self._laid_out[decision_id] = laid
        return laid

    def all_of(self, decision_id: DecisionId, conditions: Conditions) -> PackedZones | None:
        """A decision's zones, which are those of these conditions, in that order; None where one is not at hand."""
        packed = self._packed.get(decision_id)
        if packed is None or self._conditions_of[decision_id] != conditions or not packed.are_at_hand():
            return None
        return packed


def _packed(geometry: bytes) -> PackedZones:
    try:
        shape = read_shape(geometry)
        lay_out(shape)
    except (IllegalValue, NotTheFormat):
        return PackedZones.of(None)
    return PackedZones.of(shape)
