"""The tables of disclosing, and views of them. Their law stands in migration 0017."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, Select, Table, Text, exists, func, select

from custodiet.adapters.store import tables as t
from custodiet.adapters.store.columns import of, ref, window
from custodiet.adapters.store.rows import Rows, noun
from custodiet.adapters.store.tables import metadata
from custodiet.adapters.store.types import Code, Json, UtcMs
from custodiet.model.condition import Interval
from custodiet.model.disclosure import (
    REQUEST_HOLDS,
    AgencyRequest,
    Basis,
    Cut,
    Pack,
    RecalledAs,
    Release,
    Requested,
    Step,
    Verified,
    Wanted,
)
from custodiet.model.disclosure_record import AgencyTurnedAway, SampleDrawn
from custodiet.model.errors import NotFound
from custodiet.model.identity import CaseId, RequestId, SchemeId
from custodiet.model.look_up import Precision

agency_request = Table(
    "agency_request",
    metadata,
    Column("id", Text, primary_key=True),
    ref("case_id", "case_file.id"),
    of("recipient", Text),
    of("purpose", Text),
    of("verified", Code(Verified)),
    of("signed_at", UtcMs, null=True),
    of("urgent", Boolean),
    *window(),
    of("precision", Code(Precision)),
    of("cut", Code(Cut)),
    of("recipient_key", Text),
    of("said_sealed", LargeBinary),
    of("asked_by", Text),
    of("asked_at", UtcMs),
    of("entry", BigInteger),
    of("basis", Code(Basis)),
    of("order_sealed", LargeBinary),
)
agency_release = Table(
    "agency_release",
    metadata,
    ref("request_id", "agency_request.id", key=True),
    *window(),
    of("precision", Code(Precision)),
    of("cut", Code(Cut)),
    of("approved_by", Text),
    of("approved_at", UtcMs),
    of("expires_at", UtcMs),
    of("words_sealed", LargeBinary),
    of("entry", BigInteger),
)
agency_refusal = Table(
    "agency_refusal",
    metadata,
    ref("request_id", "agency_request.id", key=True),
    of("codes", Json(tuple[str, ...])),
    of("at", UtcMs),
    of("by", Text),
    of("words_sealed", LargeBinary),
    of("entry", BigInteger),
)
agency_turned_away = Table(
    "agency_turned_away",
    metadata,
    Column("entry", BigInteger, primary_key=True),
    ref("scheme_id", "scheme.id"),
    of("wanted", Code(Wanted)),
    of("at", UtcMs),
    of("by", Text),
    ref("case_id", "case_file.id", null=True),
)
pack = Table(
    "pack",
    metadata,
    Column("entry", BigInteger, primary_key=True),
    ref("request_id", "agency_request.id"),
    ref("case_id", "case_file.id"),
    of("by", Text),
    of("at", UtcMs),
)
pack_receipt = Table(
    "pack_receipt",
    metadata,
    ref("request_id", "agency_request.id", key=True),
    of("at", UtcMs),
    of("by", Text),
    of("entry", BigInteger),
)
pack_recall = Table(
    "pack_recall",
    metadata,
    ref("request_id", "agency_request.id", key=True),
    of("because", Code(RecalledAs)),
    of("at", UtcMs),
    of("by", Text),
    of("entry", BigInteger),
)
release_assessment = Table(
    "release_assessment",
    metadata,
    ref("request_id", "agency_request.id", key=True),
    of("upheld", Boolean),
    of("at", UtcMs),
    of("by", Text),
    of("words_sealed", LargeBinary),
    of("entry", BigInteger),
)
agency_sample = Table(
    "agency_sample",
    metadata,
    Column("id", Text, primary_key=True),
    ref("scheme_id", "scheme.id"),
    of("month", Text),
    of("of", BigInteger),
    of("requests", Json(tuple[RequestId, ...])),
    of("at", UtcMs),
    of("by", Text),
    of("entry", BigInteger),
)

Index("agency_request_by_case", agency_request.c.case_id, agency_request.c.asked_at)
Index("agency_request_by_asked", agency_request.c.asked_at)
Index("pack_by_request", pack.c.request_id)
Index("pack_by_case", pack.c.case_id)
Index("agency_turned_away_by_case", agency_turned_away.c.case_id)

DISCLOSED = (
    agency_request,
    agency_release,
    agency_refusal,
    agency_turned_away,
    pack,
    pack_receipt,
    pack_recall,
    release_assessment,
    agency_sample,
)
"""As tables.REPLAYED."""
_ANSWERS = (agency_release, agency_refusal, pack_receipt, pack_recall, release_assessment)


class DisclosureRows(Rows):
    """The part of flows.ports.Reading that is about disclosing."""

    def agency_request(self, request_id: RequestId) -> Requested:
        found = self._requested(agency_request.select().where(agency_request.c.id == request_id))
        if not found:
            raise NotFound("no such request")
        return found[0][0]

    def agency_requests_of(self, case_id: CaseId) -> tuple[tuple[Requested, int], ...]:
        query = agency_request.select().where(agency_request.c.case_id == case_id)
        return self._requested(query.order_by(agency_request.c.entry.desc()))

    def agency_requests_in(
        self, schemes: Collection[SchemeId] | None, from_at: datetime, to_at: datetime, limit: int
    ) -> tuple[Requested, ...]:
        asked = agency_request.c.asked_at
        query = agency_request.select().where(asked >= from_at, asked < to_at)
        if schemes is not None:
            cases = select(t.case_file.c.id).where(t.case_file.c.scheme_id.in_(schemes))
            query = query.where(agency_request.c.case_id.in_(cases))
        newest_first = query.order_by(agency_request.c.entry.desc()).limit(limit)
        return tuple(one for one, _ in self._requested(newest_first))

    def agency_waits(self, case_id: CaseId, now: datetime) -> bool:
        one = _waiting(now).where(agency_request.c.case_id == case_id).limit(1)
        # As look_up_waits.
        return self._once("agency_waits", case_id, frozenset(), lambda: self._maybe(one) is not None)

    def disclosure_steps(self, request_id: RequestId) -> dict[str, Step]:
        found = {}
        for table in _ANSWERS:
            row = self._maybe(table.select().where(table.c.request_id == request_id))
            if row is not None:
                at, by = (row.approved_at, row.approved_by) if table is agency_release else (row.at, row.by)
                found[table.name] = Step(row.entry, at, by)
        return found

    def packs_of(self, case_id: CaseId) -> tuple[tuple[Pack, int], ...]:
        query = pack.select().where(pack.c.case_id == case_id).order_by(pack.c.entry.desc())
        return tuple((noun(Pack, row), row.entry) for row in self._all(query))

    def turned_away_of(self, case_id: CaseId, limit: int) -> tuple[tuple[AgencyTurnedAway, int], ...]:
        query = agency_turned_away.select().where(agency_turned_away.c.case_id == case_id)
        newest_first = query.order_by(agency_turned_away.c.entry.desc()).limit(limit)
        return tuple((noun(AgencyTurnedAway, row), row.entry) for row in self._all(newest_first))

    def turned_away_in(self, schemes: Collection[SchemeId] | None, limit: int) -> tuple[AgencyTurnedAway, ...]:
        newest_first = _in_schemes(agency_turned_away, schemes).limit(limit)
        return tuple(noun(AgencyTurnedAway, row) for row in self._all(newest_first))

    def samples(self, schemes: Collection[SchemeId] | None, limit: int) -> tuple[SampleDrawn, ...]:
        return tuple(noun(SampleDrawn, row) for row in self._all(_in_schemes(agency_sample, schemes).limit(limit)))

    def _requested(self, query: Select[Any]) -> tuple[tuple[Requested, int], ...]:
        rows = list(self._all(query))
        ids = [row.id for row in rows]
        answers = [self._one_each(table.c.request_id, ids) for table in _ANSWERS]
        packed = select(pack.c.request_id, func.max(pack.c.at).label("at")).where(pack.c.request_id.in_(ids))
        made = {row.request_id: row.at for row in self._all(packed.group_by(pack.c.request_id))}
        found = []
        for row in rows:
            yes, no, had, back, seen = (one.get(row.id) for one in answers)
            found.append(
                (
                    Requested(
                        noun(AgencyRequest, row, window=Interval(row.from_at, row.to_at)),
                        None if yes is None else noun(Release, yes, window=Interval(yes.from_at, yes.to_at)),
                        refused_at=None if no is None else no.at,
                        refused_by=None if no is None else no.by,
                        codes=() if no is None else no.codes,
                        packed_at=made.get(row.id),
                        received_at=None if had is None else had.at,
                        recalled_at=None if back is None else back.at,
                        recalled_as=None if back is None else back.because,
                        assessed_at=None if seen is None else seen.at,
                        upheld=None if seen is None else seen.upheld,
                    ),
                    row.entry,
                )
            )
        return tuple(found)


def _waiting(now: datetime) -> Select[Any]:
    """Requests that a second person may still answer."""
    query = agency_request.select().where(agency_request.c.asked_at > now - REQUEST_HOLDS)
    for table in (agency_release, agency_refusal):
        query = query.where(~exists().where(table.c.request_id == agency_request.c.id))
    return query


def _in_schemes(table: Table, schemes: Collection[SchemeId] | None) -> Select[Any]:
    """What was entered about these schemes, or about all (None), the newest first."""
    query = table.select().order_by(table.c.entry.desc())
    return query if schemes is None else query.where(table.c.scheme_id.in_(schemes))
