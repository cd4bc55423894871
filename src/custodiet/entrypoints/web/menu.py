"""What the menu shows: the way to a page, only to whoever may open it."""

from django.conf import settings
from django.http import HttpRequest

from custodiet.entrypoints.web.permitting import may
from custodiet.model.act import Act
from custodiet.model.errors import CannotRecord


def leads_to(request: HttpRequest, act: str) -> bool:
    """Whether to show the way to a page that needs this act. Not where the store gives no answer."""
    try:
        with settings.PLACE.store.reading() as view:
            return may(request, view, Act(act))
    except CannotRecord:
        return False
