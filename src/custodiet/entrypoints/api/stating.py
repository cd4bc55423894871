"""What a proposal asks of the person, stated and changed while it waits: by whoever proposed it, and by nobody else."""

from custodiet.entrypoints.api import answers
from custodiet.entrypoints.api.given import asking
from custodiet.entrypoints.api.knowing import known_decision
from custodiet.entrypoints.api.route import Call, Made
from custodiet.entrypoints.web.permitting import actor_of, require, store_for
from custodiet.entrypoints.web.sight import of_case, of_decision
from custodiet.flows.open_case import set_condition
from custodiet.flows.restate_proposal import restate_proposal
from custodiet.flows.state_conditions import Asked
from custodiet.model.act import Act
from custodiet.model.identity import ConditionId


def state(call: Call) -> Made:
    with call.place.store.reading() as view:
        known = known_decision(call.request, view, call.path["decision_id"])
        require(call.request, view, Act.SET_CONDITION, of_decision(known.id))
    place, asked = call.place, asking(call.body, call.at)
    store = store_for(call.request, Act.SET_CONDITION, of_decision(known.id))
    of = (store, place.sealer, place.chance, place.pinned, known.id, asked.kind, actor_of(call.request))
    condition_id = set_condition(*of, geometry=asked.geometry, schedule=asked.schedule)
    return Made(answers.Stated(condition_id), f"/api/v1/decisions/{known.id}/conditions")


def restate(call: Call) -> Made:
    with call.place.store.reading() as view:
        known = known_decision(call.request, view, call.path["decision_id"])
        require(call.request, view, Act.TAKE_BACK_PROPOSAL, of_decision(known.id))
        require(call.request, view, Act.PROPOSE_DECISION, of_case(known.case_id))
    place, told = call.place, call.body
    asked = Asked(place.sealer, place.chance, place.pinned, tuple(asking(one, call.at) for one in told.conditions))
    store = store_for(call.request, Act.PROPOSE_DECISION, of_case(known.case_id))
    without = [ConditionId(one) for one in told.without]
    decision_id, index = restate_proposal(store, asked, known.id, actor_of(call.request), without)
    return Made(answers.Proposed(decision_id, index), f"/api/v1/decisions/{decision_id}")
