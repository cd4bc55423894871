"""The API's addresses, each with every method of it in one view."""

from django.urls import path

from custodiet.entrypoints.api.door import described, nothing_here, view_of
from custodiet.entrypoints.api.route import Route
from custodiet.entrypoints.api.routes import ROUTES


def _by_path() -> dict[str, dict[str, Route]]:
    found: dict[str, dict[str, Route]] = {}
    for one in ROUTES:
        found.setdefault(one.path, {})[one.method] = one
    return found


urlpatterns = [
    path("/openapi.json", described),
    *(path(at.replace("{", "<str:").replace("}", ">"), view_of(routes)) for at, routes in _by_path().items()),
    path("/<path:rest>", nothing_here),
    path("", nothing_here),
]
