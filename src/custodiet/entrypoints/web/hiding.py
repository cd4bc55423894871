"""Whether the page of a refusal would tell that something is there, to somebody who may not know of it.

As the API does (api/knowing.py): what is not theirs to know of is answered as what is not there. Whoever may know of a
case is told why an act in it is refused, and so is whoever may take a step in a case that they do not see.
"""

from collections.abc import Callable
from contextlib import suppress

from django.conf import settings
from django.http import HttpRequest

from custodiet.entrypoints.api.knowing import (
    known_alert,
    known_case,
    known_decision,
    known_glass,
    known_look_up,
    known_unmask,
)
from custodiet.entrypoints.web.permitting import may
from custodiet.entrypoints.web.sight import of_case
from custodiet.flows.ports import Reading
from custodiet.model.act import Act
from custodiet.model.errors import NotFound

_WITHOUT_SIGHT = {"break_glass": Act.BREAK_GLASS}
"""Pages of a step that is open to somebody who does not see the case, by its reference; a refusal there has reasons."""


def hides(request: HttpRequest) -> bool:
    """Whether what an address names is, for this account, not there."""
    match = request.resolver_match
    if match is None or not request.user.is_authenticated:
        return False
    for name, knows in _KNOWS.items():
        if name in match.kwargs:
            with settings.PLACE.store.reading() as view:
                return not _is_known(request, view, knows, match.kwargs[name])
    return False


def _is_known(
    request: HttpRequest, view: Reading, knows: Callable[[HttpRequest, Reading, str], object], name: str
) -> bool:
    with suppress(NotFound):
        knows(request, view, name)
        return True
    return False


def _case(request: HttpRequest, view: Reading, reference: str) -> object:
    case, act = view.case_by_reference(reference), _WITHOUT_SIGHT.get(request.resolver_match.url_name)
    if act is not None and may(request, view, act, of_case(case.id)):
        return case
    return known_case(request, view, reference)


_KNOWS: dict[str, Callable[[HttpRequest, Reading, str], object]] = {
    "reference": _case,
    "alert_id": known_alert,
    "decision_id": known_decision,
    "look_up_id": known_look_up,
    "unmask_id": known_unmask,
    "glass_id": known_glass,
}
"""By the first of these that an address names."""
