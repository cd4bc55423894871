"""What the records of model/message_record.py write; the rest is in rules/tables.py, under the same promise."""

from custodiet.model.change import Insert, Put, RowChange, Update
from custodiet.model.message import Channel, Delivery, Message
from custodiet.model.message_record import ContactGiven, MessageOpened, MessageSettled, OfficeWritten, TimeReminded
from custodiet.rules.assessing_tables import changes_of
from custodiet.rules.row import row_of

Changes = tuple[RowChange, ...]


def queued(message: Message) -> Insert:
    """A message that waits, in the same write as what causes it."""
    stands = {"state": Delivery.WAITING, "state_at": message.caused_at, "attempts": 0, "setback": None}
    return Insert("outbox", {**row_of(message), **stands, "next_at": message.not_before})


@changes_of.register
def _(record: ContactGiven, index: int) -> Changes:
    if record.contact.channel is Channel.WORDS:
        words = {"contact_sealed": record.contact.address_sealed or None}
        return (Update("person", {"id": record.contact.person_id}, words),)
    row = {**row_of(record.contact, "person_id"), "entry": index}
    return (Put("contact_details", {"person_id": record.contact.person_id}, row),)


@changes_of.register(MessageOpened)
@changes_of.register(OfficeWritten)
def _(record: MessageOpened | OfficeWritten, index: int) -> Changes:  # noqa: ARG001 - the place plays no part
    stands = {"state": Delivery.SENDING, "state_at": record.at, "attempts": record.attempt}
    return (Update("outbox", {"id": record.message_id}, stands),)


@changes_of.register
def _(record: MessageSettled, index: int) -> Changes:  # noqa: ARG001 - the place plays no part
    stands = {"state": record.state, "state_at": record.at, "next_at": record.next_at, "setback": record.setback}
    return (Update("outbox", {"id": record.message_id}, stands),)


@changes_of.register
def _(record: TimeReminded, index: int) -> Changes:  # noqa: ARG001 - the place plays no part
    return (queued(record.message),)
