"""What of a reading is not shown, decided inside the vault before anything leaves it; how much that is stands nowhere.

Without the list of places that the ledger names, no reading opens: what cannot be masked is not shown.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress

from custodiet.flows.in_vault.following import Follower
from custodiet.flows.in_vault.keys import Keys
from custodiet.flows.ports import PlaceLists, Sealer
from custodiet.model.condition import Interval
from custodiet.model.errors import NotTheFormat, OpeningRefused
from custodiet.model.identity import PersonId
from custodiet.model.shape import Box
from custodiet.rules.masking.flagged import Flagged, Map, map_of
from custodiet.rules.masking.stays import Mark, hidden_by, stays_in
from custodiet.wire.own_place import own_place_context, unpack_own_place
from custodiet.wire.place_list import read_place_list


class Masking:
    """Knows the newest list, and what is flagged for one person."""

    def __init__(self, follower: Follower, keys: Keys, sealer: Sealer, lists: PlaceLists) -> None:
        self._follower = follower
        self._keys = keys
        self._sealer = sealer
        self._lists = lists
        self._map: tuple[bytes, Map] | None = None

    def flagged_for(self, person_id: PersonId) -> Flagged:
        """Raises OpeningRefused when no list was loaded, or the one that was is not there."""
        return Flagged(self._newest_map(), map_of(self._own(person_id)), self._keys.mask_key(person_id))

    def hidden(self, person_id: PersonId, marks: Iterable[Mark]) -> tuple[Interval, ...]:
        """From when to when nothing is shown."""
        return hidden_by(stays_in(marks), self._keys.mask_key(person_id))

    def _own(self, person_id: PersonId) -> Iterator[Box]:
        """What the person added. One that is none hides nothing, and keeps nobody from being answered."""
        private, context = self._keys.record_private(person_id), own_place_context(person_id)
        for sealed in self._follower.own_places.get(person_id, ()):
            with suppress(OpeningRefused, NotTheFormat):
                yield unpack_own_place(self._sealer.open_with(private, sealed, context))

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
