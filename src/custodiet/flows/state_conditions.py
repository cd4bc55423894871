"""State what a proposal asks of the person, in the transaction that proposes it or while it waits.

A place is sealed under the person's record key before it is kept; hours say no place and stand as they are.
"""

from dataclasses import dataclass, field

from custodiet.flows.ports import Acting, Chance, Sealer
from custodiet.flows.refusing import refuse_if
from custodiet.flows.trusting import record_key_of
from custodiet.model.condition import ALWAYS, Condition, ConditionKind, Schedule
from custodiet.model.decision import Decision
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.identity import ActorId, ConditionId
from custodiet.model.record import ConditionSet, LogOpened
from custodiet.rules.conditions.kinds import objections_to_asking, objections_to_number
from custodiet.rules.conditions.zones import lay_out
from custodiet.wire.geometry import read_shape
from custodiet.wire.sealed import compact_geometry, geometry_context


@dataclass(frozen=True, slots=True)
class Asking:
    """One condition as someone states it: `geometry` is GeoJSON bytes, None for a kind that has no place.

    Raises NotTheFormat or IllegalValue for a place that cannot be judged.
    """

    kind: ConditionKind
    geometry: bytes | None = field(default=None, repr=False)
    schedule: Schedule = ALWAYS

    def __post_init__(self) -> None:
        if self.geometry is not None:
            object.__setattr__(self, "geometry", compact_geometry(self.geometry))
            lay_out(read_shape(self.geometry))


@dataclass(frozen=True, slots=True)
class Asked:
    """All that a proposal asks, with what seals it."""

    sealer: Sealer
    chance: Chance
    pinned: LogOpened
    conditions: tuple[Asking, ...] = ()

    def write(self, act: Acting, decision: Decision, by: ActorId) -> tuple[ConditionId, ...]:
        """Record each with its proposal. Raises NotPermitted for what its rung cannot tell or is too much,
        CannotRecord.
        """
        refuse_if(against_asking(self.conditions, decision, len(act.conditions_of(decision.id))))
        return tuple(self._write(act, decision, one, by) for one in self.conditions)

    def _write(self, act: Acting, decision: Decision, one: Asking, by: ActorId) -> ConditionId:
        condition_id = ConditionId(self.chance.identity("condition"))
        person_id = act.case(decision.case_id).person_id
        sealed = b""
        if one.geometry is not None:
            public = record_key_of(act, self.pinned, person_id)
            sealed = self.sealer.seal_to(public, one.geometry, geometry_context(condition_id))
        condition = Condition(condition_id, decision.id, one.kind, sealed, one.schedule)
        act.write(Entry(EntryKind.CONDITION_SET, by, person_id), ConditionSet(condition))
        return condition_id


def against_asking(conditions: tuple[Asking, ...], decision: Decision, carried: int = 0) -> tuple[str, ...]:
    """Every rule against these conditions on the rung of that decision, each once. `carried`: how many it has."""
    against = (
        objection for one in conditions for objection in objections_to_asking(one.kind, one.schedule, decision.rung)
    )
    return (*dict.fromkeys(against), *objections_to_number(carried + len(conditions)))
