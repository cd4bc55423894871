"""A form whose act needs a fresh sign-in: whoever has not shown lately who they are does so first, and comes back."""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from custodiet.entrypoints.web.permitting import authenticated_s, may, require
from custodiet.flows.permitting import ThingOf, the_house
from custodiet.flows.ports import Reading
from custodiet.model.act import Act
from custodiet.model.errors import NotPermitted

FRESH_S = 900
"""What the policies call fresh."""
TO_FILL_IN_S = 300
"""So much of it is left for a form when it opens."""

View = Callable[..., HttpResponse]


def is_stale(request: HttpRequest) -> bool:
    """Whether they have to show again who they are before this request makes sense."""
    since_s = authenticated_s(request)
    return since_s is None or since_s > (FRESH_S if request.method == "POST" else FRESH_S - TO_FILL_IN_S)


def require_were_it_fresh(request: HttpRequest, view: Reading, act: Act, thing: ThingOf = the_house) -> None:
    """As `require`, but whoever only has to show again who they are passes: their form keeps what they typed.

    For a page that is drawn again after a refusal: whoever may not do it at all is not shown it by posting.
    """
    if not may(request, view, act, thing):
        require(request, view, act, thing)


def is_fresh(request: HttpRequest, view: Reading, act: Act, thing: ThingOf = the_house) -> bool:
    """Whether they may do it as they are signed in; False: they may, once they have shown again who they are.

    Raises NotPermitted for whoever may not at all.
    """
    try:
        require(request, view, act, thing)
    except NotPermitted:
        if not may(request, view, act, thing):
            raise
        return False
    return not is_stale(request)


def confirm_first(request: HttpRequest) -> HttpResponse:
    """To the page that asks who they are, and back to this one."""
    return HttpResponseRedirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': request.get_full_path()})}")


def fresh(view: View) -> View:
    """A view for whoever has shown lately who they are."""

    @wraps(view)
    def answer(request: HttpRequest, *given: object, **more: object) -> HttpResponse:
        return confirm_first(request) if is_stale(request) else view(request, *given, **more)

    return answer
