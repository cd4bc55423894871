"""What a sender said, and what became of it.

What is made anew for every fix is a msgspec Struct: as frozen as a dataclass, and made ten times as fast.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from custodiet.model.errors import IllegalValue
from custodiet.model.identity import CaseId, DecisionId, FittingId, PersonId
from custodiet.model.mode import Category, Kind

_E7 = 10_000_000
_FIX = Kind.FIX


class Method(StrEnum):
    """How a position was found (R63). Stored: never reuse or rename one."""

    GPS = "gps"
    RF = "rf"
    LBS = "lbs"
    WIFI = "wifi"

    __hash__ = str.__hash__  # as Kind


class Fix(msgspec.Struct, frozen=True, gc=False):
    """A position. It has no text form, so that no log, message or traceback can hold one.

    Degrees are whole 1e-7 steps (WGS 84); `accuracy_m` is the radius that the device claims for about two fixes in
    three; unknown is None and never 0.
    """

    lat_e7: int
    lon_e7: int
    accuracy_m: float | None = None
    altitude_m: float | None = None
    speed_mps: float | None = None
    course_deg: float | None = None
    method: Method | None = None
    satellites: int | None = None
    hdop: float | None = None

    def __post_init__(self) -> None:
        if not (-90 * _E7 <= self.lat_e7 <= 90 * _E7 and -180 * _E7 <= self.lon_e7 <= 180 * _E7):
            raise IllegalValue("a position outside the globe")

    def __repr__(self) -> str:
        return "<Fix>"

    def __rich_repr__(self) -> list[tuple[str, object]]:
        return []


class Alarm(StrEnum):
    """What a device says of itself, as far as anyone needs it."""

    STRAP = "strap"
    CASE = "case"
    RADIO = "radio"
    FAULT = "fault"
    POWER = "power"
    """About to go dark: a low battery, power cut or switched off. As a battery level below the mark."""
    HELP = "help"
    """The wearer asks for help."""


class DeviceSays(msgspec.Struct, frozen=True, gc=False):
    """A device about itself. Unknown is None; an empty set of alarms is silence, not health."""

    battery_percent: float | None = None
    charging: bool | None = None
    alarms: frozenset[Alarm] = frozenset()


@dataclass(frozen=True, slots=True, repr=False)
class Crossing:
    """A device judged by itself that it crossed the edge of a region it was given. It holds no place.

    `region`: what the device calls the region; one of ours bears the id of its condition. `accuracy_m`: of the fix that
    the device judged by.
    """

    region: str
    entered: bool
    accuracy_m: float | None = None

    def __repr__(self) -> str:
        return "<Crossing>"


class Report(msgspec.Struct, frozen=True, gc=False):
    """One report as decoded; without a text form, as a fix is: a sender may put anything into a serial.

    Of a FIX, `fix` and `fix_time` stand together or not at all: a report whose position or time is missing, out of
    range or marked invalid has neither. A TRANSITION has its `crossing` and no fix, an EVENT neither; `fix_time` is
    then when the device says it was. `repeats`: the device says that it repeats an older fix under a newer clock, so a
    second sighting is not a re-sending. `by_hand`: whoever carries the device sent it, not the device by itself.
    """

    serial: str
    kind: Kind
    fix_time: datetime | None
    fix: Fix | None
    repeats: bool = False
    says: DeviceSays | None = None
    by_hand: bool = False
    crossing: Crossing | None = None

    def __post_init__(self) -> None:
        if self.fix is not None and self.fix_time is not None and self.kind is _FIX and self.crossing is None:
            return  # nearly all of them
        if self.fix is not None and self.fix_time is None:
            raise IllegalValue("a fix without its time")
        if self.kind is Kind.FIX and self.fix is None and self.fix_time is not None:
            raise IllegalValue("a time without its fix")
        if self.kind is not Kind.FIX and self.fix is not None:
            raise IllegalValue("a fix in what is none")
        if (self.kind is Kind.TRANSITION) != (self.crossing is not None):
            raise IllegalValue("a transition crosses something, and nothing else does")

    def __repr__(self) -> str:
        return f"<Report of a {self.kind}>"

    def __rich_repr__(self) -> list[tuple[str, object]]:
        return []


class Outcome(StrEnum):
    """What became of a report; the word the sender reads."""

    KEPT = "kept"
    JUDGED = "judged"
    DUPLICATE = "duplicate"
    REFUSED = "refused"

    __hash__ = str.__hash__  # as Kind


class Reason(StrEnum):
    """Why a report was refused, or which duplicate it is.

    The order counts: several may hold, all are counted, and the sender reads the last of this list that holds.
    """

    NONE = "none"
    BEFORE = "before"
    ENDED = "ended"
    SUSPENDED = "suspended"
    ANNULLED = "annulled"
    TOO_LATE = "too_late"
    FUTURE = "future"
    NO_FIX_TIME = "no_fix_time"
    ERASED = "erased"
    NOT_YOURS = "not_yours"
    TOKEN_ENDED = "token_ended"  # noqa: S105 - a reason, not a secret
    NOT_THE_FORMAT = "not_the_format"
    NOTHING_IN_IT = "nothing_in_it"
    CONFLICT = "conflict"


REASON_ORDER = {reason: place for place, reason in enumerate(Reason)}


class Admitted(msgspec.Struct, frozen=True, gc=False):
    """A fix that may be kept or judged. Only rules.authority.admit makes one."""

    fix: Fix
    fix_time: datetime
    person_id: PersonId
    case_id: CaseId
    fitting_id: FittingId
    decision_id: DecisionId
    category: Category | None
    """Under which category it is kept; None: judged in memory and dropped."""


class AdmittedWord(msgspec.Struct, frozen=True, gc=False):
    """What may be kept as said: a crossing, a check-in, a device's word. Only rules.authority.admit makes one.

    `fix`: of a check-in that is to come from an area, to be compared and dropped at once.
    """

    kind: Kind
    at: datetime
    person_id: PersonId
    case_id: CaseId
    fitting_id: FittingId
    decision_id: DecisionId
    crossing: Crossing | None = None
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Not admitted, with every reason that holds; the coordinates are already gone."""

    reasons: tuple[Reason, ...]

    def __post_init__(self) -> None:
        if not self.reasons:
            raise IllegalValue("a refusal without a reason")

    @property
    def shown(self) -> Reason:
        """The one reason the sender reads."""
        return self.reasons[-1]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one report is answered with."""

    outcome: Outcome
    reasons: tuple[Reason, ...] = ()

    @property
    def shown(self) -> Reason | None:
        """The reason on the wire, or None."""
        return self.reasons[-1] if self.reasons else None
