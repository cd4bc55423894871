"""The tables of rights that are restricted, and views of them. Their law stands in migration 0025."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, Row, Select, Table, Text

from custodiet.adapters.store import tables as t
from custodiet.adapters.store.columns import of, ref, window
from custodiet.adapters.store.rows import Rows, noun
from custodiet.adapters.store.tables import metadata
from custodiet.adapters.store.types import Code, UtcMs
from custodiet.model.condition import Interval
from custodiet.model.errors import NotFound
from custodiet.model.identity import CaseId, RestrictionId, SchemeId
from custodiet.model.restricting import Ground, Restriction, RestrictionStep, Right, StandingRestriction
from custodiet.rules.restricting import answered

restriction = Table(
    "restriction",
    metadata,
    Column("id", Text, primary_key=True),
    ref("case_id", "case_file.id"),
    of("right", Code(Right)),
    of("ground", Code(Ground)),
    *window(),
    of("until_at", UtcMs),
    of("told", Boolean),
    of("prejudice_sealed", LargeBinary),
    of("vulnerability_sealed", LargeBinary),
    of("rights_sealed", LargeBinary),
    of("proportion_sealed", LargeBinary),
    of("untold_sealed", LargeBinary),
    of("asked_by", Text),
    of("asked_at", UtcMs),
    of("entry", BigInteger),
)
Index("restriction_by_case", restriction.c.case_id)
restriction_step = Table(
    "restriction_step",
    metadata,
    ref("restriction_id", "restriction.id", key=True),
    Column("step", Code(RestrictionStep), primary_key=True),
    of("by", Text),
    of("at", UtcMs),
    of("entry", BigInteger),
)
RESTRICTED = (restriction, restriction_step)
"""As tables.REPLAYED."""


class RestrictingRows(Rows):
    """The part of flows.ports.Reading that is about rights that are restricted."""

    def restriction(self, restriction_id: RestrictionId) -> StandingRestriction:
        found = self._restrictions(restriction.select().where(restriction.c.id == restriction_id))
        if not found:
            raise NotFound("no such restriction")
        return found[0]

    def restrictions_of(self, case_id: CaseId) -> tuple[StandingRestriction, ...]:
        return self._restrictions(restriction.select().where(restriction.c.case_id == case_id))

    def restrictions(
        self, schemes: Collection[SchemeId] | None, limit: int, skip: int = 0
    ) -> tuple[StandingRestriction, ...]:
        query = restriction.select()
        if schemes is not None:
            query = query.join(t.case_file, t.case_file.c.id == restriction.c.case_id)
            query = query.where(t.case_file.c.scheme_id.in_(schemes))
        return self._restrictions(query.limit(limit).offset(skip))

    def _restrictions(self, query: Select[Any]) -> tuple[StandingRestriction, ...]:
        rows = list(self._all(query.order_by(restriction.c.entry.desc())))
        standing = {row.id: StandingRestriction(_noun(row), row.entry) for row in rows}
        steps = restriction_step.select().where(restriction_step.c.restriction_id.in_(list(standing)))
        for row in self._all(steps.order_by(restriction_step.c.entry)):
            standing[row.restriction_id] = answered(standing[row.restriction_id], row.step, row.by, row.at, row.entry)
        return tuple(standing.values())


def _noun(row: Row[Any]) -> Restriction:
    return noun(Restriction, row, window=Interval(row.from_at, row.to_at))
