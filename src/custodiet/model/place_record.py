"""The list of places near which stays are not shown, as the ledger knows it: by digest, and from which map it was made.

As in model/record.py: fields are only ever added, at the end, with a default.
"""

from dataclasses import dataclass
from datetime import datetime

from custodiet.model.identity import ActorId


@dataclass(frozen=True, slots=True)
class PlacesLoaded:
    """From now on this list is masked by. `list_sha256`: of the list; `map_sha256`: of the map it was made from."""

    list_sha256: bytes
    map_sha256: bytes
    at: datetime
    by: ActorId
