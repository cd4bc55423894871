"""A person adds a place near which their stays are not shown: sealed before it is recorded, and never listed."""

from custodiet.flows.ports import Sealer, Store
from custodiet.flows.refusing import refuse_if
from custodiet.flows.trusting import record_key_of
from custodiet.model.entry import Entry
from custodiet.model.identity import ActorId, CaseId
from custodiet.model.place_record import PlaceAdded
from custodiet.model.record import LogOpened, kind_of
from custodiet.rules.masking.own import objections_to_own_place
from custodiet.wire.own_place import own_place_context, pack_own_place


def add_place(
    store: Store, sealer: Sealer, pinned: LogOpened, case_id: CaseId, lat_e7: int, lon_e7: int, by: ActorId
) -> int:
    """From now on the vault hides stays near it, past ones too. Degrees times ten million. The ledger index.

    Raises IllegalValue for what is not on the globe, NotPermitted, CannotRecord while there is no record key.
    """
    plain = pack_own_place(lat_e7, lon_e7)
    with store.acting() as act:
        person_id = act.case(case_id).person_id
        refuse_if(objections_to_own_place(act.own_places(person_id), by))
        public = record_key_of(act, pinned, person_id)
        record = PlaceAdded(person_id, sealer.seal_to(public, plain, own_place_context(person_id)), act.now, by)
        return act.write(Entry(kind_of(record), by, person_id), record)
