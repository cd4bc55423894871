"""The way down, which needs one person: step down, pause, end, close, a court's stop. And reviews.

Going on again after a pause is the second person's alone; to go on after a review takes a successor proposed first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from custodiet.entrypoints.web.asking import assessor_for, done, refusals
from custodiet.entrypoints.web.forms_deciding import (
    CheckForm,
    CloseForm,
    DecisionWords,
    EndForm,
    OpenReviewForm,
    ReviewForm,
    StepDownForm,
    StopForm,
    WhichForm,
    choose_decision,
    end_of,
)
from custodiet.entrypoints.web.fresh import confirm_first, is_stale
from custodiet.entrypoints.web.languages import say
from custodiet.entrypoints.web.paging import page_asked, pages_of, words_asked
from custodiet.entrypoints.web.permitting import actor_of, may, require, store_for
from custodiet.entrypoints.web.reasons import Reason
from custodiet.entrypoints.web.rendering import page
from custodiet.entrypoints.web.sight import of_case, of_decision
from custodiet.flows.close_case import close_case
from custodiet.flows.end_decision import end_decision, resume_decision, suspend_decision
from custodiet.flows.obey_stop import check_stop, enter_stop
from custodiet.flows.permitting import ThingOf, the_scheme
from custodiet.flows.ports import Reading, Store
from custodiet.flows.review_decision import begin_review, decide_review
from custodiet.flows.scheme_now import scheme_at
from custodiet.flows.show_reviews import ToReview, show_reviews
from custodiet.flows.step_down import step_down
from custodiet.model.act import Act, Thing
from custodiet.model.assessment import FamilyReason
from custodiet.model.case import Case
from custodiet.model.decision import Decision, State
from custodiet.model.ending import EndReason, Stop, StopKind
from custodiet.model.errors import NotPermitted
from custodiet.model.identity import ActorId, DecisionId, ReviewId, SchemeId, StopId
from custodiet.model.mode import MODES, ModeCode
from custodiet.model.review import Review, ReviewOutcome, StillNeeded, Trigger
from custodiet.rules.decisions import Ender, Move
from custodiet.rules.ladder import lower_rungs

STOPS_MAX = 50
STOPS_SHOWN = 20
_NOTHING_STANDS = (
    "nothing_stands: no decision of this case stands to do that with; a new one, proposed from its facts up"
)
_STANDS = (State.MADE, State.SUSPENDED, State.SUCCEEDED)


def _standing(
    view: Reading, case: Case, states: tuple[State, ...] = _STANDS, *, to_come: bool = False
) -> list[Decision]:
    """What stands of a case now, or also what is to come.

    Raises NotPermitted when nothing does: what is over is not taken up again.
    """
    now = settings.PLACE.clock.now()
    decisions = [one for one in view.decisions_of(case.id) if one.state in states]
    found = [one for one in decisions if one.covers(now) or (to_come and now < one.starts_at)]
    if not found:
        raise NotPermitted(
            "",
            (_NOTHING_STANDS,),
        )
    return found


def _case(view: Reading, request: HttpRequest, reference: str, act: Act) -> Case:
    case = view.case_by_reference(reference)
    require(request, view, act, of_case(case.id))
    return case


@require_http_methods(["GET", "HEAD", "POST"])
def lower(request: HttpRequest, reference: str) -> HttpResponse:
    """Step down: one person, one act."""
    place = settings.PLACE
    with place.store.reading() as view:
        case = _case(view, request, reference, Act.STEP_DOWN)
        standing = _standing(view, case)
        top = max(standing, key=lambda one: one.rung.rung)
        below = [MODES[one] for one in lower_rungs(top.mode, scheme_at(view, case.scheme_id, place.clock.now()).modes)]
    form = StepDownForm(below, request.POST or None)
    reasons: list[Reason] = []
    if request.method == "POST" and form.is_valid():
        store = store_for(request, Act.STEP_DOWN, of_case(case.id))
        to = ModeCode(form.cleaned_data["mode"])
        reasons = refusals(form, lambda: step_down(store, place.chance, case.id, to, actor_of(request)))
        if form.is_valid():
            return done(
                request, say("Stepped down. What no longer applies has ended in the same moment."), "case", reference
            )
    told = {
        "title": say("Step down"),
        "button": say("Step down"),
        "body": say(
            "It takes effect at once. A device that is no longer needed comes off; the task for that is raised with it."
        ),
    }
    return _act_page(request, case, standing, form, reasons, told)


@require_http_methods(["GET", "HEAD", "POST"])
def pause(request: HttpRequest, reference: str) -> HttpResponse:
    """Pause collection."""
    told = {
        "title": say("Pause"),
        "button": say("Pause it"),
        "body": say("Nothing is collected while it is paused. The review date stays."),
    }
    return _with_one(
        request,
        reference,
        Act.SUSPEND_DECISION,
        (State.MADE,),
        say("It is paused."),
        told,
        lambda store, one, _: suspend_decision(store, one.id, Ender(actor_of(request))),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def resume(request: HttpRequest, reference: str) -> HttpResponse:
    """Go on after a pause: for the second person, freshly signed in."""
    if request.method != "POST" and is_stale(request):
        return confirm_first(request)
    told = {
        "title": say("Go on after the pause"),
        "button": say("Go on"),
        "body": say("Collection begins again at once."),
    }
    return _with_one(
        request,
        reference,
        Act.RESUME_DECISION,
        (State.SUSPENDED,),
        say("It goes on."),
        told,
        lambda store, one, _: resume_decision(store, one.id, Ender(actor_of(request))),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, reference: str) -> HttpResponse:
    """End one decision, with a reason."""
    told = {
        "title": say("End it"),
        "button": say("End it"),
        "body": say("Collection stops at once, the device comes off, and what was kept has its day of erasure."),
    }

    def act(store: Store, one: Decision, typed: dict[str, str]) -> None:
        reason = EndReason(typed["reason"])
        end_decision(store, settings.PLACE.chance, one.id, Move.WITHDRAW, Ender(actor_of(request)), reason)

    return _with_one(request, reference, Act.WITHDRAW_DECISION, _STANDS, say("It has ended."), told, act, EndForm)


def _with_one(
    request: HttpRequest,
    reference: str,
    act: Act,
    states: tuple[State, ...],
    said: str,
    told: dict[str, str],
    carry_out: Callable[[Store, Decision, dict[str, str]], object],
    form_class: type[Form] = WhichForm,
) -> HttpResponse:
    """A page that does something with one of the decisions that stand."""
    with settings.PLACE.store.reading() as view:
        case = view.case_by_reference(reference)
        found = [one for one in view.decisions_of(case.id) if one.state in _STANDS] or view.decisions_of(case.id)
        if not found:
            require(request, view, Act.STEP_DOWN, of_case(case.id))
        for one in found[:1]:
            require(request, view, act, of_decision(one.id))
        standing = _standing(view, case, states, to_come=act is Act.WITHDRAW_DECISION)
    form = form_class(request.POST if request.method == "POST" else None)
    choose_decision(form, standing)
    reasons: list[Reason] = []
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data.get("decision", standing[0].id)
        one = next(each for each in standing if each.id == wanted)
        reasons = refusals(
            form, lambda: carry_out(store_for(request, act, of_decision(one.id)), one, form.cleaned_data)
        )
        if form.is_valid():
            return done(request, said, "case", reference)
    return _act_page(request, case, standing, form, reasons, told)


def _act_page(
    request: HttpRequest, case: Case, standing: list[Decision], form: Form, reasons: list[Reason], told: dict[str, str]
) -> HttpResponse:
    """What it does, to what, and the form; refused where a rule has said so."""
    given = {"case": case, "standing": standing, "form": form, "reasons": reasons}
    return page(request, "lowering/act.html", 403 if reasons else 200, **given, **told)


@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, reference: str) -> HttpResponse:
    """Close the case."""
    place = settings.PLACE
    with place.store.reading() as view:
        case = _case(view, request, reference, Act.CLOSE_CASE)
    form = CloseForm(request.POST or None)
    reasons: list[Reason] = []
    if request.method == "POST" and form.is_valid():
        store = store_for(request, Act.CLOSE_CASE, of_case(case.id))
        reason = EndReason(form.cleaned_data["reason"])
        reasons = refusals(form, lambda: close_case(store, place.chance, case.id, reason, actor_of(request)))
        if form.is_valid():
            return done(
                request,
                say("Closed. Every decision of officers has ended; of an order its maker is told."),
                "case",
                reference,
            )
    told = {
        "title": say("Close the case"),
        "button": say("Close the case"),
        "body": say(
            "Every officers’ decision ends now, and every proposal is over. An order goes on until its maker ends it."
        ),
    }
    return _act_page(request, case, [], form, reasons, told)


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, reference: str) -> HttpResponse:
    """What was used, why it is still needed: go on, step down or end. Or open a review."""
    place = settings.PLACE
    with place.store.reading() as view:
        case = _case(view, request, reference, Act.ASSESS_CASE)
        shown = show_reviews(view, case.id, place.clock.now())
        modes = scheme_at(view, case.scheme_id, place.clock.now()).modes
    if not shown:
        raise NotPermitted("", (_NOTHING_STANDS,))
    standing = [one.decision for one in shown if one.decision is one.now]
    waiting = {each.id: (one, each) for one in shown for each in one.reviews}
    what, data = request.POST.get("what", ""), request.POST or request.GET
    chosen = waiting.get(ReviewId(data.get("review", "")))
    if chosen is None and what != "decide":
        chosen = next(iter(waiting.values()), None)
    stands = None if chosen is None else chosen[0].now
    below = [] if stands is None else [MODES[each] for each in lower_rungs(stands.mode, modes)]
    forms: dict[str, Form] = {
        "open": OpenReviewForm(request.POST if what == "open" else None, auto_id="id_open_%s"),
        "decide": ReviewForm(below, request.POST if what == "decide" else None),
    }
    choose_decision(forms["open"], standing)
    form, reasons = forms.get(what), list[Reason]()
    if request.method == "POST" and form is not None and form.is_valid():
        told = form.cleaned_data
        if what == "open":
            reasons = refusals(form, lambda: _open(request, case, standing, told))
        else:
            reasons = refusals(form, lambda: _decide(request, case, chosen, told))
        if form.is_valid():
            said = say("The review is open.") if what == "open" else say("The review is decided.")
            return done(request, said, "review" if what == "open" else "case", reference)
    told = {"case": case, "shown": shown, "standing": standing, "chosen": None if chosen is None else chosen[1].id}
    return page(
        request, "lowering/review.html", 403 if reasons else 200, forms=forms, form=form, reasons=reasons, **told
    )


def _open(request: HttpRequest, case: Case, standing: list[Decision], told: dict[str, Any]) -> None:
    wanted = told.get("decision", standing[0].id if standing else None)
    if wanted is None:
        raise NotPermitted("", (_NOTHING_STANDS,))
    store = store_for(request, Act.ASSESS_CASE, of_case(case.id))
    begin_review(store, settings.PLACE.chance, DecisionId(wanted), Trigger(told["trigger"]), actor_of(request))


def _decide(request: HttpRequest, case: Case, chosen: tuple[ToReview, Review] | None, told: dict[str, Any]) -> None:
    if chosen is None:
        raise NotPermitted("", ("no_review_open: no review of it is open; open one first, and say what opens it",))
    one, about = chosen
    outcome = ReviewOutcome(str(told["outcome"]))
    acts: dict[ReviewOutcome, tuple[Act, ThingOf]] = {
        ReviewOutcome.CONTINUE: (Act.ASSESS_CASE, of_case(case.id)),
        ReviewOutcome.LOWER: (Act.STEP_DOWN, of_case(case.id)),
        ReviewOutcome.END: (Act.WITHDRAW_DECISION, of_decision((one.now or one.decision).id)),
    }
    store = store_for(request, *acts[outcome])
    decide_review(
        store,
        assessor_for(store),
        settings.PLACE.chance,
        about.id,
        outcome,
        actor_of(request),
        why=StillNeeded(str(told["why"])) if told["why"] else None,
        why_not_lower=FamilyReason(str(told["why_not_lower"])) if told["why_not_lower"] else None,
        text=str(told["text"]),
        to_mode=ModeCode(str(told["mode"])) if told.get("mode") else ModeCode.NONE,
        successor=None if one.successor is None else one.successor.id,
        next_due_at=end_of(told["next_due"]) if told["next_due"] else None,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, reference: str) -> HttpResponse:
    """Enter what a court or a regulator has ordered: it is obeyed at once."""
    place = settings.PLACE
    with place.store.reading() as view:
        case = _case(view, request, reference, Act.ENTER_STOP)
        standing = _standing(view, case, to_come=True)
    form = StopForm([(one.id, DecisionWords(one)) for one in standing], request.POST or None)
    reasons: list[Reason] = []
    if request.method == "POST" and form.is_valid():
        store = store_for(request, Act.ENTER_STOP, of_case(case.id))
        told = form.cleaned_data
        stopped = [DecisionId(one) for one in told["decisions"]]
        what = (StopKind(told["kind"]), ActorId(told["authority"]), stopped, actor_of(request))
        reasons = refusals(form, lambda: enter_stop(store, place.chance, *what))
        if form.is_valid():
            return done(
                request,
                say("The stop is obeyed. Someone else looks within a day whether it is what was ordered."),
                "case",
                reference,
            )
    told = {
        "title": say("Enter a court’s or regulator’s stop"),
        "button": say("Enter it: it is obeyed at once"),
        "body": say("Nothing undoes a stop by itself."),
    }
    return _act_page(request, case, standing, form, reasons, told)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A stop that a second person has to look at."""

    stop: Stop
    references: tuple[str, ...]
    mine: bool
    late: bool


@require_http_methods(["GET", "HEAD", "POST"])
def stops(request: HttpRequest) -> HttpResponse:
    """Stops that wait for a second person’s look."""
    place, by = settings.PLACE, actor_of(request)
    with place.store.reading() as view:
        number, words = max(1, page_asked(request)), words_asked(request)
        shown, pages = _to_check(request, view, number, words)
        if not shown and not may(request, view, Act.READ_ASSURANCE):
            held = [one.scheme_id for one in view.roles_of(by) if one.in_force(place.clock.now()) and one.scheme_id]
            thing = the_scheme(held[0] if held else SchemeId(""), ActorId(""))
            require(request, view, Act.CHECK_STOP, lambda *_: thing)
    form = CheckForm(request.POST or None)
    reasons: list[Reason] = []
    if request.method == "POST" and form.is_valid():
        wanted = StopId(request.POST.get("stop", ""))
        store = store_for(request, Act.CHECK_STOP, lambda view, _: _scheme_of(view, wanted))
        as_ordered = form.cleaned_data["as_ordered"] == "yes"
        reasons = refusals(form, lambda: check_stop(store, place.chance, wanted, by, as_ordered=as_ordered))
        if form.is_valid():
            return done(request, say("It is recorded that you looked."), "stops")
    told = {"shown": shown, "words": words, "form": form, "reasons": reasons}
    at = pages_of(number, pages, {"reference": words})
    return page(request, "lowering/stops.html", 403 if reasons else 200, at=at, **told)


def _to_check(request: HttpRequest, view: Reading, number: int, words: str) -> tuple[list[_Waiting], int]:
    """One page of those in their sight, and how many pages are known of. Those of others take no place on it."""
    found: list[_Waiting] = []
    offset = 0
    while len(found) <= number * STOPS_SHOWN and (some := view.stops_waiting(STOPS_MAX, offset, words)):
        found += [one for each in some if (one := _waiting(request, view, each)) is not None]
        offset += STOPS_MAX
    return found[(number - 1) * STOPS_SHOWN : number * STOPS_SHOWN], number + (len(found) > number * STOPS_SHOWN)


def _scheme_of(view: Reading, stop_id: StopId) -> Thing:
    one = view.stop(stop_id)
    case = view.case(view.decision(one.decisions[0]).case_id)
    return the_scheme(case.scheme_id, one.entered_by)


def _waiting(request: HttpRequest, view: Reading, stop_id: StopId) -> _Waiting | None:
    one, by = view.stop(stop_id), actor_of(request)
    thing = _scheme_of(view, stop_id)
    mine = one.entered_by == by
    if not mine and not may(request, view, Act.CHECK_STOP, lambda *_: thing):
        return None
    references = sorted({view.case(view.decision(each).case_id).reference for each in one.decisions[:STOPS_MAX]})
    return _Waiting(one, tuple(references), mine, one.check_due_at <= settings.PLACE.clock.now())
