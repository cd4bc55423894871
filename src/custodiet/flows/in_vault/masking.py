"""What of a reading is not shown, decided inside the vault before anything leaves it; how much that is stands nowhere.

Without the list of places that the ledger names, no reading opens: what cannot be masked is not shown.
"""

from collections.abc import Iterable

from custodiet.flows.in_vault.following import Follower
from custodiet.flows.in_vault.keys import Keys
from custodiet.flows.ports import PlaceLists
from custodiet.model.condition import Interval
from custodiet.model.errors import NotTheFormat, OpeningRefused
from custodiet.model.identity import PersonId
from custodiet.rules.masking.flagged import Flagged, Map
from custodiet.rules.masking.stays import Mark, hidden_by, stays_in
from custodiet.wire.place_list import read_place_list


class Masking:
    """Knows the newest list, and what is flagged for one person."""

    def __init__(self, follower: Follower, keys: Keys, lists: PlaceLists) -> None:
        self._follower = follower
        self._keys = keys
        self._lists = lists
        self._map: tuple[bytes, Map] | None = None

    def flagged_for(self, person_id: PersonId) -> Flagged:
        """Raises OpeningRefused when no list was loaded, or the one that was is not there."""
        return Flagged(self._newest_map(), Map(()), self._keys.mask_key(person_id))

    def hidden(self, person_id: PersonId, marks: Iterable[Mark]) -> tuple[Interval, ...]:
        """From when to when nothing is shown."""
        return hidden_by(stays_in(marks), self._keys.mask_key(person_id))

    def _newest_map(self) -> Map:
        digest = self._follower.places_sha256
        if digest is None:
            raise OpeningRefused(
                "no_places: no map was loaded of places that are masked; whoever runs this can load one"
            )
        if self._map is None or self._map[0] != digest:
            body = self._lists.read(digest)
            try:
                self._map = digest, Map(read_place_list(body or b""))
            except NotTheFormat:
                raise OpeningRefused(
                    "places_missing: the list of masked places is gone; whoever runs this can load the map again"
                ) from None
        return self._map[1]
