"""Ask the policy before an act: the facts from the view that the act sees, the verdict, and a refusal in words.

Whoever is at the door (pages, API) hands a flow a `Permitted` store: the policy is asked inside the transaction of the
act. Flows keep their own rules too: a policy says who may, a rule says whether it can be done at all.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime

from custodiet.flows.ports import Acting, Ingesting, Policy, Reading, Store
from custodiet.flows.refusing import refuse_if
from custodiet.model.act import Act, ActorFacts, Kind, Thing, Verdict
from custodiet.model.errors import NotPermitted
from custodiet.model.identity import (
    ActorId,
    AlertId,
    CaseId,
    DecisionId,
    GlassId,
    HoldId,
    LookUpId,
    MisuseId,
    RequestId,
    RestrictionId,
    RoleId,
    SchemeId,
    UnmaskId,
)
from custodiet.rules.permission import what_is_missing
from custodiet.rules.sight import actor_facts, alert_facts, case_facts, decision_facts, look_up_facts, unmask_facts

ThingOf = Callable[[Reading, datetime], Thing]
"""What an act is about, as it is in a view at a time."""


class Permitted:
    """A store for one act of one account: nothing is written through it that the policy does not permit then.

    What it reads is not asked about: whoever shows something asks `permit` for that.
    """

    def __init__(
        self,
        store: Store,
        policy: Policy,
        by: ActorId,
        act: Act,
        thing: ThingOf,
        authenticated_s: int | None,
        refused: Callable[[Acting, tuple[str, ...]], None] | None = None,
    ) -> None:
        """`refused`: what is recorded of a refusal, in a transaction of its own, before it is raised."""
        self._refused = refused
        self._store = store
        self._policy = policy
        self._by = by
        self._act = act
        self._thing = thing
        self._authenticated_s = authenticated_s

    def reading(self) -> AbstractContextManager[Reading]:
        """As the store's."""
        return self._store.reading()

    @contextmanager
    def acting(self, fence: tuple[str, int] | None = None) -> Iterator[Acting]:
        """The store's, once the policy has said yes. Raises NotPermitted too."""
        with self._store.acting(fence) as act:
            thing = self._thing(act, act.now)
            try:
                permit(act, self._policy, self._by, self._act, thing, act.now, self._authenticated_s)
            except NotPermitted as error:
                if self._refused is None:
                    raise
                refusal = error
                self._refused(act, tuple(str(one) for one in error.objections))
            else:
                yield act
                return
        raise refusal

    def ingesting(self) -> AbstractContextManager[Ingesting]:
        """As the store's: no person lets a fix in, and no policy keeps one out."""
        return self._store.ingesting()


def permit(
    view: Reading, policy: Policy, by: ActorId, act: Act, thing: Thing, at: datetime, authenticated_s: int | None
) -> Verdict:
    """The policy's yes, or NotPermitted with what is missing and what narrower thing would pass.

    `authenticated_s`: seconds since they last proved who they are; None when that is not known.
    """
    who = who_asks(view, by, at, authenticated_s)
    verdict = policy.may(who, act, thing)
    if not verdict.allowed:
        refuse_if(
            what_is_missing(policy.may, who, act, thing)
            or ("not_permitted: no policy permits this; nothing of this kind; what you may do is on your own pages",)
        )
    return verdict


def who_asks(view: Reading, by: ActorId, at: datetime, authenticated_s: int | None) -> ActorFacts:
    """The account that asks, by its roles in force."""
    return actor_facts(by, view.roles_of(by), at, authenticated_s)


def the_house(*_: object) -> Thing:
    """What is of no scheme and no case."""
    return Thing(Kind.HOUSE)


def the_scheme(scheme_id: SchemeId, proposed_by: ActorId | None = None) -> Thing:
    """A scheme; `proposed_by`: who wrote what is now to be activated."""
    return Thing(Kind.SCHEME, scheme_id=scheme_id, proposed_by=proposed_by)


def the_case(view: Reading, case_id: CaseId, at: datetime) -> Thing:
    """A case, as it is in that view."""
    return case_facts(
        view.case(case_id),
        view.assignments_of(case_id),
        view.covers_of(case_id),
        view.conflicts_in(case_id),
        view.decisions_of(case_id),
        view.roles_of,
        at,
        look_up_waits=view.look_up_waits(case_id, at)
        or view.agency_waits(case_id, at)
        or view.unmask_waits(case_id, at),
    )


def the_look_up(view: Reading, look_up_id: LookUpId, at: datetime) -> Thing:
    """A look-up, as it and its case are in that view."""
    look_up = view.look_up(look_up_id).look_up
    return look_up_facts(the_case(view, look_up.case_id, at), look_up)


def the_unmask(view: Reading, unmask_id: UnmaskId, at: datetime) -> Thing:
    """A request to unmask, as it and its case are in that view."""
    unmask = view.unmasking(unmask_id).unmask
    return unmask_facts(the_case(view, unmask.case_id, at), unmask, view.look_up(unmask.look_up_id))


def the_agency_request(view: Reading, request_id: RequestId, at: datetime) -> Thing:
    """An agency's request, as it and its case are in that view."""
    request = view.agency_request(request_id).request
    return look_up_facts(the_case(view, request.case_id, at), request)


def the_hold(view: Reading, hold_id: HoldId, at: datetime) -> Thing:
    """A hold, as it and its case are in that view."""
    hold = view.hold(hold_id).hold
    return look_up_facts(the_case(view, hold.case_id, at), hold)


def the_misuse(view: Reading, misuse_id: MisuseId, at: datetime) -> Thing:
    """A report of suspected misuse, as it and its case are in that view."""
    one = view.misuse(misuse_id).report
    return look_up_facts(the_case(view, one.case_id, at), one)


def the_restriction(view: Reading, restriction_id: RestrictionId, at: datetime) -> Thing:
    """A restriction of a right, as it and its case are in that view."""
    one = view.restriction(restriction_id).restriction
    return look_up_facts(the_case(view, one.case_id, at), one)


def the_glass(view: Reading, glass_id: GlassId, at: datetime) -> Thing:
    """A look that somebody took alone, as its case is in that view."""
    glass = view.glass(glass_id).glass
    return look_up_facts(the_case(view, glass.case_id, at), glass)


def the_decision(view: Reading, decision_id: DecisionId, at: datetime) -> Thing:
    """A decision, as it and its case are in that view."""
    decision = view.decision(decision_id)
    return decision_facts(the_case(view, decision.case_id, at), decision)


def the_alert(view: Reading, alert_id: AlertId, at: datetime) -> Thing:
    """An alert, as it and its case are in that view."""
    alert = view.alert(alert_id)
    return alert_facts(the_case(view, alert.case_id, at), alert)


def the_role(view: Reading, role_id: RoleId) -> Thing:
    """A role, proposed or held."""
    role = view.role(role_id)
    return Thing(
        Kind.ROLE,
        scheme_id=role.scheme_id,
        proposed_by=role.proposed_by,
        joiner=role.actor,
        joins_as=role.function,
    )
