"""The decision: the individual authorisation, by officers or by an order that only its maker ends."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from custodiet.model.errors import IllegalValue
from custodiet.model.identity import ActorId, CaseId, DecisionId
from custodiet.model.mode import MODES, Mode, ModeCode

LATE_MAX_DEFAULT = timedelta(hours=24)
"""How old a fix may be when it arrives, unless the decision says otherwise."""
LATE_MAX_LIMIT = timedelta(days=30)
"""How far a decision may stretch it."""


class Authority(StrEnum):
    """Who decided."""

    OFFICERS = "officers"
    ORDER = "order"


class State(StrEnum):
    """Where a decision stands. The legal moves are the table in rules/decisions.py."""

    PROPOSED = "proposed"
    REFUSED = "refused"
    MADE = "made"
    SUSPENDED = "suspended"
    SUCCEEDED = "succeeded"
    LAPSED = "lapsed"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    ANNULLED = "annulled"


_OVER = frozenset({State.LAPSED, State.EXPIRED, State.WITHDRAWN, State.ANNULLED})
"""Ended by someone, or by time: authorises nothing from then on, whatever a clock says later."""


@dataclass(frozen=True, slots=True)
class Suspension:
    """A pause of collection. Half-open; `to_at` is unknown while it lasts."""

    from_at: datetime
    to_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.to_at is not None and self.to_at < self.from_at:
            raise IllegalValue("a pause that ends before it begins")

    def covers(self, at: datetime) -> bool:
        """Whether collection was paused at that instant."""
        return self.from_at <= at and (self.to_at is None or at < self.to_at)


@dataclass(frozen=True, slots=True)
class Decision:
    """One person's authorisation: mode, power, purposes, interval, review date and two people.

    An officers' decision never outlives its review date: whoever does not review, ends it (R14).
    An order ends on its own end date or when its maker ends it.
    """

    id: DecisionId
    case_id: CaseId
    strand: str
    mode: ModeCode
    power: str
    purposes: tuple[str, ...]
    authority: Authority
    maker: ActorId | None
    proposed_by: ActorId
    starts_at: datetime
    review_due_at: datetime
    ends_at: datetime | None
    follows: DecisionId | None = None
    late_max: timedelta = LATE_MAX_DEFAULT
    state: State = State.PROPOSED
    approved_by: ActorId | None = None
    made_at: datetime | None = None
    ended_at: datetime | None = None
    suspensions: tuple[Suspension, ...] = ()
    guidance: int | None = None
    """The version of the guidance that was in force when it was proposed (R48); None from before there was one."""

    def __post_init__(self) -> None:
        if not self.purposes:
            raise IllegalValue("a decision needs a purpose")
        if (self.authority is Authority.ORDER) != (self.maker is not None):
            raise IllegalValue("an order names its maker, and only an order does")
        if self.review_due_at <= self.starts_at:
            raise IllegalValue("the review date lies before the start")
        if self.ends_at is not None and self.ends_at <= self.starts_at:
            raise IllegalValue("the end lies before the start")
        if not timedelta(0) < self.late_max <= LATE_MAX_LIMIT:
            raise IllegalValue("late_max must be positive and at most 30 days")
        if self.approved_by is not None and self.approved_by == self.proposed_by:
            raise IllegalValue("nobody approves their own proposal")
        if self.stands and (self.approved_by is None or self.made_at is None):
            raise IllegalValue("a decision that stands was made by someone, at a time")

    @property
    def stands(self) -> bool:
        """Whether it was made at all; a proposal or a refused one authorises nothing."""
        return self.state not in (State.PROPOSED, State.REFUSED)

    @property
    def until(self) -> datetime | None:
        """The instant from which nothing is authorised any more; None while only a maker can end it."""
        ends = [at for at in (self.ends_at, self.ended_at) if at is not None]
        if self.authority is Authority.OFFICERS:
            ends.append(self.review_due_at)
        return min(ends) if ends else None

    @property
    def rung(self) -> Mode:
        """The row of the ladder this decision stands on."""
        return MODES[self.mode]

    def covers(self, at: datetime) -> bool:
        """Whether the instant lies in the decision's interval, whatever happened to the decision since."""
        until = self.until
        return self.stands and self.starts_at <= at and (until is None or at < until)

    def suspended(self, at: datetime) -> bool:
        """Whether collection was paused at that instant."""
        return any(pause.covers(at) for pause in self.suspensions)

    def in_force(self, at: datetime) -> bool:
        """Whether it authorises anything at that instant, which is the present.

        A recorded end or pause counts even when its time lies ahead: the clock that wrote it may have been set back.
        """
        over = self.state in _OVER or self.state is State.SUSPENDED
        return not over and self.covers(at) and not self.suspended(at)
