"""Every rule against a proposal or a second person's yes, by what is on the table: for the act, and for its replay."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from custodiet.flows.gathering import gather
from custodiet.flows.keep_training import untrained
from custodiet.flows.notice_now import against_starting
from custodiet.flows.on_the_table import Table
from custodiet.flows.scheme_now import register_at, scheme_at
from custodiet.model.assessment import Assessment
from custodiet.model.decision import Decision
from custodiet.model.identity import ActorId
from custodiet.model.objection import Objection
from custodiet.rules import ladder
from custodiet.rules.decisions import leaves_a_gap, objections_to_making, objections_to_proposing
from custodiet.rules.dpia import inactive
from custodiet.rules.register import objections_to_operation


class Weighed(StrEnum):
    """Rules that are asked together."""

    PROPOSING = "proposing"
    REGISTER = "register"
    OPERATION = "operation"
    TRAINING = "training"
    LADDER = "ladder"
    MAKING = "making"
    NOTICE = "notice"


Answer = tuple[Weighed, tuple[str, ...]]


def against_proposing(view: Table, proposal: Decision, now: datetime) -> tuple[str, ...]:
    """Every rule against a proposal but the ladder's."""
    return tuple(one for _, against in weigh_proposing(view, proposal, now) for one in against)


def weigh_proposing(view: Table, proposal: Decision, now: datetime) -> Iterator[Answer]:
    """The same, by which rules were asked."""
    scheme_id = view.case(proposal.case_id).scheme_id
    against = objections_to_proposing(proposal, scheme_at(view, scheme_id, now), now)
    if proposal.follows is not None:
        against += leaves_a_gap(proposal, view.decision(proposal.follows))
    yield Weighed.PROPOSING, against
    yield Weighed.REGISTER, against_register(view, proposal, now)
    yield Weighed.OPERATION, against_operation(view, proposal, now)
    yield Weighed.TRAINING, untrained(view, proposal, (proposal.proposed_by,), now)


def weigh_rung(view: Table, proposal: Decision, assessment: Assessment | None, now: datetime) -> tuple[Objection, ...]:
    """The ladder's gate at the proposal."""
    return ladder.objections(proposal, assessment, *gather(view, proposal, now))


def weigh_making(view: Table, decision: Decision, by: ActorId, now: datetime) -> Iterator[Answer]:
    """Every rule against the second person's yes but the ladder's, by which were asked."""
    predecessor = None if decision.follows is None else view.decision(decision.follows)
    yield Weighed.MAKING, objections_to_making(decision, by, now, predecessor)
    yield Weighed.OPERATION, against_operation(view, decision, now)
    yield Weighed.TRAINING, untrained(view, decision, (decision.proposed_by, by), now)
    yield Weighed.NOTICE, against_starting(view, decision, now)


def weigh_rung_made(view: Table, decision: Decision, now: datetime) -> tuple[Objection, ...]:
    """The ladder's gate again, at the second person's yes."""
    return ladder.objections_to_making(decision, view.assessment_of(decision.id), *gather(view, decision, now))


def against_register(view: Table, proposal: Decision, now: datetime) -> tuple[str, ...]:
    """What the register in effect says of this mode; nothing of a scheme that has none yet."""
    register, number = register_at(view, view.case(proposal.case_id).scheme_id, now)
    if not number:
        return ()
    return objections_to_operation(register, proposal, view.decisions_of(proposal.case_id), now)


def against_operation(view: Table, decision: Decision, now: datetime) -> tuple[str, ...]:
    """The gate: a decision rests on an operation that is active now, and when the decision starts."""
    scheme_id = view.case(decision.case_id).scheme_id
    acts = view.activations(scheme_id)
    return inactive(acts, scheme_id, decision.mode, now) or inactive(acts, scheme_id, decision.mode, decision.starts_at)
