"""Looking: a question, a request, the second person's answer, a reading as a table and a map of it, and who looked.

A reading is shown in the answer to the post that recorded it, and nowhere again: whoever looks a second time records
it a second time. The page clears itself when the grant ends.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from custodiet.entrypoints.web.asking import assessor_for, done, refusals, shut, status_of
from custodiet.entrypoints.web.forms_looking import ApproveForm, LookUpForm, QuestionForm, RefuseForm
from custodiet.entrypoints.web.fresh import confirm_first, is_fresh, is_stale, require_were_it_fresh
from custodiet.entrypoints.web.languages import say
from custodiet.entrypoints.web.opened import named_case
from custodiet.entrypoints.web.permitting import actor_of, may, require, store_for
from custodiet.entrypoints.web.reasons import Reason, reasons_of
from custodiet.entrypoints.web.recorded import recorded_store
from custodiet.entrypoints.web.rendering import page
from custodiet.entrypoints.web.sight import of_case, of_look_up
from custodiet.flows.looking import (
    approve_look_up,
    ask_look_up,
    ask_question,
    end_look_up,
    ground_in,
    open_reading,
    refuse_look_up,
    unasked_in,
)
from custodiet.flows.prove_entry import entry_at, prove_entry
from custodiet.flows.show_looking import (
    Looks,
    hours_of,
    looks_for_person,
    rows_of,
    show_asking,
    show_look_up,
    show_looks,
)
from custodiet.flows.streets import streets_under
from custodiet.flows.unmasking import read_under
from custodiet.flows.witnessed import cosigned_note
from custodiet.model.act import Act
from custodiet.model.case import Case
from custodiet.model.errors import (
    NotPermitted,
)
from custodiet.model.identity import ConditionId, LookUpId
from custodiet.model.look_up import Answer, Asked, Grant, LookUp, Opened, Precision, RefusedBecause, ToKnow, Tried
from custodiet.model.streets import Under
from custodiet.rules.access import objections_to_approving
from custodiet.wire.proof import FILE_SUFFIX

_FORMS = ("proof", "entry")
_REPORTS_MAX = 20


@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask one question: yes, no, or cannot tell."""
    place = settings.PLACE
    with place.store.reading() as view:
        case = view.case_by_reference(reference)
        fresh = request.method == "POST" or is_fresh(request, view, Act.ASK_QUESTION, of_case(case.id))
        asking = show_asking(view, place.clock.now(), case.id)
    if not fresh:
        return confirm_first(request)
    form = QuestionForm(asking.zones, request.POST or None)
    reasons: list[Reason] = []
    answer: tuple[Answer, int] | None = None
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        asked = Asked(told["asked"])
        zone = ConditionId(told["zone"]) if asked is Asked.ZONE else None
        store = recorded_store(request, Act.ASK_QUESTION, of_case(case.id), case.id)

        def ask_it() -> None:
            nonlocal answer, reasons
            answer, reasons = shut(
                lambda: ask_question(store, place.vault, case.id, asked, form.about(), actor_of(request), zone)
            )

        refused = refusals(form, ask_it)
        reasons = refused or reasons
    if request.method == "POST" and answer is None:
        with place.store.reading() as view:
            require_were_it_fresh(request, view, Act.ASK_QUESTION, of_case(case.id))
    given: dict[str, Any] = {"case": case, "form": form, "reasons": reasons, "answer": answer}
    return page(request, "looking/question.html", status_of(reasons), **given)


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask to look: a form, the answers once more, and then it waits for a second person."""
    place = settings.PLACE
    with place.store.reading() as view:
        case = view.case_by_reference(reference)
        fresh = request.method == "POST" or is_fresh(request, view, Act.ASK_LOOK_UP, of_case(case.id))
        asking = show_asking(view, place.clock.now(), case.id)
    if not fresh:
        return confirm_first(request)
    form = LookUpForm(asking.purposes, request.POST or None)
    reasons: list[Reason] = []
    given: dict[str, Any] = {"case": case, "form": form}
    if request.method == "POST" and form.is_valid() and request.POST.get("step") == "ask":
        reasons = refusals(form, lambda: _ask(request, case, form))
        if form.is_valid():
            said = say("Asked. It waits for a second person; the person sees that you asked.")
            return done(request, said, "looks", reference)
        with place.store.reading() as view:
            require_were_it_fresh(request, view, Act.ASK_LOOK_UP, of_case(case.id))
    elif request.method == "POST":
        with place.store.reading() as view:
            require(request, view, Act.ASK_LOOK_UP, of_case(case.id))
        if form.is_valid() and request.POST.get("step") == "check":
            title = next(one.title for one in asking.purposes if one.code == form.cleaned_data["purpose"])
            told: dict[str, Any] = {"window": form.window(), "purpose": title, "checked": _checked(form)}
            return page(request, "looking/check.html", **given, **told)
    return page(request, "looking/ask.html", 403 if reasons else 200, reasons=reasons, **given)


def _checked(form: LookUpForm) -> dict[str, Any]:
    """What was answered, as codes of closed lists."""
    told = form.cleaned_data
    return {
        "to_know": ToKnow(told["to_know"]),
        "tried": [Tried(one) for one in told["tried"]],
        "precision": Precision(told["precision"]),
        "why": told["why"],
    }


def _ask(request: HttpRequest, case: Case, form: LookUpForm) -> None:
    store = recorded_store(request, Act.ASK_LOOK_UP, of_case(case.id), case.id)
    checked = _checked(form)
    ask_look_up(
        store,
        assessor_for(store),
        settings.PLACE.chance,
        case.id,
        actor_of(request),
        purpose=form.cleaned_data["purpose"],
        to_know=checked["to_know"],
        why=checked["why"],
        tried=tuple(checked["tried"]),
        window=form.window(),
        precision=checked["precision"],
    )


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, reference: str, look_up_id: str) -> HttpResponse:
    """A look-up as it stands: open it, take it back, end it."""
    place, wanted = settings.PLACE, LookUpId(look_up_id)
    now = place.clock.now()
    with place.store.reading() as view:
        case, standing, purpose = show_look_up(view, now, wanted)
        if case.reference != reference:
            raise Http404
        acts = (Act.OPEN_READING, Act.END_LOOK_UP, Act.APPROVE_LOOK_UP, Act.ASK_UNMASK)
        may_do = {one.value for one in acts if may(request, view, one, of_look_up(wanted))}
        unmaskings = [one for one, _ in view.unmaskings_of(case.id) if one.unmask.look_up_id == wanted]
        was_read = bool(read_under(view, case.id, wanted))
    what, reasons = request.POST.get("what", ""), list[Reason]()
    if what == "end":
        end_look_up(store_for(request, Act.END_LOOK_UP, of_look_up(wanted)), wanted, actor_of(request))
        return done(request, say("It is over. Nothing can be opened under it."), "looks", reference)
    if what == "open":
        if is_stale(request) and Act.OPEN_READING.value in may_do:
            return confirm_and_back(reverse("look_up", args=(reference, look_up_id)))
        store = recorded_store(request, Act.OPEN_READING, of_look_up(wanted), case.id)
        try:
            opened, reasons = shut(lambda: open_reading(store, place.vault, wanted, actor_of(request)))
        except NotPermitted as error:
            opened, reasons = None, reasons_of(error)
        if opened is not None and standing.grant is not None:
            return reading_page(request, case, standing.grant, opened, purpose)
    elif request.method == "POST":
        raise Http404
    with place.store.reading() as view:  # whoever was refused, and may not read it, is not shown it instead
        require(request, view, Act.READ_LOOKS, of_case(case.id))
    given: dict[str, Any] = {
        "case": case,
        "standing": standing,
        "purpose": purpose,
        "now": now,
        "may_do": may_do,
        "unmaskings": unmaskings,
        "was_read": was_read,
        "reasons": reasons,
    }
    return page(request, "looking/look_up.html", status_of(reasons), **given)


def confirm_and_back(path: str) -> HttpResponse:
    """Show again who you are, and come back: what was posted is posted anew."""
    return HttpResponseRedirect(f"{reverse('account_reauthenticate')}?next={path}")


def proof_of(entry: int) -> bytes:
    """The proof of an entry's place, under what witnesses have signed as soon as it covers it."""
    place = settings.PLACE
    cosigned = cosigned_note(place.witnessed, place.clock.now())
    return prove_entry(place.store, place.vault, entry, cosigned).encode()


def under_map(opened: Opened) -> Under | None:
    """Streets and water for the map beside a reading: part of its page, so that nothing asks for them by a place."""
    kept = settings.PLACE.streets
    return None if kept is None else streets_under(kept, opened)


def reading_page(
    request: HttpRequest, case: Case, grant: Grant, opened: Opened, purpose: str, *, unmasked: bool = False
) -> HttpResponse:
    """The reading as a table, beside which scripts can draw a map of it; both go when the grant ends."""
    left_s = max(1, int((grant.expires_at - settings.PLACE.clock.now()).total_seconds()))
    rows = rows_of(opened)
    given: dict[str, Any] = {
        "case": case,
        "grant": grant,
        "opened": opened,
        "purpose": purpose,
        "rows": rows,
        "hours": hours_of(rows),
        "unmasked": unmasked,
        "under": under_map(opened),
        "left_s": left_s,
    }
    shown = page(request, "looking/reading.html", **given)
    # Without scripts, and before anything a page could forget.
    shown["Refresh"] = f"{left_s};url={reverse('look_up', args=(case.reference, grant.look_up_id))}"
    return shown


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, look_up_id: str) -> HttpResponse:
    """The second person's page: approve it, approve less, refuse it."""
    place, wanted = settings.PLACE, LookUpId(look_up_id)
    now, by = place.clock.now(), actor_of(request)
    with place.store.reading() as view:
        case, standing, purpose = show_look_up(view, now, wanted)
        asked = standing.look_up
        if request.method != "POST":
            require(request, view, Act.REFUSE_LOOK_UP, of_look_up(wanted))
        unasked = unasked_in(view, case.id, now)
        whole = Grant(wanted, asked.window, asked.precision, by, now, now + timedelta(hours=1))
        # As if whatever is to be said in words were said: that is for the form.
        found = objections_to_approving(standing, whole, "said", ground_in(view, case.id, now), unasked, now)
    if request.method != "POST" and is_stale(request):
        return confirm_first(request)
    what, reasons = request.POST.get("what", ""), list[Reason]()
    forms: dict[str, Form] = {
        "approve": ApproveForm(request.POST if what == "approve" else None, initial={"precision": asked.precision}),
        "refuse": RefuseForm(request.POST if what == "refuse" else None),
    }
    form = forms.get(what)
    if form is not None and form.is_valid():
        acts: dict[str, Callable[[], object]] = {
            "approve": lambda: _approve(request, asked, form),
            "refuse": lambda: _refuse(request, wanted, form.cleaned_data),
        }
        reasons = refusals(form, acts[what])
        if form.is_valid():
            said = (
                say("Approved. Whoever asked can look now, and nobody else.") if what == "approve" else say("Refused.")
            )
            return done(request, said, "authorise")
    if request.method == "POST":
        with place.store.reading() as view:
            require_were_it_fresh(request, view, Act.REFUSE_LOOK_UP, of_look_up(wanted))
        if form is None:
            raise Http404
    opened = named_case(request, case.id)
    why = next((one.words for one in opened.record.whys if one.look_up_id == wanted), None) if opened.record else None
    return page(
        request,
        "looking/answer.html",
        403 if reasons else 200,
        case=case,
        standing=standing,
        purpose=purpose,
        opened=opened,
        why=why,
        unasked=len(unasked),
        findings=reasons_of(NotPermitted("", found)) if found else [],
        forms=forms,
        form=form,
        reasons=reasons,
    )


def _approve(request: HttpRequest, asked: LookUp, form: Form) -> None:
    if not isinstance(form, ApproveForm):
        raise Http404
    store, told = recorded_store(request, Act.APPROVE_LOOK_UP, of_look_up(asked.id), asked.case_id), form.cleaned_data
    approve_look_up(
        store,
        assessor_for(store),
        asked.id,
        actor_of(request),
        window=form.window(asked.window),
        precision=Precision(told["precision"]) if told["precision"] else None,
        lasts=timedelta(hours=int(told["lasts"])),
        words=told["words"],
    )


def _refuse(request: HttpRequest, wanted: LookUpId, told: dict[str, str]) -> None:
    store = store_for(request, Act.REFUSE_LOOK_UP, of_look_up(wanted))
    because = RefusedBecause(told["because"])
    refuse_look_up(store, assessor_for(store), wanted, because, actor_of(request), told["no_words"])


@require_safe
def who_looked(request: HttpRequest, reference: str) -> HttpResponse:
    """Everything that was asked, granted, refused and read about a case, to be shown and printed."""
    place = settings.PLACE
    with place.store.reading() as view:
        case = view.case_by_reference(reference)
        require(request, view, Act.READ_LOOKS, of_case(case.id))
        looks = show_looks(view, place.clock.now(), case.id)
        may_ask = may(request, view, Act.ASK_LOOK_UP, of_case(case.id))
        may_restrict = may(request, view, Act.ASK_RESTRICTION, of_case(case.id))
        may_pack = not may_ask and may(request, view, Act.READ_ASSURANCE)
    told = {"may_ask": may_ask, "may_restrict": may_restrict, "may_report": True, "may_pack": may_pack}
    return page(request, "looking/looks.html", looks=[looks], theirs=False, **told)


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """The same for the person, or whoever speaks for them: by role, without an account of anyone."""
    place = settings.PLACE
    found: list[Looks] = []
    with place.store.reading() as view:
        for case_id in view.cases_given_to(actor_of(request)):
            require(request, view, Act.READ_OWN_LOOKS, of_case(case_id))
            found.append(looks_for_person(view, place.clock.now(), case_id))
        reported = view.misuses_by(actor_of(request), _REPORTS_MAX)
    if not found:
        raise NotPermitted("", ("not_yours: no case is yours; the letter that came with the account says whose it is",))
    return page(request, "looking/looks.html", looks=found, may_ask=False, theirs=True, reported=reported)


@require_safe
def proof(request: HttpRequest, reference: str, entry: int, form: str) -> HttpResponse:
    """The proof of one of these entries, or the entry itself, as a file."""
    if form not in _FORMS:
        raise Http404
    place = settings.PLACE
    with place.store.reading() as view:
        case = view.case_by_reference(reference)
        theirs = may(request, view, Act.READ_OWN_LOOKS, of_case(case.id))
        if not theirs:
            require(request, view, Act.READ_LOOKS, of_case(case.id))
        shown = (looks_for_person if theirs else show_looks)(view, place.clock.now(), case.id)
        if entry not in shown.entries:
            raise Http404
    body = proof_of(entry) if form == "proof" else entry_at(place.store, entry)
    suffix = FILE_SUFFIX if form == "proof" else ".json"
    file = HttpResponse(body, content_type="text/plain; charset=utf-8" if form == "proof" else "application/json")
    file["Content-Disposition"] = f'attachment; filename="entry-{entry}{suffix}"'
    return file
