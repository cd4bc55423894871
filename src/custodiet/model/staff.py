"""Who uses Custodiet: functions, roles, and whose case is in whose sight. Nobody is named here: an account is an actor.

A role is (account, function, scheme, from, until). An account never holds two functions, in any scheme, at any time:
whoever changes functions gets another account (R50).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from custodiet.model.errors import IllegalValue
from custodiet.model.identity import ActorId, CaseId, RoleId, SchemeId

COVER_MAX = timedelta(days=31)
"""How long cover lasts at most: whoever is away for longer hands the case over."""


class Function(StrEnum):
    """What an account is for."""

    CASEWORKER = "caseworker"
    AUTHORISING_OFFICER = "authorising_officer"
    OPERATOR = "operator"
    DPO = "dpo"
    AUDITOR = "auditor"
    REQUESTER = "requester"
    PERSON = "person"
    REPRESENTATIVE = "representative"
    TRANSLATOR = "translator"
    ADMINISTRATOR = "administrator"


OF_NO_SCHEME: frozenset[Function] = frozenset({Function.ADMINISTRATOR, Function.DPO, Function.AUDITOR})
"""Functions that are held for every scheme of the controller at once; every other one is held for one scheme."""

HOLDS_CASES: frozenset[Function] = frozenset({Function.CASEWORKER, Function.PERSON, Function.REPRESENTATIVE})
"""Functions whose accounts are given cases: as their officer, as their own, as that of whom they speak for."""


class RoleState(StrEnum):
    """Where a role stands: proposed, then joined or returned; once joined, ended, for good."""

    PROPOSED = "proposed"
    JOINED = "joined"
    RETURNED = "returned"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Role:
    """One function of one account in one scheme, from an instant until another. Half-open.

    `first`: recorded under the exception for those who come before there is anyone to be the second person.
    """

    id: RoleId
    actor: ActorId
    function: Function
    scheme_id: SchemeId | None
    proposed_by: ActorId
    proposed_at: datetime
    from_at: datetime
    to_at: datetime | None = None
    state: RoleState = RoleState.PROPOSED
    approved_by: ActorId | None = None
    joined_at: datetime | None = None
    ended_at: datetime | None = None
    first: bool = False

    def __post_init__(self) -> None:
        if (self.scheme_id is None) != (self.function in OF_NO_SCHEME):
            raise IllegalValue("this function is held for one scheme, or this one for all of them")
        if self.to_at is not None and self.to_at <= self.from_at:
            raise IllegalValue("a role that ends before it begins")

    def in_force(self, at: datetime) -> bool:
        """Whether it gives its account anything at that instant, which is the present.

        A recorded end counts even when its time lies ahead: the clock that wrote it may have been set back.
        """
        until = self.to_at
        return self.state is RoleState.JOINED and self.from_at <= at and (until is None or at < until)


@dataclass(frozen=True, slots=True)
class Assignment:
    """A case given to an account, by someone. `ended_at` once it was handed over."""

    case_id: CaseId
    actor: ActorId
    from_at: datetime
    given_by: ActorId
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Cover:
    """A case in the sight of a second caseworker for a while, on someone else's authority (R115). Half-open."""

    case_id: CaseId
    actor: ActorId
    from_at: datetime
    to_at: datetime
    given_by: ActorId

    def __post_init__(self) -> None:
        if not timedelta(0) < self.to_at - self.from_at <= COVER_MAX:
            raise IllegalValue("cover ends, and within a month")


@dataclass(frozen=True, slots=True)
class Conflict:
    """An account's declared conflict of interest in a case: it hides the case from them, for good (R50)."""

    case_id: CaseId
    actor: ActorId
    declared_at: datetime
    declared_by: ActorId
