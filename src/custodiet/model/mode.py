"""The ladder of intrusion as one table: ranked by data and burden, not by hardware.

The table says what may be admitted and what is kept; receiving obeys the table and nothing else.
A mode that is not in the table does not exist. Codes are stored: never reuse or rename one.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a report says, as far as the ladder cares."""

    OUTCOME = "outcome"
    ATTENDANCE = "attendance"
    CHECK_IN = "check_in"
    PRESENCE = "presence"
    PROMPT = "prompt"
    TRANSITION = "transition"
    FIX = "fix"
    EVENT = "event"

    __hash__ = str.__hash__  # one of these is looked up for every fix; Enum's own hash is a call in Python


class Category(StrEnum):
    """A category of data that is kept; each has its own keys and its own retention rule."""

    OUTCOMES = "outcomes"
    EVENTS = "events"
    EVIDENCE = "evidence"
    TRAIL = "trail"

    __hash__ = str.__hash__  # as Kind


class Family(StrEnum):
    """Rungs that are answered together when something above them is asked for."""

    SUPPORT = "support"
    REPORTING = "reporting"
    COARSE_AREA = "coarse_area"
    HOME = "home"
    ON_DEVICE = "on_device"
    ON_ARRIVAL = "on_arrival"


class ModeCode(StrEnum):
    """The stored name of a rung."""

    NONE = "none"
    REMINDERS = "reminders"
    IN_PERSON = "in_person"
    TELEPHONE = "telephone"
    CHECK_IN = "check_in"
    CHECK_IN_AREA = "check_in_area"
    HOME_PRESENCE = "home_presence"
    CARRIED_PROMPTS = "carried_prompts"
    ZONE_ON_DEVICE = "zone_on_device"
    ZONE_ON_ARRIVAL = "zone_on_arrival"
    CARRIED_TRAIL = "carried_trail"
    FITTED_TRAIL = "fitted_trail"


@dataclass(frozen=True, slots=True)
class Mode:
    """One rung: what is admitted, what is kept, what never is."""

    rung: int
    code: ModeCode
    title: str
    admits: frozenset[Kind]
    keeps: frozenset[Category]
    never: str

    @property
    def keeps_trail(self) -> bool:
        """Whether a position may ever be written as a trail under this mode."""
        return Category.TRAIL in self.keeps

    @property
    def locates(self) -> bool:
        """Whether it admits a position, or that the person is present somewhere or with a device (R51)."""
        return bool(self.admits & _LOCATING) or self.code is ModeCode.CHECK_IN_AREA

    @property
    def worn(self) -> bool:
        """Whether the person has a device with them that must come back when the mode ends."""
        return bool(self.admits & (_LOCATING - {Kind.PRESENCE}))

    @property
    def needs_device(self) -> bool:
        """Whether it works only with a device that is charged and heard: on the person, or at home."""
        return bool(self.admits & _LOCATING)

    @property
    def lower_families(self) -> tuple[Family, ...]:
        """What must be answered before this rung is asked for: every family with a rung below it."""
        return tuple(family for family, rungs in FAMILIES.items() if rungs[0] < self.rung)


_LOCATING = frozenset({Kind.PRESENCE, Kind.PROMPT, Kind.TRANSITION, Kind.FIX})
"""A prompt that is answered says that the person is with the device, and the device is one that could be located."""

FAMILIES: dict[Family, tuple[int, ...]] = {
    Family.SUPPORT: (0, 1),
    Family.REPORTING: (2, 3, 4),
    Family.COARSE_AREA: (5,),
    Family.HOME: (6,),
    Family.ON_DEVICE: (7, 8),
    Family.ON_ARRIVAL: (9,),
}
"""The ladder's families of lower rungs, the lowest first."""


def _rung(rung: int, code: ModeCode, title: str, admits: set[Kind], keeps: set[Category], never: str) -> Mode:
    return Mode(rung, code, title, frozenset(admits), frozenset(keeps), never)


LADDER: tuple[Mode, ...] = (
    _rung(0, ModeCode.NONE, "none; address and support", set(), set(), "everything"),
    _rung(1, ModeCode.REMINDERS, "reminders", {Kind.OUTCOME}, {Category.OUTCOMES}, "position"),
    _rung(2, ModeCode.IN_PERSON, "in-person reporting", {Kind.ATTENDANCE}, {Category.OUTCOMES}, "position"),
    _rung(3, ModeCode.TELEPHONE, "telephone reporting", {Kind.OUTCOME}, {Category.OUTCOMES}, "voiceprint"),
    _rung(
        4,
        ModeCode.CHECK_IN,
        "check-in by phone or web",
        {Kind.CHECK_IN},
        {Category.OUTCOMES},
        "coordinates, IP address",
    ),
    _rung(
        5,
        ModeCode.CHECK_IN_AREA,
        "check-in with coarse area",
        {Kind.CHECK_IN},
        {Category.OUTCOMES},
        "coordinate, selfie",
    ),
    _rung(
        6,
        ModeCode.HOME_PRESENCE,
        "home presence (home unit, beacon)",
        {Kind.PRESENCE},
        {Category.EVENTS},
        "anything elsewhere",
    ),
    _rung(
        7,
        ModeCode.CARRIED_PROMPTS,
        "non-fitted device, prompts only",
        {Kind.PROMPT},
        {Category.OUTCOMES},
        "trail, template",
    ),
    _rung(
        8,
        ModeCode.ZONE_ON_DEVICE,
        "zone or presence judged on the device",
        {Kind.TRANSITION},
        {Category.EVENTS},
        "trail, and any bare position",
    ),
    _rung(
        9,
        ModeCode.ZONE_ON_ARRIVAL,
        "zone or curfew judged on arrival",
        {Kind.FIX},
        {Category.EVENTS, Category.EVIDENCE},
        "trail",
    ),
    _rung(
        10,
        ModeCode.CARRIED_TRAIL,
        "non-fitted device with trail",
        {Kind.FIX, Kind.PROMPT},
        {Category.TRAIL, Category.EVENTS, Category.EVIDENCE, Category.OUTCOMES},
        "template",
    ),
    _rung(
        11,
        ModeCode.FITTED_TRAIL,
        "fitted GPS with trail, read by exception",
        {Kind.FIX, Kind.EVENT},
        {Category.TRAIL, Category.EVENTS, Category.EVIDENCE},
        "live view",
    ),
)

MODES: dict[ModeCode, Mode] = {mode.code: mode for mode in LADDER}

NOT_BUILT: tuple[str, ...] = (
    "live map of everyone",
    "pattern of life",
    "association of people",
    "whole-cohort matching",
    "automated rung or duration decisions",
    '"unsuitable" or risk scores',
)
"""Functions this project refuses to build, by name."""
