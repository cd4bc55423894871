"""How things stand over all cases: without a position or a name."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from custodiet.entrypoints.web.permitting import require
from custodiet.entrypoints.web.rendering import page
from custodiet.flows.show_standing import show_standing
from custodiet.model.act import Act


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    place = settings.PLACE
    with place.store.reading() as view:
        require(request, view, Act.READ_STANDING)
        standing = show_standing(view, place.clock.now())
    made_up = None if place.made_up is None else place.made_up()
    return page(request, "standing.html", standing=standing, made_up=made_up)
