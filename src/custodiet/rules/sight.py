"""In whose sight a case is, as facts for a policy, and the one answer that the vault gives by itself.

Sight follows the caseload: a case's own officers, whoever covers them meanwhile, and the authorising officers of its
scheme while a proposal or a look-up waits for their yes; nobody with a declared conflict of interest (R50, R115).
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime

from custodiet.model.act import ActorFacts, Kind, Thing
from custodiet.model.alert import Alert
from custodiet.model.case import Case
from custodiet.model.decision import Decision, State
from custodiet.model.disclosure import AgencyRequest
from custodiet.model.erasing import Hold
from custodiet.model.glass import Glass
from custodiet.model.identity import ActorId
from custodiet.model.look_up import LookUp, Standing
from custodiet.model.misuse import MisuseReport
from custodiet.model.restricting import Restriction
from custodiet.model.staff import Assignment, Conflict, Cover, Function, Role
from custodiet.model.unmask import Unmask
from custodiet.rules.staff import function_of, holds, schemes_of


def actor_facts(actor: ActorId, roles: Collection[Role], at: datetime, authenticated_s: int | None) -> ActorFacts:
    """Who asks, by all roles of the account."""
    return ActorFacts(actor, function_of(roles, at), schemes_of(roles, at), authenticated_s)


def case_facts(
    case: Case,
    assignments: Iterable[Assignment],
    covers: Iterable[Cover],
    conflicts: Iterable[Conflict],
    decisions: Iterable[Decision],
    roles_of: Callable[[ActorId], Collection[Role]],
    at: datetime,
    *,
    look_up_waits: bool = False,
) -> Thing:
    """A case as it is now. Everything that is told of it may reach back: what is over counts for nothing."""
    given = {one.actor for one in assignments if one.from_at <= at and (one.ended_at is None or at < one.ended_at)}
    away = {one.actor for one in covers if one.from_at <= at < one.to_at}

    def those(accounts: set[ActorId], function: Function) -> frozenset[ActorId]:
        return frozenset(one for one in accounts if holds(roles_of(one), {function}, case.scheme_id, at))

    return Thing(
        Kind.CASE,
        scheme_id=case.scheme_id,
        officers=those(given, Function.CASEWORKER),
        covering=those(away, Function.CASEWORKER),
        conflicted=frozenset(one.actor for one in conflicts),
        subjects=those(given, Function.PERSON),
        representatives=those(given, Function.REPRESENTATIVE),
        pending=look_up_waits or any(one.state is State.PROPOSED for one in decisions),
    )


def decision_facts(case: Thing, decision: Decision) -> Thing:
    """A decision, as its case stands now."""
    return replace(case, kind=Kind.DECISION, proposed_by=decision.proposed_by, pending=decision.state is State.PROPOSED)


def alert_facts(case: Thing, alert: Alert) -> Thing:
    """An alert, as its case stands now."""
    return replace(case, kind=Kind.ALERT, held_by=alert.held_by)


def look_up_facts(case: Thing, asked: LookUp | AgencyRequest | Hold | Restriction | Glass | MisuseReport) -> Thing:
    """A look-up or what is answered like one, as its case stands now; `proposed_by`: who asked, took it down, looked
    alone, or reported.
    """
    by = asked.by if isinstance(asked, Glass | MisuseReport) else asked.asked_by
    return replace(case, kind=Kind.LOOK_UP, proposed_by=by)


def unmask_facts(case: Thing, asked: Unmask, look_up: Standing) -> Thing:
    """A request to unmask, as its case stands now; `granted_by`: who gave the grant that it is under."""
    given = None if look_up.grant is None else look_up.grant.approved_by
    return replace(case, kind=Kind.UNMASK, proposed_by=asked.asked_by, granted_by=given)


def objections_to_seeing(who: ActorFacts, case: Thing) -> tuple[str, ...]:
    """Every rule against showing this case's record to this account; empty when there is none.

    The vault decides by this on what it read in the ledger itself; the policy text says the same of read_case_record.
    """
    against = []
    if who.function not in (Function.CASEWORKER, Function.AUTHORISING_OFFICER) or case.scheme_id not in who.schemes:
        against.append(
            "not_your_function: a case's record is for officers of its scheme; "
            "its reference can be used; its officer can say what you need to know"
        )
    if who.function is Function.CASEWORKER and who.actor not in case.officers | case.covering:
        against.append("not_in_sight: the case is not one of yours; its officer or an authorising officer gives cover")
    if who.function is Function.AUTHORISING_OFFICER and not case.pending:
        against.append(
            "no_proposal: an authorising officer sees a case while something waits for their yes; "
            "while a proposal waits, this opens"
        )
    if who.actor in case.conflicted:
        against.append("conflict: you have declared a conflict of interest; another officer can look")
    return tuple(against)
