"""Every decision of a case, and one of them run again: what its rules were given then, and what they answer now."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from custodiet.entrypoints.web.paging import page_asked, pages_of
from custodiet.entrypoints.web.permitting import may, require
from custodiet.entrypoints.web.rendering import page
from custodiet.entrypoints.web.sight import of_decision, require_sight
from custodiet.flows.replay_decision import replay_decision
from custodiet.flows.searching import one_page
from custodiet.model.act import Act
from custodiet.model.identity import DecisionId

PAGE_DECISIONS = 25


@require_safe
def decisions(request: HttpRequest, reference: str) -> HttpResponse:
    """Those that stand, wait, were refused or are over, the newest first."""
    with settings.PLACE.store.reading() as view:
        case = view.case_by_reference(reference)
        require_sight(request, view, case)
        found = sorted(view.decisions_of(case.id), key=lambda one: (one.starts_at, one.id), reverse=True)
        if found:  # of one case all are read by the same people
            require(request, view, Act.READ_DECISION, of_decision(found[0].id))
    shown, at, pages = one_page(found, page_asked(request), PAGE_DECISIONS)
    return page(request, "replaying/decisions.html", case=case, shown=shown, paging=pages_of(at, pages, {}))


@require_safe
def again(request: HttpRequest, reference: str, decision_id: str) -> HttpResponse:
    """One decision run again from the ledger's records. Nothing sealed is opened."""
    wanted = DecisionId(decision_id)
    with settings.PLACE.store.reading() as view:
        case = view.case_by_reference(reference)
        if view.decision(wanted).case_id != case.id:
            raise Http404
        require(request, view, Act.READ_DECISION, of_decision(wanted))
        replay = replay_decision(view, wanted)
        oversees = may(request, view, Act.READ_ASSURANCE)
    return page(request, "replaying/again.html", case=case, replay=replay, oversees=oversees)
