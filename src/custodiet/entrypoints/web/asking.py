"""What pages that change something have in common: a fresh sign-in, refusals as errors of a form, a message after.

A form that is refused keeps what was typed and says what is missing; nothing has been written then.
"""

from collections.abc import Callable, Iterable
from hashlib import blake2b
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from custodiet.entrypoints.web.languages import say
from custodiet.entrypoints.web.reasons import Reason, reasons_of
from custodiet.flows.assess_case import Assessor
from custodiet.flows.ports import Store
from custodiet.model.errors import (
    CannotRecord,
    IllegalMove,
    IllegalValue,
    NotFound,
    NotPermitted,
    NotTheFormat,
    OpeningRefused,
    VaultUnavailable,
)


def assessor_for(store: Store) -> Assessor:
    """Who seals texts of a case, writing through this store.

    Texts are compared under a key that only this place has: one made from the secret of its accounts.
    """
    place = settings.PLACE
    secret = place.signing_in.secret.encode()
    key = blake2b(secret, digest_size=32, person=b"likeness").digest()
    return Assessor(store, place.sealer, place.chance, place.pinned, key)


def done(request: HttpRequest, words: str, to: str, *args: str) -> HttpResponse:
    """It is done: say so on the next page."""
    messages.success(request, words)
    return HttpResponseRedirect(reverse(to, args=args))


def refusals(
    form: forms.Form, act: Callable[[], object], place: Callable[[Reason], str | None] = lambda _: None
) -> list[Reason]:
    """Do it; when a rule refuses, every reason, and each as an error of the form. Empty: it is done."""
    try:
        act()
    except NotPermitted as error:
        reasons = reasons_of(error)
    except (IllegalMove, IllegalValue, NotTheFormat) as error:
        reasons = [Reason(None, str(error), say("what the page offers for this case as it stands now"))]
    except NotFound as error:
        reasons = [Reason(None, str(error), None)]
    except CannotRecord as error:
        reasons = [Reason(None, str(error), say("the same without a text, or again in a moment"))]
    else:
        return []
    show_reasons(form, reasons, place)
    return reasons


def show_reasons(
    form: forms.Form, reasons: Iterable[Reason], place: Callable[[Reason], str | None] = lambda _: None
) -> None:
    """Each reason as an error of the field where it is mended, or of the whole form."""
    for one in reasons:
        name = place(one)
        missing = one.missing[:1].upper() + one.missing[1:]
        form.add_error(name if name in form.fields else None, missing)


def shut(act: Callable[[], Any]) -> tuple[Any, list[Reason]]:
    """What the vault gave, or why it gave nothing. What the policy or a rule refuses is raised."""
    try:
        return act(), []
    except (VaultUnavailable, CannotRecord):
        return None, [Reason("shut", say("the vault does not answer now"), say("the same again in a moment"))]
    except OpeningRefused as error:
        return None, [Reason("shut", str(error), say("asking anew"))]


def status_of(reasons: list[Reason]) -> int:
    """A vault that gives nothing now is no refusal: the same may pass in a moment."""
    if any(one.code == "shut" for one in reasons):
        return 503
    return 403 if reasons else 200
