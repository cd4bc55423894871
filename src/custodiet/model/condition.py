"""Conditions: what a decision asks of the person, where and when. A place is sealed; a timetable says no place.

Times of a timetable are local, under the zone's rules *as signed*: the offsets stand in the condition, so that a later
change of the zone database cannot move what the person was told.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from custodiet.model.errors import IllegalValue
from custodiet.model.identity import ConditionId, DecisionId

WEEK_MIN = 7 * 24 * 60


class ConditionKind(StrEnum):
    """What is asked. Stored: never reuse or rename one."""

    INCLUSION = "inclusion_zone"
    EXCLUSION = "exclusion_zone"
    PROTECTIVE = "protective_zone"
    CURFEW = "curfew"
    APPOINTMENT = "appointment"
    CHECK_IN = "check_in"
    HOME_PRESENCE = "home_presence"

    __hash__ = str.__hash__  # as Kind


STAY_IN = frozenset({ConditionKind.INCLUSION, ConditionKind.CURFEW})
"""Judged from fixes: the person is to be inside."""
KEEP_OUT = frozenset({ConditionKind.EXCLUSION, ConditionKind.PROTECTIVE})
"""Judged from fixes: the person is to be outside."""
ZONED = STAY_IN | KEEP_OUT
"""What has a place."""


@dataclass(frozen=True, slots=True)
class Offset:
    """From this instant on, local time is so many seconds ahead of UTC."""

    from_at: datetime
    utc_offset_s: int


@dataclass(frozen=True, slots=True)
class LocalZone:
    """A time zone as it stood when the condition was signed: `name` (IANA), its database's version, its offsets.

    Before the first offset nothing is known; the last holds for ever.
    """

    name: str
    tzdb: str
    offsets: tuple[Offset, ...]

    def __post_init__(self) -> None:
        if not self.offsets:
            raise IllegalValue("a zone without an offset")
        times = [one.from_at for one in self.offsets]
        if any(later <= earlier for earlier, later in pairwise(times)):
            raise IllegalValue("a zone's offsets follow one another")


@dataclass(frozen=True, slots=True)
class Weekly:
    """A window that comes every week, in minutes after local Monday 00:00; over Sunday's midnight it closes beyond
    WEEK_MIN. Half-open.
    """

    opens_min: int
    closes_min: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens_min < WEEK_MIN or not self.opens_min < self.closes_min <= self.opens_min + WEEK_MIN:
            raise IllegalValue("a weekly window opens within the week and closes after that, within a week")


@dataclass(frozen=True, slots=True)
class Interval:
    """From one instant up to another; half-open."""

    from_at: datetime
    to_at: datetime

    def __post_init__(self) -> None:
        if self.to_at <= self.from_at:
            raise IllegalValue("an interval that ends before it begins")

    def covers(self, at: datetime) -> bool:
        """Whether the instant lies in it."""
        return self.from_at <= at < self.to_at


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a condition asks: weekly windows of a local zone, and single intervals. Neither: always."""

    zone: LocalZone | None = None
    weekly: tuple[Weekly, ...] = ()
    once: tuple[Interval, ...] = ()

    def __post_init__(self) -> None:
        if self.weekly and self.zone is None:
            raise IllegalValue("weekly windows need the zone whose clock they go by")

    @property
    def is_always(self) -> bool:
        """Whether it asks at every instant."""
        return not self.weekly and not self.once


ALWAYS = Schedule()


@dataclass(frozen=True, slots=True)
class Absence:
    """The person need not keep a condition from one instant to another (R69): authorised, dated, by someone."""

    condition_id: ConditionId
    during: Interval


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of one decision. The geometry is sealed under the person's record key and nowhere in clear;
    `geometry_sealed` is empty for a kind that has no place.
    """

    id: ConditionId
    decision_id: DecisionId
    kind: ConditionKind
    geometry_sealed: bytes
    schedule: Schedule = ALWAYS
    sealed_as: ConditionId | None = None
    """The condition it was carried over from, under whose name the geometry was sealed."""

    def __post_init__(self) -> None:
        if (self.kind in ZONED) != bool(self.geometry_sealed):
            raise IllegalValue("a condition has a place if its kind is judged by places, and only then")
        if self.kind in (ConditionKind.CURFEW, ConditionKind.APPOINTMENT, ConditionKind.CHECK_IN) and (
            self.schedule.is_always
        ):
            raise IllegalValue("a curfew, an appointment and a check-in have their times")
