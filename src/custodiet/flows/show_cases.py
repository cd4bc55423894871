"""Cases for whoever works on them: some of them by reference, or one with everything that stands and happened.

No position and no name: a case is its reference, an alert what was found and how sure. Every list is bounded and says
how many it leaves out.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from custodiet.flows.ports import Reading
from custodiet.flows.searching import page_of, words_of
from custodiet.flows.show_standing import Monitored, ToDo, Waiting, monitored_of
from custodiet.model.case import Case, Task
from custodiet.model.decision import Decision
from custodiet.model.device import Device, Fitting
from custodiet.model.identity import ActorId, CaseId, DeviceId
from custodiet.model.message import ContactDetails, Posted
from custodiet.model.scheme import Scheme
from custodiet.model.stored import Holding

PAGE_LINES = 25
TASKS_MAX = 10
HISTORY_MAX = 100
MESSAGES_MAX = 20
Of = TypeVar("Of", Decision, Task)


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case in a list."""

    reference: str
    monitored: tuple[Monitored, ...]
    """The newest decision of each strand."""
    tasks: int
    next_due_at: datetime | None
    case_id: CaseId


@dataclass(frozen=True, slots=True)
class CasesFound:
    """One page of a list, and the tasks that are due first."""

    at: datetime
    lines: tuple[CaseLine, ...]
    found: int
    page: int
    pages: int
    tasks: tuple[ToDo, ...]
    tasks_more: int


class What(StrEnum):
    """What happened in a case. Each has a time; the words are a page's."""

    OPENED = "opened"
    FITTED = "fitted"
    REMOVED = "removed"
    DECIDED = "decided"
    PAUSED = "paused"
    RESUMED = "resumed"
    ENDED = "ended"
    ALERTED = "alerted"
    TASK_RAISED = "task_raised"
    TASK_DONE = "task_done"


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of a case's history. Exactly one of the last four is there, or none."""

    at: datetime
    what: What
    decision: Decision | None = None
    device: Device | None = None
    task: Task | None = None
    alert: Waiting | None = None
    by: tuple[ActorId, ...] = ()


@dataclass(frozen=True, slots=True)
class Worn:
    """A fitting with the device it is of."""

    fitting: Fitting
    device: Device
    contact_at: datetime | None
    """When it was last heard of; None: never."""


@dataclass(frozen=True, slots=True)
class CaseFile:
    """One case: what is in force, with its clock, what is worn, what is to be done, what happened."""

    at: datetime
    case: Case
    scheme: Scheme
    monitored: tuple[Monitored, ...]
    decisions: tuple[Decision, ...]
    """In force or to come, one a strand at most, the first to end first."""
    worn: tuple[Worn, ...]
    tasks: tuple[ToDo, ...]
    alerts: tuple[Waiting, ...]
    history: tuple[Happened, ...]
    """The newest first."""
    history_more: int
    messages: tuple[Posted, ...]
    """To the person, the newest first."""
    reached: ContactDetails | None


def find_cases(
    view: Reading,
    now: datetime,
    search: str = "",
    holding: Holding | None = None,
    page: int = 1,
    within: Collection[CaseId] | None = None,
) -> CasesFound:
    """Cases whose reference holds the words, by reference; a page beyond the last one is the last one.

    `within`: those in the asker's sight, of which nothing else is looked at; None: all of them.
    """
    words = words_of(search)
    found = view.count_cases(words, holding, now, within)
    page, pages = page_of(found, page, PAGE_LINES)
    cases = view.cases_like(words, holding, now, PAGE_LINES, (page - 1) * PAGE_LINES, within)
    due, more = view.tasks_due(TASKS_MAX, within)
    reference = view.references({task.case_id for task in due})
    shown = [case.id for case in cases]
    decisions, tasks = _by_case(view.decisions_of_cases(shown)), _by_case(view.open_tasks_of(shown))
    return CasesFound(
        at=now,
        lines=tuple(_line(case, decisions[case.id], tasks[case.id], now) for case in cases),
        found=found,
        page=page,
        pages=pages,
        tasks=tuple(_todo(reference[task.case_id], task) for task in due),
        tasks_more=more,
    )


def show_case(view: Reading, now: datetime, reference: str) -> CaseFile:
    """One case by its reference. Raises NotFound; also where two schemes have one of that reference."""
    case = view.case_by_reference(reference)
    decisions = view.decisions_of(case.id)
    fittings = view.fittings_of(case.id)
    devices = {one.device_id: view.device(one.device_id) for one in fittings}
    tasks = view.tasks_of(case.id)
    alerts = [Waiting(case.reference, one) for one in view.alerts_of_case(case.id, HISTORY_MAX)]
    history = sorted(_history(case, decisions, fittings, devices, tasks, alerts, now), key=lambda one: one.at)
    history.reverse()
    standing = [one for one in decisions if one.stands and (one.until is None or now < one.until)]
    return CaseFile(
        at=now,
        case=case,
        scheme=view.scheme(case.scheme_id),
        monitored=monitored_of(case.reference, decisions, now),
        decisions=tuple(sorted(standing, key=lambda one: (one.until is None, one.until or now, one.id))),
        worn=tuple(_worn(view, one, devices[one.device_id]) for one in fittings if one.removed_at is None),
        tasks=tuple(_todo(case.reference, task) for task in tasks if task.done_at is None),
        alerts=tuple(one for one in alerts if one.is_open),
        history=tuple(history[:HISTORY_MAX]),
        history_more=max(0, len(history) - HISTORY_MAX),
        messages=view.posted_to(case.id, MESSAGES_MAX),
        reached=view.reached_by(case.person_id),
    )


def _worn(view: Reading, fitting: Fitting, device: Device) -> Worn:
    contact = view.contact(fitting.id)
    return Worn(fitting, device, None if contact is None else contact.contact_at)


def _by_case(of_cases: Iterable[Of]) -> dict[CaseId, list[Of]]:
    found = defaultdict[CaseId, list[Of]](list)
    for one in of_cases:
        found[one.case_id].append(one)
    return found


def _line(case: Case, decisions: Iterable[Decision], tasks: Sequence[Task], now: datetime) -> CaseLine:
    return CaseLine(
        reference=case.reference,
        monitored=monitored_of(case.reference, decisions, now),
        tasks=len(tasks),
        next_due_at=min((task.due_at for task in tasks), default=None),
        case_id=case.id,
    )


def _todo(reference: str, task: Task) -> ToDo:
    return ToDo(reference, task.kind.value, task.raised_at, task.due_at)


def _history(
    case: Case,
    decisions: Iterable[Decision],
    fittings: Iterable[Fitting],
    devices: dict[DeviceId, Device],
    tasks: Iterable[Task],
    alerts: Iterable[Waiting],
    now: datetime,
) -> Iterable[Happened]:
    yield Happened(case.opened_at, What.OPENED)
    for fitting in fittings:
        yield Happened(fitting.fitted_at, What.FITTED, device=devices[fitting.device_id])
        if fitting.removed_at is not None:
            yield Happened(fitting.removed_at, What.REMOVED, device=devices[fitting.device_id])
    for decision in decisions:
        if not decision.stands or decision.made_at is None:
            continue
        people = tuple(one for one in (decision.proposed_by, decision.approved_by, decision.maker) if one is not None)
        yield Happened(decision.made_at, What.DECIDED, decision=decision, by=people)
        for pause in decision.suspensions:
            yield Happened(pause.from_at, What.PAUSED, decision=decision)
            if pause.to_at is not None:
                yield Happened(pause.to_at, What.RESUMED, decision=decision)
        if decision.until is not None and decision.until <= now:
            yield Happened(decision.until, What.ENDED, decision=decision)
    for task in tasks:
        yield Happened(task.raised_at, What.TASK_RAISED, task=task)
        if task.done_at is not None:
            yield Happened(task.done_at, What.TASK_DONE, task=task)
    for waiting in alerts:
        yield Happened(waiting.alert.raised_at, What.ALERTED, alert=waiting)
