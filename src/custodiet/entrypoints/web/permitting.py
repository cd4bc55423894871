"""Who may open which page, and do what on it: the policy is asked, about the account's roles as the store has them now.

A page that shows something asks `require`; one that changes something hands its flow `store_for`, which asks again
inside the transaction of the change.
"""

import time
from collections.abc import Callable

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.http import HttpRequest

from custodiet.flows.permitting import Permitted, ThingOf, permit, the_house, who_asks
from custodiet.flows.ports import Acting, Reading, Store
from custodiet.flows.witnessed import Witnessed
from custodiet.model.act import Act, ActorFacts
from custodiet.model.errors import CustodietError
from custodiet.model.identity import ActorId
from custodiet.model.staff import Function


def actor_of(request: HttpRequest) -> ActorId:
    """Who acts: the one actor that the account speaks for."""
    return ActorId(request.user.actor)


def authenticated_s(request: HttpRequest) -> int | None:
    """Seconds since they last proved who they are; None when that is not known."""
    times = [one["at"] for one in get_authentication_records(request, request.user) if "at" in one]
    return max(0, int(time.time() - max(times))) if times else None


def whom_the_menu_is_for(request: HttpRequest) -> ActorFacts:
    """The account by its roles, as if it had just signed in: read once for a page, and for what it shows alone."""
    place, actor = settings.PLACE, actor_of(request)
    known: ActorFacts | None = getattr(request, "menu_for", None)
    if known is None or known.actor != actor:
        with place.store.reading() as view:
            known = who_asks(view, actor, place.clock.now(), 0)
        request.menu_for = known
    return known


def function_of(request: HttpRequest) -> Function | None:
    """What they may act as, asked anew for every page."""
    return whom_the_menu_is_for(request).function


_DESKS = {
    Function.CASEWORKER: "day",
    Function.AUTHORISING_OFFICER: "authorise",
    Function.OPERATOR: "alerts",
    Function.TRANSLATOR: "translations",
    Function.DPO: "oversight",
    Function.AUDITOR: "oversight",
    Function.PERSON: "my_looks",
    Function.REPRESENTATIVE: "my_looks",
}


def desk_of(request: HttpRequest) -> str | None:
    """The page where their work lies, by its name; None: nowhere in particular."""
    try:
        function = None if settings.PLACE is None else function_of(request)
    except CustodietError:
        return None  # a page that says that the store cannot be read is a page all the same
    return _DESKS.get(function) if function else None


def require(request: HttpRequest, view: Reading, act: Act, thing: ThingOf = the_house) -> None:
    """Raises NotPermitted, with what is missing, unless the policy permits it now."""
    place = settings.PLACE
    at = place.clock.now()
    permit(view, place.policy, actor_of(request), act, thing(view, at), at, authenticated_s(request))


def may(request: HttpRequest, view: Reading, act: Act, thing: ThingOf = the_house) -> bool:
    """Whether the policy permits it now, were they to prove again who they are: whether to show the way to it."""
    place = settings.PLACE
    at = place.clock.now()
    who = who_asks(view, actor_of(request), at, 0)
    request.menu_for = who  # the same account, for the same page: the menu need not read it again
    return bool(place.policy.may(who, act, thing(view, at)).allowed)


def store_for(
    request: HttpRequest,
    act: Act,
    thing: ThingOf = the_house,
    refused: Callable[[Acting, tuple[str, ...]], None] | None = None,
) -> Store:
    """The store, for this one act. `refused`: what is recorded of a refusal."""
    place = settings.PLACE
    return Permitted(place.store, place.policy, actor_of(request), act, thing, authenticated_s(request), refused)


def witnessed(store: Store, refused: Callable[[Acting, tuple[str, ...]], None]) -> Store:
    """Where witnesses are set, nobody looks while none of them has seen the ledger lately."""
    signed = settings.PLACE.witnessed
    return store if signed is None else Witnessed(store, signed, refused)
