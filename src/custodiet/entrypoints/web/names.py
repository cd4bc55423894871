"""Names on a list of someone's own cases: one opening for the whole list, recorded first, or none at all.

Never for those who oversee, who see references alone; and the list does not wait for a vault that does not answer.
"""

from collections.abc import Collection

from django.conf import settings
from django.http import HttpRequest

from custodiet.entrypoints.web.permitting import actor_of
from custodiet.entrypoints.web.sitting import sitting_of
from custodiet.flows.open_case_record import open_names
from custodiet.model.errors import CannotRecord, OpeningRefused, VaultUnavailable
from custodiet.model.identity import CaseId


def names_on(request: HttpRequest, case_ids: Collection[CaseId]) -> dict[CaseId, str | None] | None:
    """The name of each, None for someone who was never named. None for all: they cannot be opened or recorded now.

    Raises NotPermitted when one of the cases is in their sight no more.
    """
    place = settings.PLACE
    try:
        return open_names(place.store, place.vault, case_ids, actor_of(request), sitting_of(request))
    except (VaultUnavailable, OpeningRefused, CannotRecord):
        return None
