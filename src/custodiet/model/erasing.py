"""What is held of what was collected, and until when."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from custodiet.model.condition import Interval
from custodiet.model.entry import EntryKind
from custodiet.model.errors import IllegalValue
from custodiet.model.identity import ActorId, CaseId, DecisionId, HoldId
from custodiet.model.mode import Category

HOLD_MAX = timedelta(days=366)
"""How long a hold lasts at most; one that must last longer is asked for afresh."""
HELD_MAX = timedelta(days=92)
"""How long the time that a hold is about may be; of more there is one for each part, with a reason of its own."""


class HoldFor(StrEnum):
    """At whose request something is kept for longer."""

    OFFICER = "officer"
    COURT = "court"
    PERSON = "person"
    """The person it is about wants it kept: it may speak for them."""


class HoldStep(StrEnum):
    """What became of a hold that was asked for."""

    PLACED = "placed"
    REFUSED = "refused"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Hold:
    """One person's data of one category and time, to be kept past its rule until a date. It opens nothing to anyone."""

    id: HoldId
    case_id: CaseId
    category: Category
    window: Interval
    until_at: datetime
    asked_for: HoldFor
    why_sealed: bytes
    asked_by: ActorId
    asked_at: datetime

    def __post_init__(self) -> None:
        if not self.why_sealed:
            raise IllegalValue("a hold has a reason")
        if not self.asked_at < self.until_at <= self.asked_at + HOLD_MAX:
            raise IllegalValue("a hold ends, within a year of being asked for")
        if not timedelta(0) < self.window.to_at - self.window.from_at <= HELD_MAX:
            raise IllegalValue("a hold is about three months at most")

    def covers_day(self, day: date) -> bool:
        """Whether any of a UTC day is to be kept."""
        begins = datetime.combine(day, time(), UTC)
        return self.window.from_at < begins + timedelta(days=1) and begins < self.window.to_at


@dataclass(frozen=True, slots=True)
class StandingHold:
    """A hold with what became of it: by whom and when it was placed or refused, and ended before its date."""

    hold: Hold
    step: HoldStep | None = None
    placed_by: ActorId | None = None
    placed_at: datetime | None = None
    ended_at: datetime | None = None

    def in_force(self, at: datetime) -> bool:
        """Whether it keeps anything at an instant: it ends by itself."""
        return self.step is HoldStep.PLACED and at < self.hold.until_at


class CopyStep(StrEnum):
    """How far it is with the copy that a person is offered before what was wrongly collected is erased."""

    OFFERED = "offered"
    TAKEN = "taken"
    DECLINED = "declined"


class KeptAs(StrEnum):
    """Why what is past its rule is still there."""

    HELD = "held"
    CLOSING = "closing"
    """A day of it is open yet, or closed so lately that its erasing is under way."""
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Remains:
    """What is sealed of one category under one decision and not erased. `days`: on how many UTC days.

    `due_at` None: the decision has not ended, and no retention clock runs. `entry`: the place of `erasure.due`, None
    before it has come due.
    """

    case_id: CaseId
    decision_id: DecisionId
    category: Category
    days: int
    first: date
    last: date
    due_at: datetime | None
    entry: int | None


@dataclass(frozen=True, slots=True)
class KeptStep:
    """One thing that was done about keeping or erasing in a case, by its entry's place. What it does not have is None.

    Of an erasing, which nobody does, the newest of its entries, and `days`: how many, the first and the last.
    """

    entry: int
    at: datetime
    kind: EntryKind
    by: ActorId | None = None
    category: Category | None = None
    window: Interval | None = None
    until_at: datetime | None = None
    days: tuple[int, date, date] | None = None
