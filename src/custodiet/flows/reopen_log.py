"""Open a new log over a restored store: one transaction that says what was lost and stops what cannot be vouched for.

In this order: the entry that names the closed head, the gap and who ordered it; the keys that are gone; the openings
whose entries are lost, as the vault remembers them; then every decision that is in force or would come into force is
stopped, with a task for whoever has to look. Nothing is collected until people have.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from custodiet.flows.end_decision import suspension_of, write_ending
from custodiet.flows.ports import Acting, Chance, Store
from custodiet.flows.scheme_now import scheme_at
from custodiet.model.case import Task, TaskKind
from custodiet.model.decision import Decision
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.errors import IllegalMove
from custodiet.model.identity import TaskId
from custodiet.model.record import DestroyedDay, KeysDestroyed, LogReopened, OpeningsRecovered
from custodiet.rules.decisions import Move
from custodiet.rules.restoring import stopped_by_restore


@dataclass(slots=True)
class Stopped:
    """References of the cases whose decisions were paused, or ended because they could not be."""

    paused: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)


def reopen_log(
    store: Store,
    chance: Chance,
    opening: LogReopened,
    destroyed: tuple[DestroyedDay, ...],
    lost_openings: tuple[bytes, ...],
) -> Stopped:
    """Write it all, or nothing. Raises IllegalMove when the ledger is not the one that was to be kept."""
    by, stopped = opening.ordered_by, Stopped()
    with store.acting() as act:
        if act.ledger_size() != opening.kept.size:
            raise IllegalMove("the ledger has changed since it was weighed")
        act.write(Entry(EntryKind.LOG_REOPENED, by), opening)
        if destroyed:
            act.write(Entry(EntryKind.KEYS_DESTROYED, by), KeysDestroyed(destroyed))
        if lost_openings:
            act.write(Entry(EntryKind.OPENINGS_RECOVERED, by), OpeningsRecovered(lost_openings))
        for decision in act.decisions():
            move = stopped_by_restore(decision, act.now)
            if move is None:
                continue
            case = act.case(decision.case_id)
            if move is Move.SUSPEND:
                record = suspension_of(act, decision, (_check(act, chance, decision),))
                act.write(Entry(EntryKind.DECISION_SUSPENDED, by, case.person_id), record)
                stopped.paused.append(case.reference)
            else:
                write_ending(act, chance, decision, move, by, task=False)
                stopped.ended.append(case.reference)
    return stopped


def _check(act: Acting, chance: Chance, decision: Decision) -> Task:
    scheme = scheme_at(act, act.case(decision.case_id).scheme_id, act.now)
    return Task(
        id=TaskId(chance.identity("task")),
        kind=TaskKind.CHECK_RESTORED,
        case_id=decision.case_id,
        decision_id=decision.id,
        raised_at=act.now,
        due_at=act.now + timedelta(hours=scheme.removal_hours),
    )
