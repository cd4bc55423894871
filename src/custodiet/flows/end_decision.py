"""End, pause or resume a decision. Every ending is one write: collection off, retention on, the removal task,

and whatever a device's fast clock had stored beyond the end gone. If we die before the commit nothing has
happened; after it, everything has.
"""

from datetime import timedelta

from custodiet.flows.ports import Acting, Chance, Store
from custodiet.flows.refusing import refuse_if
from custodiet.model.case import Task, TaskKind
from custodiet.model.decision import Decision, State
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.errors import NotPermitted
from custodiet.model.identity import ActorId, DecisionId, TaskId
from custodiet.model.record import DecisionEnded, DecisionResumed, DecisionSuspended
from custodiet.model.scheme import Scheme
from custodiet.rules.decisions import (
    ENDINGS,
    Ender,
    Move,
    ended,
    moved,
    objections_to_ending,
    retention_clocks,
    time_is_up,
)

_ENTRY = {
    Move.LAPSE: EntryKind.DECISION_LAPSED,
    Move.EXPIRE: EntryKind.DECISION_EXPIRED,
    Move.WITHDRAW: EntryKind.DECISION_WITHDRAWN,
    Move.ANNUL: EntryKind.DECISION_ANNULLED,
}
CLOCK = ActorId("clock")
"""Who acts when nobody did: the passing of time."""


def end_decision(store: Store, chance: Chance, decision_id: DecisionId, move: Move, by: Ender) -> int:
    """Withdraw or annul. Raises IllegalMove or NotPermitted, and then nothing has changed. The ledger index."""
    with store.acting() as act:
        decision = act.decision(decision_id)
        moved(decision, move)
        refuse_if(objections_to_ending(decision, move, by))
        return _end(act, chance, decision, move, by.id)


def end_what_ran_out(store: Store, chance: Chance, fence: tuple[str, int]) -> int:
    """Lapse or expire one decision whose time is up; how many it ended (0 or 1).

    One a transaction: an outage of hours catches up in small steps that others can come between.
    """
    with store.acting(fence) as act:
        for decision in act.decisions_running_out(act.now):
            move = time_is_up(decision, act.now)
            if move is not None:
                _end(act, chance, decision, move, CLOCK)
                return 1
    return 0


def suspend_decision(store: Store, decision_id: DecisionId, by: Ender) -> int:
    """Pause collection from now. The ledger index."""
    with store.acting() as act:
        decision = act.decision(decision_id)
        moved(decision, Move.SUSPEND)
        refuse_if(objections_to_ending(decision, Move.SUSPEND, by))
        removed = act.fixes_from(decision_id, act.now)
        case = act.case(decision.case_id)
        entry = Entry(EntryKind.DECISION_SUSPENDED, by.id, case.person_id)
        return act.write(entry, DecisionSuspended(decision_id, act.now, removed))


def resume_decision(store: Store, decision_id: DecisionId, by: Ender) -> int:
    """End a pause now. The ledger index."""
    with store.acting() as act:
        decision = act.decision(decision_id)
        moved(decision, Move.RESUME)
        refuse_if(objections_to_ending(decision, Move.RESUME, by))
        began = next(pause.from_at for pause in decision.suspensions if pause.to_at is None)
        case = act.case(decision.case_id)
        entry = Entry(EntryKind.DECISION_RESUMED, by.id, case.person_id)
        return act.write(entry, DecisionResumed(decision_id, began, act.now))


def _end(act: Acting, chance: Chance, decision: Decision, move: Move, by: ActorId) -> int:
    case = act.case(decision.case_id)
    scheme = act.scheme(case.scheme_id)
    collecting = decision.state in (State.MADE, State.SUSPENDED)
    after = ended(decision, move, act.now)
    if after.ended_at is None or move not in ENDINGS:
        raise NotPermitted("an ending without an end")
    clocks = retention_clocks(decision, scheme, after.ended_at)
    record = DecisionEnded(
        decision_id=decision.id,
        state=after.state,
        ended_at=after.ended_at,
        clocks=clocks if collecting else (),
        restarted=clocks if decision.state is State.SUCCEEDED else (),
        # What was succeeded has left the device to its successor; what had ended has raised its task already.
        tasks=(_removal(act, chance, decision, scheme),) if collecting else (),
        removed=act.fixes_from(decision.id, after.ended_at),
    )
    return act.write(Entry(_ENTRY[move], by, case.person_id), record)


def _removal(act: Acting, chance: Chance, decision: Decision, scheme: Scheme) -> Task:
    return Task(
        id=TaskId(chance.identity("task")),
        kind=TaskKind.TELL_AND_REMOVE,
        case_id=decision.case_id,
        decision_id=decision.id,
        raised_at=act.now,
        due_at=act.now + timedelta(hours=scheme.removal_hours),
    )
