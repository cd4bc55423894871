"""An external agency's request for where someone was, a second person's yes, and the pack that one recipient can open.

Who asks and what they say stands sealed. Nothing here holds a position: a pack leaves the vault encrypted (R15, R16).
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from custodiet.model.condition import Interval
from custodiet.model.errors import IllegalValue
from custodiet.model.identity import ActorId, CaseId, RequestId
from custodiet.model.look_up import Precision

REQUEST_HOLDS = timedelta(days=7)
"""How long a request waits for its second person; after that it is asked anew."""
PACK_WITHIN = timedelta(hours=24)
"""How long after the yes a pack is made."""
ASSESS_WITHIN = timedelta(hours=24)
"""How long after an urgent yes the data protection officer assesses it."""
SIGNED_WITHIN = timedelta(days=28)
"""An older request is signed anew: what it was needed for may be over."""
_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_AGE_KEY = re.compile(r"age1[02-9ac-hj-np-z]{58}\Z")


class Wanted(StrEnum):
    """What an agency may want that nobody here gives. Stored: never reuse or rename one."""

    STANDING_FEED = "standing_feed"
    """Positions as they come, or again and again."""
    COHORT = "cohort"
    """Who of everyone was near a place, or matches something."""
    ACCESS = "access"
    """A sign-in of theirs, or one that several share."""


class Verified(StrEnum):
    """How it was found that the requester is who they say. Stored: never reuse or rename one."""

    CALLED_BACK = "called_back"
    """On a number that was known before, not the one they gave."""
    KNOWN_MAIL = "known_mail"
    IN_PERSON = "in_person"
    SEALED_ORDER = "sealed_order"
    NOT_VERIFIED = "not_verified"


class Cut(StrEnum):
    """What of the window is given. Stored: never reuse or rename one."""

    PLACES = "places"
    HOME_STATES = "home_states"
    """At home or not at each report, and no place."""

    def gives_no_more_than(self, other: "Cut") -> bool:
        """Whether it is the same, or less."""
        return self is other or self is Cut.HOME_STATES


class Basis(StrEnum):
    """What a request rests on. Stored: never reuse or rename one."""

    REQUEST = "request"
    COURT_ORDER = "court_order"
    """A court's own order: what goes out under it is whole, as the person's own copy is."""


class RefusedAs(StrEnum):
    """Why a person refused it; rules refuse by codes of their own. Stored: never reuse or rename one."""

    UNCLEAR = "unclear"
    TOO_BROAD = "too_broad"
    NOT_NECESSARY = "not_necessary"
    NO_BASIS = "no_basis"
    LESS_WOULD_DO = "less_would_do"
    NOT_VERIFIED = "not_verified"
    WITHDRAWN = "withdrawn"
    OTHER = "other"


class RecalledAs(StrEnum):
    """Why a pack is asked back. Stored: never reuse or rename one."""

    UNAUTHORISED = "unauthorised"
    """What it holds was found to have been collected without authority."""
    WRONG_RECIPIENT = "wrong_recipient"
    WRONG_PERSON = "wrong_person"
    NOT_UPHELD = "not_upheld"
    """The assessment after an urgent one did not uphold it."""
    NO_LONGER_NEEDED = "no_longer_needed"


@dataclass(frozen=True, slots=True)
class AgencyRequest:
    """One request about one person: who asks (by the register's code), for which of its purposes, for what window.

    `signed_at` None: nobody has signed it yet, which only an urgent one may be. `recipient_key`: an age public key;
    only its holder opens the pack. `said_sealed`: the name, office and way to reach whoever asks, why, how it helps and
    why less would not do.
    """

    id: RequestId
    case_id: CaseId
    recipient: str
    purpose: str
    verified: Verified
    signed_at: datetime | None
    urgent: bool
    window: Interval
    precision: Precision
    cut: Cut
    recipient_key: str
    said_sealed: bytes
    asked_by: ActorId
    asked_at: datetime
    basis: Basis = Basis.REQUEST
    order_sealed: bytes = b""
    """The order: which court, its number, its date. Empty unless it rests on one."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing of the window is masked in its pack."""
        return self.basis is Basis.COURT_ORDER

    def __post_init__(self) -> None:
        if (self.basis is Basis.COURT_ORDER) != bool(self.order_sealed):
            raise IllegalValue("what rests on a court's order names it, and nothing else does")
        if not _AGE_KEY.match(self.recipient_key) or not _sums_up(self.recipient_key):
            raise IllegalValue(
                "a recipient's key is an age public key, with no letter exchanged: age1 and 58 characters"
            )


@dataclass(frozen=True, slots=True)
class Release:
    """A second person's yes to a request, or to less of it."""

    request_id: RequestId
    window: Interval
    precision: Precision
    cut: Cut
    approved_by: ActorId
    approved_at: datetime
    expires_at: datetime
    words_sealed: bytes = b""

    def __post_init__(self) -> None:
        if not self.approved_at < self.expires_at <= self.approved_at + PACK_WITHIN:
            raise IllegalValue("a pack is made within a day of the yes")


@dataclass(frozen=True, slots=True)
class Pack:
    """One making of a pack, as it is recorded before anything opens."""

    request_id: RequestId
    case_id: CaseId
    by: ActorId
    at: datetime


@dataclass(frozen=True, slots=True, repr=False)
class Packed:
    """A pack as the vault gave it: an age file. `sha256` of it, in hex. Without a text form."""

    index: int
    sha256: str
    file: bytes

    def __repr__(self) -> str:
        return "<Packed>"


@dataclass(frozen=True, slots=True)
class Step:
    """Something that came of a request: its entry's place, when and by whom."""

    entry: int
    at: datetime
    by: ActorId


@dataclass(frozen=True, slots=True)
class Requested:
    """A request as it stands. `release` None: nobody has said yes."""

    request: AgencyRequest
    release: Release | None = None
    refused_at: datetime | None = None
    refused_by: ActorId | None = None
    codes: tuple[str, ...] = ()
    packed_at: datetime | None = None
    """When its newest pack was made."""
    received_at: datetime | None = None
    recalled_at: datetime | None = None
    recalled_as: RecalledAs | None = None
    assessed_at: datetime | None = None
    upheld: bool | None = None

    def waits(self, now: datetime) -> bool:
        """Whether it waits for a second person still."""
        return self.release is None and self.refused_at is None and now < self.request.asked_at + REQUEST_HOLDS

    def assess_by(self) -> datetime | None:
        """By when an urgent one is to be assessed; None for one that needs no assessment, or has one."""
        if self.release is None or not self.request.urgent or self.assessed_at is not None:
            return None
        return self.release.approved_at + ASSESS_WITHIN


def _sums_up(key: str) -> bool:
    """Whether the last six letters are the checksum of the others (BIP 173): one that was mistyped is found here.

    Otherwise it would be found when the pack is made, after the ledger says that it was.
    """
    prefix, _, data = key.rpartition("1")
    values = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix] + [_LETTERS.index(c) for c in data]
    check = 1
    for value in values:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATORS):
            check ^= generator if top >> bit & 1 else 0
    return check == 1
