"""Conditions carried over to a decision that asks for less: the same place, still sealed under its first name."""

from collections.abc import Iterable
from dataclasses import replace

from custodiet.flows.ports import Acting, Chance
from custodiet.model.condition import Condition
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.identity import ActorId, ConditionId, DecisionId
from custodiet.model.record import ConditionSet


def carry_conditions(act: Acting, chance: Chance, conditions: Iterable[Condition], to: DecisionId, by: ActorId) -> None:
    """Record each as a condition of another proposal of the same case. The geometry is not opened for it."""
    person_id = act.case(act.decision(to).case_id).person_id
    for one in conditions:
        carried = replace(
            one,
            id=ConditionId(chance.identity("condition")),
            decision_id=to,
            sealed_as=(one.sealed_as or one.id) if one.geometry_sealed else None,
        )
        act.write(Entry(EntryKind.CONDITION_SET, by, person_id), ConditionSet(carried))
