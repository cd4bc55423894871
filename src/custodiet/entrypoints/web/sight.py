"""What is in an account's sight: its caseload, or every case by reference for those who oversee, without a name."""

from django.conf import settings
from django.http import HttpRequest

from custodiet.entrypoints.web.permitting import actor_of, may, require
from custodiet.flows.permitting import ThingOf, the_agency_request, the_case, the_decision, the_look_up
from custodiet.flows.ports import Reading
from custodiet.model.act import Act
from custodiet.model.case import Case
from custodiet.model.identity import CaseId, DecisionId, LookUpId, RequestId

CASELOAD_MAX = 1000


def in_sight(request: HttpRequest, view: Reading) -> frozenset[CaseId] | None:
    """The cases that they may see in a list; None: all, by reference. Raises NotPermitted for who sees none."""
    if may(request, view, Act.READ_ASSURANCE):
        return None
    require(request, view, Act.READ_CASE_LIST)
    return frozenset(view.caseload(actor_of(request), settings.PLACE.clock.now(), CASELOAD_MAX))


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


def of_request(request_id: RequestId) -> ThingOf:
    """What an act on an agency's request is about."""
    return lambda view, at: the_agency_request(view, request_id, at)
