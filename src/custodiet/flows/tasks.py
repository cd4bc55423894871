"""Tasks: something a named person must do by a time."""

from datetime import datetime

from custodiet.flows.ports import Acting, Chance, Reading
from custodiet.model.case import Task, TaskKind
from custodiet.model.decision import Decision
from custodiet.model.disclosure_record import ReleaseApproved
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.glass_record import GlassBroken
from custodiet.model.identity import ActorId, CaseId, TaskId
from custodiet.model.record import TaskDone
from custodiet.wire.records import read_record


def new_task(act: Acting, chance: Chance, decision: Decision, kind: TaskKind, due_at: datetime) -> Task:
    """A task under a decision, raised now."""
    return Task(TaskId(chance.identity("task")), kind, decision.case_id, decision.id, act.now, due_at)


def complete_raised_in(act: Acting, case_id: CaseId, entry: int, by: ActorId) -> None:
    """Whatever that entry asked somebody to assess is done. By the record itself: two may be due at one time."""
    raised, person_id = _raised_in(act, entry), act.case(case_id).person_id
    for task in act.tasks_of(case_id):
        if task.id in raised and not task.done_at:
            act.write(Entry(EntryKind.TASK_DONE, by, person_id), TaskDone(task.id, act.now))


def _raised_in(view: Reading, entry: int) -> set[TaskId]:
    [row] = view.entries(entry, 1)
    record = None if row.record is None else read_record(row.record)
    return {one.id for one in record.tasks} if isinstance(record, GlassBroken | ReleaseApproved) else set()
