"""A case's record on a page: opened for who has sight, recorded first; without it when the vault does not answer."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

from custodiet.entrypoints.web.permitting import actor_of, may
from custodiet.entrypoints.web.sight import of_case
from custodiet.entrypoints.web.sitting import sitting_of
from custodiet.flows.open_case_record import open_case_record
from custodiet.model.act import Act
from custodiet.model.case_record import CaseRecord
from custodiet.model.errors import CannotRecord, NotPermitted, OpeningRefused, VaultUnavailable
from custodiet.model.identity import CaseId


@dataclass(frozen=True, slots=True)
class NamedCase:
    """`record` None: it stays shut. `away`: the vault did not answer, and would have opened it."""

    record: CaseRecord | None
    away: bool = False


def named_case(request: HttpRequest, case_id: CaseId) -> NamedCase:
    """Name and zones of a case for whoever has sight of it; nothing for anyone else."""
    place = settings.PLACE
    with place.store.reading() as view:
        if not may(request, view, Act.READ_CASE_RECORD, of_case(case_id)):
            return NamedCase(None)
    return named_in_sight(request, case_id)


def named_in_sight(request: HttpRequest, case_id: CaseId) -> NamedCase:
    """The same for whoever was found to have sight of it; whether they have is asked again when it is opened."""
    place = settings.PLACE
    try:
        record = open_case_record(place.store, place.vault, case_id, actor_of(request), sitting_of(request))
    except NotPermitted:
        return NamedCase(None)
    except (VaultUnavailable, OpeningRefused, CannotRecord):
        return NamedCase(None, away=True)
    return NamedCase(record)
