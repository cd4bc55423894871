"""What the menu shows: the way to a page, only to whoever may open it."""

from django.conf import settings
from django.http import HttpRequest

from custodiet.entrypoints.web.permitting import may
from custodiet.flows.permitting import ThingOf, the_house, the_scheme
from custodiet.model.act import Act
from custodiet.model.errors import CannotRecord
from custodiet.model.identity import SchemeId


def leads_to(request: HttpRequest, act: str, scheme_id: str = "") -> bool:
    """Whether to show the way to a page that needs this act, in a scheme. Not where the store gives no answer."""
    about: ThingOf = (lambda *_: the_scheme(SchemeId(scheme_id))) if scheme_id else the_house
    try:
        with settings.PLACE.store.reading() as view:
            return may(request, view, Act(act), about)
    except CannotRecord:
        return False
