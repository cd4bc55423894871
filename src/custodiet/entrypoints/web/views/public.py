"""Pages for anyone: where to begin, and the statements that every service owes."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse

from custodiet.entrypoints.web.permitting import function_of
from custodiet.entrypoints.web.rendering import page


@login_not_required
def start(request: HttpRequest) -> HttpResponse:
    """What this is, who runs it, where to sign in; in a made-up place also as whom."""
    tells = {} if settings.PLACE.made_up is None else settings.PLACE.made_up()
    given: dict[str, Any] = {"accounts": tells.get("accounts", {})}
    if request.user.is_authenticated:
        given = {"function": function_of(request)}
    return page(request, "start.html", **given)


@login_not_required
def privacy(request: HttpRequest) -> HttpResponse:
    return page(request, "privacy.html")


@login_not_required
def accessibility(request: HttpRequest) -> HttpResponse:
    return page(request, "accessibility.html")


@login_not_required
def cookies(request: HttpRequest) -> HttpResponse:
    by_tls = settings.SESSION_COOKIE_SECURE
    return page(request, "cookies.html", by_tls=by_tls)
