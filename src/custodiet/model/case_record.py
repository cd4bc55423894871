"""A case's record, opened: what stands sealed in it. Held in memory for whoever looks, and kept nowhere."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from custodiet.model.alert import StatementKind
from custodiet.model.attachment import AttachedTo, FileType
from custodiet.model.condition import ConditionKind
from custodiet.model.contact_record import CameOf, Direction, Verified, Way
from custodiet.model.identity import (
    ActorId,
    AlertId,
    AttachmentId,
    CaseId,
    ConditionId,
    DecisionId,
    LookUpId,
    RequestId,
    ScreeningId,
    UnmaskId,
)
from custodiet.model.mode import ModeCode
from custodiet.model.screening import Screened
from custodiet.model.staff import Function


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone of a decision that is in force, paused or proposed; `geometry` is GeoJSON."""

    condition_id: ConditionId
    decision_id: DecisionId
    kind: ConditionKind
    geometry: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A dated fact that someone stated, with their words."""

    kind: StatementKind
    since_at: datetime
    stated_at: datetime
    stated_by: ActorId
    words: str


class About(StrEnum):
    """What a text belongs to."""

    FACT = "fact"
    REPRESENTATION = "representation"
    REPLY = "reply"
    """The answer to a representation."""
    ASSESSMENT = "assessment"
    RETURN = "return"
    """Why a proposal was given back."""
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Text:
    """What someone wrote. `thing`: the fact, representation, assessment, decision or review; `part`: of an assessment,
    the family of lower rungs that it is about, "" for the whole. `function`: what they were then; None: nobody knows.
    """

    about: About
    thing: str
    part: str
    at: datetime
    by: ActorId
    function: Function | None
    words: str


@dataclass(frozen=True, slots=True)
class Answers:
    """What came of the newest screening."""

    screening_id: ScreeningId
    answers: tuple[Screened, ...]


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What whoever looks has typed of an assessment and not sent: names of fields with values, a name for each."""

    mode: ModeCode
    saved_at: datetime
    drop_at: datetime
    typed: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class AgencySaid:
    """Who asks for an agency, and what they say, while their request waits for a second person."""

    request_id: RequestId
    words: str
    order: str = ""
    """A court's order, where it rests on one."""


@dataclass(frozen=True, slots=True)
class LookUpWhy:
    """Why a look-up that waits for a second person was asked for, in words."""

    look_up_id: LookUpId
    words: str


@dataclass(frozen=True, slots=True)
class UnmaskWhy:
    """Why a window is to be unmasked, while that waits for a third person."""

    unmask_id: UnmaskId
    words: str


@dataclass(frozen=True, slots=True)
class Contacted:
    """One try to reach the person, or their call in; `words`: what was said. None: nothing, or it is shut."""

    alert_id: AlertId
    at: datetime
    by: ActorId
    direction: Direction
    how: Way
    outcome: CameOf
    verified: Verified | None
    words: str | None


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that belongs to the case; its content is given by an opening of its own."""

    attachment_id: AttachmentId
    about: AttachedTo
    thing: str
    at: datetime
    by: ActorId
    name: str
    type: FileType


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """What is sealed of one case. `name` and `contact` are None for someone of whom none was given, or is erased;
    `screening` for who was never screened, or whose answers do not open.
    """

    case_id: CaseId
    name: str | None
    zones: tuple[Zone, ...] = ()
    notes: tuple[Note, ...] = ()
    screening: Answers | None = None
    texts: tuple[Text, ...] = ()
    unfinished: Unfinished | None = None
    contact: str | None = None
    whys: tuple[LookUpWhy, ...] = ()
    contacts: tuple[Contacted, ...] = ()
    files: tuple[Attached, ...] = ()
    said: tuple[AgencySaid, ...] = ()
    unmasks: tuple[UnmaskWhy, ...] = ()
