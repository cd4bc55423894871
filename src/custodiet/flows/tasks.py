"""Tasks: something a named person must do by a time."""

from datetime import datetime

from custodiet.flows.ports import Acting, Chance
from custodiet.model.case import Task, TaskKind
from custodiet.model.decision import Decision
from custodiet.model.identity import TaskId


def new_task(act: Acting, chance: Chance, decision: Decision, kind: TaskKind, due_at: datetime) -> Task:
    """A task under a decision, raised now."""
    return Task(TaskId(chance.identity("task")), kind, decision.case_id, decision.id, act.now, due_at)
