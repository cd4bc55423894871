"""End, pause or resume a decision.

Every ending is one write: collection off, the retention clock on, the removal task, whoever sends told to stop, and
whatever a device's fast clock had stored beyond the end gone. If we die before the commit nothing has happened; after
it, everything has.
"""

from datetime import timedelta

from custodiet.flows.gathering import duty_of
from custodiet.flows.instructing import instruct_for
from custodiet.flows.ports import Acting, Chance, Clock, Store
from custodiet.flows.refusing import refuse_if
from custodiet.flows.reminding import stopped_message
from custodiet.flows.scheme_now import scheme_at, scheme_binding
from custodiet.model.case import Task, TaskKind
from custodiet.model.decision import Decision, State
from custodiet.model.ending import EndReason
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.errors import NotPermitted
from custodiet.model.fact import FactKind
from custodiet.model.identity import ActorId, AlertId, DecisionId, TaskId
from custodiet.model.instruction import What
from custodiet.model.record import DecisionEnded, DecisionResumed, DecisionSuspended, kind_of
from custodiet.rules.alerts import taints
from custodiet.rules.decisions import (
    ENDINGS,
    Ender,
    Move,
    ended,
    kept_beyond,
    moved,
    objections_to_ending,
    objections_to_lifting,
    reason_of_ending,
    resumed,
    retention_clocks,
    still_collects,
    stopped_along,
    suspended,
    time_is_up,
    worn_until,
)
from custodiet.rules.dpia import inactive

CLOCK = ActorId("clock")
"""Who acts when nobody did: the passing of time."""
AT_ONCE = 100
"""How many that ran out are ended before the clock looks at its other work again."""


def end_decision(
    store: Store, chance: Chance, decision_id: DecisionId, move: Move, by: Ender, reason: EndReason | None = None
) -> int:
    """Withdraw or annul. Raises IllegalMove or NotPermitted, and then nothing has changed. The ledger index.

    What is to follow it is stopped along with it, in the same transaction.
    """
    with store.acting() as act:
        return end_in(act, chance, act.decision(decision_id), move, by, reason)


def end_in(
    act: Acting, chance: Chance, decision: Decision, move: Move, by: Ender, reason: EndReason | None = None
) -> int:
    """The same in a transaction that someone holds."""
    moved(decision, move)
    along = stopped_along(decision, act.followers(decision.id), act.now)
    against = objections_to_ending(decision, move, by)
    duty = duty_of(act, decision, act.now) is not None
    lifted = act.newest_fact(decision.case_id, FactKind.LIFTS_DUTY) is not None
    against += objections_to_lifting(decision, move, reason, duty=duty, lifted=lifted)
    for one in along:
        against += objections_to_ending(one, Move.WITHDRAW, by)
    refuse_if(against)
    return write_endings(act, chance, decision, along, move, by.id, reason)


def write_endings(
    act: Acting,
    chance: Chance,
    decision: Decision,
    along: tuple[Decision, ...],
    move: Move,
    by: ActorId,
    reason: EndReason | None,
) -> int:
    """An ending with those of what was to follow it: one device, one task. The ledger index of the first."""
    after = (ended(one, Move.WITHDRAW, act.now) for one in along)
    index = write_ending(act, chance, decision, move, by, *after, reason=reason)
    for one in along:
        write_ending(act, chance, one, Move.WITHDRAW, by, task=False, reason=reason)
    return index


def end_what_ran_out(store: Store, chance: Chance, clock: Clock, fence: tuple[str, int]) -> int:
    """Lapse or expire decisions whose time is up; how many it ended, at most AT_ONCE.

    Each in its own transaction: an outage of hours catches up in small steps that others can come between, and one
    that cannot be ended does not hold up the rest. Raises NotPermitted when it could end none of those that are due.
    """
    done = skipped = 0
    failed: NotPermitted | None = None
    while not done:
        with store.reading() as view:
            due = view.decisions_running_out(clock.now(), AT_ONCE, skip=skipped)
        if not due:
            break
        for decision_id in due:
            try:
                over = _end_if_over(store, chance, decision_id, fence)
            except NotPermitted as refused:
                failed, over = refused, False
            done, skipped = done + over, skipped + (not over)
    if failed is not None and not done:
        raise failed
    return done


def _end_if_over(store: Store, chance: Chance, decision_id: DecisionId, fence: tuple[str, int]) -> bool:
    with store.acting(fence) as act:
        decision = act.decision(decision_id)
        move = time_is_up(decision, act.now)
        if move is not None:
            write_ending(act, chance, decision, move, CLOCK)
        return move is not None


def suspend_decision(store: Store, decision_id: DecisionId, by: Ender) -> int:
    """Pause collection from now. The ledger index."""
    with store.acting() as act:
        decision = act.decision(decision_id)
        moved(decision, Move.SUSPEND)
        refuse_if(objections_to_ending(decision, Move.SUSPEND, by))
        case = act.case(decision.case_id)
        entry = Entry(EntryKind.DECISION_SUSPENDED, by.id, case.person_id)
        return act.write(entry, suspension_of(act, decision))


def suspension_of(act: Acting, decision: Decision, tasks: tuple[Task, ...] = ()) -> DecisionSuspended:
    """A pause of collection from now, with what it sets going."""
    told = instruct_for(act, suspended(decision, act.now), act.now, unsaid=What.START)
    return DecisionSuspended(decision.id, act.now, act.fixes_from(decision.id, act.now), tasks, told)


def resume_decision(store: Store, decision_id: DecisionId, by: Ender) -> int:
    """End a pause now. The ledger index."""
    with store.acting() as act:
        decision = act.decision(decision_id)
        moved(decision, Move.RESUME)
        case = act.case(decision.case_id)
        acts = act.activations(case.scheme_id)
        # What pauses does not begin again under an operation that is no longer active.
        refuse_if(
            objections_to_ending(decision, Move.RESUME, by) + inactive(acts, case.scheme_id, decision.mode, act.now)
        )
        began = next(pause.from_at for pause in decision.suspensions if pause.to_at is None)
        entry = Entry(EntryKind.DECISION_RESUMED, by.id, case.person_id)
        told = instruct_for(act, resumed(decision, act.now), act.now, unsaid=What.STOP)
        return act.write(entry, DecisionResumed(decision_id, began, act.now, told))


def write_ending(
    act: Acting,
    chance: Chance,
    decision: Decision,
    move: Move,
    by: ActorId,
    *along: Decision,
    task: bool = True,
    reason: EndReason | None = None,
) -> int:
    """An ending, now, with all that it sets going, in a transaction that someone holds. The ledger index.

    `along`: what ends next, as it then will be.
    """
    reason = reason_of_ending(decision, move, reason)
    case = act.case(decision.case_id)
    scheme = scheme_binding(act, decision, act.now)
    after = ended(decision, move, act.now)
    if after.ended_at is None or move not in ENDINGS:
        raise NotPermitted("no_end: an ending without an end; withdraw it, which ends it now")
    clocks = retention_clocks(decision, scheme, after.ended_at)
    stops = still_collects(decision, act.now)
    record = DecisionEnded(
        decision_id=decision.id,
        state=after.state,
        ended_at=after.ended_at,
        clocks=clocks if decision.state in (State.MADE, State.SUSPENDED) else (),
        restarted=clocks if decision.state is State.SUCCEEDED else (),
        tasks=(removal_task(act, chance, decision, reason),) if stops and task else (),
        removed=act.fixes_from(decision.id, after.ended_at) if kept_beyond(decision, after.ended_at) else (),
        tainted=_tainted(act, decision) if move is Move.ANNUL else (),
        instructions=instruct_for(act, after, after.ended_at, *along, unsaid=What.START) if stops else (),
        reason=reason,
        ended_by=None if reason is None else by,
        messages=stopped_message(act, chance, decision) if stops and task and reason is not EndReason.DIED else (),
    )
    return act.write(Entry(kind_of(record), by, case.person_id), record)


def _tainted(act: Acting, decision: Decision) -> tuple[AlertId, ...]:
    """What rests on an interval that was found unauthorised (invariant 10)."""
    alerts = act.alerts_of(decision.id)
    return tuple(one.id for one in alerts if one.stands and taints(one, decision.starts_at, decision.until))


def removal_task(act: Acting, chance: Chance, decision: Decision, reason: EndReason | None = None) -> Task:
    """Tell the person, and take the device off (R107). Of someone who has died it is fetched back."""
    scheme = scheme_at(act, act.case(decision.case_id).scheme_id, act.now)
    return Task(
        id=TaskId(chance.identity("task")),
        kind=TaskKind.TAKE_BACK if reason is EndReason.DIED else TaskKind.TELL_AND_REMOVE,
        case_id=decision.case_id,
        decision_id=decision.id,
        raised_at=act.now,
        due_at=worn_until(decision, act.now) + timedelta(hours=scheme.removal_hours),
    )
