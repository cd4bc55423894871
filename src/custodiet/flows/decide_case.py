"""Propose, make or refuse a decision: two people, or an order entered; each step decided, recorded, kept."""

from dataclasses import replace

from custodiet.flows.instructing import instruct_for
from custodiet.flows.ports import Acting, Store
from custodiet.flows.refusing import refuse_if
from custodiet.flows.scheme_now import register_at, scheme_at, scheme_binding
from custodiet.model.decision import Decision, State
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.identity import ActorId, DecisionId, SchemeId
from custodiet.model.instruction import Instruction, What
from custodiet.model.record import DecisionMade, DecisionProposed, DecisionRefused, Succession
from custodiet.rules.decisions import (
    Move,
    made,
    moved,
    objections_to_making,
    objections_to_proposing,
    retention_clocks,
    succeeded,
)
from custodiet.rules.dpia import inactive
from custodiet.rules.register import objections_to_operation


def propose_decision(store: Store, decision: Decision) -> int:
    """Record a proposal. Raises NotPermitted with every objection. The ledger index."""
    proposal = replace(decision, state=State.PROPOSED, approved_by=None, made_at=None, ended_at=None)
    with store.acting() as act:
        case = act.case(proposal.case_id)
        register, number = register_at(act, case.scheme_id, act.now)
        refuse_if(
            objections_to_proposing(proposal, scheme_at(act, case.scheme_id, act.now), act.now)
            + (objections_to_operation(register, proposal, act.decisions_of(case.id), act.now) if number else ())
            + _inactive(act, case.scheme_id, proposal)
        )
        entry = Entry(EntryKind.DECISION_PROPOSED, proposal.proposed_by, case.person_id)
        return act.write(entry, DecisionProposed(proposal))


def make_decision(store: Store, decision_id: DecisionId, by: ActorId) -> int:
    """The second person's yes. What it follows ends where it starts. The ledger index."""
    with store.acting() as act:
        decision = act.decision(decision_id)
        predecessor = act.decision(decision.follows) if decision.follows is not None else None
        moved(decision, Move.MAKE)
        case = act.case(decision.case_id)
        refuse_if(objections_to_making(decision, by, act.now, predecessor) + _inactive(act, case.scheme_id, decision))
        succeeds = _succession(act, predecessor, decision) if predecessor is not None else None
        record = DecisionMade(
            decision_id,
            approved_by=by,
            made_at=act.now,
            succeeds=succeeds,
            instructions=_instructions(act, made(decision, by, act.now), predecessor),
        )
        return act.write(Entry(EntryKind.DECISION_MADE, by, case.person_id), record)


def _inactive(act: Acting, scheme_id: SchemeId, decision: Decision) -> tuple[str, ...]:
    """The gate: a decision rests on an operation that is active now, and when the decision starts."""
    acts = act.activations(scheme_id)
    return inactive(acts, scheme_id, decision.mode, act.now) or inactive(
        acts, scheme_id, decision.mode, decision.starts_at
    )


def _instructions(act: Acting, decision: Decision, predecessor: Decision | None) -> tuple[Instruction, ...]:
    if predecessor is None:
        return instruct_for(act, decision, decision.starts_at, unsaid=What.STOP)
    before = succeeded(predecessor, decision)
    return instruct_for(act, decision, decision.starts_at, before, unsaid=What.START)


def refuse_decision(store: Store, decision_id: DecisionId, by: ActorId) -> int:
    """The second person's no, or the proposer taking it back. The ledger index."""
    with store.acting() as act:
        decision = act.decision(decision_id)
        moved(decision, Move.REFUSE)
        case = act.case(decision.case_id)
        return act.write(Entry(EntryKind.DECISION_REFUSED, by, case.person_id), DecisionRefused(decision_id))


def _succession(act: Acting, earlier: Decision, later: Decision) -> Succession:
    moved(earlier, Move.SUCCEED)
    scheme = scheme_binding(act, earlier, act.now)
    clocks = retention_clocks(earlier, scheme, later.starts_at)
    # A device's fast clock may have stored something beyond: it lies in no interval of the earlier one any more.
    return Succession(earlier.id, later.starts_at, clocks, act.fixes_from(earlier.id, later.starts_at))
