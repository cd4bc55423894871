"""Changing a register: by a document, or one purpose by a form. What it changes is shown before it is kept."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from custodiet.entrypoints.web.forms_schemes import CopyForm, DocumentForm, PurposeForm
from custodiet.entrypoints.web.fresh import confirm_first, is_fresh
from custodiet.entrypoints.web.languages import say
from custodiet.entrypoints.web.permitting import actor_of, store_for
from custodiet.entrypoints.web.rendering import page
from custodiet.entrypoints.web.views.schemes import Head, head_of
from custodiet.flows.keep_register import copy_scheme, keep_register
from custodiet.flows.ports import Reading
from custodiet.flows.scheme_now import dpia_at
from custodiet.flows.show_schemes import preview_register
from custodiet.model.act import Act
from custodiet.model.errors import NotPermitted
from custodiet.model.identity import SchemeId
from custodiet.model.register import Register
from custodiet.rules.documents.making import documents
from custodiet.rules.register import Problem
from custodiet.wire.scheme import ReadScheme, read_scheme, scheme_bytes

PROBLEMS_SHOWN = 100


@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """A new scheme, from a document."""
    return _by_document(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
def amend(request: HttpRequest, scheme_id: str) -> HttpResponse:
    """The next version of a register, from a document."""
    return _by_document(request, scheme_id)


@require_http_methods(["GET", "HEAD", "POST"])
def purpose(request: HttpRequest, scheme_id: str, code: str | None = None) -> HttpResponse:
    """One purpose, changed or added by a form."""
    place = settings.PLACE
    with place.store.reading() as view:
        head, fresh = _opened(request, view, scheme_id)
        if head is None:
            raise Http404
        versions = view.registers(head.scheme_id)
    register = versions[-1].register if versions else head.register
    held = {one.code: one for one in register.purposes}
    if code is not None and code not in held:
        raise Http404
    posted = request.method == "POST"
    if not fresh and not posted:
        return confirm_first(request)
    initial: dict[str, Any] = {}
    if code is not None:
        initial = {name: getattr(held[code], name) for name in PurposeForm.base_fields if name != "from_day"}
    form = PurposeForm(request.POST if posted else None, initial=initial)
    if code is not None:
        form.fields["code"].widget = form.fields["code"].hidden_widget()
        form.fields["code"].disabled = True
    if posted and form.is_valid():
        new = form.purpose()
        if code is None and new.code in held:
            form.add_error("code", say("Another purpose of this scheme has that code"))
        elif not fresh:
            form.add_error(None, say("Show again that it is you, then send this again"))
        else:
            changed = replace(register, purposes=tuple((held | {new.code: new}).values()))
            return _preview(request, head, changed, form.cleaned_data["from_day"])
    return page(request, "schemes/purpose.html", head=head, form=form, code=code, fresh=fresh)


@require_http_methods(["GET", "HEAD", "POST"])
def copy(request: HttpRequest, scheme_id: str) -> HttpResponse:
    """A new scheme with the register of this one, and nothing that was assessed, approved or decided in it."""
    place = settings.PLACE
    with place.store.reading() as view:
        fresh = is_fresh(request, view, Act.REGISTER_SCHEME)
        head = head_of(view, scheme_id, place.clock.now())
    if not fresh:
        return confirm_first(request)
    form = CopyForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        new_id, name = SchemeId(form.cleaned_data["scheme_id"]), form.cleaned_data["name"]
        copy_scheme(store_for(request, Act.REGISTER_SCHEME), head.scheme_id, new_id, name, actor_of(request))
        messages.success(request, say("Copied. Its assessment begins anew, and no operation is active."))
        return HttpResponseRedirect(reverse("scheme", args=[new_id]))
    return page(request, "schemes/copy.html", head=head, form=form)


def _opened(request: HttpRequest, view: Reading, scheme_id: str | None) -> tuple[Head | None, bool]:
    act = Act.REGISTER_SCHEME if scheme_id is None else Act.AMEND_REGISTER
    fresh = is_fresh(request, view, act)
    return None if scheme_id is None else head_of(view, scheme_id, settings.PLACE.clock.now()), fresh


def _by_document(request: HttpRequest, scheme_id: str | None) -> HttpResponse:
    with settings.PLACE.store.reading() as view:
        head, fresh = _opened(request, view, scheme_id)
        known = view.scheme_ids()
    if not fresh:
        return confirm_first(request)
    if request.method == "POST" and "register" in request.POST:
        return _keep(request, head)
    form = DocumentForm(request.POST, request.FILES) if request.method == "POST" else DocumentForm()
    problems: tuple[Problem, ...] = ()
    if form.is_bound and form.is_valid():
        read = read_scheme(form.cleaned_data["document"].read())
        problems = _problems(read, head, known)
        if read.register is not None and not problems:
            return _preview(request, head, read.register, form.cleaned_data["from_day"], read.notes)
        form.add_error("document", say("This document cannot be taken as it is: what is wrong is listed on this page"))
    shown = problems[:PROBLEMS_SHOWN]
    more = len(problems) - len(shown)
    return page(request, "schemes/amend.html", head=head, form=form, problems=shown, more=more)


def _problems(read: ReadScheme, head: Head | None, known: tuple[Any, ...]) -> tuple[Problem, ...]:
    found = [Problem(one.path, one.says) for one in read.problems]
    if read.register is not None:
        named = read.register.scheme_id
        if head is not None and named != head.scheme_id:
            found.append(Problem("register.scheme_id", f"is of another scheme: this one is {head.scheme_id}"))
        if head is None and named in known:
            found.append(Problem("register.scheme_id", "is of a scheme that stands already: change that one"))
    return tuple(found)


def _preview(
    request: HttpRequest, head: Head | None, register: Register, from_day: datetime | None, notes: tuple[str, ...] = ()
) -> HttpResponse:
    place = settings.PLACE
    now = place.clock.now()
    starts = now if from_day is None else from_day
    with place.store.reading() as view:
        looked = preview_register(view, register, starts, now)
        dpia = dpia_at(view, register.scheme_id) if head is not None else None
    made = () if looked.problems else documents(register, dpia, starts)
    titles = {(one.code, section.code): section.title for one in made for section in one.sections}
    changes: dict[str, list[str]] = {}
    for code, name in looked.affected.sections:
        title = next(one.title for one in made if one.code is code)
        changes.setdefault(title, []).append(titles.get((code, name), name))
    people = {one.code: one.title for one in (*(looked.before or register).people, *register.people)}
    return page(
        request,
        "schemes/preview.html",
        head=head,
        looked=looked,
        changes=changes,
        people=[people.get(code) or code for code in looked.affected.people],
        text=scheme_bytes(register).decode(),
        later=None if from_day is None else starts,
        notes=notes,
        now=now,
    )


def _keep(request: HttpRequest, head: Head | None) -> HttpResponse:
    read = read_scheme(request.POST["register"].encode())
    if read.register is None or (head is not None and read.register.scheme_id != head.scheme_id):
        raise NotPermitted("not_the_document: what was sent is not the document that was shown; choose the file again")
    act = Act.REGISTER_SCHEME if head is None else Act.AMEND_REGISTER
    starts, after = request.POST.get("effective_at", ""), request.POST.get("after", "")[:9]
    try:
        effective_at = datetime.fromisoformat(starts) if starts else None
    except ValueError:
        effective_at = None
    if starts and (effective_at is None or effective_at.tzinfo is None):
        raise NotPermitted("not_a_time: it does not say from when on it is to hold; a day, or nothing for at once")
    keep_register(
        store_for(request, act),
        read.register,
        actor_of(request),
        effective_at=effective_at,
        seen=request.POST.get("seen", ""),
        after=int(after) if after.isascii() and after.isdecimal() else -1,
    )
    messages.success(request, say("The register is kept as a new version."))
    return HttpResponseRedirect(reverse("scheme", args=[read.register.scheme_id]))
