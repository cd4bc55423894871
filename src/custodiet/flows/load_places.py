"""Load a map: of all that it says only the squares remain in which some place is flagged, and never what it is."""

from collections.abc import Iterable

from custodiet.flows.ports import PlaceLists, Store
from custodiet.flows.refusing import refuse_if
from custodiet.model.entry import Entry
from custodiet.model.identity import ActorId
from custodiet.model.place_record import PlacesLoaded
from custodiet.model.record import kind_of
from custodiet.model.shape import Box
from custodiet.rules.alerts import objections_to_acting
from custodiet.rules.masking.flagged import map_of
from custodiet.wire.place_list import write_place_list


def load_places(store: Store, lists: PlaceLists, flagged: Iterable[Box], map_sha256: bytes, by: ActorId) -> int:
    """From now on stays near these places are not shown. The ledger index.

    Raises NotPermitted for a map in which nothing is flagged. If we die between file and entry, the file is nobody's.
    """
    refuse_if(objections_to_acting(by))
    made = map_of(flagged)
    if not made.cells:
        refuse_if(("nothing_flagged: this map names no such place; load that of the whole region",))
    digest = lists.keep(write_place_list(made.cells))
    with store.acting() as act:
        record = PlacesLoaded(digest, map_sha256, act.now, by)
        return act.write(Entry(kind_of(record), by), record)
