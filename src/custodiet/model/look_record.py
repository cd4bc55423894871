"""Records of looking: each stands before anything opens, and the person sees all of them.

As in model/record.py: fields are only ever added, at the end, with a default. Words appear sealed.
"""

from dataclasses import dataclass
from datetime import datetime

from custodiet.model.condition import Interval
from custodiet.model.identity import ActorId, AlertId, CaseId, LookUpId
from custodiet.model.look_up import Attempt, Grant, LookUp, Question, Reading, RefusedBecause


@dataclass(frozen=True, slots=True)
class LookUpAsked:
    """Someone asks to see."""

    look_up: LookUp


@dataclass(frozen=True, slots=True)
class LookUpApproved:
    """A second person said yes, to all of it or to less."""

    grant: Grant


@dataclass(frozen=True, slots=True)
class LookUpRefused:
    """A second person said no, with a reason."""

    look_up_id: LookUpId
    because: RefusedBecause
    at: datetime
    by: ActorId
    words_sealed: bytes = b""


@dataclass(frozen=True, slots=True)
class LookUpEnded:
    """A request was taken back, or a grant ended before its time."""

    look_up_id: LookUpId
    at: datetime
    by: ActorId


@dataclass(frozen=True, slots=True)
class ReadingOpened:
    """One opening under a grant: the vault opens on this, once, and on nothing else.

    `judged`: what the vault looks at besides, to know what of the window is not shown; none of it leaves.
    """

    reading: Reading
    judged: Interval | None = None


@dataclass(frozen=True, slots=True)
class QuestionAsked:
    """A question of the closed list; its answer stands nowhere.

    `alert_id`: the claimed alert within which an operator asks; None: an officer asks, in a case in their sight.
    """

    question: Question
    alert_id: AlertId | None = None


@dataclass(frozen=True, slots=True)
class LookRefused:
    """Someone tried to look and a rule or the policy said no: with the code of every reason."""

    case_id: CaseId
    attempt: Attempt
    codes: tuple[str, ...]
    at: datetime
    by: ActorId
