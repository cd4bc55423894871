"""Zones laid out inside the vault, for what is answered or told as a state there. None of it leaves."""

from custodiet.flows.in_vault.following import Follower
from custodiet.flows.in_vault.keys import Keys
from custodiet.flows.ports import Sealer
from custodiet.model.condition import Condition, ConditionKind
from custodiet.model.errors import IllegalValue, NotTheFormat, OpeningRefused
from custodiet.model.identity import DecisionId
from custodiet.rules.conditions.zones import Area, lay_out
from custodiet.wire.geometry import read_shape
from custodiet.wire.sealed import geometry_context


class Places:
    """Opens the geometry of zones, one by one."""

    def __init__(self, follower: Follower, keys: Keys, sealer: Sealer) -> None:
        self._follower = follower
        self._keys = keys
        self._sealer = sealer

    def homes(self, decision_id: DecisionId) -> tuple[Area | None, ...]:
        """Where a decision asks the person to be at home: the places of its curfews. None for one that is broken."""
        found = self._follower.conditions_of(decision_id)
        return tuple(self.area(one) for one in found if one.kind is ConditionKind.CURFEW)

    def area(self, condition: Condition) -> Area | None:
        """One zone; None for one that does not open or is none."""
        person_id = self._follower.person_of(self._follower.decisions[condition.decision_id])
        context = geometry_context(condition.sealed_as or condition.id)
        try:
            private = self._keys.record_private(person_id)
            plain = self._sealer.open_with(private, condition.geometry_sealed, context)
            return lay_out(read_shape(plain))
        except (OpeningRefused, NotTheFormat, IllegalValue):
            return None
