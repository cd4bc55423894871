"""Staff for whoever keeps, approves or oversees them: roles by function and scheme, one account, a case's people.

Accounts and references, never a name. Every list is bounded and says how many it leaves out.
"""

from dataclasses import dataclass
from datetime import datetime

from custodiet.flows.ports import Reading
from custodiet.flows.searching import page_of, words_of
from custodiet.model.case import Case
from custodiet.model.errors import NotFound
from custodiet.model.identity import ActorId, RoleId, SchemeId
from custodiet.model.scheme import Scheme
from custodiet.model.staff import HOLDS_CASES, Assignment, Conflict, Cover, Function, Role
from custodiet.model.stored import RoleStanding
from custodiet.rules.staff import holds

PAGE_LINES = 25
WAITING_MAX = 10


@dataclass(frozen=True, slots=True)
class StaffFound:
    """One page of a list of roles, and all who wait to join."""

    at: datetime
    roles: tuple[Role, ...]
    found: int
    page: int
    pages: int
    waiting: tuple[Role, ...]
    waiting_more: int
    schemes: dict[SchemeId, Scheme]


@dataclass(frozen=True, slots=True)
class CaseHeld:
    """A case that was given to an account. `wants_officer`: no officer of its own can see it now."""

    case: Case
    wants_officer: bool


@dataclass(frozen=True, slots=True)
class AccountFile:
    """One account: every role it was ever proposed for, and the cases that it has."""

    at: datetime
    actor: ActorId
    roles: tuple[Role, ...]
    """The newest first."""
    schemes: dict[SchemeId, Scheme]
    cases: tuple[CaseHeld, ...]
    """One page of them."""
    cases_given: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Leaving:
    """What ends with a role: cases that it leaves without an officer, and what it proposed that is then returned."""

    role: Role
    cases_given: int
    proposals: int


@dataclass(frozen=True, slots=True)
class CasePeople:
    """Who has a case, who covers it, from whom it is hidden; and who could be given it."""

    at: datetime
    case: Case
    given: tuple[Assignment, ...]
    """Not handed over, whatever became of their roles."""
    officers: frozenset[ActorId]
    """Those of them whose roles as caseworkers are in force."""
    covers: tuple[Cover, ...]
    """Now, or to begin."""
    conflicts: tuple[Conflict, ...]
    can_have: tuple[Role, ...]
    """Roles in force whose accounts may be given the case: caseworkers first."""


def find_staff(
    view: Reading,
    now: datetime,
    search: str = "",
    function: Function | None = None,
    scheme_id: SchemeId | None = None,
    standing: RoleStanding = RoleStanding.HELD,
    page: int = 1,
) -> StaffFound:
    """Roles whose account holds the words, by account; a page beyond the last one is the last one."""
    sought = (words_of(search), function, scheme_id, standing, now)
    found = view.count_roles(*sought)
    page, pages = page_of(found, page, PAGE_LINES)
    waiting = ("", None, None, RoleStanding.WAITING, now)
    shown = view.roles_like(*waiting, WAITING_MAX, 0)
    return StaffFound(
        at=now,
        roles=view.roles_like(*sought, PAGE_LINES, (page - 1) * PAGE_LINES),
        found=found,
        page=page,
        pages=pages,
        waiting=shown,
        waiting_more=view.count_roles(*waiting) - len(shown),
        schemes=schemes(view),
    )


def show_account(view: Reading, now: datetime, actor: ActorId, page: int = 1) -> AccountFile:
    """One account. Raises NotFound for one that was never proposed for a role."""
    roles = view.roles_of(actor)
    if not roles:
        raise NotFound("no such account among the staff")
    given = view.cases_given_to(actor)
    page, pages = page_of(len(given), page, PAGE_LINES)
    cases = view.cases_like("", None, now, PAGE_LINES, (page - 1) * PAGE_LINES, given)
    alone = view.without_officer([one.id for one in cases], now)
    held = (CaseHeld(one, one.id in alone) for one in cases)
    return AccountFile(now, actor, tuple(reversed(roles)), schemes(view), tuple(held), len(given), page, pages)


def show_leaving(view: Reading, role_id: RoleId) -> Leaving:
    """What the end of a role brings with it. Raises NotFound."""
    role = view.role(role_id)
    here = [one for one in map(view.case, view.cases_given_to(role.actor)) if one.scheme_id == role.scheme_id]
    decided = [
        one for one in view.proposals_of(role.actor) if role.scheme_id in (None, view.case(one.case_id).scheme_id)
    ]
    return Leaving(role, len(here), len(decided) + len(view.roles_proposed_by(role.actor)))


def show_people(view: Reading, now: datetime, reference: str) -> CasePeople:
    """A case's people by its reference. Raises NotFound."""
    case = view.case_by_reference(reference)
    candidates = [
        role
        for function in sorted(HOLDS_CASES)
        for role in view.roles_as(function)
        if role.in_force(now) and role.scheme_id == case.scheme_id
    ]
    return CasePeople(
        at=now,
        case=case,
        given=tuple(one for one in view.assignments_of(case.id) if one.ended_at is None),
        officers=view.officers_of(case.id, now),
        covers=tuple(one for one in view.covers_of(case.id) if now < one.to_at),
        conflicts=view.conflicts_in(case.id),
        can_have=tuple(candidates),
    )


def who_could_conflict(view: Reading, now: datetime, case: Case) -> tuple[ActorId, ...]:
    """Staff of a case's scheme, from whom it can be hidden and is not yet; by account."""
    hidden = {one.actor for one in view.conflicts_in(case.id)}
    functions = (Function.CASEWORKER, Function.AUTHORISING_OFFICER, Function.OPERATOR)
    here = {
        role.actor
        for function in functions
        for role in view.roles_as(function)
        if holds([role], {function}, case.scheme_id, now)
    }
    return tuple(sorted(here - hidden))


def schemes(view: Reading) -> dict[SchemeId, Scheme]:
    """Every scheme, by its identity."""
    return {one: view.scheme(one) for one in view.scheme_ids()}
