"""The assessment of a scheme by its seven steps: read by everyone of the staff; each part written by whom it is for.

A form is saved by itself and makes a version of its own: advice is given on a version, and does not outlast it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from custodiet.entrypoints.web.forms_schemes import (
    AdviceForm,
    ConsultationForm,
    DepartureForm,
    NeedForm,
    OperationForm,
    PiaForm,
    PriorForm,
    ProcessingForm,
    RiskForm,
    SignOffForm,
)
from custodiet.entrypoints.web.fresh import confirm_first, is_fresh
from custodiet.entrypoints.web.languages import say
from custodiet.entrypoints.web.permitting import actor_of, may, require, store_for
from custodiet.entrypoints.web.reasons import reasons_of
from custodiet.entrypoints.web.rendering import page
from custodiet.entrypoints.web.views.scheme_operations import of_scheme
from custodiet.entrypoints.web.views.schemes import Head, as_at, as_file, head_of
from custodiet.entrypoints.wording_schemes import STEPS, gaps_by_step, once
from custodiet.flows.assess_scheme import (
    advise,
    depart_from_advice,
    record_consultation,
    record_prior_consultation,
    write_dpia,
)
from custodiet.flows.ports import Store
from custodiet.flows.scheme_now import dpia_at, register_at
from custodiet.model.act import Act
from custodiet.model.dpia import SEEDED, Consultation, Dpia, PriorConsultation, Risk
from custodiet.model.errors import IllegalValue, NotPermitted, NotTheFormat
from custodiet.model.identity import ActorId
from custodiet.model.mode import MODES, ModeCode
from custodiet.model.register import Register
from custodiet.rules.dpia import gaps
from custodiet.wire.cnil_pia import pia_bytes, read_pia


@require_safe
def show(request: HttpRequest, scheme_id: str) -> HttpResponse:
    asked = as_at(request)
    with settings.PLACE.store.reading() as view:
        require(request, view, Act.READ_REGISTER)
        head = head_of(view, scheme_id, asked.at)
        of, dpia = of_scheme(head.scheme_id), dpia_at(view, head.scheme_id, asked.at)
        lacking = gaps(head.register, dpia, asked.at)
        past = bool(asked.text) or head.ended is not None
        can = {
            name: may(request, view, act, of) and not past
            for name, act in (
                ("writes", Act.WRITE_DPIA),
                ("consults", Act.RECORD_CONSULTATION),
                ("advises", Act.ADVISE_ON_DPIA),
                ("departs", Act.DEPART_FROM_ADVICE),
            )
        }
    held = dpia or Dpia(head.scheme_id)
    told = {one.code: one for one in held.risks}
    seeded = [told.pop(code, Risk(code, title, harm)) for code, title, harm in SEEDED]
    given: dict[str, Any] = {
        "head": head,
        "asked": asked,
        "dpia": held,
        "written": dpia,
        "steps": STEPS,
        "lacking": gaps_by_step(lacking),
        "lacks": sum(one.code.startswith("dpia.") for one in once(lacking)),
        "risks": [*seeded, *told.values()],
        "answered": {one.code for one in held.risks},
        "people": {one.code: one.title or one.code for one in head.register.people},
        "assessed": [(MODES[one.mode], held.of(one.mode)) for one in head.register.operations if MODES[one.mode].rung],
        **can,
    }
    return page(request, "schemes/dpia.html", **given)


# --- one form ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Held:
    """What a form is about: the newest register, and the newest assessment, or an empty one."""

    head: Head
    register: Register
    dpia: Dpia
    by: ActorId


@dataclass(frozen=True, slots=True)
class Asks:
    """One form: who may send it, what it holds before, and what is done with what was sent.

    `save` is handed the version of the assessment that its author had before them.
    """

    title: str
    act: Act
    form: Callable[[Held, Any], forms.Form]
    save: Callable[[Store, Held, Any, int], object]
    done: str = "Saved."
    lead: str = ""


def _edit(request: HttpRequest, scheme_id: str, asks: Callable[[Held], Asks]) -> HttpResponse:
    place = settings.PLACE
    with place.store.reading() as view:
        head = head_of(view, scheme_id, place.clock.now())
        versions = view.registers(head.scheme_id)
        register = versions[-1].register if versions else register_at(view, head.scheme_id, place.clock.now())[0]
        held = Held(head, register, dpia_at(view, head.scheme_id) or Dpia(head.scheme_id), actor_of(request))
        this = asks(held)
        of = of_scheme(head.scheme_id)
        fresh = is_fresh(request, view, this.act, of)
    posted = request.method == "POST"
    if not fresh and not posted:
        return confirm_first(request)
    form = this.form(held, request.POST if posted else None)
    version, status = str(held.dpia.version), 200
    if posted:
        version = request.POST.get("version", "")[:9]
        if form.is_valid():
            read = int(version) if version.isascii() and version.isdecimal() else -1
            try:
                # What was typed stays on the page when it is refused.
                this.save(store_for(request, this.act, of), held, form, read)
            except NotPermitted as error:
                for one in reasons_of(error):
                    instead = f"; {one.instead}" if one.instead else ""
                    form.add_error(None, f"{one.missing[:1].upper()}{one.missing[1:]}{instead}")
                status = 403
            else:
                messages.success(request, say(this.done))
                return HttpResponseRedirect(reverse("scheme_dpia", args=[head.scheme_id]))
    return page(
        request, "schemes/dpia_form.html", status, head=head, form=form, asks=this, version=version, fresh=fresh
    )


@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, scheme_id: str, what: str) -> HttpResponse:
    if what not in _WRITTEN:
        raise Http404
    return _edit(request, scheme_id, lambda _: _WRITTEN[what])


@require_http_methods(["GET", "HEAD", "POST"])
def operation(request: HttpRequest, scheme_id: str, mode: str) -> HttpResponse:
    if mode not in set(ModeCode) or MODES[ModeCode(mode)].rung == 0:
        raise Http404
    code = ModeCode(mode)
    return _edit(
        request,
        scheme_id,
        lambda _: Asks(
            f"Step 4: {MODES[code].title}",
            Act.WRITE_DPIA,
            lambda held, data: OperationForm(code, data, initial=OperationForm.initial_of(held.dpia.of(code))),
            lambda store, held, form, after: _save_operation(store, held, form, after, code),
            lead="By saving you say that this operation was assessed for the newest register. Of the less intrusive "
            "means, answer at least one of each family: rungs 0–1, 2–4, 5, 6, 7–8, 9 and 10.",
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def risk(request: HttpRequest, scheme_id: str, code: str | None = None) -> HttpResponse:
    seeded = {one: (title, harm) for one, title, harm in SEEDED}

    def asks(held: Held) -> Asks:
        known = next((one for one in held.dpia.risks if one.code == code), None)
        if code is not None and known is None and code not in seeded:
            raise Http404
        initial: dict[str, Any] = {}
        if known is not None:
            initial = {name: getattr(known, name) for name in RiskForm.base_fields}
        elif code is not None:
            initial = {"code": code, "title": seeded[code][0], "harm": seeded[code][1]}

        def form(held: Held, data: Any) -> forms.Form:
            made = RiskForm(held.register, data, initial=initial)
            if code is not None:
                made.fields["code"].widget = forms.HiddenInput()
                made.fields["code"].disabled = True
            return made

        return Asks("Steps 5 and 6: one risk", Act.WRITE_DPIA, form, _save_risk)

    return _edit(request, scheme_id, asks)


def _save_description(store: Store, held: Held, form: forms.Form, after: int) -> None:
    description = replace(held.dpia.description, **form.cleaned_data)
    write_dpia(store, replace(held.dpia, description=description), held.by, assessed=(), after=after)


def _save_operation(store: Store, held: Held, form: Any, after: int, mode: ModeCode) -> None:
    others = tuple(one for one in held.dpia.assessments if one.mode is not mode)
    new = tuple(sorted((*others, form.assessment()), key=lambda one: MODES[one.mode].rung))
    write_dpia(store, replace(held.dpia, assessments=new), held.by, assessed=(mode,), after=after)


def _save_risk(store: Store, held: Held, form: Any, after: int) -> None:
    new = form.risk()
    known = {one.code: one for one in held.dpia.risks}
    write_dpia(
        store, replace(held.dpia, risks=tuple((known | {new.code: new}).values())), held.by, assessed=(), after=after
    )


def _save_sign_off(store: Store, held: Held, form: forms.Form, after: int) -> None:
    write_dpia(store, replace(held.dpia, **form.cleaned_data), held.by, assessed=(), after=after)


def _save_consultation(store: Store, held: Held, form: forms.Form, _: int) -> None:
    told = form.cleaned_data | {"of": tuple(form.cleaned_data["of"])}
    record_consultation(store, held.head.scheme_id, Consultation(**told), held.by)


def _save_advice(store: Store, held: Held, form: forms.Form, on: int) -> None:
    told = form.cleaned_data
    advise(store, held.head.scheme_id, held.by, told["text"], proceed=told["proceed"] == "yes", on=on)


def _save_departure(store: Store, held: Held, form: forms.Form, on: int) -> None:
    depart_from_advice(store, held.head.scheme_id, held.by, form.cleaned_data["reasons"], on=on)


def _save_prior(store: Store, held: Held, form: forms.Form, on: int) -> None:
    record_prior_consultation(store, PriorConsultation(on, **form.cleaned_data), held.head.scheme_id, held.by)


def _initial_prior(held: Held) -> dict[str, Any]:
    prior = held.dpia.prior
    return {} if prior is None else {name: getattr(prior, name) for name in PriorForm.base_fields}


_WRITTEN = {
    "need": Asks(
        "Step 1: the need for an assessment",
        Act.WRITE_DPIA,
        lambda held, data: NeedForm(data, initial={"need": held.dpia.description.need}),
        _save_description,
    ),
    "processing": Asks(
        "Step 2: what the processing is",
        Act.WRITE_DPIA,
        lambda held, data: ProcessingForm(
            data, initial={name: getattr(held.dpia.description, name) for name in ProcessingForm.base_fields}
        ),
        _save_description,
        lead="The data themselves stand in the register.",
    ),
    "consultation": Asks(
        "Step 3: a consultation",
        Act.RECORD_CONSULTATION,
        lambda held, data: ConsultationForm(held.register, data),
        _save_consultation,
    ),
    "sign-off": Asks(
        "Step 7: who signs, and until when",
        Act.WRITE_DPIA,
        lambda held, data: SignOffForm(
            data, initial={"owner": held.dpia.owner, "review_due_at": held.dpia.review_due_at}
        ),
        _save_sign_off,
    ),
    "advice": Asks(
        "Step 7: advice of the data protection officer",
        Act.ADVISE_ON_DPIA,
        lambda _, data: AdviceForm(data),
        _save_advice,
        "Your advice is recorded.",
        "It is given on this version of the assessment; a later one needs advice of its own.",
    ),
    "departure": Asks(
        "Step 7: going on against the advice",
        Act.DEPART_FROM_ADVICE,
        lambda _, data: DepartureForm(data),
        _save_departure,
        "Your reasons are recorded.",
    ),
    "prior-consultation": Asks(
        "Step 7: the regulator was consulted",
        Act.RECORD_CONSULTATION,
        lambda held, data: PriorForm(data, initial=_initial_prior(held)),
        _save_prior,
        lead="Needed where a high risk remains, before the processing begins.",
    ),
}


# --- the CNIL's tool --------------------------------------------------------------------------------------------


@require_safe
def give_pia(request: HttpRequest, scheme_id: str) -> HttpResponse:
    now = settings.PLACE.clock.now()
    with settings.PLACE.store.reading() as view:
        require(request, view, Act.READ_REGISTER)
        head = head_of(view, scheme_id, now)
        dpia = dpia_at(view, head.scheme_id)
    if dpia is None:
        raise NotPermitted("nothing_written: no assessment was written for this scheme yet; its register can be given")
    try:
        body = pia_bytes(head.register, dpia)
    except IllegalValue as error:
        raise NotPermitted(f"not_given_away: {error}; its register can be downloaded") from None
    return as_file(body, f"{head.scheme_id}-pia.json")


@require_http_methods(["GET", "HEAD", "POST"])
def take_pia(request: HttpRequest, scheme_id: str) -> HttpResponse:
    place = settings.PLACE
    with place.store.reading() as view:
        head = head_of(view, scheme_id, place.clock.now())
        of = of_scheme(head.scheme_id)
        fresh = is_fresh(request, view, Act.WRITE_DPIA, of)
        held = dpia_at(view, head.scheme_id) or Dpia(head.scheme_id)
    if not fresh:
        return confirm_first(request)
    posted = request.method == "POST"
    form = PiaForm(request.POST, request.FILES) if posted else PiaForm()
    told: dict[str, Any] = {"head": head, "form": form, "written": held}
    body: bytes | None = None
    if posted and "pia" in request.POST:
        body = request.POST["pia"].encode()
    elif posted and form.is_valid():
        body = form.cleaned_data["document"].read()
    if body is None:
        return page(request, "schemes/pia.html", **told)
    try:
        draft = read_pia(body, head.scheme_id)
    except NotTheFormat as error:
        form.add_error("document", say("This is not a file of that tool") + f": {error}")
        return page(request, "schemes/pia.html", **told)
    if "pia" not in request.POST:
        return page(request, "schemes/pia.html", draft=draft, text=body.decode(), **told)
    version = request.POST.get("version", "")[:9]
    after = int(version) if version.isascii() and version.isdecimal() else -1
    taken = replace(draft.dpia, review_due_at=held.review_due_at)
    write_dpia(store_for(request, Act.WRITE_DPIA, of), taken, actor_of(request), assessed=(), after=after)
    messages.success(request, say("Taken in as a draft: nothing in it counts as assessed for the register yet."))
    return HttpResponseRedirect(reverse("scheme_dpia", args=[head.scheme_id]))
