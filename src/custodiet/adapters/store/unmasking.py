"""The tables of unmasking, and views of them. Their law stands in migration 0023."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Select, Table, Text, exists, select

from custodiet.adapters.store import tables as t
from custodiet.adapters.store.columns import of, ref, window
from custodiet.adapters.store.looking import look_up_ending, look_up_grant
from custodiet.adapters.store.rows import Rows, noun
from custodiet.adapters.store.tables import metadata
from custodiet.adapters.store.types import Code, UtcMs
from custodiet.model.condition import Interval
from custodiet.model.errors import NotFound
from custodiet.model.identity import CaseId, SchemeId, UnmaskId
from custodiet.model.look_up import Precision, RefusedBecause
from custodiet.model.unmask import Article9, NotEnough, Unmask, UnmaskedReading, Unmasking, UnmaskYes

unmask = Table(
    "unmask",
    metadata,
    Column("id", Text, primary_key=True),
    ref("look_up_id", "look_up.id"),
    ref("case_id", "case_file.id"),
    *window(),
    of("not_enough", Code(NotEnough)),
    of("condition", Code(Article9)),
    of("why_sealed", LargeBinary),
    of("asked_by", Text),
    of("asked_at", UtcMs),
    of("entry", BigInteger),
)
unmask_yes = Table(
    "unmask_yes",
    metadata,
    ref("unmask_id", "unmask.id", key=True),
    *window(),
    of("approved_by", Text),
    of("approved_at", UtcMs),
    of("words_sealed", LargeBinary),
    of("entry", BigInteger),
)
unmask_refusal = Table(
    "unmask_refusal",
    metadata,
    ref("unmask_id", "unmask.id", key=True),
    of("because", Code(RefusedBecause)),
    of("at", UtcMs),
    of("by", Text),
    of("words_sealed", LargeBinary),
    of("entry", BigInteger),
)
unmasked_reading = Table(
    "unmasked_reading",
    metadata,
    Column("entry", BigInteger, primary_key=True),
    ref("unmask_id", "unmask.id"),
    ref("case_id", "case_file.id"),
    *window(),
    of("precision", Code(Precision)),
    of("by", Text),
    of("at", UtcMs),
)

Index("unmask_by_case", unmask.c.case_id, unmask.c.asked_at)
Index("unmask_by_look_up", unmask.c.look_up_id)
Index("unmasked_reading_by_case", unmasked_reading.c.case_id)

UNMASKED = (unmask, unmask_yes, unmask_refusal, unmasked_reading)
"""As tables.REPLAYED."""

_ANSWERS = (unmask_yes, unmask_refusal)


class UnmaskRows(Rows):
    """The part of flows.ports.Reading that is about unmasking."""

    def unmasking(self, unmask_id: UnmaskId) -> Unmasking:
        found = self._unmaskings(unmask.select().where(unmask.c.id == unmask_id))
        if not found:
            raise NotFound("no such request to unmask")
        return found[0][0]

    def unmaskings_of(self, case_id: CaseId) -> tuple[tuple[Unmasking, dict[str, int]], ...]:
        return self._unmaskings(unmask.select().where(unmask.c.case_id == case_id).order_by(unmask.c.entry.desc()))

    def unmaskings_waiting(self, schemes: Collection[SchemeId], now: datetime, limit: int) -> tuple[Unmasking, ...]:
        cases = select(t.case_file.c.id).where(t.case_file.c.scheme_id.in_(schemes))
        query = _waiting(now).where(unmask.c.case_id.in_(cases)).order_by(unmask.c.entry).limit(limit)
        return tuple(one for one, _ in self._unmaskings(query))

    def unmask_waits(self, case_id: CaseId, now: datetime) -> bool:
        one = _waiting(now).where(unmask.c.case_id == case_id).limit(1)
        # As look_up_waits.
        return self._once("unmask_waits", case_id, frozenset(), lambda: self._maybe(one) is not None)

    def unmasked_of(self, case_id: CaseId) -> tuple[tuple[UnmaskedReading, int], ...]:
        query = unmasked_reading.select().where(unmasked_reading.c.case_id == case_id)
        newest_first = query.order_by(unmasked_reading.c.entry.desc())
        return tuple(
            (noun(UnmaskedReading, row, window=Interval(row.from_at, row.to_at)), row.entry)
            for row in self._all(newest_first)
        )

    def _unmaskings(self, query: Select[Any]) -> tuple[tuple[Unmasking, dict[str, int]], ...]:
        rows = list(self._all(query))
        answers = {table: self._one_each(table.c.unmask_id, [row.id for row in rows]) for table in _ANSWERS}
        found = []
        for row in rows:
            given = {table: each[row.id] for table, each in answers.items() if row.id in each}
            yes, no = given.get(unmask_yes), given.get(unmask_refusal)
            one = Unmasking(
                noun(Unmask, row, window=Interval(row.from_at, row.to_at)),
                None if yes is None else noun(UnmaskYes, yes, window=Interval(yes.from_at, yes.to_at)),
                None if no is None else no.at,
                None if no is None else no.by,
                None if no is None else no.because,
            )
            places = {"unmask": row.entry} | {table.name: each.entry for table, each in given.items()}
            found.append((one, places))
        return tuple(found)


def _waiting(now: datetime) -> Select[Any]:
    """Requests that a third person may still answer: under a grant that is open."""
    lasts = select(look_up_grant.c.look_up_id).where(look_up_grant.c.expires_at > now)
    query = unmask.select().where(
        unmask.c.look_up_id.in_(lasts), ~exists().where(look_up_ending.c.look_up_id == unmask.c.look_up_id)
    )
    for table in _ANSWERS:
        query = query.where(~exists().where(table.c.unmask_id == unmask.c.id))
    return query
