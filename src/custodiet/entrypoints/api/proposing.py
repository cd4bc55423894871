"""Proposing a rung, and the second person's answer to it: the pages' flows, the policy asked inside the transaction."""

from datetime import datetime

from custodiet.entrypoints.api import answers
from custodiet.entrypoints.api.bodies import NewProposal
from custodiet.entrypoints.api.given import asking, bad_body, timed
from custodiet.entrypoints.api.knowing import known_case, known_decision
from custodiet.entrypoints.api.lines import assessment_line, condition_line, decision_line, rungs_line, waiting_line
from custodiet.entrypoints.api.problem import told_objections
from custodiet.entrypoints.api.reading import LOOKED_AT
from custodiet.entrypoints.api.route import Call, Made
from custodiet.entrypoints.web.asking import assessor_for
from custodiet.entrypoints.web.permitting import actor_of, may, require, store_for
from custodiet.entrypoints.web.sight import of_case, of_decision
from custodiet.flows.decide_case import (
    make_decision,
    narrow_decision,
    propose_decision,
    refuse_decision,
    return_decision,
)
from custodiet.flows.draw_up import AboutFamily, Answered, draw_up
from custodiet.flows.permitting import who_asks
from custodiet.flows.ports import Store
from custodiet.flows.show_deciding import show_proposal, show_rungs, show_table
from custodiet.flows.state_conditions import Asked
from custodiet.model.act import Act
from custodiet.model.decision import Decision
from custodiet.model.errors import NotPermitted
from custodiet.model.exemption import ExemptionAnswer
from custodiet.model.identity import ConditionId, FactId
from custodiet.model.mode import MODES


def rungs(call: Call) -> answers.Rungs:
    with call.place.store.reading() as view:
        case = known_case(call.request, view, call.path["reference"])
        require(call.request, view, Act.ASSESS_CASE, of_case(case.id))
        table = show_table(view, call.at, case.id, actor_of(call.request))
        return rungs_line(table, show_rungs(view, call.at, table), call.at)


def proposals(call: Call) -> answers.Proposals:
    with call.place.store.reading() as view:
        require(call.request, view, Act.READ_PROPOSALS)
        schemes = who_asks(view, actor_of(call.request), call.at, None).schemes
        looked_at = view.proposals_in(schemes, LOOKED_AT + 1, 0)
        mine = [one for one in looked_at[:LOOKED_AT] if may(call.request, view, Act.READ_DECISION, of_decision(one.id))]
        waiting = [waiting_line(view, one, call.at) for one in mine[: call.limit]]
    return answers.Proposals(call.at, waiting, len(mine) - len(waiting), len(looked_at) <= LOOKED_AT)


def proposal(call: Call) -> answers.ProposalShown:
    with call.place.store.reading() as view:
        known = known_decision(call.request, view, call.path["decision_id"])
        require(call.request, view, Act.REFUSE_DECISION, of_decision(known.id))
        shown = show_proposal(view, call.at, known.id, actor_of(call.request))
    return answers.ProposalShown(
        at=call.at,
        decision=decision_line(shown.decision, call.at),
        assessment=None if shown.assessment is None else assessment_line(shown.assessment),
        conditions=[condition_line(one) for one in shown.conditions],
        findings=told_objections(NotPermitted("", shown.findings)) if shown.findings else [],
        below=shown.below.code,
        lower=[one.code for one in shown.lower],
    )


def propose(call: Call) -> Made:
    with call.place.store.reading() as view:
        case = known_case(call.request, view, call.path["reference"])
        require(call.request, view, Act.PROPOSE_DECISION, of_case(case.id))
        table = show_table(view, call.at, case.id, actor_of(call.request))
    _require_asked(call.body)
    place = call.place
    conditions = tuple(asking(one, call.at) for one in call.body.conditions)
    assessor, by = assessor_for(place.store), actor_of(call.request)
    decision, assessment = draw_up(assessor, place.chance, table, _answered(call.body, call.at), by, call.at)
    store = store_for(call.request, Act.PROPOSE_DECISION, of_case(case.id))
    index = propose_decision(store, decision, assessment, Asked(place.sealer, place.chance, place.pinned, conditions))
    return Made(answers.Proposed(decision.id, index), f"/api/v1/decisions/{decision.id}")


def approve(call: Call) -> answers.Entered:
    known, store = _answering(call, Act.MAKE_DECISION)
    seen = [ConditionId(one) for one in call.body.conditions]
    return answers.Entered(make_decision(store, known.id, actor_of(call.request), seen=seen))


def narrow(call: Call) -> answers.MadeNarrower:
    known, store = _answering(call, Act.MAKE_DECISION)
    less = call.body
    made = narrow_decision(
        store,
        call.place.chance,
        known.id,
        actor_of(call.request),
        mode=less.mode,
        review_due_at=None if less.review_due_at is None else timed(less.review_due_at, call.at),
        ends_at=None if less.ends_at is None else timed(less.ends_at, call.at),
        seen=[ConditionId(one) for one in less.conditions],
        without=[ConditionId(one) for one in less.without],
    )
    return answers.MadeNarrower(made)


def give_back(call: Call) -> answers.Entered:
    known, store = _answering(call, Act.REFUSE_DECISION)
    why, by = call.body, actor_of(call.request)
    return answers.Entered(return_decision(store, assessor_for(store), known.id, why.reason, why.text, by))


def refuse(call: Call) -> answers.Entered:
    known, store = _answering(call, Act.REFUSE_DECISION)
    return answers.Entered(refuse_decision(store, known.id, actor_of(call.request)))


def take_back(call: Call) -> answers.Entered:
    known, store = _answering(call, Act.TAKE_BACK_PROPOSAL)
    return answers.Entered(refuse_decision(store, known.id, actor_of(call.request)))


def _answering(call: Call, act: Act) -> tuple[Decision, Store]:
    """The proposal that they may know of, and the store for this one act on it."""
    with call.place.store.reading() as view:
        known = known_decision(call.request, view, call.path["decision_id"])
    return known, store_for(call.request, act, of_decision(known.id))


def _require_asked(told: NewProposal) -> None:
    """Raises ApiProblem for an answer that no page asks for, and for one that is given twice."""
    mode = MODES[told.mode]
    if mode.rung == 0:
        raise bad_body("rung 0 is not proposed: step down, or end what stands")
    if not set(told.families) <= set(mode.lower_families):
        raise bad_body("families: only those below the rung are asked about")
    facts = [one.facts for one in told.families.values()]
    lists: list[list[str]] = [told.purposes, list(told.compared_with), *facts]
    if any(len(set(one)) < len(one) for one in lists):
        raise bad_body("a list says the same twice")


def _answered(told: NewProposal, now: datetime) -> Answered:
    return Answered(
        mode=told.mode,
        power=told.power,
        purposes=tuple(told.purposes),
        starts_at=timed(told.starts_at, now),
        review_due_at=timed(told.review_due_at, now),
        ends_at=None if told.ends_at is None else timed(told.ends_at, now),
        selection=told.selection,
        selection_fact=FactId(told.selection_fact),
        families=tuple(
            AboutFamily(family, one.reason, tuple(FactId(each) for each in one.facts), one.text)
            for family, one in told.families.items()
        ),
        compared_with=tuple(told.compared_with),
        with_detention=told.with_detention,
        article_8=tuple(told.article_8.items()),
        practicality=tuple(told.practicality.items()),
        at_home=tuple(told.at_home),
        finding_shown=told.finding_shown,
        exemptions=tuple(ExemptionAnswer(code, one.applies, one.criterion) for code, one in told.exemptions.items()),
        text=told.text,
    )
