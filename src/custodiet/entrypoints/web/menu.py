"""What the menu shows: the way to a page, only to whoever may open it."""

from django.conf import settings
from django.http import HttpRequest

from custodiet.entrypoints.web.permitting import whom_the_menu_is_for
from custodiet.flows.permitting import the_house, the_scheme
from custodiet.model.act import Act
from custodiet.model.errors import CannotRecord
from custodiet.model.identity import SchemeId


def leads_to(request: HttpRequest, act: str, scheme_id: str = "") -> bool:
    """Whether to show the way to a page that needs this act, in a scheme. Not where the store gives no answer."""
    try:
        who = whom_the_menu_is_for(request)
        about = the_scheme(SchemeId(scheme_id)) if scheme_id else the_house()
        return bool(settings.PLACE.policy.may(who, Act(act), about).allowed)
    except CannotRecord:
        return False
