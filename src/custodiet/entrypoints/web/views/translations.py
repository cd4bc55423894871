"""Translations of notices: which language stands where, and one of them beside its English."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from custodiet.entrypoints.web.asking import done, refusals
from custodiet.entrypoints.web.forms_notices import CheckForm, LinesForm
from custodiet.entrypoints.web.fresh import confirm_first, is_stale
from custodiet.entrypoints.web.languages import say
from custodiet.entrypoints.web.paging import page_asked, pages_of, words_asked
from custodiet.entrypoints.web.permitting import actor_of, may, require, store_for
from custodiet.entrypoints.web.reasons import Reason
from custodiet.entrypoints.web.rendering import page
from custodiet.entrypoints.wording_notices import said_notice
from custodiet.flows.ports import Reading
from custodiet.flows.show_notices import OneLanguage, show_language, show_languages
from custodiet.flows.show_schemes import find_schemes
from custodiet.flows.translate_notice import approve_translation, check_translation, draft_translation
from custodiet.model.act import Act
from custodiet.model.identity import SchemeId
from custodiet.model.notice import Readiness, TextOf

COLOURS = {
    Readiness.MISSING: "grey",
    Readiness.MACHINE_DRAFT: "yellow",
    Readiness.DRAFT: "yellow",
    Readiness.CHECKED: "blue",
    Readiness.APPROVED: "green",
    Readiness.STALE: "red",
}


def require_reading(request: HttpRequest, view: Reading) -> bool:
    """Whether they may write too. Raises NotPermitted for whoever may neither write nor read the register."""
    writes = may(request, view, Act.WRITE_TRANSLATION)
    if not writes:
        require(request, view, Act.READ_REGISTER)
    return writes


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Every scheme, and where each language of its notice stands."""
    place = settings.PLACE
    with place.store.reading() as view:
        require_reading(request, view)
        now, words = place.clock.now(), words_asked(request, "name")
        found = find_schemes(view, now, words, page_asked(request))
        shown = [show_languages(view, now, one.register.scheme_id) for one in found.lines]
    at = pages_of(found.page, found.pages, {"name": words})
    told: dict[str, Any] = {"shown": shown, "words": words, "said_notice": said_notice, "colours": COLOURS}
    return page(request, "notices/languages.html", at=at, **told)


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, scheme_id: str, tag: str, of: str = TextOf.NOTICE) -> HttpResponse:
    """One text beside its English: drafted, checked, approved, by those whose work it is."""
    place = settings.PLACE
    if of not in set(TextOf):
        raise Http404
    with place.store.reading() as view:
        writes = require_reading(request, view)
        shown = show_language(view, place.clock.now(), SchemeId(scheme_id), tag, TextOf(of))
    what = request.POST.get("what", "")
    if what == "approve" and is_stale(request):
        return confirm_first(request)
    lines = LinesForm(shown.lines, request.POST if what == "draft" else None, initial={"digest": shown.digest.hex()})
    check = CheckForm(request.POST if what == "check" else None)
    form: Form = {"draft": lines, "check": check}.get(what) or Form(request.POST or None)
    reasons: list[Reason] = []
    if request.method == "POST" and form.is_valid():
        act = _act(request, shown, what, lines, check)
        if what == "draft" and lines.cleaned_data["digest"] != shown.digest.hex():
            form.add_error(None, say("The English has changed since you began. Look at each text again."))
        else:
            reasons = refusals(form, act)
        if form.is_valid():
            return done(request, say("It is recorded."), "translation_of", scheme_id, tag, of)
    told = {"shown": shown, "lines": lines, "check": check, "form": form, "reasons": reasons, "writes": writes}
    given = told | {"me": actor_of(request), "said_notice": said_notice, "colours": COLOURS}
    return page(request, "notices/language.html", 403 if reasons else 200, **given)


def _act(
    request: HttpRequest, shown: OneLanguage, what: str, lines: LinesForm, check: CheckForm
) -> Callable[[], object]:
    by, chance = actor_of(request), settings.PLACE.chance
    wanted = Act.APPROVE_TRANSLATION if what == "approve" else Act.WRITE_TRANSLATION
    store, about = store_for(request, wanted), (shown.scheme_id, shown.language.tag, by)
    if what == "machine":
        return lambda: draft_translation(store, chance, *about, of=shown.of)
    if what == "draft":
        return lambda: draft_translation(store, chance, *about, lines.lines(shown.lines), of=shown.of)
    newest = shown.newest
    if newest is None or what not in ("check", "approve"):
        raise Http404
    if what == "check":
        return lambda: check_translation(store, newest.id, by, check.cleaned_data["qualification"])
    return lambda: approve_translation(store, newest.id, by)
