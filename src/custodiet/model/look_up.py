"""Looking at where someone was: a question, a look-up that waits for a second person, a grant, one reading under it.

Words of a request are sealed; nothing here holds a position but what a reading gave, in memory, to whoever opened it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from custodiet.model.condition import Interval
from custodiet.model.errors import IllegalValue
from custodiet.model.identity import ActorId, CaseId, ConditionId, LookUpId

ASKED_HOLDS = timedelta(hours=24)
"""How long a request waits for its second person: after that the case may stand otherwise, and it is asked anew."""
GRANT_LASTS_MAX = timedelta(hours=24)
"""How long a grant lasts at most."""
GRANT_LASTS = timedelta(hours=4)
"""How long it lasts unless the second person gives less, or more up to that."""
QUARTER = timedelta(minutes=15)
"""The grain of a question: what is asked about is one quarter of an hour, and none finer."""


class ToKnow(StrEnum):
    """What a look-up is to answer. Stored: never reuse or rename one."""

    IN_DANGER = "in_danger"
    REACH = "reach"
    ALERT_RIGHT = "alert_right"
    DISPUTED = "disputed"
    WHEREABOUTS = "whereabouts"


class Tried(StrEnum):
    """What was tried before. Stored: never reuse or rename one."""

    RANG = "rang"
    WROTE = "wrote"
    VISITED = "visited"
    ASKED_PERSON = "asked_person"
    ASKED_OTHERS = "asked_others"
    QUESTION = "question"
    """A question of the closed list was asked first, and did not answer it."""
    CHECKED_DEVICE = "checked_device"
    CONTACT_WOULD_HARM = "contact_would_harm"
    """Nobody was asked, since that would do harm: the second person says why, or says no (R7)."""


class Precision(StrEnum):
    """How exactly a place is shown. Stored: never reuse or rename one."""

    FULL = "full"
    M_100 = "100_m"
    KM_1 = "1_km"

    @property
    def cell_m(self) -> int:
        """The width of the squares that places are shown as; 0 for as they are."""
        return {Precision.FULL: 0, Precision.M_100: 100, Precision.KM_1: 1000}[self]

    def shows_no_more_than(self, other: "Precision") -> bool:
        """Whether it is as coarse as another or coarser."""
        return self.cell_m >= other.cell_m


@dataclass(frozen=True, slots=True)
class LookUp:
    """A request to see: for what, to know what, why this would tell, what was tried, from when up to when (R5, R6)."""

    id: LookUpId
    case_id: CaseId
    purpose: str
    to_know: ToKnow
    why_sealed: bytes
    tried: tuple[Tried, ...]
    window: Interval
    precision: Precision
    asked_by: ActorId
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Grant:
    """A second person's yes to a look-up, or to less of it. Nothing reaches beyond it; it ends by itself."""

    look_up_id: LookUpId
    window: Interval
    precision: Precision
    approved_by: ActorId
    approved_at: datetime
    expires_at: datetime
    words_sealed: bytes = b""

    def __post_init__(self) -> None:
        if not self.approved_at < self.expires_at <= self.approved_at + GRANT_LASTS_MAX:
            raise IllegalValue("a grant ends after it was given, and within a day")


@dataclass(frozen=True, slots=True)
class Reading:
    """One opening under a grant, as it is recorded before anything opens."""

    look_up_id: LookUpId
    case_id: CaseId
    window: Interval
    precision: Precision
    by: ActorId
    at: datetime


class RefusedBecause(StrEnum):
    """Why the second person said no. Stored: never reuse or rename one."""

    TOO_WIDE = "too_wide"
    TOO_EXACT = "too_exact"
    ASK_FIRST = "ask_first"
    """The person, or a question of the closed list, comes first."""
    DOES_NOT_ANSWER = "does_not_answer"
    NOT_THE_PURPOSE = "not_the_purpose"
    OTHER = "other"


class Attempt(StrEnum):
    """What someone tried and was refused. Stored: never reuse or rename one."""

    LOOK_UP = "look_up"
    APPROVAL = "approval"
    READING = "reading"
    QUESTION = "question"
    DISCLOSURE = "disclosure"
    """To have a position given to an agency."""
    UNMASK = "unmask"
    """To see what masking hides, or to let somebody."""
    BREAK_GLASS = "break_glass"
    """To look without a second person, since a life is in danger."""


class Asked(StrEnum):
    """The closed list of questions. Stored: never reuse or rename one."""

    HOME = "home"
    """At home in that quarter of an hour?"""
    ZONE = "zone"
    """In this zone of a decision then?"""
    CONTACT = "contact"
    """Has the device been heard of since then?"""


class Answer(StrEnum):
    """All that a question is ever answered with."""

    YES = "yes"
    NO = "no"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class Question:
    """One question, as it is recorded before it is answered. `about`: the quarter of an hour, by its beginning."""

    case_id: CaseId
    asked: Asked
    about: datetime
    by: ActorId
    at: datetime
    condition_id: ConditionId | None = None

    def __post_init__(self) -> None:
        if (self.asked is Asked.ZONE) != (self.condition_id is not None):
            raise IllegalValue("a question about a zone names it, and only such a one does")
        if self.about.timestamp() % QUARTER.total_seconds():
            raise IllegalValue("a question is about a whole quarter of an hour")

    @property
    def quarter(self) -> Interval:
        """The quarter of an hour it is about."""
        return Interval(self.about, self.about + QUARTER)


@dataclass(frozen=True, slots=True, repr=False)
class Place:
    """Where a device was, as a reading shows it. Without a text form, as a fix is.

    At home there is no place: the state is all that is shown (R76). `accuracy_m` None: it is not known.
    """

    at: datetime
    is_home: bool
    lat_e7: int | None
    lon_e7: int | None
    accuracy_m: float | None

    def __repr__(self) -> str:
        return "<Place>"


@dataclass(frozen=True, slots=True)
class Opened:
    """What a reading gave. `authorised`: the parts of its window in which something was authorised and may be read."""

    index: int
    window: Interval
    precision: Precision
    authorised: tuple[Interval, ...]
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """A look-up as it stands. `grant` None: nobody has said yes."""

    look_up: LookUp
    grant: Grant | None = None
    refused_at: datetime | None = None
    refused_by: ActorId | None = None
    refused_because: RefusedBecause | None = None
    ended_at: datetime | None = None
    ended_by: ActorId | None = None

    def waits(self, now: datetime) -> bool:
        """Whether it waits for a second person still."""
        over = (self.grant, self.refused_at, self.ended_at)
        return over == (None, None, None) and now < self.look_up.asked_at + ASKED_HOLDS

    def is_open(self, now: datetime) -> bool:
        """Whether something may be read under it."""
        return self.grant is not None and self.ended_at is None and now < self.grant.expires_at
