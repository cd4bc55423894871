"""Cases by their reference: a list that is searched and paged, and one of them with all that stands and happened."""

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from custodiet.entrypoints.web.rendering import page
from custodiet.entrypoints.web.sight import in_sight, require_sight
from custodiet.flows.show_cases import SEARCH_MAX, CasesFound, find_cases, show_case
from custodiet.model.stored import Holding


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("reference", "").strip()[:SEARCH_MAX]
    wanted = request.GET.get("holding", "")
    holding = Holding(wanted) if wanted in set(Holding) else None
    number = request.GET.get("page", "1")
    place = settings.PLACE
    with place.store.reading() as view:
        within = in_sight(request, view)
        wanted_page = int(number) if _is_number(number) else 1
        found = find_cases(view, place.clock.now(), words, holding, wanted_page, within)
    asked = {"reference": words, "holding": wanted}
    told = {"found": found, "words": words, "holding": holding, "holdings": list(Holding)}
    return page(request, "cases.html", at=_pages(found, asked), **told)


@require_safe
def show(request: HttpRequest, reference: str) -> HttpResponse:
    place = settings.PLACE
    with place.store.reading() as view:
        require_sight(request, view, view.case_by_reference(reference))
        file = show_case(view, place.clock.now(), reference)
    return page(request, "case.html", file=file)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 8


def _pages(found: CasesFound, asked: dict[str, str]) -> dict[str, object]:
    """What the component for paging takes; nothing when there is one page."""

    def address(number: int) -> str:
        said = {name: value for name, value in (asked | {"page": str(number)}).items() if value}
        return f"?{urlencode(said)}"

    if found.pages == 1:
        return {}
    near = {1, found.pages, *range(found.page - 1, found.page + 2)}
    items: list[dict[str, object]] = []
    for number in sorted(one for one in near if 1 <= one <= found.pages):
        if items and int(str(items[-1]["number"])) < number - 1:
            items.append({"ellipsis": True, "number": number - 1})
        items.append({"number": number, "href": address(number), "current": number == found.page})
    told: dict[str, object] = {"items": items}
    if found.page > 1:
        told["previous"] = {"href": address(found.page - 1)}
    if found.page < found.pages:
        told["next"] = {"href": address(found.page + 1)}
    return told
