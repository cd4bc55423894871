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
from itertools import takewhile

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

TO_THE_WRONG_SIDE = {kind: Said.ENTERED if kind in KEEP_OUT else Said.LEFT for kind in ZONED}
"""What a device says of somebody who goes there."""
STAYED_OVER = {kind: TO_THE_WRONG_SIDE[kind] for kind in ZONED - {ConditionKind.CURFEW}}
"""The same, where the clock goes by what was said last. Of a curfew it does not: who was not heard to be home in its
hours is asked about as everyone (hours.py).
"""


def judge_crossing(
    condition: Condition,
    decision: Decision,
    watch: Watch,
    word: Word,
    newest: datetime | None,
    hours: Sequence[Interval],
) -> tuple[Watch, tuple[Finding, ...]]:
    """The watch after one crossing, and what it raises, ends or weakens.

    `newest`: of the crossings before it; `hours`: when the condition asks.
    """
    at, wrong = word.at, word.said is TO_THE_WRONG_SIDE[condition.kind]
    if newest is not None and at <= newest:
        if wrong or watch.alert_id is None or watch.began_at is None or at < watch.began_at:
            return watch, ()
        return replace(watch, alert_id=None, weight=None), (Weakened(watch.alert_id, at, Why.LATE_FIX),)
    if not wrong:
        if watch.alert_id is None:
            return watch, ()
        return replace(watch, alert_id=None, weight=None), (Ended(watch.alert_id, at),)
    if watch.alert_id is not None or window_at(hours, at) is None:
        return watch, ()
    raised = _ring(decision, watch.fitting_id, condition.id, at)
    watch = replace(watch, alert_id=raised.alert_id, weight=raised.weight, began_at=at, confirmed_at=at)
    return watch, (raised,)


def stays_over(
    condition: Condition,
    decision: Decision,
    said: Sequence[Word],
    absences: Sequence[Interval],
    now: datetime,
    settings: Judging,
) -> Raised | None:
    """By the newest word they are on the wrong side, have been for a while in which it asks, and nobody was told of it:
    someone rings. It had been said before its hours, or before an absence was over; or what was raised then stands no
    more.

    `said`: the crossings of it that one fitting told, in order, since that could be relied on.
    """
    if not said or said[-1].said is not STAYED_OVER.get(condition.kind):
        return None
    span = Interval(now - AROUND, now + AROUND)
    window = window_at(windows(condition.schedule, sense_of(condition.kind), absences, span), now)
    if window is None:
        return None
    began_at = max(window.from_at, said[-1].at)
    if began_at == span.from_at or now - began_at < timedelta(seconds=settings.unanswered_s):
        return None  # it has been asking for so long that nothing began
    return replace(_ring(decision, said[-1].fitting_id, condition.id, began_at), raised_at=now)


def over_at(
    condition: Condition, said: Sequence[Word], began_at: datetime, anew_at: datetime | None
) -> datetime | None:
    """When what was raised of this zone was over, by what was said of it; None: it goes on.

    By the newest of these crossings, in order, they are on the right side: that may be heard late, and was so before
    it was raised. Or the same was raised `anew_at`, since they had been back, or it was said once more.
    """
    wrong = TO_THE_WRONG_SIDE[condition.kind]
    back = list(takewhile(lambda one: one.said is not wrong, reversed(said)))
    if back:
        return max(back[-1].at, began_at)
    if anew_at is None:
        return None
    return next((one.at for one in said if began_at <= one.at <= anew_at and one.said is not wrong), anew_at)


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
