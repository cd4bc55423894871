"""The tables of suspected misuse, and views of them. Their law stands in migration 0025."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Select, Table, Text, select

from custodiet.adapters.store import tables as t
from custodiet.adapters.store.columns import of, ref
from custodiet.adapters.store.rows import Rows, noun
from custodiet.adapters.store.tables import metadata
from custodiet.adapters.store.types import Code, UtcMs
from custodiet.model.errors import NotFound
from custodiet.model.identity import ActorId, MisuseId, SchemeId
from custodiet.model.misuse import Found, MisuseReport, StandingMisuse
from custodiet.rules.misuse import answered

misuse = Table(
    "misuse",
    metadata,
    Column("id", Text, primary_key=True),
    ref("case_id", "case_file.id"),
    of("entry", BigInteger),
    of("text_sealed", LargeBinary),
    of("by", Text),
    of("at", UtcMs),
    of("told_in", BigInteger),
)
Index("misuse_by_reporter", misuse.c.by)
misuse_answer = Table(
    "misuse_answer",
    metadata,
    ref("misuse_id", "misuse.id", key=True),
    of("found", Code(Found)),
    of("by", Text),
    of("at", UtcMs),
    of("words_sealed", LargeBinary),
    of("told_in", BigInteger),
)
MISUSED = (misuse, misuse_answer)
"""As tables.REPLAYED."""


class MisuseRows(Rows):
    """The part of flows.ports.Reading that is about suspected misuse."""

    def misuse(self, misuse_id: MisuseId) -> StandingMisuse:
        found = self._misuses(misuse.select().where(misuse.c.id == misuse_id))
        if not found:
            raise NotFound("no such report")
        return found[0]

    def misuses(
        self, schemes: Collection[SchemeId] | None, limit: int, *, waiting: bool = False
    ) -> tuple[StandingMisuse, ...]:
        query = misuse.select()
        if schemes is not None:
            query = query.join(t.case_file, t.case_file.c.id == misuse.c.case_id)
            query = query.where(t.case_file.c.scheme_id.in_(schemes))
        if waiting:
            query = query.where(~select(misuse_answer.c.at).where(misuse_answer.c.misuse_id == misuse.c.id).exists())
        return self._misuses(query.limit(limit))

    def misuses_by(self, actor: ActorId, limit: int) -> tuple[StandingMisuse, ...]:
        return self._misuses(misuse.select().where(misuse.c.by == actor).limit(limit))

    def _misuses(self, query: Select[Any]) -> tuple[StandingMisuse, ...]:
        rows = self._all(query.order_by(misuse.c.told_in.desc()))
        known = {row.id: StandingMisuse(noun(MisuseReport, row), row.told_in) for row in rows}
        for row in self._all(misuse_answer.select().where(misuse_answer.c.misuse_id.in_(list(known)))):
            known[row.misuse_id] = answered(known[row.misuse_id], row.found, row.by, row.at, row.told_in)
        return tuple(known.values())
