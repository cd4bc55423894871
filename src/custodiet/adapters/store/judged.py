"""Views of the store: conditions, what was judged of them, alerts, and what the passing of time looks for."""

from array import array
from collections import defaultdict
from collections.abc import Callable, Collection
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import BigInteger, Row, and_, bindparam, case, func, or_, select, type_coerce

from custodiet.adapters.store import tables as t
from custodiet.adapters.store.messages import told_first
from custodiet.adapters.store.rows import Rows, noun, rows_where
from custodiet.model.alert import Alert, AlertState, AlertStep, CameOfAlerts, Reply, Statement
from custodiet.model.case import TaskKind
from custodiet.model.condition import ALWAYS, Condition, ConditionKind, Interval
from custodiet.model.device import Fitting
from custodiet.model.errors import NotTheFormat
from custodiet.model.finding import Weight
from custodiet.model.identity import AlertId, CaseId, ConditionId, DecisionId, FittingId, SchemeId, TaskId
from custodiet.model.mode import LADDER, Kind
from custodiet.model.record import Contact
from custodiet.model.stored import JudgedChange, Pulse, Times
from custodiet.model.word import Word
from custodiet.rules.conditions.crossings import STAYED_OVER
from custodiet.rules.decisions import GOING_ON
from custodiet.wire.records import read_detail


class JudgedRows(Rows):
    """The part of flows.ports.Reading that is about conditions and alerts."""

    def condition(self, condition_id: ConditionId) -> Condition:
        return noun(Condition, self._one(rows_where(t.condition.c.id), "condition", id=condition_id))

    def conditions_of(self, decision_id: DecisionId) -> tuple[Condition, ...]:
        query = rows_where(t.condition.c.decision_id, by=(t.condition.c.id,))
        return tuple(noun(Condition, row) for row in self._all(query, decision_id=decision_id))

    def absences(self, condition_id: ConditionId) -> tuple[Interval, ...]:
        query = rows_where(t.absence.c.condition_id, by=(t.absence.c.from_at,))
        return tuple(Interval(row.from_at, row.to_at) for row in self._all(query, condition_id=condition_id))

    def judged_since(self, partition: int, number: int) -> JudgedChange:
        newest = self._connection.execute(_NEWEST_NUMBER, {"of_partition": partition}).scalar()
        number_now = 0 if newest is None else newest + 1
        if 0 < number == number_now:
            return JudgedChange(number, (), (), ())
        watches = self._all(_WATCHES_SINCE, since=number)
        devices = self._all(_DEVICES_SINCE, since=number)
        is_new = not number or number_now - number > _READ_AGAIN_MAX
        contacts = None if is_new else self._contacts_in(partition, number)
        return JudgedChange(
            number_now,
            tuple(row.judged for row in watches),
            tuple(row.judged for row in devices),
            tuple(noun(Contact, row) for row in self._all(t.contact.select())) if contacts is None else contacts,
        )

    def _contacts_in(self, partition: int, number: int) -> tuple[Contact, ...] | None:
        """Told from what was judged: an index by number would cost every contact as much as writing it. None where
        somebody's hand was in there: it is to be seen, and is to stop nobody.
        """
        newest: dict[FittingId, Contact] = {}
        for row in self._all(_DETAILS_SINCE, of_partition=partition, since=number):
            try:
                newest.update({one.fitting_id: one for one in read_detail(row.body).all_contacts()})
            except NotTheFormat:
                return None
        return tuple(newest.values())

    def words_since(self, number: int, from_at: datetime) -> tuple[Word, ...]:
        query = t.word.select().where(t.word.c.at >= from_at)
        if number:  # one index serves: from the beginning there are more words that are long past than any other
            query = query.where(t.word.c.number >= number)
        return tuple(_word(row) for row in self._all(query))

    def words_of(self, fitting_id: FittingId, from_at: datetime) -> tuple[Word, ...]:
        return tuple(_word(row) for row in self._all(_WORDS_OF, fitting_id=fitting_id, from_at=from_at))

    def words_under(self, decisions: Collection[DecisionId]) -> tuple[Word, ...]:
        query = t.word.select().where(t.word.c.decision_id.in_(decisions)).order_by(t.word.c.at, t.word.c.about)
        return tuple(_word(row) for row in self._all(query))

    def sightings_since(
        self, number: int, from_at: datetime, among: Callable[[FittingId], bool] = lambda _: True
    ) -> Times:
        # One of the two, so that the database need not guess which index serves: the first time all that can count.
        wanted = t.sighting.c.number >= number if number else t.sighting.c.at >= from_at
        times: defaultdict[FittingId, array[int]] = defaultdict(partial(array, "q"))
        for fitting_id, at_ms in self._all(_SIGHTINGS.where(wanted)):
            times[fitting_id].append(at_ms)
        return {of: array("q", sorted(of_it)) for of, of_it in times.items() if among(of)}

    # --- alerts ---

    def alert(self, alert_id: AlertId) -> Alert:
        return noun(Alert, self._one(rows_where(t.alert.c.id), "alert", id=alert_id))

    def alerts(self, states: Collection[AlertState], limit: int) -> tuple[Alert, ...]:
        shown = and_(t.alert.c.state.in_(states), told_first(t.alert))
        query = t.alert.select().where(shown).order_by(t.alert.c.raised_at, t.alert.c.id)
        return tuple(noun(Alert, row) for row in self._all(query.limit(limit)))

    def alerts_of(self, decision_id: DecisionId) -> tuple[Alert, ...]:
        query = rows_where(t.alert.c.decision_id, by=(t.alert.c.raised_at,))
        return tuple(noun(Alert, row) for row in self._all(query, decision_id=decision_id))

    def came_of_alerts(self, scheme_id: SchemeId, since: datetime) -> tuple[CameOfAlerts, ...]:
        alert = t.alert.c
        nothing = or_(alert.weakened_why.is_not(None), alert.state.in_((AlertState.CLEARED, AlertState.NO_BREACH)))
        breach = and_(alert.weakened_why.is_(None), alert.state.in_((AlertState.BREACH, AlertState.NOTIFIED)))
        query = (
            select(alert.matter, func.count(), func.count().filter(nothing), func.count().filter(breach))
            .select_from(t.alert.join(t.case_file, t.case_file.c.id == alert.case_id))
            .where(t.case_file.c.scheme_id == scheme_id, alert.raised_at >= since, alert.weight != Weight.SERVICE)
            .group_by(alert.matter)
            .order_by(alert.matter)
        )
        return tuple(CameOfAlerts(*row) for row in self._all(query))

    def alerts_on(self, condition_id: ConditionId) -> tuple[Alert, ...]:
        query = rows_where(t.alert.c.condition_id, by=(t.alert.c.raised_at,))
        return tuple(noun(Alert, row) for row in self._all(query, condition_id=condition_id))

    def steps_of(self, alert_id: AlertId) -> tuple[AlertStep, ...]:
        query = rows_where(t.alert_step.c.alert_id, by=(t.alert_step.c.entry,))
        return tuple(noun(AlertStep, row) for row in self._all(query, alert_id=alert_id))

    def replies(self, alert_id: AlertId) -> tuple[Reply, ...]:
        query = rows_where(t.alert_reply.c.alert_id, by=(t.alert_reply.c.at,))
        return tuple(noun(Reply, row) for row in self._all(query, alert_id=alert_id))

    def statements(self, case_id: CaseId) -> tuple[Statement, ...]:
        query = rows_where(t.statement.c.case_id, by=(t.statement.c.stated_at,))
        return tuple(noun(Statement, row) for row in self._all(query, case_id=case_id))

    def going_on(self) -> tuple[Alert, ...]:
        return tuple(noun(Alert, row) for row in self._all(_GOING_ON))

    # --- what the passing of time looks for ---

    def contact(self, fitting_id: FittingId) -> Contact | None:
        row = self._maybe(rows_where(t.contact.c.fitting_id), fitting_id=fitting_id)
        return None if row is None else noun(Contact, row)

    def warned(self, decision_id: DecisionId) -> frozenset[int]:
        query = select(t.review_warning.c.days).where(t.review_warning.c.decision_id == decision_id)
        return frozenset(row.days for row in self._all(query))

    def silences(self, fitting_id: FittingId, since: datetime) -> frozenset[bool]:
        query = select(t.silence.c.suspends).where(t.silence.c.fitting_id == fitting_id, t.silence.c.since_at >= since)
        return frozenset(row.suspends for row in self._all(query))

    def outages(self, until: datetime) -> tuple[Interval, ...]:
        return tuple(Interval(row.from_at, row.to_at) for row in self._all(_OUTAGES_BEYOND, until=until))

    def pulse_seen(self) -> Pulse | None:
        row: Row[tuple[object, ...]] | None = self._maybe(_PULSE)
        if row is None:
            return None
        missed = None if row.missed_from is None else Interval(row.missed_from, row.missed_to)
        return Pulse(row.first_at, row.at, missed)

    def tasks_past_due(self, at: datetime, limit: int) -> tuple[TaskId, ...]:
        query = (
            select(t.task.c.id)
            .where(t.task.c.done_at.is_(None), t.task.c.overdue.is_(False), t.task.c.due_at <= at)
            .order_by(t.task.c.due_at, t.task.c.id)
            .limit(limit)
        )
        return tuple(row.id for row in self._all(query))

    def of_kind_in_force(self, kind: ConditionKind, at: datetime) -> tuple[Condition, ...]:
        return tuple(noun(Condition, row) for row in self._all(_OF_KIND_IN_FORCE, kind=kind, at=at))

    def crossed_wrongly(self, at: datetime) -> tuple[Condition, ...]:
        return tuple(noun(Condition, row) for row in self._all(_CROSSED_WRONGLY, at=at))

    def quiet_fittings(self, before: datetime) -> tuple[Fitting, ...]:
        heard = func.coalesce(t.contact.c.contact_at, t.fitting.c.fitted_at)
        query = (
            select(t.fitting)
            .join(t.contact, t.contact.c.fitting_id == t.fitting.c.id, isouter=True)
            .where(t.fitting.c.removed_at.is_(None), heard <= before)
            .order_by(t.fitting.c.id)
        )
        return tuple(noun(Fitting, row) for row in self._all(query))

    def open_task(self, decision_id: DecisionId, kind: TaskKind) -> bool:
        this = and_(t.task.c.decision_id == decision_id, t.task.c.kind == kind, t.task.c.done_at.is_(None))
        return self._connection.execute(select(t.task.c.id).where(this).limit(1)).first() is not None


# Asked whenever a gateway or the clock looks again, and put together once.
_WATCHES_SINCE = select(t.watch.c.judged, t.watch.c.number).where(t.watch.c.number >= bindparam("since"))
_DEVICES_SINCE = select(t.device_watch.c.judged).where(t.device_watch.c.number >= bindparam("since"))
_NEWEST_NUMBER = select(func.max(t.ingest_record.c.number)).where(
    t.ingest_record.c.partition == bindparam("of_partition")
)
_DETAILS_SINCE = (
    select(t.ingest_detail.c.body)
    .where(t.ingest_detail.c.partition == bindparam("of_partition"), t.ingest_detail.c.number >= bindparam("since"))
    .order_by(t.ingest_detail.c.number)
)
_READ_AGAIN_MAX = 200
"""Of more records than that the contacts are read from their table, all of them: each fitting has one there."""
_SIGHTINGS = select(t.sighting.c.fitting_id, type_coerce(t.sighting.c.at, BigInteger))
_WORDS_OF = rows_where(t.word.c.fitting_id, by=(t.word.c.at, t.word.c.kind, t.word.c.about)).where(
    t.word.c.at >= bindparam("from_at")
)
_GOING_ON = t.alert.select().where(t.alert.c.ended_at.is_(None)).order_by(t.alert.c.id)
_OUTAGES_BEYOND = t.outage.select().where(t.outage.c.to_at > bindparam("until")).order_by(t.outage.c.from_at)
_PULSE = t.pulse.select()
_IN_FORCE = (
    select(t.condition)
    .join(t.decision, t.decision.c.id == t.condition.c.decision_id)
    .where(
        t.decision.c.state.in_(GOING_ON),
        t.decision.c.starts_at <= bindparam("at"),
        or_(t.decision.c.until_at.is_(None), t.decision.c.until_at > bindparam("at")),
    )
    .order_by(t.condition.c.id)
)
_OF_KIND_IN_FORCE = _IN_FORCE.where(t.condition.c.kind == bindparam("kind"))
_newest_said = (
    select(t.word.c.said)
    .where(t.word.c.decision_id == t.condition.c.decision_id, t.word.c.about == t.condition.c.id)
    .order_by(t.word.c.at.desc())
    .limit(1)
    .scalar_subquery()
)
_CROSSED_WRONGLY = _IN_FORCE.where(
    t.decision.c.mode.in_([mode.code for mode in LADDER if Kind.TRANSITION in mode.admits]),
    # Nothing of any other kind; and not kinds by name, of which an index would lead astray.
    _newest_said == case(STAYED_OVER, value=t.condition.c.kind),
    or_(
        t.condition.c.schedule != ALWAYS,
        select(t.absence.c.to_at).where(t.absence.c.condition_id == t.condition.c.id).exists(),
    ),
)


def _word(row: Row[tuple[Any, ...]]) -> Word:
    about = ConditionId(row.about) if row.about else None
    return Word(row.fitting_id, row.decision_id, row.at, row.kind, row.said, about)
