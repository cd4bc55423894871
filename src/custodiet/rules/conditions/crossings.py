"""The judge of what a device judged by itself: that it went into a zone, or out of one.

Such a word has no disc that anyone could look at again, and a check-in from outside its area had one only. So it
accuses nobody: from the wrong side it raises something to ring about, and a word from the right side ends that. It is
taken in order of its own time; one that comes late raises nothing, and weakens what it contradicts.

A device says when a line is crossed and nothing else: of whoever went over before it was asked of them, and stays
there, only the clock can tell, by what was said last.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from custodiet.model.condition import KEEP_OUT, ZONED, Condition, ConditionKind, Interval
from custodiet.model.decision import Decision
from custodiet.model.finding import Ended, Finding, Matter, Raised, Seen, Watch, Weakened, Weight, Why
from custodiet.model.identity import ConditionId, FittingId
from custodiet.model.judging import Judging
from custodiet.model.times import to_ms
from custodiet.model.word import Said, Word
from custodiet.rules.conditions.hours import AROUND
from custodiet.rules.conditions.naming import alert_id
from custodiet.rules.conditions.timetable import sense_of, window_at, windows


def judge_crossing(
    condition: Condition,
    decision: Decision,
    watch: Watch,
    at: datetime,
    newest: datetime | None,
    hours: Sequence[Interval],
    *,
    entered: bool,
) -> tuple[Watch, tuple[Finding, ...]]:
    """The watch after one crossing at `at`, and what it raises, ends or weakens.

    `newest`: of the crossings before it; `hours`: when the condition asks.
    """
    wrong = entered is (condition.kind in KEEP_OUT)
    if newest is not None and at <= newest:
        if wrong or watch.alert_id is None or watch.began_at is None or at < watch.began_at:
            return watch, ()
        return replace(watch, alert_id=None, weight=None), (Weakened(watch.alert_id, at, Why.LATE_FIX),)
    if not wrong:
        if watch.alert_id is None:
            return watch, ()
        return replace(watch, alert_id=None, weight=None), (Ended(watch.alert_id, at),)
    window = window_at(hours, at)
    if window is None or (watch.began_at is not None and watch.alert_id is not None and window.covers(watch.began_at)):
        return watch, ()
    over = () if watch.alert_id is None else (Ended(watch.alert_id, window.from_at),)
    raised = _ring(decision, watch.fitting_id, condition.id, at)
    watch = replace(watch, alert_id=raised.alert_id, weight=raised.weight, began_at=at, confirmed_at=at)
    return watch, (*over, raised)


def stays_over(
    condition: Condition,
    decision: Decision,
    said: Sequence[Word],
    absences: Sequence[Interval],
    now: datetime,
    settings: Judging,
) -> Raised | None:
    """Its hours have begun, or an absence is over, and by the last word before that they are on the wrong side: someone
    rings, once for each of its windows.

    `said`: the crossings of it that one fitting told, in order, since that could be relied on. Of a curfew nothing: who
    was not heard to be home in its hours is asked about as everyone (hours.py).
    """
    if condition.kind not in ZONED or condition.kind is ConditionKind.CURFEW or not said:
        return None
    span = Interval(now - AROUND, now + AROUND)
    window = window_at(windows(condition.schedule, sense_of(condition.kind), absences, span), now)
    if window is None or window.from_at == span.from_at:
        return None
    last, lasts = said[-1], now - window.from_at
    if last.at >= window.from_at or lasts < timedelta(seconds=settings.unanswered_s) or not _is_wrong(condition, last):
        return None
    return replace(_ring(decision, last.fitting_id, condition.id, window.from_at), raised_at=now)


def came_back_at(condition: Condition, said: Sequence[Word]) -> datetime | None:
    """When the first of these crossings to the right side was."""
    return next((one.at for one in said if not _is_wrong(condition, one)), None)


def _is_wrong(condition: Condition, word: Word) -> bool:
    return (word.said is Said.ENTERED) is (condition.kind in KEEP_OUT)


def from_elsewhere(decision: Decision, word: Word) -> tuple[Finding, ...]:
    """A check-in whose disc lay outside every area: over as soon as it was said."""
    if word.said is not Said.NOT_IN_AREA:
        return ()
    raised = _ring(decision, word.fitting_id, None, word.at)
    return raised, Ended(raised.alert_id, word.at)


def _ring(decision: Decision, fitting_id: FittingId, condition_id: ConditionId | None, at: datetime) -> Raised:
    return Raised(
        alert_id=alert_id(condition_id or decision.id, fitting_id, to_ms(at), Weight.UNCERTAIN),
        case_id=decision.case_id,
        decision_id=decision.id,
        fitting_id=fitting_id,
        condition_id=condition_id,
        matter=Matter.OUT_OF_PLACE,
        weight=Weight.UNCERTAIN,
        began_at=at,
        confirmed_at=at,
        raised_at=at,
        seen=Seen(fixes=1),
    )
