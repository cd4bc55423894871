"""Remind people of appointments and check-ins ahead of them: found by the clock, written once, sent by the messenger.

A reminder has one name, made from its condition and window: what died halfway finds it written, or writes it.
"""

from datetime import datetime

from custodiet.flows.each_by_itself import each_by_itself
from custodiet.flows.end_decision import CLOCK
from custodiet.flows.ports import Clock, Reading, Store
from custodiet.model.condition import Condition, Interval
from custodiet.model.entry import Entry
from custodiet.model.errors import NotFound
from custodiet.model.identity import ConditionId
from custodiet.model.message_record import TimeReminded
from custodiet.model.record import kind_of
from custodiet.rules.reminders import REMINDS, remind, reminder_id, to_remind_of


def remind_of_times(store: Store, clock: Clock, fence: tuple[str, int]) -> int:
    """Write every reminder that is due now; how many."""
    now = clock.now()
    with store.reading() as view:
        found = [
            (condition.id, window)
            for kind in REMINDS
            for condition in view.of_kind_in_force(kind, now)
            for window in _due(view, condition, now)
        ]
    return each_by_itself(found, lambda one: _write(store, *one, fence))


def _due(view: Reading, condition: Condition, now: datetime) -> tuple[Interval, ...]:
    decision = view.decision(condition.decision_id)
    contact = view.reached_by(view.case(decision.case_id).person_id)
    if contact is None:
        return ()
    due = to_remind_of(condition, decision, view.absences(condition.id), contact, now)
    return tuple(one for one in due if not _written(view, condition.id, one))


def _written(view: Reading, condition_id: ConditionId, window: Interval) -> bool:
    try:
        view.posted(reminder_id(condition_id, window))
    except NotFound:
        return False
    return True


def _write(store: Store, condition_id: ConditionId, window: Interval, fence: tuple[str, int]) -> int:
    with store.acting(fence) as act:
        condition = act.condition(condition_id)
        if window not in _due(act, condition, act.now):
            return 0
        case = act.case(act.decision(condition.decision_id).case_id)
        contact = act.reached_by(case.person_id)
        if contact is None:
            return 0
        record = TimeReminded(condition_id, window.from_at, remind(condition, case.id, window, contact, act.now))
        act.write(Entry(kind_of(record), CLOCK, case.person_id), record)
    return 1
