"""End a role: at once, with everything that waits on the account given back in the same write."""

from custodiet.flows.keep_accounts import record_closing
from custodiet.flows.ports import Acting, Store
from custodiet.flows.refusing import refuse_if
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.errors import IllegalMove
from custodiet.model.identity import ActorId, CaseId, RoleId
from custodiet.model.record import DecisionRefused, StaffLeft, StaffReturned
from custodiet.model.staff import Function, Role, RoleState
from custodiet.rules.staff import needs_an_officer, objections_to_leaving


def end_role(store: Store, role_id: RoleId, by: ActorId) -> tuple[CaseId, ...]:
    """A role gives nothing from now on. The cases that are left without an officer, each to be handed over.

    Where no role of theirs goes on, the account closes, and that is an entry of its own.
    What the account had proposed in that scheme and nobody has answered is returned. Raises IllegalMove for a role
    that nobody holds, NotPermitted for the last account that could let others join.
    """
    with store.acting() as act:
        role = act.role(role_id)
        refuse_if(tuple(objections_to_leaving(role, act.roles_as(role.function), by, act.now)))
        if role.state is not RoleState.JOINED:
            raise IllegalMove(f"a role that is {role.state} does not end")
        left = _left_behind(act, role)
        at = max(act.clock_now, role.joined_at or act.now)
        act.write(Entry(EntryKind.STAFF_LEFT, by), StaffLeft(role_id, at, left))
        for decision in act.proposals_of(role.actor):
            case = act.case(decision.case_id)
            if role.scheme_id in (None, case.scheme_id):
                act.write(Entry(EntryKind.DECISION_REFUSED, by, case.person_id), DecisionRefused(decision.id))
        for proposed in act.roles_proposed_by(role.actor):
            act.write(Entry(EntryKind.STAFF_RETURNED, by), StaffReturned(proposed.id))
        record_closing(act, role.actor, by)
    return left


def _left_behind(act: Acting, role: Role) -> tuple[CaseId, ...]:
    """A leaving caseworker's cases in that scheme that no other officer of theirs can see."""
    if role.function is not Function.CASEWORKER:
        return ()
    cases = (act.case(one) for one in act.cases_given_to(role.actor))
    return tuple(
        case.id
        for case in cases
        if case.scheme_id == role.scheme_id
        and needs_an_officer(act.officers_of(case.id, act.now) - {role.actor}, act.conflicts_in(case.id))
    )
