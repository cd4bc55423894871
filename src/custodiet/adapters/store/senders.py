"""Views of the store: senders, their scopes as they are now, their tokens, what they were told and what they sent."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, func, or_, select

from custodiet.adapters.store import tables as t
from custodiet.adapters.store.rows import Rows, bounded, noun, rows_where
from custodiet.model.case import ENDS_COLLECTION
from custodiet.model.device import Sender, Token
from custodiet.model.errors import NotFound
from custodiet.model.identity import FittingId, InstructionId, SenderId
from custodiet.model.instruction import Instruction, What


class SenderRows(Rows):
    """The part of flows.ports.Reading that is about who sends."""

    def sender(self, sender_id: SenderId) -> Sender:
        try:
            return self._senders({sender_id})[sender_id]
        except KeyError:
            raise NotFound("no such sender") from None

    def senders(self) -> tuple[Sender, ...]:
        return tuple(sorted(self._senders(None).values(), key=lambda one: (one.label, one.id)))

    def tokens(self) -> tuple[Token, ...]:
        return self._tokens()

    def tokens_of(self, sender_id: SenderId) -> tuple[Token, ...]:
        return self._tokens(t.token.c.sender_id == sender_id)

    def tokens_of_fitting(self, fitting_id: FittingId) -> tuple[Token, ...]:
        return self._tokens(t.token.c.fitting_id == fitting_id)

    def speaks_for(self, serial: str, at: datetime) -> tuple[SenderId, ...]:
        issued = {row.sender_id for row in self._all(rows_where(t.sender_scope.c.serial), serial=serial)}
        change = t.sender_scope_change.c
        changes = self._all(rows_where(change.serial, by=(change.entry,)), serial=serial)
        changed = {row.sender_id: row.added for row in changes}
        scoped = [one for one in issued | changed.keys() if changed.get(one, True)]
        speaks = or_(t.token.c.ended_at.is_(None), t.token.c.ended_at > at)
        alive = select(t.token.c.sender_id).where(t.token.c.sender_id.in_(scoped), speaks).distinct()
        return tuple(sorted(row.sender_id for row in self._all(alive)))

    # --- what they were told, and what they sent since ---

    def instruction(self, instruction_id: InstructionId) -> Instruction:
        return noun(Instruction, self._one(rows_where(t.instruction.c.id), "instruction", id=instruction_id))

    def told(self, serial: str) -> dict[SenderId, tuple[tuple[datetime, What], ...]]:
        one = t.instruction.c
        found: dict[SenderId, tuple[tuple[datetime, What], ...]] = {}
        for row in self._all(rows_where(one.serial, by=(one.from_at, one.entry)), serial=serial):
            found[row.sender_id] = (*found.get(row.sender_id, ()), (row.from_at, row.what))
        return found

    def instructions_overdue(self, at: datetime, limit: int) -> tuple[Instruction, ...]:
        one = t.instruction.c
        return self._holding(at, limit, one.acknowledged_at.is_(None), one.due_at <= at)

    def instructions_unsettled(self, at: datetime, limit: int) -> tuple[Instruction, ...]:
        one = t.instruction.c
        since = func.max(one.given_at, one.from_at)
        sent = and_(one.what == What.STOP, _sent(one.sender_id, one.serial, since).exists())
        return self._holding(at, limit, or_(one.acknowledged_at.is_(None), sent))

    def reports_after(self, stop: Instruction) -> int:
        sent = _sent(stop.sender_id, stop.serial, max(stop.given_at, stop.from_at)).subquery()
        reports: int | None = self._connection.execute(select(func.sum(sent.c.reports))).scalar()
        return reports or 0

    def stop_tasks_open(self, fittings: Collection[FittingId]) -> frozenset[FittingId]:
        on_it = and_(t.decision.c.case_id == t.fitting.c.case_id, t.decision.c.strand == t.fitting.c.strand)
        open_ = and_(t.task.c.kind.in_(ENDS_COLLECTION), t.task.c.done_at.is_(None))
        query = select(t.fitting.c.id).join(t.decision, on_it).join(t.task, t.task.c.decision_id == t.decision.c.id)
        return frozenset(
            row.id
            for some in bounded(fittings)
            for row in self._all(query.where(t.fitting.c.id.in_(some), open_).distinct())
        )

    def _holding(self, at: datetime, limit: int, *which: ColumnElement[bool]) -> tuple[Instruction, ...]:
        """Of these, the ones that hold or will: none that was taken back, or that another's time has come after."""
        one, other = t.instruction.c, t.instruction.alias().c
        taken_back = and_(other.entry > one.entry, other.from_at == one.from_at)
        over = and_(other.from_at > one.from_at, other.from_at <= at)
        same = and_(other.serial == one.serial, other.sender_id == one.sender_id)
        moot = select(other.id).where(same, or_(taken_back, over)).exists()
        query = t.instruction.select().where(~moot, *which).order_by(one.due_at, one.id)
        return tuple(noun(Instruction, row) for row in self._all(query.limit(limit)))

    def _tokens(self, *which: ColumnElement[bool]) -> tuple[Token, ...]:
        query = t.token.select().where(*which).order_by(t.token.c.issued_at, t.token.c.id)
        return tuple(noun(Token, row) for row in self._all(query))

    def _senders(self, which: Collection[SenderId] | None) -> dict[SenderId, Sender]:
        """These, or all: the scope each was issued for, and every change of it in order."""
        few = which if which is not None and len(which) <= 1000 else None
        scopes: dict[str, set[str]] = {}
        for part in self._all(_of(t.sender_scope, few)):
            scopes.setdefault(part.sender_id, set()).add(part.serial)
        for change in self._all(_of(t.sender_scope_change, few).order_by(t.sender_scope_change.c.entry)):
            scope = scopes.setdefault(change.sender_id, set())
            (scope.add if change.added else scope.discard)(change.serial)
        rows = self._all(t.sender.select() if few is None else t.sender.select().where(t.sender.c.id.in_(few)))
        return {row.id: noun(Sender, row, scope=tuple(sorted(scopes.get(row.id, ())))) for row in rows}


def _sent(sender_id: Any, serial: Any, after_at: Any) -> Select[Any]:
    """Counts of what that sender sent for that device after it was stopped, up to later than an instant."""
    return (
        select(t.after_stop.c.reports)
        .join(t.fitting, t.fitting.c.id == t.after_stop.c.fitting_id)
        .join(t.device, t.device.c.id == t.fitting.c.device_id)
        .where(t.after_stop.c.sender_id == sender_id, t.device.c.serial == serial, t.after_stop.c.last_at > after_at)
    )


def _of(table: Table, few: Collection[SenderId] | None) -> Select[Any]:
    query = select(table)
    return query if few is None else query.where(table.c.sender_id.in_(few))
