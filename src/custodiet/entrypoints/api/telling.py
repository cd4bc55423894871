"""A problem as an answer; also where no route was reached."""

import msgspec
from django.http import HttpRequest, HttpResponse

from custodiet.entrypoints.api.problem import BASE, MEDIA_TYPE, RETRY_AFTER_S, Problem

_encode = msgspec.json.Encoder().encode


def is_ours(request: HttpRequest) -> bool:
    """Whether it was asked of the API, whose every answer is JSON."""
    return str(request.path).startswith(BASE + "/")


def told(said: Problem) -> HttpResponse:
    """A problem as an answer."""
    response = HttpResponse(_encode(said), status=said.status, content_type=MEDIA_TYPE)
    if said.status == 401:
        response["WWW-Authenticate"] = 'Session realm="custodiet"'
    if said.status == 503:
        response["Retry-After"] = str(RETRY_AFTER_S)
    return response
