"""How people are reached, and the messages to them: tables and views. Their law stands in migration 0010."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    Row,
    Table,
    Text,
    and_,
    func,
    not_,
    or_,
    select,
)

from custodiet.adapters.store import tables as t
from custodiet.adapters.store.rows import Rows, noun
from custodiet.adapters.store.types import Code, Json, UtcMs
from custodiet.model.case import TaskKind
from custodiet.model.condition import LocalZone
from custodiet.model.finding import Matter
from custodiet.model.identity import CaseId, FittingId, MessageId, PersonId
from custodiet.model.message import (
    Channel,
    ContactDetails,
    Delivery,
    Message,
    Outgoing,
    Posted,
    QuietHours,
    Setback,
    Template,
)
from custodiet.rules.messages import SENDING_MAX

contact_details = Table(
    "contact_details",
    t.metadata,
    Column("person_id", Text, ForeignKey("person.id"), primary_key=True),
    Column("channel", Code(Channel), nullable=False),
    Column("address_sealed", LargeBinary, nullable=False),
    Column("zone", Json(LocalZone), nullable=False),
    Column("given_at", UtcMs, nullable=False),
    Column("given_by", Text, nullable=False),
    Column("quiet", Json(QuietHours), nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Column("entry", BigInteger, nullable=False),
)
outbox = Table(
    "outbox",
    t.metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", Text, ForeignKey("case_file.id"), nullable=False),
    Column("template", Code(Template), nullable=False),
    Column("channel", Code(Channel), nullable=False),
    Column("caused_at", UtcMs, nullable=False),
    Column("not_before", UtcMs, nullable=False),
    Column("useless_at", UtcMs, nullable=False),
    Column("fitting_id", Text, ForeignKey("fitting.id"), nullable=True),
    Column("state", Code(Delivery), nullable=False),
    Column("state_at", UtcMs, nullable=False),
    Column("attempts", BigInteger, nullable=False),
    Column("next_at", UtcMs, nullable=False),
    Column("setback", Code(Setback), nullable=True),
)
Index("outbox_by_next", outbox.c.state, outbox.c.next_at)
Index("outbox_by_case", outbox.c.case_id, outbox.c.caused_at)
Index("outbox_by_fitting", outbox.c.fitting_id, outbox.c.template)

MESSAGING = (contact_details, outbox)
"""As tables.REPLAYED."""
_UNSENT = (Delivery.WAITING, Delivery.SENDING)


def told_first(alert_or_task: Any) -> ColumnElement[bool]:
    """Of an alert or a task about a low battery: whether the wearer's own reminder is on its way no more (R67).

    It ends by itself: a reminder that is of no use any more is given up by the clock.
    """
    one, reminder = alert_or_task.c, outbox.c
    about = one.matter == Matter.BATTERY if "matter" in one else one.kind == TaskKind.WARN_WEARER
    waits = select(reminder.id).where(
        reminder.case_id == one.case_id,
        reminder.template == Template.CHARGE,
        reminder.state.in_(_UNSENT),
        reminder.caused_at <= one.raised_at,
    )
    return not_(and_(about, waits.exists()))


class MessageRows(Rows):
    """The part of flows.ports.Reading that is about messages to people."""

    def reached_by(self, person_id: PersonId) -> ContactDetails | None:
        row = self._maybe(contact_details.select().where(contact_details.c.person_id == person_id))
        return None if row is None or row.withdrawn else noun(ContactDetails, row)

    def posted(self, message_id: MessageId) -> Posted:
        return _posted(self._one(outbox.select().where(outbox.c.id == message_id), "message"))

    def posted_to(self, case_id: CaseId, limit: int) -> tuple[Posted, ...]:
        query = outbox.select().where(outbox.c.case_id == case_id)
        return self._messages(query.order_by(outbox.c.caused_at.desc(), outbox.c.id).limit(limit))

    def last_posted(self, fitting_id: FittingId, template: Template) -> datetime | None:
        query = select(func.max(outbox.c.caused_at).label("at"))
        row = self._one(query.where(outbox.c.fitting_id == fitting_id, outbox.c.template == template), "message")
        last_at: datetime | None = row.at
        return last_at

    def posts_due(self, at: datetime, limit: int) -> tuple[Posted, ...]:
        due = (outbox.c.state == Delivery.WAITING, outbox.c.next_at <= at, outbox.c.useless_at > at)
        return self._messages(outbox.select().where(*due).order_by(outbox.c.next_at, outbox.c.id).limit(limit))

    def posts_in(self, states: Collection[Delivery], limit: int) -> tuple[Posted, ...]:
        query = outbox.select().where(outbox.c.state.in_(states)).order_by(outbox.c.next_at, outbox.c.id)
        return self._messages(query.limit(limit))

    def posts_too_late(self, at: datetime, limit: int) -> tuple[Posted, ...]:
        waiting = and_(outbox.c.state == Delivery.WAITING, outbox.c.useless_at <= at)
        sending = and_(outbox.c.state == Delivery.SENDING, outbox.c.useless_at <= at - SENDING_MAX)
        return self._messages(
            outbox.select().where(or_(waiting, sending)).order_by(outbox.c.useless_at, outbox.c.id).limit(limit)
        )

    def outgoing(self) -> Outgoing:
        query: Any = select(func.count().label("waiting"), func.min(outbox.c.not_before).label("oldest_at"))
        row = self._one(query.where(outbox.c.state.in_(_UNSENT)), "count")
        return Outgoing(row.waiting, row.oldest_at)

    def _messages(self, query: Any) -> tuple[Posted, ...]:
        return tuple(_posted(row) for row in self._all(query))


def _posted(row: Row[Any]) -> Posted:
    return noun(Posted, row, message=noun(Message, row))
