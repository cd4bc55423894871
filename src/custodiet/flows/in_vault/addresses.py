"""The opening `message`: one person's address, for one attempt to send one message, and for nothing else.

What the message says is not the vault's to know. That it is asked for at all stands in the ledger, under the person's
own handle, attempt by attempt.
"""

from collections.abc import Iterator

from custodiet.flows.in_vault.following import Follower
from custodiet.flows.in_vault.keys import Keys
from custodiet.flows.ports import Sealer
from custodiet.model.errors import OpeningRefused
from custodiet.model.message_record import MessageOpened
from custodiet.wire.sealed import contact_context


class Addresses:
    """Opens addresses."""

    def __init__(self, follower: Follower, keys: Keys, sealer: Sealer) -> None:
        self._follower = follower
        self._keys = keys
        self._sealer = sealer

    def open(self, record: MessageOpened) -> Iterator[bytes]:
        """Address and language. Raises OpeningRefused when there is none, or it was taken back."""
        if self._follower.attempts.get(record.message_id) != record:
            raise OpeningRefused("this is not the next attempt of that message, or one too many")
        person_id = self._follower.cases[record.case_id].person_id
        contact = self._follower.contacts.get(person_id)
        if contact is None or contact.withdrawn:
            raise OpeningRefused("nobody has given an address, or it was taken back")
        private = self._keys.record_private(person_id)
        yield self._sealer.open_with(private, contact.address_sealed, contact_context(person_id)).rstrip(b" ")
