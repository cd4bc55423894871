"""A stop, restriction or annulment by a court or a regulator: one person enters it, it is obeyed at once.

A second person looks within a day whether it was entered as ordered. If nobody does, the data protection officer is
asked; nothing ever undoes a stop by itself.
"""

from collections.abc import Sequence

from custodiet.flows.end_decision import suspension_of, write_ending, write_endings
from custodiet.flows.ports import Acting, Chance, Store
from custodiet.flows.refusing import refuse_if
from custodiet.flows.tasks import new_task
from custodiet.model.assessing_record import StopChecked, StopEntered, StopEscalated
from custodiet.model.case import TaskKind
from custodiet.model.decision import Decision
from custodiet.model.ending import CHECK_WITHIN, EndReason, Stop, StopKind
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.identity import ActorId, DecisionId, StopId
from custodiet.model.record import kind_of
from custodiet.rules.alerts import objections_to_acting
from custodiet.rules.decisions import Move, objections_to_checking, ordered, stopped_along, suspended

FEW = 25
"""How many are stopped in one transaction."""


def enter_stop(
    store: Store, chance: Chance, kind: StopKind, authority: ActorId, decision_ids: Sequence[DecisionId], by: ActorId
) -> StopId:
    """Enter a stop and obey it. The first few end or pause in the same write as its entry, the rest straight after.

    If we die in between, the clock goes on with it.
    """
    with store.acting() as act:
        refuse_if(objections_to_acting(by))
        due_at = act.now + CHECK_WITHIN
        ordered = tuple(dict.fromkeys(decision_ids))
        stop = Stop(StopId(chance.identity("stop")), kind, authority, by, act.now, due_at, ordered)
        task = new_task(act, chance, act.decision(min(ordered)), TaskKind.CHECK_STOP, due_at)
        record = StopEntered(stop, (task,))
        act.write(Entry(kind_of(record), by), record)
        _obey(act, chance, stop)
    while obey_stop(store, chance, stop.id):
        pass
    return stop.id


def obey_stop(store: Store, chance: Chance, stop_id: StopId, fence: tuple[str, int] | None = None) -> int:
    """Go on with a stop that was entered; how many it ended or paused now, 0 when nothing of it is left."""
    with store.acting(fence) as act:
        return _obey(act, chance, act.stop(stop_id))


def _obey(act: Acting, chance: Chance, stop: Stop) -> int:
    done = 0
    for decision_id in act.stopped_and_untouched(stop.id, len(stop.decisions)):
        if done == FEW:
            break
        done += _stop_one(act, chance, stop, act.decision(decision_id))
    return done


def _stop_one(act: Acting, chance: Chance, stop: Stop, decision: Decision) -> bool:
    done = ordered(stop.kind, decision, act.now)
    if done is None:
        return False
    if done.move is Move.SUSPEND:
        _suspend(act, stop, decision)
        return True
    along, reason = stopped_along(decision, act.followers(decision.id), act.now), EndReason.STOPPED
    if done.along is not Move.SUSPEND:
        write_endings(act, chance, decision, along, done.move, stop.entered_by, reason)
        return True
    paused = (suspended(one, act.now) for one in along)
    write_ending(act, chance, decision, done.move, stop.entered_by, *paused, task=False, reason=reason)
    for one in along:
        _suspend(act, stop, one)
    return True


def _suspend(act: Acting, stop: Stop, decision: Decision) -> None:
    person_id = act.case(decision.case_id).person_id
    act.write(Entry(EntryKind.DECISION_SUSPENDED, stop.entered_by, person_id), suspension_of(act, decision))


def check_stop(store: Store, chance: Chance, stop_id: StopId, by: ActorId, *, as_ordered: bool) -> int:
    """A second person has looked at it. Not as ordered: the data protection officer is asked. The ledger index."""
    with store.acting() as act:
        stop = act.stop(stop_id)
        refuse_if(objections_to_checking(stop, by, checked=act.stop_checked(stop_id)))
        first = act.decision(min(stop.decisions))
        tasks = () if as_ordered else (new_task(act, chance, first, TaskKind.LOOK_INTO_STOP, act.now + CHECK_WITHIN),)
        record = StopChecked(stop_id, act.now, by, as_ordered, first.id, tasks)
        return act.write(Entry(kind_of(record), by), record)


def escalate_stop(
    store: Store, chance: Chance, stop_id: StopId, by: ActorId, fence: tuple[str, int] | None = None
) -> bool:
    """The clock's: nobody looked within a day. Whether it still was so."""
    with store.acting(fence) as act:
        if stop_id not in act.stops_unchecked(act.now, FEW):
            return False
        task = new_task(act, chance, act.decision(min(act.stop(stop_id).decisions)), TaskKind.LOOK_INTO_STOP, act.now)
        record = StopEscalated(stop_id, act.now, (task,))
        act.write(Entry(kind_of(record), by), record)
    return True
