"""The vault's own picture of what is to be erased and what is kept longer, by the entries it followed itself.

A hold that was not asked for and placed by two people, the second an authorising officer or the data protection
officer, keeps nothing here; and no one but the latter ends a quarantine.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

from custodiet.model.decision import Decision
from custodiet.model.erasing import HoldStep, StandingHold
from custodiet.model.erasing_record import ErasureDue, HoldAnswered, HoldAsked, QuarantineEnded
from custodiet.model.identity import ActorId, CaseId, DecisionId, HoldId
from custodiet.model.mode import Category
from custodiet.model.record import Record
from custodiet.model.staff import Function
from custodiet.rules.erasing import keeps, objections_to_answering_hold

if TYPE_CHECKING:
    from collections.abc import Mapping


class Knowing(Protocol):
    """What of the rest of the vault's picture this part needs."""

    @property
    def decisions(self) -> "Mapping[DecisionId, Decision]": ...
    def may_approve(self, actor: ActorId, case_id: CaseId, at: datetime) -> bool: ...
    def function_of(self, actor: ActorId, at: datetime) -> Function | None: ...


class Keeping:
    """Follows records. One thread at a time."""

    def __init__(self) -> None:
        self.erasures: dict[int, ErasureDue] = {}
        """What the entry at a place says has come due."""
        self._due: set[tuple[DecisionId, Category]] = set()
        self._holds: dict[HoldId, StandingHold] = {}
        self._of_case: dict[CaseId, list[HoldId]] = {}
        self._annulled: set[DecisionId] = set()
        self._past: set[tuple[DecisionId, Category]] = set()
        """What was past its retention when its decision was annulled."""
        self._released: set[DecisionId] = set()

    def believe(self, record: Record, index: int, at: datetime, known: Knowing) -> bool:
        """Keep what a record says; whether it counts. `at`: its entry's time. Raises KeyError for what none made."""
        match record:
            case ErasureDue(decision_id, category):
                self.erasures[index] = record
                self._due.add((decision_id, category))
            case HoldAsked(hold) if hold.id not in self._holds:
                self._holds[hold.id] = StandingHold(hold)
                self._of_case.setdefault(hold.case_id, []).append(hold.id)
            case HoldAnswered(hold_id, step, by):
                return self._answer(self._holds[hold_id], step, by, at, known)
            case QuarantineEnded(decision_id, by):
                if known.function_of(by, at) is not Function.DPO:
                    return False
                self._released.add(known.decisions[decision_id].id)
        return True

    def case_of(self, hold_id: HoldId) -> CaseId:
        """Whose data a hold is about. Raises KeyError for what no entry has asked for."""
        return self._holds[hold_id].hold.case_id

    def standing(self, hold_id: HoldId) -> StandingHold | None:
        """A hold as it stands; None for what no entry has asked for."""
        return self._holds.get(hold_id)

    def is_due(self, decision_id: DecisionId, category: Category) -> bool:
        """Whether an entry says that it has come due."""
        return (decision_id, category) in self._due

    def annul(self, decision_id: DecisionId, past: Iterable[Category]) -> None:
        """A decision is annulled, and these categories of what it collected are past their retention already."""
        self._annulled.add(decision_id)
        self._past |= {(decision_id, one) for one in past}

    def in_quarantine(self, decision_id: DecisionId) -> bool:
        """Whether what a decision collected waits for the data protection officer."""
        return decision_id in self._annulled and decision_id not in self._released

    def was_past(self, decision_id: DecisionId, category: Category) -> bool:
        """Whether it was past its retention when its decision was annulled: nobody is given it again by that."""
        return (decision_id, category) in self._past

    def keeps(self, case_id: CaseId, category: Category, day: date, at: datetime) -> bool:
        """Whether a hold in force keeps what was collected of someone on a UTC day."""
        return keeps((self._holds[one] for one in self._of_case.get(case_id, ())), category, day, at)

    def _answer(self, standing: StandingHold, step: HoldStep, by: ActorId, at: datetime, known: Knowing) -> bool:
        hold = standing.hold
        may = known.function_of(by, at) is Function.DPO or known.may_approve(by, hold.case_id, at)
        if objections_to_answering_hold(standing, step, by, at) or not (may or step is HoldStep.ENDED):
            return False
        placed_by = by if step is HoldStep.PLACED else standing.placed_by
        self._holds[hold.id] = StandingHold(hold, step, placed_by)
        return True
