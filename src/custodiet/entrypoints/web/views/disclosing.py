"""Agencies that ask where someone was: take a request down, answer it, hand over a pack, ask it back, oversee it all.

A pack comes out of the vault encrypted to its recipient; this process passes the file on and cannot open it.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from custodiet.entrypoints.web.asking import assessor_for, done, refusals, shut, status_of
from custodiet.entrypoints.web.forms_disclosing import (
    AssessForm,
    CallForm,
    RecallForm,
    RefuseForm,
    ReleaseForm,
    RequestForm,
    SampleForm,
)
from custodiet.entrypoints.web.fresh import confirm_first, is_fresh, is_stale, require_were_it_fresh
from custodiet.entrypoints.web.languages import say
from custodiet.entrypoints.web.opened import named_case
from custodiet.entrypoints.web.paging import page_asked, pages_of, words_asked
from custodiet.entrypoints.web.permitting import actor_of, may, require, store_for
from custodiet.entrypoints.web.reasons import Reason, reasons_of
from custodiet.entrypoints.web.recorded import recorded_store
from custodiet.entrypoints.web.rendering import page
from custodiet.entrypoints.web.sight import of_case, of_request
from custodiet.flows.disclosing import (
    approve_release,
    assess_release,
    draw_sample,
    give_pack,
    not_to_note,
    recall_pack,
    record_receipt,
    refuse_release,
    take_request,
    turn_away,
)
from custodiet.flows.permitting import who_asks
from custodiet.flows.searching import holds, one_page
from custodiet.flows.show_disclosing import schemes_of, show_register, show_request, show_taking
from custodiet.model.act import Act
from custodiet.model.case import Case
from custodiet.model.disclosure import RecalledAs, RefusedAs, Wanted
from custodiet.model.errors import NotPermitted
from custodiet.model.identity import CaseId, RequestId, SchemeId
from custodiet.wire.pack import FILE_SUFFIX

PAGE_LINES = 25
_ANSWERS = (Act.APPROVE_RELEASE, Act.REFUSE_RELEASE, Act.GIVE_PACK, Act.RECALL_PACK, Act.ASSESS_RELEASE)


@require_http_methods(["GET", "HEAD", "POST"])
def take(request: HttpRequest, reference: str) -> HttpResponse:
    """Take a request down: it waits for a second person, or a rule refuses it at once. Both are recorded."""
    place = settings.PLACE
    with place.store.reading() as view:
        case = view.case_by_reference(reference)
        fresh = request.method == "POST" or is_fresh(request, view, Act.TAKE_REQUEST, of_case(case.id))
        recipients, purposes = show_taking(view, place.clock.now(), case.id)
    if not fresh:
        return confirm_first(request)
    form = RequestForm(recipients, purposes, request.POST or None)
    reasons: list[Reason] = []
    if request.method == "POST" and form.is_valid():
        reasons = refusals(form, lambda: _take(request, case, form))
        if not reasons:
            return done(
                request, say("Taken down. It waits for a second person; the person sees it."), "looks", reference
            )
    if request.method == "POST":
        with place.store.reading() as view:
            require_were_it_fresh(request, view, Act.TAKE_REQUEST, of_case(case.id))
    return page(request, "disclosing/take.html", 403 if reasons else 200, case=case, form=form, reasons=reasons)


def _take(request: HttpRequest, case: Case, form: RequestForm) -> None:
    by, wanted = actor_of(request), form.turned_away()
    about = of_case(case.id)
    store = recorded_store(request, Act.TAKE_REQUEST, about, case.id)
    if wanted is not None:
        turn_away(store, case.scheme_id, wanted, by, case.id)
        return
    take_request(store, assessor_for(store), settings.PLACE.chance, case.id, by, **form.request())


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, reference: str, request_id: str) -> HttpResponse:
    """A request as it stands, and what can be done with it by whoever looks."""
    place, wanted = settings.PLACE, RequestId(request_id)
    with place.store.reading() as view:
        shown = show_request(view, place.clock.now(), wanted)
        if shown.case.reference != reference:
            raise Http404
        may_do = {one.value for one in _ANSWERS if may(request, view, one, of_request(wanted))}
    asked = shown.line.standing.request
    what = request.POST.get("what", "")
    if may_do and is_stale(request) and (request.method != "POST" or what in ("pack", "received")):
        return confirm_first(request)
    forms: dict[str, Form] = {
        name: kind(request.POST if what == name else None)
        for name, kind in (("yes", ReleaseForm), ("no", RefuseForm), ("recall", RecallForm), ("assess", AssessForm))
    }
    reasons: list[Reason] = []
    if what == "pack":
        packed, reasons = _pack(request, shown.case.id, wanted)
        if packed is not None:
            return packed
    elif what == "received":
        store = recorded_store(request, Act.GIVE_PACK, of_request(wanted), shown.case.id)
        record_receipt(store, wanted, actor_of(request))
        return done(request, say("It is recorded that they have it."), "agency_request", reference, request_id)
    elif request.method == "POST" and what not in forms:
        raise Http404
    form = forms.get(what)
    if form is not None and form.is_valid():
        acts: dict[str, Callable[[], object]] = {
            "yes": lambda: _yes(request, shown.case.id, wanted, form),
            "no": lambda: _no(request, shown.case.id, wanted, form),
            "recall": lambda: recall_pack(
                recorded_store(request, Act.RECALL_PACK, of_request(wanted), shown.case.id),
                wanted,
                RecalledAs(form.cleaned_data["recalled_as"]),
                actor_of(request),
            ),
            "assess": lambda: _assess(request, shown.case.id, wanted, form),
        }
        reasons = refusals(form, acts[what])
        if not reasons:
            return done(request, say("It is recorded."), "agency_request", reference, request_id)
    with place.store.reading() as view:  # whoever was refused, and may not read it, is not shown it instead
        require(request, view, Act.READ_LOOKS, of_case(shown.case.id))
        if not may_do:  # sight of a case is not a reason to read what agencies wrote of it
            require(request, view, Act.READ_REQUESTS)
    opened = named_case(request, shown.case.id)
    said = [one for one in opened.record.said if one.request_id == wanted] if opened.record else []
    given: dict[str, Any] = {
        "case": shown.case,
        "line": shown.line,
        "standing": shown.line.standing,
        "asked": asked,
        "purpose": shown.purpose,
        "recipient": shown.recipient,
        "said_by_them": said[0].words if said else None,
        "order": said[0].order if said else "",
        "now": place.clock.now(),
        "may_do": may_do,
        "forms": forms,
        "form": form,
        "reasons": reasons,
    }
    return page(request, "disclosing/request.html", status_of(reasons), **given)


def _pack(request: HttpRequest, case_id: CaseId, wanted: RequestId) -> tuple[HttpResponse | None, list[Reason]]:
    """The pack as a file, or why there is none."""
    store, vault = recorded_store(request, Act.GIVE_PACK, of_request(wanted), case_id), settings.PLACE.vault
    try:
        packed, reasons = shut(lambda: give_pack(store, vault, wanted, actor_of(request)))
    except NotPermitted as error:
        return None, reasons_of(error)
    if packed is None:
        return None, reasons
    file = HttpResponse(packed.file, content_type="application/octet-stream")
    file["Content-Disposition"] = f'attachment; filename="pack-{packed.index}{FILE_SUFFIX}"'
    return file, []


def _yes(request: HttpRequest, case_id: CaseId, wanted: RequestId, form: Form) -> None:
    if not isinstance(form, ReleaseForm):
        raise Http404
    store = recorded_store(request, Act.APPROVE_RELEASE, of_request(wanted), case_id)
    with settings.PLACE.store.reading() as view:
        window = view.agency_request(wanted).request.window
    assessor = assessor_for(store)
    approve_release(store, assessor, settings.PLACE.chance, wanted, actor_of(request), **form.less(window))


def _no(request: HttpRequest, case_id: CaseId, wanted: RequestId, form: Form) -> None:
    store, told = recorded_store(request, Act.REFUSE_RELEASE, of_request(wanted), case_id), form.cleaned_data
    because = RefusedAs(told["because"])
    refuse_release(store, assessor_for(store), wanted, because, actor_of(request), told["no_words"])


def _assess(request: HttpRequest, case_id: CaseId, wanted: RequestId, form: Form) -> None:
    store, told = recorded_store(request, Act.ASSESS_RELEASE, of_request(wanted), case_id), form.cleaned_data
    upheld = told["upheld"] == "yes"
    assess_release(store, assessor_for(store), wanted, actor_of(request), told["found"], upheld=upheld)


@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Every request of the last months, what was turned away, and the samples; and to draw one."""
    place = settings.PLACE
    with place.store.reading() as view:
        require(request, view, Act.READ_REQUESTS)
        now = place.clock.now()
        schemes = who_asks(view, actor_of(request), now, None).schemes
        shown = show_register(view, now, schemes or None)
        cases = {line.case.id for line in shown.lines}
        sees = {case_id: may(request, view, Act.READ_LOOKS, of_case(case_id)) for case_id in cases}
        may_draw = may(request, view, Act.DRAW_SAMPLE)
    words = words_asked(request)
    found = [line for line in shown.lines if sees[line.case.id] and holds(words, line.case.reference)]
    lines, number, pages = one_page(found, page_asked(request), PAGE_LINES)
    form = SampleForm(shown.schemes, request.POST or None)
    reasons: list[Reason] = []
    if request.method == "POST" and form.is_valid():
        store, scheme_id = store_for(request, Act.DRAW_SAMPLE), SchemeId(form.cleaned_data["scheme"])
        reasons = refusals(form, lambda: draw_sample(store, place.chance, scheme_id, form.first(), actor_of(request)))
        if not reasons:
            return done(request, say("Drawn. Those to look into are marked."), "disclosures")
    elif request.method == "POST":
        with place.store.reading() as view:
            require(request, view, Act.DRAW_SAMPLE)
    given: dict[str, Any] = {
        "shown": shown,
        "lines": lines,
        "found": len(found),
        "words": words,
        "at": pages_of(number, pages, {"reference": words}),
        "form": form if may_draw else None,
        "now": now,
        "reasons": reasons,
    }
    return page(request, "disclosing/register.html", 403 if reasons else 200, **given)


@require_http_methods(["GET", "HEAD", "POST"])
def call(request: HttpRequest) -> HttpResponse:
    """What to say when the police call, and to note what they want that nobody gives. For anyone who may have to."""
    place = settings.PLACE
    with place.store.reading() as view:
        if request.method != "POST":
            require(request, view, Act.TURN_AWAY)
        now = place.clock.now()
        schemes = schemes_of(view, now, who_asks(view, actor_of(request), now, None).schemes or None)
    form = CallForm(schemes, request.POST or None)
    noted: list[Reason] = []
    if request.method == "POST" and form.is_valid():
        told, by = form.cleaned_data, actor_of(request)
        scheme_id, wanted = SchemeId(told["scheme"]), Wanted(told["wanted"])
        store = store_for(request, Act.TURN_AWAY, refused=not_to_note(scheme_id, wanted, by))
        # Always refused: that it was is what there is to show.
        noted = refusals(form, lambda: turn_away(store, scheme_id, wanted, by))
    if request.method == "POST":
        with place.store.reading() as view:
            require(request, view, Act.TURN_AWAY)
    return page(request, "disclosing/call.html", form=form, noted=noted)
