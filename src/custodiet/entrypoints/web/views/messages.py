"""How a person is reached. The address is sealed before it is kept, and shown to nobody here: it is given anew."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from custodiet.entrypoints.web.asking import done, refusals
from custodiet.entrypoints.web.forms_messages import ContactForm, NoMoreForm
from custodiet.entrypoints.web.languages import say
from custodiet.entrypoints.web.permitting import actor_of, require, store_for
from custodiet.entrypoints.web.reasons import Reason
from custodiet.entrypoints.web.rendering import page
from custodiet.entrypoints.web.sight import of_case
from custodiet.flows.give_contact import give_contact, withdraw_contact
from custodiet.model.act import Act
from custodiet.wire.message import Destination


@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest, reference: str) -> HttpResponse:
    """Give an address, or another one."""
    place, by = settings.PLACE, actor_of(request)
    with place.store.reading() as view:
        case = view.case_by_reference(reference)
        require(request, view, Act.NAME_PERSON, of_case(case.id))
        reached = view.reached_by(case.person_id)
    form = ContactForm(request.POST or None)
    reasons: list[Reason] = []
    if request.method == "POST" and form.is_valid():
        store = store_for(request, Act.NAME_PERSON, of_case(case.id))
        told = form.cleaned_data
        to = Destination(told["address"], told["language"])
        sealing = (store, place.sealer, place.pinned, place.zone_as_of)
        reasons = refusals(form, lambda: give_contact(*sealing, case.id, to, told["zone"], by))
        if form.is_valid():
            return done(request, say("The address is sealed and kept."), "case", reference)
    given = {"case": case, "form": form, "reasons": reasons, "reached": reached}
    return page(request, "messages/contact.html", 403 if reasons else 200, **given)


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, reference: str) -> HttpResponse:
    """Take the address back: nothing more is sent."""
    by = actor_of(request)
    with settings.PLACE.store.reading() as view:
        case = view.case_by_reference(reference)
        require(request, view, Act.NAME_PERSON, of_case(case.id))
        reached = view.reached_by(case.person_id)
    form = NoMoreForm(request.POST or None)
    reasons: list[Reason] = []
    if request.method == "POST" and reached is not None:
        store = store_for(request, Act.NAME_PERSON, of_case(case.id))
        reasons = refusals(form, lambda: withdraw_contact(store, case.id, by))
        if not reasons:
            return done(request, say("Nothing more is sent to them."), "case", reference)
    given = {"case": case, "form": form, "reasons": reasons, "reached": reached}
    return page(request, "messages/end.html", 403 if reasons else 200, **given)
