"""Views of the store: cases as a list is narrowed and paged, and what belongs to one of them."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_

from custodiet.adapters.store import tables as t
from custodiet.adapters.store.messages import told_first
from custodiet.adapters.store.rows import Rows, noun
from custodiet.model.alert import Alert
from custodiet.model.case import Case, Task
from custodiet.model.decision import State
from custodiet.model.identity import CaseId
from custodiet.model.stored import Holding
from custodiet.rules.decisions import GOING_ON


class CaseRows(Rows):
    """The part of flows.ports.Reading that lists are made from."""

    def cases_like(
        self,
        words: str,
        holding: Holding | None,
        at: datetime,
        limit: int,
        skip: int,
        within: Collection[CaseId] | None = None,
        after: tuple[str, str] | None = None,
    ) -> tuple[Case, ...]:
        by_reference = (t.case_file.c.reference, t.case_file.c.id)
        query = t.case_file.select().where(*_narrowed(words, holding, at, within)).order_by(*by_reference)
        if after is not None:
            query = query.where(tuple_(*by_reference) > tuple_(*after))
        return tuple(noun(Case, row) for row in self._all(query.limit(limit).offset(skip)))

    def count_cases(
        self, words: str, holding: Holding | None, at: datetime, within: Collection[CaseId] | None = None
    ) -> int:
        return self._how_many(select(t.case_file.c.id).where(*_narrowed(words, holding, at, within)))

    def tasks_due(self, limit: int, within: Collection[CaseId] | None = None) -> tuple[tuple[Task, ...], int]:
        is_open = and_(t.task.c.done_at.is_(None), told_first(t.task))
        if within is not None:
            is_open = and_(is_open, t.task.c.case_id.in_(within))
        query = t.task.select().where(is_open).order_by(t.task.c.due_at, t.task.c.id).limit(limit)
        tasks = tuple(noun(Task, row) for row in self._all(query))
        return tasks, self._how_many(select(t.task.c.id).where(is_open)) - len(tasks)

    def tasks_of(self, case_id: CaseId) -> tuple[Task, ...]:
        query = (
            t.task.select()
            .where(t.task.c.case_id == case_id, told_first(t.task))
            .order_by(t.task.c.due_at, t.task.c.id)
        )
        return tuple(noun(Task, row) for row in self._all(query))

    def open_tasks_of(self, cases: Collection[CaseId]) -> tuple[Task, ...]:
        query = t.task.select().where(t.task.c.case_id.in_(cases), t.task.c.done_at.is_(None))
        return tuple(noun(Task, row) for row in self._all(query.order_by(t.task.c.due_at, t.task.c.id)))

    def references(self, cases: Collection[CaseId]) -> dict[CaseId, str]:
        query = select(t.case_file.c.id, t.case_file.c.reference).where(t.case_file.c.id.in_(set(cases)))
        return {row.id: row.reference for row in self._all(query)}

    def alerts_of_case(self, case_id: CaseId, limit: int) -> tuple[Alert, ...]:
        query = t.alert.select().where(t.alert.c.case_id == case_id, told_first(t.alert))
        newest = (t.alert.c.raised_at.desc(), t.alert.c.id)
        return tuple(noun(Alert, row) for row in self._all(query.order_by(*newest).limit(limit)))

    def _how_many(self, query: Select[Any]) -> int:
        counted: int = self._connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()
        return counted


def _narrowed(
    words: str, holding: Holding | None, at: datetime, within: Collection[CaseId] | None
) -> list[ColumnElement[bool]]:
    which = [t.case_file.c.reference.icontains(words, autoescape=True)] if words else []
    if within is not None:
        which.append(t.case_file.c.id.in_(within))
    if holding is None:
        return which
    running = or_(t.decision.c.until_at.is_(None), t.decision.c.until_at > at)
    made = _has(t.decision.c.state.in_(GOING_ON), running, t.decision.c.starts_at <= at)
    paused = _has(t.decision.c.state == State.SUSPENDED, running)
    return [
        *which,
        {Holding.AUTHORISED: made, Holding.PAUSED: paused, Holding.NOTHING: and_(~made, ~paused)}[holding],
    ]


def _has(*which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether the case has such a decision."""
    return select(t.decision.c.id).where(t.decision.c.case_id == t.case_file.c.id, *which).exists()
