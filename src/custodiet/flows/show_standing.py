"""How things stand, for a page or a terminal: who is monitored how and until when, what is to be done, what came in.

No position, no name: a case is its reference. Every list is bounded and says how many it leaves out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from custodiet.flows.ports import Reading
from custodiet.flows.show_senders import Told, told_of
from custodiet.model.alert import Alert, AlertState
from custodiet.model.decision import Decision, State
from custodiet.model.exemption import Overridden
from custodiet.model.identity import DecisionId
from custodiet.rules.alerts import MOVES
from custodiet.rules.decisions import moved, time_is_up

LINES_MAX = 200


@dataclass(frozen=True, slots=True)
class Monitored:
    """The newest decision of one case and strand."""

    reference: str
    strand: str
    decision_id: DecisionId
    rung: int
    mode: str
    state: State
    starts_at: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class ToDo:
    """An open task."""

    reference: str
    kind: str
    raised_at: datetime
    due_at: datetime


OPEN_STATES = tuple(state for state, moves in MOVES.items() if moves and state is not AlertState.NOTIFIED)
"""Alerts in these wait for someone."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An alert that waits for someone, with what it rests on; it holds no place."""

    reference: str
    alert: Alert

    @property
    def is_open(self) -> bool:
        """Whether anyone still has to do something about it."""
        return self.alert.state in OPEN_STATES


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything a page shows."""

    at: datetime
    cases: int
    monitored: tuple[Monitored, ...]
    """Of the first cases by their references."""
    undecided: tuple[str, ...]
    """References of those of them about which no decision was made: nothing is admitted."""
    cases_more: int
    """Cases beyond them, which the list of cases pages through."""
    tasks: tuple[ToDo, ...]
    tasks_more: int
    alerts: tuple[Waiting, ...]
    told: tuple[Told, ...]
    """Senders that were told to stop or to start and have not acknowledged it in time."""
    reports: tuple[tuple[str, str, int], ...]
    """(outcome, reason, reports so far); reason '' counts each report once."""
    entries: int
    overridden: tuple[Overridden, ...]
    """Exemptions that were overridden, for the data protection officer, the newest first."""


def show_standing(view: Reading, now: datetime) -> Standing:
    """How things stand in this view of the store."""
    cases = view.cases_like("", None, now, LINES_MAX, 0)
    found = view.count_cases("", None, now)
    of_case = {case.id: case.reference for case in cases}
    monitored = sorted(
        (_monitored(of_case[one.case_id], one, now) for one in _newest(view.decisions_of_cases(list(of_case)))),
        key=lambda one: (one.reference, one.strand),
    )
    tasks, tasks_more = view.tasks_due(LINES_MAX)
    alerts = view.alerts(OPEN_STATES, LINES_MAX)
    reference = view.references({one.case_id for one in tasks} | {one.case_id for one in alerts})
    return Standing(
        at=now,
        cases=found,
        monitored=tuple(monitored),
        undecided=tuple(sorted(set(of_case.values()) - {one.reference for one in monitored})),
        cases_more=found - len(cases),
        tasks=tuple(ToDo(reference[one.case_id], one.kind.value, one.raised_at, one.due_at) for one in tasks),
        tasks_more=tasks_more,
        alerts=tuple(Waiting(reference[one.case_id], one) for one in alerts),
        told=told_of(view, view.instructions_overdue(now, LINES_MAX)),
        reports=tuple((outcome, reason, count) for (outcome, reason), count in sorted(view.reports_counted().items())),
        entries=view.ledger_size(),
        overridden=view.overridden(LINES_MAX),
    )


def monitored_of(reference: str, decisions: Iterable[Decision], now: datetime) -> tuple[Monitored, ...]:
    """How one case stands: the newest of its decisions on each strand."""
    found = (_monitored(reference, decision, now) for decision in _newest(decisions))
    return tuple(sorted(found, key=lambda one: one.strand))


def _newest(decisions: Iterable[Decision]) -> Iterable[Decision]:
    """Of those that were made, the one of each case and strand that starts last."""
    newest: dict[tuple[str, str], Decision] = {}
    for decision in decisions:
        place = (decision.case_id, decision.strand)
        if decision.stands and (place not in newest or newest[place].starts_at < decision.starts_at):
            newest[place] = decision
    return newest.values()


def _monitored(reference: str, decision: Decision, now: datetime) -> Monitored:
    # What has run out is shown so at once, also before the clock has entered it: the gate refuses already.
    move = time_is_up(decision, now)
    return Monitored(
        reference=reference,
        strand=decision.strand,
        decision_id=decision.id,
        rung=decision.rung.rung,
        mode=decision.rung.title,
        state=decision.state if move is None else moved(decision, move),
        starts_at=decision.starts_at,
        until=decision.until,
    )
