"""Views of the store: rows to nouns. One consistent view for as long as the transaction lasts."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Integer,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    type_coerce,
)

from custodiet.adapters.store import tables as t
from custodiet.adapters.store.assessed import AssessedRows
from custodiet.adapters.store.attaching import AttachmentRows
from custodiet.adapters.store.cases import CaseRows
from custodiet.adapters.store.contacts import ContactRows
from custodiet.adapters.store.desk import DeskRows
from custodiet.adapters.store.digests import TABLES, form_digests, row_digests
from custodiet.adapters.store.disclosing import DisclosureRows
from custodiet.adapters.store.erasing import ErasingRows, erased_day
from custodiet.adapters.store.glasses import GlassRows
from custodiet.adapters.store.imported import ImportedRows
from custodiet.adapters.store.judged import JudgedRows
from custodiet.adapters.store.looking import LookRows
from custodiet.adapters.store.messages import MessageRows, told_first
from custodiet.adapters.store.misuse import MisuseRows
from custodiet.adapters.store.noticed import NoticedRows
from custodiet.adapters.store.outcomes import OutcomeRows
from custodiet.adapters.store.places import PlaceRows
from custodiet.adapters.store.recordings import RecordingRows
from custodiet.adapters.store.register import RegisterRows
from custodiet.adapters.store.restricting import RestrictingRows
from custodiet.adapters.store.rows import N, Shared, bounded, held, noun, nouns_of, rows_where
from custodiet.adapters.store.senders import SenderRows
from custodiet.adapters.store.staff import StaffRows
from custodiet.adapters.store.training import TrainingRows
from custodiet.adapters.store.unmasking import UnmaskRows
from custodiet.model.case import Case, Person, Task
from custodiet.model.condition import Absence, Condition, Interval
from custodiet.model.decision import LATE_MAX_LIMIT, Decision, State, Suspension
from custodiet.model.device import Device, Fitting, Token
from custodiet.model.erasing_record import RemovedFix
from custodiet.model.errors import NotFound, NotTheFormat, TableMismatch
from custodiet.model.identity import (
    ActorId,
    CaseId,
    ConditionId,
    DecisionId,
    DeviceId,
    FittingId,
    PersonId,
    SchemeId,
    TaskId,
)
from custodiet.model.mode import LADDER, Category
from custodiet.model.record import DayKey, RecordKey, RefusalsCounted
from custodiet.model.report import Outcome
from custodiet.model.scheme import Power, Purpose, RetentionRule, Scheme
from custodiet.model.session import Frame, Session
from custodiet.model.stored import (
    DayOf,
    DetailRow,
    EntryRow,
    IngestRow,
    Narrowed,
    Removal,
    Seen,
    StandingChange,
    WholeFrame,
)
from custodiet.model.times import EPOCH, to_ms, utc_day
from custodiet.rules.authority import AHEAD_MAX
from custodiet.rules.chain import leaf_hash
from custodiet.rules.decisions import STANDING, kept_categories
from custodiet.rules.keys import wanted_days
from custodiet.wire.frame import (
    ROW_BYTES,
    DirectoryRow,
    directory_rows,
    piece_body,
    piece_of,
    rows_of_sessions,
)

_SEALING_MODES = [mode.code for mode in LADDER if Category.TRAIL in mode.keeps or Category.EVIDENCE in mode.keeps]
_STANDS = t.decision.c.state.not_in([State.PROPOSED, State.REFUSED])


def _waiting(schemes: Collection[SchemeId], words: str) -> ColumnElement[bool]:
    of = select(t.case_file.c.id).where(t.case_file.c.scheme_id.in_(schemes))
    if words:
        of = of.where(t.case_file.c.reference.icontains(words, autoescape=True))
    return and_(t.decision.c.state == State.PROPOSED, t.decision.c.case_id.in_(of))


def _stands_in(query: Select[Any], scheme_id: SchemeId, which: Narrowed, at: datetime) -> Select[Any]:
    """Of these decisions those of a scheme that stand at that time or are to come."""
    until = t.decision.c.until_at
    query = query.join(t.case_file, t.case_file.c.id == t.decision.c.case_id).where(
        t.case_file.c.scheme_id == scheme_id, t.decision.c.state.in_(STANDING), or_(until.is_(None), until > at)
    )
    if which.words:
        query = query.where(t.case_file.c.reference.icontains(which.words, autoescape=True))
    if which.mode is not None:
        query = query.where(t.decision.c.mode == which.mode)
    if which.due_by is not None:
        query = query.where(t.decision.c.review_due_at <= which.due_by)
    return query


_NONE_GONE: frozenset[int] = frozenset()
_ONE: ColumnElement[int] = literal_column("1")
_PLACELESS = select(
    *(one for one in t.condition.c if one.name != "geometry_sealed"),
    func.substr(t.condition.c.geometry_sealed, _ONE, _ONE).label("geometry_sealed"),
)
"""Conditions with a byte for there being a place: sealed it weighs 4 kB, of each zone of everyone."""
_NOT_OVER = or_(t.decision.c.until_at.is_(None), t.decision.c.until_at >= bindparam("over_before"))
_PLACELESS_CHANGED = _PLACELESS.join(t.decision, t.decision.c.id == t.condition.c.decision_id).where(
    t.condition.c.version >= bindparam("since"), _NOT_OVER
)
_PLACELESS_NOT_OVER = _PLACELESS.where(t.condition.c.decision_id.in_(select(t.decision.c.id).where(_NOT_OVER)))
"""Of all these it goes from decisions to conditions: after years most are of what is over."""

_OF_A_SCHEME = [one.name for one in (t.scheme, t.scheme_purpose, t.scheme_power, t.scheme_mode, t.retention_rule)]


class ReadingRows(
    JudgedRows,
    RegisterRows,
    SenderRows,
    StaffRows,
    AssessedRows,
    CaseRows,
    MessageRows,
    DeskRows,
    ImportedRows,
    NoticedRows,
    LookRows,
    ContactRows,
    AttachmentRows,
    TrainingRows,
    OutcomeRows,
    DisclosureRows,
    RecordingRows,
    ErasingRows,
    PlaceRows,
    UnmaskRows,
    RestrictingRows,
    GlassRows,
    MisuseRows,
):
    """The promises of flows.ports.Reading, kept on one connection."""

    # --- one thing by its identity ---

    @held(*_OF_A_SCHEME)
    def scheme(self, scheme_id: SchemeId) -> Scheme:
        row = self._one(rows_where(t.scheme.c.id), "scheme", id=scheme_id)
        return noun(
            Scheme,
            row,
            purposes=self._parts(Purpose, t.scheme_purpose, scheme_id),
            powers=self._parts(Power, t.scheme_power, scheme_id),
            modes=tuple(part.mode for part in self._of_scheme(t.scheme_mode, scheme_id)),
            retention=self._parts(RetentionRule, t.retention_rule, scheme_id),
        )

    @held(t.case_file.name)
    def case(self, case_id: CaseId) -> Case:
        return noun(Case, self._one(rows_where(t.case_file.c.id), "case", id=case_id))

    def some_case(self, after: str) -> Case | None:
        one, other = t.case_file.alias(), t.case_file.alias()
        next_one = select(func.min(one.c.id)).where(one.c.id >= after).scalar_subquery()
        first = select(func.min(other.c.id)).scalar_subquery()
        row = self._maybe(t.case_file.select().where(t.case_file.c.id == func.coalesce(next_one, first)))
        if row is None:
            return None
        case = noun(Case, row)
        self._know("case", {case.id: case})
        return case

    @held(t.case_file.name)
    def case_by_reference(self, reference: str) -> Case:
        rows = list(self._all(rows_where(t.case_file.c.reference), reference=reference))
        if len(rows) > 1:
            raise NotFound("more than one scheme has a case of that reference")
        if not rows:
            raise NotFound("no such case")
        case = noun(Case, rows[0])
        self._know("case", {case.id: case})
        return case

    def person(self, person_id: PersonId) -> Person:
        return noun(Person, self._one(rows_where(t.person.c.id), "person", id=person_id))

    def device(self, device_id: DeviceId) -> Device:
        return noun(Device, self._one(rows_where(t.device.c.id), "device", id=device_id))

    def fitting(self, fitting_id: FittingId) -> Fitting:
        return noun(Fitting, self._one(rows_where(t.fitting.c.id), "fitting", id=fitting_id))

    @held()
    def decision(self, decision_id: DecisionId) -> Decision:
        return self._decisions(rows_where(t.decision.c.id), must=True, id=decision_id)[0]

    def task(self, task_id: TaskId) -> Task:
        return noun(Task, self._one(rows_where(t.task.c.id), "task", id=task_id))

    def record_key(self, person_id: PersonId) -> RecordKey | None:
        row = self._maybe(rows_where(t.record_key.c.person_id), person_id=person_id)
        return None if row is None else noun(RecordKey, row)

    # --- lists ---

    def decisions(self) -> tuple[Decision, ...]:
        return self._decisions(t.decision.select().order_by(t.decision.c.until_at.nulls_first(), t.decision.c.id))

    def reviews_to_warn_of(self, now: datetime, marks: Collection[int]) -> tuple[DecisionId, ...]:
        nearest = [timedelta(0), *(timedelta(days=days) for days in sorted(marks))]
        unwarned = or_(*(_unwarned(now + after, now + mark, mark) for after, mark in pairwise(nearest)))
        goes_on = or_(t.decision.c.until_at.is_(None), t.decision.c.until_at > now)
        query = select(t.decision.c.id).where(t.decision.c.state.in_([State.MADE, State.SUSPENDED]), goes_on, unwarned)
        return tuple(row.id for row in self._all(query.order_by(t.decision.c.review_due_at, t.decision.c.id)))

    @held()
    def decisions_of(self, case_id: CaseId) -> tuple[Decision, ...]:
        found = self._decisions(rows_where(t.decision.c.case_id), case_id=case_id)
        self._know("decision", {one.id: one for one in found})
        return found

    def proposals_of(self, actor: ActorId) -> tuple[Decision, ...]:
        waiting = and_(t.decision.c.proposed_by == actor, t.decision.c.state == State.PROPOSED)
        return self._decisions(t.decision.select().where(waiting).order_by(t.decision.c.id))

    def proposals_in(
        self, schemes: Collection[SchemeId], limit: int, offset: int = 0, words: str = ""
    ) -> tuple[Decision, ...]:
        query = t.decision.select().where(_waiting(schemes, words)).order_by(t.decision.c.version, t.decision.c.id)
        return self._decisions(query.limit(limit).offset(offset))

    def count_proposals(self, schemes: Collection[SchemeId], words: str = "") -> int:
        return self._count(select(func.count()).select_from(t.decision).where(_waiting(schemes, words)))

    def decisions_of_cases(self, case_ids: Collection[CaseId]) -> tuple[Decision, ...]:
        query = t.decision.select().where(t.decision.c.case_id.in_(case_ids))
        return self._decisions(query.order_by(t.decision.c.starts_at, t.decision.c.id))

    def standing_in(
        self, scheme_id: SchemeId, which: Narrowed, at: datetime, limit: int, skip: int = 0
    ) -> tuple[tuple[str, Decision], ...]:
        by_reference = (t.case_file.c.reference, t.decision.c.id)
        query = _stands_in(t.decision.select(), scheme_id, which, at).order_by(*by_reference)
        decisions = self._decisions(query.limit(limit).offset(skip))
        reference = self.references({one.case_id for one in decisions})
        return tuple((reference[one.case_id], one) for one in decisions)

    def count_standing_in(self, scheme_id: SchemeId, which: Narrowed, at: datetime) -> int:
        return self._count(_stands_in(select(func.count()).select_from(t.decision), scheme_id, which, at))

    def decisions_under(self, scheme_id: SchemeId) -> tuple[Decision, ...]:
        of = select(t.case_file.c.id).where(t.case_file.c.scheme_id == scheme_id)
        return self._decisions(t.decision.select().where(t.decision.c.case_id.in_(of)).order_by(t.decision.c.id))

    def fittings_of(self, case_id: CaseId) -> tuple[Fitting, ...]:
        query = rows_where(t.fitting.c.case_id, by=(t.fitting.c.fitted_at,))
        return tuple(noun(Fitting, row) for row in self._all(query, case_id=case_id))

    def cases(self) -> tuple[Case, ...]:
        return tuple(noun(Case, row) for row in self._all(t.case_file.select()))

    def open_tasks(self) -> tuple[Task, ...]:
        is_open = and_(t.task.c.done_at.is_(None), told_first(t.task))
        query = t.task.select().where(is_open).order_by(t.task.c.due_at, t.task.c.id)
        return tuple(noun(Task, row) for row in self._all(query))

    def reports_counted(self) -> Mapping[tuple[str, str], int]:
        of = t.tally.c
        query = select(of.outcome, of.reason, func.sum(of.reports, type_=BigInteger)).group_by(of.outcome, of.reason)
        return {(outcome, reason): int(count) for outcome, reason, count in self._all(query)}

    def decisions_running_out(self, before: datetime, limit: int, *, skip: int = 0) -> tuple[DecisionId, ...]:
        query = (
            select(t.decision.c.id)
            .where(t.decision.c.state.in_([State.MADE, State.SUSPENDED]), t.decision.c.until_at <= before)
            .order_by(t.decision.c.until_at, t.decision.c.id)
            .limit(limit)
            .offset(skip)
        )
        return tuple(row.id for row in self._all(query))

    def followers(self, decision_id: DecisionId) -> tuple[Decision, ...]:
        return self._decisions(rows_where(t.decision.c.follows), follows=decision_id)

    def decisions_wanting_keys(self, now: datetime, since: int = 0) -> tuple[tuple[int, DecisionId], ...]:
        earliest = now - LATE_MAX_LIMIT
        decisions = self._decisions(_WANTING_KEYS, beyond=earliest, since=since)
        made = {row.id: row for row in self._all(_MADE_AND_OF_WHOM, beyond=earliest, since=since)} if decisions else {}
        have: set[DayOf] = set()
        for some in bounded({made[one.id].person_id for one in decisions}):
            days = self._all(_DAYS_OF_THESE, people=some, since=utc_day(earliest))
            have.update((row.person_id, row.category, row.day) for row in days)
        return tuple(
            (made[one.id].made_entry, one.id)
            for one in decisions
            if any(
                (made[one.id].person_id, category, day) not in have
                for day in wanted_days(one, now)
                for category in kept_categories(one)
            )
        )

    def cases_wanting_record_keys(self, since: int = 0) -> tuple[int, ...]:
        return tuple(row.version for row in self._all(_CASES_WANTING_KEYS, since=since))

    def has_day_key(self, key: DayKey) -> bool:
        return self._maybe(_DAY_KEY, person_id=key.person_id, category=key.category, day=key.day) is not None

    def living_day_keys(self, first: date) -> tuple[DayKey, ...]:
        query = t.day_key.select().where(t.day_key.c.day >= first, t.day_key.c.destroyed_at.is_(None))
        return tuple(noun(DayKey, row) for row in self._all(query.order_by(*t.day_key.primary_key.columns)))

    def day_keys(self, people: Collection[PersonId], day: date) -> Mapping[DayOf, DayKey]:
        found: dict[DayOf, DayKey] = {}
        for some in bounded(people):
            for row in self._all(_KEYS_OF_THESE, people=some, day=day):
                if row.destroyed_at is None:  # asked in the statement, an index of everyone's keys would answer it
                    found[row.person_id, row.category, day] = noun(DayKey, row)
        return found

    def destroyed_days(self, first: date, before: date | None) -> tuple[DayOf, ...]:
        query = _DAYS_WITH_KEYS.where(t.day_key.c.destroyed_at.is_not(None), t.day_key.c.day >= first)
        if before is not None:
            query = query.where(t.day_key.c.day < before)
        return tuple((row.person_id, row.category, row.day) for row in self._all(query))

    def day_key_lives(self, person_id: PersonId, category: Category, day: date) -> bool | None:
        this = and_(t.day_key.c.person_id == person_id, t.day_key.c.category == category, t.day_key.c.day == day)
        row = self._maybe(t.day_key.select().where(this))
        return None if row is None else row.destroyed_at is None

    def in_force_among(self, conditions: Collection[ConditionId], at: datetime) -> tuple[Condition, ...]:
        found: list[Condition] = []
        for some in bounded(conditions):
            rows = self._all(t.condition.select().where(t.condition.c.id.in_(some)).order_by(t.condition.c.id))
            found += [noun(Condition, row) for row in rows]
        in_force: set[DecisionId] = set()
        for few in bounded({one.decision_id for one in found}):
            under = self._decisions(t.decision.select().where(_STANDS, t.decision.c.id.in_(few)))
            in_force |= {one.id for one in under if one.in_force(at)}
        return tuple(one for one in found if one.decision_id in in_force)

    # --- the ledger ---

    def ledger_size(self) -> int:
        """How many entries there are: one more than the greatest place, since none is ever taken out."""
        return self._next(t.entry.c.idx)

    def reopened_log(self) -> str:
        return self._connection.execute(_REOPENED).scalar() or ""

    def entries(self, start: int, limit: int) -> tuple[EntryRow, ...]:
        query = (
            select(t.entry, t.record.c.salt, t.record.c.body.label("record"))
            .join(t.record, t.record.c.idx == t.entry.c.idx, isouter=True)
            .where(t.entry.c.idx >= start)
            .order_by(t.entry.c.idx)
            .limit(limit)
        )
        return tuple(
            EntryRow(row.idx, _octets(row.body), _octets(row.leaf), row.salt, row.record) for row in self._all(query)
        )

    def leaves(self, after: int = 0) -> list[bytes]:
        return list(self._all(_LEAVES, after=after).scalars())

    def newest_ingest(self) -> tuple[IngestRow, ...]:
        # One question a partition: asked for all at once, a database goes through every record that there ever was.
        found: list[IngestRow] = []
        while row := self._maybe(_NEWEST_INGEST_AFTER, after=found[-1].partition if found else -1):
            found.append(noun(IngestRow, row))
        return tuple(found)

    def ingest_entered(self) -> dict[int, int]:
        return {row.partition: row.number for row in self._all(t.ingest_entered.select())}

    def refusals_to_enter(self, before: datetime) -> tuple[RefusalsCounted, ...]:
        entered = select(t.refusals_entered.c.entry).where(
            t.refusals_entered.c.hour == t.tally.c.hour,
            t.refusals_entered.c.scheme_id == t.tally.c.scheme_id,
        )
        newest = self._all(select(func.max(t.refusals_entered.c.hour))).scalar()
        # Nothing is counted in an hour that is long over: with a clock so far behind nothing is recorded.
        since = EPOCH if newest is None else newest - timedelta(days=1)
        query = (
            t.tally.select()
            .where(
                t.tally.c.outcome == Outcome.REFUSED,
                t.tally.c.hour.between(since, before - timedelta(hours=1)),
                ~entered.exists(),
            )
            .order_by(t.tally.c.hour, t.tally.c.scheme_id, t.tally.c.reason)
        )
        found: dict[tuple[datetime, str], list[tuple[str, int]]] = {}
        for row in self._all(query):
            found.setdefault((row.hour, row.scheme_id), []).append((row.reason, row.reports))
        return tuple(RefusalsCounted(hour, scheme, tuple(counts)) for (hour, scheme), counts in found.items())

    def details_among(self, partition: int, first: int, last: int) -> dict[int, DetailRow]:
        return {row.number: noun(DetailRow, row) for row in self._all(_among(t.ingest_detail, partition, first, last))}

    def places_of_details(self) -> list[tuple[int, int]]:
        rows = self._all(select(t.ingest_detail.c.partition, t.ingest_detail.c.number))
        return [(row.partition, row.number) for row in rows]

    def ingest_records(self, partition: int, start: int, limit: int) -> tuple[IngestRow, ...]:
        query = (
            t.ingest_record.select()
            .where(t.ingest_record.c.partition == partition, t.ingest_record.c.number >= start)
            .order_by(t.ingest_record.c.number)
            .limit(limit)
        )
        return tuple(noun(IngestRow, row) for row in self._all(query))

    # --- what is sealed ---

    def sessions_of(self, person_id: PersonId, days: tuple[date, date] | None = None) -> dict[int, Session]:
        first, last = days or (date.min, date.max)
        found = self._connection.execute(_SESSIONS_OF, {"whose": person_id, "first": first, "last": last})
        return {row.no: noun(Session, row) for row in found}

    def sessions_among(self, partition: int, first: int, last: int) -> dict[int, dict[int, Session]]:
        found: dict[int, dict[int, Session]] = {}
        for row in self._all(_among(t.session, partition, first, last).order_by(t.session.c.no)):
            found.setdefault(row.number, {})[row.no] = noun(Session, row)
        return found

    def session(self, no: int) -> Session:
        return noun(Session, self._one(rows_where(t.session.c.no), "session", no=no))

    def frames(self, after_seq: int, limit: int) -> tuple[tuple[int, Frame], ...]:
        query = t.frame.select().where(t.frame.c.seq > after_seq).order_by(t.frame.c.seq).limit(limit)
        return tuple((row.seq, noun(Frame, row)) for row in self._all(query))

    def whole_frames(self, after_seq: int, limit: int) -> tuple[WholeFrame, ...]:
        found = self._connection.execute(_WHOLE_FRAMES, {"after": after_seq, "at_once": limit})
        return tuple(WholeFrame(*row) for row in found)

    def frame_digest(self, seq: int) -> bytes | None:
        query = select(t.ingest_record.c.digest).join_from(t.frame, t.ingest_record, _STAGED_WITH)
        row = self._maybe(query.where(t.frame.c.seq == seq))
        return None if row is None else row.digest

    def removed_between(self, first_seq: int, last_seq: int) -> frozenset[tuple[int, int]]:
        query = _GONE.where(t.frame.c.seq.between(first_seq, last_seq))
        return frozenset((row.seq, row.position) for row in self._all(query))

    def removals_after(self, last: Removal | None, limit: int) -> tuple[Removal, ...]:
        found = self._connection.execute(_REMOVALS_AFTER, _place_by_entry(last) | {"at_once": limit})
        return tuple(_removal(row) for row in found)

    def goes_on_after(self, seq: int, last: Removal | None) -> bool:
        found = self._connection.execute(_GOES_ON_AFTER, _place_by_entry(last) | {"after": seq})
        return bool(found.scalar())

    def removal_at(self, partition: int, number: int, position: int) -> Removal | None:
        of = t.removed_fix.c
        row = self._maybe(_REMOVALS.where(of.partition == partition, of.number == number, of.position == position))
        return None if row is None else _removal(row)

    def newest_removal(self) -> Removal | None:
        row = self._maybe(_REMOVALS.order_by(*(one.desc() for one in _BY_ENTRY)).limit(1))
        return None if row is None else _removal(row)

    def frame(self, partition: int, number: int) -> Frame | None:
        here = and_(t.frame.c.partition == partition, t.frame.c.number == number)
        row = self._maybe(t.frame.select().where(here))
        return None if row is None else noun(Frame, row)

    def frames_among(self, partition: int, first: int, last: int) -> dict[int, Frame]:
        return {row.number: noun(Frame, row) for row in self._all(_among(t.frame, partition, first, last))}

    def frames_with_removals(self) -> frozenset[tuple[int, int]]:
        places = select(t.removed_fix.c.partition, t.removed_fix.c.number).distinct()
        return frozenset((row.partition, row.number) for row in self._all(places))

    def removed_in(self, partition: int, number: int) -> dict[int, bytes]:
        """Position in the frame to the leaf of the piece that stood there."""
        here = and_(t.removed_fix.c.partition == partition, t.removed_fix.c.number == number)
        return {row.position: row.digest for row in self._all(t.removed_fix.select().where(here))}

    def fixes_from(self, decision_id: DecisionId, at: datetime) -> tuple[RemovedFix, ...]:
        return self._fixes_from(t.session.c.decision_id == decision_id, to_ms(at))

    def fixes_of_fitting_from(self, fitting_id: FittingId, at: datetime) -> tuple[RemovedFix, ...]:
        return self._fixes_from(t.session.c.fitting_id == fitting_id, to_ms(at))

    def fixes_on(self, decision_id: DecisionId, category: Category, day: date) -> tuple[RemovedFix, ...]:
        of = t.session.c
        begins_ms = to_ms(datetime.combine(day, time(), UTC))
        return self._fixes_from(
            and_(of.decision_id == decision_id, of.category == category, of.day == day),
            begins_ms,
            begins_ms + timedelta(days=1) // _MS,
            self.decision(decision_id).late_max + AHEAD_MAX + _SEALED_WITHIN,
        )

    def _fixes_from(
        self, of_session: Any, from_ms: int, until_ms: int | None = None, within: timedelta = timedelta(0)
    ) -> tuple[RemovedFix, ...]:
        """Those of these sessions from then on; until then, in frames of which no fix is `within` so much later."""
        ours = {row.no for row in self._all(select(t.session.c.no).where(of_session))}
        late = select(t.frame.c.partition, t.frame.c.number, t.frame.c.directory).where(t.frame.c.last_ms >= from_ms)
        if until_ms is not None:
            late = late.where(t.frame.c.first_ms < until_ms, t.frame.c.last_ms < until_ms + within // _MS)
        found: list[RemovedFix] = []
        for one in self._all(late) if ours else ():
            try:
                rows = rows_of_sessions(one.directory, ours)
            except NotTheFormat:
                continue  # an ending must not fail on a frame that someone broke; verifying tells of it
            rows = {place: row for place, row in rows.items() if row.fix_ms >= from_ms}
            if rows:
                found += self._removals(one.partition, one.number, rows)
        return tuple(found)

    def _removals(self, partition: int, number: int, rows: dict[int, DirectoryRow]) -> list[RemovedFix]:
        frame, gone = self.frame(partition, number), self.removed_in(partition, number)
        if frame is None:
            return []
        return [
            RemovedFix(
                partition, number, place, leaf_hash(piece_body(row.session_no, row.fix_ms, piece_of(frame.sealed, row)))
            )
            for place, row in rows.items()
            if place not in gone
        ]

    # --- the gate's picture ---

    def version(self) -> int:
        """Of the standing: the number of ledger entries, since every change of standing is one."""
        return self.ledger_size()

    def standing_since(self, version: int, over_before: datetime = EPOCH) -> StandingChange:
        shared = Shared()  # a monitor holds on to all of it

        def changed(table: Table) -> Any:
            return self._all(_changed(table), since=version)

        def nouns(kind: type[N], rows: Any) -> tuple[N, ...]:
            return tuple(map(nouns_of(kind, tuple(rows.keys()), shared), rows))

        tokens = nouns(Token, changed(t.token))
        senders = self._senders({token.sender_id for token in tokens}) if tokens else {}
        senders = {of: replace(one, scope=tuple(map(shared, one.scope))) for of, one in senders.items()}
        conditions = _PLACELESS_CHANGED if version else _PLACELESS_NOT_OVER
        days = tuple(self._all(_DAYS_CHANGED, since=version)) if version else ()
        return StandingChange(
            version=self.version(),
            cases=nouns(Case, changed(t.case_file)),
            devices=nouns(Device, changed(t.device)),
            fittings=nouns(Fitting, changed(t.fitting)),
            decisions=self._decisions(_changed(t.decision), shared, since=version),
            tokens=tuple((token, senders[token.sender_id]) for token in tokens),
            keyed=tuple({row.person_id: None for row in days if row.destroyed_at is None}),
            schemes=tuple(self.scheme(row.id) for row in changed(t.scheme)),
            conditions=nouns(Condition, self._all(conditions, since=version, over_before=over_before)),
            absences=tuple(Absence(row.condition_id, Interval(row.from_at, row.to_at)) for row in changed(t.absence)),
            removals=tuple((row.fitting_id, Interval(row.from_at, row.to_at)) for row in changed(t.removal)),
            destroyed=tuple((row.person_id, row.category, row.day) for row in days if row.destroyed_at is not None),
            removed=self._removed_since(version),
            over_before=over_before,
        )

    def newest_frame(self) -> int:
        return self._next(t.frame.c.seq) - 1

    def seen_since(self, cursor: int, horizon_ms: int, among: Callable[[FittingId], bool] = lambda _: True) -> Seen:
        from custodiet.adapters.store.seen import of_fittings, read_directories  # noqa: PLC0415 - with NumPy

        # One index serves: from the beginning there are more frames that are long past than any other.
        since = t.frame.c.last_ms >= horizon_ms
        if cursor >= 0:
            since = and_(t.frame.c.seq > cursor, since)
        # A removed fix stands nowhere, and may come again.
        gone: dict[int, set[int]] = {}
        for seq, position in self._all(_GONE.where(since)):
            gone.setdefault(seq, set()).add(position)
        frames = self._all(select(t.frame.c.seq, t.frame.c.directory).where(since))
        of_sessions = read_directories((directory, gone.get(seq, _NONE_GONE)) for seq, directory in frames)
        fitting = self._fittings_of_sessions(set(of_sessions))
        if len(fitting) < len(of_sessions):
            raise TableMismatch("a stored fix whose session is missing")
        return Seen(self.newest_frame(), of_fittings(of_sessions, fitting, among))

    def _removed_since(self, version: int) -> tuple[tuple[FittingId, int], ...]:
        # What is erased is long past the day on which it could come again: the gate has forgotten it.
        positions: dict[tuple[int, int], list[int]] = {}
        for mark in self._all(_REMOVED_SINCE, since=version):
            positions.setdefault((mark.partition, mark.number), []).append(mark.position)
        rows = []
        for (partition, number), gone in positions.items():  # a frame may hold thousands, and be read once
            here = and_(t.frame.c.partition == partition, t.frame.c.number == number)
            directory = self._connection.execute(select(t.frame.c.directory).where(here)).scalar()
            if directory is not None:
                of_frame = list(directory_rows(directory))
                rows += [of_frame[position][:2] for position in gone]
        return self._identities(rows)

    def _identities(self, rows: list[tuple[int, int]]) -> tuple[tuple[FittingId, int], ...]:
        """Of (session number, fix time in ms) each."""
        fitting = self._fittings_of_sessions({no for no, _ in rows})
        try:
            return tuple((fitting[no], fix_ms) for no, fix_ms in rows)
        except KeyError:
            raise TableMismatch("a stored fix whose session is missing") from None

    def _fittings_of_sessions(self, numbers: set[int]) -> dict[int, FittingId]:
        found: dict[int, FittingId] = {}
        for some in bounded(numbers):
            query = select(t.session.c.no, t.session.c.fitting_id).where(t.session.c.no.in_(some))
            found.update((row.no, row.fitting_id) for row in self._all(query))
        return found

    # --- for verifying ---

    def replayed_tables(self) -> tuple[str, ...]:
        return TABLES

    def row_digests(self, table: str) -> Iterator[tuple[bytes, bytes]]:
        return row_digests(self._connection, table)

    def form_digests(self) -> dict[bytes, bytes]:
        return form_digests(self._connection)

    def places_of_frames(self) -> list[tuple[int, int]]:
        rows = self._all(select(t.frame.c.partition, t.frame.c.number))
        return [(row.partition, row.number) for row in rows]

    def places_of_sessions(self) -> list[tuple[int, int]]:
        rows = self._all(select(t.session.c.partition, t.session.c.number))
        return [(row.partition, row.number) for row in rows]

    # --- underneath ---

    def _decisions(
        self, query: Select[Any], shared: Shared | None = None, /, *, must: bool = False, **given: object
    ) -> tuple[Decision, ...]:
        found = self._all(query, **given)
        decision_of, rows = nouns_of(Decision, tuple(found.keys()), shared), list(found)
        if must and not rows:
            raise NotFound("no such decision")
        few = {"few": [row.id for row in rows]} if len(rows) <= 1000 else {}
        purposes: dict[str, list[str]] = {}
        for part in self._all(_some(t.decision_purpose.c.purpose, few=bool(few)), **few):
            purpose = part.purpose if shared is None else shared(part.purpose)
            purposes.setdefault(part.decision_id, []).append(purpose)
        pauses: dict[str, list[Suspension]] = {}
        for part in self._all(_some(t.suspension.c.from_at, few=bool(few)), **few):
            pauses.setdefault(part.decision_id, []).append(noun(Suspension, part))
        return tuple(
            decision_of(row, purposes=tuple(purposes.get(row.id, ())), suspensions=tuple(pauses.get(row.id, ())))
            for row in rows
        )

    def _of_scheme(self, table: Table, scheme_id: SchemeId) -> Iterable[Row[Any]]:
        query = rows_where(table.c.scheme_id, by=tuple(table.primary_key.columns))
        rows: Iterable[Row[Any]] = self._all(query, scheme_id=scheme_id)
        return rows

    def _parts(self, kind: type[N], table: Table, scheme_id: SchemeId) -> tuple[N, ...]:
        return tuple(noun(kind, row) for row in self._of_scheme(table, scheme_id))


def _unwarned(beyond: datetime, until: datetime, mark: timedelta) -> ColumnElement[bool]:
    """Of a decision whose review lies between these: its mark came after it was made, and nobody was told of it."""
    due_at, made_at = t.decision.c.review_due_at, type_coerce(t.decision.c.made_at, BigInteger)
    told = and_(t.review_warning.c.decision_id == t.decision.c.id, t.review_warning.c.days == mark.days)
    came_after = made_at < type_coerce(due_at, BigInteger) - mark // timedelta(milliseconds=1)
    return and_(due_at > beyond, due_at <= until, came_after, ~exists().where(told))


def _octets(value: object) -> bytes:
    # SQLite keeps what it is given, whatever the column says: what is no bytes is still to be hashed, and then differs.
    return value if isinstance(value, bytes) else str(value).encode(errors="replace")


_MS = timedelta(milliseconds=1)
_SEALED_WITHIN = timedelta(hours=1)
"""Much longer than it takes until what was admitted stands in a frame, as evidence, too."""

# Asked whenever anything is written or anyone is decided about, and put together once.
_REMOVED_SINCE = t.removed_fix.select().where(
    t.removed_fix.c.entry >= bindparam("since"), ~exists().where(erased_day.c.entry == t.removed_fix.c.entry)
)
_NEWEST_INGEST_AFTER = (
    t.ingest_record.select()
    .where(
        t.ingest_record.c.partition
        == select(func.min(t.ingest_record.c.partition))
        .where(t.ingest_record.c.partition > bindparam("after"))
        .scalar_subquery()
    )
    .order_by(t.ingest_record.c.number.desc())
    .limit(1)
)
_LEAVES = select(t.entry.c.leaf).where(t.entry.c.idx >= bindparam("after")).order_by(t.entry.c.idx)
_REOPENED = select(t.log.c.origin).where(t.log.c.kept_origin.is_not(None)).order_by(t.log.c.opened.desc()).limit(1)
_DAY_KEY = rows_where(t.day_key.c.person_id, t.day_key.c.category, t.day_key.c.day)
_DAYS_WITH_KEYS = select(t.day_key.c.person_id, t.day_key.c.category, t.day_key.c.day)
# Categories are named so that an index gets to the day: after years most days of anyone's are past.
_OF_THESE = and_(
    t.day_key.c.person_id.in_(bindparam("people", expanding=True)), t.day_key.c.category.in_(list(Category))
)
_KEYS_OF_THESE = t.day_key.select().where(_OF_THESE, t.day_key.c.day == bindparam("day"))
_DAYS_OF_THESE = _DAYS_WITH_KEYS.where(_OF_THESE, t.day_key.c.day >= bindparam("since"))
_DAYS_CHANGED = _DAYS_WITH_KEYS.add_columns(t.day_key.c.destroyed_at).where(t.day_key.c.version >= bindparam("since"))
_MAY_WANT_KEYS = and_(
    _STANDS,
    t.decision.c.version >= bindparam("since"),
    t.decision.c.mode.in_(_SEALING_MODES),
    or_(t.decision.c.until_at.is_(None), t.decision.c.until_at > bindparam("beyond")),
)
_MADE_AND_OF_WHOM = (
    select(t.decision.c.id, t.decision.c.made_entry, t.case_file.c.person_id)
    .join(t.case_file, t.case_file.c.id == t.decision.c.case_id)
    .where(_MAY_WANT_KEYS)
)
_WANTING_KEYS = t.decision.select().where(_MAY_WANT_KEYS)
_CASES_WANTING_KEYS = (
    select(t.case_file.c.version)
    .where(t.case_file.c.version >= bindparam("since"))
    .where(~exists().where(t.record_key.c.person_id == t.case_file.c.person_id))
    .order_by(t.case_file.c.version)
)
_STAGED_WITH = and_(t.ingest_record.c.partition == t.frame.c.partition, t.ingest_record.c.number == t.frame.c.number)
_REMOVED_FROM = and_(t.removed_fix.c.partition == t.frame.c.partition, t.removed_fix.c.number == t.frame.c.number)
_GONE = select(t.frame.c.seq, t.removed_fix.c.position).join(t.removed_fix, _REMOVED_FROM)
# Said in words that mean the same to both databases: to PostgreSQL a place in bytes is a number of 32 bits.
_SESSION_THERE: ColumnElement[bytes] = literal_column(
    f"substr(frame.directory, CAST(removed_fix.position * {ROW_BYTES} + 1 AS INTEGER), 4)"
)
_REMOVALS = select(
    t.removed_fix.c.entry,
    t.removed_fix.c.partition,
    t.removed_fix.c.number,
    t.removed_fix.c.position,
    t.removed_fix.c.digest,
    t.frame.c.seq,
    _SESSION_THERE.label("session"),
).join_from(t.removed_fix, t.frame, _REMOVED_FROM)
_BY_ENTRY = (t.removed_fix.c.entry, t.removed_fix.c.partition, t.removed_fix.c.number, t.removed_fix.c.position)
# Asked at every opening, and put together once.
_LATER_REMOVALS = and_(
    t.removed_fix.c.entry >= bindparam("entry"),  # this an index answers
    tuple_(*_BY_ENTRY) > tuple_(*(bindparam(one.name, type_=Integer) for one in _BY_ENTRY)),
)
_REMOVALS_AFTER = _REMOVALS.where(_LATER_REMOVALS).order_by(*_BY_ENTRY).limit(bindparam("at_once"))
_GOES_ON_AFTER = select(
    or_(
        exists(select(_ONE).where(t.frame.c.seq > bindparam("after"))),
        exists(select(_ONE).where(_LATER_REMOVALS)),
    )
)
_SESSIONS_OF = (
    t.session.select()
    .where(t.session.c.person_id == bindparam("whose"))
    .where(t.session.c.day.between(bindparam("first"), bindparam("last")))
    .order_by(t.session.c.no)
)
_WHOLE_FRAMES = (
    select(t.frame.c.seq, t.frame.c.directory, t.frame.c.sealed, t.ingest_record.c.digest)
    .join_from(t.frame, t.ingest_record, _STAGED_WITH)
    .where(t.frame.c.seq > bindparam("after"))
    .order_by(t.frame.c.seq)
    .limit(bindparam("at_once"))
)


def _place_by_entry(last: Removal | None) -> dict[str, int]:
    """Of the last one followed; of none a place before all."""
    if last is None:
        return {"entry": -1, "partition": 0, "number": 0, "position": 0}
    return {one.name: getattr(last, one.name) for one in _BY_ENTRY}


def _removal(row: Any) -> Removal:
    where = row.entry, row.partition, row.number, row.position
    return Removal(*where, row.digest, row.seq, int.from_bytes(row.session, "little"))


def _among(table: Table, partition: int, first: int, last: int) -> Select[Any]:
    """What stands beside the ingest records of these numbers."""
    return table.select().where(table.c.partition == partition, table.c.number.between(first, last))


@cache
def _changed(table: Table) -> Select[Any]:
    """The rows of a part of the standing that are of a version or a later one."""
    return table.select().where(table.c.version >= bindparam("since"))


@cache
def _some(by: Column[Any], *, few: bool) -> Select[Any]:
    """The rows of the few decisions that are given, or of all when they are many, in the order of a column."""
    query = by.table.select().order_by(by)
    return query.where(by.table.c.decision_id.in_(bindparam("few", expanding=True))) if few else query
