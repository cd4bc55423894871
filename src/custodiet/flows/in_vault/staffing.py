"""The vault's own picture of staff: who holds which role and which case, by the entries it followed itself.

A record that breaks a rule (nobody approved it, someone gave themselves a case) gives nobody anything here, whatever
the tables say. It is followed all the same: it stands in the ledger, and its own entry shows who wrote it.
"""

from collections.abc import Container, Iterable
from dataclasses import replace
from datetime import datetime

from custodiet.model.act import Thing
from custodiet.model.case import Case
from custodiet.model.decision import Decision
from custodiet.model.errors import OpeningRefused
from custodiet.model.identity import ActorId, CaseId, RoleId
from custodiet.model.record import (
    CaseAssigned,
    ConflictDeclared,
    CoverGiven,
    Record,
    StaffJoined,
    StaffLeft,
    StaffProposed,
    StaffReturned,
)
from custodiet.model.staff import Assignment, Conflict, Cover, Function, Role, RoleState
from custodiet.rules.sight import actor_facts, case_facts, objections_to_seeing
from custodiet.rules.staff import (
    holds,
    objections_to_assigning,
    objections_to_being_first,
    objections_to_covering,
    objections_to_joining,
    objections_to_proposing_joiner,
)


class Staffing:
    """Follows records; answers whether a case is in someone's sight."""

    def __init__(self) -> None:
        self._roles: dict[RoleId, Role] = {}
        self._roles_by: dict[ActorId, list[RoleId]] = {}
        self._assignments: dict[CaseId, list[Assignment]] = {}
        self._covers: dict[CaseId, list[Cover]] = {}
        self._conflicts: dict[CaseId, list[Conflict]] = {}

    def believe(self, record: Record, cases: dict[CaseId, Case], at: datetime) -> None:
        """Keep what a record says of staff. `at`: its entry's time. Raises KeyError for what nothing before made."""
        match record:
            case StaffProposed(role):
                _new(role.id, self._roles)
                self._roles_by.setdefault(role.actor, []).append(role.id)
                self._roles[role.id] = replace(
                    role, state=RoleState.PROPOSED, approved_by=None, joined_at=None, ended_at=None, first=False
                )
            case StaffJoined(role_id, approved_by, _, first):
                if not self._against_joining(self._roles[role_id], approved_by, at, first=first):
                    self._change(role_id, state=RoleState.JOINED, approved_by=approved_by, joined_at=at, first=first)
            case StaffReturned(role_id):
                self._change(role_id, state=RoleState.RETURNED)
            case StaffLeft(role_id):
                self._change(role_id, state=RoleState.ENDED, ended_at=at)
            case CaseAssigned(given, ended):
                self._assign(cases[given.case_id], given, ended, at)
            case CoverGiven(cover):
                self._cover(cases[cover.case_id], cover)
            case ConflictDeclared(conflict):
                self._conflicts.setdefault(cases[conflict.case_id].id, []).append(conflict)
            case _:
                pass

    def objections_to_seeing(
        self, actor: ActorId, case: Case, decisions: Iterable[Decision], at: datetime, *, look_up_waits: bool = False
    ) -> tuple[str, ...]:
        """What stands against showing this case's record to this account now; empty for nothing."""
        who = actor_facts(actor, self._roles_of(actor), at, None)
        return objections_to_seeing(who, self._facts(case, decisions, at, look_up_waits=look_up_waits))

    def function_of(self, actor: ActorId, at: datetime) -> Function | None:
        """What an account was for at a time; None for one of no role."""
        return actor_facts(actor, self._roles_of(actor), at, None).function

    def is_caseworker_of(self, actor: ActorId, case: Case, at: datetime) -> bool:
        """Whether a case is in the sight of this caseworker then."""
        who = actor_facts(actor, self._roles_of(actor), at, None)
        return who.function is Function.CASEWORKER and not objections_to_seeing(who, self._facts(case, (), at))

    def is_second_for(self, actor: ActorId, case: Case, at: datetime) -> bool:
        """Whether this account is an authorising officer of a case's scheme then, without a conflict of interest."""
        holds_it = holds(self._roles_of(actor), {Function.AUTHORISING_OFFICER}, case.scheme_id, at)
        return holds_it and actor not in self.conflicted_in(case.id)

    def is_operator_for(self, actor: ActorId, case: Case, at: datetime) -> bool:
        """Whether this account is an operator of a case's scheme then, without a conflict of interest."""
        holds_it = holds(self._roles_of(actor), {Function.OPERATOR}, case.scheme_id, at)
        return holds_it and actor not in self.conflicted_in(case.id)

    def conflicted_in(self, case_id: CaseId) -> frozenset[ActorId]:
        """Who has declared, or had declared, a conflict of interest in a case."""
        return frozenset(one.actor for one in self._conflicts.get(case_id, ()))

    def _facts(self, case: Case, decisions: Iterable[Decision], at: datetime, *, look_up_waits: bool = False) -> Thing:
        given, away = self._assignments.get(case.id, ()), self._covers.get(case.id, ())
        conflicts = self._conflicts.get(case.id, ())
        return case_facts(case, given, away, conflicts, decisions, self._roles_of, at, look_up_waits=look_up_waits)

    def _roles_of(self, actor: ActorId) -> tuple[Role, ...]:
        return tuple(self._roles[one] for one in self._roles_by.get(actor, ()))

    def _roles_as(self, function: Function) -> tuple[Role, ...]:
        return tuple(role for role in self._roles.values() if role.function is function)

    def _against_joining(self, role: Role, by: ActorId | None, at: datetime, *, first: bool) -> list[str]:
        of_joiner, of_proposer = self._roles_of(role.actor), self._roles_of(role.proposed_by)
        against = []
        if role.state is not RoleState.PROPOSED:
            against.append("not_proposed")
        if not first or role.function is not Function.ADMINISTRATOR:
            against += objections_to_proposing_joiner(role, of_joiner, of_proposer)
        if first:
            return against + objections_to_being_first(role, self._roles_as(role.function))
        if by is None:
            return [*against, "approved_by_nobody"]
        return against + objections_to_joining(role, by, self._roles_of(by), of_joiner, at)

    def _assign(self, case: Case, given: Assignment, ended: tuple[ActorId, ...], at: datetime) -> None:
        before = self._assignments.setdefault(case.id, [])
        of_actor, of_giver = self._roles_of(given.actor), self._roles_of(given.given_by)
        conflicts = self._conflicts.get(case.id, ())
        against = objections_to_assigning(case, given, of_actor, of_giver, before, conflicts, opens=not before)
        before[:] = [
            replace(one, ended_at=at) if one.actor in ended and one.ended_at is None else one for one in before
        ]
        if not against:
            before.append(given)

    def _cover(self, case: Case, cover: Cover) -> None:
        officers = {one.actor for one in self._assignments.get(case.id, ()) if one.ended_at is None}
        of_actor, of_giver = self._roles_of(cover.actor), self._roles_of(cover.given_by)
        conflicts = self._conflicts.get(case.id, ())
        if not objections_to_covering(case, cover, of_actor, of_giver, officers, conflicts):
            self._covers.setdefault(case.id, []).append(cover)

    def _change(self, role_id: RoleId, **changes: object) -> None:
        self._roles[role_id] = replace(self._roles[role_id], **changes)  # type: ignore[arg-type]


def _new(name: RoleId, known: Container[RoleId]) -> None:
    if name in known:
        raise OpeningRefused("an entry makes again what an entry before it has made")
