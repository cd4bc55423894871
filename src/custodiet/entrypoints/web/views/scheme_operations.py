"""The operations of a scheme: what each lacks, who proposed it, who answers; closing one, and ending the scheme."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from custodiet.entrypoints.web.fresh import confirm_first, is_fresh
from custodiet.entrypoints.web.languages import say
from custodiet.entrypoints.web.permitting import actor_of, may, require, store_for
from custodiet.entrypoints.web.rendering import page
from custodiet.entrypoints.web.views.schemes import head_of
from custodiet.flows.activate_operation import (
    activate_operations,
    close_operation,
    propose_operations,
    refuse_operations,
)
from custodiet.flows.end_scheme import end_scheme
from custodiet.flows.permitting import ThingOf, the_scheme
from custodiet.flows.ports import Reading, Store
from custodiet.flows.refusing import refuse_if
from custodiet.flows.show_schemes import OperationShown, preview_end, show_operations, who_proposed
from custodiet.model.act import Act
from custodiet.model.errors import NotPermitted
from custodiet.model.identity import ActorId, SchemeId
from custodiet.model.mode import ModeCode


def of_scheme(scheme_id: SchemeId, proposed_by: ActorId | None = None) -> ThingOf:
    """What an act on a scheme is about."""
    return lambda *_: the_scheme(scheme_id, proposed_by)


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, scheme_id: str) -> HttpResponse:
    place = settings.PLACE
    now, me = place.clock.now(), actor_of(request)
    with place.store.reading() as view:
        require(request, view, Act.READ_REGISTER)
        head = head_of(view, scheme_id, now)
        if request.method == "POST":
            answer = _act(request, view, head.scheme_id)
        else:
            shown = show_operations(view, head.scheme_id, now)
            of = of_scheme(head.scheme_id)
            waiting = [one for one in shown if one.proposal is not None]
            answers = {
                one.proposal
                for one in waiting
                if may(request, view, Act.ACTIVATE_OPERATION, of_scheme(head.scheme_id, one.proposed_by))
            }
            given = {
                "head": head,
                "shown": shown,
                "at": now,
                "proposals": _by_proposal(waiting),
                "answers": answers,
                "mine": {one.proposal for one in waiting if one.proposed_by == me},
                "proposes": may(request, view, Act.PROPOSE_OPERATION, of) and head.ended is None,
                "closes": may(request, view, Act.CLOSE_OPERATION, of),
                "lessens": may(request, view, Act.END_MANY, of),
                "ends": may(request, view, Act.END_SCHEME, of) and head.ended is None,
            }
            return page(request, "schemes/operations.html", **given)
    return answer()


def _by_proposal(waiting: list[OperationShown]) -> dict[int | None, list[OperationShown]]:
    found: dict[int | None, list[OperationShown]] = {}
    for one in waiting:
        found.setdefault(one.proposal, []).append(one)
    return found


def _act(request: HttpRequest, view: Reading, scheme_id: SchemeId) -> Callable[[], HttpResponse]:
    """What was asked for, to be done once nothing is read any more."""
    do, me = request.POST.get("do", ""), actor_of(request)
    modes = tuple(dict.fromkeys(ModeCode(one) for one in request.POST.getlist("mode") if one in set(ModeCode)))
    proposal = request.POST.get("proposal", "")
    index = int(proposal) if proposal.isascii() and proposal.isdecimal() and len(proposal) < 16 else -1
    of = of_scheme(scheme_id)
    run: Callable[[Store], int]
    match do:
        case "propose":
            act, said = Act.PROPOSE_OPERATION, "Proposed. Someone else answers: nothing has begun."
            run = lambda store: propose_operations(store, scheme_id, modes, me)  # noqa: E731
        case "activate":
            act, said = Act.ACTIVATE_OPERATION, "Activated. New decisions may rest on it from now on."
            of = of_scheme(scheme_id, who_proposed(view, scheme_id, index))
            run = lambda store: activate_operations(store, scheme_id, index, me)  # noqa: E731
        case "refuse":
            by = who_proposed(view, scheme_id, index)
            act, said = Act.ACTIVATE_OPERATION, "Refused. Nothing has begun."
            of = of_scheme(scheme_id, by)
            if by == me:
                act, said = Act.PROPOSE_OPERATION, "Taken back. Nothing has begun."
            run = lambda store: refuse_operations(store, scheme_id, index, me)  # noqa: E731
        case "close":
            act, said = (
                Act.CLOSE_OPERATION,
                "Closed. Nothing new rests on it; decisions in force go on until their review.",
            )
            refuse_if(() if modes else ("nothing_named: no operation was named; name the one that is to close",))
            run = lambda store: close_operation(store, scheme_id, modes[0], me)  # noqa: E731
        case _:
            raise NotPermitted("nothing_asked: nothing was chosen; choose what is to be done")
    if not is_fresh(request, view, act, of):
        return lambda: confirm_first(request)
    passes = _would_pass(show_operations(view, scheme_id, settings.PLACE.clock.now())) if do == "propose" else ""

    def done() -> HttpResponse:
        try:
            run(store_for(request, act, of))
        except NotPermitted as error:
            refuse_if(tuple(f"{one}{passes}" for one in error.objections or (str(error),)))
        messages.success(request, say(said))
        return HttpResponseRedirect(reverse("scheme_operations", args=[scheme_id]))

    return done


def _would_pass(shown: tuple[OperationShown, ...]) -> str:
    ready = [one.mode.title for one in shown if one.proposable]
    if not ready:
        return "; none of the operations is whole yet: supply what is missing, or use rung 0, address and support"
    return f"; what may be proposed now is: {', '.join(ready)}"


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, scheme_id: str) -> HttpResponse:
    place = settings.PLACE
    now = place.clock.now()
    with place.store.reading() as view:
        require(request, view, Act.READ_REGISTER)
        head = head_of(view, scheme_id, now)
        of = of_scheme(head.scheme_id)
        looked = preview_end(view, head.scheme_id, now)
        fresh = looked.ended is not None or is_fresh(request, view, Act.END_SCHEME, of)
    if not fresh:
        return confirm_first(request)
    asked = request.method == "POST"
    if asked and request.POST.get("sure") == "yes":
        end_scheme(store_for(request, Act.END_SCHEME, of), place.chance, head.scheme_id, actor_of(request))
        messages.success(request, say("The scheme has ended."))
        return HttpResponseRedirect(reverse("scheme_end", args=[head.scheme_id]))
    return page(request, "schemes/end.html", head=head, looked=looked, unsure=asked)
