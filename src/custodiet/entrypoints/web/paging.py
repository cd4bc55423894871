"""A list that is searched and in pages: what its address asks for, and what the component for pages takes."""

from urllib.parse import urlencode

from django.http import HttpRequest

from custodiet.flows.searching import words_of


def page_asked(request: HttpRequest) -> int:
    """The page that an address asks for; the first one when it asks for none."""
    number = request.GET.get("page", "1")
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 8 else 1


def words_asked(request: HttpRequest, name: str = "reference") -> str:
    """What an address looks for: by a reference, or by what else a list is searched. Empty: all of it."""
    return words_of(request.GET.get(name, ""))


def pages_of(page: int, pages: int, asked: dict[str, str]) -> dict[str, object]:
    """What the component for paging takes; nothing when there is one page. `asked`: the rest of the address."""

    def address(number: int) -> str:
        said = {name: value for name, value in (asked | {"page": str(number)}).items() if value}
        return f"?{urlencode(said)}"

    if pages == 1:
        return {}
    near = {1, pages, *range(page - 1, page + 2)}
    items: list[dict[str, object]] = []
    for number in sorted(one for one in near if 1 <= one <= pages):
        if items and int(str(items[-1]["number"])) < number - 1:
            items.append({"ellipsis": True, "number": number - 1})
        items.append({"number": number, "href": address(number), "current": number == page})
    told: dict[str, object] = {"items": items}
    if page > 1:
        told["previous"] = {"href": address(page - 1)}
    if page < pages:
        told["next"] = {"href": address(page + 1)}
    return told
