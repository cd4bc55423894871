"""What is kept past its rule, held or in quarantine, as those who oversee it see it: by reference, without a place."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from custodiet.flows.ports import Reading
from custodiet.model.case import Case
from custodiet.model.decision import Decision
from custodiet.model.erasing import CopyStep, KeptAs, Remains, StandingHold
from custodiet.model.erasing_record import CopyTold
from custodiet.model.identity import CaseId, DecisionId, SchemeId
from custodiet.rules.erasing import COPY_WAITS, kept_as

SHOWN_MAX = 200
PAGE = 20

Schemes = Collection[SchemeId] | None


@dataclass(frozen=True, slots=True)
class Line:
    """Something past its rule that is not erased yet, and why."""

    case: Case
    remains: Remains
    kept_as: KeptAs


@dataclass(frozen=True, slots=True)
class Quarantined:
    """What one annulled decision collected. `told`: the steps with the person's copy, in order."""

    case: Case
    decision: Decision
    remains: tuple[Remains, ...]
    told: tuple[CopyTold, ...]
    over: bool

    @property
    def offered_at(self) -> datetime | None:
        """When the person was offered a copy."""
        return next((one.at for one in self.told if one.step is CopyStep.OFFERED), None)

    @property
    def answered(self) -> CopyStep | None:
        """What the person answered."""
        return next((one.step for one in self.told if one.step is not CopyStep.OFFERED), None)

    @property
    def waits_until(self) -> datetime | None:
        """Until when an answer is waited for; None when none is."""
        return None if self.offered_at is None or self.answered else self.offered_at + COPY_WAITS


@dataclass(frozen=True, slots=True)
class HeldLine:
    """A hold in force, or one that waits for a second person."""

    case: Case
    standing: StandingHold


@dataclass(frozen=True, slots=True)
class Kept:
    """`lines`: one page of what is past its rule; `more`: whether another page follows."""

    quarantined: tuple[Quarantined, ...]
    lines: tuple[Line, ...]
    more: bool
    holds: tuple[HeldLine, ...]


def show_kept(view: Reading, now: datetime, schemes: Schemes, page: int, words: str = "") -> Kept:
    """One page of it, in these schemes or in all, of cases whose reference holds these words."""
    due = view.remains_due(now, schemes, PAGE + 1, (page - 1) * PAGE, words)
    waiting = view.remains_quarantined(schemes, SHOWN_MAX, words)
    waiting = tuple(sorted(waiting, key=lambda one: (one.first, one.decision_id)))
    decisions = [decision_id for decision_id, _ in groupby(waiting, key=lambda one: one.decision_id)]
    return Kept(
        tuple(show_quarantined(view, one) for one in dict.fromkeys(decisions)),
        tuple(_line(view, one, now) for one in due[:PAGE]),
        len(due) > PAGE,
        tuple(HeldLine(view.case(one.hold.case_id), one) for one in view.holds(now, SHOWN_MAX, schemes, words)),
    )


def show_late(view: Reading, now: datetime, scheme_id: SchemeId) -> tuple[Line, ...]:
    """What of a scheme should be erased and is not, the longest due first: of the first SHOWN_MAX that are due."""
    due = (_line(view, one, now) for one in view.remains_due(now, (scheme_id,), SHOWN_MAX))
    return tuple(one for one in due if one.kept_as is KeptAs.LATE)


def show_waiting_holds(view: Reading, now: datetime, schemes: Collection[SchemeId]) -> tuple[HeldLine, ...]:
    """Holds that wait for a second person in these schemes."""
    return tuple(HeldLine(view.case(one.hold.case_id), one) for one in view.holds_waiting(now, schemes))


def show_quarantined(view: Reading, decision_id: DecisionId) -> Quarantined:
    """What one decision collected and is not erased, with how far it is with the person's copy. Raises NotFound."""
    decision = view.decision(decision_id)
    told, over = view.copy_told(decision_id), view.quarantine_ended_at(decision_id) is not None
    return Quarantined(view.case(decision.case_id), decision, view.remains_of(decision_id), told, over)


def _line(view: Reading, one: Remains, now: datetime) -> Line:
    days, holds = view.days_left(one.decision_id, one.category), view.holds_of(one.case_id)
    due_at = max(at for at in (one.due_at, view.quarantine_ended_at(one.decision_id)) if at is not None)
    why = kept_as(one.category, days, due_at, holds, _late_max(view, one.case_id), now)
    return Line(view.case(one.case_id), one, why)


def _late_max(view: Reading, case_id: CaseId) -> timedelta:
    """A day is closed for a person once nothing can come under any decision of theirs."""
    return max(one.late_max for one in view.decisions_of(case_id))
