"""The table of contacts tried about alerts, and views of it. Its law stands in migration 0014."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, Table, Text

from custodiet.adapters.store import tables as t
from custodiet.adapters.store.rows import Rows, noun
from custodiet.adapters.store.tables import metadata
from custodiet.adapters.store.types import Code, UtcMs
from custodiet.model.alert import Alert
from custodiet.model.contact_record import CameOf, ContactTried, Direction, Verified, Way
from custodiet.model.identity import ActorId, AlertId, CaseId
from custodiet.rules.alerts import IN_HAND

contact_tried = Table(
    "contact_tried",
    metadata,
    Column("entry", BigInteger, primary_key=True),
    Column("alert_id", Text, ForeignKey("alert.id"), nullable=False),
    Column("how", Code(Way), nullable=False),
    Column("direction", Code(Direction), nullable=False),
    Column("outcome", Code(CameOf), nullable=False),
    Column("at", UtcMs, nullable=False),
    Column("by", Text, nullable=False),
    Column("verified", Code(Verified)),
    Column("words_sealed", LargeBinary, nullable=False),
)
Index("contact_tried_by_alert", contact_tried.c.alert_id)
CONTACTED = (contact_tried,)
"""As tables.REPLAYED."""


class ContactRows(Rows):
    """The part of flows.ports.Reading that is about contacts tried, and about who holds what."""

    def contacts_tried(self, alert_id: AlertId) -> tuple[ContactTried, ...]:
        query = contact_tried.select().where(contact_tried.c.alert_id == alert_id).order_by(contact_tried.c.entry)
        return tuple(noun(ContactTried, row) for row in self._all(query))

    def contacts_since(self, case_id: CaseId, since: datetime) -> tuple[ContactTried, ...]:
        of_case = contact_tried.select().join(t.alert, t.alert.c.id == contact_tried.c.alert_id)
        query = of_case.where(t.alert.c.case_id == case_id, contact_tried.c.at >= since)
        return tuple(noun(ContactTried, row) for row in self._all(query.order_by(contact_tried.c.entry)))

    def in_hand(self, by: ActorId) -> tuple[Alert, ...]:
        query = t.alert.select().where(t.alert.c.held_by == by, t.alert.c.state.in_(IN_HAND))
        return tuple(noun(Alert, row) for row in self._all(query.order_by(t.alert.c.raised_at, t.alert.c.id)))
