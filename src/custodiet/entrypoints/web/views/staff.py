"""Staff: who holds which role, who waits to join; two people let someone in, one ends a role at once."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from custodiet.entrypoints.web.accounts.keeping import end_sessions, open_account, renew_password
from custodiet.entrypoints.web.accounts.models import Account
from custodiet.entrypoints.web.fresh import confirm_first, fresh, is_stale
from custodiet.entrypoints.web.languages import say, say_number
from custodiet.entrypoints.web.paging import page_asked, pages_of, words_asked
from custodiet.entrypoints.web.permitting import actor_of, may, require, store_for
from custodiet.entrypoints.web.rendering import page
from custodiet.entrypoints.web.staff_forms import Joiner
from custodiet.entrypoints.wording_staff import STANDING
from custodiet.flows.keep_accounts import record_opening
from custodiet.flows.permitting import ThingOf, the_role
from custodiet.flows.ports import Reading
from custodiet.flows.show_consistency import show_training
from custodiet.flows.show_staff import find_staff, schemes, show_account, show_leaving
from custodiet.flows.staff_joins import approve_joiner, propose_joiner, return_joiner
from custodiet.flows.staff_leaves import end_role
from custodiet.model.act import Act
from custodiet.model.errors import IllegalMove, NotFound
from custodiet.model.identity import ActorId, RoleId
from custodiet.model.staff import Function, Role, RoleState
from custodiet.model.stored import RoleStanding
from custodiet.rules.staff import is_joined

_form = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Roles by function and scheme, and all who wait for an answer."""
    asked = {name: request.GET.get(name, "") for name in ("account", "function", "scheme", "standing")}
    function = Function(asked["function"]) if asked["function"] in set(Function) else None
    standing = RoleStanding(asked["standing"]) if asked["standing"] in set(RoleStanding) else RoleStanding.HELD
    place = settings.PLACE
    with place.store.reading() as view:
        require(request, view, Act.READ_STAFF)
        scheme = next((one for one in view.scheme_ids() if one == asked["scheme"]), None)
        words = words_asked(request, "account")
        found = find_staff(view, place.clock.now(), words, function, scheme, standing, page_asked(request))
        may_propose = may(request, view, Act.PROPOSE_JOINER)
    return page(
        request,
        "staff/list.html",
        found=found,
        words=words,
        function=function,
        scheme=scheme,
        standing=standing,
        functions=list(Function),
        standings=STANDING,
        may_propose=may_propose,
        at=pages_of(found.page, found.pages, asked),
    )


@_form
@fresh
def join(request: HttpRequest) -> HttpResponse:
    """Propose a role for an account."""
    place = settings.PLACE
    now = place.clock.now()
    with place.store.reading() as view:
        require(request, view, Act.PROPOSE_JOINER)
        known = schemes(view)
    form = Joiner(known, now.date(), request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return page(request, "staff/join.html", form=form)
    actor, function, scheme_id, to_at = form.asked()
    store = store_for(request, Act.PROPOSE_JOINER)
    propose_joiner(store, place.chance, actor, function, scheme_id, actor_of(request), to_at=to_at)
    messages.success(request, say("Proposed. It gives nothing until an authorising officer has said yes."))
    return HttpResponseRedirect(reverse("staff_account", args=[actor]))


@_form
def answer(request: HttpRequest, role_id: str) -> HttpResponse:
    """Someone who waits to join: an authorising officer's yes, or the no of either side."""
    place = settings.PLACE
    with place.store.reading() as view:
        require(request, view, Act.READ_STAFF)
        role = view.role(RoleId(role_id))
        waits = role.state is RoleState.PROPOSED
        may_approve = waits and may(request, view, Act.APPROVE_JOINER, _of_role(role))
        may_return = waits and may(request, view, Act.RETURN_JOINER, _of_role(role))
        scheme = None if role.scheme_id is None else view.scheme(role.scheme_id)
    if request.method != "POST":
        if may_approve and is_stale(request):
            return confirm_first(request)
        told = {"role": role, "scheme": scheme, "at": place.clock.now()}
        return page(request, "staff/joiner.html", may_approve=may_approve, may_return=may_return, **told)
    try:
        if request.POST.get("answer") == "approve":
            if may_approve and is_stale(request):
                return confirm_first(request)
            approve_joiner(store_for(request, Act.APPROVE_JOINER, _of_role(role)), role.id, actor_of(request))
            messages.success(request, say("Approved. An administrator can now open the account that signs in."))
        else:
            return_joiner(store_for(request, Act.RETURN_JOINER, _of_role(role)), role.id, actor_of(request))
            messages.success(request, say("Returned. The role gives nothing; it can be proposed again."))
    except IllegalMove:
        messages.error(request, say("Someone has answered this already. Nothing was done."))
    return HttpResponseRedirect(reverse("staff_account", args=[role.actor]))


@require_safe
def show(request: HttpRequest, actor: str) -> HttpResponse:
    """One account: its roles, and its cases by reference."""
    place = settings.PLACE
    with place.store.reading() as view:
        require(request, view, Act.READ_STAFF)
        file = show_account(view, place.clock.now(), ActorId(actor), page_asked(request))
        may_open = is_joined(file.roles, file.at) and may(request, view, Act.OPEN_ACCOUNT)
        training = show_training(view, file.at, file.actor)
        may_train = file.actor != actor_of(request) and may(request, view, Act.RECORD_TRAINING)
        ends = {one.id for one in file.roles if one.state is RoleState.JOINED and _may_end(request, view, one)}
    account = Account.objects.filter(actor=actor).first()
    return page(
        request,
        "staff/account.html",
        file=file,
        account=account,
        may_open=may_open and (account is None or not account.is_active),
        ends=ends,
        training=training,
        may_train=may_train,
        at=pages_of(file.page, file.pages, {}),
    )


@_form
@fresh
def sign_in(request: HttpRequest, actor: str) -> HttpResponse:
    """Open the account of someone who has joined. The password is in the answer alone: it is stored nowhere."""
    place = settings.PLACE
    with place.store.reading() as view:
        require(request, view, Act.OPEN_ACCOUNT)
        roles = view.roles_of(ActorId(actor))
    if not roles:
        raise NotFound("no such account among the staff")
    account = Account.objects.filter(actor=actor).first()
    if account is not None and account.is_active:
        messages.error(request, say("This account is open already. Nothing was done."))
        return HttpResponseRedirect(reverse("staff_account", args=[actor]))
    if not is_joined(roles, place.clock.now()):
        messages.error(request, say("Nobody signs in before the role is approved. Nothing was done."))
        return HttpResponseRedirect(reverse("staff_account", args=[actor]))
    if request.method != "POST":
        return page(request, "staff/open.html", actor=actor, again=account is not None)
    if account is None and Account.objects.filter(username=actor).exists():
        messages.error(request, say("Another account has this username. Nothing was done."))
        return HttpResponseRedirect(reverse("staff_account", args=[actor]))
    by = actor_of(request)
    record_opening(store_for(request, Act.OPEN_ACCOUNT), ActorId(actor), by, again=account is not None)
    try:
        if account is None:
            username, password = actor, open_account(place.signing_in, actor, ActorId(actor))
        else:
            username, password = account.username, renew_password(place.signing_in, ActorId(actor))
    except IllegalMove:
        messages.error(request, say("Another account has this username. Nothing was done."))
        return HttpResponseRedirect(reverse("staff_account", args=[actor]))
    return page(request, "staff/password.html", actor=actor, username=username, password=password)


@_form
def leave(request: HttpRequest, actor: str, role_id: str) -> HttpResponse:
    """End a role: it gives nothing from then on, and where it was the last one the account closes with it."""
    place = settings.PLACE
    with place.store.reading() as view:
        leaving = show_leaving(view, RoleId(role_id))
        if leaving.role.actor != actor:
            raise NotFound("no such role of that account")
        require(request, view, Act.END_ROLE, _of_role(leaving.role))
    if request.method != "POST":
        return page(request, "staff/leave.html", leaving=leaving)
    try:
        left = end_role(store_for(request, Act.END_ROLE, _of_role(leaving.role)), leaving.role.id, actor_of(request))
    except IllegalMove:
        messages.error(request, say("This role is over already. Nothing was done."))
    else:
        sessions = _sessions_end(ActorId(actor))
        told = say_number("%(num)s session has ended.", "%(num)s sessions have ended.", sessions) % {"num": sessions}
        wants = say_number(
            "%(num)s case is without an officer: have it handed over.",
            "%(num)s cases are without an officer: have them handed over.",
            len(left),
        ) % {"num": len(left)}
        messages.success(request, " ".join([say("The role has ended."), told, *([wants] if left else [])]))
        if actor == actor_of(request):  # their own: this session is among those that have ended
            logout(request)
            return HttpResponseRedirect(reverse("start"))
    return HttpResponseRedirect(reverse("staff_account", args=[actor]))


def _sessions_end(actor: ActorId) -> int:
    """Every session of a leaver; the account closes unless another role of theirs goes on. How many sessions."""
    place = settings.PLACE
    with place.store.reading() as view:
        goes_on = is_joined(view.roles_of(actor), place.clock.now())
    try:
        return end_sessions(place.signing_in, actor, close=not goes_on)
    except NotFound:
        return 0  # they never had an account


def _may_end(request: HttpRequest, view: Reading, role: Role) -> bool:
    return may(request, view, Act.END_ROLE, _of_role(role))


def _of_role(role: Role) -> ThingOf:
    return lambda view, _at: the_role(view, role.id)
