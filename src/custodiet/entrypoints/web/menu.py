"""What the menu shows: the way to a page, only to whoever may open it."""

from django.conf import settings
from django.http import HttpRequest

from custodiet.entrypoints.web.permitting import whom_the_menu_is_for
from custodiet.flows.permitting import the_house
from custodiet.model.act import Act
from custodiet.model.errors import CannotRecord


def leads_to(request: HttpRequest, act: str) -> bool:
    """Whether to show the way to a page that needs this act. Not where the store gives no answer."""
    try:
        who = whom_the_menu_is_for(request)
        return bool(settings.PLACE.policy.may(who, Act(act), the_house()).allowed)
    except CannotRecord:
        return False
