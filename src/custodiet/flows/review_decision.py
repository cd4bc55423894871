"""Open a review and decide it: what was used since the last one, why it is still needed, why nothing lower will do."""

from datetime import datetime

from custodiet.flows.assess_case import Assessor
from custodiet.flows.end_decision import end_in
from custodiet.flows.open_review import is_open, open_review
from custodiet.flows.ports import Acting, Chance, Reading, Store
from custodiet.flows.refusing import refuse_if
from custodiet.flows.step_down import standing, write_step_down
from custodiet.model.assessing_record import ReviewDecided
from custodiet.model.assessment import FamilyReason
from custodiet.model.decision import Decision
from custodiet.model.ending import EndReason
from custodiet.model.entry import Entry
from custodiet.model.identity import ActorId, DecisionId, ReviewId
from custodiet.model.mode import MODES, ModeCode
from custodiet.model.record import kind_of
from custodiet.model.review import ReviewOutcome, StillNeeded, Trigger, Used
from custodiet.rules.decisions import Ender, Move
from custodiet.rules.reviewing import objections_to_deciding, objections_to_opening


def begin_review(store: Store, chance: Chance, decision_id: DecisionId, trigger: Trigger, by: ActorId) -> ReviewId:
    """Open a review, by its period or for an event. New evidence opens one by itself (flows/record_fact.py)."""
    with store.acting() as act:
        decision = act.decision(decision_id)
        refuse_if(objections_to_opening(decision, by, open_already=is_open(act, decision, trigger)))
        return open_review(act, chance, decision, trigger, by)


def used_so_far(view: Reading, decision: Decision) -> Used:
    """What was used since the last review of this decision, or since it began."""
    decided = [one.decided_at for one in view.reviews_of(decision.id) if one.decided_at is not None]
    return view.used_since(decision.id, max(decided, default=decision.starts_at))


def decide_review(
    store: Store,
    assessor: Assessor,
    chance: Chance,
    review_id: ReviewId,
    outcome: ReviewOutcome,
    by: ActorId,
    *,
    why: StillNeeded | None = None,
    why_not_lower: FamilyReason | None = None,
    text: str = "",
    to_mode: ModeCode = ModeCode.NONE,
    successor: DecisionId | None = None,
    next_due_at: datetime | None = None,
) -> int:
    """Decide a review: continue, lower (to `to_mode`) or end, in one write. The ledger index of its record.

    That it was late stands for good, whatever comes of it. Raises NotPermitted, and then nothing has changed.
    """
    with store.acting() as act:
        review = act.review(review_id)
        decision = act.decision(review.decision_id)
        after = None if successor is None else act.decision(successor)
        told = {"why": why, "why_not_lower": why_not_lower, "successor": after, "next_due_at": next_due_at}
        refuse_if(objections_to_deciding(review, decision, outcome, by, act.now, **told))  # type: ignore[arg-type]
        person_id = act.case(decision.case_id).person_id
        record = ReviewDecided(
            review_id,
            decision.id,
            act.now,
            by,
            outcome,
            used_so_far(act, decision),
            late=act.now > review.due_at,
            why=why,
            why_not_lower=why_not_lower,
            words=assessor.words_in(act, person_id, text) if text.strip() else None,
            successor=successor,
            next_due_at=next_due_at,
        )
        index = act.write(Entry(kind_of(record), by, person_id), record)
        _carry_out(act, chance, decision, outcome, to_mode, by)
        return index


def _carry_out(
    act: Acting,
    chance: Chance,
    decision: Decision,
    outcome: ReviewOutcome,
    to_mode: ModeCode,
    by: ActorId,
) -> None:
    if outcome is ReviewOutcome.CONTINUE:
        return
    # Evidence has stepped down already: what stands on that strand now is what the review is about.
    for one in standing(act, decision.case_id):
        if one.strand != decision.strand:
            continue
        if outcome is ReviewOutcome.END:
            end_in(act, chance, one, Move.WITHDRAW, Ender(by), EndReason.REVIEW)
        elif one.id == decision.id or one.rung.rung > MODES[to_mode].rung:
            write_step_down(act, chance, one, to_mode, by)
