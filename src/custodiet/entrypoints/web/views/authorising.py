"""What waits for a second person: a queue, and each proposal beside what the rules find. Never one's own."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from custodiet.entrypoints.web.asking import assessor_for, done, refusals
from custodiet.entrypoints.web.forms_deciding import NarrowForm, ReturnForm, end_of
from custodiet.entrypoints.web.fresh import confirm_first, is_stale
from custodiet.entrypoints.web.languages import say
from custodiet.entrypoints.web.opened import NamedCase, named_case
from custodiet.entrypoints.web.paging import page_asked, pages_of, words_asked
from custodiet.entrypoints.web.permitting import actor_of, require, store_for
from custodiet.entrypoints.web.reasons import Reason, reasons_of
from custodiet.entrypoints.web.rendering import page
from custodiet.entrypoints.web.said_conditions import conditions_in_words, pictures_in
from custodiet.entrypoints.web.sight import of_decision
from custodiet.flows.decide_case import make_decision, narrow_decision, refuse_decision, return_decision
from custodiet.flows.permitting import who_asks
from custodiet.flows.ports import Store
from custodiet.flows.searching import holds
from custodiet.flows.show_deciding import show_proposal, show_queue
from custodiet.flows.show_disclosing import show_waiting_requests
from custodiet.flows.show_kept import show_waiting_holds
from custodiet.flows.show_looking import show_waiting
from custodiet.flows.show_unmasking import show_waiting_unmaskings
from custodiet.model.act import Act
from custodiet.model.assessing_record import ReturnReason
from custodiet.model.errors import NotPermitted
from custodiet.model.identity import ConditionId, DecisionId
from custodiet.model.mode import ModeCode


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Proposals that wait in the schemes of this officer."""
    place = settings.PLACE
    with place.store.reading() as view:
        require(request, view, Act.READ_PROPOSALS)
        who = who_asks(view, actor_of(request), place.clock.now(), None)
        words = words_asked(request)
        shown = show_queue(view, who.schemes, page_asked(request), words)
        looks = show_waiting(view, place.clock.now(), who.schemes)
        agencies = show_waiting_requests(view, place.clock.now(), who.schemes)
        kept = show_waiting_holds(view, place.clock.now(), who.schemes)
        unmaskings = show_waiting_unmaskings(view, place.clock.now(), who.schemes)
    waiting: dict[str, Any] = {
        "looks": [one for one in looks if holds(words, one[0].reference)],
        "agencies": [one for one in agencies if holds(words, one[0].reference)],
        "holds": [one for one in kept if holds(words, one.case.reference)],
        "unmaskings": [one for one in unmaskings if holds(words, one[0].reference)],
    }
    waiting |= {"words": words, "paging": pages_of(shown.page, shown.pages, {"reference": words})}
    return page(request, "authorising/queue.html", queue=shown, **waiting)


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, decision_id: str) -> HttpResponse:
    """One proposal: approve it, narrow it, give it back, refuse it."""
    place, by = settings.PLACE, actor_of(request)
    wanted = DecisionId(decision_id)
    about = of_decision(wanted)
    with place.store.reading() as view:
        require(request, view, Act.REFUSE_DECISION, about)
        proposal = show_proposal(view, place.clock.now(), wanted, by)
    if request.method != "POST" and is_stale(request):
        return confirm_first(request)
    what = request.POST.get("what", "")
    opened: NamedCase = named_case(request, proposal.case.id)
    words = conditions_in_words(proposal.conditions, opened)
    seen = [ConditionId(one) for one in request.POST.getlist("condition")]
    forms: dict[str, Form] = {
        "narrow": NarrowForm(proposal.lower, words, request.POST if what == "narrow" else None),
        "return": ReturnForm(request.POST if what == "return" else None),
    }
    reference, reasons = proposal.case.reference, list[Reason]()
    if what == "approve":
        make_decision(store_for(request, Act.MAKE_DECISION, about), wanted, by, seen=seen)
        return done(request, say("Approved: case %(reference)s") % {"reference": reference}, "authorise")
    if what == "refuse":
        refuse_decision(store_for(request, Act.REFUSE_DECISION, about), wanted, by)
        ready = say("Refused. Ready below it: rung %(rung)s, %(title)s. It is no ground for detaining anyone.")
        return done(request, ready % {"rung": proposal.below.rung, "title": proposal.below.title}, "authorise")
    form = forms.get(what)
    if form is not None and form.is_valid():
        acts: dict[str, Callable[[], object]] = {
            "narrow": lambda: _narrow(request, wanted, form.cleaned_data, seen),
            "return": lambda: _give_back(request, wanted, form.cleaned_data),
        }
        reasons = refusals(form, acts[what])
        if form.is_valid():
            said = (
                say("Approved, narrower than it was proposed.")
                if what == "narrow"
                else say("Given back, with your reason.")
            )
            return done(request, said, "authorise")
    elif request.method == "POST" and form is None:
        raise Http404
    return page(
        request,
        "authorising/one.html",
        403 if reasons else 200,
        proposal=proposal,
        opened=opened,
        conditions=words,
        pictures=pictures_in(opened),
        findings=reasons_of(NotPermitted("", proposal.findings)) if proposal.findings else [],
        forms=forms,
        form=form,
        reasons=reasons,
    )


def _narrow(request: HttpRequest, wanted: DecisionId, told: dict[str, Any], seen: list[ConditionId]) -> None:
    store = store_for(request, Act.MAKE_DECISION, of_decision(wanted))
    less: dict[str, Any] = {
        "mode": ModeCode(str(told["mode"])) if told["mode"] else None,
        "review_due_at": end_of(told["review"]) if told["review"] else None,
        "without": [ConditionId(one) for one in told.get("without", ())],
    }
    narrow_decision(store, settings.PLACE.chance, wanted, actor_of(request), seen=seen, **less)


def _give_back(request: HttpRequest, wanted: DecisionId, told: dict[str, str]) -> None:
    store: Store = store_for(request, Act.REFUSE_DECISION, of_decision(wanted))
    reason = ReturnReason(told["reason"])
    return_decision(store, assessor_for(store), wanted, reason, told["words"], actor_of(request))
