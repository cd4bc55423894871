"""Refused, not found, not understood, broken: every one of them a page of the same kind, that says what to do."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse

from custodiet.entrypoints.api.problem import problem
from custodiet.entrypoints.api.telling import is_ours, told
from custodiet.entrypoints.web.reasons import reasons_of
from custodiet.entrypoints.web.rendering import page
from custodiet.model.errors import NotPermitted


@login_not_required
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    if is_ours(request):
        return told(problem(400, "bad_request", "Not a request that is taken here."))
    return page(request, "error.html", 400, kind="bad_request", bare=True)


@login_not_required
def denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return page(request, "error.html", 403, kind="denied")


@login_not_required
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return page(request, "error.html", 404, kind="not_found")


@login_not_required
def broken(request: HttpRequest) -> HttpResponse:
    if is_ours(request):
        return told(problem(500, "broken", "This is our fault. Nothing was changed unless the ledger says so."))
    # Nothing is asked of the accounts: they may be what is broken.
    return page(request, "error.html", 500, kind="broken", bare=True)


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    return page(request, "error.html", 403, kind="form", bare=True)


def cannot_read(request: HttpRequest) -> HttpResponse:
    """The store gives no answer: nothing is shown that is not recorded."""
    return page(request, "error.html", 503, kind="store")


def refused(request: HttpRequest, error: NotPermitted) -> HttpResponse:
    """The reasons of a refusal, and what would pass."""
    return page(request, "refused.html", 403, reasons=reasons_of(error))
