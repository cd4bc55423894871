"""Step down the ladder: one person, one act. In one write the higher decision ends and the lower begins; never a gap.

The lower rung rests on the assessment of the higher one: whatever was answered for more was answered for less, and
whoever approved more approved less with it.
"""

from dataclasses import replace
from datetime import timedelta

from custodiet.flows.carrying import carry_conditions
from custodiet.flows.decide_case import succession
from custodiet.flows.end_decision import removal_task, write_ending
from custodiet.flows.gathering import duty_of
from custodiet.flows.instructing import instruct_for
from custodiet.flows.ports import Acting, Chance, Store
from custodiet.flows.refusing import refuse_if
from custodiet.model.decision import Authority, Decision, State
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.errors import NotFound, NotPermitted
from custodiet.model.fact import FactKind
from custodiet.model.identity import ActorId, CaseId, DecisionId
from custodiet.model.instruction import What
from custodiet.model.mode import MODES, Mode, ModeCode
from custodiet.model.record import DecisionMade, DecisionProposed
from custodiet.rules.conditions.kinds import kinds_on
from custodiet.rules.decisions import STANDING, Move, made, objections_to_lowering, stopped_along, succeeded

_ORDER_REVIEW = timedelta(days=28)
"""When an order is reviewed that is lowered after its review was due."""


def step_down(
    store: Store, chance: Chance, case_id: CaseId, to_mode: ModeCode, by: ActorId, *, strand: str | None = None
) -> tuple[DecisionId, ...]:
    """Step down with every decision of the case that stands higher, or only on one strand. The lower decisions.

    Raises NotFound when nothing is in force above that rung, NotPermitted for an order that is another's, and where a
    duty is satisfied only higher up and nothing has lifted it.
    """
    with store.acting() as act:
        higher = [one for one in standing(act, case_id) if one.rung.rung > MODES[to_mode].rung]
        higher = [one for one in higher if strand in (None, one.strand)]
        if not higher:
            raise NotFound("nothing of this case is in force above that rung")
        return tuple(write_step_down(act, chance, one, to_mode, by) for one in higher)


def standing(act: Acting, case_id: CaseId) -> list[Decision]:
    """Decisions of a case that are in force now, or would be but for a pause."""
    return [one for one in act.decisions_of(case_id) if one.state in STANDING and one.covers(act.now)]


def write_step_down(
    act: Acting, chance: Chance, higher: Decision, to_mode: ModeCode, by: ActorId, *, lifted: bool = False
) -> DecisionId:
    """The same for one decision in a transaction that someone holds. `lifted`: no duty stands in the way."""
    duty = duty_of(act, higher, act.now)
    least = None if duty is None or duty.satisfied_from is None else MODES[duty.satisfied_from]
    lifted = lifted or act.newest_fact(higher.case_id, FactKind.LIFTS_DUTY) is not None
    refuse_if(objections_to_lowering(higher, MODES[to_mode], by, satisfied_from=least, lifted=lifted))
    person_id = act.case(higher.case_id).person_id
    for one in stopped_along(higher, act.followers(higher.id), act.now):
        write_ending(act, chance, one, Move.WITHDRAW, by, task=False)
    succeeds = higher.state is State.MADE
    if not succeeds:
        write_ending(act, chance, higher, Move.WITHDRAW, by, task=comes_off(higher.rung, MODES[to_mode]))
    lower = _lower(act, chance, higher, to_mode, follows=succeeds)
    assessment = act.assessment_of(higher.id)
    proposed = DecisionProposed(lower, None if assessment is None else assessment.id)
    act.write(Entry(EntryKind.DECISION_PROPOSED, by, person_id), proposed)
    carried = [one for one in act.conditions_of(higher.id) if one.kind in kinds_on(lower.rung)]
    carry_conditions(act, chance, carried, lower.id, by)
    _write_made(act, chance, higher, lower, by, succeeds=succeeds)
    return lower.id


def _lower(act: Acting, chance: Chance, higher: Decision, to_mode: ModeCode, *, follows: bool) -> Decision:
    review_due_at = higher.review_due_at
    if higher.authority is Authority.ORDER and review_due_at <= act.now:
        review_due_at = act.now + _ORDER_REVIEW
    return replace(
        higher,
        id=DecisionId(chance.identity("decision")),
        mode=to_mode,
        starts_at=act.now,
        review_due_at=review_due_at,
        follows=higher.id if follows else None,
        state=State.PROPOSED,
        approved_by=None,
        made_at=None,
        ended_at=None,
        suspensions=(),
    )


def _write_made(act: Acting, chance: Chance, higher: Decision, lower: Decision, by: ActorId, *, succeeds: bool) -> None:
    if higher.approved_by is None:
        raise NotPermitted(
            "not_approved: nobody has approved what would be stepped down from; "
            "a proposal of the lower rung; or take this one back"
        )
    begun = made(lower, higher.approved_by, act.now)
    if succeeds:
        told = instruct_for(act, begun, act.now, succeeded(higher, lower), unsaid=What.START)
    else:
        told = instruct_for(act, begun, act.now, unsaid=What.STOP)
    comes = succeeds and comes_off(higher.rung, lower.rung)
    record = DecisionMade(
        lower.id,
        approved_by=higher.approved_by,
        made_at=act.now,
        succeeds=succession(act, higher, lower) if succeeds else None,
        instructions=told,
        tasks=(removal_task(act, chance, higher),) if comes else (),
        lowered_by=by,
    )
    person_id = act.case(lower.case_id).person_id
    act.write(Entry(EntryKind.DECISION_MADE, by, person_id), record)


def comes_off(higher: Mode, lower: Mode) -> bool:
    """Whether a device that the person has with them is to come back (R107)."""
    return higher.worn and not lower.worn
