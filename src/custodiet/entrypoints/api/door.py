"""One door for every route: who asks, what they ask, what comes back. Every failure is a problem, never a page."""

import logging
import re
from collections.abc import Callable
from typing import Any

import msgspec
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.views.decorators.csrf import csrf_exempt

from custodiet.entrypoints.api.openapi import openapi
from custodiet.entrypoints.api.problem import NOT_FOUND, ApiProblem, problem, problem_of
from custodiet.entrypoints.api.route import Call, Made, Route, bad
from custodiet.entrypoints.api.routes import ROUTES
from custodiet.entrypoints.api.telling import told
from custodiet.model.errors import CustodietError

_WHERE = re.compile(r" - at `([^`]*)`")
_ZERO = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""A zero byte as JSON writes it."""
_log = logging.getLogger("django.request")
_encode = msgspec.json.Encoder().encode
View = Callable[..., HttpResponse]


class _FormToken(CsrfViewMiddleware):
    """Django's own look at a session's token, its refusal as a value."""

    def _reject(self, request: HttpRequest, reason: str) -> str:  # noqa: ARG002 - as Django calls it
        return reason


_form_token = _FormToken(lambda _: HttpResponse())


def view_of(routes: dict[str, Route]) -> View:
    """The view of one path. `routes`: by method."""
    allowed = sorted({*routes, *(("HEAD",) if "GET" in routes else ())})

    def answer(request: HttpRequest, **path: str) -> HttpResponse:
        route = routes.get("GET" if request.method == "HEAD" else str(request.method))
        if route is None:
            refused = told(problem(405, "method", f"Here it is {' or '.join(allowed)}."))
            refused["Allow"] = ", ".join(allowed)
            return refused
        try:
            return _answered(route, request, path)
        except CustodietError as error:
            said = problem_of(error)
            if said.status == 500:
                _log.error("an answer failed", exc_info=error)
            return told(said)

    # Both are looked at in here, so that a refusal is a problem.
    view: View = csrf_exempt(login_not_required(answer))
    return view


def _answered(route: Route, request: HttpRequest, path: dict[str, str]) -> HttpResponse:
    _require_who(route, request)
    call = Call(request, settings.PLACE.clock.now(), path, _query(route, request), _body(route, request))
    made = route.handler(call)
    location = None
    if isinstance(made, Made):
        made, location = made.body, made.location
    body = made if isinstance(made, bytes) else _encode(made)
    response = HttpResponse(body, status=route.status, content_type=route.media)
    if location is not None:
        response["Location"] = location
    return response


def _require_who(route: Route, request: HttpRequest) -> None:
    if not request.user.is_authenticated:
        raise ApiProblem(problem(401, "sign_in", "Sign in on a page; the session is this one's too."))
    if request.user.password_is_given:
        said = "Someone else knows this password: change it on a page first."
        raise ApiProblem(problem(403, "change_password", said))
    if route.acts:
        _form_token.process_request(request)
        if _form_token.process_view(request, None, (), {}) is not None:
            said = "An act of a session carries its token as X-CSRFToken; GET /api/v1/me tells it."
            raise ApiProblem(problem(403, "form_token", said))


def _query(route: Route, request: HttpRequest) -> dict[str, Any]:
    known = {one.name: one for one in route.params}
    found: dict[str, Any] = {}
    for name, values in request.GET.lists():
        if name not in known:
            raise bad(f"there is no such parameter here; there are: {', '.join(known) or 'none'}")
        if len(values) != 1:
            raise bad(f"{name} is told more than once")
        found[name] = known[name].taken(values[0])
    missing = [one.name for one in route.params if one.required and one.name not in found]
    if missing:
        raise bad(f"missing: {', '.join(missing)}")
    return found


def _body(route: Route, request: HttpRequest) -> Any:
    if route.body is None:
        return None
    if request.content_type != "application/json":
        raise ApiProblem(problem(415, "not_json", "Send application/json."))
    if _ZERO.search(request.body):
        raise ApiProblem(problem(400, "bad_body", "no text has a zero byte"))
    try:
        return msgspec.json.decode(request.body, type=route.body)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        where = _WHERE.search(str(error))
        place = "" if where is None else f", at {where[1]}"
        raise ApiProblem(problem(400, "bad_body", f"not what this takes{place}: see the description")) from None


@csrf_exempt
@login_not_required
def nothing_here(request: HttpRequest, **_: str) -> HttpResponse:  # noqa: ARG001 - as Django calls it
    return told(NOT_FOUND)


@csrf_exempt
@login_not_required
def described(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - as Django calls it
    """The description: it tells nothing of anyone, so whoever asks may read it."""
    return HttpResponse(description(), content_type="application/json")


def description() -> bytes:
    """The bytes that are served, and that stand in docs/openapi.json."""
    return msgspec.json.format(_encode(openapi(ROUTES)), indent=2) + b"\n"
