"""Rights that are restricted: asked for by an officer, answered by the data protection officer, seen by oversight."""

from typing import Any

from django.conf import settings
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from custodiet.entrypoints.web.asking import assessor_for, done, refusals, shut, status_of
from custodiet.entrypoints.web.forms_restricting import RestrictionForm
from custodiet.entrypoints.web.fresh import confirm_first, is_fresh, is_stale
from custodiet.entrypoints.web.languages import say
from custodiet.entrypoints.web.paging import page_asked, pages_of, words_asked
from custodiet.entrypoints.web.permitting import actor_of, may, require, store_for
from custodiet.entrypoints.web.reasons import Reason
from custodiet.entrypoints.web.rendering import page
from custodiet.entrypoints.web.sight import of_case, of_restriction
from custodiet.entrypoints.web.sitting import sitting_of
from custodiet.entrypoints.wording_restricting import PARTS, STATES
from custodiet.flows.permitting import who_asks
from custodiet.flows.restrict_right import answer_restriction, ask_restriction, read_weighing
from custodiet.flows.show_restrictions import show_restrictions, state_of
from custodiet.model.act import Act
from custodiet.model.identity import RestrictionId
from custodiet.model.restricting import RestrictionStep

_ANSWERS = {
    "yes": (Act.PLACE_RESTRICTION, RestrictionStep.PLACED),
    "no": (Act.REFUSE_RESTRICTION, RestrictionStep.REFUSED),
    "end": (Act.END_RESTRICTION, RestrictionStep.ENDED),
}


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """What waits for an answer, what is in force, and every one there was."""
    place, words = settings.PLACE, words_asked(request)
    with place.store.reading() as view:
        require(request, view, Act.READ_ASSURANCE)
        now = place.clock.now()
        schemes = who_asks(view, actor_of(request), now, None).schemes or None
        shown = show_restrictions(view, now, schemes, words, page_asked(request))
    told: dict[str, Any] = {"shown": shown, "words": words, "now": now, "states": STATES, "state_of": state_of}
    paging = pages_of(shown.page, shown.pages, {"reference": words})
    return page(request, "restricting/restrictions.html", paging=paging, **told)


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask that one right be restricted. It holds nothing back until the data protection officer says yes."""
    place = settings.PLACE
    with place.store.reading() as view:
        case = view.case_by_reference(reference)
        fresh = request.method == "POST" or is_fresh(request, view, Act.ASK_RESTRICTION, of_case(case.id))
        if request.method == "POST":
            require(request, view, Act.ASK_RESTRICTION, of_case(case.id))
    if not fresh:
        return confirm_first(request)
    form = RestrictionForm(request.POST or None)
    reasons: list[Reason] = []
    if request.method == "POST" and form.is_valid():
        store = store_for(request, Act.ASK_RESTRICTION, of_case(case.id))
        given = (store, assessor_for(store), place.chance, case.id, actor_of(request))
        told = form.restriction(place.clock.now())
        asked: list[RestrictionId] = []
        reasons = refusals(form, lambda: asked.append(ask_restriction(*given, **told)))
        if not reasons:
            said = say("Asked for. It holds nothing back until the data protection officer says yes.")
            return done(request, said, "case", reference)
    return page(request, "restricting/ask.html", 403 if reasons else 200, case=case, form=form, reasons=reasons)


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, reference: str, restriction_id: str) -> HttpResponse:
    """A restriction as it stands, and what can be done with it by whoever looks."""
    place, wanted = settings.PLACE, RestrictionId(restriction_id)
    with place.store.reading() as view:
        standing = view.restriction(wanted)
        case = view.case(standing.restriction.case_id)
        if case.reference != reference:
            raise Http404
        may_do = {act.value for act, _ in _ANSWERS.values() if may(request, view, act, of_restriction(wanted))}
        if not may_do and not may(request, view, Act.ASK_RESTRICTION, of_case(case.id)):
            require(request, view, Act.READ_ASSURANCE)
            require(request, view, Act.READ_LOOKS, of_case(case.id))
    if Act.PLACE_RESTRICTION.value in may_do and is_stale(request):
        return confirm_first(request)
    what, reasons, words = request.POST.get("what", ""), list[Reason](), None
    if what == "read":
        store = store_for(request, Act.PLACE_RESTRICTION, of_restriction(wanted))
        given = (place.vault, wanted, actor_of(request), sitting_of(request))
        words, reasons = shut(lambda: read_weighing(store, *given))
    elif what in _ANSWERS:
        act, step = _ANSWERS[what]
        store = store_for(request, act, of_restriction(wanted))
        reasons = refusals(Form({}), lambda: answer_restriction(store, wanted, step, actor_of(request)))
        if not reasons:
            return done(request, say("It is recorded."), "restriction", reference, restriction_id)
    elif request.method == "POST":
        raise Http404
    now = place.clock.now()
    told: dict[str, Any] = {"standing": standing, "case": case, "may_do": may_do, "now": now}
    told["state"] = STATES[state_of(standing, now)]
    told["weighed"] = list(zip(PARTS, words, strict=False)) if words else []
    return page(request, "restricting/restriction.html", status_of(reasons), reasons=reasons, **told)
