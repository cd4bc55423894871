"""The device desk: its table and views. Its law stands in migration 0010."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Join,
    Table,
    Text,
    and_,
    case,
    exists,
    func,
    or_,
    select,
    type_coerce,
)

from custodiet.adapters.store import tables as t
from custodiet.adapters.store.rows import Rows, noun, rows_where
from custodiet.adapters.store.types import Code, UtcMs
from custodiet.model.case import TaskKind
from custodiet.model.desk import Note, Noted, RaisedBy, Stock, ToInspect, Wear
from custodiet.model.device import Device, Fitting
from custodiet.model.finding import Matter
from custodiet.model.identity import DeviceId, SchemeId
from custodiet.model.times import to_ms
from custodiet.rules.decisions import STANDING

device_note = Table(
    "device_note",
    t.metadata,
    Column("entry", BigInteger, primary_key=True),
    Column("device_id", Text, ForeignKey("device.id"), nullable=False),
    Column("fitting_id", Text, ForeignKey("fitting.id"), nullable=True),
    Column("kind", Code(Noted), nullable=False),
    Column("code", Text, nullable=False),
    Column("at", UtcMs, nullable=False),
    Column("noted_by", Text, nullable=False),
    Column("since_at", UtcMs, nullable=True),
)
Index("device_note_by_device", device_note.c.device_id, device_note.c.entry)

DESK = (device_note,)
"""As tables.REPLAYED."""


class DeskRows(Rows):
    """The part of flows.ports.Reading that is about devices and what is done with them."""

    def devices_like(self, words: str, limit: int, skip: int, stock: Stock | None = None) -> tuple[Device, ...]:
        query = self._like(t.device.select(), words, stock).order_by(t.device.c.serial).limit(limit).offset(skip)
        return tuple(noun(Device, row) for row in self._all(query))

    def count_devices(self, words: str, stock: Stock | None = None) -> int:
        query = self._like(select(func.count()).select_from(t.device), words, stock)
        counted: int = self._connection.execute(query).scalar_one()
        return counted

    def count_stock(self) -> dict[Stock, int]:
        each = select(_STOCK.label("stock")).select_from(t.device).subquery()
        rows = self._all(select(each.c.stock, func.count()).group_by(each.c.stock))
        return {Stock(where): count for where, count in rows}

    def fittings_unseen(self, scheme_id: SchemeId, at: datetime, since: datetime, limit: int) -> tuple[Fitting, ...]:
        fitting, decision, noted = t.fitting.c, t.decision.c, device_note.c
        of = (decision.case_id == fitting.case_id, decision.strand == fitting.strand)
        running = or_(decision.until_at.is_(None), decision.until_at > at)
        stands = exists().where(*of, decision.state.in_(STANDING), decision.starts_at <= at, running)
        here = (noted.device_id == fitting.device_id, noted.fitting_id == fitting.id)
        seen = exists().where(*here, noted.kind == Noted.INSPECTED, noted.at > since)
        query = (
            select(t.fitting)
            .join(t.case_file, t.case_file.c.id == fitting.case_id)
            .where(t.case_file.c.scheme_id == scheme_id, fitting.removed_at.is_(None), fitting.fitted_at <= since)
            .where(stands, ~seen, ~_asked_to_inspect())
        )
        return tuple(noun(Fitting, row) for row in self._all(query.order_by(fitting.id).limit(limit)))

    def to_inspect(self, limit: int) -> tuple[ToInspect, ...]:
        due = func.min(t.task.c.due_at, type_=UtcMs).label("due_at")
        query = _inspected(t.device.c.id, t.device.c.serial, due).group_by(t.device.c.id, t.device.c.serial)
        return tuple(ToInspect(*row) for row in self._all(query.order_by(due, t.device.c.serial).limit(limit)))

    def count_to_inspect(self) -> int:
        counted: int = self._connection.execute(_inspected(func.count(t.device.c.id.distinct()))).scalar_one()
        return counted

    def wear(self, now: datetime) -> tuple[Wear, ...]:
        device, fitting, alert = t.device.c, t.fitting.c, t.alert.c
        until = func.coalesce(type_coerce(fitting.removed_at, BigInteger), to_ms(now))
        worn = func.coalesce(func.sum(until - type_coerce(fitting.fitted_at, BigInteger)), 0)
        ever = t.device.outerjoin(t.fitting, fitting.device_id == device.id)
        counts = (func.count(device.id.distinct()), func.count(fitting.case_id.distinct()), worn)
        # By case, too: alerts are found by that.
        of = (alert.case_id == fitting.case_id) & (alert.fitting_id == fitting.id) & (alert.matter == Matter.BATTERY)
        low = self._by_batch(t.device.join(t.fitting, fitting.device_id == device.id).join(t.alert, of))
        faulty = (device_note.c.device_id == device.id) & (device_note.c.kind == Noted.FAULTY)
        faults = self._by_batch(t.device.join(device_note, faulty))
        query = select(device.batch, *counts).select_from(ever).group_by(device.batch)
        return tuple(
            Wear(batch, devices, people, timedelta(milliseconds=ms), low.get(batch, 0), faults.get(batch, 0))
            for batch, devices, people, ms in self._all(query.order_by(device.batch.nulls_first()))
        )

    def _by_batch(self, joined: Join) -> dict[str | None, int]:
        batch = t.device.c.batch
        return dict(tuple(row) for row in self._all(select(batch, func.count()).select_from(joined).group_by(batch)))

    def fittings_with(self, device_id: DeviceId) -> tuple[Fitting, ...]:
        query = rows_where(t.fitting.c.device_id, by=(t.fitting.c.fitted_at,))
        return tuple(noun(Fitting, row) for row in self._all(query, device_id=device_id))

    def notes_of(self, device_id: DeviceId) -> tuple[Note, ...]:
        query = device_note.select().where(device_note.c.device_id == device_id).order_by(device_note.c.entry)
        return tuple(noun(Note, row) for row in self._all(query))

    def raised_by(self, device_id: DeviceId) -> tuple[RaisedBy, ...]:
        # By case, too: alerts are found by that.
        of = (t.alert.c.case_id == t.fitting.c.case_id) & (t.alert.c.fitting_id == t.fitting.c.id)
        query = (
            select(t.alert.c.matter, func.count(), func.count().filter(t.alert.c.weakened_why.is_(None)))
            .select_from(t.fitting.join(t.alert, of))
            .where(t.fitting.c.device_id == device_id)
            .group_by(t.alert.c.matter)
            .order_by(t.alert.c.matter)
        )
        return tuple(RaisedBy(*row) for row in self._all(query))

    def _like(self, query: Any, words: str, stock: Stock | None) -> Any:
        if stock is not None:
            query = query.where(stock.value == _STOCK)
        return query.where(t.device.c.serial.icontains(words, autoescape=True)) if words else query


_SERVED = t.decision.alias("served")
_OF_ITS_DECISION = _SERVED.c.id == t.task.c.decision_id
_ASKS_TO_INSPECT = and_(
    t.task.c.kind == TaskKind.INSPECT_DEVICE,
    t.task.c.done_at.is_(None),
    t.task.c.case_id == t.fitting.c.case_id,
    _SERVED.c.strand == t.fitting.c.strand,
)
"""That an open task asks to inspect a fitting's device: tasks know their decision, which serves the fitting."""


def _asked_to_inspect() -> ColumnElement[bool]:
    tasks = select(t.task.c.id).select_from(t.task.join(_SERVED, _OF_ITS_DECISION)).where(_ASKS_TO_INSPECT)
    return tasks.correlate(t.fitting).exists()


def _inspected(*columns: Any) -> Any:
    on = t.fitting.join(t.device, t.device.c.id == t.fitting.c.device_id)
    on = on.join(t.task, t.task.c.case_id == t.fitting.c.case_id).join(_SERVED, _OF_ITS_DECISION)
    return select(*columns).select_from(on).where(t.fitting.c.removed_at.is_(None), _ASKS_TO_INSPECT)


def _stock() -> Any:
    """Where a device is: what rules/desk.py: stock_of says, in SQL, since a desk has more devices than a page."""
    noted, of = device_note.c, device_note.c.device_id == t.device.c.id
    fittings = t.fitting.c.device_id == t.device.c.id
    condition = select(noted.kind).where(of, noted.kind.in_((Noted.FAULTY, Noted.MENDED)))
    looked = select(func.max(noted.at)).where(of, noted.kind.in_((Noted.INSPECTED, Noted.MENDED))).scalar_subquery()
    off = select(func.max(t.fitting.c.removed_at)).where(fittings).scalar_subquery()
    return case(
        (condition.order_by(noted.entry.desc()).limit(1).scalar_subquery() == Noted.FAULTY, Stock.FAULTY.value),
        (exists().where(fittings, t.fitting.c.removed_at.is_(None)), Stock.FITTED.value),
        ((off.is_not(None)) & (looked.is_(None) | (off > looked)), Stock.RETURNED.value),
        else_=Stock.IN_STOCK.value,
    )


_STOCK = _stock()
