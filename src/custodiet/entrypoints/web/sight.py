"""What is in an account's sight: its caseload, or every case by reference for those who oversee, without a name."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest

from custodiet.entrypoints.web.permitting import actor_of, may, require
from custodiet.flows.permitting import (
    ThingOf,
    the_agency_request,
    the_alert,
    the_case,
    the_decision,
    the_glass,
    the_hold,
    the_look_up,
    the_misuse,
    the_restriction,
    the_unmask,
)
from custodiet.flows.ports import Reading
from custodiet.flows.show_changes import Change
from custodiet.model.act import Act, Thing
from custodiet.model.case import Case
from custodiet.model.errors import NotPermitted
from custodiet.model.identity import (
    AlertId,
    CaseId,
    DecisionId,
    GlassId,
    HoldId,
    LookUpId,
    MisuseId,
    RequestId,
    RestrictionId,
    UnmaskId,
)

CASELOAD_MAX = 1000


def in_sight(request: HttpRequest, view: Reading) -> frozenset[CaseId] | None:
    """The cases that they may see in a list; None: all, by reference. Raises NotPermitted for who sees none."""
    if may(request, view, Act.READ_ASSURANCE):
        return None
    require(request, view, Act.READ_CASE_LIST)
    return frozenset(view.caseload(actor_of(request), settings.PLACE.clock.now(), CASELOAD_MAX))


def own_case(request: HttpRequest, view: Reading) -> tuple[Case, int]:
    """Theirs, or the one that they chose of several (`which` of the address, from 1 on), and how many there are.

    Raises NotPermitted for nobody's.
    """
    found = view.cases_given_to(actor_of(request))
    if not found:
        raise NotPermitted("", ("not_yours: no case is yours; the letter that came with the account says whose it is",))
    asked = request.GET.get("which", "1")
    number = int(asked) if asked.isascii() and asked.isdigit() and 1 <= int(asked) <= len(found) else 1
    require(request, view, Act.READ_OWN_NOTICE, of_case(found[number - 1]))
    return view.case(found[number - 1]), len(found)


def told_of(request: HttpRequest, view: Reading, changes: Sequence[Change]) -> list[Change]:
    """Which of these they are told of: those of cases in their sight, and of alerts that they could claim were they
    free. Raises NotPermitted for who sees neither.
    """
    try:
        within = in_sight(request, view)
    except NotPermitted:
        require(request, view, Act.READ_ALERTS)
        within = frozenset()

    def told(change: Change) -> bool:
        if within is None or change.case_id in within:
            return True
        return change.kind == "alert" and may(request, view, Act.CLAIM_ALERT, if_free(AlertId(change.id)))

    return [one for one in changes if told(one)]


def require_sight(request: HttpRequest, view: Reading, case: Case) -> bool:
    """Whether they may read this case's record, or see it by reference alone. Raises NotPermitted for neither."""
    reads = may(request, view, Act.READ_CASE_RECORD, of_case(case.id))
    if not reads and not may(request, view, Act.READ_ASSURANCE):
        require(request, view, Act.READ_CASE_RECORD, of_case(case.id))
    return reads


def of_case(case_id: CaseId) -> ThingOf:
    """What an act in a case is about."""
    return lambda view, at: the_case(view, case_id, at)


def of_decision(decision_id: DecisionId) -> ThingOf:
    """What an act on a decision is about."""
    return lambda view, at: the_decision(view, decision_id, at)


def of_look_up(look_up_id: LookUpId) -> ThingOf:
    """What an act on a look-up is about."""
    return lambda view, at: the_look_up(view, look_up_id, at)


def of_alert(alert_id: AlertId) -> ThingOf:
    """What an act on an alert is about."""
    return lambda view, at: the_alert(view, alert_id, at)


def if_free(alert_id: AlertId) -> ThingOf:
    """An alert as if nobody held it: who could claim it then may see it."""

    def thing(view: Reading, at: datetime) -> Thing:
        return replace(the_alert(view, alert_id, at), held_by=None)

    return thing


def of_request(request_id: RequestId) -> ThingOf:
    """What an act on an agency's request is about."""
    return lambda view, at: the_agency_request(view, request_id, at)


def of_unmask(unmask_id: UnmaskId) -> ThingOf:
    """What an act on a request to unmask is about."""
    return lambda view, at: the_unmask(view, unmask_id, at)


def of_hold(hold_id: HoldId) -> ThingOf:
    """What an act on a hold is about."""
    return lambda view, at: the_hold(view, hold_id, at)


def of_restriction(restriction_id: RestrictionId) -> ThingOf:
    """What an act on a restriction of a right is about."""
    return lambda view, at: the_restriction(view, restriction_id, at)


def of_glass(glass_id: GlassId) -> ThingOf:
    """What an act on a look that somebody took alone is about."""
    return lambda view, at: the_glass(view, glass_id, at)


def of_misuse(misuse_id: MisuseId) -> ThingOf:
    """What an act on a report of suspected misuse is about."""
    return lambda view, at: the_misuse(view, misuse_id, at)
