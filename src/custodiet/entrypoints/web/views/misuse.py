"""Suspected misuse: everyone of the staff and the person report it, the data protection officer answers it."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from custodiet.entrypoints.web.asking import assessor_for, done, refusals, shut, status_of
from custodiet.entrypoints.web.forms_misuse import AnswerForm, ReportForm
from custodiet.entrypoints.web.fresh import confirm_first, is_stale
from custodiet.entrypoints.web.languages import say
from custodiet.entrypoints.web.paging import page_asked, pages_of, words_asked
from custodiet.entrypoints.web.permitting import actor_of, function_of, may, require, store_for
from custodiet.entrypoints.web.reasons import Reason
from custodiet.entrypoints.web.rendering import page
from custodiet.entrypoints.web.sight import of_case, of_misuse
from custodiet.entrypoints.web.sitting import sitting_of
from custodiet.flows.permitting import who_asks
from custodiet.flows.ports import Store
from custodiet.flows.report_misuse import answer_misuse, read_report, report_misuse
from custodiet.flows.show_looking import looks_for_person
from custodiet.flows.show_misuse import show_queue, show_reported
from custodiet.model.act import Act
from custodiet.model.errors import NotFound
from custodiet.model.identity import CaseId, MisuseId
from custodiet.model.misuse import Found
from custodiet.model.staff import Function
from custodiet.rules.oversight import pseudonym

OWN_MAX = 20


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for an answer, and all there was."""
    place, words = settings.PLACE, words_asked(request)
    with place.store.reading() as view:
        require(request, view, Act.READ_MISUSE)
        schemes = who_asks(view, actor_of(request), place.clock.now(), None).schemes or None
        shown = show_queue(view, schemes, words, page_asked(request))
    paging = pages_of(shown.page, shown.pages, {"reference": words})
    return page(request, "misuse/queue.html", shown=shown, words=words, paging=paging)


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Report it, as anyone of the staff; and what came of what they reported before."""
    with settings.PLACE.store.reading() as view:
        require(request, view, Act.REPORT_MISUSE)
    known = {name: request.GET[name] for name in ("reference", "entry") if name in request.GET}
    form = ReportForm(request.POST or None, initial=known)
    reasons: list[Reason] = []
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            with settings.PLACE.store.reading() as view:
                case_id = view.case_by_reference(told["reference"]).id
        except NotFound:
            form.add_error("reference", say("There is no case of that reference"))
        else:
            store = store_for(request, Act.REPORT_MISUSE)
            reasons = refusals(form, lambda: _report(request, store, case_id, told["entry"], told["text"]))
            if form.is_valid():
                return done(request, say("Reported. The data protection officer answers it."), "new_misuse")
    with settings.PLACE.store.reading() as view:
        own = view.misuses_by(actor_of(request), OWN_MAX)
    return page(request, "misuse/report.html", 403 if reasons else 200, form=form, reasons=reasons, own=own)


@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest, entry: int) -> HttpResponse:
    """The person reports one line of who looked, or whoever speaks for them does."""
    place = settings.PLACE
    with place.store.reading() as view:
        now = place.clock.now()
        theirs = [looks_for_person(view, now, one) for one in view.cases_given_to(actor_of(request))]
        case_id = next((one.case.id for one in theirs if entry in {line.entry for line in one.lines}), None)
        if case_id is None or function_of(request) not in (Function.PERSON, Function.REPRESENTATIVE):
            raise Http404
        require(request, view, Act.REPORT_OWN_MISUSE, of_case(case_id))
    form = ReportForm(request.POST or None, known=True)
    reasons: list[Reason] = []
    if request.method == "POST" and form.is_valid():
        store = store_for(request, Act.REPORT_OWN_MISUSE, of_case(case_id))
        reasons = refusals(form, lambda: _report(request, store, case_id, entry, form.cleaned_data["text"]))
        if form.is_valid():
            return done(request, say("Reported. The answer will stand on this page."), "my_looks")
    return page(request, "misuse/mine.html", 403 if reasons else 200, form=form, reasons=reasons, entry=entry)


def _report(request: HttpRequest, store: Store, case_id: CaseId, entry: int, text: str) -> None:
    report_misuse(store, assessor_for(store), settings.PLACE.chance, case_id, entry, text, actor_of(request))


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, misuse_id: str) -> HttpResponse:
    """One report: the entry it names, what was said, and the answer."""
    place, wanted = settings.PLACE, MisuseId(misuse_id)
    with place.store.reading() as view:
        require(request, view, Act.READ_MISUSE)
        shown = show_reported(view, wanted)
        may_answer = may(request, view, Act.ANSWER_MISUSE, of_misuse(wanted))
        if not may_answer:
            require(request, view, Act.READ_LOOKS, of_case(shown.line.case.id))
    if may_answer and is_stale(request):
        return confirm_first(request)
    what = request.POST.get("what", "")
    form = AnswerForm(request.POST if what == "answer" else None)
    reasons: list[Reason] = []
    words = None
    if what == "read":
        store = store_for(request, Act.ANSWER_MISUSE, of_misuse(wanted))
        given = (place.vault, wanted, actor_of(request), sitting_of(request))
        words, reasons = shut(lambda: read_report(store, *given))
    elif what == "answer":
        if form.is_valid():
            reasons = refusals(form, _answering(request, wanted, form))
            if form.is_valid():
                return done(request, say("It is recorded."), "misuse_report", misuse_id)
    elif request.method == "POST":
        raise Http404
    told: dict[str, Any] = {"shown": shown, "may_answer": may_answer, "words": words}
    told["whose"] = pseudonym(shown.entry.actor, place.pinned.origin) if shown.entry else None
    return page(request, "misuse/one.html", status_of(reasons), form=form, reasons=reasons, **told)


def _answering(request: HttpRequest, wanted: MisuseId, form: AnswerForm) -> Callable[[], object]:
    store, told = store_for(request, Act.ANSWER_MISUSE, of_misuse(wanted)), form.cleaned_data
    by = actor_of(request)
    return lambda: answer_misuse(store, assessor_for(store), wanted, Found(told["found"]), told["words"], by)
