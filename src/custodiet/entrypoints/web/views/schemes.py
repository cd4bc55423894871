"""Schemes: a list that is searched and paged, the register of one as at any date, and the documents made from it."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from custodiet.entrypoints.web.paging import page_asked, pages_of, words_asked
from custodiet.entrypoints.web.permitting import may, require
from custodiet.entrypoints.web.rendering import page
from custodiet.entrypoints.wording_schemes import once, told_register
from custodiet.flows.ports import Reading
from custodiet.flows.scheme_now import dpia_at, register_at
from custodiet.flows.show_schemes import find_schemes
from custodiet.model.act import Act
from custodiet.model.document import DocumentCode
from custodiet.model.identity import SchemeId
from custodiet.model.record import SchemeEnded
from custodiet.model.register import Register
from custodiet.rules.documents.making import document, documents
from custodiet.rules.dpia import gaps
from custodiet.wire.scheme import scheme_bytes


@dataclass(frozen=True, slots=True)
class Asked:
    """The day that a page is asked for: its text as it stands in the address, and the instant; now when it has none."""

    text: str
    at: datetime
    wrong: bool = False


def as_at(request: HttpRequest) -> Asked:
    """A day is seen as it ended; today as it is now."""
    now, text = settings.PLACE.clock.now(), request.GET.get("at", "").strip()[:32]
    if not text:
        return Asked("", now)
    try:
        day = datetime.combine(datetime.strptime(text, "%Y-%m-%d").date(), time(), UTC)  # noqa: DTZ007 - a day
        return Asked(text, now if day.date() == now.date() else day + timedelta(days=1, seconds=-1))
    except (ValueError, OverflowError):
        return Asked(text, now, wrong=True)


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above every page of a scheme."""

    scheme_id: SchemeId
    register: Register
    number: int
    ended: SchemeEnded | None


def head_of(view: Reading, scheme_id: str, at: datetime) -> Head:
    """Raises NotFound."""
    known = view.scheme(SchemeId(scheme_id)).id
    register, number = register_at(view, known, at)
    return Head(known, register, number, view.scheme_ending(known))


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    words = words_asked(request, "name")
    place = settings.PLACE
    with place.store.reading() as view:
        require(request, view, Act.READ_REGISTER)
        found = find_schemes(view, place.clock.now(), words, page_asked(request))
        adds = may(request, view, Act.REGISTER_SCHEME)
    at = pages_of(found.page, found.pages, {"name": words})
    return page(request, "schemes/list.html", found=found, words=words, adds=adds, at=at)


@require_safe
def show(request: HttpRequest, scheme_id: str) -> HttpResponse:
    asked = as_at(request)
    with settings.PLACE.store.reading() as view:
        require(request, view, Act.READ_REGISTER)
        head = head_of(view, scheme_id, asked.at)
        lacking = gaps(head.register, dpia_at(view, head.scheme_id, asked.at), asked.at)
        versions = view.registers(head.scheme_id)
        amends = may(request, view, Act.AMEND_REGISTER) and head.ended is None
        copies = may(request, view, Act.REGISTER_SCHEME)
    of_register = once(one for one in lacking if one.code.startswith("register."))
    given: dict[str, Any] = {
        "head": head,
        "asked": asked,
        "sections": told_register(head.register, of_register),
        "lacks": len(of_register),
        "versions": versions,
        "amends": amends,
        "copies": copies,
    }
    return page(request, "schemes/register.html", **given)


@require_safe
def download(request: HttpRequest, scheme_id: str) -> HttpResponse:
    asked = as_at(request)
    with settings.PLACE.store.reading() as view:
        require(request, view, Act.READ_REGISTER)
        head = head_of(view, scheme_id, asked.at)
        body = scheme_bytes(head.register, dpia_at(view, head.scheme_id, asked.at))
    return as_file(body, f"{head.scheme_id}.json")


def as_file(body: bytes, name: str) -> HttpResponse:
    """JSON, to be kept and not shown."""
    return HttpResponse(
        body, content_type="application/json", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@require_safe
def documents_of(request: HttpRequest, scheme_id: str) -> HttpResponse:
    asked = as_at(request)
    with settings.PLACE.store.reading() as view:
        require(request, view, Act.READ_REGISTER)
        head = head_of(view, scheme_id, asked.at)
        made = documents(head.register, dpia_at(view, head.scheme_id, asked.at), asked.at)
    return page(request, "schemes/documents.html", head=head, asked=asked, made=made)


@require_safe
def document_of(request: HttpRequest, scheme_id: str, kind: str) -> HttpResponse:
    if kind not in set(DocumentCode):
        raise Http404
    asked = as_at(request)
    with settings.PLACE.store.reading() as view:
        require(request, view, Act.READ_REGISTER)
        head = head_of(view, scheme_id, asked.at)
        made = document(DocumentCode(kind), head.register, dpia_at(view, head.scheme_id, asked.at), asked.at)
    return page(request, "schemes/document.html", head=head, asked=asked, made=made)
