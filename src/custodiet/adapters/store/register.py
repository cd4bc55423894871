"""Registers, assessments and operations of schemes: their tables, and the view of them."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, Table, Text, select

from custodiet.adapters.store import tables as t
from custodiet.adapters.store.rows import Rows, held, noun, rows_where
from custodiet.adapters.store.types import Code, Json, UtcMs
from custodiet.model.case import RetentionClock
from custodiet.model.dpia import Activation, Consultation, Departure, Dpia, DpoAdvice, PriorConsultation
from custodiet.model.identity import SchemeId
from custodiet.model.mode import ModeCode
from custodiet.model.record import PlanLine, SchemeEnded
from custodiet.model.register import Register, RegisterVersion


def _scheme(*, key: bool = True) -> Column[str]:
    return Column("scheme_id", Text, ForeignKey("scheme.id"), primary_key=key, nullable=False)


def _entry(*, key: bool = False) -> Column[int]:
    return Column("entry", BigInteger, primary_key=key, nullable=False)


def _at(name: str, *, null: bool = False) -> Column[datetime]:
    return Column(name, UtcMs, nullable=null)


register_version = Table(
    "register_version",
    t.metadata,
    _scheme(),
    Column("number", Integer, primary_key=True),
    _at("effective_at"),
    Column("register", Json(Register), nullable=False),
    _entry(),
)
dpia_version = Table(
    "dpia_version",
    t.metadata,
    _scheme(),
    Column("version", Integer, primary_key=True),
    _at("written_at"),
    _at("review_due_at", null=True),
    Column("dpia", Json(Dpia), nullable=False),
    _entry(),
)
dpo_advice = Table(
    "dpo_advice",
    t.metadata,
    _scheme(),
    Column("version", Integer, primary_key=True),
    Column("by", Text, nullable=False),
    _at("at"),
    Column("text", Text, nullable=False),
    Column("proceed", Boolean, nullable=False),
    _entry(),
)
advice_departure = Table(
    "advice_departure",
    t.metadata,
    _scheme(),
    Column("version", Integer, primary_key=True),
    Column("by", Text, nullable=False),
    _at("at"),
    Column("reasons", Text, nullable=False),
    _entry(),
)
consultation = Table(
    "consultation",
    t.metadata,
    _entry(key=True),
    _scheme(key=False),
    Column("consultation", Json(Consultation), nullable=False),
)
prior_consultation = Table(
    "prior_consultation",
    t.metadata,
    _entry(key=True),
    _scheme(key=False),
    Column("version", Integer, nullable=False),
    _at("asked_at"),
    _at("answered_at", null=True),
    Column("outcome", Text, nullable=False),
    Column("may_proceed", Boolean, nullable=False),
)
activation = Table(
    "activation",
    t.metadata,
    Column("act", BigInteger, primary_key=True),
    Column("mode", Code(ModeCode), primary_key=True),
    _scheme(key=False),
    Column("register_number", Integer, nullable=False),
    Column("dpia_version", Integer, nullable=False),
    Column("rests_on", Text, nullable=False),
    Column("proposed_by", Text, nullable=False),
    _at("proposed_at"),
    Column("approved_by", Text),
    _at("from_at", null=True),
    _at("until_at", null=True),
    _at("closed_at", null=True),
    Column("refused", Boolean, nullable=False),
)
scheme_ending = Table(
    "scheme_ending",
    t.metadata,
    _scheme(),
    _at("ended_at"),
    Column("ended_by", Text, nullable=False),
    Column("decisions", BigInteger, nullable=False),
    Column("plan", Json(tuple[PlanLine, ...]), nullable=False),
    _entry(),
)
REGISTERED = (
    register_version,
    dpia_version,
    dpo_advice,
    advice_departure,
    consultation,
    prior_consultation,
    activation,
    scheme_ending,
)
"""These tables; each follows from records alone."""


class RegisterRows(Rows):
    """The part of flows.ports.Reading that is about what a scheme may do, and why."""

    def scheme_ids(self) -> tuple[SchemeId, ...]:
        return tuple(row.id for row in self._all(select(t.scheme.c.id).order_by(t.scheme.c.id)))

    @held(register_version.name)
    def registers(self, scheme_id: SchemeId) -> tuple[RegisterVersion, ...]:
        one = register_version.c
        rows = self._all(rows_where(one.scheme_id, by=(one.number,)), scheme_id=scheme_id)
        return tuple(noun(RegisterVersion, row) for row in rows)

    def dpias(self, scheme_id: SchemeId) -> tuple[Dpia, ...]:
        one = dpia_version
        return tuple(
            row.dpia for row in self._all(one.select().where(one.c.scheme_id == scheme_id).order_by(one.c.version))
        )

    def dpo_advices(self, scheme_id: SchemeId) -> tuple[DpoAdvice, ...]:
        return tuple(
            noun(DpoAdvice, row) for row in self._all(dpo_advice.select().where(dpo_advice.c.scheme_id == scheme_id))
        )

    def departures(self, scheme_id: SchemeId) -> tuple[Departure, ...]:
        one = advice_departure
        return tuple(noun(Departure, row) for row in self._all(one.select().where(one.c.scheme_id == scheme_id)))

    def consultations(self, scheme_id: SchemeId) -> tuple[Consultation, ...]:
        one = consultation
        rows = self._all(one.select().where(one.c.scheme_id == scheme_id).order_by(one.c.entry))
        return tuple(row.consultation for row in rows)

    def prior_consultations(self, scheme_id: SchemeId) -> tuple[PriorConsultation, ...]:
        one = prior_consultation
        rows = self._all(one.select().where(one.c.scheme_id == scheme_id).order_by(one.c.entry))
        return tuple(noun(PriorConsultation, row) for row in rows)

    @held()
    def activations(self, scheme_id: SchemeId) -> tuple[Activation, ...]:
        one = activation.c
        rows = self._all(rows_where(one.scheme_id, by=(one.act, one.mode)), scheme_id=scheme_id)
        return tuple(noun(Activation, row) for row in rows)

    def scheme_ending(self, scheme_id: SchemeId) -> SchemeEnded | None:
        row = self._maybe(rows_where(scheme_ending.c.scheme_id), scheme_id=scheme_id)
        return None if row is None else noun(SchemeEnded, row)

    def retention_clocks_of(self, scheme_id: SchemeId) -> tuple[RetentionClock, ...]:
        query = (
            select(t.retention_clock)
            .join(t.decision, t.decision.c.id == t.retention_clock.c.decision_id)
            .join(t.case_file, t.case_file.c.id == t.decision.c.case_id)
            .where(t.case_file.c.scheme_id == scheme_id)
            .order_by(t.retention_clock.c.decision_id, t.retention_clock.c.category)
        )
        return tuple(noun(RetentionClock, row) for row in self._all(query))
