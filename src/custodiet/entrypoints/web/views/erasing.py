"""What is kept past its rule: the list for those who oversee, what is in quarantine, and holds. Erasing is the clock's.

No page here shows a name or a place.
"""

from typing import Any

from django.conf import settings
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from custodiet.entrypoints.web.asking import assessor_for, done, refusals, shut, status_of
from custodiet.entrypoints.web.forms_erasing import CopyForm, EraseForm, HoldForm
from custodiet.entrypoints.web.fresh import confirm_first, is_fresh, is_stale
from custodiet.entrypoints.web.languages import say
from custodiet.entrypoints.web.paging import page_asked, words_asked
from custodiet.entrypoints.web.permitting import actor_of, may, require, store_for
from custodiet.entrypoints.web.reasons import Reason
from custodiet.entrypoints.web.rendering import page
from custodiet.entrypoints.web.sight import of_case, of_decision, of_hold
from custodiet.entrypoints.web.sitting import sitting_of
from custodiet.flows.hold_erasing import answer_hold, ask_hold, end_quarantine, tell_of_copy
from custodiet.flows.open_case_record import open_hold_reason
from custodiet.flows.permitting import who_asks
from custodiet.flows.ports import Reading
from custodiet.flows.show_kept import show_kept, show_quarantined
from custodiet.model.act import Act
from custodiet.model.decision import State
from custodiet.model.erasing import CopyStep, HoldStep
from custodiet.model.identity import CaseId, DecisionId, HoldId

_ANSWERS = {
    "yes": (Act.PLACE_HOLD, HoldStep.PLACED),
    "no": (Act.REFUSE_HOLD, HoldStep.REFUSED),
    "end": (Act.END_HOLD, HoldStep.ENDED),
}


@require_safe
def kept(request: HttpRequest) -> HttpResponse:
    """What waits for the data protection officer, what is past its rule, and the holds."""
    place, number = settings.PLACE, max(1, page_asked(request))
    words = words_asked(request)
    with place.store.reading() as view:
        require(request, view, Act.READ_KEPT)
        now = place.clock.now()
        schemes = who_asks(view, actor_of(request), now, None).schemes or None
        shown = show_kept(view, now, schemes, number, words)
    return page(request, "erasing/kept.html", shown=shown, now=now, number=number, words=words)


def _require_oversight(request: HttpRequest, view: Reading, case_id: CaseId) -> None:
    """Whoever oversees, this case too: of its scheme where they are of one, and with no conflict of interest in it."""
    require(request, view, Act.READ_KEPT)
    require(request, view, Act.READ_LOOKS, of_case(case_id))


@require_http_methods(["GET", "HEAD", "POST"])
def quarantined(request: HttpRequest, decision_id: str) -> HttpResponse:
    """What one annulled decision collected: the person's copy, and whether it is erased or held."""
    place, wanted = settings.PLACE, DecisionId(decision_id)
    with place.store.reading() as view:
        shown = show_quarantined(view, wanted)
        if shown.decision.state is not State.ANNULLED:
            raise Http404
        acts = (Act.OFFER_COPY, Act.END_QUARANTINE)
        may_do = {one.value for one in acts if may(request, view, one, of_decision(wanted))}
        if not may_do:
            _require_oversight(request, view, shown.case.id)
        if may(request, view, Act.ASK_HOLD, of_case(shown.case.id)):
            may_do.add(Act.ASK_HOLD.value)
    if Act.END_QUARANTINE.value in may_do and is_stale(request):
        return confirm_first(request)
    what = request.POST.get("what", "")
    copy = CopyForm(request.POST if what == "copy" else None, offered=shown.offered_at is not None)
    erase = EraseForm(request.POST if what == "erase" else None)
    form: Form | None = {"copy": copy, "erase": erase}.get(what)
    if request.method == "POST" and form is None:
        raise Http404
    reasons: list[Reason] = []
    if form is not None and form.is_valid():
        reasons = refusals(form, lambda: _decide(request, wanted, form))
        if not reasons:
            return done(request, say("It is recorded."), "quarantined", decision_id)
    told: dict[str, Any] = {"shown": shown, "may_do": may_do, "copy": copy, "erase": erase, "now": place.clock.now()}
    return page(request, "erasing/quarantined.html", 403 if reasons else 200, form=form, reasons=reasons, **told)


def _decide(request: HttpRequest, wanted: DecisionId, form: Form) -> None:
    by, told = actor_of(request), form.cleaned_data
    if isinstance(form, CopyForm):
        store = store_for(request, Act.OFFER_COPY, of_decision(wanted))
        tell_of_copy(store, wanted, CopyStep(told["step"]), by)
        return
    store = store_for(request, Act.END_QUARANTINE, of_decision(wanted))
    end_quarantine(store, assessor_for(store), wanted, by, why=told["why"])


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask that something of a case be kept past its rule. It keeps nothing until a second person says yes."""
    place = settings.PLACE
    with place.store.reading() as view:
        case = view.case_by_reference(reference)
        fresh = request.method == "POST" or is_fresh(request, view, Act.ASK_HOLD, of_case(case.id))
        if request.method == "POST":
            require(request, view, Act.ASK_HOLD, of_case(case.id))
    if not fresh:
        return confirm_first(request)
    form = HoldForm(request.POST or None)
    reasons: list[Reason] = []
    if request.method == "POST" and form.is_valid():
        store = store_for(request, Act.ASK_HOLD, of_case(case.id))
        given = (store, assessor_for(store), place.chance, case.id, actor_of(request))
        asked: list[HoldId] = []
        reasons = refusals(form, lambda: asked.append(ask_hold(*given, **form.hold())))
        if not reasons:
            return done(
                request, say("Asked for. It keeps nothing until somebody else says yes."), "hold", reference, *asked
            )
    return page(request, "erasing/ask.html", 403 if reasons else 200, case=case, form=form, reasons=reasons)


@require_http_methods(["GET", "HEAD", "POST"])
def hold(request: HttpRequest, reference: str, hold_id: str) -> HttpResponse:
    """A hold as it stands, and what can be done with it by whoever looks."""
    place, wanted = settings.PLACE, HoldId(hold_id)
    with place.store.reading() as view:
        standing = view.hold(wanted)
        case = view.case(standing.hold.case_id)
        if case.reference != reference:
            raise Http404
        may_do = {act.value for act, _ in _ANSWERS.values() if may(request, view, act, of_hold(wanted))}
        if not may_do and not may(request, view, Act.ASK_HOLD, of_case(case.id)):
            _require_oversight(request, view, case.id)
    if Act.PLACE_HOLD.value in may_do and is_stale(request):
        return confirm_first(request)
    what, reasons, words = request.POST.get("what", ""), list[Reason](), None
    if what == "read":
        store = store_for(request, Act.PLACE_HOLD, of_hold(wanted))
        given = (place.vault, wanted, actor_of(request), sitting_of(request))
        words, reasons = shut(lambda: open_hold_reason(store, *given))
    elif what in _ANSWERS:
        act, step = _ANSWERS[what]
        store = store_for(request, act, of_hold(wanted))
        reasons = refusals(Form({}), lambda: answer_hold(store, wanted, step, actor_of(request)))
        if not reasons:
            return done(request, say("It is recorded."), "hold", reference, hold_id)
    elif request.method == "POST":
        raise Http404
    told: dict[str, Any] = {"standing": standing, "case": case, "may_do": may_do, "now": place.clock.now()}
    return page(request, "erasing/hold.html", status_of(reasons), words=words, reasons=reasons, **told)
