"""Devices, who carries which from when to when, and who may send reports for them."""

import re
from dataclasses import dataclass
from datetime import datetime

from custodiet.model.errors import IllegalValue
from custodiet.model.identity import CaseId, DeviceId, FittingId, SchemeId, SenderId, TokenId

BATCH = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./_-]{0,39}")
"""A label, and no sentence: nothing about a person belongs there."""


@dataclass(frozen=True, slots=True)
class Device:
    """A thing that reports. `serial` is the name it bears on the wire, unique among devices.

    `batch`: its model and batch, as its maker writes them; None where nobody said.
    """

    id: DeviceId
    serial: str
    batch: str | None = None

    def __post_init__(self) -> None:
        if not self.serial or len(self.serial) > 128:
            raise IllegalValue("a device serial has 1 to 128 characters")
        if self.batch is not None and not BATCH.fullmatch(self.batch):
            raise IllegalValue("a batch has 1 to 40 letters, digits and signs of a label")


@dataclass(frozen=True, slots=True)
class Fitting:
    """Device × person × dates: the only key by which a position is reachable.

    `strand` tells a person's devices apart: one case has one device and one decision at a time on each
    strand, so a device can be swapped and a decision renewed without touching the other.
    """

    id: FittingId
    device_id: DeviceId
    case_id: CaseId
    strand: str
    fitted_at: datetime
    removed_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.removed_at is not None and self.removed_at < self.fitted_at:
            raise IllegalValue("a device removed before it was fitted")

    def covers(self, at: datetime) -> bool:
        """Whether the device was on this person at that instant; half-open."""
        return self.fitted_at <= at and (self.removed_at is None or at < self.removed_at)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who posts reports: one device, or an upstream server for several. `scope`: serials of the devices, as of now."""

    id: SenderId
    scheme_id: SchemeId
    label: str
    scope: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.scope:
            raise IllegalValue("a sender needs at least one device in its scope")


@dataclass(frozen=True, slots=True)
class Token:
    """A sender's secret, stored as its SHA-256. It ends with its fitting, when someone ends it, or when it has been
    beside the next one for long enough: that end is known ahead.
    """

    id: TokenId
    sender_id: SenderId
    sha256: bytes
    issued_at: datetime
    fitting_id: FittingId | None = None
    ended_at: datetime | None = None

    def ended(self, at: datetime) -> bool:
        """Whether the token no longer speaks for its sender."""
        return self.ended_at is not None and self.ended_at <= at
