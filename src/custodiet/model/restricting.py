"""A right that is restricted: one right of one person, about what is past, weighed, dated, and over by itself (R60).

DPA 2018 Sch 2 para 4A, as S.I. 2024/342 has it: decided case by case, for each right by itself, afresh each time; the
person's vulnerability, rights and freedoms and international obligations are weighed; necessary and proportionate;
recorded with its reasons; told to the person unless that would defeat it. There is no flag that stands.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from custodiet.model.condition import Interval
from custodiet.model.errors import IllegalValue
from custodiet.model.identity import ActorId, CaseId, RestrictionId

RESTRICTED_MAX = timedelta(days=28)
"""How long one lasts at most; whoever needs longer weighs it afresh."""
ABOUT_MAX = timedelta(days=92)
"""How long the time that one is about may be."""


class Right(StrEnum):
    """What a person can see by themselves, each restricted by itself or not at all."""

    LOOKS = "looks"
    """Who asked to look, who looked, and who was refused."""
    DISCLOSURES = "disclosures"
    """What agencies asked for and were given."""
    COPY = "copy"
    """The positions in their own copy."""


class Ground(StrEnum):
    """What would be prejudiced."""

    IMMIGRATION_CONTROL = "immigration_control"
    CRIME = "crime"
    ANOTHERS_SAFETY = "anothers_safety"


class RestrictionStep(StrEnum):
    """What became of a restriction that was asked for."""

    PLACED = "placed"
    REFUSED = "refused"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Restriction:
    """One right, as far as it is about a time that has passed. `told`: the person sees that it is there.

    The weighing is sealed, each part by itself; `untold_sealed`: why telling would defeat it, empty when it is told.
    """

    id: RestrictionId
    case_id: CaseId
    right: Right
    ground: Ground
    window: Interval
    until_at: datetime
    told: bool
    prejudice_sealed: bytes
    vulnerability_sealed: bytes
    rights_sealed: bytes
    proportion_sealed: bytes
    untold_sealed: bytes
    asked_by: ActorId
    asked_at: datetime

    def __post_init__(self) -> None:
        if not all((self.prejudice_sealed, self.vulnerability_sealed, self.rights_sealed, self.proportion_sealed)):
            raise IllegalValue("a restriction that was not weighed")
        if bool(self.untold_sealed) is self.told:
            raise IllegalValue("why it is not told, and only then")
        if not self.asked_at < self.until_at <= self.asked_at + RESTRICTED_MAX:
            raise IllegalValue("a restriction ends, within four weeks of being asked for")
        if not self.window.to_at <= self.asked_at:
            raise IllegalValue("a restriction is about what has passed")
        if not timedelta(0) < self.window.to_at - self.window.from_at <= ABOUT_MAX:
            raise IllegalValue("a restriction is about three months at most")


@dataclass(frozen=True, slots=True)
class StandingRestriction:
    """A restriction with what became of it. `entry`: where it was asked for; `answered`: where it was answered."""

    restriction: Restriction
    entry: int
    step: RestrictionStep | None = None
    answered_by: ActorId | None = None
    answered_at: datetime | None = None
    answered_entry: int | None = None
    ended_at: datetime | None = None

    def in_force(self, at: datetime) -> bool:
        """Whether it holds anything back at an instant: it ends by itself."""
        return self.step is RestrictionStep.PLACED and at < self.restriction.until_at


@dataclass(frozen=True, slots=True)
class HeldBack:
    """A time whose positions are left out of one copy. `told`: the copy says so."""

    from_at: datetime
    to_at: datetime
    until_at: datetime
    told: bool
