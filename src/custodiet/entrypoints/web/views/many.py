"""End or lower many decisions of a scheme by one act: choose them, check, one post, and what came of it.

Nothing is raised here (invariant 5). What is carried out is what was shown: the decisions that were counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from custodiet.entrypoints.web.forms_many import END, ManyForm, NarrowForm
from custodiet.entrypoints.web.fresh import confirm_first, is_fresh
from custodiet.entrypoints.web.languages import say
from custodiet.entrypoints.web.paging import page_asked, pages_of
from custodiet.entrypoints.web.permitting import actor_of, require, store_for
from custodiet.entrypoints.web.reasons import reasons_of
from custodiet.entrypoints.web.rendering import page
from custodiet.entrypoints.web.views.scheme_operations import of_scheme
from custodiet.entrypoints.web.views.schemes import Head, head_of
from custodiet.flows.lessen_many import Bulk, end_many, lower_many
from custodiet.flows.ports import Reading
from custodiet.flows.scheme_now import scheme_at
from custodiet.flows.searching import page_of
from custodiet.model.act import Act
from custodiet.model.decision import Decision
from custodiet.model.ending import EndReason
from custodiet.model.errors import NotFound, NotPermitted
from custodiet.model.identity import DecisionId
from custodiet.model.mode import MODES, ModeCode
from custodiet.model.stored import Narrowed
from custodiet.rules.decisions import STANDING, Ender, Move, objections_to_ending

LINES = 50
MANY_MAX = 1000
"""So many by one post; whoever has more does it again."""
REFUSED_MAX = 200
_RESULT = "many"


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What was chosen, counted."""

    decisions: tuple[tuple[str, Decision], ...]
    orders: int
    """Of them orders that only another may end or lower."""
    worn: int
    more: int
    """The list has so many beyond what one act takes."""

    @property
    def ids(self) -> str:
        return " ".join(one.id for _, one in self.decisions)


@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, scheme_id: str) -> HttpResponse:
    """The list to choose from; posted with `do`: another page of it, the check, or the act itself."""
    place, do = settings.PLACE, request.POST.get("do", "")
    now = place.clock.now()
    with place.store.reading() as view:
        head = head_of(view, scheme_id, now)
        of = of_scheme(head.scheme_id)
        if not is_fresh(request, view, Act.END_MANY, of):
            return confirm_first(request)
        modes = scheme_at(view, head.scheme_id, now).modes
        narrow = NarrowForm(modes, request.GET)
        which = narrow.which(now)
        found = view.count_standing_in(head.scheme_id, which, now)
        below = [MODES[one] for one in reversed(sorted(modes, key=lambda one: MODES[one].rung)[:-1])]
        begun = {name: request.POST.get(name, "") for name in ("whole", "to")}
        form = ManyForm(found, below, request.POST if do in ("check", "carry_out") else None, initial=begun)
        ticked = _ticked(request)
        if do in ("check", "carry_out") and form.is_valid():
            whole = form.cleaned_data["whole"] == "all" and do == "check"
            chosen = _chosen(request, view, head, which, found) if whole else _these(request, view, head, ticked)
            if do == "check" and chosen.decisions:
                return _check(request, head, form, chosen)
            if do == "check":
                form.add_error("whole", say("Tick at least one that stands, or choose all of them"))
        if do != "carry_out" or not form.is_valid():
            return _list(request, view, head, narrow, form, ticked, found)
    return _carry_out(request, head, form.cleaned_data["to"], ticked)


@require_safe
def result(request: HttpRequest, scheme_id: str) -> HttpResponse:
    """What came of it: how many, and which go on and why."""
    with settings.PLACE.store.reading() as view:
        head = head_of(view, scheme_id, settings.PLACE.clock.now())
        require(request, view, Act.READ_REGISTER)
    told = request.session.get(_RESULT)
    if told is None or told["scheme"] != head.scheme_id:
        return HttpResponseRedirect(reverse("many", args=[head.scheme_id]))
    return page(request, "many/result.html", head=head, told=told)


def _ticked(request: HttpRequest) -> list[DecisionId]:
    """Those ticked on this page of the list, and on others before it."""
    shown = set(request.POST.get("shown", "").split())
    kept = [one for one in request.POST.get("kept", "").split() if one not in shown]
    return [DecisionId(one) for one in dict.fromkeys([*kept, *request.POST.getlist("tick")])][:MANY_MAX]


def _chosen(request: HttpRequest, view: Reading, head: Head, which: Narrowed, found: int) -> _Chosen:
    lines = view.standing_in(head.scheme_id, which, settings.PLACE.clock.now(), MANY_MAX)
    return _counted(request, lines, found - len(lines))


def _these(request: HttpRequest, view: Reading, head: Head, ids: Iterable[DecisionId]) -> _Chosen:
    """Of these the ones that are of this scheme and stand."""
    lines = []
    for one in ids:
        try:
            decision = view.decision(one)
            case = view.case(decision.case_id)
        except NotFound:
            continue
        if case.scheme_id == head.scheme_id and decision.state in STANDING:
            lines.append((case.reference, decision))
    return _counted(request, tuple(lines), 0)


def _counted(request: HttpRequest, lines: tuple[tuple[str, Decision], ...], more: int) -> _Chosen:
    by = Ender(actor_of(request))
    orders = sum(bool(objections_to_ending(one, Move.WITHDRAW, by)) for _, one in lines)
    return _Chosen(lines, orders, sum(one.rung.worn for _, one in lines), more)


def _list(
    request: HttpRequest,
    view: Reading,
    head: Head,
    narrow: NarrowForm,
    form: ManyForm,
    ticked: list[DecisionId],
    found: int,
) -> HttpResponse:
    now = settings.PLACE.clock.now()
    do = request.POST.get("do", "")
    wanted = int(do) if do.isascii() and do.isdecimal() and len(do) < 8 else page_asked(request)
    number, pages = page_of(found, wanted, LINES)
    lines = view.standing_in(head.scheme_id, narrow.which(now), now, LINES, (number - 1) * LINES)
    asked = {name: str(narrow.cleaned_data.get(name) or "") for name in narrow.fields}
    given: dict[str, Any] = {
        "head": head,
        "narrow": narrow,
        "form": form,
        "found": found,
        "lines": lines,
        "number": number,
    }
    given |= {"pages": pages, "at": pages_of(number, pages, asked), "ticked": set(ticked), "kept": " ".join(ticked)}
    given |= {"shown": " ".join(one.id for _, one in lines), "now": now, "address": request.get_full_path()}
    return page(request, "many/choose.html", **given)


def _check(request: HttpRequest, head: Head, form: ManyForm, chosen: _Chosen) -> HttpResponse:
    to = form.cleaned_data["to"]
    words = next(str(text) for code, text in form.fields["to"].choices if code == to)
    ends = to.startswith(f"{END}.")
    return page(
        request,
        "many/check.html",
        head=head,
        chosen=chosen,
        to=to,
        words=words,
        ends=ends,
        address=request.get_full_path(),
    )


def _carry_out(request: HttpRequest, head: Head, to: str, ids: list[DecisionId]) -> HttpResponse:
    store = store_for(request, Act.END_MANY, of_scheme(head.scheme_id))
    chance, by = settings.PLACE.chance, actor_of(request)
    what, _, reason = to.partition(".")
    if what == END:
        bulk = end_many(store, chance, head.scheme_id, ids, Ender(by), EndReason(reason))
    else:
        bulk = lower_many(store, chance, head.scheme_id, ids, ModeCode(to), by)
    request.session[_RESULT] = _told(head, bulk, ends=what == END)
    return HttpResponseRedirect(reverse("many_done", args=[head.scheme_id]))


def _told(head: Head, bulk: Bulk, *, ends: bool) -> dict[str, object]:
    """For the page after it. Kept with the sign-in: counts, references and reasons, and no name."""
    refused = []
    with settings.PLACE.store.reading() as view:
        for decision_id, why in bulk.refused[:REFUSED_MAX]:
            try:
                reference = view.case(view.decision(decision_id).case_id).reference
            except NotFound:
                continue
            refused.append((reference, reasons_of(NotPermitted(why))[0].missing))
    told = {"scheme": head.scheme_id, "ends": ends, "done": bulk.done, "over": bulk.over}
    return told | {"refused": refused, "more": len(bulk.refused) - len(refused)}
