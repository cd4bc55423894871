"""Places near which stays are not shown, as the ledger knows them: a list by digest, and one by one a person's own.

As in model/record.py: fields are only ever added, at the end, with a default.
"""

from dataclasses import dataclass
from datetime import datetime

from custodiet.model.identity import ActorId, PersonId


@dataclass(frozen=True, slots=True)
class PlacesLoaded:
    """From now on this list is masked by. `list_sha256`: of the list; `map_sha256`: of the map it was made from."""

    list_sha256: bytes
    map_sha256: bytes
    at: datetime
    by: ActorId


@dataclass(frozen=True, slots=True)
class PlaceAdded:
    """A person adds a place of their own, without a reason. `point_sealed`: where; nobody lists them."""

    person_id: PersonId
    point_sealed: bytes
    at: datetime
    by: ActorId
