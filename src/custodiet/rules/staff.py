"""Who may be given a role, a case, cover: what stands against each. The store holds the same rules as constraints.

An administrator proposes whoever joins; an authorising officer approves, and so neither can make an account alone.
Only the first administrator and the first authorising officer come before there is a second person: the exception is
recorded with their roles, and is spent with them.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from custodiet.model.case import Case
from custodiet.model.identity import ActorId, SchemeId
from custodiet.model.staff import HOLDS_CASES, OF_NO_SCHEME, Assignment, Conflict, Cover, Function, Role, RoleState
from custodiet.rules.alerts import objections_to_acting

BY_ANY_OFFICER: frozenset[Function] = OF_NO_SCHEME | {Function.AUTHORISING_OFFICER}
"""Functions that an authorising officer of any scheme may approve; the others need one of the role's own scheme."""
FIRST: frozenset[Function] = frozenset({Function.ADMINISTRATOR, Function.AUTHORISING_OFFICER})
"""Functions whose very first account comes before there is anyone to be the second person."""
_HELD = (RoleState.JOINED, RoleState.ENDED)


def function_of(roles: Iterable[Role], at: datetime) -> Function | None:
    """The one function that an account holds now, by its own roles; None for none."""
    return next((role.function for role in roles if role.in_force(at)), None)


def schemes_of(roles: Iterable[Role], at: datetime) -> frozenset[SchemeId]:
    """The schemes in which an account holds its function now."""
    return frozenset(role.scheme_id for role in roles if role.scheme_id is not None and role.in_force(at))


def is_joined(roles: Iterable[Role], now: datetime) -> bool:
    """Whether some role of an account's is in force or is to begin: whether it is to sign in."""
    return any(one.state is RoleState.JOINED and (one.to_at is None or now < one.to_at) for one in roles)


def holds(roles: Iterable[Role], functions: Collection[Function], scheme_id: SchemeId | None, at: datetime) -> bool:
    """Whether an account, by its own roles, holds one of these functions now, in that scheme or (None) in any."""
    return any(
        role.in_force(at) and role.function in functions and scheme_id in (None, role.scheme_id) for role in roles
    )


def objections_to_proposing_joiner(role: Role, of_joiner: Collection[Role], of_proposer: Collection[Role]) -> list[str]:
    """Every rule against proposing this role; empty when there is none. Both: all roles of the account."""
    against = [*objections_to_acting(role.actor), *objections_to_acting(role.proposed_by)]
    if role.actor == role.proposed_by:
        against.append("own_role: nobody proposes themselves; another administrator can")
    if not holds(of_proposer, {Function.ADMINISTRATOR}, None, role.proposed_at):
        against.append(
            "not_an_administrator: whoever joins is proposed by an administrator; ask an administrator to propose them"
        )
    return against + _against_two_functions(role, of_joiner)


def objections_to_joining(
    role: Role, by: ActorId, of_approver: Collection[Role], of_joiner: Collection[Role], at: datetime
) -> list[str]:
    """Every rule against the second person's yes to a role; empty when there is none."""
    against = [*objections_to_acting(by)]
    if by == role.proposed_by:
        against.append("own_proposal: nobody approves their own proposal; an authorising officer can")
    if by == role.actor:
        against.append("own_role: nobody approves a role of their own; another authorising officer can")
    scheme_id = None if role.function in BY_ANY_OFFICER else role.scheme_id
    if not holds(of_approver, {Function.AUTHORISING_OFFICER}, scheme_id, at):
        against.append(
            "not_an_authorising_officer: whoever joins is approved by an authorising officer of the scheme; "
            "an authorising officer of that scheme can"
        )
    return against + _against_two_functions(role, of_joiner)


def objections_to_being_first(role: Role, of_function: Collection[Role]) -> list[str]:
    """Every rule against the recorded exception for this role. `of_function`: every role of the same function."""
    against = [*objections_to_acting(role.actor)]
    if role.function not in FIRST:
        against.append(
            "not_for_this_function: the exception is for an administrator and an authorising officer; "
            "propose them, and have a second person approve"
        )
    if any(one.state in _HELD for one in of_function):
        against.append("not_the_first: somebody holds this function or has held it; have a second person approve")
    return against


def objections_to_leaving(role: Role, of_function: Collection[Role], by: ActorId, at: datetime) -> list[str]:
    """Every rule against ending this role now; empty when there is none. `of_function`: every role of the function.

    The last administrator, or the last authorising officer, would leave nobody who could let another join.
    """
    against = [*objections_to_acting(by)]
    if role.function in FIRST and not any(one.in_force(at) and one.actor != role.actor for one in of_function):
        against.append("the_last_one: nobody else holds this function; let another join first")
    return against


def objections_to_assigning(
    case: Case,
    given: Assignment,
    of_actor: Collection[Role],
    of_giver: Collection[Role],
    before: Collection[Assignment],
    conflicts: Collection[Conflict],
    *,
    opens: bool = False,
) -> list[str]:
    """Every rule against giving a case to an account; empty when there is none. `before`: the case's, ever.

    `opens`: it comes with the case's opening, by which a caseworker is its first officer.
    """
    against = [*objections_to_acting(given.given_by), *_against_conflict(given.actor, conflicts)]
    if given.given_by == given.actor:
        if not opens or before:
            against.append("own_case: nobody gives themselves a case; an authorising officer can")
    elif not holds(of_giver, {Function.AUTHORISING_OFFICER}, case.scheme_id, given.from_at):
        against.append(
            "not_an_authorising_officer: a case is given by an authorising officer of its scheme; "
            "an authorising officer of that scheme can"
        )
    if not holds(of_actor, HOLDS_CASES, case.scheme_id, given.from_at):
        against.append(
            "holds_no_cases: this account is no caseworker of its scheme, and not the person or who speaks; "
            "give it to a caseworker of its scheme"
        )
    if any(one.actor == given.actor and one.ended_at is None for one in before):
        against.append(
            "theirs_already: this account has the case; "
            "nothing needs to be done; another caseworker can be given it too"
        )
    return against


def objections_to_covering(
    case: Case,
    cover: Cover,
    of_actor: Collection[Role],
    of_giver: Collection[Role],
    officers: Collection[ActorId],
    conflicts: Collection[Conflict],
) -> list[str]:
    """Every rule against giving an account cover for a case; empty when there is none. `officers`: the case's own."""
    against = [*objections_to_acting(cover.given_by), *_against_conflict(cover.actor, conflicts)]
    if cover.given_by == cover.actor:
        against.append("own_cover: cover is on someone else's authority; the case's officer can give it")
    by_officer = cover.given_by in officers and holds(of_giver, {Function.CASEWORKER}, case.scheme_id, cover.from_at)
    if not by_officer and not holds(of_giver, {Function.AUTHORISING_OFFICER}, case.scheme_id, cover.from_at):
        against.append(
            "not_theirs_to_give: cover is given by the case's officer or an authorising officer; ask one of them for it"
        )
    if not holds(of_actor, {Function.CASEWORKER}, case.scheme_id, cover.from_at):
        against.append(
            "not_a_caseworker: cover is given to a caseworker of the case's scheme; choose a caseworker of that scheme"
        )
    return against


def needs_an_officer(officers: Collection[ActorId], conflicts: Collection[Conflict]) -> bool:
    """Whether a case is in the sight of no officer of its own. `officers`: whose roles are in force."""
    return set(officers) <= {one.actor for one in conflicts}


def _against_conflict(actor: ActorId, conflicts: Collection[Conflict]) -> list[str]:
    if any(one.actor == actor for one in conflicts):
        return ["conflict: they have declared a conflict of interest; another caseworker can take the case"]
    return []


def _against_two_functions(role: Role, of_joiner: Collection[Role]) -> list[str]:
    if any(one.state in _HELD and one.function is not role.function for one in of_joiner):
        return ["two_functions: an account never holds two functions; give this person another account"]
    return []
