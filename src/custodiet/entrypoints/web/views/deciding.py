"""From an open case to a proposal: facts, being heard, screening, then a rung with every lower one answered.

What is typed and not sent yet stands in the page and nowhere else, unless its author puts an assessment by.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe
from markupsafe import Markup

from custodiet.entrypoints.web.asking import assessor_for, done, refusals, show_reasons
from custodiet.entrypoints.web.forms_conditions import kinds_said
from custodiet.entrypoints.web.forms_deciding import (
    DETENTION,
    AnswerForm,
    AssessForm,
    FactForm,
    InviteForm,
    NameForm,
    NewCase,
    SaidForm,
    ScreeningForm,
    end_of,
    field_for,
    mode_of,
    typed_before,
    typed_in,
)
from custodiet.entrypoints.web.fresh import confirm_first, is_stale
from custodiet.entrypoints.web.languages import say
from custodiet.entrypoints.web.opened import NamedCase, named_case
from custodiet.entrypoints.web.permitting import actor_of, require, store_for
from custodiet.entrypoints.web.reasons import Reason, reasons_of
from custodiet.entrypoints.web.rendering import page
from custodiet.entrypoints.web.said_conditions import asking_in_words, picture_of_asking
from custodiet.entrypoints.web.sight import of_case, of_decision
from custodiet.entrypoints.web.views.conditions import stated_so_far
from custodiet.entrypoints.wording import said_day
from custodiet.flows.decide_case import propose_decision, refuse_decision, what_stands_against
from custodiet.flows.draw_up import AboutFamily, Answered, draw_up
from custodiet.flows.keep_draft import save_draft
from custodiet.flows.open_case import name_person, open_case, reference_is_taken
from custodiet.flows.permitting import the_scheme
from custodiet.flows.ports import Reading, Store
from custodiet.flows.record_fact import record_fact
from custodiet.flows.show_consistency import show_guidance, show_training
from custodiet.flows.show_deciding import Table, show_rungs, show_table
from custodiet.flows.state_conditions import Asked
from custodiet.model.act import Act
from custodiet.model.assessment import Assessment, AtHome, FamilyReason, Selection
from custodiet.model.decision import Decision
from custodiet.model.draft import DRAFT_KEPT
from custodiet.model.errors import CannotRecord, NotPermitted
from custodiet.model.fact import Age, FactKind
from custodiet.model.identity import (
    CaseId,
    DecisionId,
    FactId,
    RepresentationId,
    SchemeId,
)
from custodiet.model.mode import MODES, Mode
from custodiet.model.published import ON_ABSCONDING
from custodiet.model.representation import Reply
from custodiet.rules.decisions import leaves_a_gap
from custodiet.rules.guidance import BESIDE


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Open a case. Whoever opens it is its first officer."""
    place, by = settings.PLACE, actor_of(request)
    with place.store.reading() as view:
        held = sorted({one.scheme_id for one in view.roles_of(by) if one.in_force(place.clock.now()) and one.scheme_id})
        schemes = [view.scheme(one) for one in held]
        thing = the_scheme(held[0] if held else SchemeId(""))
        require(request, view, Act.OPEN_CASE, lambda *_: thing)
    form = NewCase(schemes, request.POST or None)
    reasons: list[Reason] = []
    if request.method == "POST" and form.is_valid():
        scheme_id = SchemeId(form.cleaned_data.get("scheme", held[0]))
        reference = form.cleaned_data["reference"]
        store = store_for(request, Act.OPEN_CASE, lambda *_: the_scheme(scheme_id))
        with place.store.reading() as view:
            taken = reference_is_taken(view, scheme_id, reference, place.clock.now())
        if taken:
            form.add_error("reference", say("There is a case of that reference already"))
        else:
            reasons = refusals(form, lambda: open_case(store, place.chance, scheme_id, reference, by))
            if form.is_valid():
                return done(request, say("The case is open. Nothing is authorised in it."), "case", reference)
    return page(request, "deciding/new.html", 403 if reasons else 200, form=form, reasons=reasons)


@require_http_methods(["GET", "HEAD", "POST"])
def name(request: HttpRequest, reference: str) -> HttpResponse:
    """Name the person: sealed before it is kept."""
    place, by = settings.PLACE, actor_of(request)
    with place.store.reading() as view:
        case = view.case_by_reference(reference)
        require(request, view, Act.NAME_PERSON, of_case(case.id))
    form = NameForm(request.POST or None)
    reasons: list[Reason] = []
    if request.method == "POST" and form.is_valid():
        store = store_for(request, Act.NAME_PERSON, of_case(case.id))
        whose = (store, place.sealer, place.pinned, case.person_id, form.cleaned_data["name"], by)
        reasons = refusals(form, lambda: name_person(*whose))
        if form.is_valid():
            return done(request, say("The name is sealed and kept."), "case", reference)
    return page(request, "deciding/name.html", 403 if reasons else 200, case=case, form=form, reasons=reasons)


@require_safe
def tasks(request: HttpRequest, reference: str) -> HttpResponse:
    """What is to be done before a rung is proposed, and every rung as it stands now."""
    now = settings.PLACE.clock.now()
    with settings.PLACE.store.reading() as view:
        table = _table(request, view, reference, now)
        rungs = show_rungs(view, now, table)
    shown = [(one, reasons_of(NotPermitted("", one.against)) if one.against else []) for one in rungs]
    return page(request, "deciding/tasks.html", table=table, rungs=shown, now=now)


@require_http_methods(["GET", "HEAD", "POST"])
def facts(request: HttpRequest, reference: str) -> HttpResponse:
    """Facts of the case; a new one."""
    place = settings.PLACE
    table = _opened(request, reference)
    form = FactForm(request.POST or None, initial={"dated": place.clock.now().date()})
    reasons: list[Reason] = []
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        store = _assessing(request, table.case.id)
        age = Age(told["age"]) if told["age"] else None
        what = (table.case.id, FactKind(told["kind"]), told["dated"], actor_of(request), told["text"], age)
        reasons = refusals(form, lambda: record_fact(store, assessor_for(store), place.chance, *what))
        if form.is_valid():
            return done(request, say("The fact is recorded."), "facts", reference)
    given = {"table": table, "form": form, "reasons": reasons, "opened": named_case(request, table.case.id)}
    return page(request, "deciding/facts.html", 403 if reasons else 200, **given)


@require_http_methods(["GET", "HEAD", "POST"])
def heard(request: HttpRequest, reference: str) -> HttpResponse:
    """The person is asked to say what they think; what they said; our answer to each."""
    place, by = settings.PLACE, actor_of(request)
    table = _opened(request, reference)
    what = request.POST.get("what", "")
    invite = InviteForm(request.POST if what == "invite" else None)
    forms: dict[str, Form] = {
        "invite": invite,
        "said": SaidForm(request.POST if what == "said" else None, auto_id="id_said_%s"),
        "answer": AnswerForm(request.POST if what == "answer" else None, auto_id="id_answer_%s"),
    }
    reasons: list[Reason] = []
    form = forms.get(what)
    if request.method == "POST" and form is not None and form.is_valid():
        assessor = assessor_for(_assessing(request, table.case.id))
        told = form.cleaned_data
        acts: dict[str, Callable[[], object]] = {
            "invite": lambda: assessor.invite(table.case.id, by, invite.until_at(place.clock.now())),
            "said": lambda: assessor.represent(table.case.id, told["text"], by),
            "answer": lambda: assessor.answer(_said_here(request, table), Reply(told["reply"]), told["reasons"], by),
        }
        reasons = refusals(form, acts[what])
        if form.is_valid():
            words = {
                "invite": say("It is recorded that the person was asked."),
                "said": say("What they said is recorded, sealed."),
                "answer": say("The answer is recorded, sealed."),
            }
            return done(request, words[what], "heard", reference)
    given = {"table": table, "forms": forms, "form": form, "reasons": reasons}
    given |= {"opened": named_case(request, table.case.id)}
    return page(request, "deciding/heard.html", 403 if reasons else 200, **given)


def _said_here(request: HttpRequest, table: Table) -> RepresentationId:
    """What is answered, of this case and no other."""
    wanted = request.POST.get("said", "")
    if wanted not in {one.id for one in table.said}:
        raise Http404
    return RepresentationId(wanted)


@require_http_methods(["GET", "HEAD", "POST"])
def screening(request: HttpRequest, reference: str) -> HttpResponse:
    """Everyone is asked the same questions."""
    table = _opened(request, reference)
    form = ScreeningForm(request.POST or None)
    reasons: list[Reason] = []
    if request.method == "POST" and form.is_valid():
        assessor = assessor_for(_assessing(request, table.case.id))
        reasons = refusals(form, lambda: assessor.screen(table.case.id, form.answers(), actor_of(request)))
        if form.is_valid():
            return done(request, say("The screening is recorded."), "decide", reference)
    return page(request, "deciding/screening.html", 403 if reasons else 200, table=table, form=form, reasons=reasons)


@require_http_methods(["GET", "HEAD", "POST"])
def assess(request: HttpRequest, reference: str, code: str) -> HttpResponse:
    """Why this rung and none lower: asked, shown to check, sent. Before that it is kept only for whoever puts it by."""
    mode = mode_of(code)
    if mode is None or mode.rung == 0:
        raise Http404
    step = request.POST.get("step", "")
    if request.method == "POST" and step == "save":
        return _save(request, _opened(request, reference), mode)
    table = _opened(request, reference, Act.PROPOSE_DECISION)
    if request.method != "POST" and is_stale(request):
        return confirm_first(request)
    if request.method != "POST":
        return _begin(request, table, mode)
    data, asks = stated_so_far(request, table, _form(table, mode, request.POST), step)
    if asks is not None:
        return asks
    form = _form(table, mode, data)
    if step != "change" and form.is_valid():
        try:
            decision, assessment = _proposal(request, table, form)
        except NotPermitted as error:
            return _objected(request, table, form, error, 403 if step == "send" else 200)
        except CannotRecord as error:
            form.add_error(None, say("No text can be sealed yet: leave texts empty, or try again in a moment"))
            return _assess_page(request, table, form, reasons=[Reason(None, str(error), None)])
        current = table.current
        if current is not None and current.until is not None and leaves_a_gap(decision, current):
            gap = say("What is in force ends %(at)s: start by then, so that there is no gap")
            form.add_error("starts", gap % {"at": said_day(current.until)})
            return _assess_page(request, table, form)
        if step == "send":
            return _send(request, table, form, decision, assessment)
        against = what_stands_against(settings.PLACE.store, decision, assessment, settings.PLACE.clock.now())
        if not against:
            told: dict[str, Any] = {"decision": decision, "assessment": assessment, "typed": typed_in(form, data)}
            told |= {"asked": _asked(form), "kinds": kinds_said(mode)}
            return page(request, "deciding/check.html", table=table, mode=mode, sent=form, **told)
        return _objected(request, table, form, NotPermitted("", against), 200)
    return _assess_page(request, table, form)


def _asked(form: AssessForm) -> list[tuple[str, Markup]]:
    return [(asking_in_words(one), picture_of_asking(one)) for one in form.cleaned_data["conditions"]]


def _form(table: Table, mode: Mode, *given: Any, **named: Any) -> AssessForm:
    return AssessForm(mode, table.scheme, table.facts, table.standing.exemptions, *given, **named)


def _begin(request: HttpRequest, table: Table, mode: Mode) -> HttpResponse:
    """The form as they left it, or empty."""
    opened = named_case(request, table.case.id) if table.draft is not None else NamedCase(None)
    draft = None if opened.record is None else opened.record.unfinished
    if draft is not None and draft.mode is not mode.code:
        draft = None
    typed = None if draft is None else typed_before(_form(table, mode), draft.typed)
    form = _form(table, mode, initial=typed)
    shut = table.draft is not None and table.draft.mode is mode.code and draft is None
    return _assess_page(request, table, form, draft=draft, shut=shut)


def _save(request: HttpRequest, table: Table, mode: Mode) -> HttpResponse:
    """Put by what was typed, finished or not. It asks for no fresh sign-in: nothing is decided."""
    place, by = settings.PLACE, actor_of(request)
    form = _form(table, mode, request.POST)
    store = store_for(request, Act.ASSESS_CASE, of_case(table.case.id))
    what = (table.case.id, mode.code, typed_in(form, request.POST), by)
    reasons = refusals(form, lambda: save_draft(store, assessor_for(store), *what))
    if reasons:
        return _assess_page(request, table, form, 403, reasons=reasons)
    words = say("Saved, sealed, for you alone, until %(at)s. Nothing was proposed.")
    until = place.clock.now() + DRAFT_KEPT
    return done(request, words % {"at": said_day(until)}, "case", table.case.reference)


def _send(
    request: HttpRequest, table: Table, form: AssessForm, decision: Decision, assessment: Assessment
) -> HttpResponse:
    place = settings.PLACE
    store = store_for(request, Act.PROPOSE_DECISION, of_case(table.case.id))
    asked = Asked(place.sealer, place.chance, place.pinned, tuple(form.cleaned_data["conditions"]))
    try:
        propose_decision(store, decision, assessment, asked)
    except NotPermitted as error:
        return _objected(request, table, form, error, 403)
    except CannotRecord as error:
        form.add_error(None, say("No place can be sealed yet: try again in a moment"))
        return _assess_page(request, table, form, reasons=[Reason(None, str(error), None)])
    return done(
        request,
        say("Sent for approval. Nothing has changed until someone else says yes."),
        "case",
        table.case.reference,
    )


def _objected(request: HttpRequest, table: Table, form: AssessForm, error: NotPermitted, status: int) -> HttpResponse:
    """The form as it was typed, with every objection where it is mended, and the rung that is ready."""
    instead: Mode | None = None
    for one in error.objections:
        about = getattr(one, "about", "")
        ready = getattr(one, "instead", None)
        instead = MODES[ready] if ready is not None else instead
        name = field_for(form, getattr(one, "code", ""), about)
        show_reasons(form, reasons_of(NotPermitted("", (one,))), partial(_always, name))
    reasons = reasons_of(error)
    return _assess_page(request, table, form, status, reasons=reasons, instead=instead)


def _always(name: str | None, _: Reason) -> str | None:
    return name


def _assess_page(request: HttpRequest, table: Table, form: AssessForm, status: int = 200, **told: Any) -> HttpResponse:
    place = settings.PLACE
    now = place.clock.now()
    with place.store.reading() as view:
        beside = show_guidance(view, now, table.scheme.id)
        training = show_training(view, now, actor_of(request))
    lapsed = any(one == table.scheme.id and not holds for one, _, _, holds in training.holds)
    given: dict[str, Any] = {"reasons": [], "instead": None, "draft": None, "shut": False, "untrained": lapsed} | told
    given |= {"guidance": beside, "parts": BESIDE}
    return page(
        request, "deciding/assess.html", status, table=table, form=form, mode=form.mode, finding=ON_ABSCONDING, **given
    )


def _proposal(request: HttpRequest, table: Table, form: AssessForm) -> tuple[Decision, Assessment]:
    """What was typed, as a proposal with its assessment. Raises CannotRecord."""
    place, told = settings.PLACE, form.cleaned_data
    now = place.clock.now()
    families = tuple(
        AboutFamily(
            family,
            FamilyReason(told[f"{family}_reason"]),
            tuple(FactId(one) for one in told[f"{family}_facts"]),
            told[f"{family}_words"],
        )
        for family in form.mode.lower_families
        if told[f"{family}_reason"]
    )
    answered = Answered(
        mode=form.mode.code,
        power=told.get("power") or table.scheme.powers[0].code,
        purposes=tuple(told["purposes"]) if told.get("purposes") else (table.scheme.purposes[0].code,),
        starts_at=form.starts_at(now),
        review_due_at=form.review_due_at(now),
        ends_at=None if told["ends"] is None else end_of(told["ends"]),
        selection=Selection(told["selection"] or Selection.INDIVIDUAL),
        selection_fact=FactId(told["selection_fact"] if told["selection"] else ""),
        families=families,
        compared_with=form.compared_with(),
        with_detention=DETENTION in told["compared"],
        article_8=form.article_8(),
        practicality=form.practicality(),
        at_home=tuple(AtHome(one) for one in told["at_home"]),
        finding_shown=ON_ABSCONDING.version if told["finding"] else "",
        exemptions=form.about_exemptions(),
        text=told["words"],
    )
    return draw_up(assessor_for(place.store), place.chance, table, answered, actor_of(request), now)


def _opened(request: HttpRequest, reference: str, act: Act = Act.ASSESS_CASE) -> Table:
    with settings.PLACE.store.reading() as view:
        return _table(request, view, reference, settings.PLACE.clock.now(), act)


def _table(request: HttpRequest, view: Reading, reference: str, now: datetime, act: Act = Act.ASSESS_CASE) -> Table:
    case = view.case_by_reference(reference)
    require(request, view, Act.ASSESS_CASE, of_case(case.id))
    if act is not Act.ASSESS_CASE and request.method == "POST":
        require(request, view, act, of_case(case.id))
    return show_table(view, now, case.id, actor_of(request))


def _assessing(request: HttpRequest, case_id: CaseId) -> Store:
    return store_for(request, Act.ASSESS_CASE, of_case(case_id))


@require_http_methods(["POST"])
def take_back(request: HttpRequest, reference: str, decision_id: str) -> HttpResponse:
    """The proposer takes a proposal back."""
    wanted = DecisionId(decision_id)
    store = store_for(request, Act.TAKE_BACK_PROPOSAL, of_decision(wanted))
    refuse_decision(store, wanted, actor_of(request))
    return done(request, say("The proposal is taken back."), "case", reference)
