"""The judge of what a device judged by itself: that it went into a zone, or out of one.

Such a word has no disc that anyone could look at again, and a check-in from outside its area had one only. So it
accuses nobody: from the wrong side it raises something to ring about, and a word from the right side ends that. It is
taken in order of its own time; one that comes late raises nothing, and weakens what it contradicts.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from custodiet.model.condition import KEEP_OUT, Condition, Interval
from custodiet.model.decision import Decision
from custodiet.model.finding import Ended, Finding, Matter, Raised, Seen, Watch, Weakened, Weight, Why
from custodiet.model.identity import ConditionId, FittingId
from custodiet.model.times import to_ms
from custodiet.model.word import Said, Word
from custodiet.rules.conditions.naming import alert_id
from custodiet.rules.conditions.timetable import window_at


def judge_crossing(
    condition: Condition,
    decision: Decision,
    watch: Watch,
    at: datetime,
    newest: datetime | None,
    windows: Sequence[Interval],
    *,
    entered: bool,
) -> tuple[Watch, tuple[Finding, ...]]:
    """The watch after one crossing at `at`, and what it raises, ends or weakens.

    `newest`: of the crossings before it; `windows`: the hours the condition asks.
    """
    wrong = entered if condition.kind in KEEP_OUT else not entered
    if newest is not None and at <= newest:
        if wrong or watch.alert_id is None or watch.began_at is None or at < watch.began_at:
            return watch, ()
        return replace(watch, alert_id=None, weight=None), (Weakened(watch.alert_id, at, Why.LATE_FIX),)
    if not wrong:
        if watch.alert_id is None:
            return watch, ()
        return replace(watch, alert_id=None, weight=None), (Ended(watch.alert_id, at),)
    if watch.alert_id is not None or window_at(windows, at) is None:
        return watch, ()
    raised = _ring(decision, watch.fitting_id, condition.id, at)
    watch = replace(watch, alert_id=raised.alert_id, weight=raised.weight, began_at=at, confirmed_at=at)
    return watch, (raised,)


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
