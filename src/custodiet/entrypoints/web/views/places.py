"""A place that a person adds, or whoever speaks for them. The page looks the same before and after: it lists none."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from custodiet.entrypoints.web.asking import done, refusals
from custodiet.entrypoints.web.forms_places import PlaceForm
from custodiet.entrypoints.web.languages import say
from custodiet.entrypoints.web.permitting import actor_of, require, store_for
from custodiet.entrypoints.web.reasons import Reason
from custodiet.entrypoints.web.rendering import page
from custodiet.entrypoints.web.sight import of_case
from custodiet.flows.add_place import add_place
from custodiet.model.act import Act
from custodiet.model.errors import NotPermitted


@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    """Add one."""
    place, by, posted = settings.PLACE, actor_of(request), request.method == "POST"
    with place.store.reading() as view:
        cases = [view.case(case_id) for case_id in view.cases_given_to(by)]
        if not cases:
            raise NotPermitted(
                "", ("not_yours: no case is yours; the letter that came with the account says whose it is",)
            )
        for case in cases:
            require(request, view, Act.ADD_PLACE, of_case(case.id))
    form = PlaceForm([case.reference for case in cases], request.POST if posted else None)
    reasons: list[Reason] = []
    if posted and form.is_valid():
        case = next(one for one in cases if one.reference == form.reference())
        store, (lat_e7, lon_e7) = store_for(request, Act.ADD_PLACE, of_case(case.id)), form.cleaned_data["where"]
        reasons = refusals(form, lambda: add_place(store, place.sealer, place.pinned, case.id, lat_e7, lon_e7, by))
        if form.is_valid():
            return done(
                request, say("It is kept. Stays near it are not shown from now on, past ones too."), "my_places"
            )
    return page(request, "places/mine.html", 403 if reasons else 200, form=form, reasons=reasons)
