"""Give a case to an officer, hand it over, give cover, declare a conflict: each one write with its entry."""

from datetime import datetime

from custodiet.flows.ports import Acting, Store
from custodiet.flows.refusing import refuse_if
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.errors import IllegalMove
from custodiet.model.identity import ActorId, CaseId
from custodiet.model.record import CaseAssigned, ConflictDeclared, CoverGiven
from custodiet.model.staff import Assignment, Conflict, Cover
from custodiet.rules.alerts import objections_to_acting
from custodiet.rules.staff import objections_to_assigning, objections_to_covering


def assign_case(store: Store, case_id: CaseId, to: ActorId, by: ActorId) -> int:
    """Give a case to a caseworker, to the person's own account or to their representative's. The ledger index.

    Raises NotPermitted with every objection. Whoever opens a case has it without this (open_case).
    """
    with store.acting() as act:
        return _assign(act, case_id, to, by)


def hand_over_case(store: Store, case_id: CaseId, from_: ActorId, to: ActorId, by: ActorId) -> int:
    """Give a case to another caseworker, and take it from the one who had it. The ledger index."""
    with store.acting() as act:
        if not any(one.actor == from_ and one.ended_at is None for one in act.assignments_of(case_id)):
            raise IllegalMove("the case is not theirs to hand over")
        return _assign(act, case_id, to, by, ended=(from_,))


def give_cover(store: Store, case_id: CaseId, to: ActorId, from_at: datetime, to_at: datetime, by: ActorId) -> int:
    """A case in a second caseworker's sight until a date. The ledger index.

    Raises NotPermitted with every objection, IllegalValue for cover that does not end within a month.
    """
    with store.acting() as act:
        case = act.case(case_id)
        cover = Cover(case_id, to, from_at, to_at, by)
        officers, conflicts = act.officers_of(case_id, act.now), act.conflicts_in(case_id)
        refuse_if(tuple(objections_to_covering(case, cover, act.roles_of(to), act.roles_of(by), officers, conflicts)))
        return act.write(Entry(EntryKind.COVER_GIVEN, by, case.person_id), CoverGiven(cover))


def declare_conflict(store: Store, case_id: CaseId, of: ActorId, by: ActorId) -> int:
    """Hide a case from an account, for good. The ledger index."""
    with store.acting() as act:
        refuse_if(objections_to_acting(by))
        case = act.case(case_id)
        if any(one.actor == of for one in act.conflicts_in(case_id)):
            raise IllegalMove("this conflict is declared already")
        entry = Entry(EntryKind.CONFLICT_DECLARED, by, case.person_id)
        return act.write(entry, ConflictDeclared(Conflict(case_id, of, act.now, by)))


def _assign(act: Acting, case_id: CaseId, to: ActorId, by: ActorId, *, ended: tuple[ActorId, ...] = ()) -> int:
    case = act.case(case_id)
    given = Assignment(case_id, to, act.now, by)
    before, conflicts = act.assignments_of(case_id), act.conflicts_in(case_id)
    refuse_if(tuple(objections_to_assigning(case, given, act.roles_of(to), act.roles_of(by), before, conflicts)))
    return act.write(Entry(EntryKind.CASE_ASSIGNED, by, case.person_id), CaseAssigned(given, ended))
