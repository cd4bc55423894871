"""Keep something past its rule: someone asks, a second person says yes, it ends by itself. It opens nothing to anyone.

And what was collected under an annulled decision: the person is offered a copy, then the data protection officer
decides that it is erased, or that it is held.
"""

from datetime import datetime

from custodiet.flows.assess_case import Assessor
from custodiet.flows.ports import Acting, Chance, Store
from custodiet.flows.refusing import refuse_if
from custodiet.model.case import RetentionClock
from custodiet.model.condition import Interval
from custodiet.model.entry import Entry
from custodiet.model.erasing import CopyStep, Hold, HoldFor, HoldStep
from custodiet.model.erasing_record import CopyTold, HoldAnswered, HoldAsked, QuarantineEnded
from custodiet.model.identity import ActorId, CaseId, DecisionId, HoldId
from custodiet.model.mode import Category
from custodiet.model.record import kind_of
from custodiet.rules.erasing import (
    objections_to_answering_hold,
    objections_to_asking_hold,
    objections_to_copy_step,
    objections_to_ending_quarantine,
)


def ask_hold(
    store: Store,
    assessor: Assessor,
    chance: Chance,
    case_id: CaseId,
    by: ActorId,
    *,
    category: Category,
    window: Interval,
    until_at: datetime,
    asked_for: HoldFor,
    why: str,
) -> HoldId:
    """Ask that something be kept until a date. It waits for a second person. Raises NotPermitted."""
    hold_id = HoldId(chance.identity("hold"))
    with store.acting() as act:
        refuse_if(objections_to_asking_hold(act.decisions_of(case_id), category, window, until_at, why, act.now))
        sealed = assessor.seal(act, act.case(case_id).person_id, why)
        hold = Hold(hold_id, case_id, category, window, until_at, asked_for, sealed, by, act.now)
        _write(act, case_id, HoldAsked(hold), by)
    return hold_id


def answer_hold(store: Store, hold_id: HoldId, step: HoldStep, by: ActorId) -> int:
    """The second person's yes or no; or the end of a hold before its date. The ledger index. Raises NotPermitted."""
    with store.acting() as act:
        standing = act.hold(hold_id)
        refuse_if(objections_to_answering_hold(standing, step, by, act.now))
        return _write(act, standing.hold.case_id, HoldAnswered(hold_id, step, by, act.now), by)


def tell_of_copy(store: Store, decision_id: DecisionId, step: CopyStep, by: ActorId) -> int:
    """The person was offered a copy, or has answered. The ledger index. Raises NotPermitted."""
    with store.acting() as act:
        decision = act.decision(decision_id)
        refuse_if(objections_to_copy_step(decision, act.copy_told(decision_id), step))
        return _write(act, decision.case_id, CopyTold(decision_id, step, by, act.now), by)


def end_quarantine(store: Store, assessor: Assessor, decision_id: DecisionId, by: ActorId, *, why: str) -> int:
    """What an annulled decision collected is erased: its retention runs out now. A hold still keeps what it covers.

    The ledger index. Raises NotPermitted.
    """
    with store.acting() as act:
        decision = act.decision(decision_id)
        told, over = act.copy_told(decision_id), act.quarantine_ended_at(decision_id) is not None
        refuse_if(objections_to_ending_quarantine(decision, told, why, act.now, ended=over))
        sealed = assessor.seal(act, act.case(decision.case_id).person_id, why)
        restarted = _run_out(act, decision_id)
        return _write(act, decision.case_id, QuarantineEnded(decision_id, by, act.now, sealed, restarted), by)


def _run_out(act: Acting, decision_id: DecisionId) -> tuple[RetentionClock, ...]:
    """Its clocks that have yet to run out, as they run out now."""
    clocks = (act.retention_clock(decision_id, one) for one in Category)
    return tuple(
        RetentionClock(one.decision_id, one.category, one.started_at, act.now)
        for one in clocks
        if one is not None and act.now < one.erase_due_at
    )


def _write(
    act: Acting, case_id: CaseId, record: HoldAsked | HoldAnswered | CopyTold | QuarantineEnded, by: ActorId
) -> int:
    return act.write(Entry(kind_of(record), by, act.case(case_id).person_id), record)
