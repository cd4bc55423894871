"""Records of disclosing: each stands before anything leaves, and the person sees all of them.

As in model/record.py: fields are only ever added, at the end, with a default. Words appear sealed.
"""

from dataclasses import dataclass
from datetime import datetime

from custodiet.model.case import Task
from custodiet.model.condition import Interval
from custodiet.model.disclosure import AgencyRequest, Pack, RecalledAs, Release, Wanted
from custodiet.model.identity import ActorId, CaseId, RequestId, SampleId, SchemeId


@dataclass(frozen=True, slots=True)
class AgencyAsked:
    """An external agency asks for where someone was; whoever took it down stands as `asked_by`."""

    request: AgencyRequest


@dataclass(frozen=True, slots=True)
class AgencyRefused:
    """Refused: by a rule at once, or by a person. `codes`: of every reason."""

    request_id: RequestId
    codes: tuple[str, ...]
    at: datetime
    by: ActorId
    words_sealed: bytes = b""


@dataclass(frozen=True, slots=True)
class AgencyTurnedAway:
    """An agency wanted what nobody here gives: no request comes of it. `case_id` None: it was about no one person.

    `codes`: of every reason for which the policy did not let this account so much as note it.
    """

    scheme_id: SchemeId
    wanted: Wanted
    at: datetime
    by: ActorId
    case_id: CaseId | None = None
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReleaseApproved:
    """A second person said yes, to all of it or to less. `tasks`: the assessment that follows an urgent one."""

    release: Release
    tasks: tuple[Task, ...] = ()


@dataclass(frozen=True, slots=True)
class PackGiven:
    """One pack under a yes: the vault opens on this, once, and encrypts to the request's key.

    `judged`: what the vault looks at besides, to know what of the window is not in it; none of it leaves.
    """

    pack: Pack
    judged: Interval | None = None


@dataclass(frozen=True, slots=True)
class PackReceived:
    """The recipient said that they have it."""

    request_id: RequestId
    at: datetime
    by: ActorId


@dataclass(frozen=True, slots=True)
class PackRecalled:
    """The recipient is told to destroy it and to say so. It cannot be taken back by force."""

    request_id: RequestId
    because: RecalledAs
    at: datetime
    by: ActorId


@dataclass(frozen=True, slots=True)
class ReleaseAssessed:
    """An urgent yes, assessed afterwards."""

    request_id: RequestId
    upheld: bool
    at: datetime
    by: ActorId
    words_sealed: bytes = b""


@dataclass(frozen=True, slots=True)
class SampleDrawn:
    """Requests of a month, drawn at random by us to be looked into: once, so that nobody draws until it pleases.

    `month`: its first day as `2031-03`. `of`: how many there were.
    """

    id: SampleId
    scheme_id: SchemeId
    month: str
    of: int
    requests: tuple[RequestId, ...]
    at: datetime
    by: ActorId
