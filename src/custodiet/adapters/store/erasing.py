"""The tables of erasing, and views of them. Their law stands in migration 0019."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Index,
    LargeBinary,
    Row,
    Select,
    Table,
    Text,
    and_,
    func,
    select,
)

from custodiet.adapters.store import tables as t
from custodiet.adapters.store.columns import of, ref, window
from custodiet.adapters.store.rows import Rows, bounded, noun
from custodiet.adapters.store.tables import metadata
from custodiet.adapters.store.types import Code, Day, UtcMs
from custodiet.model.case import RetentionClock
from custodiet.model.condition import Interval
from custodiet.model.decision import State
from custodiet.model.entry import EntryKind
from custodiet.model.erasing import CopyStep, Hold, HoldFor, HoldStep, KeptStep, Remains, StandingHold
from custodiet.model.erasing_record import CopyTold, HoldAnswered
from custodiet.model.errors import NotFound
from custodiet.model.identity import CaseId, DecisionId, HoldId, PersonId, SchemeId
from custodiet.model.mode import Category
from custodiet.model.record import kind_of

erasure = Table(
    "erasure",
    metadata,
    ref("decision_id", "decision.id", key=True),
    Column("category", Code(Category), primary_key=True),
    of("at", UtcMs),
    of("entry", BigInteger),
)
Index("erasure_by_entry", erasure.c.entry)
erased_day = Table(
    "erased_day",
    metadata,
    ref("decision_id", "decision.id", key=True),
    Column("category", Code(Category), primary_key=True),
    Column("day", Day, primary_key=True),
    ref("person_id", "person.id"),
    of("destroyed_at", UtcMs),
    of("key_digest", LargeBinary),
    of("kept_digest", LargeBinary),
    of("entry", BigInteger),
)
Index("erased_day_by_entry", erased_day.c.entry)
hold = Table(
    "hold",
    metadata,
    Column("id", Text, primary_key=True),
    ref("case_id", "case_file.id"),
    of("category", Code(Category)),
    *window(),
    of("until_at", UtcMs),
    of("asked_for", Code(HoldFor)),
    of("why_sealed", LargeBinary),
    of("asked_by", Text),
    of("asked_at", UtcMs),
    of("entry", BigInteger),
)
Index("hold_by_case", hold.c.case_id)


def _steps(name: str, whose: Column[str], step: type[StrEnum]) -> Table:
    """What became of one thing: each step at most once, with who took it."""
    return Table(
        name,
        metadata,
        whose,
        Column("step", Code(step), primary_key=True),
        of("by", Text),
        of("at", UtcMs),
        of("entry", BigInteger),
    )


hold_step = _steps("hold_step", ref("hold_id", "hold.id", key=True), HoldStep)
copy_told = _steps("copy_told", ref("decision_id", "decision.id", key=True), CopyStep)
quarantine_ended = Table(
    "quarantine_ended",
    metadata,
    ref("decision_id", "decision.id", key=True),
    of("by", Text),
    of("at", UtcMs),
    of("why_sealed", LargeBinary),
    of("entry", BigInteger),
)
ERASED = (erasure, erased_day, hold, hold_step, copy_told, quarantine_ended)
"""As tables.REPLAYED."""

_CLOCK, _SESSION = t.retention_clock.c, t.session.c
_GONE = (
    select(erased_day.c.day)
    .where(
        erased_day.c.decision_id == _SESSION.decision_id,
        erased_day.c.category == _SESSION.category,
        erased_day.c.day == _SESSION.day,
    )
    .exists()
)
"""Whether the day of a session was erased, as far as its decision collected it."""
_LEFT_OF_IT = select(_SESSION.no).where(
    _SESSION.decision_id == erasure.c.decision_id, _SESSION.category == erasure.c.category, ~_GONE
)
"""Sessions of what an erasure is of, whose day was not erased."""


_QUARANTINED = and_(
    t.decision.c.state == State.ANNULLED,
    ~select(quarantine_ended.c.at).where(quarantine_ended.c.decision_id == t.decision.c.id).exists(),
)
"""Whether what a decision collected waits for the data protection officer."""


def _within(
    query: Select[Any], case_id: ColumnElement[Any], schemes: Collection[SchemeId] | None, words: str
) -> Select[Any]:
    """Of cases in these schemes (None: in all) whose reference holds these words."""
    if schemes is None and not words:
        return query
    query = query.join(t.case_file, t.case_file.c.id == case_id)
    if schemes is not None:
        query = query.where(t.case_file.c.scheme_id.in_(schemes))
    return query.where(t.case_file.c.reference.icontains(words, autoescape=True)) if words else query


class ErasingRows(Rows):
    """The part of flows.ports.Reading that is about erasing."""

    def clocks_run_out(self, at: datetime, limit: int) -> tuple[RetentionClock, ...]:
        begun = select(erasure.c.entry).where(
            erasure.c.decision_id == _CLOCK.decision_id, erasure.c.category == _CLOCK.category
        )
        stored = select(_SESSION.no).where(
            _SESSION.decision_id == _CLOCK.decision_id, _SESSION.category == _CLOCK.category
        )
        quarantined = select(t.decision.c.id).where(t.decision.c.id == _CLOCK.decision_id, _QUARANTINED)
        query = t.retention_clock.select().where(
            _CLOCK.erase_due_at <= at, ~begun.exists(), stored.exists(), ~quarantined.exists()
        )
        rows = self._all(query.order_by(_CLOCK.erase_due_at, _CLOCK.decision_id, _CLOCK.category).limit(limit))
        return tuple(noun(RetentionClock, row) for row in rows)

    def retention_clock(self, decision_id: DecisionId, category: Category) -> RetentionClock | None:
        here = and_(_CLOCK.decision_id == decision_id, _CLOCK.category == category)
        row = self._maybe(t.retention_clock.select().where(here))
        return None if row is None else noun(RetentionClock, row)

    def erasures_open(self, since: int) -> tuple[int, ...]:
        query = select(erasure.c.entry).where(erasure.c.entry >= since, _LEFT_OF_IT.exists())
        return tuple(self._all(query.order_by(erasure.c.entry)).scalars())

    def erasures_unfinished(self, at: datetime, among: Collection[int]) -> tuple[int, ...]:
        # A day closes as late as the decision's fixes may come; other decisions' may come later: the vault knows.
        over = _LEFT_OF_IT.where(_SESSION.day < (at - timedelta(days=1)).date())
        found: list[int] = []
        for some in bounded(among):
            query = select(erasure.c.entry).where(erasure.c.entry.in_(some), over.exists())
            found += self._all(query.order_by(erasure.c.entry)).scalars()
        return tuple(found)

    def erasure_at(self, entry: int) -> tuple[DecisionId, Category] | None:
        row = self._maybe(erasure.select().where(erasure.c.entry == entry))
        return None if row is None else (row.decision_id, row.category)

    def day_is_erased(self, decision_id: DecisionId, category: Category, day: date) -> bool:
        here = and_(erased_day.c.decision_id == decision_id, erased_day.c.category == category, erased_day.c.day == day)
        return self._maybe(erased_day.select().where(here)) is not None

    def remains_of(self, of: DecisionId | None = None) -> tuple[Remains, ...]:
        """What is sealed and not erased, by decision and category, the earliest due first."""
        left = self._left()
        return self._remains(left if of is None else left.where(_SESSION.decision_id == of))

    def remains_due(
        self, at: datetime, schemes: Collection[SchemeId] | None, limit: int, skip: int = 0, words: str = ""
    ) -> tuple[Remains, ...]:
        due = self._left().where(_CLOCK.erase_due_at <= at, ~_QUARANTINED)
        return self._remains(_within(due, t.decision.c.case_id, schemes, words).limit(limit).offset(skip))

    def remains_quarantined(
        self, schemes: Collection[SchemeId] | None, limit: int, words: str = ""
    ) -> tuple[Remains, ...]:
        waiting = _within(self._left().where(_QUARANTINED), t.decision.c.case_id, schemes, words)
        return self._remains(waiting.limit(limit))

    def days_left(self, decision_id: DecisionId, category: Category) -> tuple[date, ...]:
        here = and_(_SESSION.decision_id == decision_id, _SESSION.category == category, ~_GONE)
        return tuple(row.day for row in self._all(select(_SESSION.day).where(here).distinct().order_by(_SESSION.day)))

    def _left(self) -> Select[Any]:
        of_clock = and_(_CLOCK.decision_id == _SESSION.decision_id, _CLOCK.category == _SESSION.category)
        of_erasure = and_(erasure.c.decision_id == _SESSION.decision_id, erasure.c.category == _SESSION.category)
        return (
            select(
                t.decision.c.case_id,
                _SESSION.decision_id,
                _SESSION.category,
                func.count(_SESSION.day.distinct()).label("days"),
                func.min(_SESSION.day).label("first"),
                func.max(_SESSION.day).label("last"),
                _CLOCK.erase_due_at.label("due_at"),
                erasure.c.entry,
            )
            .join(t.decision, t.decision.c.id == _SESSION.decision_id)
            .outerjoin(t.retention_clock, of_clock)
            .outerjoin(erasure, of_erasure)
            .where(~_GONE)
            .group_by(
                *(t.decision.c.case_id, _SESSION.decision_id, _SESSION.category),
                *(_CLOCK.erase_due_at, erasure.c.entry),  # one of each by those before: PostgreSQL wants it said
            )
            .order_by(_CLOCK.erase_due_at.is_(None), _CLOCK.erase_due_at, _SESSION.decision_id, _SESSION.category)
        )

    def _remains(self, query: Select[Any]) -> tuple[Remains, ...]:
        return tuple(noun(Remains, row) for row in self._all(query))

    def left_of(self, scheme_id: SchemeId) -> dict[Category, int]:
        """Sealed days that are not erased (trail, evidence), alerts (events), words (outcomes)."""
        left = self._sealed_days_left(scheme_id)
        under = select(t.decision.c.id).join(t.case_file, t.case_file.c.id == t.decision.c.case_id)
        under = under.where(t.case_file.c.scheme_id == scheme_id)
        for category, table in ((Category.EVENTS, t.alert), (Category.OUTCOMES, t.word)):
            count = select(func.count()).select_from(table).where(table.c.decision_id.in_(under))
            left[category] = self._connection.execute(count).scalar() or 0
        return {category: left.get(category, 0) for category in Category}

    def _sealed_days_left(self, scheme_id: SchemeId) -> dict[Category, int]:
        """By category, on how many days something was sealed in a scheme and is not erased, person by person."""
        days = (
            select(_SESSION.category, _SESSION.day, t.decision.c.case_id)
            .join(t.decision, t.decision.c.id == _SESSION.decision_id)
            .join(t.case_file, t.case_file.c.id == t.decision.c.case_id)
            .where(t.case_file.c.scheme_id == scheme_id, ~_GONE)
            .distinct()
            .subquery()
        )
        rows = self._all(select(days.c.category, func.count().label("n")).group_by(days.c.category))
        return {row.category: row.n for row in rows}

    # --- holds ---

    def hold(self, hold_id: HoldId) -> StandingHold:
        found = self._holds(hold.select().where(hold.c.id == hold_id))
        if not found:
            raise NotFound("no such hold")
        return found[0]

    def holds_of(self, case_id: CaseId) -> tuple[StandingHold, ...]:
        return self._holds(hold.select().where(hold.c.case_id == case_id))

    def holds(
        self, at: datetime, limit: int, schemes: Collection[SchemeId] | None = None, words: str = ""
    ) -> tuple[StandingHold, ...]:
        refused = select(hold_step.c.at).where(hold_step.c.hold_id == hold.c.id, hold_step.c.step != HoldStep.PLACED)
        query = select(hold).where(hold.c.until_at > at, ~refused.exists())
        return self._holds(_within(query, hold.c.case_id, schemes, words).limit(limit))

    def holds_waiting(self, at: datetime, schemes: Collection[SchemeId]) -> tuple[StandingHold, ...]:
        answered = select(hold_step.c.at).where(hold_step.c.hold_id == hold.c.id)
        query = select(hold).join(t.case_file, t.case_file.c.id == hold.c.case_id)
        return self._holds(query.where(hold.c.until_at > at, ~answered.exists(), t.case_file.c.scheme_id.in_(schemes)))

    def _holds(self, query: Select[Any]) -> tuple[StandingHold, ...]:
        rows = list(self._all(query.order_by(hold.c.until_at, hold.c.id)))
        steps: dict[str, dict[HoldStep, Row[Any]]] = {}
        for row in self._all(hold_step.select().where(hold_step.c.hold_id.in_([one.id for one in rows]))):
            steps.setdefault(row.hold_id, {})[row.step] = row
        return tuple(
            _standing(noun(Hold, row, window=Interval(row.from_at, row.to_at)), steps.get(row.id, {})) for row in rows
        )

    # --- quarantine ---

    def copy_told(self, decision_id: DecisionId) -> tuple[CopyTold, ...]:
        query = copy_told.select().where(copy_told.c.decision_id == decision_id).order_by(copy_told.c.entry)
        return tuple(noun(CopyTold, row) for row in self._all(query))

    def quarantine_ended_at(self, decision_id: DecisionId) -> datetime | None:
        row = self._maybe(quarantine_ended.select().where(quarantine_ended.c.decision_id == decision_id))
        return None if row is None else row.at

    def day_key_public(self, person_id: PersonId, category: Category, day: date) -> tuple[bytes, bool] | None:
        """The public half that was issued, and whether it is said to be destroyed; None: no row speaks of that day."""
        key = t.day_key.c
        row = self._maybe(
            t.day_key.select().where(key.person_id == person_id, key.category == category, key.day == day)
        )
        return None if row is None else (row.public, row.destroyed_at is not None)

    def kept_steps(self, case_id: CaseId) -> tuple[KeptStep, ...]:
        found = [*self._hold_steps(case_id), *self._quarantine_steps(case_id)]
        return tuple(sorted(found, key=lambda one: one.entry, reverse=True))

    def _hold_steps(self, case_id: CaseId) -> Iterator[KeptStep]:
        for one in self._all(hold.select().where(hold.c.case_id == case_id)):
            yield KeptStep(one.entry, one.asked_at, EntryKind.HOLD_ASKED, one.asked_by, *_about(one), one.until_at)
        answered = select(hold_step, hold.c.category, hold.c.from_at, hold.c.to_at, hold.c.until_at)
        for one in self._all(answered.join(hold, hold.c.id == hold_step.c.hold_id).where(hold.c.case_id == case_id)):
            kind = kind_of(HoldAnswered(one.hold_id, one.step, one.by, one.at))
            yield KeptStep(one.entry, one.at, kind, one.by, *_about(one), one.until_at)

    def _quarantine_steps(self, case_id: CaseId) -> Iterator[KeptStep]:
        """And what was erased: of each category and decision one."""
        under = select(t.decision.c.id).where(t.decision.c.case_id == case_id)
        for one in self._all(copy_told.select().where(copy_told.c.decision_id.in_(under))):
            yield KeptStep(one.entry, one.at, kind_of(noun(CopyTold, one)), one.by)
        for one in self._all(quarantine_ended.select().where(quarantine_ended.c.decision_id.in_(under))):
            yield KeptStep(one.entry, one.at, EntryKind.QUARANTINE_ENDED, one.by)
        gone = erased_day.c
        erased = select(
            gone.category,
            func.count().label("days"),
            func.min(gone.day, type_=Day).label("first"),
            func.max(gone.day, type_=Day).label("last"),
            func.max(gone.destroyed_at, type_=UtcMs).label("at"),
            func.max(gone.entry).label("entry"),
        )
        for one in self._all(erased.where(gone.decision_id.in_(under)).group_by(gone.decision_id, gone.category)):
            days = (one.days, one.first, one.last)
            yield KeptStep(one.entry, one.at, EntryKind.DAY_ERASED, category=one.category, days=days)


def _about(row: Row[Any]) -> tuple[Category, Interval]:
    return row.category, Interval(row.from_at, row.to_at)


def _standing(one: Hold, steps: Mapping[HoldStep, Row[Any]]) -> StandingHold:
    placed = steps.get(HoldStep.PLACED)
    ended = steps.get(HoldStep.ENDED)
    newest = next((step for step in (HoldStep.ENDED, HoldStep.REFUSED, HoldStep.PLACED) if step in steps), None)
    return StandingHold(
        one,
        newest,
        None if placed is None else placed.by,
        None if placed is None else placed.at,
        None if ended is None else ended.at,
    )
