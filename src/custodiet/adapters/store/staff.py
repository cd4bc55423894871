"""Views of the store: roles, and in whose caseload a case is."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from custodiet.adapters.store import tables as t
from custodiet.adapters.store.rows import Rows, held, noun, rows_where
from custodiet.model.identity import ActorId, CaseId, RoleId, SchemeId, SignInId
from custodiet.model.staff import Assignment, Conflict, Cover, Function, Role, RoleState
from custodiet.model.stored import RoleStanding


class StaffRows(Rows):
    """The part of flows.ports.Reading that is about who uses Custodiet."""

    def role(self, role_id: RoleId) -> Role:
        return noun(Role, self._one(rows_where(t.role.c.id), "role", id=role_id))

    def roles(self) -> tuple[Role, ...]:
        return self._roles()

    def roles_like(
        self,
        words: str,
        function: Function | None,
        scheme_id: SchemeId | None,
        standing: RoleStanding,
        at: datetime,
        limit: int,
        skip: int,
    ) -> tuple[Role, ...]:
        query = t.role.select().where(*_narrowed(words, function, scheme_id, standing, at))
        page = query.order_by(t.role.c.actor, t.role.c.proposed_at, t.role.c.id).limit(limit).offset(skip)
        return tuple(noun(Role, row) for row in self._all(page))

    def count_roles(
        self,
        words: str,
        function: Function | None,
        scheme_id: SchemeId | None,
        standing: RoleStanding,
        at: datetime,
    ) -> int:
        query = select(func.count()).select_from(t.role)
        counted: int = self._connection.execute(
            query.where(*_narrowed(words, function, scheme_id, standing, at))
        ).scalar_one()
        return counted

    @held()
    def roles_of(self, actor: ActorId) -> tuple[Role, ...]:
        one = t.role.c
        rows = self._all(rows_where(one.actor, by=(one.proposed_at, one.id)), actor=actor)
        return tuple(noun(Role, row) for row in rows)

    def roles_as(self, function: Function) -> tuple[Role, ...]:
        return self._roles(t.role.c.function == function)

    def roles_proposed_by(self, actor: ActorId) -> tuple[Role, ...]:
        return self._roles(t.role.c.proposed_by == actor, t.role.c.state == RoleState.PROPOSED)

    @held()
    def assignments_of(self, case_id: CaseId) -> tuple[Assignment, ...]:
        query = rows_where(t.assignment.c.case_id, by=(t.assignment.c.entry,))
        return tuple(noun(Assignment, row) for row in self._all(query, case_id=case_id))

    @held()
    def covers_of(self, case_id: CaseId) -> tuple[Cover, ...]:
        query = rows_where(t.cover.c.case_id, by=(t.cover.c.entry,))
        return tuple(noun(Cover, row) for row in self._all(query, case_id=case_id))

    @held()
    def conflicts_in(self, case_id: CaseId) -> tuple[Conflict, ...]:
        one = t.conflict_of_interest.c
        return tuple(
            noun(Conflict, row) for row in self._all(rows_where(one.case_id, by=(one.actor,)), case_id=case_id)
        )

    def cases_given_to(self, actor: ActorId) -> tuple[CaseId, ...]:
        one = t.assignment.c
        query = select(one.case_id).where(one.actor == actor, one.ended_at.is_(None)).order_by(one.case_id)
        return tuple(row.case_id for row in self._all(query))

    def caseload(self, actor: ActorId, at: datetime, limit: int) -> tuple[CaseId, ...]:
        given, away, hidden = t.assignment.c, t.cover.c, t.conflict_of_interest.c
        own = select(given.case_id).where(given.actor == actor, given.from_at <= at, given.ended_at.is_(None))
        covered = select(away.case_id).where(away.actor == actor, away.from_at <= at, at < away.to_at)
        conflicted = select(hidden.case_id).where(hidden.actor == actor)
        case = t.case_file.c
        theirs = and_(or_(case.id.in_(own), case.id.in_(covered)), case.id.not_in(conflicted))
        query = select(case.id).where(theirs, case.scheme_id.in_(_schemes(actor, at)))
        return tuple(row.id for row in self._all(query.order_by(case.reference, case.id).limit(limit)))

    def officers_of(self, case_id: CaseId, at: datetime) -> frozenset[ActorId]:
        given, case = t.assignment.c, t.case_file.c
        here = and_(given.case_id == case_id, case.id == case_id, given.ended_at.is_(None))
        holds = and_(t.role.c.scheme_id == case.scheme_id, t.role.c.function == Function.CASEWORKER, _in_force(at))
        query = select(given.actor).join(t.role, t.role.c.actor == given.actor).join(t.case_file, case.id == case_id)
        return frozenset(row.actor for row in self._all(query.where(here, holds).distinct()))

    def without_officer(self, case_ids: Collection[CaseId], at: datetime) -> frozenset[CaseId]:
        query = select(t.case_file.c.id).where(t.case_file.c.id.in_(case_ids), _alone(at))
        return frozenset(row.id for row in self._all(query))

    def case_record_given(self, case_id: CaseId, to: ActorId, sign_in: SignInId) -> int | None:
        given = t.case_record_given.c
        query = select(given.entry).where(given.case_id == case_id, given.given_to == to, given.sign_in == sign_in)
        row = self._maybe(query)
        return None if row is None else row.entry

    def _roles(self, *which: ColumnElement[bool]) -> tuple[Role, ...]:
        query = t.role.select().where(*which).order_by(t.role.c.proposed_at, t.role.c.id)
        return tuple(noun(Role, row) for row in self._all(query))


def _narrowed(
    words: str, function: Function | None, scheme_id: SchemeId | None, standing: RoleStanding, at: datetime
) -> list[ColumnElement[bool]]:
    role = t.role.c
    which = [role.actor.icontains(words, autoescape=True)] if words else []
    if function is not None:
        which.append(role.function == function)
    if scheme_id is not None:
        which.append(role.scheme_id == scheme_id)
    ran_out = and_(role.to_at.is_not(None), role.to_at <= at)
    joined = role.state == RoleState.JOINED
    stands = {
        RoleStanding.HELD: and_(joined, or_(role.to_at.is_(None), role.to_at > at)),
        RoleStanding.OVER: or_(role.state == RoleState.ENDED, and_(joined, ran_out)),
        RoleStanding.WAITING: role.state == RoleState.PROPOSED,
    }
    return [*which, stands[standing]]


def _in_force(at: datetime) -> ColumnElement[bool]:
    role = t.role.c
    until = or_(role.to_at.is_(None), role.to_at > at)
    return and_(role.state == RoleState.JOINED, role.from_at <= at, until)


def _schemes(actor: ActorId, at: datetime) -> Select[Any]:
    return select(t.role.c.scheme_id).where(
        t.role.c.actor == actor, t.role.c.function == Function.CASEWORKER, _in_force(at)
    )


def _alone(at: datetime) -> ColumnElement[bool]:
    """Whether a case is in the sight of no officer of its own."""
    given, hidden, case = t.assignment.c, t.conflict_of_interest.c, t.case_file.c
    declared = select(hidden.actor).where(hidden.case_id == case.id, hidden.actor == given.actor)
    conflicted = declared.correlate(t.case_file, t.assignment).exists()  # in this case, not in any
    holds = and_(t.role.c.scheme_id == case.scheme_id, t.role.c.function == Function.CASEWORKER, _in_force(at))
    officers = select(given.actor).join(t.role, t.role.c.actor == given.actor)
    return ~officers.where(given.case_id == case.id, given.ended_at.is_(None), holds, ~conflicted).exists()
