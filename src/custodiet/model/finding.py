"""Watches and findings: what was judged, without a place.

Four different things: an *event* is what a device reported, an *alert* is one that needs a human, a *possible breach*
stands after triage, a *breach* was decided after enquiry by a named human (model/alert.py). A finding is what raises,
weakens or ends an alert.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from custodiet.model.identity import AlertId, CaseId, ConditionId, DecisionId, FittingId
from custodiet.model.report import Method


class Doubt(StrEnum):
    """Why a fix cannot tell. Stored: never reuse or rename one."""

    NO_ACCURACY = "no_accuracy"
    WIDE = "wide"
    EDGE = "edge"
    METHOD = "method"
    SPEED = "speed"
    JUMP = "jump"
    IN_TEST = "in_test"
    """The zone is new, and in test."""


class Band(StrEnum):
    """How far from the edge: never the figure, which stands in the sealed evidence."""

    NEAR = "0-25 m"
    AWAY = "25-100 m"
    FAR = "over 100 m"


class Matter(StrEnum):
    """What an alert is about. Stored: never reuse or rename one."""

    OUT_OF_PLACE = "out_of_place"
    """Outside where the person is to be, or inside where they are not to be."""
    UNANSWERED = "unanswered"
    """The hours began, and no fix has come."""
    TAMPER = "tamper"
    BATTERY = "battery"
    DEVICE_FAULT = "device_fault"
    HELP = "help"
    """The wearer asked for help."""


class Weight(StrEnum):
    """What may become of an alert. Only an adverse one can ever become a possible breach."""

    ADVERSE = "adverse"
    UNCERTAIN = "uncertain"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a finding rests on, in words that hold no place (R63 to R65).

    `fixes`: how many counted; `doubtful`: how many between them could not tell, and why the first could not;
    `radius_m`: the largest disc among those that counted; `gap_s`: silence before the first; None: nothing before it is
    known.
    """

    fixes: int = 0
    doubtful: int = 0
    doubt: Doubt | None = None
    band: Band | None = None
    radius_m: int | None = None
    gap_s: int | None = None
    methods: tuple[Method, ...] = ()


NOTHING_SEEN = Seen()


@dataclass(frozen=True, slots=True)
class Raised:
    """Something that needs a human. Times are those of fixes; `raised_at` is ours."""

    alert_id: AlertId
    case_id: CaseId
    decision_id: DecisionId
    fitting_id: FittingId | None
    condition_id: ConditionId | None
    matter: Matter
    weight: Weight
    began_at: datetime
    confirmed_at: datetime
    raised_at: datetime
    seen: Seen = NOTHING_SEEN


class Why(StrEnum):
    """Why an alert no longer stands as it was raised. Stored: never reuse or rename one."""

    LATE_FIX = "late_fix"
    FAULTY_DEVICE = "faulty_device"
    ANNULLED = "annulled"
    DISPUTED = "disputed"
    ABSENCE = "absence"
    BOOKED = "booked"


@dataclass(frozen=True, slots=True)
class Weakened:
    """A later-arriving fix, a faulty device or an annulled decision speaks against it: it can accuse nobody now."""

    alert_id: AlertId
    at: datetime
    why: Why


@dataclass(frozen=True, slots=True)
class Ended:
    """What the alert is about is over, since the fix time `ended_at`: the paired clear."""

    alert_id: AlertId
    ended_at: datetime


Finding = Raised | Weakened | Ended


@dataclass(frozen=True, slots=True)
class Run:
    """Fixes in a row that say the same: how many, from which fix time to which, and what of them is told on.

    `moved`: whether anything but the place itself has said that the device went there.
    """

    count: int = 0
    from_at: datetime | None = None
    last_at: datetime | None = None
    seen: Seen = NOTHING_SEEN
    moved: bool = False


NO_RUN = Run()


@dataclass(frozen=True, slots=True)
class Episode:
    """An alert that is over, as far as a late fix may still speak against it."""

    alert_id: AlertId
    from_at: datetime
    confirmed_at: datetime


@dataclass(frozen=True, slots=True)
class Watch:
    """One condition on one fitting, as last judged: durable, and without a place. Written only when it changes.

    `against`: usable fixes in a row that speak against the person; `leaning`: fixes in a row that look as if, certain
    or not; `back`: usable fixes in a row that say it is over. `alert_id`: the alert that is open, raised with `weight`.
    """

    condition_id: ConditionId
    fitting_id: FittingId
    against: Run = NO_RUN
    leaning: Run = NO_RUN
    back: Run = NO_RUN
    alert_id: AlertId | None = None
    weight: Weight | None = None
    confirmed_at: datetime | None = None
    began_at: datetime | None = None
    past: tuple[Episode, ...] = ()


@dataclass(frozen=True, slots=True)
class DeviceWatch:
    """One fitting's device, as last judged. Written only when it changes."""

    fitting_id: FittingId
    battery_low: int = 0
    """Readings in a row below the mark."""
    battery_alert: AlertId | None = None
    tamper_at: datetime | None = None
    """When a sensor last spoke of tampering, and which did."""
    tamper_sensors: tuple[str, ...] = ()
    tamper_alert: AlertId | None = None
    fault_alert: AlertId | None = None
    decision_id: DecisionId | None = None
    """Under which decision the sensors spoke: one does not bear another's out."""
    raised: int = 0
    """How many alerts it has raised: each has an identity of its own."""
    help_at: datetime | None = None
    """When help was last asked for."""
    battery_at: datetime | None = None
    """When the newest reading below the mark was made: one that comes again is no second one."""
    tamper_began_at: datetime | None = None
    tamper_confirmed_at: datetime | None = None
    """What its alert of tampering rests on; unknown of one that was raised before these were kept."""
