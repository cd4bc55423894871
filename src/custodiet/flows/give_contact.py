"""How a person is to be reached: sealed before it is kept. Taking it back is as easy as giving it."""

from collections.abc import Callable
from datetime import datetime, timedelta

from custodiet.flows.ports import Acting, Sealer, Store
from custodiet.flows.refusing import refuse_if
from custodiet.flows.trusting import record_key_of
from custodiet.model.condition import LocalZone
from custodiet.model.entry import Entry
from custodiet.model.errors import NotFound
from custodiet.model.identity import ActorId, CaseId
from custodiet.model.message import Channel, ContactDetails, QuietHours
from custodiet.model.message_record import ContactGiven
from custodiet.model.record import LogOpened, kind_of
from custodiet.rules.alerts import objections_to_acting
from custodiet.wire.message import Destination, pack_destination
from custodiet.wire.sealed import contact_context

ZoneAsOf = Callable[[str, datetime, datetime], LocalZone]
"""The zone database: a zone's offsets from one instant up to another. Raises IllegalValue for none of its names."""
ZONE_FOR = timedelta(days=10 * 365)
"""So long ahead a person's clock is known by what stands with their address."""


def give_contact(
    store: Store,
    sealer: Sealer,
    pinned: LogOpened,
    zone_as_of: ZoneAsOf,
    case_id: CaseId,
    to: Destination,
    zone: str,
    by: ActorId,
    quiet: QuietHours = QuietHours(),  # noqa: B008 - frozen
) -> int:
    """From now on messages go there. The ledger index.

    Raises IllegalValue for no address or zone, CannotRecord while the vault has issued no record key yet.
    """
    plain = pack_destination(to)
    with store.acting() as act:
        refuse_if(objections_to_acting(by))
        person_id = act.case(case_id).person_id
        sealed = sealer.seal_to(record_key_of(act, pinned, person_id), plain, contact_context(person_id))
        clock = zone_as_of(zone, act.now, act.now + ZONE_FOR)
        return _write(act, ContactDetails(person_id, Channel.EMAIL, sealed, clock, act.now, by, quiet))


def withdraw_contact(store: Store, case_id: CaseId, by: ActorId) -> int:
    """They are not written to any more: what still waits is not opened. The ledger index. Raises NotFound."""
    with store.acting() as act:
        refuse_if(objections_to_acting(by))
        before = act.reached_by(act.case(case_id).person_id)
        if before is None:
            raise NotFound("no address was given")
        gone = ContactDetails(
            before.person_id, before.channel, b"", before.zone, act.now, by, before.quiet, withdrawn=True
        )
        return _write(act, gone)


def _write(act: Acting, contact: ContactDetails) -> int:
    record = ContactGiven(contact)
    return act.write(Entry(kind_of(record), contact.given_by, contact.person_id), record)
