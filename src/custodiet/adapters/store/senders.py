"""Views of the store: senders, their scopes as they are now, and their tokens."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, select

from custodiet.adapters.store import tables as t
from custodiet.adapters.store.rows import Rows, noun
from custodiet.model.device import Sender, Token
from custodiet.model.errors import NotFound
from custodiet.model.identity import FittingId, SenderId


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


def _of(table: Table, few: Collection[SenderId] | None) -> Select[Any]:
    query = select(table)
    return query if few is None else query.where(table.c.sender_id.in_(few))
