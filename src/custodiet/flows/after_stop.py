"""Refused reports that came after a stop: counted by sender and fitting; a task while the device is still on someone.

Promise: an admitted report costs nothing here. Nothing is remembered between two writes: whether someone is seeing to a
device already, the store says inside the transaction that would raise the task.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from custodiet.flows.picture import KnownSender, Picture
from custodiet.flows.ports import Chance, Ingesting
from custodiet.flows.scheme_now import scheme_at
from custodiet.model.case import Task, TaskKind
from custodiet.model.decision import Decision
from custodiet.model.identity import FittingId, SenderId, TaskId
from custodiet.model.record import AfterStop, IngestDetail
from custodiet.model.report import Reason, Report
from custodiet.rules.authority import Worn
from custodiet.rules.stopping import sent_after_stop, stopped, to_see_to


@dataclass(slots=True)
class SentAfterStop:
    """What one request, or a batch of them, holds of it. Made anew whenever it is decided."""

    reports: Counter[tuple[SenderId, FittingId]] = field(default_factory=Counter)
    to_see_to: dict[FittingId, Decision] = field(default_factory=dict)
    """Fittings whose device is on someone and still sends, with the decision it reported under last."""

    def note(self, picture: Picture, sender: KnownSender, line: Report | Reason, now: datetime) -> None:
        """A refused line of a request: counted when it came after a stop.

        A request with an ended token has no line that was read: it counts once, for the fitting its token is bound to.
        """
        worn: Worn | None = None
        if isinstance(line, Report):
            if line.serial in sender.standing.scope:
                worn = sent_after_stop(line, picture.standing(line.serial), now)
        elif line is Reason.TOKEN_ENDED and sender.token.fitting_id is not None:
            bound = picture.worn(sender.token.fitting_id)
            worn = bound if stopped(bound, now) else None
        if worn is None:
            return
        self.reports[sender.sender.id, worn.fitting.id] += 1
        decision = to_see_to(worn, now)
        if decision is not None:
            self.to_see_to[worn.fitting.id] = decision

    def merge(self, other: "SentAfterStop") -> None:
        """Add what another request of the batch holds."""
        if other.reports:
            self.reports.update(other.reports)
            self.to_see_to |= other.to_see_to

    def detail(self, judged: IngestDetail, write: Ingesting, chance: Chance) -> IngestDetail:
        """What was judged, with the counts, and a task for each device that nobody has one about."""
        if not self.reports:
            return judged
        counts = sorted(self.reports.items())
        return replace(
            judged,
            after_stop=tuple(AfterStop(*of, reports, write.now) for of, reports in counts),
            tasks=(*judged.tasks, *self._tasks(write, chance)),
        )

    def _tasks(self, write: Ingesting, chance: Chance) -> list[Task]:
        if not self.to_see_to:
            return []
        seen_to = write.stop_tasks_open(self.to_see_to.keys())
        return [
            _task(write, chance, decision)
            for fitting_id, decision in sorted(self.to_see_to.items(), key=lambda one: one[0])
            if fitting_id not in seen_to
        ]


def _task(write: Ingesting, chance: Chance, decision: Decision) -> Task:
    hours = timedelta(hours=scheme_at(write, write.case(decision.case_id).scheme_id, write.now).removal_hours)
    task_id = TaskId(chance.identity("task"))
    return Task(task_id, TaskKind.STOP_DEVICE, decision.case_id, decision.id, write.now, write.now + hours)
