"""Close a case: leave was granted, or the person was detained, removed, transferred, or has died.

One write: every officers' decision ends with its reason, every proposal is over. Of an order its maker is told.
"""

from custodiet.flows.end_decision import write_endings
from custodiet.flows.keep_draft import write_dropped
from custodiet.flows.open_review import open_review
from custodiet.flows.ports import Chance, Store
from custodiet.flows.refusing import refuse_if
from custodiet.model.decision import Authority, State
from custodiet.model.draft import Dropped
from custodiet.model.ending import EndReason
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.identity import ActorId, CaseId
from custodiet.model.mode import ModeCode
from custodiet.model.record import DecisionRefused, TaskDone
from custodiet.model.review import Trigger
from custodiet.rules.decisions import Move, objections_to_closing, still_collects
from custodiet.rules.tasks import moot_after


def close_case(store: Store, chance: Chance, case_id: CaseId, reason: EndReason, by: ActorId) -> int:
    """End all of a case for one of the closing reasons; how many decisions ended. What stands of orders goes on."""
    with store.acting() as act:
        refuse_if(objections_to_closing(reason, by))
        person_id = act.case(case_id).person_id
        decisions = act.decisions_of(case_id)
        for one in decisions:
            if one.state is State.PROPOSED:
                refused = DecisionRefused(one.id, act.now, by, ModeCode.NONE, no_ground_for_detention=True)
                act.write(Entry(EntryKind.DECISION_REFUSED, by, person_id), refused)
        ending = [one for one in decisions if one.authority is Authority.OFFICERS and still_collects(one, act.now)]
        now = [one for one in ending if one.covers(act.now)]
        for one in now:
            later = tuple(each for each in ending if each.strand == one.strand and each not in now)
            write_endings(act, chance, one, later, Move.WITHDRAW, by, reason)
        strands = {one.strand for one in now}
        for one in ending:
            if one not in now and one.strand not in strands:
                write_endings(act, chance, one, (), Move.WITHDRAW, by, reason)
        for task in moot_after(reason, act.tasks_of(case_id)) if ending else ():
            act.write(Entry(EntryKind.TASK_DONE, by, person_id), TaskDone(task.id, act.now))
        for one in decisions:
            if one.authority is Authority.ORDER and one.state in (State.MADE, State.SUSPENDED):
                open_review(act, chance, one, Trigger.OTHER_DECISION_MAKER, by)
        for draft in act.drafts_in(case_id):
            write_dropped(act, draft, Dropped.CLOSED, by)
        return len(ending)
