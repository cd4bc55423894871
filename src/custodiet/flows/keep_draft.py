"""Keep an unfinished assessment for its author, sealed, until it is sent, replaced or too old."""

from collections.abc import Iterable

from custodiet.flows.assess_case import Assessor
from custodiet.flows.ports import Acting, Store
from custodiet.flows.refusing import refuse_if
from custodiet.model.assessing_record import DraftDropped, DraftSaved
from custodiet.model.draft import DRAFT_KEPT, Draft, Dropped
from custodiet.model.entry import Entry
from custodiet.model.identity import ActorId, CaseId
from custodiet.model.mode import ModeCode
from custodiet.model.record import kind_of
from custodiet.rules.alerts import objections_to_acting


def save_draft(
    store: Store, assessor: Assessor, case_id: CaseId, mode: ModeCode, typed: Iterable[tuple[str, str]], by: ActorId
) -> Draft:
    """What was typed into the fields of an assessment, as it is from now on for this author; the one before is over.

    Raises NotPermitted, IllegalValue for more than a draft holds, CannotRecord while no key was issued.
    """
    with store.acting() as act:
        refuse_if(objections_to_acting(by))
        person_id = act.case(case_id).person_id
        sealed = assessor.seal_draft(act, person_id, by, tuple(typed))
        draft = Draft(case_id, by, mode, act.now, act.now + DRAFT_KEPT, sealed)
        record = DraftSaved(draft)
        act.write(Entry(kind_of(record), by, person_id), record)
    return draft


def write_dropped(act: Acting, draft: Draft, why: Dropped, by: ActorId) -> None:
    """It is over, in the transaction of what ended it."""
    record = DraftDropped(draft.case_id, draft.author, act.now, why)
    act.write(Entry(kind_of(record), by, act.case(draft.case_id).person_id), record)
