"""The alert desk: what waits, one alert with its whole record, and the moves that the rules allow.

An alert is seen by whoever could claim it were it free: an operator of its scheme, a caseworker in whose sight its case
is, and nobody with a declared conflict. No page of the desk holds a place.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from custodiet.entrypoints.web.asking import done, refusals, shut, status_of
from custodiet.entrypoints.web.forms_alerts import ContactForm, MoveForm, ReplyForm
from custodiet.entrypoints.web.forms_looking import WithinForm
from custodiet.entrypoints.web.fresh import confirm_first, is_fresh, is_stale, require_were_it_fresh
from custodiet.entrypoints.web.languages import say
from custodiet.entrypoints.web.paging import page_asked, pages_of
from custodiet.entrypoints.web.permitting import actor_of, may, require, store_for
from custodiet.entrypoints.web.reasons import Reason
from custodiet.entrypoints.web.recorded import recorded_store
from custodiet.entrypoints.web.rendering import page
from custodiet.entrypoints.web.sight import if_free, of_alert
from custodiet.entrypoints.wording_alerts import could_be, said_in_alerts, to_ask
from custodiet.flows.hand_over import hand_over
from custodiet.flows.handle_alert import Desk
from custodiet.flows.looking import ask_in_alert
from custodiet.flows.show_alerts import AskingWithin, show_alert_file, show_asking_within, show_queue
from custodiet.flows.show_cases import SEARCH_MAX
from custodiet.model.act import Act
from custodiet.model.alert import Alert, AlertMove, Excuse
from custodiet.model.contact_record import CameOf, Verified, Way
from custodiet.model.errors import IllegalMove, NotPermitted
from custodiet.model.identity import AlertId, CaseId
from custodiet.model.look_up import Answer, Asked
from custodiet.rules.alerts import IN_HAND_MAX, moved
from custodiet.rules.permission import ACT_OF_ALERT_MOVE


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    place = settings.PLACE
    words = request.GET.get("reference", "").strip()[:SEARCH_MAX]
    mine, aside = (request.GET.get(name) == "yes" for name in ("mine", "aside"))
    with place.store.reading() as view:
        require(request, view, Act.READ_ALERTS)
        known: dict[CaseId, bool] = {}

        def sees(alert: Alert) -> bool:
            if alert.case_id not in known:
                known[alert.case_id] = may(request, view, Act.CLAIM_ALERT, if_free(alert.id))
            return known[alert.case_id]

        me = actor_of(request)
        in_hand = len(view.in_hand(me))
        found = show_queue(view, place.clock.now(), sees, me, words, page_asked(request), mine=mine, aside=aside)
    asked = {"reference": words, "mine": "yes" if mine else "", "aside": "yes" if aside else ""}
    told: dict[str, Any] = {"found": found, "words": words, "mine": mine, "me": me}
    told |= {"aside": aside}
    told |= {"in_hand": in_hand, "in_hand_max": IN_HAND_MAX}
    return page(request, "alerts/queue.html", at=pages_of(found.page, found.pages, asked), **told)


@require_POST
def hand_over_shift(request: HttpRequest) -> HttpResponse:
    """All that they hold goes back to the queue; the policy is asked about each."""
    place = settings.PLACE
    with place.store.reading() as view:
        require(request, view, Act.READ_ALERTS)

    def desk_for(alert_id: AlertId) -> Desk:
        store = store_for(request, Act.TRIAGE_ALERT, of_alert(alert_id))
        return Desk(store, place.sealer, place.chance, place.pinned)

    handed = hand_over(place.store, desk_for, actor_of(request))
    told = say("Given back to the queue: %(released)s. Still with you: %(kept)s.") % asdict(handed)
    return done(request, told, "alerts")


@require_safe
def one(request: HttpRequest, alert_id: str) -> HttpResponse:
    return _alert_page(request, AlertId(alert_id))


@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, alert_id: str) -> HttpResponse:
    """One question within an alert that they hold: yes, no, or cannot tell, on the alert's own page."""
    place, id_, me = settings.PLACE, AlertId(alert_id), actor_of(request)
    with place.store.reading() as view:
        alert = view.alert(id_)
        if request.method != "POST":
            fresh = is_fresh(request, view, Act.ASK_IN_ALERT, of_alert(id_))
            return _alert_page(request, id_) if fresh else confirm_first(request)
        if is_stale(request) and may(request, view, Act.ASK_IN_ALERT, of_alert(id_)):
            return confirm_first(request)
        asking = show_asking_within(view, place.clock.now(), alert, me)
    form = _within(asking, request.POST)
    answer: tuple[Answer, int] | None = None
    reasons: list[Reason] = []
    if form.is_valid():
        told = form.cleaned_data
        asked = Asked(told["asked"])
        zone = form.zone if asked is Asked.ZONE else None
        store = recorded_store(request, Act.ASK_IN_ALERT, of_alert(id_), alert.case_id)

        def ask_it() -> None:
            nonlocal answer, reasons
            answer, reasons = shut(lambda: ask_in_alert(store, place.vault, id_, asked, told["at"], me, zone))

        reasons = refusals(form, ask_it) or reasons
    if answer is None:
        with place.store.reading() as view:
            require_were_it_fresh(request, view, Act.ASK_IN_ALERT, of_alert(id_))
    return _alert_page(request, id_, form, reasons, answer)


def _within(asking: AskingWithin | None, typed: QueryDict | None = None) -> WithinForm:
    return WithinForm((), None, typed) if asking is None else WithinForm(asking.quarters, asking.zone, typed)


def _alert_page(
    request: HttpRequest,
    id_: AlertId,
    form: WithinForm | None = None,
    reasons: Sequence[Reason] = (),
    answer: tuple[Answer, int] | None = None,
) -> HttpResponse:
    """An alert with its whole record; `form`: the question that was asked, with what came of it."""
    place = settings.PLACE
    with place.store.reading() as view:
        file = show_alert_file(view, place.clock.now(), id_)
        require(request, view, Act.CLAIM_ALERT, if_free(id_))
        asks = may(request, view, Act.ASK_IN_ALERT, of_alert(id_))
        asking = show_asking_within(view, file.at, file.alert, actor_of(request)) if asks else None
        open_to = [each for each in file.moves if may(request, view, ACT_OF_ALERT_MOVE[each], of_alert(id_))]
        replies = file.takes_replies and may(request, view, Act.RECORD_REPLY, of_alert(id_))
        contacts = may(request, view, Act.TRIAGE_ALERT, of_alert(id_))
    told: dict[str, Any] = {
        "file": file,
        "open_to": open_to,
        "replies": replies,
        "contacts": contacts,
        "me": actor_of(request),
    }
    told |= {"could_be": could_be(file.alert), "to_ask": to_ask(file.alert)}
    told |= {"form": form or (_within(asking) if asking else None), "asking": asking}
    told |= {"reasons": reasons, "answer": answer}
    return page(request, "alerts/one.html", status_of(list(reasons)), **told)


@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, alert_id: str, move: str) -> HttpResponse:
    if move not in set(AlertMove):
        raise Http404
    place, id_, step = settings.PLACE, AlertId(alert_id), AlertMove(move)
    act = ACT_OF_ALERT_MOVE[step]
    with place.store.reading() as view:
        if not may(request, view, act, of_alert(id_)):
            require(request, view, act, of_alert(id_))
        file = show_alert_file(view, place.clock.now(), id_)
    if request.method != "POST":
        if step is AlertMove.DECIDE and is_stale(request):
            return confirm_first(request)
        _require_open(file.alert, step)
    most = file.suspended_at_most - file.at
    form = MoveForm(step, request.POST if request.method == "POST" else None, most=most)
    reasons: list[Reason] = []
    if request.method == "POST" and form.is_valid():
        desk = Desk(store_for(request, act, of_alert(id_)), place.sealer, place.chance, place.pinned)
        words = form.cleaned_data.get("reasons", "")
        hours = form.cleaned_data.get("hours")
        until = None if hours is None else place.clock.now() + timedelta(hours=hours)
        reasons = refusals(form, lambda: desk.move(id_, step, actor_of(request), words, until))
        if form.is_valid():
            return done(request, say("Recorded."), "alert", alert_id)
    title = said_in_alerts(step)
    return _form_page(request, file.alert, file.reference, form, reasons, title)


def _require_open(alert: Alert, step: AlertMove) -> None:
    """The way to a step stays in a list, a history and another window after someone has taken it."""
    try:
        moved(alert, step)
    except IllegalMove:
        against = "not_now: the alert stands so that this cannot be done; its own page shows what can"
        raise NotPermitted("", (against,)) from None


@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: HttpRequest, alert_id: str) -> HttpResponse:
    """What the person says to an enquiry, or that they were asked in vain."""
    form = ReplyForm(request.POST if request.method == "POST" else None)

    def record(desk: Desk) -> int:
        typed = form.cleaned_data
        return desk.reply(AlertId(alert_id), Excuse(typed["excuse"]), typed["words"], actor_of(request))

    return _recorded(request, alert_id, Act.RECORD_REPLY, form, record, "Record what the person says")


@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest, alert_id: str) -> HttpResponse:
    """That the person was tried, or that they called: whoever may triage the alert records it."""
    form = ContactForm(request.POST if request.method == "POST" else None)

    def record(desk: Desk) -> int:
        typed = form.cleaned_data
        what = (Way(typed["how"]), CameOf(typed["outcome"]), typed["words"])
        verified = Verified(typed["verified"]) if typed["verified"] else None
        return desk.contact(AlertId(alert_id), *what, actor_of(request), verified)

    return _recorded(request, alert_id, Act.TRIAGE_ALERT, form, record, "Record a contact")


def _recorded(
    request: HttpRequest, alert_id: str, act: Act, form: forms.Form, record: Callable[[Desk], int], title: str
) -> HttpResponse:
    """A form about an alert, and what it records at the desk."""
    place, id_ = settings.PLACE, AlertId(alert_id)
    with place.store.reading() as view:
        alert = view.alert(id_)
        require(request, view, act, of_alert(id_))
        reference = view.case(alert.case_id).reference
    reasons: list[Reason] = []
    if request.method == "POST" and form.is_valid():
        desk = Desk(store_for(request, act, of_alert(id_)), place.sealer, place.chance, place.pinned)
        reasons = refusals(form, lambda: record(desk))
        if form.is_valid():
            return done(request, say("Recorded."), "alert", alert_id)
    return _form_page(request, alert, reference, form, reasons, title)


def _form_page(
    request: HttpRequest, alert: Alert, reference: str, form: forms.Form, reasons: list[Reason], title: str
) -> HttpResponse:
    told: dict[str, Any] = {"alert": alert, "reference": reference, "form": form, "reasons": reasons, "title": title}
    told |= {"could_be": could_be(alert), "now": settings.PLACE.clock.now()}
    return page(request, "alerts/act.html", 403 if reasons else 200, **told)
