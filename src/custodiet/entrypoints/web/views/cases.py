"""Cases by their reference: a list that is searched and paged, and one of them with all that stands and happened."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from custodiet.entrypoints.web.names import names_on
from custodiet.entrypoints.web.paging import page_asked, pages_of
from custodiet.entrypoints.web.rendering import page
from custodiet.entrypoints.web.sight import in_sight, require_sight
from custodiet.flows.show_cases import SEARCH_MAX, find_cases, show_case
from custodiet.model.stored import Holding


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("reference", "").strip()[:SEARCH_MAX]
    wanted = request.GET.get("holding", "")
    holding = Holding(wanted) if wanted in set(Holding) else None
    place = settings.PLACE
    with place.store.reading() as view:
        within = in_sight(request, view)
        found = find_cases(view, place.clock.now(), words, holding, page_asked(request), within)
    # Whoever oversees is shown references alone.
    names = {} if within is None else names_on(request, [line.case_id for line in found.lines])
    asked = {"reference": words, "holding": wanted}
    told = {"found": found, "words": words, "holding": holding, "holdings": list(Holding)}
    told |= {"names": names, "named_here": within is not None}
    return page(request, "cases.html", at=pages_of(found.page, found.pages, asked), **told)


@require_safe
def show(request: HttpRequest, reference: str) -> HttpResponse:
    place = settings.PLACE
    with place.store.reading() as view:
        require_sight(request, view, view.case_by_reference(reference))
        file = show_case(view, place.clock.now(), reference)
    return page(request, "case.html", file=file)
