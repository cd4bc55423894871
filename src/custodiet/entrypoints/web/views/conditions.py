"""What a proposal asks of the person, by forms: stated before it is sent; added to one's own, or taken out, while it
waits.
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.views.decorators.http import require_http_methods

from custodiet.entrypoints.web.asking import done, refusals
from custodiet.entrypoints.web.forms_conditions import USUAL_ZONE, ConditionForm, condition_kind, kinds_said
from custodiet.entrypoints.web.forms_deciding import AssessForm, typed_in
from custodiet.entrypoints.web.fresh import confirm_first, is_stale
from custodiet.entrypoints.web.languages import say
from custodiet.entrypoints.web.opened import named_case
from custodiet.entrypoints.web.permitting import actor_of, require, store_for
from custodiet.entrypoints.web.reasons import Reason
from custodiet.entrypoints.web.rendering import page
from custodiet.entrypoints.web.said_conditions import conditions_in_words
from custodiet.entrypoints.web.sight import of_case, of_decision
from custodiet.entrypoints.wording_deciding import said
from custodiet.flows.open_case import set_condition
from custodiet.flows.ports import Reading
from custodiet.flows.restate_proposal import restate_proposal
from custodiet.flows.show_deciding import Table
from custodiet.flows.state_conditions import Asked
from custodiet.model.act import Act
from custodiet.model.case import Case
from custodiet.model.condition import Condition
from custodiet.model.decision import Decision
from custodiet.model.identity import ConditionId, DecisionId


def stated_so_far(
    request: HttpRequest, table: Table, form: AssessForm, step: str
) -> tuple[QueryDict, HttpResponse | None]:
    """What was typed, with a condition more or less by what was pressed; or the page that asks for one."""
    data = request.POST.copy()
    what, _, which = step.partition(":")
    texts: Sequence[str] = data.getlist("conditions")
    if what == "drop":
        data.setlist("conditions", [one for number, one in enumerate(texts) if str(number) != which])
    if what not in ("ask", "add"):
        return data, None
    kind = condition_kind(which, form.mode)
    if kind is None:
        raise Http404
    with settings.PLACE.store.reading() as view:
        zone, test_hours = _zone_of(view, table.case), _test_hours(view, table.case)
    one = ConditionForm(kind, request.POST if what == "add" else None, zone=zone)
    if what == "ask" or not one.is_valid():
        told: dict[str, Any] = {
            "case": table.case,
            "mode": form.mode,
            "kind": kind,
            "test_hours": test_hours,
            "typed": typed_in(form, request.POST),
        }
        return data, page(request, "deciding/condition.html", form=one, reasons=[], decision=None, **told)
    data.setlist("conditions", [*texts, one.as_text()])
    return data, None


def _zone_of(view: Reading, case: Case) -> str:
    """The clock they live by, where someone has said it."""
    reached = view.reached_by(case.person_id)
    return USUAL_ZONE if reached is None or reached.zone is None else reached.zone.name


def _test_hours(view: Reading, case: Case) -> int:
    """How long a new zone of the case's scheme is in test."""
    return view.scheme(case.scheme_id).judging.zone_test_s // 3600


def _waiting(
    request: HttpRequest, view: Reading, reference: str, wanted: DecisionId
) -> tuple[Case, Decision, tuple[Condition, ...]]:
    case = view.case_by_reference(reference)
    decision = view.decision(wanted)
    if decision.case_id != case.id:
        raise Http404
    require(request, view, Act.SET_CONDITION, of_decision(wanted))
    return case, decision, view.conditions_of(wanted)


@require_http_methods(["GET", "HEAD", "POST"])
def conditions(request: HttpRequest, reference: str, decision_id: str) -> HttpResponse:
    """Conditions of a proposal of one's own, while it waits; one of them taken out, by proposing it anew."""
    wanted = DecisionId(decision_id)
    with settings.PLACE.store.reading() as view:
        case, decision, carried = _waiting(request, view, reference, wanted)
    if request.method == "POST":
        return confirm_first(request) if is_stale(request) else _without_one(request, case, wanted)
    words = conditions_in_words(carried, named_case(request, case.id)) if carried else []
    told: dict[str, Any] = {"case": case, "decision": decision, "words": words, "kinds": kinds_said(decision.rung)}
    return page(request, "deciding/conditions.html", **told)


def _without_one(request: HttpRequest, case: Case, wanted: DecisionId) -> HttpResponse:
    place = settings.PLACE
    store = store_for(request, Act.PROPOSE_DECISION, of_case(case.id))
    asked = Asked(place.sealer, place.chance, place.pinned)
    gone = [ConditionId(request.POST.get("without", ""))]
    anew, _ = restate_proposal(store, asked, wanted, actor_of(request), gone)
    return done(request, say("It is proposed anew without that condition."), "conditions", case.reference, anew)


@require_http_methods(["GET", "HEAD", "POST"])
def condition(request: HttpRequest, reference: str, decision_id: str, code: str) -> HttpResponse:
    """One more condition of a kind."""
    place, by = settings.PLACE, actor_of(request)
    wanted = DecisionId(decision_id)
    with place.store.reading() as view:
        case, decision, _ = _waiting(request, view, reference, wanted)
        kind = condition_kind(code, decision.rung)
        if kind is None:
            raise Http404
        zone, test_hours = _zone_of(view, case), _test_hours(view, case)
    form = ConditionForm(kind, request.POST or None, zone=zone)
    reasons: list[Reason] = []
    if request.method == "POST" and form.is_valid():
        asked = form.asking()
        store = store_for(request, Act.SET_CONDITION, of_decision(wanted))
        of = (store, place.sealer, place.chance, place.pinned, wanted, asked.kind, by)
        reasons = refusals(form, lambda: set_condition(*of, geometry=asked.geometry, schedule=asked.schedule))
        if form.is_valid():
            words = say("It is part of the proposal: %(what)s.") % {"what": say(said(kind)).partition(":")[0]}
            return done(request, words, "conditions", reference, wanted)
    told: dict[str, Any] = {"case": case, "mode": decision.rung, "kind": kind, "typed": [], "decision": decision}
    told["test_hours"] = test_hours
    return page(request, "deciding/condition.html", 403 if reasons else 200, form=form, reasons=reasons, **told)
