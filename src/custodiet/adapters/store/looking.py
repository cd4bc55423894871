"""The tables of looking, and views of them. Their law stands in migration 0013."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Select, Table, Text, exists, select

from custodiet.adapters.store import tables as t
from custodiet.adapters.store.columns import of, ref, window
from custodiet.adapters.store.rows import Rows, noun
from custodiet.adapters.store.tables import metadata
from custodiet.adapters.store.types import Code, Json, UtcMs
from custodiet.model.condition import Interval
from custodiet.model.errors import NotFound
from custodiet.model.identity import CaseId, LookUpId, PersonId, SchemeId
from custodiet.model.look_record import LookRefused
from custodiet.model.look_up import (
    ASKED_HOLDS,
    Asked,
    Attempt,
    Grant,
    LookUp,
    Precision,
    Question,
    Reading,
    RefusedBecause,
    Standing,
    ToKnow,
    Tried,
)

look_up = Table(
    "look_up",
    metadata,
    Column("id", Text, primary_key=True),
    ref("case_id", "case_file.id"),
    of("purpose", Text),
    of("to_know", Code(ToKnow)),
    of("why_sealed", LargeBinary),
    of("tried", Json(tuple[Tried, ...])),
    *window(),
    of("precision", Code(Precision)),
    of("asked_by", Text),
    of("asked_at", UtcMs),
    of("entry", BigInteger),
)
look_up_grant = Table(
    "look_up_grant",
    metadata,
    ref("look_up_id", "look_up.id", key=True),
    *window(),
    of("precision", Code(Precision)),
    of("approved_by", Text),
    of("approved_at", UtcMs),
    of("expires_at", UtcMs),
    of("words_sealed", LargeBinary),
    of("entry", BigInteger),
)
look_up_refusal = Table(
    "look_up_refusal",
    metadata,
    ref("look_up_id", "look_up.id", key=True),
    of("because", Code(RefusedBecause)),
    of("at", UtcMs),
    of("by", Text),
    of("words_sealed", LargeBinary),
    of("entry", BigInteger),
)
look_up_ending = Table(
    "look_up_ending",
    metadata,
    ref("look_up_id", "look_up.id", key=True),
    of("at", UtcMs),
    of("by", Text),
    of("entry", BigInteger),
)
reading = Table(
    "reading",
    metadata,
    Column("entry", BigInteger, primary_key=True),
    ref("look_up_id", "look_up.id"),
    ref("case_id", "case_file.id"),
    *window(),
    of("precision", Code(Precision)),
    of("by", Text),
    of("at", UtcMs),
)
question = Table(
    "question",
    metadata,
    Column("entry", BigInteger, primary_key=True),
    ref("case_id", "case_file.id"),
    of("asked", Code(Asked)),
    of("about", UtcMs),
    of("by", Text),
    of("at", UtcMs),
    ref("condition_id", "condition.id", null=True),
)
look_refusal = Table(
    "look_refusal",
    metadata,
    Column("entry", BigInteger, primary_key=True),
    ref("case_id", "case_file.id"),
    of("attempt", Code(Attempt)),
    of("codes", Json(tuple[str, ...])),
    of("at", UtcMs),
    of("by", Text),
)

Index("look_up_by_case", look_up.c.case_id, look_up.c.asked_at)
Index("look_up_by_asked", look_up.c.asked_at)
Index("reading_by_look_up", reading.c.look_up_id)
Index("reading_by_case", reading.c.case_id)
Index("question_by_case", question.c.case_id, question.c.at)
Index("look_refusal_by_case", look_refusal.c.case_id)

LOOKED = (look_up, look_up_grant, look_up_refusal, look_up_ending, reading, question, look_refusal)
"""As tables.REPLAYED."""

_ANSWERS = (look_up_grant, look_up_refusal, look_up_ending)


class LookRows(Rows):
    """The part of flows.ports.Reading that is about looking."""

    def look_up(self, look_up_id: LookUpId) -> Standing:
        found = self._standing(look_up.select().where(look_up.c.id == look_up_id))
        if not found:
            raise NotFound("no such look-up")
        return found[0][0]

    def look_ups_of(self, case_id: CaseId) -> tuple[tuple[Standing, int], ...]:
        query = look_up.select().where(look_up.c.case_id == case_id).order_by(look_up.c.entry.desc())
        return self._standing(query)

    def look_ups_waiting(self, schemes: Collection[SchemeId], now: datetime, limit: int) -> tuple[Standing, ...]:
        cases = select(t.case_file.c.id).where(t.case_file.c.scheme_id.in_(schemes))
        query = _waiting(now).where(look_up.c.case_id.in_(cases)).order_by(look_up.c.entry).limit(limit)
        return tuple(standing for standing, _ in self._standing(query))

    def look_up_waits(self, case_id: CaseId, now: datetime) -> bool:
        one = _waiting(now).where(look_up.c.case_id == case_id).limit(1)
        # All that one transaction asks is of one moment.
        return self._once("look_up_waits", case_id, frozenset(), lambda: self._maybe(one) is not None)

    def entries_of_look_up(self, look_up_id: LookUpId) -> dict[str, int]:
        """The place of each answer's entry, by the table that holds it."""
        found = {}
        for table in _ANSWERS:
            row = self._maybe(select(table.c.entry).where(table.c.look_up_id == look_up_id))
            if row is not None:
                found[table.name] = row.entry
        return found

    def readings_of(self, case_id: CaseId) -> tuple[tuple[Reading, int], ...]:
        query = reading.select().where(reading.c.case_id == case_id).order_by(reading.c.entry.desc())
        return tuple(
            (noun(Reading, row, window=Interval(row.from_at, row.to_at)), row.entry) for row in self._all(query)
        )

    def questions_of(self, case_id: CaseId) -> tuple[tuple[Question, int], ...]:
        query = question.select().where(question.c.case_id == case_id).order_by(question.c.entry.desc())
        return tuple((noun(Question, row), row.entry) for row in self._all(query))

    def questions_about(self, person_id: PersonId, since: datetime) -> tuple[datetime, ...]:
        cases = select(t.case_file.c.id).where(t.case_file.c.person_id == person_id)
        query = select(question.c.at).where(question.c.case_id.in_(cases), question.c.at > since)
        return tuple(row.at for row in self._all(query.order_by(question.c.at)))

    def looks_refused(self, case_id: CaseId) -> tuple[tuple[LookRefused, int], ...]:
        query = look_refusal.select().where(look_refusal.c.case_id == case_id).order_by(look_refusal.c.entry.desc())
        return tuple((noun(LookRefused, row), row.entry) for row in self._all(query))

    def _standing(self, query: Select[Any]) -> tuple[tuple[Standing, int], ...]:
        rows = list(self._all(query))
        answers = {table: self._one_each(table.c.look_up_id, [row.id for row in rows]) for table in _ANSWERS}
        found = []
        for row in rows:
            given, no, over = (answers[table].get(row.id) for table in _ANSWERS)
            found.append(
                (
                    Standing(
                        noun(LookUp, row, window=Interval(row.from_at, row.to_at)),
                        None if given is None else noun(Grant, given, window=Interval(given.from_at, given.to_at)),
                        None if no is None else no.at,
                        None if no is None else no.by,
                        None if no is None else no.because,
                        None if over is None else over.at,
                        None if over is None else over.by,
                    ),
                    row.entry,
                )
            )
        return tuple(found)


def _waiting(now: datetime) -> Select[Any]:
    """Look-ups that a second person may still answer."""
    query = look_up.select().where(look_up.c.asked_at > now - ASKED_HOLDS)
    for table in _ANSWERS:
        query = query.where(~exists().where(table.c.look_up_id == look_up.c.id))
    return query
