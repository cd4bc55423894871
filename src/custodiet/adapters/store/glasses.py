"""The tables of looks that somebody took alone, and views of them. Their law stands in migration 0022."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, Select, Table, Text, or_, select

from custodiet.adapters.store import tables as t
from custodiet.adapters.store.columns import of, ref, window
from custodiet.adapters.store.rows import Rows, noun
from custodiet.adapters.store.tables import metadata
from custodiet.adapters.store.types import Code, Json, UtcMs
from custodiet.model.condition import Interval
from custodiet.model.errors import NotFound
from custodiet.model.glass import Broken, Danger, Glass
from custodiet.model.identity import ActorId, CaseId, GlassId, PersonId
from custodiet.model.look_up import Precision, Tried

glass = Table(
    "glass",
    metadata,
    Column("id", Text, primary_key=True),
    ref("case_id", "case_file.id"),
    of("danger", Code(Danger)),
    of("why_sealed", LargeBinary),
    of("tried", Json(tuple[Tried, ...])),
    *window(),
    of("precision", Code(Precision)),
    of("by", Text),
    of("at", UtcMs),
    of("entry", BigInteger),
)
glass_assessment = Table(
    "glass_assessment",
    metadata,
    ref("glass_id", "glass.id", key=True),
    of("upheld", Boolean),
    of("at", UtcMs),
    of("by", Text),
    of("words_sealed", LargeBinary),
    of("entry", BigInteger),
)

Index("glass_by_case", glass.c.case_id, glass.c.at)
Index("glass_by_account", glass.c.by, glass.c.at)

GLASSES = (glass, glass_assessment)
"""As tables.REPLAYED."""


class GlassRows(Rows):
    """The part of flows.ports.Reading that is about breaking the glass."""

    def glass(self, glass_id: GlassId) -> Broken:
        found = self._broken(glass.select().where(glass.c.id == glass_id))
        if not found:
            raise NotFound("no such look")
        return found[0][0]

    def glasses_of(self, case_id: CaseId) -> tuple[tuple[Broken, int], ...]:
        return self._broken(glass.select().where(glass.c.case_id == case_id).order_by(glass.c.entry.desc()))

    def glasses_by(self, actor: ActorId, since: datetime) -> tuple[Broken, ...]:
        unassessed = glass.c.id.not_in(select(glass_assessment.c.glass_id))
        query = glass.select().where(glass.c.by == actor, or_(glass.c.at > since, unassessed))
        return tuple(one for one, _ in self._broken(query))

    def glasses_about(self, person_id: PersonId, since: datetime) -> tuple[Broken, ...]:
        cases = select(t.case_file.c.id).where(t.case_file.c.person_id == person_id)
        query = glass.select().where(glass.c.case_id.in_(cases), glass.c.at > since)
        return tuple(one for one, _ in self._broken(query))

    def glass_assessed_in(self, glass_id: GlassId) -> int | None:
        row = self._maybe(select(glass_assessment.c.entry).where(glass_assessment.c.glass_id == glass_id))
        return None if row is None else row.entry

    def _broken(self, query: Select[Any]) -> tuple[tuple[Broken, int], ...]:
        rows = list(self._all(query))
        said = self._one_each(glass_assessment.c.glass_id, [row.id for row in rows])
        found = []
        for row in rows:
            one, after = noun(Glass, row, window=Interval(row.from_at, row.to_at)), said.get(row.id)
            broken = Broken(one) if after is None else Broken(one, after.at, after.by, after.upheld)
            found.append((broken, row.entry))
        return tuple(found)
