"""Messages to a person, or to an office about one: which words, by which way, when, and what became of each. No text
and no address stands here.

The text is made when a message is sent, from the deployer's wording of its template; the address and the language are
sealed under the person's record key and opened for the sending of exactly that message.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from custodiet.model.condition import LocalZone
from custodiet.model.errors import IllegalValue
from custodiet.model.identity import ActorId, CaseId, FittingId, MessageId, PersonId

MINUTES_A_DAY = 24 * 60
MESSENGER = ActorId("messenger")
"""Who sends them: one of our own processes."""


class Template(StrEnum):
    """What a message is for. Stored: never reuse or rename one."""

    CHARGE = "charge"
    """A reminder to charge, before any officer is told (R67)."""
    STOPPED = "stopped"
    """What was asked of them has ended."""
    APPOINTMENT = "appointment"
    """A reminder before an appointment."""
    CHECK_IN = "check_in"
    """A reminder before a check-in."""
    ASSESS = "assess"
    """To the data protection officer: somebody looked alone, and waits for their word (R22)."""


class Channel(StrEnum):
    """The way it goes. Stored: never reuse or rename one."""

    EMAIL = "email"
    WORDS = "words"
    """As somebody wrote it down, for people to go by: no message goes this way."""
    OFFICE = "office"
    """To the address that the messenger was given for those who watch: nobody's own, and nobody's is opened for it."""


class Delivery(StrEnum):
    """How a message stands. Stored: never reuse or rename one."""

    WAITING = "waiting"
    SENDING = "sending"
    """Written before the attempt: whoever finds it after a crash knows that it may have left."""
    SENT = "sent"
    """Whoever takes it on has said so. That anyone read it is not known."""
    FAILED = "failed"
    """It can never arrive: the address is refused, or nothing opens any more."""
    GIVEN_UP = "given_up"
    """It would come too late to be of use, or was tried too often."""


class Setback(StrEnum):
    """Why an attempt did not get a message on its way. Stored: never reuse or rename one."""

    LATER = "later"
    """The server asks to be tried again."""
    REFUSED = "refused"
    """The server will not take it for this address."""
    SHUT = "shut"
    """The address does not open: it is erased, or was never given."""
    BROKEN_OFF = "broken_off"
    """The connection or the messenger ended while it was being sent: it may have left once already."""
    TOO_LATE = "too_late"
    TOO_OFTEN = "too_often"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From which minute of the local day up to which no message leaves; the same twice: none are quiet."""

    from_min: int = 21 * 60
    to_min: int = 8 * 60

    def __post_init__(self) -> None:
        if not (0 <= self.from_min < MINUTES_A_DAY and 0 <= self.to_min < MINUTES_A_DAY):
            raise IllegalValue("quiet hours begin and end within a day")


@dataclass(frozen=True, slots=True)
class ContactDetails:
    """How a person is reached: address and language sealed together, and the clock that they live by.

    Of a way in words the words are sealed, and no clock is known: no message goes by them.
    """

    person_id: PersonId
    channel: Channel
    address_sealed: bytes
    zone: LocalZone | None
    given_at: datetime
    given_by: ActorId
    quiet: QuietHours = QuietHours()
    withdrawn: bool = False
    """They are not to be written to any more: nothing is sealed then."""

    def __post_init__(self) -> None:
        if self.withdrawn != (not self.address_sealed):
            raise IllegalValue("either there is an address, or it was taken back")
        if (self.zone is None) != (self.channel is Channel.WORDS):
            raise IllegalValue("messages go by the clock of whoever gets them, and words by none")


@dataclass(frozen=True, slots=True)
class Message:
    """One message, written with what causes it. `not_before`: after quiet hours; `useless_at`: nobody needs it then."""

    id: MessageId
    case_id: CaseId
    template: Template
    channel: Channel
    caused_at: datetime
    not_before: datetime
    useless_at: datetime
    fitting_id: FittingId | None = None

    def __post_init__(self) -> None:
        if not self.caused_at <= self.not_before < self.useless_at:
            raise IllegalValue("a message leaves after its cause and before it is of no use")


@dataclass(frozen=True, slots=True)
class Posted:
    """A message as it stands now. `attempts`: how often it was tried; `next_at`: not tried before."""

    message: Message
    state: Delivery
    state_at: datetime
    attempts: int
    next_at: datetime
    setback: Setback | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What waits: how many, and since when the oldest could have left."""

    waiting: int
    oldest_at: datetime | None
