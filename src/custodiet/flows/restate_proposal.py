"""Change what a proposal asks of the person, while it waits: it is taken back and proposed anew, in one write.

Whoever is to say yes has read the one that is over, and their yes to it is refused. The assessment is the same, under a
name of its own: it was written of this rung for this person, and what a condition asks is no part of it.
"""

from collections.abc import Collection
from dataclasses import replace

from custodiet.flows.carrying import carry_conditions
from custodiet.flows.decide_case import write_proposal, write_refused
from custodiet.flows.ports import Store
from custodiet.flows.refusing import refuse_if, refuse_rung_if
from custodiet.flows.state_conditions import Asked, against_asking
from custodiet.model.identity import ActorId, AssessmentId, ConditionId, DecisionId
from custodiet.rules.decisions import Move, moved, objections_to_restating


def restate_proposal(
    store: Store, asked: Asked, decision_id: DecisionId, by: ActorId, without: Collection[ConditionId] = ()
) -> tuple[DecisionId, int]:
    """Leave conditions out and state others. What waits now, and its ledger index.

    Every rule of a proposal is asked again. Raises NotPermitted with every objection; where the ladder objects, which
    is recorded, the proposal stands as it was.
    """
    with store.acting() as act:
        before = act.decision(decision_id)
        moved(before, Move.REFUSE)
        conditions, gone = act.conditions_of(decision_id), frozenset(without)
        carried = frozenset(one.id for one in conditions)
        refuse_if(
            objections_to_restating(before, by, without=gone, carried=carried, more=len(asked.conditions))
            + against_asking(asked.conditions, before, len(carried - gone))
        )
        anew = replace(before, id=DecisionId(asked.chance.identity("decision")))
        assessment = act.assessment_of(decision_id)
        if assessment is not None:
            name = AssessmentId(asked.chance.identity("assessment"))
            assessment = replace(assessment, id=name, decision_id=anew.id)
        index, against = write_proposal(act, anew, assessment)
        if not against:
            kept = [one for one in conditions if one.id not in gone]
            carry_conditions(act, asked.chance, kept, anew.id, by)
            asked.write(act, anew, by)
            write_refused(act, before, by)
    refuse_rung_if(against)
    return anew.id, index
