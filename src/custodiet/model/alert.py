"""An alert's life: raised by a machine, decided by people.

Event, alert, possible breach and breach are four different things; only a named human makes the last two, with
reasons, and the last one only after an enquiry. What is written in reasons and replies is sealed.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from custodiet.model.errors import IllegalValue
from custodiet.model.finding import NOTHING_SEEN, Matter, Seen, Weight, Why
from custodiet.model.identity import ActorId, AlertId, CaseId, ConditionId, DecisionId, FittingId, StatementId


class AlertState(StrEnum):
    """Where an alert stands. The legal moves are the table in rules/alerts.py."""

    RAISED = "raised"
    CLAIMED = "claimed"
    TRIAGED = "triaged"
    CLEARED = "cleared"
    POSSIBLE_BREACH = "possible_breach"
    ENQUIRY = "enquiry"
    NO_BREACH = "no_breach"
    BREACH = "breach"
    NOTIFIED = "notified"


class AlertMove(StrEnum):
    """What people do with an alert."""

    CLAIM = "claim"
    RELEASE = "release"
    TRIAGE = "triage"
    CLEAR = "clear"
    SUSPECT = "suspect"
    ENQUIRE = "enquire"
    EXCUSE = "excuse"
    DECIDE = "decide"
    NOTIFY = "notify"
    SUSPEND = "suspend"
    """Set aside until a time; then it is back in the queue by itself."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What an alert is about, as whoever claims it finds it: a question within it reaches no further.

    `ended_at` None: it goes on. `condition_id` None: it is about no condition.
    """

    case_id: CaseId
    began_at: datetime
    ended_at: datetime | None = None
    condition_id: ConditionId | None = None


class Excuse(StrEnum):
    """What the person says of it, as a kind; their words are sealed."""

    NOT_SO = "not_so"
    """They say that it did not happen: the fact is disputed from then on."""
    HEALTH = "health"
    AUTHORISED = "authorised"
    EMERGENCY = "emergency"
    DEVICE = "device"
    OTHER = "other"
    NONE = "none"
    """They were asked in vain: this hears nobody, and the time to answer goes on."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert as it stands."""

    id: AlertId
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
    ended_at: datetime | None = None
    weakened_at: datetime | None = None
    weakened_why: Why | None = None
    state: AlertState = AlertState.RAISED
    state_at: datetime | None = None
    held_by: ActorId | None = None
    enquiry_due_at: datetime | None = None
    decided_by: ActorId | None = None
    suspended_until: datetime | None = None
    """Set aside until then; whoever claims it ends that sooner."""

    @property
    def stands(self) -> bool:
        """Whether nothing has spoken against it since it was raised."""
        return self.weakened_why is None

    def is_suspended(self, now: datetime) -> bool:
        """Whether it is set aside, and out of the queue, at that time."""
        return self.suspended_until is not None and now < self.suspended_until


@dataclass(frozen=True, slots=True)
class AlertStep:
    """One move of an alert, as it was taken. `entry`: its place in the ledger, from 0; the reasons stay sealed."""

    alert_id: AlertId
    entry: int
    move: AlertMove
    state: AlertState
    acted_by: ActorId
    at: datetime
    until_at: datetime | None = None
    """Of a suspension: until when."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the person said to an enquiry, or that they were asked in vain."""

    alert_id: AlertId
    at: datetime
    excuse: Excuse
    text_sealed: bytes
    recorded_by: ActorId


@dataclass(frozen=True, slots=True)
class CameOfAlerts:
    """What became of a scheme's alerts about one matter. `nothing`: cleared, excused, or spoken against since."""

    matter: Matter
    raised: int
    nothing: int
    breaches: int

    @property
    def settled(self) -> int:
        """How many people or later facts have settled: what waits is no evidence either way."""
        return self.nothing + self.breaches


class StatementKind(StrEnum):
    """Facts with an author and a date, never a noun for a person (R106)."""

    OUT_OF_CONTACT = "out_of_contact_since"
    ABSCONDING = "absconding_declared"
    IN_CONTACT = "in_contact_since"


@dataclass(frozen=True, slots=True)
class Statement:
    """One dated fact, stated by someone, with reasons."""

    id: StatementId
    case_id: CaseId
    kind: StatementKind
    since_at: datetime
    stated_at: datetime
    stated_by: ActorId
    reasons_sealed: bytes

    def __post_init__(self) -> None:
        if self.since_at > self.stated_at:
            raise IllegalValue("a fact is stated once it is one")
        if not self.reasons_sealed:
            raise IllegalValue("a statement has its reasons")
