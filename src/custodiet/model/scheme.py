"""A scheme: whose monitoring this is, for what, under which power, and how long each category is kept."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from custodiet.model.errors import IllegalValue
from custodiet.model.identity import SchemeId
from custodiet.model.judging import DEFAULTS, Judging
from custodiet.model.mode import Category, ModeCode


class Force(StrEnum):
    """What the power says in law: the authority must, or may."""

    DUTY = "duty"
    DISCRETION = "discretion"


class Regime(StrEnum):
    """Which data-protection regime the processing falls under."""

    UK_GDPR = "uk_gdpr"
    LAW_ENFORCEMENT = "law_enforcement"


@dataclass(frozen=True, slots=True)
class Purpose:
    """What the data are for. `operational` is off unless someone decided otherwise (R8)."""

    code: str
    title: str
    operational: bool = False


@dataclass(frozen=True, slots=True)
class Power:
    """The provision relied on; `source` is its citation."""

    code: str
    title: str
    source: str
    force: Force
    regime: Regime
    satisfied_from: ModeCode | None = None
    """Of a duty: the lowest rung that satisfies it, if the scheme says (R105)."""


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """How long one category is kept after the decision ended, and why (R10)."""

    category: Category
    days: int
    justification: str

    def __post_init__(self) -> None:
        if self.days < 0 or not self.justification:
            raise IllegalValue("a retention rule needs whole days and a justification")


@dataclass(frozen=True, slots=True)
class Scheme:
    """One controller's use of monitoring. `removal_hours`: deadline to tell the person and take a device off."""

    id: SchemeId
    name: str
    controller: str
    starts_at: datetime
    ends_at: datetime | None
    purposes: tuple[Purpose, ...]
    powers: tuple[Power, ...]
    modes: tuple[ModeCode, ...]
    retention: tuple[RetentionRule, ...]
    removal_hours: int = 24
    judging: Judging = DEFAULTS

    def __post_init__(self) -> None:
        if not self.purposes or not self.powers:
            raise IllegalValue("a scheme needs at least one purpose and one power")
        for codes in ([p.code for p in self.purposes], [p.code for p in self.powers]):
            if len(set(codes)) != len(codes):
                raise IllegalValue("a code stands twice in a scheme")
        if len({rule.category for rule in self.retention}) != len(self.retention):
            raise IllegalValue("a category has two retention rules")
        if self.ends_at is not None and self.ends_at <= self.starts_at:
            raise IllegalValue("a scheme ends before it starts")
