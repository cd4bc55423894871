"""Open a review, with the task to decide it."""

from datetime import timedelta

from custodiet.flows.ports import Acting, Chance
from custodiet.flows.scheme_now import scheme_at
from custodiet.flows.tasks import new_task
from custodiet.model.assessing_record import ReviewOpened
from custodiet.model.case import TaskKind
from custodiet.model.decision import Authority, Decision
from custodiet.model.entry import Entry
from custodiet.model.identity import ActorId, ReviewId
from custodiet.model.record import kind_of
from custodiet.model.review import Review, Trigger
from custodiet.rules.reviewing import due_at


def is_open(act: Acting, decision: Decision, trigger: Trigger) -> bool:
    """Whether a review for that is open already."""
    return any(one.trigger is trigger and one.decided_at is None for one in act.reviews_of(decision.id))


def open_review(act: Acting, chance: Chance, decision: Decision, trigger: Trigger, by: ActorId) -> ReviewId:
    """Open a review in a transaction that someone holds, with the task to decide it; of an order its maker is told."""
    due = due_at(decision, trigger, act.now, act.review_due_at(decision.id))
    review = Review(ReviewId(chance.identity("review")), decision.id, trigger, act.now, by, due)
    tasks = [new_task(act, chance, decision, TaskKind.DECIDE_REVIEW, max(due, act.now))]
    if decision.authority is Authority.ORDER and trigger is not Trigger.PERIOD:
        hours = scheme_at(act, act.case(decision.case_id).scheme_id, act.now).removal_hours
        tell_by = act.now + timedelta(hours=hours)
        tasks.append(new_task(act, chance, decision, TaskKind.TELL_MAKER_FACTS, tell_by))
    record = ReviewOpened(review, tuple(tasks))
    act.write(Entry(kind_of(record), by, act.case(decision.case_id).person_id), record)
    return review.id
