"""Propose, make, narrow, return or refuse a decision: two people; each step decided, recorded, kept.

The ladder's gate holds at the proposal and again at the making; the store holds it too. Refusing a rung always says
which one below it is ready, and that it is no ground for detaining anyone.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from custodiet.flows.assess_case import Assessor
from custodiet.flows.carrying import carry_conditions
from custodiet.flows.gathering import gather
from custodiet.flows.instructing import instruct_for
from custodiet.flows.keep_draft import write_dropped
from custodiet.flows.notice_now import told_now
from custodiet.flows.ports import Acting, Chance, Store
from custodiet.flows.refusing import refuse_if, refuse_rung_if
from custodiet.flows.scheme_now import scheme_at, scheme_binding
from custodiet.flows.state_conditions import Asked, against_asking
from custodiet.flows.weigh_decision import (
    Weighed,
    against_proposing,
    against_register,
    weigh_making,
    weigh_rung,
    weigh_rung_made,
)
from custodiet.model.assessing_record import (
    AssessmentRecorded,
    DecisionNarrowed,
    DecisionReturned,
    ExemptionOverridden,
    ReturnReason,
    RungRefused,
)
from custodiet.model.assessment import Assessment, Words
from custodiet.model.case import Task, TaskKind
from custodiet.model.decision import Decision, State
from custodiet.model.draft import Dropped
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.identity import ActorId, ConditionId, DecisionId, TaskId
from custodiet.model.instruction import Instruction, What
from custodiet.model.mode import ModeCode
from custodiet.model.objection import Objection
from custodiet.model.record import DecisionMade, DecisionProposed, DecisionRefused, Succession, kind_of
from custodiet.rules import ladder
from custodiet.rules.conditions.kinds import kinds_on
from custodiet.rules.decisions import (
    Move,
    made,
    moved,
    objections_to_narrowing,
    objections_to_returning,
    objections_to_unseen,
    retention_clocks,
    succeeded,
)
from custodiet.rules.guidance import guidance_in_force
from custodiet.rules.notices import is_owed


def propose_decision(
    store: Store, decision: Decision, assessment: Assessment | None = None, asked: Asked | None = None
) -> int:
    """Record a proposal with its assessment; rung 0 needs none. The ledger index of the proposal.

    `asked`: the conditions that it carries, recorded with it: nobody sees the one without the other.

    Raises NotPermitted with every objection. Where the ladder objects, the refusal is recorded first, with what is
    ready instead.
    """
    with store.acting() as act:
        stated = () if asked is None else against_asking(asked.conditions, decision)
        index, against = write_proposal(act, decision, assessment, stated)
        if not against:
            draft = None if assessment is None else act.draft(decision.case_id, decision.proposed_by)
            if draft is not None:
                write_dropped(act, draft, Dropped.SENT, decision.proposed_by)
            if asked is not None:
                asked.write(act, decision, decision.proposed_by)
    refuse_rung_if(against)
    return index


def write_proposal(
    act: Acting, decision: Decision, assessment: Assessment | None, stated: tuple[str, ...] = ()
) -> tuple[int, tuple[Objection, ...]]:
    """The same in a transaction that someone holds, without its conditions: the ledger index; or -1 with what the
    ladder objects, which is recorded, and is for the caller to raise. `stated`: what stands against its conditions.
    """
    case = act.case(decision.case_id)
    guidance, _ = guidance_in_force(act.registers(case.scheme_id), act.now)
    proposal = replace(
        decision, state=State.PROPOSED, approved_by=None, made_at=None, ended_at=None, guidance=guidance or None
    )
    refuse_if(against_proposing(act, proposal, act.now) + stated)
    against = weigh_rung(act, proposal, assessment, act.now)
    if against:
        _record_refusal(act, proposal, against)
        return -1, against
    entry = Entry(EntryKind.DECISION_PROPOSED, proposal.proposed_by, case.person_id)
    index = act.write(entry, DecisionProposed(proposal))
    if assessment is not None:
        record = AssessmentRecorded(_compared(act, replace(assessment, at=act.now)))
        act.write(Entry(kind_of(record), proposal.proposed_by, case.person_id), record)
        if assessment.exempted is not None and assessment.exempted.overridden:
            told = ExemptionOverridden(proposal.id, act.now, proposal.proposed_by)
            act.write(Entry(kind_of(told), proposal.proposed_by, case.person_id), told)
    return index, ()


def what_stands_against(
    store: Store, decision: Decision, assessment: Assessment | None, now: datetime
) -> tuple[Objection, ...]:
    """The ladder's objections to a proposal as it would be now. Nothing is recorded: it is for a form."""
    with store.reading() as view:
        return weigh_rung(view, decision, assessment, now)


def _record_refusal(act: Acting, proposal: Decision, against: tuple[Objection, ...]) -> None:
    codes = tuple(dict.fromkeys(one.code for one in against))
    by, offers = proposal.proposed_by, against[0].instead
    record = RungRefused(proposal.case_id, proposal.mode, codes, offers, act.now, by)
    act.write(Entry(kind_of(record), by, act.case(proposal.case_id).person_id), record)


def _compared(act: Acting, assessment: Assessment) -> Assessment:
    """Each text with whether another case has nearly the same."""

    def of(words: Words | None) -> Words | None:
        if words is None:
            return None
        return replace(words, alike=act.is_alike(assessment.case_id, words.signature))

    families = tuple(replace(one, words=of(one.words)) for one in assessment.families)
    return replace(assessment, words=of(assessment.words), families=families)


def make_decision(
    store: Store, decision_id: DecisionId, by: ActorId, *, seen: Collection[ConditionId] | None = None
) -> int:
    """The second person's yes. What it follows ends where it starts. The ledger index.

    `seen`: the conditions that were before them; refused when it carries others by now. None: nobody asks.
    """
    with store.acting() as act:
        decision = act.decision(decision_id)
        moved(decision, Move.MAKE)
        return _make(act, decision, by, _against_unseen(act, decision_id, seen))


def _against_unseen(act: Acting, decision_id: DecisionId, seen: Collection[ConditionId] | None) -> tuple[str, ...]:
    carried = frozenset(one.id for one in act.conditions_of(decision_id))
    return () if seen is None else objections_to_unseen(carried, frozenset(seen))


def _make(act: Acting, decision: Decision, by: ActorId, unseen: tuple[str, ...] = ()) -> int:
    predecessor = act.decision(decision.follows) if decision.follows is not None else None
    case = act.case(decision.case_id)
    weighed = dict(weigh_making(act, decision, by, act.now))
    refuse_if(weighed[Weighed.MAKING] + unseen + weighed[Weighed.OPERATION])
    refuse_if(weighed[Weighed.TRAINING])
    refuse_if(weighed[Weighed.NOTICE])
    refuse_rung_if(weigh_rung_made(act, decision, act.now))
    succeeds = succession(act, predecessor, decision) if predecessor is not None else None
    record = DecisionMade(
        decision.id,
        approved_by=by,
        made_at=act.now,
        succeeds=succeeds,
        instructions=_instructions(act, made(decision, by, act.now), predecessor),
        tasks=_owed(act, decision),
    )
    return act.write(Entry(EntryKind.DECISION_MADE, by, case.person_id), record)


def _owed(act: Acting, decision: Decision) -> tuple[Task, ...]:
    """An order begins whether or not the notice was given; then it is owed at once (R55)."""
    if not is_owed(decision, told=told_now(act, decision.case_id, act.now)):
        return ()
    # Named after its decision: there is one of them for each, and making a decision draws nothing at random.
    task_id = TaskId(f"task_{decision.id.removeprefix('decision_')}")
    hours = scheme_at(act, act.case(decision.case_id).scheme_id, act.now).removal_hours
    due_at = act.now + timedelta(hours=hours)
    return (Task(task_id, TaskKind.GIVE_NOTICE, decision.case_id, decision.id, act.now, due_at),)


def _instructions(act: Acting, decision: Decision, predecessor: Decision | None) -> tuple[Instruction, ...]:
    if predecessor is None:
        return instruct_for(act, decision, decision.starts_at, unsaid=What.STOP)
    before = succeeded(predecessor, decision)
    return instruct_for(act, decision, decision.starts_at, before, unsaid=What.START)


def narrow_decision(
    store: Store,
    chance: Chance,
    decision_id: DecisionId,
    by: ActorId,
    *,
    mode: ModeCode | None = None,
    review_due_at: datetime | None = None,
    ends_at: datetime | None = None,
    without: Collection[ConditionId] = (),
    seen: Collection[ConditionId] | None = None,
) -> DecisionId:
    """The second person makes less of a proposal than was proposed: a lower rung, a shorter time, fewer conditions.

    Never more. `seen`: as when it is made whole. The proposal is over; what is made instead rests on its assessment.
    """
    with store.acting() as act:
        wide = act.decision(decision_id)
        moved(wide, Move.MAKE)
        unseen = _against_unseen(act, decision_id, seen)
        narrow = replace(
            wide,
            id=DecisionId(chance.identity("decision")),
            mode=wide.mode if mode is None else mode,
            review_due_at=wide.review_due_at if review_due_at is None else review_due_at,
            ends_at=wide.ends_at if ends_at is None else ends_at,
        )
        conditions = act.conditions_of(decision_id)
        gone = frozenset(without)
        case = act.case(wide.case_id)
        refuse_if(
            objections_to_narrowing(wide, narrow, by, gone, frozenset(one.id for one in conditions))
            + unseen
            + against_register(act, narrow, act.now)
        )
        person_id = case.person_id
        assessment = act.assessment_of(decision_id)
        rests_on = None if assessment is None else assessment.id
        # The narrower one before the entry that names it.
        act.write(Entry(EntryKind.DECISION_PROPOSED, wide.proposed_by, person_id), DecisionProposed(narrow, rests_on))
        kept = [one for one in conditions if one.id not in gone and one.kind in kinds_on(narrow.rung)]
        carry_conditions(act, chance, kept, narrow.id, by)
        record = DecisionNarrowed(decision_id, narrow.id, act.now, by)
        act.write(Entry(kind_of(record), by, person_id), record)
        _make(act, narrow, by)
    return narrow.id


def return_decision(
    store: Store, assessor: Assessor, decision_id: DecisionId, reason: ReturnReason, words: str, by: ActorId
) -> int:
    """The second person gives a proposal back, with a reason in code and words (sealed). The ledger index."""
    with store.acting() as act:
        decision = act.decision(decision_id)
        moved(decision, Move.REFUSE)
        refuse_if(objections_to_returning(decision, words, by))
        person_id = act.case(decision.case_id).person_id
        sealed = assessor.seal(act, person_id, words)
        record = DecisionReturned(decision_id, reason, act.now, by, sealed, _ready_below(act, decision))
        return act.write(Entry(kind_of(record), by, person_id), record)


def refuse_decision(store: Store, decision_id: DecisionId, by: ActorId) -> int:
    """The second person's no, or the proposer taking it back. The ledger index."""
    with store.acting() as act:
        return write_refused(act, act.decision(decision_id), by)


def write_refused(act: Acting, decision: Decision, by: ActorId) -> int:
    """The same in a transaction that someone holds."""
    moved(decision, Move.REFUSE)
    record = DecisionRefused(decision.id, act.now, by, _ready_below(act, decision), no_ground_for_detention=True)
    return act.write(Entry(EntryKind.DECISION_REFUSED, by, act.case(decision.case_id).person_id), record)


def _ready_below(act: Acting, decision: Decision) -> ModeCode:
    facts, standing = gather(act, decision, act.now)
    return ladder.ready_below(decision, act.assessment_of(decision.id), facts, standing)


def succession(act: Acting, earlier: Decision, later: Decision) -> Succession:
    """What happens to the one that another follows. Raises IllegalMove for one that has no successor."""
    moved(earlier, Move.SUCCEED)
    scheme = scheme_binding(act, earlier, act.now)
    clocks = retention_clocks(earlier, scheme, later.starts_at)
    # A device's fast clock may have stored something beyond: it lies in no interval of the earlier one any more.
    return Succession(earlier.id, later.starts_at, clocks, act.fixes_from(earlier.id, later.starts_at))
