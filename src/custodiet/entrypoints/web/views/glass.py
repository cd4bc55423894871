"""Breaking the glass: an operator looks alone for danger to life; the data protection officer assesses it afterwards.

As a reading it is shown in the answer to the post that recorded it and nowhere again, and clears itself.
"""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from custodiet.entrypoints.web.asking import assessor_for, done, refusals, shut, status_of
from custodiet.entrypoints.web.forms_disclosing import AssessForm
from custodiet.entrypoints.web.forms_glass import GlassForm
from custodiet.entrypoints.web.fresh import confirm_first, is_fresh, is_stale, require_were_it_fresh
from custodiet.entrypoints.web.languages import say
from custodiet.entrypoints.web.permitting import actor_of, may, require, store_for
from custodiet.entrypoints.web.reasons import Reason
from custodiet.entrypoints.web.recorded import recorded_store
from custodiet.entrypoints.web.rendering import page
from custodiet.entrypoints.web.sight import of_case, of_glass
from custodiet.entrypoints.web.sitting import sitting_of
from custodiet.entrypoints.web.views.looking import under_map
from custodiet.flows.break_glass import assess_glass, break_glass
from custodiet.flows.open_case_record import open_glass_reason
from custodiet.flows.show_looking import hours_of, rows_of
from custodiet.model.act import Act
from custodiet.model.case import Case
from custodiet.model.glass import Danger, Glass
from custodiet.model.identity import GlassId
from custodiet.model.look_up import Opened, Precision, Tried


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """By the reference of the case: to its form."""
    reference = request.GET.get("reference", "").strip()
    with settings.PLACE.store.reading() as view:
        require(request, view, Act.READ_ALERTS)
        case = view.case_by_reference(reference) if reference else None
    if case is not None:
        return HttpResponseRedirect(reverse("break_glass", args=(case.reference,)))
    return page(request, "glass/find.html")


@require_http_methods(["GET", "HEAD", "POST"])
def look(request: HttpRequest, reference: str) -> HttpResponse:
    """The form, and in the answer to it what was shown."""
    place = settings.PLACE
    with place.store.reading() as view:
        case = view.case_by_reference(reference)
        fresh = request.method == "POST" or is_fresh(request, view, Act.BREAK_GLASS, of_case(case.id))
    if not fresh:
        return confirm_first(request)
    form = GlassForm(request.POST if request.method == "POST" else None)
    reasons: list[Reason] = []
    given: tuple[Glass, Opened] | None = None
    if request.method == "POST" and form.is_valid():

        def look_alone() -> None:
            nonlocal given, reasons
            given, reasons = shut(lambda: _look(request, case, form))

        refused = refusals(form, look_alone)
        reasons = refused or reasons
    if given is not None:
        return _shown(request, case, *given)
    if request.method == "POST":
        with place.store.reading() as view:
            require_were_it_fresh(request, view, Act.BREAK_GLASS, of_case(case.id))
    return page(request, "glass/look.html", status_of(reasons), case=case, form=form, reasons=reasons)


def _look(request: HttpRequest, case: Case, form: GlassForm) -> tuple[Glass, Opened]:
    place, by, told = settings.PLACE, actor_of(request), form.cleaned_data
    store = recorded_store(request, Act.BREAK_GLASS, of_case(case.id), case.id)
    return break_glass(
        store,
        place.vault,
        assessor_for(store),
        place.chance,
        case.id,
        by,
        danger=Danger(told["danger"]),
        why=told["why"],
        tried=tuple(Tried(one) for one in told["tried"]),
        window=form.window(place.clock.now()),
        precision=Precision(told["precision"]),
    )


def _shown(request: HttpRequest, case: Case, glass: Glass, opened: Opened) -> HttpResponse:
    """What it showed, as a table, beside which scripts can draw a map of it; it clears itself."""
    left_s = max(1, int((glass.clears_at - settings.PLACE.clock.now()).total_seconds()))
    rows = rows_of(opened)
    given: dict[str, Any] = {
        "case": case,
        "glass": glass,
        "opened": opened,
        "rows": rows,
        "hours": hours_of(rows),
        "under": under_map(opened),
        "left_s": left_s,
    }
    shown = page(request, "glass/reading.html", **given)
    # Without scripts, and before anything a page could forget.
    shown["Refresh"] = f"{left_s};url={reverse('alerts')}"
    return shown


@require_http_methods(["GET", "HEAD", "POST"])
def assess(request: HttpRequest, reference: str, glass_id: str) -> HttpResponse:
    """One such look as it stands, without a place; and for whoever assesses it the reason, and a form."""
    place, wanted = settings.PLACE, GlassId(glass_id)
    with place.store.reading() as view:
        broken = view.glass(wanted)
        case = view.case(broken.glass.case_id)
        if case.reference != reference:
            raise Http404
        may_assess = broken.assessed_at is None and may(request, view, Act.ASSESS_GLASS, of_glass(wanted))
    if may_assess and request.method != "POST" and is_stale(request):
        return confirm_first(request)
    what, reasons, words = request.POST.get("what", ""), list[Reason](), None
    form = AssessForm(request.POST if what == "assess" else None)
    if what in ("read", "assess"):
        store = store_for(request, Act.ASSESS_GLASS, of_glass(wanted))
    if what == "read":
        given = (place.vault, wanted, actor_of(request), sitting_of(request))
        words, reasons = shut(lambda: open_glass_reason(store, *given))
    elif what == "assess" and form.is_valid():
        told = form.cleaned_data
        upheld = told["upheld"] == "yes"
        reasons = refusals(
            form,
            lambda: assess_glass(store, assessor_for(store), wanted, actor_of(request), told["found"], upheld=upheld),
        )
        if not reasons:
            return done(request, say("It is recorded."), "glass", reference, glass_id)
    elif request.method == "POST" and what != "assess":
        raise Http404
    with place.store.reading() as view:  # whoever was refused, and may not read it, is not shown it instead
        require(request, view, Act.READ_LOOKS, of_case(case.id))
    shown: dict[str, Any] = {"case": case, "broken": broken, "glass": broken.glass, "now": place.clock.now()}
    shown |= {"may_assess": may_assess, "words": words, "form": form, "reasons": reasons}
    return page(request, "glass/assess.html", status_of(reasons), **shown)
