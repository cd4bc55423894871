"""Whose a case is: given, handed over, covered, hidden from whoever has a conflict of interest."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from custodiet.entrypoints.web.languages import say
from custodiet.entrypoints.web.permitting import actor_of, function_of, may, require, store_for
from custodiet.entrypoints.web.rendering import page
from custodiet.entrypoints.web.sight import of_case, require_sight
from custodiet.entrypoints.web.staff_forms import Choices, CoverAsked, Given, day_after, day_begins
from custodiet.entrypoints.wording_staff import said_function
from custodiet.flows.keep_caseload import assign_case, declare_conflict, give_cover, hand_over_case
from custodiet.flows.show_staff import CasePeople, show_people, who_could_conflict
from custodiet.model.act import Act
from custodiet.model.errors import IllegalMove
from custodiet.model.identity import ActorId
from custodiet.model.staff import Function

_ACTS = (
    Act.ASSIGN_CASE,
    Act.HAND_OVER_CASE,
    Act.GIVE_COVER,
    Act.DECLARE_CONFLICT,
    Act.DECLARE_CONFLICT_OF_ANOTHER,
)
_form = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def show(request: HttpRequest, reference: str) -> HttpResponse:
    """Whoever sees the case sees whose it is."""
    place = settings.PLACE
    with place.store.reading() as view:
        require_sight(request, view, view.case_by_reference(reference))
        people = show_people(view, place.clock.now(), reference)
        open_to = {act.value for act in _ACTS if may(request, view, act, of_case(people.case.id))}
    return page(request, "people/people.html", people=people, open_to=open_to)


@_form
def assign(request: HttpRequest, reference: str) -> HttpResponse:
    """Give the case to a caseworker, or to the account of whom it is about."""
    people = _people(request, reference, Act.ASSIGN_CASE)
    form = Given({"to": _accounts(people)}, _posted(request))
    if not form.is_valid():
        return _ask(request, "people/assign.html", people, form)
    store = store_for(request, Act.ASSIGN_CASE, of_case(people.case.id))
    assign_case(store, people.case.id, ActorId(form.cleaned_data["to"]), actor_of(request))
    return _done(request, reference, say("The case is given. Whoever has it sees it from now on."))


@_form
def hand_over(request: HttpRequest, reference: str) -> HttpResponse:
    """Give the case to another caseworker, and take it from whoever had it."""
    people = _people(request, reference, Act.HAND_OVER_CASE)
    asked: dict[str, Choices] = {
        "from_": [(str(one.actor), str(one.actor)) for one in people.given],
        "to": _accounts(people),
    }
    form = Given(asked, _posted(request))
    if not form.is_valid():
        return _ask(request, "people/hand_over.html", people, form)
    store, who = store_for(request, Act.HAND_OVER_CASE, of_case(people.case.id)), form.cleaned_data
    try:
        hand_over_case(store, people.case.id, ActorId(who["from_"]), ActorId(who["to"]), actor_of(request))
    except IllegalMove:
        return _undone(request, reference, say("The case is theirs no more. Nothing was done."))
    return _done(request, reference, say("The case is handed over."))


@_form
def cover(request: HttpRequest, reference: str) -> HttpResponse:
    """Put the case in a colleague's sight until a day."""
    place = settings.PLACE
    people = _people(request, reference, Act.GIVE_COVER)
    colleagues = _accounts(people, Function.CASEWORKER)
    form = CoverAsked({"to": colleagues}, people.at.date(), _posted(request))
    if not form.is_valid():
        return _ask(request, "people/cover.html", people, form)
    read = form.cleaned_data
    from_at = max(place.clock.now(), day_begins(read["first"]))
    store = store_for(request, Act.GIVE_COVER, of_case(people.case.id))
    to = ActorId(read["to"])
    give_cover(store, people.case.id, to, from_at, day_after(read["last"]), actor_of(request))
    return _done(request, reference, say("Cover is given. It ends by itself."))


@_form
def conflict(request: HttpRequest, reference: str) -> HttpResponse:
    """An account's own conflict of interest: always open to it, and without having seen the case."""
    place = settings.PLACE
    with place.store.reading() as view:
        case = view.case_by_reference(reference)
        require(request, view, Act.DECLARE_CONFLICT, of_case(case.id))
    if request.method != "POST":
        return page(request, "people/conflict.html", case=case)
    back = reverse("cases") if function_of(request) is Function.CASEWORKER else reverse("start")
    me = actor_of(request)
    try:
        declare_conflict(store_for(request, Act.DECLARE_CONFLICT, of_case(case.id)), case.id, me, me)
        messages.success(request, say("Declared. The case is hidden from you from now on."))
    except IllegalMove:
        messages.error(request, say("This is declared already. Nothing was done."))
    return HttpResponseRedirect(back)


@_form
def conflict_of_another(request: HttpRequest, reference: str) -> HttpResponse:
    """A conflict of interest that someone does not declare themselves."""
    people = _people(request, reference, Act.DECLARE_CONFLICT_OF_ANOTHER)
    with settings.PLACE.store.reading() as view:
        others = [(str(one), str(one)) for one in who_could_conflict(view, people.at, people.case)]
    form = Given({"of": others}, _posted(request))
    if not form.is_valid():
        return _ask(request, "people/conflict_of_another.html", people, form)
    store = store_for(request, Act.DECLARE_CONFLICT_OF_ANOTHER, of_case(people.case.id))
    try:
        declare_conflict(store, people.case.id, ActorId(form.cleaned_data["of"]), actor_of(request))
    except IllegalMove:
        return _undone(request, reference, say("This is declared already. Nothing was done."))
    return _done(request, reference, say("Declared. The case is hidden from them from now on."))


def _people(request: HttpRequest, reference: str, act: Act) -> CasePeople:
    """Whose the case is, for whoever may do this. Raises NotPermitted."""
    place = settings.PLACE
    with place.store.reading() as view:
        require(request, view, act, of_case(view.case_by_reference(reference).id))
        return show_people(view, place.clock.now(), reference)


def _accounts(people: CasePeople, *functions: Function) -> Choices:
    """Who could have the case and has it not, and has no conflict."""
    not_these = {one.actor for one in people.given} | {one.actor for one in people.conflicts}
    return [
        (str(one.actor), f"{one.actor} ({say(said_function(one.function)).lower()})")
        for one in people.can_have
        if one.actor not in not_these and (not functions or one.function in functions)
    ]


def _posted(request: HttpRequest) -> object:
    return request.POST if request.method == "POST" else None


def _ask(request: HttpRequest, template: str, people: CasePeople, form: Given) -> HttpResponse:
    return page(request, template, people=people, form=form)


def _done(request: HttpRequest, reference: str, told: str) -> HttpResponse:
    messages.success(request, told)
    return HttpResponseRedirect(reverse("case_people", args=[reference]))


def _undone(request: HttpRequest, reference: str, told: str) -> HttpResponse:
    messages.error(request, told)
    return HttpResponseRedirect(reverse("case_people", args=[reference]))
