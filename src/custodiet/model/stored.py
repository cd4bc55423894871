"""What is read back from the store: entries and ingest records as they stand, and what changed since."""

from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from custodiet.model.case import Case
from custodiet.model.condition import Absence, Condition, Interval
from custodiet.model.decision import Decision
from custodiet.model.device import Device, Fitting, Sender, Token
from custodiet.model.finding import DeviceWatch, Watch
from custodiet.model.identity import FittingId, PersonId
from custodiet.model.mode import Category, ModeCode
from custodiet.model.record import Contact, IngestDetail
from custodiet.model.scheme import Scheme
from custodiet.model.times import EPOCH


class Holding(StrEnum):
    """What holds for a case at an instant, as a list is narrowed by it."""

    AUTHORISED = "authorised"
    """A decision is in force."""
    PAUSED = "paused"
    """A decision stands and is suspended."""
    NOTHING = "nothing"
    """No decision stands: whatever is sent is refused."""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which of a scheme's decisions a list is narrowed to; None and '' narrow nothing."""

    words: str = ""
    """In the reference of the case."""
    mode: ModeCode | None = None
    due_by: datetime | None = None
    """The review is due by then."""


class RoleStanding(StrEnum):
    """Where roles stand at an instant, as a list is narrowed by it."""

    HELD = "held"
    """Joined, and not over: in force, or to begin."""
    OVER = "over"
    """Joined once; ended, or run out."""
    WAITING = "waiting"
    """Proposed, and nobody has answered."""


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry as it stands in the ledger table, with its record beside it (None once erased)."""

    index: int
    body: bytes
    leaf: bytes
    salt: bytes | None
    record: bytes | None


@dataclass(frozen=True, slots=True)
class IngestRow:
    """A staged ingest record as it stands."""

    partition: int
    number: int
    body: bytes
    digest: bytes


@dataclass(frozen=True, slots=True)
class SaltedDetail:
    """What an ingest transaction judged, its canonical bytes, and the salt their digest was made with."""

    salt: bytes
    judged: IngestDetail
    body: bytes


@dataclass(frozen=True, slots=True)
class DetailRow:
    """The same as it stands in the store."""

    salt: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class JudgedChange:
    """What was judged by ingest records from a number on; `number` is the next one."""

    number: int
    watches: tuple[Watch, ...]
    device_watches: tuple[DeviceWatch, ...]
    contacts: tuple[Contact, ...]


@dataclass(frozen=True, slots=True)
class Pulse:
    """When our own path first and last proved itself up, and the newest span in which it did not."""

    first_at: datetime
    at: datetime
    missed: Interval | None = None


DayOf = tuple[PersonId, Category, date]
"""One person's day of one category: what has a key of its own."""


@dataclass(frozen=True, slots=True)
class StandingChange:
    """Everything the gate's picture is made of that changed after a version; `version` is the new one."""

    version: int
    cases: tuple[Case, ...]
    devices: tuple[Device, ...]
    fittings: tuple[Fitting, ...]
    decisions: tuple[Decision, ...]
    tokens: tuple[tuple[Token, Sender], ...]
    keyed: tuple[PersonId, ...]
    """Of whom keys of days were issued. At version 0, where nobody waits for one yet, of nobody."""
    schemes: tuple[Scheme, ...]
    conditions: tuple[Condition, ...]
    """Of a place that is sealed in them the first byte alone: nobody here opens one."""
    absences: tuple[Absence, ...]
    removals: tuple[tuple[FittingId, Interval], ...]
    """Devices that may come off, and when."""
    destroyed: tuple[DayOf, ...]
    """Days whose key was destroyed. At version 0 none: whoever has to know asks for those of the days it has to do
    with, since in the end there are more of these than of all else.
    """
    removed: tuple[tuple[FittingId, int], ...] = ()
    """(fitting, fix time in ms) of fixes that were stored and are gone: the same may come again."""
    over_before: datetime = EPOCH
    """Conditions of decisions that were over by then are left out."""


Times = Mapping[FittingId, "array[int]"]
"""Of each fitting the times of fixes: in ms since 1970 UTC, in order, each once. A day of everyone is millions of them:
none of them is an object.
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """When the fixes were that stand in frames after a cursor; `cursor` is the new one."""

    cursor: int
    times: Times


@dataclass(frozen=True, slots=True)
class WholeFrame:
    """One frame with what is sealed in it; `digest` of the ingest record that it belongs to."""

    seq: int
    directory: bytes
    sealed: bytes
    digest: bytes


@dataclass(frozen=True, slots=True)
class Removal:
    """Where a fix was removed, by which entry, and whose session it was sealed in; `digest` of what stood there."""

    entry: int
    partition: int
    number: int
    position: int
    digest: bytes
    seq: int
    session_no: int


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the vault has gathered of one session, as wire/gathered.py lays it out; `folded` None: nothing is."""

    loose: bytes
    folded: bytes | None
