"""Unmasking: ask to see a window that was read without masking, a third person's answer, and the reading.

As views/looking.py: a reading is shown in the answer to the post that recorded it, and clears itself with its grant.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from custodiet.entrypoints.web.asking import assessor_for, done, refusals, shut, status_of
from custodiet.entrypoints.web.forms_looking import RefuseForm
from custodiet.entrypoints.web.forms_unmasking import UnmaskForm, UnmaskYesForm
from custodiet.entrypoints.web.fresh import confirm_first, is_fresh, is_stale, require_were_it_fresh
from custodiet.entrypoints.web.languages import say
from custodiet.entrypoints.web.opened import named_case
from custodiet.entrypoints.web.permitting import actor_of, may, require
from custodiet.entrypoints.web.reasons import Reason, reasons_of
from custodiet.entrypoints.web.recorded import recorded_store
from custodiet.entrypoints.web.rendering import page
from custodiet.entrypoints.web.sight import of_case, of_look_up, of_unmask
from custodiet.entrypoints.web.views.looking import confirm_and_back, reading_page
from custodiet.flows.looking import ground_in
from custodiet.flows.show_looking import show_look_up
from custodiet.flows.show_unmasking import show_unmasking
from custodiet.flows.unmasking import approve_unmask, ask_unmask, open_unmasked, read_under, refuse_unmask
from custodiet.model.act import Act
from custodiet.model.condition import Interval
from custodiet.model.errors import NotPermitted
from custodiet.model.identity import CaseId, LookUpId, UnmaskId
from custodiet.model.look_up import RefusedBecause
from custodiet.model.unmask import Article9, NotEnough, UnmaskYes
from custodiet.rules.unmasking import objections_to_unmask_yes


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, reference: str, look_up_id: str) -> HttpResponse:
    """Ask to unmask what was read under a grant; it waits for a third person."""
    place, wanted = settings.PLACE, LookUpId(look_up_id)
    with place.store.reading() as view:
        case, standing, purpose = show_look_up(view, place.clock.now(), wanted)
        if case.reference != reference or standing.grant is None:
            raise Http404
        fresh = request.method == "POST" or is_fresh(request, view, Act.ASK_UNMASK, of_look_up(wanted))
    if not fresh:
        return confirm_first(request)
    window, form = standing.grant.window, UnmaskForm(request.POST or None)
    reasons: list[Reason] = []
    if request.method == "POST" and form.is_valid():
        reasons = refusals(form, lambda: _ask(request, wanted, case.id, window, form))
        if not reasons:
            said = say("Asked. It waits for a third person; the person sees that you asked.")
            return done(request, said, "look_up", reference, look_up_id)
    if request.method == "POST":
        with place.store.reading() as view:
            require_were_it_fresh(request, view, Act.ASK_UNMASK, of_look_up(wanted))
    given: dict[str, Any] = {"case": case, "standing": standing, "purpose": purpose, "form": form, "reasons": reasons}
    return page(request, "unmasking/ask.html", 403 if reasons else 200, **given)


def _ask(request: HttpRequest, wanted: LookUpId, case_id: CaseId, granted: Interval, form: UnmaskForm) -> None:
    store, told = recorded_store(request, Act.ASK_UNMASK, of_look_up(wanted), case_id), form.cleaned_data
    ask_unmask(
        *(store, assessor_for(store), settings.PLACE.chance, wanted, actor_of(request)),
        window=form.window(granted),
        not_enough=NotEnough(told["not_enough"]),
        condition=Article9(told["condition"]),
        why=told["why"],
    )


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, reference: str, unmask_id: str) -> HttpResponse:
    """A request as it stands; whoever asked opens it, once somebody has said yes."""
    place, wanted = settings.PLACE, UnmaskId(unmask_id)
    now = place.clock.now()
    with place.store.reading() as view:
        shown = show_unmasking(view, now, wanted)
        if shown.case.reference != reference:
            raise Http404
        acts = (Act.OPEN_UNMASKED, Act.APPROVE_UNMASK)
        may_do = {one.value for one in acts if may(request, view, one, of_unmask(wanted))}
    what, reasons = request.POST.get("what", ""), list[Reason]()
    if what == "open":
        if is_stale(request) and Act.OPEN_UNMASKED.value in may_do:
            return confirm_and_back(reverse("unmasking", args=(reference, unmask_id)))
        store = recorded_store(request, Act.OPEN_UNMASKED, of_unmask(wanted), shown.case.id)
        try:
            opened, reasons = shut(lambda: open_unmasked(store, place.vault, wanted, actor_of(request)))
        except NotPermitted as error:
            opened, reasons = None, reasons_of(error)
        if opened is not None and shown.look_up.grant is not None:
            return reading_page(request, shown.case, shown.look_up.grant, opened, shown.purpose, unmasked=True)
    elif request.method == "POST":
        raise Http404
    with place.store.reading() as view:  # whoever was refused, and may not read it, is not shown it instead
        require(request, view, Act.READ_LOOKS, of_case(shown.case.id))
    given: dict[str, Any] = {"shown": shown, "now": now, "may_do": may_do, "reasons": reasons}
    return page(request, "unmasking/unmasking.html", status_of(reasons), **given)


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, unmask_id: str) -> HttpResponse:
    """The third person's page: approve it, approve less time, refuse it."""
    place, wanted, by = settings.PLACE, UnmaskId(unmask_id), actor_of(request)
    about = of_unmask(wanted)
    with place.store.reading() as view:
        now = place.clock.now()
        shown = show_unmasking(view, now, wanted)
        asked, case_id = shown.unmasking.unmask, shown.case.id
        if request.method != "POST":
            require(request, view, Act.REFUSE_UNMASK, about)
        whole = UnmaskYes(wanted, asked.window, by, now, b"")
        read, ground = read_under(view, case_id, asked.look_up_id), ground_in(view, case_id, now)
        # As if whatever is to be said in words were said: that is for the form.
        found = objections_to_unmask_yes(shown.unmasking, whole, "said", shown.look_up, read, ground, now)
    if request.method != "POST" and is_stale(request):
        return confirm_first(request)
    what, reasons = request.POST.get("what", ""), list[Reason]()
    forms: dict[str, Form] = {
        "approve": UnmaskYesForm(request.POST if what == "approve" else None),
        "refuse": RefuseForm(request.POST if what == "refuse" else None),
    }
    form = forms.get(what)
    if form is not None and form.is_valid():
        acts: dict[str, Callable[[], object]] = {
            "approve": lambda: _approve(request, wanted, case_id, asked.window, form),
            "refuse": lambda: _refuse(request, wanted, case_id, form.cleaned_data),
        }
        reasons = refusals(form, acts[what])
        if not reasons:
            yes = say("Approved. Whoever asked can open it now, and nobody else.")
            return done(request, yes if what == "approve" else say("Refused."), "authorise")
    if request.method == "POST":
        with place.store.reading() as view:
            require_were_it_fresh(request, view, Act.REFUSE_UNMASK, about)
        if form is None:
            raise Http404
    opened = named_case(request, case_id)
    whys = opened.record.unmasks if opened.record else ()
    given: dict[str, Any] = {
        "shown": shown,
        "opened": opened,
        "why": next((one.words for one in whys if one.unmask_id == wanted), None),
        "findings": reasons_of(NotPermitted("", found)) if found else [],
        "forms": forms,
        "form": form,
        "reasons": reasons,
    }
    return page(request, "unmasking/answer.html", 403 if reasons else 200, **given)


def _approve(request: HttpRequest, wanted: UnmaskId, case_id: CaseId, asked: Interval, form: Form) -> None:
    if not isinstance(form, UnmaskYesForm):
        raise Http404
    store = recorded_store(request, Act.APPROVE_UNMASK, of_unmask(wanted), case_id)
    words = form.cleaned_data["words"]
    approve_unmask(store, assessor_for(store), wanted, actor_of(request), words, window=form.window(asked))


def _refuse(request: HttpRequest, wanted: UnmaskId, case_id: CaseId, told: dict[str, str]) -> None:
    store = recorded_store(request, Act.REFUSE_UNMASK, of_unmask(wanted), case_id)
    because = RefusedBecause(told["because"])
    refuse_unmask(store, assessor_for(store), wanted, because, actor_of(request), told["no_words"])
