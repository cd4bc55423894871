"""The device desk: what people find of a device, and do with it. Codes alone: no word about a person stands here."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from custodiet.model.errors import IllegalValue
from custodiet.model.finding import Matter
from custodiet.model.identity import ActorId, DeviceId, FittingId


class Noted(StrEnum):
    """What was done at the desk. Stored: never reuse or rename one."""

    CHECKED = "checked"
    """Fitted, with the person's identity, the serial and the fit checked."""
    INSPECTED = "inspected"
    REMOVED = "removed"
    FAULTY = "faulty"
    """Out of stock; what it raised meanwhile speaks against nobody (R66)."""
    MENDED = "mended"


class Identified(StrEnum):
    """How it was made sure whose the device is. Stored: never reuse or rename one."""

    DOCUMENT = "document"
    KNOWN_IN_PERSON = "known_in_person"
    THIRD_PARTY = "third_party"


class Removal(StrEnum):
    """Why a device comes off. Stored: never reuse or rename one."""

    MEDICAL = "medical"
    SWAP = "swap"
    ENDED = "ended"
    HURTS = "hurts"
    FAULTY = "faulty"


class Outcome(StrEnum):
    """What an inspection found. Stored: never reuse or rename one."""

    FINE = "fine"
    REFITTED = "refitted"
    SKIN = "skin"
    """It hurts: the skin under it is sore."""
    DAMAGED = "damaged"
    MEDICAL = "medical"
    """It has to come off: a doctor says so, or something that a doctor is to do."""


COMES_OFF: frozenset[Outcome] = frozenset({Outcome.SKIN, Outcome.MEDICAL})
"""What an inspection finds that asks for the device to come off, within a set time (R79)."""


class Fault(StrEnum):
    """What is wrong with a device. Stored: never reuse or rename one."""

    BATTERY = "battery"
    STRAP_SENSOR = "strap_sensor"
    POSITIONS = "positions"
    RADIO = "radio"
    OTHER = "other"


class Stock(StrEnum):
    """Where a device is. Nothing keeps it: it follows from fittings and notes."""

    IN_STOCK = "in_stock"
    FITTED = "fitted"
    RETURNED = "returned"
    """Off someone and not looked at yet."""
    FAULTY = "faulty"


@dataclass(frozen=True, slots=True)
class Check:
    """What whoever fits a device has made sure of."""

    identified: Identified
    serial_read: str
    """As read off the device itself."""
    fit_checked: bool


@dataclass(frozen=True, slots=True)
class Note:
    """One line of a device's history. `since_at`: of a removal when it came off, of a fault when it began."""

    device_id: DeviceId
    kind: Noted
    code: str
    at: datetime
    noted_by: ActorId
    fitting_id: FittingId | None = None
    since_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.code not in _CODES[self.kind]:
            raise IllegalValue("a note of one kind with the code of another")
        if self.since_at is not None and self.since_at > self.at:
            raise IllegalValue("what is noted has begun")


_CODES: dict[Noted, frozenset[str]] = {
    Noted.CHECKED: frozenset(Identified),
    Noted.INSPECTED: frozenset(Outcome),
    Noted.REMOVED: frozenset(Removal),
    Noted.FAULTY: frozenset(Fault),
    Noted.MENDED: frozenset({""}),
}


@dataclass(frozen=True, slots=True)
class StockLine:
    """A device in a list."""

    device_id: DeviceId
    serial: str
    stock: Stock


@dataclass(frozen=True, slots=True)
class ToInspect:
    """A device on someone that is to be inspected by a time. Whose it is stands on a page of its case alone."""

    device_id: DeviceId
    serial: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Wear:
    """What the devices of one batch went through on everyone together. `batch` None: of those of which none is said.

    `low`: alerts of a low battery; `faults`: those that the desk recorded.
    """

    batch: str | None
    devices: int
    people: int
    worn: timedelta
    low: int
    faults: int


@dataclass(frozen=True, slots=True)
class RaisedBy:
    """How often a device raised one matter, on everyone who ever wore it, and how often that still stands."""

    matter: Matter
    times: int
    standing: int
