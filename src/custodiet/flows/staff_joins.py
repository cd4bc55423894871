"""Propose whoever joins, and approve or return them: two people, or the recorded exception for the first ones."""

from datetime import datetime

from custodiet.flows.ports import Acting, Chance, Store
from custodiet.flows.refusing import refuse_if
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.errors import IllegalMove
from custodiet.model.identity import ActorId, RoleId, SchemeId
from custodiet.model.record import StaffJoined, StaffProposed, StaffReturned
from custodiet.model.staff import Function, Role, RoleState
from custodiet.rules.staff import objections_to_being_first, objections_to_joining, objections_to_proposing_joiner


def propose_joiner(
    store: Store,
    chance: Chance,
    actor: ActorId,
    function: Function,
    scheme_id: SchemeId | None,
    by: ActorId,
    *,
    from_at: datetime | None = None,
    to_at: datetime | None = None,
) -> RoleId:
    """Propose a role for an account; it gives nothing yet. Raises NotPermitted with every objection."""
    with store.acting() as act:
        return _propose(act, chance, actor, function, scheme_id, by, from_at, to_at)


def approve_joiner(store: Store, role_id: RoleId, by: ActorId) -> int:
    """The second person's yes. Raises NotPermitted with every objection. The ledger index."""
    with store.acting() as act:
        role = _waiting(act, role_id)
        refuse_if(tuple(objections_to_joining(role, by, act.roles_of(by), act.roles_of(role.actor), act.now)))
        return act.write(Entry(EntryKind.STAFF_JOINED, by), StaffJoined(role_id, by, act.now))


def return_joiner(store: Store, role_id: RoleId, by: ActorId) -> int:
    """The second person's no, or the proposer's. The ledger index."""
    with store.acting() as act:
        _waiting(act, role_id)
        return act.write(Entry(EntryKind.STAFF_RETURNED, by), StaffReturned(role_id))


def begin_administration(store: Store, chance: Chance, actor: ActorId) -> RoleId:
    """The very first administrator, whom nobody can propose or approve: the exception stands in the record.

    Raises NotPermitted once there is one, or has been.
    """
    return _begin(store, chance, actor, Function.ADMINISTRATOR, None, actor)


def begin_authorising(store: Store, chance: Chance, actor: ActorId, scheme_id: SchemeId, by: ActorId) -> RoleId:
    """The very first authorising officer, proposed by an administrator and approved by nobody: the second exception.

    Raises NotPermitted once there is one, or has been.
    """
    return _begin(store, chance, actor, Function.AUTHORISING_OFFICER, scheme_id, by)


def _begin(
    store: Store, chance: Chance, actor: ActorId, function: Function, scheme_id: SchemeId | None, by: ActorId
) -> RoleId:
    with store.acting() as act:
        role_id = _propose(act, chance, actor, function, scheme_id, by, None, None, first=True)
        act.write(Entry(EntryKind.STAFF_JOINED, by), StaffJoined(role_id, None, act.now, first=True))
    return role_id


def _propose(
    act: Acting,
    chance: Chance,
    actor: ActorId,
    function: Function,
    scheme_id: SchemeId | None,
    by: ActorId,
    from_at: datetime | None,
    to_at: datetime | None,
    *,
    first: bool = False,
) -> RoleId:
    role_id = RoleId(chance.identity("role"))
    role = Role(role_id, actor, function, scheme_id, by, act.now, from_at or act.now, to_at)
    if first:
        refuse_if(tuple(objections_to_being_first(role, act.roles_as(function))))
    if not (first and function is Function.ADMINISTRATOR):
        refuse_if(tuple(objections_to_proposing_joiner(role, act.roles_of(actor), act.roles_of(by))))
    act.write(Entry(EntryKind.STAFF_PROPOSED, by), StaffProposed(role))
    return role_id


def _waiting(act: Acting, role_id: RoleId) -> Role:
    role = act.role(role_id)
    if role.state is not RoleState.PROPOSED:
        raise IllegalMove(f"a role that is {role.state} is not proposed any more")
    return role
