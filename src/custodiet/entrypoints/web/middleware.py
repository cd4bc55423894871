"""Around every page: its headers and language, how long a session lasts, what a refusal looks like.

Promise: no page is stored by anyone on the way; a session ends when nobody used it for an hour, and after twelve hours
whatever happens; with a password that someone else knows nothing is done but changing it.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import chain

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from custodiet.entrypoints.api.problem import NOT_FOUND
from custodiet.entrypoints.api.telling import is_ours, told
from custodiet.entrypoints.web.accounts.sessions import BEGAN, USED
from custodiet.entrypoints.web.configured import SESSION_MAX
from custodiet.entrypoints.web.hiding import hides
from custodiet.entrypoints.web.languages import chosen, spoken
from custodiet.entrypoints.web.rendering import POLICY
from custodiet.entrypoints.web.views.errors import cannot_read, not_found, refused
from custodiet.model.errors import CannotRecord, NotFound, NotPermitted, OpeningRefused, VaultUnavailable

Answer = Callable[[HttpRequest], HttpResponse]
_USED_GRAIN_S = 60
"""A session that is used is written down again at most this often."""
_WITH_A_GIVEN_PASSWORD = {"account_change_password", "account_logout", "account_reauthenticate"}

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=(), publickey-credentials-get=(self)",
    "Cache-Control": "no-store",
}


def headers(get_response: Answer) -> Answer:
    """What every page carries, also an error's; and the language it is in."""

    def answer(request: HttpRequest) -> HttpResponse:
        made_up = settings.PLACE is not None and settings.PLACE.made_up is not None
        token = spoken.set(chosen(request.headers.get("Accept-Language", ""), made_up=made_up))
        try:
            response = get_response(request)
        finally:
            spoken.reset(token)
        for name, value in HEADERS.items():
            response[name] = value
        return response

    return answer


class Sessions:
    """How long a session lasts, and what may be done with a password that someone else knows."""

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = int(datetime.now(UTC).timestamp())
            began = request.session.get(BEGAN, 0)
            if now - began > SESSION_MAX.total_seconds():
                logout(request)
                if is_ours(request):
                    return self._get_response(request)
                return HttpResponseRedirect(f"{reverse('account_login')}?ended")
            # By the middleware and not at each request: a page costs no write.
            if abs(now - request.session.get(USED, 0)) >= _USED_GRAIN_S:
                request.session[USED] = now
        return self._get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponse | None:
        if request.user.is_authenticated and request.user.password_is_given and not is_ours(request):
            match = request.resolver_match
            if match is not None and match.url_name not in _WITH_A_GIVEN_PASSWORD:
                return HttpResponseRedirect(reverse("account_change_password"))
        return None


class Refusals:
    """A rule that refuses, a thing that is not there, a store or a vault that gives no answer: each has its page."""

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_view(
        self, request: HttpRequest, _view: object, _args: object, path: dict[str, object]
    ) -> HttpResponse | None:
        """No text of a store has a zero byte, and PostgreSQL cannot be asked for one: such an address names nothing."""
        asked = (*path.values(), *chain.from_iterable(values for _, values in request.GET.lists()))
        if not any("\0" in str(one) for one in asked):
            return None
        return told(NOT_FOUND) if is_ours(request) else not_found(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, NotPermitted):
            return not_found(request, error) if hides(request) else refused(request, error)
        if isinstance(error, NotFound):
            return not_found(request, error)
        if isinstance(error, CannotRecord | VaultUnavailable | OpeningRefused):
            return cannot_read(request)
        return None


@receiver(user_logged_in)
def _begin(request: HttpRequest, **_: object) -> None:
    now = int(datetime.now(UTC).timestamp())
    request.session[BEGAN] = request.session[USED] = now
