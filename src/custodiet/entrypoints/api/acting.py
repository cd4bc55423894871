"""Acts that one person may take alone: through the pages' own flows, the policy asked inside the transaction.

Nothing here raises intrusion: what does is in proposing.py, with its second person.
"""

from custodiet.entrypoints.api import answers
from custodiet.entrypoints.api.knowing import known_case, known_decision, known_task
from custodiet.entrypoints.api.lines import case_line
from custodiet.entrypoints.api.problem import ApiProblem, problem
from custodiet.entrypoints.api.route import Call, Made
from custodiet.entrypoints.web.asking import assessor_for
from custodiet.entrypoints.web.permitting import actor_of, require, store_for
from custodiet.entrypoints.web.sight import of_case, of_decision
from custodiet.flows.end_decision import end_decision, suspend_decision
from custodiet.flows.fit_device import complete_task
from custodiet.flows.open_case import open_case, reference_is_taken
from custodiet.flows.permitting import the_scheme
from custodiet.flows.record_fact import record_fact
from custodiet.flows.refusing import refuse_if
from custodiet.flows.step_down import step_down
from custodiet.model.act import Act
from custodiet.model.errors import NotFound
from custodiet.model.identity import SchemeId
from custodiet.rules.decisions import Ender, Move
from custodiet.rules.references import objections_to_reference


def new_case(call: Call) -> Made:
    scheme_id, reference = SchemeId(call.body.scheme_id), call.body.reference
    with call.place.store.reading() as view:
        require(call.request, view, Act.OPEN_CASE, lambda *_: the_scheme(scheme_id))
        taken = reference_is_taken(view, scheme_id, reference, call.at)
    refuse_if(objections_to_reference(reference))
    if taken:
        raise ApiProblem(problem(409, "reference_taken", "There is a case of that reference already."))
    store = store_for(call.request, Act.OPEN_CASE, lambda *_: the_scheme(scheme_id))
    opened = open_case(store, call.place.chance, scheme_id, reference, actor_of(call.request))
    with call.place.store.reading() as view:
        line = case_line(view, opened, call.at)
    return Made(answers.CaseShown(call.at, line), f"/api/v1/cases/{reference}")


def new_fact(call: Call) -> answers.FactTaken:
    with call.place.store.reading() as view:
        case = known_case(call.request, view, call.path["reference"])
    store = store_for(call.request, Act.ASSESS_CASE, of_case(case.id))
    told = call.body
    by = actor_of(call.request)
    fact_id = record_fact(
        store, assessor_for(store), call.place.chance, case.id, told.kind, told.dated, by, told.text, told.age
    )
    return answers.FactTaken(fact_id, told.dated)


def lower(call: Call) -> answers.Lowered:
    with call.place.store.reading() as view:
        case = known_case(call.request, view, call.path["reference"])
        require(call.request, view, Act.STEP_DOWN, of_case(case.id))
    store = store_for(call.request, Act.STEP_DOWN, of_case(case.id))
    by = actor_of(call.request)
    try:
        lowered = step_down(store, call.place.chance, case.id, call.body.mode, by, strand=call.body.strand)
    except NotFound:
        said = "Nothing of this case is in force above that rung."
        raise ApiProblem(problem(409, "nothing_higher", said)) from None
    return answers.Lowered(list(lowered))


def end(call: Call) -> answers.Entered:
    with call.place.store.reading() as view:
        decision = known_decision(call.request, view, call.path["decision_id"])
    store = store_for(call.request, Act.WITHDRAW_DECISION, of_decision(decision.id))
    by = Ender(actor_of(call.request))
    return answers.Entered(end_decision(store, call.place.chance, decision.id, Move.WITHDRAW, by, call.body.reason))


def pause(call: Call) -> answers.Entered:
    with call.place.store.reading() as view:
        decision = known_decision(call.request, view, call.path["decision_id"])
    store = store_for(call.request, Act.SUSPEND_DECISION, of_decision(decision.id))
    return answers.Entered(suspend_decision(store, decision.id, Ender(actor_of(call.request))))


def complete(call: Call) -> answers.Entered:
    with call.place.store.reading() as view:
        task = known_task(call.request, view, call.path["task_id"])
        require(call.request, view, Act.COMPLETE_TASK, of_case(task.case_id))
    store = store_for(call.request, Act.COMPLETE_TASK, of_case(task.case_id))
    return answers.Entered(complete_task(store, task.id, actor_of(call.request)))
