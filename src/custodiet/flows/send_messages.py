"""Send what waits: one message after another, each attempt recorded before it is made.

    reach     whoever takes messages on, before anything is opened: a dead server costs no opening and no entry
    record    that this message is being sent, in the entry by which the vault opens its address, once
    send      under a name that is the same on every attempt
    record    what became of it

If we die after the second step, nobody here knows whether it has left. The next messenger asks where it can be asked
(a folder), and sends it again where it cannot (a server): under the same name, so that a server that goes by names
takes it once. A reminder that may come twice harms less than one that may never come (ADR 0024).
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from custodiet.flows.ports import Acting, Clock, Store, Vault
from custodiet.model.entry import Entry
from custodiet.model.errors import CustodietError, IllegalValue, NotTheFormat, OpeningRefused, VaultUnavailable
from custodiet.model.identity import ActorId, MessageId
from custodiet.model.message import MESSENGER, Channel, Delivery, Message, Posted, Setback
from custodiet.model.message_record import MessageOpened, MessageSettled, OfficeWritten
from custodiet.model.record import kind_of
from custodiet.rules.messages import is_due, is_too_late, settled
from custodiet.wire.message import Destination, unpack_destination

LEASE = "messenger"
AT_ONCE = 100


class NobodyThere(CustodietError):
    """Whoever takes messages on cannot be reached now."""


class Taking(Protocol):
    """A way that was open when it was reached."""

    def ready(self) -> None:
        """Whether it is open still, or again. Raises NobodyThere."""
        ...

    def take(self, message: Message, to: Destination, at: datetime) -> Setback | None:
        """None: it was taken on. Raises nothing: whatever happens to a message is a setback of it."""
        ...

    def has(self, message_id: MessageId) -> bool | None:
        """Whether this message is there already; None where nobody can be asked."""
        ...


class Carrier(Protocol):
    """Whoever takes messages on."""

    def reached(self) -> AbstractContextManager[Taking]:
        """Raises NobodyThere, and then nothing has happened."""
        ...


class Messenger:
    """One at a time, by a lease with a fencing number that every transaction checks.

    `office`: the address of those who watch; None where nobody gave one, and then what would go there fails.
    """

    def __init__(
        self,
        store: Store,
        vault: Vault,
        carrier: Carrier,
        clock: Clock,
        fence: tuple[str, int],
        office: str | None = None,
    ) -> None:
        self._store = store
        self._vault = vault
        self._carrier = carrier
        self._clock = clock
        self._fence = fence
        self._office = office

    def send_due(self) -> int:
        """Everything that is to leave now; how many attempts were made. Raises NobodyThere, LeaseLost, CannotRecord."""
        with self._store.reading() as view:
            due = view.posts_due(self._clock.now(), AT_ONCE)
            broken_off = view.posts_in((Delivery.SENDING,), AT_ONCE)
        if not due and not broken_off:
            return 0
        with self._carrier.reached() as way:
            for one in broken_off:
                self._take_up(way, one.message.id)
            return sum(self._send(way, one.message) for one in self._due_now(due))

    def _due_now(self, due: tuple[Posted, ...]) -> Iterator[Posted]:
        known = {one.message.id for one in due}
        yield from due
        with self._store.reading() as view:  # what was broken off is due again at once
            again = view.posts_due(self._clock.now(), AT_ONCE)
        yield from (one for one in again if one.message.id not in known)

    def _take_up(self, way: Taking, message_id: MessageId) -> None:
        """What a messenger that is no more was sending: by the lease nobody else is at it."""
        there = way.has(message_id)
        with self._store.acting(self._fence) as act:
            posted = act.posted(message_id)
            if posted.state is Delivery.SENDING:
                self._settle(act, posted, None if there else Setback.BROKEN_OFF)

    def _send(self, way: Taking, message: Message) -> int:
        way.ready()
        to_office = message.channel is Channel.OFFICE
        try:
            if not to_office:
                self._vault.checkpoint()
        except (VaultUnavailable, OpeningRefused):
            return 0  # nothing is recorded that could not be opened
        with self._store.acting(self._fence) as act:
            posted, person_id = act.posted(message.id), act.case(message.case_id).person_id
            if not is_due(posted, act.now):
                return 0
            if (self._office if to_office else act.reached_by(person_id)) is None:
                self._settle(act, posted, Setback.SHUT)
                return 0
            leaves = OfficeWritten if to_office else MessageOpened
            record = leaves(message.id, message.case_id, posted.attempts + 1, act.now)
            index = act.write(Entry(kind_of(record), MESSENGER, person_id), record)
        setback = self._attempt(way, message, index)
        with self._store.acting(self._fence) as act:
            self._settle(act, act.posted(message.id), setback)
        return 1

    def _attempt(self, way: Taking, message: Message, index: int) -> Setback | None:
        try:
            to = self._destination(message, index)
        except (OpeningRefused, VaultUnavailable):
            return Setback.LATER  # it has started anew, say: asked again, it opens
        except NotTheFormat:
            return Setback.SHUT
        try:
            return way.take(message, to, self._clock.now())
        except (IllegalValue, NotTheFormat):
            return Setback.REFUSED

    def _destination(self, message: Message, index: int) -> Destination:
        if message.channel is Channel.OFFICE and self._office is not None:
            return Destination(self._office)
        return unpack_destination(b"".join(self._vault.open(index)))

    def _settle(self, act: Acting, posted: Posted, setback: Setback | None) -> None:
        if posted.state in (Delivery.SENT, Delivery.FAILED, Delivery.GIVEN_UP):
            return  # given up meanwhile: the attempt took longer than any does
        state, next_at, why = settled(posted, setback, act.now)
        message = posted.message
        record = MessageSettled(message.id, message.case_id, state, act.now, next_at, why)
        act.write(Entry(kind_of(record), MESSENGER, act.case(message.case_id).person_id), record)


def give_up(store: Store, message_id: MessageId, by: ActorId, fence: tuple[str, int]) -> int:
    """A message that comes too late to be of use, whoever should have sent it; how many."""
    with store.acting(fence) as act:
        posted = act.posted(message_id)
        if not is_too_late(posted, act.now):
            return 0
        message = posted.message
        record = MessageSettled(message_id, message.case_id, Delivery.GIVEN_UP, act.now, act.now, Setback.TOO_LATE)
        act.write(Entry(kind_of(record), by, act.case(message.case_id).person_id), record)
    return 1
