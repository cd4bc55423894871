"""Record a fact of a case, and in the same write what follows from it.

Medical or expert evidence opens a review with a deadline, in whatever form it comes, and steps down while it is looked
at (R35). Whoever turns out to be under 18, or to have their age disputed, comes off every rung that says where they
are (R51). An order is another's to change: its maker is told.
"""

from datetime import date, timedelta

from custodiet.flows.assess_case import Assessor
from custodiet.flows.ports import Acting, Chance, Store
from custodiet.flows.refusing import refuse_if
from custodiet.flows.step_down import standing, write_step_down
from custodiet.flows.tasks import new_task
from custodiet.model.assessing_record import FactRecorded, ReviewOpened
from custodiet.model.case import TaskKind
from custodiet.model.decision import Authority, Decision, State
from custodiet.model.entry import Entry
from custodiet.model.fact import EVIDENCE, Age, CaseFact, FactKind
from custodiet.model.identity import ActorId, CaseId, FactId, ReviewId
from custodiet.model.record import kind_of
from custodiet.model.review import Review, Trigger
from custodiet.rules.alerts import objections_to_acting
from custodiet.rules.ladder import for_minors, while_pending
from custodiet.rules.reviewing import due_at


def record_fact(
    store: Store,
    assessor: Assessor,
    chance: Chance,
    case_id: CaseId,
    kind: FactKind,
    dated: date,
    by: ActorId,
    text: str = "",
    age: Age | None = None,
) -> FactId:
    """A fact of a case, with all that it sets going. Raises IllegalValue for one that lies ahead."""
    with store.acting() as act:
        refuse_if(objections_to_acting(by))
        person_id = act.case(case_id).person_id
        sealed = assessor.seal(act, person_id, text) if text.strip() else b""
        fact = CaseFact(FactId(chance.identity("fact")), case_id, kind, dated, act.now, by, sealed, age)
        record = FactRecorded(fact)
        act.write(Entry(kind_of(record), by, person_id), record)
        if kind in EVIDENCE:
            for decision in standing(act, case_id):
                _look_at_evidence(act, chance, decision, by)
        if age in (Age.UNDER_18, Age.DISPUTED):
            for decision in standing(act, case_id):
                if decision.rung.locates:
                    _off_location(act, chance, decision, by)
    return fact.id


def _look_at_evidence(act: Acting, chance: Chance, decision: Decision, by: ActorId) -> None:
    if decision.state not in (State.MADE, State.SUSPENDED):
        return
    open_review(act, chance, decision, Trigger.NEW_EVIDENCE, by)
    if decision.authority is Authority.OFFICERS and decision.rung.rung > 0:
        # Pending, and no finding about the duty: it is lifted for so long and no longer.
        modes = act.scheme(act.case(decision.case_id).scheme_id).modes
        write_step_down(act, chance, decision, while_pending(decision.rung, modes), by, lifted=True)


def _off_location(act: Acting, chance: Chance, decision: Decision, by: ActorId) -> None:
    if decision.authority is Authority.ORDER:
        open_review(act, chance, decision, Trigger.NEW_EVIDENCE, by)
        return
    modes = act.scheme(act.case(decision.case_id).scheme_id).modes
    write_step_down(act, chance, decision, for_minors(decision.rung, modes), by, lifted=True)


def open_review(act: Acting, chance: Chance, decision: Decision, trigger: Trigger, by: ActorId) -> ReviewId:
    """Open a review in a transaction that someone holds, with the task to decide it; of an order its maker is told."""
    due = due_at(decision, trigger, act.now, act.review_due_at(decision.id))
    review = Review(ReviewId(chance.identity("review")), decision.id, trigger, act.now, by, due)
    tasks = [new_task(act, chance, decision, TaskKind.DECIDE_REVIEW, max(due, act.now))]
    if decision.authority is Authority.ORDER and trigger is not Trigger.PERIOD:
        hours = act.scheme(act.case(decision.case_id).scheme_id).removal_hours
        tell_by = act.now + timedelta(hours=hours)
        tasks.append(new_task(act, chance, decision, TaskKind.TELL_MAKER_FACTS, tell_by))
    record = ReviewOpened(review, tuple(tasks))
    act.write(Entry(kind_of(record), by, act.case(decision.case_id).person_id), record)
    return review.id
