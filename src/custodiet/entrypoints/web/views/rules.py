"""Every rule that refuses, in plain words, with what it comes from and what would pass: for anyone."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from custodiet.entrypoints.web.paging import page_asked, pages_of
from custodiet.entrypoints.web.rendering import page
from custodiet.entrypoints.wording_rules import rules_about, subjects
from custodiet.flows.searching import one_page

PAGE_RULES = 25


@login_not_required
@require_safe
def public(request: HttpRequest) -> HttpResponse:
    """For staff, for whoever supervises them, and for anyone else."""
    return _rules(request, "rules")


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """The same from the person's own pages."""
    return _rules(request, "my_rules")


def _rules(request: HttpRequest, name: str) -> HttpResponse:
    asked = {one: request.GET.get(one, "").strip()[:60] for one in ("q", "about", "code")}
    if asked["about"] not in subjects():
        asked["about"] = ""
    found = [one for one in rules_about(asked["q"], asked["about"]) if asked["code"] in ("", one.code)]
    shown, at, pages = one_page(found, page_asked(request), PAGE_RULES)
    return page(
        request,
        "rules/rules.html",
        shown=shown,
        count=len(found),
        asked=asked,
        subjects=subjects(),
        name=name,
        paging=pages_of(at, pages, asked),
    )
