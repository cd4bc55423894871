"""The list of a caseworker's day."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from custodiet.entrypoints.web.paging import words_asked
from custodiet.entrypoints.web.permitting import actor_of, require
from custodiet.entrypoints.web.rendering import page
from custodiet.entrypoints.web.sight import CASELOAD_MAX
from custodiet.flows.show_day import Cursor, show_day
from custodiet.model.act import Act
from custodiet.model.times import from_ms, to_ms

LINES = 25


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """What is to be done in their cases, the most urgent first, a page at a time."""
    place = settings.PLACE
    now = place.clock.now()
    with place.store.reading() as view:
        require(request, view, Act.READ_CASE_LIST)
        cases = view.caseload(actor_of(request), now, CASELOAD_MAX)
        drafts = [one for one in view.drafts_of(actor_of(request)) if one.case_id in set(cases)]
        unfinished = [(view.case(one.case_id).reference, one) for one in drafts]
    after, words = _after(request), words_asked(request)
    day = show_day(place.store, now, cases, after=after, limit=LINES, words=words)
    said = {"reference": words} if words else {}
    following = "" if day.next_after is None else _address(day.next_after, said)
    first = "" if after is None else _address(None, said)
    told = {"day": day, "unfinished": unfinished, "now": now, "words": words}
    return page(request, "day.html", following=following, first=first, **told)


def _after(request: HttpRequest) -> Cursor | None:
    due, about = request.GET.get("due", ""), request.GET.get("about", "")[:80]
    if not (due.isascii() and due.isdecimal() and len(due) < 15):
        return None
    return from_ms(int(due)), about


def _address(cursor: Cursor | None, said: dict[str, str]) -> str:
    at = {} if cursor is None else {"due": str(to_ms(cursor[0])), "about": cursor[1]}
    return f"{reverse('day')}?{urlencode(said | at)}"
