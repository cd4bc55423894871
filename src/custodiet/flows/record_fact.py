"""Record a fact of a case, and in the same write what follows from it.

Medical or expert evidence opens a review with a deadline, in whatever form it comes, and steps down while it is looked
at (R35). Whoever turns out to be under 18, or to have their age disputed, comes off every rung that says where they
are (R51). An order is another's to change: its maker is told.
"""

from datetime import date

from custodiet.flows.assess_case import Assessor
from custodiet.flows.end_decision import write_ending
from custodiet.flows.open_review import open_review
from custodiet.flows.ports import Acting, Chance, Store
from custodiet.flows.refusing import refuse_if
from custodiet.flows.scheme_now import scheme_at
from custodiet.flows.step_down import standing, write_step_down
from custodiet.model.assessing_record import FactRecorded
from custodiet.model.decision import Authority, Decision, State
from custodiet.model.entry import Entry
from custodiet.model.fact import EVIDENCE, Age, CaseFact, FactKind
from custodiet.model.identity import ActorId, CaseId, FactId
from custodiet.model.record import kind_of
from custodiet.model.review import Trigger
from custodiet.rules.alerts import objections_to_acting
from custodiet.rules.decisions import Move
from custodiet.rules.ladder import for_minors, while_pending


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
        no_adult = age in (Age.UNDER_18, Age.DISPUTED)
        for decision in standing(act, case_id):
            if kind in EVIDENCE:
                _look_at_evidence(act, chance, decision, by)
            if no_adult and decision.rung.locates:
                _off_location(act, chance, decision, by)
        for decision in _yet_to_begin(act, case_id):
            if kind in EVIDENCE or (no_adult and decision.rung.locates):
                write_ending(act, chance, decision, Move.WITHDRAW, by)
    return fact.id


def _yet_to_begin(act: Acting, case_id: CaseId) -> list[Decision]:
    """Officers' decisions that were made and have not begun: what was made before this was known is made anew."""
    made = [one for one in act.decisions_of(case_id) if one.state is State.MADE and one.rung.rung > 0]
    return [one for one in made if one.starts_at > act.now and one.authority is Authority.OFFICERS]


def _look_at_evidence(act: Acting, chance: Chance, decision: Decision, by: ActorId) -> None:
    open_review(act, chance, decision, Trigger.NEW_EVIDENCE, by)
    if decision.authority is Authority.OFFICERS and decision.rung.rung > 0:
        # Pending, and no finding about the duty: it is lifted for so long and no longer.
        modes = scheme_at(act, act.case(decision.case_id).scheme_id, act.now).modes
        write_step_down(act, chance, decision, while_pending(decision.rung, modes), by, lifted=True)


def _off_location(act: Acting, chance: Chance, decision: Decision, by: ActorId) -> None:
    if decision.authority is Authority.ORDER:
        open_review(act, chance, decision, Trigger.NEW_EVIDENCE, by)
        return
    modes = scheme_at(act, act.case(decision.case_id).scheme_id, act.now).modes
    write_step_down(act, chance, decision, for_minors(decision.rung, modes), by, lifted=True)
